"""`/v1/fine_tuning/alpha/graders`: check a grader, and let one grade a model's answer."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import orjson
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ftwidgets.service.formula import FormulaError, NoValueError, names_in, value_of
from ftwidgets.service.similarity import MEASURES
from ftwidgets.service.wire import Record, WireError, body_of, mapping

LONGEST_TEXT = 20_000
"""Letters of a text that is graded."""

MOST_GRADERS = 50

CHECKS: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda text, reference: text == reference,
    "ne": lambda text, reference: text != reference,
    "like": lambda text, reference: reference in text,
    "ilike": lambda text, reference: reference.casefold() in text.casefold(),
}

FIELDS = {
    "string_check": ("input", "reference", "operation"),
    "text_similarity": ("input", "reference", "evaluation_metric"),
    "multi": ("graders", "calculate_output"),
}
"""The fields of each type of grader, besides its type and name."""

NOT_HERE = {
    "python": "it would run anyone's program on this machine",
    "score_model": "it needs a model that can judge",
    "label_model": "it needs a model that can judge",
    "cosine": "it needs a model of meanings",
    "meteor": "it needs a dictionary of words that mean the same",
}

ERRORS = (
    *("formula_parse_error", "invalid_variable_error", "model_grader_parse_error", "model_grader_refusal_error"),
    *("model_grader_server_error", "other_error", "python_grader_runtime_error", "python_grader_server_error"),
    *("sample_parse_error", "truncated_observation_error", "unresponsive_reward_error"),
)
DETAILS = (
    "model_grader_server_error_details",
    "python_grader_runtime_error_details",
    "python_grader_server_error_type",
)

VARIABLE = re.compile(r"\{\{([^{}]*)\}\}")


class UngradedError(Exception):
    """An answer cannot be graded; the reason is one of `ERRORS`."""


async def validate(request: Request) -> Response:
    """Check a grader, and show it."""
    grader = mapping(await body_of(request), "grader")
    await run_in_threadpool(_checked, grader, "grader")
    return JSONResponse({"grader": grader})


async def run(request: Request) -> Response:
    """Grade one answer."""
    body = await body_of(request)
    return JSONResponse(await run_in_threadpool(_run, body))


def _run(body: Record) -> Record:
    grader, sample = _checked(mapping(body, "grader"), "grader"), body.get("model_sample")
    if not isinstance(sample, str):
        raise WireError(400, "The parameter 'model_sample' must be a text.", param="model_sample")
    began, told = time.monotonic(), dict.fromkeys(ERRORS, False) | dict.fromkeys(DETAILS)
    scores: dict[str, float] = {}
    try:
        reward = _reward(grader, {"item": body.get("item"), "sample": _namespace(sample)}, scores)
    except UngradedError as error:
        reward, told[str(error)] = 0.0, True
    metadata = {
        "errors": told,
        "execution_time": time.monotonic() - began,
        "name": grader["name"],
        "sampled_model_name": None,
        "scores": scores,
        "token_usage": None,
        "type": grader["type"],
    }
    sub_rewards = scores if grader["type"] == "multi" else {}
    return {
        "reward": reward,
        "sub_rewards": sub_rewards,
        "metadata": metadata,
        "model_grader_token_usage_per_model": {},
    }


def _namespace(sample: str) -> Record:
    try:
        return {"output_text": sample, "output_json": orjson.loads(sample)}
    except orjson.JSONDecodeError:
        return {"output_text": sample}


def _checked(grader: Record, place: str) -> Record:
    """The grader, where it is one that can be run here.

    Raises:
        WireError: it is not.
    """
    kind = grader.get("type")
    if not isinstance(kind, str) or kind not in FIELDS:
        raise _wrong(place, f"the type {kind!r:.60}{_reason(kind)}; use {', '.join(FIELDS)}")
    known = ("type", "name", *FIELDS[kind])
    if unknown := [name for name in grader if name not in known]:
        raise _wrong(place, f"the field {unknown[0]!r:.60}, which a {kind} grader does not have")
    texts = [name for name in known if name != "graders"]
    if wrong := [name for name in texts if not isinstance(grader.get(name), str)]:
        raise _wrong(place, f"no text in '{wrong[0]}'")
    if kind == "multi":
        return grader | {"graders": _parts(grader, place)}
    field, values = ("operation", CHECKS) if kind == "string_check" else ("evaluation_metric", MEASURES)
    if grader[field] not in values:
        raise _wrong(place, f"the {field} {grader[field]!r:.60}{_reason(grader[field])}; use {', '.join(values)}")
    for name in ("input", "reference"):
        if len(grader[name]) > LONGEST_TEXT:
            raise _wrong(place, f"{len(grader[name])} letters in '{name}'; it may have up to {LONGEST_TEXT}")
        for path in map(str.strip, VARIABLE.findall(grader[name])):
            if path.partition(".")[0] not in ("item", "sample"):
                raise _wrong(place, f"{{{{ {path:.60} }}}} in '{name}'; a variable begins with item. or sample.")
    return grader


def _reason(name: object) -> str:
    known = isinstance(name, str) and name in NOT_HERE
    return f", which is not available on this service ({NOT_HERE[str(name)]})" if known else ""


def _parts(grader: Record, place: str) -> Record:
    """The graders of a `multi`, by the names that its formula calls them by; each is checked."""
    parts = mapping(grader, "graders", place=f"{place}.graders")
    if isinstance(parts.get("type"), str):
        parts = {str(parts.get("name")): parts}  # one grader by itself, as the types of OpenAI's client have it
    if not 0 < len(parts) <= MOST_GRADERS:
        raise _wrong(place, f"{len(parts)} graders; a multi grader has 1 to {MOST_GRADERS}")
    for name in parts:
        part = mapping(parts, name, place=f"{place}.graders.{name:.60}")
        if part.get("type") == "multi":
            raise _wrong(place, "a multi grader within a multi grader")
        _checked(part, f"{place}.graders.{name:.60}")
    try:
        unknown = names_in(grader["calculate_output"]) - set(parts)
        with suppress(NoValueError):  # with other scores it may have one
            value_of(grader["calculate_output"], dict.fromkeys({*parts, *unknown}, 0.5))
    except FormulaError as error:
        raise _wrong(place, f"a formula in 'calculate_output' that cannot be read: {error}") from error
    if unknown:
        raise _wrong(place, f"{min(unknown)!r:.60} in 'calculate_output', and no grader of that name")
    return dict(parts)


def _wrong(place: str, what: str) -> WireError:
    return WireError(400, f"Invalid '{place}': it has {what}.", param=place)


def _reward(grader: Record, variables: Record, scores: dict[str, float]) -> float:
    """The grade, usually from 0 to 1; each grader's own is put among the `scores`."""
    if grader["type"] == "multi":
        for name, part in grader["graders"].items():
            scores[name] = _simple(part, variables)
        try:
            return value_of(grader["calculate_output"], scores)
        except FormulaError as error:
            raise UngradedError("formula_parse_error") from error
    scores[grader["name"]] = _simple(grader, variables)
    return scores[grader["name"]]


def _simple(grader: Record, variables: Record) -> float:
    text, reference = _filled(grader["input"], variables), _filled(grader["reference"], variables)
    if grader["type"] == "string_check":
        return float(CHECKS[grader["operation"]](text, reference))
    return MEASURES[grader["evaluation_metric"]](text, reference)


def _filled(template: str, variables: Record) -> str:
    """The text with its `{{item.x}}` and `{{sample.output_text}}` filled in."""
    text = VARIABLE.sub(lambda found: _text(found[1].strip(), variables), template)
    if len(text) > LONGEST_TEXT:
        message = f"A text to grade has {len(text)} letters; it may have up to {LONGEST_TEXT}."
        raise WireError(400, message, param="model_sample")
    return text


def _text(path: str, variables: Record) -> str:
    value: Any = variables
    for name in path.split("."):
        if isinstance(value, dict) and name in value:
            value = value[name]
        elif isinstance(value, list) and re.fullmatch("[0-9]{1,6}", name) and int(name) < len(value):
            value = value[int(name)]
        else:
            raise UngradedError(
                "sample_parse_error" if path.startswith("sample.output_json") else "invalid_variable_error"
            )
    return value if isinstance(value, str) else orjson.dumps(value).decode()


routes = [
    Route("/fine_tuning/alpha/graders/validate", validate, methods=["POST"]),
    Route("/fine_tuning/alpha/graders/run", run, methods=["POST"]),
]
