"""Which wheels a machine needs, and what is said when they cannot be had."""

from __future__ import annotations

from pathlib import Path

import pytest

from ftwidgets.errors import KitError
from ftwidgets.kit.resolution import resolve, why_not
from ftwidgets.kit.target import targets
from ftwidgets.kit.wheels import missing
from ftwidgets.pip import Said
from tests.kit.wheels import own

# pip 26.3's own words
NONE = "ERROR: No matching distribution found for pyarrow>=18 (from ftwidgets[formats,local])"
OLDER = "ERROR: Could not find a version that satisfies the requirement pyarrow>=18 (from versions: 14.0.0, 17.0.0)"
SILENT = "ERROR: Could not find a version that satisfies the requirement pyarrow>=18 (from versions: none)"
RETRIES = "WARNING: Retrying (Retry(total=0, connect=None)) after connection broken by 'NewConnectionError'"
CONFLICT = "ERROR: ResolutionImpossible: for help visit the documentation"


@pytest.mark.parametrize(
    ("lines", "sentence"),
    [
        ([OLDER, NONE], "Windows: there is no wheel of pyarrow>=18 for it, which ftwidgets[formats,local] needs."),
        (
            [SILENT, NONE],
            "Windows: there is no wheel of pyarrow>=18 for it, which ftwidgets[formats,local] needs, "
            "or the package index does not answer.",
        ),
        (
            [SILENT, "ERROR: No matching distribution found for xxhash>=3.5,!=4"],
            "Windows: there is no wheel of xxhash>=3.5,!=4 for it, or the package index does not answer.",
        ),
        (
            [RETRIES, SILENT, NONE],
            "Windows: the package index does not answer. Connect to the network, and give the command again.",
        ),
        ([CONFLICT], f"Windows: pip found no wheels that go together ({CONFLICT})."),
        ([], "Windows: pip found no wheels that go together (pip said nothing)."),
        (
            ["/usr/bin/python3: No module named pip"],
            "A kit needs pip, which this environment lacks. Bring it with: python -m ensurepip",
        ),
    ],
)
def test_the_sentence_names_what_is_missing(lines: list[str], sentence: str) -> None:
    assert why_not("Windows", Said(1, tuple(lines))) == sentence


@pytest.mark.parametrize(
    ("platform", "python", "only"),
    [
        ("linux-x86_64", "3.11", {"until-312"}),
        ("linux-x86_64", "3.12", set()),
        ("windows-x86_64", "3.11", {"until-312", "only-windows"}),
        ("windows-x86_64", "3.14", {"only-windows"}),
    ],
)
def test_the_requirements_are_judged_as_that_machine_would(
    index: Path, tmp_path: Path, platform: str, python: str, only: set[str]
) -> None:
    (target,) = targets([platform], [python])
    pins = resolve(target, own(tmp_path), ("local",), tmp_path)
    assert {pin.package for pin in pins} == {"pip", "everywhere", "engine", "more"} | only
    assert all(pin.sha256 for pin in pins)
    assert missing(pins, index) == []
    assert not (tmp_path / "never").exists()


def test_a_wheel_that_is_not_there_for_a_machine_is_named(index: Path, tmp_path: Path) -> None:
    (target,) = targets(["macos-arm64"], ["3.12"])
    with pytest.raises(KitError, match=r"^Python 3\.12 on macOS on Apple silicon: there is no wheel of engine.*local"):
        resolve(target, own(tmp_path), ("local",), tmp_path)
