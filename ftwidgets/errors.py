"""The errors that a person meets: each is a sentence with the value and the remedy.

FtwidgetsError
├── InputError         what the caller gave cannot be used: a file, a value, an id
│   └── FileFormatError    a file was read, and its content is of no format that we know
├── BaseModelError     a base model is unknown, unfit, or cannot be had
├── ServiceError       the service cannot be reached, started or understood
├── JobError           a job ended otherwise than was asked: failed, cancelled
├── KitError           a kit for other machines cannot be made, or not whole
└── MissingExtraError  a part of the package was not installed
"""

from __future__ import annotations

import importlib
from types import ModuleType


class FtwidgetsError(Exception):
    """Any error of this package; `str(error)` is a sentence for a person, and in a notebook that is all one sees."""

    def _render_traceback_(self) -> list[str]:
        """What IPython prints in place of a traceback."""
        return [f"{type(self).__name__}: {self}"]


class InputError(FtwidgetsError):
    """What the caller gave cannot be used: a file, a value, an id."""


class FileFormatError(InputError):
    """A file was read, and its content is of no format that we know."""


class BaseModelError(FtwidgetsError):
    """A base model is unknown, unfit, or cannot be had."""


class ServiceError(FtwidgetsError):
    """The service cannot be reached, started or understood."""


class JobError(FtwidgetsError):
    """A job ended otherwise than was asked: failed, cancelled."""


class KitError(FtwidgetsError):
    """A kit for other machines cannot be made, or not whole."""


class MissingExtraError(FtwidgetsError):
    """A part of the package was not installed."""


def require(module: str, extra: str) -> ModuleType:
    """Import `module`, or say in one sentence which extra brings it.

    Raises:
        MissingExtraError: the module is not installed.
    """
    try:
        return importlib.import_module(module)
    except ModuleNotFoundError as error:
        raise MissingExtraError(
            f"This needs the package '{error.name}', which is not installed. "
            f"Bring it with: python -m pip install 'ftwidgets[{extra}]'"
        ) from error
