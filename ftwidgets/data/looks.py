"""What is gathered of some rows while they are looked at: their facts, and what the rules find in them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson
import xxhash

from ftwidgets.bases.chat import text_of
from ftwidgets.data.examination import examined, is_plain, is_plain_pair, text_findings
from ftwidgets.data.hits import Occurrence, hits_of_row, kept
from ftwidgets.data.kinds import KINDS, kind_of
from ftwidgets.data.language import CODE, READ, codes
from ftwidgets.data.repeats import is_free_of_repeats, marks
from ftwidgets.data.repetition import may_repeat
from ftwidgets.data.row import Row, parse, read
from ftwidgets.data.sieve import Sieve, joined_for_sieve
from ftwidgets.data.survey import DTYPES, Facts
from ftwidgets.data.talk import talk_of
from ftwidgets.data.tally import Tally
from ftwidgets.data.terms import Terms
from ftwidgets.data.texts import texts_of
from ftwidgets.data.tokens.counting import Counter, is_trained

CHAT, PAIR = KINDS.index("chat"), KINDS.index("prompt/completion")

SHORT = 2**20
"""Bytes up to which a row is looked at as most rows are, many at once."""

BETWEEN = b"\x1e"
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


@lru_cache(maxsize=4096)
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

PAIRED = shape_of(("prompt", "completion"), (False, True))


class Looks:
    """What is gathered of some rows, the first of which is at the place `start`."""

    def __init__(
        self, terms: Terms, counter: Counter | None, sieve: Sieve | None, start: int, tally: Tally | None = None
    ) -> None:
        self._terms, self._counter, self._sieve, self._start, self._tally = terms, counter, sieve, start, tally
        self._plain_fits = terms.kind in ("chat", "prompt/completion") and terms.method == "supervised"
        self._rows: list[tuple[int, bool, int, int, int, int, int]] = []
        self._shapes: list[Shape] = []
        self._texts: list[str] = []
        self._joined: list[bytes] = []
        self._heads: list[str] = []
        self._raws: list[bytes] = []
        self._repeating: list[int] = []
        self._plain: list[tuple[int, int]] = []
        self._marks = 0
        self.hits: list[Occurrence] = []

    def at(self, raw: bytes, number: int) -> None:
        """Look at one row."""
        if self._plain_fits and len(raw) <= SHORT:
            try:
                value = orjson.loads(raw)
            except orjson.JSONDecodeError:
                value = None
            if self._terms.kind == "prompt/completion" and is_plain_pair(value):
                said = [value["prompt"], value["completion"]]
                self._take_for_plain(number, marks=8)
                self._keep(raw, PAIR, PAIRED, said, said)
                return
            if self._terms.kind == "chat" and is_plain(value):
                messages = value["messages"]
                self._take_for_plain(number, marks=2 + 8 * len(messages))
                shape = plain_shape(len(messages), messages[0]["role"] == "system")
                said = [message["content"] for message in messages]
                self._keep(raw, CHAT, shape, said, said[shape.has_system :])
                return
            del value  # may be large, and is read again
        self._examine(raw, number)

    def _take_for_plain(self, number: int, marks: int) -> None:
        """The row that comes next says nothing else, and has so many quotation marks, unless a key stands twice."""
        self._plain.append((len(self._rows), number))
        self._marks += marks

    def _doubled(self) -> Iterator[Occurrence]:
        """What the rules find in rows that were taken for plain and in which a key stands twice; hardly ever any."""
        if marks(b"".join([self._raws[n] for n, _ in self._plain])) == self._marks:
            return
        for n, number in self._plain:
            row = parse(number, 0, self._raws[n])
            if not is_free_of_repeats(row.raw, row.value):
                yield from hits_of_row(self._start + n, kept(examined(row, self._terms, texts=False)))

    def _examine(self, raw: bytes, number: int) -> None:
        value, fault = read(raw)
        found = kept(examined(Row(number, 0, raw, value, fault), self._terms, texts=False))
        self.hits += hits_of_row(self._start + len(self._rows), found)
        kind = -1 if fault is not None else KINDS.index(kind_of(value))
        if any(rule.level == "error" for rule, _ in found):
            self._rows.append((kind, False, 0, 0, 0, 0, 0))
            self._shapes.append(NOTHING)
            self._joined.append(b"")
            self._heads.append("")
            self._raws.append(raw)
        else:
            who, texts, trained = zip(*spoken(value), strict=True)
            self._keep(raw, kind, shape_of(who, trained), list(texts), [talk_of(value)])

    def _keep(self, raw: bytes, kind: int, shape: Shape, texts: list[str], talk: list[str]) -> None:
        parts = [text.encode() for text in texts]
        prompt, answer = BETWEEN.join([*parts[: shape.last], b""]), BETWEEN.join(parts[shape.last :])
        hashes = xxhash.xxh3_64_intdigest(prompt, shape.seed), xxhash.xxh3_64_intdigest(answer)
        system = xxhash.xxh32_intdigest(parts[0]) or 1 if shape.has_system else 0
        answer_text = texts[shape.last]
        ending = xxhash.xxh32_intdigest(answer_text[-16:].rstrip()[-4:].encode())
        self._rows.append((kind, True, *hashes, system, len(answer_text), ending))
        self._shapes.append(shape)
        self._texts += texts
        self._raws.append(raw)
        if self._sieve:
            said = prompt + answer if kind == CHAT else _joined(shape.roles, texts)
            self._joined.append(said)
            self._heads.append(talk[0] if len(talk[0]) >= READ else "\n".join(talk))
            if may_repeat(texts[-2:]):
                self._repeating.append(len(self._rows) - 1)

    def facts(self) -> Facts:
        """The facts of the rows; their texts are counted and judged now."""
        self.hits += self._doubled()
        if self._sieve:
            for n in sorted({*self._sieve.caught(self._joined), *self._repeating}):
                self.hits += hits_of_row(self._start + n, kept(text_findings(orjson.loads(self._raws[n]))))
        sizes = np.fromiter((len(shape.roles) for shape in self._shapes), np.int64, len(self._shapes))
        known = list(zip(*self._rows, strict=True))
        columns: list[Any] = [np.array(column, kind) for column, kind in zip(known, DTYPES, strict=False)]
        columns += [column.astype(np.uint32) for column in (sizes, *self._tokens(sizes))]
        columns.append(codes(self._heads) if self._sieve else np.zeros(len(sizes), CODE))
        return Facts(*columns)

    def _tokens(self, sizes: npt.NDArray[np.int64]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
        """Of each row all tokens, and those that are learned."""
        if self._counter is None:
            return np.zeros_like(sizes), np.zeros_like(sizes)
        counts = self._counter.counts(self._texts)
        learned = np.fromiter(chain.from_iterable([shape.trained for shape in self._shapes]), np.bool_, len(counts))
        row = np.repeat(np.arange(len(sizes)), sizes)
        if self._tally is not None:
            self._tally.add([role for shape in self._shapes for role in shape.roles], row, counts, len(sizes))
        around = [self._counter.around(shape.roles, shape.trained) if shape.roles else (0, 0) for shape in self._shapes]
        all_around, learned_around = (
            np.fromiter(chain.from_iterable(around), np.int64, 2 * len(around)).reshape(-1, 2).T
        )
        tokens = np.bincount(row, counts, len(sizes)) + all_around
        return tokens, np.bincount(row, counts * learned, len(sizes)) + learned_around


def _joined(roles: tuple[str, ...], texts: list[str]) -> bytes:
    return joined_for_sieve(zip(roles, texts, strict=True)).encode()


def spoken(example: dict[str, Any]) -> list[tuple[str, str, bool]]:
    """What is said in an example without an error: by whom, the text, and whether it is learned."""
    if kind_of(example) == "chat":
        return [(m["role"], text_of(m), is_trained(m)) for m in example["messages"]]
    return [(who, text, who in ("completion", "preferred_output")) for _, who, text in texts_of(example)]
