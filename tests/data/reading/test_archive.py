"""What is packed comes out as it was; what is broken, locked or a bomb is refused in a sentence."""

from __future__ import annotations

import gzip
import io
import random
import zipfile

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data.reading import opened, records
from ftwidgets.data.reading.archive import MOST, too_much, unpacked
from ftwidgets.errors import FileFormatError

CONTENT = b"".join(b'{"a": %d}\n' % random.Random(7).getrandbits(60) for _ in range(3000))


def zipped(*members: tuple[str, bytes], compression: int = zipfile.ZIP_DEFLATED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", compression) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return file.getvalue()


def zst(content: bytes) -> bytes:
    return zstandard.ZstdCompressor(write_content_size=False).compress(content)


PACKERS = {"gzip": gzip.compress, "zst": zst, "zip": lambda content: zipped(("a/b.jsonl", content))}


def through(content: bytes, format_: str) -> bytes:
    with unpacked(io.BytesIO(content), format_) as stream:
        return stream.read()


@pytest.mark.parametrize("format_", PACKERS)
@given(content=st.binary(max_size=200), parts=st.integers(1, 3))
def test_what_was_packed_comes_out(format_: str, content: bytes, parts: int) -> None:
    packed = PACKERS[format_](content) * (1 if format_ == "zip" else parts)
    assert through(packed, format_) == content * (1 if format_ == "zip" else parts)


@pytest.mark.parametrize("format_", PACKERS)
@given(share=st.floats(0.01, 0.99))
def test_what_was_cut_off_is_refused_in_a_sentence(format_: str, share: float) -> None:
    packed = PACKERS[format_](CONTENT)
    with pytest.raises(FileFormatError, match=rf"^The {format_} file is broken: .*\.$"):
        through(packed[: max(1, int(len(packed) * share))], format_)


@pytest.mark.parametrize("format_", PACKERS)
@given(place=st.integers(0, 10**9), byte=st.integers(0, 255))
def test_a_wrong_byte_is_met_without_a_traceback(format_: str, place: int, byte: int) -> None:
    packed = bytearray(PACKERS[format_](CONTENT))
    packed[place % len(packed)] = byte
    try:
        through(bytes(packed), format_)
    except FileFormatError as error:
        assert str(error).endswith(".")


@pytest.mark.parametrize("format_", ["zst", *(pytest.param(one, marks=pytest.mark.slow) for one in ("gzip", "zip"))])
def test_a_bomb_is_not_unpacked(format_: str) -> None:
    packed = PACKERS[format_](bytes(120_000_000))
    with unpacked(io.BytesIO(packed), format_) as stream:
        given = 0
        with pytest.raises(FileFormatError, match="more than 250 times its size"):
            while piece := stream.read(2**20):
                given += len(piece)
        assert 90_000_000 < given < 110_000_000


def test_what_may_be_unpacked_ends_where_the_service_ends() -> None:
    assert too_much(MOST, MOST) is None
    assert too_much(99_000_000, 1) is None
    assert "8 GiB" in str(too_much(MOST + 1, MOST))


@pytest.mark.parametrize(
    ("members", "sentence"),
    [
        ([], "holds no file with data"),
        ([("__MACOSX/._a.jsonl", b"x"), (".DS_Store", b"x"), ("a/", b"")], "holds no file with data"),
        ([("a.jsonl", b"1"), ("b.jsonl", b"2")], r"holds 2 files: 'a.jsonl', 'b.jsonl'\. Unpack it, and load one"),
        ([("a\n\x1b[31m" + "b" * 60_000, b"1"), ("c", b"2")], r"holds 2 files: 'a\\n\\x1b\[31mb{72}…', 'c'\."),
        ([(f"{n}.csv", b"1") for n in range(9)], r"holds 9 files: '0.csv', '1.csv', '2.csv', '3.csv', '4.csv', …\."),
    ],
)
def test_a_zip_file_must_hold_one_file(members: list[tuple[str, bytes]], sentence: str) -> None:
    with pytest.raises(FileFormatError, match=sentence):
        through(zipped(*members), "zip")


def test_what_macos_adds_to_an_archive_is_not_seen() -> None:
    content = zipped(("a/train.jsonl", CONTENT), ("__MACOSX/a/._train.jsonl", b"x"), ("a/.DS_Store", b"x"))
    assert through(content, "zip") == CONTENT


@pytest.mark.parametrize("name", ["../../a.jsonl", "/a.jsonl", "C:\\a.jsonl", "a\n\x1b[31m"])
def test_a_member_is_read_whatever_path_it_names_for_it_is_unpacked_nowhere(name: str) -> None:
    assert through(zipped((name, CONTENT)), "zip") == CONTENT


def test_a_locked_archive_is_refused_in_a_sentence() -> None:
    content = bytearray(zipped(("a.jsonl", CONTENT)))
    content[6] |= 1  # the flag, in the file's own header and in the directory's
    content[content.rindex(b"PK\x01\x02") + 8] |= 1
    with pytest.raises(FileFormatError, match="locked with a password"):
        through(bytes(content), "zip")


@given(text=st.text(max_size=50), code=st.sampled_from(["utf-16", "utf-32"]))
def test_utf_16_comes_out_as_utf_8(text: str, code: str) -> None:
    assert through(text.encode(code), "utf-16") == text.encode()


def test_half_a_sign_of_utf_16_comes_out_as_what_is_no_utf_8() -> None:
    assert through("ab".encode("utf-16") + b"\x00", "utf-16") == b"ab\xff"
    with pytest.raises(UnicodeDecodeError):
        through("a\ud800b".encode("utf-16", "surrogatepass"), "utf-16").decode()


def test_what_is_in_an_archive_is_recognised_too() -> None:
    notes: list[str] = []
    table = "größe\tlabel\n1\t2\n".encode("utf-16")
    with opened(io.BytesIO(gzip.compress(table))) as (stream, format_):
        assert format_ == "tsv"
        assert list(records(stream, format_, notes)) == [(2, '{"größe":"1","label":"2"}'.encode())]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (gzip.compress(zipped(("a", CONTENT))), "This is zip in gzip. Unpack it"),
        (zipped(("a.gz", gzip.compress(CONTENT))), "This is gzip in zip. Unpack it"),
        (gzip.compress(b"PAR1"), "holds a parquet file, which is packed already"),
    ],
)
def test_an_archive_in_an_archive_is_refused_in_a_sentence(content: bytes, sentence: str) -> None:
    with pytest.raises(FileFormatError, match=sentence), opened(io.BytesIO(content)):
        pass
