"""What a recording has come to, in words."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ftwidgets import page
from ftwidgets.quantities import count
from ftwidgets.salvage.golden import TERMS
from ftwidgets.salvage.quote import Quote


@dataclass(frozen=True, repr=False)
class Recording:
    """What was recorded: how many answers `asked` for now, how many are `left`, and without a yes the size and
    price of what is `missing`.

    `golden` are the files of prompts and answers; `notes` what one should know, in sentences.
    """

    asked: int
    left: int
    answers: Path
    missing: Quote | None = None
    golden: tuple[Path, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def sentences(self) -> list[str]:
        """All of it in words."""
        told = [] if self.asked else ["Nothing was sent."]
        if self.asked:
            told.append(f"{count(self.asked, 'prompt')} asked; the answers are in {self.answers}.")
        if self.left and self.missing is None:
            told.append(f"{count(self.left, 'answer')} still missing: the same again asks for them.")
        told += self.notes
        if self.golden:
            told.append(f"{', '.join(map(str, self.golden))}: a test set and a training file in one. {TERMS}")
        return [str(self.missing), *told] if self.missing and not self.asked else told

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        return "\n".join(map(page.paragraph, self.sentences))
