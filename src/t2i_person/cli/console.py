"""What all commands share: the consoles they write to, and how errors become exit codes."""

import contextlib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

import typer
from rich.console import Console, ConsoleOptions, ConsoleRenderable, RenderHook
from rich.segment import Segment
from rich.text import Text

from ..errors import visible

FAILURE, USAGE, INTERRUPTED = 1, 2, 130  # docs/cli.md says which is when


@dataclass
class _Visible:
    """Something printable whose texts are made `visible`."""

    inner: ConsoleRenderable

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> Iterable[Segment]:
        for text, style, control in console.render(self.inner, options):
            yield Segment(text if control else visible(text), style, control)


class _Hook(RenderHook):
    def process_renderables(self, renderables: list[Any]) -> list[Any]:
        return [_Visible(one) for one in renderables]


def _console(**options: Any) -> Console:
    console = Console(highlight=False, soft_wrap=True, markup=False, **options)
    console.push_render_hook(_Hook())
    return console


out = _console()
err = _console(stderr=True)


def encode_what_can_be(*streams: Any) -> None:
    """Let streams write letters that their encoding lacks as ``\\u0411``, instead of failing."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):  # a program without a console has streams of other kinds
            stream.reconfigure(errors="backslashreplace")


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turn every expected error into one line on stderr and an exit code."""
    from ..errors import NobodyFits, NoPeople, PackError, T2IError, WrongPack

    try:
        yield
    except T2IError as error:
        tried = isinstance(error, (NoPeople, NobodyFits, PackError)) and not isinstance(error, WrongPack)
        leave(FAILURE if tried else USAGE, str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        leave(FAILURE, f"{place}{error.strerror or error}.")
    except KeyboardInterrupt:
        leave(INTERRUPTED, "Interrupted.")


def leave(code: int, message: str) -> NoReturn:
    """Print the message on stderr and end with this exit code."""
    err.print(Text(message, "red"))
    raise typer.Exit(code)


def slug(head: str) -> str:
    """A word as part of a file name: letters and digits, Cyrillic kept."""
    return re.sub(r"[^\w-]+", "-", head).strip("-")[:40] or "person"
