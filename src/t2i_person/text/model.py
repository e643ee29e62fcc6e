"""What reading a text gives: characters, their features, and the error for text that cannot be read."""

from dataclasses import dataclass, field
from typing import Literal

from ..errors import T2IError

Gender = Literal["male", "female", "unknown"]
CATEGORIES = (
    "hair_color", "hair_style", "facial_hair", "headwear", "accessory", "clothes", "age", "build", "skin",
    "face", "eyes", "expression", "role", "other",
)  # fmt: skip
WORN = ("clothes", "headwear", "accessory")  # categories of what is put on, beside what grows


class TextError(T2IError):
    """The text cannot be read; the message says what to give instead."""


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing a portrait could show.

    Attributes
    ----------
    text
        The words as they stand in the text.
    start, end
        Character offsets in the text given to `describe`, so that ``text[start:end]`` is the span.
    category
        One of `CATEGORIES`.
    normalized
        Russian nominative phrase, without the negation.
    negated
        True for what the person does not have ("без бороды").
    prompt_en
        English phrase for the same thing, also without the negation.
    chapter
        Title of the chapter it stands in, "" where the text has no headings.
    """

    text: str
    start: int
    end: int
    category: str
    normalized: str
    negated: bool = False
    prompt_en: str = ""
    chapter: str = ""


@dataclass(frozen=True, slots=True)
class Mention:
    """A span that names the person: noun, name or pronoun."""

    text: str
    start: int
    end: int
    lemma: str = ""  # nominative singular of a noun


@dataclass(frozen=True, slots=True)
class Character:
    """One person of the text.

    Attributes
    ----------
    head, start, end
        First nominal mention as it stands in the text, with its character offsets.
    lemma
        Nominative singular of the head.
    gender
        ``"male"``, ``"female"`` or ``"unknown"``.
    count
        How many such persons the text counts ("две девушки" is 2).
    features
        What the text says of the person's looks, in the text's order.
    attributes
        What the head noun itself says (a "блондинка" has blond hair), at the noun's own span.
    mentions
        Every span that names the person, the head first.
    prompt_en
        English description of the whole person; of features that contradict each other, the first said.
    name
        Whether the text calls the person by name.
    full_name
        The fullest form of the name, in the nominative; "" for the nameless.
    """

    head: str
    lemma: str
    gender: Gender
    count: int
    start: int
    end: int
    features: tuple[Feature, ...] = ()
    attributes: tuple[Feature, ...] = ()
    mentions: tuple[Mention, ...] = field(default=())
    prompt_en: str = ""
    name: bool = False
    full_name: str = ""

    @property
    def described(self) -> tuple[Feature, ...]:
        """Attributes and features together: all that a drawing should show."""
        return self.attributes + self.features

    @property
    def contradictions(self) -> tuple[tuple[Feature, Feature], ...]:
        """Pairs of what cannot both be so: "рыжий" and "брюнет", "бородатый" and "без бороды"."""
        from .clashes import clashes

        return clashes(self.described)
