"""Those the text talks about without showing them: authors, comparisons, the wanted, the painted."""

from collections.abc import Callable
from dataclasses import dataclass

from ..grammar.marks import DASH, HARD, QUOTES
from ..grammar.numbers import number_value
from ..grammar.phrases import build, look_of
from ..grammar.tokens import Token
from ..lexicon.lists import fold, people, things, verbs, word_set
from .found import Found

WANTED = word_set("absent.txt", "wanted")
SOFT = word_set("absent.txt", "thought of")

POSTERS = word_set("absent.txt", "poster")

# How one asks for a picture; the first need no word for it.
DRAWING = word_set("absent.txt", "draw")
ASKING = word_set("absent.txt", "ask")

DRESSED_AS = word_set("absent.txt", "dressed as")


@dataclass(slots=True)
class _Place:
    """Where somebody is named, and the two words right before it."""

    tokens: list[Token]
    found: Found
    before: Token | None
    second: Token | None  # the word before `before`
    word: str  # `before` in lower case, with е for ё

    @property
    def after(self) -> str:
        """The word right after, "" at the end of the sentence."""
        end = self.found.end
        return self.tokens[end].low if end < len(self.tokens) else ""


def mark_absent(tokens: list[Token], found: list[Found]) -> None:
    """Mark those the text talks about without showing them: authors, comparisons, the wanted."""
    asked = _asked(tokens)
    for f in found:
        if f.kind in ("pron", "poss", "rel") or f.start in asked:
            continue
        before = tokens[f.start - 1] if f.start > 0 else None
        second = tokens[f.start - 2] if f.start > 1 else None
        place = _Place(tokens, f, before, second, fold(before.low) if before else "")
        f.absent = not _passing_by(place) and next((gone for holds, gone in SIGNS if holds(place)), False)
        f.sought = f.absent and (_needed(place) or _sought(place))


def _passing_by(place: _Place) -> bool:
    """ "подумала она о толстом господине, проехавшем навстречу": thought of, but seen as well."""
    tokens, f = place.tokens, place.found
    if f.kind != "noun" or f.phrase is None or place.word not in ("о", "об"):
        return False
    if place.after != "," or f.end + 1 >= len(tokens):
        return False
    return tokens[f.end + 1].has("PRTF") and any(look_of(tokens[m]) is not None for m in f.phrase.mods)


def _picture_in_quotes(place: _Place) -> bool:
    """ "картина «Алёнушка»": the name of a work."""
    second = place.second
    return second is not None and place.word in QUOTES and bool(second.keys("NOUN") & _works())


def _quoted(place: _Place) -> bool:
    """ "кафе «Наташа»": a name alone between quotation marks is that of a thing."""
    return place.before is not None and place.before.low in QUOTES and place.after in QUOTES


def _denied(place: _Place) -> bool:
    """ "не было мужчин", "ни одного солдата"."""
    f = place.found
    many = f.case == "gen" and f.number == "plur" and place.before is not None
    if not many and place.word not in ("ни", "никакого"):
        return False
    span = [t.low for t in place.tokens[max(0, f.start - 3) : f.start]]
    return "нет" in span or "ни" in span or ("не" in span and "было" in span)


def _anybody(place: _Place) -> bool:
    """ "известно каждому петербуржцу": nobody in particular."""
    phrase, f = place.found.phrase, place.found
    if phrase is None or f.number != "sing" or f.case == "nom":
        return False
    return any(place.tokens[m].keys("ADJF") & {"каждый", "всякий", "любой"} for m in phrase.mods)


def _late(place: _Place) -> bool:
    """ "покойная жена" """
    phrase = place.found.phrase
    return phrase is not None and any(place.tokens[m].keys("ADJF") & {"покойный"} for m in phrase.mods)


def _needed(place: _Place) -> bool:
    """ "Бухгалтер требуется": an advertisement."""
    tokens, f = place.tokens, place.found
    if f.case != "nom":
        return False
    needed = word_set("absent.txt", "needed")
    told = tokens[f.end : f.end + 2]
    return any(t.keys("VERB", "ADJS") & needed for t in told) and not _told_after(tokens, f)


def _sought(place: _Place) -> bool:
    """ "Ищут няню", "вспомнил отца"."""
    tokens, f = place.tokens, place.found
    for k in range(max(0, f.start - 4), f.start):
        said = tokens[k].keys("VERB", "INFN", "GRND", "PRED", "ADJS") & verbs("absent").keys()
        if not said or any(t.low in HARD or t.low == "," for t in tokens[k : f.start]):
            continue
        if said & (SOFT | WANTED) and (_told_after(tokens, f) or _with_years(tokens, f)):
            continue  # "Разыскивается мужчина: рост 180"
        ours = any("1per" in r.grams and r.number == "plur" for r in tokens[k].readings)
        described = place.after in ("в", "с", "со", "без") or f.start < f.first
        if said <= SOFT and ours and described and _looks_told(place):
            continue  # "ищем пожилого мужчину с бородой"
        if said <= SOFT and not ours and described:
            continue  # "вспомнил старика с бородой"
        return True
    return False


def _with_years(tokens: list[Token], f: Found) -> bool:
    """ "разыскивается Климова Тамара Ильинична, 1951 г.р." """
    k = f.end + (f.end < len(tokens) and tokens[f.end].low == ",")
    return f.kind == "name" and k < len(tokens) and tokens[k].low.isdigit()


def _looks_told(place: _Place) -> bool:
    """An adjective of looks before the noun, and something worn or of the body right behind it."""
    tokens, f = place.tokens, place.found
    behind = [t for t in tokens[f.end + 1 : f.end + 5] if t.keys("NOUN") & things().keys()]
    before = f.phrase is not None and any(look_of(tokens[m]) is not None for m in f.phrase.mods)
    return before and place.after in ("в", "с", "со", "без") and bool(behind)


def _whose_things(place: _Place) -> bool:
    """ "одежда девушки — сарафан": what follows is worn by her."""
    before = place.before
    kinds = word_set("forms.txt", "kind")
    return before is not None and bool(before.keys("NOUN") & kinds) and place.after in (":", "-", *DASH)


def _of_work(place: _Place) -> bool:
    """ "книга Толстого", "памятник Пушкину"."""
    before = place.before
    if before is None or place.found.case not in ("gen", "dat") or before.best.pos != "NOUN":
        return False
    return bool(before.keys("NOUN") & _works())


def _of_something(place: _Place) -> bool:
    """ "храбрость солдата": a quality or an affair of somebody's, no thing of theirs and no group."""
    before, f = place.before, place.found
    if before is None or f.case != "gen" or before.best.pos != "NOUN":
        return False
    owned = before.keys("NOUN")
    if owned & things().keys() or any(people()[key].kind == "collective" for key in owned & people().keys()):
        return False
    if owned & word_set("absent.txt", "act"):
        return False  # "при входе Зимина"
    if f.kind == "name":
        kin = any(people()[key].kind == "kin" for key in owned & people().keys())
        if kin or place.tokens[f.head].rel in ("obj", "nsubj", "iobj"):
            return False  # "муж Веры"
    return not number_value(before)


def _things_of_many(place: _Place) -> bool:
    """ "в шляпе Ивана", "с бородами стариков": theirs is a name or a plural, which likens to nobody."""
    f = place.found
    return _has_worn_thing(place) and not (f.number == "sing" and f.kind == "noun")


def _has_worn_thing(place: _Place) -> bool:
    """ "в мундире полковника": what kind of thing it is, not whose."""
    before, f = place.before, place.found
    if before is None or f.case != "gen" or not before.keys("NOUN") & things().keys():
        return False
    phrase = build(place.tokens, before.i)
    return phrase is not None and phrase.prep in ("с", "со", "в", "во", "без")


def _from_sender(place: _Place) -> bool:
    """ "письмо от бабушки"."""
    return place.word == "от" and place.second is not None and bool(place.second.keys() & _works())


def _looks_like(place: _Place) -> bool:
    """ "похожа была на мать", "на следователя она не походила"."""
    if place.word != "на":
        return False
    start, end = place.found.start, place.found.end
    near = [*place.tokens[max(0, start - 3) : start - 1], *place.tokens[end : end + 2]]
    return any(t.keys() & {"похожий", "похож", "походить"} for t in near)


def _on_poster(place: _Place) -> bool:
    """ "на афише красовался клоун": printed or painted, not there."""
    tokens, f = place.tokens, place.found
    for k in range(f.start):
        if tokens[k].low in HARD or tokens[k].low == ",":
            return False
        if tokens[k].keys("NOUN") & POSTERS and k > 0 and f.case == "nom":
            return any(t.low in ("на", "с", "со") for t in tokens[max(0, k - 2) : k])
    return False


def _coloured_like(place: _Place) -> bool:
    """ "лицо цвета больного"."""
    return place.word == "цвета"


def _what_somebody_has(place: _Place) -> bool:
    """ "знал, что у соседа есть ружьё": "что" compares nothing here."""
    return _has_like(place) and place.second is not None and place.second.low == "что"


def _has_like(place: _Place) -> bool:
    """ "кудрявые, как у негра"."""
    second = place.second
    return second is not None and place.word in ("у", "на", "с", "в") and fold(second.low) in _like()


def _likened(place: _Place) -> bool:
    """ "стройная, словно королева"."""
    if place.word not in _like() or place.word == "что":
        return False
    return place.word != "как" or (place.second is not None and not _does(place.tokens, place.found))


def _pictured_with(place: _Place) -> bool:
    """ "картинка с королём"."""
    second = place.second
    return second is not None and place.word in ("с", "со") and bool(second.keys("NOUN") & _works())


def _dress_of_own(place: _Place) -> bool:
    """ "одетая в шубу сестрой": the dress is named, so the noun is not what they are dressed as."""
    return _dressed_as(place) and any(t.low in ("в", ",", "и") for t in _four_before(place))


def _dressed_as(place: _Place) -> bool:
    """ "одет он был помещиком"."""
    f = place.found
    if f.case != "ins" or f.kind != "noun" or (f.phrase and f.phrase.prep):
        return False
    return any(t.keys("PRTF", "PRTS", "ADJS") & DRESSED_AS for t in _four_before(place))


def _four_before(place: _Place) -> list[Token]:
    start = place.found.start
    return place.tokens[max(0, start - 4) : start]


def _disguised(place: _Place) -> bool:
    """ "наряженная Снегурочкой"."""
    before = place.before
    if before is None or place.found.case != "ins":
        return False
    return bool(before.keys("PRTF", "PRTS", "VERB") & DRESSED_AS)


def _posing_as(place: _Place) -> bool:
    """ "причёска под мальчика"."""
    return place.word == "под" and place.found.case == "acc" and place.found.kind == "noun"


def _missed(place: _Place) -> bool:
    """ "тосковала по мужу"."""
    return place.word == "по" and place.found.case == "dat"


def _talked_about(place: _Place) -> bool:
    """ "рассказ о рыцаре", "без жены"."""
    return place.word in word_set("absent.txt", "about")


def _visited(place: _Place) -> bool:
    """ "— Вы к Марго?": somebody who is elsewhere."""
    if place.word not in ("к", "ко") or place.second is None or place.second.key not in ("ты", "вы"):
        return False
    return any(t.low == "?" for t in place.tokens[place.found.end : place.found.end + 1])


def _to_be_called(place: _Place) -> bool:
    """ "звоните Марине", "обращаться к Петру": in a notice."""
    f = place.found
    if f.case != "dat":
        return False
    before = place.tokens[max(0, f.start - 4) : f.start]
    asked = [t for t in before if t.keys("VERB", "INFN") & verbs("contact").keys()]
    return any(t.best.pos == "INFN" or any("impr" in r.grams for r in t.readings) for t in asked)


def _addressed(place: _Place) -> bool:
    """ "Ну, брат, дела!": a form of address that names nobody the text tells of."""
    tokens, f = place.tokens, place.found
    if f.case != "nom" or not f.keys & word_set("absent.txt", "address"):
        return False
    before = tokens[f.start - 1].low if f.start else "—"
    after = place.after or "."
    if after in ("мой", "моя"):
        after = tokens[f.end + 1].low if f.end + 1 < len(tokens) else "."
    apart = (before == "," or before in DASH or before in HARD) and (
        after in (",", "!", "?", "…") or after in QUOTES
    )
    if not apart or not (_said_aloud(tokens, f) or _sure_address(f, before, after)):
        return False
    remark = after == "," and before in DASH and tokens[0].low not in DASH and f.start > 0
    return not remark and not _told_of_you(tokens)


def _said_aloud(tokens: list[Token], f: Found) -> bool:
    """Some sign of speech: a dash at the start, quotation marks, "!", "мой"."""
    if tokens[0].low in DASH or any(t.low in QUOTES or t.low in ("!", "?") for t in tokens):
        return True
    return f.phrase is not None and any(tokens[m].keys("ADJF") & {"мой"} for m in f.phrase.mods)


def _sure_address(f: Found, before: str, after: str) -> bool:
    """ "А что, батенька, делать": such a word between commas is said to somebody."""
    return before == after == "," and bool(f.keys & word_set("absent.txt", "sure address"))


def _told_of_you(tokens: list[Token]) -> bool:
    """ "Вы, сударь, небриты!": looks are told of the one who is spoken to."""
    you = any(t.best.key in ("ты", "вы") for t in tokens)
    return you and any(look_of(t) is not None for t in tokens) and not any(t.low == "?" for t in tokens)


# What shows that somebody is only talked about (True) or is there all the same (False): the first that
# holds decides.
SIGNS: tuple[tuple[Callable[[_Place], bool], bool], ...] = (
    (_whose_things, False),
    (_picture_in_quotes, True),
    (_quoted, True),
    (_denied, True),
    (_anybody, True),
    (_late, True),
    (_needed, True),
    (_sought, True),
    (_of_work, True),
    (_of_something, True),
    (_things_of_many, False),
    (_has_worn_thing, True),
    (_from_sender, True),
    (_looks_like, True),
    (_on_poster, True),
    (_coloured_like, True),
    (_what_somebody_has, False),
    (_has_like, True),
    (_likened, True),
    (_pictured_with, True),
    (_dress_of_own, False),
    (_dressed_as, True),
    (_disguised, True),
    (_posing_as, True),
    (_missed, True),
    (_talked_about, True),
    (_visited, True),
    (_to_be_called, True),
    (_addressed, True),
)


def _works() -> frozenset[str]:
    """Books, pictures, streets, letters: nouns whose dependent person is elsewhere."""
    return word_set("absent.txt", "of")


def _like() -> frozenset[str]:
    """Words that open a comparison."""
    return word_set("absent.txt", "like")


def _told_after(tokens: list[Token], f: Found) -> bool:
    """Looks follow in a list, as in a notice: "ищем девушку: стройная, длинные волосы"."""
    rest = tokens[f.end :]
    if not any(t.low in (":", ",") for t in rest[:6]):
        return False
    told = (t for t in rest if t.keys("NOUN") & things().keys() or look_of(t) is not None)
    return next(told, None) is not None


def _asked(tokens: list[Token]) -> set[int]:
    """Where those stand whom the text asks to draw: "портрет девушки", "нарисуй деда"."""
    pictures = word_set("absent.txt", "picture")
    asks, opens = False, True
    for i, t in enumerate(tokens):
        if t.keys("NOUN") & pictures and (opens or asks):
            for k in range(i + 1, len(tokens)):
                if tokens[k].low in HARD or tokens[k].low in (",", "-", "—"):
                    break
                if tokens[k].best.pos == "VERB":
                    return set()  # "портрет старика висел на стене"
            return set(range(i + 1, min(i + 6, len(tokens))))
        if t.keys("VERB", "INFN") & DRAWING and not any("past" in r.grams for r in t.readings):
            return set(range(i + 1, min(i + 8, len(tokens))))
        if t.keys("VERB", "INFN", "ADJS", "PRED") & ASKING:
            asks = True
        elif t.best.pos not in ("ADJF", "PRTF", "NPRO", "PREP", "ADVB", "PRCL") and t.low[0].isalpha():
            opens = False
    return set()


def _does(tokens: list[Token], f: Found) -> bool:
    """ "лет десять, как Степан поседел": the subject of a verb of its own, no comparison."""
    verb = tokens[f.head].head
    if f.case == "nom" and f.end < len(tokens) and tokens[f.end].has("VERB") and tokens[f.end].pos == "VERB":
        return True
    return tokens[f.head].rel.startswith("nsubj") and verb > f.last and tokens[verb].has("VERB")
