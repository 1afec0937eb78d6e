"""What the service does with records of other versions, damaged ones, and a home that cannot be written to."""

import sqlite3

import pytest

from ftwidgets.errors import ServiceError
from ftwidgets.service.schema import VERSION, opened
from ftwidgets.service.store import Store

VERSION_1 = """
CREATE TABLE files (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, purpose TEXT);
CREATE TABLE jobs (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, status TEXT, plan TEXT);
CREATE TABLE models (number INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT UNIQUE, record TEXT, job TEXT, base TEXT,
    adapter TEXT, listed INTEGER);
INSERT INTO files VALUES (1, 'file-1', '{"id":"file-1"}', 'batch');
INSERT INTO jobs VALUES (1, 'ftjob-1', '{"id":"ftjob-1","status":"queued"}', 'queued', '{"base":"m"}');
INSERT INTO models VALUES (1, 'ft:m', '{"id":"ft:m"}', 'ftjob-1', 'm', '/elsewhere/adapter', 1);
PRAGMA user_version = 1;
"""


def test_records_of_version_1_belong_to_the_home_from_now_on(tmp_path):
    old = sqlite3.connect(tmp_path / "store.sqlite")
    old.executescript(VERSION_1)
    old.close()
    for _ in range(2):
        store = Store(tmp_path)
        assert store.get("files", "file-1", owner="home") == {"id": "file-1"}
        assert store.page("jobs", 10, owner="home", api="fine_tuning") == [{"id": "ftjob-1", "status": "queued"}]
        assert store.columns("models", "ft:m")["owner"] == "home"
        assert store.page("uploads", 10) == []
        store.close()


def test_records_of_a_later_version_are_left_alone(tmp_path):
    later = sqlite3.connect(tmp_path / "store.sqlite")
    later.execute(f"PRAGMA user_version = {VERSION + 1}")
    later.close()
    before = (tmp_path / "store.sqlite").read_bytes()
    with pytest.raises(ServiceError, match=f"version {VERSION + 1}, and this ftwidgets knows up to {VERSION}"):
        opened(tmp_path / "store.sqlite")
    assert (tmp_path / "store.sqlite").read_bytes() == before


@pytest.mark.parametrize("kept", [0.02, 0.3, 0.6, 0.95])
def test_a_truncated_database_is_told_and_left_as_it_is(tmp_path, kept):
    store = Store(tmp_path)
    for n in range(500):
        store.add("files", {"id": f"file-{n}", "padding": "x" * 200}, purpose="batch", owner="home")
    store.close()
    path = tmp_path / "store.sqlite"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    with pytest.raises(ServiceError, match=r"are damaged: .* left as they are"):
        opened(path)
    assert path.read_bytes() == whole[: int(len(whole) * kept)]


def test_what_is_no_database_is_told(tmp_path):
    path = tmp_path / "store.sqlite"
    path.write_bytes(b"not a database, but long enough to look like one\n" * 100)
    with pytest.raises(ServiceError, match="are damaged"):
        opened(path)
    path.unlink()
    path.mkdir()
    with pytest.raises(ServiceError, match=r"cannot be opened|cannot be written"):
        opened(path)
