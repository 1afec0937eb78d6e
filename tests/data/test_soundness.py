"""A job is begun with sound data only."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftwidgets.data import load
from ftwidgets.data.rules.samples import CHAT
from ftwidgets.data.soundness import sound
from ftwidgets.errors import InputError


def test_sound_data_are_given_back(tmp_path: Path) -> None:
    data = load([CHAT] * 10)
    assert sound(data) is data
    path = data.write(tmp_path / "rows.jsonl")
    assert sound(path).examples == data.examples
    assert len(sound([CHAT], fewest=1)) == 1


def test_the_first_error_is_told_and_how_many_there_are(tmp_path: Path) -> None:
    wrong = {"messages": []}
    with pytest.raises(InputError, match=r"^Line 11: .* The job would fail\.$"):
        sound(load([*[CHAT] * 10, wrong]))
    path = load([*[CHAT] * 10, wrong, wrong, wrong]).write(tmp_path / "rows.jsonl")
    with pytest.raises(InputError, match=r"^rows\.jsonl: Line 11: .* 2 more errors: ft\.check shows them all\.$"):
        sound(path)
    with pytest.raises(InputError, match="at least 10"):
        sound(load([CHAT]))
