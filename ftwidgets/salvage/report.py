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
    """What was recorded: how many answers `asked` for now, and of what is still `missing` the size and price.

    `golden` are the files of prompts and answers; `notes` what one should know, in sentences.
    """

    asked: int
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
        told += [*self.notes, *(f"{path}: a test set and a training file in one. {TERMS}" for path in self.golden)]
        return [str(self.missing), *told] if self.missing and not self.asked else told

    def __repr__(self) -> str:
        return "\n".join(self.sentences)

    def _repr_html_(self) -> str:
        return "\n".join(map(page.paragraph, self.sentences))
