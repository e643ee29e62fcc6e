"""What is wrong with a field, in words made from the OpenAPI: what belongs there, and what was sent."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse

from ..errors import T2IError
from .models import HALF
from .problems import NOT_JSON, Problem, answer, explain
from .settings import EXAMPLE

NAME, MOST = 200, 10  # an answer repeats so many characters of a field's name, and so many names
SENT = 60  # and so many characters of a value
KEY = "[key]"  # how pydantic says that the name is wrong, not the value
Schema = Mapping[str, Any]


def install(app: FastAPI) -> None:
    """Answer for wrong fields at every door."""

    @app.exception_handler(RequestValidationError)
    async def told(request: Request, error: RequestValidationError) -> JSONResponse:
        path = getattr(request.scope.get("route"), "path", "")
        operation = app.openapi()["paths"].get(path, {}).get(request.method.lower(), {})
        return answer(request.scope, problem(error.errors(), _Door(app.openapi(), operation)))


class _Door:
    """What one door takes."""

    def __init__(self, api: Schema, operation: Schema) -> None:
        self._api = api
        content = operation.get("requestBody", {}).get("content", {"": {}})
        self.json = "application/json" in content
        self._body = self._whole(next(iter(content.values())).get("schema", {}))
        query = {one["name"]: one["schema"] for one in operation.get("parameters", ())}
        self.fields: Schema = {**query, **self._body.get("properties", {})}

    def example(self) -> str:
        """A body that it takes."""
        found = self._body.get("example") or {
            name: self._whole(self.fields[name]).get("examples", ["..."])[0]
            for name in self._body.get("required", ())
        }
        return json.dumps(found, ensure_ascii=False) if found else EXAMPLE

    def shape(self, place: Sequence[str | int]) -> str:
        """What belongs in a place, in words."""
        schema: Schema = {"properties": self.fields}
        *path, last = place
        for part in path[:-1] if last == KEY else place:
            schema = self._whole(schema)
            inside = schema.get("items") if isinstance(part, int) else schema.get("properties", {}).get(part)
            schema = inside or schema.get("additionalProperties") or {}
        if last == KEY:
            schema = {"type": "string", **self._whole(schema).get("propertyNames", {})}
        return self._words(schema)

    def _whole(self, schema: Schema) -> Schema:
        """The schema behind a reference; of a field that may be null, the schema of its other type."""
        if name := schema.get("$ref"):
            return dict(self._api["components"]["schemas"][name.rpartition("/")[2]])
        kinds = [one for one in schema.get("anyOf", ()) if one.get("type") != "null"]
        return {**schema, **self._whole(kinds[0])} if kinds else schema

    def _words(self, schema: Schema) -> str:
        schema = self._whole(schema)
        if names := schema.get("enum"):
            return f"one of {', '.join(map(str, names))}"
        match schema.get("type"):
            case "string":
                words = f"text{_span(schema, 'Length', ' of {} characters')}"
            case "boolean":
                words = "true or false"
            case "integer":
                words = f"a whole number{_span(schema, 'imum', ' {}')}"
            case "number":
                words = f"a number{_span(schema, 'imum', ' {}')}"
            case "array":
                words = f"a list{_span(schema, 'Items', ' of {}')}, each {self._words(schema['items'])}"
            case "object":
                each = self._words(schema.get("additionalProperties", {}))
                words = f"an object{_span(schema, 'Properties', ' of {} names')}, each with {each}"
            case _:
                return "something else"
        examples = schema.get("examples")
        return f"{words}, as {json.dumps(examples[0], ensure_ascii=False)}" if examples else words


def _span(schema: Schema, end: str, form: str) -> str:
    """«of 1 to 100 characters», «from 0», or nothing."""
    low, high = (schema.get(f"{side}{end}") for side in ("min", "max"))
    low, high = (int(one) if one == int(one or 0) else one for one in (low, high))
    number = end == "imum"
    if low is None and high is None:
        return ""
    if high is None:
        return form.format(f"from {low}" if number else f"{low} or more")
    if low is None:
        return form.format(f"up to {high}")
    return form.format(f"from {low} to {high}" if number else f"{low} to {high}")


def problem(errors: Sequence[Any], door: _Door) -> Problem:
    """One sentence about the first thing that is wrong."""
    first = errors[0]
    kind = first["type"]
    where = [part for part in first["loc"] if part not in ("body", "query", "path")]
    named = KEY in where
    place = [str(part) for part in where if part != KEY][: -1 if named else None]
    name = ".".join(place)[:NAME]  # one that a client made up may have a megabyte
    what = f'A name in "{name}"' if named else f'The field "{name}"'
    if kind == "json_invalid":
        return Problem(400, NOT_JSON.replace(EXAMPLE, door.example()))
    if kind == "missing" and place:
        unknown = [str(one["loc"][-1]) for one in errors if one["type"] == "extra_forbidden"]
        strange = [f'"{one[:NAME]}"' for one in unknown[:MOST]]
        instead = f" ({', '.join(strange)} is not known here)" if strange else ""
        return Problem(422, f"{what} is missing{instead}: it is {door.shape(where)}.", field=name)
    if kind == "extra_forbidden":
        return Problem(
            422, f"{what} is not known here: send no other than {', '.join(door.fields)}.", field=name
        )
    if kind == "value_error":  # a message of our own
        said = first["ctx"]["error"]
        if isinstance(said, T2IError):
            found = explain(said)
            return Problem(found.status, found.detail, found.code, name or None)
        return Problem(422, f"{what} {said}" if place else str(said), field=name or None)
    if kind == "string_unicode":
        return Problem(422, f"{what} {HALF}", field=name)
    if place:
        return Problem(422, f"{what} is {door.shape(where)}, not {_shown(first['input'])}.", field=name)
    sent = f"send {door.example()}" + (" with Content-Type: application/json" if door.json else "")
    return Problem(422, f"The body is not a JSON object: {sent}.")


def _shown(value: Any) -> str:
    """What was sent, in short."""
    try:
        text = json.dumps(value[:NAME] if isinstance(value, str) else value, ensure_ascii=False, default=str)
    except (ValueError, RecursionError):  # too deep
        return "what was sent"
    return text if len(text) <= SENT else f"{text[:SENT]}..."
