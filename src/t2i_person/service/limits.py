"""A bound on what a client may send."""

from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class BodyLimit:
    """ASGI middleware: 413 for a body of more than `limit` bytes, announced or not; others are read whole."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self.app, self.limit = app, limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self.app(scope, receive, send)
        announced = dict(scope["headers"]).get(b"content-length", b"0")
        large = announced.isdigit() and int(announced) > self.limit
        body, more = bytearray(), not large
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            large = len(body) > self.limit
            more = message.get("more_body", False) and not large
        if large:
            detail = f"The body is larger than {self.limit} bytes: send a shorter text."
            return await JSONResponse({"detail": detail}, 413, {"Connection": "close"})(scope, receive, send)
        given: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

        async def again() -> Message:
            return given.pop() if given else await receive()

        await self.app(scope, again, send)
