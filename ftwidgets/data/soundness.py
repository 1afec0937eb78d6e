"""Data in which a job finds no fault; with others none is begun."""

from __future__ import annotations

from ftwidgets.data.checks import faults
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.loading import Loadable, load
from ftwidgets.data.terms import FEWEST
from ftwidgets.errors import InputError
from ftwidgets.quantities import count


def sound(source: Loadable, fewest: int = FEWEST) -> Dataset:
    """The data, in which a job finds no fault; `fewest` is how many examples it needs.

    Raises:
        InputError: there is no such file, or the job would fail: the first error, and how many there are.
    """
    data = load(source)
    errors = faults(data, fewest=fewest).errors
    if errors:
        name = "" if isinstance(source, Dataset) else f"{data.name}: "
        others = f" {count(len(errors) - 1, 'more error')}: ft.check shows them all." if len(errors) > 1 else ""
        raise InputError(f"{name}{errors[0]} The job would fail.{others}")
    return data
