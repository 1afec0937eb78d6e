"""Rules about tool calls and the messages that answer them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.data.rules.calls import calls_of, functions_of
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CALL, CALLED, CHAT, RESULT, TOOL, USER, chat
from ftwidgets.data.rules.tools import tool_names

Example = dict[str, Any]

BARE = {"role": "tool", "content": "sent on Monday"}
OTHER = RESULT | {"tool_call_id": "call_7"}
CALLING = {"role": "assistant", "function_call": CALL["function"]}
SOUND = chat(USER, CALLED, RESULT, ANSWER, tools=[TOOL])


def _open_calls(example: Example) -> Iterator[tuple[int, dict[str, Any], list[Any]]]:
    """Each message with its place, and the ids of the calls that wait for an answer when it is said."""
    waiting: list[Any] = []
    for place, message in enumerate(example["messages"]):
        if message["role"] != "tool":
            yield place, message, waiting
            waiting = [call.get("id") for call in calls_of(message)] if "tool_calls" in message else []
        else:
            yield place, message, waiting
            waiting = [one for one in waiting if one != message.get("tool_call_id")]


@rule("answer-id", "warning", "turns", fails=chat(USER, CALLED, BARE, ANSWER), passes=SOUND)
def answer_id(example: Example) -> Iterator[Fault]:
    """A tool message does not say which call it answers.

    Why: the local model ignores ids; OpenAI's service would refuse the file.
    """
    for number, message in enumerate(example["messages"], 1):
        known = message.get("tool_call_id")
        if message["role"] == "tool" and (not isinstance(known, str) or not known):
            what = f"'tool_call_id' is {shown(known)}." if known is not None else "The key 'tool_call_id' is missing."
            yield Fault(what, "Give the id of the call that it answers.", "tool_call_id", number)


@mends(answer_id, safe=True)
def _only_call(example: Example, fault: Fault) -> Mend | None:
    """Only where there is no doubt: one call waits, and has an id."""
    place = (fault.message_index or 1) - 1
    message, waiting = next((message, waiting) for n, message, waiting in _open_calls(example) if n == place)
    if len(waiting) != 1 or not isinstance(waiting[0], str) or not waiting[0]:
        return None
    messages = [*example["messages"]]
    messages[place] = message | {"tool_call_id": waiting[0]}
    return Mend(f"give it the id {shown(waiting[0])}", example | {"messages": messages})


@rule(
    "answer-without-call",
    "warning",
    "turns",
    fails=(chat(USER, RESULT, ANSWER), chat(USER, CALLED, OTHER, ANSWER), chat(USER, CALLED, RESULT, RESULT, ANSWER)),
    passes=(SOUND, chat(USER, CALLED, BARE, ANSWER)),
)
def answer_without_call(example: Example) -> Iterator[Fault]:
    """A tool answers a call that was not made.

    Why: the model would learn to read results that it did not ask for; OpenAI's service would refuse the file.
    """
    for place, message, waiting in _open_calls(example):
        known = message.get("tool_call_id")
        if message["role"] == "tool" and isinstance(known, str) and known and known not in waiting:
            what = f"No call with the id {shown(known)} waits for an answer."
            yield Fault(what, "Put the call before it, or correct the id.", "tool_call_id", place + 1)


@rule(
    "call-unanswered",
    "warning",
    "turns",
    fails=(chat(USER, CALLED, ANSWER), chat(USER, CALLED, OTHER, ANSWER)),
    passes=(SOUND, chat(USER, CALLED), chat(USER, CALLED, RESULT)),
)
def call_unanswered(example: Example) -> Iterator[Fault]:
    """The conversation goes on before a tool call is answered.

    Why: the model would learn to go on without what it asked for; OpenAI's service would refuse the file.

    A call at the end of the conversation needs no answer: the model learns to make it.
    """
    called, unknown = 1, False  # which message called, and whether one answered without saying what
    for place, message, waiting in _open_calls(example):
        if message["role"] == "tool":
            unknown = unknown or not message.get("tool_call_id")
            continue
        if waiting and not unknown:
            what = f"The call {shown(waiting[0])} is not answered."
            yield Fault(what, "Put the tool message after it, before the next turn.", "tool_calls", called)
        called, unknown = place + 1, False


@rule(
    "call-undefined",
    "warning",
    "turns",
    fails=chat(USER, CALLED | {"tool_calls": [CALL | {"function": {"name": "send", "arguments": "{}"}}]}, tools=[TOOL]),
    passes=(SOUND, chat(USER, CALLED, RESULT, ANSWER)),
)
def call_undefined(example: Example) -> Iterator[Fault]:
    """A tool is called that the example does not offer.

    Why: the model would learn to call tools that are not there.
    """
    names = {name for name in tool_names(example) if isinstance(name, str)}
    for number, message in enumerate(example["messages"] if names else (), 1):
        for function in functions_of(message):
            name = function.get("name")
            if isinstance(name, str) and name not in names:
                yield Fault(
                    f"{shown(name)} is not among the tools.",
                    "Define it there, or correct the name.",
                    "tool_calls",
                    number,
                )


@rule("tools-missing", "note", "turns", fails=chat(USER, CALLED, RESULT, ANSWER), passes=(SOUND, CHAT))
def tools_missing(example: Example) -> Iterator[Fault]:
    """An example calls tools and does not define them.

    Why: where the tools are defined when the model is used, it learns better if they are in each example too.

    The local model does not read definitions.
    """
    calls = any(functions_of(message) for message in example["messages"])
    if calls and not example.get("tools") and not example.get("functions"):
        yield Fault("Tools are called, and 'tools' is missing.", "Add the definitions of the tools.", "tools")


@rule(
    "functions-deprecated",
    "note",
    "turns",
    fails=(
        chat(USER, ANSWER, functions=[TOOL["function"]]),
        chat(
            USER,
            {"role": "assistant", "function_call": CALL["function"]},
            BARE | {"role": "function", "name": "f"},
            ANSWER,
        ),
    ),
    passes=SOUND,
)
def functions_deprecated(example: Example) -> Iterator[Fault]:
    """An example calls functions in the old way.

    Why: `functions`, `function_call` and the role function are deprecated; newer models take `tools` and `tool_calls`.
    """
    old = [message for message in example["messages"] if message["role"] == "function" or message.get("function_call")]
    if old or "functions" in example:
        yield Fault(
            "The example calls functions in the old way, which is deprecated.", "Write them as tools.", "functions"
        )


@mends(functions_deprecated)
def _as_tools(example: Example, fault: Fault) -> Mend | None:
    if not all(isinstance(example.get(key, []), list) for key in ("tools", "functions")):
        return None
    new = {key: value for key, value in example.items() if key != "functions"}
    tools = [{"type": "function", "function": function} for function in example.get("functions", [])]
    if tools:
        new["tools"] = [*example.get("tools", []), *tools]
    messages, number = [], 0
    for message in example["messages"]:
        number += bool(message.get("function_call"))
        messages.append(_as_tool_message(message, f"call_{number}"))
    return Mend("write them as tools", new | {"messages": messages})


def _as_tool_message(message: dict[str, Any], known: str) -> dict[str, Any]:
    rest = {key: value for key, value in message.items() if key != "function_call"}
    if message["role"] == "function":
        return {"role": "tool", "tool_call_id": known} | {k: v for k, v in rest.items() if k not in ("role", "name")}
    if message.get("function_call"):
        call = {"id": known, "type": "function", "function": message["function_call"]}
        return rest | {"tool_calls": [*(message.get("tool_calls") or []), call]}
    return rest
