"""The vocabularies of OpenAI's encodings, as they lie in this package: each token at its rank."""

from __future__ import annotations

import base64
import lzma
from pathlib import Path

FOLDER = Path(__file__).parent / "encodings"

SHA256 = {
    "o200k_base": "446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    "cl100k_base": "223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
}
"""What tiktoken expects of the rank files that OpenAI publishes (tiktoken_ext/openai_public.py)."""


def tokens(name: str) -> list[bytes]:
    """The tokens of the encoding `name` in the order of their ranks."""
    return unpack((FOLDER / f"{name}.xz").read_bytes())


def pack(tokens: list[bytes]) -> bytes:
    """The tokens as this package keeps them: their number, a byte for the length of each, and then all their bytes."""
    plain = len(tokens).to_bytes(4, "little") + bytes(map(len, tokens)) + b"".join(tokens)
    # Tokens are not aligned, and telling xz so makes it smaller.
    squeeze = {"id": lzma.FILTER_LZMA2, "preset": 9 | lzma.PRESET_EXTREME, "lc": 3, "lp": 0, "pb": 0}
    return lzma.compress(plain, format=lzma.FORMAT_XZ, filters=[squeeze])


def unpack(packed: bytes) -> list[bytes]:
    """What `pack` packed."""
    plain = lzma.decompress(packed)
    start = 4 + int.from_bytes(plain[:4], "little")
    found = []
    for length in plain[4:start]:
        found.append(plain[start : start + length])
        start += length
    return found


def rank_file(tokens: list[bytes]) -> bytes:
    """The tokens as OpenAI publishes them: a line each, the token in base 64 and its rank."""
    return b"".join(base64.b64encode(token) + b" %d\n" % rank for rank, token in enumerate(tokens))


def read_rank_file(content: bytes) -> list[bytes]:
    """The tokens of a file as OpenAI publishes it, whose ranks count up from 0."""
    return [base64.b64decode(line.split()[0]) for line in content.splitlines()]
