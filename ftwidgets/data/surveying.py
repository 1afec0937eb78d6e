"""The one look at each row of a data set: its facts, and what the rules about rows find in it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import xxhash

from ftwidgets.bases.chat import text_of
from ftwidgets.data.counting import Counter, is_trained
from ftwidgets.data.dataset import Dataset
from ftwidgets.data.examination import examined, is_plain, text_findings, texts_of
from ftwidgets.data.hits import Hits, hits_of, hits_of_row
from ftwidgets.data.kinds import KINDS, kind_of
from ftwidgets.data.row import Row, read
from ftwidgets.data.rules.terms import Terms
from ftwidgets.data.sieve import Sieve
from ftwidgets.data.survey import DTYPES, Facts

CHUNK = 2048
"""Rows whose texts are counted and sieved together."""

Text = tuple[str, str, bool]
"""Who speaks, what is said, and whether it is learned."""


class Look(NamedTuple):
    """What one look at some rows gave: their facts, and where the rules about rows found something."""

    facts: Facts
    hits: Hits


def looked_at(
    data: Dataset,
    terms: Terms,
    *,
    counter: Counter | None = None,
    sieve: Sieve | None = None,
    heard: Callable[[int], None] | None = None,
) -> Look:
    """Look at each row once. Without a `counter` no tokens are counted, without a `sieve` no texts are judged.

    `heard` hears how many rows have been looked at.
    """
    columns, hits = [], []
    raws, numbers, start = data.raws(), data.index.number, 0
    while chunk := list(islice(raws, CHUNK)):
        looks = Looks(terms, counter, sieve, start)
        for number, raw in zip(numbers[start : start + len(chunk)].tolist(), chunk, strict=True):
            looks.at(raw, number)
        columns.append(looks.facts())
        hits += looks.hits
        start += len(chunk)
        if heard:
            heard(start)
    facts = Facts(*map(np.concatenate, zip(*columns, strict=True))) if columns else Facts.none()
    return Look(facts, hits_of(hits))


class Looks:
    """What is gathered of some rows, the first of which is at the place `start`."""

    def __init__(self, terms: Terms, counter: Counter | None, sieve: Sieve | None, start: int) -> None:
        self._terms, self._counter, self._sieve, self._start = terms, counter, sieve, start
        self._plain_fits = terms.kind == "chat" and terms.method == "supervised"
        self._rows: list[tuple[int, bool, int, int, int, int, int]] = []
        self._texts: list[list[Text]] = []
        self._examples: list[Any] = []
        self.hits: list[tuple[int, int, int, int, float]] = []

    def at(self, raw: bytes, number: int) -> None:
        """Look at one row."""
        value, fault = read(raw)
        if self._plain_fits and is_plain(value) and raw.count(b'":') == 1 + 2 * len(value["messages"]):
            messages = value["messages"]
            self._keep(1, [(m["role"], m["content"], m["role"] == "assistant") for m in messages], len(messages), value)
            return
        found = list(examined(Row(number, 0, raw, value, fault), self._terms, texts=False))
        self.hits += hits_of_row(self._start + len(self._rows), found)
        kind = -1 if fault is not None else KINDS.index(kind_of(value))
        if any(rule.level == "error" for rule, _ in found):
            self._rows.append((kind, False, 0, 0, 0, 0, 0))
            self._texts.append([])
            self._examples.append(None)
        else:
            texts = said(value)
            self._keep(kind, texts, len(texts), value)

    def _keep(self, kind: int, texts: list[Text], messages: int, value: Any) -> None:
        last = next((n for n in range(len(texts) - 1, -1, -1) if texts[n][0] in ("assistant", "completion")), 0)
        if kind == KINDS.index("preference"):
            last = len(texts) - 2
        prompt, answer = _hash(texts[:last]), _hash(texts[last:])
        system = xxhash.xxh32_intdigest(texts[0][1].encode()) if texts[0][0] in ("system", "developer") else 0
        self._rows.append((kind, True, prompt, answer, system, len(texts[last][1]), messages))
        self._texts.append(texts)
        self._examples.append(value)

    def facts(self) -> Facts:
        """The facts of the rows; their texts are counted and judged now."""
        known = list(zip(*self._rows, strict=True))
        columns: list[Any] = [np.array(column, kind) for column, kind in zip(known, DTYPES, strict=False)]
        tokens, trained = self._tokens() if self._counter else np.zeros((2, len(self._rows)), np.uint32)
        if self._sieve:
            self._judge(self._sieve)
        columns += [tokens.astype(np.uint32), trained.astype(np.uint32)]
        return Facts(*columns)

    def _tokens(self) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any]]:
        assert self._counter
        flat = [text for texts in self._texts for text in texts]
        counts = self._counter.counts([text for _, text, _ in flat]).astype(np.float64)
        row = np.repeat(np.arange(len(self._texts)), [len(texts) for texts in self._texts])
        learned = np.fromiter((trained for _, _, trained in flat), np.bool_, len(flat))
        around = np.array([self._around(texts) for texts in self._texts], np.int64).reshape(-1, 2)
        tokens = np.bincount(row, counts, len(self._texts)) + around[:, 0]
        return tokens, np.bincount(row, counts * learned, len(self._texts)) + around[:, 1]

    def _around(self, texts: list[Text]) -> tuple[int, int]:
        if not texts or not self._counter:
            return 0, 0
        return self._counter.around(tuple(text[0] for text in texts), tuple(text[2] for text in texts))

    def _judge(self, sieve: Sieve) -> None:
        joined = ["\n".join(text for _, text, _ in texts) for texts in self._texts]
        for n in sieve.caught(joined):
            if self._examples[n] is not None:
                self.hits += hits_of_row(self._start + n, text_findings(self._examples[n]))


def said(example: dict[str, Any]) -> list[Text]:
    """What is said in an example without an error."""
    if kind_of(example) == "chat":
        return [(m["role"], text_of(m), is_trained(m)) for m in example["messages"]]
    return [(who, text, who in ("completion", "preferred_output")) for _, who, text in texts_of(example)]


def _hash(texts: Iterable[Text]) -> int:
    return xxhash.xxh3_64_intdigest("\x1e".join([part for who, text, _ in texts for part in (who, text)]).encode())
