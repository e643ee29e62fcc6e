"""The pymorphy3 dictionary, loaded once."""

from functools import lru_cache

import pymorphy3


@lru_cache(1)
def morphology() -> pymorphy3.MorphAnalyzer:
    """The dictionary; loading takes 0.2 s."""
    return pymorphy3.MorphAnalyzer()


@lru_cache(20_000)
def noun_lemmas(word: str) -> tuple[str, ...]:
    """The word itself, and the dictionary form under which a plural or a short form is found."""
    out = [word]
    for p in morphology().parse(word):
        if p.is_known and p.tag.POS == "NOUN" and "nomn" in p.tag and p.normal_form not in out:
            out.append(p.normal_form)
    return tuple(out)
