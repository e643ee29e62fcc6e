"""Pictures in memory, by id, for a stated time and size."""

import secrets
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from mmap import mmap
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # psycopg need not be installed
    from .postgres import Shared


@dataclass(frozen=True)
class _Picture:
    png: mmap  # memory of its own: freed among tensors, it would leave gaps that the next does not fit
    since: float


class Store:
    """At most `size` bytes, none older than `seconds` once its job is done; the oldest go first.

    A picture that is written to the disk can be dropped here: it is found there.
    """

    def __init__(
        self, seconds: float, size: int, elsewhere: Callable[[str], bytes | None] = lambda name: None
    ) -> None:
        self.seconds, self.size, self.used = seconds, size, 0
        self._elsewhere = elsewhere  # asked for pictures that are not here, or not any more
        self._kept: dict[str, _Picture] = {}  # oldest first
        self._lock = threading.Lock()

    def put(self, png: bytes) -> str:
        """Keep a picture; its new id."""
        name, pages = new_name(), mmap(-1, len(png))
        pages[:] = png
        with self._lock:
            self._kept[name] = _Picture(pages, time.time())
            self.used += len(png)
            while self.used > self.size and len(self._kept) > 1:
                self._drop(next(iter(self._kept)))
        return name

    def get(self, name: str) -> bytes | None:
        self.sweep()
        kept = self._kept.get(name)
        return kept.png[:] if kept else self._elsewhere(name)

    def drop(self, names: Iterable[str]) -> None:
        with self._lock:
            for name in names:
                self._drop(name)

    def sweep(self) -> None:
        """Remove what is too old."""
        end = time.time() - self.seconds
        with self._lock:
            while self._kept and self._kept[name := next(iter(self._kept))].since < end:
                self._drop(name)

    def _drop(self, name: str) -> None:
        if kept := self._kept.pop(name, None):
            self.used -= len(kept.png)


class SharedStore(Store):
    """Pictures that every server can answer with; old ones are removed together with the jobs."""

    def __init__(self, seconds: float, size: int, shared: "Shared") -> None:
        super().__init__(seconds, size)
        self._shared = shared

    def put(self, png: bytes) -> str:
        name = new_name()
        self._shared.put(name, png)
        return name

    def get(self, name: str) -> bytes | None:
        return self._shared.picture(name)

    def drop(self, names: Iterable[str]) -> None:
        self._shared.let_go(names)


def new_name() -> str:
    """A picture's id, which cannot be guessed."""
    return f"img_{secrets.token_hex(16)}"
