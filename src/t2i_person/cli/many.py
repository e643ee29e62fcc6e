"""`draw-all`: many texts, each to a folder of its own, in several processes.

This uses processes of the standard library, not Ray Data: the texts are independent, only the cores of one
machine have to be shared out, and nothing has to be installed. For several machines, give each a part of the
texts.
"""

import json
import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..errors import T2IError
from .console import FAILURE, err, leave, out, slug

DONE = "done.json"  # in each folder: request and result; written last, so a folder with it is complete
AHEAD = 2  # texts handed to each process at once, so that none has to wait


@dataclass(frozen=True)
class Item:
    """A text and where it goes; or why it cannot be read."""

    name: str
    text: str = ""
    seed: int | None = None
    error: str = ""


Draw = Callable[[Item, Path, Mapping[str, Any]], str]  # as `_draw`; a module's function, for it is pickled


def read(source: Path) -> Iterator[Item]:
    """The `.txt` files of a folder, or the lines of a JSONL file.

    Raises
    ------
    T2IError : it is neither, or two texts have one name.
    """
    if source.is_dir():
        items = [_file(path) for path in sorted(source.glob("*.txt"))]
    elif source.suffix.lower() in (".jsonl", ".ndjson"):
        lines = source.read_bytes().splitlines()
        items = [_line(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    else:
        raise T2IError(f"{source} is neither a folder of .txt files nor a .jsonl file: give one of these.")
    if not items:
        raise T2IError(
            f"{source} has no texts: .txt files in a folder, or lines with a text in a .jsonl file."
        )
    seen: set[str] = set()
    for item in items:
        if item.name.casefold() in seen:
            raise T2IError(f"Two texts of {source} are called {item.name}: give them other names.")
        seen.add(item.name.casefold())
        yield item


def _file(path: Path) -> Item:
    try:
        return Item(slug(path.stem), path.read_text("utf-8-sig"))
    except (OSError, UnicodeError) as error:
        return Item(slug(path.stem), error=f"{path.name} cannot be read as UTF-8: {error}")


def _line(number: int, line: bytes) -> Item:
    name = f"{number:06}"
    try:
        found = json.loads(line)
        text, seed, name = found["text"], found.get("seed"), slug(str(found.get("name", name)))
        if not isinstance(text, str) or not isinstance(seed, int | None):
            raise TypeError
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
        what = '{"text": "...", "name": "of its folder", "seed": 7}, of which only text must be'
        return Item(name, error=f"line {number} is not {what}")
    return Item(name, text, seed)


def draw_all(source: Path, folder: Path, workers: int, settings: Mapping[str, Any]) -> None:
    """Draw the texts that are not drawn yet; exits with 1 when some could not be."""
    items = list(read(source))
    waiting = [item for item in items if not _is_done(folder, item, settings)]
    failed: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task("texts", total=len(items), completed=len(items) - len(waiting))
        for name, error in _work(waiting, folder, workers, settings):
            progress.advance(task)
            if error:
                failed.append(name)
                err.print(Text(f"{name}: {error}", "yellow"))
            else:
                out.print(Text(str(folder / name), "bold"))
    skipped = len(items) - len(waiting)
    out.print(f"{len(waiting) - len(failed)} drawn, {skipped} had been, {len(failed)} failed.")
    if failed:
        leave(
            FAILURE, f"{len(failed)} of {len(items)} texts were not drawn: the same command tries them again."
        )


def _work(
    items: list[Item], folder: Path, workers: int, settings: Mapping[str, Any], draw: Draw | None = None
) -> Iterator[tuple[str, str]]:
    """Name and error of each text as it ends. If a process dies, its texts are tried again one by one."""
    suspects: list[Item] = []
    rest = iter(items)
    more = True
    while more:
        pending: dict[Future[str], Item] = {}
        with _pool(workers) as pool:
            try:
                while True:
                    while more and len(pending) < AHEAD * workers:
                        item = next(rest, None)
                        more = item is not None
                        if item is not None:
                            pending[pool.submit(draw or _draw, item, folder, settings)] = item
                    if not pending:
                        break
                    for future in wait(pending, return_when=FIRST_COMPLETED).done:
                        error = future.result()
                        yield pending.pop(future).name, error
            except BrokenProcessPool:
                suspects += pending.values()
    for item in suspects:
        with _pool(1) as pool:
            try:
                yield item.name, pool.submit(draw or _draw, item, folder, settings).result()
            except BrokenProcessPool:
                yield item.name, "the process that drew it was ended: too little memory, perhaps"


def _pool(workers: int) -> ProcessPoolExecutor:
    threads = max(1, (os.cpu_count() or 1) // workers)
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(threads,))


def _begin(threads: int) -> None:
    import torch

    from ..nets.memory import keep_freed_memory

    keep_freed_memory()
    torch.set_num_threads(threads)


def _draw(item: Item, folder: Path, settings: Mapping[str, Any]) -> str:
    """Run in a process: draw one text into its folder, completely or not at all; returns the error, or ""."""
    if item.error:
        return item.error
    from .. import pipeline
    from ..request import Request

    place, part = folder / item.name, folder / f".{item.name}.part"
    try:
        if place.exists() and not (place / DONE).exists():
            return f"{place} is there, and not of this command: choose another folder with -o"
        asked = _asked(item, settings)
        how = {name: asked[name] for name in ("pack", "device") if name in asked}
        request = Request(**{name: value for name, value in asked.items() if name not in how})
        result = pipeline.draw(request, **how)
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        drawn: list[dict[str, Any]] = []
        for number, person in enumerate(result.characters, 1):
            for portrait in person.portraits:
                name = f"{number}-{slug(person.character.head)}-{portrait.seed}.png"
                (part / name).write_bytes(portrait.png())
                drawn.append({"file": name, "drawn": portrait.drawn, "not_drawn": portrait.not_drawn})
        notes = [note for person in result.characters for note in person.notes]
        done = {"request": asked, "portraits": drawn, "notes": notes, "seconds": result.seconds}
        (part / DONE).write_text(json.dumps(done, ensure_ascii=False, indent=1), "utf-8")
        shutil.rmtree(place, ignore_errors=True)  # of another request
        part.rename(place)
    except (T2IError, OSError) as error:
        return str(error)
    except Exception as error:  # one bad text must not stop the others
        return f"{type(error).__name__}: {error}"
    return ""


def _asked(item: Item, settings: Mapping[str, Any]) -> dict[str, Any]:
    return {**settings, "text": item.text} | ({} if item.seed is None else {"seed": item.seed})


def _is_done(folder: Path, item: Item, settings: Mapping[str, Any]) -> bool:
    """Whether the same request has been drawn there."""
    try:
        done = json.loads((folder / item.name / DONE).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(done.get("request") == _asked(item, settings))
