"""The service's memory: files, jobs, events, checkpoints and models, in SQLite, with the files' bytes beside it.

Every change is one transaction. An event is unique by (job, kind, step): saying it again adds nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from ftwidgets.service.bell import Bell
from ftwidgets.service.blobs import Blobs
from ftwidgets.service.schema import opened
from ftwidgets.service.wire import Record

UNEXPIRED = {"files": "(expires IS NULL OR expires > CAST(strftime('%s', 'now') AS INTEGER))"}
"""By table, what its rows must be to be there: one that has expired is gone at that second, though not yet swept."""


class Store:
    """The records of one home, of all its keys; `Holdings` are what one of them sees.

    Safe to use from several threads; one process at a time has it. Its `bell` rings after each change.
    """

    def __init__(self, folder: Path) -> None:
        self.bell = Bell()
        self.folder = folder
        self.files = Blobs(folder / "files")
        self.parts = Blobs(folder / "parts")
        self._lock = threading.RLock()
        self._writer: int | None = None
        """The thread whose transaction is open: it alone sees what that has changed so far."""
        self._database = opened(folder / "store.sqlite")
        self._reading = threading.Lock()
        self._reader = opened(
            folder / "store.sqlite", look_through=False
        )  # one of its own: a reader never waits for the disk

    def close(self) -> None:
        """Close the database."""
        with self._lock, self._reading:
            self._reader.close()
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Let all changes inside be made, or none; may be nested."""
        with self._lock:
            if self._database.in_transaction:
                yield
                return
            self._database.execute("BEGIN IMMEDIATE")
            self._writer = threading.get_ident()
            try:
                yield
                self._database.execute("COMMIT")
            except BaseException:
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                raise
            finally:
                self._writer = None
        self.bell.ring()

    def _rows(self, query: str, *values: Any) -> list[sqlite3.Row]:
        if self._writer == threading.get_ident():
            return self._database.execute(query, values).fetchall()
        with self._reading:
            return self._reader.execute(query, values).fetchall()

    def add(self, table: str, record: Record, **columns: Any) -> bool:
        """Keep a record that was not there yet; False where it was (by its id, or by its unique columns).

        A column's value that is a dictionary is kept as JSON.
        """
        names = ["id", "record", *columns]
        values = [
            record["id"],
            _packed(record),
            *(_packed(value) if isinstance(value, dict) else value for value in columns.values()),
        ]
        marks = ", ".join("?" * len(names))
        with self.transaction():
            cursor = self._database.execute(
                f"INSERT OR IGNORE INTO {table} ({', '.join(names)}) VALUES ({marks})", values
            )
            return cursor.rowcount == 1

    def get(self, table: str, identity: str, **where: Any) -> Record | None:
        """The record with that id, if its columns are as in `where`."""
        found = self.columns(table, identity, **where)
        return orjson.loads(found["record"]) if found else None

    def columns(self, table: str, identity: str, **where: Any) -> dict[str, Any]:
        """All columns of that record; nothing where there is none."""
        conditions = " AND ".join(_conditions(table, ("id", *where)))
        rows = self._rows(f"SELECT * FROM {table} WHERE {conditions}", identity, *where.values())
        return dict(rows[0]) if rows else {}

    def count(self, table: str, **where: Any) -> int:
        """How many records there are with these columns."""
        conditions = " AND ".join(_conditions(table, where)) or "1"
        return int(self._rows(f"SELECT COUNT(*) FROM {table} WHERE {conditions}", *where.values())[0][0])

    def due(self, table: str, moment: int) -> list[str]:
        """The ids of the records that have expired at that moment, in s since 1970."""
        return [row["id"] for row in self._rows(f"SELECT id FROM {table} WHERE expires <= ?", moment)]

    def remove(self, table: str, identity: str) -> None:
        """Forget a record."""
        with self.transaction():
            self._database.execute(f"DELETE FROM {table} WHERE id = ?", (identity,))

    def page(
        self, table: str, limit: int, after: str | None = None, *, oldest_first: bool = False, **where: Any
    ) -> list[Record]:
        """Up to `limit` + 1 records, the newest first, that come after the one with the id `after`."""
        if limit == 0:
            return []
        conditions, values = _conditions(table, where), list(where.values())
        if after is not None:
            place = self._rows(f"SELECT number FROM {table} WHERE id = ?", after)
            if not place:
                return []  # an unknown cursor: nothing comes after it (our choice)
            conditions.append(f"number {'>' if oldest_first else '<'} ?")
            values.append(place[0]["number"])
        chosen = f"WHERE {' AND '.join(conditions)}" if conditions else ""
        order = "ASC" if oldest_first else "DESC"
        rows = self._rows(f"SELECT record FROM {table} {chosen} ORDER BY number {order} LIMIT ?", *values, limit + 1)
        return [orjson.loads(row["record"]) for row in rows]

    def pairs(self, table: str, one: str, other: str, **where: Any) -> list[tuple[Any, Any]]:
        """Two columns of all rows of a table that have these columns."""
        chosen = " AND ".join(f"{name} = ?" for name in where) or "1"
        rows = self._rows(f"SELECT {one}, {other} FROM {table} WHERE {chosen}", *where.values())
        return [(row[0], row[1]) for row in rows]

    def update(self, table: str, record: Record, **columns: Any) -> None:
        """Keep another record, and other columns, under an id that is there."""
        names = ", ".join(f"{name} = ?" for name in ("record", *columns))
        with self.transaction():
            values = (_packed(record), *columns.values(), record["id"])
            self._database.execute(f"UPDATE {table} SET {names} WHERE id = ?", values)

    def update_job(self, identity: str, *, unless: tuple[str, ...] = (), **changes: Any) -> Record | None:
        """Change fields of a job's record; None, and nothing changed, where its status is one of `unless`."""
        with self.transaction():
            record = self.get("jobs", identity)
            if record is None or record["status"] in unless:
                return None
            record |= changes
            query = "UPDATE jobs SET status = ?, record = ? WHERE id = ?"
            self._database.execute(query, (record["status"], _packed(record), identity))
            return record

    def plan(self, job: str, **changes: Any) -> Record:
        """What the service itself notes about a job (base, adapter to start from), after `changes`."""
        if not changes:  # then no bell rings
            return dict(orjson.loads(self.columns("jobs", job)["plan"]))
        with self.transaction():
            plan = self.plan(job) | changes
            self._database.execute("UPDATE jobs SET plan = ? WHERE id = ?", (_packed(plan), job))
            return plan

    def jobs_in(self, *statuses: str, owner: str | None = None) -> list[Record]:
        """The jobs with one of these statuses, of all owners or one, in the order in which they queued."""
        return [job for its, job in self.owned_jobs_in(*statuses) if owner in (None, its)]

    def owned_jobs_in(self, *statuses: str) -> list[tuple[str, Record]]:
        """The same, each with its owner. A job that was resumed has a new turn: the number of the next new one."""
        marks = ", ".join("?" * len(statuses))
        order = "COALESCE(turn, number), turn IS NULL, number"
        rows = self._rows(f"SELECT owner, record FROM jobs WHERE status IN ({marks}) ORDER BY {order}", *statuses)
        return [(row["owner"], orjson.loads(row["record"])) for row in rows]

    def queue_again(self, job: str) -> None:
        """Put a job behind all others."""
        with self.transaction():
            self._database.execute("UPDATE jobs SET turn = (SELECT MAX(number) + 1 FROM jobs) WHERE id = ?", (job,))

    def events_after(self, job: str, cursor: int, limit: int, *, without: str = "") -> list[Record]:
        """A job's events after `cursor`, the oldest first, each with its `cursor` and its exact `time` in s.

        Those of the kind `without` are left out.
        """
        query = "SELECT number, time, record FROM events WHERE job = ? AND number > ? AND kind != ?"
        rows = self._rows(f"{query} ORDER BY number LIMIT ?", job, cursor, without, limit)
        return [orjson.loads(row["record"]) | {"cursor": row["number"], "time": row["time"]} for row in rows]

    def blob(self, file: str) -> Path:
        """Where the bytes of a file lie."""
        return self.files.path(file)


def _conditions(table: str, names: Iterable[str]) -> list[str]:
    alive = [UNEXPIRED[table]] if table in UNEXPIRED else []
    return [*(f"{name} = ?" for name in names), *alive]


def _packed(record: Record) -> str:
    return orjson.dumps(record).decode()
