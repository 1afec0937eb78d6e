"""The widgets' JavaScript as it is joined into one module."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from ftwidgets.widgets.script import FOLDER, IMPORT, joined

WIDGETS = [path.name for path in FOLDER.glob("*.js") if "export default" in path.read_text("utf-8")]
NAME = re.compile(r"^(?:export )?(?:function|class|const|let) (\w+)", re.M)


@pytest.mark.parametrize("name", WIDGETS)
def test_a_joined_module_imports_nothing_and_exports_one_thing(name):
    text = joined(name)
    assert not re.search(r"^import ", text, re.M)
    assert re.findall(r"^export (\w+)", text, re.M) == ["default"]


@pytest.mark.parametrize("name", WIDGETS)
def test_no_two_joined_modules_take_the_same_name(name):
    taken = Counter(NAME.findall(joined(name)))
    assert [name for name, times in taken.items() if times > 1] == []


def test_every_import_is_of_a_module_and_a_name_that_are_there():
    for path in FOLDER.glob("*.js"):
        text = path.read_text("utf-8")
        assert len(re.findall(r"^import ", text, re.M)) == len(IMPORT.findall(text))
        for names, module in re.findall(r'^import \{([^}]*)\} from "\./([\w.]+)";', text, re.M):
            exported = re.findall(r"^export (?:function|class|const) (\w+)", (FOLDER / module).read_text("utf-8"), re.M)
            assert {name.strip() for name in names.split(",")} <= set(exported)


def test_nothing_is_fetched_from_anywhere_and_no_text_becomes_markup():
    for path in [*FOLDER.glob("*.js"), *FOLDER.glob("*.css")]:
        text = path.read_text("utf-8").replace("http://www.w3.org/2000/svg", "")
        assert not re.search(r"https?://|innerHTML|insertAdjacentHTML|document\.write|\beval\(", text), path.name
