"""Which packs there are, and which one a name means."""

from pathlib import Path

from ..errors import PackError, WrongPack
from .catalogue import SOURCES
from .files import CARD, PICKLES, read_card
from .pack import PackInfo
from .places import BUILT_IN, built_in, is_built_in, missing, user_packs
from .recipe import read_recipe

EMBEDDED = built_in("embedded")
AUTO = "auto"  # instead of a name: the first of PREFERRED that is here
PREFERRED = ("faces", "embedded")


def list_packs() -> list[PackInfo]:
    """The packs that can draw: those of this package, then the user's.

    Left out are packs with a broken card and packs with files that were not pulled yet.
    """
    ours = [built_in(name) for name in BUILT_IN]
    folders = [*ours, *(sorted(user_packs().glob("*")) if user_packs().is_dir() else [])]
    found = []
    for folder in folders:
        if (folder / CARD).is_file():
            try:
                info = read_info(folder)
            except PackError:
                continue
            if not missing(folder, info.card):
                found.append(info)
    return found


def default_pack() -> str:
    """Name of the pack that draws when none is named: photographs where they were pulled, else embedded."""
    there = {info.name for info in list_packs() if is_built_in(info.path)}
    return next(name for name in PREFERRED if name in there)


def resolve(name: str | Path) -> Path:
    """Folder of a pack named, or given as a path.

    Raises
    ------
    WrongPack : there is no such pack (the message lists those there are), or a pickle is named instead.
    """
    text = default_pack() if str(name) == AUTO else str(name)
    if Path(text).suffix.lower() in PICKLES:
        raise WrongPack(
            f"{text} is a pickle, not a pack: a pack is a folder with {CARD} and safetensors files. Make one "
            f"of it: t2i-person packs build NAME --generator {text}."
        )
    known = {info.name: info.path for info in reversed(list_packs())}
    if text in known:
        return known[text]
    if text and (Path(text) / CARD).is_file():
        return Path(text).resolve()
    if text and Path(text).name == text and (user_packs() / text / CARD).is_file():
        return user_packs() / text  # its card is broken: reading it says how
    names = ", ".join(reversed(known)) or "none"
    if text in BUILT_IN:
        raise WrongPack(f"{text} was not pulled yet: t2i-person packs pull {text}. Packs here: {names}.")
    if text in SOURCES:
        raise WrongPack(
            f"{text} is a public checkpoint, not a pack. Make one of it: t2i-person packs pull {text}, then "
            f"t2i-person packs build NAME --generator {text}. Packs here: {names}."
        )
    raise WrongPack(
        f"There is no pack {text!r}. Packs here: {names}; or give the path of a folder with {CARD}."
    )


def pack_info(name: str | Path) -> PackInfo:
    """The card of a pack, by its name or folder.

    Raises
    ------
    PackError : as `resolve`; or the card is broken.
    """
    return read_info(resolve(name))


def read_info(folder: Path) -> PackInfo:
    """The card of the pack in a folder.

    Raises
    ------
    PackError : the card is broken.
    """
    card = read_card(folder)
    draws = frozenset(card["draws"])
    try:
        recipe = read_recipe(card)
    except PackError as error:
        raise PackError(f"{folder / CARD}: {error}") from error
    return PackInfo(
        card["name"], str(card["version"]), card["license"], folder.resolve(), draws, card, recipe
    )
