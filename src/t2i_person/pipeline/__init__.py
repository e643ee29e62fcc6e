"""The only place that knows all stages; the doors import this and nothing behind it."""

from ..packs import Pack, list_packs, load_pack
from ..packs.find import AUTO, default_pack
from ..picture.convert import convert
from ..picture.png import read as read_record
from ..text import Character, TextError, check_text, describe
from .cast import check_kept, kept, plain
from .changing import change, sketch
from .drawing import draw, load
from .photo import edit_photo, warning
from .read import CROWD, check_strength, read_request
from .recreating import recreate

__all__ = [
    "AUTO",
    "CROWD",
    "Character",
    "Pack",
    "TextError",
    "change",
    "check_kept",
    "check_strength",
    "check_text",
    "convert",
    "default_pack",
    "describe",
    "draw",
    "edit_photo",
    "kept",
    "list_packs",
    "load",
    "load_pack",
    "plain",
    "read_record",
    "read_request",
    "recreate",
    "sketch",
    "warning",
]
