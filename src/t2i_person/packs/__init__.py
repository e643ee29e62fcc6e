"""Packs: which weights exist, where from, under which licence; loading, checking, making."""

from .files import write_pack
from .pack import Pack, PackInfo, Statistics, list_packs, load_pack, resolve

__all__ = ["Pack", "PackInfo", "Statistics", "list_packs", "load_pack", "resolve", "write_pack"]
