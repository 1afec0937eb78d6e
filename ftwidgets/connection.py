"""Get a client: of the embedded service, which is found or started, or of a service elsewhere."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
from openai import AzureOpenAI, DefaultHttpxClient, OpenAI, OpenAIError

from ftwidgets.errors import InputError, ServiceError, require
from ftwidgets.home import home as home_folder
from ftwidgets.home import writing
from ftwidgets.run.extension import ask

IDLE_MINUTES = 120
"""A service that was started on demand ends when for so long nobody asked for anything and no job was active."""

PATIENCE = 60.0
"""Seconds that a starting service may take."""

ENGINE = ("jax", "optax", "tokenizers", "safetensors", "gguf", "jinja2", "starlette", "uvicorn", "python_multipart")
"""What the service and its engine import: found without being loaded."""

_STARTED: list[subprocess.Popen[bytes]] = []

ADDRESS, KEY = "OPENAI_BASE_URL", "OPENAI_API_KEY"

FORMER_ADDRESS = "OPENAI_API_BASE"
"""Where clients before openai 1.0 look for the address: without it they would send their files to OpenAI."""


class _Direct(DefaultHttpxClient):
    """Goes to the service directly, past any proxy: none can reach this machine's loopback.

    Forgotten without having been closed, it closes itself, as the SDK's own does.
    """

    def __del__(self) -> None:
        with suppress(Exception):
            self.close()


@dataclass(frozen=True)
class Address:
    """Where a home's service answers."""

    base_url: str
    api_key: str
    pid: int
    version: str

    def client(self) -> OpenAI:
        """A client of the service at this address."""
        return OpenAI(base_url=self.base_url, api_key=self.api_key, http_client=_Direct(trust_env=False))

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which OpenAI's clients, those before 1.0 too, find the service without an argument."""
        return {ADDRESS: self.base_url, FORMER_ADDRESS: self.base_url, KEY: self.api_key}


def keep_environment(address: Address | None, remedy: str) -> None:
    """Refuse where a variable of OpenAI's clients is set to something else than `address`; `remedy` replaces it.

    Raises:
        InputError: it is.
    """
    own = address.environment if address else {}
    for name in (ADDRESS, FORMER_ADDRESS, KEY):
        if os.environ.get(name) not in (None, own.get(name, "")):
            raise InputError(f"{name} is set already, and is left as it is. To use this service instead: {remedy}")


def connect(
    where: str | None = None,
    *,
    home: str | os.PathLike[str] | None = None,
    environment: bool = False,
    replace: bool = False,
) -> OpenAI:
    """A client of the official SDK.

    `where` is None for the embedded service of `home` (started when it does not run), "openai" or "azure" for those
    services with the variables that their own clients read, or another service's base URL, with its key in
    `OPENAI_API_KEY`. With `environment`, this process's `OPENAI_BASE_URL` (for clients before 1.0 `OPENAI_API_BASE`)
    and `OPENAI_API_KEY` are set, so that `OpenAI()` finds the embedded service; what is set already is only replaced
    with `replace`.

    Raises:
        InputError: a key is missing, or is set and would be replaced.
        ServiceError: the embedded service cannot be started.
    """
    if where is not None:
        return _elsewhere(where)
    address = current(home) or start(home)
    if environment:
        _set_environment(address, replace=replace)
    return address.client()


def _elsewhere(where: str) -> OpenAI:
    try:
        if where == "openai":
            return OpenAI(base_url="https://api.openai.com/v1")
        if where == "azure":
            return AzureOpenAI(api_version=os.environ.get("OPENAI_API_VERSION", "2024-10-21"))
        if where.startswith(("http://", "https://")):
            return OpenAI(base_url=where)
    except (OpenAIError, ValueError) as error:
        raise InputError(f"No client for '{where}': {error}") from error
    raise InputError(f'\'{where}\' is not a service. Use "openai", "azure", a URL that begins with http, or nothing.')


def _set_environment(address: Address, *, replace: bool) -> None:
    if not replace:
        keep_environment(address, "ft.connect(environment=True, replace=True)")
    os.environ.update(address.environment)


def find(home: str | os.PathLike[str] | None = None) -> Address | None:
    """Where the service of `home` answers; None where none does."""
    path = home_folder(home) / "service" / "address.json"
    try:
        address = Address(**orjson.loads(path.read_bytes()))
        return None if info(address) is None else address
    except (OSError, ValueError, TypeError, AttributeError, OpenAIError):
        return None


def current(home: str | os.PathLike[str] | None = None) -> Address | None:
    """Where the service of `home` answers; one of an older version is ended first, and its training goes on anew."""
    address = find(home)
    if address is not None and _numbers(address.version) < _numbers(version("ftwidgets")):
        stop(home)
        return None
    return address


def _numbers(name: str) -> list[int]:
    """A version's numbers, to tell the older from the newer."""
    return [int(part) for part in re.findall(r"\d+", name)]


def info(address: Address) -> dict[str, Any] | None:
    """What the service at `address` says of itself; None where it does not answer."""
    with address.client() as client:
        return ask(client.with_options(max_retries=0, timeout=5.0), "info")


def start(home: str | os.PathLike[str] | None = None, *, idle_minutes: float = IDLE_MINUTES) -> Address:
    """Start the service of `home` as a process that outlives this one, and wait until it answers.

    Raises:
        MissingExtraError: what it needs is not installed.
        ServiceError: it ended instead, or did not answer in time; the message says why and where its log is.
    """
    require_engine()
    folder = home_folder(home)
    log = folder / "service" / "logs" / "service.log"
    with writing(folder):
        log.parent.mkdir(parents=True, exist_ok=True)
        log.touch()
    command = [
        sys.executable,
        "-P",
        "-m",
        "ftwidgets",
        "serve",
        "--home",
        str(folder),
        "--idle-minutes",
        str(idle_minutes),
    ]
    with open(log, "ab") as output:
        before = output.tell()
        process = _detached(command, output.fileno(), folder)
    _STARTED.append(process)  # it may outlive this process; held here, it is not taken for forgotten
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        if address := find(folder):
            return address
        said = "" if process.poll() is None else _last_line(log, before)
        if said and "is running already" not in said:  # else another process started one at the same moment
            raise ServiceError(f"The service could not be started: {said} (see {log})")
        time.sleep(0.05)
    raise ServiceError(
        f"The service did not answer in {PATIENCE:.0f} s. See {log}, or run it in the foreground: ftwidgets serve"
    )


def require_engine() -> None:
    """Say at once, and not in a log, that the engine is not installed.

    Raises:
        MissingExtraError: a part of it is not.
    """
    for module in ENGINE:
        if importlib.util.find_spec(module) is None:
            require(module, "local")


def _detached(command: list[str], output: int, folder: Path) -> subprocess.Popen[bytes]:
    """A process that goes on when this one, and its terminal, have gone."""
    apart: dict[str, Any] = {"creationflags": 0x00000208} if sys.platform == "win32" else {"start_new_session": True}
    return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=folder, **apart)


def _last_line(log: Path, start_at: int) -> str:
    said = log.read_bytes()[start_at:].decode("utf-8", "replace").strip().splitlines()
    return said[-1] if said else "it said nothing"


def stop(home: str | os.PathLike[str] | None = None) -> bool:
    """End the service of `home`, and wait until it has gone; False where none runs."""
    address = find(home)
    if address is None:
        return False
    with address.client() as client:
        ask(client.with_options(max_retries=0, timeout=5.0), "stop", body={})
    path = home_folder(home) / "service" / "address.json"
    deadline = time.monotonic() + PATIENCE
    while path.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    for process in [process for process in _STARTED if process.pid == address.pid]:
        process.wait(timeout=PATIENCE)
    _STARTED[:] = [process for process in _STARTED if process.poll() is None]
    return True
