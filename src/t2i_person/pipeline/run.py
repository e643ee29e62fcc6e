"""One request on its way: its settings, its clock, its ear and its brake."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from ..errors import Cancelled
from ..latent.edits.optimize import Preset
from ..packs import Pack, to_pixels
from ..portrait import Event
from .whole import Whole, drawn

JUDGED = 128  # pixels at which the encoder judges, when the recipe does not say
LARGE = 256  # the same for an encoder that sees more
KEPT = 16  # whole pictures


@dataclass
class Job:
    """One request: its settings, its clock, its ear and its brake."""

    text: str
    seed: int
    preset: Preset
    steps: int | None
    strength: float
    background: str
    size: int | None
    settings: dict[str, Any]  # for the record: `draw` with these draws the same again
    on_event: Callable[[Event], None] | None
    cancelled: Callable[[], bool] | None
    features: set[str] = field(default_factory=set)  # of everybody in the text
    pack: Pack = field(init=False)
    seconds: dict[str, float] = field(default_factory=dict)
    _whole: list[Whole] = field(default_factory=list)

    def check(self) -> None:
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def tell(
        self, stage: str, character: int | None = None, portrait: int | None = None, **more: Any
    ) -> None:
        self.check()
        if self.on_event is not None:
            self.on_event(Event(stage, character, portrait, **more))

    @contextmanager
    def stage(self, name: str, character: int | None = None, portrait: int | None = None) -> Iterator[None]:
        self.tell(name, character, portrait)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - start
        self.check()

    def show(self, stage: str, character: int, portrait: int, styles: list[Tensor]) -> None:
        """Tell how it looks now."""
        if self.on_event is not None:
            image = self.pack.render(styles, self.judged)[0]
            self.tell(stage, character, portrait, preview=to_pixels(image))

    def whole(self, styles: list[Tensor]) -> Whole:
        """The whole picture of a person, drawn once for the same list of styles."""
        for known in self._whole:
            if known.styles is styles:
                return known
        self._whole = [*self._whole[1 - KEPT :], drawn(self.pack, styles)]
        return self._whole[-1]

    @property
    def judged(self) -> int:
        """Pixels at which the encoder judges people and edits."""
        usual = JUDGED if self.pack.encoder.side <= JUDGED else LARGE
        return self.pack.side(self.pack.recipe.judge_resolution or usual)
