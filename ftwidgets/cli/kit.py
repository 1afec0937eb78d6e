"""`ftwidgets kit`: everything on a stick, for rooms without a network."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ftwidgets.cli.progress import bar
from ftwidgets.errors import InputError, KitError
from ftwidgets.kit.collecting import Collected, Ears, collect, opened
from ftwidgets.kit.target import PLATFORMS, targets

out = Console(highlight=False, soft_wrap=True, markup=False)

EXTRAS = ("local", "data", "formats")


def kit(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", help="An empty folder, made if need be, or a kit to go on with.")
    ],
    platform: Annotated[
        list[str] | None,
        typer.Option(
            help=f"{', '.join(PLATFORMS)}; may be given several times. Default: this machine's.", show_default=False
        ),
    ] = None,
    python: Annotated[
        list[str] | None,
        typer.Option(
            help="A version, as 3.12; may be given several times. Default: the one that runs this.", show_default=False
        ),
    ] = None,
    extra: Annotated[
        list[str] | None,
        typer.Option(help=f"{', '.join(EXTRAS)}; may be given several times. Default: local.", show_default=False),
    ] = None,
) -> None:
    """Collect wheels, model and notebooks in a folder from which machines without a network install."""
    for name in extra or ():
        if name not in EXTRAS:
            raise InputError(f"There is no extra '{name}'. A kit takes: {', '.join(EXTRAS)}.")
    goes_on = not (platform or python or extra) and bool(opened(folder).holdings)
    asked = [] if goes_on else targets(platform or [], python or [])
    with bar("Fetching wheels", Console(stderr=True)) as report:
        day = datetime.now().astimezone().date().isoformat()
        ears = Ears(out.print, report)
        done = collect(folder, asked, tuple(dict.fromkeys(extra or ["local"])), day=day, ears=ears)
    _tell(folder, done)


def _tell(folder: Path, done: Collected) -> None:
    whole = [holding for holding in done.kit.holdings if holding.whole]
    if whole:
        wheels = len({name for holding in whole for name in holding.wheels})
        with_model = ", the model" if done.kit.model else ""
        size = f"{done.kit.bytes / 1e6:,.0f} MB"
        out.print(f"The kit in {folder} holds {wheels} wheels{with_model} and the notebooks: {size}. It is for:")
        for holding in whole:
            out.print(f"  {holding.title}")
        out.print("Each learner runs its install.py with such a Python; README.txt says how.")
    if done.gaps:
        raise KitError(" ".join(["The kit is not whole.", *done.gaps]))
