"""Tiny wheels made on the spot: a package index of a few files, and an ftwidgets that only says how it was called."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping, Sequence
from importlib.metadata import distribution
from pathlib import Path

from ftwidgets.kit.own import packed

MAIN = "import sys\nprint('called with', *sys.argv[1:])\n"

NEEDS = (
    "everywhere>=1",
    'only-windows; sys_platform == "win32"',
    'only-apple; platform_system == "Darwin" and platform_machine == "arm64"',
    'until-312; python_version < "3.12"',
    'engine; extra == "local"',
    'ftwidgets[engine-more]; extra == "local"',
    'more; extra == "engine-more"',
)


def write(
    folder: Path,
    name: str,
    *,
    tag: str = "py3-none-any",
    needs: Sequence[str] = (),
    files: Mapping[str, str] | None = None,
) -> Path:
    """A wheel that pip accepts, of version 1.0, and the same bytes each time."""
    folder.mkdir(parents=True, exist_ok=True)
    module, version = name.replace("-", "_"), "1.0"
    info = f"{module}-{version}.dist-info"
    extras = {need.split('extra == "')[1].rstrip('"') for need in needs if 'extra == "' in need}
    metadata = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
    metadata += [f"Requires-Dist: {need}" for need in needs] + [f"Provides-Extra: {extra}" for extra in sorted(extras)]
    contents = {f"{module}/__init__.py": "", **(files or {})}
    contents |= {
        f"{info}/METADATA": "\n".join(metadata) + "\n",
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: {tag}\n",
        f"{info}/RECORD": "",
    }
    path = folder / f"{module}-{version}-{tag}.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, text in contents.items():
            wheel.writestr(zipfile.ZipInfo(inside), text)
    return path


def own(folder: Path) -> Path:
    """An ftwidgets with requirements of every kind, and a notebook."""
    files = {"ftwidgets/__main__.py": MAIN, "ftwidgets/notebooks/00-start.ipynb": "{}\n"}
    return write(folder, "ftwidgets", needs=NEEDS, files=files)


def fill(index: Path) -> None:
    """Everything that this ftwidgets needs on any machine; `engine` has a wheel for Linux and one for Windows."""
    for name in ("everywhere", "only-windows", "only-apple", "until-312", "more"):
        write(index, name)
    for tag in ("py3-none-manylinux_2_17_x86_64", "py3-none-win_amd64"):
        write(index, "engine", tag=tag)
    packed(distribution("pip"), index)  # the very pip that runs here
