"""What the commands share: where they write, and how they fail."""

import contextlib
from collections.abc import Iterator
from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

FAILURE, USAGE, INTERRUPTED = 1, 2, 130  # docs/cli.md says which is when

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turn what can go wrong into one line on stderr and an exit code."""
    from .errors import NobodyFits, NoPeople, PackError, T2IError, WrongPack

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
    """Say why on stderr, and end with that exit code."""
    err.print(Text(message, "red"))
    raise typer.Exit(code)
