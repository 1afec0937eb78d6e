"""One family of errors."""

from __future__ import annotations

import inspect
import json

import pytest

from ftwidgets import errors
from ftwidgets.errors import FtwidgetsError, InputError, MissingExtraError, require


def test_every_error_is_of_the_family_and_is_drawn() -> None:
    family = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, Exception)]
    assert all(issubclass(kind, FtwidgetsError) for kind in family)
    assert errors.__doc__ is not None and all(kind.__name__ in errors.__doc__ for kind in family)


def test_a_file_of_no_known_format_is_an_input_error() -> None:
    assert issubclass(errors.FileFormatError, InputError)


def test_what_is_installed_is_imported() -> None:
    assert require("json", "local") is json


def test_what_is_not_installed_is_a_sentence_with_the_command_that_brings_it() -> None:
    with pytest.raises(MissingExtraError, match=r"'no_such_package'.*python -m pip install 'ftwidgets\[local\]'"):
        require("no_such_package.inside", "local")


def test_in_a_notebook_an_error_is_its_sentence_and_no_traceback(capsys: pytest.CaptureFixture[str]) -> None:
    from IPython.core.interactiveshell import InteractiveShell

    shell = InteractiveShell()
    shell.run_cell("from ftwidgets import load\nload('no-such-file.jsonl')")
    assert capsys.readouterr().out == "InputError: no-such-file.jsonl cannot be read: there is no such file.\n"
