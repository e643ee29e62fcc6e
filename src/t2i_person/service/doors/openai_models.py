"""What clients of OpenAI's dialect send and get; see `openai`."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from .. import models
from ..problems import MEANINGS

# what clients of its models send; a portrait is square, so the others get the square that fits into them
Size = Literal[
    "auto", "1024x1024", "512x512", "256x256", "1024x1536", "1536x1024", "1024x1792", "1792x1024"
]  # fmt: skip
FREE = {"total_tokens": 0, "input_tokens": 0, "output_tokens": 0}  # nothing is billed
USAGE = FREE | {"input_tokens_details": {"text_tokens": 0, "image_tokens": 0}}


class Asked(BaseModel):
    """What is asked for. Fields that only other makers' models have are taken, and do nothing."""

    prompt: models.Text = Field(max_length=32000)
    n: int | None = Field(default=1, ge=1, le=10)  # the official client may send null
    size: Size | None = "auto"
    response_format: Literal["url", "b64_json"] | None = None
    output_format: Literal["png", "webp", "jpeg"] | None = "png"
    output_compression: int | None = Field(default=100, ge=0, le=100)
    background: Literal["transparent", "opaque", "auto"] | None = "auto"
    quality: Literal["low", "medium", "high", "auto", "standard", "hd"] | None = "auto"
    stream: bool | None = False
    model: models.Word | None = None


class Editing(Asked):
    """The same for an edit: fields of a form, beside its `image`."""

    model_config = ConfigDict(extra="ignore")


class Generation(Asked):
    """The same for new pictures."""

    model_config = ConfigDict(extra="ignore", strict=True)
    partial_images: int | None = Field(default=0, ge=0, le=3)
    seed: int | None = Field(default=None, ge=0, le=2**53 - 1, description="Ours: the same pictures again.")


class Image(BaseModel):
    """One picture. `revised_prompt`: who it shows, and what of the description is not drawn."""

    b64_json: str | None = None
    url: str | None = None
    revised_prompt: str


class Images(BaseModel):
    """The answer. `notes` is ours: what was not done as asked."""

    created: int
    data: list[Image]
    background: Literal["transparent", "opaque"]
    output_format: Literal["png", "webp", "jpeg"]
    quality: Literal["low", "medium", "high"]
    size: str
    usage: dict[str, Any]
    notes: list[str]


class OpenAIError(BaseModel):
    """What is wrong, in OpenAI's form."""

    error: dict[str, Any] = Field(examples=[{"message": "", "type": "", "param": "", "code": ""}])


DOCUMENTED: dict[int | str, dict[str, Any]] = {
    code: {"model": OpenAIError, "description": MEANINGS[code]}
    for code in (400, 401, 404, 405, 413, 429, 500, 503)
}
READ: dict[int | str, dict[str, Any]] = {code: DOCUMENTED[code] for code in (401, 404, 405, 500, 503)}
DOCUMENTED[400]["description"] = "The request is wrong, or the prompt has no people."
DOCUMENTED[200] = {"content": {"text/event-stream": {"schema": {"type": "string"}}}}


class Model(BaseModel):
    """A pack, as clients that choose among models list it."""

    id: str
    object: Literal["model"] = "model"
    created: int = 0  # packs do not say
    owned_by: str = "t2i-person"


class Models(BaseModel):
    """All packs that draw here; the one that draws when none is named first."""

    object: Literal["list"] = "list"
    data: list[Model]
