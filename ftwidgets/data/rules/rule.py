"""What a rule is: a function that finds faults, with its level, its page of documentation and its examples."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt
import orjson

Level = Literal["error", "warning", "note"]

LEVELS: tuple[Level, ...] = ("error", "warning", "note")
"""Of an error a job would fail; a warning trains, but probably does harm; a note is worth knowing."""


Scope = Literal[
    "line", "row", "example", "item", "message", "turns", "pair", "preference", "text", "talk", "file", "between"
]
"""What a rule's function is given.

line: a `Row` that cannot be read · row: a `Row` that can, and the `Terms` · example: an object of a known format,
before its messages are looked at; the input of a preference example too · item: what stands where a message should ·
message: one, an object · turns: a chat example in which no message has an error · pair: a prompt/completion example ·
preference: a preference example · text: what is said in one message, and by whom, in a row without an error · talk:
all that is said in such a row, as `texts_of` tells it · file: the survey of a whole data set · between: of two.
"""


class Fault(NamedTuple):
    """What a rule found: what is wrong with the value shown, the remedy, and where.

    `message_index` counts from 1; rules of scope message and text leave it out, it is filled in. `span` are the
    characters of the text, from and to, that the finding is about.
    """

    message: str
    remedy: str
    field: str | None = None
    message_index: int | None = None
    span: tuple[int, int] | None = None


class Mend(NamedTuple):
    """What a fix would do, in words for a button; `value` is what then stands there, None where the row goes.

    Of a rule about a file, `value` is what the example at `place` becomes, or where `place` is -1 a function that is
    called with each example and gives what it becomes.
    """

    words: str
    value: Any
    place: int = -1


class Spot(NamedTuple):
    """One place where a rule about a file found something: see `Spots`."""

    place: int
    other: int
    value: float


class Spots(NamedTuple):
    """Where a rule about a file found something: N rows by their places from 0, -1 for the file as a whole.

    `other` are the places of the rows that they are held against (in the other file, for rules between two), -1 for
    none; `value` is a number that says how much.
    """

    place: npt.NDArray[np.int64]
    other: npt.NDArray[np.int64]
    value: npt.NDArray[np.float32]

    @classmethod
    def of(cls, place: npt.ArrayLike, other: npt.ArrayLike = -1, value: npt.ArrayLike = 0.0) -> Spots:
        """Spots at these places; what is one number holds for all."""
        places = np.atleast_1d(np.asarray(place, np.int64))
        others, values = np.asarray(other, np.int64), np.asarray(value, np.float32)
        return cls(places, np.broadcast_to(others, places.shape), np.broadcast_to(values, places.shape))

    @classmethod
    def of_file(cls, found: bool, value: float = 0.0) -> Spots:
        """One spot for the whole file where something was found, else none."""
        return cls.of([-1] if found else [], value=value)


Finder = Callable[..., Any]
Mender = Callable[..., Any]
Teller = Callable[..., Fault]


@dataclass
class Rule:
    """A rule: `find` yields the faults of what its scope says.

    Rules about a file give the `Spots` where they found something, and `tell` of each when it is looked at.

    `fails` and `passes` are rows in which it finds something and nothing: examples, or lines as bytes; where the rule
    is about a whole file, lists of them. `hint` is a regular expression without which a text cannot fail: with it, only
    the texts that hold it are looked at.

    `mend` is what can be done about a fault, of (what the function was given, the fault); None where this one cannot
    be mended; of rules about a file it may be a list, of which one is chosen. Rules between two files give `tell` and
    `mend` the other survey too. `safe` is whether it may be done without asking, since nothing that the model should
    learn is lost.
    """

    id: str
    level: Level
    scope: Scope
    find: Finder
    fails: tuple[Any, ...]
    passes: tuple[Any, ...]
    hint: str | None = None
    tell: Teller | None = None
    mend: Mender | None = None
    safe: bool = False
    number: int = field(default=-1)

    @property
    def title(self) -> str:
        """What is wrong, in one sentence."""
        return self._paragraphs[0]

    @property
    def why(self) -> str:
        """Why it matters."""
        return next(one.removeprefix("Why: ") for one in self._paragraphs if one.startswith("Why: "))

    @property
    def page(self) -> list[str]:
        """The paragraphs of the documentation, the title and the reason first."""
        rest = [one for one in self._paragraphs[1:] if not one.startswith("Why: ")]
        return [self.title, self.why, *rest]

    @property
    def _paragraphs(self) -> list[str]:
        text = inspect.cleandoc(self.find.__doc__ or "")
        return [" ".join(paragraph.split()) for paragraph in text.split("\n\n")]


RULES: dict[str, Rule] = {}
"""All rules by their ids, in the order in which they are held against a row."""


def rule(
    name: str, level: Level, scope: Scope, *, fails: Any, passes: Any, hint: str | None = None
) -> Callable[[Finder], Rule]:
    """Make a rule of a generator of faults. Its docstring is its page: a title, a paragraph "Why: …", and more.

    `fails` and `passes` are one row each, or a tuple of several.
    """

    def keep(find: Finder) -> Rule:
        wrong, right = (one if isinstance(one, tuple) else (one,) for one in (fails, passes))
        made = Rule(name, level, scope, find, wrong, right, hint=hint, number=len(RULES))
        if RULES.setdefault(name, made) is not made:
            raise ValueError(f"Two rules are called {name}.")
        return made

    return keep


def file_rule(name: str, level: Level, *, fails: Any, passes: Any, scope: Scope = "file") -> Callable[[Finder], Rule]:
    """Make a rule of a function that gives the `Spots` of a survey; `tells` makes their words."""
    return rule(name, level, scope, fails=fails, passes=passes)


def tells(one: Rule) -> Callable[[Teller], Teller]:
    """Make a function of (survey, spot) the words of a rule about a file."""

    def keep(tell: Teller) -> Teller:
        one.tell = tell
        return tell

    return keep


def mends(one: Rule, *, safe: bool = False) -> Callable[[Mender], Mender]:
    """Make a function the fix of a rule."""

    def keep(mend: Mender) -> Mender:
        one.mend, one.safe = mend, safe
        return mend

    return keep


def shown(value: object, most: int = 40) -> str:
    """A value as it is quoted in a sentence: a text in quotation marks, else JSON; where it is long, cut with a "…"."""
    if isinstance(value, str):
        return repr(value if len(value) <= most else f"{value[: most - 1]}…")
    text = orjson.dumps(value).decode()
    return text if len(text) <= most else f"{text[: most - 1]}…"
