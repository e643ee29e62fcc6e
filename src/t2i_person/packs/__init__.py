"""Packs: which weights exist, where from, under which licence; loading, checking, making.

`t2i_person.packs.assemble` builds packs, `t2i_person.packs.maintain` checks and removes them. Both import
`transformers`, which takes seconds, so they are not imported here.
"""

from .catalogue import SOURCES
from .files import write_pack
from .find import list_packs, pack_info, resolve
from .load import load_pack
from .pack import Pack, PackInfo, Statistics, to_image, to_pixels
from .sources import pull

__all__ = [
    "SOURCES",
    "Pack",
    "PackInfo",
    "Statistics",
    "list_packs",
    "load_pack",
    "pack_info",
    "pull",
    "resolve",
    "to_image",
    "to_pixels",
    "write_pack",
]
