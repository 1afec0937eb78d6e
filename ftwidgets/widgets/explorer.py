"""The DataExplorer: a data set as conversations, what was found in it, and all that one does to prepare it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

import traitlets

from ftwidgets.data import Dataset, Findings, load
from ftwidgets.data.loading import Loadable
from ftwidgets.errors import FtwidgetsError, InputError
from ftwidgets.widgets import acts, causes, changes, tokens
from ftwidgets.widgets.checking import Checking
from ftwidgets.widgets.conversion import Conversion, TemplateTrait
from ftwidgets.widgets.desk import Desk
from ftwidgets.widgets.display import Display
from ftwidgets.widgets.script import joined
from ftwidgets.widgets.shares import Shares, asked
from ftwidgets.widgets.sought import MARKS, Sought
from ftwidgets.widgets.traits import BarsTrait, LineTrait, ModelTrait, RuleTrait, refusing
from ftwidgets.widgets.widget import Widget

AT_ONCE = 20_000
"""So many rows are checked before the widget goes on; more are checked in a thread."""

SHARES = tuple(field.name for field in fields(Shares))
SOUGHT = ("search", "only_findings", "rule", "label", "marked", "between")


class DataExplorer(Widget):
    """Shows a data set and prepares it: rows as conversations, findings with their fixes, edits, split and cost.

    `data` is a Dataset, or what `load` takes: a path, a file's bytes, a list of examples, a DataFrame. With `beside`, a
    validation file of the same kinds, rows that are in both are found too.

    What Python gets: `dataset` is the data as they are now, each change one of its `steps`; it can be set too, and
    `undo` takes the last one back. `findings` is what the check finds in them, `selected` the line that is shown: where
    its row is deleted, the next one's, None where no row is left. `parts` are the data sets of the split by
    `validation` and `test`, parts of 1, and `seed`; with `stratify` each part has of each label its share. `code` does
    all of it again.

    What is shown: `search` keeps the rows that hold a text, in any case, `only_findings` those in which something was
    found, `rule` those of one rule, `label` those with this answer, `marked` those that are "reviewed", "not reviewed"
    or "changed", `between` those within a bar, such as {"tokens": (20, 60)}. `model` is the one whose tokens are
    counted. `template` holds the texts by which chats are made of a table, of system, user and assistant, at first as
    they are guessed. Each may be given, read and set in Python.

    Raises:
        InputError: there is no such file, or a trait is set to what cannot be: a line without a row, impossible shares.
    """

    _esm = joined("explorer.js")

    view = traitlets.Dict().tag(sync=True, to_json=lambda _, explorer: explorer.snapshot())
    selected = LineTrait().tag(sync=True)
    search = traitlets.Unicode("").tag(sync=True)
    only_findings = traitlets.Bool(False).tag(sync=True)
    rule = RuleTrait("").tag(sync=True)
    label = traitlets.Unicode("").tag(sync=True)
    marked = traitlets.Enum(MARKS, "").tag(sync=True)
    between = BarsTrait().tag(sync=True)
    model = ModelTrait(None, allow_none=True).tag(sync=True)
    template = TemplateTrait().tag(sync=True)
    validation = traitlets.Float(0.2).tag(sync=True)
    test = traitlets.Float(0.2).tag(sync=True)
    seed = traitlets.Int(7).tag(sync=True)
    stratify = traitlets.Bool(False).tag(sync=True)

    def __init__(self, data: Loadable, beside: Loadable | None = None, **chosen: Any) -> None:
        loaded, other = load(data), None if beside is None else load(beside)
        self._desk = Desk(loaded, other, chosen.get("model"))
        self._checking = Checking(self._desk, self._hear, self._checked)
        if len(loaded) <= AT_ONCE:
            self._desk.check()
        self._seen, self._moving = self._desk.is_checked, False
        self._display, self._conversion = Display(self._desk), Conversion(self._desk)
        super().__init__(**chosen)
        if chosen.keys() & {*SOUGHT}:
            self._find(None)
        self.on_msg(self._asked)
        if not self._seen:
            self._checking.start()

    @property
    def data(self) -> Dataset:
        """The data as they were given."""
        return self._desk.data

    @property
    def dataset(self) -> Dataset:
        """The data as they are now."""
        return self._desk.dataset

    @dataset.setter
    def dataset(self, dataset: Dataset) -> None:
        self._put(dataset)

    @property
    def findings(self) -> Findings:
        """What the check finds in the data as they are now; waits for it where it is still going on."""
        self._checking.wait()
        if not self._desk.is_checked:
            self._desk.check()
            self._display.renew()
        assert self._desk.findings is not None
        return self._desk.findings

    def undo(self) -> None:
        """Take back what was done last, all fixes of one click together; where nothing was done, nothing happens."""
        self._put(self._desk.undone())

    @property
    def parts(self) -> tuple[Dataset, ...]:
        """The data sets of the split as it is set: train and validation, and test where its share is above 0."""
        return self._shares.parts(self.dataset)

    @property
    def code(self) -> str:
        """What was done, and the split, in Python; `data` are those that were given, or loaded by their name."""
        return "\n".join(part for part in (self.dataset.record.code, self._shares.code) if part)

    @property
    def title(self) -> str:
        """One line: the data set, how much it holds, and what was found."""
        return self._display.title

    def twin(self) -> str:
        """The findings, the first conversations, how long they are, and the split, as tables, pictures and text."""
        return self._display.twin(self._shares) + self._conversion.twin(self.template)

    def set_state(self, sync_data: dict[str, Any]) -> None:
        """What a view sets. It may select a row that Python has just deleted: then it hears what is selected."""
        gone = "selected" in sync_data and sync_data["selected"] not in self.dataset.index.number
        super().set_state({name: value for name, value in sync_data.items() if not gone or name != "selected"})
        if gone:
            self.send_state("selected")

    def snapshot(self) -> dict[str, Any]:
        """All that a view begins with, as plain values."""
        with self._checking.lock:
            shown = self._display.snapshot(self._sought, self.selected, self._shares)
            return shown | self._conversion.snapshot(self.template, self.selected) | {"code": self.code}

    def _put(self, dataset: Dataset, show: int | None = None) -> None:
        """Go on with other rows, tell the views what is different, and show the line that is named."""
        with self._checking.lock:
            before = self.dataset
            self._desk.put(dataset)
            if len(dataset) <= AT_ONCE:
                self._desk.check()
            self._display.renew()
            self._moving = True
            if show is not None and self._desk.place(show) is not None and self._display.shows(show, self._sought):
                self.selected = show
            elif self._desk.place(self.selected) is None:
                self.set_trait("selected", self._display.next(self._desk.heir(before, self.selected), self._sought))
            self._moving = False
            self.template = self._conversion.renewed(self.template)
            self._tell()
            if not self._desk.is_checked:
                self._checking.start()

    def _checked(self) -> None:
        """Tell what a check in a thread has found."""
        self._display.renew()
        self._tell()
        if not self._seen:
            self._seen = True
            self.send_state("view")  # what a saved notebook will show

    def _hear(self, done: int, rows: int) -> None:
        """Tell how far the check is, in hundredths: at most so many messages."""
        if (words := f"being checked: {100 * done // max(rows, 1)} %") != self._display.progress:
            self._display.progress = words
            self.send({"head": self._display.head()})

    def _tell(self) -> None:
        with self._checking.lock:
            told = self._display.news(self._sought, self.selected, self._shares)
            if told := told | self._conversion.news(self.template, self.selected):
                self.send(told)

    def _asked(self, _: Any, message: Mapping[str, Any], __: Any) -> None:
        """A view lacks something, or somebody did something in it."""
        try:
            if message["kind"] in ("mend", "fix"):
                self.findings  # noqa: B018 waits for them: what is mended is what was found
            with self._checking.lock:
                answer = self._answer(message)
        except FtwidgetsError as error:
            answer = {"problem": str(error)}
        except Exception as error:  # a fault of ours: told in the view, and in the kernel's log
            self.send({"problem": f"This failed inside ftwidgets ({type(error).__name__}). The data are as they were."})
            raise
        self.send(answer | ({"by": message["by"]} if "by" in message else {}))

    def _answer(self, message: Mapping[str, Any]) -> dict[str, Any]:
        kind, display = message["kind"], self._display
        if kind in acts.ACTS:
            return self._do(message)
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "lines": lambda: display.lines(message["found"], message["first"], message["last"]),
            "split": lambda: {"split": self._share(message)},
            "draft": lambda: {"draft": acts.draft(self._desk, message.get("line"))},
            "page": lambda: {"page": causes.page(message["rule"])},
            "places": lambda: {"places": display.places(message["rule"], message["first"])},
            "tokens": lambda: {"tokens": tokens.drawn(self._desk, message["line"])},
            "code": lambda: {"code": self.code},
            "changes": lambda: {"changes": changes.changes(self.dataset.diff())},
        }
        return answers[kind]()

    def _do(self, message: Mapping[str, Any]) -> dict[str, Any]:
        before, kind, last = self.dataset, message["kind"], self._desk.last
        dataset = acts.after(self._desk, message)
        if dataset is before:
            return {"said": "Nothing is different.", "done": kind}
        steps = last if kind == "undo" else dataset.steps[len(before.steps) :]
        self._put(dataset, steps[0].lines[0] if kind in ("mend", "undo", "add") else None)
        return {"said": acts.told(kind, steps), "done": kind}

    def _share(self, message: Mapping[str, Any]) -> dict[str, Any]:
        try:
            shares = asked(message)
            shares.parts(self.dataset)
        except InputError as error:
            return self._display.split(self._shares) | {"problem": str(error)}
        with self.hold_trait_notifications():
            for name, value in asdict(shares).items():
                setattr(self, name, value)
        return self._display.split(self._shares)

    @traitlets.default("selected")
    def _first(self) -> int | None:
        return int(self.data.index.number[0]) if len(self.data) else None

    @traitlets.default("template")
    def _guessed(self) -> dict[str, str]:
        return self._conversion.guess

    @traitlets.validate(*SHARES)
    @refusing
    def _can_be_split(self, proposal: Any) -> Any:
        name, value = proposal["trait"].name, proposal["value"]
        replace(self._shares, **{name: value}).parts(self.dataset)
        return value

    @traitlets.observe(*SHARES, "template")
    def _tell_anew(self, _: Any) -> None:
        self._tell()

    @traitlets.observe("model")
    def _count_anew(self, change: Any) -> None:
        if change["new"] != self._desk.model:
            with self._checking.lock:
                self._desk.count_as(change["new"])
                self._put(self.dataset)

    @traitlets.observe(*SOUGHT)
    def _find(self, _: Any) -> None:
        """The row that is shown is one of those found, where there are any."""
        if self._sought != Sought(search=self.search):
            self.findings  # noqa: B018 waits for them
        found = self._display.found(self._sought)
        if len(found) and not self._display.shows(self.selected, self._sought):
            self.selected = self.dataset.rows[int(found[0])].number
        self._tell()

    @traitlets.observe("selected")
    def _show(self, _: Any) -> None:
        """A row that was asked for is shown, whatever else was searched."""
        if len(self.dataset) and not self._moving and not self._display.shows(self.selected, self._sought):
            with self.hold_trait_notifications():
                self.search, self.rule, self.label, self.marked, self.between = "", "", "", "", {}
                self.only_findings = False
        self._tell()

    @property
    def _shares(self) -> Shares:
        return Shares(*(getattr(self, name) for name in SHARES))

    @property
    def _sought(self) -> Sought:
        return Sought(*(getattr(self, name) for name in SOUGHT))
