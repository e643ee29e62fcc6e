"""A path prefix that a proxy has before our addresses, and which proxies are believed to have told it."""

import re

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from .settings import is_prefix

LINK = re.compile(
    rb'("(?:url|events|image)": ?")(?=/v1/)'
)  # in a JSON text quotes are escaped: only keys match


class Proxied(ProxyHeadersMiddleware):
    """ASGI middleware: what a trusted proxy says of its client and its prefix; links begin with that prefix.

    All of it in one place, so that jobs that are written down know nothing of the way they were asked by. It
    makes no difference whether the proxy cuts the prefix off; who asks without a proxy (a health check) may
    leave it out.
    """

    def __init__(self, app: ASGIApp, proxies: list[str], root: str = "") -> None:
        super().__init__(app, proxies)  # type: ignore[arg-type]
        self.root = root

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # type: ignore[override]
        if scope["type"] != "http":
            return await self.app(scope, receive, send)  # type: ignore[arg-type]
        root = self.root or self._told(scope) or scope.get("root_path", "")
        if not root:
            return await super().__call__(scope, receive, send)  # type: ignore[arg-type]
        scope["root_path"] = root
        if scope["path"] == root:  # what the page names is beside the last slash
            return await RedirectResponse(f"{root}/", 308)(scope, receive, send)
        if not scope["path"].startswith(f"{root}/"):
            scope["path"] = root + scope["path"]
        await super().__call__(scope, receive, _Linked(root, send))  # type: ignore[arg-type]

    def _told(self, scope: Scope) -> str:
        client = scope.get("client")
        told = Headers(scope=scope).get("x-forwarded-prefix", "").rstrip("/")
        return told if client and client[0] in self.trusted_hosts and is_prefix(told) else ""


class _Linked:
    """Sends an answer with the prefix before each link in it: in JSON, events, `Location`."""

    def __init__(self, root: str, send: Send) -> None:
        self.root, self.send = root, send
        self.start: Message | None = None  # held back until the length of the body is known

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("location", "").startswith("/v1/"):
                headers["location"] = self.root + headers["location"]
            kind = headers.get("content-type", "")
            self.linked = kind.startswith(("application/json", "text/event-stream"))
            if self.linked and "content-length" in headers:
                self.start = message
                return
        elif message["type"] == "http.response.body" and self.linked:
            body = LINK.sub(rb"\g<1>" + self.root.encode(), message.get("body", b""))
            if self.start is not None:
                # a body with a length comes whole; that of a HEAD is empty, and its length not told
                headers = MutableHeaders(scope=self.start)
                del headers["content-length"]
                if body:
                    headers["content-length"] = str(len(body))
                await self.send(self.start)
                self.start = None
            message = {**message, "body": body}
        await self.send(message)
