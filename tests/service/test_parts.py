"""What needs no server: the log of a job, the stores, the table of settings."""

import asyncio
import logging
import re
import resource
import sqlite3
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from t2i_person import T2IError
from t2i_person.pipeline.cast import kept
from t2i_person.service.keep.library import Library, Member, Row
from t2i_person.service.keep.store import Store
from t2i_person.service.logs import JSON, Plain
from t2i_person.service.problems import Unreadable, Unwritable
from t2i_person.service.queue.events import Log
from t2i_person.service.settings import PREFIX, Settings, options
from t2i_person.text import describe


def test_many_follow_one_log():
    async def run() -> None:
        log, reached = Log(asyncio.get_running_loop()), threading.Semaphore(0)

        def write() -> None:
            for step in range(20):
                log.add("preview" if step % 2 else "progress", {"step": step})
                time.sleep(0.002)
            for _ in range(3):  # the previews go when it is done, from who was too slow for them, too
                assert reached.acquire(timeout=60)
            log.add("done", {}, end=True)
            log.add("late", {})

        async def read(after: int) -> list:
            found = []
            async for entry in log.follow(after):
                found.append((entry.id, entry.kind))
                if entry.id == 20:
                    reached.release()
            return found

        thread = threading.Thread(target=write)
        readers = [asyncio.ensure_future(read(after)) for after in (0, 0, 5)]
        thread.start()
        found = await asyncio.gather(*readers)
        thread.join()
        assert found[0] == found[1] and [name for name, _ in found[0]] == list(range(1, 22))
        assert found[2] == found[0][5:]
        assert found[0][-1] == (21, "done")
        late = await read(0)  # the previews are gone, the rest stays
        assert len(late) == 11 and late[-1] == (21, "done")
        assert await read(21) == []

    asyncio.run(run())


def test_the_store_lets_the_oldest_go():
    store = Store(seconds=0.2, size=10)
    names = [store.put(b"12345") for _ in range(3)]
    assert [store.get(name) for name in names] == [None, b"12345", b"12345"] and store.used == 10
    store.drop(names[1:2])
    assert store.get(names[1]) is None and store.used == 5
    time.sleep(0.25)
    assert store.get(names[2]) is None and store.used == 0


def test_the_library_outlives_its_process(tmp_path):
    anna = Member("Анна", "embedded", "female", 1.0, "{}", b"webp")
    first = Library(tmp_path / "new")
    assert first.keep("", anna) and not first.keep("", anna)
    left = Row("job_1", "", "{}", 5.0, 7)
    done = Row("job_0", "", "{}", 4.0, 9, told="{}")
    first.write(left)
    first.write(done)
    first.ended(done, {"img_1": b"12345", "img_2": b"123456"}, most=100)
    with pytest.raises(T2IError, match=r"another server uses it.*--data"):
        Library(tmp_path / "new")
    first.close()
    second = Library(tmp_path / "new")
    assert second.cast("") == [Member("Анна", "embedded", "female", 1.0)]
    assert second.member("", "АННА ") == anna and second.member("somebody else", "Анна") is None
    assert second.cast("somebody else") == []
    assert second.jobs() == [done, left] and second.picture("img_1") == b"12345"
    second.ended(replace(left, told="{}"), {"img_3": b"1"}, most=10)
    assert [second.picture(name) for name in ("img_1", "img_2", "img_3")] == [None, b"123456", b"1"]
    second.drop(["job_0"])
    assert second.jobs() == [replace(left, told="{}")] and second.picture("img_2") is None
    assert second.forget("", "анна") and not second.forget("", "анна")


def test_a_cast_has_an_end(tmp_path):
    library = Library(tmp_path, most=2)
    for name in ("Анна", "Борис", "анна"):
        library.keep("", Member(name, "embedded", "female", 1.0))
    with pytest.raises(OverflowError):
        library.keep("", Member("Вера", "embedded", "female", 1.0))
    assert library.keep("another", Member("Вера", "embedded", "female", 1.0))


def test_a_folder_that_cannot_be_used(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(T2IError, match="--data"):
        Library(tmp_path / "file")
    (tmp_path / "a folder" / "service.sqlite").mkdir(parents=True)
    with pytest.raises(T2IError, match=r"cannot be used.*--data"):
        Library(tmp_path / "a folder")
    old = resource.getrlimit(resource.RLIMIT_FSIZE)
    for room in (0, 100, 8192):  # a full disk: nothing can be written, or not all
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (room, old[1]))
            with pytest.raises(T2IError, match=r"cannot be used.*--data"):
                Library(tmp_path / f"full at {room}")
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, old)
    for name, content in (("no database", None), ("of others", "CREATE TABLE person (name TEXT)")):
        folder = tmp_path / name
        folder.mkdir()
        if content is None:
            (folder / "service.sqlite").write_bytes(b"no database at all" * 1000)
        else:
            sqlite3.connect(folder / "service.sqlite").executescript(content)
        with pytest.raises(T2IError, match=r"cannot be used.*--data"):
            Library(folder)


def test_a_file_that_is_damaged_later_is_not_called_a_full_disk(tmp_path):
    library = Library(tmp_path)
    library.keep("", Member("Анна", "embedded", "female", 1.0, "x" * 100_000))
    library.close()
    file = tmp_path / "service.sqlite"
    data = bytearray(file.read_bytes())
    data[4096:] = b"\xff" * len(data[4096:])
    library = Library(tmp_path)
    file.write_bytes(data)
    with pytest.raises(Unreadable):
        library.member("", "Анна")
    assert not issubclass(Unreadable, Unwritable)


def test_a_character_is_known_by_its_name():
    people = describe("Алёна Петрова в красном платье вышла. Две девушки и старик ждали.")
    names = {"алена петрова": 1, "девушка": 2}
    assert [kept(person, names) for person in people] == [("алена петрова", 1), None, None]


def test_each_setting_is_in_the_docs():
    table = (Path(__file__).parents[2] / "docs" / "service.md").read_text("utf-8")
    rows = dict(re.findall(r"^\| `(--[a-z-]+)` \| `(\w+)` \|", table, re.M))
    expected = {f"--{p.name.replace('_', '-')}": PREFIX + p.name.upper() for p in options()}
    assert rows == expected


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"api_keys": "ключ"}, "signs of ASCII"),
        ({"data": "~nouser/x"}, "--data"),
        ({"host": ""}, "--host"),
    ],
)
def test_settings_that_would_not_do_what_they_say(wrong, says):
    with pytest.raises(T2IError, match=says):
        Settings(**wrong).check()


def test_a_text_cannot_forge_a_line_of_the_log():
    record = logging.makeLogRecord({"msg": "request", "text": "Старик.\n2026-01-01 error \x1b[2J"})
    for form in (Plain(), JSON()):
        assert len(form.format(record).splitlines()) == 1 and "\x1b" not in form.format(record)
