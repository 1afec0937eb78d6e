"""`ftwidgets lab`: JupyterLab on the notebooks, with the service beside it."""

from __future__ import annotations

import os
import shlex
import threading
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ftwidgets import connection
from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.cli import activity, jupyter, notebooks
from ftwidgets.connection import IDLE_MINUTES, Address
from ftwidgets.errors import FtwidgetsError
from ftwidgets.home import home as home_folder

out = Console(highlight=False, soft_wrap=True, markup=False)

AS_ROOT = "As root, JupyterLab starts only when it is told to: ftwidgets lab -- --allow-root"


def lab(
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[DIR] [-- ARGUMENTS]",
            help=f"The folder to work in, made if need be; default: {notebooks.FOLDER}. What follows goes to Jupyter.",
            show_default=False,
        ),
    ] = None,
    home: Annotated[Path | None, typer.Option(help="As for the other commands.", show_default=False)] = None,
) -> None:
    """Open JupyterLab on the notebooks, in a folder where nothing of yours is overwritten."""
    folder, own = _told_apart(arguments or [])
    place = home_folder(home)
    kept = notebooks.put_into(folder)
    out.print(f"The notebooks are in {folder.resolve()}")
    if kept:
        out.print(f"kept yours: {', '.join(kept)}")
    address = _service(place)
    ended = threading.Event()
    if address:
        told = (address, place, DEFAULT, out.print, ended)
        threading.Thread(target=activity.watch_fetch, args=told, daemon=True).start()
    status = jupyter.run(folder, notebooks.FIRST, own, place)
    ended.set()
    _tell_what_goes_on(place, f" --home {shlex.quote(str(home))}" if home else "")
    if status and _is_root() and not any("allow-root" in one or "allow_root" in one for one in own):
        out.print(AS_ROOT)
    raise typer.Exit(status)


def _told_apart(arguments: list[str]) -> tuple[Path, list[str]]:
    """The folder, which comes first, and Jupyter's own arguments."""
    if arguments and not arguments[0].startswith("-"):
        return Path(arguments[0]).expanduser(), arguments[1:]
    return notebooks.FOLDER, arguments


def _service(home: Path) -> Address | None:
    """The service, found or started; without it, JupyterLab is still of use."""
    try:
        address = connection.current(home) or connection.start(home)
    except FtwidgetsError as error:
        out.print(f"JupyterLab opens without the service. {error}")
        return None
    out.print(f"The service answers at {address.base_url}")
    return address


def _tell_what_goes_on(home: Path, option: str) -> None:
    address = connection.find(home)
    if address is None:
        out.print("JupyterLab has ended. No service runs.")
        return
    out.print(f"JupyterLab has ended. The service still answers at {address.base_url}")
    known = connection.info(address) or {}
    if known.get("fetching"):
        out.print(f"{activity.fetching(known['fetching'])}; this goes on in the service.")
    jobs = known.get("active_jobs", [])
    with address.client() as client:
        for job in jobs:
            out.print(f"Job {job} goes on in the service: {activity.job_standing(client, job)}.")
    if jobs:
        status, stop = f"`ftwidgets status{option}`", f"`ftwidgets stop{option}`"
        out.print(f"{status} tells how far it is; {stop} ends the service, and the training waits for its next start.")
    else:
        hours = f"{IDLE_MINUTES / 60:g} hours"
        out.print(f"Nothing is being trained. Started on demand, the service ends by itself after {hours} of quiet.")


def _is_root() -> bool:
    return hasattr(os, "geteuid") and os.geteuid() == 0
