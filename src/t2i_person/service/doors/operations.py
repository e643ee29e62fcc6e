"""For those who run it: health and metrics."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel

from ..problems import Detail, documented
from ..runtime import Runtime

router = APIRouter(tags=["operations"])


class Alive(BaseModel):
    status: str


@router.get("/healthz")
async def alive() -> Alive:
    """The process answers."""
    return Alive(status="ok")


@router.get("/readyz", responses=documented(500, 503, model=Detail))
async def ready(request: Request) -> Alive:
    """The models are loaded, and it is not stopping."""
    here: Runtime = request.app.state.runtime
    here.check()
    return Alive(status="ready")


@router.get(
    "/metrics",
    response_class=Response,
    responses=documented(401, model=Detail) | {200: {"content": {"text/plain": {}}}},
)
async def metrics(request: Request) -> Response:
    """For Prometheus."""
    return Response(request.app.state.runtime.metrics.text(), media_type="text/plain; version=0.0.4")
