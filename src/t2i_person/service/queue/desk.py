"""The desk where drawings are handed in: a bounded queue before a few worker threads."""

import asyncio
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from starlette.requests import Request

from ...errors import Cancelled
from ..problems import Full, Left, Problem

T = TypeVar("T")
RECENT = 0.3  # weight of the newest in the mean of what tasks took
LONGEST = 300  # seconds after which a client that was refused may come back, at most


class Task(Generic[T]):
    """Work that waits or runs. While it runs, it asks `cancelled` now and then whether to stop."""

    def __init__(self, moved: Callable[[int], None] | None) -> None:
        self._stop = threading.Event()
        self.moved, self.place = moved, -1
        self.future: Future[T]

    def cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        """Take it off the queue, or ask it to stop."""
        self._stop.set()
        self.future.cancel()

    async def result(self) -> T:
        """What the work returns; waiting does not block the event loop."""
        return await asyncio.wrap_future(self.future)

    async def attended(self, request: Request) -> T:
        """`result`, cancelled when the client hangs up.

        Raises
        ------
        Left : it did.
        Cancelled : somebody else cancelled it.
        """
        drawing, leaving = asyncio.ensure_future(self.result()), asyncio.ensure_future(hung_up(request))
        try:
            await asyncio.wait({drawing, leaving}, return_when=asyncio.FIRST_COMPLETED)
            if not drawing.done():
                raise Left
            if drawing.cancelled():
                raise Cancelled
            return drawing.result()
        finally:
            self.cancel()
            drawing.cancel()
            leaving.cancel()


class Desk:
    """Runs work in `threads` threads; `waiting` more may wait."""

    def __init__(self, threads: int, waiting: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="draw")
        self._threads, self._places, self._clock = threads, threads + waiting, clock
        self._queue: dict[Task, None] = {}  # in order
        self._running: dict[Task, float] = {}  # since when
        self._lock = threading.Lock()
        self._usual, self._ended = 5.0, 0  # seconds that a task keeps its place, a guess until one has ended
        self._promised = 0.0  # when the last client that was refused should come back

    def submit(self, work: Callable[[Task[T]], T], moved: Callable[[int], None] | None = None) -> Task[T]:
        """Queue `work`, which is called with its own task; `moved` hears its place: 0 runs, 1 is next.

        Raises
        ------
        Full : every place is taken.
        """
        task = Task[T](moved)
        with self._lock:
            if self.load() >= self._places:
                raise Full(self._wait())
            self._queue[task] = None
            task.future = self._pool.submit(self._run, work, task)
        task.future.add_done_callback(lambda _: self._forget(task))
        self._tell()
        return task

    def load(self) -> int:
        """Jobs that wait or run."""
        return len(self._queue) + len(self._running)

    def running(self) -> int:
        return len(self._running)

    def cancel(self) -> None:
        """Ask everything to stop; nothing more is begun."""
        with self._lock:
            tasks = [*self._queue, *self._running]
        for task in tasks:
            task.cancel()
        self._pool.shutdown(wait=False, cancel_futures=True)

    def close(self) -> None:
        """`cancel`, and wait for the threads to stop."""
        self.cancel()
        self._pool.shutdown()

    def _run(self, work: Callable[[Task[T]], T], task: Task[T]) -> T:
        if task.cancelled():
            raise Cancelled
        with self._lock:
            self._queue.pop(task, None)
            start = self._running[task] = self._clock()
        self._tell(task)
        try:
            return work(task)
        finally:
            with self._lock:
                self._ended += 1
                weight = max(RECENT, 1 / self._ended)
                self._usual += weight * (self._clock() - start - self._usual)

    def _wait(self) -> int:
        """Seconds until a place should be free that is promised to nobody yet; the lock is held.

        The first is free when a running task ends, each further one a task later. Nobody is told to wait for
        longer than the whole queue lasts: not all come back, and the threads should not run dry.
        """
        now, turn = self._clock(), self._usual / self._threads
        first = now + max(0.0, min(self._running.values(), default=now) + self._usual - now)
        self._promised = min(max(first, self._promised + turn), now + turn * self.load())
        return min(LONGEST, max(1, math.ceil(self._promised - now)))

    def _forget(self, task: Task[T]) -> None:
        with self._lock:
            self._queue.pop(task, None)
            self._running.pop(task, None)
        self._tell()

    def _tell(self, started: Task | None = None) -> None:
        """Tell each task its place, if that has changed."""
        with self._lock:
            places = [(task, place) for place, task in enumerate(self._queue, 1)]
            if started is not None:
                places.insert(0, (started, 0))
            moved = [(task, place) for task, place in places if task.place != place]
            for task, place in moved:
                task.place = place
        for task, place in moved:
            if task.moved is not None:
                task.moved(place)


def limited(cancelled: Callable[[], bool], seconds: float) -> Callable[[], bool]:
    """`cancelled`, which after so many seconds raises a problem instead.

    Raises (when asked)
    ------
    Problem : the time is over.
    """
    end = time.monotonic() + seconds

    def asked() -> bool:
        if time.monotonic() > end:
            detail = f"The drawing took longer than {seconds:g} s: ask for less at once."
            raise Problem(503, detail, "timeout")
        return cancelled()

    return asked


async def hung_up(request: Request) -> None:
    """Return when the client hangs up."""
    while not await request.is_disconnected():
        await asyncio.sleep(0.2)
