"""The DataExplorer: the rows of a data set as conversations, what the check found in them, and the split."""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

import traitlets

from ftwidgets import page
from ftwidgets.data import Dataset, Findings, check, load
from ftwidgets.data import page as data_page
from ftwidgets.data.labels import labels
from ftwidgets.errors import InputError
from ftwidgets.widgets.causes import by_line, causes
from ftwidgets.widgets.rows import Rows
from ftwidgets.widgets.script import joined
from ftwidgets.widgets.shares import Shares, asked
from ftwidgets.widgets.widget import Widget

AT_ONCE = 20_000
"""So many rows are checked before the widget is shown; more are checked in a thread."""


class DataExplorer(Widget):
    """Shows a data set: its rows as conversations, its findings by cause, and how a split shares it out.

    `data` is a Dataset, or what `load` takes: a path, a file's bytes, a list of examples.

    `selected` is the line of the row that is shown. `search` keeps the rows that hold a text, in any case, and
    `only_findings` those in which the check found something. `validation` and `test` are parts of 1 and `seed` is a
    whole number: with them `parts` are split. Each may be given, read and set in Python too.

    Raises:
        InputError: there is no such file, or a trait is set to what cannot be: a line without a row, impossible shares.
    """

    _esm = joined("explorer.js")

    view = traitlets.Dict().tag(sync=True, to_json=lambda _, explorer: explorer.snapshot())
    selected = traitlets.Int(0).tag(sync=True)
    search = traitlets.Unicode("").tag(sync=True)
    only_findings = traitlets.Bool(False).tag(sync=True)
    validation = traitlets.Float(0.2).tag(sync=True)
    test = traitlets.Float(0.2).tag(sync=True)
    seed = traitlets.Int(7).tag(sync=True)

    def __init__(
        self, data: Dataset | str | os.PathLike[str] | bytes | Sequence[Mapping[str, Any]], **chosen: Any
    ) -> None:
        self.data = data if isinstance(data, Dataset) else load(data)
        self._rows = Rows(self.data)
        self._labels = labels(self.data)
        self._matches: tuple[Any, Sequence[int]] = (None, ())
        self._sent: tuple[Any, set[int]] = (None, set())
        self._told: tuple[Shares | None, dict[str, Any]] = (None, {})
        self._findings: Findings | None = None
        self._checking = threading.Thread(target=self._check, daemon=True)
        if len(self.data) <= AT_ONCE:
            self._check()
        super().__init__(**({"selected": self.data.rows[0].number if len(self.data) else 0} | chosen))
        self.on_msg(self._asked)
        if self._findings is None:
            self._checking.start()

    @property
    def findings(self) -> Findings:
        """What the check found; waits for it where it is still going on."""
        if self._findings is None and self._checking.ident is None:
            self._check()  # asked before the widget is whole
        elif self._findings is None:
            self._checking.join()
        assert self._findings is not None
        return self._findings

    @property
    def parts(self) -> tuple[Dataset, ...]:
        """The data sets of the split as it is set: train and validation, and test where its share is above 0."""
        return self._shares.parts(self.data)

    @property
    def code(self) -> str:
        """The split in Python."""
        return self._shares.code

    @property
    def title(self) -> str:
        """One line: the data set, how much it holds, and what was found."""
        return f"DataExplorer of {self.data.name}: {self._rows.size}, {', '.join(self._tally)}"

    def twin(self) -> str:
        """The findings, the first conversations and the split, as tables and text."""
        parts = [f"<p><b>{escape(self.title)}</b></p>"]
        if self._findings:
            parts.append(data_page.causes(self._findings))
        if self.data.rows:
            parts += [data_page.conversations(self.data.rows[:3]), page.paragraph(self._split()["words"])]
        return "".join(parts)

    def snapshot(self) -> dict[str, Any]:
        """All that a view begins with, as plain values."""
        return {"head": self._head(), "causes": self._causes(), "window": self._window(), "split": self._split()}

    def _check(self) -> None:
        findings = check(self.data)
        self._rows.findings = by_line(findings)
        self._findings = findings
        if threading.current_thread() is self._checking:
            self.send({"head": self._head(), "causes": self._causes(), "window": self._window()})
            self.send_state("view")  # what a saved notebook will show

    def _asked(self, _: Any, message: dict[str, Any], __: Any) -> None:
        """A view lacks rows, or somebody typed a share."""
        if message.get("kind") == "window":
            self.send({"window": self._window(message.get("line"))})
        elif message.get("kind") == "split":
            self.send({"split": self._share(message)})

    def _share(self, message: dict[str, Any]) -> dict[str, Any]:
        try:
            shares = asked(message)
            shares.parts(self.data)
        except InputError as error:
            return self._split() | {"problem": str(error)}
        with self.hold_trait_notifications():
            self.validation, self.test, self.seed = shares.validation, shares.test, shares.seed
        return self._split()

    @traitlets.validate("selected")
    def _has_row(self, proposal: Any) -> Any:
        line = proposal["value"]
        if self.data.rows and self._rows.place(line) is None:
            first, last = self.data.rows[0].number, self.data.rows[-1].number
            raise InputError(
                f"{self.data.name} has no row in line {line}. Its rows are in the lines {first} to {last}."
            )
        return line

    @traitlets.validate("validation", "test", "seed")
    def _can_be_split(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        self.data.split(**{"validation": self.validation, "test": self.test, "seed": self.seed, name: value})
        return value

    @traitlets.observe("validation", "test", "seed")
    def _split_anew(self, _: Any) -> None:
        self.send({"split": self._split()})

    @traitlets.observe("search", "only_findings")
    def _find(self, _: Any) -> None:
        """The row that is shown is one of those found, where there are any."""
        found = self._found
        if found and self._rows.place(self.selected) not in found:
            self.selected = self._rows[found[0]].number
        if not self._rows.whole:
            self.send({"window": self._window()})

    @traitlets.observe("selected")
    def _show(self, _: Any) -> None:
        """A row that was asked for is shown, whatever else was searched."""
        if self.data.rows and self._rows.place(self.selected) not in self._found:
            with self.hold_trait_notifications():
                self.search, self.only_findings = "", False
        wanted, lines = self._sent  # what the view has; when it asks for more, it waits until no cell runs
        if wanted == (self.search, self.only_findings) and self.selected not in lines:
            self.send({"window": self._window()})

    @property
    def _shares(self) -> Shares:
        return Shares(self.validation, self.test, self.seed)

    @property
    def _found(self) -> Sequence[int]:
        """The places of the rows that the search keeps."""
        wanted = self.search, self.only_findings
        if self._matches[0] != wanted:
            lines = by_line(self.findings) if self.only_findings else None
            self._matches = wanted, self._rows.found(self.search, lines)
        return self._matches[1]

    @property
    def _tally(self) -> list[str]:
        return ["being checked"] if self._findings is None else self._findings.tally()

    def _head(self) -> dict[str, Any]:
        about, tally = self._rows.size + self._rows.format, " · ".join(self._tally)
        return {"name": self.data.name, "about": about, "tally": tally, "total": len(self.data)}

    def _causes(self) -> dict[str, Any]:
        return {"known": self._findings is not None, "list": causes(self._findings) if self._findings else []}

    def _window(self, line: int | None = None) -> dict[str, Any]:
        """The found rows around `line`, or around the selected one."""
        around = self._rows.around(line or self.selected, self._found)
        self._sent = (self.search, self.only_findings), {row["line"] for row in around["rows"]}
        return around | {"search": self.search, "only_findings": self.only_findings}

    def _split(self) -> dict[str, Any]:
        if self._told[0] != self._shares:
            self._told = self._shares, self._shares.told(self.data, self._labels)
        return self._told[1]
