"""What the scorer is told of a person and of a mention: short words, one for each fact.

The rules find who and what may be meant; whether it is meant is then weighed (`scorer`), by these facts and
by those of looks (`places`).
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from ...grammar.phrases import GOVERNS_KEYS, look_of
from ...grammar.tokens import Token
from ...learned.surroundings import POINTING, Surroundings, meaning, near_word, step, verb_class
from ...lexicon.lists import fold, people, things, word_set
from ...lexicon.morph import embeddings
from ...lexicon.neighbours import kind_of
from ..found import Found

if TYPE_CHECKING:
    from .entity import Entity


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
    if f.kind == "noun":
        out += [x for key in sorted(f.keys) for x in (f"word={key}", *meaning(key))]
    if f.kind == "name":
        out.append("name=" + "+".join(sorted(f.parts)))
    marks = {"counted": f.counted, "absent": f.absent, "predicate": f.predicate}
    marks["capital"] = t.text[:1].isupper() and t.i > 0
    out += [mark for mark, so in marks.items() if so]
    out += _pointed(tokens, f) + _governed(tokens, f)
    after = tokens[f.end : f.end + 2]
    if len(after) == 2 and after[0].low == ",":
        out.append("then=" + near_word(after[1]))
    return out + Surroundings(tokens).of(f.start, f.end)


def _pointed(tokens: list[Token], f: Found) -> list[str]:
    """Adjectives and pronouns of a mention."""
    out: list[str] = []
    mods = [m for m in (f.phrase.mods if f.phrase else []) if m != f.head]
    if mods:
        out.append("mods")
        out += ["mod=" + POINTING[k] for m in mods for k in sorted(tokens[m].keys()) if k in POINTING]
        out += ["mod-look" for m in mods if look_of(tokens[m]) is not None][:1]
    for k in range(max(0, f.start - 1), f.start):
        out += ["pre=" + POINTING[key] for key in sorted(tokens[k].keys()) if key in POINTING]
    return out


def _governed(tokens: list[Token], f: Found) -> list[str]:
    """The verb and the noun above a mention in the tree."""
    t = tokens[f.head]
    out: list[str] = []
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
    return out


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
