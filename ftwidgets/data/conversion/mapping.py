"""A guess at which columns of a flat record are the question, the answer and the system's text, to be offered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ftwidgets.data.conversion.outcome import text_of
from ftwidgets.data.conversion.template import Template

ASKED = (
    "prompt", "question", "query", "instruction", "user", "user_input", "input", "text", "sentence", "utterance",
    "message", "review", "comment", "document", "article", "email", "ticket", "description", "source", "title",
    "problem", "content", "body", "subject",
)  # fmt: skip
ANSWERED = (
    "completion", "answer", "response", "output", "reply", "assistant", "target", "summary", "translation", "solution",
    "label", "category", "class", "intent", "sentiment", "topic", "tag", "result", "expected", "ground_truth",
)  # fmt: skip
LABELS = ("label", "category", "class", "intent", "sentiment", "topic", "tag")
SYSTEM = ("system", "system_prompt", "system_message")
CONTEXT = ("context", "passage", "background", "documents")
BESIDE = ("id", "index", "idx", "split", "date", "timestamp", "created_at", "url", "uuid")


@dataclass(frozen=True)
class Guess:
    """Which columns are what; `is_label` where the answers are few and come again and again. None: not found."""

    asked: str | None
    answered: str | None
    system: str | None = None
    context: str | None = None
    is_label: bool = False

    @property
    def template(self) -> Template | None:
        """The template that makes chats of the rows; None where question or answer were not found."""
        if self.asked is None or self.answered is None:
            return None
        parts = [_braced(name) for name in (self.context, self.asked) if name]
        system = _braced(self.system) if self.system else None
        return Template(user="\n\n".join(parts), assistant=_braced(self.answered), system=system)


def mapping_of(columns: Sequence[str], rows: Iterable[Mapping[str, Any]] = ()) -> Guess:
    """A guess from the columns' names, and where these say nothing from some rows: the longer texts are the question.

    Columns whose names hold a brace, and those without any text in `rows`, are left out.
    """
    seen = list(rows)
    usable = [name for name in columns if "{" not in name and "}" not in name and (not seen or _texts(name, seen))]
    system = _first(SYSTEM, usable)
    context = _first(CONTEXT, usable)
    answered = _first(ANSWERED, usable)
    asked = _first(ASKED, [name for name in usable if name != answered])
    left = [name for name in usable if name not in (system, answered, asked) and _plain(name) not in BESIDE]
    if asked is None and left:
        asked = max(left if context is None or len(left) < 2 else [n for n in left if n != context], key=_length(seen))
        left.remove(asked)
    if answered is None and left:
        rest = [name for name in left if name != context] or left
        answered = rest[-1]
    if context in (asked, answered):
        context = None
    return Guess(asked, answered, system, context, answered is not None and _is_label(answered, seen))


def _braced(name: str) -> str:
    return "{" + name + "}"


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _first(known: Sequence[str], columns: Sequence[str]) -> str | None:
    """The column with the best-known name."""
    plain = {_plain(name): name for name in reversed(columns)}
    return next((plain[name] for name in known if name in plain), None)


def _texts(name: str, rows: Sequence[Mapping[str, Any]]) -> list[str]:
    texts = (text_of(row.get(name)) for row in rows)
    return [text for text in texts if text and text.strip()]


def _length(rows: Sequence[Mapping[str, Any]]) -> Any:
    """How long a column's texts are."""
    return lambda name: sum(map(len, _texts(name, rows)))


def _is_label(name: str, rows: Sequence[Mapping[str, Any]]) -> bool:
    texts = _texts(name, rows)
    if not texts:
        return _plain(name) in LABELS
    return max(map(len, texts)) <= 40 and 2 * len(set(texts)) <= len(texts)
