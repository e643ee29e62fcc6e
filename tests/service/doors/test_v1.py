"""Jobs, pictures, edits and cast over a real port, on the embedded pack."""

import base64
import re
import time
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from t2i_person import draw
from t2i_person.cli import main as cli
from t2i_person.picture import png

from ..conftest import http

TEXT = "Анна, рыжая женщина в очках, улыбалась. Рядом стоял старик."
MANY = {"text": "Семь девушек и мужчина.", "per_character": 4}
JSON = {"Content-Type": "application/json"}
OPENAIS = ("/v1/images/generations", "/v1/images/edits", "/v1/models")  # problems in its form


def problem(answer: httpx.Response, status: int, code: str) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    found = answer.json()
    assert (found["status"], found["code"]) == (status, code) and found["detail"] and found["title"]
    return found


@pytest.fixture(scope="module")
def drawn(server) -> tuple[dict, list]:
    """A job that is done, and all its events."""
    server.until_idle()
    order = {"text": TEXT, "seed": 5, "characters": [0], "background": "kept", "size": 512}
    answer = server.post("/v1/jobs", **order)
    assert answer.status_code == 202, answer.text
    job = answer.json()
    assert answer.headers["location"] == job["url"] and job["status"] in ("queued", "running")
    assert job["request"] | order == job["request"] and job["request"]["pack"] == "embedded"
    events = list(server.events(job["events"]))
    return server.get(job["url"]).json(), events


def test_events_tell_all_in_order(server, drawn):
    job, events = drawn
    assert [name for name, _, _ in events] == list(range(events[0][0], events[0][0] + len(events)))
    kinds = [kind for _, kind, _ in events]
    assert kinds[-1] == "done" and events[-1][2] == {"job": job}
    assert kinds.index("characters") < kinds.index("preview") < kinds.index("portrait")
    stages = list(dict.fromkeys(data["stage"] for _, kind, data in events if kind == "progress"))
    assert stages[0] == "text" and stages[-2:] == ["render", "cutout"]
    previews = [data for _, kind, data in events if kind == "preview"]
    for data in previews:
        head, _, code = data["image"].partition(",")
        assert head == "data:image/webp;base64" and data["character"] == data["portrait"] == 0
        assert Image.open(BytesIO(base64.b64decode(code))).format == "WEBP"
    assert previews


def test_three_doors_give_the_same_bytes(server, tmp_path):
    """The server in its process, Python and the command line in this one; more: bench/same_bytes.py."""
    server.until_idle()
    text, order = "Девушка в очках.", {"seed": 9, "steps": 0, "size": 256, "background": "kept"}
    job = server.post("/v1/jobs", text=text, **order).json()
    *_, (_, _, data) = server.events(job["events"])
    picture = server.get(data["job"]["characters"][0]["portraits"][0]["url"]).content
    assert picture == draw(text, pack="embedded", **order).characters[0].portraits[0].png()
    words = ["draw", text, "--seed", "9", "--steps", "0", "--size", "256", "--keep-background"]
    done = CliRunner().invoke(cli.app, [*words, "--pack", "embedded", "-o", str(tmp_path)])
    assert done.exit_code == 0, done.output
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [picture]


def test_previews_improve_while_a_search_goes_on(server):
    """What is rare is not found at once: the best so far is shown, again and again."""
    text = "Старик с розовыми волосами, в клетчатом салатовом жилете, красной шляпе и тёмных очках."
    server.until_idle()
    answer = server.post("/v1/jobs", text=text, seed=5, size=256, background="kept")
    assert answer.status_code == 202, answer.text
    job, seen = answer.json(), set()
    for _, kind, data in server.events(job["events"]):
        assert kind != "done" and kind != "failed", "it ended before its preview changed"
        seen |= {data["image"]} if kind == "preview" else set()
        if len(seen) > 1:
            break
    assert len(seen) > 1
    assert http.delete(server.url + job["url"], timeout=60).status_code == 200


def test_events_resume(server, drawn):
    job, events = drawn
    kept = [event for event in events if event[1] != "preview"]
    middle, last = kept[len(kept) // 2][0], kept[-1][0]
    assert list(server.events(job["events"], middle)) == [event for event in kept if event[0] > middle]
    assert server.get(job["events"], **{"Last-Event-ID": str(last)}).status_code == 204


def test_a_job_says_everything(server, drawn):
    job, _ = drawn
    assert job["status"] == "done" and job["place"] is None and job["error"] is None
    assert job["expires"] - job["finished"] == pytest.approx(3600)
    anna, old = job["characters"]
    assert anna["head"] == "Анна" and [TEXT[f["start"] : f["end"]] for f in anna["features"]] == [
        f["text"] for f in anna["features"]
    ]
    assert not old["portraits"] and len(anna["portraits"]) == 1
    portrait = anna["portraits"][0]
    assert set(portrait["scores"]) == set(portrait["strengths"]) and len(portrait["scores"]) >= 3
    assert set(portrait["drawn"]) | set(portrait["not_drawn"]) >= set(portrait["scores"])
    data = server.get(portrait["url"]).content
    pixels, record = png.decode(data)
    assert pixels.shape == (512, 512, 4) and (pixels[..., 3] == 255).all()
    assert (record.text, record.settings["request_seed"], record.seed) == (TEXT, 5, portrait["seed"])


def test_a_wrong_strength_fails_before_anything_is_drawn(server):
    """In a job: what the pack cannot draw; all else is refused at once."""
    server.until_idle()
    job = server.post("/v1/jobs", text="Блондинка.", strengths={"крылья": 1}).json()
    *before, (_, last, data) = server.events(job["events"])
    assert last == "failed" and "cannot be drawn: «крылья»" in data["job"]["error"]["detail"]
    assert {data["stage"] for _, kind, data in before if kind == "progress"} == {"text"}
    problem(server.post("/v1/jobs", text="Блондинка.", strengths={"очки": 3}), 422, "invalid")


def test_pictures_in_other_forms(server, drawn):
    url = drawn[0]["characters"][0]["portraits"][0]["url"]
    for query, kind, size in (
        ("?format=webp", "WEBP", 512),
        ("?format=jpeg&size=256&quality=50", "JPEG", 256),
    ):
        answer = server.get(url + query)
        assert answer.headers["content-type"] == f"image/{kind.lower()}"
        image = Image.open(BytesIO(answer.content))
        assert image.format == kind and image.size == (size, size)
        assert png.SOURCE_TYPE.encode() in answer.content, "says that a model made it"
        tag = {"If-None-Match": answer.headers["etag"]}
        assert server.get(url + query, **tag).status_code == 304
    pixels, record = png.decode(server.get(url + "?size=256").content)
    assert pixels.shape == (256, 256, 4) and record.text == TEXT
    assert problem(server.get(url + "?size=9"), 422, "invalid")["field"] == "size"
    assert problem(server.get(url + "?background=nocolour"), 422, "invalid")["field"] == "background"


def test_sliders_change_the_same_person(server, drawn):
    portrait = drawn[0]["characters"][0]["portraits"][0]
    glasses = next(name for name in portrait["strengths"] if "очки" in name)
    draft = server.post("/v1/edit", portrait=portrait["id"], strengths={glasses: 0}, draft=True)
    assert draft.status_code == 200, draft.text
    assert draft.json()["id"] is None and draft.json()["image"].startswith("data:image/webp;base64,")
    png64 = base64.b64encode(server.get(portrait["url"]).content).decode()
    edited = server.post("/v1/edit", png=png64, strengths={glasses: 0}).json()
    assert edited["strengths"] == portrait["strengths"] | {glasses: 0}
    assert edited["scores"][glasses] < portrait["scores"][glasses]
    assert edited["seed"] == portrait["seed"] and edited["width"] == 512
    before, after = (png.decode(server.get(one["url"]).content)[0] for one in (portrait, edited))
    assert 0 < np.abs(before.astype(int) - after).mean() < 20
    back = server.post("/v1/edit", portrait=edited["id"], strengths={glasses: 1}).json()
    assert back["scores"][glasses] == pytest.approx(portrait["scores"][glasses], abs=0.05)


def test_a_phrase_changes_the_same_person(server, drawn):
    portrait = drawn[0]["characters"][0]["portraits"][0]
    answer = server.post("/v1/edit", portrait=portrait["id"], text="брюнетка, без очков", steps=2, size=256)
    assert answer.status_code == 200, answer.text
    edited = answer.json()
    names = set(edited["scores"])
    assert any(name.startswith("не очки") for name in names) and not names & {"рыжий", "рыжие волосы", "очки"}
    assert edited["edits"] and edited["width"] == 256


def test_wrong_edits(server, drawn):
    name = drawn[0]["characters"][0]["portraits"][0]["id"]
    assert "text" in problem(server.post("/v1/edit", portrait=name), 422, "invalid")["detail"]
    problem(server.post("/v1/edit", text="в шляпе"), 422, "invalid")
    wrong = server.post("/v1/edit", portrait=name, strengths={"очки": 9})
    assert problem(wrong, 422, "invalid")["detail"].endswith("a number from -2 to 2, not 9.")
    problem(server.post("/v1/edit", portrait=name, text="в шляпе, " * 300), 422, "invalid")
    problem(server.post("/v1/edit", portrait="img_0", text="в шляпе"), 404, "not_found")
    problem(server.post("/v1/edit", png="!", text="в шляпе"), 422, "not_a_portrait")
    foreign = BytesIO()
    Image.new("RGB", (8, 8)).save(foreign, "PNG")
    code = base64.b64encode(foreign.getvalue()).decode()
    problem(server.post("/v1/edit", png=code, text="в шляпе"), 422, "not_a_portrait")
    problem(server.post("/v1/edit", portrait=name, text="шёл дождь"), 422, "cannot_draw")
    problem(server.post("/v1/edit", portrait=name, strengths={"очки": 3}), 422, "invalid")
    problem(server.post("/v1/edit", portrait=name, strengths={"шёл дождь": 1}), 422, "cannot_draw")


def test_the_cast_comes_again(server, drawn):
    portrait = drawn[0]["characters"][0]["portraits"][0]
    assert server.get("/v1/cast").json() == {"cast": []}
    kept = http.put(server.url + "/v1/cast/Анна", json={"portrait": portrait["id"]}, timeout=600)
    assert kept.status_code == 201, kept.text
    entry = kept.json()
    assert (entry["name"], entry["pack"], entry["gender"]) == ("Анна", "embedded", "female")
    assert server.get("/v1/cast").json() == {"cast": [entry]} and server.get("/v1/cast/анна").json() == entry
    face = server.get(entry["image"])
    assert Image.open(BytesIO(face.content)).size == (256, 256)
    assert face.headers["cache-control"] == "private, no-cache", "another person may get the name"
    again = server.post(
        "/v1/jobs", text="Утром Анна пришла одна.", seed=77, background="kept", size=512
    ).json()
    *_, (_, kind, data) = server.events(again["events"])
    assert kind == "done"
    anna = data["job"]["characters"][0]
    assert anna["cast"] == "Анна" and len(anna["portraits"]) == 1
    before, after = (
        png.decode(server.get(one["url"]).content)[0] for one in (portrait, anna["portraits"][0])
    )
    assert np.abs(before.astype(int) - after).mean() < 20, "the same person"
    server.room(4096)
    refused = http.put(server.url + "/v1/cast/Борис", json={"portrait": portrait["id"]}, timeout=600)
    seen = [entry["image"], again["url"], again["events"], portrait["url"], "/v1/cast/Анна", "/readyz", "/"]
    assert [server.get(path).status_code for path in seen] == [200] * len(seen), "the disk is full, no more"
    server.room(None)
    problem(refused, 507, "disk_full")
    assert server.get("/v1/cast").json() == {"cast": [entry]}
    assert http.delete(server.url + "/v1/cast/АННА").status_code == 204
    problem(http.delete(server.url + "/v1/cast/Анна"), 404, "not_found")
    problem(server.get("/v1/cast/Анна"), 404, "not_found")


def test_a_job_that_ended_is_forgotten(server, drawn):
    url = drawn[0]["characters"][0]["portraits"][0]["url"]
    assert http.delete(server.url + drawn[0]["url"]).status_code == 204
    problem(server.get(drawn[0]["url"]), 404, "not_found")
    problem(server.get(drawn[0]["events"]), 404, "not_found")
    problem(server.get(url), 404, "not_found")


def test_queue_and_cancel(server):
    server.until_idle()
    first, second = (server.post("/v1/jobs", **MANY).json() for _ in range(2))
    answer = server.post("/v1/jobs", **MANY)
    problem(answer, 429, "queue_full")
    assert int(answer.headers["retry-after"]) >= 1
    assert server.get(second["url"]).json()["place"] == 1
    stream = server.events(second["events"])
    assert next(stream)[1:] == ("queued", {"place": 1})
    cancelled = http.delete(server.url + second["url"])
    assert cancelled.status_code == 200 and cancelled.json()["status"] == "cancelled"
    assert [kind for _, kind, _ in stream] == ["cancelled"]
    for _, kind, data in server.events(first["events"]):
        if kind == "progress" and data["stage"] == "candidates":
            break
    assert http.delete(server.url + first["url"]).json()["status"] == "cancelled"
    server.until_idle()


def test_two_hundred_at_once(server):
    server.until_idle()
    with ThreadPoolExecutor(200) as pool:
        answers = list(pool.map(lambda i: server.post("/v1/jobs", **MANY, seed=i), range(200)))
    taken = [answer.json() for answer in answers if answer.status_code == 202]
    assert 2 <= len(taken) <= 4 and {answer.status_code for answer in answers} == {202, 429}
    assert len({job["id"] for job in taken}) == len(taken)
    for job in taken:
        assert server.get(job["url"]).json()["request"]["seed"] == job["request"]["seed"]
        http.delete(server.url + job["url"])
    server.until_idle()


def test_describe(server):
    people = server.post("/v1/describe", text=TEXT).json()["characters"]
    assert [(one["index"], one["head"]) for one in people] == [(0, "Анна"), (1, "старик")]
    assert "portraits" not in people[0] and people[0]["features"]
    assert server.post("/v1/describe", text="Шёл дождь.").json() == {"characters": []}
    problem(server.post("/v1/describe", text="A blonde woman."), 422, "not_russian")


def test_packs(server):
    packs = server.get("/v1/packs").json()["packs"]
    embedded = next(pack for pack in packs if pack["name"] == "embedded")
    assert embedded["default"] and "clothes" in embedded["draws"] and "улыбка" in embedded["offers"]


@pytest.mark.parametrize(
    ("body", "status", "code", "field"),
    [
        (b"{", 400, "not_json", None),
        (b"\xff", 400, "not_json", None),
        (b"[" * 100_000, 400, "not_json", None),
        (b"[]", 422, "invalid", None),
        (b"{}", 422, "invalid", "text"),
        (b'{"text": 5}', 422, "invalid", "text"),
        (b'{"text": " "}', 422, "invalid", "text"),
        (b'{"text": "\\ud800"}', 422, "invalid", "text"),
        (b'{"text": "\xd0\xb0", "\\ud800": 1}', 422, "invalid", None),
        (b'{"text": "\xd0\xb0", "seed": -1}', 422, "invalid", "seed"),
        (b'{"text": "\xd0\xb0", "seed": 1.5}', 422, "invalid", "seed"),
        (b'{"text": "\xd0\xb0", "seed": true}', 422, "invalid", "seed"),
        (b'{"text": "\xd0\xb0", "truncation_psi": NaN}', 422, "invalid", "truncation_psi"),
        (b'{"text": "\xd0\xb0", "strengths": {"\xd0\xb0": 9}}', 422, "invalid", "strengths.а"),
        (b'{"text": "\xd0\xb0", "strengths": {"\\udc00": 1}}', 422, "invalid", None),
        (b'{"text": "\xd0\xb0", "size": 255}', 422, "invalid", "size"),
        (b'{"text": "\xd0\xb0", "background": "blurple"}', 422, "invalid", "background"),
        (b'{"text": "\xd0\xb0", "pack": "nowhere"}', 422, "unknown_pack", "pack"),
        (b'{"text": "\xd0\xb0", "pack": "/etc"}', 422, "unknown_pack", "pack"),
        (b'{"text": "\xd0\xb0", "characters": []}', 422, "invalid", "characters"),
        (b'{"text": "' + b"a" * (3 << 20) + b'"}', 413, "too_large", None),
    ],
)
def test_wrong_input(server, body, status, code, field):
    answer = http.post(server.url + "/v1/jobs", content=body, headers=JSON, timeout=600)
    found = problem(answer, status, code)
    if field is not None:
        assert found["field"] == field
    assert server.busy() == 0


@pytest.mark.parametrize(
    ("order", "code"),
    [
        ({"text": "Шёл дождь."}, "no_people"),
        ({"text": "Семь девушек.", "per_character": 16}, "too_many_people"),
        ({"text": "Старик.", "characters": [1]}, "cannot_draw"),
        ({"text": "Старик.", "strengths": {"шёл дождь": 1}}, "cannot_draw"),
    ],
)
def test_what_only_reading_shows_is_refused_at_once_or_fails_the_job(server, order, code):
    """In the same words: of a short text at once, of a long one when its turn comes."""
    server.until_idle()
    refused = problem(server.post("/v1/jobs", **order), 422, code)
    long = order | {"text": order["text"] + " Шёл дождь." * 200}
    job = server.post("/v1/jobs", **long).json()
    *_, (_, kind, data) = server.events(job["events"])
    assert kind == "failed" and data["job"]["error"] == refused


def test_addresses_and_methods(server):
    problem(server.get("/v1/nothing"), 404, "not_found")
    problem(http.put(server.url + "/v1/jobs"), 405, "wrong_method")
    problem(server.get("/v1/jobs/job_0"), 404, "not_found")
    problem(server.get("/v1/images/%ff%00"), 404, "not_found")


def test_openapi_documents_what_is_answered(server):
    answer = server.get("/openapi.json")
    paths, schemas = answer.json()["paths"], answer.json()["components"]["schemas"]
    used = set(re.findall(r'"#/components/schemas/(\w+)"', answer.text))
    assert used <= set(schemas) and "HTTPValidationError" not in used
    for path, methods in paths.items():
        for method, about in methods.items():
            codes = set(about["responses"])
            assert codes & {"200", "201", "202", "204"}, (path, method)
            if path.startswith("/v1/") and not path.startswith(OPENAIS):
                assert codes >= {"401", "404", "405", "500", "503"}, (path, method)
                schema = about["responses"]["404"]["content"]["application/problem+json"]["schema"]
                assert schema["$ref"].endswith("/ProblemDetails")
    assert set(paths["/v1/jobs"]["post"]["responses"]) >= {"202", "400", "413", "422", "429"}
    schemes = answer.json()["components"]["securitySchemes"]
    assert {name for way in answer.json()["security"] for name in way} == set(schemes) == {"bearer", "header"}


def test_operations(server):
    assert server.get("/healthz").json() == {"status": "ok"}
    assert server.get("/readyz").json() == {"status": "ready"}
    text = server.get("/metrics").text
    for name in ("queue_waiting", "queue_running", "stage_seconds_count", "requests_total", "errors_total"):
        assert f"t2i_person_{name}" in text
    assert server.get("/healthz").headers["x-request-id"]
    assert "access-control-allow-origin" not in server.get("/healthz", Origin="http://a.example").headers


def test_keys_limits_logs_and_a_stop(serve):
    """One server with everything set; it stops while it draws, and the next goes on."""
    options = ("--log-format", "json", "--stop-seconds", "0", "--cors", "http://a.example")
    settings = {"T2I_PERSON_API_KEYS": "first-key, two", "T2I_PERSON_JOB_SECONDS": "0.2"}
    settings |= {"T2I_PERSON_KEEP_SECONDS": "5", "T2I_PERSON_KEEP_MB": "1"}
    own = serve(*options, **settings).wait()
    assert own.seen[0] == 503 and own.seen[-1] == 200, "ready only when the models are loaded"
    one, two = ({"Authorization": "Bearer first-key"}, {"X-API-Key": "two"})
    problem(server_post(own, {}, text="Старик."), 401, "no_key")
    problem(server_post(own, {"X-API-Key": "wrong-key"}, text="Старик."), 401, "no_key")
    assert own.draw("Старик.").status_code == 401
    assert own.get("/healthz", Origin="http://a.example").headers["access-control-allow-origin"]
    late = server_post(own, one, text="Старик по имени Тимофей.").json()
    *_, (_, kind, data) = own.events(late["events"])  # needs no key: its id cannot be guessed
    assert kind == "failed" and data["job"]["error"]["code"] == "timeout"
    problem(own.get(late["url"], **two), 404, "not_found")
    assert own.get(late["url"], **one).status_code == 200
    assert data["job"]["expires"] == pytest.approx(data["job"]["finished"] + 5)
    large = []
    for _ in range(3):
        job = server_post(own, one, text="Шёл дождь. " * 1500).json()
        large.append(job)
        *_, (_, kind, _) = own.events(job["events"])
        assert kind == "failed"
    statuses = [own.get(job["url"], **one).status_code for job in (late, *large)]
    assert statuses == [404, 404, 404, 200], "the last one has room, the oldest went first"
    time.sleep(5)
    problem(own.get(large[-1]["url"], **one), 404, "not_found")
    assert own.stop() == 0
    log = own.log.read_text()
    assert all(line.startswith("{") for line in log.splitlines()) and '"route": "/v1/jobs/{id}"' in log
    assert "Тимофей" not in log and "-key" not in log

    slow = serve(*options, "--log-texts", T2I_PERSON_API_KEYS="first-key").wait()
    running, waiting = (server_post(slow, one, text="Пять девушек.").json() for _ in range(2))
    stream = slow.events(running["events"])
    last = next(name for name, kind, _ in stream if kind == "characters")
    assert slow.stop() == 0
    assert "Пять девушек" in slow.log.read_text()
    last = max([last, *(name for name, _, _ in stream)])
    again = serve(*options, T2I_PERSON_API_KEYS="first-key", port=slow.port).wait()
    time.sleep(1)
    for job in (running, waiting):
        found = again.get(job["url"], **one).json()
        assert found["status"] in ("queued", "running") and found["request"] == job["request"]
    assert next(again.events(running["events"], last))[0] > last
    again.room(4096)  # a full disk: they cannot be handed back, and that does not keep it from stopping
    assert again.stop() == 0


def server_post(server, headers: dict, **body: object) -> httpx.Response:
    return http.post(server.url + "/v1/jobs", json=body, headers=headers, timeout=600)
