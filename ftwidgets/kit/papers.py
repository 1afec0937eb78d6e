"""What a person opens in a kit: the leaflet, the installer, and the notebooks to read."""

from __future__ import annotations

import zipfile
from functools import partial
from pathlib import Path

from ftwidgets.home import write_atomically
from ftwidgets.kit.manifest import Holding, Manifest

INSTALLER = Path(__file__).with_name("install.py")
INSIDE = "ftwidgets/notebooks/"

LEAFLET = """\
ftwidgets {version}, to be installed from this folder without a network

It holds what is needed for:
{targets}

Each learner needs one of these Pythons. In a terminal, in this folder:

  Linux, macOS   python3 install.py
  Windows        py install.py

With several Pythons, name one: python3.12 install.py, py -3.12 install.py
This checks the files, makes a folder "ftwidgets" in the learner's home, installs into it{model}, and
says how to begin. Another folder: python3 install.py FOLDER

The same by hand, with pip alone, from this folder:

  Linux, macOS
    python3 -m venv ~/ftwidgets/.venv
    ~/ftwidgets/.venv/bin/python -m pip install --no-index --find-links wheels "{requirement}"
{fetch}
  Windows
    py -m venv %USERPROFILE%\\ftwidgets\\.venv
    %USERPROFILE%\\ftwidgets\\.venv\\Scripts\\python -m pip install --no-index --find-links wheels "{requirement}"
{fetch_windows}
The notebooks are here to be read; `ftwidgets lab` makes a copy of them to be worked in.
kit.json tells each file with its size and its sha256. Made on {made}.
"""


def write(folder: Path, kit: Manifest, own: Path) -> list[str]:
    """Write them into `folder`, and return their paths in it; the notebooks come from the wheel `own`."""
    with zipfile.ZipFile(own) as archive:
        contents = {
            f"notebooks/{name.removeprefix(INSIDE)}": archive.read(name)
            for name in archive.namelist()
            if name.startswith(INSIDE) and not name.endswith("/")
        }
    contents |= {"install.py": INSTALLER.read_bytes(), "README.txt": leaflet(kit).encode()}
    for name, content in contents.items():
        write_atomically(folder / name, partial(_fill, content=content))
    return list(contents)


def _fill(path: Path, content: bytes) -> None:
    path.write_bytes(content)


def leaflet(kit: Manifest) -> str:
    """The text that says how to install."""
    whole = [holding for holding in kit.holdings if holding.whole]
    extras = sorted({extra for holding in whole for extra in holding.extras})
    fetch, windows = "", ""
    if kit.model:
        fetch = f"    ~/ftwidgets/.venv/bin/ftwidgets fetch --from {kit.model}\n"
        brought = kit.model.replace("/", "\\")
        windows = f"    %USERPROFILE%\\ftwidgets\\.venv\\Scripts\\ftwidgets fetch --from {brought}\n"
    return LEAFLET.format(
        version=kit.ftwidgets,
        made=kit.made,
        targets="\n".join(f"  {_named(holding)}" for holding in whole) or "  nothing yet: it is not finished",
        model=", brings the model" if kit.model else "",
        requirement=f"ftwidgets[{','.join(extras)}]",
        fetch=fetch,
        fetch_windows=windows,
    )


def _named(holding: Holding) -> str:
    if holding.oldest is None:
        return holding.title
    return f"{holding.title} ({'macOS' if holding.platform.startswith('macos') else 'glibc'} {holding.oldest} or newer)"
