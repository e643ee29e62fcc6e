"""A real server before clients who mean it no good, or who are unlucky."""

import base64
import re
import signal
import socket
import sqlite3
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import httpx
import numpy as np
import pytest

from t2i_person.picture import png

from .conftest import http

PIXELS = np.zeros((8, 8, 4), np.uint8)
TEXT = "Старик по имени Борис."
MUCH = "в зелёном пиджаке, в клетчатой шляпе, с бородой, в очках, улыбается, с длинными рыжими волосами"


def encoded(**fields: object) -> str:
    """A PNG in base64 whose record says so."""
    settings = {"request_seed": 1, "truncation_psi": 0.7}
    about = {"head": "Старик", "lemma": "старик", "gender": "male", "start": 0, "end": 6, "features": []}
    record = png.Record(text="Старик.", seed=1, pack="embedded", settings=settings, character=about)
    return base64.b64encode(png.encode(PIXELS, replace(record, **fields))).decode()


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"edits": ({},)}, "edits.0.kind"),
        ({"edits": ({"kind": "direction", "text": "очки", "alpha": "x"},)}, "edits.0.alpha"),
        ({"character": {"gender": [1]}}, "character.gender"),
        ({"settings": {"truncation_psi": 5}}, "settings.truncation_psi"),
        ({"latent": np.full(4, 1e38, np.float32)}, "latent"),
        ({"latent": np.zeros(4, np.float32), "w_plus": np.zeros(4, np.float32)}, "drawn with other weights"),
    ],
)
def test_a_tampered_record_is_refused_at_the_door(server, fields, says):
    code = encoded(**fields)
    kept = http.put(server.url + "/v1/cast/Борис", json={"png": code}, timeout=600)
    assert kept.status_code == 422 and says in kept.json()["detail"], kept.text
    edited = server.post("/v1/edit", png=code, strengths={"очки": 1})
    assert edited.status_code == 422 and says in edited.json()["detail"], edited.text


def test_a_cast_of_long_records(server):
    """As long as they may be: neither memory nor disk grows by more than what they hold."""
    server.until_idle()
    order = {"steps": 0, "size": 256, "background": "kept"}
    *_, (_, _, done) = server.events(server.post("/v1/jobs", text=TEXT, **order).json()["events"])
    portrait = done["job"]["characters"][0]["portraits"][0]
    pixels, record = png.decode(server.get(portrait["url"]).content)

    def put(number: int, lines: int) -> httpx.Response:
        long = replace(record, settings={**record.settings, "more": ["я" * 2000] * lines})
        code = base64.b64encode(png.encode(pixels, long)).decode()
        return http.put(f"{server.url}/v1/cast/Борис{number}", json={"png": code}, timeout=600)

    refused = put(0, 200)
    assert refused.status_code == 422 and "too long to be kept" in refused.json()["detail"]
    before = memory(server)
    try:
        assert {put(number, 110).status_code for number in range(30)} == {201}
        for _ in range(4):
            assert len(server.get("/v1/cast").json()["cast"]) == 30
            assert server.get("/v1/cast/Борис7/image").status_code == 200
        job = server.post("/v1/jobs", text="Борис7 вышел.", **order).json()
        *_, (_, kind, _) = server.events(job["events"])
        assert kind == "done" and memory(server) - before < 150 << 20
        assert sum(file.stat().st_size for file in (server.log.parent / "data").iterdir()) < 60 << 20
    finally:
        for number in range(30):
            http.delete(f"{server.url}/v1/cast/Борис{number}")


def test_memory_does_not_grow_with_requests(serve):
    """500 cheap requests at many doors, no two alike: what 400 of them leave behind is less than 30 MB."""
    own = serve("--steps", "0").wait()
    job = own.post("/v1/jobs", text=TEXT, size=256, background="kept").json()
    *_, (_, _, done) = own.events(job["events"])
    portrait = done["job"]["characters"][0]["portraits"][0]
    assert re.search(r"^t2i_person_kept_bytes 0", own.get("/metrics").text, re.M), "it is on the disk"
    code, looks = encoded(), ("Рыжая", "Седая", "Весёлая", "Строгая", "Высокая")

    def ask(i: int) -> None:
        text = f"{looks[i % 5]} женщина {20 + i % 70} лет и девушка № {i}. " * 8
        match i % 10:
            case 0 | 1 | 2:
                assert own.post("/v1/describe", text=text).json()["characters"]
            case 3:
                assert own.post("/v1/describe", text=f"A woman {i}. " * 400).status_code == 422
            case 4:
                assert own.post("/v1/jobs", text=f"Шёл дождь {i}.").status_code == 422
            case 5:
                assert own.post("/v1/edit", png=code, text=f"в очках {i}").status_code == 422
            case 6:
                shown = f"{portrait['url']}?format=webp&quality={1 + i // 10}"
                assert own.get(shown).status_code == 200
            case 7:
                draft = {"portrait": portrait["id"], "strengths": {"очки": i / 1000}, "draft": True}
                assert own.post("/v1/edit", **draft).status_code == 200
            case 8:
                kept = f"/v1/cast/{looks[i // 10 % 5]}"
                told = http.put(own.url + kept, json={"portrait": portrait["id"]}, timeout=60)
                assert told.status_code in (200, 201)
                assert own.get(f"{kept}/image").status_code == 200
            case 9:
                assert own.get("/metrics").status_code == own.get(f"/?{i}").status_code == 200

    seen = {}
    for i in range(500):
        ask(i)
        if (i + 1) % 100 == 0:
            seen[i + 1] = memory(own) >> 20
    assert seen[500] - seen[100] < 30, f"MB after so many requests: {seen}"


def memory(server) -> int:
    """Bytes that its process holds."""
    status = Path(f"/proc/{server.process.pid}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+) kB", status)[0]) << 10


def test_odd_requests(server):
    problem = http.get(server.url + "/healthz", headers={"Host": "evil.example"})
    assert problem.status_code == 421 and "--allowed-hosts" in problem.json()["detail"]
    assert http.get(server.url + "/healthz", headers={"Host": f"localhost:{server.port}"}).status_code == 200
    for method in ("INVENTED1", "INVENTED2"):
        assert http.request(method, server.url + "/healthz").status_code == 405
    told = server.get("/metrics")
    assert "INVENTED" not in told.text and 'method="other"' in told.text
    for path in (
        "/healthz",
        "/readyz",
        "/health",
        "/metrics",
        "/docs",
        "/openapi.json",
        "/v1/cast",
        "/v1/packs",
    ):
        head, whole = http.head(server.url + path, timeout=60), server.get(path)
        assert head.status_code == whole.status_code == 200 and not head.content, path
        assert head.headers["x-content-type-options"] == "nosniff", path
    fields = {f"f{i}": 1 for i in range(2000)}
    many = server.post("/v1/jobs", text=TEXT, **fields)
    assert many.status_code == 422 and "more than" in many.json()["detail"]
    name = {"a" * 900_000: 1}
    long = [server.post("/v1/describe", text=TEXT, **name), server.post("/v1/describe", **name)]
    long.append(server.post("/v1/jobs", text=TEXT, strengths=name))
    assert all(answer.status_code == 422 and len(answer.content) < 3000 for answer in long)
    for name in (".", ".."):
        answer = http.put(
            f"{server.url}/v1/cast/{name.replace('.', '%2E')}", json={"png": encoded()}, timeout=60
        )
        assert answer.status_code in (404, 405, 422)
    for colour in ("rgb(300,0,0)", f"rgb({'9' * 23},0,0)", "rgb(١,٢,٣)", "#fff\n", "hsl(0,9999999999%,50%)"):
        assert server.post("/v1/jobs", text=TEXT, background=colour).status_code == 422, colour


def test_five_hundred_silent_connections(server):
    """Idle ones, half headers, half bodies: others are answered, and none is held for ever."""
    half = b"POST /v1/describe HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99\r\n\r\n{"
    sent = (b"", b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ", half)
    doors = [socket.create_connection(("127.0.0.1", server.port), 60) for _ in range(500)]
    try:
        for number, door in enumerate(doors):
            door.sendall(sent[number % 3])
        start = time.monotonic()
        assert server.get("/healthz").status_code == 200
        assert server.post("/v1/describe", text=TEXT).json()["characters"]
        assert time.monotonic() - start < 10, "others were not answered meanwhile"
        answers = []
        for door in doors:
            door.settimeout(60)
            answers.append(door.recv(99)[9:12])
        assert {*answers[0::3], *answers[1::3]} == {b""} and {*answers[2::3]} == {b"408"}
    finally:
        for door in doors:
            door.close()
    assert "Traceback" not in server.log.read_text("utf-8", "replace")


def test_a_word_is_read_while_two_long_edits_are_made(server):
    """Each would take minutes; who asked for them leaves after a while."""
    server.until_idle()
    order = {"steps": 0, "size": 256, "background": "kept"}
    *_, (_, _, done) = server.events(server.post("/v1/jobs", text=TEXT, **order).json()["events"])
    name = done["job"]["characters"][0]["portraits"][0]["id"]

    def edit() -> None:
        with pytest.raises(httpx.ReadTimeout):
            server.post("/v1/edit", portrait=name, text=MUCH, steps=1000, timeout=12)

    took = []
    with ThreadPoolExecutor(2) as pool:
        edits = [pool.submit(edit) for _ in range(2)]
        while not any(one.done() for one in edits):
            start = time.monotonic()
            assert server.post("/v1/describe", text="Старик.").json()["characters"]
            took.append(time.monotonic() - start)
            time.sleep(0.3)
        for one in edits:
            one.result()
    assert max(took) < 5 and len(took) > 3, took


def test_killed_and_started_again(serve):
    """What was asked for is taken up again, what was done is still there; half a body keeps nobody."""
    options, order = ("--steps", "0", "--stop-seconds", "3"), {"size": 256, "background": "kept"}
    first = serve(*options).wait()
    done = first.post("/v1/jobs", text=TEXT, seed=1, **order).json()
    *_, (_, kind, data) = first.events(done["events"])
    assert kind == "done"
    url = data["job"]["characters"][0]["portraits"][0]["url"]
    picture = first.get(url).content
    assert first.get(done["events"], **{"Last-Event-ID": "9" * 5000}).status_code == 200
    jobs = [first.post("/v1/jobs", text=TEXT, seed=i, **order).json() for i in range(2)]
    first.process.send_signal(signal.SIGKILL)
    first.process.wait()
    with sqlite3.connect(first.log.parent / "data" / "service.sqlite") as file:
        file.execute("INSERT INTO job VALUES ('job_odd', '', 'no JSON', 1, 1, 0, NULL)")
        file.execute(
            "INSERT INTO job SELECT 'job_deadly', '', request, 2, 1, 2, NULL FROM job WHERE id=?",
            [jobs[1]["id"]],
        )
    file.close()

    again = serve(*options).wait()
    time.sleep(0.5)
    assert again.get(done["url"]).json() == data["job"] and again.get(url).content == picture
    assert again.get("/v1/jobs/job_odd").status_code == 404
    lost = again.get("/v1/jobs/job_deadly").json()
    assert (lost["status"], lost["error"]["code"]) == ("failed", "lost")
    for job in jobs:
        *_, (_, kind, _) = again.events(job["events"])
        assert kind == "done"
    with socket.create_connection(("127.0.0.1", again.port)) as slow:
        slow.sendall(b"POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n{")
        time.sleep(0.5)
        start = time.monotonic()
        assert again.stop() == 0
        assert time.monotonic() - start < 9
    assert again.log.read_text().count("Traceback") == 1, "of the row that nobody can read"
