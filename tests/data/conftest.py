"""The template that a sound example must go through, and the small disk that really becomes full."""

from __future__ import annotations

import pytest

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.fetch import fetch
from ftwidgets.bases.tokenizer import Tokenizer
from tests.bases.conftest import disk

__all__ = ["disk", "template"]


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> ChatTemplate:
    """The template of random-tiny."""
    return ChatTemplate(Tokenizer(fetch("random-tiny", tmp_path_factory.mktemp("bases"))))
