"""What the service can do as its clients see it, which client is tried with what, and the README's table of both.

An ability is one thing that a client's script tries and reports by its name. The names before the dots are resources.
"""

from __future__ import annotations

from dataclasses import dataclass

ROWS: dict[str, tuple[str, ...]] = {
    "files": ("files.create", "files.list", "files.retrieve", "files.content", "files.wait", "files.delete"),
    "files that expire": ("files.expires",),
    "uploads in parts": ("uploads.parts", "uploads.cancel"),
    "jobs": ("jobs.create", "jobs.list", "jobs.retrieve", "jobs.cancel", "jobs.continue"),
    "jobs on preferences (DPO)": ("jobs.preferences",),
    "jobs: pause, resume": ("jobs.pause", "jobs.resume"),
    "events": ("jobs.events",),
    "checkpoints, chat with one": ("jobs.checkpoints", "chat.checkpoint"),
    "permissions of checkpoints": ("permissions.create", "permissions.list", "permissions.delete"),
    "models": ("models.list", "models.retrieve", "models.delete"),
    "chat": ("chat.create", "chat.n"),
    "chat as a stream": ("chat.stream",),
    "chat with log-probabilities": ("chat.logprobs",),
    "chat in JSON": ("chat.json",),
    "stored chats": (
        "stored.create",
        "stored.list",
        "stored.retrieve",
        "stored.messages",
        "stored.update",
        "stored.delete",
    ),
    "completions": ("completions.text", "completions.ids", "completions.echo", "completions.stream"),
    "graders": ("graders.validate", "graders.run"),
    "the former `/v1/fine-tunes`": (
        "legacy.create",
        "legacy.list",
        "legacy.retrieve",
        "legacy.events",
        "legacy.cancel",
    ),
    "errors as exceptions": ("errors.key", "errors.missing", "errors.refused"),
    "raw and streamed replies": ("raw.response", "raw.stream"),
}
"""The rows of the table, and the abilities behind each."""

LEGACY = frozenset({"legacy.create", "legacy.list", "legacy.retrieve", "legacy.events", "legacy.cancel"})
CURRENT = frozenset(name for names in ROWS.values() for name in names) - LEGACY


def of(*resources: str) -> frozenset[str]:
    """The abilities of whole resources."""
    return frozenset(name for name in CURRENT | LEGACY if name.split(".")[0] in resources)


@dataclass(frozen=True)
class Client:
    """A column of the table: what is tried with one client, and what its script needs in an environment of its own."""

    title: str
    script: str
    abilities: frozenset[str]
    arguments: tuple[str, ...] = ()
    requirements: tuple[str, ...] = ()


CLIENTS = {
    "3.x": Client("`openai` 3.x", "openai_python.py", CURRENT, ("sync",)),
    "async": Client("3.x async", "openai_python.py", CURRENT, ("async",)),
    "2.x": Client("2.x", "openai_python.py", CURRENT, ("sync",), ("openai>=2,<3",)),
    "0.28": Client(
        "0.28.1",
        "openai_former.py",
        of("legacy", "completions", "models", "errors", "files") - {"files.expires"}
        | {"jobs.create", "jobs.list", "jobs.retrieve", "jobs.cancel", "jobs.events", "jobs.continue"}
        | {"chat.create", "chat.n", "chat.stream", "chat.logprobs", "chat.json"},
        (),
        ("openai==0.28.1",),
    ),
    "javascript": Client("JavaScript", "openai_javascript.mjs", CURRENT, (), ("openai",)),
    "wandb": Client(
        "wandb",
        "wandb_logger.py",
        frozenset({"jobs.retrieve", "files.content"}),
        (),
        ("wandb", "openai", "numpy", "pandas"),
    ),
    "langchain": Client(
        "LangChain",
        "langchain_chat.py",
        of("errors") | {"chat.create", "chat.n", "chat.stream", "chat.logprobs", "chat.json"},
        (),
        ("langchain-openai",),
    ),
}


def table() -> str:
    """The table as it stands in the README."""
    clients = CLIENTS.values()
    head = ["", *(client.title for client in clients)]
    lines = ["| " + " | ".join(head) + " |", "|---|" + ":-:|" * len(clients)]
    lines += [
        "| " + " | ".join([row, *(_mark(client, names) for client in clients)]) + " |" for row, names in ROWS.items()
    ]
    return "\n".join(lines)


def _mark(client: Client, names: tuple[str, ...]) -> str:
    """Whether all of a row is tried with the client, a part of it, or nothing."""
    share = client.abilities.intersection(names)
    return "✓" if len(share) == len(names) else "(✓)" if share else ""


if __name__ == "__main__":
    print(table())
