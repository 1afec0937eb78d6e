from pathlib import Path

import pytest

from ftwidgets.errors import InputError
from ftwidgets.service.keys import kept_key
from ftwidgets.service.server import serve


@pytest.mark.parametrize("kept", ["", "\n", "two words", "ключ"])
def test_a_key_file_that_holds_no_key_gets_a_new_one(tmp_path: Path, kept: str) -> None:
    (tmp_path / "key").write_text(kept, "utf-8")
    key = kept_key(tmp_path)
    assert key.startswith("sk-ftwidgets-")
    assert kept_key(tmp_path) == key
    assert (tmp_path / "key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["", "two words", "schlüssel"])
def test_a_key_that_no_header_can_carry_is_refused(tmp_path: Path, key: str) -> None:
    with pytest.raises(InputError, match="key"):
        serve(tmp_path, key=key, ready=lambda _: None)


def test_a_port_file_that_holds_no_port_is_passed_over(tmp_path: Path) -> None:
    from ftwidgets.service.server import _last_port

    for kept in ("", "x", "-1", "99999999"):
        (tmp_path / "port").write_text(kept)
        assert _last_port(tmp_path) == 0
