"""What the commands share: where they write, and how they fail."""

import contextlib
from collections.abc import Iterator
from typing import NoReturn

import typer
from rich.console import Console
from rich.text import Text

FAILURE, USAGE, INTERRUPTED = 1, 2, 130

out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


@contextlib.contextmanager
def failures() -> Iterator[None]:
    """Turn what can go wrong into one line on stderr and an exit code."""
    from .errors import PackError, T2IError

    try:
        yield
    except PackError as error:
        leave(FAILURE, str(error))
    except T2IError as error:
        leave(USAGE, str(error))
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        leave(FAILURE, f"{place}{error.strerror or error}.")
    except KeyboardInterrupt:
        leave(INTERRUPTED, "Interrupted.")


def leave(code: int, message: str) -> NoReturn:
    """Say why on stderr, and end with that exit code."""
    err.print(Text(message, "red"))
    raise typer.Exit(code)
