"""Rules about what a data set was read from."""

from __future__ import annotations

import numpy as np

from ftwidgets.data.rules.rule import Fault, Spot, Spots, file_rule, tells
from ftwidgets.data.rules.samples import CHAT, PAIR
from ftwidgets.data.survey import Survey


@file_rule("not-jsonl", "note", fails=(b"prompt,completion\na,b\nc,d\n",), passes=([CHAT], [PAIR]))
def not_jsonl(survey: Survey) -> Spots:
    """A file is a table, a list or an archive, and not JSONL.

    Why: it can be read here, but a service takes JSONL only: sent as it is, it would be refused.

    `ft.upload` and `ft.launch` send the rows as JSONL, and `data.write` writes them so.
    """
    return Spots.of_file(survey.data.origin.format not in ("jsonl", "DataFrame"))


@tells(not_jsonl)
def _not_jsonl(survey: Survey, spot: Spot) -> Fault:
    what = f"The file is {survey.data.origin.format}, and not JSONL: as it is, a service would refuse it."
    return Fault(what, "ft.upload sends its rows as JSONL, and data.write saves them as JSONL.")


@file_rule("reader-note", "note", fails=(b'prompt,completion\n"a",b\nc,d\ne,f,g\n',), passes=([CHAT],))
def reader_note(survey: Survey) -> Spots:
    """The reader noticed something about a file.

    Why: what stands in the file is not quite what was read from it.
    """
    notes = np.arange(len(survey.data.origin.notes))
    return Spots.of(np.full(len(notes), -1), value=notes)


@tells(reader_note)
def _noted(survey: Survey, spot: Spot) -> Fault:
    return Fault(survey.data.origin.notes[int(spot.value)], "Look at the file, and load it again if it is not right.")
