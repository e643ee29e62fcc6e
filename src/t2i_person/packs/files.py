"""The files of a pack: read with every check, written atomically. Tensors and TOML only, never a pickle."""

import hashlib
import json
import os
import re
import tempfile
import tomllib
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from ..errors import PackError
from .places import find_file

CARD = "pack.toml"
FORMAT = 1
WEIGHTS = ("generator", "encoder", "matting")  # of every pack
OPTIONAL = frozenset({"donors", "heads", "stylespace", "regions", "inversion", "sliders", "words", "light"})
MANY = 10_000  # tensors of a file
SAID = 500  # characters of an error's message that are shown
PICKLES = (".pt", ".pth", ".pkl", ".pickle", ".ckpt", ".bin")
_KEYS = ("format", "name", "version", "license", "draws", "files")


def read_card(folder: Path) -> dict[str, Any]:
    """``pack.toml`` of a pack, checked for the keys that every pack has.

    Raises
    ------
    PackError : there is none, it is not TOML, or keys are missing or of another type.
    """
    path = folder / CARD
    try:
        card = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise PackError(f"{folder} is not a pack: it holds no {CARD}.") from None
    except (OSError, ValueError, RecursionError) as error:
        raise PackError(f"{path} cannot be read ({error}): fetch or build the pack again.") from error
    missing = [key for key in _KEYS if key not in card]
    if missing:
        raise PackError(f"{path} lacks {', '.join(missing)}: fetch or build the pack again.")
    lists = isinstance(card["draws"], list) and isinstance(card["files"], dict)
    values = [*card["draws"], *card["files"].values()] if lists else []
    names = [card["name"], card["license"]]
    tables = isinstance(card.get("provenance", {}), dict)
    if not lists or not tables or not all(isinstance(value, str) for value in (*values, *names)):
        raise PackError(
            f"{path} is damaged (name and license are strings, draws is a list of them, files and provenance "
            "are tables): fetch or build the pack again."
        )
    if card["format"] != FORMAT:
        raise PackError(
            f"{path} has format {card['format']}, this version reads {FORMAT}: update t2i-person."
        )
    return card


def read_weights(
    folder: Path, card: Mapping[str, Any], name: str
) -> tuple[dict[str, Tensor], dict[str, Any]]:
    """Tensors (floats as float32) and notes of ``<name>.safetensors``, after its SHA-256 is found right.

    Raises
    ------
    PackError : the file is missing, changed, truncated or a pickle; the message names it.
    """
    file = f"{name}.safetensors"
    path = find_file(folder, card, file)
    for listed in card["files"]:
        if Path(listed).suffix.lower() in PICKLES:
            raise PackError(
                f"{folder / listed} is a pickle, which can run code when it is read: "
                "packs hold safetensors only. Build the pack again from that checkpoint."
            )
    expected = card["files"].get(file)
    if expected is None:
        raise PackError(f"{folder / CARD} lists no {file}: a pack has {', '.join(WEIGHTS)}.")
    if not path.is_file():
        cure = f"t2i-person packs pull {card['name']}" if file in card.get("pulled", {}) else ""
        raise PackError(f"{path} is missing: {cure or 'fetch or build the pack again'}.")
    if _is_pickle(path):
        raise PackError(f"{path} is a pickle with another name, and is not read: build the pack again.")
    if sha256(path) != str(expected).lower():
        raise PackError(
            f"{path} is not the file {CARD} describes (SHA-256 differs): fetch or build the pack again."
        )
    try:
        with safe_open(path, "pt") as archive:
            notes = json.loads((archive.metadata() or {}).get("meta", "{}"))
            names = list(archive.keys())
            if len(names) > MANY:
                raise ValueError(f"{len(names)} tensors, more than {MANY}")
            tensors = {key: archive.get_tensor(key) for key in names}
            floats = {key: value.float() for key, value in tensors.items() if value.is_floating_point()}
            wrong = next((key for key, value in floats.items() if not _finite(value)), None)
    except (SafetensorError, OSError, ValueError, RuntimeError) as error:  # also what is nested too deep
        raise PackError(f"{path} is damaged ({brief(error)}): fetch or build the pack again.") from error
    if wrong is not None:
        raise PackError(f"{path}: {wrong[:80]} holds values that are no numbers: build the pack again.")
    return tensors | floats, notes


def _finite(value: Tensor) -> bool:
    """Whether all of it is numbers: so is its sum then, which is quicker to find, unless it is too large."""
    return bool(value.sum().isfinite() or value.isfinite().all())


def brief(error: Exception) -> str:
    """An error's message, cut: a hostile file can make it megabytes long."""
    said = str(error)
    return said if len(said) <= SAID else said[:SAID] + "..."


def write_pack(
    folder: Path | str,
    *,
    generator: Mapping[str, Tensor],
    encoder: Mapping[str, Tensor],
    matting: Mapping[str, Tensor],
    stylespace: Mapping[str, Tensor] | None = None,
    meta: Mapping[str, Any],
    exact: bool = False,
) -> Path:
    """Write a pack: its float16 safetensors files and, last, the ``pack.toml`` that makes them one.

    Parameters
    ----------
    folder : where to; made when missing, files of an older pack in it are replaced.
    generator, encoder, matting : state dicts.
    stylespace : ``mean.{i}`` and ``std.{i}`` of each layer ([c]), ``directions`` ([channels, d]) and, if
        known, ``gallery.z`` ([n, z_dim]) and ``gallery.seen`` ([n, d]); see `t2i_person.packs.build`.
        None for a recipe without the edits "coordinates" and "directions".
    meta : ``name``, ``version``, ``license`` and ``draws`` (categories of features) are required;
        ``recipe`` and the other tables of `Recipe` and ``provenance`` (table of strings) are kept;
        ``encoder`` (JSON values) is what the encoder needs besides its tensors.
    exact : keep a tensor that float16 would round in float32, as other people's weights should be.

    Raises
    ------
    PackError : `meta` lacks a key, or a tensor does not fit float16 and is not finite either.
    """
    missing = [key for key in ("name", "version", "license", "draws") if key not in meta]
    if missing:
        raise PackError(f"A pack's meta needs {', '.join(missing)}.")
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    parts = {"generator": generator, "encoder": encoder, "matting": matting}
    if stylespace is not None:
        parts["stylespace"] = stylespace
    hashes = {}
    for name, tensors in parts.items():
        notes = {"meta": json.dumps(meta.get(name, {}), ensure_ascii=False, sort_keys=True)}
        with tempfile.TemporaryDirectory(dir=folder) as place:
            path = Path(place, f"{name}.safetensors")
            halves = {key: _half(f"{name}: {key}", value, exact) for key, value in tensors.items()}
            save_file(halves, path, notes)
            hashes[path.name] = sha256(path)
            path.chmod(0o644)  # a temporary file's mode would keep other users out
            os.replace(path, folder / path.name)
    card = {
        "format": FORMAT,
        **{key: value for key, value in meta.items() if key not in parts},
        "files": hashes,
    }
    part = folder / f".{CARD}"
    part.write_text(_toml(card), "utf-8")
    os.replace(part, folder / CARD)
    return folder


def sha256(path: Path) -> str:
    """Hexadecimal SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


UNKNOWN = "is no checkpoint: known are torch's .pt and .ckpt, NVIDIA's .pkl, TorchScript and safetensors"


def strange(head: bytes) -> str:
    """Why a file with these first bytes cannot be a checkpoint; "" if it may be one."""
    start = head.lstrip().lower()
    if not head:
        return "is empty"
    if start.startswith((b"<!doctype", b"<html")):
        return "is a web page, not weights: the download went wrong, open the address in a browser"
    if start.startswith(b"version https://git-lfs"):
        return "is a Git LFS pointer, not weights: run `git lfs pull` where it came from"
    return ""


def kind_of(path: Path, head: bytes) -> str:
    """The container of a checkpoint, by its first bytes; "" for no checkpoint."""
    if head[:4] == b"PK\x03\x04":
        return "zip"
    if head[8:9] == b"{":
        return "safetensors"
    return "pickle" if head[:1] == b"\x80" or (path.suffix == ".pkl" and not strange(head)) else ""


def glance(path: Path) -> str:
    """What is wrong with a checkpoint, as far as that can be seen without reading it whole; "" for nothing.

    Zip and safetensors files say where they end; of a pickle only the beginning is looked at.
    """
    try:
        with path.open("rb") as file:
            head = file.read(64)
        kind = kind_of(path, head)
        if kind == "zip":
            zipfile.ZipFile(path).close()
        elif kind == "safetensors":
            with safe_open(path, "pt"):
                pass
    except (zipfile.BadZipFile, SafetensorError, OSError, ValueError) as error:
        return f"is damaged, cut short or missing ({error})"
    return "" if kind else strange(head) or UNKNOWN


def _is_pickle(path: Path) -> bool:
    """Pickle of protocol 2 or later, or torch's zip; in safetensors 8 bytes of length come before a brace."""
    with path.open("rb") as file:
        head = file.read(9)
    return head[8:] != b"{" and (head[:1] == b"\x80" or head[:4] == b"PK\x03\x04")


def _half(name: str, value: Tensor, exact: bool) -> Tensor:
    value = value.detach().cpu().contiguous()
    if not value.is_floating_point():
        return value.clone()
    if not value.isfinite().all():
        raise PackError(f"{name} holds values that are no numbers.")
    half = value.to(torch.float16)
    fits = torch.equal(half.to(value.dtype), value) if exact else half.isfinite().all()
    return half if fits else value.float().clone()  # too large for float16: keep it exact


def _toml(values: Mapping[str, Any]) -> str:
    """The part of TOML that a card needs: strings, numbers, lists of them, and one level of tables."""
    lines = [f"{_key(k)} = {_value(v)}" for k, v in values.items() if not isinstance(v, Mapping)]
    for name, table in values.items():
        if isinstance(table, Mapping):
            lines += ["", f"[{_key(name)}]", *(f"{_key(k)} = {_value(v)}" for k, v in table.items())]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if re.fullmatch(r"[A-Za-z0-9_-]+", key) else _value(key)


def _value(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(_value, value)) + "]"
    if isinstance(value, Mapping):
        raise PackError("A pack's card holds one level of tables: flatten it.")
    # a JSON string, number or truth value is the same in TOML, but DEL, which JSON leaves raw
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
