"""Ids, and what they mean on this machine."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ftwidgets.bases.catalogue import CATALOGUE, DEFAULT, Resolved, is_fetched, known_bases, resolve
from ftwidgets.errors import BaseModelError

OPENAI_IDS = [
    "gpt-4o-mini-2024-07-18",
    "gpt-4o-2024-08-06",
    "gpt-4o-2024-11-20",
    "gpt-4.1-2025-04-14",
    "gpt-4.1-mini-2025-04-14",
    "gpt-4.1-nano-2025-04-14",
    "gpt-4-0613",
    "gpt-3.5-turbo",
    "gpt-3.5-turbo-0125",
    "gpt-3.5-turbo-1106",
    "gpt-3.5-turbo-0613",
    "davinci-002",
    "babbage-002",
    "ada",
    "babbage",
    "curie",
    "davinci",
]


def base_in(folder: Path, name: str) -> Path:
    (folder / name).mkdir(parents=True)
    (folder / name / "config.json").write_text("{}")
    return folder / name


@pytest.mark.parametrize("model", CATALOGUE)
def test_an_id_of_the_catalogue_means_itself(model: str, tmp_path: Path) -> None:
    assert resolve(model, tmp_path) == Resolved(model, model, stand_in=False)


@pytest.mark.parametrize("model", OPENAI_IDS)
def test_the_default_base_stands_in_for_an_id_of_openais(model: str, tmp_path: Path) -> None:
    assert resolve(model, tmp_path) == Resolved(model, DEFAULT, stand_in=True)


def test_a_base_that_was_fetched_from_a_folder_means_itself(tmp_path: Path) -> None:
    base_in(tmp_path, "my-model")
    assert resolve("my-model", tmp_path) == Resolved("my-model", "my-model", stand_in=False)


def test_a_fetched_base_is_preferred_to_a_stand_in_of_the_same_name(tmp_path: Path) -> None:
    base_in(tmp_path, "davinci-002")
    assert not resolve("davinci-002", tmp_path).stand_in


@pytest.mark.parametrize(
    "model", ["smollm3", "gpt-6-luna", "o4-mini-2025-04-16", "", "davinci-003", "gpt-4o\n", "GPT-4o"]
)
def test_an_unknown_id_is_refused_with_those_that_are_known(model: str, tmp_path: Path) -> None:
    base_in(tmp_path, "my-model")
    with pytest.raises(BaseModelError) as refused:
        resolve(model, tmp_path)
    for known in (*CATALOGUE, "my-model", "ftwidgets fetch FOLDER"):
        assert known in str(refused.value)


@pytest.mark.parametrize("model", ["..", ".", "../my-model", "/etc", "sub/my-model", ".fetch-abc"])
def test_an_id_never_leads_out_of_the_folder_of_the_bases(model: str, tmp_path: Path) -> None:
    bases = tmp_path / "bases"
    base_in(bases, "my-model")
    base_in(bases, "sub/my-model")
    base_in(bases, ".fetch-abc")
    (tmp_path / "config.json").write_text("{}")
    assert not is_fetched(model, bases)


def test_a_folder_without_a_config_is_not_a_base(tmp_path: Path) -> None:
    (tmp_path / "half").mkdir()
    (tmp_path / "half" / "model.safetensors").touch()
    assert not is_fetched("half", tmp_path)
    assert known_bases(tmp_path) == [*CATALOGUE]


def test_the_known_bases_are_the_catalogue_then_the_fetched_in_order(tmp_path: Path) -> None:
    for name in ("b", "a", "random-tiny"):
        base_in(tmp_path, name)
    assert known_bases(tmp_path) == [*CATALOGUE, "a", "b"]
    assert known_bases(tmp_path / "not-there") == [*CATALOGUE]


def test_a_hash_in_the_catalogue_is_a_sha256() -> None:
    for base in CATALOGUE.values():
        assert base.wheel is None or re.fullmatch("[0-9a-f]{64}", base.wheel.sha256)
