"""OpenAI's own client against our server."""

import base64
import re
from io import BytesIO
from types import SimpleNamespace

import openai
import pytest
from PIL import Image

from t2i_person.picture import png
from t2i_person.service.doors.openai import _sentence

from ..conftest import http


@pytest.fixture(scope="module")
def client(server):
    server.until_idle()
    return openai.OpenAI(base_url=f"{server.url}/v1", api_key="none", max_retries=0, timeout=600)


def test_generate(client):
    answer = client.images.generate(
        prompt="Рыжая женщина и старик.",
        model="dall-e-3",
        n=2,
        size="256x256",
        quality="low",
        response_format="b64_json",
        extra_body={"seed": 3},
    )
    assert answer.size == "256x256" and answer.background == "transparent" and answer.output_format == "png"
    assert [image.revised_prompt.split(":")[0].rstrip(".") for image in answer.data] == ["женщина", "старик"]
    for image in answer.data:
        pixels, record = png.decode(base64.b64decode(image.b64_json))
        assert pixels.shape == (256, 256, 4) and pixels[..., 3].min() == 0
        assert record.settings["request_seed"] == 3
    assert "dall-e-3" in answer.notes[0]


def test_sizes_of_other_models_are_answered_by_the_square_within(client):
    answer = client.images.generate(prompt="Старик.", quality="low", size="1024x1536", n=None)
    assert answer.size == "1024x1024"
    assert png.decode(base64.b64decode(answer.data[0].b64_json))[0].shape == (1024, 1024, 4)
    assert any("1024x1536" in note for note in answer.notes)


def test_the_least_quality_is_not_taken_for_none(client):
    asked = {"prompt": "Старик.", "quality": "low", "size": "256x256", "extra_body": {"seed": 3}}
    small, large = (
        client.images.generate(output_format="jpeg", output_compression=quality, **asked).data[0].b64_json
        for quality in (0, 100)
    )
    assert len(small) < len(large) / 4


def test_edit(client):
    drawn = client.images.generate(prompt="Старик.", quality="low", size="256x256", extra_body={"seed": 5})
    portrait = base64.b64decode(drawn.data[0].b64_json)
    asked = {"prompt": "в очках", "quality": "low", "size": "256x256", "model": "gpt-image-1"}
    answer = client.images.edit(image=("portrait.png", portrait, "image/png"), n=2, **asked)
    assert answer.size == "256x256" and "очки" in answer.data[0].revised_prompt
    pixels, record = png.decode(base64.b64decode(answer.data[0].b64_json))
    assert pixels.shape == (256, 256, 4) and record.pack == "embedded"
    assert record.character["head"] == png.decode(portrait)[1].character["head"]
    assert any("not 2" in note for note in answer.notes)
    url = client.images.edit(image=portrait, response_format="url", output_format="webp", **asked).data[0].url
    assert http.get(url, timeout=600).headers["content-type"] == "image/webp"


def test_who_it_shows_is_said_once():
    """«девушка» is drawn, too: it says an age."""
    shown = SimpleNamespace(drawn=("девушка", "коса", "не очки"), not_drawn={})
    features = [{"text": "без очков", "normalized": "очки", "negated": True}]
    assert _sentence("девушка", features, shown) == "девушка: коса, без очков."
    shown = SimpleNamespace(drawn=("девушка",), not_drawn={"не очки": "why"})
    assert _sentence("девушка", [], shown) == "девушка. Not drawn: нет: очки (why)."


@pytest.mark.parametrize(
    ("asked", "param", "says"),
    [
        ({"image": b"GIF89a", "prompt": "в очках"}, "image", "PNG"),
        ({"image": [b"a", b"b"], "prompt": "в очках"}, "image", "one file"),
        ({"image": b"x", "prompt": ""}, "prompt", "empty"),
        ({"image": b"x", "prompt": "в очках", "n": 0}, "n", "1"),
    ],
)
def test_errors_of_edits(client, asked, param, says):
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.edit(**asked)
    assert caught.value.param == param and says in caught.value.message


def test_models_are_the_packs(client):
    names = [model.id for model in client.models.list()]
    assert names[0] == "embedded"  # it draws when none is named
    assert client.models.retrieve("embedded").owned_by == "t2i-person"
    with pytest.raises(openai.NotFoundError) as caught:
        client.models.retrieve("dall-e-3")
    assert caught.value.param == "model" and "embedded" in caught.value.message


def test_wrong_methods_and_doors_that_are_not_here(client):
    for path in ("/images/generations", "/images/edits"):
        with pytest.raises(openai.APIStatusError) as caught:
            client.get(path, cast_to=object)
        assert caught.value.status_code == 405 and caught.value.code == "wrong_method"
        assert caught.value.response.headers["allow"] == "POST"
        assert '"prompt"' in caught.value.message and "/v1/images/generations" in caught.value.message
        assert http.head(f"{client.base_url}{path[1:]}").status_code == 405
    with pytest.raises(openai.NotFoundError, match="/v1/images/edits"):
        client.images.create_variation(image=b"x")


def test_the_calls_of_open_webui(server):
    """Not by OpenAI's client: JSON and forms as its backend sends them, and what it reads of the answers."""
    base, own = server.url + "/v1", {"Authorization": "Bearer none", "X-OpenWebUI-User-Name": "%D0%98%D1%8F"}
    assert http.get(base + "/models", headers=own).json()["data"][0]["id"] == "embedded"
    asked = {"model": "gpt-image-1", "n": 1, "size": "256x256", "response_format": "b64_json"}
    order = asked | {"prompt": "Старик."}
    drawn = http.post(base + "/images/generations", json=order, headers=own, timeout=600).json()
    portrait = base64.b64decode(drawn["data"][0]["b64_json"])
    assert png.read(portrait).text == "Старик."
    form = {name: str(value) for name, value in asked.items()} | {"prompt": "в очках", "quality": "low"}
    files = [("image[]", ("image.png", portrait, "image/png"))]
    edited = http.post(base + "/images/edits", data=form, files=files, headers=own, timeout=600).json()
    assert png.read(base64.b64decode(edited["data"][0]["b64_json"])).character["head"] == "Старик"


def test_stream(client):
    events = list(
        client.images.generate(
            prompt="Старик.",
            quality="low",
            size="256x256",
            stream=True,
            partial_images=1,
            background="opaque",
            output_format="webp",
        )
    )
    assert [event.type for event in events] == [
        "image_generation.partial_image",
        "image_generation.completed",
    ]
    assert events[0].partial_image_index == 0 and events[1].usage.total_tokens == 0
    for event in events:
        assert event.output_format == "webp" and event.background == "opaque"
        assert Image.open(BytesIO(base64.b64decode(event.b64_json))).format == "WEBP"


def test_hanging_up_cancels(client, server):
    def cancelled() -> float:
        line = r'jobs_total\{status="cancelled"\} (\S+)'
        return sum(map(float, re.findall(line, server.get("/metrics").text)))

    before = cancelled()
    with pytest.raises(openai.APITimeoutError):
        client.with_options(timeout=2).images.generate(prompt="Семь девушек.", n=10)
    server.until_idle()
    assert cancelled() == before + 1
    with client.images.generate(prompt="Семь девушек.", n=10, stream=True, partial_images=1) as events:
        assert next(iter(events)).type == "image_generation.partial_image"
    server.until_idle()
    assert cancelled() == before + 2


def test_urls(client):
    answer = client.images.generate(
        prompt="Девушка.", response_format="url", size="256x256", quality="low", output_format="jpeg"
    )
    got = http.get(answer.data[0].url, timeout=600)
    assert got.headers["content-type"] == "image/jpeg" and answer.background == "opaque"


@pytest.mark.parametrize(
    ("asked", "param", "says"),
    [
        ({"prompt": "Шёл дождь."}, "prompt", "No people"),
        ({"prompt": ""}, "prompt", "empty"),
        ({"prompt": "Старик.", "n": 11}, "n", "10"),
        ({"prompt": "Старик.", "size": "3x3"}, "size", "1024x1024"),
        ({"prompt": "Старик.", "background": "transparent", "output_format": "jpeg"}, "background", "png"),
    ],
)
def test_errors_in_its_form(client, asked, param, says):
    with pytest.raises(openai.BadRequestError) as caught:
        client.images.generate(**asked)
    error = caught.value
    assert error.type == "invalid_request_error" and error.param == param and says in error.message
