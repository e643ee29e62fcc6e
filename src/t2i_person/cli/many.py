"""`draw-all`: many texts, each to a folder of its own, in several processes.

On one machine these are processes of the standard library, for which nothing has to be installed; `cluster`
does the same with Ray Data.
"""

import json
import os
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from ..errors import T2IError
from .console import FAILURE, err, leave, out, slug

DONE = "done.json"  # in each folder: request and result; written last, so a folder with it is complete
AHEAD = 2  # texts handed to each process at once, so that it never waits for the next


@dataclass(frozen=True)
class Item:
    """A text and where it goes; or why it cannot be read."""

    name: str
    text: str = ""
    seed: int | None = None
    error: str = ""


Draw = Callable[[Item, Path, Mapping[str, Any]], str]  # as `_draw`: it goes to a process by its name
Work = Callable[[list[Item], Path, int, Mapping[str, Any]], Iterator[tuple[str, str]]]  # as `_work`
Files = dict[str, bytes]  # of one text's folder
DIED = "the process that drew it was ended: too little memory, perhaps"


def read(source: Path) -> Iterator[Item]:
    """The `.txt` files of a folder, or the lines of a JSONL file.

    Raises
    ------
    T2IError : there is none, it is neither, or two texts have one name.
    """
    if not source.exists():
        raise T2IError(f"{source} does not exist: give a folder of .txt files, or a .jsonl file.")
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


def draw_all(
    items: list[Item], folder: Path, workers: int, settings: Mapping[str, Any], work: Work | None = None
) -> Iterator[str]:
    """Draw what is not yet drawn, with `work` or in processes here; yields the name of each text that was.

    Leaves with 1 when some could not be.
    """
    waiting = [item for item in items if not _is_done(folder, item, settings)]
    failed: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(30), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, disable=not err.is_terminal) as progress:
        task = progress.add_task("texts", total=len(items), completed=len(items) - len(waiting))
        for name, error in (work or _work)(waiting, folder, workers, settings):
            progress.advance(task)
            if error:
                failed.append(name)
                err.print(Text(f"{name}: {error}", "yellow"))
            else:
                out.print(Text(str(folder / name), "bold"))
                yield name
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
        with processes(workers) as pool:
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
        with processes(1) as pool:
            try:
                yield item.name, pool.submit(draw or _draw, item, folder, settings).result()
            except BrokenProcessPool:
                yield item.name, DIED


def processes(workers: int) -> ProcessPoolExecutor:
    """A pool of processes that draw; they share the cores, unless OMP_NUM_THREADS says their threads."""
    threads = max(1, (os.cpu_count() or 1) // workers)
    return ProcessPoolExecutor(workers, get_context("spawn"), initializer=_begin, initargs=(threads,))


def _begin(threads: int) -> None:
    from ..nets.memory import keep_freed_memory

    threading.Thread(target=_end_with_parent, daemon=True).start()
    keep_freed_memory()
    if "OMP_NUM_THREADS" not in os.environ:
        import torch

        torch.set_num_threads(threads)


def _end_with_parent() -> None:
    """A command that is killed cannot end its processes: they notice it."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _draw(item: Item, folder: Path, settings: Mapping[str, Any]) -> str:
    """In a process: one text to its folder, whole or not at all; what is wrong with it."""
    error = cannot_be(item, folder)
    if not error:
        files, error = drawn(asked_of(item, settings))
    return error or put(files, folder / item.name)


def cannot_be(item: Item, folder: Path) -> str:
    """Why it need not be drawn at all; empty otherwise."""
    place = folder / item.name
    try:
        if not item.error and place.exists() and not (place / DONE).exists():
            return f"{place} is there, and not of this command: choose another folder with -o"
    except OSError as error:
        return str(error)
    return item.error


def drawn(asked: Mapping[str, Any]) -> tuple[Files, str]:
    """The files of one text's folder; or none of them, and what is wrong with the text."""
    from .. import pipeline
    from ..request import Request

    try:
        how = {name: asked[name] for name in ("pack", "device") if name in asked}
        request = Request(**{name: value for name, value in asked.items() if name not in how})
        result = pipeline.draw(request, **how)
        files: Files = {}
        told: list[dict[str, Any]] = []
        for number, person in enumerate(result.characters, 1):
            for portrait in person.portraits:
                name = f"{number}-{slug(person.character.head)}-{portrait.seed}.png"
                files[name] = portrait.png()
                told.append({"file": name, "drawn": portrait.drawn, "not_drawn": portrait.not_drawn})
        notes = [note for person in result.characters for note in person.notes]
        done = {"request": dict(asked), "portraits": told, "notes": notes, "seconds": result.seconds}
        return {**files, DONE: json.dumps(done, ensure_ascii=False, indent=1).encode()}, ""
    except (T2IError, OSError) as error:
        return {}, str(error)
    except Exception as error:  # one bad text loses nothing else
        return {}, f"{type(error).__name__}: {error}"


def put(files: Files, place: Path) -> str:
    """Save them in a folder, all or none; why it cannot be."""
    part = place.with_name(f".{place.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        for name, data in files.items():
            (part / name).write_bytes(data)
        shutil.rmtree(place, ignore_errors=True)  # of another request
        part.rename(place)
    except OSError as error:
        return str(error)
    return ""


def asked_of(item: Item, settings: Mapping[str, Any]) -> dict[str, Any]:
    """Fields of a `Request`, with `pack` and `device`."""
    return {**settings, "text": item.text} | ({} if item.seed is None else {"seed": item.seed})


def _is_done(folder: Path, item: Item, settings: Mapping[str, Any]) -> bool:
    """Whether the same request has been drawn there."""
    try:
        done = json.loads((folder / item.name / DONE).read_text("utf-8"))
    except (OSError, ValueError):
        return False
    return bool(done.get("request") == asked_of(item, settings))
