"""Make the table of avocado sales: two rows as in the course, the others invented for practice by a seeded draw."""

import argparse
import random
from datetime import date, timedelta
from pathlib import Path

SEED = 7
ROWS = 60
HEADER = "date,price,quantity sold,city"
FIRST = ["2024-01-01,1.20,150,New York", "2024-01-02,1.30,200,Los Angeles"]
CITIES = {"New York": 150, "Los Angeles": 210, "Chicago": 120, "Houston": 140}  # avocados sold in a day at 1.20
PRICES = [price / 100 for price in range(100, 165, 5)]
FEWER = 80  # avocados fewer for each unit of price more: a dear one sells less


def row(day: date, city: str, dealer: random.Random) -> str:
    """One day in one city."""
    price = dealer.choice(PRICES)
    quantity = CITIES[city] - FEWER * (price - 1.20) + dealer.gauss(0, 8)
    return f"{day},{price:.2f},{round(quantity)},{city}"


def main() -> None:
    """Write the table beside this program, or into another folder."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=Path(__file__).parent, help="where to write")
    dealer = random.Random(SEED)  # noqa: S311
    days = [date(2024, 1, 1) + timedelta(days=number) for number in range(ROWS)]
    cities = list(CITIES)
    invented = [row(day, cities[number % 4], dealer) for number, day in enumerate(days)]
    text = "\n".join([HEADER, *FIRST, *invented[len(FIRST) :], ""])
    (parser.parse_args().folder / "avocado.csv").write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main()
