"""The commands: the same walk as in a notebook, for terminals and scripts."""

from __future__ import annotations

import sys
from io import TextIOWrapper

from ftwidgets.errors import FtwidgetsError


def main() -> None:
    """Run the command line; an error is a sentence, and the exit status 1."""
    from ftwidgets.cli.commands import app

    _write_anything()
    try:
        app()
    except Exception as error:
        sentence = _sentence(error)
        if sentence is None:
            raise
        print(sentence, file=sys.stderr)  # noqa: T201
        sys.exit(1)


def _write_anything() -> None:
    """Let characters that the terminal's encoding does not have be written as \\u2014, and stop nothing."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _sentence(error: Exception) -> str | None:
    """What a person is told of `error`; None where it is a fault of this program."""
    import openai

    if isinstance(error, FtwidgetsError):
        return str(error)
    if isinstance(error, openai.APIConnectionError):
        return (
            "The service does not answer any more. `ftwidgets logs` shows what it said; a job goes on when it is back."
        )
    if isinstance(error, openai.APIStatusError):
        from ftwidgets.run.client import sentence

        return sentence(error)
    return None
