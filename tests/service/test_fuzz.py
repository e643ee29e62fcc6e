"""Bodies that nobody would send, at every door: no 5xx, no traceback, no hang; and what OpenAPI says is so.

`T2I_PERSON_FUZZ=600` takes ten minutes, not twenty seconds. What is valid by luck would be drawn, which other
tests do: here each body is broken in one place at least, and so is the record inside a PNG.
"""

import base64
import copy
import json
import os
import random
import time

import httpx
import numpy as np
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from t2i_person.picture import png

from .conftest import http

SECONDS = float(os.environ.get("T2I_PERSON_FUZZ", "20"))
BODIES = SECONDS * 2000 / 60  # at least, however long they take
ODD = (
    None, True, False, 0, -1, 1e308, -1e-320, 2**63, 10**40, float("inf"), float("nan"), "", " ", "\x00",
    "\ud800", "a" * 5000, "١٢", "NaN", "..", "../../etc/passwd", "rgb(99999999999999999999999,0,0)",
    "hsl(0,9e9%,50%)", "<script>alert(1)</script>", "\u202e", "🙂" * 300, [], {}, [[]], [{}], [None],
    {"": ""}, {"очки": "x"}, {"очки": 99}, ["x"] * 300, [[[[[[[[]]]]]]]], {"kind": "direction"},
)  # fmt: skip

DRAWING = {"/t2i-person", "/v1/jobs", "/v1/images/generations", "/v1/images/edits", "/v1/edit"}
# valid orders are drawn for seconds each: here these are asked for what their schema does not allow
STREAM = "/v1/jobs/{id}/events"
CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory):
    from .conftest import Server

    log = tmp_path_factory.mktemp("fuzz") / "log"
    # one that ends whatever is drawn by accident within a second
    started = Server(log, "--seed", "3", "--steps", "0", "--waiting", "0", "--job-seconds", "1")
    try:
        yield started.wait()
    finally:
        started.stop()


def record() -> dict[str, object]:
    about = {"head": "Старик", "lemma": "старик", "gender": "male", "start": 0, "end": 6, "features": []}
    return {
        "text": "Старик.",
        "seed": 1,
        "pack": "embedded",
        "digest": "x",
        "character": about,
        "edits": [{"kind": "direction", "text": "очки", "alpha": 1.0}],
        "settings": {
            "request_seed": 1,
            "truncation_psi": 0.7,
            "sliders": {"очки": 1.0},
            "background": "kept",
        },
    }


def broken(value: object, rng: random.Random) -> object:
    """The same with something odd in one place, at any depth."""
    value = copy.deepcopy(value)
    place, key, holder = value, None, None
    while isinstance(place, (dict, list)) and place and (holder is None or rng.random() < 0.7):
        key = rng.choice(list(place) if isinstance(place, dict) else range(len(place)))
        holder, place = place, place[key]
    if holder is None:
        return rng.choice(ODD)
    if rng.random() < 0.15 and isinstance(holder, dict):
        del holder[key]
    elif rng.random() < 0.1 and isinstance(holder, dict):
        holder[str(rng.choice(ODD))[:50]] = rng.choice(ODD)
    else:
        holder[key] = rng.choice(ODD)
    return value


def pictured(rng: random.Random) -> str:
    """A PNG in base64 with a broken record, or bytes that are hardly one."""
    fields = broken(record(), rng)
    pixels = np.zeros((4, 4, 4), np.uint8)
    try:
        data = png.encode(pixels, png.Record(**fields))
    except Exception:  # what cannot be written: a stranger's file needs our writer for nothing
        data = png.encode(pixels, png.Record(**record())).replace(
            b"0.7", rng.choice([b"NaN", b"1e9", b'"7"'])
        )
    data = bytearray(data)
    if rng.random() < 0.2:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)
    return base64.b64encode(bytes(data)).decode()


def orders(rng: random.Random) -> tuple[str, str, object]:
    """Method, address and body of one request."""
    text = rng.choice(["Старик.", "Рыжая Анна в очках.", "...", "", "Портрет " * 50])
    doors = [
        ("POST", "/t2i-person", {"text": text}),
        ("POST", "/v1/describe", {"text": text}),
        (
            "POST",
            "/v1/jobs",
            {"text": text, "seed": 1, "strengths": {"очки": 1}, "background": "kept", "characters": [0]},
        ),
        ("POST", "/v1/edit", {"png": pictured(rng), "text": "в очках", "strengths": {"очки": 1}}),
        ("POST", "/v1/edit", {"png": pictured(rng), "strengths": {"очки": 1}, "draft": True}),
        (
            "POST",
            "/v1/images/generations",
            {"prompt": text, "n": 1, "size": "1024x1024", "model": "t2i-person"},
        ),
        ("PUT", "/v1/cast/" + rng.choice(["Анна", "..", "%00", "a" * 300, "%D0"]), {"png": pictured(rng)}),
    ]
    method, address, body = rng.choice(doors)
    return method, address, broken(body, rng)


def sent(body: object, rng: random.Random) -> bytes:
    """JSON as Python writes it (with NaN and lone surrogates), sometimes cut or damaged."""
    data = json.dumps(body, ensure_ascii=rng.random() < 0.5).encode("utf-8", "surrogatepass")
    if rng.random() < 0.1 and data:
        data = data[: rng.randrange(len(data))]
    return data


def test_answers_are_as_openapi_says(fuzzed):
    """By requests made from it (Schemathesis), to a real server."""
    api = http.get(fuzzed.url + "/openapi.json", timeout=60).json()
    schema = schemathesis.openapi.from_dict(api)
    checks = [schemathesis.checks.CHECKS.get_one(name) for name in CHECKS]
    tried = set()
    for result in schema.get_all_operations():
        operation = result.ok()
        if operation.path == STREAM:
            continue
        wrong = GenerationMode.NEGATIVE if operation.path in DRAWING else GenerationMode.POSITIVE

        @given(case=operation.as_strategy(generation_mode=wrong))
        @settings(
            max_examples=15, deadline=None, derandomize=True, database=None, phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )  # fmt: skip
        def holds(case):
            case.call_and_validate(base_url=fuzzed.url, checks=checks, timeout=60)

        holds()
        tried.add((operation.method.upper(), operation.path))
    assert "Traceback" not in fuzzed.log.read_text("utf-8", "replace")
    assert {("POST", "/v1/describe"), ("GET", "/v1/packs"), ("PUT", "/v1/cast/{name}")} <= tried
    assert {("POST", path) for path in DRAWING} <= tried


def test_no_body_breaks_a_door(fuzzed):
    rng, counts = random.Random(1), {}
    end = time.monotonic() + SECONDS
    with httpx.Client(base_url=fuzzed.url, timeout=60) as client:
        while time.monotonic() < end or sum(counts.values()) < BODIES:
            method, address, body = orders(rng)
            data = sent(body, rng)
            kind = rng.choice(["application/json"] * 8 + ["text/plain", "multipart/form-data; boundary=x"])
            answer = client.request(method, address, content=data, headers={"Content-Type": kind})
            counts[answer.status_code] = counts.get(answer.status_code, 0) + 1
            told = f"{method} {address} {kind}: {data[:600]!r} -> {answer.status_code} {answer.text[:300]}"
            assert answer.status_code < 500 or answer.status_code in (503, 504), told
            if answer.status_code >= 400:
                said = answer.json()
                assert said.get("detail") or said.get("error"), told
        assert client.get("/healthz").status_code == 200
    log = fuzzed.log.read_text("utf-8", "replace")
    assert "Traceback" not in log, log[log.index("Traceback") :][:3000]
    assert counts.get(422, 0) > counts.get(404, 0), counts


def test_no_address_breaks_a_door(fuzzed):
    rng = random.Random(7)
    parts = [
        "v1",
        "jobs",
        "cast",
        "images",
        "static",
        "Анна",
        "..",
        "%00",
        "%ff",
        "x" * 400,
        "",
        "?a=b",
        "#",
        "{id}",
        "events",
    ]
    with httpx.Client(base_url=fuzzed.url, timeout=60) as client:
        for _ in range(300):
            address = "/" + "/".join(rng.choices(parts, k=rng.randrange(1, 5)))
            method = rng.choice(["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"])
            headers = {"Last-Event-ID": rng.choice(["1", "-1", "9" * 5000, "x"])}
            answer = client.request(method, address, headers=headers)
            assert answer.status_code < 500, f"{method} {address}: {answer.status_code} {answer.text[:300]}"
    assert "Traceback" not in fuzzed.log.read_text("utf-8", "replace")
