"""Jobs: drawings that are asked for now and fetched later."""

import asyncio
import logging
import secrets
import time
from collections.abc import Iterator, Mapping

from ...errors import Cancelled
from ...pipeline import Pack, list_packs, load_pack
from ...record import Record
from .. import models
from ..artist import Artist
from ..keep.library import Cast, Library, Row
from ..keep.store import Store
from ..metrics import Metrics
from ..models import JobOrder
from ..problems import Full, Problem, Unreadable, Unwritable, explain, stopping
from ..settings import Settings
from .desk import Desk, Task, limited
from .events import Log
from .job import Job

log = logging.getLogger("t2i_person.service")
RUN = 1_000_000  # more events than one job has in one server: the next server's ids begin after these
TRIES = 2  # a job that was begun so often, and each time the server died, is not begun again
SHARE = 8  # jobs without their pictures get 1/SHARE of the memory for results


class CastOf(Mapping[str, Record]):
    """The people of one owner's cast that a pack can draw; each is read when a text calls them."""

    def __init__(self, library: Cast, owner: str, pack: str) -> None:
        self._library, self._owner = library, owner
        self._names = [one.name for one in library.cast(owner) if one.pack == pack]

    def __getitem__(self, name: str) -> Record:
        found = self._library.member(self._owner, name)
        if found is None:
            raise KeyError(name)
        return Record.from_json(found.record)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)


class Jobs:
    """All jobs, by id; those that ended are kept as long as the settings say."""

    def __init__(
        self, settings: Settings, desk: Desk, store: Store, library: Library, metrics: Metrics
    ) -> None:
        self._settings, self._desk, self._store, self._library = settings, desk, store, library
        self._metrics = metrics
        self._jobs: dict[str, Job] = {}
        self.artist = Artist()
        self.waiting = 0  # jobs that wait in a shared store, at no desk of this server
        self._stopping = False

    @property
    def default_pack(self) -> str:
        """Its name; the setting may be a folder."""
        return load_pack(self._settings.pack, self._settings.device).name

    def pack(self, name: str | None) -> Pack:
        """The server's own pack, or the installed one of that name; a client does not get to name a folder.

        Raises
        ------
        Problem : there is none.
        """
        default = load_pack(self._settings.pack, self._settings.device)
        known = [info.name for info in list_packs()]
        if name in (None, default.name):
            return default
        if name not in known:
            names = ", ".join(dict.fromkeys([default.name, *known]))
            raise Problem(422, f"There is no pack {name!r} here: {names}.", "unknown_pack", "pack")
        return load_pack(name, self._settings.device)

    def __len__(self) -> int:
        return len(self._jobs)

    async def submit(self, order: JobOrder, owner: str, fleeting: bool = False) -> Job:
        """Queue a drawing; on the event loop.

        Raises
        ------
        Full : every place is taken.
        """
        self.sweep()
        job = Job(new_id(), owner, self.complete(order), round(time.time(), 3), self._log())
        job.fleeting = fleeting
        self._start(job)
        log.info("job", extra={"job": job.name})
        return job

    def complete(self, order: JobOrder) -> JobOrder:
        """The order with the server's own choices for what it leaves open: seed, pack, steps."""
        seed = secrets.randbelow(1 << 31) if order.seed is None else order.seed
        order = order.model_copy(update={"seed": seed, "pack": order.pack or self.default_pack})
        return order if order.steps is not None else order.model_copy(update={"steps": self._settings.steps})

    def take_up(self) -> None:
        """Go on with what an earlier server left, and remember what it had done; on the event loop."""
        try:
            rows = self._library.jobs()
        except (Unwritable, Unreadable) as error:  # they stay there for the next start
            log.error("jobs not taken up: %s", error)
            return
        for row in rows:
            try:
                self._take_up(row)
            except Exception:  # one unreadable row must not keep the others from being taken up
                log.exception("job not taken up", extra={"job": row.id})
                self._forget([row.id])

    def _take_up(self, row: Row) -> None:
        job = Job(
            row.id, row.owner, JobOrder.model_validate_json(row.request), row.created, self._log(row.first)
        )
        job.begun = row.begun
        if row.told is not None:
            told = models.Job.model_validate_json(row.told)
            job.ended_before(told)
            job.log.add(job.status, {"job": told.model_dump()}, end=True)
            job.size = job.log.size
            self._jobs[job.name] = job
            return
        if row.begun >= TRIES:
            detail = f"It was begun {row.begun} times, and each time the server ended: it is not begun again."
            self._jobs[job.name] = job
            self._end(job, "failed", Problem(500, detail, "lost"))
            return
        try:
            self._start(job)
        except Full:  # the queue is shorter than it was: the job waits for the next start
            log.warning("job waits for the next start", extra={"job": job.name})
            return
        log.info("job taken up", extra={"job": job.name})

    async def get(self, name: str, owner: str | None = None) -> Job:
        """The job of that id.

        Raises
        ------
        Problem : there is none, or it is somebody else's.
        """
        self.sweep()
        job = self._jobs.get(name)
        if job is None or owner not in (None, job.owner):
            raise no_job()
        return job

    def shown(self, job: Job) -> models.Job:
        return job.shown(self._settings.keep_seconds)

    async def cancel(self, job: Job) -> None:
        """Stop it: at once when it waits, within a step when it is drawn."""
        self._end(job, "cancelled")
        job.work.cancel()

    async def forget(self, job: Job) -> None:
        """Let a job that ended go, with its pictures."""
        self._let_go(job)

    def _let_go(self, job: Job) -> None:
        self._jobs.pop(job.name, None)
        self._store.drop(job.pictures())
        self._forget([job.name])

    def _forget(self, names: list[str]) -> None:
        try:
            self._library.drop(names)
        except (Unwritable, Unreadable) as error:  # the next start tries again
            log.error("jobs not forgotten: %s", error)

    def sweep(self) -> None:
        """Forget what is too old, and the oldest of what is too much; the last one to end stays."""
        end = time.time() - self._settings.keep_seconds
        ended = [(job.finished, job.size, job) for job in list(self._jobs.values()) if job.finished]
        ended.sort(key=lambda one: one[0])
        much = sum(size for _, size, _ in ended) - (self._settings.keep_mb << 20) // SHARE
        for finished, size, job in ended:
            if finished < end or (much > 0 and job is not ended[-1][-1]):
                self._let_go(job)
                much -= size
        self._store.sweep()

    def hand_back_waiting(self) -> None:
        """The server stops: what nobody has begun is kept for the next start."""
        self._stopping = True
        for job in list(self._jobs.values()):
            if job.status == "queued":
                self._hand_back(job)

    def hand_back_running(self) -> None:
        """The server cannot wait longer."""
        for job in list(self._jobs.values()):
            if not job.ending and not job.handed_back:
                self._hand_back(job)

    def close(self) -> None:
        self._library.close()

    def _start(self, job: Job) -> None:
        job.work = self._desk.submit(lambda work: self._draw(job, work), job.moved)
        self._jobs[job.name] = job
        self._write(job)
        job.written.set()

    def _hand_back(self, job: Job) -> None:
        job.handed_back = True
        job.begun = 0
        if self._library.lasting and not job.fleeting and self._write(job, job.log.last + 1):
            job.log.close()  # its readers reconnect, and find it at the next server
            log.info("job handed back", extra={"job": job.name})
        else:
            self._end(job, "failed", stopping())
        job.work.cancel()

    def _write(self, job: Job, first: int | None = None, told: models.Job | None = None) -> bool:
        """Write the job down for the next server process; False when that cannot be done."""
        if not self._library.lasting or job.fleeting:
            return True
        request, answer = job.order.model_dump_json(), told.model_dump_json() if told else None
        first = first or job.log.first + RUN
        row = Row(job.name, job.owner, request, job.created, first, job.begun, answer)
        try:
            if told is None:
                self._library.write(row)
            else:
                pictures = {name: self._store.get(name) for name in job.pictures()}
                whole = {name: data for name, data in pictures.items() if data is not None}
                self._library.ended(row, whole, self._settings.keep_mb << 20)
                self._store.drop(whole)
        except (Unwritable, Unreadable) as error:
            log.error("job not written down: %s", error, extra={"job": job.name})
            return False
        return True

    def _draw(self, job: Job, work: Task[None]) -> None:
        """In a worker thread."""
        order = job.order
        cancelled = limited(work.cancelled, self._settings.job_seconds)
        job.written.wait()
        job.begun += 1
        self._write(job)
        try:
            pack = self.pack(order.pack)
            result = self.artist.draw(
                order.request(),
                pack,
                device=self._settings.device,
                most=self._settings.portraits,
                cast=CastOf(self._library, job.owner, pack.name) if order.cast else None,
                on_event=lambda event: job.hear(event, self._store),
                cancelled=cancelled,
            )
            job.drawn(result)
            self._metrics.drawn(result.seconds)
            self._end(job, "done")
        except Cancelled:
            if not job.handed_back:
                self._end(job, "cancelled")
        except Exception as error:
            problem = explain(error)
            if problem.status == 500:
                log.exception("job failed", extra={"job": job.name})
            self._end(job, "failed", problem)

    def _end(self, job: Job, status: str, error: Problem | None = None) -> None:
        with job._lock:
            if job.ending:
                return
            job.ending = True
        told = self.told(job, status, error)
        self._write(job, job.log.last + 1, told)  # on the disk before clients are told that it is done
        with job._lock:
            job.status, job.error, job.finished = status, error, told.finished
        self._metrics.jobs.labels(status).inc()
        if error:
            self._metrics.errors.labels(error.code).inc()
        job.log.add(status, {"job": told.model_dump()}, end=True)
        job.size = job.log.size
        log.info("job ended", extra={"job": job.name, "status": status})

    def told(self, job: Job, status: str, error: Problem | None = None) -> models.Job:
        """What clients are told of a job that ends now."""
        finished = round(time.time(), 3)
        return self.shown(job).model_copy(
            update={
                "status": status,
                "place": None,
                "finished": finished,
                "expires": finished + self._settings.keep_seconds,
                "error": error.details() if error else None,
            }
        )

    def _log(self, first: int = 1) -> Log:
        return Log(asyncio.get_running_loop(), first)


def new_id() -> str:
    """A job's id, which cannot be guessed."""
    return f"job_{secrets.token_hex(16)}"


def no_job() -> Problem:
    return Problem(404, "There is no such job, or it was forgotten: results are kept for a time only.")
