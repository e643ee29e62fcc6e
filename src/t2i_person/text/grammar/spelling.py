"""Typing errors in the words that matter here: unknown words one letter away from a listed one."""

from functools import lru_cache

from ..lexicon.lists import english, fold, looks, names, people, things, verbs, word_set
from ..lexicon.morph import embeddings, morphology

LETTERS = "абвгдежзийклмнопрстуфхцчшщъыьэюя"
NEAR = {
    frozenset(p) for p in ("оа", "еи", "ое", "ыи", "шщ", "зс", "тд", "бп", "вф", "гк", "жш", "яе", "цс", "ую")
}
SHORTEST = 5
SMALL = 0.8  # the cost of letters changed over, doubled or alike
LONG = 8


@lru_cache(1)
def _forms() -> frozenset[str]:
    """Every form of every listed word, folded; built when the first unknown word comes."""
    listed = [p.word for p in people().values()] + [t.word for t in things().values()]
    listed += [x.word for x in looks().values()] + list(english("colour")) + list(english("look"))
    listed += list(verbs("wear")) + list(verbs("dress")) + list(verbs("expression"))
    listed += list(word_set("things.txt", "part"))
    out: set[str] = set()
    for word in dict.fromkeys(listed):
        for p in morphology().parse(word)[:3]:
            if p.is_known:
                out.update(fold(f.word) for f in p.lexeme)
    return frozenset(out)


def _neighbours(word: str) -> dict[str, float]:
    """Strings one edit away with the cost of the edit."""
    out: dict[str, float] = {}
    for i in range(len(word) + 1):
        head, tail = word[:i], word[i:]
        for c in LETTERS:
            out.setdefault(head + c + tail, 0.6 if c == "ь" or (head and head[-1] == c) else 1.0)
            if tail:
                out.setdefault(head + c + tail[1:], 0.5 if frozenset((c, tail[0])) in NEAR else 1.1)
        if tail:
            soft = tail[0] == "ь" or (head and head[-1] == tail[0])
            out.setdefault(head + tail[1:], 0.6 if soft else 1.2)
        if len(tail) > 1:
            out.setdefault(head + tail[1] + tail[0] + tail[2:], 0.8)
    return out


@lru_cache(20_000)
def corrected(low: str, name: bool = False, capital: bool = False) -> str:
    """The word, or the listed word it was meant to be; `name` keeps capitalised words as they are.

    A word with a `capital` may be a name though it opens the sentence, so only small slips are mended in it.
    """
    if name or not SHORTEST <= len(low) <= 20 or not low.isalpha() or _right(low):
        return low
    forms, key = _forms(), fold(low)
    if key in forms:
        return low
    cost, best = min(((cost, w) for w, cost in _neighbours(key).items() if w in forms), default=(9.0, low))
    return low if capital and cost > SMALL and len(low) < LONG else best


def _right(low: str) -> bool:
    """Whether the word is no slip, though perhaps no dictionary has it."""
    if low in embeddings() or morphology().word_is_known(low) or _pet_name(low):
        return True
    if any(
        fold(p.normal_form) in people() or fold(p.normal_form) in things() for p in morphology().parse(low)
    ):
        return True
    return low[:-1].endswith("рш") and fold(low[:-2]) in people()  # "тренерша" is no slip for "тренера"


def _pet_name(low: str) -> bool:
    """ "Тёмка" of "Тёма"."""
    if not low.endswith("ка"):
        return False
    stem = fold(low[:-2])
    return stem + "а" in names() or stem.rstrip("ь") + "я" in names()
