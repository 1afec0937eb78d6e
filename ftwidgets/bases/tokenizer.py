"""Text to token ids and back, by a model's own `tokenizer.json`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

from ftwidgets.errors import BaseModelError, require

WINDOW = 2**18
"""Characters from which on a text is counted in parts: counted at once, each token takes hundreds of bytes."""

BORDERS = re.compile(r"[!-~][ \n]|[一-龥][，。]")
"""Between these two characters every byte-level tokenizer cuts, whatever stands around them: none of the alternatives
of GPT-2's pattern (openai/gpt-2, encoder.py) matches both, and none looks back."""

DIGIT_BORDERS = re.compile(rf"{BORDERS.pattern}|[!-~][0-9]")
"""Where digits stand alone, it cuts before each of them too."""


class Tokenizer:
    """A model's tokenizer.

    `encode` never reads a special token out of a text: a person who writes `<|im_end|>` gets its letters.
    `encode_template` does, for the chat template's own text.
    """

    def __init__(self, folder: Path) -> None:
        """Read `tokenizer.json` and `tokenizer_config.json` in `folder`.

        Raises:
            BaseModelError: one of them is missing or cannot be read.
        """
        tokenizers = require("tokenizers", "local")
        try:
            text = (folder / "tokenizer.json").read_text("utf-8")
            self._special = tokenizers.Tokenizer.from_str(text)
            self._plain = tokenizers.Tokenizer.from_str(_without_special(text))
            self._borders = _borders(json.loads(text))
            config = json.loads((folder / "tokenizer_config.json").read_text("utf-8"))
            if not isinstance(config, dict):
                raise ValueError("tokenizer_config.json is not an object")
            template = folder / "chat_template.jinja"
            own = template.read_text("utf-8") if template.is_file() else config.get("chat_template")
        except Exception as error:  # tokenizers raises bare Exception
            raise BaseModelError(f"The tokenizer in {folder} cannot be read: {error}.") from error
        self.chat_template: str | None = _default_of(own)
        self.eos = self._id_of(config.get("eos_token"), folder)
        self.bos_text = _text_of(config.get("bos_token")) or ""
        self.eos_text = _text_of(config.get("eos_token")) or ""

    def _id_of(self, token: object, folder: Path) -> int:
        identity = self._special.token_to_id(_text_of(token) or "")
        if identity is None:
            raise BaseModelError(f"The tokenizer in {folder} names no end token (eos_token).")
        return int(identity)

    def encode(self, text: str) -> list[int]:
        """The ids of a person's text."""
        return list(self._plain.encode(_sound(text), add_special_tokens=False).ids)

    def counts(self, texts: Sequence[str], window: int = WINDOW) -> list[int]:
        """How many ids each text has. A text longer than `window` is counted in parts, which changes no count."""
        sound = [_sound(text) for text in texts]
        short = iter(self._encoded([text for text in sound if len(text) <= window]))
        return [
            next(short) if len(text) <= window else sum(self._encoded([part])[0] for part in self._cut(text, window))
            for text in sound
        ]

    def _encoded(self, texts: list[str]) -> list[int]:
        return [len(one.ids) for one in self._plain.encode_batch_fast(texts, add_special_tokens=False)]

    def _cut(self, text: str, window: int) -> Iterator[str]:
        """The parts of a text, each up to the first border after `window` characters."""
        at = 0
        while self._borders and (border := self._borders.search(text, at + window)):
            yield text[at : border.start() + 1]
            at = border.start() + 1
        yield text[at:]

    def encode_template(self, text: str) -> list[int]:
        """The ids of a template's own text, its special tokens read as such."""
        return list(self._special.encode(text, add_special_tokens=False).ids)

    def decode(self, ids: list[int]) -> str:
        """The text of `ids`, special tokens left out; bytes that are not yet a character become U+FFFD."""
        return str(self._special.decode(ids, skip_special_tokens=True))

    def token_text(self, identity: int) -> str:
        """One token as text, special tokens shown."""
        return str(self._special.decode([identity], skip_special_tokens=False))

    def token_bytes(self, identity: int) -> list[int]:
        """One token's bytes; a token may hold a part of a character only."""
        token = self._special.id_to_token(identity) or ""
        if all(letter in self._byte_of for letter in token):
            return [self._byte_of[letter] for letter in token]
        return list(self.token_text(identity).encode())

    @cached_property
    def _byte_of(self) -> dict[str, int]:
        return {letter: byte for byte, letter in enumerate(byte_letters())}


def byte_letters() -> list[str]:
    """The letter that byte-level tokenizers write for each byte 0–255, as GPT-2 chose them."""
    shown = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    hidden = [byte for byte in range(256) if byte not in shown]
    letters = {byte: chr(byte) for byte in shown} | {byte: chr(256 + n) for n, byte in enumerate(hidden)}
    return [letters[byte] for byte in range(256)]


def _borders(raw: dict[str, Any]) -> re.Pattern[str] | None:
    """Where a tokenizer surely cuts any text; None where that is not known of its kind."""
    before = raw.get("pre_tokenizer") or {}
    steps = before.get("pretokenizers", []) if before.get("type") == "Sequence" else [before]
    digits = [step.get("individual_digits") for step in steps[:-1] if step.get("type") == "Digits"]
    last = steps[-1] if steps else {}
    byte_level = last.get("type") == "ByteLevel" and last.get("use_regex", True) and not last.get("add_prefix_space")
    if raw.get("normalizer") or raw["model"].get("type") != "BPE" or not byte_level or len(digits) != len(steps) - 1:
        return None
    return DIGIT_BORDERS if any(digits) else BORDERS


def _without_special(text: str) -> str:
    raw = json.loads(text)
    raw["added_tokens"] = []
    raw["post_processor"] = None
    return json.dumps(raw)


def _default_of(template: object) -> str | None:
    """The template itself; older models have a list of named ones."""
    if isinstance(template, list):
        named = {one.get("name"): one.get("template") for one in template if isinstance(one, dict)}
        template = named.get("default")
    return template if isinstance(template, str) else None


def _text_of(token: object) -> str | None:
    if isinstance(token, dict):
        token = token.get("content")
    return token if isinstance(token, str) else None


def _sound(text: str) -> str:
    """`text` with lone surrogates, which no tokenizer can take, replaced by U+FFFD."""
    return re.sub("[\ud800-\udfff]", "\ufffd", text)
