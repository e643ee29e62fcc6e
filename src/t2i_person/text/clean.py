"""Make a text readable without moving a character, so that offsets stay those of the text given."""

import re

from .model import TextError

# Latin letters that look Cyrillic, for words that mix both.
LOOKALIKE = str.maketrans("aceopxykmtbhABCEHKMOPTXYëË", "асеорхукмтвнАВСЕНКМОРТХУёЁ")
MIXED = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
CYRILLIC = re.compile(r"[а-яё]", re.IGNORECASE)
UKRAINIAN = re.compile(r"[іїєґў]", re.IGNORECASE)
LATIN = re.compile(r"[a-z]", re.IGNORECASE)
TAG = re.compile(r"<[^<>]{1,500}>|&(?:[a-z]{2,8}|#\d{1,6});", re.IGNORECASE)
ODD = re.compile("[\u0000-\u0008\u000b-\u001f\u007f\u00ad\u200b-\u200f\u2060\ufe0f\ufeff\ud800-\udfff]")
NOT_LETTERS = re.compile("[\U0001f000-\U0001ffff\u2600-\u27bf]")
LONG = re.compile(r"\S{300,}")
CAPITALS = re.compile(r"[^.!?\n]+")
ENGLISH = re.compile(
    r"\b(?:a|an|the|with|and|in|man|woman|girl|boy|hair|wearing|of|is|was|he|she)\b", re.IGNORECASE
)


def _blank(match: re.Match[str]) -> str:
    return " " * len(match.group())


def _cyrillic(match: re.Match[str]) -> str:
    word = match.group()
    if CYRILLIC.search(word) and LATIN.search(word):
        return word.translate(LOOKALIKE)
    return word


def _lower_shout(match: re.Match[str]) -> str:
    """A line in capitals says nothing by its capitals and confuses the tagger."""
    piece = match.group()
    letters = [c for c in piece if c.isalpha()]
    upper = sum(c.isupper() for c in letters)
    if len(letters) > 8 and upper > 0.8 * len(letters):
        low = piece.lower()
        return low if len(low) == len(piece) else piece
    return piece


def clean(text: str) -> str:
    """Same-length copy with tags, control characters, emoji and runs of noise blanked out."""
    text = ODD.sub(" ", text)
    text = TAG.sub(_blank, text)
    text = NOT_LETTERS.sub(_blank, text)
    text = LONG.sub(_blank, text)
    text = MIXED.sub(_cyrillic, text)
    return CAPITALS.sub(_lower_shout, text)


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
        what = "English" if ENGLISH.search(head) else "not Russian"
        raise TextError(
            f"The text looks {what}: the reader knows Russian only; translate it first, "
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
