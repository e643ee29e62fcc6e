"""Bare adjectives and participles: whose they are, and phrases that two people share."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from ..grammar.agreement import MODIFIERS
from ..grammar.marks import DASH, HARD
from ..grammar.nominative import masculine, nominative
from ..grammar.phrases import DEGREE, Phrase, look_of
from ..grammar.tokens import Reading, Token
from ..lexicon.compounds import is_colour
from ..lexicon.lists import fold, things, verbs, word_set
from ..people.found import Found
from .rules import DETACHED, AdjectiveAt, decide

if TYPE_CHECKING:
    from ..people.coreference.entity import Entity
    from .finder import SentenceLooks

DRESSED = word_set("rules.txt", "dressed")
GOOD_LOOKING = ("хорош", "хороша", "хороши", "недурен", "недурна", "дурна", "дурён")
BROAD_IN = word_set("rules.txt", "broad in")
COMPLEMENTS = word_set("rules.txt", "complement")
OF_TWO_WORDS = word_set("rules.txt", "complement of two words")
NO_DEGREE = word_set("rules.txt", "no degree")
BELTED = tuple(word_set("rules.txt", "belted"))
NOTHING_BUT = word_set("rules.txt", "nothing but")
LETTERS = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
LIKE_COLOURS = word_set("rules.txt", "like a colour")


def adjective(looks: SentenceLooks, i: int) -> bool:
    """Make a feature of the adjective at place `i` if it shows someone's looks."""
    t = looks.tokens[i]
    if _coloured_clothes(looks, i):
        return True
    if not _is_adjective(looks, i):
        return False
    found = look_of(t)
    if found is None:
        return t.low in GOOD_LOOKING and _in_person(looks, i)
    category, normalized, key = found
    if _rather(looks, i, category):
        return True
    if fold(key) in DRESSED and _dressed_in(looks, i):
        return False
    owner = _owner(looks, i)
    if owner is None:
        return False
    first, end = _span(looks, i)
    if fold(key) == "одетый" and end == first + 1:
        return False  # "одета она была так: ..."
    if " " in normalized:  # "рыжебородый" is a red beard
        adjectives, head = (key.split()[0],), key.split()[-1]
    else:
        adjectives, head = (key,), ""
        around = looks.tokens[first:i], looks.tokens[i + 1 : end]
        normalized = " ".join([*(x.low for x in around[0]), normalized, *(x.low for x in around[1])])
    looks.add(owner, first, end, category, normalized, looks.negation(first), adjectives, head)
    _tells_sex(t, owner)
    return True


def _is_adjective(looks: SentenceLooks, i: int) -> bool:
    t = looks.tokens[i]
    if t.best.pos in ("VERB", "ADVB", "PREP", "CONJ") and t.pos != "ADJ":
        return False
    if t.best.pos == "NOUN" and t.keys("NOUN") & things().keys():
        return False
    if i - 1 in looks.at and looks.at[i - 1].kind == "name" and t.text[0].isupper() and t.text[1:].islower():
        return False  # "Годрик Пепельный"
    proper = i > 0 and t.text[0].isupper() and t.text[1:].islower()
    if proper and looks.tokens[i - 1].low[-1] in (*LETTERS, ")"):
        return False  # "это мой друг, Аркадий (опять!) Долгорукий"
    # "один карий, другой зелёный" speaks of eyes
    one_of = i > 0 and fold(looks.tokens[i - 1].low) in ("один", "одна", "другой", "другая")
    return not one_of or i - 1 in looks.at


def _owner(looks: SentenceLooks, i: int) -> Entity | None:
    """The person whose noun the adjective modifies, or whom it is told of from afar."""
    noun = looks.mod_of.get(i)
    if noun is not None and noun in looks.at:
        return looks.at[noun].entity  # type: ignore[no-any-return]
    if noun is not None and noun > i:
        return None
    return _standing_alone(looks, i)


def _standing_alone(looks: SentenceLooks, i: int) -> Entity | None:
    owner: Entity | Literal[False] | None = decide(DETACHED, AdjectiveAt(looks, i))
    return owner or None


def _tells_sex(token: Token, owner: Entity) -> None:
    """ "бледна" makes a woman of somebody whose sex nothing told before."""
    shown = next((r for r in token.readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")), None)
    if owner.gender != "u" or owner.unsexed or owner.number != "sing" or shown is None:
        return
    subject = shown.case == "nom" or shown.pos in ("ADJS", "PRTS")
    if subject and shown.number == "sing" and shown.gender in ("masc", "femn"):
        owner.gender = "m" if shown.gender == "masc" else "f"


def _rather(looks: SentenceLooks, i: int, category: str) -> bool:
    """ "борода была не седая, а рыжая": the second word is still about the beard."""
    tokens = looks.tokens
    if i < 3 or [t.low for t in tokens[i - 2 : i]] != [",", "а"] or not looks.made:
        return False
    first, end, owner, negated, *_ = looks.made[-1]
    part = next((p for n, p in looks.phrases.items() if first <= n < end and not p.prep), None)
    if end != i - 2 or not negated or part is None:
        return False
    noun = part.reading
    shown = next((r for r in tokens[i].readings if r.pos in MODIFIERS and r.number == noun.number), None)
    if shown is None or (noun.number == "sing" and shown.gender not in ("", noun.gender)):
        return False
    word = nominative(shown, noun.number, noun.gender if noun.number == "sing" else "")
    looks.add(owner, i, i + 1, category, f"{word} {nominative(noun)}", False, (shown.lemma,), noun.lemma)
    return True


def _in_person(looks: SentenceLooks, i: int) -> bool:
    """ "хороша собой", "хороша была собой" """
    for k in range(i + 1, min(i + 3, len(looks.tokens))):
        if looks.tokens[k].low == "собой":
            word = "некрасивый" if looks.tokens[i].low.startswith("дур") else "красивый"
            owner = _standing_alone(looks, i)
            looks.add(owner, i, k + 1, "face", word, looks.negation(i), (word,))
            return owner is not None
    low = looks.tokens[i].low
    near = [t for t in looks.tokens[i + 1 : i + 3] if t.low != "же"]
    if low in ("хорош", "хороша") and near and near[0].keys("VERB") & {"быть"}:
        if len(near) > 1 and near[1].i in looks.at and looks.at[near[1].i].case == "nom":
            owner = looks.at[near[1].i].entity  # "хороша была цыганка"
            looks.add(owner, i, i + 1, "face", "красивый", looks.negation(i), ("красивый",))
            return owner is not None
    return False


def _dressed_in(looks: SentenceLooks, i: int) -> bool:
    """What one is dressed in follows and is the feature itself."""
    if any(t.low in ("в", "во") for t in looks.tokens[i + 1 : i + 5]):
        return True
    for p in looks.phrases.values():
        if i < p.start <= i + 4 and not p.prep and looks.tokens[p.noun].best.case == "ins":
            if not any(t.low == "," or k + i in looks.at for k, t in enumerate(looks.tokens[i : p.start])):
                return looks.thing(p) is not None  # "укутанная до глаз шалью"
    return False


def _span(looks: SentenceLooks, i: int) -> tuple[int, int]:
    """The adjective with the adverbs and the complement of a participle."""
    tokens = looks.tokens
    if i > 2 and [t.low for t in tokens[i - 3 : i - 1]] == ["не", "по"] and not _broad_in(tokens, i):
        return i - 3, i + 1  # "не по годам седая"
    end = _set_complement(looks, i)
    if end is not None:
        return i, end
    if tokens[i].has("PRTF", "PRTS") or fold(tokens[i].low).endswith("бритый"):
        return _participle_span(looks, i)
    cause = next((p for p in looks.phrases.values() if p.prep_at == i + 1 and p.prep == "от"), None)
    if cause is not None and cause.reading.animacy != "anim":
        return i, cause.noun + 1  # "румяная от мороза"
    return i, i + 1


def _broad_in(tokens: list[Token], i: int) -> bool:
    """ "широк в плечах" """
    following = tokens[i + 1 : i + 3]
    return len(following) == 2 and following[0].low == "в" and fold(following[1].low) in BROAD_IN


def _set_complement(looks: SentenceLooks, i: int) -> int | None:
    """One past a complement that adjectives and participles both take: "в плечах", "по пояс", "лицом"."""
    end = i + 1
    following = tuple(t.low for t in looks.tokens[end : end + 2])
    if _broad_in(looks.tokens, i) or " ".join(following) in OF_TWO_WORDS:
        return end + 2
    likened = looks.at.get(end)
    if likened is not None and likened.absent and likened.case == "ins":
        return likened.end  # "наряженная Снегурочкой"
    return end + 1 if following and following[0] in COMPLEMENTS else None


def _participle_span(looks: SentenceLooks, i: int) -> tuple[int, int]:
    first, end = _adverbs_around(looks.tokens, i)
    means = _means(looks, i, end)
    if means is not None:
        return first, means.noun + 1  # "перепачканный сажей"
    following = looks.tokens[end].low if end < len(looks.tokens) else ""
    after = next((p for p in looks.phrases.values() if p.prep_at == end), None)
    if following in ("на", "под") and look_of(looks.tokens[i]) is not None:
        worn = looks.thing(after) if after is not None else None
        hair = worn is None or worn.category.startswith("hair")
        if after is not None and after.noun - end < 4 and hair:
            return first, after.noun + 1  # "причёсанная на прямой пробор"
        likened = looks.at.get(end + 1)
        if after is None and likened is not None and likened.absent:
            return first, end + 2  # "стриженная под мальчика"
    if fold(following) in ("до", "от") and after is not None:
        end = after.noun + 1
    return first, end


def _adverbs_around(tokens: list[Token], i: int) -> tuple[int, int]:
    """A participle with its adverbs: "коротко остриженная" """
    first, end = i, i + 1
    while first > 0 and tokens[first - 1].best.pos == "ADVB" and tokens[first - 1].low.endswith(("о", "и")):
        if fold(tokens[first - 1].low) in NO_DEGREE:
            break
        first -= 1
    while end < len(tokens) and tokens[end].best.pos == "ADVB":
        if fold(tokens[end].low) not in DEGREE and not tokens[end].low.endswith("о"):
            break
        end += 1
    return first, end


def _means(looks: SentenceLooks, i: int, end: int) -> Phrase | None:
    """The thing in the instrumental by which the participle at place `i` came about."""
    belted = fold(looks.tokens[i].low).startswith(BELTED)
    for means in looks.phrases.values():
        if means.start != end or means.prep or looks.tokens[means.noun].best.case != "ins":
            continue
        entry = looks.thing(means)
        clothes = entry is not None and entry.category in ("clothes", "headwear", "accessory")
        of_its_own = entry is not None and clothes and not entry.carried and not belted
        if means.noun not in looks.used and means.reading.animacy != "anim" and not of_its_own:
            return means
    return None


def _coloured_clothes(looks: SentenceLooks, i: int) -> bool:
    """ "она в алом", "весь в чёрном": a colour alone stands for clothes."""
    k = _before_only(looks.tokens, i)
    if k >= 0 and looks.tokens[k].keys("VERB", "GRND") & verbs("put on").keys():
        return _worn_colour(looks, i, k)
    if k < 0 or looks.tokens[k].low not in ("в", "во"):
        return False
    left_out = _left_out(looks, i, k)
    colour = next((r for r in looks.tokens[i].readings if _colour_of_clothes(r, left_out)), None)
    if colour is None or looks.mod_of.get(i, -1) > i:
        return False
    if colour.case == "acc" and not looks._dressing(k):
        return False
    owner = looks.nominal_owner(k, i + 1)
    if owner is None:
        return False
    denied = looks.negation(k)
    first, garment = k, "одежда"
    shown = f"{nominative(colour, 'sing', 'femn')} одежда"
    if left_out is not None:
        shown = f"{nominative(colour, 'sing', left_out.gender)} {nominative(left_out, 'sing')}"
        first, garment = k - (denied and k > 0 and looks.tokens[k - 1].low == "не"), left_out.lemma
    looks.add(owner, first, i + 1, "clothes", shown, denied, (colour.lemma,), garment, prep="в", case="loc")
    return True


def _before_only(tokens: list[Token], i: int) -> int:
    """The place before an adjective and the words of "во всём", "только", "исключительно" before it."""
    k = i - 1
    if k >= 0 and fold(tokens[k].low) in ("всем", "все"):
        k -= 1
    if k >= 0 and fold(tokens[k].low) in NOTHING_BUT:
        k -= 1
    return k


def _colour_of_clothes(r: Reading, left_out: Reading | None) -> bool:
    if r.pos != "ADJF" or r.number != "sing" or r.case not in ("loc", "acc"):
        return False
    if r.gender not in ("neut", "masc") and left_out is None:
        return False
    return is_colour(r.lemma) or r.key in LIKE_COLOURS


def _left_out(looks: SentenceLooks, i: int, prep: int) -> Reading | None:
    """The garment named elsewhere: "не в синем, а в чёрном платье", "в красной куртке и ... в синей"."""
    own = [r for r in looks.tokens[i].readings if r.pos == "ADJF" and r.case in ("loc", "acc")]
    for p in looks.phrases.values():
        if not _worn_with_adjective(p) or not any(r.gender in ("", p.reading.gender) for r in own):
            continue
        rather = prep > 0 and looks.tokens[prep - 1].low == "не" and p.noun > i
        if rather and any(t.low in ("а", "но") for t in looks.tokens[i : p.whole]):
            return p.reading
        if p.noun < prep and any(p.noun < f.first and f.last < prep for f in looks.people_here()):
            return p.reading
    return None


def _worn_with_adjective(phrase: Phrase) -> bool:
    """ "в чёрном платье", one garment with something said of it"""
    entry = things().get(phrase.reading.key)
    if entry is None or entry.category not in ("clothes", "headwear", "accessory"):
        return False
    return phrase.prep in ("в", "во") and bool(phrase.mods) and phrase.reading.number == "sing"


def _worn_colour(looks: SentenceLooks, i: int, verb: int) -> bool:
    """ "носила только чёрное"."""
    fits = [
        r
        for r in looks.tokens[i].readings
        if r.pos == "ADJF" and r.gender == "neut" and r.case == "acc" and is_colour(r.lemma)
    ]
    owner = looks.subject(verb)
    if not fits or i in looks.mod_of or owner is None:
        return False
    normalized = f"{nominative(fits[0], 'sing', 'femn')} одежда"
    looks.add(owner, i, i + 1, "clothes", normalized, looks.negation(verb), (fits[0].lemma,), "одежда")
    return True


def share(looks: SentenceLooks) -> None:
    """Repeat for each of two coordinated people what is said of both."""
    for i, other in looks.both:
        _repeat(looks, i, other)
    people = [f for f in looks.found if f.kind in ("noun", "name") and f.entity is not None and not f.absent]
    for first, second in pairwise(people):
        if first.entity is second.entity:
            continue
        alike = any(fold(t.low).startswith("одинаков") for t in looks.tokens[second.end :])
        if not _together(looks, first, second, alike):
            continue
        _adjectives_before(looks, first, second)
        own = any(owner is first.entity and start >= first.end for start, _, owner, *_ in looks.made)
        if not own and second.start == second.first:
            _plural_after(looks, first, second, alike)


def _repeat(looks: SentenceLooks, i: int, other: Entity) -> None:
    """ "мужчина и мальчик: оба кудрявые": what the adjective tells of the one it tells of the other."""
    place = looks.tokens[i].start, looks.tokens[i].end
    for owner in {id(m[2]): m[2] for m in looks.made}.values():
        for fact in list(owner.facts):
            if (fact.start, fact.end) == place and owner is not other:
                other.facts.append(replace(fact))


def _together(looks: SentenceLooks, first: Found, second: Found, alike: bool) -> bool:
    """ "Анна и Мария", "Анна с Марией в одинаковых платьях" """
    between = [t.low for t in looks.tokens[first.end : second.start]]
    if alike and between == ["с"]:
        return True
    return first.case == second.case and between in (["и"], [","])


def _adjectives_before(looks: SentenceLooks, first: Found, second: Found) -> None:
    """ "молодые мужчина и женщина": a plural adjective before the first of two."""
    if first.number != "sing":
        return
    for i in range(max(0, first.first - 4), first.first):
        t = looks.tokens[i]
        plural = any(r.pos in MODIFIERS and r.number == "plur" and r.case == first.case for r in t.readings)
        found = look_of(t) if plural and i not in looks.used else None
        if found is None:
            continue
        for owner in (first.entity, second.entity):
            looks.used.discard(i)
            looks.add(owner, i, i + 1, found[0], found[1], looks.negation(i), (masculine(t),))


def _plural_after(looks: SentenceLooks, first: Found, second: Found, alike: bool) -> None:
    """ "мужчина и женщина в дождевиках": a plural told of the second is told of the first."""
    for start, end, owner, *_ in list(looks.made):
        if owner is not second.entity or start < second.end:
            continue
        if not alike and _parted(looks, second.end, start):
            continue
        if _is_plural(looks, start, end):
            text = looks.tokens[start].start, looks.tokens[end - 1].end
            first.entity.facts += [replace(fact) for fact in owner.facts if (fact.start, fact.end) == text]


def _parted(looks: SentenceLooks, first: int, end: int) -> bool:
    """A verb, a dash or a full stop stands between two places."""
    tokens = looks.tokens
    return any(looks.is_verb(k) or tokens[k].low in HARD or tokens[k].low in DASH for k in range(first, end))


def _is_plural(looks: SentenceLooks, start: int, end: int) -> bool:
    """What was found there has a plural noun, or is a plural adjective."""
    nouns = [p for n, p in looks.phrases.items() if start <= n < end]
    if nouns:
        return nouns[0].reading.number == "plur"
    adjectives = [r for r in looks.tokens[end - 1].readings if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")]
    return any(r.number == "plur" for r in adjectives)
