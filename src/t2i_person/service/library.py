"""What outlives the process, in one SQLite file: the cast, and jobs that a stop interrupted."""

import sqlite3
import threading
from dataclasses import astuple, dataclass
from pathlib import Path

from ..errors import T2IError
from ..kept import plain

SCHEMA = """
CREATE TABLE IF NOT EXISTS person (
    owner TEXT, key TEXT, name TEXT, pack TEXT, gender TEXT, created REAL, record TEXT, picture BLOB,
    PRIMARY KEY (owner, key)
);
CREATE TABLE IF NOT EXISTS unfinished (
    id TEXT PRIMARY KEY, owner TEXT, request TEXT, created REAL, last_event INTEGER
);
"""


@dataclass(frozen=True)
class Member:
    """One person of a cast."""

    name: str
    pack: str
    gender: str
    created: float
    record: str  # JSON of `png.Record`
    picture: bytes  # WebP


@dataclass(frozen=True)
class Unfinished:
    """A job to be taken up again."""

    id: str
    owner: str
    request: str  # JSON
    created: float
    last_event: int


class Unwritable(Exception):
    """The disk is full, or is not to be written."""


class Library:
    """Safe to use from many threads. Without a folder it is as short-lived as the process."""

    def __init__(self, folder: Path | None) -> None:
        self.lasting = folder is not None
        self._lock = threading.Lock()
        try:
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            place = ":memory:" if folder is None else str(folder / "service.sqlite")
            self._file = sqlite3.connect(place, check_same_thread=False, timeout=10, isolation_level=None)
            self._file.executescript(SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise T2IError(f"{folder} cannot be used ({error}): choose another with --data.") from error

    def keep(self, owner: str, member: Member) -> bool:
        """Keep a person; True when nobody of that name was kept before.

        Raises
        ------
        Unwritable
        """
        with self._lock:
            new = not self._rows("SELECT 1 FROM person WHERE owner=? AND key=?", owner, plain(member.name))
            row = (owner, plain(member.name), *astuple(member))
            self._rows("INSERT OR REPLACE INTO person VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *row)
        return new

    def cast(self, owner: str, name: str | None = None) -> list[Member]:
        """Everybody who was kept, or the one of that name; the oldest first."""
        query, values = "SELECT * FROM person WHERE owner=?", [owner]
        if name is not None:
            query, values = f"{query} AND key=?", [*values, plain(name)]
        with self._lock:
            return [Member(*row[2:]) for row in self._rows(f"{query} ORDER BY created, key", *values)]

    def forget(self, owner: str, name: str) -> bool:
        """True when there was somebody to forget."""
        with self._lock:
            return bool(
                self._rows("DELETE FROM person WHERE owner=? AND key=? RETURNING 1", owner, plain(name))
            )

    def hand_back(self, job: Unfinished) -> None:
        """Keep a job for the next start."""
        with self._lock:
            self._rows("INSERT OR REPLACE INTO unfinished VALUES (?, ?, ?, ?, ?)", *astuple(job))

    def take_up(self) -> list[Unfinished]:
        """The jobs kept, oldest first; each is given to one server only, once."""
        with self._lock:
            rows = self._rows("DELETE FROM unfinished RETURNING *")
        return sorted((Unfinished(*row) for row in rows), key=lambda job: job.created)

    def close(self) -> None:
        with self._lock:
            self._file.close()

    def _rows(self, query: str, *values: object) -> list[tuple]:
        try:
            return self._file.execute(query, values).fetchall()
        except sqlite3.OperationalError as error:
            raise Unwritable(str(error)) from error
