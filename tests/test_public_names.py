"""What `import ftwidgets` gives, and what it does not load."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import subprocess
import sys
from pathlib import Path

import pytest

import ftwidgets as ft

NAMES = [
    "Curves",
    "DataExplorer",
    "Dataset",
    "Launcher",
    "Monitor",
    "Report",
    "Rescue",
    "Run",
    "Template",
    "attach",
    "check",
    "connect",
    "convert",
    "estimate",
    "evaluate",
    "fix",
    "launch",
    "load",
    "profile",
    "replay",
    "rescue",
    "upload",
]
HEAVY = ("jax", "optax", "openai", "ipywidgets", "pandas", "numpy", "matplotlib", "starlette", "tokenizers", "IPython")


def python(program: str) -> str:
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_public_names_are_these() -> None:
    assert ft.__all__ == NAMES
    assert dir(ft) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_public_name_is_there_and_says_what_it_is(name: str) -> None:
    value = getattr(ft, name)
    assert value.__name__ == name
    assert value.__doc__
    assert inspect.isclass(value) == name[0].isupper()


def test_a_name_that_is_not_public_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="'ftwidgets' has no attribute 'no_such_name'"):
        ft.no_such_name  # noqa: B018


def test_a_star_import_brings_them_all() -> None:
    assert python(f"from ftwidgets import *; print(all(name in globals() for name in {NAMES}))") == "True"


def test_importing_the_package_loads_nothing_heavy() -> None:
    loaded = f"import sys, ftwidgets; print([name for name in {HEAVY} if name in sys.modules])"
    assert python(loaded) == "[]"


def test_the_data_can_be_looked_at_without_engine_client_or_widgets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FTWIDGETS_HOME", str(tmp_path))  # a base that is here has a tokenizer of its own
    without = ("jax", "openai", "ipywidgets", "starlette", "tokenizers")
    program = f"import sys, ftwidgets as ft; ft.check(ft.load(b'')); print([n for n in {without} if n in sys.modules])"
    assert python(program) == "[]"


def test_public_names_stay_what_they_are_whatever_is_imported_before_and_after() -> None:
    modules = [module.name for module in pkgutil.walk_packages(ft.__path__, "ftwidgets.")]
    light = [
        name for name in modules if not name.startswith(("ftwidgets.engine", "ftwidgets.lessons.", "ftwidgets.__"))
    ]
    for name in light:
        importlib.import_module(name)
    assert not {name.split(".")[1] for name in modules} & set(NAMES)
    for name in NAMES:
        assert not inspect.ismodule(getattr(ft, name)), name
