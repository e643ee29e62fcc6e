"""`draw-all`, as a command in a process of its own."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from t2i_person import T2IError
from t2i_person.cli.many import DIED, DONE, Item, read
from t2i_person.picture import png

QUICK = ("--steps", "0", "--size", "256")


def command(folder: Path, source: str, *options: str) -> list[str]:
    return [
        sys.executable,
        "-m",
        "t2i_person",
        "draw-all",
        source,
        "-o",
        str(folder / "out"),
        *QUICK,
        *options,
    ]


@pytest.fixture(scope="module")
def drawn(tmp_path_factory) -> tuple[Path, subprocess.CompletedProcess[str], int, int]:
    """The folder of two runs, the first of which is killed; the second; when «девушка» was done, and then."""
    folder = tmp_path_factory.mktemp("many")
    lines = [
        {"text": "Девушка в очках.", "name": "девушка"},
        {"text": "Шёл дождь."},
        {"text": "Старик.", "seed": 5},
        {"no text": 1},
    ]
    source = folder / "texts.jsonl"
    source.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    first = folder / "out" / "девушка" / DONE
    one = {**os.environ, "OMP_NUM_THREADS": "1"}  # as Ray's actors: more threads may give other last bits
    process = subprocess.Popen(command(folder, str(source)), env=one)
    end = time.monotonic() + 300
    try:
        while not first.exists():
            assert time.monotonic() < end and process.poll() is None
            time.sleep(0.02)
    finally:
        process.kill()  # its processes see that it is gone
        process.wait()
    before = first.stat().st_mtime_ns
    run = subprocess.run(command(folder, str(source)), capture_output=True, text=True, env=one)
    return folder / "out", run, before, first.stat().st_mtime_ns


def test_all_are_drawn_but_the_bad_ones_and_only_once(drawn):
    """What is there when it is killed is whole, and stays."""
    out, run, before, after = drawn
    assert run.returncode == 1 and "1 drawn, 1 had been, 2 failed." in run.stdout, run.stdout + run.stderr
    assert run.stderr.rstrip().count("Drawn with the pack embedded") == 1
    assert "000002: No people were found" in run.stderr and "000004: line 4 is not {" in run.stderr
    assert before == after
    assert sorted(place.name for place in out.iterdir()) == ["000003", "девушка"]
    told = json.loads((out / "000003" / DONE).read_text("utf-8"))
    (portrait,) = told["portraits"]
    record = png.read((out / "000003" / portrait["file"]).read_bytes())
    assert record.text == "Старик." and record.settings["request_seed"] == told["request"]["seed"] == 5


def test_where_nothing_is_drawn_nobody_drew(tmp_path):
    source = tmp_path / "texts.jsonl"
    source.write_text('{"no text": 1}\n')
    run = subprocess.run(command(tmp_path, str(source)), capture_output=True, text=True)
    assert run.returncode == 1 and "0 drawn, 0 had been, 1 failed." in run.stdout, run.stderr
    assert "Drawn with" not in run.stderr


def test_ray_draws_the_same(drawn, tmp_path, monkeypatch):
    """A Ray of the test's own, and a text over which whoever draws it dies."""
    pytest.importorskip("ray.data", reason="RAY DATA IS NOT TESTED: pip install '.[ray]'")
    from t2i_person.cli import cluster

    # where Ray's processes find this module
    here, more = str(Path(__file__).parents[1]), os.environ.get("PYTHONPATH")
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([here, more] if more else [here]))
    items = [Item("deadly", "deadly"), Item("000003", "Старик.", 5), Item("000002", "Шёл дождь.")]
    items += [Item("taken", "Старик."), Item("000004", error="line 4 is no text")]
    (tmp_path / "taken").mkdir()
    told = json.loads((drawn[0] / "000003" / DONE).read_text("utf-8"))
    found = dict(cluster.work(items, tmp_path, 1, told["request"], cluster.LOCAL, die_or_draw))
    assert found.pop("deadly") == DIED and found.pop("000003") == ""
    assert found.pop("000002").startswith("No people were found")
    assert found.pop("000004") == "line 4 is no text" and "choose another folder" in found.pop("taken")
    assert not found and sorted(place.name for place in tmp_path.iterdir()) == ["000003", "taken"]
    for file in (drawn[0] / "000003").iterdir():
        same = (tmp_path / "000003" / file.name).read_bytes()
        if file.name == DONE:
            assert json.loads(same)["request"] == told["request"]
        else:
            assert same == file.read_bytes()


def die_or_draw(asked: dict) -> tuple[dict, str]:
    from t2i_person.cli import many

    return os._exit(1) if asked["text"] == "deadly" else many.drawn(asked)


def test_what_is_read(tmp_path):
    with pytest.raises(T2IError, match="has no texts"):
        list(read(tmp_path))
    (tmp_path / "б ольшой.txt").write_text("Старик.", "utf-8")
    (tmp_path / "a.txt").write_bytes(b"\xff\xfe")
    first, second = read(tmp_path)
    assert "cannot be read as UTF-8" in first.error and second == Item("б-ольшой", "Старик.")
    (tmp_path / "A.txt").write_text("Девушка.", "utf-8")
    with pytest.raises(T2IError, match=r"Two texts .* give them other names"):
        list(read(tmp_path))
    lines = tmp_path / "lines.jsonl"
    odd = (
        "[" * 100_000,
        '{"text": [1]}',
        "1",
        '{"text": "а", "seed": "1"}',
        "{",
        '{"text": "Старик.", "seed": 1}',
    )
    lines.write_text("\n".join(odd), "utf-8")
    *bad, good = read(lines)
    assert all("is not {" in item.error for item in bad) and good == Item("000006", "Старик.", 1)
    with pytest.raises(T2IError, match=r"neither a folder of \.txt files nor a \.jsonl file"):
        list(read(tmp_path / "a.txt"))


def test_a_process_that_dies_takes_no_other_text_with_it(tmp_path):
    """Here the deadly text is one that kills whoever reads it; the others are not drawn but counted."""
    from t2i_person.cli import many

    items = [Item(str(number), "deadly" if number == 3 else "") for number in range(6)]
    found = dict(many._work(items, tmp_path, 2, {}, die))
    assert found.pop("3") == DIED
    assert found == {str(number): "" for number in range(6) if number != 3}


def die(item: Item, folder: Path, settings: dict) -> str:
    if item.text:
        os._exit(1)
    return ""
