"""Without the extra that reads it, a format is refused with the command that brings it; the others are read."""

from __future__ import annotations

import gzip
import io
import subprocess
import sys

import pytest

from ftwidgets.data.reading import Format, opened, records
from ftwidgets.errors import MissingExtraError
from tests.data.reading.files import said


@pytest.mark.parametrize(
    ("module", "content", "format_"),
    [("openpyxl", b"PK", "xlsx"), ("pyarrow", b"PAR1", "parquet"), ("pyarrow.parquet", b"PAR1", "parquet")],
)
def test_a_reader_that_is_not_installed_is_named_with_its_command(
    module: str, content: bytes, format_: Format, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(MissingExtraError, match=rf"'{module}', which is not installed.*'ftwidgets\[formats\]'"):
        list(records(io.BytesIO(content), format_, []))
    assert said(b'[{"a": 1}]', "json") == [{"a": 1}]


def test_zst_needs_its_package_and_gzip_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zstandard", None)
    with opened(io.BytesIO(gzip.compress(b"{}\n"))) as (stream, format_):
        assert (stream.read(), format_) == (b"{}\n", "jsonl")
    with pytest.raises(MissingExtraError, match="zstandard"), opened(io.BytesIO(b"\x28\xb5\x2f\xfd")):
        pass


def test_the_readers_load_none_of_their_libraries_before_a_file_needs_them() -> None:
    told = "import ftwidgets.data.reading, ftwidgets.data.conversion, sys; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    assert not {"pandas", "openpyxl", "pyarrow", "zstandard"} & set(done.stdout.split())
