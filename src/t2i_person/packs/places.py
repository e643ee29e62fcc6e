"""Where the files of packs are: beside their card or, if they had to be pulled, in the user's folder."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from platformdirs import user_cache_path

from ..errors import WrongPack

BUILT_IN = ("embedded", "faces")  # folders beside this file, each a pack
PULLED = "pulled"  # in the folder of the user's packs: files of built-in packs that we may not distribute


def find_file(folder: Path, card: Mapping[str, Any], file: str) -> Path:
    """Where a file that a card lists is or will be: in the pack's folder, or in that of pulled files.

    Only a pack of this package may have files elsewhere: another one's card cannot point out of its folder.
    """
    here = folder / file
    if here.is_file() or file not in card.get("pulled", {}) or not is_built_in(folder):
        return here
    return pulled_folder(folder.name) / file


def missing(folder: Path, card: Mapping[str, Any]) -> list[str]:
    """The files of a card's ``[pulled]`` that are not here yet."""
    return [file for file in card.get("pulled", {}) if not find_file(folder, card, file).is_file()]


def is_built_in(folder: Path) -> bool:
    """Whether a folder is one of the packs of this package."""
    return folder.name in BUILT_IN and folder.resolve() == built_in(folder.name).resolve()


def built_in(name: str) -> Path:
    """Folder of a pack of this package."""
    return Path(__file__).parent / name


def pulled_folder(name: str) -> Path:
    """Folder of what was pulled for a pack of this package."""
    return user_packs() / PULLED / name


def user_packs() -> Path:
    """Folder of the user's own packs: ``$T2I_PERSON_PACKS``, or ``packs`` in the system's place for caches
    (on Linux ``~/.cache/t2i-person/packs``).
    """
    place = os.environ.get("T2I_PERSON_PACKS")
    return Path(place) if place else user_cache_path("t2i-person", appauthor=False) / "packs"


def writable(folder: Path) -> None:
    """Make a missing folder of packs or sources and check that files can be written there, before any work.

    Raises
    ------
    WrongPack : nothing can be written there.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise WrongPack(
            f"{folder}: cannot write here, choose another place with T2I_PERSON_PACKS: {error.strerror}."
        ) from error
