"""The desk where drawings are handed in: a bounded queue before a few worker threads."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Generic, TypeVar

from ..errors import Cancelled

T = TypeVar("T")


class Full(Exception):
    """No place is free; `retry_after` is a guess, in whole seconds, of when one will be."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"no place is free for about {retry_after} s")
        self.retry_after = retry_after


class Job(Generic[T]):
    """Work that waits or runs; `cancelled` is what it should ask now and then."""

    def __init__(self) -> None:
        self._stop = threading.Event()
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


class Desk:
    """Runs work in `threads` threads; `waiting` more may wait."""

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="draw")
        self._threads, self._places = threads, threads + waiting
        self._jobs: set[Job] = set()
        self._lock = threading.Lock()
        self._usual = 5.0  # seconds that a job takes, a running mean

    def submit(self, work: Callable[[Job[T]], T]) -> Job[T]:
        """Queue `work`, which is given its own job.

        Raises
        ------
        Full : every place is taken.
        """
        job = Job[T]()
        with self._lock:
            if len(self._jobs) >= self._places:
                raise Full(max(1, round(self._usual * len(self._jobs) / self._threads)))
            self._jobs.add(job)
            job.future = self._pool.submit(self._run, work, job)
        job.future.add_done_callback(lambda _: self._forget(job))
        return job

    def load(self) -> int:
        """Jobs that wait or run."""
        return len(self._jobs)

    def close(self) -> None:
        """Cancel everything and wait for the threads to stop."""
        with self._lock:
            jobs = list(self._jobs)
        for job in jobs:
            job.cancel()
        self._pool.shutdown(cancel_futures=True)

    def _run(self, work: Callable[[Job[T]], T], job: Job[T]) -> T:
        if job.cancelled():
            raise Cancelled
        start = time.monotonic()
        result = work(job)
        self._usual += 0.3 * (time.monotonic() - start - self._usual)
        return result

    def _forget(self, job: Job[T]) -> None:
        with self._lock:
            self._jobs.discard(job)
