"""What the bodies of chats and completions share: known names, the choice of tokens, where to stop."""

from __future__ import annotations

from collections.abc import Collection

from ftwidgets.service.wire import Record, WireError, integer, mapping, number

MOST_ANSWERS = 128
"""Answers to one request; sixteen at a time are said together."""

MOST_STOPS, LONGEST_STOP = 4, 1000
MOST_BIASED = 1024

HARMLESS = ("user", "safety_identifier", "prompt_cache_key", "prompt_cache_options", "prompt_cache_retention")
"""Names that never change an answer, nor what a caller is told: taken, and without effect."""

SHARED = (
    *("model", "n", "stop", "seed", "temperature", "top_p", "presence_penalty", "frequency_penalty", "logit_bias"),
    *("stream", "stream_options", "logprobs", "max_tokens", *HARMLESS),
)


def given(body: Record, known: Collection[str]) -> Record:
    """What the body says: null is as good as nothing, and no name is passed over.

    Raises:
        WireError: it has a name that is not known.
    """
    named = {name: value for name, value in body.items() if value is not None}
    unknown = [name for name in named if name not in known]
    if unknown:
        plural = "s" if len(unknown) > 1 else ""
        shown = ", ".join(f"{name:.60}" for name in unknown[:5])
        raise WireError(400, f"Unrecognized request argument{plural} supplied: {shown}", param=f"{unknown[0]:.60}")
    return named


def unsupported(param: str, message: str) -> WireError:
    """The error for what this service cannot do."""
    return WireError(400, message, param=param, code="unsupported_parameter")


def flag(body: Record, name: str) -> bool:
    """The truth value in `body[name]`, False where there is none.

    Raises:
        WireError: it is of another type.
    """
    value = body.get(name, False)
    if not isinstance(value, bool):
        raise WireError(400, f"Invalid '{name}': {value!r:.60} is neither true nor false.", param=name)
    return value


def usage_wanted(body: Record) -> bool:
    """Whether the stream ends with the counts of tokens.

    Raises:
        WireError: there are options for a stream, but there is none, or they are not known.
    """
    options = mapping(body, "stream_options")
    if "stream_options" in body and not flag(body, "stream"):
        message = "The 'stream_options' parameter is only allowed when 'stream' is enabled."  # (our words)
        raise WireError(400, message, param="stream_options")
    # No answer here is padded against listeners, so that obfuscation changes nothing.
    return flag(given(options, ("include_usage", "include_obfuscation")), "include_usage")


def stops(body: Record) -> list[str]:
    """The texts before which an answer ends."""
    stop = body.get("stop") or []
    texts = [stop] if isinstance(stop, str) else stop
    sound = isinstance(texts, list) and len(texts) <= MOST_STOPS
    if not sound or not all(isinstance(one, str) and 0 < len(one) <= LONGEST_STOP for one in texts):
        what = f"a text or a list of up to {MOST_STOPS} texts, of up to {LONGEST_STOP} letters each"
        raise WireError(400, f"'stop' takes {what}.", param="stop")
    return texts


def sampling(body: Record, top_logprobs: int | None) -> Record:
    """How the tokens are chosen, as the engine takes it; `top_logprobs` None where no log-probabilities are wanted."""
    temperature, top_p = number(body, "temperature", 0, 2), number(body, "top_p", 0, 1)
    seed = integer(body, "seed", -(2**63), 2**63 - 1)
    return {
        "temperature": 1.0 if temperature is None else temperature,
        "top_p": 1.0 if top_p is None else top_p,
        "seed": None if seed is None else seed % 2**64,  # the engine takes none below 0
        "presence_penalty": number(body, "presence_penalty", -2, 2) or 0.0,
        "frequency_penalty": number(body, "frequency_penalty", -2, 2) or 0.0,
        "bias": _bias(body),
        "top_logprobs": top_logprobs,
    }


def _bias(body: Record) -> Record:
    bias = mapping(body, "logit_bias")
    if len(bias) > MOST_BIASED:
        raise WireError(400, f"'logit_bias' has {len(bias)} tokens; it takes {MOST_BIASED}.", param="logit_bias")
    for token in bias:
        if not (token.isdecimal() and token.isascii() and len(token) < 10):
            raise WireError(400, f"Invalid 'logit_bias': {token!r:.40} is not a token's id.", param="logit_bias")
        number(bias, token, -100, 100, place="logit_bias")
    return {token: bias for token, bias in bias.items() if bias}


def seeded(line: Record, answers: int) -> list[Record]:
    """The engine's requests, one an answer; with a seed, each answer has its own."""
    seed = line["sampling"]["seed"]
    seeds = [None if seed is None else (seed + n) % 2**64 for n in range(answers)]
    return [line | {"sampling": line["sampling"] | {"seed": one}} for one in seeds]
