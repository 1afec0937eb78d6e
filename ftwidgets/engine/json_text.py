"""Which bytes can follow in the text of a JSON object: RFC 8259, a byte at a time."""

from __future__ import annotations

from typing import NamedTuple

DEEPEST = 200
"""Objects and lists that may lie in one another (our choice): Python's own reader gives up at about a thousand."""

SPACE = b" \t\n\r"
DIGITS = b"0123456789"
NONZERO = b"123456789"
HEXADECIMAL = b"0123456789abcdefABCDEF"
ESCAPES = b'"\\/bfnrt'
LITERALS = {word[0]: tuple(bytes([letter]) for letter in word[1:]) for word in (b"true", b"false", b"null")}
FOLLOWS = bytes(range(0x80, 0xC0))
"""The bytes of a character of several, after its first."""


def _characters() -> dict[int, tuple[bytes, ...]]:
    """What must follow on the first byte of a character: UTF-8 as in RFC 3629, section 4."""
    rest: dict[int, tuple[bytes, ...]] = dict.fromkeys(range(0xC2, 0xE0), (FOLLOWS,))
    rest |= dict.fromkeys(range(0xE0, 0xF0), (FOLLOWS,) * 2)
    rest |= dict.fromkeys(range(0xF0, 0xF5), (FOLLOWS,) * 3)
    for lead, low, high in ((0xE0, 0xA0, 0xBF), (0xED, 0x80, 0x9F), (0xF0, 0x90, 0xBF), (0xF4, 0x80, 0x8F)):
        rest[lead] = (bytes(range(low, high + 1)), *rest[lead][1:])
    return rest


CHARACTERS = _characters()


class Place(NamedTuple):
    """Where a reader is: the brackets that are open, what it is at, and the bytes that must come next, one by one."""

    open: str = ""
    at: str = "object"
    rest: tuple[bytes, ...] = ()

    @property
    def complete(self) -> bool:
        """Whether what was read is a whole object."""
        return self.at == "end"

    @property
    def in_string(self) -> bool:
        """Whether white space would be part of a name or a text."""
        return self.at in ("name", "text")


BEGINNING = Place()


def step(place: Place, byte: int) -> Place | None:
    """Where the reader is after one more byte; None where no JSON goes on so."""
    if place.rest:
        return place._replace(rest=place.rest[1:]) if byte in place.rest[0] else None
    if place.in_string:
        return _in_string(place, byte)
    if place.at in ("name\\", "text\\"):
        return _escaped(place, byte)
    if place.at in NUMBERS:
        return _in_number(place, byte)
    return place if byte in SPACE else _between(place, byte)


def steps(place: Place, text: bytes) -> Place | None:
    """Where the reader is after some bytes."""
    after: Place | None = place
    for byte in text:
        after = step(after, byte) if after else None
    return after


def _in_string(place: Place, byte: int) -> Place | None:
    if byte == ord('"'):
        return place._replace(at="colon" if place.at == "name" else "next")
    if byte == ord("\\"):
        return place._replace(at=f"{place.at}\\")
    if byte < 0x80:
        return place if byte >= 0x20 else None
    return place._replace(rest=CHARACTERS[byte]) if byte in CHARACTERS else None


def _escaped(place: Place, byte: int) -> Place | None:
    string = place._replace(at=place.at[:-1])
    if byte == ord("u"):
        return string._replace(rest=(HEXADECIMAL,) * 4)
    return string if byte in ESCAPES else None


NUMBERS: dict[str, dict[bytes, str]] = {
    "minus": {b"0": "zero", NONZERO: "digits"},
    "zero": {b".": "point", b"eE": "exponent"},
    "digits": {DIGITS: "digits", b".": "point", b"eE": "exponent"},
    "point": {DIGITS: "fraction"},
    "fraction": {DIGITS: "fraction", b"eE": "exponent"},
    "exponent": {b"+-": "sign", DIGITS: "power"},
    "sign": {DIGITS: "power"},
    "power": {DIGITS: "power"},
}
"""What a number's part goes on to, by the byte that comes."""

WHOLE = ("zero", "digits", "fraction", "power")
"""The parts after which a number may end."""


def _in_number(place: Place, byte: int) -> Place | None:
    for letters, part in NUMBERS[place.at].items():
        if byte in letters:
            return place._replace(at=part)
    return step(place._replace(at="next"), byte) if place.at in WHOLE else None


SIGNS = {("name or }", '"'): "name", ("name next", '"'): "name", ("colon", ":"): "value"}
"""What a sign leads to."""

CLOSES = (("name or }", "}", "{"), ("value or ]", "]", "["), ("next", "}", "{"), ("next", "]", "["))
"""Where a bracket may close, and which must be open."""


def _between(place: Place, byte: int) -> Place | None:
    """After a byte outside of texts and numbers that is no white space."""
    letter, inner = chr(byte), place.open[-1:]
    if (place.at, letter) in SIGNS:
        return place._replace(at=SIGNS[place.at, letter])
    if (place.at, letter, inner) in CLOSES:
        return Place(place.open[:-1], "next" if len(place.open) > 1 else "end")
    if (place.at, letter) == ("next", ","):
        return place._replace(at="name next" if inner == "{" else "value")
    if (place.at, letter) == ("object", "{"):
        return _opened(place, letter)
    return _value(place, byte) if place.at in ("value", "value or ]") else None


def _value(place: Place, byte: int) -> Place | None:
    if byte in b"{[":
        return _opened(place, chr(byte))
    if byte in LITERALS:
        return place._replace(at="next", rest=LITERALS[byte])
    starts = {b'"': "text", b"-": "minus", b"0": "zero", NONZERO: "digits"}
    at = next((at for letters, at in starts.items() if byte in letters), None)
    return place._replace(at=at) if at else None


def _opened(place: Place, bracket: str) -> Place | None:
    if len(place.open) == DEEPEST:
        return None
    return Place(place.open + bracket, "name or }" if bracket == "{" else "value or ]")
