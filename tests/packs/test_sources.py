"""Fetching over a real HTTP server that can be as bad as real ones are."""

import contextlib
import hashlib
import re
import resource
import signal
import subprocess
import sys
import threading
import urllib.request
from dataclasses import replace
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import torch
from rich.progress import DownloadColumn
from safetensors.torch import save_file
from typer.testing import CliRunner

from t2i_person.cli import main as cli
from t2i_person.cli import packs as cli_packs
from t2i_person.errors import PackError
from t2i_person.packs import sources
from t2i_person.packs.catalogue import SOURCES, File, Source

from . import published

DATA = bytes(i * i % 251 for i in range(3_000_000))
SHA = hashlib.sha256(DATA).hexdigest()
runner = CliRunner()
pull = partial(sources.pull, pause=0.01)  # between two attempts


class Server(ThreadingHTTPServer):
    """Serves DATA; its habits are set by the test."""

    data = DATA
    ranges = True
    tag = '"one"'
    cut: tuple[int, ...] = ()  # bytes after which the first, second, ... connection is cut
    status = 200
    missing: tuple[str, ...] = ()  # ends of addresses where there is nothing
    kind = "application/octet-stream"
    length: int | None = None  # said of the file, where it is not the true one; 0: nothing is said
    shift = 0  # an answer to a range from another place
    page = b""
    location = ""  # where all but that address is sent to

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.seen: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/weights.pt"


class Handler(BaseHTTPRequestHandler):
    server: Server

    def log_message(self, *_):
        pass

    def do_GET(self):
        asked = self.headers.get("Range", "")
        self.server.seen.append(asked)
        if self.server.location and self.path != self.server.location:
            self.send_response(302)
            self.send_header("Location", self.server.location)
            self.end_headers()
            return
        status = 404 if self.path.endswith(self.server.missing) else self.server.status
        if status != 200:
            self.send_error(status)
            return
        data, start = self.server.page or self.server.data, 0
        fresh = self.headers.get("If-Range", self.server.tag) == self.server.tag
        if asked and self.server.ranges and fresh:
            start = int(asked.removeprefix("bytes=").rstrip("-"))
            if start >= len(data):
                self.send_error(416)
                return
            start -= self.server.shift
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(data) - 1}/{len(data)}")
        else:
            self.send_response(200)
        self.send_header("Content-Type", "text/html" if self.server.page else self.server.kind)
        if self.server.tag:
            self.send_header("ETag", self.server.tag)
        if self.server.length != 0:
            self.send_header("Content-Length", str(self.server.length or len(data) - start))
        self.end_headers()
        turn = len(self.server.seen) - 1
        stop = start + self.server.cut[turn] if turn < len(self.server.cut) else len(data)
        with contextlib.suppress(ConnectionError):
            self.wfile.write(data[start:stop])


@pytest.fixture
def server(tmp_path, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path / "packs"))
    found = Server()
    thread = threading.Thread(target=found.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield found
    found.shutdown()
    found.server_close()
    thread.join()


def source(server, **changes) -> Source:
    file = File("weights.pt", server.url, **{"size": len(DATA), "sha256": SHA, **changes})
    return Source("weights", "generator", "Some weights", "CC0", "https://example.org/page", (file,))


UNKNOWN = {"size": None, "sha256": ""}


def left(tmp_path) -> list[str]:
    return sorted(path.name for path in (tmp_path / "packs" / "sources").iterdir())


@pytest.mark.parametrize("known", [{}, UNKNOWN])
def test_a_file_is_fetched_once(server, tmp_path, known):
    told = []
    (path,) = pull(source(server, **known), lambda *news: told.append(news))
    assert path == tmp_path / "packs" / "sources" / "weights.pt"
    assert path.read_bytes() == DATA and path.stat().st_mode & 0o444 == 0o444
    assert told[-1] == ("weights.pt", len(DATA), len(DATA))
    assert left(tmp_path) == ["weights.pt"]
    pull(source(server, **known))
    assert server.seen == [""]


@pytest.mark.parametrize("known", [{}, UNKNOWN])
def test_a_cut_connection_goes_on_where_it_was(server, known):
    server.cut = (1_000_000, 500_000)
    (path,) = pull(source(server, **known))
    assert path.read_bytes() == DATA
    assert len(server.seen) == 3
    assert server.seen[0] == "" and all(re.fullmatch(r"bytes=\d+-", asked) for asked in server.seen[1:])


def test_a_later_run_goes_on_too(server, tmp_path, monkeypatch):
    server.cut = (1_000_000, *[0] * 5)
    with pytest.raises(PackError, match=r"ended after 1000000 of 3000000 bytes.*by hand"):
        pull(source(server))
    assert left(tmp_path) == ["weights.pt.mark", "weights.pt.part"]
    server.cut, server.seen[:] = (), []
    (path,) = pull(source(server))
    assert server.seen == ["bytes=1000000-"] and path.read_bytes() == DATA
    assert left(tmp_path) == ["weights.pt"]


def test_a_server_without_ranges_starts_again(server):
    server.ranges, server.cut = False, (1_000_000,)
    (path,) = pull(source(server))
    assert path.read_bytes() == DATA


@pytest.mark.parametrize("tag", ['"two"', ""])
def test_a_file_that_changed_meanwhile_is_not_glued(server, tmp_path, tag):
    """Nobody knows its hash: the entity tag alone keeps the halves of two files apart."""
    server.cut = (1_000_000, *[0] * 5)
    server.tag = '"one"' if tag else ""
    with pytest.raises(PackError):
        pull(source(server, **UNKNOWN))
    server.cut, server.data, server.tag = (), DATA[::-1], tag
    (path,) = pull(source(server, **UNKNOWN))
    assert path.read_bytes() == DATA[::-1]


def test_a_range_from_another_place_is_not_glued(server, tmp_path):
    server.cut, server.shift = (1_000_000,), 7
    with pytest.raises(PackError, match="from another byte"):
        pull(source(server))
    assert "weights.pt.part" not in left(tmp_path)
    (path,) = pull(source(server))
    assert path.read_bytes() == DATA


def test_a_server_that_says_no_length(server):
    server.length = 0
    (path,) = pull(source(server, **UNKNOWN))
    assert path.read_bytes() == DATA
    server.cut = (0, 1_000_000)
    path.unlink()
    with pytest.raises(PackError, match=r"another file .1000000 bytes, expected 3000000"):
        pull(source(server))


def test_more_bytes_than_promised(server):
    server.length, server.data = 0, DATA + b"more"
    with pytest.raises(PackError, match="sends more than 3000000 bytes"):
        pull(source(server))


def by_hand(error: pytest.ExceptionInfo[PackError], tmp_path) -> bool:
    text = str(error.value)
    return "https://example.org/page" in text and str(tmp_path / "packs/sources/weights.pt") in text


@pytest.mark.parametrize(("status", "tries"), [(404, 1), (403, 1), (410, 1), (500, 5), (503, 5)])
def test_a_dead_link_says_how_to_do_it_by_hand(server, tmp_path, status, tries):
    server.status = status
    with pytest.raises(PackError, match=f"cannot be fetched from .*: {status} ") as error:
        pull(source(server))
    assert by_hand(error, tmp_path) and len(server.seen) == tries


@pytest.mark.parametrize(
    "to", ["http://127.0.0.1:9/", "http://localhost:9/x", "http://[::1]:9/", "file:///etc/x"]
)
def test_a_redirect_to_this_machine_is_not_followed(server, tmp_path, monkeypatch, to):
    """From an address of the world, for which the server here stands as a proxy."""
    monkeypatch.setenv("http_proxy", server.url.removesuffix("/weights.pt"))
    monkeypatch.delenv("no_proxy", raising=False)
    far = source(server)
    far = replace(far, files=(replace(far.files[0], url="http://weights.example/weights.pt"),))
    server.location = to
    with pytest.raises(PackError, match="cannot be fetched from") as error:
        pull(far)
    assert by_hand(error, tmp_path) and len(server.seen) == 1
    server.location = "http://elsewhere.example/weights.pt"
    (path,) = pull(far)
    assert path.read_bytes() == DATA


def test_no_way_out_of_tls(server):
    asked = urllib.request.Request("https://weights.example/weights.pt")
    with pytest.raises(sources._Dead, match="not encrypted"):
        sources._Redirects().redirect_request(asked, None, 302, "", {}, "http://elsewhere.example/weights.pt")


def test_a_server_that_is_not_there(server, tmp_path):
    dead = source(server)
    with Server() as other:
        dead = replace(dead, files=(replace(dead.files[0], url=other.url),))
    with pytest.raises(PackError, match="refused") as error:
        pull(dead)
    assert by_hand(error, tmp_path)


def test_a_web_page_instead_of_the_file(server, tmp_path):
    """What Google Drive shows when too many people have fetched a file."""
    server.page = b"<html>Quota exceeded</html>"
    with pytest.raises(PackError, match="a web page instead of the file") as error:
        pull(source(server, **UNKNOWN))
    assert by_hand(error, tmp_path) and left(tmp_path) == []


def test_a_wrong_hash(server, tmp_path):
    with pytest.raises(PackError, match=f"SHA-256 {SHA}, expected 00") as error:
        pull(source(server, sha256="00" * 32))
    assert by_hand(error, tmp_path)
    assert "weights.pt" not in left(tmp_path) and "weights.pt.part" not in left(tmp_path)


def test_a_wrong_size_is_seen_before_the_download(server):
    with pytest.raises(PackError, match="has 3000000 bytes, expected 5"):
        pull(source(server, size=5))


def test_a_file_that_no_disk_has_room_for(server):
    server.length = 1 << 62
    with pytest.raises(PackError, match=r"disk is full: weights\.pt.*T2I_PERSON_PACKS"):
        pull(source(server, size=1 << 62))


def test_a_disk_that_fills_up_on_the_way(server):
    """The kernel refuses to write more than a part of the file."""
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, old[1]))
    try:
        with pytest.raises(PackError, match="disk is full"):
            pull(source(server))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, old)
    (path,) = pull(source(server))
    assert path.read_bytes() == DATA and server.seen == ["", "bytes=1000000-"], "what was there is kept"


def test_a_file_placed_by_hand_is_checked(server, tmp_path):
    place = tmp_path / "packs" / "sources" / "weights.pt"
    place.parent.mkdir(parents=True)
    place.write_bytes(DATA)
    assert pull(source(server)) == [place] and not server.seen
    for wrong, says in ((b"x", "1 bytes, expected 3000000"), (DATA[::-1], f"expected {SHA}")):
        place.write_bytes(wrong)
        with pytest.raises(PackError, match=says):
            pull(source(server))
    place.write_text("<!DOCTYPE html><html>")
    with pytest.raises(PackError, match="it is a web page, not weights"):
        pull(source(server, **UNKNOWN))


def test_interrupted(server, tmp_path):
    def stop(_, done, whole):
        if done > 1_000_000:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        pull(source(server), stop)
    pull(source(server))
    assert server.seen[1].startswith("bytes=1") and left(tmp_path) == ["weights.pt"]


KILLED = """
import os, signal, sys
from t2i_person.packs import sources
from t2i_person.packs.catalogue import File, Source

def die(_, done, whole):
    if done > 1_000_000:
        os.kill(os.getpid(), signal.SIGKILL)

file = File("weights.pt", sys.argv[1], size=int(sys.argv[2]), sha256=sys.argv[3])
sources.pull(Source("weights", "generator", "Some weights", "CC0", "https://example.org/page", (file,)), die)
"""


def test_killed(server, tmp_path):
    command = [sys.executable, "-c", KILLED, server.url, str(len(DATA)), SHA]
    assert subprocess.run(command, timeout=300).returncode == -signal.SIGKILL
    assert "weights.pt" not in left(tmp_path), "half of it has its name"
    (path,) = pull(source(server))
    assert path.read_bytes() == DATA and left(tmp_path) == ["weights.pt"]
    assert server.seen[1].startswith("bytes=")


def test_the_registry_is_whole():
    assert {"styleclip-ffhq", "nvidia-ffhq", "stylegan-human", "original", "clip-vit-b-32", "modnet"} == set(
        SOURCES
    )
    for name, entry in SOURCES.items():
        assert entry.name == name and entry.license and entry.page.startswith("https://")
        assert entry.kind in ("generator", "encoder", "matting")
        for file in entry.files:
            assert file.url.startswith("https://") and "/" not in file.name
            assert not file.sha256 or re.fullmatch("[0-9a-f]{64}", file.sha256)
        if "nvidia" in name or "styleclip" in name:
            assert "research or evaluation only" in entry.license
    clip = SOURCES["clip-vit-b-32"].files[0]
    assert clip.sha256 in clip.url
    assert len({file.name for entry in SOURCES.values() for file in entry.files}) == 7


# --- the command ------------------------------------------------------------------------------------------


@pytest.fixture
def listed(server, monkeypatch):
    monkeypatch.setitem(SOURCES, "weights", source(server))
    return server


def test_the_licence_is_shown_before_anything_is_fetched(listed, tmp_path):
    done = runner.invoke(cli.app, ["packs", "pull", "weights"], input="n\n")
    assert done.exit_code == 1 and not listed.seen
    assert "CC0" in done.stdout and SHA in done.stdout and listed.url in done.stdout
    assert "Nothing was fetched: answer y, or give --yes." in done.stderr
    done = runner.invoke(cli.app, ["packs", "pull", "weights"])  # nobody there to answer
    assert done.exit_code == 1 and not listed.seen
    done = runner.invoke(cli.app, ["packs", "pull", "weights"], input="y\n")
    assert done.exit_code == 0, done.output
    path = tmp_path / "packs" / "sources" / "weights.pt"
    assert path.read_bytes() == DATA and str(path) in done.stdout
    done = runner.invoke(cli.app, ["packs", "pull", "weights"])  # it is here: nothing to agree to
    assert done.exit_code == 0 and len(listed.seen) == 1


def test_progress_in_a_log_is_a_line_now_and_then(listed, capsys):
    done = runner.invoke(cli.app, ["packs", "pull", "weights", "--yes"])
    assert "weights.pt 0.0/3.0 MB" in done.stderr
    assert done.stderr.splitlines()[-1] == "weights.pt 3.0/3.0 MB 0:00:00"
    for pause, lines in ((3600.0, 2), (0.0, 13)):  # the first and the last, or each
        with cli_packs._bars(DownloadColumn(), pause) as show:
            for done in range(13):
                show("weights.pt", done, 12)
        assert len(capsys.readouterr().err.splitlines()) == lines


def test_a_dead_link_does_not_keep_the_others_away(listed, tmp_path, monkeypatch):
    for name in ("dead", "gone"):
        file = replace(SOURCES["weights"].files[0], name=f"{name}.pt", url=f"{listed.url}?{name}")
        monkeypatch.setitem(SOURCES, name, replace(SOURCES["weights"], name=name, files=(file,)))
    listed.missing = ("?dead", "?gone")
    done = runner.invoke(cli.app, ["packs", "pull", "dead", "weights", "gone", "--yes"])
    assert done.exit_code == 1 and left(tmp_path) == ["weights.pt"]
    assert str(tmp_path / "packs" / "sources" / "weights.pt") in done.stdout.splitlines()
    for name, line in zip(("dead", "gone"), done.stderr.splitlines()[-2:], strict=True):
        assert f"{name}.pt cannot be fetched from {listed.url}?{name}: 404" in line
        assert f"save it as {tmp_path / 'packs' / 'sources' / name}.pt" in line


def test_the_list_says_what_is_seen_to_be_broken(server, tmp_path, monkeypatch):
    model = published.generator()
    state = published.rosinality(model)
    torch.save(state, tmp_path / "zip")
    save_file(model.state_dict(), tmp_path / "safetensors")
    torch.save(state, tmp_path / "legacy", _use_new_zipfile_serialization=False)
    for kind in ("zip", "safetensors", "legacy"):
        whole = (tmp_path / kind).read_bytes()
        size = len(whole) if kind == "legacy" else None  # the others say themselves where they end
        entry = source(server, size=size, sha256="00" * 32)  # not compared, which is too slow for a list
        monkeypatch.setitem(SOURCES, "weights", entry)
        path = entry.files[0].path
        path.parent.mkdir(parents=True, exist_ok=True)
        other = bytes([0]) * 16 + whole[16:]
        for data, here in ((whole, "yes"), (whole[:-100], "broken"), (other, "broken"), (b"", "broken")):
            path.write_bytes(data)
            done = runner.invoke(cli.app, ["packs", "list"])
            (row,) = (line for line in done.stdout.splitlines() if line.strip().startswith("weights "))
            assert done.exit_code == 0 and row.split()[-1] == here, (kind, len(data), row)
            assert ("t2i-person packs remove weights" in done.stdout) == (here == "broken")


def test_pulled_files_are_shown_and_removed(listed, tmp_path):
    assert runner.invoke(cli.app, ["packs", "pull", "weights", "--yes"]).exit_code == 0
    shown = runner.invoke(cli.app, ["packs", "show", "weights"]).stdout
    assert "CC0" in shown and "https://example.org/page" in shown and SHA in shown
    done = runner.invoke(cli.app, ["packs", "verify", "weights"])
    assert done.exit_code == 1 and "is no checkpoint" in done.stdout
    assert runner.invoke(cli.app, ["packs", "remove", "weights", "-y"]).exit_code == 0
    assert left(tmp_path) == []
    done = runner.invoke(cli.app, ["packs", "remove", "weights", "-y"])
    assert done.exit_code == 2 and "was not pulled" in done.stderr


def test_an_unknown_source(server):
    done = runner.invoke(cli.app, ["packs", "pull", "ffhq"])
    assert done.exit_code == 2 and "choose one of faces, styleclip-ffhq, nvidia-ffhq" in done.stderr


def test_a_folder_that_cannot_be_written_is_wrong_use(listed, monkeypatch):
    monkeypatch.setenv("T2I_PERSON_PACKS", "/proc/none")
    done = runner.invoke(cli.app, ["packs", "pull", "weights", "--yes"])
    assert done.exit_code == 2 and "choose another place with T2I_PERSON_PACKS" in done.stderr
    assert not listed.seen
