"""What outlives the process, in one SQLite file: the cast, and jobs with their pictures."""

import contextlib
import logging
import sqlite3
import threading
from collections.abc import Iterable, Mapping
from dataclasses import astuple, dataclass
from pathlib import Path
from typing import Any, Protocol

from ...errors import T2IError
from ...pipeline import plain
from ..problems import Unreadable, Unwritable

log = logging.getLogger("t2i_person.service")
SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    owner TEXT, key TEXT, name TEXT, pack TEXT, gender TEXT, created REAL, record TEXT, picture BLOB,
    PRIMARY KEY (owner, key)
);
CREATE TABLE IF NOT EXISTS job (
    id TEXT PRIMARY KEY, owner TEXT, request TEXT, created REAL, first INTEGER, begun INTEGER, told TEXT
);
CREATE TABLE IF NOT EXISTS picture (id TEXT PRIMARY KEY, job TEXT, png BLOB);
CREATE INDEX IF NOT EXISTS picture_of ON picture (job);
"""
COLUMNS = {
    "person": ["owner", "key", "name", "pack", "gender", "created", "record", "picture"],
    "job": ["id", "owner", "request", "created", "first", "begun", "told"],
    "picture": ["id", "job", "png"],
}
FULL = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_READONLY, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}
PEOPLE = 1000  # kept for one owner
RECORD = 256 << 10  # characters of a kept person's record


@dataclass(frozen=True)
class Member:
    """One person of a cast."""

    name: str
    pack: str
    gender: str
    created: float
    record: str = ""  # JSON of `Record`; like `picture`, empty in a list of people
    picture: bytes = b""  # WebP


@dataclass(frozen=True)
class Row:
    """A job as it is written down."""

    id: str
    owner: str
    request: str  # JSON
    created: float
    first: int  # number of the first event that the next server tells of it
    begun: int = 0  # how often a server began it and died
    told: str | None = None  # JSON of the answer that clients get, once it has ended


class Cast(Protocol):
    """The cast's part of a library; `Shared` has it, too."""

    def keep(self, owner: str, member: Member) -> bool: ...
    def cast(self, owner: str) -> list[Member]: ...
    def member(self, owner: str, name: str) -> Member | None: ...
    def forget(self, owner: str, name: str) -> bool: ...


class Library:
    """Safe to use from many threads. Without a folder everything is lost with the process."""

    def __init__(self, folder: Path | None, most: int = PEOPLE) -> None:
        self.lasting, self._most = folder is not None, most  # people of one owner
        self._lock = threading.Lock()
        self._claim: Any = None
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
                self._claim = _claimed(folder)
            place = ":memory:" if folder is None else str(folder / "service.sqlite")
            self._file = sqlite3.connect(place, check_same_thread=False, timeout=10, isolation_level=None)
            # what is written survives the process at once, the machine as of the last checkpoint
            self._file.execute("PRAGMA journal_mode=WAL")
            self._file.execute("PRAGMA synchronous=NORMAL")
            self._file.executescript(SCHEMA)
            for table, columns in COLUMNS.items():
                if [row[1] for row in self._file.execute(f"PRAGMA table_info({table})")] != columns:
                    raise sqlite3.DatabaseError(f"service.sqlite has another table {table!r} than ours")
        except (OSError, sqlite3.Error) as error:
            raise T2IError(f"{folder} cannot be used ({error}): choose another with --data.") from error

    def keep(self, owner: str, member: Member) -> bool:
        """Keep a person; True when nobody of that name was kept before.

        Raises
        ------
        Unwritable
        OverflowError : there are too many.
        """
        key = plain(member.name)
        with self._lock:
            new = not self._rows("SELECT 1 FROM person WHERE owner=? AND key=?", owner, key)
            ((count,),) = self._rows("SELECT count(*) FROM person WHERE owner=?", owner)
            if new and count >= self._most:
                raise OverflowError
            row = (owner, key, *astuple(member))
            self._rows("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)
        return bool(new)

    def cast(self, owner: str) -> list[Member]:
        """All people of the owner's cast, without records and pictures; the oldest first."""
        query = "SELECT name, pack, gender, created FROM person WHERE owner=? ORDER BY created, key"
        with self._lock:
            return [Member(*row) for row in self._rows(query, owner)]

    def member(self, owner: str, name: str) -> Member | None:
        """The one of that name."""
        query = "SELECT name, pack, gender, created, record, picture FROM person WHERE owner=? AND key=?"
        with self._lock:
            found = self._rows(query, owner, plain(name))
        return Member(*found[0]) if found else None

    def forget(self, owner: str, name: str) -> bool:
        """True when there was somebody to forget."""
        with self._lock:
            return bool(
                self._rows("DELETE FROM person WHERE owner=? AND key=? RETURNING 1", owner, plain(name))
            )

    def write(self, row: Row) -> None:
        """Write a job; it replaces what was written of it before."""
        with self._lock:
            self._rows("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?)", *astuple(row))

    def ended(self, row: Row, pictures: Mapping[str, bytes], most: int) -> None:
        """Write down how a job ended, and its pictures: all of it, or nothing.

        The oldest pictures of all jobs go when they have more than `most` bytes.
        """
        with self._lock:
            self._rows("BEGIN")
            try:
                self._rows("INSERT OR REPLACE INTO job VALUES (?, ?, ?, ?, ?, ?, ?)", *astuple(row))
                for name, data in pictures.items():
                    self._rows("INSERT OR REPLACE INTO picture VALUES (?, ?, ?)", name, row.id, data)
                ((used,),) = self._rows("SELECT coalesce(sum(length(png)), 0) FROM picture")
                for place, size in self._rows("SELECT rowid, length(png) FROM picture ORDER BY rowid"):
                    if used <= most:
                        break
                    self._rows("DELETE FROM picture WHERE rowid=?", place)
                    used -= size
                self._rows("COMMIT")
            except (Unwritable, Unreadable):
                with contextlib.suppress(sqlite3.Error):
                    self._file.execute("ROLLBACK")
                raise

    def picture(self, name: str) -> bytes | None:
        """The PNG of a job that has ended."""
        with self._lock:
            found = self._rows("SELECT png FROM picture WHERE id=?", name)
        return found[0][0] if found else None

    def jobs(self) -> list[Row]:
        """All jobs, oldest first."""
        with self._lock:
            return [Row(*row) for row in self._rows("SELECT * FROM job ORDER BY created, id")]

    def drop(self, jobs: Iterable[str]) -> None:
        """Forget jobs, and their pictures."""
        with self._lock:
            for name in jobs:
                self._rows("DELETE FROM picture WHERE job=?", name)
                self._rows("DELETE FROM job WHERE id=?", name)

    def close(self) -> None:
        with self._lock:
            self._file.close()
            if self._claim is not None:
                self._claim.close()

    def _rows(self, query: str, *values: object) -> list[tuple]:
        try:
            return self._file.execute(query, values).fetchall()
        except sqlite3.Error as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF in FULL:
                raise Unwritable(str(error)) from error
            raise Unreadable(str(error)) from error


def _claimed(folder: Path) -> Any:
    """Lock the folder for this server, until the returned file is closed or the process ends."""
    try:
        import fcntl
    except ImportError:  # not on this system: nobody is kept out
        return None
    claim = (folder / "lock").open("w")
    try:
        fcntl.flock(claim, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        claim.close()
        raise OSError("another server uses it") from None
    return claim
