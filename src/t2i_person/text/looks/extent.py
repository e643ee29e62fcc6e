"""How far the phrase of a feature goes: "волосы до плеч", "плащ цвета морской волны", "юбка карандаш"."""

import re
from collections.abc import Callable

from ..grammar.agreement import MODIFIERS, OWNER_WORDS, agrees, is_modifier, noun_readings
from ..grammar.phrases import DEGREE, Phrase, look_of
from ..lexicon.lists import Thing, fold, things, word_set
from ..lexicon.neighbours import kind_of
from ..model import WORN
from .sentence import Sentence

QUANTITY = word_set("grammar.txt", "quantity")
FURS = word_set("grammar.txt", "fur")
SHAPES = word_set("grammar.txt", "shape")
STYLES = word_set("grammar.txt", "style")
WAYS = word_set("grammar.txt", "way")
LAID = word_set("grammar.txt", "laid in")
GEMS = word_set("grammar.txt", "gem")
SOIL = word_set("rules.txt", "soil")
EMPTY = word_set("grammar.txt", "empty")
BELTED = tuple(word_set("rules.txt", "belted"))
BENDS = word_set("grammar.txt", "on a face")
GREY = word_set("grammar.txt", "grey")
CLOSING = {"«": "»", "“": "”", "„": "“"}
GOT = frozenset("купленный подаренный найденный взятый купить подарить найти взять".split())
PARTICIPLE = 5  # words that go with a participle
WRITTEN = 5  # words of an inscription
LATIN = re.compile(r"[a-z][a-z&'-]*")
JEWELLERY = ("ring", "earrings", "necklace", "bracelet", "brooch")
GARMENT = ("clothes", "headwear")
TRIMMED = ("clothes", "headwear", "hair", "facial_hair")
BODY = ("face", "skin", "build", "other")
AROUND_PARTICIPLE = ("в", "во", "на", "под", "по", "до", "через", "с", "со", "от")
SHAPED = ("hair", "facial_hair", "face", "build", "expression")
COLOURED = (*WORN, "hair", "eyes", "facial_hair", "skin")

Step = Callable[[Sentence, Phrase, Thing, int], int | None]
Completes = Callable[[Sentence, Phrase, Thing], bool]


def extent(sentence: Sentence, phrase: Phrase, entry: Thing) -> int:
    """One past the last token of the complements: "в две косы", "цвета морской волны", "на щеке".

    Each step looks at the place after what the phrase has so far. It says where the phrase goes on from
    there, that same place where the phrase ends, or None when the words there are no matter of the step.
    """
    end = phrase.noun + 1
    while end < len(sentence.tokens):
        further = next((to for s in STEPS if (to := s(sentence, phrase, entry, end)) is not None), end)
        if further == end:
            break
        end = further
    return end


def _prepositional(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """A phrase with a preposition that tells more of the thing: "волосы до плеч", "свитер с оленями"."""
    after = sentence.governed_at(end)
    if after is None or after.noun in sentence.used:
        return None
    tokens = sentence.tokens
    low = fold(tokens[end].low)
    if any(tokens[m].low in OWNER_WORDS for m in after.mods):
        return end  # "кольца на её пальце не было"
    if low == "на" and any(tokens[m].keys() & {"весь"} for m in after.mods):
        return end  # "застегнул китель на все пуговицы"
    completes = COMPLETES.get(low)
    told = completes is not None and completes(sentence, after, entry)
    return after.noun + 1 if told or _right_behind(sentence, phrase, after, entry) else None


def _right_behind(sentence: Sentence, phrase: Phrase, after: Phrase, entry: Thing) -> bool:
    """ "усы с завитками", "кофта с дырой", "каре с чёлкой": "с" right behind a thing of its own."""
    if phrase.prep or phrase.case not in ("nom", "acc") or after.case != "ins" or after.noun in sentence.at:
        return False
    if after.prep not in ("с", "со") or after.reading.animacy == "anim":
        return False
    theirs = things().get(after.reading.key)
    if theirs is None:
        return phrase.case == "nom" and entry.category in (*WORN, "hair")  # not "надел шляпу с трудом"
    if not entry.needs and entry.category == theirs.category:
        return True
    if theirs.category == "facial_hair" or (theirs.category in WORN and entry.category not in WORN):
        return False  # "лицо с бородой"
    return entry.category != "build" and not theirs.carried


def _is_a(kind: str, sentence: Sentence, after: Phrase) -> bool:
    """Whether the noun is on one of the lists of things.txt: part, place, pattern."""
    return bool(sentence.tokens[after.noun].keys("NOUN") & word_set("things.txt", kind))


def _of_material(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "платье из шёлка" """
    return entry.category in (*WORN, "other", "hair") and after.reading.animacy != "anim"


def _inside(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "платье в горошек", "серьга в ухе", "очки в оправе", "волосы в косах"."""
    keys = sentence.tokens[after.noun].keys("NOUN") | {fold(sentence.tokens[after.noun].low)}
    if _is_a("pattern", sentence, after) or (entry.category in ("facial_hair", "hair") and bool(keys & LAID)):
        return True
    if entry.category in BODY and (keys & SOIL or any(_is_mark(key) for key in keys)):
        return True  # "руки в наколках"
    place = _is_a("place", sentence, after)
    if entry.category == "accessory":
        return place or "оправа" in keys
    return place and entry.category not in GARMENT


def _is_mark(key: str) -> bool:
    """A mark on the skin: "наколка", "веснушка"."""
    thing = things().get(key)
    return thing is not None and thing.category in ("face", "other") and not thing.needs


def _without_part(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "куртка без капюшона" """
    finger = entry.english == "gloves" and bool(sentence.tokens[after.noun].keys("NOUN") & {"палец"})
    return finger or (entry.category in WORN and _is_a("part", sentence, after))


def _over_another(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "в пуховике поверх пижамы" """
    theirs = things().get(after.reading.key)
    return entry.category in GARMENT and theirs is not None and theirs.category in GARMENT


def _with_detail(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "платье с воротником", "свитер с оленями", "нос с горбинкой", "перстень с рубином"."""
    if after.case != "ins":
        return False  # "бурку с плеч"
    keys = sentence.tokens[after.noun].keys("NOUN")
    listed = bool(keys & things().keys())
    if entry.category == "face":
        return bool(keys & BENDS)
    if entry.category in ("accessory", "headwear") and keys & GEMS:
        return True
    animal = after.reading.key in word_set("absent.txt", "animal")
    if entry.carried and not listed and (animal or after.reading.animacy != "anim"):
        return after.noun not in sentence.at  # "рюкзак с единорогом", "корзина с грибами"
    if entry.category == "accessory" and ("печатка" in keys or (entry.english in JEWELLERY and not listed)):
        return True
    if entry.category in WORN and _is_a("part", sentence, after):
        return True
    if entry.category in GARMENT and keys & FURS:
        return True
    pictured = entry.category in GARMENT and not listed and after.case == "ins"
    return pictured and after.noun not in sentence.at and _decorates(after)


def _decorates(phrase: Phrase) -> bool:
    """ "свитер с оленями", "шляпка с вишнями": no bag, no manner, nothing that is held."""
    key = phrase.reading.key
    if key in word_set("absent.txt", "animal"):
        return phrase.reading.number == "plur"
    many = phrase.reading.number == "plur" and phrase.reading.animacy == "inan"
    return many and not kind_of(key).startswith("thing:accessory")


def _along_body(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "волосы ниже плеч", "шрам поперёк щеки" """
    return entry.category not in WORN and _is_a("place", sentence, after)


def _at_place(sentence: Sentence, after: Phrase, entry: Thing) -> bool:
    """ "волосы до плеч", "сумка через плечо", "туфли на каблуках", but not "опустил голову на грудь"."""
    if after.case == "acc" and entry.needs and entry.category in ("build", "other"):
        return False
    return _is_a("place", sentence, after) or _is_a("part", sentence, after)


COMPLETES: dict[str, Completes] = {
    "из": _of_material,
    "без": _without_part,
    "поверх": _over_another,
    "вместо": _along_body,
    **dict.fromkeys(("в", "во"), _inside),
    **dict.fromkeys(("с", "со"), _with_detail),
    **dict.fromkeys(("поперек", "ниже", "выше", "вдоль", "от"), _along_body),
    **dict.fromkeys(("на", "под", "через", "до", "за", "над", "по", "вокруг"), _at_place),
}


def _likened(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "татуировка в виде змеи" """
    tokens = sentence.tokens
    if tokens[end].low != "в" or end + 1 == len(tokens) or tokens[end + 1].low not in ("виде", "форме"):
        return None
    shape = sentence.phrase_at(end + 2)
    return None if shape is None else shape.noun + 1


def _of_colour(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "плащ цвета морской волны" """
    tokens = sentence.tokens
    if tokens[end].low != "цвета" or entry.category not in COLOURED:
        return None
    k = end + 1
    while (
        k < len(tokens) and tokens[k].low[0].isalpha() and (is_modifier(tokens[k]) or tokens[k].has("NOUN"))
    ):
        noun = tokens[k].best.pos == "NOUN"
        k += 1
        more = k < len(tokens) and tokens[k].best.pos == "NOUN" and tokens[k].best.case == "gen"
        if noun and not more:
            break
    return k


def _stop(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """Any other preposition, or a verb, ends the phrase."""
    return end if sentence.tokens[end].best.pos in ("PREP", "VERB") else None


def _postposed(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "с улыбкой робкою и счастливою" """
    token = sentence.tokens[end]
    if phrase.prep not in ("с", "со") or token.best.pos != "ADJF" or phrase.mods:
        return None
    if sentence.mod_of.get(end, -1) >= end or not _agrees_as("ADJF", sentence, phrase, end):
        return None
    return _joined_adjectives(sentence, phrase, end + 1)


def _agrees_as(pos: str, sentence: Sentence, phrase: Phrase, place: int) -> bool:
    """Whether the word is of this part of speech and agrees with the phrase's noun."""
    return any(r.pos == pos and agrees(r, phrase.reading) for r in sentence.tokens[place].readings)


def _joined_adjectives(sentence: Sentence, phrase: Phrase, end: int) -> int:
    """One past further adjectives joined by "и" or a comma."""
    tokens = sentence.tokens
    while end + 1 < len(tokens) and tokens[end].low in ("и", ","):
        fits = _agrees_as("ADJF", sentence, phrase, end + 1) and tokens[end + 1].best.pos == "ADJF"
        if not fits or sentence.mod_of.get(end + 1, -1) > end:
            break
        end += 2
    return end


def _participle(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "с бородой, заплетённой в косичку" """
    token = sentence.tokens[end]
    if token.best.pos != "PRTF" or not phrase.prep or sentence.mod_of.get(end, -1) >= end:
        return None
    if not _agrees_as("PRTF", sentence, phrase, end):
        return None
    return participle_tail(sentence, end + 1)


def _participle_apart(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "в подряснике, засученном по локоть" """
    if sentence.tokens[end].low != "," or end + 2 >= len(sentence.tokens) or entry.category not in TRIMMED:
        return None
    token = sentence.tokens[end + 1]
    if token.best.pos != "PRTF" or sentence.mod_of.get(end + 1, -1) > end:
        return None
    if not _agrees_as("PRTF", sentence, phrase, end + 1) or _somebodys(sentence, phrase, end + 1):
        return None
    if not phrase.prep and (phrase.case != "nom" or token.keys("PRTF", "VERB") & GOT):
        return None  # "одёрнула плащ, купленный на распродаже"
    belted = fold(token.low).startswith(BELTED)
    last = (not belted and _to_the_mark(sentence, end + 2)) or participle_tail(sentence, end + 2)
    means = sentence.phrases.get(last - 1)
    if means is not None and means.mods and belted:
        return None  # "в блузе, подпоясанной новым патронташем"
    return last if last > end + 2 else None


def _to_the_mark(sentence: Sentence, first: int) -> int | None:
    """One past a participle's own words, if they are few, name nobody and nothing that is told apart."""
    tokens = sentence.tokens
    last = next((t.i for t in tokens[first:] if not t.low[0].isalnum()), len(tokens))
    inside = range(first, last)
    if len(inside) > PARTICIPLE or any(k in sentence.at or sentence.is_verb(k) for k in inside):
        return None
    told = (p for p in sentence.phrases.values() if p.noun in inside and p.mods)
    return None if any(p.reading.key in things() for p in told) or not inside else last


def with_apart(sentence: Sentence, entry: Thing, end: int) -> int | None:
    """ "в чёрном фраке, с осыпавшимися пуговицами", "лицо было широкое, с ямочкой": a part of it."""
    if end + 2 >= len(sentence.tokens) or sentence.tokens[end].low != ",":
        return None
    if sentence.tokens[end + 1].low not in ("с", "со"):
        return None
    after = sentence.governed_at(end + 1)
    if after is None or after.noun in sentence.used or after.case != "ins":
        return None
    keys = sentence.tokens[after.noun].keys("NOUN")
    if entry.category == "clothes":
        return after.noun + 1 if _is_a("part", sentence, after) and "рукав" not in keys else None
    marks = entry.category in ("face", "eyes") and bool(keys & BENDS)
    grey = entry.category in ("hair", "facial_hair") and bool(keys & GREY)
    return after.noun + 1 if marks or grey else None


def _with_apart(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    return with_apart(sentence, entry, end)


def participle_tail(sentence: Sentence, last: int) -> int:
    """One past what completes a participle: "собраны в пучок", "покрыто шрамами"."""
    for p in sentence.phrases.values():
        if p.start == last and not p.prep:
            if any(r.case == "ins" for r in noun_readings(sentence.tokens[p.noun])):
                return p.noun + 1
        if p.prep_at == last and p.prep in AROUND_PARTICIPLE:
            return p.noun + 1
    way = last < len(sentence.tokens) and fold(sentence.tokens[last].low) in WAYS
    return last + way  # "сбитой набок"


def _bare_word(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "в футболке Nike", "в юбке карандаш", "в халате нараспашку", "с бородкой клинышком"."""
    token = sentence.tokens[end]
    low = fold(token.low)
    styled = entry.category in WORN and (LATIN.fullmatch(low) or low in STYLES)
    put_on = entry.category in GARMENT and low in WAYS
    shaped = entry.category in SHAPED and low in SHAPES
    return end + 1 if styled or put_on or shaped else None


def _genitive(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "осанка балерины", "копна рыжих волос", but not whose it is: "глаза девушки"."""
    inner = next((p for p in sentence.phrases.values() if p.start == end and not p.prep), None)
    if inner is None or inner.noun in sentence.at or inner.noun == phrase.noun:
        return None
    animal = inner.reading.key in word_set("absent.txt", "animal")
    thing = entry.carried or entry.category == "other"
    if inner.reading.animacy == "anim" and not thing and not animal:
        return None
    measured = inner.case in ("gen", "acc") or phrase.reading.key in QUANTITY
    genitive = measured and any(r.case == "gen" for r in noun_readings(sentence.tokens[inner.noun]))
    return inner.noun + 1 if genitive else None


def _of_the_absent(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "с улыбкой победителя": nobody who is there."""
    f = sentence.at.get(end)
    said = f is not None and f.kind == "noun" and f.absent and f.case == "gen" and phrase.prep
    return f.end if f is not None and said else None


def _unlike(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "с лицом не по возрасту" """
    tokens = sentence.tokens
    apart = tokens[end].low == "не" and end + 2 < len(tokens) and tokens[end + 1].low == "по"
    return end + 3 if apart else None


def _set_off(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "лицо его, длинное и худое": adjectives between commas that nobody before could have."""
    tokens = sentence.tokens
    owner = sentence.at.get(end)
    k = owner.end if owner is not None and owner.kind == "poss" else end
    any_case = len({r.case for r in noun_readings(tokens[phrase.noun])}) > 4  # "парень в худи, кудрявый"
    if end != phrase.noun + 1 or entry.carried or any_case:
        return None
    last = None
    while k + 1 < len(tokens) and tokens[k].low in (",", "и", "но"):
        k += 1
        while k + 1 < len(tokens) and fold(tokens[k].low) in DEGREE:
            k += 1
        if not any(_agrees_as(pos, sentence, phrase, k) for pos in MODIFIERS) or not _describes(sentence, k):
            break
        last = k = k + 1
    closed = last is not None and (last == len(tokens) or not tokens[last].low[0].isalnum())
    return last if closed and last and not _somebodys(sentence, phrase, last - 1) else None


def _describes(sentence: Sentence, place: int) -> bool:
    """An adjective of no later noun that says more than "похожий" or "такой"."""
    token = sentence.tokens[place]
    if token.best.pos not in MODIFIERS and look_of(token) is None:
        return False
    if sentence.mod_of.get(place, -1) > place or place in sentence.at or token.keys("ADJF") & EMPTY:
        return False
    return not any("Apro" in r.grams for r in token.readings)


def _somebodys(sentence: Sentence, phrase: Phrase, place: int) -> bool:
    """Somebody before the phrase agrees with the adjective as well."""
    r = next(r for r in sentence.tokens[place].readings if agrees(r, phrase.reading))
    letter = {"masc": "m", "femn": "f", "neut": "n"}.get(r.gender, "u") if r.number == "sing" else "u"
    return any(
        f.kind != "poss" and f.first < phrase.start and f.case == r.case and f.number == r.number
        and (letter == f.gender or "u" in (letter, f.gender))
        for f in sentence.people_here()
    )  # fmt: skip


def _inscribed(sentence: Sentence, phrase: Phrase, entry: Thing, end: int) -> int | None:
    """ "с бейджем «Стажёр»", "футболка с надписью «Мир»": the words that are written there."""
    tokens = sentence.tokens
    close = CLOSING.get(tokens[end].low)
    if close is None or entry.category not in (*WORN, "other") or entry.carried:
        return None
    ahead = tokens[end + 1 : end + 2 + WRITTEN]
    return next((t.i + 1 for t in ahead[1:] if t.low == close), None)


STEPS: tuple[Step, ...] = (
    _prepositional, _likened, _inscribed, _set_off, _of_colour, _stop, _postposed, _participle,
    _participle_apart, _with_apart, _bare_word, _genitive, _of_the_absent, _unlike,
)  # fmt: skip
