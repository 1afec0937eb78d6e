"""What is gathered of some rows while they are looked at: their facts, and what the rules find in them."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import xxhash

from ftwidgets.bases.chat import text_of
from ftwidgets.data.counting import Counter, is_trained
from ftwidgets.data.examination import examined, is_plain, text_findings
from ftwidgets.data.hits import Occurrence, hits_of_row
from ftwidgets.data.kinds import KINDS, kind_of
from ftwidgets.data.repetition import may_repeat
from ftwidgets.data.row import LONGEST, Row, read
from ftwidgets.data.sieve import Sieve, joined_for_sieve
from ftwidgets.data.survey import DTYPES, Facts
from ftwidgets.data.tally import Tally
from ftwidgets.data.terms import Terms
from ftwidgets.data.texts import texts_of

CHAT = KINDS.index("chat")

BETWEEN = "\x1e"
"""What stands between the texts of a row where they are hashed and sieved."""


class Shape(NamedTuple):
    """Who speaks in a row, and what of it is learned: as many rows have the same, it is kept once.

    `last` is the number of the answer, from 0; `seed` makes the hashes of differently shaped rows differ.
    """

    roles: tuple[str, ...]
    trained: tuple[bool, ...]
    last: int
    seed: int

    @property
    def has_system(self) -> bool:
        """Whether the row begins with a system message."""
        return self.roles[0] in ("system", "developer")


@cache
def shape_of(roles: tuple[str, ...], trained: tuple[bool, ...]) -> Shape:
    """The shape of a row."""
    answers = [n for n, role in enumerate(roles) if role in ("assistant", "completion", "preferred_output")]
    return Shape(roles, trained, answers[-1] if answers else 0, xxhash.xxh64_intdigest("\x1e".join(roles).encode()))


@cache
def plain_shape(messages: int, system: bool) -> Shape:
    """The shape of a chat in which user and assistant speak in turn, after a system message or without."""
    turns = messages - system
    roles = ("system",) * system + ("user", "assistant")[turns % 2 :] + ("user", "assistant") * ((turns - 1) // 2)
    return shape_of(roles, tuple(role == "assistant" for role in roles))


NOTHING = Shape((), (), 0, 0)


class Looks:
    """What is gathered of some rows, the first of which is at the place `start`."""

    def __init__(
        self, terms: Terms, counter: Counter | None, sieve: Sieve | None, start: int, tally: Tally | None = None
    ) -> None:
        self._terms, self._counter, self._sieve, self._start, self._tally = terms, counter, sieve, start, tally
        self._plain_fits = terms.kind == "chat" and terms.method == "supervised"
        self._rows: list[tuple[int, bool, int, int, int, int]] = []
        self._shapes: list[Shape] = []
        self._texts: list[str] = []
        self._joined: list[bytes] = []
        self._examples: list[Any] = []
        self._repeating: list[int] = []
        self.hits: list[Occurrence] = []

    def at(self, raw: bytes, number: int) -> None:
        """Look at one row."""
        if self._plain_fits and len(raw) <= LONGEST:
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError:
                value = None
            if is_plain(value) and _has_each_key_once(raw, len(value["messages"])):
                messages = value["messages"]
                shape = plain_shape(len(messages), messages[0]["role"] == "system")
                self._keep(CHAT, shape, [message["content"] for message in messages], value)
                return
        self._examine(raw, number)

    def _examine(self, raw: bytes, number: int) -> None:
        value, fault = read(raw)
        found = list(examined(Row(number, 0, raw, value, fault), self._terms, texts=False))
        self.hits += hits_of_row(self._start + len(self._rows), found)
        kind = -1 if fault is not None else KINDS.index(kind_of(value))
        if any(rule.level == "error" for rule, _ in found):
            self._rows.append((kind, False, 0, 0, 0, 0))
            self._shapes.append(NOTHING)
            self._joined.append(b"")
            self._examples.append(None)
        else:
            who, texts, trained = zip(*spoken(value), strict=True)
            self._keep(kind, shape_of(who, trained), list(texts), value)

    def _keep(self, kind: int, shape: Shape, texts: list[str], value: Any) -> None:
        joined = BETWEEN.join(texts).encode()
        answer = texts[shape.last :]
        tail = len(BETWEEN.join(answer).encode())
        split = max(0, len(joined) - tail)
        system = xxhash.xxh32_intdigest(texts[0].encode()) or 1 if shape.has_system else 0
        prompt = xxhash.xxh3_64_intdigest(joined[:split], shape.seed)
        self._rows.append((kind, True, prompt, xxhash.xxh3_64_intdigest(joined[split:]), system, len(answer[0])))
        self._shapes.append(shape)
        self._texts += texts
        self._joined.append(joined_for_sieve(zip(shape.roles, texts, strict=True)).encode() if kind != CHAT else joined)
        self._examples.append(value)
        if self._sieve and may_repeat(texts[-2:]):
            self._repeating.append(len(self._rows) - 1)

    def facts(self) -> Facts:
        """The facts of the rows; their texts are counted and judged now."""
        if self._sieve:
            for n in sorted({*self._sieve.caught(self._joined), *self._repeating}):
                self.hits += hits_of_row(self._start + n, text_findings(self._examples[n]))
        sizes = np.fromiter((len(shape.roles) for shape in self._shapes), np.int64, len(self._shapes))
        known = list(zip(*self._rows, strict=True))
        columns: list[Any] = [np.array(column, kind) for column, kind in zip(known, DTYPES, strict=False)]
        return Facts(*columns, *(column.astype(np.uint32) for column in (sizes, *self._tokens(sizes))))

    def _tokens(self, sizes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Of each row all tokens, and those that are learned."""
        if self._counter is None:
            return np.zeros_like(sizes), np.zeros_like(sizes)
        counts = self._counter.counts(self._texts)
        learned = np.array([trained for shape in self._shapes for trained in shape.trained], np.bool_)
        row = np.repeat(np.arange(len(sizes)), sizes)
        around = np.array([self._around(shape) for shape in self._shapes], np.int64)
        if self._tally is not None:
            self._tally.add([role for shape in self._shapes for role in shape.roles], row, counts, len(sizes))
        tokens = np.bincount(row, counts, len(sizes)) + around[:, 0]
        return tokens, np.bincount(row, counts * learned, len(sizes)) + around[:, 1]

    def _around(self, shape: Shape) -> tuple[int, int]:
        return self._counter.around(shape.roles, shape.trained) if self._counter and shape.roles else (0, 0)


def _has_each_key_once(raw: bytes, messages: int) -> bool:
    """Whether no key of a plain chat stands twice, as far as that is quickly seen."""
    return raw.count(b'"') == 2 + 8 * messages or raw.count(b'":') == 1 + 2 * messages


def spoken(example: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """What is said in an example without an error: by whom, the text, and whether it is learned."""
    if kind_of(example) == "chat":
        return [(m["role"], text_of(m), is_trained(m)) for m in example["messages"]]
    return [(who, text, who in ("completion", "preferred_output")) for _, who, text in texts_of(example)]
