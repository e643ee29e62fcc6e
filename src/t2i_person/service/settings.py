"""What a server can be told: each field is an option of ``serve`` and an environment variable."""

import inspect
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, get_args, get_type_hints

from typer import Option, Typer

from ..errors import T2IError

EXAMPLE = '{"text": "Блондинка в голубой кофте шла по улице."}'
PREFIX = "T2I_PERSON_"
OURS = {"v1", "static", "docs", "openapi.json", "t2i-person", "health", "healthz", "readyz", "metrics"}


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
    keep_mb: Annotated[int, Option(min=1, help="MB for results; the oldest go first.")] = 512
    body_limit: Annotated[int, Option(min=1, help="Bytes of a request; PNGs may have 16 MiB.")] = 1 << 20
    data: Annotated[
        str, Option(help="Folder for the cast, and for jobs with their pictures; `memory`: none.")
    ] = "~/.local/share/t2i-person"
    store: Annotated[
        str,
        Option(help="postgresql://USER:PASSWORD@HOST/NAME, which servers share, instead of --data."),
    ] = ""
    stop_seconds: Annotated[float, Option(min=0, help="What is being drawn at SIGTERM gets this long.")] = 30
    allowed_hosts: Annotated[
        str,
        Option(help="Names it is asked for by, with commas between, *.example.org for all below; * for any."),
    ] = ""
    root_path: Annotated[str, Option(help="Path prefix that a proxy has before it, as /faces.")] = ""
    proxies: Annotated[
        str,
        Option(help="Proxies whose X-Forwarded-For, -Proto, -Prefix count: addresses, nets, or * for any."),
    ] = "127.0.0.1"
    api_keys: Annotated[
        str, Option(help="Keys that are let in, with commas between; better by environment.")
    ] = ""
    cors: Annotated[str, Option(help="Origins whose pages may call, with commas between; * for all.")] = ""
    log_format: Annotated[str, Option(help="text or json.")] = "text"
    log_texts: Annotated[bool, Option("--log-texts", help="Log what people write.")] = False

    @classmethod
    def of_environment(cls) -> "Settings":
        """As `serve` takes them from its environment."""
        found: dict[str, Any] = {}

        def take(**settings: Any) -> None:
            found.update(settings)

        app = Typer()
        app.command()(command(take))
        app([], standalone_mode=False)
        return cls(**found)

    def folder(self) -> Path | None:
        """Where things are kept; None for nowhere."""
        try:
            return None if self.data == "memory" else Path(self.data).expanduser()
        except RuntimeError as error:
            raise T2IError(f"--data {self.data}: there is no such home: name a folder, or memory.") from error

    def hosts(self) -> list[str]:
        return _items(self.allowed_hosts)

    def keys(self) -> frozenset[str]:
        keys = frozenset(_items(self.api_keys))
        if not all(key.isascii() and key.isprintable() and " " not in key for key in keys):
            raise T2IError(
                "An API key has letters, digits and signs of ASCII and no space: others cannot be sent."
            )
        return keys

    def check(self) -> None:
        """Raise T2IError for what can be seen to be wrong before anything is loaded."""
        if self.log_format not in ("text", "json"):
            raise T2IError(f"The log format is text or json, not {self.log_format!r}.")
        if not self.host.strip():
            raise T2IError("--host is empty: 127.0.0.1 for this machine only, 0.0.0.0 for every network.")
        if self.root_path and not is_prefix(self.root_path):
            raise T2IError(
                f"--root-path is a path such as /faces, none of the server's own, not {self.root_path!r}."
            )
        if self.store and not self.store.startswith(("postgresql://", "postgres://")):
            raise T2IError("--store is postgresql://USER:PASSWORD@HOST/NAME; leave it out for one server.")
        self.keys()
        self.trusted()
        self.folder()

    def trusted(self) -> list[str]:
        """Proxies that are believed.

        Raises
        ------
        T2IError : one is neither an address nor a net.
        """
        found = _items(self.proxies)
        for one in found:
            try:
                if one != "*":
                    ip_network(one)
            except ValueError as error:
                raise T2IError(f"--proxies: {error}: name 127.0.0.1, or a net as 10.0.0.0/8.") from None
        return ["*"] if "*" in found else found

    def origins(self) -> list[str]:
        return _items(self.cors)


def is_prefix(path: str) -> bool:
    """Whether all addresses can be below it: `//elsewhere` would be another server, `/v1` is an address."""
    parts = path.split("/")
    whole = re.fullmatch(r"(/[A-Za-z0-9._~-]+)+", path)
    return whole is not None and parts[1] not in OURS and not {".", ".."} & set(parts)


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
