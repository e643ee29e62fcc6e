"""The service on Ray Serve: `serve run t2i_person.serve_ray:app`.

The same doors as `t2i-person serve`, in the deployment `Doors`; what they ask for is read in `Reading` and
drawn in `Drawing`. Each has as many replicas as the waiting requests need. Settings come from environment
variables such as T2I_PERSON_PACK; T2I_PERSON_DRAWING is the largest number of replicas that draw. If a
replica is lost, another one starts its requests again.
"""

import asyncio
import contextlib
import logging.config
import os
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

os.environ["RAY_USAGE_STATS_ENABLED"] = "0"  # Ray tells its maker how it is used, unless it is told before

from fastapi import FastAPI
from ray import serve
from ray.exceptions import RayError
from ray.serve.exceptions import BackPressureError
from ray.serve.handle import DeploymentHandle

from .errors import Cancelled
from .nets.memory import keep_freed_memory
from .pipeline import Pack, kept, load_pack
from .service.app import create_app
from .service.artist import Artist
from .service.logs import logging_config
from .service.runtime import GRACE
from .service.settings import Settings

TRIES = 5  # replicas that may die over one request
TICK = 0.5  # seconds between two signs of life; only then is it noticed that a client left
BOTH = 2  # requests that a replica takes at once: a long one, and one that somebody waits for


@dataclass(frozen=True)
class PackName:
    """Stands for a pack on the way to the replica that has it."""

    name: str


class Work:
    """A replica that reads, or one that draws."""

    def __init__(self, settings: Settings, draws: bool) -> None:
        logging.config.dictConfig(logging_config(settings.log_format))
        keep_freed_memory()
        self._settings, self._artist = settings, Artist()
        self._pool = ThreadPoolExecutor(BOTH)
        if draws:
            self._artist.load(settings.pack, settings.device)
        else:
            self._artist.describe("Мужчина шёл по улице.")

    async def read(self, args: tuple) -> tuple[str, Any]:
        """What `describe` returns or raises. One answer costs less than a stream of events."""
        stop = threading.Event()

        def work() -> tuple[str, Any]:
            try:
                return "done", self._artist.describe(*args, cancelled=stop.is_set)
            except Exception as error:
                return "failed", error

        try:
            return await asyncio.get_running_loop().run_in_executor(self._pool, work)
        finally:
            stop.set()  # the client left

    async def do(self, name: str, args: tuple, options: dict[str, Any]) -> AsyncIterator[tuple[str, Any]]:
        """Call a method of the artist: its events, then what it returns or raises."""
        loop, said = asyncio.get_running_loop(), asyncio.Queue[tuple[str, Any]]()
        stop = threading.Event()

        def say(kind: str, value: Any = None) -> None:
            loop.call_soon_threadsafe(said.put_nowait, (kind, value))

        def work() -> None:
            try:
                listening = {"on_event": lambda event: say("event", event)} if name == "draw" else {}
                asked = {key: self._whole(value) for key, value in options.items()}
                cancelled = {} if name == "sketch" else {"cancelled": stop.is_set}
                done = getattr(self._artist, name)(*map(self._whole, args), **asked, **listening, **cancelled)
                say("done", done)
            except Exception as error:
                say("failed", error)

        self._pool.submit(work)
        try:
            kind = ""
            while kind not in ("done", "failed"):
                try:
                    kind, value = await asyncio.wait_for(said.get(), TICK)
                except TimeoutError:
                    kind, value = "alive", None
                yield kind, value
        finally:
            stop.set()  # the client left

    def _whole(self, value: Any) -> Any:
        if not isinstance(value, PackName):
            return value
        own = load_pack(self._settings.pack, self._settings.device)
        return own if value.name == own.name else load_pack(value.name, self._settings.device)


class Remote(Artist):
    """The pipeline, in other replicas."""

    def __init__(self, reading: DeploymentHandle, drawing: DeploymentHandle) -> None:
        self._reading, self._drawing = reading, drawing.options(stream=True)

    def load(self, pack: str, device: str) -> None:
        load_pack(pack, device)  # the doors look into it; Serve waits for the replicas that draw

    def describe(self, *args: Any, cancelled: Callable[[], bool] | None = None) -> Any:
        return _tried(lambda: self._read(args, cancelled or _never))

    def draw(self, *args: Any, **options: Any) -> Any:
        if cast := options.get("cast"):  # of a whole cast, only who is called
            text = getattr(args[0], "text", args[0])
            people = self.describe(text, cancelled=options.get("cancelled"))
            options["cast"] = dict(one for one in (kept(person, cast) for person in people) if one)
        else:
            options["cast"] = None
        return self._ask("draw", args, options)

    def change(self, *args: Any, **options: Any) -> Any:
        return self._ask("change", args, options)

    def sketch(self, *args: Any, **options: Any) -> Any:
        return self._ask("sketch", args, options)

    def _ask(self, name: str, args: tuple, options: dict[str, Any]) -> Any:
        on_event: Callable[[Any], None] | None = options.pop("on_event", None)
        cancelled: Callable[[], bool] = options.pop("cancelled", None) or _never
        sent = tuple(map(_packed, args)), {key: _packed(value) for key, value in options.items()}

        def listen() -> tuple[str, Any]:
            answers: Any = self._drawing.do.remote(name, *sent)
            try:
                for kind, value in answers:
                    if cancelled():
                        raise Cancelled
                    if kind == "event" and on_event is not None:
                        on_event(value)
                    elif kind in ("done", "failed"):
                        return kind, value
            finally:
                answers.cancel()
            raise AssertionError

        return _tried(listen)

    def _read(self, args: tuple, cancelled: Callable[[], bool]) -> tuple[str, Any]:
        answer: Any = self._reading.read.remote(args)
        try:
            while True:
                with contextlib.suppress(TimeoutError):
                    return answer.result(timeout_s=TICK)
                if cancelled():
                    raise Cancelled
        finally:
            answer.cancel()


def _tried(ask: Callable[[], tuple[str, Any]]) -> Any:
    """What is returned or raised elsewhere; the same again gives the same, so a replica may die over it."""
    for left in reversed(range(TRIES)):
        try:
            kind, value = ask()
        except BackPressureError:
            raise
        except RayError:
            if not left:
                raise
        else:
            if kind == "failed":
                raise value
            return value
    raise AssertionError


def _never() -> bool:
    return False


def _packed(value: Any) -> Any:
    return PackName(value.name) if isinstance(value, Pack) else value


@serve.ingress()
class Doors:
    """All addresses. One replica keeps the jobs; more need T2I_PERSON_STORE."""

    def __init__(self, settings: Settings, reading: DeploymentHandle, drawing: DeploymentHandle) -> None:
        logging.config.dictConfig(logging_config(settings.log_format))
        keep_freed_memory()
        self._settings, self._artist = settings, Remote(reading, drawing)

    def __serve_build_asgi_app__(self) -> FastAPI:
        return create_app(self._settings, self._artist)


def build(settings: Settings) -> serve.Application:
    """The application of these settings; Serve's own file may tell each deployment more."""
    settings.check()
    load_pack(settings.pack, "cpu")  # here an error is one line
    gpus = 1 if settings.device.startswith("cuda") else 0
    scaling = {"min_replicas": 1, "max_replicas": settings.drawing, "target_ongoing_requests": 1}
    quiet: dict[str, Any] = {"logging_config": {"enable_access_log": False}}  # the doors have a line for each
    common: dict[str, Any] = {"max_ongoing_requests": BOTH, "autoscaling_config": scaling} | quiet
    reads = serve.deployment(name="Reading", ray_actor_options={"num_cpus": 0}, **common)
    draws = serve.deployment(name="Drawing", ray_actor_options={"num_cpus": 1, "num_gpus": gpus}, **common)
    answers = serve.deployment(
        name="Doors",
        max_ongoing_requests=1000,  # who follows events holds one
        ray_actor_options={"num_cpus": 0},
        graceful_shutdown_timeout_s=settings.stop_seconds + GRACE,
        **quiet,
    )
    reading, drawing = reads(Work).bind(settings, False), draws(Work).bind(settings, True)
    return answers(Doors).bind(replace(settings, device="cpu"), reading, drawing)  # doors draw nothing


app = build(Settings.of_environment())
