"""The door of the original project: one text in, base64 PNGs out, in one answer."""

import asyncio
import secrets
from base64 import b64encode
from typing import Annotated, Any

from fastapi import APIRouter, Body, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from .. import pipeline
from ..errors import Cancelled
from .desk import Desk, Job
from .problems import Problem, documented
from .settings import Settings

router = APIRouter()
CLOSED = 499  # the client went away: nobody reads the answer, only the log


class Order(BaseModel):
    """What is asked for."""

    model_config = ConfigDict(extra="forbid")
    text: str = Field(examples=["Блондинка в голубой кофте шла по улице."], strict=True)


class Drawn(BaseModel):
    """One list for each character of the text, in the order they appear; each item a PNG file in base64."""

    result: list[list[str]]


@router.post("/t2i-person", response_model=Drawn, responses=documented(400, 413, 422, 429, 500, 503))
async def t2i_person(order: Annotated[Order, Body()], request: Request) -> Any:
    """Draw each person of a Russian text as a cut-out portrait."""
    desk: Desk = request.app.state.desk
    settings: Settings = request.app.state.settings
    if not order.text.strip():
        raise Problem(422, 'The field "text" is empty: describe somebody in Russian.')
    if not _is_text(order.text):
        raise Problem(422, 'The field "text" holds half a surrogate pair: send whole characters.')
    job = desk.submit(lambda job: _draw(order.text, settings, job))
    drawing = asyncio.ensure_future(job.result())
    leaving = asyncio.ensure_future(_left(request))
    try:
        await asyncio.wait({drawing, leaving}, return_when=asyncio.FIRST_COMPLETED)
        if not drawing.done():
            return Response(status_code=CLOSED)
        if drawing.cancelled():
            raise Cancelled
        return drawing.result()
    except Cancelled:
        raise Problem(503, "The server is stopping: send the request again in a minute.") from None
    finally:
        job.cancel()
        drawing.cancel()
        leaving.cancel()


def _draw(text: str, settings: Settings, job: Job) -> Response:
    """Runs in a worker thread, to the last byte: encoding is slow as well."""
    result = pipeline.draw(
        text,
        pack=settings.pack,
        device=settings.device,
        seed=secrets.randbelow(1 << 31) if settings.seed is None else settings.seed,
        per_character=settings.per_character,
        steps=settings.steps,
        cancelled=job.cancelled,
    )
    images = [[b64encode(p.png()).decode() for p in c.portraits] for c in result.characters]
    return Response(Drawn(result=images).model_dump_json(), media_type="application/json")


def _is_text(text: str) -> bool:
    """False for what JSON can spell but Unicode does not allow."""
    return not any("\ud800" <= letter <= "\udfff" for letter in text)


async def _left(request: Request) -> None:
    """Return when the client hangs up."""
    while not await request.is_disconnected():
        await asyncio.sleep(0.2)
