"""The application: its doors, its life, and the server that runs it."""

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from types import FrameType
from typing import Any

import uvicorn
from fastapi import FastAPI
from starlette.middleware.cors import CORSMiddleware

from .. import png
from ..errors import T2IError
from ..packs import load_pack
from . import openai, operations, original, page, problems, reference, v1
from .limits import BodyLimit, Keys
from .runtime import Runtime
from .settings import Settings

log = logging.getLogger("t2i_person.service")


class _App(FastAPI):
    def openapi(self) -> dict[str, Any]:
        return problems.complete(super().openapi())


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application; it answers at once, and draws when its models are loaded.

    Parameters
    ----------
    settings : of the server; the defaults when None.

    Raises
    ------
    T2IError : the folder for data cannot be used.
    """
    settings = settings or Settings()
    here = Runtime(settings)

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        async def warm_up() -> None:
            await asyncio.to_thread(here.warm_up)
            log.info("ready")
            here.jobs.take_up()

        warming = asyncio.create_task(warm_up())
        yield
        await here.stop()
        await asyncio.wait({warming})

    app = _App(
        title="t2i-person",
        summary="Cut-out portraits of the people that a Russian text describes.",
        version=png.VERSION,
        lifespan=life,
        docs_url=None,  # both load their scripts from elsewhere
        redoc_url=None,
    )
    app.state.runtime, app.state.settings = here, settings
    problems.install(app)
    app.add_middleware(BodyLimit, limit=settings.body_limit)
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
    app.add_middleware(operations.Observe, here=here)
    for door in (page, reference, original, v1, openai, operations):
        app.include_router(door.router)
    return app


class _Server(uvicorn.Server):
    """Tells the application of a signal at once: streams end before uvicorn waits for them."""

    def __init__(self, config: uvicorn.Config, here: Runtime) -> None:
        super().__init__(config)
        self.here = here
        self.stopping: asyncio.Task[None] | None = None
        self.loop: asyncio.AbstractEventLoop | None = None

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        self.loop = asyncio.get_running_loop()
        await super().startup(sockets)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        if sig == signal.SIGTERM:
            self.should_exit = True  # uvicorn would raise the signal again: a clean stop ends with 0
        else:
            super().handle_exit(sig, frame)
        if self.loop is not None:
            self.loop.call_soon_threadsafe(self._stop)

    def _stop(self) -> None:
        if self.stopping is None:
            self.stopping = asyncio.ensure_future(self.here.stop())


def run(settings: Settings) -> None:
    """Serve until SIGTERM or Ctrl-C; what is being drawn is finished first.

    Raises
    ------
    OSError : the address is taken or not ours; found before the models are loaded.
    T2IError : the pack, the device or the folder for data cannot be used.
    """
    if settings.log_format not in ("text", "json"):
        raise T2IError(f"The log format is text or json, not {settings.log_format!r}.")
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
        load_pack(
            settings.pack, settings.device
        )  # here an error is one line; the rest loads while it answers
        logs = operations.logging_config(settings.log_format)
        config = uvicorn.Config(app, server_header=False, access_log=False, log_config=logs)
        address, number = door.getsockname()[:2]
        log.info("Serving on http://%s:%d", f"[{address}]" if ":" in address else address, number)
        _Server(config, app.state.runtime).run(sockets=[door])
