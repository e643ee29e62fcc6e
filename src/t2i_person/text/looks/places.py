"""What the scorer is told of looks, and of looks and a person together: short words, one for each fact."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from ..grammar.phrases import Phrase, look_of
from ..grammar.tokens import Reading
from ..learned.surroundings import POINTING, Surroundings, meaning, step, verb_class
from ..lexicon.lists import Thing, things
from ..model import WORN
from ..people.found import Found

if TYPE_CHECKING:
    from ..people.coreference.entity import Entity, Fact
    from .finder import SentenceLooks

LETTERS = {"masc": "m", "femn": "f"}


class Sentence:
    """A sentence's looks, with what is asked of it again and again worked out once."""

    def __init__(self, look: SentenceLooks) -> None:
        self.look = look
        self.around = Surroundings(look.tokens)

    @cached_property
    def here(self) -> list[Found]:
        return self.look.people_here()

    @cached_property
    def crowd(self) -> str:
        return f"here={min(len({id(f.entity) for f in self.here}), 3)}"

    @cached_property
    def mentions(self) -> dict[int, list[Found]]:
        """Mentions of each person, by the person's id."""
        out: dict[int, list[Found]] = {}
        for f in self.look.found:
            out.setdefault(id(f.entity or f.ghost), []).append(f)
        return out

    @cached_property
    def ranks(self) -> dict[int, int]:
        """How many were spoken of later than each person."""
        order = sorted(self.look.scene.entities, key=lambda x: (-x.last, -x.place))
        return {id(e): min(i, 4) for i, e in enumerate(order)}


def _phrase(sentence: Sentence, p: Phrase, entry: Thing | None) -> list[str]:
    """A phrase of something worn or of the body: is it said of somebody's looks?"""
    look, tokens = sentence.look, sentence.look.tokens
    r: Reading = p.reading
    category = entry.category if entry else "none"
    needs = bool(entry and entry.needs)
    described = bool(look._describing(p))
    prep = p.prep if p.whole < p.start else ""
    group = "worn" if category in WORN else "body"
    out = [
        f"category={category}",
        f"nn={step(tokens[p.noun].look)}",
        f"nn-most={step(max(t.look for t in tokens[p.start : p.noun + 1]))}",
        f"word={r.key}",
        *meaning(r.key),
        f"case={r.case}",
        f"prep={prep}",
        f"group+case+prep={group}|{r.case}|{prep}",
        f"category+case+prep={category}|{r.case}|{prep}",
        f"described={described}|needs={needs}",
        f"described+group={described}|{group}|{needs}",
        f"described+prep={described}|{prep}|{group}",
        f"number={r.number}",
        f"rel={tokens[p.noun].rel}",
        f"carried={bool(entry and entry.carried)}",
        f"mods={min(len(p.mods), 3)}",
        sentence.crowd,
        f"entities={min(len(look.scene.entities), 4)}",
    ]
    out += _with(look, p, group, described)
    verb = look._clause_verb(p.noun)
    if verb is not None:
        told = verb_class(tokens[verb])
        out += [x for y in told for x in (f"clause:{y}", f"clause:{y}|{group}|{r.case}|{prep}")]
        out += [f"clause-{x}" for x in meaning(tokens[verb].best.key)]
    return out + _beside(look, p) + sentence.around.of(p.whole, p.noun + 1)


def _with(look: SentenceLooks, p: Phrase, group: str, described: bool) -> list[str]:
    """A phrase's adjectives, and whether its owner is told in words."""
    tokens = look.tokens
    prep = p.prep if p.whole < p.start else ""
    out = ["mod=" + POINTING[k] for m in p.mods for k in sorted(tokens[m].keys()) if k in POINTING]
    if any(look_of(tokens[m]) is not None for m in p.mods):
        out.append("mod-look")
    possessive = [f.first for f in look.found if f.kind == "poss"]
    if any(first in p.mods or first in (p.start - 1, p.noun + 1) for first in possessive):
        out += ["possessed", f"possessed|{group}|{prep}"]
    if look.possessor(p, p.noun + 1) is not None:
        out += ["owned", f"owned|{group}|{described}"]
    return out


def _beside(look: SentenceLooks, p: Phrase) -> list[str]:
    """What a phrase hangs on, and what it follows."""
    out = []
    parent = look.tokens[p.noun].head
    if 0 <= parent < len(look.tokens) and parent != p.noun:
        out.append("parent=" + look.tokens[parent].best.pos)
        if parent in look.at:
            out.append("parent-person")
        if parent in look.used:
            out.append("parent-used")
    if p.start > 0 and p.whole - 1 in look.used:
        out.append("after-look")
    if look._elsewhere(p.noun):
        out.append("elsewhere")
    return out


def made(sentence: Sentence, first: int, end: int, fact: Fact) -> list[str]:
    """What a rule took for looks: is it?"""
    look, tokens = sentence.look, sentence.look.tokens
    p = next((look.phrases[n] for n in range(first, end) if n in look.phrases), None)
    likely = [t.look for t in tokens[first:end]]
    out = [
        f"fact={fact.category}",
        f"denied={fact.negated}",
        f"noun={bool(p)}",
        f"length={min(end - first, 4)}",
        f"adjective={fact.adjectives[0] if fact.adjectives and p is None else ''}",
        f"verb-word={fact.verb}",
        f"fact+noun={fact.category}|{bool(p)}",
        f"made-most={step(max(likely))}",
        f"made-least={step(min(t.look for t in tokens[first:end] if t.low[0].isalnum()))}",
    ]
    if p is not None:
        return out + _phrase(sentence, p, look.thing(p))
    t = tokens[first]
    out += [
        f"pos={t.best.pos}",
        f"rel={t.rel}",
        f"case={t.best.case}",
        f"fact+pos={fact.category}|{t.best.pos}",
        f"fact+pos+rel={fact.category}|{t.best.pos}|{t.rel}",
        sentence.crowd,
    ]
    if first in look.mod_of:
        out.append("modifies" + ("-person" if look.mod_of[first] in look.at else ""))
    return out + sentence.around.of(first, end)


class Place:
    """A place of looks, with what does not hang on whose it may be worked out once."""

    def __init__(self, sentence: Sentence, first: int, end: int, guess: Entity | None) -> None:
        look = sentence.look
        self.sentence, self.look, self.first, self.end, self.guess = sentence, look, first, end, guess
        phrase = _last_phrase(look, first, end)
        if phrase is None:
            self.possessor = self.pronoun = None
            self.group, self.sort = "word", look.tokens[first].best.pos
        else:
            self.possessor = look.possessor(phrase, end)
            said = (f for f in look.found if f.kind == "poss" and look._stands_by(f, phrase, end))
            self.pronoun = next(said, None)  # "его", "её" beside it
            thing = things().get(phrase.reading.key)
            self.group = "worn" if thing and thing.category in WORN else "body"
            self.sort = f"{self.group}|{phrase.prep if phrase.whole < phrase.start else ''}"
        verb = look._clause_verb(first)
        readings = look.tokens[verb].readings if verb is not None else ()
        self.does = next((r for r in readings if r.pos == "VERB"), None)
        self.topic, self.continues = look.scene.topic(), look._continuing(first)
        self.heads = {look.tokens[k].head for k in range(first, end)}
        self.told = _adjectives(look, first, end)
        self.letters = {"u" if r.number == "plur" else LETTERS.get(r.gender, "u") for r in self.told}


def _last_phrase(look: SentenceLooks, first: int, end: int) -> Phrase | None:
    return next((look.phrases[n] for n in range(end - 1, first - 1, -1) if n in look.phrases), None)


def _adjectives(look: SentenceLooks, first: int, end: int) -> list[Reading]:
    """Readings of the adjectives of a place that stand by no noun."""
    return [
        r
        for k in range(first, end)
        if k not in look.mod_of and k not in look.phrases
        for r in look.tokens[k].readings
        if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")
    ]


def owner(place: Place, e: Entity) -> list[str]:
    """Whose it is: a place of looks and somebody who is here or was spoken of."""
    scene, sort, group = place.look.scene, place.sort, place.group
    mentions = place.sentence.mentions.get(id(e), [])
    here = [f for f in mentions if f.kind != "rel"]
    guessed = e is place.guess
    out = [
        f"ghost={e.ghost}",
        f"guess={guessed}",
        f"guess={guessed}|{sort}",
        f"e-gender={e.gender}",
        f"e-number={e.number}",
        f"e-there={step(e.there)}",
        f"e-nominal={e.nominal}",
        f"rank={place.sentence.ranks.get(id(e), 4)}",
        f"topic={place.topic is e}|{bool(here)}",
        f"narrator={e is scene.narrator}",
        f"continues={place.continues is e}|{bool(place.look.made)}",
        f"fits={_fits(place, e, mentions)}|{group}",
        f"possessor={place.possessor is e}",
        f"had={min(len(e.facts), 2)}",
    ]
    does = place.does
    if does is not None and does.gender in LETTERS and e.gender in ("m", "f"):
        out.append(f"verb-agrees={LETTERS[does.gender] == e.gender}|{group}")
    if does is not None and does.number:
        out.append(f"verb-number={does.number == e.number}")
    if here:
        return out + _apart(place, e, here)
    gap = min(scene.sentence - e.last, 5)
    return [
        *out,
        f"gap={gap}",
        f"gap|here={gap}|{bool(place.sentence.here)}",
        f"gap|sort={gap}|{sort}",
        f"e-subject={e.subject}|{gap}",
    ]


def _apart(place: Place, e: Entity, here: list[Found]) -> list[str]:
    """How the nearest mention of somebody and a place stand to each other."""
    look, first, end, sort = place.look, place.first, place.end, place.sort
    f = min(here, key=lambda g: min(abs(first - g.end), abs(g.start - end)))
    before = f.last < first
    side = "before" if before else "after"
    between = range(f.end, first) if before else range(end, f.start)
    distance = len(between)
    near = min(distance, 3)
    others = sum(
        g.entity is not e and max(g.first, between.start) <= min(g.last, between.stop - 1)
        for g in place.sentence.here
    )
    clause = look.clause[f.first] == look.clause[first]
    segment = look.same_segment(f.last, first) if before else look.same_segment(end, f.first)
    subject = any(g.case == "nom" and look.clause[g.first] == look.clause[first] for g in here)
    tree = _linked_in_tree(place, f)
    return [
        f"side={side}",
        f"case={f.case}",
        f"kind={f.kind}",
        f"side+case={side}|{f.case}",
        f"side+case+clause={side}|{f.case}|{clause}",
        f"side+case+sort={side}|{f.case}|{sort}",
        f"side+segment+sort={side}|{segment}|{sort}",
        f"distance={near if distance < 4 else 4 + min(distance // 4, 4)}|{side}",
        f"distance+sort={near}|{side}|{sort}",
        f"between={min(others, 3)}|{side}",
        f"between+sort={min(others, 2)}|{side}|{sort}",
        f"segment={segment}",
        f"clause={clause}",
        f"subject={subject}",
        f"subject={subject}|{sort}",
        f"possessive={f.kind == 'poss'}",
        f"tree={tree}",
        f"tree+sort={tree}|{sort}",
        f"after-verb={any(look.is_verb(k) for k in between)}|{side}|{f.case}",
    ]


def _fits(place: Place, e: Entity, mentions: list[Found]) -> str:
    """Whether an adjective at a place agrees with somebody in gender, and with a mention in case."""
    if not place.told:
        return "none"
    cases = {f.case for f in mentions}
    same = not place.letters.isdisjoint((e.gender, "u"))
    return f"{same}|{any(r.case in cases for r in place.told if r.case)}"


def _linked_in_tree(place: Place, f: Found) -> str:
    """Which of the two governs the other, if one does."""
    if f.head in place.heads:
        return "person-above"
    above = place.look.tokens[f.head].head
    if place.first <= above < place.end:
        return "look-above"
    return "siblings" if above in place.heads else "far"
