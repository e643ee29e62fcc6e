"""`draw-all`, as a command in a process of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from t2i_person import T2IError
from t2i_person.cli.many import DONE, Item, read
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


def test_all_are_drawn_but_the_bad_ones_and_only_once(tmp_path):
    lines = [
        {"text": "Девушка в очках.", "name": "девушка"},
        {"text": "Шёл дождь."},
        {"text": "Старик.", "seed": 5},
        {"no text": 1},
    ]
    source = tmp_path / "texts.jsonl"
    source.write_text("\n".join(json.dumps(line, ensure_ascii=False) for line in lines), "utf-8")
    out = tmp_path / "out"
    # the first is drawn, then the process is killed: what is there is whole, and stays
    process = subprocess.Popen(command(tmp_path, str(source)), start_new_session=True)
    end = time.monotonic() + 120
    while not (out / "девушка" / DONE).exists():
        assert time.monotonic() < end and process.poll() is None
        time.sleep(0.02)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done = (out / "девушка" / DONE).stat().st_mtime_ns
    run = subprocess.run(command(tmp_path, str(source)), capture_output=True, text=True)
    assert run.returncode == 1 and "1 drawn, 1 had been, 2 failed." in run.stdout, run.stdout + run.stderr
    assert "000002: No people were found" in run.stderr and "000004: line 4 is not {" in run.stderr
    assert (out / "девушка" / DONE).stat().st_mtime_ns == done
    assert sorted(place.name for place in out.iterdir()) == ["000003", "девушка"]
    told = json.loads((out / "000003" / DONE).read_text("utf-8"))
    (portrait,) = told["portraits"]
    record = png.read((out / "000003" / portrait["file"]).read_bytes())
    assert record.text == "Старик." and record.settings["request_seed"] == told["request"]["seed"] == 5


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
    assert found.pop("3").startswith("the process that drew it was ended")
    assert found == {str(number): "" for number in range(6) if number != 3}


def die(item: Item, folder: Path, settings: dict) -> str:
    if item.text:
        os._exit(1)
    return ""
