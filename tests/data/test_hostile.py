"""Input that means harm, or was merely cut off: a finding or a sentence, never a traceback, a hang or all memory."""

from __future__ import annotations

import gzip
import json
import os
import socket
import subprocess
import sys
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest

from ftwidgets.data import Dataset, check, fix, load
from ftwidgets.data.diagnosis import diagnosed
from ftwidgets.data.repair import rewritten
from ftwidgets.data.row import LONGEST
from ftwidgets.errors import FileFormatError, FtwidgetsError, InputError

CHAT = b'{"messages":[{"role":"user","content":"Hi %d"},{"role":"assistant","content":"Ho %d"}]}\n'
SOUND = b"".join(CHAT % (n, n) for n in range(10))
USER, ANSWER = {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}

TRAPS = {
    "null": b"null\n",
    "a number": b"42\n",
    "a hundred thousand brackets": b"[" * 100_000 + b"\n",
    "as many, closed": b"[" * 100_000 + b"]" * 100_000 + b"\n",
    "as many objects": b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"\n",
    "NUL bytes": b"\0" * 100 + b"\n",
    "half a character": b'{"messages":[{"role":"user","content":"\\ud800"}]}\n',
    "half a character as bytes": b'{"messages":[{"role":"user","content":"\xed\xa0\x80"}]}\n',
    "NaN": b'{"messages":[{"role":"user","content":NaN}]}\n',
    "a number of 5,000 digits": b'{"messages":' + b"9" * 5000 + b"}\n",
    "roles that are lists": b'{"messages":[{"role":["user"],"content":{"x":[1]}}]}\n',
    "another encoding": "{'é'}\n".encode("cp1252"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_is_an_error_of_its_line_and_the_other_lines_are_sound(name: str) -> None:
    findings = check(load(SOUND + TRAPS[name]))
    assert findings.errors.lines == [11]
    for finding in findings:
        assert "\n" not in str(finding) and len(str(finding)) < 1000
    assert check(fix(load(SOUND + TRAPS[name]))).errors.lines in ([], [11])


@pytest.mark.parametrize(
    "content", [SOUND[:-1], b"\xef\xbb\xbf" + SOUND, SOUND.replace(b"\n", b"\r\n"), SOUND.replace(b"\n", b"\n\n \n")]
)
def test_what_is_only_written_otherwise_has_no_error(content: bytes) -> None:
    assert not check(load(content)).errors


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_another_unicode_encoding_with_its_mark_is_read(encoding: str) -> None:
    assert not check(load(SOUND.decode().encode(encoding))).errors


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n" * 1000, b" " * 1000, b"\xef\xbb\xbf", b" \n" * 100_000])
def test_what_holds_no_example_is_told(content: bytes) -> None:
    data = load(content)
    assert len(data) == 0
    assert check(data).errors
    assert fix(data) is data
    with pytest.raises(InputError):
        data.split()


# Things that are no files


def refused(path: Path) -> str:
    with pytest.raises(FtwidgetsError) as told:
        load(path)
    assert str(told.value).endswith(".")
    return str(told.value)


def test_a_folder_a_pipe_a_socket_and_a_device_are_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")  # to open it would wait for a writer
    with socket.socket(socket.AF_UNIX) as one:
        here = os.open(tmp_path, os.O_RDONLY)  # the name of a socket has to be short
        try:
            one.bind(f"/proc/self/fd/{here}/socket" if sys.platform == "linux" else str(tmp_path / "socket"))
        finally:
            os.close(here)
        for name in ("pipe", "socket"):
            assert "not a file" in refused(tmp_path / name)
    assert "not a file" in refused(Path("/dev/zero"))
    assert "folder" in refused(tmp_path)
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    assert "no such file" in refused(tmp_path / "link")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    refused(tmp_path / "loop")
    refused(Path("a\0b"))
    refused(tmp_path / ("n" * 5000))


def test_what_is_no_data_set_is_refused_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_bytes(SOUND)
    with (tmp_path / "rows.jsonl").open() as text, (tmp_path / "rows.jsonl").open("rb") as binary:
        for what in (None, 5, {}, text, binary):
            for use in (load, check, fix):
                with pytest.raises(InputError, match="Give a path, a file's bytes or a list of examples"):
                    use(what)  # type: ignore[operator]


# Files that do not keep still


@pytest.fixture
def large(tmp_path: Path) -> Path:
    """A file that is not kept in memory."""
    path = tmp_path / "large.jsonl"
    row = json.dumps({"messages": [USER | {"content": "word " * 20_000}, ANSWER]}).encode() + b"\n"
    path.write_bytes(row * (LONGEST // len(row) + 10))
    return path


def appended(path: Path) -> None:
    with path.open("ab") as file:
        file.write(SOUND)


def replaced(path: Path) -> None:
    other = path.with_name("other")
    other.write_bytes(SOUND)
    other.replace(path)


@pytest.mark.parametrize("change", [appended, lambda path: os.truncate(path, 1000)])
def test_a_file_that_changes_after_it_was_loaded_is_told(large: Path, change: Callable[[Path], None]) -> None:
    data = load(large)
    change(large)
    for use in (repr, check, lambda data: data.write(large.with_name("new")), lambda data: data.rows[0]):
        with pytest.raises(InputError, match=r"was changed while it was in use\. Load it again\."):
            use(data)
    assert not large.with_name("new").exists()


@pytest.mark.slow
@pytest.mark.parametrize("change", [Path.unlink, replaced])
def test_a_file_that_goes_or_is_replaced_is_read_as_it_was(large: Path, change: Callable[[Path], None]) -> None:
    data = load(large)
    change(large)
    assert not check(data, texts=False).errors


def test_a_file_that_grows_while_it_is_read_is_read_or_told(tmp_path: Path) -> None:
    path, stop = tmp_path / "log.jsonl", threading.Event()
    path.write_bytes(SOUND * 1000)

    def grow() -> None:
        while not stop.wait(0.0001):
            appended(path)

    writer = threading.Thread(target=grow)
    writer.start()
    try:
        for _ in range(10):
            try:
                data = load(path)
            except InputError as told:
                assert "was changed while it was in use" in str(told)
            else:
                assert len(data) % 10 == 0
    finally:
        stop.set()
        writer.join()


# What is packed


def test_a_bomb_is_told_before_it_fills_the_machine(tmp_path: Path) -> None:
    with gzip.open(tmp_path / "bomb.gz", "wb") as file:
        for _ in range(110):
            file.write(bytes(10**6))
    assert "unpacks to more than" in refused(tmp_path / "bomb.gz")
    with zipfile.ZipFile(tmp_path / "nested.zip", "w") as archive:
        archive.write(tmp_path / "bomb.gz")
    assert "gzip in zip" in refused(tmp_path / "nested.zip")


@pytest.mark.parametrize("end", [10, 100, -1])
def test_what_was_cut_off_is_told(end: int) -> None:
    with pytest.raises(FileFormatError, match="is broken"):
        load(gzip.compress(SOUND)[:end])


# Rows that take long


@pytest.mark.parametrize(
    "raw",
    [
        b"{'a':" + b"b " * 400_000,
        b"{'a':1," + b"/* " * 300_000,
        b"{'a':" + b"'" * 900_001,
        b"{'a':[1" + (b"," + b" " * 999) * 900 + b"x]}",
        b'{"a":"' + b"\\ud83d" * 150_000 + b'"}',
        b"{" + "\u200b\u00a0".encode() * 150_000,
    ],
    ids=["words", "comments", "quotes", "commas", "halves", "invisible"],
)
def test_a_long_line_that_is_no_json_is_judged_in_linear_time(raw: bytes) -> None:
    assert diagnosed(raw).message
    rewritten(raw)  # in quadratic time it would take hours
    assert check(load(SOUND + raw)).errors.lines == [11]


@pytest.mark.parametrize(
    "text",
    [" \n" * 500_000, "\n" * 500_000 + "\xa0a", "Ã©" * 200_000, "â€™" * 200_000],
    ids=["blank lines", "odd space", "letters", "quotes"],
)
def test_a_long_text_of_one_fault_is_judged_and_mended_in_linear_time(text: str) -> None:
    data = load([*map(orjson.loads, SOUND.splitlines()), {"messages": [USER | {"content": text}, ANSWER]}])
    assert not check(fix(data)).where(line=11).errors  # in quadratic time it would take hours


def test_a_row_of_ten_thousand_faults_is_told_and_not_mended_for_hours() -> None:
    row = {"messages": [{"role": f"usr{n}", "cntent": "a"} for n in range(10_000)]}
    data = load(SOUND + orjson.dumps(row))
    findings = check(data)
    assert 0 < len(findings) <= 2010
    assert len({str(finding) for finding in findings}) > 900
    assert check(fix(data, "role-unknown")).errors.lines == [11]


def test_an_error_after_a_thousand_warnings_is_found() -> None:
    blank = {"role": "user", "content": " "}
    row = {"messages": [*[blank] * 1500, {"role": "nobody", "content": "a"}, ANSWER]}
    errors = check(load(SOUND + orjson.dumps(row))).errors
    assert [(finding.rule, finding.message_index) for finding in errors] == [("role-unknown", 1501)]


def test_a_row_of_many_faults_is_mended_whole_or_stays() -> None:
    data = load([{"messages": [USER | {"role": "User"}, ANSWER] * 200}] * 10)
    assert not check(fix(data)).errors


def test_a_preference_row_with_an_odd_role_is_mended() -> None:
    row = {"input": {"messages": [USER]}, "preferred_output": [ANSWER], "non_preferred_output": [ANSWER]}
    row["non_preferred_output"] = [ANSWER | {"content": "c"}]
    odd = row | {"preferred_output": [ANSWER | {"role": "Assistant"}]}
    data = fix(load([row] * 10 + [odd]), "role-unknown")
    assert data[10]["preferred_output"][0]["role"] == "assistant"


def test_keys_and_roles_of_a_megabyte_are_told_in_short() -> None:
    key = "k" * 1_000_000
    rows = [{key: 1}, {"messages": [USER | {key: 1}, ANSWER]}, {"messages": [{"role": key, "content": "a"}, ANSWER]}]
    findings = check(load([*[orjson.loads(line) for line in SOUND.splitlines()], *rows]))
    assert {11, 12, 13} <= set(findings.lines)
    assert max(len(str(finding)) for finding in findings) < 1000


def test_ten_thousand_keys_are_told_in_short() -> None:
    rows = [orjson.loads(line) for line in SOUND.splitlines()]
    asked, answered = rows[0]["messages"]
    findings = check(load([*rows, {"messages": [asked | {f"key {n}": n for n in range(10_000)}, answered]}]))
    assert {"duplicate-text", "key-unknown"} <= {finding.rule for finding in findings}
    assert max(len(str(finding)) for finding in findings) < 1000


def test_a_table_of_many_columns_is_read() -> None:
    header = b",".join(b"c%d" % n for n in range(20_000))
    assert len(load(header + b"\n" + header.replace(b"c", b"") + b"\n")) in (0, 1, 2)


# Much of it: in a process of its own, whose peak memory is told

PROGRAM = """
import sys, pandas, tiktoken
import ftwidgets as ft
def peak():
    return next(int(line.split()[1]) / 1024 for line in open("/proc/self/status") if line.startswith("VmHWM"))
begun = peak()
path = sys.argv[1]
"""


def run(path: Path, program: str) -> dict[str, Any]:
    """What a program prints as JSON about the data at `path`, run in a new process."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM + program, str(path)],
        capture_output=True,
        timeout=3000,
        check=False,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found = json.loads(done.stdout)
    assert isinstance(found, dict)
    return found


CHECK = """
data = ft.load(path)
findings = ft.check(data, texts=False)
first = str(findings.errors[0]) if findings.errors else ""
shown = [repr(findings), {k: len(v) for k, v in findings.by_cause().items()}]
import json
print(json.dumps({"rows": len(data), "findings": len(findings), "first": first, "megabytes": peak() - begun}))
"""

linux = pytest.mark.skipif(sys.platform != "linux", reason="the peak of a process's memory is told by Linux alone")


@linux
@pytest.mark.slow
def test_a_line_of_a_hundred_megabytes_is_one_finding(tmp_path: Path) -> None:
    path = tmp_path / "long.jsonl"
    path.write_bytes(b'{"messages":[' + b"{}," * 33_000_000 + b"{}]}\n" + SOUND)
    found = run(path, CHECK)
    assert found["rows"] == 11
    assert "94 MB long" in found["first"]
    assert found["megabytes"] < 500


@linux
@pytest.mark.slow
def test_a_line_longer_than_any_upload_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sparse"
    with path.open("wb") as file:
        file.truncate(5 * 2**30)
    assert "no JSONL" in refused(path)


@linux
@pytest.mark.slow
@pytest.mark.parametrize("content", [b"[", b"{", b'[{"a":1},\n', b'[{"a":"\\', b'{"data":['])
def test_a_list_that_never_ends_is_read_in_bounded_memory(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "open.json"
    path.write_bytes(content * (20_000_000 // len(content)))
    assert run(path, CHECK)["megabytes"] < 500


@linux
@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("row", [b"{}\n", CHAT % (1, 1)], ids=["empty", "chat"])
def test_ten_million_rows_take_little_memory_each(tmp_path: Path, row: bytes) -> None:
    path = tmp_path / "many.jsonl"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(row * 100_000)
    found = run(path, CHECK)
    assert found["rows"] == 10_000_000
    of_findings = 18 * found["findings"]
    assert found["megabytes"] * 2**20 < 2 * (150 * 2**20 + 64 * 10_000_000 + of_findings)


@linux
@pytest.mark.slow
@pytest.mark.soak
@pytest.mark.parametrize("byte", [b"\0", b"a", b"\n"])
def test_gigabytes_of_one_byte_are_a_sentence(tmp_path: Path, byte: bytes) -> None:
    with gzip.open(tmp_path / "bomb.gz", "wb", 1) as file:
        for _ in range(10_000):
            file.write(byte * 2**20)
    refused(tmp_path / "bomb.gz")


def test_an_empty_data_set_has_a_frame_and_a_diff() -> None:
    data = Dataset()
    assert len(data.frame) == 0 and str(data.diff()) == "No row differs."
