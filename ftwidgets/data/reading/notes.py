"""What a reader noticed on its way, told once for all places where it was so."""

from __future__ import annotations

LARGEST = 32 * 2**20
"""Bytes of one example at most; what is larger is passed on as a faulty row."""

SHOWN = 2**20
"""So many bytes of what is too large are passed on."""

TOO_LARGE = (
    f"{{of}} larger than {LARGEST >> 20} MiB, the first {{first}}: only the first {SHOWN >> 20} MiB of each was read."
)


def shortened(raw: bytes) -> bytes:
    """The beginning of what is too large; the sign at its end is no JSON, so that the row is found faulty."""
    return raw[:SHOWN] + " …".encode()


class Tally:
    """Counts what was noticed, by its sentence: `{of}` in it becomes "1 record is", `{first}` the first place."""

    def __init__(self, notes: list[str], noun: str, place: str) -> None:
        """`noun` is what is counted ("record"), `place` what the number of one is a number of ("line")."""
        self._notes, self._noun, self._place = notes, noun, place
        self._counted: dict[str, tuple[int, int]] = {}

    def add(self, sentence: str, number: int) -> None:
        """One more, in place `number`."""
        count, first = self._counted.get(sentence, (0, number))
        self._counted[sentence] = (count + 1, first)

    def tell(self) -> None:
        """Add the sentences to the notes."""
        for sentence, (count, first) in self._counted.items():
            of = f"1 {self._noun} is" if count == 1 else f"{count:,} {self._noun}s are"
            self._notes.append(sentence.format(of=of, first=f"{self._place} {first:,}"))
        self._counted.clear()
