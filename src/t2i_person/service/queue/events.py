"""The log of a job's events, for any number of readers, who may come late or reconnect."""

import asyncio
import json
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from fastapi.sse import EventSourceResponse

PING = 15.0  # seconds of silence after which readers get a sign that the connection is alive


@dataclass(frozen=True)
class Entry:
    id: int
    kind: str
    data: dict[str, Any]


class Log:
    """Grows in any thread; is read on the event loop `loop`."""

    def __init__(self, loop: asyncio.AbstractEventLoop, first: int = 1) -> None:
        self._loop, self._next, self.first = loop, first, first
        self._entries: list[Entry] = []
        self._lock = threading.Lock()
        self._news = asyncio.Event()
        self.ended = False

    @property
    def last(self) -> int:
        """The id of the last entry, or of the one before the first."""
        return self._next - 1

    def add(self, kind: str, data: dict[str, Any], end: bool = False) -> None:
        """Add an entry. The last one ends the log, and removes the previews."""
        with self._lock:
            if self.ended:
                return
            self._entries.append(Entry(self._next, kind, data))
            self._next += 1
        if end:
            self.close()
        else:
            self._wake()

    def close(self) -> None:
        """No more will come."""
        with self._lock:
            self.ended = True
            self._entries = [entry for entry in self._entries if entry.kind != "preview"]
        self._wake()

    @property
    def size(self) -> int:
        """Size of the entries in bytes."""
        with self._lock:
            return sum(len(json.dumps(entry.data)) for entry in self._entries)

    async def follow(self, after: int = 0) -> AsyncIterator[Entry | None]:
        """The entries after that id, as they come, to the end; None when it is silent for long."""
        while True:
            news, ended = self._news, self.ended
            with self._lock:
                ready = [entry for entry in self._entries if entry.id > after]
            for entry in ready:
                after = entry.id
                yield entry
            if ended:
                return
            if not ready:
                try:
                    await asyncio.wait_for(news.wait(), PING)
                except TimeoutError:
                    yield None

    def _wake(self) -> None:
        def wake() -> None:
            self._news.set()
            self._news = asyncio.Event()

        try:
            self._loop.call_soon_threadsafe(wake)
        except RuntimeError:  # the loop is closed: nobody reads any more
            pass


def stream(source: AsyncIterator[bytes]) -> EventSourceResponse:
    """Server-sent events that no proxy holds back."""
    headers = {"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    return EventSourceResponse(source, headers=headers)
