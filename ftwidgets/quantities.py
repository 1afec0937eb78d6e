"""Numbers as a person says them: durations, counts, and what is only known roughly."""

from __future__ import annotations

MINUTE, HOUR = 60, 3600


def duration(seconds: float) -> str:
    """Seconds in words, with the two or three digits that mean something: "24 s", "1 min 20 s", "12 min", "3 h 5 min".

    From one minute the seconds are told in tens, from ten minutes no more; from one hour the minutes in fives.
    """
    if seconds < 0.5:
        return "under 1 s"
    if round(seconds) < MINUTE:
        return f"{round(seconds)} s"
    if (tens := round(seconds / 10) * 10) < 10 * MINUTE:
        return _joined(tens, MINUTE, "min", "s")
    if (minutes := round(seconds / MINUTE)) < MINUTE:
        return f"{minutes} min"
    return _joined(round(seconds / (5 * MINUTE)) * 5, MINUTE, "h", "min")


def _joined(amount: int, unit: int, large: str, small: str) -> str:
    whole, rest = divmod(amount, unit)
    return f"{whole:,} {large} {rest} {small}" if rest else f"{whole:,} {large}"


def count(number: int, noun: str = "") -> str:
    """A number with commas, and with a noun in the right number: "61,204", "1 row", "2,000 rows"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}" if noun else f"{number:,}"


def amount(dollars: float) -> str:
    """Dollars from 0: "$0", "under $0.01", "$0.38", "$4.50", "$1,240"."""
    if dollars == 0:
        return "$0"
    if dollars < 0.005:
        return "under $0.01"
    return f"${dollars:,.2f}" if dollars < 100 else f"${dollars:,.0f}"


def about(number: float) -> str:
    """A number from 0, to the two digits that mean something of a measurement: "640", "7.3", "12,000"."""
    rough = float(f"{number:.2g}")
    return f"{rough:,.0f}" if rough >= 10 else f"{rough:g}"
