"""Rules about preference examples: a question, the answer that is preferred to it, and one that is not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ftwidgets.data.kinds import kind_of
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CALLED, PREFERENCE, RESULT, USER, chat

Example = dict[str, Any]

OUTPUTS = ("preferred_output", "non_preferred_output")
PREFERRED = "preferred_output"

FORM = 'Write [{"role": "assistant", "content": "..."}].'


@rule(
    "preference-input",
    "error",
    "preference",
    fails=(
        {key: PREFERENCE[key] for key in OUTPUTS},
        PREFERENCE | {"input": "Where is my parcel?"},
        PREFERENCE | {"input": [USER]},
        PREFERENCE | {"input": {}},
    ),
    passes=PREFERENCE,
)
def preference_input(example: Example) -> Iterator[Fault]:
    """The input of a preference pair has no messages.

    Why: the job would fail: both outputs are answers to the input's messages.

    The input is {"messages": [...]}, with 'tools' and 'parallel_tool_calls' where there are tools.
    """
    if kind_of(example.get("input")) != "chat":
        what = (
            f"'input' is {shown(example['input'])}, not a chat."
            if "input" in example
            else "The key 'input' is missing."
        )
        yield Fault(what, 'Write {"messages": [...]}.', "input")


@mends(preference_input, safe=True)
def _as_messages(example: Example, fault: Fault) -> Mend | None:
    asked = example.get("input")
    if isinstance(asked, str) and asked.strip():
        return Mend("make it a user's message", example | {"input": chat({"role": "user", "content": asked})})
    if isinstance(asked, list) and asked and all(isinstance(one, dict) and "role" in one for one in asked):
        return Mend("make it an object with these messages", example | {"input": {"messages": asked}})
    return None


@rule(
    "preference-output",
    "error",
    "preference",
    fails=(
        {"input": chat(USER), "preferred_output": [ANSWER]},
        PREFERENCE | {"preferred_output": "On Monday."},
        PREFERENCE | {"non_preferred_output": []},
        PREFERENCE | {"non_preferred_output": ANSWER},
        PREFERENCE | {"preferred_output": [USER]},
        PREFERENCE | {"preferred_output": [USER, ANSWER]},
        PREFERENCE | {"preferred_output": [RESULT]},
    ),
    passes=(PREFERENCE, PREFERENCE | {"preferred_output": [CALLED, RESULT, ANSWER]}),
)
def preference_output(example: Example) -> Iterator[Fault]:
    """An output of a preference pair is not a list of the assistant's messages.

    Why: the job would fail: the two outputs are what the model learns from, and both must be answers.

    An output is [{"role": "assistant", "content": "..."}]. Messages of tools may stand in it too.
    """
    for key in OUTPUTS:
        what = _wrong_with(example[key]) if key in example else " is missing"
        if what:
            yield Fault(f"'{key}'{what}.", FORM, key)


def _wrong_with(output: Any) -> str | None:
    if not isinstance(output, list) or not output:
        return f" is {shown(output)}, not a list of messages"
    roles = [one.get("role", "assistant") for one in output if isinstance(one, dict)]
    others = [role for role in roles if role not in ("assistant", "tool")]
    if others:
        return f" has a message of role {shown(others[0])}"
    return None if "assistant" in roles else " has no message of the assistant"


@mends(preference_output, safe=True)
def _as_answer(example: Example, fault: Fault) -> Mend | None:
    key = str(fault.field)
    output = example.get(key)
    if isinstance(output, str) and output.strip():
        return Mend("make it the assistant's message", example | {key: [{"role": "assistant", "content": output}]})
    if isinstance(output, dict) and output.get("role") == "assistant":
        return Mend("make it a list of this message", example | {key: [output]})
    return None


@rule(
    "preference-same",
    "warning",
    "preference",
    fails=PREFERENCE | {"non_preferred_output": PREFERENCE["preferred_output"]},
    passes=PREFERENCE,
)
def preference_same(example: Example) -> Iterator[Fault]:
    """Both outputs of a preference pair are the same.

    Why: nothing is learned from it: to the model both answers are always equally likely.

    It is no error, since such a pair does not stop a job: its loss is log 2 and its gradient 0.
    """
    if PREFERRED in example and example[PREFERRED] == example.get("non_preferred_output"):
        yield Fault(
            "Both outputs are the same.", "Write a worse answer, or remove the example.", "non_preferred_output"
        )


@mends(preference_same, safe=True)
def _without_example(example: Example, fault: Fault) -> Mend:
    return Mend("remove the example", None)


@rule(
    "preference-answered",
    "warning",
    "preference",
    fails=PREFERENCE | {"input": chat(USER, ANSWER)},
    passes=(PREFERENCE, PREFERENCE | {"input": chat(USER, ANSWER, USER)}),
)
def preference_answered(example: Example) -> Iterator[Fault]:
    """The input of a preference pair ends with an answer.

    Why: the outputs would be answers to an answer, which the model is never asked for.
    """
    messages = example["input"].get("messages") if isinstance(example.get("input"), dict) else None
    last = messages[-1] if isinstance(messages, list) and messages else None
    if isinstance(last, dict) and last.get("role") == "assistant":
        remedy = "End with what both outputs answer."
        yield Fault("The last message of the input is the assistant's.", remedy, "input", len(messages or ()))


@mends(preference_answered)
def _without_answer(example: Example, fault: Fault) -> Mend | None:
    messages = example["input"]["messages"][:-1]
    ends = bool(messages) and isinstance(messages[-1], dict) and messages[-1].get("role") != "assistant"
    return Mend("remove that answer", example | {"input": example["input"] | {"messages": messages}}) if ends else None


@rule(
    "preference-turns",
    "warning",
    "preference",
    fails=PREFERENCE | {"preferred_output": [ANSWER, ANSWER]},
    passes=PREFERENCE,
)
def preference_turns(example: Example) -> Iterator[Fault]:
    """An output of a preference pair has more than one message.

    Why: OpenAI's service compares one answer with another, and may refuse the file.
    """
    for key in OUTPUTS:
        output = example.get(key)
        if isinstance(output, list) and len(output) > 1:
            yield Fault(f"'{key}' has {len(output)} messages.", "Give the assistant's last answer only.", key)
