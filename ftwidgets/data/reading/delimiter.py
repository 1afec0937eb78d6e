"""Whether a text is a table, and what stands between its columns."""

from __future__ import annotations

import codecs
import csv
import io

import orjson

HEAD = 2**16
JUDGED = 100
"""So many records, at most, tell whether a text is a table."""

WINDOWS = "".join(bytes([byte]).decode("cp1252", "ignore") or chr(byte) for byte in range(256))
"""The signs of Windows-1252; of the five bytes that it leaves out, those of Latin-1."""


def delimiter_of(head: bytes) -> str | None:
    """What stands between the columns, where `head`, the beginning of a file, is surely a table: `,`, `;` or a tab.

    A header of at least two names, no two alike, none of them a number, and mostly as many fields in the records.
    """
    text = text_of(head.removeprefix(codecs.BOM_UTF8))
    if not text.strip() or any(sign < " " and sign not in "\t\r\n" for sign in text):
        return None
    if any(_is_json(line) for line in text.split("\n", 20)[:20]):
        return None
    cut = len(head) >= HEAD
    found = {delimiter: _width(text, delimiter, cut) for delimiter in "\t;,"}
    best = max(found, key=lambda delimiter: found[delimiter])
    return best if found[best] >= 2 else None


def text_of(raw: bytes) -> str:
    """UTF-8, or Windows-1252 where it is none. A sign cut off at the end of a file's beginning is left out."""
    try:
        return codecs.utf_8_decode(raw, "strict", False)[0]
    except UnicodeDecodeError:
        return codecs.charmap_decode(raw, "strict", WINDOWS)[0]


def _is_json(line: str) -> bool:
    try:
        return line.lstrip()[:1] in ("{", "[") and isinstance(orjson.loads(line), dict | list)
    except orjson.JSONDecodeError:
        return False


def _width(text: str, delimiter: str, cut: bool) -> int:
    """How many columns a table of this kind has; 0 where the text is none."""
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=delimiter, strict=True)
    records: list[list[str]] = []
    try:
        for record in reader:
            if record:
                records.append(record)
            if len(records) > JUDGED:
                break
    except csv.Error:  # the last record, cut off, or one that is wrongly quoted
        pass
    if cut and 2 < len(records) <= JUDGED:
        del records[-1]
    if len(records) < 2:
        return 0
    header, rest = [name.strip() for name in records[0]], records[1:]
    names = [name for name in header if name]
    like = sum(len(record) == len(header) for record in rest)
    sound = len(set(names)) == len(names) >= 2 and not any(_is_number(name) for name in names)
    return len(header) if sound and 2 * like > len(rest) else 0


def _is_number(name: str) -> bool:
    try:
        float(name)
    except ValueError:
        return False
    return True
