"""The law between the check and the service: what one finds, the other refuses, and nothing else."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.chat import ChatTemplate
from ftwidgets.bases.fetch import fetch
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.data import Dataset, check, load
from ftwidgets.service.files import keep
from ftwidgets.service.holdings import Holdings
from ftwidgets.service.schema import HOME
from ftwidgets.service.store import Store
from ftwidgets.service.validation import Refusal, validated
from ftwidgets.service.wire import Record, WireError

WORDS = st.sampled_from(["", " ", "Hi", "<|im_end|>", "é\u2028", "\ue0000\ue001"])
ROLES = st.sampled_from(["user", "assistant", "assistant", "system", "tool", "bot"])
ODD = st.one_of(st.none(), st.booleans(), st.integers(-1, 2), st.floats(0, 1), WORDS, st.just([]), st.just({}))
PARTS = st.lists(st.fixed_dictionaries({"type": st.sampled_from(["text", "image_url"]), "text": WORDS}), max_size=2)
CALLS = st.lists(st.fixed_dictionaries({"function": st.one_of(ODD, st.just({"name": "f"}))}), max_size=2)
MESSAGES = st.fixed_dictionaries(
    {"role": ROLES, "content": st.one_of(WORDS, WORDS, WORDS, PARTS, ODD)},
    optional={"weight": ODD, "name": WORDS, "tool_calls": st.one_of(CALLS, ODD), "function_call": ODD, "other": ODD},
)
CHATS = st.fixed_dictionaries(
    {"messages": st.one_of(st.lists(st.one_of(MESSAGES, MESSAGES, ODD), max_size=3), ODD)},
    optional={"tools": ODD, "parallel_tool_calls": ODD, "weight": ODD},
)
PAIRS = st.fixed_dictionaries({}, optional={"prompt": st.one_of(WORDS, ODD), "completion": WORDS, "note": WORDS})
SOUND = st.just({"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Ho"}]})
LINES = st.one_of(
    st.one_of(SOUND, SOUND, CHATS, PAIRS, ODD).map(lambda row: json.dumps(row).encode()),
    st.sampled_from([b"", b" ", b"{", b"\xff", b"[" * 2000, b"[" * 1000 + b"]" * 1000]),
)


@st.composite
def files(draw):
    """A file that is mostly sound: ten rows and more, of which up to two are drawn."""
    sound = json.dumps(draw(SOUND)).encode()
    rows = [sound] * draw(st.sampled_from([8, 9, 10, 12])) + draw(st.lists(LINES, max_size=2))
    return draw(st.sampled_from([b"", b"\xef\xbb\xbf"])) + draw(st.sampled_from([b"\n", b"\r\n"])).join(rows)


def job_on(store: Store, file: str) -> Record:
    """A job on a file, as it is when it is validated."""
    job = {"id": f"ftjob-{file}", "status": "validating_files", "training_file": file, "validation_file": None}
    Holdings(store, HOME).add("jobs", job, status=job["status"], plan={})
    return job


def accepted(store: Store, content: bytes) -> Dataset | None:
    """The examples that the service would train on; None where it refuses the upload or fails the job."""
    try:
        file = keep(Holdings(store, HOME), io.BytesIO(content), "a.jsonl", "fine-tune")
    except WireError:
        return None
    data = validated(store, job_on(store, file["id"]))
    return None if isinstance(data, Refusal) else data


def test_the_check_finds_an_error_exactly_when_the_service_refuses(tmp_path):
    store = Store(tmp_path)

    @given(files())
    def law(content):
        assert bool(check(load(content)).errors) == (accepted(store, content) is None)

    law()
    store.close()


# Python's repr of such a value ends in a RecursionError.
@pytest.mark.parametrize("row", [b"%s", b'{"messages": %s}', b'{"messages": [{"role": %s}]}', b'{"prompt": %s}'])
def test_a_row_that_is_nested_very_deep_is_judged_like_any_other(tmp_path, row):
    store = Store(tmp_path)
    content = row % (b"[" * 1000 + b"]" * 1000)
    assert check(load(content)).errors
    assert accepted(store, content) is None
    store.close()


def test_what_the_service_accepts_can_be_rendered_for_training(tmp_path):
    store, template = Store(tmp_path), ChatTemplate(Tokenizer(fetch("random-tiny", tmp_path / "bases")))

    @given(files())
    def law(content):
        for row in accepted(store, content) or ():
            rendered = template.example(row)
            assert len(rendered.ids) == len(rendered.mask)
            assert sum(rendered.mask) > 0  # in every example there is something to learn

    law()
    store.close()


def test_a_refusal_names_the_first_fault_and_counts_the_others(tmp_path):
    store = Store(tmp_path)
    rows = [{"messages": [{"role": "user", "content": "Hi"}]}] * 11
    content = b"\n".join(json.dumps(row).encode() for row in rows)
    file = keep(Holdings(store, HOME), io.BytesIO(content), "a.jsonl", "fine-tune")
    refusal = validated(store, job_on(store, file["id"]))
    assert isinstance(refusal, Refusal)
    assert "Line 1: " in refusal.message
    assert "10 more" in refusal.message
    store.close()
