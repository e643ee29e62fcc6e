"""Checking and removing the packs and public checkpoints that are on this machine."""

import shutil
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from ..errors import PackError, WrongPack
from .assemble import KEY, NAME, TAKEN, read_network
from .catalogue import SOURCES, Source
from .find import EMBEDDED
from .load import load_afresh
from .places import pulled_folder, user_packs
from .sources import check, source_or_pack
from .wheels import Pullable, pullable, pullables


def verify(name: str = "") -> Iterator[tuple[str, str]]:
    """Load everything that is here, or the one named; yield each name and what is wrong with it, or "".

    The order: packs that are pulled, then other packs, then public checkpoints.

    Raises
    ------
    PackError : there is nothing of that name.
    """
    for pack in pullables():
        if pack.name == name or (not name and not pack.missing):
            yield pack.name, _problem_of_pulled(pack)
    if name and pullable(name):
        return
    for pack_name, folder in _folders(name).items():
        if not name or pack_name == name:
            yield pack_name, _problem(partial(load_afresh, folder))
    for source in SOURCES.values():
        if source.name == name or (not name and source.there):
            yield source.name, _problem(partial(_check_source, source))


def _folders(name: str) -> dict[str, Path]:
    """Name -> folder of the embedded pack, the user's packs, and the one named, which may be a path."""
    folders = {"embedded": EMBEDDED}
    folders |= {path.name: path for path in sorted(user_packs().glob("[!.]*")) if path.name not in TAKEN}
    if name and name not in folders and isinstance(found := source_or_pack(name), Path):
        folders[name] = found
    return folders


def _problem_of_pulled(pack: Pullable) -> str:
    wrong = next(filter(None, map(pack.wrong, pack.wheels)), "")
    return wrong or _problem(partial(load_afresh, pack.folder))


def _check_source(source: Source) -> None:
    for file in source.files:
        if not file.path.is_file():
            raise PackError(f"{file.path} is not there: t2i-person packs pull {source.name}")
        check(source, file)
    read_network(source.kind, source.files[0].path, source)


def _problem(work: Callable[[], object]) -> str:
    try:
        work()
    except PackError as error:
        return str(error)
    return ""


def removable(name: str) -> list[Path]:
    """The folder of a pack of the user's, broken or not, and what is kept of its unfinished build; or the
    files of a pulled source, or what was pulled for a pack of this package.

    Raises
    ------
    PackError : it is the embedded pack, or there is none of that name.
    """
    if name == "embedded":
        raise WrongPack("The embedded pack is a part of t2i-person and cannot be removed.")
    if pullable(name):
        if not pulled_folder(name).is_dir():
            raise WrongPack(f"{name} was not pulled: there is nothing to remove.")
        return [pulled_folder(name)]
    if name in SOURCES:
        files = [path for file in SOURCES[name].files for path in _traces(file.path)]
        if not files:
            raise WrongPack(f"{name} was not pulled: there is nothing to remove.")
        return files
    folder = user_packs() / name
    unfinished = sorted(user_packs().glob(f".{name}-{KEY}.directions")) if NAME.fullmatch(name) else []
    if (
        not NAME.fullmatch(name)
        or name in TAKEN
        or not (folder.is_dir() or folder.is_symlink() or unfinished)
    ):
        there = sorted(path.name for path in user_packs().glob("[!.]*") if path.name not in TAKEN)
        raise WrongPack(f"There is no pack {name!r} of yours. Yours are: {', '.join(there) or 'none'}.")
    return [path for path in (folder, *unfinished) if path.is_dir() or path.is_symlink() or path.is_file()]


def remove_pack(name: str) -> None:
    """Delete what `removable` lists; a link is deleted, not its target.

    Raises
    ------
    PackError : as `removable`.
    """
    for path in removable(name):
        if path.is_symlink() or path.is_file():
            path.unlink()
        else:
            shutil.rmtree(path)


def _traces(path: Path) -> list[Path]:
    return [
        p for p in (path, *(path.with_name(path.name + end) for end in (".part", ".mark"))) if p.is_file()
    ]
