"""The run of one request: time spent in each stage, progress events, and cancelling."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from ..errors import Cancelled
from ..portrait import Event, Stage

OnEvent = Callable[[Event], None]
IsCancelled = Callable[[], bool]


@dataclass(frozen=True)
class Run:
    """One request while it is worked on."""

    on_event: OnEvent | None = None
    cancelled: IsCancelled | None = None
    seconds: dict[str, float] = field(default_factory=dict)  # stage -> time spent

    @property
    def heard(self) -> bool:
        """Whether events are listened to; if not, no previews are drawn."""
        return self.on_event is not None

    def check(self) -> None:
        """Raise Cancelled if the request was cancelled."""
        if self.cancelled is not None and self.cancelled():
            raise Cancelled

    def tell(
        self, stage: Stage, character: int | None = None, portrait: int | None = None, **more: Any
    ) -> None:
        """Tell where the work is; `more` are fields of `Event`."""
        self.check()
        if self.on_event is not None:
            self.on_event(Event(stage, character, portrait, **more))

    @contextmanager
    def stage(self, name: Stage, character: int | None = None, portrait: int | None = None) -> Iterator[None]:
        """Tell that a stage begins, and count the time it takes."""
        self.tell(name, character, portrait)
        start = time.perf_counter()
        yield
        self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - start
        self.check()
