"""POST /t2i-person and GET /health, over a real port, on the embedded pack."""

import base64
import json
import time
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from t2i_person.picture import png

from ..conftest import http

JSON = {"Content-Type": "application/json"}


def portraits(answer: httpx.Response) -> list[list[bytes]]:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    assert list(answer.json()) == ["result"]
    return [[base64.b64decode(item, validate=True) for item in items] for items in answer.json()["result"]]


def test_health(server):
    answer = http.get(server.url + "/health")
    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "busy": 0}


def test_one_list_for_each_character(server):
    text = "Старик и девушка."
    people = portraits(server.draw(text))
    assert len(people) == 2 and all(people)
    for data in (data for items in people for data in items):
        pixels, record = png.decode(data)
        assert pixels.shape == (1024, 1024, 4)
        assert pixels[..., 3].min() < 10 and pixels[..., 3].max() > 245
        assert record.text == text and record.settings["request_seed"] == 3
        assert png.SOURCE_TYPE.encode() in data, "says that a model made it"


@pytest.mark.parametrize(
    ("body", "headers", "status", "says"),
    [
        (b"", JSON, 422, 'send {"text"'),
        (b"{", JSON, 400, "not valid JSON"),
        (b"text", {}, 422, "application/json"),
        (b"[]", JSON, 422, "not a JSON object"),
        (b'"text"', JSON, 422, "not a JSON object"),
        (b"null", JSON, 422, 'send {"text"'),
        (b"{}", JSON, 422, '"text" is missing'),
        (b'{"txt": "a"}', JSON, 422, '"text" is missing ("txt" is not known here)'),
        (b'{"text": 5}', JSON, 422, 'The field "text" is text, as'),
        (b'{"text": ["a"]}', JSON, 422, 'The field "text" is text, as'),
        (b'{"text": null}', JSON, 422, 'The field "text" is text, as'),
        (b'{"text": "\xd0\xb0", "sead": 1}', JSON, 422, '"sead" is not known'),
        (b'{"text": "  \\n "}', JSON, 422, '"text" is empty'),
        (b'{"text": "\xff"}', JSON, 400, "UTF-8"),
        (b'{"text": "\\ud800"}', JSON, 422, "surrogate"),
        ('{"text": "Шёл дождь."}'.encode(), JSON, 422, ""),
    ],
)
def test_wrong_input(server, body, headers, status, says):
    answer = http.post(server.url + "/t2i-person", content=body, headers=headers, timeout=600)
    assert answer.status_code == status, answer.text
    assert list(answer.json()) == ["detail"]
    assert isinstance(answer.json()["detail"], str) and says in answer.json()["detail"]


def test_wrong_address_and_method(server):
    assert http.get(server.url + "/t2i-person").status_code == 405
    assert http.post(server.url + "/t2i", json={"text": "Старик."}).status_code == 404


def test_large_bodies(server):
    body = json.dumps({"text": "а" * (1 << 18)}).encode()
    pieces = (body[at : at + 1000] for at in range(0, len(body), 1000))
    for content in (body, pieces):
        answer = http.post(server.url + "/t2i-person", content=content, headers=JSON)
        assert answer.status_code == 413
        assert "shorter" in answer.json()["detail"]


def test_two_at_once_and_a_third_too_many(server):
    texts = ["Старик.", "Девушка.", "Мужчина."]
    alone = portraits(server.draw(texts[0]))
    with ThreadPoolExecutor(3) as pool:
        answers = [pool.submit(server.draw, text) for text in texts]
        answered = 0  # while they are drawn: drawing never blocks the event loop
        while not all(answer.done() for answer in answers):
            health = http.get(server.url + "/health", timeout=600)
            assert health.status_code == 200
            answered += health.json()["busy"] > 0 and not all(answer.done() for answer in answers)
            time.sleep(0.05)
    assert answered > 2
    found = [answer.result() for answer in answers]
    assert sorted(answer.status_code for answer in found) == [200, 200, 429]
    for text, answer in zip(texts, found, strict=True):
        if answer.status_code == 429:
            assert int(answer.headers["retry-after"]) >= 1
            assert "try again" in answer.json()["detail"]
            continue
        people = portraits(answer)
        assert {png.decode(data)[1].text for items in people for data in items} == {text}
        if text == texts[0]:
            assert people == alone  # to the byte


def test_hanging_up_cancels(server):
    server.until_idle()
    with pytest.raises(httpx.ReadTimeout):
        server.draw("Блондинка, брюнет, старик, девушка, парень, женщина и мужчина.", timeout=1)
    server.until_idle()


def test_openapi_names_each_status(server):
    paths = http.get(server.url + "/openapi.json").json()["paths"]
    assert set(paths["/t2i-person"]["post"]["responses"]) >= {"200", "400", "413", "422", "429", "500", "503"}


def test_the_reference_is_whole_and_offline(server):
    api, page = http.get(server.url + "/openapi.json").json(), http.get(server.url + "/docs")
    assert page.status_code == 200 and page.headers["content-type"].startswith("text/html")
    for path, methods in api["paths"].items():
        for method in methods:
            assert f"<code>{method.upper()} {path}</code>" in page.text
    assert "per_character" in page.text and "429" in page.text
    assert "http://" not in page.text and "https://" not in page.text and "<script" not in page.text


def test_a_taken_port(server, serve):
    second = serve(port=server.port)
    assert second.process.wait(600) == 1
    assert f"127.0.0.1:{server.port}: Address already in use" in second.log.read_text()


def test_an_unknown_pack_does_not_start(serve):
    lost = serve("--pack", "nowhere")
    assert lost.process.wait(600) == 2
    assert "nowhere" in lost.log.read_text() and "Traceback" not in lost.log.read_text()


def test_stop_finishes_what_is_drawn(serve):
    own = serve("--steps", "2", "--stop-seconds", "300").wait()
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(own.draw, "Девушка по имени Аглая.")
        while not own.busy():
            time.sleep(0.05)
        assert own.stop() == 0
        assert portraits(answer.result())
    assert "Аглая" not in own.log.read_text()  # what people wrote is not logged
