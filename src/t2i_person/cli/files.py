"""Where the commands read from and save to."""

import contextlib
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from .console import USAGE, leave

PICTURES = {".png", ".jpg", ".jpeg", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif", ".heic", ".jxl"}


def check_words(*words: str) -> None:
    """Exit with 2 for arguments that are not UTF-8: Python gives them as halves of surrogate pairs."""
    try:
        "".join(words).encode()
    except UnicodeEncodeError:
        leave(USAGE, "The text is not UTF-8: save or send it as UTF-8.")


def read_text(text: str | None, file: Path | None) -> str:
    """The text from the argument, a file or stdin; exits with 2 when there is none."""
    if (text is None) == (file is None):
        leave(USAGE, 'Give one text: t2i-person draw "Рыжий мужчина.", or -f FILE, or - for stdin.')
    try:
        if file is not None:
            words = file.read_text("utf-8-sig")
        else:
            words = sys.stdin.buffer.read().decode("utf-8-sig") if text == "-" else str(text)
        words.encode()
    except UnicodeError:
        leave(USAGE, f"{file or 'The text'} is not UTF-8: save or send it as UTF-8.")
    except OSError as error:
        leave(USAGE, f"{file} cannot be read: {error.strerror}.")
    if not words.strip():
        leave(USAGE, "The text is empty: describe somebody, as in «Блондинка в голубой кофте».")
    return words


def read_file(file: Path, most: int) -> bytes:
    """The first `most` bytes of a file; exits with 2 when it cannot be read."""
    try:
        if not file.is_file() and not file.is_dir() and file.exists():  # a pipe might be waited on for ever
            leave(USAGE, f"{file} is not an ordinary file: give a PNG, or a photo.")
        with file.open("rb") as source:
            return source.read(most)
    except OSError as error:
        leave(USAGE, f"{file} cannot be read: {error.strerror}.")


def place_for(to: Path | None, file: Path, name: str) -> Path:
    """Where to save a result: as the PNG or in the folder that was named, else beside its source."""
    if to is not None and to.suffix.lower() in PICTURES and not to.is_dir():
        if to.suffix.lower() != ".png":
            leave(USAGE, f"Portraits are saved as PNG: name {to.with_suffix('.png')}, or a folder, not {to}.")
        place = to
    else:
        place = (file.parent if to is None else to) / name
    return place


@contextlib.contextmanager
def folder_for(folder: Path) -> Iterator[None]:
    """Make the folder to save to; exits with 2 before anything is drawn if that is impossible.

    Folders that were made and are still empty at the end are removed.
    """
    made = [place for place in (folder, *folder.parents) if not place.exists()]
    try:
        try:
            folder.mkdir(parents=True, exist_ok=True)
            tempfile.TemporaryFile(dir=folder).close()
        except OSError as error:
            why = "it is a file" if isinstance(error, FileExistsError) else error.strerror
            leave(USAGE, f"{folder}: cannot write here, choose another place with -o: {why}.")
        yield
    finally:
        with contextlib.suppress(OSError):  # the first that holds something, and all above it, stay
            for place in made:
                place.rmdir()


def save(folder: Path, name: str, data: bytes) -> Path:
    """Write the whole file or nothing. Another picture of that name is kept: the new one gets a number."""
    stem, suffix = os.path.splitext(name)
    path, number = folder / name, 1
    while path.exists():
        if path.read_bytes() == data:
            return path
        number += 1
        path = folder / f"{stem}-{number}{suffix}"
    part = folder / f".{path.name}.{os.getpid()}.part"
    try:
        with part.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OSError(error.errno, f"cannot be saved: {error.strerror}", str(path)) from error
    finally:
        part.unlink(missing_ok=True)
    return path
