"""Bounds on what a client may send, and who may."""

from secrets import compare_digest

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .problems import Problem, answer

PNG_LIMIT = 16 << 20  # bytes of a request that may hold a PNG in base64
OPEN = {"/", "/health", "/healthz", "/readyz", "/docs", "/openapi.json"}


class BodyLimit:
    """ASGI middleware: 413 for a body of more than `limit` bytes, announced or not; others are read whole."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        path = scope["path"]
        pictures = path == "/v1/edit" or path.startswith("/v1/cast/")
        limit = max(self.limit, PNG_LIMIT) if pictures else self.limit
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        large = announced.isdigit() and int(announced) > limit
        body, more = bytearray(), not large
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            large = len(body) > limit
            more = message.get("more_body", False) and not large
        if large:
            detail = f"The body is larger than {limit} bytes: send a shorter text."
            problem = Problem(413, detail, headers={"Connection": "close"})
            return await answer(scope, problem)(scope, receive, send)
        given: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def again() -> Message:
            return given.pop() if given else await receive()

        await self.app(scope, again, send)


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


def _is_open(scope: Scope) -> bool:
    """What needs no key: the page, health, and what only those find who know its unguessable id."""
    path: str = scope["path"]
    events = path.startswith("/v1/jobs/") and path.endswith("/events")
    by_id = path.startswith("/v1/images/img_") or events
    return path in OPEN or path.startswith("/static/") or (by_id and scope["method"] in ("GET", "HEAD"))
