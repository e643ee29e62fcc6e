"""Make a text readable once, before anything reads it, and keep where each character stood."""

import re
import unicodedata
from array import array
from collections.abc import Sequence
from functools import lru_cache

from ..lexicon.morph import morphology
from ..model import TextError

# Latin letters that look Cyrillic, for words that mix both.
LOOKALIKE = str.maketrans("aceopxykmtbhABCEHKMOPTXYëË", "асеорхукмтвнАВСЕНКМОРТХУёЁ")
MIXED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
UKRAINIAN = re.compile(r"[іїєґў]", re.IGNORECASE)
LATIN = re.compile(r"[a-z]", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{1,500}>|&(?:[a-z]{2,8}|#\d{1,6});", re.IGNORECASE)
ODD = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\ufe0f\ud800-\udfff]")
# Inside words: soft hyphens, zero-width characters, stress marks and the dots of a decomposed ё or й.
INSIDE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff\u0300-\u036f]")
HYPHEN = re.compile("[\u2010-\u2012\u2212]|(?<=[оеОЕ])\u2013(?=[а-яё])")
BROKEN = re.compile(r"(?<=[а-яё])-[^\S\n]*\n[^\S\n]*(?=[а-яё])")  # a word cut at the end of a line
LEFT, RIGHT = re.compile(r"[а-яё-]+$", re.IGNORECASE), re.compile(r"[а-яё-]+", re.IGNORECASE)
# Marks of bold and italics, and quotes around one small word: "в *чёрной* шляпе", "в «чёрной» шляпе".
EMPHASIS = re.compile(r"(?<![\w*~_])[*~_]{1,3}(?=\w)|(?<=\w)[*~_]{1,3}(?![\w*~_])")
TAGGED = re.compile(r"(?<=[а-яё])_(?=[а-яё])", re.IGNORECASE)  # "#зелёный_плащ"
GLUED = re.compile(r"(?<=#)[а-яё]{6,40}\b", re.IGNORECASE)  # "#зелёныйсвитер"
QUOTED = re.compile(
    r"(?<=[а-яё]\s)[«\"“„'](?=([а-яё-]+)[»\"”“']\s[а-яё])|(?<=\s[«\"“„'])[а-яё-]+[»\"”“'](?=\s[а-яё])"
)
NOT_LETTERS = re.compile("[\U0001f000-\U0001ffff\u2600-\u27bf]")
LONG = re.compile(r"\S{300,}")
CAPITALS = re.compile(r"[^.!?\n]+")
CALLED = re.compile(r"(\b(?:имя|фамилия|фио|персонаж|герой|героиня)\s*[:—-]\s*)([а-яё]+(?: [а-яё]+){0,2})")
ENGLISH = re.compile(
    r"\b(?:a|an|the|with|and|in|man|woman|girl|boy|hair|wearing|of|is|was|he|she)\b", re.IGNORECASE
)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _cyrillic(match: re.Match[str]) -> str:
    parts = match.group().split("-")  # "AR-очки" is Latin and Cyrillic, not a mixture
    mixed = [CYRILLIC.search(part) and LATIN.search(part) for part in parts]
    return "-".join(p.translate(LOOKALIKE) if m else p for p, m in zip(parts, mixed, strict=True))


def _lower_shout(match: re.Match[str]) -> str:
    """A line in capitals says nothing by its capitals and confuses the tagger."""
    piece = match.group()
    letters = [c for c in piece if c.isalpha()]
    upper = sum(c.isupper() for c in letters)
    if len(letters) > 8 and upper > 0.8 * len(letters):
        low = CALLED.sub(lambda m: m.group(1) + m.group(2).title(), piece.lower())
        return low if len(low) == len(piece) else piece
    return piece


def clean(text: str) -> tuple[str, Sequence[int]]:
    """The text as it is read, and for each of its characters, one past the end included, its place in `text`.

    Tags, control characters, emoji and runs of noise become spaces; marks inside words are taken out.
    """
    text, places = _plain_words(text)
    text = ODD.sub(" ", text)
    text = TAG.sub(_blank, text)
    text = NOT_LETTERS.sub(_blank, text)
    text = LONG.sub(_blank, text)
    text = HYPHEN.sub("-", text)
    text = EMPHASIS.sub(_blank, text)
    text = TAGGED.sub(" ", text)
    text = QUOTED.sub(_unquoted, text)
    text = MIXED.sub(_cyrillic, text)
    return CAPITALS.sub(_lower_shout, text), places


def _unquoted(match: re.Match[str]) -> str:
    return re.sub(r"[^а-яё-]", " ", match.group())


def _plain_words(text: str) -> tuple[str, Sequence[int]]:
    """Take marks and line breaks out of words."""
    dropped = [(m.start(), m.end(), "") for m in INSIDE.finditer(text)]
    dropped += [(m.start(), m.end(), _mended(text, m)) for m in BROKEN.finditer(text)]
    cuts = ((m.start() + cut) for m in GLUED.finditer(text) if (cut := _cut(m.group().lower())))
    dropped += [(at, at, " ") for at in cuts]
    if not dropped:
        return text, range(len(text) + 1)
    pieces: list[str] = []
    places = array("q")
    done = 0
    for start, end, instead in sorted(dropped):
        keep = start
        if text[start] in "\u0306\u0308" and start > done and unicodedata.combining(text[start]):
            composed = unicodedata.normalize("NFC", text[start - 1 : start + 1])
            if len(composed) == 1:
                keep, instead = start - 1, composed
        pieces += (text[done:keep], instead)
        places.extend(range(done, keep))
        places.extend([keep] * len(instead))
        done = end
    pieces.append(text[done:])
    places.extend(range(done, len(text) + 1))
    return "".join(pieces), places


@lru_cache(1_000)
def _cut(word: str) -> int:
    """Where the second word of a hashtag begins, "зелёный|свитер", "без|макияжа"; 0 where it is one word."""
    parse = morphology().parse
    if morphology().word_is_known(word):
        return 0
    for k in range(3, len(word) - 2):
        nouns = [p for p in parse(word[k:]) if p.is_known and p.tag.POS == "NOUN"]
        if nouns and word[:k] == "без":
            return k
        for a in parse(word[:k]) if nouns else ():
            full = a.is_known and a.tag.POS in ("ADJF", "PRTF")
            if full and any(a.tag.case == n.tag.case and a.tag.number == n.tag.number for n in nouns):
                return k
    return 0


def _mended(text: str, cut: re.Match[str]) -> str:
    """What stands for a hyphen at the end of a line: nothing, or itself in "тёмно-рыжий"."""
    left, right = LEFT.search(text[: cut.start()]), RIGHT.match(text, cut.end())
    whole = f"{left.group() if left else ''}{right.group() if right else ''}".lower()
    return "" if INSIDE.search(whole) or morphology().word_is_known(whole) else "-"


def check(text: str) -> None:
    """Raise `TextError` for text that no reading can help.

    Raises
    ------
    TextError
        When the text is empty, has no letters, or is not Russian; the message names the cure.
    """
    if not text.strip():
        raise TextError("The text is empty: give a Russian description, e.g. 'Блондинка в голубой кофте.'")
    head = text[:20_000]
    russian, latin = len(CYRILLIC.findall(head)), len(LATIN.findall(TAG.sub("", head)))
    if russian == 0 and latin > 0:
        what = "looks English" if ENGLISH.search(head) else "does not look Russian"
        raise TextError(
            f"The text {what}: the reader knows Russian only; translate it first, "
            "e.g. 'Блондинка в голубой кофте шла по улице.'"
        )
    if latin > 4 * russian and len(ENGLISH.findall(head)) > 3:
        raise TextError(
            "Most of the text is English: the reader knows Russian only; give the Russian part alone"
        )
    if len(UKRAINIAN.findall(head)) > max(2, 0.01 * russian):
        raise TextError(
            "The text looks Ukrainian or Belarusian: the reader knows Russian only; translate it first"
        )
    if russian == 0 and len(text) <= 20_000:
        raise TextError("The text has no Russian words: give a description of a person in Russian")
