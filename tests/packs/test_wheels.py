"""Pulling a pack out of a wheel: what is refused, what a stopped pull leaves, what is said offline."""

import hashlib
import os
import re
import stat
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from typer.testing import CliRunner

from t2i_person.cli import main as cli
from t2i_person.errors import PackError, WrongPack
from t2i_person.packs.places import built_in, find_file, pulled_folder
from t2i_person.packs.wheels import (
    KEPT,
    WHEELS,
    Pullable,
    Wheel,
    pull_pack,
    pullable,
    read_wheel,
    safetensors_bytes,
)
from tests.faces import faces_file

FACES = WHEELS["random-face 2021.7.21.1"]
DATA = {"net/a.bin": b"\x01" * 400, "net/b.xml": b"<net/>"}


def convert(members: dict[str, bytes]) -> dict[str, torch.Tensor]:
    return {"a": torch.tensor([len(members["net/a.bin"])], dtype=torch.float32)}


def made(path: Path, members: dict[str, bytes] | None = None, **changes: object) -> Wheel:
    """Write a wheel, and say what it is."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (DATA if members is None else members).items():
            archive.writestr(name, data)
    return described(path, **changes)


def described(path: Path, **changes: object) -> Wheel:
    facts = {name: (len(data), hashlib.sha256(data).hexdigest()) for name, data in DATA.items()}
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    wheel = Wheel("tiny", "1", len(raw), digest, "Tiny", "CC0", "https://example.org", facts, convert)
    return replace(wheel, **changes)


@pytest.fixture
def pack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Pullable]:
    """The pack faces, its network out of a tiny wheel."""
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path / "packs"))
    wheel = made(tmp_path / "tiny-1-py3-none-any.whl")
    digest = hashlib.sha256(b"".join(safetensors_bytes(convert(DATA)))).hexdigest()
    file = "generator.safetensors"
    card = {"name": "faces", "files": {file: digest}, "pulled": {file: wheel.name}}
    yield Pullable("faces", built_in("faces"), card, {file: wheel})


def test_a_good_wheel(tmp_path: Path, pack: Pullable) -> None:
    (path,) = pull_pack(pack, tmp_path / "tiny-1-py3-none-any.whl")
    assert path == tmp_path / "packs" / "pulled" / "faces" / "generator.safetensors"
    assert load_file(path)["a"].item() == 400 and path.stat().st_mode & 0o444 == 0o444
    assert [p.name for p in path.parent.iterdir()] == [path.name] and not pack.missing
    path.write_bytes(b"changed")
    assert "SHA-256 differs" in pack.wrong(path.name)
    pull_pack(pack, tmp_path / "tiny-1-py3-none-any.whl")
    assert not pack.wrong(path.name)


def test_members_beyond_those_wanted_are_not_read(tmp_path: Path) -> None:
    path = tmp_path / "w.whl"
    wheel = made(path, {**DATA, "../../evil.py": b"x", "/etc/passwd": b"x", "net/run.pkl": b"cos\nsystem"})
    assert read_wheel(path, wheel) == DATA
    assert sorted(p.name for p in tmp_path.iterdir()) == ["w.whl"]


def linked(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in DATA.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = (stat.S_IFLNK | 0o777) << 16
            archive.writestr(info, data)


def twice(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive, pytest.warns(UserWarning):
        for name in (*DATA, "net/a.bin"):
            archive.writestr(name, DATA[name])


def bomb(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/a.bin", bytes(50_000_000))
        archive.writestr("net/b.xml", DATA["net/b.xml"])


def lying(path: Path) -> None:
    """A bomb whose directory says that it is as small as wanted."""
    bomb(path)
    raw = path.read_bytes()
    path.write_bytes(raw.replace((50_000_000).to_bytes(4, "little"), (400).to_bytes(4, "little")))


def lacking(path: Path) -> None:
    made(path, {"net/a.bin": DATA["net/a.bin"]})


def other(path: Path) -> None:
    made(path, {**DATA, "net/a.bin": b"\x02" * 400})


def cut(path: Path) -> None:
    made(path)
    path.write_bytes(path.read_bytes()[:-30])


def flipped(path: Path) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in DATA.items():
            archive.writestr(name, data)
    path.write_bytes(path.read_bytes().replace(b"\x01" * 400, b"\x01" * 200 + b"\x03" * 200))


@pytest.mark.parametrize("spoil", [linked, twice, bomb, lying, lacking, other, cut, flipped])
def test_hostile_wheels(tmp_path: Path, spoil) -> None:
    """Even with the hash that is asked for, nothing but what is wanted comes out."""
    path = tmp_path / "w.whl"
    spoil(path)
    with pytest.raises(WrongPack, match=r"w\.whl is damaged"):
        read_wheel(path, described(path))


def test_another_file(tmp_path: Path) -> None:
    path = tmp_path / "w.whl"
    wheel = made(path)
    with pytest.raises(WrongPack, match=r"SHA-256 .*, expected 0"):
        read_wheel(path, replace(wheel, sha256="0" * 64))
    with pytest.raises(WrongPack, match="bytes, expected 7"):
        read_wheel(path, replace(wheel, size=7))


def test_a_stopped_pull_goes_on(tmp_path: Path, pack: Pullable) -> None:
    kept = pulled_folder("faces") / KEPT
    kept.mkdir(parents=True)
    (tmp_path / "tiny-1-py3-none-any.whl").rename(kept / "tiny-1-py3-none-any.whl")
    old = pulled_folder("faces") / ".generator.safetensors-killed"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    (path,) = pull_pack(pack, fetch=lambda *_: pytest.fail("it was there already"))
    assert [p.name for p in path.parent.iterdir()] == [path.name]


def test_a_part_that_was_left_is_fetched_anew(pack: Pullable, tmp_path: Path) -> None:
    kept = pulled_folder("faces") / KEPT
    kept.mkdir(parents=True)
    (kept / "tiny-1-py3-none-any.whl").write_bytes(b"PK half")

    def pip(wheel: Wheel, folder: Path, _: object) -> None:
        folder.mkdir(parents=True)
        (tmp_path / wheel.file).rename(folder / wheel.file)

    pull_pack(pack, fetch=pip)
    assert not pack.missing


def test_what_comes_out_is_held_to_the_card(pack: Pullable, tmp_path: Path) -> None:
    pack.card["files"]["generator.safetensors"] = "0" * 64
    with pytest.raises(PackError, match="came out otherwise"):
        pull_pack(pack, tmp_path / "tiny-1-py3-none-any.whl")
    assert [p.name for p in pulled_folder("faces").iterdir()] == []


def test_without_pip(pack: Pullable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pip", None)  # to Python: there is no such module
    with pytest.raises(PackError, match=r"ensurepip.*--file.*embedded pack draws"):
        pull_pack(pack)


def test_only_packs_of_this_package_have_files_elsewhere(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    card = {"name": "faces", "pulled": {"generator.safetensors": "x"}}
    folder = tmp_path / "faces"
    assert find_file(folder, card, "generator.safetensors") == folder / "generator.safetensors"
    away = find_file(built_in("faces"), card, "generator.safetensors")
    assert away == tmp_path / "pulled" / "faces" / "generator.safetensors"


def test_safetensors_that_others_read(tmp_path: Path) -> None:
    state = {"b": torch.randn(2, 3), "a": torch.arange(3), "c": torch.randn(5).half()}
    path = tmp_path / "x.safetensors"
    path.write_bytes(b"".join(safetensors_bytes(state)))
    again = load_file(path)
    assert all(torch.equal(again[key], value) for key, value in state.items())


def command(packs: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """The real command, no terminal, nobody to answer."""
    return subprocess.run(
        [sys.executable, "-m", "t2i_person", "packs", *words],
        env={**os.environ, "T2I_PERSON_PACKS": str(packs), "COLUMNS": "300", **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=300,
    )


DEAD = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_EXTRA_INDEX_URL": "", "PIP_RETRIES": "0"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("env", "why"),
    [
        ({"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": ""}, "No matching distribution"),
        ({**DEAD, "PIP_FIND_LINKS": ""}, "cannot be reached|No matching distribution"),
    ],
)
def test_no_network(tmp_path: Path, env: dict[str, str], why: str) -> None:
    done = command(tmp_path, "pull", "faces", "--yes", PIP_CONFIG_FILE=os.devnull, **env)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    (line,) = [line for line in done.stderr.splitlines() if "pip cannot have" in line]
    assert re.search(why, line) and "--file" in line and "embedded pack draws" in line
    assert "research or evaluation" in done.stdout  # the licence was said before


@pytest.mark.slow
def test_the_list_says_what_was_not_pulled(tmp_path: Path) -> None:
    listed = command(tmp_path, "list")
    assert "not pulled: t2i-person packs pull faces" in listed.stdout and listed.returncode == 0


@pytest.mark.slow
def test_nothing_is_fetched_without_an_answer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    done = command(tmp_path, "pull", "faces")
    assert done.returncode == 1 and "Nothing was fetched" in done.stderr
    assert not (tmp_path / "pulled").exists()
    monkeypatch.setenv("T2I_PERSON_PACKS", str(tmp_path))
    for words in (
        ["remove", "faces", "--yes"],
        ["pull", "faces", "--yes", "--file", str(tmp_path / "no.whl")],
    ):
        assert CliRunner().invoke(cli.app, ["packs", *words]).exit_code == 2, words


def test_what_is_pulled_is_what_the_card_says() -> None:
    pack = pullable("faces")
    assert pack is not None
    with faces_file().open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    assert found == pack.card["files"]["generator.safetensors"]
