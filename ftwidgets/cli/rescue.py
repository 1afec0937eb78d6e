"""`ftwidgets rescue`: what an account's fine-tuned models know, brought here before they stop answering."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from openai import OpenAI
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from ftwidgets.cli.progress import bar
from ftwidgets.connection import ADDRESS, KEY, connect
from ftwidgets.errors import InputError, MissingExtraError
from ftwidgets.salvage import Rescue, prompts_of
from ftwidgets.salvage import rescue as listed
from ftwidgets.salvage.rescuing import HEAD, MOST_TOKENS

out = Console(highlight=False, soft_wrap=True, markup=False)

NARROWEST = 120
"""Columns below which a model's id, its last day and its job have no room beside one another."""


def rescue(  # noqa: PLR0913 options are parameters
    folder: Annotated[Path, typer.Argument(help="Where everything is kept; made if need be.")] = Path("rescue"),
    where: Annotated[
        str | None,
        typer.Option(
            "--from",
            help=f"openai, azure, or a URL. Default: openai where {KEY} is set and {ADDRESS} is not, else the "
            "embedded service.",
            show_default=False,
        ),
    ] = None,
    prompts: Annotated[
        Path | None,
        typer.Option(
            help="Record answers to these: JSONL, a prompt a line in .txt, CSV.", show_default=False, readable=False
        ),
    ] = None,
    column: Annotated[
        str | None, typer.Option(help="The column of a table that holds the prompts.", show_default=False)
    ] = None,
    system: Annotated[
        str | None, typer.Option(help="System message before prompts that are texts.", show_default=False)
    ] = None,
    model: Annotated[
        list[str] | None,
        typer.Option(help="Ask this one; may be repeated. Default: every fine-tuned model.", show_default=False),
    ] = None,
    most_tokens: Annotated[int, typer.Option(help="Tokens that an answer may have.", min=1)] = MOST_TOKENS,
    price: Annotated[
        tuple[float, float] | None,
        typer.Option(
            help="Dollars a million prompt tokens, and a million tokens of answers.",
            show_default=False,
            metavar="IN OUT",
        ),
    ] = None,
    yes: Annotated[bool, typer.Option("--yes", help="Send the prompts without asking.")] = False,
    only_list: Annotated[bool, typer.Option("--list", help="Only list what there is; save and send nothing.")] = False,
    home: Annotated[Path | None, typer.Option(help="As for the other commands.", show_default=False)] = None,
) -> None:
    """List fine-tuned models and the days they have left, save their files, and record their answers.

    Exit status 1 where an answer is still missing, else 0.
    """
    asked = None if prompts is None else prompts_of(prompts, column, system)
    with _client(where, home) as client:
        with bar("Listing", out) as progress:
            found = listed(client, None, progress=progress)
        found = Rescue(client, folder, found.inventory, found.today)
        if not only_list:
            with bar("Saving files", out) as progress:
                found.save(progress)
        _show(found)
        if asked is None or only_list:
            return
        size = found.quote(asked, model, most_tokens=most_tokens, price=price)
        if size is not None:
            out.print(str(size))
            _agreed(yes)
        try:
            with bar("Recording", out) as progress:
                done = found.record(asked, model, True, most_tokens=most_tokens, progress=progress)
        except KeyboardInterrupt:
            out.print(f"What was answered is in {folder}. The same command goes on with the rest.")
            raise typer.Exit(130) from None
        for sentence in done.sentences:
            out.print(sentence)
        if done.left:
            raise typer.Exit(1)


def _client(where: str | None, home: Path | None) -> OpenAI:
    """The client of the host that is named, else of the one that the variables name."""
    own_key = bool(os.environ.get(KEY)) and not os.environ.get(ADDRESS)
    if where is None and own_key:
        where = "openai"
    try:
        client = connect(where, home=home)
    except MissingExtraError as error:
        raise InputError(
            f"No embedded service runs, and {KEY} is not set. Set it to rescue from OpenAI, or name a host: "
            "ftwidgets rescue --from URL"
        ) from error
    told = "the embedded service; --from names another host" if where is None else where
    out.print(f"Asked is {told} ({client.base_url})")
    return client


def _show(found: Rescue) -> None:
    if found.models:
        console = Console(highlight=False, markup=False)
        console = console if console.is_terminal else Console(highlight=False, markup=False, width=200)
        if console.width >= NARROWEST:
            console.print(_table(found))
        else:
            _stack(found)
    else:
        out.print("No fine-tuned model was found.")
    for note in found.notes:
        out.print(note)


def _table(found: Rescue) -> Table:
    table = Table(box=None, pad_edge=False)
    for head in HEAD:
        table.add_column(head, overflow="fold")
    for one in found.models:
        table.add_row(*found.cells(one))
    return table


def _stack(found: Rescue) -> None:
    for one in found.models:
        name, *rest = found.cells(one)
        out.print(name)
        told = [f"{head}: {cell}" for head, cell in zip(HEAD[1:], rest, strict=True) if cell]
        out.print(Padding("\n".join(told), (0, 0, 0, 2)))


def _agreed(yes: bool) -> None:
    """Go on where the person agrees."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError("Nothing was sent. To send the prompts, say so: --yes")
    if not typer.confirm("Send them?", default=False):
        out.print("Nothing was sent.")
        raise typer.Exit(0)
