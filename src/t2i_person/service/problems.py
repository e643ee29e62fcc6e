"""Wrong input and other trouble, told as ``{"detail": "what is wrong and what to do"}``."""

from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from ..errors import PackError, T2IError
from .desk import Full
from .settings import EXAMPLE

MEANINGS = {
    400: "The body is not JSON.",
    413: "The body is too large.",
    422: "The fields are wrong, the text is empty, or it has no people.",
    429: "Too many requests wait already; Retry-After says when to come back.",
    500: "The drawing failed; the server's log says why.",
    503: "The server is starting or stopping.",
}

NOT_JSON = f"The body is not valid JSON in UTF-8: send {EXAMPLE}."
HINTS = {
    400: NOT_JSON,
    404: "Nothing is here: POST /t2i-person draws, GET /health answers, GET /docs explains.",
    405: f"This address does not take that method: POST {EXAMPLE} to /t2i-person.",
}


class Trouble(BaseModel):
    """What is wrong, and what to do about it."""

    detail: str


class Problem(Exception):
    """An answer other than 200."""

    def __init__(self, status: int, detail: str) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail


def documented(*codes: int) -> dict[int | str, dict[str, Any]]:
    """OpenAPI's `responses` for these status codes."""
    return {code: {"model": Trouble, "description": MEANINGS[code]} for code in codes}


def install(app: FastAPI) -> None:
    """Answer every kind of trouble in the same form."""

    @app.exception_handler(Problem)
    async def problem(_: Request, error: Problem) -> JSONResponse:
        return _answer(error.status, error.detail)

    @app.exception_handler(T2IError)
    async def refused(_: Request, error: T2IError) -> JSONResponse:
        return _answer(422, str(error))

    @app.exception_handler(Full)
    async def full(_: Request, error: Full) -> JSONResponse:
        seconds = str(error.retry_after)
        detail = f"Too many requests wait already: try again in {seconds} s."
        return _answer(429, detail, {"Retry-After": seconds})

    @app.exception_handler(HTTPException)
    async def protocol(_: Request, error: HTTPException) -> JSONResponse:
        headers = dict(error.headers or {})
        return _answer(error.status_code, HINTS.get(error.status_code, error.detail), headers)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return _answer(*_explain(error))

    @app.exception_handler(PackError)
    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> JSONResponse:
        return _answer(500, MEANINGS[500])


def _answer(status: int, detail: str, headers: dict[str, str] | None = None) -> JSONResponse:
    return JSONResponse({"detail": detail}, status, headers)


def _explain(error: RequestValidationError) -> tuple[int, str]:
    """One sentence about the first thing that is wrong."""
    first = error.errors()[0]
    kind, place = first["type"], [str(part) for part in first["loc"] if part != "body"]
    if kind == "json_invalid":
        return 400, NOT_JSON
    if kind == "missing" and place:
        return 422, f'The field "{place[-1]}" is missing: send {EXAMPLE}.'
    if kind == "extra_forbidden":
        return 422, f'The field "{place[-1]}" is not known here: send {EXAMPLE}.'
    if place:
        return 422, f'The field "{place[-1]}" is wrong ({first["msg"]}): send {EXAMPLE}.'
    return 422, f"The body is not a JSON object: send {EXAMPLE} with Content-Type: application/json."
