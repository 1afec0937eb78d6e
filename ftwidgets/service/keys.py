"""Who may use the service: those who have a key of it. The home's own key can be read by its user alone.

Of the keys that are given to others only the SHA-256 is kept: they are random and long, so that nothing slower is
needed to keep them from being guessed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from collections.abc import Callable
from pathlib import Path

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.service.jobs import ACTIVE
from ftwidgets.service.schema import HOME
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record, WireError, body_of, new_id, now, page, text

MOST_KEYS = 1000


def kept_key(folder: Path) -> str:
    """The key of this home, made when there is none.

    It stays the same, so that a notebook's client outlives the service.
    """
    path = folder / "key"
    kept = path.read_text("utf-8", "replace").strip() if path.is_file() else ""
    if is_key(kept):
        return kept
    key = new_key()
    write_private(path, key)
    return key


def new_key() -> str:
    """A key that nobody can guess."""
    return f"sk-ftwidgets-{secrets.token_urlsafe(24)}"


def is_key(text: str) -> bool:
    """Whether `text` can be a key: signs that a header can carry, and at least one: an empty key would let all pass."""
    return bool(text) and all("!" <= letter <= "~" for letter in text)


def write_private(path: Path, content: str) -> None:
    """Write a small file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


class Keys:
    """The keys of a service: the home's own, and those in the store, each with its owner's id."""

    def __init__(self, store: Store, home_key: str) -> None:
        self._store = store
        self._home = _digest(home_key)
        self._lock = threading.Lock()
        self._given = dict(store.pairs("keys", "id", "digest"))  # so that who asks is known without the disk

    def owner_of(self, key: str) -> str | None:
        """Whose `key` is; None where it is nobody's. It takes as long for any key."""
        given, owner = _digest(key), None
        for identity, digest in ((HOME, self._home), *self._copy().items()):
            if secrets.compare_digest(given, digest):
                owner = identity
        return owner

    def records(self) -> list[Record]:
        """The keys that were given to others, the newest first; without the keys themselves."""
        return self._store.page("keys", MOST_KEYS)

    def add(self, name: str) -> Record:
        """A new key for someone else, who will not see the others' files, jobs and models.

        Raises:
            WireError: the name is taken, or there are too many keys.
        """
        known = self.records()
        if any(record["name"] == name for record in known):
            raise WireError(400, f"There is a key named '{name}' already. Renew it, or choose another name.")
        if len(known) >= MOST_KEYS:
            raise WireError(400, f"There are {MOST_KEYS} keys already. Remove one that is not used any more.")
        key = new_key()
        record: Record = {"object": "key", "id": new_id("key_"), "name": name, "created_at": now()}
        self._set(record["id"], _digest(key), lambda digest: self._store.add("keys", record, digest=digest))
        return record | {"key": key}

    def renew(self, record: Record) -> Record:
        """Another key for the same owner; the one before is no longer taken."""
        key = new_key()
        self._set(record["id"], _digest(key), lambda digest: self._store.update("keys", record, digest=digest))
        return record | {"key": key}

    def remove(self, identity: str) -> None:
        """Take a key back."""
        with self._lock:
            self._store.remove("keys", identity)
            self._given.pop(identity, None)

    def _copy(self) -> dict[str, str]:
        with self._lock:
            return dict(self._given)

    def _set(self, identity: str, digest: str, keep: Callable[[str], object]) -> None:
        with self._lock:
            keep(digest)
            self._given[identity] = digest


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()


def owner_of(request: Request) -> str:
    """Whose key the request brings, as a bearer's token or in `api-key`, as Azure's clients do.

    Raises:
        WireError: it is missing or nobody's.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("api-key", "")
    keys: Keys = request.app.state.keys
    owner = keys.owner_of(given)
    if owner is not None:
        return owner
    if not given:
        message = "You didn't provide an API key. `ftwidgets env` prints this service's address and key."
        raise WireError(401, message)
    shown = f"{given[:4]}***{given[-2:]}" if len(given) > 8 else "***"
    message = f"Incorrect API key provided: {shown}. `ftwidgets env` prints this service's address and key."
    raise WireError(401, message, code="invalid_api_key")


def require_home(request: Request) -> None:
    """Let only the home's own key pass.

    Raises:
        WireError: the request came with another.
    """
    if request.state.owner != HOME:
        raise WireError(403, "Only the one who runs this service may do that.", code="insufficient_permissions")


def index(request: Request) -> Response:
    """The keys that were given to others."""
    require_home(request)
    return page(request.app.state.keys.records(), MOST_KEYS)


async def create(request: Request) -> Response:
    """Give someone a key; it is told this once."""
    require_home(request)
    name = text(await body_of(request), "name", required=True, longest=64) or ""
    return JSONResponse(request.app.state.keys.add(name))


def renew(request: Request) -> Response:
    """Another key for the same owner."""
    return JSONResponse(request.app.state.keys.renew(_found(request)))


def remove(request: Request) -> Response:
    """Take a key back. Its jobs end; what its owner had stays in the store, and nobody sees it."""
    record, state = _found(request), request.app.state
    for job in state.store.jobs_in(*ACTIVE, "paused", owner=record["id"]):
        state.jobs.cancel(job["id"])
    state.keys.remove(record["id"])
    return JSONResponse({"id": record["id"], "object": "key", "deleted": True})


def _found(request: Request) -> Record:
    require_home(request)
    named = request.path_params["key"]
    keys: Keys = request.app.state.keys
    for record in keys.records():
        if named in (record["id"], record["name"]):
            return record
    raise WireError(404, f"There is no key '{named}'.", param="key", code="key_not_found")


routes = [
    Route("/keys", index),
    Route("/keys", create, methods=["POST"]),
    Route("/keys/{key:path}", remove, methods=["DELETE"]),
    Route("/keys/{key:path}/renew", renew, methods=["POST"]),
]
