"""`ftwidgets keys`: keys for the people who share this service; none sees the others' files, jobs and models."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import quote

import typer
from rich.console import Console
from rich.table import Table

from ftwidgets import connection
from ftwidgets.run.extension import demand

app = typer.Typer(help="Keys for others who use this service; each sees only its own files, jobs and models.")
out = Console(highlight=False, soft_wrap=True, markup=False)

Home = Annotated[Path | None, typer.Option("--home", help="The service's home folder.", show_default=False)]
Name = Annotated[str, typer.Argument(help="Whose key it is.")]


@app.callback(invoke_without_command=True)
def index(context: typer.Context, home: Home = None) -> None:
    """List the keys that were given to others."""
    if context.invoked_subcommand is not None:
        return
    known = _asked("keys", home)["data"]
    if not known:
        out.print("No key was given to others yet. Give one with: ftwidgets keys add NAME")
        return
    table = Table("name", "id", box=None, pad_edge=False)
    for key in known:
        table.add_row(key["name"], key["id"])
    out.print(table)


@app.command()
def add(name: Name, home: Home = None) -> None:
    """Give someone a key, and print what they set; the key is shown this once."""
    _tell(_asked("keys", home, {"name": name}), home)


@app.command()
def renew(name: Name, home: Home = None) -> None:
    """Another key for the same person: the one before is taken no longer, and nothing of theirs is lost."""
    _tell(_asked(f"keys/{quote(name, safe='')}/renew", home, {}), home)


@app.command()
def remove(name: Name, home: Home = None) -> None:
    """Take a key back; what belonged to it is seen by nobody any more."""
    _asked(f"keys/{quote(name, safe='')}", home, remove=True)
    out.print(f"The key of {name} is taken back.")


def _tell(key: dict[str, Any], home: Path | None) -> None:
    address = connection.find(home)
    assert address is not None  # it has just answered
    for name, value in replace(address, api_key=key["key"]).environment.items():
        typer.echo(f"export {name}='{value}'")


def _asked(path: str, home: Path | None, body: dict[str, Any] | None = None, *, remove: bool = False) -> dict[str, Any]:
    address = connection.current(home) or connection.start(home)
    with address.client() as client:
        return demand(client, path, body, remove=remove) or {}
