"""What faults are planted in, sound examples, and the numbers and measures that they are made with."""

from __future__ import annotations

import random
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from planted_text import Example, Prose


class Planted(NamedTuple):
    """The line with its fault, and the message that has it, counted from 1, where it is one message's."""

    line: bytes
    message: int | None = None


@dataclass(frozen=True)
class Soil:
    """What a fault is planted in: a sound example of seven messages, and, for pairs, an earlier example."""

    example: Example
    chance: random.Random
    prose: Prose
    earlier: Example | None = None

    @property
    def messages(self) -> list[dict[str, Any]]:
        """The example's messages: system, then three times user and assistant."""
        messages: list[dict[str, Any]] = self.example["messages"]
        return messages

    def changed(self, index: int | None, **values: Any) -> Planted:
        """The line after one message got these values."""
        if index is not None:
            self.messages[index].update(values)
        return Planted(orjson.dumps(self.example), None if index is None else index + 1)

    def without(self, index: int, key: str) -> Planted:
        """The line after one message lost a key."""
        del self.messages[index][key]
        return self.changed(index)

    def said(self, index: int, inside: str) -> Planted:
        """The line after these words were put between two sentences of a message."""
        first, stop, rest = self.messages[index]["content"].partition(". ")
        return self.changed(index, content=f"{first}{stop}{inside} {rest}" if stop else f"{first} {inside}")


def words(example: Example) -> list[str]:
    """The words of what user and assistant said."""
    texts = (one["content"] for one in example["messages"] if one["role"] in ("user", "assistant"))
    return " ".join(text for text in texts if isinstance(text, str)).lower().split()


def jaccard(one: Example, other: Example) -> float:
    """How alike two examples are: the share of word 3-shingles that they have in common."""
    first, second = (set(zip(w, w[1:], w[2:], strict=False)) for w in (words(one), words(other)))
    return len(first & second) / max(1, len(first | second))


def passes_luhn(number: str) -> bool:
    """Whether a card number's check digit is right."""
    doubled = [int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number))]
    return sum(n - 9 if n > 9 else n for n in doubled) % 10 == 0


def passes_mod97(iban: str) -> bool:
    """Whether an IBAN's check digits are right (ISO 13616)."""
    return int("".join(str(int(sign, 36)) for sign in iban[4:] + iban[:4])) % 97 == 1


def digits(chance: random.Random, count: int) -> str:
    """So many digits by chance."""
    return "".join(chance.choices("0123456789", k=count))


def card(chance: random.Random) -> str:
    """A card number that passes the check, with or without something between its groups."""
    body = "4" + digits(chance, 14)
    number = next(body + check for check in "0123456789" if passes_luhn(body + check))
    between = chance.choice(("", " ", "-"))
    return between.join(number[n : n + 4] for n in range(0, 16, 4))


def iban(chance: random.Random) -> str:
    """A German IBAN that passes the check, with or without blanks."""
    account = digits(chance, 18)
    number = next(f"DE{n:02}{account}" for n in range(2, 99) if passes_mod97(f"DE{n:02}{account}"))
    between = chance.choice(("", " "))
    return between.join(number[n : n + 4] for n in range(0, 22, 4))


def phone(chance: random.Random) -> str:
    """A number of the ranges that are kept free for films and books."""
    return chance.choice(("+49 30 23125 {}", "+61 2 5550 0{}", "+33 1 99 00 0{}", "030 23125{}")).format(
        chance.randint(100, 199)
    )
