"""The README's table of clients is the one that the scripts are held to."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.clients.abilities import CLIENTS, CURRENT, LEGACY, ROWS, Client, table

HERE = Path(__file__).parent


def test_the_table_of_the_readme_is_what_the_clients_are_held_to() -> None:
    readme = (HERE.parents[1] / "README.md").read_text("utf-8")
    assert table() in readme, "write what `python -m tests.clients.abilities` prints into the README"


@pytest.mark.parametrize("client", CLIENTS.values(), ids=CLIENTS)
def test_a_script_tries_what_its_column_claims(client: Client) -> None:
    tried = re.findall(r'ability\("([\w.]+)"', (HERE / client.script).read_text("utf-8"))
    assert set(tried) == client.abilities
    assert len(tried) == len(set(tried))


def test_every_ability_stands_in_one_row() -> None:
    named = [name for names in ROWS.values() for name in names]
    assert len(named) == len(set(named)) == len(CURRENT | LEGACY)
