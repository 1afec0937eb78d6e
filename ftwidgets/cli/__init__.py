"""The commands: the same walk as in a notebook, for terminals and scripts."""

from __future__ import annotations

import sys

import openai
from rich.console import Console

from ftwidgets.errors import FtwidgetsError


def main() -> None:
    """Run the command line; an error is a sentence, and the exit status 1."""
    from ftwidgets.cli.commands import app

    try:
        app()
    except FtwidgetsError as error:
        _say(str(error))
    except openai.APIConnectionError:
        _say(
            "The service does not answer any more. `ftwidgets logs` shows what it said; run the command again to go on."
        )
    except openai.APIStatusError as error:
        _say(error.message if not isinstance(error.body, dict) else str(error.body.get("message", error.message)))
    sys.exit(1)


def _say(sentence: str) -> None:
    Console(stderr=True, soft_wrap=True, highlight=False).print(sentence, markup=False)
