"""The application: settings, models, desk, doors."""

import asyncio
import logging
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

from .. import pipeline
from . import original, problems
from .desk import Desk
from .limits import BodyLimit
from .settings import Settings

log = logging.getLogger("uvicorn.error")


class Health(BaseModel):
    """`busy`: requests that wait or are drawn."""

    status: str = "ok"
    busy: int


def create_app(settings: Settings | None = None) -> FastAPI:
    """The ASGI application; its models are loaded when it starts, once.

    Parameters
    ----------
    settings : of the server; the defaults when None.
    """
    settings = settings or Settings()

    @asynccontextmanager
    async def life(app: FastAPI) -> AsyncIterator[None]:
        await asyncio.to_thread(pipeline.load, settings.pack, settings.device)
        app.state.desk = Desk(settings.drawing, settings.waiting)
        yield
        await asyncio.to_thread(app.state.desk.close)

    app = FastAPI(
        title="t2i-person",
        summary="Cut-out portraits of the people that a Russian text describes.",
        version=pipeline.VERSION,
        lifespan=life,
    )
    app.state.settings = settings
    problems.install(app)
    app.add_middleware(BodyLimit, limit=settings.body_limit)
    app.include_router(original.router)

    @app.get("/health")
    async def health() -> Health:
        """Answers as soon as the models are loaded."""
        return Health(busy=app.state.desk.load())

    return app


def run(settings: Settings, host: str, port: int) -> None:
    """Serve until SIGTERM or Ctrl-C; requests being drawn are finished first.

    Raises
    ------
    OSError : the address is taken or not ours; found before the models are loaded.
    T2IError : the pack or the device cannot be used.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as door:
        door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            door.bind((host, port))
        except OSError as error:
            hint = "choose another with --port or --host"
            raise OSError(error.errno, f"{error.strerror}; {hint}", f"{host}:{port}") from error
        pipeline.load(
            settings.pack, settings.device
        )  # here an error is one line; the application finds it loaded
        config = uvicorn.Config(create_app(settings), server_header=False)
        address, number = door.getsockname()[:2]
        log.info("Serving on http://%s:%d", f"[{address}]" if ":" in address else address, number)
        uvicorn.Server(config).run(sockets=[door])
