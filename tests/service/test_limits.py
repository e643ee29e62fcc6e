"""The bounds before an application, each before one of three lines; and the runtime with another artist."""

import asyncio
import contextlib
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
import uvicorn

from t2i_person.service.connections import Connection
from t2i_person.service.limits import FIELDS, HELD, SMALL, BodyLimit, Heads, Hosts, Keys
from t2i_person.service.metrics import Metrics
from t2i_person.service.problems import Problem
from t2i_person.service.runtime import BOOK, Runtime
from t2i_person.service.settings import Settings


async def echo(scope, receive, send) -> None:
    """Answers with what it was sent; at /wait never."""
    if scope["path"] == "/wait":
        await asyncio.sleep(3600)
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": [(b"x-length", b"%d" % len(body))]})
    await send({"type": "http.response.body", "body": body})


def ask(app, path="/", body=b"", receive=None, method="POST", **headers):
    """Status, headers and body of the answer; `receive` in place of the body."""
    fields = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": fields, "query_string": b""}
    scope["app"] = SimpleNamespace(state=SimpleNamespace(runtime=SimpleNamespace(metrics=Metrics())))
    told = []

    async def whole():
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(message) -> None:
        told.append(message)

    asyncio.run(app(scope, receive or whole, send))
    if not told:
        return None
    found = {name.decode().lower(): value.decode() for name, value in told[0]["headers"]}
    return told[0]["status"], found, b"".join(message.get("body", b"") for message in told[1:])


def test_a_body_within_the_limit_comes_whole():
    async def pieces():
        return {"type": "http.request", "body": b"abc", "more_body": len(given) > 1 and bool(given.pop())}

    given = [1, 1, 1]
    assert ask(BodyLimit(echo, 9), receive=pieces)[2] == b"abcabcabc"


def test_a_body_that_is_too_large_is_refused_announced_or_not():
    async def nothing():
        raise AssertionError("it was read")

    limited = BodyLimit(echo, 10)
    for length in ("11", "9" * 30):
        status, headers, _ = ask(limited, receive=nothing, content_length=length)
        assert status == 413 and headers["connection"] == "close"
    assert ask(limited, body=b"x" * 11)[0] == 413
    for path in ("/v1/edit", "/v1/cast/Анна"):  # which may hold a PNG
        assert ask(limited, path, b"x" * 11)[0] == 200


def test_who_sends_nothing_is_not_waited_for():
    async def late():
        raise TimeoutError

    async def gone():
        return {"type": "http.disconnect"}

    status, headers, _ = ask(BodyLimit(echo, 10), receive=late)
    assert status == 408 and headers["connection"] == "close"
    assert ask(BodyLimit(echo, 10), receive=gone) is None


def test_the_bodies_of_all_are_counted_and_let_go():
    limited = BodyLimit(echo, SMALL * 2)
    assert ask(limited, body=b"x" * (SMALL + 1))[0] == 200 and limited.held == 0
    limited.held = HELD  # others send that much
    status, headers, body = ask(limited, "/v1/jobs", b"x" * (SMALL + 1))
    assert status == 503 and int(headers["retry-after"]) and json.loads(body)["code"] == "busy"
    assert ask(limited, body=b"x" * SMALL)[0] == 200, "a text is not counted"
    assert limited.held == HELD


def test_json_with_too_many_fields_is_not_parsed():
    limited = BodyLimit(echo, 1 << 20)
    for count, status in ((FIELDS, 200), (FIELDS + 1, 422)):
        body = json.dumps({f"f{number}": "a" * 9 for number in range(count)}).encode()
        assert ask(limited, body=body)[0] == status
    assert ask(limited, body=body, content_type="multipart/form-data; boundary=x")[0] == 200
    said = json.dumps({"text": '"а":' * 2000}, ensure_ascii=False).encode()
    assert ask(limited, body=said)[0] == 200, "quotes inside a text end no name"
    named = {f"{number}\\": "a" * 9 for number in range(FIELDS + 1)}
    assert ask(limited, body=json.dumps(named).encode())[0] == 422, "a backslash ends each name"
    for coding in ("utf-16", "utf-16-le", "utf-32-be"):
        assert ask(limited, body=json.dumps(named).encode(coding))[0] == 400, "Python would read it"


@pytest.mark.parametrize(
    ("host", "known"),
    [
        ("127.0.0.1:9008", True),
        ("[::1]", True),
        ("LOCALHOST.", True),
        ("page.localhost", True),
        ("faces.example", True),
        ("a.b.example.org:1", True),
        ("example.org", False),
        ("evil.example", False),
        ("127.0.0.1.evil.example", False),
    ],
)
def test_for_whom_a_request_is_meant(host, known):
    hosts = Hosts(echo, ["Faces.example", "*.example.org"])
    assert ask(hosts, host=host)[0] == (200 if known else 421)


def test_keys_are_asked_for_where_something_is_drawn_or_told():
    keys = Keys(echo, frozenset({"one", "two"}))
    for path in ("/", "/static/app.js", "/readyz", "/v1/images/img_1", "/v1/jobs/job_1/events"):
        assert ask(keys, path, method="GET")[0] == 200
    for path in ("/v1/jobs", "/v1/images/img_1", "/v1/jobs/job_1/events", "/metrics"):
        for sent in ({}, {"x_api_key": "three"}, {"authorization": "Basic one"}, {"authorization": "Bearer"}):
            assert ask(keys, path, **sent)[0] == 401
        for sent in ({"x_api_key": "two"}, {"authorization": "bearer one"}):
            assert ask(keys, path, **sent)[0] == 200


def test_a_head_of_what_never_ends_is_answered_by_its_headers():
    async def endless(scope, receive, send) -> None:
        assert scope["method"] == "GET"
        await send({"type": "http.response.start", "status": 200, "headers": [(b"x-kind", b"stream")]})
        await asyncio.sleep(3600)

    status, headers, body = ask(Heads(endless), method="HEAD")
    assert (status, headers, body) == (200, {"x-kind": "stream"}, b"")
    assert ask(Heads(echo), body=b"abc")[2] == b"abc"


class Few(Connection):
    """Three at most; counts what came, so that a test need not guess how long that takes."""

    most = 3
    made = heard = 0  # connections, and pieces of requests

    def connection_made(self, transport) -> None:
        super().connection_made(transport)
        Few.made += 1

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        Few.heard += 1


def opened(port: int, request: bytes = b"", own: str = "127.0.0.1", heard: bool = True) -> socket.socket:
    """A connection that the server knows of and, unless it refuses it, whose request it has `heard`."""
    made, before = Few.made, Few.heard
    door = socket.create_connection(("127.0.0.1", port), 30, (own, 0))
    until(lambda: Few.made > made)
    door.sendall(request)
    until(lambda: not request or not heard or Few.heard > before)
    return door


def until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 30
    while not true():
        assert time.monotonic() < end
        time.sleep(0.005)


@pytest.fixture
def port() -> Iterator[int]:
    """Of a server that has room for three connections."""
    config = uvicorn.Config(echo, port=0, http=Few, lifespan="off", log_level="critical")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = server.force_exit = True  # without waiting for what never ends
    thread.join(30)
    assert not thread.is_alive()


def test_who_asks_for_nothing_makes_room(port):
    idle = [opened(port) for _ in range(3)]
    another = opened(port, b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
    assert another.recv(99).startswith(b"HTTP/1.1 200")
    assert idle[0].recv(1) == b"", "the longest idle is still open"
    for door in idle[1:]:
        door.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert door.recv(99).startswith(b"HTTP/1.1 200")
    for door in (*idle, another):
        door.close()


def test_who_has_the_most_connections_makes_room(port):
    """Half bodies, then requests that are being answered: nobody else is kept out."""
    whole = b"GET %s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    half = [
        opened(port, b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\na") for _ in range(3)
    ]
    waits = [opened(port, whole % b"/wait") for _ in range(3)]  # each in the place of a half body
    with contextlib.suppress(ConnectionResetError):
        assert opened(port, whole % b"/", heard=False).recv(9) == b"", "its client has them all"
    assert opened(port, whole % b"/", "127.0.0.2").recv(99).startswith(b"HTTP/1.1 200")
    assert waits[0].recv(1) == b"" and opened(port, whole % b"/").recv(99).startswith(b"HTTP/1.1 200")
    for door in (*half, *waits):
        door.close()


class Painter:
    """An artist who has nothing to load, or cannot."""

    def __init__(self, trouble: Exception | None = None) -> None:
        self.trouble, self.asked = trouble, []

    def load(self, pack: str, device: str) -> None:
        self.asked.append((pack, device))
        if self.trouble:
            raise self.trouble


def test_a_server_answers_when_its_models_are_loaded_and_says_when_they_cannot_be():
    settings = Settings(data="memory", pack="mine", device="cpu", job_seconds=0.1, waiting=1)
    here = Runtime(settings, Painter())
    with pytest.raises(Problem) as caught:
        here.check()
    assert (caught.value.status, caught.value.code) == (503, "starting")
    here.warm_up()
    here.check()
    assert here.artist.asked == [("mine", "cpu")]
    assert here.reading("а" * BOOK) is here.quick and here.reading("а" * (BOOK + 1)) is here.books
    late = here.limit(lambda: True)
    assert late() is True
    time.sleep(0.15)
    with pytest.raises(Problem) as caught:
        late()
    assert (caught.value.status, caught.value.code) == (503, "timeout")
    asyncio.run(here.stop())
    with pytest.raises(Problem) as caught:
        here.check()
    assert caught.value.code == "stopping" and here.close()

    broken = Runtime(settings, Painter(OSError("no such weights")))
    with pytest.raises(OSError, match="no such weights"):
        broken.warm_up()
    with pytest.raises(Problem) as caught:
        broken.check()
    assert caught.value.status == 500 and broken.close()
