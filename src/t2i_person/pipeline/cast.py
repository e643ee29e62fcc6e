"""People kept by name, to be drawn as the same person again."""

from collections.abc import Mapping
from typing import TypeVar

from ..latent.sample import Sample
from ..packs import Pack
from ..record import Record
from ..text import Character

T = TypeVar("T")


def plain(name: str) -> str:
    """A name for comparison: case, ё and spaces do not matter."""
    return " ".join(name.casefold().replace("ё", "е").split())


def kept(character: Character, cast: Mapping[str, T]) -> tuple[str, T] | None:
    """The name in `cast` that the text calls this character by, and what is kept; a crowd has no name."""
    if character.count != 1:
        return None
    called = {
        plain(name) for name in (character.lemma, character.head, *(m.text for m in character.mentions))
    }
    return next(((name, cast[name]) for name in cast if plain(name) in called), None)


def check_kept(pack: Pack, record: Record) -> None:
    """Raise T2IError for a portrait whose person this pack cannot draw again."""
    Sample.of_record(pack, record, record.seed)
