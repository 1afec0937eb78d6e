"""Make the support chats (train, validation, test), and from the train rows a file with planted faults and its truth.

Every row comes from `conversations.txt`, every fault from `faults.toml`; every run writes the same bytes.
"""

import argparse
import hashlib
import json
import random
import tomllib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
SEED = 2
SYSTEM = "You are the help desk of Fern & Fable."
ROLES = {"Customer": "user", "Ivy": "assistant"}
TRAIN = 10  # rows a topic; the other five are dealt to validation and test, three to one and two to the other
# What a customer typed although it belongs in no chat, and what stands in its place once it is masked.
# All are made for examples: a reserved domain, a number range kept for fiction, test numbers with valid check digits.
PERSONAL = {
    "email": ("marta.linden@fernpost.fable", "[e-mail]"),
    "phone": ("+44 1632 960158", "[phone]"),
    "card": ("4111 1111 1111 1111", "[card number]"),
    "iban": ("GB82 WEST 1234 5698 7654 32", "[IBAN]"),
    "key": ("sk-proj-FernAndFable0EXAMPLE0NotARealKey0Moss42", "[key]"),
}

Row = dict[str, Any]
Fault = dict[str, Any]


@dataclass(frozen=True)
class Conversation:
    """One chat: its topic, and what was said, as (role, text); private texts stand as {name}."""

    topic: str
    turns: tuple[tuple[str, str], ...]

    @property
    def question(self) -> str:
        """What the customer says first: by it a fault names the conversation."""
        return self.turns[0][1]

    @property
    def private(self) -> str | None:
        """The name of the private text that the customer typed."""
        return next((name for name in PERSONAL if "{" + name + "}" in self.question), None)

    def row(self, masked: bool = True) -> Row:
        """The chat as a training example."""
        return chat((role, reveal(text, masked)) for role, text in self.turns)


@dataclass(frozen=True)
class Line:
    """One line of the faulty file, the train row it came from or belongs to, and what is wrong with it."""

    text: str
    fault: Fault | None = None
    becomes: int | None = None  # line of train.jsonl; none: the line goes


def chat(turns: Iterable[tuple[str, str]], system: str = SYSTEM) -> Row:
    """An example in OpenAI's chat format."""
    said = [("system", system), *turns]
    return {"messages": [{"role": role, "content": text} for role, text in said]}


def written(row: Row) -> str:
    """One line of JSONL."""
    return json.dumps(row, ensure_ascii=False)


def reveal(text: str, masked: bool) -> str:
    """The text with its private parts, or with what stands in their place."""
    for name, forms in PERSONAL.items():
        text = text.replace("{" + name + "}", forms[masked])
    return text


def read_conversations(text: str) -> Iterator[Conversation]:
    """Read `## topic` headings and the chats below them, parted by blank lines."""
    topic = ""
    for block in text.strip().split("\n\n"):
        if block.startswith("## "):
            topic = block.removeprefix("## ")
            continue
        said = [line.split(": ", 1) for line in block.split("\n")]
        yield Conversation(topic, tuple((ROLES[speaker], words) for speaker, words in said))


def digest(conversation: Conversation) -> str:
    """An order without order, which a chat that is added or changed leaves alone."""
    return hashlib.sha256(conversation.question.encode()).hexdigest()


def deal(conversations: list[Conversation]) -> dict[str, list[Conversation]]:
    """Share each topic's chats out to the three files; those with private texts are train rows."""
    parts: dict[str, list[Conversation]] = {"train": [], "validation": [], "test": []}
    for number, topic in enumerate(dict.fromkeys(one.topic for one in conversations)):
        own = [one for one in conversations if one.topic == topic]
        own.sort(key=lambda one: (one.private is None, digest(one)))
        end = TRAIN + 2 + number % 2
        for part, share in zip(parts, (own[:TRAIN], own[TRAIN:end], own[end:]), strict=True):
            parts[part] += share
    return {part: sorted(share, key=digest) for part, share in parts.items()}


def _first(row: Row, role: str) -> Row:
    return next(message for message in row["messages"] if message["role"] == role)


def wrong_role(row: Row) -> str:
    """A role that is none."""
    _first(row, "user")["role"] = "usr"
    return written(row)


def no_role(row: Row) -> str:
    """A message that does not say whose it is."""
    del _first(row, "user")["role"]
    return written(row)


def extra_key(row: Row) -> str:
    """What the chat tool added when it wrote the file."""
    return written({"id": "chat-0417", **row})


def trailing_comma(row: Row) -> str:
    """A comma after the last message."""
    return written(row).replace("}]}", "},]}")


def blank_message(row: Row) -> str:
    """The customer pressed Enter too early."""
    row["messages"].insert(1, {"role": "user", "content": " "})
    return written(row)


def mojibake(row: Row) -> str:
    """UTF-8 that was read as Windows-1252."""
    return written(row).encode().decode("cp1252")


def html(row: Row) -> str:
    """The answer as the web page showed it."""
    answer = _first(row, "assistant")
    text = answer["content"].replace("&", "&amp;").replace(" Next page:", "<br><b>Next page:</b>")
    answer["content"] = f"<p>{text.replace(' — Ivy', '&nbsp;— Ivy')}</p>"
    return written(row)


def odd_space(row: Row) -> str:
    """Spaces and a tab that nobody sees."""
    answer = _first(row, "assistant")
    answer["content"] = "  " + answer["content"].replace(" Next page:", " \t Next page:") + "\u00a0 "
    return written(row)


def pair(row: Row) -> str:
    """The older format, left over from an earlier file."""
    return written({"prompt": _first(row, "user")["content"], "completion": _first(row, "assistant")["content"]})


DAMAGES: dict[str, Callable[[Row], str]] = {
    "role-unknown": wrong_role,
    "role-missing": no_role,
    "extra-key": extra_key,
    "trailing-comma": trailing_comma,
    "blank-message": blank_message,
    "mojibake": mojibake,
    "html": html,
    "odd-whitespace": odd_space,
    "prompt-completion": pair,
}


def damaged(number: int, one: Conversation, damage: Fault | None) -> Line:
    """A train row as it stands in the faulty file."""
    if one.private:
        what = f"the customer typed what is private: {PERSONAL[one.private][0]}"
        return Line(written(one.row(masked=False)), {"fault": f"private-{one.private}", "what": what}, number)
    if damage is None:
        return Line(written(one.row()), None, number)
    fault = {key: damage[key] for key in ("fault", "what")}
    if "system" in damage:
        return Line(written(chat(one.turns, damage["system"])), fault, number)
    return Line(DAMAGES[damage["fault"]](one.row()), fault, number)


def added(plan: Fault, known: dict[str, Conversation]) -> Line:
    """A line that does not belong into the file, with what it must be told from, if anything."""
    fault: Fault = {key: plan[key] for key in ("fault", "what", "of") if key in plan}
    model = known.get(plan.get("of", ""))
    if "turns" in plan:
        row = chat((role, text) for role, text in plan["turns"])
    elif "answer" in plan and model:
        row = chat([model.turns[0], ("assistant", plan["answer"])])
    elif model:
        row = model.row()
    else:
        row = chat([("user", wish_list()), ("assistant", plan["answer"])])
    text = written(row)
    return Line(text[: len(text) * 2 // 3] if plan["fault"] == "truncated-line" else text, fault)


def wish_list() -> str:
    """What a school pasted into the chat window, all of it."""
    random_ = random.Random(SEED)  # noqa: S311
    plants = ["a spider plant", "a small fern", "a cactus", "a snake plant", "a string of hearts", "a monstera"]
    reasons = ["for the window", "to water on Fridays", "because it looks friendly", "for the corner by the sink"]
    wishes = [
        f"Child {child} in room {room} wishes for {random_.choice(plants)} {random_.choice(reasons)}."
        for room in range(1, 17)
        for child in range(1, 25)
    ]
    return "\n".join(["Hello, here are the wishes of our whole school. Can you deliver them?", *wishes])


def assemble(train: list[Conversation], everything: list[Conversation], plan: dict[str, list[Fault]]) -> list[Line]:
    """The faulty file: the train rows in their order, some damaged, and the added lines among them."""
    known = {one.question: one for one in everything}
    damages = {one["of"]: one for one in plan["damage"]}
    unknown = damages.keys() - {one.question for one in train}
    if unknown:
        raise SystemExit(f"faults.toml damages what is no train row: {sorted(unknown)}")
    lines = [damaged(number, one, damages.get(one.question)) for number, one in enumerate(train, 1)]
    places = {one.question: number for number, one in enumerate(train, 1)}
    dealer = random.Random(SEED)  # noqa: S311
    for one in plan["add"]:
        # A copy comes after its original, so that keeping the first of them mends the file; an answer that
        # contradicts another may come before it, so that keeping the first does not.
        copy = one["fault"].endswith("duplicate")
        after = next(n for n, line in enumerate(lines, 1) if line.becomes == places[one["of"]]) if copy else 2
        lines.insert(dealer.randrange(after, len(lines) + 1), added(one, known))
    return lines


def truth(lines: list[Line], parts: dict[str, list[Conversation]]) -> list[Fault]:
    """Each planted fault: its line, what is wrong, and what becomes of the line in the mended file."""
    train = [one.question for one in parts["train"]]
    validation = [one.question for one in parts["validation"]]
    place = {line.becomes: number for number, line in enumerate(lines, 1) if line.becomes}
    faults = []
    for number, line in enumerate(lines, 1):
        if line.fault is None:
            continue
        fault = {"line": number, **line.fault}
        of = fault.pop("of", None)
        if of in train:
            fault["with_line"] = place[train.index(of) + 1]
        elif of in validation:
            fault["with_validation_line"] = validation.index(of) + 1
        mend = {"mend": "change", "becomes_train_line": line.becomes} if line.becomes else {"mend": "remove"}
        faults.append(fault | mend)
    return faults


def main() -> None:
    """Write the five files beside this program, or into another folder."""
    parser = argparse.ArgumentParser(description="Make the support chats again.")
    parser.add_argument("folder", nargs="?", type=Path, default=HERE, help="where to write; default: here")
    folder = parser.parse_args().folder
    conversations = list(read_conversations((HERE / "conversations.txt").read_text("utf-8")))
    parts = deal(conversations)
    lines = assemble(parts["train"], conversations, tomllib.loads((HERE / "faults.toml").read_text("utf-8")))
    files = {part: [written(one.row()) for one in share] for part, share in parts.items()}
    files["raw"] = [line.text for line in lines]
    for name, texts in files.items():
        (folder / f"{name}.jsonl").write_text("".join(f"{text}\n" for text in texts), encoding="utf-8", newline="\n")
    told = json.dumps(truth(lines, parts), ensure_ascii=False, indent=1)
    (folder / "truth.json").write_text(told + "\n", encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
