"""What `t2i-person describe` prints: the text in colour and its people, or JSON, in little memory."""

import io
import json
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
from rich.text import Text

from ..text import Character
from ..text.reader import pages

COLOURS = ("cyan", "magenta", "green", "yellow", "blue", "red")
PIECE = 1 << 15


class Shelf:
    """Characters, kept on disk because a book may have thousands, and given back in the text's order."""

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile("w+b")
        self._places: list[tuple[int, int]] = []

    def put(self, person: Character) -> None:
        told = asdict(person)
        told["contradictions"] = [[asdict(a), asdict(b)] for a, b in person.contradictions]
        self._places.append((person.start, self._file.tell()))
        self._file.write(json.dumps(told, ensure_ascii=False).encode("utf-8", "surrogatepass") + b"\n")

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for _, place in sorted(self._places):
            self._file.seek(place)
            yield json.loads(self._file.readline().decode("utf-8", "surrogatepass"))

    def __len__(self) -> int:
        return len(self._places)


def tell(source: Path | str | None, as_json: bool, out: Console, err: Console) -> None:
    """Read a file, stdin (None) or a text, and print who it describes."""
    shelf = Shelf()
    shown = not as_json
    skipped = 0
    with _progress(err, hidden=shown and out.is_terminal) as progress:
        for page in pages(_pieces(source, progress)):
            if shown:
                words = Text(page.text)
                for start, end, category, negated in page.marks:
                    style = colour(category) + (" strike" if negated else "")
                    words.stylize(style, start - page.start, end - page.start)
                out.print(words, end="")
            for person in page.done:
                shelf.put(person)
            skipped += page.skipped
    if skipped:
        err.print(f"Sentences that could not be read and were skipped: {skipped}")
    if as_json:
        _write_json(shelf)
        return
    out.print()
    if not shelf:
        err.print("No people were found in the text.")
    for number, told in enumerate(shelf, 1):
        _print_person(number, told, out)


def colour(category: str) -> str:
    return COLOURS[sum(category.encode()) % len(COLOURS)]


def _print_person(number: int, told: dict[str, Any], out: Console) -> None:
    count = f" × {told['count']}" if told["count"] != 1 else ""
    out.print(Text(f"\n{number}. {told['lemma']}, {told['gender']}{count}", "bold"))
    for feature in told["attributes"] + told["features"]:
        words = ("not " if feature["negated"] else "") + feature["normalized"]
        line = Text(f"   {words}", colour(feature["category"]))
        line.append(f"  {feature['category']}: {feature['prompt_en']}", "dim")
        out.print(line.append(f"  {_place(feature)}", "dim"))
    for first, second in told["contradictions"]:
        one, two = (f"{feature['normalized']} ({_place(feature)})" for feature in (first, second))
        out.print(Text(f"   {one} contradicts {two}", "yellow"))


def _place(feature: dict[str, Any]) -> str:
    chapter = f"{feature['chapter']}, " if feature["chapter"] else ""
    return f"{chapter}{feature['start']}–{feature['end']}"


def _write_json(shelf: Shelf) -> None:
    between = "[\n"
    escaped = "utf" not in (sys.stdout.encoding or "").lower()  # console's own escapes would not be JSON
    for told in shelf:
        sys.stdout.write(between + json.dumps(told, ensure_ascii=escaped, indent=2))
        between = ",\n"
    sys.stdout.write("[]\n" if between == "[\n" else "\n]\n")


def _progress(err: Console, hidden: bool) -> Progress:
    columns = (TextColumn("reading"), BarColumn(30), TaskProgressColumn(), TimeElapsedColumn())
    return Progress(*columns, console=err, transient=True, disable=hidden or not err.is_terminal)


def _pieces(source: Path | str | None, progress: Progress) -> Iterator[str]:
    """The text piece by piece; offsets are those of the file's own characters, line ends as they are."""
    if isinstance(source, str):
        yield source
        return
    raw = sys.stdin.buffer if source is None else source.open("rb")
    task = progress.add_task("", total=None if source is None else source.stat().st_size)
    with io.TextIOWrapper(raw, encoding="utf-8-sig", newline="") as file:
        yield from _advancing(iter(lambda: file.read(PIECE), ""), progress, task)


def _advancing(pieces: Iterable[str], progress: Progress, task: Any) -> Iterator[str]:
    for piece in pieces:
        yield piece
        progress.advance(task, len(piece.encode("utf-8", "surrogatepass")))
