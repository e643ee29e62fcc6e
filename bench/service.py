"""The service under load: is anything lost or mixed up, what does waiting cost, does its memory grow?

    python bench/service.py                       # 200 requests from 32 clients, then on to 500
    python bench/service.py --requests 40 --memory 40
    python bench/service.py --minutes 10          # as many as fit; the figures say how many
    python bench/service.py --requests 50 --clients 2 --size 256 --keep-mb 8 --out memory.json  # memory alone

Starts `t2i-person serve` in a process of its own on the embedded pack, with a place in its queue for each
client. Memory is told each 50 requests; it is flat when it grows by less than 30 MB once all that is kept of
finished jobs (`--keep-mb`) is full, which it is after 100. Texts are short and steps few, for the service is
measured, not the drawing. Each client sends a job with a text and a seed of its own, follows its events,
fetches each PNG and checks the text, the seed and the character in its record. Beside it, by arithmetic on
figures of the same run, the original project's way: one thread that loads its models for each request (in
this implementation's own times, so that only the way differs). Writes bench/results/service.json.
"""

import argparse
import json
import os
import platform
import queue
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
from ready import until_ready
from rich.progress import Progress

from t2i_person.picture import png

RESULTS = Path(__file__).parent / "results" / "service.json"
WHO = ("Блондинка", "Рыжий мужчина", "Старик", "Девушка", "Лысый мужчина", "Пожилая женщина")
FULL, FLAT = 100, 30  # requests after which all that is kept is full; MB that memory may grow then
LOAD = """
import time
start = time.perf_counter()
import sys
from t2i_person import pipeline
pipeline.load(sys.argv[1])
print(time.perf_counter() - start)
"""


@dataclass
class Answer:
    """What one request met."""

    seconds: float = 0.0  # from the first try to the last byte of the last picture
    drawing: float = 0.0  # of these in the pipeline, by the server's own clock
    refused: int = 0  # 429 before it was taken
    portraits: int = 0
    wrong: list[str] = field(default_factory=list)


def ask(client: httpx.Client, number: int, steps: int, size: int) -> Answer:
    """One job, from the order to the checked pictures."""
    text = f"{WHO[number % len(WHO)]} на улице. Дом {number}."
    order = {"text": text, "seed": number, "steps": steps, "size": size}
    answer, start = Answer(), time.perf_counter()
    while (begun := client.post("/v1/jobs", json=order)).status_code == 429:
        answer.refused += 1
        time.sleep(float(begun.headers["Retry-After"]))
    begun.raise_for_status()
    job = last(client, begun.json()["events"])["job"]
    if job["status"] != "done":
        answer.wrong.append(f"{number}: {job['status']}, {job['error']}")
    for character in job["characters"]:
        for portrait in character["portraits"]:
            record = png.read(client.get(portrait["url"]).raise_for_status().content)
            answer.portraits += 1
            found = (record.text, record.settings["request_seed"], record.character["head"], record.seed)
            if found != (text, number, character["head"], portrait["seed"]):
                answer.wrong.append(f"{number}: {found}")
    if not answer.portraits:
        answer.wrong.append(f"{number}: no portraits")
    answer.seconds = time.perf_counter() - start
    answer.drawing = sum(job["seconds"].values())
    return answer


def last(client: httpx.Client, address: str) -> dict:
    """Data of the last event of a job."""
    with client.stream("GET", address, timeout=None) as stream:
        lines = [line for line in stream.iter_lines() if line.startswith("data: ")]
    return json.loads(lines[-1].removeprefix("data: "))


def load(url: str, numbers: range, clients: int, order: tuple[int, int], end: float) -> Iterator[Answer]:
    """Ask for all of these numbers until `end`, so many at once; answers as they come."""
    waiting: queue.Queue[int] = queue.Queue()
    done: queue.Queue[Answer | None] = queue.Queue()
    for number in numbers:
        waiting.put(number)

    def work() -> None:
        with httpx.Client(base_url=url, timeout=600) as client:
            while time.monotonic() < end:
                try:
                    number = waiting.get_nowait()
                except queue.Empty:
                    break
                try:
                    done.put(ask(client, number, *order))
                except Exception as error:  # counted as lost: the bench itself goes on
                    done.put(Answer(wrong=[f"{number}: {error!r}"]))
        done.put(None)

    for _ in range(clients):
        threading.Thread(target=work, daemon=True).start()
    working = clients
    while working:
        answer = done.get()
        if answer is None:
            working -= 1
        else:
            yield answer


def resident(process: int) -> float:
    """Resident memory in MB."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS")) / 1000


def main() -> None:  # noqa: PLR0915  (options, the load, and each figure that it gives, one after the other)
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--requests", type=int, default=200)
    parser.add_argument("--clients", type=int, default=32)
    parser.add_argument("--memory", type=int, default=500, help="go on to so many requests, watching memory")
    parser.add_argument(
        "--steps", type=int, default=0, help="of optimization; the queue does not care how many"
    )
    parser.add_argument("--size", type=int, default=1024, help="longer side in pixels")
    parser.add_argument("--keep-mb", type=int, default=64, help="of pictures, in the server")
    parser.add_argument("--pack", default="embedded")
    parser.add_argument("--out", type=Path, default=RESULTS, help="the report")
    parser.add_argument("--minutes", type=float, default=60, help="begin no request after that")
    options = parser.parse_args()
    end = time.monotonic() + options.minutes * 60
    with socket.create_server(("127.0.0.1", 0)) as door:
        port = door.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    loader = [sys.executable, "-c", LOAD, options.pack]
    loading = float(subprocess.run(loader, capture_output=True, check=True).stdout)
    fixed = ["--port", str(port), "--waiting", str(options.clients), "--data", "memory"]
    fixed += ["--keep-mb", str(options.keep_mb)]
    command = [sys.executable, "-m", "t2i_person", "serve", "--pack", options.pack, *fixed]
    order = options.steps, options.size
    with tempfile.TemporaryFile() as log, Progress() as bar:
        server = subprocess.Popen(command, stdout=log, stderr=log)
        try:
            until_ready(server, url)
            with httpx.Client(base_url=url, timeout=600) as client:
                alone = [ask(client, 1_000_000 + i, *order) for i in range(5)]
            if wrong := [line for answer in alone for line in answer.wrong]:
                sys.exit("\n".join(wrong))
            task = bar.add_task("requests", total=max(options.requests, options.memory))
            memory = [[0, round(resident(server.pid), 1)]]
            answers: list[Answer] = []

            def run(numbers: range) -> float:
                start = time.perf_counter()
                for answer in load(url, numbers, options.clients, order, end):
                    answers.append(answer)
                    bar.advance(task)
                    if len(answers) % 25 == 0:
                        memory.append([len(answers), round(resident(server.pid), 1)])
                    if len(answers) % 50 == 0:
                        bar.console.print(f"{len(answers)} requests: {memory[-1][1]} MB")
                return time.perf_counter() - start

            wall = run(range(options.requests))
            measured = list(answers)
            if options.memory > options.requests:
                run(range(options.requests, options.memory))
        finally:
            server.terminate()
            server.wait(60)
    report = judge(measured, answers, alone, wall, loading, memory, options)
    options.out.parent.mkdir(exist_ok=True)
    options.out.write_text(json.dumps(report, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(report, ensure_ascii=False, indent=1))
    grown = report["memory_mb"][f"growth_from_{FULL}_to_the_end"]
    sys.exit(bool(report["lost_or_mixed_up"]) or grown > FLAT)


def judge(measured, answers, alone, wall, loading, memory, options) -> dict:
    """The figures, and the original's way by arithmetic."""
    seconds = sorted(answer.seconds for answer in measured)
    drawing = statistics.fmean(answer.drawing for answer in measured)
    warm = [value for count, value in memory if count >= FULL] or [value for _, value in memory]
    original = loading + drawing  # one thread, models loaded for each request
    return {
        "machine": f"{os.cpu_count()} cores, {platform.machine()}, load average {os.getloadavg()[1]:.1f}",
        "requests": len(measured),
        "clients": options.clients,
        "steps": options.steps,
        "requests_in_all": len(answers),
        "portraits": sum(answer.portraits for answer in answers),
        "lost_or_mixed_up": [line for answer in answers for line in answer.wrong],
        "seconds": {
            "alone_p50": round(statistics.median(answer.seconds for answer in alone), 2),
            "p50": round(statistics.median(seconds), 2),
            "p95": round(seconds[int(len(seconds) * 0.95)], 2),
            "drawing_mean": round(drawing, 3),
            "all": round(wall, 1),
        },
        "requests_a_second": round(len(measured) / wall, 3),
        "refused_with_429_and_taken_later": sum(answer.refused for answer in measured),
        "queueing": {
            # One request is drawn at a time, so waiting itself is no loss; what lies between two drawings is.
            "share_of_time_not_drawing": round(1 - drawing * len(measured) / wall, 3),
            "p50_in_drawings": round(statistics.median(seconds) / drawing, 1),
        },
        "memory_mb": {
            "after_requests": memory,
            f"growth_from_{FULL}_to_the_end": round(warm[-1] - warm[0], 1),
            "most": max(value for _, value in memory),
        },
        "original_way_by_arithmetic": {
            "loading_seconds": round(loading, 2),
            "seconds_a_request": round(original, 2),
            "p50": round(original * options.clients, 1),
            "all": round(original * len(measured), 1),
            "times_slower": round(original * len(measured) / wall, 2),
        },
    }


if __name__ == "__main__":
    main()
