"""LiteLLM's calls against our server: through it many programs reach whatever speaks OpenAI's dialect.

Not of the extra `dev`, for it has 250 MB: `pip install 'litellm>=1.110,<2'` for this test.
"""

import base64
import os
from io import BytesIO

import pytest
from PIL import Image

from t2i_person.picture import png

os.environ["LITELLM_LOCAL_MODEL_COST_MAP"] = "True"  # else it looks prices up while it is imported
litellm = pytest.importorskip("litellm", reason="LITELLM IS NOT TESTED: pip install 'litellm>=1.110,<2'")


@pytest.fixture(scope="module")
def asked(server) -> dict:
    litellm.telemetry = False
    server.until_idle()
    return {"api_base": f"{server.url}/v1", "api_key": "none", "size": "256x256", "quality": "low"}


def test_generation_and_edit(asked):
    drawn = litellm.image_generation(prompt="Старик в очках.", model="openai/embedded", n=1, **asked)
    portrait = base64.b64decode(drawn.data[0].b64_json)
    pixels, record = png.decode(portrait)
    assert pixels.shape == (256, 256, 4) and record.text == "Старик в очках."
    edited = litellm.image_edit(
        image=BytesIO(portrait), prompt="в синей шляпе", model="openai/embedded", **asked
    )
    changed = png.read(base64.b64decode(edited.data[0].b64_json))
    assert changed.seed == record.seed and changed.settings["changes"] == record.text + " в синей шляпе"
    webp = litellm.image_generation(
        prompt="Девушка.", model="openai/dall-e-3x", output_format="webp", background="opaque", **asked
    )
    with Image.open(BytesIO(base64.b64decode(webp.data[0].b64_json))) as picture:
        assert picture.format == "WEBP" and picture.mode == "RGB"


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda asked: litellm.image_generation(prompt="A man.", **asked), "knows Russian only"),
        (lambda asked: litellm.image_generation(prompt="Шёл дождь.", **asked), "No people"),
        (lambda asked: litellm.image_edit(image=BytesIO(b"GIF89a"), prompt="в очках", **asked), "PNG"),
    ],
)
def test_errors(asked, call, says):
    with pytest.raises(litellm.BadRequestError, match=says):
        call(asked | {"model": "openai/embedded"})
