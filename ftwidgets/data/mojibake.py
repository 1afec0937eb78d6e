"""Text that was UTF-8 and was read as Windows-1252 or Latin-1: where it stands, and what it was."""

from __future__ import annotations

import contextlib
import re


def _bytes() -> dict[str, int]:
    """Which byte each character was: Windows-1252's, and for what it leaves open Latin-1's."""
    known = {chr(byte): byte for byte in range(128, 256)}
    for byte in range(128, 160):
        with contextlib.suppress(UnicodeDecodeError):  # five bytes are no character there
            known[bytes([byte]).decode("cp1252")] = byte
    return known


BYTES = _bytes()

C = "[" + "".join(sorted(character for character, byte in BYTES.items() if 0x80 <= byte < 0xC0)) + "]"
"""A character that was a continuation byte."""

PATTERN = (
    f"[ÂÃ]{C}"  # what is in Latin-1: Ã© for é, Â° for °
    # quotation marks, dashes, signs:
    f"|â[\u20ac\u0080\u201a\u0082\u2020\u0086\u02c6\u0088\u02dc\u0098\u2122\u0099\u0153\u009c\u203a\u009b]{C}"
    f"|(?:[ÐÑ]{C})(?:[ÐÑ]{C})+"  # Cyrillic
    f"|(?:[ã-é]{C}{C})(?:[ã-é]{C}{C})+"  # Chinese, Japanese
    f"|ð[Ÿ\u009f]{C}{C}"  # emoji
    f"|[a-z][ÄÅ]{C}"  # Polish, Czech, Turkish within a word
)
"""What is hardly ever meant: each of these, read back as bytes, is UTF-8."""

FOUND = re.compile(PATTERN)
REST = re.compile("ð[Ÿ\u009f]|â€")
"""Of what was misread, and lost a byte as well."""

CAPITALS = re.compile("[A-ZÀ-ÖØ-Þ][ÂÃ][»”’…“—–™]")
"""A word in capitals that ends with Â or Ã, and what closes it: Portuguese, Vietnamese."""


def places(text: str) -> list[tuple[int, int]]:
    """Where such text stands."""
    found: list[tuple[int, int]] = []
    for match in FOUND.finditer(text):
        begin, end = match.span()
        begin += "a" <= text[begin] <= "z"
        if (found and begin < found[-1][1]) or CAPITALS.match(text, max(0, begin - 1)):
            continue
        for span in (_around(text, begin, end, found[-1][1] if found else 0), (begin, end)):
            if _decoded(text[slice(*span)]) is not None:
                found.append(span)
                break
    return found


def _around(text: str, begin: int, end: int, free: int) -> tuple[int, int]:
    """All that touches a place and can have been misread with it, up to some words' length; from `free` on at most."""
    least, last, most = max(free, begin - 200), end, min(len(text), end + 200)
    while begin > least and text[begin - 1] in BYTES:
        begin -= 1
    while last < most and text[last] in BYTES:
        last += 1
    while end < last < len(text) and 0x80 <= BYTES.get(text[last], 0) < 0xC0:  # no character is cut in two
        last -= 1
    return begin, last


def mended(text: str) -> str | None:
    """The text as it was, read back as often as it was misread (up to three times); None where that is not sure."""
    for _ in range(4):
        parts, at = [], 0
        for begin, end in places(text):
            parts += [text[at:begin], _decoded(text[begin:end]) or ""]
            at = end
        if not parts:
            return None if REST.search(text) else text
        text = "".join([*parts, text[at:]])
    return None


def _decoded(run: str) -> str | None:
    try:
        return bytes(BYTES[character] for character in run).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None
