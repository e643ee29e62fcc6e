"""Downloads of public checkpoints: resumed, checked, and given their name only when complete."""

import errno
import http.client
import ipaddress
import os
import shutil
import socket
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..errors import PackError, WrongPack
from .catalogue import SOURCES, File, Source
from .files import glance, sha256, strange
from .find import resolve
from .places import writable

TRIES = 5  # attempts in a row that bring no bytes, after which a download fails
PAUSE = 1.0  # seconds: after the first such attempt, doubled after each further one
TIMEOUT = 30.0  # seconds: without an answer
MOST = 16 << 30  # bytes: limit for a file of unknown size

Progress = Callable[[str, int, int | None], None]  # file, bytes there, bytes in all if known


def source_or_pack(name: str) -> Source | Path:
    """The public checkpoint of that name, or the folder of the pack.

    Raises
    ------
    WrongPack : there is neither; the message lists both.
    """
    if name in SOURCES:
        return SOURCES[name]
    try:
        return resolve(name)
    except WrongPack as error:
        raise WrongPack(f"{error} Public checkpoints: {', '.join(SOURCES)}.") from error


def pull(source: Source, progress: Progress | None = None, pause: float = PAUSE) -> list[Path]:
    """Fetch the missing files of a source, from where an earlier attempt ended, and check the others.

    Raises
    ------
    WrongPack : nothing can be written in the folder of sources.
    PackError : a dead link, another file than expected, a full disk; the message says how to do it by hand.
    """
    for file in source.files:
        if file.path.is_file():
            check(source, file)
        else:
            _fetch(source, file, progress or (lambda *_: None), pause)
    return [file.path for file in source.files]


def check(source: Source, file: File, *, quick: bool = False) -> None:
    """Compare a file with the published size and hash; ``quick`` compares size and header only.

    Raises
    ------
    PackError : it is another file.
    """
    if wrong := _difference(file, file.path, quick):
        raise PackError(
            f"{file.path} is not the file published as {source.name} ({wrong}): remove it "
            f"(t2i-person packs remove {source.name}) and pull it again."
        )
    if quick and file is source.files[0] and (wrong := glance(file.path)):
        raise PackError(
            f"{file.path} {wrong}: remove it (t2i-person packs remove {source.name}) and pull it again."
        )


def _difference(file: File, path: Path, quick: bool = False) -> str:
    with path.open("rb") as opened:
        if wrong := strange(opened.read(64)):
            return f"it {wrong}"
    size = path.stat().st_size
    if file.size is not None and size != file.size:
        return f"{size} bytes, expected {file.size}"
    if file.sha256 and not quick and (found := sha256(path)) != file.sha256:
        return f"SHA-256 {found}, expected {file.sha256}"
    return ""


class _Dead(Exception):
    """No further attempt will help."""


class _Cut(Exception):
    """The connection ended before the file did; the next attempt goes on from there."""


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects, except from a public address into this machine's network, and from https to http."""

    def redirect_request(self, req: urllib.request.Request, *args: Any) -> urllib.request.Request | None:
        to = str(args[-1])
        if _is_public(req.full_url) and not _is_public(to):
            raise _Dead(f"it redirects to {to[:200]}, an address inside this network")
        if req.type == "https" and urlsplit(to).scheme != "https":
            raise _Dead(f"it redirects from https to {to[:200]}, which is not encrypted")
        return super().redirect_request(req, *args)


def _is_public(url: str) -> bool:
    """False when the name means an address that others cannot reach; of an unknown one a proxy may know."""
    try:
        found = socket.getaddrinfo(urlsplit(url).hostname, None)
    except (OSError, ValueError):
        return True
    return all(ipaddress.ip_address(str(one[4][0]).partition("%")[0]).is_global for one in found)


def _fetch(source: Source, file: File, progress: Progress, pause: float) -> None:
    part, mark = (file.path.with_name(file.path.name + end) for end in (".part", ".mark"))
    failures = 0
    writable(file.path.parent)
    try:
        while True:
            before = part.stat().st_size if part.is_file() else 0
            try:
                _stream(file, part, mark, progress)
                break
            except (_Cut, urllib.error.URLError, http.client.HTTPException, OSError) as error:
                if _hopeless(error):
                    raise
                after = part.stat().st_size if part.is_file() else 0
                failures = 0 if after > before else failures + 1
                if failures >= TRIES:
                    raise
                time.sleep(pause * 2 ** max(failures - 1, 0))
        if wrong := _difference(file, part):
            part.unlink()
            raise _Dead(f"the server sent another file ({wrong})")
        part.chmod(0o644)
        os.replace(part, file.path)
        mark.unlink(missing_ok=True)
    except (_Dead, _Cut, urllib.error.URLError, http.client.HTTPException, OSError) as error:
        if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
            raise PackError(
                f"The disk is full: {file.name} does not fit into {part.parent}. Make room, or choose "
                "another folder with T2I_PERSON_PACKS; what is there already is kept."
            ) from error
        why = getattr(error, "reason", None) or str(error) or type(error).__name__
        code = f"{error.code} " if isinstance(error, urllib.error.HTTPError) else ""
        raise PackError(
            f"{file.name} cannot be fetched from {file.url}: {code}{why}. To place it by hand, get it from "
            f"{source.page}, save it as {file.path}, and run `t2i-person packs pull {source.name}` again."
        ) from error


def _hopeless(error: Exception) -> bool:
    if isinstance(error, urllib.error.HTTPError):
        return error.code < 500 and error.code not in (408, 416, 429)
    if isinstance(error, (urllib.error.URLError, http.client.HTTPException, _Cut)):
        return False
    return not isinstance(error, (ConnectionError, TimeoutError))  # the disk


def _stream(file: File, part: Path, mark: Path, progress: Progress) -> None:
    """One connection: from the start, or from where the part ends if it is sure to be of the same file.

    `mark` keeps the ETag or the date of the file, by which the server tells whether it is still the same.
    """
    begun = part.stat().st_size if part.is_file() else 0
    request = urllib.request.Request(file.url, headers=_headers(file, begun, mark))
    try:
        answer = urllib.request.build_opener(_Redirects).open(request, timeout=TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == 416:  # nothing after the part: it is whole, or of another file
            if begun and file.sha256 and begun == file.size:
                return
            part.unlink(missing_ok=True)
        raise
    with answer:
        if answer.headers.get_content_type() == "text/html":
            raise _Dead("it shows a web page instead of the file")
        begun, whole = _extent(answer, part, begun)
        if whole is not None and file.size is not None and whole != file.size:
            raise _Dead(f"it has {whole} bytes, expected {file.size}")
        if (whole or 0) - begun > shutil.disk_usage(part.parent).free:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        tag = answer.headers.get("ETag", "")
        mark.write_text(answer.headers.get("Last-Modified", "") if tag[:1] != '"' else tag, "utf-8")
        _save(file, part, begun, whole, answer, progress)


def _headers(file: File, begun: int, mark: Path) -> dict[str, str]:
    """Headers of the request; with a range if `begun` bytes are there and are sure to be of the same file."""
    same = mark.read_text("utf-8") if mark.is_file() else ""
    headers = {"User-Agent": "t2i-person"}
    if begun and (same or file.sha256):
        headers["Range"] = f"bytes={begun}-"
        if same:
            headers["If-Range"] = same
    return headers


def _extent(answer: http.client.HTTPResponse, part: Path, begun: int) -> tuple[int, int | None]:
    """First byte of the answer within the file, and the size of the file if the server says it.

    Raises
    ------
    _Dead : the server goes on from another byte than asked; the part is deleted.
    """
    if answer.status != 206:
        length = answer.headers.get("Content-Length", "")
        return 0, int(length) if length.isdecimal() else None
    unit, _, total = answer.headers.get("Content-Range", "").partition("/")
    if unit.split("-")[0].split() != ["bytes", str(begun)]:
        part.unlink()
        raise _Dead("the server went on from another byte than asked; begin anew")
    return begun, int(total) if total.isdecimal() else None


def _save(
    file: File,
    part: Path,
    begun: int,
    whole: int | None,
    answer: http.client.HTTPResponse,
    progress: Progress,
) -> None:
    done, most = begun, whole or file.size or MOST
    with part.open("ab" if begun else "wb") as out:
        progress(file.name, done, whole)
        while chunk := answer.read(1 << 18):
            if done + len(chunk) > most:
                raise _Dead(f"it sends more than {most} bytes")
            out.write(chunk)
            done += len(chunk)
            progress(file.name, done, whole)
        out.flush()
        os.fsync(out.fileno())
    if whole is not None and done < whole:
        raise _Cut(f"the connection ended after {done} of {whole} bytes")
