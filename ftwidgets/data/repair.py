"""Lines that are nearly JSON, rewritten as JSON where there is only one way to read them."""

from __future__ import annotations

import re
from typing import Any

import orjson

from ftwidgets.data.diagnosis import COLON, INVISIBLE
from ftwidgets.data.row import read

LONGEST_REPAIRED = 2**20
"""Bytes of a line up to which it is rewritten."""

_BLANK = "".join(sorted(INVISIBLE))
TOKEN = re.compile(
    rf"""
    (?P<text>"[^"\\]*(?:\\.[^"\\]*)*"|'[^'\\]*(?:\\.[^'\\]*)*')
    |(?P<comment>//[^\n]*|\#[^\n]*|/\*.*?\*/)
    |(?P<word>[A-Za-z_$][\w$]*)
    |(?P<blank>[\s{_BLANK}]+)
    |(?P<plain>[^"'\\/\#A-Za-z_$\s{_BLANK}]+|/(?!\*))
    """,
    re.X | re.S,
)
ESCAPE = re.compile(r'\\(?:u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{2}|.)|["\x00-\x1f]', re.S)
TRAILING = re.compile(r",(\s*(?:[\]}]|\Z))")
PYTHON = {"None": "null", "True": "true", "False": "false"}


def rewritten(raw: bytes) -> Any | None:
    """What a line says that differs from JSON by quotation marks, Python's words, bare keys, comments, commas before a
    bracket, control characters or invisible signs; None where that is not certain.
    """
    if len(raw) > LONGEST_REPAIRED:
        return None
    try:
        json = _as_json(raw.decode())
    except UnicodeDecodeError:
        return None
    return None if json is None else read(json.encode())[0]


def _as_json(line: str) -> str | None:
    """The line as JSON. Texts wait aside, so that no comma in them is taken for a trailing one."""
    parts: list[str] = []
    texts: list[str] = []
    at = 0
    while at < len(line):
        token = TOKEN.match(line, at)
        if token is None:
            return None
        at = token.end()
        part = _part(token, line)
        if part is None:
            return None
        if part.startswith('"'):
            texts.append(part)
            part = '"'
        parts.append(part)
    pieces = TRAILING.sub(r"\1", "".join(parts)).split('"')
    return "".join(piece + text for piece, text in zip(pieces, [*texts, ""], strict=True))


def _part(token: re.Match[str], line: str) -> str | None:
    written = token[0]
    if token["text"]:
        return _text(written)
    if token["word"]:
        is_key = COLON.match(line, token.end())
        return f'"{written}"' if is_key else PYTHON.get(written, written)
    return " " if token["comment"] or token["blank"] else written


def _text(written: str) -> str | None:
    """A text in either quotation marks as JSON writes it; None where one of its escapes has no one meaning."""
    escapes = ESCAPE.findall(written[1:-1])
    if any(_escape(one) is None for one in escapes):
        return None
    return '"' + ESCAPE.sub(lambda one: _escape(one[0]) or "", written[1:-1]) + '"'


def _escape(one: str) -> str | None:
    if one[0] != "\\":  # a control character, or a quotation mark between others
        return orjson.dumps(one).decode()[1:-1]
    if one[1] in '"\\/bfnrt' or (one[1] == "u" and len(one) > 2):
        return one
    if one[1] in "xU" and len(one) > 2:
        point = int(one[2:], 16)
        return orjson.dumps(chr(point)).decode()[1:-1] if point < 0xD800 or 0xDFFF < point < 0x110000 else None
    return one[1] if one[1] == "'" else None


def as_windows(raw: bytes) -> Any | None:
    """What a line says when the bytes in it that are not UTF-8 are Windows-1252, as most are; None if they are not."""
    if len(raw) > LONGEST_REPAIRED:
        return None
    text = raw.decode("utf-8", "surrogateescape")
    try:
        read_as = re.sub("[\udc80-\udcff]", lambda one: bytes([ord(one[0]) - 0xDC00]).decode("cp1252"), text)
        return read(read_as.encode())[0]
    except (UnicodeDecodeError, UnicodeEncodeError):
        return None


def whole_characters(raw: bytes) -> Any | None:
    """What a line says when halves of characters are joined, or where the other is lost become the sign for that."""
    if len(raw) > LONGEST_REPAIRED:
        return None
    try:
        text = raw.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return None
    text = re.sub(r"(?<!\\)((?:\\\\)*)((?:\\u[dD][89a-fA-F][0-9a-fA-F]{2})+)", _unescaped, text)
    return read(text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").encode())[0]


def _unescaped(found: re.Match[str]) -> str:
    return found[1] + "".join(chr(int(code, 16)) for code in found[2].split("\\u")[1:])
