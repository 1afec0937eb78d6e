"""A job's files, held against the format rules before it trains; what is wrong, in OpenAI's codes and words."""

from __future__ import annotations

from dataclasses import dataclass

from ftwidgets.data import Dataset, Findings, faults, jsonl
from ftwidgets.data.terms import FEWEST, Method
from ftwidgets.errors import InputError
from ftwidgets.service.schema import LEGACY
from ftwidgets.service.store import Store
from ftwidgets.service.wire import Record

AS_PREFERENCE = (
    'Write {"input": {"messages": [...]}, "preferred_output": [{"role": "assistant", "content": "..."}], '
    '"non_preferred_output": [...]}, or start a job with the method supervised.'
)

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
    """The training examples of `job` when both its files are sound for its method, else why they are not."""
    if store.columns("jobs", job["id"])["api"] == LEGACY:
        return _pairs(store, job)
    method: Method = (job.get("method") or {}).get("type", "supervised")
    training = _sound(store, str(job["training_file"]), "training", method, fewest=FEWEST)
    if isinstance(training, Refusal) or job["validation_file"] is None:
        return training
    validation = _sound(store, str(job["validation_file"]), "validation", method, fewest=1)
    return validation if isinstance(validation, Refusal) else training


def _pairs(store: Store, job: Record) -> Dataset | Refusal:
    """The same for a job of the legacy endpoint: pairs alone, and one is enough, as it was there."""
    files = {"training": job["training_file"], "validation": job["validation_file"]}
    found = [_pairs_in(store, str(file), role) for role, file in files.items() if file is not None]
    return next((one for one in found if isinstance(one, Refusal)), found[0])


def _pairs_in(store: Store, file: str, role: str) -> Dataset | Refusal:
    data = _sound(store, file, role, "supervised", fewest=1)
    if isinstance(data, Refusal) or data.kind == "prompt/completion":
        return data
    message = (
        f"The job failed due to an invalid {role} file. It holds chats, and this API (`/fine-tunes`) takes pairs of "
        "prompt and completion. Create the job with `/fine_tuning/jobs`, or make pairs of the chats."
    )
    return Refusal(f"invalid_{role}_file", message, PARAM[role])


def _sound(store: Store, file: str, role: str, method: Method, *, fewest: int) -> Dataset | Refusal:
    try:
        data = jsonl(store.blob(file))
    except InputError:
        return Refusal(
            f"invalid_{role}_file", f"The {role} file {file} is not there any more. Upload it again.", PARAM[role]
        )
    errors = faults(data, fewest=fewest, method=method).errors
    return _refusal(errors, data, role, method, fewest=fewest) if errors else data


def _refusal(errors: Findings, data: Dataset, role: str, method: Method, *, fewest: int) -> Refusal:
    first, param = errors[0], PARAM[role]
    if first.rule in ("too-few-examples", "empty-file"):
        counted = f"{role.capitalize()} file has {len(data)} example(s), but must have at least {fewest} examples"
        return Refusal("invalid_n_examples", f"{counted}. {first.remedy}", param)
    others = f" ({len(errors) - 1} more: ftwidgets check FILE lists them all)" if len(errors) > 1 else ""
    intro = f"The job failed due to an invalid {role} file."
    format_error = f"The job failed due to a file format error in the {role} file. Invalid file format."
    if method == "dpo" and first.rule in ("not-a-preference", "unknown-format"):
        lacks = f"Example {first.line} is missing key 'input'."
        return Refusal("invalid_file_format", f"{format_error} {lacks} {first.message} {AS_PREFERENCE}{others}", param)
    if first.rule in ("unknown-format", "preference-pair"):
        known = "Unexpected file format, expected either prompt/completion pairs or chat messages."
        return Refusal(f"invalid_{role}_file", f"{intro} {known} {first}", param)
    if first.rule == "extra-key":
        return Refusal("invalid_file_format", f"{format_error} {first}{others}", param)
    return Refusal(f"invalid_{role}_file", f"{intro} Invalid file format. {first}{others}", param)
