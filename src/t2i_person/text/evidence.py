"""What the scorer is told of a person, of a feature and of the two together: short words, one for each fact.

The rules find who and what may be meant; whether it is meant is then weighed (`scorer`), by these facts.
"""

from __future__ import annotations

import math
from functools import cache, lru_cache
from importlib.resources import files
from typing import TYPE_CHECKING

import numpy as np

from .analysis import Reading, Token
from .found import DASH, HARD, QUOTES, Found
from .lexicon import Thing, fold, people, things, verbs, word_set
from .morph import embeddings
from .neighbours import kind_of
from .phrases import GOVERNS_KEYS, Phrase, look_of
from .tagger import VERBS

if TYPE_CHECKING:
    from .looks import SentenceLooks
    from .scene import Entity, Fact

WORN = ("clothes", "headwear", "accessory")
POINTING = {
    "этот": "this", "тот": "that", "такой": "such", "всякий": "any", "каждый": "any", "любой": "any",
    "какой": "which", "какой-то": "some", "некий": "some", "один": "one", "другой": "other", "мой": "my",
    "наш": "our", "твой": "your", "ваш": "your", "свой": "own", "весь": "all", "сам": "self",
    "никакой": "none", "который": "who", "второй": "other", "первый": "first", "его": "their", "ее": "their",
}  # fmt: skip


@cache
def _senses() -> tuple[np.ndarray, np.ndarray]:
    with files(__package__).joinpath("senses.npz").open("rb") as file:
        kept = np.load(file)
        return kept["coarse"].astype(np.float32), kept["fine"].astype(np.float32)


@lru_cache(20_000)
def meaning(key: str) -> list[str]:
    """Which of a few groups of words of like meaning a word belongs to, coarsely and finely."""
    navec = embeddings()
    if key not in navec:
        return ["sense=?"]
    vector = navec[key]
    vector = vector / (np.linalg.norm(vector) + 1e-9)
    coarse, fine = _senses()
    return [
        f"sense={int(np.einsum('ij,j->i', coarse, vector).argmax())}",
        f"sense+={int(np.einsum('ij,j->i', fine, vector).argmax())}",
    ]


def step(p: float) -> int:
    """A probability as a whole number: its logit, from -6 to 6."""
    p = min(max(p, 0.004), 0.996)
    return round(math.log(p / (1 - p)))


def verb_class(token: Token) -> list[str]:
    """Form and meaning of a verb that governs a place."""
    r = next((r for r in token.readings if r.pos in ("VERB", "INFN", "GRND", "PRTS", "PRTF", "ADJS")), None)
    if r is None:
        return ["pos=" + token.best.pos]
    out = ["pos=" + r.pos]
    out += [g for g in ("past", "pres", "futr", "impr", "1per", "2per", "3per", "plur") if g in r.grams]
    keys = token.keys("VERB", "INFN", "GRND", "PRTS", "PRTF", "ADJS")
    out += [name for name in VERBS[1:] if keys & verbs(name).keys()]
    return out


def around(tokens: list[Token], first: int, end: int) -> list[str]:
    """The sentence around a place: quotes, questions, conditions, what stands before and after."""
    out = []
    before = tokens[first - 1] if first > 0 else None
    after = tokens[end] if end < len(tokens) else None
    out.append("before=" + (_near(before) if before else "start"))
    out.append("after=" + (_near(after) if after else "end"))
    quotes = sum(t.low in QUOTES for t in tokens[:first])
    if quotes % 2:
        out.append("quoted")
    if tokens[0].low in DASH:
        out.append("spoken")
    low = {fold(t.low) for t in tokens}
    if "?" in low:
        out.append("asked")
    if "!" in low:
        out.append("cried")
    if low & {"бы", "б", "если", "кабы", "ежели"}:
        out.append("if")
    segment = _segment(tokens, first)
    near = {fold(t.low) for t in segment}
    out += [
        f"near={w}" for w in ("не", "нет", "ни", "как", "будто", "словно", "чем", "без", "кроме") if w in near
    ]
    if not any(t.best.pos in ("VERB", "ADJS", "PRTS") for t in tokens):
        out.append("verbless")
    if any("1per" in r.grams for t in segment for r in t.readings[:1]):
        out.append("first-person")
    return out


def _segment(tokens: list[Token], i: int) -> list[Token]:
    first, end = i, i
    while first > 0 and tokens[first - 1].low != "," and tokens[first - 1].low not in HARD:
        first -= 1
    while end < len(tokens) and tokens[end].low != "," and tokens[end].low not in HARD:
        end += 1
    return tokens[first:end]


def _near(t: Token) -> str:
    low = fold(t.low)
    if not low[:1].isalnum() or t.best.pos in ("PREP", "CONJ", "PRCL", "NPRO"):
        return low
    return t.best.pos


def mention(tokens: list[Token], f: Found) -> list[str]:
    """A mention: its word, its form, what governs it, what stands around."""
    t = tokens[f.head]
    kind = f.person.kind if f.person else f.kind
    there = step(max(x.person for x in tokens[f.first : f.end]))
    prep = fold(tokens[f.start - 1].low) if f.start > 0 else ""
    prep = prep if prep in GOVERNS_KEYS else ""
    out = [
        f"there={there}",
        f"there={there}|{f.absent}",
        f"kind={f.kind}",
        f"sort={kind}",
        f"case={f.case}",
        f"number={f.number}",
        f"gender={f.gender}",
        f"rel={t.rel}",
        f"prep={prep}",
        f"case+prep={f.case}+{prep}",
        f"sort+case={kind}+{f.case}",
    ]
    out += [f"word={key}" for key in f.keys] if f.kind == "noun" else []
    out += [x for key in f.keys for x in meaning(key)] if f.kind == "noun" else []
    if f.kind == "name":
        out.append("name=" + "+".join(sorted(f.parts)))
    if f.counted:
        out.append("counted")
    if f.absent:
        out.append("absent")
    if f.predicate:
        out.append("predicate")
    if t.text[:1].isupper() and t.i > 0:
        out.append("capital")
    mods = [m for m in (f.phrase.mods if f.phrase else []) if m != f.head]
    if mods:
        out.append("mods")
        out += ["mod=" + POINTING[k] for m in mods for k in tokens[m].keys() if k in POINTING]
        out += ["mod-look" for m in mods if look_of(tokens[m]) is not None][:1]
    for k in range(max(0, f.start - 1), f.start):
        out += ["pre=" + POINTING[key] for key in tokens[k].keys() if key in POINTING]
    verb = _governor(tokens, t)
    if verb is not None:
        out += [f"verb:{x}" for x in verb_class(verb)]
        if f.case == "nom":
            out += [f"subject:{x}" for x in verb_class(verb)]
            out.append("verb-first" if verb.i < f.first else "verb-later")
    parent = tokens[t.head] if 0 <= t.head < len(tokens) and t.head != t.i else None
    if parent is not None and parent.best.pos == "NOUN":
        keys = parent.keys("NOUN")
        out.append("of-noun")
        if keys & things().keys():
            out.append("of-thing")
        if keys & people().keys():
            out.append("of-person")
        if keys & word_set("absent.txt", "of"):
            out.append("of-absent")
        if f.case == "gen":
            out.append("gen-of-" + (kind_of(parent.best.key).split(":")[0] or "?"))
    after = tokens[f.end : f.end + 2]
    if len(after) == 2 and after[0].low == ",":
        out.append("then=" + _near(after[1]))
    return out + around(tokens, f.start, f.end)


def _governor(tokens: list[Token], t: Token) -> Token | None:
    """The verb above a word in the tree."""
    for _ in range(4):
        if not 0 <= t.head < len(tokens) or t.head == t.i:
            return None
        t = tokens[t.head]
        if t.has("VERB", "INFN", "GRND", "PRTS", "PRTF") and t.best.pos != "NOUN":
            return t
    return None


def near(f: Found, fits: list[Entity], sentence: int) -> tuple[str, ...]:
    """Of a new noun or name: how many of those told of before it may mean, and who the nearest is."""
    if not fits:
        return ("antecedents=0",)
    e = fits[0]
    head = e.head
    theirs = (head.person.kind if head.person else head.kind) if head is not None else "none"
    kind = f.person.kind if f.person else f.kind
    gap = min(sentence - e.last, 3)
    return (
        f"antecedents={min(len(fits), 3)}",
        f"nearest={kind}|{theirs}|{gap}",
        f"nearest-alike={max(alike(f, x) for x in fits)}",
        f"nearest-named={e.named}|{f.kind}|{gap}",
    )


def alike(f: Found, e: Entity) -> int:
    """How near in meaning a noun is to what somebody was called: the cosine of navec's vectors, in fifths."""
    return max((_cosine(a, b) for a in f.keys for b in e.words), default=-1)


@lru_cache(20_000)
def _cosine(a: str, b: str) -> int:
    navec = embeddings()
    if a not in navec or b not in navec:
        return -1
    x, y = navec[a], navec[b]
    return int(5 * float(np.dot(x, y)) / (float(np.linalg.norm(x) * np.linalg.norm(y)) + 1e-9))


def presence(e: Entity) -> list[str]:
    """Somebody told of: are they in the scene, for a picture to show?"""
    return [
        *e.evidence,
        f"best={step(e.there)}",
        f"best={step(e.there)}|{e.ghost}|{bool(e.facts)}",
        f"ghost={e.ghost}",
        f"seen={e.seen}",
        f"ghost&facts={e.ghost}|{bool(e.facts)}",
        f"mentions={min(e.nouns, 4)}",
        f"all-mentions={min(len(e.starts), 5)}",
        f"facts={min(len(e.facts), 3)}",
        f"facts?={bool(e.facts)}",
        f"count={min(e.count, 3)}",
        f"named={e.named}",
        f"as-subject={min(e.subjects, 3)}",
        f"e-number={e.number}",
        *[
            f"{x}&facts={bool(e.facts)}"
            for x in e.evidence
            if x.startswith(("kind=", "sort=", "case", "absent"))
        ],
    ]


def _phrase(look: SentenceLooks, p: Phrase, entry: Thing | None) -> list[str]:
    """A phrase of something worn or of the body: is it said of somebody's looks?"""
    tokens = look.tokens
    r: Reading = p.reading
    category = entry.category if entry else "none"
    needs = bool(entry and entry.needs)
    described = bool(look._describing(p))
    verb = look._clause_verb(p.noun)
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
    ]
    out += ["mod=" + POINTING[k] for m in p.mods for k in tokens[m].keys() if k in POINTING]
    out += ["mod-look" for m in p.mods if look_of(tokens[m]) is not None][:1]
    if any(
        f.kind == "poss" and (f.first in p.mods or f.first in (p.start - 1, p.noun + 1)) for f in look.found
    ):
        out += ["possessed", f"possessed|{group}|{prep}"]
    if look.possessor(p, p.noun + 1) is not None:
        out += ["owned", f"owned|{group}|{described}"]
    if verb is not None:
        out += [f"clause:{x}" for x in verb_class(tokens[verb])]
        out += [f"clause-{x}" for x in meaning(tokens[verb].best.key)]
        out += [f"clause:{x}|{group}|{r.case}|{prep}" for x in verb_class(tokens[verb])]
    parent = tokens[p.noun].head
    if 0 <= parent < len(tokens) and parent != p.noun:
        out.append("parent=" + tokens[parent].best.pos)
        if parent in look.at:
            out.append("parent-person")
        if parent in look.used:
            out.append("parent-used")
    if p.start > 0 and p.whole - 1 in look.used:
        out.append("after-look")
    if look._elsewhere(p.noun):
        out.append("elsewhere")
    n_here = len({id(f.entity) for f in look.people_here()})
    out.append(f"here={min(n_here, 3)}")
    out.append(f"entities={min(len(look.scene.entities), 4)}")
    return out + around(tokens, p.whole, p.noun + 1)


def made(look: SentenceLooks, first: int, end: int, fact: Fact) -> list[str]:
    """What a rule took for looks: is it?"""
    p = next((look.phrases[n] for n in range(first, end) if n in look.phrases), None)
    entry = look.thing(p) if p is not None else None
    out = [
        f"fact={fact.category}",
        f"denied={fact.negated}",
        f"noun={bool(p)}",
        f"length={min(end - first, 4)}",
        f"adjective={fact.adjectives[0] if fact.adjectives and p is None else ''}",
        f"verb-word={fact.verb}",
        f"fact+noun={fact.category}|{bool(p)}",
        f"made-most={step(max(t.look for t in look.tokens[first:end]))}",
        f"made-least={step(min(t.look for t in look.tokens[first:end] if t.low[0].isalnum()))}",
    ]
    if p is not None:
        return out + _phrase(look, p, entry)
    tokens = look.tokens
    t = tokens[first]
    out += [
        f"pos={t.best.pos}",
        f"rel={t.rel}",
        f"case={t.best.case}",
        f"fact+pos={fact.category}|{t.best.pos}",
    ]
    out += [f"fact+pos+rel={fact.category}|{t.best.pos}|{t.rel}"]
    if first in look.mod_of:
        out.append("modifies" + ("-person" if look.mod_of[first] in look.at else ""))
    n_here = len({id(f.entity) for f in look.people_here()})
    out.append(f"here={min(n_here, 3)}")
    return out + around(tokens, first, end)


def owner(look: SentenceLooks, place: int, end: int, e: Entity, guess: Entity | None) -> list[str]:
    """Whose it is: a place of looks and somebody who is here or was spoken of."""
    tokens, scene = look.tokens, look.scene
    here = [f for f in look.found if (f.entity or f.ghost) is e and f.kind != "rel"]
    core = next((n for n in range(end - 1, place - 1, -1) if n in look.phrases), None)
    phrase = look.phrases[core] if core is not None else None
    thing = things().get(phrase.reading.key) if phrase is not None else None
    group = "word" if phrase is None else ("worn" if thing and thing.category in WORN else "body")
    prep = phrase.prep if phrase is not None and phrase.whole < phrase.start else ""
    sort = f"{group}|{prep}" if phrase is not None else tokens[place].best.pos
    verb = look._clause_verb(place)
    out = [
        f"ghost={e.ghost}",
        f"guess={e is guess}",
        f"guess={e is guess}|{sort}",
        f"e-gender={e.gender}",
        f"e-number={e.number}",
        f"e-there={step(e.there)}",
        f"e-nominal={e.nominal}",
        f"rank={_rank(look, e)}",
        f"topic={scene.topic() is e}|{bool(here)}",
        f"narrator={e is scene.narrator}",
        f"continues={look._continuing(place) is e}|{bool(look.made)}",
        f"fits={_fits(look, place, end, e)}|{group}",
        f"possessor={phrase is not None and look.possessor(phrase, end) is e}",
        f"had={min(len(e.facts), 2)}",
    ]
    if verb is not None:
        does = next((r for r in tokens[verb].readings if r.pos == "VERB"), None)
        if does is not None and does.gender in ("masc", "femn") and e.gender in ("m", "f"):
            out.append(f"verb-agrees={(does.gender == 'masc') == (e.gender == 'm')}|{group}")
        if does is not None and does.number:
            out.append(f"verb-number={does.number == e.number}")
    if not here:
        gap = min(scene.sentence - e.last, 5)
        out += [
            f"gap={gap}",
            f"gap|here={gap}|{bool(look.people_here())}",
            f"gap|sort={gap}|{sort}",
            f"e-subject={e.subject}|{gap}",
        ]
        return out
    f = min(here, key=lambda g: min(abs(place - g.end), abs(g.start - end)))
    before = f.last < place
    side = "before" if before else "after"
    between = range(f.end, place) if before else range(end, f.start)
    distance = len(between)
    others = sum(
        any(g.first <= k <= g.last and g.entity is not e for k in between) for g in look.people_here()
    )
    clause = look.clause[f.first] == look.clause[place]
    segment = look.same_segment(f.last, place) if before else look.same_segment(end, f.first)
    subject = any(g.case == "nom" and look.clause[g.first] == look.clause[place] for g in here)
    out += [
        f"side={side}",
        f"case={f.case}",
        f"kind={f.kind}",
        f"side+case={side}|{f.case}",
        f"side+case+clause={side}|{f.case}|{clause}",
        f"side+case+sort={side}|{f.case}|{sort}",
        f"side+segment+sort={side}|{segment}|{sort}",
        f"distance={min(distance, 3) if distance < 4 else 4 + min(distance // 4, 4)}|{side}",
        f"distance+sort={min(distance, 3)}|{side}|{sort}",
        f"between={min(others, 3)}|{side}",
        f"between+sort={min(others, 2)}|{side}|{sort}",
        f"segment={segment}",
        f"clause={clause}",
        f"subject={subject}",
        f"subject={subject}|{sort}",
        f"possessive={f.kind == 'poss'}",
        f"tree={_linked_in_tree(tokens, f, place, end)}",
        f"tree+sort={_linked_in_tree(tokens, f, place, end)}|{sort}",
        f"after-verb={any(look.is_verb(k) for k in between)}|{side}|{f.case}",
    ]
    return out


def _fits(look: SentenceLooks, place: int, end: int, e: Entity) -> str:
    """Whether an adjective at a place agrees with somebody in gender, and with a mention in case."""
    told = [
        r
        for k in range(place, end)
        if k not in look.mod_of and k not in look.phrases
        for r in look.tokens[k].readings
        if r.pos in ("ADJF", "PRTF", "ADJS", "PRTS")
    ]
    if not told:
        return "none"
    letter = {"masc": "m", "femn": "f"}
    same = any(r.number == "plur" or letter.get(r.gender, "u") in (e.gender, "u") for r in told)
    cases = {f.case for f in look.found if (f.entity or f.ghost) is e}
    return f"{same}|{any(r.case in cases for r in told if r.case)}"


def _rank(look: SentenceLooks, e: Entity) -> int:
    order = sorted(look.scene.entities, key=lambda x: (-x.last, -x.place))
    return min(next((i for i, x in enumerate(order) if x is e), 9), 4)


def _linked_in_tree(tokens: list[Token], f: Found, place: int, end: int) -> str:
    """Which of the two governs the other, if one does."""
    inside = range(place, end)
    if any(tokens[k].head == f.head for k in inside):
        return "person-above"
    if tokens[f.head].head in inside:
        return "look-above"
    heads = {tokens[k].head for k in inside} - set(inside)
    return "siblings" if tokens[f.head].head in heads else "far"
