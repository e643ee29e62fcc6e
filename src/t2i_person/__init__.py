"""Russian text in, cut-out portraits of the people it describes out.

from t2i_person import draw

for person in draw("Блондинка в голубой кофте шла по улице.").characters:
    for portrait in person.portraits:
        open(f"{portrait.seed}.png", "wb").write(portrait.png())
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from .errors import Cancelled, PackError, T2IError

if TYPE_CHECKING:
    from .packs import Pack, list_packs, load_pack
    from .photo import edit_photo
    from .pipeline import draw
    from .portrait import Event, Person, Portrait, Result
    from .redraw import recreate
    from .text import Character, Feature, TextError, cast, describe, stream

_PLACES = {  # imported when first used: torch and the language models take seconds
    "Pack": "packs",
    "list_packs": "packs",
    "load_pack": "packs",
    "Event": "portrait",
    "Person": "portrait",
    "Portrait": "portrait",
    "Result": "portrait",
    "draw": "pipeline",
    "edit_photo": "photo",
    "recreate": "redraw",
    "Character": "text",
    "Feature": "text",
    "TextError": "text",
    "cast": "text",
    "describe": "text",
    "stream": "text",
}

__all__ = [
    "Cancelled",
    "Character",
    "Event",
    "Feature",
    "Pack",
    "PackError",
    "Person",
    "Portrait",
    "Result",
    "T2IError",
    "TextError",
    "cast",
    "describe",
    "draw",
    "edit_photo",
    "list_packs",
    "load_pack",
    "recreate",
    "stream",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(f".{_PLACES[name]}", __name__), name)
    return value


def __dir__() -> list[str]:
    return __all__
