"""A real server process on a real port."""

import contextlib
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest


class Server:
    """``t2i-person serve`` in a process of its own."""

    def __init__(self, log: Path, *options: str, port: int | None = None) -> None:
        self.port, self.log = port or free_port(), log
        self.url = f"http://127.0.0.1:{self.port}"
        with log.open("wb") as file:
            command = [sys.executable, "-m", "t2i_person", "serve", "--port", str(self.port), *options]
            self.process = subprocess.Popen(command, stdout=file, stderr=file, cwd=log.parent)

    def wait(self, seconds: float = 120) -> "Server":
        """Until it answers."""
        end = time.monotonic() + seconds
        while time.monotonic() < end and self.process.poll() is None:
            with contextlib.suppress(httpx.TransportError):
                if httpx.get(self.url + "/health").status_code == 200:
                    return self
            time.sleep(0.1)
        raise AssertionError(f"the server did not start:\n{self.log.read_text()}")

    def draw(self, text: str, timeout: float = 120) -> httpx.Response:
        return httpx.post(self.url + "/t2i-person", json={"text": text}, timeout=timeout)

    def busy(self) -> int:
        return httpx.get(self.url + "/health", timeout=5).json()["busy"]

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.terminate()
        try:
            return self.process.wait(60)
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

    def start(*options: str, port: int | None = None) -> Server:
        started.append(Server(tmp_path / f"log{len(started)}", *options, port=port))
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
    finally:
        started.stop()
