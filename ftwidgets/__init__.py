"""Learn and do language-model fine-tuning in Jupyter. Importing this loads neither JAX nor Jupyter."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from ftwidgets.connection import connect as connect
    from ftwidgets.data import Dataset as Dataset
    from ftwidgets.data import Template as Template
    from ftwidgets.data import check as check
    from ftwidgets.data import convert as convert
    from ftwidgets.data import fix as fix
    from ftwidgets.data import load as load
    from ftwidgets.data import profile as profile
    from ftwidgets.data import replay as replay
    from ftwidgets.evaluation import Report as Report
    from ftwidgets.evaluation import evaluate as evaluate
    from ftwidgets.events import Curves as Curves
    from ftwidgets.run import Run as Run
    from ftwidgets.run import attach as attach
    from ftwidgets.run import estimate as estimate
    from ftwidgets.run import launch as launch
    from ftwidgets.run import upload as upload
    from ftwidgets.salvage import Rescue as Rescue
    from ftwidgets.salvage import rescue as rescue
    from ftwidgets.widgets import DataExplorer as DataExplorer
    from ftwidgets.widgets import Launcher as Launcher
    from ftwidgets.widgets import Monitor as Monitor

_PLACES = {
    "Curves": "ftwidgets.events",
    "DataExplorer": "ftwidgets.widgets",
    "Dataset": "ftwidgets.data",
    "Launcher": "ftwidgets.widgets",
    "Monitor": "ftwidgets.widgets",
    "Report": "ftwidgets.evaluation",
    "Rescue": "ftwidgets.salvage",
    "Run": "ftwidgets.run",
    "attach": "ftwidgets.run",
    "check": "ftwidgets.data",
    "connect": "ftwidgets.connection",
    "estimate": "ftwidgets.run",
    "evaluate": "ftwidgets.evaluation",
    "convert": "ftwidgets.data",
    "Template": "ftwidgets.data",
    "fix": "ftwidgets.data",
    "launch": "ftwidgets.run",
    "load": "ftwidgets.data",
    "profile": "ftwidgets.data",
    "replay": "ftwidgets.data",
    "rescue": "ftwidgets.salvage",
    "upload": "ftwidgets.run",
}

__all__ = sorted(_PLACES)  # noqa: PLE0605


def __getattr__(name: str) -> Any:
    """Load a public name when it is first asked for."""
    if name not in _PLACES:
        raise AttributeError(f"module 'ftwidgets' has no attribute {name!r}")
    return getattr(importlib.import_module(_PLACES[name]), name)


def __dir__() -> list[str]:
    return __all__
