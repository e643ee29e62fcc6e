"""Where one machine ends: what Ray Serve costs, what a second replica brings, what a death loses.

    python bench/scale.py                      # all of it: about ten minutes
    python bench/scale.py serve replicas       # or some of it: about five
    python bench/scale.py kill ray --requests 300
    python bench/scale.py --short --requests 4 --out try.json   # whether it runs

Real servers on the embedded pack, one thread each (OMP_NUM_THREADS=1), no optimization, 256 pixels;
PostgreSQL is started from Debian's packages. `serve`: one request at a time, to the plain server and to Ray
Serve with one replica in turn, so that what else the machine does falls on both alike; the overhead is the
median over these pairs. `replicas`: four clients at one server with the shared store, then at two, each
server on a core of its own. The clients need a core, too, so `describe` is asked for by sockets that send the
same bytes again. `kill`: clients
ask two replicas for jobs while one is killed (SIGKILL) every ten seconds and started again, provided that the
other is up; each picture's text, seed and character are checked in its PNG. `ray`: the same of Ray Serve with
two replicas that draw, of which the older is killed when the other has been there for ten seconds. Writes
bench/results/scale.json.
"""

import argparse
import contextlib
import json
import os
import platform
import queue
import re
import signal
import socket
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from service.conftest import Server, a_postgres

from t2i_person.picture import png

RESULTS = Path(__file__).parent / "results" / "scale.json"
WHO = ("Блондинка", "Рыжий мужчина", "Старик", "Девушка", "Лысый мужчина", "Пожилая женщина")
READ = "Анна, рыжая женщина в очках и зелёном пальто, улыбалась. Рядом стоял старик в чёрной шляпе с тростью."
ONE_THREAD = {"OMP_NUM_THREADS": "1", "T2I_PERSON_PACK": "embedded"}
CLIENT = httpx.Client(verify=False, timeout=60)  # of all threads: a new one costs as much as a request


def describe(url: str, number: int) -> None:
    answer = CLIENT.post(url + "/v1/describe", json={"text": f"{READ} Дом {number}."}, timeout=60)
    assert len(answer.raise_for_status().json()["characters"]) == 2


def draw(url: str, number: int, servers: Callable[[], list[str]] | None = None) -> None:
    """One job to its checked picture; with `servers`, at whichever answers."""
    text = f"{WHO[number % len(WHO)]} на улице. Дом {number}."
    order = {"text": text, "seed": number, "steps": 0, "size": 256}
    job = call(lambda at: CLIENT.post(at + "/v1/jobs", json=order, timeout=30), url, servers)
    told: dict = {"status": "queued"}
    while told["status"] in ("queued", "running"):
        told = call(lambda at: ended(at, job["id"]), url, servers)
    assert told["status"] == "done", f"{number}: {told['error']}"
    for character in told["characters"]:
        for portrait in character["portraits"]:
            data = call(lambda at, p=portrait: CLIENT.get(at + p["url"], timeout=30), url, servers, raw=True)
            record = png.read(data)
            found = (record.text, record.settings["request_seed"], record.character["head"], record.seed)
            assert found == (text, number, character["head"], portrait["seed"]), f"{number}: {found}"
    assert sum(len(character["portraits"]) for character in told["characters"]) == 1, f"{number}: no picture"


def ended(at: str, job: str) -> httpx.Response:
    """The job, once its events have ended, or the server that told them."""
    with (
        contextlib.suppress(httpx.TransportError),
        CLIENT.stream("GET", f"{at}/v1/jobs/{job}/events", timeout=60) as stream,
    ):
        for _ in stream.iter_raw():
            pass
    return CLIENT.get(f"{at}/v1/jobs/{job}", timeout=30)


def call(ask, url: str, servers, raw: bool = False):
    """What a proxy does: the next server when one is gone, again later when all are full."""
    end = time.monotonic() + 300
    while True:
        for at in servers() if servers else [url]:
            try:
                answer = ask(at)
            except httpx.TransportError:
                if not servers or time.monotonic() > end:
                    raise
                continue
            if answer.status_code in (429, 503) and time.monotonic() < end:
                time.sleep(min(2, float(answer.headers.get("Retry-After", 1))))
                continue
            answer.raise_for_status()
            return answer.content if raw else answer.json()
        time.sleep(0.2)


def in_turn(work: Callable[[str, int], None], servers: dict[str, Server], times: int) -> dict:
    """Milliseconds of one request: the median of each server, and of what the second takes more."""
    took: dict[str, list[float]] = {name: [] for name in servers}
    for number in range(-2, times):  # two to warm up
        for name in sorted(servers, reverse=bool(number % 2)):
            start = time.perf_counter()
            work(servers[name].url, abs(number))
            if number >= 0:
                took[name].append(time.perf_counter() - start)
    first, second = took.values()
    more = statistics.median(other / one for one, other in zip(first, second, strict=True))
    found = {f"{name}_ms": round(statistics.median(some) * 1000, 1) for name, some in took.items()}
    return found | {"overhead_percent": round(100 * more - 100, 1)}


def describe_quickly(url: str, door: socket.socket) -> None:
    """As `describe`, in little of a client's time: one request as bytes, by a connection that stays."""
    body = json.dumps({"text": READ}).encode()
    head = f"POST /v1/describe HTTP/1.1\r\nHost: localhost\r\nContent-Length: {len(body)}\r\n"
    door.sendall(f"{head}Content-Type: application/json\r\n\r\n".encode() + body)
    answer = b""
    while b"\r\n\r\n" not in answer:
        answer += _more(door)
    told, _, rest = answer.partition(b"\r\n\r\n")
    assert told.startswith(b"HTTP/1.1 200"), told
    left = int(re.findall(rb"content-length: (\d+)", told.lower())[0]) - len(rest)
    while left:
        left -= len(_more(door, left))


def _more(door: socket.socket, most: int = 65536) -> bytes:
    data = door.recv(most)
    assert data, "the server hung up"
    return data


def rate(work: Callable[[str, Any], None], urls: list[str], clients: int, seconds: float) -> float:
    """Requests a second."""
    done, end, start = [0] * clients, time.monotonic() + seconds, time.monotonic()

    def client(me: int) -> None:
        url = urls[me % len(urls)]
        with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2])), 60) as door:
            while time.monotonic() < end:
                work(url, door if work is describe_quickly else me * 10_000 + done[me])
                done[me] += 1

    threads = [threading.Thread(target=client, args=(me,)) for me in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return round(sum(done) / (time.monotonic() - start), 3)


@contextlib.contextmanager
def running(count: int, *options: str, pinned: bool = False) -> Iterator[list[Server]]:
    with tempfile.TemporaryDirectory() as folder:
        servers = []
        for number in range(count):
            (place := Path(folder) / str(number)).mkdir()
            servers.append(Server(place / "log", *options, **ONE_THREAD))
            if pinned:  # before it has threads
                os.sched_setaffinity(servers[-1].process.pid, {number % os.cpu_count()})
        try:
            for server in servers:
                server.wait()
            yield servers  # this list: whoever is started in the place of another is stopped, too
        finally:
            for server in servers:
                server.stop()


def ready(server: Server) -> bool:
    with contextlib.suppress(httpx.TransportError):
        return CLIENT.get(server.url + "/readyz", timeout=5).status_code == 200
    return False


def serve(short: bool) -> dict:
    from service.test_ray import RayServer

    words, pictures = (3, 1) if short else (100, 10)
    with running(1) as (plain,), tempfile.TemporaryDirectory() as folder:
        ray = RayServer(Path(folder), **ONE_THREAD)
        try:
            servers = {"plain": plain, "ray": ray.wait()}
            return {
                "describe": in_turn(describe, servers, words),
                "drawing": in_turn(draw, servers, pictures),
            }
        finally:
            ray.stop()


def replicas(store: str, short: bool) -> dict:
    found: dict = {"clients": 4}
    words, pictures = (3, 5) if short else (15, 40)
    for count in (1, 2):
        with running(count, "--store", store, "--stop-seconds", "1", pinned=True) as servers:
            urls = [server.url for server in servers]
            rate(describe_quickly, urls, 4, 2)
            found[f"of_{count}_a_second"] = {
                "describe": rate(describe_quickly, urls, 4, words),
                "drawing": rate(draw, urls, 4, pictures),
            }
    one, two = found["of_1_a_second"], found["of_2_a_second"]
    found["times"] = {name: round(two[name] / one[name], 2) for name in one}
    return found


def kill(store: str, requests: int) -> dict:
    with running(2, "--store", store, "--stop-seconds", "1") as servers:
        turn = 0

        def alive() -> list[str]:
            nonlocal turn
            turn += 1
            urls = [server.url for server in servers]
            return urls[turn % 2 :] + urls[: turn % 2]

        def kill_one(number: int, over: Callable[[], bool]) -> None:
            old, other = servers[number % 2], servers[1 - number % 2]
            while not over() and not ready(other):
                time.sleep(0.2)
            old.process.kill()
            old.process.wait()
            options = ("--store", store, "--stop-seconds", "1")
            servers[number % 2] = Server(old.log, *options, port=old.port, **ONE_THREAD)

        return killing(requests, lambda number: draw("", number, alive), kill_one)


def kill_replicas_of_ray(requests: int) -> dict:
    from service.test_ray import RayServer, processes

    with tempfile.TemporaryDirectory() as folder:
        server = RayServer(Path(folder), T2I_PERSON_DRAWING="2", **ONE_THREAD)
        since: dict[int, float] = {}

        def kill_one(_: int, over: Callable[[], bool]) -> None:
            while not over():
                here = processes(server, "Drawing")
                for process in here:
                    since.setdefault(process, time.monotonic())
                here.sort(key=since.__getitem__)
                if len(here) > 1 and time.monotonic() - since[here[-1]] > 10:
                    os.kill(here[0], signal.SIGKILL)
                    return
                time.sleep(0.2)

        try:
            server.wait()
            return killing(requests, lambda number: draw(server.url, number), kill_one)
        finally:
            server.stop()


def killing(
    requests: int, work: Callable[[int], None], kill_one: Callable[[int, Callable[[], bool]], None]
) -> dict:
    """So many requests by four clients, while one replica is killed every ten seconds."""
    kills, wrong, took = 0, [], []
    numbers: queue.Queue[int] = queue.Queue()
    for number in range(requests):
        numbers.put(number)

    def client() -> None:
        while True:
            try:
                number = numbers.get_nowait()
            except queue.Empty:
                return
            start = time.perf_counter()
            try:
                work(number)
            except Exception as error:
                wrong.append(f"{number}: {error!r}")
            took.append(time.perf_counter() - start)

    threads = [threading.Thread(target=client) for _ in range(4)]

    def over() -> bool:
        return not any(thread.is_alive() for thread in threads)

    for thread in threads:
        thread.start()
    start = time.monotonic()
    while not over():
        time.sleep(10)
        kill_one(kills, over)
        kills += not over()
    return {
        "requests": requests,
        "seconds": round(time.monotonic() - start),
        "kills": kills,
        "lost_or_mixed_up": wrong,
        "seconds_p50": round(statistics.median(took), 1),
        "seconds_most": round(max(took), 1),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("parts", nargs="*", default=["serve", "replicas", "kill", "ray"])
    parser.add_argument("--requests", type=int, default=40, help="of kill and ray")
    parser.add_argument("--short", action="store_true", help="few and short: whether it runs at all")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the report; other parts in it stay")
    options = parser.parse_args()
    report = json.loads(options.out.read_text("utf-8")) if options.out.exists() else {}
    report["machine"] = f"{os.cpu_count()} cores, {platform.machine()}"
    with a_postgres() as store:
        parts = {
            "serve": lambda: serve(options.short),
            "replicas": lambda: replicas(store, options.short),
            "kill": lambda: kill(store, options.requests),
            "ray": lambda: kill_replicas_of_ray(options.requests),
        }
        for name in options.parts:
            load = os.getloadavg()[1]
            report[name] = parts[name]() | {"load_average_before": round(load, 1)}
            options.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
            print(name, json.dumps(report[name], ensure_ascii=False, indent=1), flush=True)
    sys.exit(any(report.get(name, {}).get("lost_or_mixed_up") for name in ("kill", "ray")))


if __name__ == "__main__":
    main()
