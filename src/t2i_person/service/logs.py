"""The log: a line for each request, and the form of all lines."""

import json
import logging
import secrets
import time
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ..errors import visible
from .metrics import Metrics

log = logging.getLogger("t2i_person.service")
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
PLAIN = set(vars(logging.makeLogRecord({}))) | {"message", "color_message"}


class Observe:
    """ASGI middleware: a number for each request, a line in the log, a count. Never what was sent."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app, self.metrics = app, metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        name = scope["t2i_person.request"] = secrets.token_hex(8)
        start, status = time.perf_counter(), 499  # nothing was answered: the client had gone
        method = scope["method"] if scope["method"] in METHODS else "other"  # anybody may invent some

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["X-Request-ID"] = name
                headers.setdefault("X-Content-Type-Options", "nosniff")
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self.app(scope, receive, told)
        except Exception:
            status = 500
            raise
        finally:
            took = time.perf_counter() - start
            route = getattr(scope.get("route"), "path", "other")  # the pattern: an address may hold a name
            self.metrics.requests.labels(method, route, status).inc()
            self.metrics.latency.labels(route).observe(took)
            more = {
                "request": name,
                "method": method,
                "route": route,
                "status": status,
                "ms": round(took * 1000),
            }
            if text := scope.get("t2i_person.text"):
                more["text"] = text
            log.info("request", extra=more)


class Plain(logging.Formatter):
    """One line for people: time, level, message, and what else is known."""

    def format(self, record: logging.LogRecord) -> str:
        more = "".join(f" {key}={value}" for key, value in _extra(record).items())
        said = visible(f"{record.getMessage()}{more}").replace("\n", "\\n")  # a text cannot forge a line
        head = f"{self.formatTime(record)} {record.levelname.lower()} {said}"
        return f"{head}\n{self.formatException(record.exc_info)}" if record.exc_info else head


class JSON(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {"time": round(record.created, 3), "level": record.levelname.lower()}
        line |= {"message": record.getMessage(), **_extra(record)}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def logging_config(kind: str) -> dict[str, Any]:
    """For `logging.config.dictConfig`: everything to stderr, in one form."""
    form = {"()": JSON if kind == "json" else Plain}
    handler = {"class": "logging.StreamHandler", "formatter": "line", "stream": "ext://sys.stderr"}
    quiet = {"handlers": ["line"], "level": "INFO", "propagate": False}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": form},
        "handlers": {"line": handler},
        "loggers": {"uvicorn": quiet, "t2i_person": quiet},
    }


def _extra(record: logging.LogRecord) -> dict[str, Any]:
    return {key: value for key, value in vars(record).items() if key not in PLAIN and key != "taskName"}
