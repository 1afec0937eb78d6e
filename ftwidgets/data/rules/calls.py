"""Rules about the calls that one message makes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import orjson

from ftwidgets.data.repair import rewritten
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CALL, CALLED, RESULT, USER, chat

REMEDY = 'Write each as {"id": "...", "type": "function", "function": {"name": "...", "arguments": "..."}}.'

Message = dict[str, Any]
Call = dict[str, Any]
Change = Callable[[dict[str, Any]], dict[str, Any]]


def calls_of(message: Message) -> list[Call]:
    """The tool calls of a message that can be read."""
    calls = message.get("tool_calls")
    return [call for call in calls if isinstance(call, dict)] if calls and isinstance(calls, list) else []


def functions_of(message: Message) -> list[dict[str, Any]]:
    """What a message calls, the deprecated way too: functions with a name and arguments."""
    if not message.get("tool_calls") and not message.get("function_call"):
        return []  # most messages
    called = [call.get("function") for call in calls_of(message)] + [message.get("function_call")]
    return [function for function in called if isinstance(function, dict)]


def _calling(**function: Any) -> dict[str, Any]:
    call = {"name": "look_up", "arguments": "{}"} | function
    return chat(USER, CALLED | {"tool_calls": [CALL | {"function": call}]}, RESULT, ANSWER)


@rule(
    "calls-malformed",
    "error",
    "message",
    fails=(
        chat(USER, ANSWER | {"tool_calls": ["look"]}),
        chat(USER, ANSWER | {"tool_calls": [{"function": "look"}]}),
        chat(USER, ANSWER | {"tool_calls": CALL}),
        chat(USER, ANSWER | {"tool_calls": [CALL["function"]]}),
        chat(USER, ANSWER | {"function_call": "auto"}),
    ),
    passes=chat(USER, CALLED, RESULT, ANSWER),
)
def calls_malformed(message: Message) -> Iterator[Fault]:
    """A tool call has no function.

    Why: the job would fail: what is called cannot be read.
    """
    calls = message.get("tool_calls") or []
    sound = isinstance(calls, list) and all(
        isinstance(call, dict) and isinstance(call.get("function"), dict) for call in calls
    )
    if not sound or not isinstance(message.get("function_call") or {}, dict):
        yield Fault("A tool call is malformed.", REMEDY, "tool_calls")


@mends(calls_malformed, safe=True)
def _well_formed(message: Message, fault: Fault) -> Mend | None:
    calls = message.get("tool_calls") or []
    whole = [_as_call(call) for call in (calls if isinstance(calls, list) else [calls])]
    mended = message | {"tool_calls": whole}
    return None if next(calls_malformed.find(mended), None) else Mend("write it as OpenAI's API does", mended)


def _as_call(call: Any) -> Any:
    if isinstance(call, dict) and isinstance(call.get("name"), str) and "function" not in call:
        outer = {key: value for key, value in call.items() if key in ("id", "type")}
        return outer | {"function": {key: value for key, value in call.items() if key not in outer}}
    return call


@rule("call-name", "warning", "message", fails=(_calling(name=""), _calling(name=5)), passes=_calling())
def call_name(message: Message) -> Iterator[Fault]:
    """A tool call does not name its function.

    Why: the model would learn to call nothing; OpenAI's service would refuse the file.
    """
    for function in functions_of(message):
        name = function.get("name")
        if not isinstance(name, str) or not name:
            yield Fault(
                f"The name of the called function is {shown(name)}.", "Give the name of the function.", "tool_calls"
            )


@rule(
    "call-arguments",
    "warning",
    "message",
    fails=(
        _calling(arguments={"id": 7}),
        _calling(arguments="{'id': 7}"),
        _calling(arguments="[7]"),
        _calling(arguments="7 to 9"),
    ),
    passes=(_calling(), _calling(arguments='{"id": 7}')),
)
def call_arguments(message: Message) -> Iterator[Fault]:
    """The arguments of a tool call are not a text that holds a JSON object.

    Why: the model would learn to write arguments that no program can read; OpenAI's service may refuse the file.

    Write "arguments": "{\\"id\\": 7}". json.dumps makes such a text of a dictionary.
    """
    for function in functions_of(message):
        arguments = function.get("arguments")
        if not isinstance(arguments, str) or not _is_object(arguments):
            name = shown(function.get("name"))
            what = f"The arguments of {name} are {shown(arguments)}, not a text that holds a JSON object."
            yield Fault(what, 'Write them like this: "{\\"id\\": 7}".', "tool_calls")


def _is_object(text: str) -> bool:
    try:
        return isinstance(orjson.loads(text), dict)
    except orjson.JSONDecodeError:
        return False


@mends(call_arguments, safe=True)
def _arguments(message: Message, fault: Fault) -> Mend | None:
    mended = _with_functions(message, _with_arguments)
    return Mend("write them as JSON in a text", mended) if mended != message else None


def _with_arguments(function: dict[str, Any]) -> dict[str, Any]:
    arguments = function.get("arguments")
    meant = rewritten(arguments.encode()) if isinstance(arguments, str) and not _is_object(arguments) else arguments
    meant = {} if arguments is None or (isinstance(arguments, str) and not arguments.strip()) else meant
    return function | {"arguments": orjson.dumps(meant).decode()} if isinstance(meant, dict) else function


def _with_functions(message: Message, change: Change) -> Message:
    changed = dict(message)
    if isinstance(message.get("function_call"), dict):
        changed["function_call"] = change(message["function_call"])
    if calls_of(message):
        changed["tool_calls"] = [_with_function(call, change) for call in message["tool_calls"]]
    return changed


def _with_function(call: Any, change: Change) -> Any:
    function = call.get("function") if isinstance(call, dict) else None
    return call | {"function": change(function)} if isinstance(function, dict) else call


@rule(
    "call-type",
    "warning",
    "message",
    fails=chat(USER, CALLED | {"tool_calls": [CALL | {"type": "tool"}]}, RESULT, ANSWER),
    passes=_calling(),
)
def call_type(message: Message) -> Iterator[Fault]:
    """The type of a tool call is not "function".

    Why: the local model ignores the type; OpenAI's service would refuse the file.
    """
    for call in calls_of(message):
        if call.get("type") != "function":
            yield Fault(f"The type of a call is {shown(call.get('type'))}.", 'Use "function".', "tool_calls")


@mends(call_type, safe=True)
def _as_function(message: Message, fault: Fault) -> Mend:
    calls = [call | {"type": "function"} if isinstance(call, dict) else call for call in message["tool_calls"]]
    return Mend("change to 'function'", message | {"tool_calls": calls})


@rule(
    "call-id",
    "warning",
    "message",
    fails=(
        chat(USER, CALLED | {"tool_calls": [{"type": "function", "function": CALL["function"]}]}),
        chat(USER, CALLED | {"tool_calls": [CALL | {"id": 1}]}),
        chat(USER, CALLED | {"tool_calls": [CALL, CALL]}),
    ),
    passes=_calling(),
)
def call_id(message: Message) -> Iterator[Fault]:
    """A tool call has no id of its own.

    Why: an answer cannot say which call it answers; OpenAI's service would refuse the file.
    """
    ids = [call.get("id") for call in calls_of(message)]
    times = Counter(one for one in ids if isinstance(one, str))
    for one in ids:
        if not isinstance(one, str) or not one:
            yield Fault(f"The id of a call is {shown(one)}.", 'Give each call an id, such as "call_1".', "tool_calls")
    for one in (one for one, number in times.items() if one and number > 1):
        yield Fault(f"{number_of(times[one])} calls have the id {shown(one)}.", "Give each its own.", "tool_calls")


def number_of(times: int) -> str:
    """A small number as it begins a sentence."""
    return {2: "Two", 3: "Three"}.get(times, f"{times:,}")
