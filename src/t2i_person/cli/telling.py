"""What the commands print while they draw, and about the result."""

import contextlib
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from .console import err, out

if TYPE_CHECKING:  # the models are imported only by the commands that need them: --help stays quick
    from ..portrait import Event, Portrait

NEWS, AGAIN = 2.0, 10.0  # seconds between two lines of progress, of another stage or the same


@contextlib.contextmanager
def progress() -> Iterator[Any]:
    """Progress on stderr, yielded as the pipeline's `on_event`: a moving line, or now and then a new one."""
    if not err.is_terminal:
        yield _Lines()
        return
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(30),
        MofNCompleteColumn(),
    )
    with Progress(*columns, TimeElapsedColumn(), console=err, transient=True) as progress:
        task = progress.add_task("starting", total=None)
        last = ""

        def on_event(event: "Event") -> None:
            nonlocal last
            if (name := _stage(event)) != last:
                progress.reset(task, description=name, total=event.steps or None)
                last = name
            progress.update(task, completed=event.step or 0, total=event.steps or None)

        yield on_event


class _Lines:
    """For a file or a pipe: nothing of what is quick, then a line for each stage, and each ten seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._start = clock, clock()
        self._last, self._name = self._start, ""

    def __call__(self, event: "Event") -> None:
        now, name = self._clock(), _stage(event)
        if now - self._last >= (NEWS if name != self._name else AGAIN):
            step = f", step {event.step} of {event.steps}" if event.step and event.steps else ""
            err.print(Text(f"{name}{step} ({now - self._start:.0f} s)", "dim"))
            self._last, self._name = now, name


def _stage(event: "Event") -> str:
    name: str = event.stage
    if event.character is not None:
        name += f", person {event.character + 1}"
    if event.portrait is not None:
        name += f", portrait {event.portrait + 1}"
    return name


def report(path: Path, portrait: "Portrait") -> None:
    out.print(Text(str(path), "bold").append(f"  {portrait.variant}" if portrait.variant else "", "dim"))
    said = portrait.said
    if portrait.drawn:
        out.print(Text("  drawn: ", "green").append(", ".join(map(said, portrait.drawn)), "default"))
    for feature, reason in portrait.not_drawn.items():
        out.print(Text("  not drawn: ", "yellow").append(f"{said(feature)} ({reason})", "default"))
    if portrait.scores:
        scores = ", ".join(f"{said(name)} {p:.2f}" for name, p in portrait.scores.items())
        out.print(Text(f"  scores: {scores}", "dim"))


def tell_held(asked: dict[str, float], portrait: "Portrait") -> None:
    """Print which strengths differ from those asked for, and why."""
    for name, value in asked.items():
        if (now := portrait.strengths.get(name, value)) != value:
            if value > now:
                why = "no more of it can be drawn"
            elif now > 0:
                why = "no edit put it there, so use words"
            else:
                why = "no less of it can be drawn"
            err.print(Text(f"«{name}» has the strength {now:g}, not {value:g}: {why}.", "yellow"))


def tell_likeness(distance: float | None) -> None:
    """Print how far the drawn face is from that of a photo, and a warning if it is far."""
    from ..pipeline import warning

    if distance is not None:
        out.print(Text(f"  likeness: distance {distance:.2f}", "dim"))
    if words := warning(distance):
        err.print(Text(words, "yellow"))


def name_pack(name: str) -> None:
    """Print on stderr which pack drew, and what its user should know about it."""
    from ..packs.find import default_pack, list_packs

    licence = next((info.license for info in list_packs() if info.name == name), "")
    err.print(Text(pack_note(name, licence, default_pack()), "dim"))


def pack_note(name: str, licence: str, best: str) -> str:
    """What to print about the pack that drew; `best` is the one that draws when none is named."""
    from ..packs.find import PREFERRED

    better = PREFERRED[0]
    if name in PREFERRED and name != better:
        way = f"--pack {better}" if best == better else f"t2i-person packs pull {better}"
        return f"Drawn with the pack {name}; photographs instead: {way}."
    return f"Drawn with the pack {name}{f': {licence}' if licence else ''}."
