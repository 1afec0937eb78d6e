"""Installs ftwidgets from the folder that this file lies in, without a network: python3 install.py [FOLDER].

A kit brings a copy of this file. Any Python from 3.6 reads it, so that one that is too old is told so in a sentence.
"""

# No import of ftwidgets, and no syntax that is newer than Python 3.6: where this runs, nothing is installed yet.

import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import sysconfig
import venv
from typing import Any, Dict, List, Optional

HERE = os.path.dirname(os.path.abspath(__file__))
ROOM_NEEDED = 5
"""Free disk for each byte of wheels: they are unpacked, and compiled by Python."""

PIP = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); runpy.run_module('pip', run_name='__main__')"
"""Runs pip from its wheel, as Python's own ensurepip does: called by a name of its own, on Windows it refuses."""

Told = Dict[str, Any]

SYSTEMS = {"Linux": "linux", "Darwin": "macos", "Windows": "windows"}


class Refusal(Exception):  # noqa: N818
    """Why nothing is installed: a sentence."""


def main() -> None:
    """Install, and say how to begin; what is missing is a sentence, and the exit status 1."""
    try:
        folder = os.path.expanduser(sys.argv[1] if len(sys.argv) > 1 else os.path.join("~", "ftwidgets"))
        _install(os.path.abspath(folder))
    except (Refusal, OSError) as error:
        sys.exit(str(error))


def this_platform() -> str:
    """This machine as a kit names it: linux-x86_64, linux-aarch64, macos-arm64, windows-x86_64, or what else it is."""
    machine = platform.machine().lower()
    machine = {"amd64": "x86_64", "x64": "x86_64"}.get(machine, machine)
    if machine == "x86_64" and sys.maxsize < 2**32:
        machine = "x86"  # a Python of 32 bits
    return SYSTEMS.get(platform.system(), platform.system().lower()) + "-" + machine


def _install(folder: str) -> None:
    kit = _kit()
    holding = _fitting(kit)
    _check_files(kit, holding)
    _check_room(kit, holding, folder)
    python = _environment(os.path.join(folder, ".venv"))
    _say("Installing {} wheels into {} …".format(len(holding["wheels"]), folder))
    wheels = os.path.join(HERE, "wheels")
    pip = os.path.join(wheels, next(name for name in holding["wheels"] if name.startswith("pip-")))
    install = [python, "-I", "-c", PIP, pip, "install", "--quiet", "--no-index", "--no-cache-dir"]
    wanted = ["ftwidgets[{}]".format(",".join(holding["extras"])), "pip"]
    _run([*install, "--find-links", wheels, *wanted], "pip could not install it")
    if _takes_model(kit, holding):
        brought = ["-m", "ftwidgets", "fetch", kit["base"], "--from", os.path.join(HERE, *kit["model"].split("/"))]
        _run([python, *brought], "The model could not be brought")
    command = os.path.join(os.path.dirname(python), "ftwidgets")
    _say("Begin with:\n  cd {}\n  {} lab".format(_quoted(folder), _quoted(command)))


def _kit() -> Told:
    try:
        with open(os.path.join(HERE, "kit.json"), encoding="utf-8") as file:
            kit: Told = json.load(file)
            return kit
    except (OSError, ValueError):
        raise Refusal("kit.json is missing from {}, or damaged. Copy the whole kit again.".format(HERE)) from None


def _takes_model(kit: Told, holding: Told) -> bool:
    return bool(kit["model"]) and "local" in holding["extras"]


def _fitting(kit: Told) -> Told:
    """The wheels for this Python on this machine."""
    here, version = this_platform(), "{}.{}".format(*sys.version_info)
    whole: List[Told] = [one for one in kit["holdings"] if one["whole"]]
    for holding in whole:
        if (holding["platform"], holding["python"]) == (here, version):
            _refuse_odd(holding)
            return holding
    titles = ", ".join(one["title"] for one in whole) or "nothing yet: it was not finished"
    near = [one["python"] for one in whole if one["platform"] == here]
    if near:
        remedy = "Install Python {}, and run this file with it".format(near[-1])
    else:
        remedy = "Ask for a kit that is for this machine: ftwidgets kit FOLDER --platform {}".format(here)
    raise Refusal("This kit holds wheels for {}; this is Python {} on {}. {}.".format(titles, version, here, remedy))


def _refuse_odd(holding: Told) -> None:
    """A Python of another make, or a system that is older than the wheels ask for."""
    name = platform.python_implementation()
    if name != "CPython" or sysconfig.get_config_var("Py_GIL_DISABLED"):
        kind = "free-threaded" if name == "CPython" else name
        raise Refusal("The wheels of this kit are for the usual Python; this is {}. Use that.".format(kind))
    if holding["oldest"] is None:
        return
    library, found = ("macOS", platform.mac_ver()[0]) if sys.platform == "darwin" else platform.libc_ver()
    if library not in ("macOS", "glibc"):
        raise Refusal("The wheels of this kit need glibc {}, which this Linux has not.".format(holding["oldest"]))
    if _numbers(found) < _numbers(holding["oldest"]):
        needs = "The wheels of this kit need {} {} or newer; this is {}. Use a newer system."
        raise Refusal(needs.format(library, holding["oldest"], found))


def _numbers(version: str) -> List[int]:
    return [int(part) for part in version.split(".") if part.isdigit()]


def _check_files(kit: Told, holding: Told) -> None:
    """Every file that is installed has the bytes that kit.json tells."""
    needed = ["wheels/" + name for name in holding["wheels"]] + ([kit["model"]] if _takes_model(kit, holding) else [])
    told = {file["path"]: file for file in kit["files"]}
    for path in needed:
        if path not in told or _sha256(os.path.join(HERE, *path.split("/"))) != told[path]["sha256"]:
            raise Refusal("{} is missing from this kit, or damaged. Copy the whole kit again.".format(path))


def _sha256(path: str) -> Optional[str]:
    found = hashlib.sha256()
    try:
        with open(path, "rb") as file:
            for part in iter(lambda: file.read(1 << 20), b""):
                found.update(part)
    except OSError:
        return None
    return found.hexdigest()


def _check_room(kit: Told, holding: Told, folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise Refusal("{} cannot be made: {}. Name another folder.".format(folder, error.strerror)) from None
    mine = {"wheels/" + name for name in holding["wheels"]}
    needed = ROOM_NEEDED * sum(file["bytes"] for file in kit["files"] if file["path"] in mine)
    free = shutil.disk_usage(folder).free
    if free < needed:
        told = "The disk of {} has {:.0f} MB free, and this needs {:.0f} MB. Free some, or name another folder."
        raise Refusal(told.format(folder, free / 1e6, needed / 1e6))


def _environment(folder: str) -> str:
    """The Python of a virtual environment without pip, which the kit brings: not each system's Python has its own."""
    venv.create(folder, with_pip=False, symlinks=os.name != "nt")
    return os.path.join(folder, "Scripts", "python.exe") if os.name == "nt" else os.path.join(folder, "bin", "python")


def _run(command: List[str], trouble: str) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    kept.update(PIP_NO_INDEX="1", PIP_CONFIG_FILE=os.devnull, PIP_DISABLE_PIP_VERSION_CHECK="1")
    if subprocess.call(command, env=kept) != 0:
        raise Refusal("{}: the reason is above. Nothing was fetched from a network.".format(trouble))


def _quoted(path: str) -> str:
    return '"{}"'.format(path) if " " in path else path


def _say(text: str) -> None:
    print(text)  # noqa: T201
    sys.stdout.flush()


if __name__ == "__main__":
    main()
