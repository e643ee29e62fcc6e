"""The application: its doors, its life, and the server that runs it."""

import asyncio
import logging
import os
import signal
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from ..pipeline import load_pack
from ..record import VERSION
from . import problems, wrong
from .artist import Artist
from .connections import Connection, connections_at_most, one_line
from .doors import openai, operations, original, page, reference, v1
from .limits import BodyLimit, Heads, Hosts, Keys
from .logs import Observe, logging_config
from .prefix import Proxied
from .runtime import GRACE, Runtime
from .settings import Settings

log = logging.getLogger("t2i_person.service")


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return problems.complete(super().openapi())


def create_app(settings: Settings | None = None, artist: Artist | None = None) -> FastAPI:
    """The ASGI application; it answers at once, and draws when its models are loaded.

    Parameters
    ----------
    settings : of the server; the defaults when None.
    artist : who draws for it; this process when None.

    Raises
    ------
    T2IError : the folder for data cannot be used.
    """
    settings = settings or Settings()
    here = Runtime(settings, artist)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async def warm_up() -> None:
            await asyncio.to_thread(here.warm_up)
            log.info("ready")
            here.jobs.take_up()

        warming = asyncio.create_task(warm_up())
        yield
        await here.stop()
        warming.cancel()

    app = _App(
        title="t2i-person",
        summary="Cut-out portraits of the people that a Russian text describes.",
        version=VERSION,
        lifespan=life,
        docs_url=None,  # both load their scripts from elsewhere
        redoc_url=None,
    )
    app.state.runtime, app.state.settings = here, settings
    problems.install(app)
    wrong.install(app)
    app.add_middleware(BodyLimit, limit=settings.body_limit)
    app.add_middleware(Heads)
    if settings.keys():
        app.add_middleware(Keys, keys=settings.keys())
    if settings.origins():
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.origins(),
            allow_methods=["*"],
            allow_headers=["*"],
            expose_headers=["Location", "Retry-After", "X-Request-ID"],
        )
    if "*" not in settings.hosts():
        app.add_middleware(Hosts, allowed=settings.hosts())
    app.add_middleware(Observe, metrics=here.metrics)
    app.add_middleware(Proxied, proxies=settings.trusted(), root=settings.root_path)
    # OpenAI's routes before ours: else /v1/images/{id} would match /v1/images/generations
    for door in (page, reference, original, openai, v1, operations):
        app.include_router(door.router)
    return app


class _Server(uvicorn.Server):
    """On a signal, drawings are finished first; requests that come meanwhile are told that the server stops.

    Then the doors close. Whatever hangs, the process ends in its time.
    """

    def __init__(self, config: uvicorn.Config, here: Runtime) -> None:
        super().__init__(config)
        self.here = here
        self.told = self.interrupted = False
        self.stopping: asyncio.Task[None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        one_line(self.loop)
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.interrupted = self.interrupted or sig == signal.SIGINT
        if self.loop is None or self.told:  # a second signal stops at once
            self.should_exit = self.force_exit = True
            return
        self.told = True
        end = threading.Timer(self.here.settings.stop_seconds + GRACE, _end)
        end.daemon = True
        end.start()
        self.loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        async def stop() -> None:
            try:
                await self.here.stop()
            finally:
                self.should_exit = True

        if self.stopping is None:
            self.stopping = asyncio.ensure_future(stop())


def _end() -> None:
    """End the process whatever still hangs; unfinished jobs are on the disk already."""
    log.error("not all has stopped in time: the process ends without it")
    logging.shutdown()
    os._exit(0)


def run(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; what is being drawn is finished first.

    Raises
    ------
    OSError : the address is taken or not ours; found before the models are loaded.
    T2IError : a setting, the pack, the device or the folder for data cannot be used.
    KeyboardInterrupt : it was Ctrl-C.
    """
    settings.check()
    host, port = settings.host, settings.port
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            hint = "choose another with --port or --host"
            raise OSError(error.errno, f"{error.strerror}; {hint}", f"{host}:{port}") from error
        app = create_app(settings)
        # the pack here, so that a missing one is an error of one line; the rest loads while it answers
        load_pack(settings.pack, settings.device)
        Connection.most = connections_at_most()
        config = uvicorn.Config(
            app,
            http=Connection,
            server_header=False,
            access_log=False,
            proxy_headers=False,  # Proxied does, and knows of the prefix, too
            loop="asyncio",  # whatever else is installed
            log_config=logging_config(settings.log_format),
            backlog=128,
            timeout_graceful_shutdown=max(1, round(GRACE / 4)),
        )
        address, number = door.getsockname()[:2]
        log.info("Serving on http://%s:%d", f"[{address}]" if ":" in address else address, number)
        here: Runtime = app.state.runtime
        server = _Server(config, here)
        server.run(sockets=[door])
        if not here.close():
            _end()
        if server.interrupted:
            raise KeyboardInterrupt
