"""What a job reads, learns and is billed for, held against the rendering of every example."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.fetch import fetch
from ftwidgets.data import load
from ftwidgets.data.cost.workload import SAMPLE, Cut, Files, Workload, cuts, surveyed, workload
from ftwidgets.data.tally import SPEAKERS, Tally
from ftwidgets.data.tokens.counting import LocalCounter
from ftwidgets.effort import Share
from tests.data.examples import EXAMPLE


def said(*turns: tuple[str, str]) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns]}


SHORT = said(("user", "a"), ("assistant", "bb"))


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory) -> LocalCounter:
    """A counter of one's own: its context is set."""
    folder = tmp_path_factory.mktemp("bases")
    fetch("random-tiny", folder)
    return LocalCounter("random-tiny", folder)


@given(examples=st.lists(EXAMPLE, max_size=5), context=st.integers(1, 80) | st.none())
def test_a_workload_is_what_the_engine_keeps_of_every_example(
    examples: list[Any], context: int | None, counter: LocalCounter, template: ChatTemplate
) -> None:
    counter.context = context
    survey = surveyed(load(examples), counter)
    rendered = [template.example(example) for example, ok in zip(examples, survey.facts.sound, strict=True) if ok]
    used = [one for one in rendered if any(one.mask[:context])]
    assert workload(survey, counter) == Workload(
        examples=len(rendered),
        used=len(used),
        tokens=sum(len(one.ids[:context]) for one in used),
        trained=sum(sum(one.mask[:context]) for one in rendered),
        billed=sum(len(one.ids[:context]) for one in rendered),
    )


def test_a_row_that_does_not_fit_is_told_with_what_is_lost(counter: LocalCounter, template: ChatTemplate) -> None:
    long = said(("user", "a"), ("assistant", "b" * 100))
    whole, start = len(template.example(long).ids), template.example(long).mask.index(1)
    counter.context = start + 30
    survey = surveyed(load([SHORT, long]), counter)
    assert list(cuts(survey, counter)) == [Cut(1, whole, 30, 101 - 30)]
    counter.context = None
    assert list(cuts(survey, counter)) == []


def test_faulty_rows_are_no_work(counter: LocalCounter) -> None:
    counter.context = 100
    data = load([SHORT, {"messages": []}, {"text": "x"}, SHORT])
    assert workload(surveyed(data, counter), counter).examples == 2
    assert workload(surveyed(load([]), counter), counter) == Workload()


def test_a_share_stands_for_a_whole_file() -> None:
    share = Workload(examples=10, used=9, tokens=90, trained=20, billed=100).share(2.5)
    assert (share.examples, share.tokens) == (22, 225.0)


def test_a_tally_tells_whose_the_tokens_are(counter: LocalCounter) -> None:
    tally, yes = Tally(), {"role": "assistant", "content": "yes"}
    data = load(
        [said(("system", "s"), ("user", "uu"), ("assistant", "aaa")), {"text": 1}, {"prompt": "p", "completion": "cc"}]
    )
    surveyed(data[:1], counter, tally)
    assert dict(zip(SPEAKERS, tally.tokens[0].tolist(), strict=True)) == {
        "system": 1,
        "user": 2,
        "assistant": 3,
        "tool": 0,
        "not preferred": 0,
    }
    mixed = Tally()
    surveyed(data[1:], counter, mixed)
    assert mixed.tokens.tolist() == [[0, 0, 0, 0, 0], [0, 1, 2, 0, 0]]
    rejected = Tally()
    asked = {"messages": [{"role": "user", "content": "q"}]}
    surveyed(
        load([{"input": asked, "preferred_output": [yes], "non_preferred_output": [yes | {"content": "n"}]}]),
        counter,
        rejected,
    )
    assert rejected.tokens.tolist() == [[0, 1, 3, 0, 1]]
    assert Tally().tokens.shape == (0, len(SPEAKERS))


def test_of_a_long_file_a_sample_tells_until_every_row_was_counted(counter: LocalCounter) -> None:
    counter.context = 100
    rows = [said(("user", "a" * (n % 20)), ("assistant", "b")) for n in range(1, SAMPLE + 500)]
    files = Files(rows, [SHORT])
    sampled, short = files.share(counter), files.share(counter, 1)
    assert (files.is_counted(counter), files.is_counted(counter, 1)) == (False, True)
    exact = files.work(counter).share()
    assert files.share(counter) == exact
    assert sampled != exact
    assert sampled.tokens == pytest.approx(exact.tokens, rel=0.02)
    assert (short.examples, Files(rows).share(counter, 1)) == (1, Share(0, 0))
