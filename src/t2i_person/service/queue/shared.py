"""Jobs that several servers share: one takes the order, another draws, any of them can be asked about it."""

import asyncio
import logging
import math
import threading
import time
from collections.abc import AsyncIterator
from typing import Any
from weakref import WeakValueDictionary

import psycopg

from ...errors import Cancelled
from .. import models
from ..keep.library import Row
from ..keep.postgres import BEAT, TRIES, Crowded, Shared
from ..keep.store import Store
from ..metrics import Metrics
from ..models import JobOrder
from ..problems import Away, Full, Problem, Unreadable, Unwritable
from ..settings import Settings
from .desk import LONGEST, Desk
from .events import PING, Entry, Log
from .job import Job
from .jobs import SHARE, Jobs, new_id, no_job

log = logging.getLogger("t2i_person.service")
TROUBLE = (Away, Unwritable, Unreadable)
NAP = 0.5  # seconds until the thread looks whether it should end


class News:
    """Wakes on the event loop whoever waits for news of a job."""

    def __init__(self) -> None:
        self.loop: asyncio.AbstractEventLoop | None = None
        self.closed = False
        self._waiting: WeakValueDictionary[str, asyncio.Event] = WeakValueDictionary()

    def of(self, name: str) -> asyncio.Event:
        """An event that is set when something happens. Take it before looking, or news may be missed."""
        return self._waiting.setdefault(name, asyncio.Event())

    def tell(self, name: str = "") -> None:
        """Wake a job's readers, from any thread. Without a name, all readers: news may have been missed."""

        def wake() -> None:
            for one in [name] if name else [*self._waiting]:
                if event := self._waiting.pop(one, None):
                    event.set()

        try:
            if self.loop is not None:
                self.loop.call_soon_threadsafe(wake)
        except RuntimeError:  # the loop is closed: nobody waits
            pass


class SharedLog(Log):
    """A job's log in the store: all servers read it, the one that draws the job writes it."""

    def __init__(
        self, shared: Shared, news: News, name: str, following: int = 1, ended: bool = False
    ) -> None:
        self._shared, self._board, self._name = shared, news, name
        self.first = self._next = following
        self.ended, self.lost = ended, False

    def add(self, kind: str, data: dict[str, Any], end: bool = False) -> None:
        """Add an entry.

        Raises
        ------
        Cancelled : the job is not this server's any more.
        """
        self.lost = self.lost or not self._shared.tell(self._name, kind, data)
        if self.lost:
            raise Cancelled

    async def follow(self, after: int = 0) -> AsyncIterator[Entry | None]:
        """The entries after that id, as they come, to the end; None when it is silent for long."""
        while not self._board.closed:  # the server stops: the client goes on at another
            news = self._board.of(self._name)
            try:
                ended, entries = await asyncio.to_thread(self._shared.events, self._name, after)
            except TROUBLE as error:  # the client comes again with the last id it has
                log.error("events cannot be told: %s", error, extra={"job": self._name})
                return
            for entry in entries:
                after = entry[0]
                yield Entry(*entry)
            if ended:
                return
            if not entries:
                try:
                    await asyncio.wait_for(news.wait(), PING)
                except TimeoutError:
                    yield None


class SharedJobs(Jobs):
    """Jobs in the shared store; those that a client waits for on an open connection stay in this server."""

    def __init__(
        self, settings: Settings, desk: Desk, store: Store, shared: Shared, metrics: Metrics
    ) -> None:
        # of the library, `Jobs` calls only the cast and `drop`: this class replaces `_write` and `take_up`
        super().__init__(settings, desk, store, shared, metrics)  # type: ignore[arg-type]
        self._shared, self._news = shared, News()
        self._drawing: dict[str, Job] = {}  # the shared jobs that this server draws
        self._at_desk = 0  # their number, until the desk has removed them
        self._strange: list[str] = []  # ids of jobs that this server cannot read
        self._promised = 0.0  # when the last client that was refused should come back
        self._closed = threading.Event()
        self._thread = threading.Thread(target=self._live, name="shared-jobs", daemon=True)

    def __len__(self) -> int:
        return self._shared.counts["jobs"]

    async def submit(self, order: JobOrder, owner: str, fleeting: bool = False) -> Job:
        if fleeting:
            return await super().submit(order, owner, fleeting)
        name, order = new_id(), self.complete(order)
        row = Row(name, owner, order.model_dump_json(), round(time.time(), 3), 1)
        try:
            await asyncio.to_thread(self._shared.add, row)
        except Crowded as crowd:
            raise Full(self._wait(crowd)) from None
        log.info("job", extra={"job": name})
        return await self.get(name)

    async def get(self, name: str, owner: str | None = None) -> Job:
        found = await asyncio.to_thread(self._shared.find, name, self._settings.keep_seconds)
        if found is None or owner not in (None, found[0].owner):
            raise no_job()
        return self._seen(*found)

    async def cancel(self, job: Job) -> None:
        if job.fleeting:
            return await super().cancel(job)

        def tell(row: Row, state: list[tuple[str, Any]]) -> str:
            return self.told(self._seen(row, None, state), "cancelled").model_dump_json()

        told = await asyncio.to_thread(self._shared.cancel, job.name, tell)
        if told is not None:
            job.ended_before(models.Job.model_validate_json(told))
            self._metrics.jobs.labels("cancelled").inc()
            log.info("job ended", extra={"job": job.name, "status": "cancelled"})

    async def forget(self, job: Job) -> None:
        if job.fleeting:
            return await asyncio.to_thread(self._let_go, job)
        await asyncio.to_thread(self._store.drop, job.pictures())
        await asyncio.to_thread(self._shared.drop, [job.name])

    def take_up(self) -> None:
        """Begin to take jobs; on the event loop."""
        self._news.loop = asyncio.get_running_loop()
        self._thread.start()

    def hand_back_running(self) -> None:
        super().hand_back_running()
        drawing = dict(self._drawing)
        for job in drawing.values():
            job.handed_back = True
            job.work.cancel()
            log.info("job handed back", extra={"job": job.name})
        try:
            if drawing:
                self._shared.release(drawing)
        except TROUBLE as error:
            log.error("jobs not handed back, others take them in a while: %s", error)
        self._news.closed = True
        self._news.tell()

    def close(self) -> None:
        self._closed.set()
        if self._thread.ident is not None:
            self._thread.join(2 * BEAT)
        super().close()

    def _seen(self, row: Row, place: int | None, state: list[tuple[str, Any]]) -> Job:
        """Build a job from its row and its events."""
        told = None if row.told is None else models.Job.model_validate_json(row.told)
        line = SharedLog(self._shared, self._news, row.id, row.first, told is not None)
        job = Job(row.id, row.owner, JobOrder.model_validate_json(row.request), row.created, line)
        if told is not None:
            job.ended_before(told)
            return job
        job.place, job.status = place or 0, "queued" if place else "running"
        for kind, data in state:
            if kind == "characters":
                job.characters = [models.Character.model_validate(one) for one in data["characters"]]
            elif kind == "portrait":
                portrait = models.Portrait.model_validate(data["image"])
                job.characters[data["character"]].portraits.append(portrait)
            else:
                job.progress = data
        return job

    def _write(self, job: Job, first: int | None = None, told: models.Job | None = None) -> bool:
        return True  # `claim` has written it, and `_end` will

    def _end(self, job: Job, status: str, error: Problem | None = None) -> None:
        if job.fleeting:
            return super()._end(job, status, error)
        told = self.told(job, status, error)
        try:
            if self._shared.end(job.name, status, told.model_dump_json()):
                self._metrics.jobs.labels(status).inc()
                if error:
                    self._metrics.errors.labels(error.code).inc()
                log.info("job ended", extra={"job": job.name, "status": status})
        except TROUBLE as trouble:  # still this server's, and not drawn: the next beat hands it back
            log.error("job not written down: %s", trouble, extra={"job": job.name})

    def _draw(self, job: Job, work: Any) -> None:
        try:
            super()._draw(job, work)
        finally:
            self._drawing.pop(job.name, None)

    def _live(self) -> None:
        """In a thread of its own: hear news, show life, take jobs."""
        told = False
        while not self._closed.is_set():
            try:
                with self._shared.listen() as line:
                    if told:
                        log.info("the store answers again")
                    told = False
                    self._news.tell()
                    self._hear(line)
            except (psycopg.OperationalError, *TROUBLE) as error:
                if not told:
                    log.error("the store does not answer: %s", error)
                told = True
                self._closed.wait(1)
            except Exception:  # else this thread would end, and the server would draw no more
                log.exception("an error in the thread of shared jobs: it goes on")
                self._closed.wait(1)

    def _hear(self, line: psycopg.Connection) -> None:
        beat = 0.0
        while not self._closed.is_set():
            late, queue = time.monotonic() >= beat, False
            if late:
                beat = time.monotonic() + BEAT
                self._beat()
            for news in line.notifies(timeout=0 if late else NAP, stop_after=1):
                queue = queue or not news.payload
                if news.payload:
                    self._news.tell(news.payload)
            if queue or late:
                self._take(late)

    def _beat(self) -> None:
        settings = self._settings
        size = settings.keep_mb << 20
        keep = settings.keep_seconds
        mine = self._shared.beat(keep, keep + settings.job_seconds, size, size // SHARE)
        self.waiting, self._store.used = self._shared.counts["waiting"], self._shared.counts["bytes"]
        drawing = dict(self._drawing)
        for name in drawing.keys() - mine:  # cancelled, or another server took it
            drawing[name].handed_back = True
            drawing[name].work.cancel()
        if not self._stopping and (left := mine - drawing.keys()):
            self._shared.release(left)

    def _take(self, patient: bool) -> None:
        """Take waiting jobs, as long as a thread is free to draw.

        A server that draws for somebody on its line leaves the queue to the others, for a beat.
        """
        while not self._stopping and len(self._drawing) < self._settings.drawing:
            if self._desk.load() > self._at_desk and not patient:
                return
            row = self._shared.claim(self._strange)
            if row is None:
                return
            try:
                self._begin(row)
            except Full:
                self._shared.release([row.id])
                return

    def _begin(self, row: Row) -> None:
        line = SharedLog(self._shared, self._news, row.id)
        try:
            job = Job(row.id, row.owner, JobOrder.model_validate_json(row.request), row.created, line)
        except ValueError:  # it comes from a server of a later version, which may draw it
            log.exception("job not taken up", extra={"job": row.id})
            self._strange.append(row.id)
            return self._shared.release([row.id])
        job.status, job.place = "running", 0
        if row.begun > TRIES:
            detail = f"It was begun {TRIES} times, and each time the server ended: it is not begun again."
            return self._end(job, "failed", Problem(500, detail, "lost"))
        self._drawing[job.name] = job
        self._at_desk += 1
        try:
            job.work = self._desk.submit(lambda work: self._draw(job, work))
        except Full:
            self._drawing.pop(job.name)
            self._at_desk -= 1
            raise

        def cleared(_: Any) -> None:
            self._at_desk -= 1
            self._drawing.pop(job.name, None)  # of one that was cancelled before it was begun

        job.work.future.add_done_callback(cleared)
        job.written.set()
        log.info("job taken", extra={"job": job.name})

    def _wait(self, crowd: Crowded) -> int:
        """Seconds until a place should be free that is promised to nobody yet, as in `Desk`."""
        now, turn = time.monotonic(), crowd.usual / crowd.drawing
        self._promised = min(max(now, self._promised) + turn, now + turn * crowd.load)
        return min(LONGEST, max(1, math.ceil(self._promised - now)))
