"""Checked before any door: size and pace of bodies, host names, keys. And the headers of our pages."""

import asyncio
import ipaddress
import re
import socket
import time
from itertools import islice
from secrets import compare_digest

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import NOT_JSON, Problem, answer, path_of

PNG_LIMIT = 16 << 20  # bytes of a request that may hold a PNG
HELD = 128 << 20  # bytes of bodies at once, of all clients
SMALL = 64 << 10  # a body up to this is not counted
PAUSE = 10.0  # seconds without a byte of a body
SLOWEST = 16 << 10  # bytes a second
FIELDS = 500  # of a JSON body: each unknown one makes an error of its own
ITEMS = 20_000  # of JSON, told by commas, in a body larger than a text may be: a picture in base64 has none
FIELD = re.compile(rb'(?<!\\)(?:\\\\)*"\s*:')  # a quote that is not escaped ends a name
HEADERS = {  # of our pages
    # Scripts, styles and connections of this server only; pictures also from memory, where previews live.
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data: blob:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-cache",  # asked for again each time, and mostly answered with 304
}
OPEN = {"/", "/health", "/healthz", "/readyz", "/docs", "/openapi.json"}


class BodyLimit:
    """ASGI middleware: 413 for a body of more than `limit` bytes, announced or not; others are read whole.

    408 for one that comes too slowly, 503 when the bodies of all clients would take too much memory.
    """

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit, self.held = app, limit, 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = path_of(scope)
        pictures = path in ("/v1/edit", "/v1/images/edits") or path.startswith("/v1/cast/")
        limit = max(self.limit, PNG_LIMIT) if pictures else self.limit
        held = [0]
        try:
            body = await self._read(scope, receive, limit, held)
            if body is None:
                return  # the client went away
            _check_json(body, self.limit, Headers(scope=scope).get("content-type", ""))
        except Problem as problem:
            return await answer(scope, problem)(scope, receive, send)
        else:
            given: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
            del body

            async def again() -> Message:
                return given.pop() if given else await receive()

            await self.app(scope, again, send)
        finally:
            self.held -= held[0]

    async def _read(self, scope: Scope, receive: Receive, limit: int, held: list[int]) -> bytes | None:
        """The whole body, or None when the client left; `held` gets how many of its bytes count."""
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        if len(announced) > 18 or (announced.isdigit() and int(announced) > limit):
            raise _too_large(limit)
        body, start, more = bytearray(), time.monotonic(), True
        while more:
            left = start + PAUSE + len(body) / SLOWEST - time.monotonic()
            try:
                message = await asyncio.wait_for(receive(), max(0.0, min(PAUSE, left)))
            except TimeoutError:
                raise _too_slow() from None
            except asyncio.CancelledError:  # the server stops: nobody waits for the rest
                return None
            if message["type"] == "http.disconnect":
                return None
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > limit:
                raise _too_large(limit)
            if len(body) > SMALL:
                self.held += len(body) - held[0]
                held[0] = len(body)
                if self.held > HELD:
                    raise _too_much()
        return bytes(body)


def _check_json(body: bytes, limit: int, kind: str) -> None:
    """Raise a problem for JSON that would take too long to parse, for parsing blocks all other clients."""
    if kind.startswith("multipart/"):
        return
    if b"\0" in body:  # UTF-16 or -32, which Python would read but the patterns below do not match
        raise Problem(400, NOT_JSON)
    if len(body) > SMALL // 16 and next(islice(FIELD.finditer(body), FIELDS, None), None):
        raise Problem(422, f"The body has more than {FIELDS} fields: GET /docs lists those there are.")
    if len(body) > limit and body.count(b",") > ITEMS:
        raise Problem(422, "The body is no picture in base64 with a few words: GET /docs says what to send.")


def _too_large(limit: int) -> Problem:
    detail = f"The body is larger than {limit} bytes: send a shorter text, or a smaller picture."
    return Problem(413, detail, headers={"Connection": "close"})


def _too_slow() -> Problem:
    return Problem(408, "The body did not come in time: send it again.", headers={"Connection": "close"})


def _too_much() -> Problem:
    detail = "Others send very much at the moment: try again in 5 s."
    return Problem(503, detail, "busy", headers={"Connection": "close", "Retry-After": "5"})


class Hosts:
    """ASGI middleware: 421 for a request with a host name that is not ours.

    The page of a stranger may give its name the address of this machine, and then ask from its visitor's
    browser; the browser tells that name. An address, or a name of this machine, cannot be borrowed so.
    """

    def __init__(self, app: ASGIApp, allowed: list[str]) -> None:
        self.app = app
        self.names = {name.lower() for name in (*allowed, "localhost", socket.gethostname())}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        host = Headers(scope=scope).get("host") if scope["type"] == "http" else None
        if host is None or self.knows(host):
            return await self.app(scope, receive, send)
        detail = (
            f"This server is not called {host[:100]!r}: ask for it by its address, or start it with "
            "--allowed-hosts and its names."
        )
        await answer(scope, Problem(421, detail))(scope, receive, send)

    def knows(self, host: str) -> bool:
        name = re.sub(r":\d*$", "", host.strip().lower()).rstrip(".")
        try:
            ipaddress.ip_address(name.strip("[]"))
            return True
        except ValueError:
            pass
        parents = (f"*{name[at:]}" for at, letter in enumerate(name) if letter == ".")
        return name in self.names or name.endswith(".localhost") or not self.names.isdisjoint(parents)


class Keys:
    """ASGI middleware: 401 without one of the keys, where one is asked for."""

    def __init__(self, app: ASGIApp, keys: frozenset[str]) -> None:
        self.app, self.keys = app, [key.encode() for key in keys]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] == "OPTIONS":
            return await self.app(scope, receive, send)
        headers = Headers(scope=scope)
        scheme, _, token = headers.get("authorization", "").partition(" ")
        sent = token.strip() if scheme.lower() == "bearer" else headers.get("x-api-key", "")
        known = [compare_digest(sent.encode(), key) for key in self.keys]
        if any(known):
            scope["t2i_person.key"] = sent
        elif not _is_open(scope):
            detail = "An API key is asked for: send it as Authorization: Bearer KEY, or as X-API-Key: KEY."
            problem = Problem(401, detail, headers={"WWW-Authenticate": "Bearer"})
            return await answer(scope, problem)(scope, receive, send)
        await self.app(scope, receive, send)


class Heads:
    """ASGI middleware: HEAD on each address that has GET, answered by its headers."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "HEAD":
            return await self.app(scope, receive, send)
        scope["method"] = "GET"
        begun = asyncio.Event()

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                await send(message)
                await send({"type": "http.response.body", "body": b"", "more_body": False})
                begun.set()

        answering = asyncio.ensure_future(self.app(scope, receive, told))
        waiting = asyncio.ensure_future(begun.wait())
        try:
            await asyncio.wait({answering, waiting}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiting.cancel()
            answering.cancel()  # a stream of events would go on
            await asyncio.gather(answering, return_exceptions=True)
            scope["method"] = "HEAD"


def _is_open(scope: Scope) -> bool:
    """What needs no key: the page, health, and addresses with an id that cannot be guessed."""
    path = path_of(scope)
    events = path.startswith("/v1/jobs/") and path.endswith("/events")
    by_id = path.startswith("/v1/images/img_") or events
    return path in OPEN or path.startswith("/static/") or (by_id and scope["method"] in ("GET", "HEAD"))
