"""Rules about a row as a whole: whether it can be read, and whether it has the format that it should have."""

from __future__ import annotations

from collections.abc import Iterator

from ftwidgets.data.conversion import chat_of, layout_of
from ftwidgets.data.kinds import kind_of
from ftwidgets.data.repeats import repeats
from ftwidgets.data.row import Row, read
from ftwidgets.data.rules.rule import Fault, Mend, mends, rule, shown
from ftwidgets.data.rules.samples import ANSWER, CHAT, PAIR, PREFERENCE, USER
from ftwidgets.data.terms import Terms

TO_CHAT = (
    'As a chat, write {"messages": [{"role": "user", "content": PROMPT}, '
    '{"role": "assistant", "content": COMPLETION}]}.'
)


@rule(
    "not-an-object",
    "error",
    "row",
    fails=(b"null", b"42", [CHAT], [USER, ANSWER], "text", '{"prompt": "a", "completion": "b"}'),
    passes=CHAT,
)
def not_an_object(row: Row, terms: Terms) -> Iterator[Fault]:
    """A line holds JSON that is not an object.

    Why: the job would fail: an example is an object with the key 'messages'.
    """
    if not isinstance(row.value, dict):
        yield Fault(f"The line holds {shown(row.value)}, not an object.", 'Write {"messages": [...]} on each line.')


@mends(not_an_object, safe=True)
def _the_object(row: Row, fault: Fault) -> Mend | None:
    value = read(row.value.encode())[0] if isinstance(row.value, str) else row.value
    if isinstance(value, list) and value and all(isinstance(one, dict) and "role" in one for one in value):
        return Mend("make it an example of these messages", {"messages": value})
    if isinstance(value, list) and len(value) == 1 and kind_of(value[0]) != "unknown":
        return Mend("take it out of the list", value[0])
    return Mend("read what the text says", value) if kind_of(value) != "unknown" else None


@rule(
    "unknown-format",
    "error",
    "row",
    fails=({}, {"instruction": "a", "output": "b"}, {"conversations": []}, {"Prompt": "a", "Completion": "b"}),
    passes=(CHAT, PAIR),
)
def unknown_format(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example has none of the formats that a job can train on.

    Why: the job would fail: it finds neither 'messages' nor 'prompt' and 'completion'.
    """
    if isinstance(row.value, dict) and kind_of(row.value) == "unknown":
        keys = shown(list(row.value))
        yield Fault(f"The example has neither 'messages' nor 'prompt' and 'completion' (its keys: {keys}).", TO_CHAT)


@mends(unknown_format, safe=True)
def _as_it_is_meant(row: Row, fault: Fault) -> Mend | None:
    keys = [key.strip().lower() for key in row.value]
    mended = dict(zip(keys, row.value.values(), strict=True))
    if kind_of(mended) != "unknown" and len(mended) == len(keys):
        return Mend("write the keys in small letters", mended)
    layout = layout_of(row.value)
    chat = chat_of(row.value) if layout in ("ShareGPT", "Alpaca") else None
    return Mend(f"make a chat of {layout}", chat) if isinstance(chat, dict) else None


@rule("preference-pair", "error", "row", fails=PREFERENCE, passes=CHAT)
def preference_pair(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example is a preference pair, and the job is a supervised one.

    Why: the job would fail: only a job with the method dpo learns from two answers, one of them preferred.
    """
    if terms.method == "supervised" and kind_of(row.value) == "preference":
        yield Fault(
            "The example is a preference pair, which a supervised job cannot train on.",
            "Use chat examples, or start a job with the method dpo.",
        )


@mends(preference_pair)  # what is not preferred is lost
def _preferred(row: Row, fault: Fault) -> Mend | None:
    asked, output = row.value.get("input"), row.value.get("preferred_output")
    if kind_of(asked) != "chat" or not isinstance(asked["messages"], list) or not isinstance(output, list):
        return None
    return Mend("make it a chat with the preferred answer", asked | {"messages": [*asked["messages"], *output]})


@rule("not-a-preference", "error", "row", fails=(CHAT, PAIR), passes=PREFERENCE)
def not_a_preference(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example is no preference pair, and the job has the method dpo.

    Why: the job would fail: a dpo job learns from two answers, one of them preferred.
    """
    kind = kind_of(row.value)
    if terms.method == "dpo" and kind in ("chat", "prompt/completion"):
        remedy = "Give 'input', 'preferred_output' and 'non_preferred_output', or start a supervised job."
        yield Fault(f"The format of the example is {kind}, which a job with the method dpo cannot train on.", remedy)


@rule("mixed-formats", "error", "row", fails=([CHAT, PAIR],), passes=([CHAT, CHAT],))
def mixed_formats(row: Row, terms: Terms) -> Iterator[Fault]:
    """An example has another format than the first of its file.

    Why: the job would fail: all examples of a file have one format.
    """
    kind = kind_of(row.value)
    refused = (kind == "preference") != (terms.method == "dpo")  # said by the rules above
    if kind != "unknown" and terms.kind not in ("unknown", kind) and not refused:
        what = f"The format of the example is {kind}, that of the first is {terms.kind}."
        yield Fault(what, "Use one format in the whole file.")


@mends(mixed_formats, safe=True)
def _as_the_first(row: Row, fault: Fault) -> Mend | None:
    """Between a pair and a chat of one question and its answer nothing is lost."""
    example, to_chat = row.value, fault.message.endswith("is chat.")
    if to_chat and example.keys() == {"prompt", "completion"}:
        said = zip(("user", "assistant"), (example["prompt"], example["completion"]), strict=True)
        return Mend("make it a chat", {"messages": [{"role": role, "content": text} for role, text in said]})
    messages = example.get("messages")
    bare = isinstance(messages, list) and all(isinstance(one, dict) and len(one) == 2 for one in messages)
    if to_chat or not bare or [one.get("role") for one in messages] != ["user", "assistant"] or len(example) > 1:
        return None
    pair = {"prompt": messages[0].get("content"), "completion": messages[1].get("content")}
    return Mend("make it a pair of prompt and completion", pair)


@rule(
    "duplicate-key",
    "warning",
    "row",
    fails=(
        b'{"prompt": "a", "prompt": "b", "completion": "c"}',
        b'{"messages": [{"role": "user", "role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}',
    ),
    passes=(CHAT, b'{"prompt": ":\\"prompt\\":", "completion": "\\\\"}'),
)
def duplicate_key(row: Row, terms: Terms) -> Iterator[Fault]:
    """A key stands twice in one object.

    Why: JSON leaves open which of the two counts: the local model reads the last, another program may read the first.

    Objects written by a program have each key once: this comes from writing or joining text by hand. Rows of more than
    4 MB are left out.
    """
    for one in repeats(row):
        times = "twice" if one.times == 2 else f"{one.times} times"
        yield Fault(f"The key {shown(one.key)} stands {times}.", "Keep one of them.", one.key, one.message)


@mends(duplicate_key, safe=True)
def _once(row: Row, fault: Fault) -> Mend | None:
    return Mend("keep one of the two, which are alike", row.value) if all(one.alike for one in repeats(row)) else None
