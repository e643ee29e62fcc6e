"""The door of the original project: one text in, base64 PNGs out, in one answer."""

import secrets
from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict

from ...request import Request as Wanted
from ..models import Text
from ..problems import Detail, documented
from ..queue.desk import Task
from ..runtime import Runtime, runtime
from ..settings import Settings

router = APIRouter(tags=["the original's door"])


class Order(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid", strict=True)
    text: Text


class Drawn(BaseModel):
    """One list for each character of the text, in the order they appear; each item a PNG file in base64."""

    result: list[list[str]]


class Health(BaseModel):
    """`busy`: the number of requests that wait or are being drawn."""

    status: str = "ok"
    busy: int


@router.post(
    "/t2i-person", response_model=Drawn, responses=documented(400, 401, 413, 422, 429, 500, 503, model=Detail)
)
async def t2i_person(order: Annotated[Order, Body()], request: Request) -> Any:
    """Draw each person of a Russian text as a cut-out portrait."""
    here: Runtime = runtime(request)
    here.heard(request, order.text)
    job = here.desk.submit(lambda job: _draw(order.text, here, job))
    return await job.attended(request)


@router.get("/health", responses=documented(500, 503, model=Detail))
async def health(request: Request) -> Health:
    """Answers as soon as the models are loaded."""
    return Health(busy=runtime(request).desk.load())


def _draw(text: str, here: Runtime, job: Task) -> Response:
    """Runs in a worker thread, encoding included, for that is slow as well."""
    settings: Settings = here.settings
    asked = Wanted(
        text,
        seed=secrets.randbelow(1 << 31) if settings.seed is None else settings.seed,
        per_character=settings.per_character,
        steps=settings.steps,
    )
    result = here.artist.draw(
        asked,
        settings.pack,
        device=settings.device,
        most=settings.portraits,
        cancelled=here.limit(job.cancelled),
    )
    here.metrics.drawn(result.seconds)
    images = [[b64encode(p.png()).decode() for p in c.portraits] for c in result.characters]
    return Response(Drawn(result=images).model_dump_json(), media_type="application/json")
