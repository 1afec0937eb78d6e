"""Any bytes, any JSON, any example in which something is wrong: judged, mended and written without an exception."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.data import Dataset, Findings, check, fix, load
from ftwidgets.data.rules import RULES
from ftwidgets.errors import FtwidgetsError
from tests.data.examples import ANSWERED, ASKED, EXAMPLE, FILE, JSON, LINE, mutated

PREFERENCE = st.fixed_dictionaries(
    {
        "input": st.fixed_dictionaries({"messages": st.lists(ASKED | ANSWERED | JSON, max_size=3) | JSON}) | JSON,
        "preferred_output": st.lists(ANSWERED | ASKED | JSON, max_size=2) | JSON,
        "non_preferred_output": st.lists(ANSWERED | JSON, max_size=2) | JSON,
    },
    optional={"messages": JSON, "tools": JSON},
)
SIGNS = st.sampled_from([b"\x1f\x8b", b"\x28\xb5\x2f\xfd", b"PAR1", b"\xff\xfe", b"\xfe\xff", b"PK\x03\x04", b"%PDF-"])
PACKED = st.builds(lambda sign, rest: sign + rest, SIGNS, st.binary(max_size=200))
ROW = (PREFERENCE | mutated() | EXAMPLE | JSON).map(lambda value: json.dumps(value).encode())
ROWS = st.lists(ROW | LINE, max_size=5).map(b"\n".join)
TABLE = st.lists(st.lists(st.text('a,";\t\n\r\0', max_size=4), max_size=4).map(",".join), max_size=6)
CONTENT = st.one_of(FILE, ROWS, PACKED, TABLE.map(lambda lines: "\n".join(["a,b", *lines]).encode()))
LIST = st.builds(
    lambda rows, end: b"[" + b",".join(rows) + end, st.lists(ROW | LINE, max_size=4), st.sampled_from([b"]", b"", b","])
)
METHODS = st.sampled_from([None, "supervised", "dpo"])
FIXABLE = sorted(name for name, rule in RULES.items() if rule.mend and rule.scope != "between")


def is_sentence(words: str) -> bool:
    return words.endswith((".", "?", "!", "…")) and "\n" not in words and "Traceback" not in words


def taken(content: Any) -> Dataset | None:
    """The data, or None where a sentence says why there are none."""
    try:
        return load(content)
    except FtwidgetsError as refused:
        assert is_sentence(str(refused))
        return None


def told(findings: Findings) -> None:
    """All that was found can be said, and is JSON."""
    for finding in findings:
        assert finding.message and finding.remedy and finding.why
        assert str(finding).startswith(finding.place)
    assert len(orjson.loads(orjson.dumps(findings.records()))) == len(findings)
    assert sum(map(len, findings.by_cause().values())) == len(findings)
    assert repr(findings).startswith(findings.summary())


@given(content=CONTENT | LIST, method=METHODS)
def test_anything_is_judged_and_told(content: bytes, method: Any) -> None:
    data = taken(content)
    if data is not None:
        told(check(data, method=method, fewest=1))
        assert len(data.frame) <= len(data) and repr(data)


@given(content=ROWS, method=METHODS, rule=st.sampled_from(FIXABLE))
def test_from_loading_to_writing_nothing_is_lost_and_nothing_gets_worse(content: bytes, method: Any, rule: str) -> None:
    data = taken(content)
    if data is None:
        return
    before = check(data, method=method, fewest=1)
    mended = fix(data, method=method, fewest=1)
    assert len(check(mended, method=method, fewest=1).errors.lines) <= len(before.errors.lines)
    assert fix(mended, method=method, fewest=1) is mended
    try:
        fix(data, rule, method=method, fewest=1)
    except FtwidgetsError as refused:
        assert is_sentence(str(refused))
    assert str(mended.diff()) and mended.diff()._repr_html_()
    back = mended
    while back.steps:
        back = back.undone()
    assert back.to_bytes() == data.to_bytes()
    with tempfile.TemporaryDirectory() as folder:
        path = mended.write(Path(folder) / "mended.jsonl")
        assert path.read_bytes() == mended.to_bytes()
        again = taken(path)
        assert again is None or again.name == "mended.jsonl"


@given(content=ROWS)
def test_a_split_of_anything_is_a_split_or_a_sentence(content: bytes) -> None:
    data = taken(content)
    if data is None:
        return
    try:
        parts = data.split(0.5)
    except FtwidgetsError as refused:
        assert is_sentence(str(refused))
    else:
        assert sorted(raw for part in parts for raw in part.raws()) == sorted(data.raws())


@given(rows=st.lists(PREFERENCE | mutated(), max_size=3), method=METHODS)
def test_a_list_of_anything_is_judged_like_a_file(rows: list[Any], method: Any) -> None:
    listed = taken(rows)
    if listed is not None:
        told(check(listed, method=method))
        assert len(listed) == len(rows)
