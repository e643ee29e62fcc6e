"""The store that several servers share, in PostgreSQL: jobs and their events, pictures, the cast, who lives.

PostgreSQL and not Redis: what is said to be done must be there with its pictures, all of it or nothing,
whatever is killed; pictures are too many for a memory; and the queue, its places and the leases are one
transaction each. Each change of the queue holds one lock for about a millisecond, which hundreds of jobs a
second would feel and drawings never do.
"""

import json
import logging
import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import astuple
from typing import Any, TypeVar

import psycopg
from psycopg import Cursor
from psycopg.conninfo import conninfo_to_dict
from psycopg_pool import ConnectionPool, PoolTimeout

from ...errors import T2IError
from ...pipeline import plain
from ..problems import Away, Unreadable, Unwritable
from .library import PEOPLE, Member, Row
from .postgres_sql import (
    ADD,
    CHANNEL,
    CLAIM,
    DEAD,
    END,
    LIVING,
    MUCH,
    PLACES,
    QUEUE,
    ROW,
    SCHEMA,
    USUAL,
)

T = TypeVar("T")
log = logging.getLogger("t2i_person.service")
VERSION = 1
LEASE = 10.0  # seconds without a sign of life until a server's jobs are another's
BEAT = 2.0  # seconds between two of these signs
TRIES = 10  # more than a single server has: many servers may end in turn through no fault of the job
PATIENCE = 5.0  # seconds for a connection


class Crowded(Exception):
    """No place is free: `load` jobs wait or run, `drawing` at once, `usual` seconds each."""

    def __init__(self, load: int, drawing: int, usual: float) -> None:
        super().__init__(f"{load} jobs wait or run")
        self.load, self.drawing, self.usual = load, drawing, usual


class Shared:
    """What `Library` keeps, and the queue; safe to use from many threads. `me` is the name of this server."""

    lasting = True

    def __init__(self, url: str, drawing: int, waiting: int, most: int = PEOPLE) -> None:
        self.url, self.me = url, f"replica_{secrets.token_hex(8)}"
        self._drawing, self._waiting, self._most = drawing, waiting, most  # people of one owner
        self.counts = {"waiting": 0, "jobs": 0, "bytes": 0}  # as of the last beat
        try:
            found = conninfo_to_dict(url)
            self.place = f"{found.get('host', 'localhost')}:{found.get('port', 5432)}"  # for the log
            with psycopg.connect(url, connect_timeout=int(PATIENCE)) as line:
                line.execute("SELECT pg_advisory_xact_lock(%s)", [QUEUE])  # two may start at once
                line.execute(SCHEMA.format(version=VERSION))  # type: ignore[arg-type]
                ((version,),) = line.execute("SELECT number FROM t2i_person.version").fetchall()
        except psycopg.Error as error:
            said = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            raise T2IError(
                f"The store cannot be used ({said}): --store is postgresql://USER:PASSWORD@HOST/NAME, of a "
                "PostgreSQL that runs and where USER may create a schema."
            ) from error
        if version != VERSION:
            raise T2IError(
                f"The store is of version {version}, this server of {VERSION}: run the same everywhere, "
                "or empty it (DROP SCHEMA t2i_person CASCADE)."
            )
        # threads: those that draw, those that answer, the one that keeps alive
        self._pool = ConnectionPool(
            url,
            min_size=1,
            max_size=drawing + 8,
            timeout=PATIENCE,
            max_idle=60,
            open=True,
            kwargs={"options": "-c search_path=t2i_person", "connect_timeout": int(PATIENCE)},
            check=ConnectionPool.check_connection,
        )

    # the cast

    def keep(self, owner: str, member: Member) -> bool:
        """Keep a person; True when nobody of that name was kept before.

        Raises
        ------
        Unwritable
        OverflowError : there are too many.
        """
        key = _without_nul(plain(member.name))
        values = [_without_nul(one) if isinstance(one, str) else one for one in astuple(member)]

        def work(do: Cursor) -> bool:
            do.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"cast {owner}"])
            do.execute(
                "SELECT count(*), count(*) FILTER (WHERE key=%s) FROM person WHERE owner=%s", [key, owner]
            )
            count, there = _row(do)
            if not there and count >= self._most:
                raise OverflowError
            do.execute("DELETE FROM person WHERE owner=%s AND key=%s", [owner, key])
            do.execute("INSERT INTO person VALUES (%s, %s, %s, %s, %s, %s, %s, %s)", [owner, key, *values])
            return not there

        return self._do(work)

    def cast(self, owner: str) -> list[Member]:
        """Everybody who was kept, without records and pictures; the oldest first."""
        query = "SELECT name, pack, gender, created FROM person WHERE owner=%s ORDER BY created, key"
        return [Member(*row) for row in self._rows(query, owner)]

    def member(self, owner: str, name: str) -> Member | None:
        """The one of that name."""
        query = "SELECT name, pack, gender, created, record, picture FROM person WHERE owner=%s AND key=%s"
        found = self._rows(query, owner, _without_nul(plain(name)))
        return Member(*found[0]) if found else None

    def forget(self, owner: str, name: str) -> bool:
        """True when there was somebody to forget."""
        query = "DELETE FROM person WHERE owner=%s AND key=%s RETURNING 1"
        return bool(self._rows(query, owner, _without_nul(plain(name))))

    # pictures

    def put(self, name: str, data: bytes) -> None:
        query = "INSERT INTO picture (id, size, png) VALUES (%s, %s, %s) RETURNING 1"
        self._rows(query, name, len(data), data)

    def picture(self, name: str) -> bytes | None:
        found = self._rows("SELECT png FROM picture WHERE id=%s", _without_nul(name))
        return found[0][0] if found else None

    def let_go(self, names: Iterable[str]) -> None:
        self._rows("DELETE FROM picture WHERE id = ANY(%s) RETURNING 1", list(names))

    # jobs, for whoever asks

    def add(self, row: Row) -> None:
        """Queue a job.

        Raises
        ------
        Crowded : every place is taken.
        """

        def work(do: Cursor) -> None:
            _lock(do)
            do.execute("SELECT count(*), count(holder) FROM job WHERE told IS NULL")
            load, _ = _row(do)
            do.execute(LIVING.format(what="drawing + waiting"), [LEASE])  # type: ignore[arg-type]
            (places,) = _row(do)
            if load >= max(places, self._drawing + self._waiting):
                do.execute(LIVING.format(what="drawing"), [LEASE])  # type: ignore[arg-type]
                (drawing,) = _row(do)
                do.execute(USUAL)
                (usual,) = _row(do)
                raise Crowded(load, max(1, drawing), float(usual or 5))
            do.execute(
                "INSERT INTO job (id, owner, request, created) VALUES (%s, %s, %s, %s) "
                "ON CONFLICT DO NOTHING",
                [row.id, row.owner, row.request, row.created],
            )
            do.execute(PLACES)
            _notify(do)

        self._do(work)

    def find(self, name: str, keep: float) -> tuple[Row, int | None, list[tuple[str, Any]]] | None:
        """A job, its place (None when it is drawn), and the events that say how far it is."""

        def work(do: Cursor) -> tuple[Row, int | None, list[tuple[str, Any]]] | None:
            do.execute(
                f"SELECT {ROW}, place, holder FROM job WHERE id=%s "  # type: ignore[arg-type]
                "AND (ended IS NULL OR ended > now() - %s * interval '1 second')",
                [_without_nul(name), keep],
            )
            if not (found := do.fetchall()):
                return None
            *row, place, holder = found[0]
            return Row(*row), None if holder else place or 1, _state(do, name)

        return self._do(work)

    def events(self, name: str, after: int) -> tuple[bool, list[tuple[int, str, dict[str, Any]]]]:
        """Whether it has ended (or is gone), and the events after that one: id, kind, data."""

        def work(do: Cursor) -> tuple[bool, list[tuple[int, str, dict[str, Any]]]]:
            do.execute("SELECT told IS NOT NULL FROM job WHERE id=%s", [name])
            found = do.fetchall()  # before its events: then all of them are there
            do.execute("SELECT id, kind, data FROM event WHERE job=%s AND id>%s ORDER BY id", [name, after])
            entries = [(number, kind, json.loads(data)) for number, kind, data in do.fetchall()]
            return not found or found[0][0], entries

        return self._do(work)

    def cancel(self, name: str, tell: Callable[[Row, list[tuple[str, Any]]], str]) -> str | None:
        """End it, whoever draws it; what is told of it, or None when it had ended before."""

        def work(do: Cursor) -> str | None:
            _lock(do)
            do.execute(f"SELECT {ROW} FROM job WHERE id=%s FOR UPDATE", [name])  # type: ignore[arg-type]
            found = do.fetchall()
            if not found or found[0][-1] is not None:
                return None
            told = tell(Row(*found[0]), _state(do, name))
            _end(do, name, "cancelled", told)
            return told

        return self._do(work)

    def drop(self, jobs: Iterable[str]) -> None:
        """Forget jobs; their pictures are let go by name."""
        self._rows("DELETE FROM job WHERE id = ANY(%s) RETURNING 1", list(jobs))

    # jobs, for whoever draws

    def claim(self, but: list[str]) -> Row | None:
        """The next job that is none of `but`: this server's until it ends, is released, or shows no life."""

        def work(do: Cursor) -> Row | None:
            _lock(do)
            do.execute(DEAD, [LEASE])
            for (name,) in do.fetchall():
                log.warning("job taken over: its server shows no life", extra={"job": name})
            do.execute(CLAIM, [self.me, but])
            found = do.fetchall()
            if not found:
                return None
            row = Row(*found[0])
            if row.begun > 1:  # what the one before told of its drawing; the client has it, or starts anew
                do.execute("DELETE FROM event WHERE job=%s", [row.id])
            do.execute(PLACES)
            return row

        return self._do(work)

    def tell(self, name: str, kind: str, data: dict[str, Any]) -> bool:
        """Write an event of a job down; False when it is not this server's any more."""

        def work(do: Cursor) -> bool:
            if kind in ("progress", "preview"):  # no use to wait until the disk has it
                do.execute("SET LOCAL synchronous_commit TO off")
            do.execute(ADD, {"job": name, "holder": self.me, "kind": kind, "data": json.dumps(data)})
            return bool(do.fetchall())

        return self._do(work)

    def end(self, name: str, status: str, told: str) -> bool:
        """Write down how it ended; False when it is not this server's any more."""

        def work(do: Cursor) -> bool:
            _lock(do)
            do.execute(
                "SELECT 1 FROM job WHERE id=%s AND holder=%s AND told IS NULL FOR UPDATE", [name, self.me]
            )
            if not do.fetchall():
                return False
            _end(do, name, status, told)
            return True

        return self._do(work)

    def release(self, names: Iterable[str]) -> None:
        """Hand jobs back to the queue; they keep their turn, and this try does not count."""

        def work(do: Cursor) -> None:
            _lock(do)
            do.execute(
                "UPDATE job SET holder=NULL, begun=greatest(begun-1, 0) WHERE id = ANY(%s) AND holder=%s",
                [list(names), self.me],
            )
            do.execute(PLACES)
            _notify(do)

        self._do(work)

    def beat(self, keep: float, spare: float, most: int, share: int) -> set[str]:
        """Show life, sweep; the jobs that are this server's.

        `keep` seconds for jobs and `spare` for pictures, `most` bytes of pictures and `share` of jobs.
        """

        def work(do: Cursor) -> set[str]:
            do.execute(
                "INSERT INTO replica VALUES (%s, now(), %s, %s) ON CONFLICT (id) DO UPDATE SET seen = now()",
                [self.me, self._drawing, self._waiting],
            )
            do.execute("SELECT id FROM job WHERE holder=%s AND told IS NULL", [self.me])
            mine = {name for (name,) in do.fetchall()}
            do.execute("SELECT pg_try_advisory_xact_lock(%s)", [QUEUE + 1])
            if _row(do)[0]:  # one of them sweeps
                ago = "now() - %s * interval '1 second'"
                do.execute(f"DELETE FROM replica WHERE seen < {ago}", [100 * LEASE])  # type: ignore[arg-type]
                do.execute(f"DELETE FROM job WHERE ended < {ago}", [keep])  # type: ignore[arg-type]
                do.execute(f"DELETE FROM picture WHERE since < {ago}", [spare])  # type: ignore[arg-type]
                do.execute(MUCH.format(table="job", time="ended"), [share])  # type: ignore[arg-type]
                do.execute(MUCH.format(table="picture", time="since"), [most])  # type: ignore[arg-type]
            do.execute("SELECT count(*), count(*) FILTER (WHERE told IS NULL AND holder IS NULL) FROM job")
            jobs, waiting = _row(do)
            do.execute("SELECT coalesce(sum(size), 0) FROM picture")
            self.counts = {"waiting": waiting, "jobs": jobs, "bytes": int(_row(do)[0])}
            return mine

        return self._do(work)

    def close(self) -> None:
        """The others need not wait for the lease to end."""
        with suppress(Away, Unwritable, Unreadable):
            self._rows("DELETE FROM replica WHERE id=%s RETURNING 1", self.me)
        self._pool.close(timeout=1)

    def listen(self) -> psycopg.Connection:
        """A connection of its own, on which news are heard: a job's id, or nothing for the queue."""
        line = psycopg.connect(self.url, autocommit=True, connect_timeout=int(PATIENCE))
        line.execute(f"LISTEN {CHANNEL}")  # type: ignore[arg-type]
        return line

    def _rows(self, query: str, *values: object) -> list[tuple]:
        def work(do: Cursor) -> list[tuple]:
            do.execute(query, values)  # type: ignore[arg-type]
            return do.fetchall()

        return self._do(work)

    def _do(self, work: Callable[[Cursor], T]) -> T:
        """In one transaction; once more when the connection broke."""
        for again in (True, False):
            try:
                with self._pool.connection() as line, line.cursor() as do:
                    return work(do)
            except (psycopg.errors.DiskFull, psycopg.errors.ReadOnlySqlTransaction) as error:
                raise Unwritable(str(error)) from error
            except (psycopg.OperationalError, PoolTimeout) as error:
                if not again:
                    raise Away(f"{self.place}: {error}") from error
            except psycopg.Error as error:
                raise Unreadable(str(error)) from error
        raise AssertionError


def _lock(do: Cursor) -> None:
    do.execute("SELECT pg_advisory_xact_lock(%s)", [QUEUE])


def _notify(do: Cursor, name: str = "") -> None:
    """News of a job, or of the queue."""
    do.execute("SELECT pg_notify(%s, %s)", [CHANNEL, name])


def _state(do: Cursor, name: str) -> list[tuple[str, Any]]:
    do.execute(
        "SELECT kind, data FROM event WHERE job=%(job)s AND (kind IN ('characters', 'portrait') OR id = "
        "(SELECT max(id) FROM event WHERE job=%(job)s AND kind='progress')) ORDER BY id",
        {"job": name},
    )
    return [(kind, json.loads(data)) for kind, data in do.fetchall()]


def _end(do: Cursor, name: str, status: str, told: str) -> None:
    data = f'{{"job": {told}}}'
    do.execute("DELETE FROM event WHERE job=%s AND kind='preview'", [name])
    sent = {"job": name, "told": told, "status": status, "data": data, "size": len(data.encode())}
    do.execute(END, sent)
    do.execute(PLACES)
    _notify(do, name)
    _notify(do)


def _row(do: Cursor) -> tuple:
    found = do.fetchone()
    assert found is not None
    return found


def _without_nul(text: str) -> str:
    """PostgreSQL has no text with NUL in it."""
    return text.replace("\0", "\u2400")
