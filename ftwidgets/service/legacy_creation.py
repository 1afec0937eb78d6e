"""A new job of the legacy endpoint, out of the body that asks for it."""

from __future__ import annotations

import secrets

from starlette.requests import Request

from ftwidgets.bases.catalogue import known_bases
from ftwidgets.data import jsonl
from ftwidgets.data.cost.hyperparameters import LEARNING_RATE_MULTIPLIER, Hyperparameters
from ftwidgets.errors import InputError
from ftwidgets.service.classification import PARTS, Classification
from ftwidgets.service.holdings import Holdings, holdings
from ftwidgets.service.legacy_narration import narrator_of
from ftwidgets.service.legacy_view import view
from ftwidgets.service.methods import block_of
from ftwidgets.service.models import Model, base_name, look_up
from ftwidgets.service.schema import LEGACY
from ftwidgets.service.wire import Record, WireError, integer, new_id, now, number, text

BASES = ("ada", "babbage", "curie", "davinci")
DEFAULT = "curie"

EPOCHS = 4
BATCH_SHARE, LARGEST_BATCH = 0.002, 256
"""What the legacy endpoint took where nothing was given. A batch is that share of the rows, and at most that large."""

PROMPT_LOSS_WEIGHTS = (None, 0, 0.01)
"""Those that can be taken: 0 is what the engine does; 0.01 was the default, and many wrote it down."""

KNOWN = (
    *("training_file", "validation_file", "model", "suffix"),
    *("n_epochs", "batch_size", "learning_rate_multiplier", "prompt_loss_weight"),
    *("compute_classification_metrics", *PARTS),
)


def created(request: Request, body: Record) -> Record:
    """Keep a new job, and return its object. A parameter that is null counts as not given (our choice).

    Raises:
        WireError: the body asks for what is not here, or the caller has as many active jobs as a key may have.
    """
    own = holdings(request)
    _refuse_unfit(body)
    training = _file(own, text(body, "training_file", required=True) or "")
    watched = text(body, "validation_file")
    validation = _file(own, watched) if watched else None
    model = _model(request, text(body, "model") or DEFAULT)
    classes = _classes(own, body, [training, validation])
    asked, rows = _asked(body), _rows(own, training["id"])
    used = _decided(asked, rows)
    plan = {"base": model.base, "adapter": model.adapter, "hyperparameters": vars(used), "format": "prompt/completion"}
    noted = {
        "rows": rows,
        "asked": vars(asked),
        "training": training,
        "validation": validation,
        "classification": classes,
    }
    job = _record(body, used)
    with own.store.transaction():
        request.app.state.jobs.require_room(own.owner)
        own.add("jobs", job, status=job["status"], api=LEGACY, plan=plan | noted)
        _tell_beginning(own, job, model, _choices(asked, used, rows))
        return view(own, job)


def _refuse_unfit(body: Record) -> None:
    for name in body:
        if name not in KNOWN:
            raise WireError(400, f"Unrecognized request argument supplied: {name}. Known are: {', '.join(KNOWN)}.")
    if number(body, "prompt_loss_weight", 0, 1) not in PROMPT_LOSS_WEIGHTS:
        message = (
            f"'prompt_loss_weight' is {body['prompt_loss_weight']}: this service trains completions only. Leave it "
            "out, or give 0."
        )
        raise WireError(400, message, param="prompt_loss_weight")


def _file(own: Holdings, identity: str) -> Record:
    record = own.get("files", identity)
    if record is None:
        raise _no_file(identity)
    if record["purpose"] != "fine-tune":
        message = (
            f"The file {identity} was uploaded with purpose '{record['purpose']}'; upload it with purpose 'fine-tune'."
        )
        raise WireError(400, message, param="file")
    return record


def _rows(own: Holdings, file: str) -> int:
    try:
        return len(jsonl(own.store.blob(file)))
    except InputError as error:  # deleted just now
        raise _no_file(file) from error


def _no_file(identity: str) -> WireError:
    return WireError(400, f"No file with ID: {identity}", param="file")


def _classes(own: Holdings, body: Record, files: list[Record | None]) -> Record | None:
    """The classification that is asked for, if its files have the classes that it says; None where none is."""
    wanted = Classification.of(body)
    if wanted is None:
        return None
    blobs = [own.store.blob(file["id"]) for file in files if file]
    rows = [row for blob in blobs for row in jsonl(blob) if isinstance(row, dict)]
    wanted.refuse_other_classes({str(row.get("completion", "")).strip() for row in rows})
    return vars(wanted)


def _model(request: Request, identity: str) -> Model:
    """What is to be trained: one of the four that the endpoint had, a base of this machine, or what was made of one."""
    model, bases = look_up(request, identity), known_bases(request.app.state.bases)
    if model is None:
        known = f"model must be one of {', '.join(BASES)}"
        others = f"created by your org, or one of the bases here: {', '.join(bases)}"
        raise WireError(400, f"Invalid base model: {identity} ({known}) or a fine-tuned model {others}", param="model")
    if base_name(identity) not in (*BASES, *bases):
        message = (
            f"{identity} can only be fine-tuned on the new fine-tuning API (`/fine_tuning/jobs`). This API "
            "(`/fine-tunes`) is being deprecated."
        )
        raise WireError(400, message)
    return model


def _asked(body: Record) -> Hyperparameters:
    rate = number(body, "learning_rate_multiplier", 0, 1000)
    if rate == 0:
        raise WireError(400, "The learning rate multiplier must be above 0.", param="learning_rate_multiplier")
    epochs, batch_size = integer(body, "n_epochs", 1, 50), integer(body, "batch_size", 1, LARGEST_BATCH)
    return Hyperparameters(epochs or EPOCHS, batch_size, rate)


def _decided(asked: Hyperparameters, rows: int) -> Hyperparameters:
    """With the endpoint's own rule for the batch. Its rule for the rate (0.05, 0.1 or 0.2, by the batch) was one for
    other models: of this engine's rate, a tenth would teach next to nothing, so that its measured default is taken.
    """
    batch_size = asked.batch_size or min(LARGEST_BATCH, max(1, round(rows * BATCH_SHARE)))
    return Hyperparameters(asked.n_epochs, batch_size, asked.learning_rate_multiplier or LEARNING_RATE_MULTIPLIER)


def _record(body: Record, used: Hyperparameters) -> Record:
    """What the queue goes by: the same as for a job of `/v1/fine_tuning/jobs`."""
    return {
        "object": "fine-tune",
        "id": new_id("ft-"),
        "model": text(body, "model") or DEFAULT,
        "created_at": now(),
        "finished_at": None,
        "fine_tuned_model": None,
        "organization_id": "org-ftwidgets",
        "result_files": [],
        "status": "validating_files",
        "validation_file": body.get("validation_file"),
        "training_file": body["training_file"],
        "hyperparameters": used.wire(),
        "trained_tokens": None,
        "error": None,
        "user_provided_suffix": text(body, "suffix", longest=40),
        "method": block_of(used),
        "integrations": [],
        "metadata": None,
        "estimated_finish": None,
        "seed": secrets.randbelow(2**31),
    }


def _tell_beginning(own: Holdings, job: Record, model: Model, choices: str) -> None:
    narrator = narrator_of(own.store, job["id"])
    narrator.tell("created", f"Created fine-tune: {job['id']}")
    narrator.stand_in(model)
    narrator.tell("choices", choices)


def _choices(asked: Hyperparameters, used: Hyperparameters, rows: int) -> str:
    """What was decided, and what the numbers mean on this service (our words)."""
    decided = {
        f"batch_size={used.batch_size}, 0.2 % of {rows} rows": asked.batch_size is None,
        f"learning_rate_multiplier={used.learning_rate_multiplier:g}": asked.learning_rate_multiplier is None,
    }
    chosen = "; ".join(words for words, open_ in decided.items() if open_)
    meaning = (
        "The multiplier is one of this service's own rate, and only completions are trained (prompt_loss_weight 0)"
    )
    return f"Chosen here: {chosen}. {meaning}" if chosen else meaning
