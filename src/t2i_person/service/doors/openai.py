"""OpenAI's images dialect, for clients that speak it: generations, edits, models.

Source: OpenAI's API reference: "Create image", "Create image edit", "Image generation streaming events" and
"List models".
"""

import asyncio
import json
import time
from base64 import b64decode, b64encode
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.exceptions import RequestValidationError
from fastapi.sse import format_sse_event
from pydantic import ValidationError

from ...errors import Cancelled
from ...pipeline import AUTO, CROWD, Character, convert, default_pack, list_packs
from ...portrait import Portrait, said
from ...request import Request as Wanted
from .. import models
from ..models import JobOrder
from ..problems import Left, Problem
from ..queue.desk import hung_up
from ..queue.events import stream
from ..queue.job import Job
from ..queue.previews import recode
from ..runtime import Runtime, owner, runtime
from .openai_models import DOCUMENTED, READ, USAGE, Asked, Editing, Generation, Image, Images, Model, Models

router = APIRouter(tags=["OpenAI's dialect"])


@router.get("/v1/models", responses=READ)
async def list_models(here: Annotated[Runtime, Depends(runtime)]) -> Models:
    """The packs here."""
    first = here.settings.pack if here.settings.pack != AUTO else default_pack()
    names = sorted((info.name for info in list_packs()), key=lambda name: (name != first, name))
    return Models(data=[Model(id=name) for name in names])


@router.get("/v1/models/{name}", responses=READ)
async def model(name: str, here: Annotated[Runtime, Depends(runtime)]) -> Model:
    """One of them."""
    known = (await list_models(here)).data
    if found := next((one for one in known if one.id == name), None):
        return found
    there = ", ".join(one.id for one in known)
    raise Problem(404, f"There is no model {name!r} here, but {there}.", "model_not_found", "model")


@router.post("/v1/images/generations", response_model=Images, responses=DOCUMENTED)
async def generate(
    order: Generation,
    request: Request,
    here: Annotated[Runtime, Depends(runtime)],
    whose: Annotated[str, Depends(owner)],
) -> Any:
    """Draw `n` pictures of the prompt's people, in turn."""
    form = _Form(order)
    here.heard(request, order.prompt)
    people = await here.people(Wanted(order.prompt), request)
    job = await here.jobs.submit(form.job(people, here), whose, fleeting=True)
    if order.stream:
        return stream(_events(job, form, order.partial_images or 0, here))
    leaving = asyncio.ensure_future(hung_up(request))
    drawing = asyncio.ensure_future(_ended(job))
    try:
        await asyncio.wait({leaving, drawing}, return_when=asyncio.FIRST_COMPLETED)
        if not drawing.done():
            raise Left
    finally:
        leaving.cancel()
        drawing.cancel()
        if job.finished is None and not job.handed_back:
            await here.jobs.cancel(job)
    shown = _chosen(job, form.n)
    urls = order.response_format == "url"
    base = str(request.base_url).rstrip("/")
    data = []
    for portrait in shown:
        link = f"{base}{portrait.url}?format={form.format}" if urls else None
        encoded = None if urls else await asyncio.to_thread(form.encoded, here, portrait.id)
        data.append(Image(url=link, b64_json=encoded, revised_prompt=_says(job, portrait)))
    if not urls:
        await here.jobs.forget(job)
    notes = [*form.notes, *(note for one in job.characters for note in one.notes)]
    if left := [one.head for one in job.characters if not one.portraits]:
        notes.append(f"Not drawn, for n is {form.n}: {', '.join(left)}.")
    return Images(data=data, notes=notes, **form.about())


@router.get("/v1/images/generations", include_in_schema=False)
@router.get("/v1/images/edits", include_in_schema=False)
async def not_a_picture() -> None:
    """Without this, the name of the door would be taken for a picture's id."""
    raise HTTPException(405, headers={"Allow": "POST"})


@router.api_route("/v1/images/variations", methods=["GET", "POST"], include_in_schema=False)
async def variations() -> None:
    detail = "Variations are not drawn here: send the portrait to /v1/images/edits with what to change."
    raise Problem(404, detail)


EDIT = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["image", "prompt"],
                    "properties": {
                        "image": {"type": "string", "format": "binary"},
                        **Editing.model_json_schema()["properties"],
                    },
                }
            }
        },
    }
}


@router.post("/v1/images/edits", response_model=Images, responses=DOCUMENTED, openapi_extra=EDIT)
async def edit(request: Request, here: Annotated[Runtime, Depends(runtime)]) -> Any:
    """Change one of our portraits (the PNG, as it came) by a phrase; one picture."""
    image, fields = await _sent(request)
    try:
        order = Editing.model_validate(fields)
    except ValidationError as error:
        raise RequestValidationError(error.errors()) from error
    if order.stream:
        raise Problem(422, "Edits are not streamed: leave stream out.", field="stream")
    form = _Form(order)
    if form.n > 1:
        form.notes.append(f"One edit is drawn, not {form.n}: all would be the same.")
    here.heard(request, order.prompt)
    record, pack = await here.portrait(image, "image", request)
    asked = Wanted.change(
        record,
        order.prompt,
        steps=0 if form.quality == "low" else None,
        background=form.behind,
        size=form.size,
    )
    portrait = await here.change(asked, pack, request)
    name = await asyncio.to_thread(lambda: here.store.put(portrait.png()))
    if order.response_format == "url":
        base = str(request.base_url).rstrip("/")
        data = {"url": f"{base}/v1/images/{name}?format={form.format}"}
    else:
        data = {"b64_json": await asyncio.to_thread(form.encoded, here, name)}
    head = str(record.character.get("lemma") or record.character.get("head") or "")
    says = _sentence(head, portrait.record.character.get("features", ()), portrait)
    return Images(data=[Image(revised_prompt=says, **data)], notes=form.notes, **form.about())


async def _sent(request: Request) -> tuple[bytes, dict[str, str]]:
    """The image of a form, and its other fields."""
    try:
        sent = await request.form(max_files=16, max_fields=64)
    except HTTPException as error:
        raise Problem(400, f"The form cannot be read: {error.detail}") from error
    images = [value for name, value in sent.multi_items() if name in ("image", "image[]")]
    if len(images) != 1 or isinstance(images[0], str):
        detail = "Send one file as `image`, a PNG that this server drew, in multipart/form-data."
        raise Problem(422, detail, field="image")
    fields = {name: value for name, value in sent.multi_items() if isinstance(value, str)}
    return await images[0].read(), fields


class _Form:
    """How the pictures are wanted."""

    def __init__(self, order: Asked) -> None:
        self.order, self.n = order, order.n or 1
        self.notes: list[str] = []
        self.format = order.output_format or "png"
        background = order.background or "auto"
        if background == "transparent" and self.format == "jpeg":
            detail = "A JPEG cannot be transparent: choose output_format png or webp, or background opaque."
            raise Problem(422, detail, field="background")
        opaque = background == "opaque" or self.format == "jpeg"
        self.background = "opaque" if opaque else "transparent"
        self.behind = "kept" if opaque else "transparent"  # the same in our words
        asked = "1024x1024" if order.size in (None, "auto") else str(order.size)
        self.size = min(map(int, asked.split("x")))
        if asked != (given := f"{self.size}x{self.size}"):
            self.notes.append(f"Portraits are square: for {asked} they have {given}.")
        self.quality = {"low": "low", "medium": "medium"}.get(order.quality or "auto", "high")

    def job(self, people: Sequence[Character], here: Runtime) -> JobOrder:
        """As many portraits of each person as `n` needs; if there are more people than `n`, the first `n`."""
        assert isinstance(self.order, Generation)
        n = self.n
        crowd = sum(min(person.count, CROWD) for person in people)
        known = [info.name for info in list_packs()]
        pack = self.order.model if self.order.model in known else None
        if self.order.model and not pack:
            self.notes.append(f"There is no model {self.order.model!r} here: {here.settings.pack} drew.")
        return JobOrder(
            text=self.order.prompt,
            seed=self.order.seed,
            characters=list(range(min(n, len(people)))),
            per_character=-(-n // crowd) if n > len(people) else 1,
            steps=0 if self.quality == "low" else None,
            pack=pack,
            background=self.behind,
            size=self.size,
        )

    def about(self) -> dict[str, Any]:
        """What all answers say."""
        return {
            "created": int(time.time()),
            "background": self.background,
            "output_format": self.format,
            "quality": self.quality,
            "size": f"{self.size}x{self.size}",
            "usage": USAGE,
        }

    def encoded(self, here: Runtime, name: str) -> str:
        """A kept picture in the format asked for, base64."""
        data = here.store.get(name)
        if data is None:
            raise Problem(503, "The server keeps too few pictures for so many: ask for fewer.", "forgotten")
        if self.format != "png":
            compression = self.order.output_compression
            data = convert(data, self.format, None, None, 100 if compression is None else max(1, compression))
        return b64encode(data).decode()


async def _events(job: Job, form: _Form, partial: int, here: Runtime) -> AsyncIterator[bytes]:
    """Partial pictures as the stages pass, then each whole one."""
    sent: dict[tuple[int, int], set[str]] = {}
    stage = ""
    try:
        async for entry in job.log.follow():
            if entry is None:
                yield format_sse_event(comment="still here")
                continue
            place = (entry.data.get("character"), entry.data.get("portrait"))
            if entry.kind == "progress":
                stage = entry.data["stage"]
            elif entry.kind == "preview":
                seen = sent.setdefault(place, set())  # type: ignore[arg-type]
                if stage not in seen and len(seen) < partial:
                    webp = b64decode(entry.data["image"].partition(",")[2])
                    picture = await asyncio.to_thread(recode, webp, form.format)
                    more = {"partial_image_index": len(seen), "b64_json": b64encode(picture).decode()}
                    seen.add(stage)
                    yield _event("image_generation.partial_image", form, more)
        if job.error is not None or job.status != "done":
            problem = job.error or Problem(503, "The drawing was cancelled.", "cancelled")
            error = {"message": problem.detail, "type": "server_error", "code": problem.code, "param": None}
            data = json.dumps({"type": "error", "error": error}, ensure_ascii=False)
            yield format_sse_event(event="error", data_str=data)
            return
        for portrait in _chosen(job, form.n):
            encoded = await asyncio.to_thread(form.encoded, here, portrait.id)
            more = {"b64_json": encoded, "revised_prompt": _says(job, portrait), "usage": USAGE}
            yield _event("image_generation.completed", form, more)
        await here.jobs.forget(job)
    finally:
        if job.finished is None and not job.handed_back:
            await here.jobs.cancel(job)


def _event(kind: str, form: _Form, more: dict[str, Any]) -> bytes:
    about = form.about()
    about["created_at"] = about.pop("created")
    about.pop("usage")
    return format_sse_event(
        event=kind, data_str=json.dumps({"type": kind} | about | more, ensure_ascii=False)
    )


def _chosen(job: Job, n: int) -> list[models.Portrait]:
    """`n` portraits, from each person in turn.

    Raises
    ------
    Problem, Cancelled : there are none, and why.
    """
    if job.error is not None:
        raise job.error
    if job.status != "done":
        raise Cancelled
    most = max(len(one.portraits) for one in job.characters)
    turns = [one.portraits[k] for k in range(most) for one in job.characters if k < len(one.portraits)]
    return turns[:n]


def _says(job: Job, portrait: models.Portrait) -> str:
    """Who it shows and how, in words."""
    who = job.characters[portrait.character]
    return _sentence(who.lemma, [feature.model_dump() for feature in who.features], portrait)


def _sentence(head: str, features: Sequence[Mapping[str, Any]], portrait: models.Portrait | Portrait) -> str:
    drawn = [said(name, features) for name in portrait.drawn if name != head]  # «девушка» says an age, too
    shown = f"{head}: {', '.join(drawn)}" if drawn else head
    missing = "; ".join(f"{said(name, features)} ({why})" for name, why in portrait.not_drawn.items())
    return f"{shown}. Not drawn: {missing}." if missing else f"{shown}."


async def _ended(job: Job) -> None:
    async for _ in job.log.follow():
        pass
