"""Connections within limits: of their number, and of the time until a request has come.

Without them a few hundred silent connections use up the process' file descriptors, and nobody else gets in.
"""

import asyncio
import contextlib
import errno
import logging
import os
import sys
import time
from collections import Counter
from typing import Any, ClassVar

from uvicorn.protocols.http.h11_impl import H11Protocol

log = logging.getLogger("t2i_person.service")
MOST = 2000  # connections at once
SPARE = 24  # file descriptors that are kept for files
HEADERS = 10.0  # seconds until a request's headers have come
QUIET = 60.0  # seconds between two lines about the same trouble


class Connection(H11Protocol):
    """A connection that may have to make room when there are too many.

    Connections without a request are closed first, the longest idle one before others. If all have requests,
    the client with the most connections loses one to a client with fewer.
    """

    most: ClassVar[int] = MOST
    _told: ClassVar[float] = -QUIET
    _late: asyncio.TimerHandle | None = None
    _since = 0.0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._since = time.monotonic()
        self._await_headers()
        if len(self.connections) > self.most:
            self._make_room()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_headers()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._since = time.monotonic()

    def connection_lost(self, exc: Exception | None) -> None:
        self._unset()
        super().connection_lost(exc)

    @property
    def idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    @property
    def asks(self) -> bool:
        """Whether a whole request has come that is not answered yet."""
        return not self.idle and not self.cycle.more_body

    def _await_headers(self) -> None:
        """Start the clock while headers are awaited, and stop it when they are here."""
        if not self.idle:
            self._unset()
        elif self._late is None:
            self._late = self.loop.call_later(HEADERS, self._too_late)

    def _too_late(self) -> None:
        self._late = None
        if self.idle and not self.transport.is_closing():
            self.transport.close()

    def _unset(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _make_room(self) -> None:
        """Close one, of the client that has the most if it can be chosen; it may be this one."""
        here = [
            one for one in self.connections if isinstance(one, Connection) and not one.transport.is_closing()
        ]
        if len(here) <= self.most:
            return
        clients = Counter(one.client and one.client[0] for one in here)

        def first(one: Connection) -> tuple[int, float]:
            return -clients[one.client and one.client[0]], one._since

        others = [one for one in here if one is not self]
        victim = min((one for one in others if not one.asks), key=first, default=None)
        if victim is None:
            heaviest = min(others, key=first)
            victim = heaviest if first(heaviest)[0] < first(self)[0] else self
        victim.transport.abort()
        if time.monotonic() > Connection._told + QUIET:
            Connection._told = time.monotonic()
            log.warning("more than %d connections: some are closed, idle ones first", self.most)


def connections_at_most() -> int:
    """How many connections the process has file descriptors for; it takes as many as it may."""
    if sys.platform == "win32":
        return MOST
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MOST + 500
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
        soft = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
    open_now = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 64
    free = MOST if soft == resource.RLIM_INFINITY else soft - open_now - SPARE
    return max(8, min(MOST, free))


def one_line(loop: asyncio.AbstractEventLoop) -> None:
    """Say in one line a minute that file descriptors have run out; asyncio would in a thousand tracebacks."""
    last = -QUIET

    def handler(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        nonlocal last
        error = context.get("exception")
        if isinstance(error, OSError) and error.errno in (
            errno.EMFILE,
            errno.ENFILE,
            errno.ENOBUFS,
            errno.ENOMEM,
        ):
            if time.monotonic() > last + QUIET:
                last = time.monotonic()
                log.error("no connection can be taken: %s", error)
            return
        loop.default_exception_handler(context)

    loop.set_exception_handler(handler)
