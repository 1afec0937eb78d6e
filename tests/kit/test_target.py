"""The machines that a kit can be for."""

from __future__ import annotations

import platform
import sys

import pytest
from packaging.markers import default_environment
from packaging.tags import sys_tags

from ftwidgets.errors import InputError
from ftwidgets.kit.install import SYSTEMS, this_platform
from ftwidgets.kit.target import PLATFORMS, Target, targets

HERE = f"{sys.version_info.major}.{sys.version_info.minor}"
known_here = pytest.mark.skipif(this_platform() not in PLATFORMS, reason="kits are not made for this machine")


@known_here
def test_where_none_is_named_it_is_this_machine() -> None:
    assert targets([], []) == [Target(PLATFORMS[this_platform()], HERE)]


@known_here
def test_this_machine_is_told_of_as_it_tells_of_itself() -> None:
    vague = {"platform_release", "platform_version", "python_full_version", "implementation_version"}
    (here,) = targets([], [])
    own = {name: value for name, value in default_environment().items() if name not in vague}
    assert {name: value for name, value in here.markers.items() if name not in vague} == own


@known_here
def test_the_tags_are_of_those_that_this_machine_takes() -> None:
    if platform.libc_ver()[0] == "musl":
        pytest.skip("a kit is for glibc")
    assert set(PLATFORMS[this_platform()].tags) <= {tag.platform for tag in sys_tags()}


def test_each_python_on_each_platform_comes_once() -> None:
    asked = targets(["windows-x86_64", "macos-arm64", "windows-x86_64"], ["3.12", "3.11", "3.12"])
    assert [target.title for target in asked] == [
        "Python 3.12 on Windows x86-64",
        "Python 3.11 on Windows x86-64",
        "Python 3.12 on macOS on Apple silicon",
        "Python 3.11 on macOS on Apple silicon",
    ]


def test_a_linux_takes_wheels_of_older_ones_and_the_newest_first() -> None:
    tags = PLATFORMS["linux-x86_64"].tags
    assert tags[0] == "manylinux_2_28_x86_64"
    wanted = ["manylinux_2_17_x86_64", "manylinux2014_x86_64", "manylinux2010_x86_64", "manylinux1_x86_64"]
    assert [tag for tag in tags if tag in wanted] == wanted
    assert not [tag for tag in PLATFORMS["linux-aarch64"].tags if "x86" in tag or tag.startswith("manylinux1_")]


@pytest.mark.parametrize("version", ["3.9", "3.10", "2.7", "4.0", "3", "3.12.1", "latest", "", "3.12\n"])
def test_a_python_that_ftwidgets_does_not_run_on_is_a_sentence(version: str) -> None:
    with pytest.raises(InputError, match=r"give a version from 3\.11, as 3\.12"):
        targets(["macos-arm64"], [version])


def test_an_unknown_platform_is_a_sentence_with_those_that_are_known() -> None:
    with pytest.raises(InputError) as refused:
        targets(["macos-x86_64"], ["3.12"])
    assert all(name in str(refused.value) for name in PLATFORMS)


def test_on_a_machine_that_no_kit_is_for_another_is_to_be_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "system", lambda: "FreeBSD")
    with pytest.raises(InputError, match=r"freebsd-.*--platform: linux-x86_64"):
        targets([], [])


@pytest.mark.parametrize(
    ("system", "machine", "name"),
    [
        ("Windows", "AMD64", "windows-x86_64"),
        ("Darwin", "arm64", "macos-arm64"),
        ("Darwin", "x86_64", "macos-x86_64"),
        ("Linux", "aarch64", "linux-aarch64"),
        ("Windows", "ARM64", "windows-arm64"),
    ],
)
def test_a_machine_is_named_as_kits_name_it(
    monkeypatch: pytest.MonkeyPatch, system: str, machine: str, name: str
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    assert this_platform() == name


def test_a_python_of_32_bits_is_another_platform(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(platform, "machine", lambda: "AMD64")
    monkeypatch.setattr(sys, "maxsize", 2**31 - 1)
    assert this_platform().endswith("-x86")


def test_the_names_of_the_platforms_are_those_that_the_installer_finds() -> None:
    for name, one in PLATFORMS.items():
        assert name.startswith(f"{SYSTEMS[one.system]}-")
        assert name.endswith({"AMD64": "x86_64"}.get(one.machine, one.machine))
