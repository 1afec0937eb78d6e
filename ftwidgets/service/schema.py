"""The tables of the service's memory, and how a database of an earlier version becomes one of this."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from ftwidgets.errors import ServiceError

VERSION = 2
"""The schema's version, kept in the database itself."""

HOME = "home"
"""The owner of what belongs to the home's own key."""

LEGACY = "fine-tunes"
"""The `api` of the jobs of the legacy endpoint."""

FINAL = ("succeeded", "failed", "cancelled")
"""The statuses of a job that has ended."""

TABLES = """
CREATE TABLE IF NOT EXISTS keys (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, digest TEXT UNIQUE);
CREATE TABLE IF NOT EXISTS files (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, purpose TEXT,
    owner TEXT NOT NULL DEFAULT 'home', expires INTEGER);
CREATE TABLE IF NOT EXISTS uploads (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, owner TEXT NOT NULL, status TEXT,
    expires INTEGER, lifetime INTEGER);
CREATE TABLE IF NOT EXISTS parts (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, upload TEXT, bytes INTEGER);
CREATE INDEX IF NOT EXISTS parts_of_upload ON parts (upload);
CREATE INDEX IF NOT EXISTS files_of_owner ON files (owner, number);
CREATE INDEX IF NOT EXISTS files_that_expire ON files (expires) WHERE expires IS NOT NULL;
CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, status TEXT, plan TEXT,
    owner TEXT NOT NULL DEFAULT 'home', api TEXT NOT NULL DEFAULT 'fine_tuning', turn INTEGER);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, job TEXT, kind TEXT, step INTEGER, time REAL,
    UNIQUE (job, kind, step));
CREATE INDEX IF NOT EXISTS events_in_order ON events (job, number);
CREATE TABLE IF NOT EXISTS checkpoints (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, job TEXT, step INTEGER,
    UNIQUE (job, step));
CREATE TABLE IF NOT EXISTS permissions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, checkpoint TEXT, project TEXT,
    UNIQUE (checkpoint, project));
CREATE TABLE IF NOT EXISTS models (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, job TEXT, base TEXT, adapter TEXT,
    listed INTEGER, owner TEXT NOT NULL DEFAULT 'home');
CREATE TABLE IF NOT EXISTS completions (
    number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, model TEXT, messages TEXT,
    owner TEXT NOT NULL);
"""

OWNED = ("files", "uploads", "jobs", "models", "completions")
"""The tables whose rows belong to one key; other rows belong to a row of these."""

SINCE_1 = (
    "ALTER TABLE files ADD COLUMN owner TEXT NOT NULL DEFAULT 'home'",
    "ALTER TABLE files ADD COLUMN expires INTEGER",
    "ALTER TABLE jobs ADD COLUMN owner TEXT NOT NULL DEFAULT 'home'",
    "ALTER TABLE jobs ADD COLUMN api TEXT NOT NULL DEFAULT 'fine_tuning'",
    "ALTER TABLE jobs ADD COLUMN turn INTEGER",
    "ALTER TABLE models ADD COLUMN owner TEXT NOT NULL DEFAULT 'home'",
)
"""What a database of version 1 lacks, besides whole tables."""


def opened(path: Path, *, look_through: bool = True) -> sqlite3.Connection:
    """The database at `path`, with the tables of this version; made where there is none.

    It is looked through for damage first, which takes some seconds a gigabyte.

    What has been committed is on the disk when `execute` returns, and a process that is killed harms nothing.

    Raises:
        ServiceError: it is damaged, of a later version, or cannot be written. It is left as it is.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
    except (OSError, sqlite3.Error) as error:
        raise ServiceError(f"The records in {path} cannot be opened: {error}.") from error
    try:
        _prepare(database, path, look_through=look_through)
    except BaseException as error:
        database.close()
        if isinstance(error, sqlite3.Error):
            raise ServiceError(_why(error, path)) from error
        raise
    return database


def _prepare(database: sqlite3.Connection, path: Path, *, look_through: bool) -> None:
    database.row_factory = sqlite3.Row
    found = int(database.execute("PRAGMA user_version").fetchone()[0])
    if found > VERSION:
        raise ServiceError(
            f"The records in {path} are of version {found}, and this ftwidgets knows up to {VERSION}. Install a newer "
            "ftwidgets, or name another home in FTWIDGETS_HOME."
        )
    faults = database.execute("PRAGMA quick_check(1)").fetchone()[0] if look_through else "ok"
    if faults != "ok":
        raise sqlite3.DatabaseError(faults)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    if found == VERSION:
        return
    changes = SINCE_1 if found == 1 else ()
    tables = [table for table in TABLES.split(";") if table.strip()]
    database.execute("BEGIN IMMEDIATE")
    for change in (*changes, *tables, f"PRAGMA user_version = {VERSION}"):
        database.execute(change)
    database.execute("COMMIT")


def _why(error: sqlite3.Error, path: Path) -> str:
    said = str(error)
    if "locked" in said:
        return f"The records in {path} are in use by another program."
    if "readonly" in said or "unable to open" in said:
        return f"The records in {path} cannot be written: {said}. Give this user the right to write there."
    if "disk I/O" in said:
        return f"The records in {path} cannot be read or written: {said}. Look whether the disk is full, or failing."
    if "full" in said:
        return f"The records in {path} cannot be written: the disk is full. Make room and start again."
    return (
        f"The records in {path} are damaged: {said.splitlines()[-1]}. They were left as they are. Put back a copy of "
        "the folder, or move store.sqlite away: then the service begins with no records, and all other files stay."
    )
