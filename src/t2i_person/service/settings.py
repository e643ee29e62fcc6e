"""What a server can be told: each field is an option of ``serve`` and an environment variable."""

import inspect
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

from typer import Option

EXAMPLE = '{"text": "Блондинка в голубой кофте шла по улице."}'
PREFIX = "T2I_PERSON_"


@dataclass(frozen=True)
class Settings:
    host: Annotated[str, Option(help="Address to listen on; 0.0.0.0 for every network.")] = "127.0.0.1"
    port: Annotated[int, Option(min=0, max=65535, help="0 takes a free one.")] = 9008
    pack: Annotated[
        str, Option(help="Weights: a name from `packs list` or a folder; auto: faces where pulled.")
    ] = "auto"
    device: Annotated[str, Option(help="auto, cpu, cuda or mps.")] = "auto"
    seed: Annotated[
        int | None, Option(min=0, help="POST /t2i-person: the same for each request; else a new one.")
    ] = None
    per_character: Annotated[int, Option(min=1, help="POST /t2i-person: portraits of each person.")] = 1
    steps: Annotated[
        int | None, Option(min=0, help="Optimization steps where a request names none; 0 for none.")
    ] = None
    drawing: Annotated[int, Option(min=1, help="Requests drawn at once; one keeps all cores busy.")] = 1
    waiting: Annotated[int, Option(min=0, help="Requests that may wait before 429.")] = 16
    portraits: Annotated[int, Option(min=1, help="Portraits that one request may ask for.")] = 32
    job_seconds: Annotated[float, Option(min=0.1, help="Time limit of one drawing.")] = 600
    keep_seconds: Annotated[float, Option(min=1, help="How long results are kept.")] = 3600
    keep_mb: Annotated[int, Option(min=1, help="Memory for results; the oldest go first.")] = 512
    body_limit: Annotated[int, Option(min=1, help="Bytes of a request; PNGs may have 16 MiB.")] = 1 << 20
    data: Annotated[
        str, Option(help="Folder for the cast and for jobs a stop interrupted; `memory` keeps neither.")
    ] = "~/.local/share/t2i-person"
    stop_seconds: Annotated[float, Option(min=0, help="What is being drawn at SIGTERM gets this long.")] = 30
    api_keys: Annotated[
        str, Option(help="Keys that are let in, with commas between; better by environment.")
    ] = ""
    cors: Annotated[str, Option(help="Origins whose pages may call, with commas between; * for all.")] = ""
    log_format: Annotated[str, Option(help="text or json.")] = "text"
    log_texts: Annotated[bool, Option("--log-texts", help="Log what people write.")] = False

    def folder(self) -> Path | None:
        """Where things are kept; None for nowhere."""
        return None if self.data == "memory" else Path(self.data).expanduser()

    def keys(self) -> frozenset[str]:
        return frozenset(_items(self.api_keys))

    def origins(self) -> list[str]:
        return _items(self.cors)


def options() -> Iterator[inspect.Parameter]:
    """The settings as parameters of a typer command."""
    hints = get_type_hints(Settings, include_extras=True)
    for field in fields(Settings):
        kind, option = get_args(hints[field.name])
        option.envvar = PREFIX + field.name.upper()
        option.show_envvar = True
        yield inspect.Parameter(
            field.name,
            inspect.Parameter.KEYWORD_ONLY,
            default=field.default,
            annotation=Annotated[kind, option],
        )


def command(function: Any) -> Any:
    """Give ``function(**settings)`` the settings as options, for typer to read."""
    parameters = list(options())
    function.__signature__ = inspect.Signature(parameters)
    function.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}
    return function


def _items(line: str) -> list[str]:
    return [item.strip() for item in line.split(",") if item.strip()]
