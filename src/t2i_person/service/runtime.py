"""What all doors share: settings, whether the models are loaded, queues, pictures and cast."""

import asyncio
import hashlib
import logging
import time
from collections.abc import Callable, Sequence

from fastapi import Request

from ..errors import PackError, T2IError
from ..pipeline import Character, Pack, check_kept, read_record, read_request
from ..portrait import Portrait
from ..record import Record
from ..request import Request as Wanted
from .artist import Artist
from .keep.library import Cast, Library
from .keep.store import SharedStore, Store
from .metrics import Metrics
from .problems import Problem, starting, stopping
from .queue.desk import Desk, Task, limited
from .queue.jobs import Jobs
from .settings import Settings

log = logging.getLogger("t2i_person.service")
QUICK = 2  # threads for quick answers: reading, drafts, other sizes
BRIEF = 2000  # characters of a text that is read in a tenth of a second
BOOK = 20_000  # of one that takes seconds
GRACE = 5.0  # seconds after `stop_seconds` until the process ends, even if something hangs


class Runtime:
    """One server."""

    def __init__(self, settings: Settings, artist: Artist | None = None) -> None:
        self.settings = settings
        self.state = "starting"  # then "ready", then "stopping"; or "broken"
        self.trouble: Exception | None = None
        self.metrics = Metrics()
        self.desk = Desk(settings.drawing, settings.waiting)
        # a pool of its own, so that slow work does not delay quick answers
        self.quick, self.books = Desk(QUICK, 4 * settings.waiting), Desk(1, settings.waiting)
        self.edits = Desk(1, settings.waiting)
        self.library, self.store, self.jobs = self._opened()
        self.artist = self.jobs.artist = artist or Artist()
        self.metrics.watch(
            "queue_waiting",
            "Requests that wait.",
            lambda: self.desk.load() - self.desk.running() + self.jobs.waiting,
        )
        self.metrics.watch("queue_running", "Requests being drawn.", self.desk.running)
        self.metrics.watch("kept_bytes", "Pictures in memory.", lambda: self.store.used)
        self.metrics.watch("kept_jobs", "Jobs in memory.", lambda: len(self.jobs))
        self.metrics.watch("ready", "1 when it draws.", lambda: self.state == "ready")

    def _opened(self) -> tuple[Cast, Store, Jobs]:
        """The library and its jobs: in this server, or in the store that it shares with others."""
        settings = self.settings
        age, size = settings.keep_seconds + settings.job_seconds, settings.keep_mb << 20
        if settings.store:
            try:
                from .keep.postgres import Shared
                from .queue.shared import SharedJobs
            except ImportError as error:
                raise T2IError("--store needs psycopg: pip install 't2i-person[postgres]'.") from error
            shared = Shared(settings.store, settings.drawing, settings.waiting)
            pictures = SharedStore(age, size, shared)
            return shared, pictures, SharedJobs(settings, self.desk, pictures, shared, self.metrics)
        library = Library(settings.folder())
        store = Store(age, size, library.picture)
        return library, store, Jobs(settings, self.desk, store, library, self.metrics)

    def warm_up(self) -> None:
        """Load what is needed; blocks."""
        try:
            self.artist.load(self.settings.pack, self.settings.device)
        except Exception as error:
            self.state, self.trouble = "broken", error
            raise
        if self.state == "starting":
            self.state = "ready"

    def check(self) -> None:
        """Raise the problem that clients are told while nothing can be drawn."""
        match self.state:
            case "starting":
                raise starting()
            case "stopping":
                raise stopping()
            case "broken":
                raise Problem(500, "The models could not be loaded; the server's log says why.")

    def heard(self, request: Request, text: str | None) -> None:
        """Log a text that a client sent, if the settings allow it."""
        if self.settings.log_texts and text:
            request.scope["t2i_person.text"] = text

    def limit(self, cancelled: Callable[[], bool]) -> Callable[[], bool]:
        """`cancelled`, which raises a problem when the time for one drawing is over."""
        return limited(cancelled, self.settings.job_seconds)

    async def people(self, asked: Wanted, request: Request, most: int | None = None) -> Sequence[Character]:
        """Who a request asks for, read before anything is queued; ends when the client leaves.

        Raises
        ------
        T2IError : what `read_request` refuses.
        """

        def read(work: Task[Sequence[Character]]) -> Sequence[Character]:
            limit = self.limit(work.cancelled)
            return read_request(asked, most, read=self.artist.describe, cancelled=limit)[0]

        return await self.reading(asked.text).submit(read).attended(request)

    async def portrait(self, data: bytes, field: str, request: Request) -> tuple[Record, Pack]:
        """The record of a portrait, and the pack that can change its person. `field` is the request's.

        Raises
        ------
        Problem : it is no portrait, or not one that this server could draw again.
        """

        def read() -> tuple[Record, Pack]:
            try:
                record = read_record(data)
                pack = self.jobs.pack(record.pack)
                check_kept(pack, record)
                Wanted.change(record, "в очках")  # refuses settings that no request may have
            except PackError:
                raise
            except Problem as error:
                detail = f"The portrait was drawn with another pack. {error.detail}"
                raise Problem(422, detail, error.code, field) from None
            except ValueError as error:
                raise Problem(422, str(error), "not_a_portrait", field) from error
            return record, pack

        return await self.quick.submit(lambda _: read()).attended(request)

    async def change(self, asked: Wanted, pack: Pack, request: Request) -> Portrait:
        """The person of a portrait, changed; does not wait behind jobs, and ends when the client leaves."""
        work = self.edits.submit(
            lambda work: self.artist.change(asked, pack, cancelled=self.limit(work.cancelled))
        )
        return await work.attended(request)

    async def stop(self) -> None:
        """Let drawings finish for `stop_seconds`, then hand back the rest."""
        if self.state != "stopping":
            self.state = "stopping"
            self.jobs.hand_back_waiting()
        desks = (self.desk, self.edits, self.quick, self.books)
        end = time.monotonic() + self.settings.stop_seconds
        while any(desk.load() for desk in desks) and time.monotonic() < end:
            await asyncio.sleep(0.1)
        self.jobs.hand_back_running()
        for desk in desks:
            desk.cancel()
        end = time.monotonic() + GRACE / 2
        while any(desk.running() for desk in desks) and time.monotonic() < end:
            await asyncio.sleep(0.05)

    def close(self) -> bool:
        """Close the files; False when a thread is still running that does not stop."""
        self.jobs.close()
        return not any(desk.running() for desk in (self.desk, self.edits, self.quick, self.books))

    def reading(self, text: str) -> Desk:
        """The queue to read a text in: short texts do not wait behind books."""
        return self.books if len(text) > BOOK else self.quick


def runtime(request: Request) -> Runtime:
    """The runtime, once it is ready.

    Raises
    ------
    Problem : it is not.
    """
    here: Runtime = request.app.state.runtime
    here.check()
    return here


def owner(request: Request) -> str:
    """Whose jobs and cast these are: a name for the key that was sent, empty without keys."""
    key = request.scope.get("t2i_person.key", "")
    return hashlib.sha256(key.encode()).hexdigest()[:32] if key else ""
