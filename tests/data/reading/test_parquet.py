"""Parquet: rows come out as they went in, without the nulls that only fill a column's objects."""

from __future__ import annotations

import datetime
import decimal
import io
from typing import Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ftwidgets.data.reading import parquet as module
from ftwidgets.errors import FileFormatError
from tests.data.examples import CHAT
from tests.data.reading.files import lines, said

CALL = {"id": "1", "type": "function", "function": {"name": "f", "arguments": "{}"}}
CHATS = [
    {"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b", "weight": 0}]},
    {
        "messages": [
            {"role": "user", "content": "a"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": "c", "tool_call_id": "1"},
            {"role": "assistant", "content": "d"},
        ],
        "parallel_tool_calls": False,
    },
]


def parquet(rows: list[dict[str, Any]], **options: Any) -> bytes:
    """These rows in a file."""
    file = io.BytesIO()
    names = list(dict.fromkeys(key for row in rows for key in row))
    pq.write_table(pa.table({name: [row.get(name) for row in rows] for name in names}), file, **options)
    return file.getvalue()


def test_conversations_come_out_as_they_went_in() -> None:
    assert said(parquet(CHATS), "parquet") == CHATS


def _is_text(example: dict[str, Any]) -> bool:
    return all(isinstance(message["content"], str) for message in example["messages"])


@settings(max_examples=40)
@given(examples=st.lists(CHAT.filter(_is_text), min_size=1, max_size=4))
def test_any_conversation_of_texts_comes_out_as_it_went_in(examples: list[dict[str, Any]]) -> None:
    plain = [{"messages": example["messages"]} for example in examples]
    assert said(parquet(plain), "parquet") == plain


def test_rows_are_numbered_through_all_batches() -> None:
    rows = [{"n": n, "text": str(n)} for n in range(5 * module.MANY + 1)]
    found = lines(parquet(rows, row_group_size=300), "parquet")
    assert found == [(n + 1, orjson.dumps(row)) for n, row in enumerate(rows)]


def test_what_json_has_no_word_for_becomes_a_text() -> None:
    row = {
        "when": datetime.datetime(2024, 3, 1, 9, 30, tzinfo=datetime.UTC),
        "day": datetime.date(2024, 3, 1),
        "price": decimal.Decimal("1.50"),
        "raw": b"abc",
        "image": b"\xff\x00",
        "nothing": None,
        "nan": float("nan"),
        "large": 2**63 - 1,
    }
    assert said(parquet([row]), "parquet") == [
        {
            "when": "2024-03-01 09:30:00.000000Z",
            "day": "2024-03-01",
            "price": "1.50",
            "raw": "abc",
            "image": "/wA=",
            "nothing": "",
            "nan": "",
            "large": 2**63 - 1,
        }
    ]


def test_nanoseconds_and_maps_are_read() -> None:
    file = io.BytesIO()
    when = pa.array([1, None], pa.timestamp("ns"))
    pairs = pa.array([[("a", 1)], None], pa.map_(pa.string(), pa.int64()))
    pq.write_table(pa.table({"when": when, "pairs": pairs}), file)
    assert said(file, "parquet") == [{"when": "1970-01-01 00:00:00.000000001", "pairs": {"a": 1}}, {}]


@pytest.mark.parametrize("content", [b"PAR1", b"PAR1" + b"\0" * 50 + b"PAR1", parquet(CHATS)[:-9], b""])
def test_a_broken_file_is_refused_in_a_sentence(content: bytes) -> None:
    with pytest.raises(FileFormatError, match=r"^The Parquet file cannot be read: .*"):
        lines(content, "parquet")


@settings(max_examples=60)
@given(place=st.integers(0, 10**9), byte=st.integers(0, 255))
def test_a_wrong_byte_is_met_without_a_traceback(place: int, byte: int) -> None:
    content = bytearray(parquet(CHATS))
    content[place % len(content)] = byte
    try:
        lines(bytes(content), "parquet")
    except FileFormatError as error:
        assert "Parquet" in str(error)


@pytest.mark.parametrize(
    "column",
    [
        pa.array(["a" * 1_000_000] * 300).dictionary_encode(),
        pa.array(["a" * 1_000_000] * 300),
        pa.array(["a" * 60_000_000] * 3),
    ],
    ids=["one value often", "long values", "huge values"],
)
def test_a_bomb_is_told_before_it_fills_the_machine(column: Any) -> None:
    file = io.BytesIO()
    pq.write_table(pa.table({"text": column}), file, compression="zstd")
    given = 0
    with pytest.raises(FileFormatError, match="more than 250 times its size"):
        for _, raw in module.records(file, []):
            given += len(raw)
    assert given < 200_000_000


def test_fewer_rows_are_read_at_once_where_they_are_long() -> None:
    def at_once(rows: list[str], **options: Any) -> int:
        file = io.BytesIO(parquet([{"text": text} for text in rows], **options))
        return module._at_once(pq.ParquetFile(file).metadata)

    assert at_once(["a"] * 1000) == module.MANY
    assert at_once(["a" * 40_000_000] * 2, use_dictionary=False, compression="zstd") == module.TOGETHER // 40_000_000
