"""The store that servers share: a real PostgreSQL, and real servers that are killed."""

import re
import signal
import time
from collections.abc import Iterator
from dataclasses import replace

import httpx
import pytest

from t2i_person import T2IError
from t2i_person.service.keep.library import Member, Row
from t2i_person.service.problems import Away

from ..conftest import Server, http
from ..doors.test_v1 import problem

psycopg = pytest.importorskip("psycopg", reason="THE SHARED STORE IS NOT TESTED: pip install '.[postgres]'")
from t2i_person.service.keep.postgres import Crowded, Shared  # noqa: E402

KEEP = (3600.0, 3600.0, 1 << 20, 1 << 20)  # of `beat`


@pytest.fixture
def stores(postgres) -> Iterator[list[Shared]]:
    """What three servers have of one empty store; none of them runs."""
    with psycopg.connect(postgres) as line:
        line.execute("DROP SCHEMA IF EXISTS t2i_person CASCADE")
    made = [Shared(postgres, drawing=1, waiting=1) for _ in range(3)]
    for one in made:
        one.beat(*KEEP)
    yield made
    for one in made:
        one.close()


def order(number: int, owner: str = "") -> Row:
    return Row(f"job_{number}", owner, '{"text": "\\u0000"}', float(number), 1)


def kinds(store: Shared, name: str) -> list[str]:
    return [kind for _, kind, _ in store.events(name, 0)[1]]


def test_a_job_goes_from_hand_to_hand(stores):
    a, b, c = stores
    a.add(order(1))
    a.add(order(2))
    assert c.find("job_2", 60)[1] == 2 and c.find("job_0", 60) is None
    row = b.claim([])
    assert (row.id, row.begun, row.first) == ("job_1", 1, 2)
    assert a.claim(["job_2"]) is None
    assert c.find("job_2", 60)[1] == 1 and kinds(c, "job_2") == ["queued", "queued"]
    assert b.tell("job_1", "characters", {"characters": []}) and not a.tell("job_1", "note", {})
    assert b.tell("job_1", "preview", {"image": ""}) and b.tell("job_1", "progress", {"stage": "text"})
    assert not a.end("job_1", "done", "{}"), "it is not its own"
    found, place, state = c.find("job_1", 60)
    assert place is None and [kind for kind, _ in state] == ["characters", "progress"] and found.told is None
    assert b.end("job_1", "done", '{"id": 1}') and not b.tell("job_1", "note", {})
    ended, entries = c.events("job_1", 2)
    assert ended and [one[:2] for one in entries] == [(4, "progress"), (5, "done")]
    assert entries[-1][2] == {"job": {"id": 1}} and c.find("job_1", 60)[0].told == '{"id": 1}'
    assert c.find("job_1", 0) is None, "too old"
    assert a.cancel("job_1", lambda *_: "{}") is None
    assert a.cancel("job_2", lambda row, state: '{"cancelled": true}') == '{"cancelled": true}'
    assert b.claim([]) is None
    a.drop(["job_1"])
    assert b.find("job_1", 60) is None and b.events("job_1", 0) == (True, [])


def test_who_shows_no_life_loses_its_jobs(stores):
    a, b, _ = stores
    a.add(order(1))
    a.claim([])
    a.tell("job_1", "characters", {"characters": []})
    assert b.claim([]) is None
    with psycopg.connect(b.url) as line:
        line.execute("UPDATE t2i_person.replica SET seen = now() - interval '11 seconds' WHERE id=%s", [a.me])
    row = b.claim([])
    assert row.id == "job_1" and row.begun == 2 and kinds(b, "job_1") == []
    assert a.beat(*KEEP) == set() and not a.tell("job_1", "note", {}) and not a.end("job_1", "done", "{}")
    b.release(["job_1"])
    assert a.claim([]).begun == 2, "what was handed back does not count"


def test_places_are_those_of_all_that_live(stores):
    for number in range(6):
        stores[number % 3].add(order(number))
    with pytest.raises(Crowded) as caught:
        stores[0].add(order(6))
    assert (caught.value.load, caught.value.drawing, caught.value.usual) == (6, 3, 5.0)
    stores[2].close()
    stores[0].drop(["job_5"])
    with pytest.raises(Crowded):
        stores[0].add(order(7))
    stores[0].drop(["job_3", "job_4"])
    stores[0].add(order(8))


def test_what_is_old_or_too_much_goes(stores):
    a, b, _ = stores
    for number in range(3):
        a.put(f"img_{number}", bytes(400))
        a.add(order(number))
        b.claim([])
        b.end(f"job_{number}", "done", "x" * 400)
    assert b.picture("img_0") == bytes(400) and b.picture("img_\0") is None
    a.beat(3600, 3600, 900, 800)
    assert [a.picture(f"img_{number}") is None for number in range(3)] == [True, False, False]
    assert [a.find(f"job_{number}", 60) is None for number in range(3)] == [True, True, False]
    assert a.counts == {"waiting": 0, "jobs": 1, "bytes": 800}
    a.let_go(["img_1"])
    a.beat(3600, 3600, 1, 1)
    assert a.picture("img_2") and a.find("job_2", 60), "the last one stays"
    a.beat(0, 0, 1, 1)
    assert not a.picture("img_2") and not a.find("job_2", 60)


def test_the_cast_is_one(stores, postgres):
    a, b, _ = stores
    anna = Member("Анна", "embedded", "female", 1.0, "{}", b"webp")
    assert a.keep("", anna) and not b.keep("", replace(anna, pack="other"))
    assert b.cast("") == [Member("Анна", "other", "female", 1.0)] and b.cast("somebody else") == []
    assert a.member("", "АННА ").picture == b"webp" and a.member("", "А\0") is None
    full = Shared(postgres, 1, 1, most=1)
    with pytest.raises(OverflowError):
        full.keep("", Member("Борис", "embedded", "male", 2.0))
    full.close()
    assert a.keep("another", Member("Борис", "embedded", "male", 2.0))
    assert a.forget("", "анна") and not b.forget("", "анна")


def test_a_store_that_cannot_be_used(postgres, stores):
    with pytest.raises(T2IError, match=r"--store is postgresql://USER:PASSWORD@HOST/NAME"):
        Shared("postgresql://127.0.0.1:1/none", 1, 1)
    with psycopg.connect(postgres) as line:
        line.execute("UPDATE t2i_person.version SET number = 2")
    with pytest.raises(T2IError, match="version 2, this server of 1"):
        Shared(postgres, 1, 1)
    stores[0]._pool.close()
    with pytest.raises(Away):
        stores[0].cast("")


QUICK = {"steps": 0, "size": 256, "background": "kept"}
MANY = {"text": "Семь девушек."} | QUICK
TWO = {"text": "Две девушки."} | QUICK
FOUR = {"text": "Четыре девушки.", "steps": 0, "size": 256}  # cutting them out is time enough to be killed
ONE = {"text": "Девушка в очках.", "seed": 9} | QUICK


def until(true, seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.05)


def drawer(replicas: list[Server], job: dict) -> Server:
    """Who draws it, by their logs."""
    found: list[Server] = []

    def begun() -> bool:
        found[:] = [one for one in replicas if f"job taken job={job['id']}" in one.log.read_text()]
        return bool(found)

    until(begun)
    return found[-1]


def test_replicas_share_jobs_and_outlive_each_other(serve, postgres, stores):  # noqa: PLR0915  (one story)
    """Three servers: what one is asked, another draws; any may be asked how far it is, or be killed."""
    options = ("--store", postgres, "--waiting", "1", "--steps", "0", "--stop-seconds", "0")
    replicas = [serve(*options, T2I_PERSON_API_KEYS="one,two") for _ in range(3)]
    for one in stores:
        one.close()  # they only filled the store's list of servers
    for one in replicas:
        one.wait()
    key, other = {"X-API-Key": "one"}, {"X-API-Key": "two"}

    def post(to: Server, body: dict, path: str = "/v1/jobs") -> httpx.Response:
        return http.post(to.url + path, json=body, headers=key, timeout=120)

    # asked of one, followed at another, while it is drawn by whoever took it, which is killed
    job = post(replicas[0], FOUR | {"seed": 5}).json()
    first = drawer(replicas, job)
    others = [one for one in replicas if one is not first]
    stream = others[0].events(job["events"])
    last = next(name for name, kind, _ in stream if kind == "portrait")
    assert others[1].get(job["url"], **key).json()["status"] == "running"
    problem(others[1].get(job["url"], **other), 404, "not_found")
    first.process.kill()
    killed = time.monotonic()
    *_, (_, kind, data) = others[1].events(job["events"], last)
    assert kind == "done" and time.monotonic() - killed < 60
    assert list(stream)[-1][1:] == ("done", data), "who had followed it before sees the same end"
    portraits = data["job"]["characters"][0]["portraits"]
    assert len(portraits) == 4 and "taken over" in "".join(one.log.read_text() for one in others)
    assert len({others[0].get(one["url"]).content for one in portraits}) == 4

    # a change at one is a picture at the other, and who is kept at one is drawn at the other
    url = portraits[0]["url"]
    assert others[0].get(url).content == others[1].get(url).content
    edit = post(others[0], {"portrait": portraits[0]["id"], "strengths": {"очки": 0.5}}, "/v1/edit")
    assert others[1].get(edit.json()["url"]).content.startswith(b"\x89PNG")
    kept = {"portrait": edit.json()["id"]}
    assert http.put(others[1].url + "/v1/cast/Анна", json=kept, headers=key, timeout=60).status_code == 201
    assert (
        others[0].get("/v1/cast", **key).json()["cast"]
        and not others[0].get("/v1/cast", **other).json()["cast"]
    )

    # both draw, two wait, the next is sent away; cancelled at the one that did not take it
    jobs = [post(others[i % 2], body).json() for i, body in enumerate((MANY, MANY, ONE, TWO))]
    until(lambda: others[0].get(jobs[1]["url"], **key).json()["status"] == "running")
    full = post(others[0], MANY)
    problem(full, 429, "queue_full")
    assert 1 <= int(full.headers["retry-after"]) <= 300
    places = [others[1].get(job["url"], **key).json()["place"] for job in jobs]
    assert places == [0, 0, 1, 2]
    running = drawer(others, jobs[0])
    away = next(one for one in others if one is not running)
    for job in (jobs[2], jobs[0]):
        cancelled = http.delete(away.url + job["url"], headers=key, timeout=60)
        assert cancelled.status_code == 200 and cancelled.json()["status"] == "cancelled"
        assert list(running.events(job["events"]))[-1][1] == "cancelled"
    until(lambda: away.get(jobs[3]["url"], **key).json()["status"] == "running")

    # one that stops hands back what it draws; the client's stream ends, and goes on at the other
    last_one = drawer([running, away], jobs[3])
    rest = next(one for one in (running, away) if one is not last_one)
    http.delete(rest.url + jobs[1]["url"], headers=key, timeout=60)
    last_one.process.send_signal(signal.SIGTERM)
    assert last_one.process.wait(60) == 0
    assert f"job handed back job={jobs[3]['id']}" in last_one.log.read_text()
    *_, (_, kind, _) = rest.events(jobs[3]["events"])
    assert kind == "done"
    assert http.delete(rest.url + jobs[3]["url"], headers=key, timeout=60).status_code == 204
    problem(rest.get(jobs[3]["url"], **key), 404, "not_found")
    text = rest.get("/metrics", **key).text
    assert re.search(r"^t2i_person_queue_waiting 0", text, re.M)
    for one in replicas:
        assert "Traceback" not in one.log.read_text()
