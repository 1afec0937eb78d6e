"""What the explorer offers for rows that are no chats yet: a template for a table, one click for a known layout."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from html import escape
from typing import Any

import orjson
import traitlets

from ftwidgets.data import Dataset, Template
from ftwidgets.data.converting import convert
from ftwidgets.data.row import Row
from ftwidgets.errors import InputError
from ftwidgets.quantities import count
from ftwidgets.widgets.desk import Desk
from ftwidgets.widgets.layouts import Layouts
from ftwidgets.widgets.turns import turns

MOST_COLUMNS, LONGEST = 60, 100
"""So many columns have a button, of names no longer than this; others can be named all the same."""

KNOWN = ("ShareGPT", "Alpaca", "prompt/completion", "chosen/rejected")
"""The layouts from which one click makes chats."""

Wire = dict[str, Any]
Texts = dict[str, str]

BLANK: Texts = {"user": "", "assistant": "", "system": ""}


class TemplateTrait(traitlets.Any):
    """A template as the explorer keeps it: its texts by role. A `Template`, or a part of the roles, will do too."""

    def validate(self, _: Any, value: Any) -> Texts:
        """All three texts; whether they make a template is told in the explorer, where one is still typing."""
        given = asdict(value) if isinstance(value, Template) else value
        if not isinstance(given, Mapping) or not given.keys() <= BLANK.keys():
            raise InputError(f"{value!r:.80} is no template. Give texts for user, assistant and, where wanted, system.")
        if wrong := next((text for text in given.values() if not isinstance(text, str | None)), None):
            raise InputError(f"A template's texts are texts with {{column}} in them, not {wrong!r:.40}.")
        return BLANK | {role: text for role, text in given.items() if text}


def template_of(texts: Mapping[str, str]) -> Template:
    """The template of what is typed. Raises InputError where it is none."""
    try:
        "".join(texts.values()).encode()
    except UnicodeEncodeError as error:
        raise InputError("The template holds half a character, which no file can hold: type it anew.") from error
    system = texts["system"] if texts["system"].strip() else None
    return Template(user=texts["user"], assistant=texts["assistant"], system=system)


def converted(desk: Desk, asked: Mapping[str, Any]) -> Dataset:
    """The rows in another format: by the template's texts in `to`, or as "chat" or "preference"."""
    to = asked["to"]
    return convert(desk.dataset, template_of(BLANK | to) if isinstance(to, dict) else to)


class Conversion:
    """What can be made of the rows on a desk, and what the views know of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._layouts = Layouts(desk.dataset)
        self._known: Wire = {"conversion": None}
        self.guess = self._layouts.guess

    def renewed(self, template: Texts) -> Texts:
        """The template to go on with: where nobody has changed what was guessed, the guess for the rows as they are."""
        if template == self.guess and self.layouts.is_table:
            self.guess = self.layouts.guess
            return self.guess
        return template

    @property
    def layouts(self) -> Layouts:
        """The layouts of the rows as they are now."""
        if self._layouts.data is not self._desk.dataset:
            self._layouts = Layouts(self._desk.dataset)
        return self._layouts

    def news(self, template: Texts, line: int | None) -> Wire:
        """What is different from what the views know."""
        before = self._known
        told = self.snapshot(template, line)
        return {} if before == told else told

    def snapshot(self, template: Texts, line: int | None) -> Wire:
        """What the panel shows: nothing, ways from a known layout, or the columns and what the template makes."""
        layouts = self.layouts
        told = self._table(template, line) if layouts.is_table else _ways(layouts) if layouts.common in KNOWN else None
        self._known = {"conversion": told}
        return self._known

    def twin(self, template: Texts) -> str:
        """One sentence on what is offered, as HTML; none where nothing is."""
        layouts = self.layouts
        if layouts.is_table:
            texts = ", ".join(f"{role}={text!r}" for role, text in template.items() if text)
            code = escape(f"ft.convert(data, ft.Template({texts}))")
            return f"<p>These rows are a table. A template makes chats of them: <code>{code}</code></p>"
        if layouts.common in KNOWN:
            return f'<p>{escape(_ways(layouts)["about"])} <code>ft.convert(data, "chat")</code></p>'
        return ""

    def _table(self, template: Texts, line: int | None) -> Wire:
        layouts = self.layouts
        shown = [name for name in layouts.columns if len(name) <= LONGEST and not {"{", "}"} & {*name}]
        fixed = {"layout": "table", "columns": shown[:MOST_COLUMNS], "line": line}
        if problem := self._problem(template):
            return fixed | {"problem": problem, "note": "", "row": None, "words": "Make chats"}
        made = template_of(template)
        words = f"Make {count(layouts.having(made.columns), 'chat')}"
        return fixed | {"problem": "", "words": words} | self._preview(made, line)

    def _problem(self, template: Texts) -> str:
        """Why no chats can be made with what is typed; nothing where they can."""
        try:
            made = template_of(template)
            made.require(self.layouts.columns)
        except InputError as error:
            return str(error)
        return "" if self.layouts.having(made.columns) else "No row has all of these columns."

    def _preview(self, made: Template, line: int | None) -> Wire:
        """The row of a line as the chat that it will be, or why it stays as it is."""
        place = self._desk.place(line)
        if place is None or line is None:
            return {"row": None, "note": ""}
        row = self._desk.dataset.rows[place]
        if why := next(_against(row, made), ""):
            return {"row": None, "note": f"Line {line} {why}: it stays as it is."}
        chat = made.apply(row.value)
        try:
            raw = orjson.dumps(chat)
        except TypeError:  # half a surrogate pair: no JSON can hold it
            return {"row": None, "note": f"Line {line} holds what cannot be written as JSON."}
        return {"row": turns(Row(line, 0, raw, chat), []), "note": ""}


def _against(row: Row, made: Template) -> Iterator[str]:
    if row.fault is not None:
        yield "cannot be read"
    elif not isinstance(row.value, dict):
        yield "is not an object"
    else:
        yield from (f"has no column '{name}'" for name in made.columns if name not in row.value)


def _ways(layouts: Layouts) -> Wire:
    number, name = layouts.count, str(layouts.common)
    rows = count(number, f"{name} row")
    compared = name == "chosen/rejected"
    pairs = [{"to": "preference", "words": f"Make preference pairs of {rows}"}] if compared else []
    about = f"{count(number, 'row')} {'has' if number == 1 else 'have'} the layout {name}. Each becomes a conversation"
    return {
        "layout": "known",
        "about": f"{about}; as chats they lose the rejected answers." if compared else f"{about}.",
        "ways": [*pairs, {"to": "chat", "words": f"Make chats of {rows}"}],
    }
