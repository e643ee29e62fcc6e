"""A job: a drawing that a client asked for, its progress, and its result."""

import threading
from typing import Any

from ...portrait import Event, Result
from .. import models
from ..keep.store import Store
from ..models import JobOrder
from ..problems import Problem
from .desk import Task
from .events import Log
from .previews import data_url, thumbnail

PREVIEW = 256  # pixels


class Job:
    """One drawing; its worker thread changes it, all others read it."""

    def __init__(self, name: str, owner: str, order: JobOrder, created: float, log: Log) -> None:
        self.name, self.owner, self.order, self.created, self.log = name, owner, order, created, log
        self.status, self.place = "queued", -1
        self.finished: float | None = None
        self.characters: list[models.Character] = []
        self.progress: dict[str, Any] | None = None
        self.seconds: dict[str, float] = {}
        self.error: Problem | None = None
        self.handed_back = False
        self.size = 0  # bytes that it takes without its pictures, once it has ended
        self.fleeting = False  # a client waits for it on an open connection: it is of no use later
        self.begun = 0  # how often a server has begun it
        self.written = threading.Event()  # set when the library has it
        self.ending = False
        self.work: Task[None]
        self._lock = threading.Lock()

    def shown(self, keep: float) -> models.Job:
        """The job as clients see it; results are kept for `keep` seconds."""
        with self._lock:
            return models.Job(
                id=self.name,
                status=self.status,  # type: ignore[arg-type]
                place=None if self.finished else max(self.place, 0),
                created=self.created,
                finished=self.finished,
                expires=None if self.finished is None else self.finished + keep,
                request=self.order,
                progress=self.progress,  # type: ignore[arg-type]
                characters=[one.model_copy(deep=True) for one in self.characters],
                notes=[note for one in self.characters for note in one.notes],
                seconds={stage: round(took, 4) for stage, took in self.seconds.items()},
                error=self.error.details() if self.error else None,
                url=f"/v1/jobs/{self.name}",
                events=f"/v1/jobs/{self.name}/events",
            )

    def moved(self, place: int) -> None:
        """Its place in the queue changed. Two threads may call this in the wrong order: places only fall."""
        with self._lock:
            if 0 <= self.place <= place:
                return
            self.place = place
            if self.finished is None:
                self.status = "queued" if place else "running"
        if place:
            self.log.add("queued", {"place": place})

    def ended_before(self, told: models.Job) -> None:
        """It ended in an earlier server process, which left this answer."""
        self.status, self.finished, self.ending = told.status, told.finished, True
        self.characters, self.seconds = told.characters, told.seconds
        self.progress = told.progress.model_dump() if told.progress else None
        if told.error:
            status, detail, code = (told.error[name] for name in ("status", "detail", "code"))
            self.error = Problem(status, detail, code, told.error.get("field"))

    def pictures(self) -> list[str]:
        return [portrait.id for one in self.characters for portrait in one.portraits]

    def hear(self, event: Event, store: Store) -> None:
        """Take an event of the pipeline; called in the worker thread."""
        where: dict[str, Any] = {"character": event.character, "portrait": event.portrait}
        if event.characters is not None:
            with self._lock:
                self.characters = [models.character(i, person) for i, person in enumerate(event.characters)]
            self.log.add("characters", {"characters": [one.model_dump() for one in self.characters]})
        elif event.finished is not None:
            assert event.character is not None
            name = store.put(event.finished.png())
            portrait = models.portrait(event.character, event.finished, name)
            with self._lock:
                self.characters[event.character].portraits.append(portrait)
            self.log.add("portrait", where | {"image": portrait.model_dump()})
        elif event.preview is not None:
            image = data_url(thumbnail(event.preview, PREVIEW))
            self.log.add("preview", where | {"step": event.step, "steps": event.steps, "image": image})
        elif event.note:
            self.log.add("note", {"character": event.character, "note": event.note})
        else:
            step = {"stage": event.stage} | where | {"step": event.step, "steps": event.steps}
            with self._lock:
                self.progress = step
            self.log.add("progress", step)

    def drawn(self, result: Result) -> None:
        """The drawing is complete."""
        with self._lock:
            self.seconds = result.seconds
            for one, person in zip(self.characters, result.characters, strict=True):
                one.notes, one.cast = list(person.notes), person.cast
