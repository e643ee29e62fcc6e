"""The page at `/`: a handful of static files, nothing from elsewhere."""

from hashlib import sha256
from importlib.resources import files

from fastapi import APIRouter, Request, Response

from ..limits import HEADERS
from ..problems import Problem

TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
router = APIRouter(include_in_schema=False)
_files = {
    item.name: (item.read_bytes(), TYPES[item.name.rpartition(".")[2]])
    for item in (files(__package__.rpartition(".")[0]) / "page").iterdir()
    if item.name.rpartition(".")[2] in TYPES
}


@router.api_route("/", methods=["GET", "HEAD"])
async def page(request: Request) -> Response:
    return _send(request, "index.html")


@router.api_route("/static/{name}", methods=["GET", "HEAD"])
async def part(request: Request, name: str) -> Response:
    return _send(request, name)


def _send(request: Request, name: str) -> Response:
    if name not in _files:
        raise Problem(404, f"The page has no file {name!r}: open / in a browser.")
    body, kind = _files[name]
    headers = HEADERS | {"ETag": f'"{sha256(body).hexdigest()[:20]}"'}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=kind, headers=headers)
