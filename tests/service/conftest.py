"""A real server process on a real port."""

import contextlib
import json
import os
import re
import resource
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from os import environ
from pathlib import Path

import httpx
import pytest

# Each httpx.get() of its own reads all certificates again, which costs more than the server's whole answer.
# Otherwise it is the same: a connection a request, and as many as are asked for.
http = httpx.Client(limits=httpx.Limits(max_connections=None, max_keepalive_connections=0))


class Server:
    """``t2i-person serve`` in a process of its own."""

    def __init__(self, log: Path, *options: str, port: int | None = None, **env: str) -> None:
        self.port, self.log = port or free_port(), log
        self.url = f"http://127.0.0.1:{self.port}"
        self.seen: list[int] = []  # what /readyz answered while it started
        with log.open("wb") as file:
            fixed = ["--port", str(self.port), "--data", str(log.parent / "data")]
            command = [sys.executable, "-m", "t2i_person", "serve", *fixed, *options]
            self.process = subprocess.Popen(
                command, stdout=file, stderr=file, cwd=log.parent, env=environ | env
            )

    def wait(self, seconds: float = 600) -> "Server":
        """Until it answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                self.seen.append(http.get(self.url + "/readyz").status_code)
                if self.seen[-1] == 200:
                    return self
            time.sleep(0.05)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def room(self, size: int | None) -> None:
        """The kernel refuses to let its files grow beyond that, as on a full disk; None: they may again."""
        _, hard = resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE)
        resource.prlimit(self.process.pid, resource.RLIMIT_FSIZE, (hard if size is None else size, hard))

    def draw(self, text: str, timeout: float = 600) -> httpx.Response:
        return http.post(self.url + "/t2i-person", json={"text": text}, timeout=timeout)

    def post(self, path: str, timeout: float = 600, **body: object) -> httpx.Response:
        return http.post(self.url + path, json=body, timeout=timeout)

    def get(self, path: str, **headers: str) -> httpx.Response:
        return http.get(self.url + path, headers=headers, timeout=600)

    def events(self, path: str, after: int = 0) -> Iterator[tuple[int, str, dict]]:
        """Id, name and data of each server-sent event, to the end of the stream."""
        headers = {"Last-Event-ID": str(after)} if after else {}
        with http.stream("GET", self.url + path, headers=headers, timeout=600) as answer:
            assert answer.status_code == 200, answer.read()
            assert answer.headers["content-type"].startswith("text/event-stream")
            block: dict[str, str] = {}
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(":")
                    block[name] = value.strip()
                elif "data" in block:
                    yield int(block["id"]), block["event"], json.loads(block["data"])
                    block = {}

    def until_idle(self, seconds: float = 120) -> None:
        end = time.monotonic() + seconds
        while self.busy() and time.monotonic() < end:
            time.sleep(0.1)
        assert self.busy() == 0

    def busy(self) -> int:
        return http.get(self.url + "/health", timeout=60).json()["busy"]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(300)
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as door:
        return door.getsockname()[1]


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Server]]:
    """Starts servers of the test's own; none outlives it."""
    started: list[Server] = []

    def start(*options: str, port: int | None = None, **env: str) -> Server:
        started.append(Server(tmp_path / f"log{len(started)}", *options, port=port, **env))
        return started[-1]

    yield start
    for one in started:
        one.stop()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One draws, one may wait; few steps, so that the tests are quick."""
    log = tmp_path_factory.mktemp("server") / "log"
    started = Server(log, "--seed", "3", "--steps", "2", "--waiting", "1")
    try:
        yield started.wait()
        undocumented = answered(started) - documented(started)
        assert answered(started) and not undocumented, "OpenAPI does not say that these are answered"
    finally:
        started.stop()


def answered(server: Server) -> set[tuple[str, str, str]]:
    """Method, route and status of every answer that the server has given, by its own count."""
    line = r'requests_total\{method="(\w+)",route="([^"]+)",status="(\d+)"\}'
    return set(re.findall(line, server.get("/metrics").text))


def documented(server: Server) -> set[tuple[str, str, str]]:
    """The same by its OpenAPI. What is no operation of it needs none, and 499 nobody reads."""
    paths = server.get("/openapi.json").json()["paths"]
    return {
        (method, path, status)
        for method, path, status in answered(server)
        if method.lower() not in paths.get(path, {})
        or status in paths[path][method.lower()]["responses"]
        or status == "499"
    }


@pytest.fixture(scope="session")
def postgres() -> Iterator[str]:
    """The address of a PostgreSQL of the tests' own."""
    pytest.importorskip("psycopg", reason="THE SHARED STORE IS NOT TESTED: pip install '.[postgres]'")
    try:
        with a_postgres() as url:
            yield url
    except FileNotFoundError as error:
        pytest.skip(f"THE SHARED STORE IS NOT TESTED: {error}")


@contextlib.contextmanager
def a_postgres() -> Iterator[str]:
    """Its address; it ends with the context.

    Raises
    ------
    FileNotFoundError : there is none here.
    """
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    programs = found[-1].parent if found else Path(shutil.which("initdb") or "").parent
    if not (programs / "initdb").exists():
        raise FileNotFoundError("no PostgreSQL here (Debian: apt-get install postgresql)")
    root = os.geteuid() == 0  # as which it does not run
    own: dict = {"user": "postgres", "group": "postgres", "extra_groups": []} if root else {}
    folder, port = Path(tempfile.mkdtemp(prefix="t2i-person-postgres-")), free_port()
    if root:
        shutil.chown(folder, "postgres", "postgres")
    quick = ["-c", "fsync=off", "-c", "listen_addresses=127.0.0.1", "-c", "max_connections=200"]
    place = ["-k", str(folder), "-p", str(port)]
    log = (folder / "log").open("wb")
    try:
        setup = [programs / "initdb", "-D", folder / "data", "-U", "tests", "-A", "trust", "--no-sync"]
        subprocess.run(setup, check=True, stdout=log, stderr=log, cwd=folder, **own)
        command = [programs / "postgres", "-D", folder / "data", *place, *quick]
        process = subprocess.Popen(command, stdout=log, stderr=log, cwd=folder, **own)
        try:
            ready = [programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port)]
            end = time.monotonic() + 60
            while subprocess.run(ready).returncode:  # its socket is there before it answers
                assert process.poll() is None and time.monotonic() < end, (folder / "log").read_text()
                time.sleep(0.05)
            yield f"postgresql://tests@127.0.0.1:{port}/postgres"
        finally:
            process.terminate()
            process.wait(60)
    finally:
        log.close()
        shutil.rmtree(folder, ignore_errors=True)
