"""Our own API: jobs, pictures, reading, edits, cast, packs."""

import asyncio
import base64
import binascii
import json
import re
import time
from collections.abc import AsyncIterator, Callable
from hashlib import sha256
from typing import Annotated, Any, Literal, TypeVar
from urllib.parse import quote

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from fastapi.sse import format_sse_event

from ...errors import visible
from ...pipeline import convert, list_packs
from .. import models
from ..keep.library import PEOPLE, RECORD, Member
from ..models import JobOrder
from ..problems import Problem, documented
from ..queue.desk import Task
from ..queue.events import stream
from ..queue.job import Job
from ..queue.previews import data_url, thumbnail
from ..runtime import BRIEF, Runtime, owner, runtime

T = TypeVar("T")
router = APIRouter(prefix="/v1", responses=documented(401, 404, 405, 500, 503))
Here = Annotated[Runtime, Depends(runtime)]
Owner = Annotated[str, Depends(owner)]
SENT = documented(400, 413, 422, 429)
STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: queued, progress, characters, preview, note, portrait; "
        "then done, failed or cancelled.",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    },
    204: {"description": "Nothing comes after the last event that the client has."},
}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {kind: {} for kind in ("image/png", "image/webp", "image/jpeg")},
        "description": "The picture.",
    },
}
UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "The client has it already."}}


@router.post("/jobs", status_code=202, response_model=models.Job, responses=SENT, tags=["jobs"])
async def start(order: JobOrder, here: Here, whose: Owner, request: Request, response: Response) -> Any:
    """Queue a drawing. The answer is the job, with its id and addresses."""
    here.heard(request, order.text)
    if order.pack is not None:
        await _at_once(request, here, lambda: here.jobs.pack(order.pack))
    if len(order.text) <= BRIEF:  # a longer text is read when its turn comes, and then fails the job
        await here.people(order.request(), request, here.settings.portraits)
    job = await here.jobs.submit(order, whose)
    response.headers["Location"] = f"/v1/jobs/{job.name}"
    return here.jobs.shown(job)


@router.get("/jobs/{id}", response_model=models.Job, tags=["jobs"])
async def job(id: str, here: Here, whose: Owner) -> Any:
    """The job: its progress, and what has been drawn so far."""
    return here.jobs.shown(await here.jobs.get(id, whose))


@router.delete(
    "/jobs/{id}",
    response_model=models.Job,
    responses={204: {"description": "It had ended, and is forgotten with its pictures."}},
    tags=["jobs"],
)
async def cancel(id: str, here: Here, whose: Owner) -> Any:
    """Cancel a job that has not ended, forget one that has."""
    found = await here.jobs.get(id, whose)
    if found.finished is not None:
        await here.jobs.forget(found)
        return Response(status_code=204)
    await here.jobs.cancel(found)
    return here.jobs.shown(found)


@router.get("/jobs/{id}/events", response_class=Response, responses=STREAM, tags=["jobs"])
async def events(
    id: str,
    here: Here,
    last_event_id: Annotated[str | None, Header(description="Go on after this one.")] = None,
) -> Response:
    """The events of a job, as they happen (server-sent events)."""
    found = await here.jobs.get(id)
    # our ids never have more digits. Anything else counts as 0: all events, from the first on
    after = int(last_event_id) if re.fullmatch(r"[0-9]{1,18}", last_event_id or "") else 0  # type: ignore[arg-type]
    if found.log.ended and after >= found.log.last:
        return Response(status_code=204)
    return stream(_entries(found, after))


@router.get(
    "/images/{id}",
    response_class=Response,
    responses=PICTURE | UNCHANGED | documented(422, 429),
    tags=["pictures"],
)
async def image(
    id: str,
    here: Here,
    request: Request,
    format: Literal["png", "webp", "jpeg"] = "png",
    size: Annotated[int | None, Query(ge=256, le=1024, description="Longer side in pixels.")] = None,
    background: Annotated[models.Background | None, Query(description="A colour behind the person.")] = None,
    quality: Annotated[int, Query(ge=1, le=100, description="Of WebP and JPEG.")] = 90,
) -> Response:
    """A picture. A PNG holds the record that draws it again; each format says that a model made it."""
    tag = f'"{id}-{format}-{size}-{background}-{quality}"'
    headers = {"ETag": tag, "Cache-Control": "private, max-age=86400, immutable"}
    data = await asyncio.to_thread(_picture, here, id)
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    if (format, size, background) != ("png", None, None):
        kept = data
        data = await _at_once(request, here, lambda: convert(kept, format, size, background, quality))
    return Response(data, media_type=f"image/{format}", headers=headers)


@router.post("/describe", response_model=models.Description, responses=SENT, tags=["reading"])
async def describe(order: models.DescribeOrder, here: Here, request: Request) -> Any:
    """Read a text: who it describes, and how. Nothing is drawn."""
    here.heard(request, order.text)

    def work(job: Task[dict[str, Any]]) -> dict[str, Any]:
        found = here.artist.describe(order.text, cancelled=here.limit(job.cancelled))
        people = [models.character(i, person) for i, person in enumerate(found)]
        return {"characters": [person.model_dump() for person in people]}

    return await here.reading(order.text).submit(work).attended(request)


@router.post("/edit", response_model=models.Portrait | models.Draft, responses=SENT, tags=["pictures"])
async def edit(order: models.EditOrder, here: Here, request: Request) -> Any:
    """Change the person of a portrait. It does not wait behind jobs."""
    here.heard(request, order.text)
    record, pack = await here.portrait(await _png(order, here), order.holds, request)
    asked = order.request(record)
    if order.draft:
        return await _at_once(
            request, here, lambda: models.Draft(image=data_url(thumbnail(here.artist.sketch(asked, pack))))
        )
    portrait = await here.change(asked, pack, request)
    data = await asyncio.to_thread(portrait.png)
    return models.portrait(0, portrait, await asyncio.to_thread(here.store.put, data))


@router.get("/cast", tags=["cast"])
async def cast(here: Here, whose: Owner) -> models.Cast:
    """All people of the cast."""
    members = await asyncio.to_thread(here.library.cast, whose)
    return models.Cast(cast=[_entry(member) for member in members])


@router.put(
    "/cast/{name}",
    response_model=models.CastEntry,
    responses=SENT
    | documented(507)
    | {201: {"model": models.CastEntry, "description": "Kept; nobody of that name was before."}},
    tags=["cast"],
)
async def keep(
    name: str, order: models.PortraitOrder, here: Here, whose: Owner, request: Request, response: Response
) -> Any:
    """Keep a portrait's person in the cast under a name; who had that name before is replaced."""
    if not name.strip() or len(name) > 100 or visible(name) != name or name.strip() in (".", ".."):
        detail = (
            "A name has 1 to 100 characters, none of which is a control character, and is not . or .. alone."
        )
        raise Problem(422, detail, field="name")
    data = await _png(order, here)
    record, _ = await here.portrait(data, order.holds, request)
    record = record.for_cast()
    if len(line := record.to_json()) > RECORD:
        detail = "This portrait's record is too long to be kept: draw it again."
        raise Problem(422, detail, "not_a_portrait", order.holds)
    picture = await _at_once(request, here, lambda: convert(data, "webp", 256, None, 85))
    member = Member(
        name=" ".join(name.split()),
        pack=record.pack,
        gender=str(record.character.get("gender", "unknown")),
        created=round(time.time(), 3),
        record=line,
        picture=picture,
    )
    try:
        if await asyncio.to_thread(here.library.keep, whose, member):
            response.status_code = 201
    except OverflowError:
        raise Problem(422, f"{PEOPLE} people are kept already: forget one first.", "cast_full") from None
    return _entry(member)


@router.get("/cast/{name}", tags=["cast"])
async def member(name: str, here: Here, whose: Owner) -> models.CastEntry:
    """One person of the cast."""
    return _entry(await _member(name, here, whose))


@router.get("/cast/{name}/image", response_class=Response, responses=PICTURE | UNCHANGED, tags=["cast"])
async def face(name: str, here: Here, whose: Owner, request: Request) -> Response:
    """The picture of a person of the cast: WebP, 256 pixels."""
    picture = (await _member(name, here, whose)).picture
    tag = f'"{sha256(picture).hexdigest()[:20]}"'  # another person may get the name later
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers=headers)
    return Response(picture, media_type="image/webp", headers=headers)


@router.delete("/cast/{name}", status_code=204, responses=documented(507), tags=["cast"])
async def forget(name: str, here: Here, whose: Owner) -> None:
    """Remove a person from the cast."""
    if not await asyncio.to_thread(here.library.forget, whose, name):
        raise _nobody(name)


@router.get("/packs", tags=["packs"])
async def packs(here: Here) -> models.Packs:
    """The packs that a request may name."""
    return models.Packs(
        packs=[
            models.PackCard(
                name=info.name,
                version=info.version,
                license=info.license,
                draws=sorted(info.draws),
                offers=list(info.recipe.offers),
                default=info.name == here.jobs.default_pack,
            )
            for info in list_packs()
        ]
    )


async def _entries(found: Job, after: int) -> AsyncIterator[bytes]:
    async for entry in found.log.follow(after):
        if entry is None:
            yield format_sse_event(comment="still here")
        else:
            data = json.dumps(entry.data, ensure_ascii=False)
            yield format_sse_event(data_str=data, event=entry.kind, id=str(entry.id))


async def _at_once(request: Request, here: Runtime, work: Callable[[], T]) -> T:
    """Do something quick in a thread, before the drawings that wait."""
    return await here.quick.submit(lambda _: work()).attended(request)


async def _png(order: models.PortraitOrder, here: Runtime) -> bytes:
    """The file that a request names or holds."""
    if order.png is None:
        return await asyncio.to_thread(_picture, here, str(order.portrait))
    try:
        return base64.b64decode(order.png.partition(",")[2] or order.png, validate=True)
    except (binascii.Error, ValueError):
        detail = 'The field "png" is not base64: send a PNG that was drawn here, in base64.'
        raise Problem(422, detail, "not_a_portrait", "png") from None


def _picture(here: Runtime, name: str) -> bytes:
    data = here.store.get(name)
    if data is None:
        raise Problem(404, "There is no such picture, or it was forgotten: they are kept for a time only.")
    return data


async def _member(name: str, here: Runtime, whose: str) -> Member:
    found = await asyncio.to_thread(here.library.member, whose, name)
    if found is None:
        raise _nobody(name)
    return found


def _nobody(name: str) -> Problem:
    return Problem(404, f"Nobody is kept as «{name}»: GET /v1/cast lists who is.")


def _entry(member: Member) -> models.CastEntry:
    return models.CastEntry(
        name=member.name,
        pack=member.pack,
        gender=member.gender,
        created=member.created,
        image=f"/v1/cast/{quote(member.name, safe='')}/image",
    )
