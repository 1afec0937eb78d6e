"""Who may use the service: those who have its key, which only this user can read."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from starlette.requests import Request

from ftwidgets.service.wire import WireError


def kept_key(folder: Path) -> str:
    """The key of this home, made when there is none.

    It stays the same, so that a notebook's client outlives the service.
    """
    path = folder / "key"
    kept = path.read_text("utf-8", "replace").strip() if path.is_file() else ""
    if is_key(kept):
        return kept
    key = f"sk-ftwidgets-{secrets.token_urlsafe(24)}"
    write_private(path, key)
    return key


def is_key(text: str) -> bool:
    """Whether `text` can be a key: signs that a header can carry, and at least one: an empty key would let all pass."""
    return bool(text) and all("!" <= letter <= "~" for letter in text)


def write_private(path: Path, content: str) -> None:
    """Write a small file that only its owner can read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(content)
    os.replace(temporary, path)


def require_key(request: Request, key: str) -> None:
    """Let only those pass who bring the key, as a bearer's token or in `api-key`, as Azure's clients do.

    Raises:
        WireError: it is missing or another.
    """
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    given = bearer.strip() if scheme.lower() == "bearer" else request.headers.get("api-key", "")
    if secrets.compare_digest(given.encode(), key.encode()):
        return
    if not given:
        message = "You didn't provide an API key. `ftwidgets env` prints this service's address and key."
        raise WireError(401, message)
    shown = f"{given[:4]}***{given[-2:]}" if len(given) > 8 else "***"
    message = f"Incorrect API key provided: {shown}. `ftwidgets env` prints this service's address and key."
    raise WireError(401, message, code="invalid_api_key")
