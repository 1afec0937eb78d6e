"""Why a line cannot be read: the first thing in it that is not JSON, at its character, and what it is called."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

import orjson

from ftwidgets.data.row import DEEPEST, LONGEST, UTF16, read

ONE_OBJECT = "Write one whole JSON object on each line."

SPACE = " \t\r\n"
"""What JSON takes for space."""

BRACKETS = re.compile(r"[\[\]{},\s]{1,20}")
"""All that stands on a line between the keys of an object that is spread over several."""

KEY = re.compile(r'"[^"\\]{0,60}"\s*:')
COLON = re.compile(r"\s*:")
WORD = re.compile(r"[A-Za-z_$][\w$]*")
NUMBER = re.compile(r"-?(?:NaN|Infinity)\b")
HALF = re.compile(r"\\u[dD][89a-fA-F]")

INVISIBLE = frozenset("\ufeff\u00a0\u200b\u200c\u200d\u2028\u2029\u202f\u3000\u2009\u00ad")
"""Signs that look like nothing, or like a space, and are neither space nor text to JSON."""

QUOTES = frozenset("'`‘’‚“”„«»")


class Diagnosis(NamedTuple):
    """Why a line cannot be read: the id of the rule that says so, the sentence, the remedy, the character."""

    cause: str
    message: str
    remedy: str
    at: int | None = None


def diagnosed(raw: bytes) -> Diagnosis:
    """What is wrong with a line that `read` cannot read. Linear in its length, and brief where it is too long."""
    if raw.startswith(UTF16) or raw[:4096].count(0) > len(raw[:4096]) // 3:
        return Diagnosis("utf-16", "The file is encoded as UTF-16.", "Save it as UTF-8.")
    if len(raw) > LONGEST:
        size = f"The line is {len(raw) / 2**20:,.0f} MB long."
        return Diagnosis("too-long", size, f"Up to {LONGEST // 2**20} MB are read as one example: write shorter ones.")
    return _diagnosed(raw)


@lru_cache(maxsize=1)  # every rule about lines asks for the same one
def _diagnosed(raw: bytes) -> Diagnosis:
    try:
        text = raw.decode()
    except UnicodeDecodeError as error:
        return _undecoded(raw, error.start)
    try:
        orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        return _malformed(text, min(error.pos, len(text)), error.msg.split(": line ")[0])
    return Diagnosis("too-deep", f"The line is nested more than {DEEPEST} levels deep.", "Write it with fewer levels.")


def _undecoded(raw: bytes, at: int) -> Diagnosis:
    if raw[at] == 0xED and raw[at + 1 : at + 2] >= b"\xa0":
        return _half(len(raw[:at].decode()))
    meant = raw[at : at + 1].decode("cp1252", "replace")
    what = f"Byte {at + 1:,} ({raw[at]:#04x}) is not UTF-8"
    as_windows = f": in Windows-1252 it is '{meant}'" if meant.isprintable() and meant != "\ufffd" else ""
    return Diagnosis("encoding", f"{what}{as_windows}.", "Save the file as UTF-8.", len(raw[:at].decode()))


def _half(at: int) -> Diagnosis:
    what = "half of a character, without its other half"
    return _at("lone-surrogate", at, what, "Write the whole character, or remove the half.")


def _at(cause: str, at: int, what: str, remedy: str) -> Diagnosis:
    return Diagnosis(cause, f"Character {at + 1:,}: {what}.", remedy, at)


def _malformed(text: str, at: int, said: str) -> Diagnosis:
    """The diagnosis of a text that is no JSON from character `at` on, of which the parser `said` something."""
    end = len(text.rstrip(SPACE))
    if BRACKETS.fullmatch(text) or KEY.match(text.lstrip()):
        what = "The line is part of an object that is spread over several."
        return Diagnosis("object-over-lines", what, ONE_OBJECT, 0)
    if "depth" in said or "ecursion" in said:
        return Diagnosis(
            "too-deep", f"The line is nested more than {DEEPEST} levels deep.", "Write it with fewer levels.", at
        )
    if at >= end:
        what = f"The line ends at character {end:,}, before its object does."
        return Diagnosis("truncated", what, "Write the rest of it on the same line; a line break in a text is \\n.", at)
    before = text[:at].rstrip(SPACE)
    if text[at] in "]}" and before.endswith(","):  # some parsers name the bracket, some the comma
        at = len(before) - 1
    elif at and text.startswith("-Infinity", at - 1):
        at -= 1
    causes = chain(_sign(text, at), _between(text, at, said))
    return next(causes, None) or _at("not-json", at, f"{_quoted(text, at)} is not JSON ({said})", ONE_OBJECT)


def _sign(text: str, at: int) -> Iterator[Diagnosis]:
    """What the sign at `at` tells by itself."""
    sign = text[at]
    if number := NUMBER.match(text, at):
        yield _at("nan", at, f"{number[0]}, which is no number in JSON", "Write the value, or leave its key out.")
    if sign == "\\" and HALF.match(text, at):
        yield _half(at)
    if sign == "\\":
        what = f"'{text[at : at + 2]}' is no escape in JSON"
        remedy = 'Write the backslash twice, or leave it out. JSON has \\n, \\t, \\" and \\u with 4 digits.'
        yield _at("bad-escape", at, what, remedy)
    if sign in INVISIBLE:
        what = f"an invisible character ({unicodedata.name(sign, 'unnamed').lower()}) outside of a text"
        yield _at("invisible-in-json", at, what, "Remove it.")
    if sign < " " or sign == "\x7f":
        what = f"an unescaped control character (U+{ord(sign):04X})"
        yield _at(
            "unescaped-control", at, what, "Write a line break in a text as \\n, a tab as \\t, others as \\u0000."
        )
    if sign in QUOTES and not text[:at].rstrip().endswith('"'):
        yield _at("single-quotes", at, f"{sign} is no quotation mark in JSON", 'Use ".')
    if text.startswith(("//", "/*", "#"), at):
        yield _at("comment", at, "a comment, which JSON does not have", "Remove it.")
    word = WORD.match(text, at)
    if word and word[0] in ("None", "True", "False"):
        what = f"{word[0]} is Python's word, not JSON's"
        yield _at("single-quotes", at, what, "Write null, true or false.")
    if word and COLON.match(text, word.end()) and text[:at].rstrip(SPACE)[-1:] in ("{", ","):
        yield _at("unquoted-key", at, f"the key {word[0][:40]} stands without quotation marks", 'Put it in ".')


def _between(text: str, at: int, said: str) -> Iterator[Diagnosis]:
    """What the signs around `at` tell."""
    sign, before, after = text[at], text[:at].rstrip(SPACE), text[at + 1 :].lstrip(SPACE)
    if sign == "," and after[:1] in ("]", "}"):
        yield _at("trailing-comma", at, f"a comma before '{after[0]}'", "Remove the comma.")
    ended = read(before.encode())[1] is None
    if sign == "," and ended and not after:
        yield _at("trailing-comma", at, "a comma at the end of the line", "Remove the comma.")
    if ended:
        objects = sign in "{[" or before[:1] != "{"
        what = "a second value on the same line" if objects else f"{_quoted(text, at)} after the end of the object"
        remedy = "Give each object a line of its own." if objects else "Remove what follows the object."
        yield _at("two-objects" if objects else "not-json", at, what, remedy)
    if "':'" in said:
        return None
    opens = KEY.match(text, at)
    if before[-1:] not in ("", ",", ":", "{", "[") and (opens or (sign in '{["' and before[-1] != '"')):
        yield _at("missing-comma", at, f"a comma is missing before {_quoted(text, at)}", "Put a comma between the two.")
    if before.endswith('"') and sign not in "]}:,":
        at_quote = len(before) - 1
        what = f"a quotation mark ends the text before {_quoted(text, at)}"
        yield _at("unescaped-quote", at_quote, what, 'Write a quotation mark in a text as \\".')
    return None


def _quoted(text: str, at: int) -> str:
    part = text[at : at + 12]
    return f"'{part[:10]}…'" if len(part) > 10 else f"'{part}'"
