"""The machines that a kit can be for: a platform and a Python, with the words by which pip knows them."""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass

from ftwidgets.errors import InputError
from ftwidgets.kit.install import this_platform

OLDEST_PYTHON = 11
"""The minor version of the oldest Python that ftwidgets runs on."""

GLIBC = "2.28"
MACOS = "12.0"


@dataclass(frozen=True)
class Platform:
    """A system and a processor; `oldest` is the release that its wheels ask for: of glibc, or of macOS."""

    name: str
    title: str
    tags: tuple[str, ...]
    oldest: str | None
    system: str
    machine: str
    sys_platform: str
    os_name: str = "posix"


def _manylinux(machine: str) -> tuple[str, ...]:
    """The tags of glibc 2.28 and older ones, the newest first: pip takes the first that fits."""
    old = {17: "2014", 12: "2010", 5: "1"} if machine == "x86_64" else {17: "2014"}
    tags = []
    for minor in range(int(GLIBC.split(".")[1]), min(old) - 1, -1):
        tags.append(f"manylinux_2_{minor}_{machine}")
        if minor in old:
            tags.append(f"manylinux{old[minor]}_{machine}")
    return (*tags, f"linux_{machine}")


PLATFORMS: dict[str, Platform] = {
    platform.name: platform
    for platform in (
        Platform("linux-x86_64", "Linux x86-64", _manylinux("x86_64"), GLIBC, "Linux", "x86_64", "linux"),
        Platform("linux-aarch64", "Linux ARM64", _manylinux("aarch64"), GLIBC, "Linux", "aarch64", "linux"),
        Platform("macos-arm64", "macOS on Apple silicon", ("macosx_12_0_arm64",), MACOS, "Darwin", "arm64", "darwin"),
        Platform("windows-x86_64", "Windows x86-64", ("win_amd64",), None, "Windows", "AMD64", "win32", "nt"),
    )
}


@dataclass(frozen=True)
class Target:
    """One Python on one platform."""

    platform: Platform
    python: str

    @property
    def title(self) -> str:
        """As a person says it: "Python 3.12 on Windows x86-64"."""
        return f"Python {self.python} on {self.platform.title}"

    @property
    def options(self) -> list[str]:
        """By which pip takes only wheels that this target installs."""
        tags = [word for tag in self.platform.tags for word in ("--platform", tag)]
        abi = f"cp{self.python.replace('.', '')}"
        version = ["--python-version", self.python, "--implementation", "cp", "--abi", abi]
        return ["--only-binary", ":all:", *tags, *version]

    @property
    def markers(self) -> dict[str, str]:
        """What the target would answer to the environment markers of the packages' requirements."""
        return {
            "implementation_name": "cpython",
            "implementation_version": f"{self.python}.0",
            "os_name": self.platform.os_name,
            "platform_machine": self.platform.machine,
            "platform_python_implementation": "CPython",
            "platform_release": "",
            "platform_system": self.platform.system,
            "platform_version": "",
            "python_full_version": f"{self.python}.0",
            "python_version": self.python,
            "sys_platform": self.platform.sys_platform,
        }


def targets(platforms: list[str], pythons: list[str]) -> list[Target]:
    """Each of `pythons` on each of `platforms`, once; where none are named, those of this machine.

    Raises:
        InputError: there is no such platform, or ftwidgets does not run on that Python.
    """
    names = platforms or [_known_here()]
    versions = pythons or [f"{sys.version_info.major}.{sys.version_info.minor}"]
    for version in versions:
        if not (match := re.fullmatch(r"3\.(\d{1,3})", version)) or int(match[1]) < OLDEST_PYTHON:
            raise InputError(f"There is no kit for Python '{version}': give a version from 3.{OLDEST_PYTHON}, as 3.12.")
    return [Target(_platform(name), version) for name in dict.fromkeys(names) for version in dict.fromkeys(versions)]


def _platform(name: str) -> Platform:
    if name not in PLATFORMS:
        raise InputError(f"There is no platform '{name}'. Kits are made for: {', '.join(PLATFORMS)}.")
    return PLATFORMS[name]


def _known_here() -> str:
    name = this_platform()
    if name not in PLATFORMS:
        raise InputError(
            f"No kit can be made for {name}, which this machine is. "
            f"Name another machine's with --platform: {', '.join(PLATFORMS)}."
        )
    return name
