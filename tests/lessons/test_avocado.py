"""The tiny table."""

from __future__ import annotations

import csv
import subprocess
import sys
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ftwidgets import lessons

TABLE = lessons.path("avocado")


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    with TABLE.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_the_table_begins_with_the_rows_of_the_course(rows: list[dict[str, str]]) -> None:
    assert [tuple(row.values()) for row in rows[:2]] == [
        ("2024-01-01", "1.20", "150", "New York"),
        ("2024-01-02", "1.30", "200", "Los Angeles"),
    ]


def test_each_row_is_another_day_of_one_of_four_cities(rows: list[dict[str, str]]) -> None:
    assert list(rows[0]) == ["date", "price", "quantity sold", "city"]
    days = [date.fromisoformat(row["date"]) for row in rows]
    assert days == sorted(set(days))
    assert len(days) == 60
    assert set(Counter(row["city"] for row in rows).values()) == {15}


def test_in_each_city_a_higher_price_sells_fewer(rows: list[dict[str, str]]) -> None:
    for city in {row["city"] for row in rows}:
        own = sorted((float(row["price"]), int(row["quantity sold"])) for row in rows if row["city"] == city)
        cheap, dear = own[:5], own[-5:]
        assert sum(sold for _, sold in cheap) > sum(sold for _, sold in dear)


def test_the_readme_says_that_the_rows_are_invented() -> None:
    assert "invented for practice" in (TABLE.parent / "README.md").read_text("utf-8")


def test_the_program_remakes_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, TABLE.parent / "make.py", tmp_path], check=True, capture_output=True)
    assert (tmp_path / "avocado.csv").read_bytes() == TABLE.read_bytes()
