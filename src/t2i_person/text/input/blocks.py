"""A text of any length as blocks of whole paragraphs, and the headings of its chapters."""

import re
from collections.abc import Iterable, Iterator

BLOCK = 1 << 15  # characters held at a time
PARAGRAPH = re.compile(r"\n[^\S\n]*\n\s*")
LINE = re.compile(r"\n\s*")
INDENTED = re.compile(r"\n[^\S\n]*\n\s*|\n(?:[^\S\n]{2,}|\t)(?=\S)")
BOOK_LINES = 24  # fewer lines may be a card or a list
ENDS = '.!?…:;»”")'
SENTENCE = re.compile(r"[.!?…][»”\"')]*\s+(?=[А-ЯЁA-Z«“\"—–-])")
CLAUSE = re.compile(r"[,;:]\s+")
SPACE = re.compile(r"\s+")
ORDINAL = (
    r"(?:\d{1,4}|[IVXLCDMХ]{1,8}|перв|втор|трет|четв|пят|шест|седьм|восьм|девят|десят|одиннадцат|двенадцат"
    r"|(?:три|четыр|пят|шест|сем|восем|девят)надцат|двадцат|тридцат|сорок|последн)[а-яё]*"
)
HEADING = re.compile(
    rf"(?:#{{1,4}}\s+\S.{{0,100}}"
    rf"|(?:(?:глава|часть|книга|том|действие|акт|сцена|явление|песнь|письмо)\s+{ORDINAL}"
    rf"|{ORDINAL}\s+(?:глава|часть|книга)|пролог|эпилог|предисловие|послесловие|интермедия)"
    rf"(?:\s*[.:—–-]\s*.{{0,80}}|\n.{{1,60}})?"
    r"|\d{1,3}\.?|[IVXLC]{1,7}\.?)",
    re.IGNORECASE,
)


def blocks(source: str | Iterable[str]) -> Iterator[tuple[int, str]]:
    """(offset, text) of consecutive blocks, cut between paragraphs, else sentences, else words.

    Where the cuts fall depends on the text alone, not on the pieces in which `source` gives it.
    """
    pieces = (source,) if isinstance(source, str) else source
    buffer, offset = "", 0
    for piece in pieces:
        for at in range(0, len(piece), BLOCK):
            buffer += piece[at : at + BLOCK]
            while len(buffer) > BLOCK:
                cut = _cut(buffer[:BLOCK])
                yield offset, buffer[:cut]
                offset, buffer = offset + cut, buffer[cut:]
    if buffer:
        yield offset, buffer


def _cut(text: str) -> int:
    """Length of the part of `text` that can be read by itself."""
    for border in (PARAGRAPH, SENTENCE, CLAUSE, SPACE):
        last = 0
        for found in border.finditer(text):
            if found.end() < len(text):  # a border at the very end may go on in what follows
                last = found.end()
        if last > len(text) // 2:
            return last
    return len(text)


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """(offset, text) of the paragraphs of a block.

    Blank lines part them. In long texts a line may be a paragraph as well, or an indented line begin one.
    """
    start = 0
    for border in _border(text).finditer(text):
        yield start, text[start : border.start()]
        start = border.end()
    yield start, text[start:]


def _border(text: str) -> re.Pattern[str]:
    """What stands between paragraphs: lines that mostly end as sentences do are not wrapped prose."""
    lines = [line for line in text.split("\n") if line.strip()]
    if len(lines) < BOOK_LINES:
        return PARAGRAPH
    if sum(line.rstrip()[-1] in ENDS for line in lines) > 0.8 * len(lines):
        return LINE
    indented = sum(line.startswith(("  ", "\t")) for line in lines)
    return INDENTED if 0.05 * len(lines) < indented < 0.7 * len(lines) else PARAGRAPH


def heading(paragraph: str) -> str:
    """The title of the chapter that a paragraph opens, "" when it is no heading."""
    words = paragraph.strip()
    if len(words) > 160 or HEADING.fullmatch(words) is None:
        return ""
    return " ".join(words.lstrip("# ").split())
