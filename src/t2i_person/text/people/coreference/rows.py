"""People named one after the other: "старик, девушка и парень"."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from ...grammar.tokens import Token
from ..found import Found

JOINED = ([","], ["и"], [",", "и"])


def rows(tokens: Sequence[Token], found: Sequence[Found]) -> Iterator[list[Found]]:
    """Nouns of single people in one case, two or more at once, with only commas and "и" between them."""
    nouns = [f for f in found if f.kind == "noun" and f.number == "sing"]
    row = nouns[:1]
    for before, f in pairwise(nouns):
        begins = f.phrase.start if f.phrase is not None else f.start
        if f.case == before.case and [t.low for t in tokens[before.end : begins]] in JOINED:
            row.append(f)
            continue
        if len(row) > 1:
            yield row
        row = [f]
    if len(row) > 1:
        yield row
