"""After the rules of a sentence: what they found is weighed, and what the network reads is added."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..grammar.marks import DASH
from ..grammar.nominative import masculine, normalize
from ..grammar.phrases import Phrase, look_of
from ..learned import scorer
from ..lexicon.lists import fold, things, verbs, word_set
from ..model import WORN
from ..people.coreference.entity import Fact
from . import places

if TYPE_CHECKING:
    from ..grammar.tokens import Token
    from ..people.coreference.entity import Entity
    from .finder import SentenceLooks

READ = 0.4  # how likely told of looks each word of a span must be
PART = 0.15  # and the rest of a noun phrase that it cuts
SPAN = 0.75  # and all its words together, for a span that no rule took
KEEP = 0.25  # probability below which what a rule took is none
MOVE = 0.2  # how much likelier another owner must be than the one the rules gave
DENIES = frozenset("без не ни нет нету".split())
ENDS_NOT = frozenset("не ни у на с со к от из за под над без".split())
OUTER = frozenset(
    ', . ; : ! ? — – - … и а но или да ( ) « » " “ ” „ же то в во желательно обязательно'.split()
)
LIKENING = ("как", "словно", "будто", "точно", "похожий", "похожая", "похожие", "похожее")
SUMMING = frozenset(("такой", "весь", "это"))  # "таких", "всё"
ONE_OF = word_set("reference.txt", "one of")
INNER = word_set("rules.txt", "inner")
DRESSED = "одетый"  # alone it tells nothing
TELLS_NOTHING = frozenset((DRESSED, "быть", "такой", "никакой", "год", "хромать", "прихрамывать"))
ADJECTIVES = ("ADJF", "PRTF", "ADJS", "PRTS")


def weigh(looks: SentenceLooks) -> None:
    """Take back, move and add features of one sentence by how likely they are."""
    _come(looks)
    sentence = places.Sentence(looks)
    before = _Before()
    for k, (first, end, owner, fact) in sorted(enumerate(looks.facts), key=lambda x: x[1][:2]):
        if first in looks.certain:
            before = _Before(end, owner, owner)
            continue
        p = scorer.probability("keep", places.made(sentence, first, end, fact))
        if (p is not None and p < KEEP) or (fact.normalized == DRESSED and not fact.negated):
            _take_back(owner, fact)
            continue
        likely = before.theirs(looks, first, end, owner) or whose(sentence, first, end, owner)
        before = _Before(end, owner, likely)
        if likely is not owner and likely is not None:
            _take_back(owner, fact)
            likely.facts.append(fact)
            looks.facts[k] = (first, end, likely, fact)
            looks.made = [(*m[:2], likely, *m[3:]) if m[:2] == (first, end) else m for m in looks.made]
    for first, end in spans(looks):
        if any(k in looks.barred for k in range(first, end)):
            continue
        inside = [  # those of this sentence stand last: a book may have told thousands of one person
            made
            for made in looks.facts
            if made[0] < end and first < made[1] and made[3] in reversed(made[2].facts)
        ]
        if inside:
            _join(looks, first, end, inside)
        elif not any(k in looks.used for k in range(first, end)):
            _read(sentence, first, end)


@dataclass(frozen=True, slots=True)
class _Before:
    """The look before: where it ends, whose it is by the rules, and whose after all."""

    end: int = -1
    guess: Entity | None = None
    owner: Entity | None = None

    def theirs(self, looks: SentenceLooks, first: int, end: int, guess: Entity) -> Entity | None:
        """Its owner, where the next look goes on with it: "с кадыком и прыщом", "лобастого, губастого"."""
        if first - 1 != self.end:
            return None
        noun = any(n in looks.phrases for n in range(first, end))
        sign = looks.tokens[first - 1].low
        goes_on = (sign == "и" and noun) or (sign in (",", "и") and guess is self.guess)
        return self.owner if goes_on else None


def _join(looks: SentenceLooks, first: int, end: int, inside: list[tuple[int, int, Entity, Fact]]) -> None:
    """What the rules found in parts and the network reads as one is one."""
    tokens = looks.tokens
    least, most = min(m[0] for m in inside), max(m[1] for m in inside)
    while end > most and tokens[end - 1].best.pos == "VERB":
        end -= 1  # the person's own verb
    whole = first <= least and most <= end and (first, end) != (least, most)
    same = len({(id(m[2]), m[3].negated) for m in inside}) == 1
    form = any(t.low == ":" for t in tokens[first:end])  # cards have rules of their own
    apart = any(m[3].category == "age" or m[3].negated for m in inside)  # and so have ages and denials
    if not whole or not same or form or apart:
        return
    fact = inside[0][3]
    normal = _normal(looks, first, end, _first_phrase(looks, first, end))
    for _, _, owner, other in inside[1:]:
        _take_back(owner, other)
    fact.start, fact.end = tokens[first].start, tokens[end - 1].end
    fact.normalized, fact.adjectives = normal[1], normal[2] or fact.adjectives
    looks.used |= set(range(first, end))


def _come(looks: SentenceLooks) -> None:
    """ "Густые волосы вились. Молодой человек глядел равнодушно": looks first, then whose they are."""
    scene = looks.scene
    scene.waiting = [(at, fact) for at, fact in scene.waiting if at >= scene.sentence - 3]
    new = [f.entity for f in looks.people_here() if f.kind in ("noun", "name") and f.case == "nom"]
    new = [e for e in new if len(e.starts) == 1 or e.starts[0] >= looks.tokens[0].start]
    if scene.waiting and new and new[0].number == "sing":
        told = [fact for at, fact in scene.waiting if at < scene.sentence]
        new[0].facts[:0] = told
        scene.came += told
        scene.waiting = []


def _take_back(owner: Entity, fact: Fact) -> None:
    owner.facts = [x for x in owner.facts if x is not fact]


def whose(sentence: places.Sentence, first: int, end: int, guess: Entity | None) -> Entity | None:
    """Who of those here, spoken of last or only talked about has the looks told at a place."""
    scene = sentence.look.scene
    near = [e for e in scene.entities if e.last >= scene.sentence - 2 and e.head is not None]
    near += [e for e in scene.ghosts if e.last >= scene.sentence - 1]
    if not near:
        return guess
    place = places.Place(sentence, first, end, guess)
    said = _said_in_clause(place) or _looked_at(place) or _summed_up(place)
    if said is not None:
        return said
    near = [e for e in near if _may_own(sentence, place, e)] or near
    likely = [scorer.probability("owner", places.owner(place, e)) for e in near]
    told = [(p + MOVE * (e is guess), i) for i, (e, p) in enumerate(zip(near, likely, strict=True)) if p]
    return near[max(told)[1]] if told else guess


def _said_in_clause(place: places.Place) -> Entity | None:
    """ "на бледном лице её выделялись тёмные глаза": whose the part before is, the next one is as well."""
    looks, first = place.look, place.first
    if place.group != "body" or place.possessor is not None:
        return None
    clause = looks.clause[first]
    if any(f.case == "nom" and f.kind != "poss" and looks.clause[f.first] == clause for f in looks.found):
        return None
    for p in looks.phrases.values():
        thing = things().get(p.reading.key)
        if thing is None or thing.category in WORN or p.noun >= first or looks.clause[p.noun] != clause:
            continue
        theirs = [f for f in looks.found if f.kind == "poss" and looks._stands_by(f, p)]
        if theirs and theirs[0].entity is not None:
            return theirs[0].entity
    return None


def _looked_at(place: places.Place) -> Entity | None:
    """ "Шериф посмотрел на чужака. Пыльный плащ, щетина": what is seen is told without a verb."""
    scene, looks = place.look.scene, place.look
    if scene.looked_at is None or scene.looked_at[0] != scene.sentence - 1 or looks.found:
        return None
    return None if any(looks.is_verb(t.i) for t in looks.tokens) else scene.looked_at[1]


def _summed_up(place: places.Place) -> Entity | None:
    """ "Орчанка сплюнула. Бритые виски, кольцо — эльф таких не видел": who was told of before the list."""
    looks = place.look
    dash = next((t.i for t in looks.tokens if t.low in DASH and t.i >= place.end), 0)
    after = looks.tokens[dash + 1 : dash + 4]
    if not dash or not any(t.keys() & SUMMING for t in after):
        return None
    if any(looks.is_verb(t.i) for t in looks.tokens[:dash]) or any(f.first < dash for f in looks.found):
        return None
    return looks._subject_of_last()


def _may_own(sentence: places.Sentence, place: places.Place, e: Entity) -> bool:
    """No woman where "его" is said, and nobody who is only told of to say whose mother it is."""
    if e is place.possessor:
        return True
    said = place.pronoun
    if said is not None and not place.look.scene.compatible(e, said.gender, said.number):
        return False
    return not _whose_kin(sentence, e)


def _whose_kin(sentence: places.Sentence, e: Entity) -> bool:
    """ "Мама Вики", "подруга Лены": she is only told of to say who the other is."""
    here = [f for f in sentence.mentions.get(id(e), []) if f.kind != "poss"]
    return bool(here) and all(
        f.case == "gen"
        and any(g.end == f.start and g.kind == "noun" and g.entity is not e for g in sentence.look.found)
        for f in here
    )


def spans(looks: SentenceLooks) -> list[tuple[int, int]]:
    """What the network reads as told of looks: (first, end) of each."""
    tokens = looks.tokens
    runs: list[tuple[int, int]] = []
    first: int | None = None
    for k in range(len(tokens) + 1):
        inside = k < len(tokens) and tokens[k].look >= READ and k not in looks.at
        if first is not None and (not inside or tokens[k].begins >= READ):
            runs.append((first, k))
            first = None
        if inside and first is None:
            first = k
    out: list[tuple[int, int]] = []
    for a, b in itertools.chain.from_iterable(_apart(looks, *run) for run in runs):
        a, b = _whole(looks, *_bare(tokens, a, b))
        if out and a < out[-1][1]:
            a, b = min(a, out[-1][0]), max(b, out.pop()[1])
        if a < b:
            out.append((a, b))
    return [span for span in out if _sure(looks, *span)]


def _apart(looks: SentenceLooks, first: int, end: int) -> Iterator[tuple[int, int]]:
    """A span cut where a comma begins the next thing of a list: "волосы до плеч, глаза голубые"."""
    if not any(t.low in (",", ";") for t in looks.tokens[first + 2 : end - 1]):
        yield first, end
        return
    listed = [p for n, p in looks.phrases.items() if first <= n < end and p.reading.key in things()]
    begin = {p.start for p in listed if not p.prep}
    for k in range(first, end):
        if k - 1 > first and k in begin and looks.tokens[k - 1].low in (",", ";"):
            if any(first <= p.noun < k for p in listed):
                yield first, k
                first = k
    yield first, end


def _bare(tokens: list[Token], first: int, end: int) -> tuple[int, int]:
    """A span without the marks and joining words at its ends."""
    while first < end and tokens[first].low in OUTER and tokens[first].low not in ("в", "во"):
        first += 1
    while first < end and (tokens[end - 1].low in OUTER or tokens[end - 1].low in ENDS_NOT):
        end -= 1  # "очки не | носит", "забинтована рука у | солдата"
    return first, end


def _whole(looks: SentenceLooks, first: int, end: int) -> tuple[int, int]:
    """A span with the rest of the noun phrases that it cuts."""
    for p in sorted(looks.phrases.values(), key=lambda p: p.noun):
        parts = [p.noun, *p.mods]
        if not any(first <= k < end for k in parts):
            continue
        rest = [
            k for k in range(p.start, p.noun + 1) if not first <= k < end and looks.tokens[k].low[0].isalnum()
        ]
        if all(looks.tokens[k].look >= PART for k in rest):
            first, end = min(first, p.start), max(end, p.noun + 1)
            if 0 <= p.prep_at == first - 1 and looks.tokens[p.prep_at].look >= PART:
                first = p.prep_at
    return first, end


def _sure(looks: SentenceLooks, first: int, end: int) -> bool:
    """Likely enough, and more than the bare name of a part that everybody has."""
    words = [t for t in looks.tokens[first:end] if t.low[0].isalnum()]
    content = [t for t in words if t.low not in DENIES and t.best.pos not in ("PREP", "CONJ", "PRCL", "NPRO")]
    content = [t for t in content if not t.keys() & TELLS_NOTHING]
    if words and (words[0].low in LIKENING or fold(words[0].low) in ONE_OF):
        return False  # "тощая, как карандаш", "чулки: один красный, другой зелёный"
    if any(p.reading.key in INNER and first <= k < end for p in looks.phrases.values() for k in p.mods):
        return False
    if not content or sum(t.look for t in words) < SPAN * len(words):
        return False
    listed = [things()[key] for key in sorted(content[0].keys("NOUN")) if key in things()]
    return len(content) > 1 or not (listed and listed[0].needs)


def _read(sentence: places.Sentence, first: int, end: int) -> None:
    """Add what the network reads in a span."""
    looks, tokens = sentence.look, sentence.look.tokens
    phrase = _first_phrase(looks, first, end)
    category, normal, told, noun, verb = _normal(looks, first, end, phrase)
    if phrase is not None:
        guess = looks.possessor(phrase, end) or looks.nominal_owner(first, end)
    else:
        over = looks.at.get(looks.mod_of.get(first, -1))
        guess = (over.entity or over.ghost) if over is not None else looks.nominal_owner(first, end)
    owner = _listed_with(looks, first) or whose(sentence, first, end, guess)
    denied = tokens[first].low in DENIES or any(t.low in ("нет", "нету") for t in tokens[first:end])
    denied = denied or looks.negation(first)
    if owner is None:
        start, stop = tokens[first].start, tokens[end - 1].end
        fact = Fact(start, stop, category, normal, denied, told, noun, verb)
        looks.scene.waiting.append((looks.scene.sentence, fact))
        return
    looks.add(owner, first, end, category, normal, denied, told, noun, verb)


def _listed_with(looks: SentenceLooks, first: int) -> Entity | None:
    """Whose the look right before the comma is."""
    if first < 2 or looks.tokens[first - 1].low != ",":
        return None
    before = [m for m in looks.facts if m[1] == first - 1 and m[3] in reversed(m[2].facts)]
    return before[-1][2] if before else None


def _first_phrase(looks: SentenceLooks, first: int, end: int) -> Phrase | None:
    return next((looks.phrases[k] for k in range(first, end) if k in looks.phrases), None)


Told = tuple[
    str, str, tuple[str, ...], str, str
]  # category, normal form, adjectives, noun and verb of a span


def _normal(looks: SentenceLooks, first: int, end: int, phrase: Phrase | None) -> Told:
    words = [t for t in looks.tokens[first:end] if t.low not in DENIES]
    if phrase is not None:
        return _of_noun(looks, first, end, phrase, words)
    told = _of_adjective(words) or _of_verb(words)
    if told is not None:
        return told
    nouns = [things()[key].category for t in words for key in sorted(t.keys("NOUN")) if key in things()]
    return nouns[0] if nouns else "other", _plain(words), _adjectives(words), "", ""


def _adjectives(words: list[Token]) -> tuple[str, ...]:
    return tuple(masculine(t) for t in words if t.best.pos in ADJECTIVES)


def _plain(words: list[Token]) -> str:
    return " ".join(masculine(t) if t.best.pos in ADJECTIVES else t.low for t in words)


def _of_noun(looks: SentenceLooks, first: int, end: int, phrase: Phrase, words: list[Token]) -> Told:
    """A span with a noun phrase: in the nominative, unless more stands before the noun or a verb is in it."""
    tokens, adjectives = looks.tokens, _adjectives(words)
    entry = looks.thing(phrase)
    category = looks._category(entry, list(adjectives)) if entry is not None else "other"
    alone = all(
        k in phrase.mods or k == phrase.prep_at or tokens[k].low in OUTER or tokens[k].low in DENIES
        for k in range(first, phrase.noun)
    )
    acts = any(t.best.pos in ("VERB", "PRTS", "ADJS") for t in words)
    normal = normalize(tokens, phrase, end) if alone and not acts else " ".join(t.low for t in words)
    return category, normal, adjectives, phrase.reading.lemma, ""


def _of_adjective(words: list[Token]) -> Told | None:
    """A span whose first adjective of looks says its category."""
    for t in words:
        look = look_of(t) if t.has(*ADJECTIVES) else None
        if look is not None:
            return look[0], look[1] if len(words) == 1 else _plain(words), _adjectives(words), "", ""
    return None


def _of_verb(words: list[Token]) -> Told | None:
    """ "побледнел" is told as "бледный", any other verb as what the face does."""
    for t in words:
        for r in t.readings:
            if r.pos not in ("VERB", "GRND", "INFN") or t.best.pos in ADJECTIVES:
                continue  # "строгая" is no gerund
            if r.key in verbs("become"):
                shown, category = verbs("become")[r.key].split()
                return category, shown, (shown,), "", ""
            rest = [x.low for x in words if x is not t]
            return "expression", " ".join([r.lemma, *rest]), (), "", r.key
    return None
