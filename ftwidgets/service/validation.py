"""A job's files, held against the format rules before it trains; what is wrong, in OpenAI's codes and words."""

from __future__ import annotations

from dataclasses import dataclass

from ftwidgets.data import Dataset, Findings, faults, jsonl
from ftwidgets.data.terms import FEWEST
from ftwidgets.errors import InputError
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record

PARAM = {"training": "training_file", "validation": "validation_file"}


@dataclass(frozen=True)
class Refusal:
    """Why a job failed before it began: the `error` of its record."""

    code: str
    message: str
    param: str | None

    def record(self) -> Record:
        """The error as OpenAI's API shows it."""
        return {"code": self.code, "message": self.message, "param": self.param}


def validated(store: Store, job: Record) -> Dataset | Refusal:
    """The training examples of `job` when both its files are sound, else why they are not."""
    training = _sound(store, str(job["training_file"]), "training", fewest=FEWEST)
    if isinstance(training, Refusal) or job["validation_file"] is None:
        return training
    validation = _sound(store, str(job["validation_file"]), "validation", fewest=1)
    return validation if isinstance(validation, Refusal) else training


def _sound(store: Store, file: str, role: str, *, fewest: int) -> Dataset | Refusal:
    try:
        data = jsonl(store.blob(file))
    except InputError:
        return Refusal(
            f"invalid_{role}_file", f"The {role} file {file} is not there any more. Upload it again.", PARAM[role]
        )
    errors = faults(data, fewest=fewest).errors
    return _refusal(errors, data, role, fewest) if errors else data


def _refusal(errors: Findings, data: Dataset, role: str, fewest: int) -> Refusal:
    first, param = errors[0], PARAM[role]
    if first.rule in ("too-few-examples", "empty-file"):
        counted = f"{role.capitalize()} file has {len(data)} example(s), but must have at least {fewest} examples"
        return Refusal("invalid_n_examples", f"{counted}. {first.remedy}", param)
    intro = f"The job failed due to an invalid {role} file."
    if first.rule in ("unknown-format", "preference-pair"):
        known = "Unexpected file format, expected either prompt/completion pairs or chat messages."
        return Refusal(f"invalid_{role}_file", f"{intro} {known} {first}", param)
    code = f"invalid_{role}_file"
    if first.rule == "extra-key":
        code, intro = "invalid_file_format", f"The job failed due to a file format error in the {role} file."
    others = f" ({len(errors) - 1} more: ftwidgets check FILE lists them all)" if len(errors) > 1 else ""
    return Refusal(code, f"{intro} Invalid file format. {first}{others}", param)
