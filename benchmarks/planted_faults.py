"""The faults that are planted: for each kind the rule that ought to find it, and how a sound example gets it."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import orjson
from planted_soil import Planted, Soil, card, digits, iban, jaccard, phone
from planted_text import foreign_sentence

RULES: dict[str, tuple[str, str]] = {
    "trailing comma": ("trailing-comma", "error"),
    "line cut off": ("truncated", "error"),
    "single quotes": ("single-quotes", "error"),
    "NaN": ("nan", "error"),
    "byte of Latin-1": ("encoding", "error"),
    "null": ("not-an-object", "error"),
    "a list": ("not-an-object", "error"),
    "other keys": ("unknown-format", "error"),
    "extra key": ("extra-key", "error"),
    "weight at the top": ("extra-key", "error"),
    "messages are a text": ("messages-not-a-list", "error"),
    "messages are an object": ("messages-not-a-list", "error"),
    "no messages": ("messages-empty", "error"),
    "message is a text": ("message-not-an-object", "error"),
    "role missing": ("role-missing", "error"),
    "role misspelt": ("role-unknown", "error"),
    "role in capitals": ("role-unknown", "error"),
    "content missing": ("content-missing", "error"),
    "content null": ("content-missing", "error"),
    "content a number": ("content-not-text", "error"),
    "content an object": ("content-not-text", "error"),
    "weight of 2": ("weight-wrong", "error"),
    "weight a half": ("weight-wrong", "error"),
    "weight a text": ("weight-wrong", "error"),
    "weight of a user": ("weight-out-of-place", "error"),
    "no answer": ("no-assistant", "error"),
    "all weights 0": ("nothing-trained", "error"),
    "call without function": ("calls-malformed", "error"),
    "prompt and completion": ("mixed-formats", "error"),
    "question at the end": ("last-not-assistant", "warning"),
    "two questions": ("turn-repeated", "warning"),
    "two answers": ("turn-repeated", "warning"),
    "system in the middle": ("system-not-first", "warning"),
    "empty answer": ("content-blank", "warning"),
    "answer of spaces": ("content-blank", "warning"),
    "unknown message key": ("key-unknown", "warning"),
    "copy": ("duplicate", "warning"),
    "words changed": ("near-duplicate", "warning"),
    "words left out": ("near-duplicate", "warning"),
    "words put in": ("near-duplicate", "warning"),
    "other answer": ("contradiction", "warning"),
    "e-mail": ("email-address", "warning"),
    "card number": ("card-number", "warning"),
    "IBAN": ("bank-account", "warning"),
    "phone number": ("phone-number", "warning"),
    "secret key": ("secret", "warning"),
    "twenty times longer": ("row-very-long", "warning"),
    "mojibake": ("mojibake", "warning"),
    "control character": ("control-character", "warning"),
    "HTML": ("html-tag", "warning"),
    "refusal": ("refusal", "note"),
    "other language": ("other-language", "note"),
}
"""For each kind the id of the rule that finds it and its level. Here alone rules are named."""

ALSO = {
    "byte of Latin-1": ("not-json",),
    "no answer": ("last-not-assistant",),
    "other keys": ("mixed-formats",),
    "empty answer": ("answer-very-short",),
    "answer of spaces": ("answer-very-short", "space-around"),
    "twenty times longer": ("answer-very-long", "too-long"),
    "refusal": ("answer-very-short",),
}
"""What else a careful check may rightly say of such a row."""

PAIRS = {"copy": 3, "words changed": 5, "words left out": 5, "words put in": 5, "other answer": 3}
"""The kinds that need an earlier row, and whether of 3 messages or of 5 and more."""

FILLERS = ("really", "perhaps", "indeed", "simply", "probably", "certainly", "somehow", "altogether")
"""What is put into near-duplicates; no sound row has these words."""

CLOSE = 0.87
"""Near-duplicates keep at least this Jaccard similarity, well above the 0.8 that makes two rows near."""

APART = 0.7
"""Contradictions stay below this, so that they are no near-duplicates too."""


def _near(edit: Callable[[list[str], int, random.Random], None], soil: Soil) -> Planted:
    """The earlier example with so many words edited, questions and answers alike, as stays close enough."""
    assert soil.earlier is not None
    example = orjson.loads(orjson.dumps(soil.earlier))
    said = [one for one in example["messages"] if one["role"] != "system"]
    for turn in range(20):
        one = said[turn % len(said)]
        before, parts = one["content"], one["content"].split(" ")
        edit(parts, soil.chance.randrange(2, len(parts) - 2), soil.chance)
        one["content"] = " ".join(parts)
        if jaccard(soil.earlier, example) < CLOSE:
            one["content"] = before
            break
    assert example != soil.earlier
    return Planted(orjson.dumps(example))


def _change(parts: list[str], place: int, chance: random.Random) -> None:
    parts[place] = chance.choice(FILLERS)


def _leave_out(parts: list[str], place: int, _: random.Random) -> None:
    del parts[place]


def _put_in(parts: list[str], place: int, chance: random.Random) -> None:
    parts.insert(place, chance.choice(FILLERS))


def _other_answer(soil: Soil) -> Planted:
    assert soil.earlier is not None
    messages = [*soil.earlier["messages"][:-1], {"role": "assistant", "content": soil.prose.text(soil.chance, 12)}]
    return Planted(orjson.dumps({"messages": messages}))


def _cut_off(soil: Soil) -> Planted:
    text = orjson.dumps(soil.example).decode()
    return Planted(text[: len(text) * soil.chance.randint(40, 90) // 100].encode())


def _two_in_a_row(soil: Soil, first: int) -> Planted:
    message = soil.messages[first]
    soil.messages.insert(first + 1, message | {"content": soil.prose.text(soil.chance, 3)})
    return Planted(orjson.dumps(soil.example))


def _system_in_the_middle(soil: Soil) -> Planted:
    soil.messages.insert(2, soil.messages.pop(0))
    return Planted(orjson.dumps(soil.example))


def _call_without_function(soil: Soil) -> Planted:
    call = {"role": "assistant", "content": None, "tool_calls": [{"id": "call_1", "type": "function"}]}
    soil.messages[6:6] = [call, {"role": "tool", "tool_call_id": "call_1", "content": "It is at the depot."}]
    return Planted(orjson.dumps(soil.example), 7)


def _all_weights_0(soil: Soil) -> Planted:
    for message in soil.messages[2::2]:
        message["weight"] = 0
    return Planted(orjson.dumps(soil.example))


def _other_language(soil: Soil) -> Planted:
    language = soil.chance.choice(("fr", "de", "zh", "es"))
    for message in soil.messages[1:]:
        message["content"] = " ".join(foreign_sentence(language, soil.chance) for _ in range(5))
    return Planted(orjson.dumps({"messages": soil.messages[1:]}))


def _instead(value: Any) -> Planted:
    return Planted(orjson.dumps({"messages": value}))


def _message_is_a_text(soil: Soil) -> Planted:
    soil.example["messages"][3] = soil.messages[3]["content"]
    return Planted(orjson.dumps(soil.example), 4)


def _prompt_and_completion(soil: Soil) -> Planted:
    pair = {"prompt": soil.messages[1]["content"], "completion": soil.messages[2]["content"]}
    return Planted(orjson.dumps(pair))


def _nan(soil: Soil) -> Planted:
    return Planted(orjson.dumps(soil.example).removesuffix(b"}]}") + b',"weight":NaN}]}')


def _mojibake(soil: Soil) -> Planted:
    return soil.said(4, soil.chance.choice(("The cafÃ© is closed.", "It is fÃ¼r Elise.", "A naÃ¯ve question.")))


def _html(soil: Soil) -> Planted:
    leftovers = ('<div class="answer">See below.</div>', "Then<br/>wait.&nbsp;", "<p>Note <b>this</b> first.</p>")
    return soil.said(6, soil.chance.choice(leftovers))


def _longer(soil: Soil) -> Planted:
    whole = " ".join(soil.prose.text(soil.chance, 100) for _ in range(6))
    return Planted(soil.changed(6, content=whole).line)


def _refusal(soil: Soil) -> Planted:
    return soil.changed(
        6, content="As an AI language model, I cannot help with that. " + soil.prose.text(soil.chance, 2)
    )


def _plain(text: bytes | str) -> Planted:
    return Planted(text.encode() if isinstance(text, str) else text)


PLANTS: dict[str, Callable[[Soil], Planted]] = {
    "trailing comma": lambda soil: _plain(orjson.dumps(soil.example)[:-1] + b",}"),
    "line cut off": _cut_off,
    "single quotes": lambda soil: _plain(str(soil.example)),
    "NaN": _nan,
    "byte of Latin-1": lambda soil: _plain(orjson.dumps(soil.example).replace(b". ", b". A caf\xe9. ", 1)),
    "null": lambda _: _plain(b"null"),
    "a list": lambda soil: _plain(orjson.dumps(soil.messages)),
    "other keys": lambda soil: _plain(orjson.dumps({"title": "Note", "body": soil.messages[1]["content"]})),
    "extra key": lambda soil: _plain(orjson.dumps(soil.example | {"source": "export"})),
    "weight at the top": lambda soil: _plain(orjson.dumps(soil.example | {"weight": 1})),
    "messages are a text": lambda soil: _instead(soil.messages[1]["content"]),
    "messages are an object": lambda soil: _instead(soil.messages[1]),
    "no messages": lambda _: _instead([]),
    "message is a text": _message_is_a_text,
    "role missing": lambda soil: soil.without(3, "role"),
    "role misspelt": lambda soil: soil.changed(3, role="usr"),
    "role in capitals": lambda soil: soil.changed(4, role="Assistant"),
    "content missing": lambda soil: soil.without(3, "content"),
    "content null": lambda soil: soil.changed(4, content=None),
    "content a number": lambda soil: soil.changed(3, content=42),
    "content an object": lambda soil: soil.changed(4, content={"text": soil.messages[4]["content"]}),
    "weight of 2": lambda soil: soil.changed(2, weight=2),
    "weight a half": lambda soil: soil.changed(6, weight=0.5),
    "weight a text": lambda soil: soil.changed(4, weight="1"),
    "weight of a user": lambda soil: soil.changed(3, weight=1),
    "no answer": lambda soil: _instead(soil.messages[:2]),
    "all weights 0": _all_weights_0,
    "call without function": _call_without_function,
    "prompt and completion": _prompt_and_completion,
    "question at the end": lambda soil: _instead(soil.messages[:-1]),
    "two questions": lambda soil: _two_in_a_row(soil, 3),
    "two answers": lambda soil: _two_in_a_row(soil, 4),
    "system in the middle": _system_in_the_middle,
    "empty answer": lambda soil: soil.changed(4, content=""),
    "answer of spaces": lambda soil: soil.changed(4, content="  \n "),
    "unknown message key": lambda soil: soil.changed(3, timestamp="2024-05-01"),
    "copy": lambda soil: _plain(orjson.dumps(soil.earlier)),
    "words changed": lambda soil: _near(_change, soil),
    "words left out": lambda soil: _near(_leave_out, soil),
    "words put in": lambda soil: _near(_put_in, soil),
    "other answer": _other_answer,
    "e-mail": lambda soil: soil.said(3, f"Write to anna.keller{digits(soil.chance, 3)}@kestrel-joinery.net please."),
    "card number": lambda soil: soil.said(3, f"I paid with {card(soil.chance)} then."),
    "IBAN": lambda soil: soil.said(4, f"Send it to {iban(soil.chance)} then."),
    "phone number": lambda soil: soil.said(3, f"Call me at {phone(soil.chance)} today."),
    "secret key": lambda soil: soil.said(4, f"Use sk-{soil.chance.randbytes(24).hex()} for it."),
    "twenty times longer": _longer,
    "mojibake": _mojibake,
    "control character": lambda soil: soil.said(
        4, f"Wait{soil.chance.choice(chr(0) + chr(7) + chr(8) + chr(27))}here."
    ),
    "HTML": _html,
    "refusal": _refusal,
    "other language": _other_language,
}
"""How each kind is planted."""
