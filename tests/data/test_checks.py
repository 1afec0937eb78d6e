"""The check as a whole: what it passes can be trained on, and it looks at each row once."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.data import Dataset, check, load
from ftwidgets.data.kinds import Kind
from tests.data.examples import EXAMPLE, mutated


def trainable(example: Any) -> bool:
    return not check(load([example]), fewest=1).errors


@given(example=EXAMPLE)
def test_a_sound_example_has_no_error_unless_it_has_nothing_to_learn(example: Any) -> None:
    errors = {finding.rule for finding in check(load([example]), fewest=1).errors}
    assert errors <= {"nothing-trained", "empty-completion"}


@given(example=EXAMPLE | mutated())
def test_what_passes_without_an_error_is_rendered_and_has_something_to_learn(
    template: ChatTemplate, example: Any
) -> None:
    if trainable(example):
        rendered = template.example(orjson.loads(orjson.dumps(example)))
        assert len(rendered.ids) == len(rendered.mask)
        assert sum(rendered.mask) > 0


@pytest.mark.parametrize("depth", [100, 1000])
def test_a_call_with_deeply_nested_arguments_is_refused_or_rendered(template: ChatTemplate, depth: int) -> None:
    arguments = b"[" * depth + b"]" * depth
    call = b'{"messages": [{"role": "assistant", "tool_calls": [{"function": {"arguments": %s}}]}]}' % arguments
    data = load(call)
    if not check(data, fewest=1).errors:
        assert sum(template.example(data[0]).mask) > 0


class Counted(Dataset):
    """A data set that counts how often it is asked for its kind, for which all rows are looked at."""

    asked = 0

    @property
    def kind(self) -> Kind:
        self.asked += 1
        return super().kind


def test_the_kind_of_a_file_is_found_once_and_not_for_each_row() -> None:
    rows = load([{"prompt": "a", "completion": "b"}] * 50).rows
    data = Counted(rows)
    check(data)
    assert data.asked <= 2


def test_the_findings_come_in_the_order_of_the_lines() -> None:
    lines = [finding.line for finding in check(load(b'{"messages": [1, 2]}\n{\n{"a": 1}\n'))]
    assert lines == [None, 1, 1, 2, 3]


def test_a_validation_file_is_judged_by_its_own_format_as_the_service_judges_it() -> None:
    chats = [
        {"messages": [{"role": "user", "content": f"a {n}"}, {"role": "assistant", "content": "b"}]} for n in range(12)
    ]
    pairs = [{"prompt": f"a {n}", "completion": "b"} for n in range(12)]
    assert not check(load(chats), load(pairs)).errors
    assert [finding.line for finding in check(load(chats), load([*pairs, chats[0]])).errors] == [13]


SAID = [rb"a \"quoted\" word", rb"C:\\", rb"\\\"", rb"\u0022", b"plain", rb"\n"]


@pytest.mark.parametrize("texts", [True, False])
@pytest.mark.parametrize(
    ("plain", "doubled"),
    [
        (
            b'{"messages": [{"role": "user", "content": "%s?"}, {"role": "assistant", "content": "%s."}]}',
            b'{"messages": [{"role": "user", "content": "", "content": "%s"}, {"role": "assistant", "content": "%s"}]}',
        ),
        (b'{"prompt": "%s?", "completion": "%s."}', b'{"prompt": "%s", "completion": "a", "completion": "%s"}'),
    ],
)
def test_a_key_that_stands_twice_is_found_among_plain_rows(plain: bytes, doubled: bytes, texts: bool) -> None:
    rows = [plain % (b"%d %s" % (n, SAID[n % 6]), SAID[n // 6 % 6]) for n in range(72)]
    for place in (0, 17, 71):
        rows[place] = doubled % (b"%d %s" % (place, SAID[place % 6]), SAID[place % 5])
    found = check(load(b"\n".join(rows)), texts=texts).where(rule="duplicate-key")
    assert found.lines == [1, 18, 72]
    assert not check(load(b"\n".join(rows[1:17])), texts=texts).where(rule="duplicate-key")
