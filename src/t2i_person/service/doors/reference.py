"""`/docs`: each address, field and status code on one page, from the OpenAPI; nothing from elsewhere."""

from collections.abc import Iterator
from html import escape
from typing import Any

from fastapi import APIRouter, Request, Response

from ..limits import HEADERS

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def reference(request: Request) -> Response:
    return Response(html(request.app.openapi()), media_type="text/html; charset=utf-8", headers=HEADERS)


def html(api: dict[str, Any]) -> str:
    """The page of an OpenAPI 3.1 document."""
    title = escape(f"{api['info']['title']} {api['info']['version']}")
    groups: dict[str, list[str]] = {}
    for path, methods in api["paths"].items():
        for method, operation in methods.items():
            group = (operation.get("tags") or ["drawing"])[0]
            groups.setdefault(group, []).append(_operation(api, f"{method.upper()} {path}", operation))
    parts = (f"<h2>{escape(group)}</h2>{''.join(found)}" for group, found in groups.items())
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title>'
        '<meta name="viewport" content="width=device-width"><link rel="stylesheet" href="static/style.css">'
        f'<body class="reference"><h1>{title}</h1><p>{escape(api["info"].get("summary", ""))} '
        'For programs: <a href="openapi.json">openapi.json</a>. <a href=".">The page</a>.</p>'
        f"{''.join(parts)}</body></html>"
    )


def _operation(api: dict[str, Any], name: str, operation: dict[str, Any]) -> str:
    rows = []
    for parameter in operation.get("parameters", ()):
        more = parameter.get("description", "")
        rows.append(_row(parameter["name"], parameter["schema"], parameter.get("required", False), more))
    for kind in operation.get("requestBody", {}).get("content", {}).values():
        rows += _fields(api, kind.get("schema", {}))
    head = "<tr><th>field</th><th>type</th><th>default</th><th></th></tr>"
    table = f"<table>{head}{''.join(rows)}</table>" if rows else ""
    codes = "".join(
        f"<li><code>{code}</code> {escape(answer.get('description', ''))}</li>"
        for code, answer in sorted(operation["responses"].items())
    )
    about = escape(operation.get("description", operation.get("summary", "")))
    return f"<section><h3><code>{escape(name)}</code></h3><p>{about}</p>{table}<ul>{codes}</ul></section>"


def _fields(api: dict[str, Any], schema: dict[str, Any]) -> Iterator[str]:
    schema = _resolved(api, schema)
    for name, field in schema.get("properties", {}).items():
        yield _row(name, field, name in schema.get("required", ()), field.get("description", ""))


def _row(name: str, schema: dict[str, Any], required: bool, about: str) -> str:
    default = "required" if required else escape(str(schema.get("default", "")))
    cells = (f"<code>{escape(name)}</code>", escape(_type(schema)), default, escape(about))
    return f"<tr>{''.join(f'<td>{cell}</td>' for cell in cells)}</tr>"


def _type(schema: dict[str, Any]) -> str:
    """«integer 0 to 64», «string or null», one of the words."""
    if "anyOf" in schema:
        return " or ".join(_type(one) for one in schema["anyOf"])
    if "enum" in schema or "const" in schema:
        return " | ".join(map(str, schema.get("enum", [schema.get("const")])))
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    kind = str(schema.get("type", "any"))
    if kind == "array":
        return f"list of {_type(schema.get('items', {}))}"
    low, high = (
        schema.get(f"{end}imum", schema.get(f"{end}Length", schema.get(f"exclusive{end.title()}imum")))
        for end in ("min", "max")
    )
    if low is not None and high is not None:
        return f"{kind} {low} to {high}"
    return kind if low is None else f"{kind} from {low}"


def _resolved(api: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    name = schema.get("$ref")
    return api["components"]["schemas"][name.rpartition("/")[2]] if name else schema
