"""What one door refuses, each refuses, in the same words: a table of all doors and all that is wrong."""

import base64
import json
from io import BytesIO

import httpx
import numpy as np
import pytest
from PIL import Image

from .conftest import http
from .test_hostile import encoded

RAW = (
    "Input should",
    "Value error",
    "valid ",
    "pydantic",
    "String should",
    "Dictionary",
    "[key]",
)  # not our words
WRONG = {"string": 3, "integer": "x", "number": "x", "boolean": "x", "array": "x", "object": 3}
RIGHT = {"text": "Старик.", "prompt": "Старик.", "portrait": "img_0"}
SAMPLE = "Блондинка в голубой кофте шла по улице."


def said(answer: httpx.Response) -> tuple[int, str, str, str]:
    """Status, words, code and field, as `/v1` says them; "" for what a door does not tell."""
    told = answer.json()
    if "error" in told:
        error = told["error"]
        status = 422 if answer.status_code == 400 else answer.status_code
        field = {"prompt": "text", "image": "png"}.get(error["param"], error["param"])
        return status, error["message"].replace('"prompt"', '"text"'), error["code"], field or ""
    return answer.status_code, told["detail"], told.get("code", ""), told.get("field", "")


def send(server, method: str, path: str, body: object) -> httpx.Response:
    """With what httpx would not write: half a surrogate pair, a NaN."""
    headers = {"Content-Type": "application/json"}
    return http.request(method, server.url + path, content=json.dumps(body), headers=headers, timeout=600)


def form(server, image: bytes, **fields: object) -> httpx.Response:
    url = server.url + "/v1/images/edits"
    return http.post(url, data=fields, files={"image": ("a.png", image, "image/png")}, timeout=600)


@pytest.fixture(scope="module")
def portrait(server) -> tuple[str, bytes]:
    """Id and bytes of one that was drawn here."""
    server.until_idle()
    job = server.post("/v1/jobs", text="Старик.", steps=0, size=256, background="kept").json()
    *_, (_, kind, data) = server.events(job["events"])
    assert kind == "done"
    one = data["job"]["characters"][0]["portraits"][0]
    return one["id"], server.get(one["url"]).content


@pytest.mark.parametrize(
    ("text", "code", "says"),
    [
        (5, "invalid", f'as "{SAMPLE}", not 5.'),
        (["Старик."], "invalid", 'not ["Старик."].'),
        ("", "invalid", "is empty: describe somebody"),
        (" \n", "invalid", "is empty: describe somebody"),
        ("\ud800", "invalid", "half a surrogate pair: send whole characters"),
        ("A blonde woman.", "not_russian", "looks English: the reader knows Russian only"),
        ("Eine blonde Frau.", "not_russian", "does not look Russian"),
        ("Дівчина їла, і ще й її їжа.", "not_russian", "looks Ukrainian"),
        ("123 !!!", "not_russian", "has no Russian words"),
        ("A man and a woman in a hat of the old is Он", "not_russian", "Most of the text is English"),
    ],
)
def test_a_text(server, portrait, text, code, says):
    name, data = portrait
    doors = {
        "/t2i-person": {"text": text},
        "/v1/jobs": {"text": text},
        "/v1/describe": {"text": text},
        "/v1/edit": {"text": text, "portrait": name},
        "/v1/edit#draft": {"text": text, "portrait": name, "draft": True},
        "/v1/edit#strengths": {"text": text, "portrait": name, "strengths": {"очки": 1}},
        "/v1/images/generations": {"prompt": text},
        "/v1/images/generations#stream": {"prompt": text, "stream": True},
    }
    answers = {door: send(server, "POST", door, body) for door, body in doors.items()}
    if isinstance(text, str) and text != "\ud800":  # a form has no other
        answers["/v1/images/edits"] = form(server, data, prompt=text)
    told = {door: said(answer) for door, answer in answers.items()}
    for door, (status, detail, named, field) in told.items():
        assert status == 422 and says in detail and not any(raw in detail for raw in RAW), (door, detail)
        assert (named, field) == (("", "") if door == "/t2i-person" else (code, "text")), door
    if code == "not_russian":
        assert len({detail for _, detail, *_ in told.values()}) == 1
    assert server.busy() == 0


def test_a_text_with_nobody_in_it(server):
    server.until_idle()
    doors = ("/t2i-person", "text"), ("/v1/jobs", "text"), ("/v1/images/generations", "prompt")
    told = [said(send(server, "POST", path, {field: "Шёл дождь."})) for path, field in doors]
    ((status, detail),) = {one[:2] for one in told}
    assert status == 422 and detail.startswith("No people were found in the text: name somebody")
    assert [one[2:] for one in told] == [("", ""), ("no_people", "text"), ("no_people", "text")]
    assert server.busy() == 0


@pytest.mark.parametrize(
    ("strengths", "code", "field", "says"),
    [
        (3, "invalid", "strengths", 'up to 64 names, each with a number from -2 to 2, as {"голубая кофта": '),
        ([], "invalid", "strengths", "is an object"),
        ({"очки": "x"}, "invalid", "strengths.очки", 'is a number from -2 to 2, not "x".'),
        ({"очки": 9}, "invalid", "strengths.очки", "is a number from -2 to 2, not 9."),
        ({"очки": float("nan")}, "invalid", "strengths.очки", "is a number from -2 to 2, not NaN."),
        ({"": 1}, "invalid", "strengths", 'A name in "strengths" is empty'),
        ({"а" * 101: 1}, "invalid", "strengths", 'A name in "strengths" is text of up to 100 characters'),
        ({f"{n} очков": 1 for n in range(65)}, "invalid", "strengths", "is an object of up to 64 names"),
        ({"\ud800": 1}, "invalid", "strengths", "half a surrogate pair"),
        ({"glasses": 1}, "not_russian", "strengths", "knows Russian only"),
    ],
)  # fmt: skip
def test_strengths(server, portrait, strengths, code, field, says):
    more = {"strengths": strengths}
    doors = [
        ("/v1/jobs", {"text": "Старик."}),
        ("/v1/edit", {"portrait": portrait[0]}),
        ("/v1/edit", {"portrait": portrait[0], "draft": True}),
    ]
    told = {said(send(server, "POST", path, body | more)) for path, body in doors}
    assert len(told) == 1, told
    ((status, detail, named, place),) = told
    assert (status, named, place) == (422, code, field) and says in detail, detail
    assert not any(raw in detail for raw in RAW), detail


def test_any_field_of_a_wrong_type(server):
    """At any door, by the OpenAPI: what belongs there is said, and what was sent."""
    api = server.get("/openapi.json").json()
    tried = set()
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            kinds = operation.get("requestBody", {}).get("content", {})
            if "application/json" not in kinds:
                continue
            schema = api["components"]["schemas"][
                kinds["application/json"]["schema"]["$ref"].rpartition("/")[2]
            ]
            for name, field in schema["properties"].items():
                types = [one.get("type") or "string" for one in field.get("anyOf", [field])]
                right = {key: RIGHT[key] for key in schema.get("required", ()) if key != name}
                wrong = WRONG[types[0]]
                answer = send(server, method.upper(), path.replace("{name}", "Анна"), right | {name: wrong})
                status, detail, code, _ = said(answer)
                assert status == 422 and code in ("invalid", ""), (path, name, answer.text)
                named = "text" if name == "prompt" else name
                assert detail.startswith(f'The field "{named}" is '), (path, detail)
                assert detail.endswith(f", not {json.dumps(wrong)}."), (path, detail)
                assert not any(raw in detail for raw in RAW) and "something" not in detail, (path, detail)
                tried.add((path, name))
    assert {("/v1/jobs", "characters"), ("/v1/edit", "steps"), ("/v1/cast/{name}", "png")} <= tried
    assert {("/v1/images/generations", "stream"), ("/t2i-person", "text")} <= tried and len(tried) > 30


def test_bodies_that_are_no_object_or_have_other_fields(server):
    for method, path, example in (
        ("POST", "/t2i-person", {"text": SAMPLE}),
        ("POST", "/v1/jobs", {"text": SAMPLE}),
        ("POST", "/v1/describe", {"text": SAMPLE}),
        ("POST", "/v1/edit", {"portrait": "img_9b2e", "text": "в очках"}),
        ("PUT", "/v1/cast/Анна", {"portrait": "img_9b2e"}),
        ("POST", "/v1/images/generations", {"prompt": SAMPLE}),
    ):
        url, shown = server.url + path, json.dumps(example, ensure_ascii=False)
        for body in (b"[]", b"3", b"null", b'"x"'):
            answer = http.request(method, url, content=body, headers={"Content-Type": "application/json"})
            *_, code, _ = told = said(answer)
            assert told[0] == 422 and code in ("invalid", ""), answer.text
            assert shown in answer.json().get("detail", "") + str(answer.json().get("error", "")), answer.text
        for body in (b"{", b"{'a': 1}", b"["):
            answer = http.request(method, url, content=body, headers={"Content-Type": "application/json"})
            assert answer.status_code == 400 and shown in answer.text.replace('\\"', '"'), answer.text
        if path != "/v1/images/generations":  # what OpenAI's clients send beyond ours is taken
            _, detail, *_ = told = said(send(server, method, path, example | {"sead": 1}))
            assert told[0] == 422 and '"sead" is not known here: send no other than ' in detail
            assert all(name in detail for name in example)


def foreign() -> str:
    picture = BytesIO()
    Image.new("RGB", (8, 8)).save(picture, "PNG")
    return base64.b64encode(picture.getvalue()).decode()


SMALL = np.zeros(4, np.float32)


@pytest.mark.parametrize(
    ("code", "named", "says"),
    [
        ("!", "not_a_portrait", "base64"),
        ("", "not_a_portrait", "not a PNG"),
        ("R0lGODlh", "not_a_portrait", "not a PNG"),
        (foreign(), "not_a_portrait", "not drawn by t2i-person"),
        (encoded(edits=({},)), "not_a_portrait", "edits.0.kind"),
        (encoded(settings={}), "not_a_portrait", "draw it again"),
        (encoded(), "not_a_portrait", "draw it again"),
        (encoded(latent=SMALL, w_plus=SMALL), "not_a_portrait", "other weights"),
        (encoded(digest="x" * 64), "not_a_portrait", "other weights"),
        (encoded(pack="nowhere"), "unknown_pack", "There is no pack 'nowhere' here: embedded."),
    ],
)
def test_a_portrait(server, code, named, says):
    doors = [
        ("POST", "/v1/edit", {"text": "в очках"}),
        ("POST", "/v1/edit", {"text": "в очках", "draft": True}),
        ("POST", "/v1/edit", {"strengths": {"очки": 1}}),
        ("PUT", "/v1/cast/Анна", {}),
    ]
    answers = [send(server, method, path, body | {"png": code}) for method, path, body in doors]
    if named != "not_a_portrait" or says != "base64":  # a form has the bytes themselves
        answers.append(form(server, base64.b64decode(code), prompt="в очках"))
    told = {said(answer) for answer in answers}
    assert len(told) == 1, told
    ((status, detail, found, field),) = told
    assert (status, found, field) == (422, named, "png") and says in detail, detail


def test_names(server, portrait):
    for method, path, body in (
        ("POST", "/v1/edit", {"portrait": "\ud800", "text": "в очках"}),
        ("PUT", "/v1/cast/Анна", {"portrait": "\ud800"}),
        ("POST", "/v1/edit", {"portrait": "x" * 201, "text": "в очках"}),
        ("POST", "/v1/images/generations", {"prompt": "Старик.", "model": "\ud800"}),
        ("POST", "/v1/images/generations", {"prompt": "Старик.", "model": "x" * 201}),
        ("POST", "/v1/jobs", {"text": "Старик.", "pack": "\ud800"}),
        ("POST", "/v1/jobs", {"text": "Старик.", "pack": ""}),
    ):
        status, detail, code, field = said(send(server, method, path, body))
        assert (status, code) == (422, "invalid") and field in body, (path, detail)
    for name in ("%00", "%20", "%1b[2J", "%E2%80%AE", "%0a", "x" * 101, "%2e%2e"):
        answer = send(server, "PUT", f"/v1/cast/{name}", {"portrait": portrait[0]})
        assert said(answer)[2:] == ("invalid", "name"), (name, answer.text)
        assert http.delete(f"{server.url}/v1/cast/{name}").status_code == 404
