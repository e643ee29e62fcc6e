"""Cast and jobs in a file."""

import resource
import sqlite3
from dataclasses import replace

import pytest

from t2i_person import T2IError
from t2i_person.service.keep.library import Library, Member, Row
from t2i_person.service.problems import Unreadable, Unwritable


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
