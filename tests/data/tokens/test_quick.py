"""gigatoken is made anew before it has filled the memory, and counts on as before."""

import subprocess
import sys

import pytest

from ftwidgets.data.tokens.quick import Quick

pytest.importorskip("gigatoken")


@pytest.mark.slow
def test_made_anew_it_counts_as_before() -> None:
    quick = Quick("o200k_base", room=-1)  # full from the first count on
    first, before = quick.encode, quick.counts(["some words", "中文", ""])
    assert quick.encode is not first
    assert quick.counts(["some words", "中文", ""]).tolist() == before.tolist() == [2, 1, 0]


@pytest.mark.slow
def test_what_it_remembers_does_not_fill_the_memory() -> None:
    """Two million words that are all new: 200 MB, were they all remembered."""
    code = """
import random, resource, sys
from ftwidgets.data.tokens.quick import Quick
def peak(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
source = random.Random(7)
letters = str.maketrans("0123456789", "ghijklmnop")
def word(): return f"{source.getrandbits(128):x}".translate(letters)
def block(): return [" ".join(word() for _ in range(100)) for _ in range(1_000)]
quick = Quick("o200k_base", room=50_000_000)
quick.counts(block())
before = peak()
for _ in range(20): quick.counts(block())
print((peak() - before) * (1 if sys.platform == 'darwin' else 1024))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) < 150_000_000


def test_with_room_it_stays_as_it_is() -> None:
    quick = Quick("cl100k_base", room=1 << 40)
    first = quick.encode
    assert quick.counts(["a", "", "b c"]).tolist() == [1, 0, 2]
    assert quick.encode is first
