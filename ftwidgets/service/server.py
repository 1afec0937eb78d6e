"""The service as a process: one for each home, on loopback, its address in a file that only its owner can read."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path

import orjson
import uvicorn
from starlette.applications import Starlette

from ftwidgets.errors import InputError, ServiceError
from ftwidgets.home import writing
from ftwidgets.service import lock
from ftwidgets.service.app import create_app
from ftwidgets.service.hosts import LOOPBACK
from ftwidgets.service.jobs import ACTIVE
from ftwidgets.service.keys import is_key, kept_key, write_private
from ftwidgets.service.schema import opened

LOCAL = "127.0.0.1"
"""This machine alone: the address that is listened at unless another is named."""

EVERYWHERE = "0.0.0.0"  # noqa: S104


def serve(
    home: Path,
    *,
    host: str = LOCAL,
    port: int | None = None,
    key: str | None = None,
    idle_minutes: float | None = None,
    ready: Callable[[str], None],
) -> None:
    """Serve the home until it is told to stop; `ready` is called with the address.

    At another `host` than loopback it can be called from other machines, by whoever has a key. Without `port`, the one
    that it had before is taken again where it is free. With `idle_minutes` it ends when for so long nobody asked for
    anything, and no job is active and no base model on its way.

    Raises:
        InputError: the key cannot be one, or the home cannot be written to.
        ServiceError: another process serves this home, the port is taken, or the records are damaged.
    """
    folder = home / "service"
    with writing(folder):
        held = lock.take(folder / "lock")
    if held is None:
        raise ServiceError(
            f"A service for {home} is running already. `ftwidgets status` tells where; `ftwidgets stop` ends it."
        )
    try:
        _serve(home, folder, host=host, port=port, key=key, idle_minutes=idle_minutes, ready=ready)
    finally:
        os.close(held)


def _serve(
    home: Path,
    folder: Path,
    *,
    host: str,
    port: int | None,
    key: str | None,
    idle_minutes: float | None,
    ready: Callable[[str], None],
) -> None:
    """Serve, the home being this process's own."""
    if key is not None and not is_key(key):
        raise InputError("The key must be of letters, digits and signs of ASCII, without spaces.")
    with writing(folder):
        key = key or kept_key(folder)
    opened(folder / "store.sqlite").close()  # to say in a sentence where that fails
    with writing(folder):
        bound = _bound(folder, host, port)
    app = create_app(
        home,
        key,
        stop=lambda: setattr(server, "should_exit", True),
        ending=lambda: server.should_exit,
        hosts=LOOPBACK if host == LOCAL else None,
    )
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3)
    server = uvicorn.Server(config)
    address = f"http://{LOCAL if host == EVERYWHERE else host}:{bound.getsockname()[1]}/v1"
    if idle_minutes is not None:
        threading.Thread(target=_end_when_idle, args=(app, server, idle_minutes * 60), daemon=True).start()
    threading.Thread(target=_announce, args=(server, folder, address, key, ready), daemon=True).start()
    if threading.current_thread() is threading.main_thread():
        # The server ends on this signal, and then raises it once more: that must not keep the rest from being done.
        signal.signal(signal.SIGTERM, lambda *_: None)
    try:
        server.run(sockets=[bound])
    finally:
        (folder / "address.json").unlink(missing_ok=True)


def _bound(folder: Path, host: str, port: int | None) -> socket.socket:
    """A socket of `host` on `port`, else on the port of last time, else on any."""
    for choice in [_last_port(folder), 0] if port is None else [port]:
        bound = socket.socket()
        if os.name != "nt":  # there, this option would let two processes share the port
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            bound.bind((host, choice))
        except OSError as error:
            bound.close()
            if port is not None or host != LOCAL:
                at = host if port is None else f"{host}:{port}" if host != LOCAL else f"Port {port}"
                raise ServiceError(
                    f"{at} cannot be used: {error.strerror}. Name another with --port or --host."
                ) from error
            continue
        write_private(folder / "port", str(bound.getsockname()[1]))
        return bound
    raise ServiceError(f"No port of {host} could be taken.")


def _last_port(folder: Path) -> int:
    try:
        port = int((folder / "port").read_text("utf-8"))
    except (OSError, ValueError):
        return 0
    return port if 0 < port < 2**16 else 0


def _announce(server: uvicorn.Server, folder: Path, address: str, key: str, ready: Callable[[str], None]) -> None:
    """Write the address when the server answers, not before."""
    while not server.started:
        if server.should_exit:
            return
        time.sleep(0.01)
    about = {"base_url": address, "api_key": key, "pid": os.getpid(), "version": version("ftwidgets")}
    write_private(folder / "address.json", orjson.dumps(about).decode())
    ready(address)


def _end_when_idle(app: Starlette, server: uvicorn.Server, idle_seconds: float) -> None:
    while not server.should_exit:
        time.sleep(min(5.0, max(0.05, idle_seconds / 4)))
        quiet = time.monotonic() - app.state.last_request
        if server.started and quiet > idle_seconds and not _is_busy(app):
            server.should_exit = True


def _is_busy(app: Starlette) -> bool:
    return bool(app.state.store.jobs_in(*ACTIVE) or app.state.fetches.current)
