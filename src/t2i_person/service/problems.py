"""Wrong input and other trouble, in the form that each door promises."""

import logging
import re
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict
from starlette.exceptions import HTTPException
from starlette.types import Scope

from ..errors import Cancelled, NobodyFits, NoPeople, T2IError, TooManyPeople
from ..pipeline import TextError
from .settings import EXAMPLE

log = logging.getLogger("t2i_person.service")

KEYS = {
    "bearer": {"type": "http", "scheme": "bearer"},
    "header": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
}
CLOSED = 499  # the client went away: nobody reads the answer, only the log
MEANINGS = {
    400: "The body is not JSON.",
    401: "An API key is asked for.",
    404: "No such thing here (any more).",
    405: "The address does not take that method.",
    408: "The body did not come in time.",
    413: "The body is too large.",
    421: "The request was meant for another host.",
    422: "A field is wrong, or the text cannot be drawn; `code` says which.",
    429: "Too many requests wait already; Retry-After says when to come back.",
    500: "It failed; the server's log says why.",
    503: "The server is starting or stopping.",
    507: "The server's disk takes no more; nothing was changed.",
}
CODES = {
    400: "not_json",
    401: "no_key",
    404: "not_found",
    405: "wrong_method",
    408: "too_slow",
    413: "too_large",
    421: "wrong_host",
    422: "invalid",
    429: "queue_full",
    500: "failed",
    507: "disk_full",
}
ORIGINAL = "/t2i-person"
OPENAI = ("/v1/images/generations", "/v1/images/edits", "/v1/images/variations", "/v1/models")
OPENAI_EXAMPLE = EXAMPLE.replace('"text"', '"prompt"')
STARTING = "The server is starting: try again in a few seconds."
NOT_JSON = f"The body is not valid JSON in UTF-8: send {EXAMPLE}."
HINTS = {
    400: NOT_JSON,
    404: "Nothing is here: POST /t2i-person or /v1/jobs draws, GET /docs explains.",
    405: f"This address does not take that method: POST {EXAMPLE} to {ORIGINAL}.",
}


class Full(Exception):
    """No place is free; in `retry_after` whole seconds one should be, by what recent tasks took."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"no place is free for about {retry_after} s")
        self.retry_after = retry_after


class Left(Exception):
    """The client hung up."""


class Unwritable(Exception):
    """The disk is full, or may not be written to."""


class Unreadable(Exception):
    """What is kept is damaged."""


class Away(Exception):
    """The store that servers share does not answer."""


class Detail(BaseModel):
    """What is wrong, and what to do about it."""

    detail: str


class ProblemDetails(BaseModel):
    """RFC 9457. `detail` is for people, `code` for programs; `field` names the one at fault."""

    model_config = ConfigDict(json_schema_extra={"required": ["type", "title", "status", "code", "detail"]})
    type: str = "about:blank"
    title: str
    status: int
    code: str
    detail: str
    field: str | None = None


class Problem(Exception):
    """An answer other than 2xx."""

    def __init__(
        self,
        status: int,
        detail: str,
        code: str = "",
        field: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail, self.field, self.headers = status, _sayable(detail), field, headers or {}
        self.code = code or CODES.get(status, "invalid")

    def details(self) -> dict[str, Any]:
        """The problem as an object of RFC 9457."""
        # Python before 3.13 has the title of an older RFC for 422
        title = "Unprocessable Content" if self.status == 422 else HTTPStatus(self.status).phrase
        found = ProblemDetails(
            title=title, status=self.status, code=self.code, detail=self.detail, field=self.field
        )
        return found.model_dump(exclude_none=True)


def documented(*codes: int, model: type[BaseModel] = ProblemDetails) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these status codes."""
    if model is not ProblemDetails:
        return {code: {"model": model, "description": MEANINGS[code]} for code in codes}
    schema = {"$ref": "#/components/schemas/ProblemDetails"}
    content = {"application/problem+json": {"schema": schema}}
    return {code: {"description": MEANINGS[code], "content": content} for code in codes}


def complete(api: dict[str, Any]) -> dict[str, Any]:
    """The OpenAPI with the shape of problems, the ways to send a key and titles that people can read, and
    without FastAPI's own problems, which are never answered.
    """
    api["components"]["securitySchemes"] = KEYS
    api["security"] = [{}, *({name: []} for name in KEYS)]  # {}: most servers ask for none
    schemas = api["components"]["schemas"]
    schemas["ProblemDetails"] = ProblemDetails.model_json_schema()
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    for methods in api["paths"].values():
        for operation in methods.values():
            # else it would be the name of our function
            operation["summary"] = re.split(r"[.;:]", operation.get("description") or operation["summary"])[0]
            if "HTTPValidationError" in str(operation["responses"].get("422")):
                del operation["responses"]["422"]
    return api


def explain(error: Exception) -> Problem:
    """What to tell the client about any exception."""
    match error:
        case Problem():
            return error
        case Full():
            seconds = str(error.retry_after)
            detail = f"Too many requests wait already: try again in {seconds} s."
            return Problem(429, detail, headers={"Retry-After": seconds})
        case Cancelled():
            return stopping()
        case Unwritable():
            log.error("cannot keep: %s", error)
            return Problem(507, MEANINGS[507])
        case Unreadable():
            log.error("the folder for data is damaged: %s", error)
            return Problem(500, "What the server keeps is damaged; its log says why.")
        case Away():
            log.error("the store does not answer: %s", error)
            detail = "The store of jobs does not answer: try again in 5 s."
            return Problem(503, detail, "store_away", headers={"Retry-After": "5"})
        case NoPeople():
            return Problem(422, str(error), "no_people", "text")
        case TooManyPeople():
            return Problem(422, str(error), "too_many_people", "text")
        case NobodyFits():
            return Problem(422, str(error), "nobody_fits")
        case TextError():
            return Problem(422, str(error), "not_russian", "text")
        case T2IError():
            return Problem(422, str(error), "cannot_draw")
        case HTTPException():
            detail = HINTS.get(error.status_code, str(error.detail))
            return Problem(error.status_code, detail, headers=dict(error.headers or {}))
    return Problem(500, MEANINGS[500])


def stopping() -> Problem:
    detail = "The server is stopping: send the request again in a minute."
    return Problem(503, detail, "stopping", headers={"Retry-After": "60"})


def starting() -> Problem:
    return Problem(503, STARTING, "starting", headers={"Retry-After": "5"})


def path_of(scope: Scope) -> str:
    """The address without the prefix that a proxy has before it."""
    path, root = str(scope["path"]), str(scope.get("root_path", ""))
    return path[len(root) :] if root and path.startswith(f"{root}/") else path


def answer(scope: Scope, problem: Problem) -> JSONResponse:
    """The problem in the form of the door, which is known by its address."""
    headers = dict(problem.headers)
    if name := scope.get("t2i_person.request"):
        headers["X-Request-ID"] = name
    scope["app"].state.runtime.metrics.errors.labels(problem.code).inc()
    path = path_of(scope)
    if path.startswith(OPENAI):
        kind = "invalid_request_error" if problem.status < 500 and problem.status != 429 else "server_error"
        # its fields have other names
        detail = problem.detail.replace(EXAMPLE, OPENAI_EXAMPLE).replace('"text"', '"prompt"')
        detail = detail.replace(f"to {ORIGINAL}", f"to {OPENAI[0]}")
        field = {"text": "prompt", "characters": "n", "pack": "model"}.get(problem.field or "", problem.field)
        error = {"message": detail, "type": kind, "param": field, "code": problem.code}
        status = 400 if problem.status == 422 else problem.status  # as OpenAI's own server answers
        return JSONResponse({"error": error}, status, headers)
    if path.startswith("/v1/") or path == "/v1":
        return JSONResponse(problem.details(), problem.status, headers, "application/problem+json")
    return JSONResponse({"detail": problem.detail}, problem.status, headers)


def install(app: FastAPI) -> None:
    """Answer every kind of trouble."""

    async def told(request: Request, error: Exception) -> JSONResponse:
        return answer(request.scope, explain(error))

    ours = (Problem, T2IError, Full, Away, Unwritable, Unreadable, Cancelled)
    for kind in (*ours, HTTPException, Exception):
        app.add_exception_handler(kind, told)

    @app.exception_handler(Left)
    async def left(_: Request, error: Left) -> Response:
        return Response(status_code=CLOSED)


def _sayable(text: str) -> str:
    """Without halves of surrogate pairs, which UTF-8 cannot encode."""
    return text.encode("utf-8", "replace").decode()
