"""Which format a file has, by what stands in it and never by its name."""

from __future__ import annotations

import codecs
import re
from typing import Literal

from ftwidgets.data.reading.delimiter import delimiter_of
from ftwidgets.data.reading.window import WRAPPER, first_value, is_json

Format = Literal["jsonl", "json", "csv", "tsv", "xlsx", "parquet", "gzip", "zip", "zst", "utf-16", "unreadable"]

PACKED = ("gzip", "zip", "zst", "utf-16")
"""What `unpacked` opens; what is in it is then recognised anew."""

MAGIC: dict[bytes, Format] = {
    b"\x1f\x8b": "gzip",
    b"\x28\xb5\x2f\xfd": "zst",
    b"PAR1": "parquet",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
    codecs.BOM_UTF32_BE: "utf-16",
    b"PK\x03\x04": "zip",
    b"PK\x05\x06": "zip",
}

UNREADABLE = {
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "an old or locked Excel file; save it as .xlsx without a password",
    b"7z\xbc\xaf\x27\x1c": "a 7z archive; unpack it",
    b"Rar!\x1a\x07": "a RAR archive; unpack it",
    b"BZh": "packed with bzip2; unpack it",
    b"\xfd7zXZ\x00": "packed with xz; unpack it",
    b"%PDF-": "a PDF; only texts with a structure can be learned from, such as JSONL or CSV",
    b"SQLite format 3\x00": "an SQLite data base; save a table of it as CSV",
    b"ARROW1\x00\x00": "an Arrow file; save it as Parquet",
}
"""What one may meet and cannot read, and what to do."""

_OFFICE = re.compile(rb"PK\x03\x04.{26}(?:xl/|\[Content_Types\]\.xml|docProps/|_rels/)", re.S)


def recognised(head: bytes, whole_size: int) -> Format:
    """The format of a file, from its first 64 KiB, or all of it; in doubt JSONL, in which every line can be judged."""
    for magic, format_ in MAGIC.items():
        if head.startswith(magic):
            return "xlsx" if format_ == "zip" and _OFFICE.search(head) else format_
    if why_unreadable(head):
        return "unreadable"
    text = head.removeprefix(codecs.BOM_UTF8).lstrip(b" \t\r\n")
    whole = len(head) >= whole_size
    if text[:1] in (b"{", b"["):
        return "json" if _is_array(text, whole) or _is_spread(text, whole) else "jsonl"
    delimiter = delimiter_of(head)
    return "jsonl" if delimiter is None else "tsv" if delimiter == "\t" else "csv"


def why_unreadable(head: bytes) -> str | None:
    """What a file is that cannot be read, and what to do, as the end of a sentence; None where it is no such file."""
    return next((why for magic, why in UNREADABLE.items() if head.startswith(magic)), None)


def _is_array(text: bytes, whole: bool) -> bool:
    """A list of objects, by itself or in an object; not the first of many lines that are each complete."""
    opening = re.compile(rb"\[\s*(?=\{)").match(text) or WRAPPER.match(text)
    if opening is None:
        return False
    line, _, rest = text.partition(b"\n")
    if rest.strip() and is_json(line):
        return False
    value = first_value(text[opening.end() :])
    if value is None:  # longer than what is seen of the file
        return not whole or text[:1] == b"["
    after = text[opening.end() + len(value) :].lstrip()[:1]
    return is_json(value) and after in (b",", b"]", b"")


def _is_spread(text: bytes, whole: bool) -> bool:
    """Objects that are written over several lines each."""
    line, _, rest = text.partition(b"\n")
    if text[:1] != b"{" or not rest.strip() or is_json(line):
        return False
    value = first_value(text)
    if value is not None:
        return b"\n" in value and is_json(value)
    second = rest.lstrip().partition(b"\n")[0]
    return not whole and line.rstrip()[-1:] in (b"{", b"[", b",") and not is_json(second.rstrip().rstrip(b","))
