"""What a kill leaves behind, and what has expired: processes that are really killed, each at one named moment."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ftwidgets.service.files import keep
from ftwidgets.service.holdings import Holdings
from ftwidgets.service.schema import HOME
from ftwidgets.service.store import Store
from ftwidgets.service.sweeping import Sweeper

DYING = """
import io, os, signal, sys
from pathlib import Path
from ftwidgets.service import blobs, files, store, uploads
from ftwidgets.service.holdings import Holdings

def die(*_, **__):
    os.kill(os.getpid(), signal.SIGKILL)

own = Holdings(store.Store(Path(sys.argv[1])), "home")
"""

FILE = "files.keep(own, io.BytesIO(b'{}'), 'a', 'vision')"
UPLOAD = """
body = {"filename": "a", "mime_type": "a/b", "purpose": "vision", "bytes": 6}
upload = uploads._create(own, body)["id"]
for name, data in (("part_1", b"abc"), ("part_2", b"def")):
    with own.store.parts.arrival(name) as path:
        path.write_bytes(data)
        uploads._add_part(own, upload, name, 3)
    own.store.parts.path(name)
"""
COMPLETE = 'uploads._complete(own, upload, {"part_ids": ["part_2", "part_1"]})'


def killed(home: Path, *lines: str) -> None:
    """Run these lines in a process that dies of them."""
    done = subprocess.run(
        [sys.executable, "-c", DYING + "\n".join(lines), str(home)], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == -signal.SIGKILL, done.stderr.decode()


@pytest.fixture
def restarted(tmp_path):
    """A function that opens the store again, as a service that starts does."""
    stores: list[Store] = []

    def restart() -> Holdings:
        store = Store(tmp_path)
        stores.append(store)
        Sweeper(store)._tidy()
        return Holdings(store, HOME)

    yield restart
    for store in stores:
        store.close()


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()} if folder.is_dir() else set()


@pytest.mark.slow
def test_a_kill_before_the_record_leaves_no_bytes(tmp_path, restarted):
    killed(tmp_path, "Holdings.add = die", FILE)
    assert len(names(tmp_path / "files")) == 1
    own = restarted()
    assert (names(tmp_path / "files"), own.count("files")) == (set(), 0)


@pytest.mark.slow
def test_a_kill_right_after_the_record_loses_no_bytes(tmp_path, restarted):
    killed(tmp_path, FILE, "die()")
    own = restarted()
    (record,) = own.page("files", 10)
    assert names(tmp_path / "files") == {record["id"]}
    assert own.store.blob(record["id"]).read_bytes() == b"{}"


@pytest.mark.slow
@pytest.mark.parametrize(("moment", "kept"), [("store.Store.remove", 1), ("Path.unlink", 0)])
def test_a_kill_while_a_file_is_deleted_leaves_it_whole_or_not_at_all(tmp_path, restarted, moment, kept):
    forget = "own.store.files.remove(file['id'], lambda: own.store.remove('files', file['id']))"
    killed(tmp_path, f"file = {FILE}", "own.store.blob(file['id'])", f"{moment} = die", forget)
    own = restarted()
    assert own.count("files") == kept
    assert names(tmp_path / "files") == {record["id"] for record in own.page("files", 10)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "moment",
    [
        "uploads._join = die",
        "uploads.examined = die",
        "uploads.end = die",
        "store.Store.update = die",
        "store.Store.remove = die",
    ],
)
def test_a_kill_before_the_end_of_complete_leaves_the_upload_with_all_its_parts(tmp_path, restarted, moment):
    killed(tmp_path, UPLOAD, moment, COMPLETE)
    own = restarted()
    (upload,) = own.page("uploads", 10)
    assert (upload["status"], own.count("files"), names(tmp_path / "files")) == ("pending", 0, set())
    from ftwidgets.service.uploads import _complete

    done = _complete(own, upload["id"], {"part_ids": ["part_2", "part_1"]})
    assert own.store.blob(done["file"]["id"]).read_bytes() == b"defabc"


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["blobs.Blobs.discard = die", "store.Store.blob = die"])
def test_a_kill_after_complete_has_decided_loses_nothing(tmp_path, restarted, moment):
    killed(tmp_path, UPLOAD, moment, COMPLETE)
    own = restarted()
    (upload,) = own.page("uploads", 10)
    assert upload["status"] == "completed"
    assert own.get("files", upload["file"]["id"]) == upload["file"]
    assert own.store.blob(upload["file"]["id"]).read_bytes() == b"defabc"
    assert names(tmp_path / "parts") == set()


def test_bytes_that_these_records_never_knew_are_left_alone(tmp_path, restarted):
    """The records were moved away because they were damaged, or put back from an older copy."""
    own = restarted()
    file = keep(own, io.BytesIO(b"precious"), "a", "vision")["id"]
    own.store.blob(file)
    own.store.close()
    for path in tmp_path.glob("store.sqlite*"):
        path.unlink()
    own = restarted()
    assert own.count("files") == 0
    assert (tmp_path / "files" / file).read_bytes() == b"precious"


def test_a_deletion_that_fails_leaves_the_file_as_it_was(tmp_path, restarted):
    own = restarted()
    file = keep(own, io.BytesIO(b"bytes"), "a", "vision")["id"]
    with pytest.raises(ZeroDivisionError):
        own.store.files.remove(file, lambda: 1 // 0)
    assert own.store.blob(file).read_bytes() == b"bytes"


def test_the_service_sweeps_when_it_starts(new_home, open_service):
    home = new_home()
    with open_service(home) as first:
        file = first.upload(b"{}\n")
        store = first.http.app.state.store
        store.update("files", store.get("files", file), expires=1)
    (home / "service" / "files" / ".file-cut.part").write_bytes(b"half")
    (home / "service" / "files" / ".file-cut.123.part").write_bytes(b"of an earlier version")
    with open_service(home) as second:
        assert second.client.files.list().data == []
    assert names(home / "service" / "files") == set()
