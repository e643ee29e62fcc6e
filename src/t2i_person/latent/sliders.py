"""Sliders: change how strongly a drawn person shows each target, by directions and without optimization."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from torch import Tensor

from ..packs import Pack
from ..picture.colours import Kind, said_colour
from .edits import (
    CoordinateEdit,
    DirectionEdit,
    Edit,
    LocalDirectionEdit,
    RecolourEdit,
    StrengthEdit,
    TransplantEdit,
)
from .edits.coordinates import style_offset
from .edits.directions import apply
from .edits.grafts import direction_of
from .sample import Sample
from .targets import Target, gender_text

UNIT = 3.0  # alpha of strength 1 for a global direction that no edit took
IN_PLACE = -1.0, 4.0  # lowest and highest alpha at which a local global direction still leaves a face


@dataclass(frozen=True)
class Reach:
    """The range of a slider along a direction; alphas above 0 lead towards the target."""

    low: float  # alpha at its ends, below 0
    high: float  # above 0
    taken: float = 0.0  # alpha of strength 1 if an edit took it; 0: strengths 1 and -1 are its ends

    def unit(self, strength: float) -> float:
        """Alpha of one unit of strength, on that side of 0."""
        return self.taken or (self.high if strength >= 0 else -self.low)

    def strength(self, alpha: float) -> float:
        """The strength at an alpha."""
        return alpha / self.unit(alpha)

    def moved(self, strength: float, change: float) -> float:
        """The strength after a change; at most that of the direction's end."""
        after = strength + change
        alpha = after * self.unit(after)
        if self.low <= alpha <= max(self.high, self.taken):
            return after
        end = self.low if alpha < 0 else max(self.high, self.taken)
        return self.strength(end) if change * (self.strength(end) - strength) > 0 else strength


def slide(
    pack: Pack,
    sample: Sample,
    changes: Sequence[tuple[Target, float]],  # how much stronger each target should be
    gender: str,
    truncation_psi: float = 1.0,
) -> tuple[Sample, Mapping[str, float]]:
    """Change strengths of a person: along what edits did for a target before, else along its direction.

    -> the person, and for each target's name how much its strength changed. This is less than was asked for
    at the end of a direction (`Recipe.reach_of`), and for what is either there or not, such as a hat.
    """
    sliders = _Sliders(pack, sample, gender_text(pack, gender) or pack.neutral, truncation_psi)
    return sliders.moved([(target, change) for target, change in changes if change])


@dataclass
class _Sliders:
    """The sliders of one person, being moved."""

    pack: Pack
    sample: Sample
    neutral: str
    truncation_psi: float
    styles: list[Tensor] = field(init=False)  # [1, c] per layer
    edits: list[Edit] = field(init=False)
    made: list[StrengthEdit] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.styles, self.edits = list(self.sample.styles), list(self.sample.edits)

    def moved(self, changes: Sequence[tuple[Target, float]]) -> tuple[Sample, Mapping[str, float]]:
        """As `slide`."""
        moved: dict[str, float] = {}  # target's name -> how much its strength changed
        colours: dict[str, tuple[Target, Kind, str, float]] = {}  # region -> what is to be there
        for target, change in changes:
            said = self._colour(target)
            if said:
                colours[said[0]] = (target, *said, change)
            # a hat of a donor and its colour have one name: both get the strength
            given = self._worn(target, change)
            if given is not None:
                moved[target.name] = given
            elif not said:
                moved[target.name] = self._moved(target, change)
        for target, region, colour, change in colours.values():
            moved.setdefault(target.name, self._coloured(target, region, colour, change))
        edits = (*self.edits, *self.made)
        return replace(self.sample, styles=self.styles, edits=edits), moved

    def _moved(self, target: Target, change: float) -> float:
        """The latent moved: by the coordinates set for the target, in its own place, or as a whole."""
        if self._coordinates(target, change):
            return change
        in_w = "w_directions" in self.pack.recipe.edits
        return self._in_w(target, change) if in_w else self._along(target, change)

    def _worn(self, target: Target, change: float) -> float | None:
        """Show or hide a donor's part; None if the target has none."""
        given = {e.region for e in self.edits if isinstance(e, TransplantEdit) and e.text == target.name}
        done = None
        for i, e in enumerate(self.edits):
            if isinstance(e, TransplantEdit) and e.region in given:
                self.edits[i] = e.at(_share(e.strength + change))
                done = _share(e.strength + change) - e.strength
        return done

    def _coloured(self, target: Target, region: Kind, colour: str, change: float) -> float:
        """Change the strength of a colour on a region; one that no edit put there stays."""
        old = [e for e in self.edits if isinstance(e, RecolourEdit) and e.text == target.name]
        before = sum(e.strength for e in old)
        self.edits = [e for e in self.edits if e not in old]
        self.edits.append(RecolourEdit(target.name, region, colour, _share(before + change)))
        return _share(before + change) - before

    def _colour(self, target: Target) -> tuple[Kind, str] | None:
        """Region and colour of a target that this pack reaches by recolouring."""
        if "recolour" not in self.pack.recipe.edits or target.negated:
            return None
        return said_colour(target.text, target.category)

    def _coordinates(self, target: Target, change: float) -> bool:
        """Move along the coordinates of Z that an edit set for the target; False if none did."""
        z, sample = self.sample.z, self.sample
        changed = {e.text: e.changed for e in sample.edits if isinstance(e, CoordinateEdit)}
        if z is None or target.name not in changed:
            return False
        without = z.clone()
        for j, (before, after) in changed[target.name].items():
            if abs(float(z[0, j]) - after) < 1e-4:  # else a later edit set it anew
                without[0, j] = before
        step = style_offset(self.pack, without, z, self.truncation_psi)
        self.styles = [style + change * more for style, more in zip(self.styles, step, strict=True)]
        self.made.append(StrengthEdit(target.name, round(change, 6)))
        return True

    def _in_w(self, target: Target, change: float) -> float:
        """Move along the local direction that an edit took, or along a new one in W."""
        sign, ends = self._sign(target), self._ends(target)
        place = self.pack.recipe.place_of(target.text, target.category)
        own = [e for e in self.edits if isinstance(e, LocalDirectionEdit) and e.text == target.name]
        if not own:
            own = [LocalDirectionEdit(target.name, target.text, target.category, place, sign * ends[1], 0.0)]
            self.edits += own
        moved = []
        for old in own:
            taken = sign * old.alpha
            if old.neutral:
                reach = Reach(*IN_PLACE, taken)
            else:  # made by a slider: its alpha is that of an end
                reach = Reach(*ends, 0.0 if taken in (ends[1], -ends[0]) else taken)
            strength = reach.moved(old.strength, change)
            new = replace(old, alpha=sign * reach.unit(strength)).at(strength)
            self.edits[self.edits.index(old)] = new
            moved.append(new.strength - old.strength)
        return moved[0]

    def _along(self, target: Target, change: float) -> float:
        """StyleCLIP's global direction."""
        neutral = {e.text: e.neutral for e in self.edits if isinstance(e, DirectionEdit)}.get(target.name)
        taken = {e.text: abs(e.alpha) for e in self.edits if isinstance(e, DirectionEdit)}
        alpha = self._sign(target) * change * taken.get(target.name, UNIT)
        direction = direction_of(self.pack, target, neutral or self.neutral)
        self.styles = apply(self.styles, direction, alpha)
        self.made.append(StrengthEdit(target.name, None, neutral or self.neutral, round(alpha, 6)))
        return change

    def _sign(self, target: Target) -> int:
        """Of an alpha that leads towards the target."""
        return -1 if target.negated else 1

    def _ends(self, target: Target) -> tuple[float, float]:
        """Ends of the target's direction in W, towards what it says above 0."""
        low, high = self.pack.recipe.reach_of(target.text, target.category)
        return (-high, -low) if target.negated else (low, high)


def _share(strength: float) -> float:
    return round(max(0.0, min(1.0, strength)), 6)
