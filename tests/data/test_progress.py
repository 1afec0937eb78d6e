"""The bar: seen where somebody looks and the work takes long, and nowhere else."""

from __future__ import annotations

import io
import sys

import pytest

from ftwidgets.data import progress


class Terminal(io.StringIO):
    """An error stream that somebody looks at."""

    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(("patience", "is_seen"), [(0.0, True), (3600.0, False)])
def test_a_bar_is_written_once_the_work_takes_longer_than_one_waits(
    monkeypatch: pytest.MonkeyPatch, patience: float, is_seen: bool
) -> None:
    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setattr(progress, "PATIENCE", patience)
    with progress.bar("Checking rows.jsonl", 10, " rows") as heard:
        for done in range(1, 11):
            heard(done)
    assert ("Checking rows.jsonl" in terminal.getvalue()) == is_seen


def test_where_nobody_looks_nothing_is_written(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    import ipykernel  # noqa: F401 - that it is there makes no notebook

    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    with progress.bar("Checking rows.jsonl", 10, " rows") as heard:
        heard(10)
    assert capsys.readouterr() == ("", "")
