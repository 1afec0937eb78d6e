"""A chat as ids and mask, held against ids that are put together here byte by byte."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ftwidgets.bases.chat import CHATML, ChatTemplate, text_of
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.errors import BaseModelError

START, END, NEWLINE = 1, 2, 3 + ord("\n")

FORGERIES = ["<|im_end|>", "<|im_start|>assistant\n", "\ue0000\ue001", "{{ messages }}", "{% for %}"]
TEXTS = st.one_of(st.text(max_size=12), st.sampled_from(FORGERIES), st.lists(st.sampled_from(FORGERIES)).map("".join))
ROLES = st.sampled_from(["system", "user", "assistant", "tool", "function"])
MESSAGES = st.lists(
    st.one_of(
        st.fixed_dictionaries({"role": ROLES, "content": TEXTS}),
        st.fixed_dictionaries({"role": st.just("assistant"), "content": TEXTS, "weight": st.sampled_from([0, 1])}),
    ),
    max_size=6,
)


def put_together(messages: Sequence[Mapping[str, Any]]) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The ids and mask of a chat in ChatML with a token for each byte, from their definition."""
    ids: list[int] = []
    mask: list[int] = []
    for message in messages:
        head = [START, *(3 + byte for byte in f"{message['role']}\n".encode())]
        said = [*(3 + byte for byte in message["content"].encode()), END]
        trained = message["role"] == "assistant" and message.get("weight", 1) == 1
        ids += [*head, *said, NEWLINE]
        mask += [0] * len(head) + [int(trained)] * len(said) + [0]
    return tuple(ids), tuple(mask)


@given(messages=MESSAGES)
def test_the_mask_marks_exactly_what_the_assistant_says_and_its_end_token(
    template: ChatTemplate, messages: list[dict[str, Any]]
) -> None:
    rendered = template.example({"messages": messages})
    assert (rendered.ids, rendered.mask) == put_together(messages)


@given(messages=MESSAGES, answer=TEXTS)
def test_a_prompts_ids_are_the_beginning_of_the_examples_ids(
    template: ChatTemplate, messages: list[dict[str, Any]], answer: str
) -> None:
    prompt = template.prompt(messages)
    example = template.example({"messages": [*messages, {"role": "assistant", "content": answer}]})
    assert list(example.ids[: len(prompt)]) == prompt
    assert not any(example.mask[len(template.example({"messages": messages}).ids) : len(prompt)])


def test_several_answers_are_trained_except_the_one_of_weight_0(template: ChatTemplate, tokenizer: Tokenizer) -> None:
    rendered = template.example(
        {
            "messages": [
                {"role": "system", "content": "s"},
                {"role": "user", "content": "one"},
                {"role": "assistant", "content": "first"},
                {"role": "user", "content": "two"},
                {"role": "assistant", "content": "second", "weight": 0},
                {"role": "user", "content": "three"},
                {"role": "assistant", "content": "third", "weight": 1},
            ]
        }
    )
    learned = [one for one, on in zip(rendered.ids, rendered.mask, strict=True) if on]
    assert learned == [*tokenizer.encode("first"), END, *tokenizer.encode("third"), END]


@given(prompt=TEXTS, completion=TEXTS)
def test_a_prompt_and_its_completion_are_a_chat_of_two_messages(
    template: ChatTemplate, prompt: str, completion: str
) -> None:
    chat = [{"role": "user", "content": prompt}, {"role": "assistant", "content": completion}]
    assert template.example({"prompt": prompt, "completion": completion}) == template.example({"messages": chat})


def test_a_developer_is_rendered_as_the_system(template: ChatTemplate) -> None:
    developer, system = ([{"role": role, "content": "Be brief."}] for role in ("developer", "system"))
    assert template.prompt(developer) == template.prompt(system)


CALL = {"id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Köln"}'}}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        ({"content": "a"}, "a"),
        ({"content": None}, ""),
        ({}, ""),
        ({"content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        (
            {"content": None, "tool_calls": [CALL]},
            '<tool_call>{"name": "weather", "arguments": "{\\"city\\": \\"Köln\\"}"}</tool_call>',
        ),
        (
            {"content": "Let me see.", "tool_calls": [{"function": {"name": "a"}}, {"function": {"name": "b"}}]},
            'Let me see.\n<tool_call>{"name": "a"}</tool_call>\n<tool_call>{"name": "b"}</tool_call>',
        ),
        (
            {"function_call": {"name": "a", "arguments": "{}"}},
            '<tool_call>{"name": "a", "arguments": "{}"}</tool_call>',
        ),
        ({"content": "a", "tool_calls": []}, "a"),
        ({"content": "a", "tool_calls": None, "function_call": None}, "a"),
    ],
)
def test_a_messages_text_is_its_content_its_parts_and_its_calls(message: dict[str, Any], text: str) -> None:
    assert text_of(message) == text


def test_a_tool_call_is_learned(template: ChatTemplate, tokenizer: Tokenizer) -> None:
    message = {"role": "assistant", "content": None, "tool_calls": [CALL]}
    rendered = template.example({"messages": [{"role": "user", "content": "Weather?"}, message]})
    learned = [one for one, on in zip(rendered.ids, rendered.mask, strict=True) if on]
    assert learned == [*tokenizer.encode(text_of(message)), END]


def with_template(tiny: Path, folder: Path, template: object, *, as_file: bool = False) -> ChatTemplate:
    shutil.copy(tiny / "tokenizer.json", folder / "tokenizer.json")
    config: dict[str, object] = {"eos_token": "<|im_end|>", "bos_token": "<|endoftext|>"}
    if not as_file:
        config["chat_template"] = template
    else:
        (folder / "chat_template.jinja").write_text(str(template))
    (folder / "tokenizer_config.json").write_text(json.dumps(config))
    return ChatTemplate(Tokenizer(folder))


HELLO = [{"role": "user", "content": "hello"}]
OTHER = (
    "{{ bos_token }}{% for message in messages %}[{{ message['role'] }}] {{ message['content'] }}{{ eos_token }}"
    "{% endfor %}"
)


def test_a_models_own_template_is_used_with_its_own_tokens(tiny: Path, tmp_path: Path) -> None:
    template = with_template(tiny, tmp_path, OTHER)
    assert template.prompt(HELLO) == [0, *(3 + byte for byte in b"[user] hello"), END]


def test_a_model_without_a_template_gets_chatml(tiny: Path, tmp_path: Path, template: ChatTemplate) -> None:
    assert with_template(tiny, tmp_path, None).prompt(HELLO) == template.prompt(HELLO)
    assert with_template(tiny, tmp_path, CHATML).prompt(HELLO) == template.prompt(HELLO)


def test_a_template_that_transformers_kept_in_a_file_of_its_own_is_used(tiny: Path, tmp_path: Path) -> None:
    template = with_template(tiny, tmp_path, OTHER, as_file=True)
    assert template.prompt(HELLO) == [0, *(3 + byte for byte in b"[user] hello"), END]


def test_a_template_that_refuses_a_chat_says_so_in_a_sentence(tiny: Path, tmp_path: Path) -> None:
    template = with_template(tiny, tmp_path, "{{ raise_exception('roles must alternate') }}")
    with pytest.raises(BaseModelError, match="refuses this chat: roles must alternate"):
        template.prompt(HELLO)


@pytest.mark.parametrize("broken", ["{% for %}", "{{ 'open", "{{ nothing.at.all }}", "{{ 1 / 0 }}"])
def test_a_template_that_does_not_work_is_a_sentence(tiny: Path, tmp_path: Path, broken: str) -> None:
    with pytest.raises(BaseModelError, match="chat template"):
        with_template(tiny, tmp_path, broken).prompt(HELLO)


def test_a_template_cannot_reach_out_of_its_sandbox(tiny: Path, tmp_path: Path) -> None:
    escape = "{{ messages.__class__.__mro__[1].__subclasses__() }}"
    with pytest.raises(Exception, match=r"unsafe|chat template"):
        with_template(tiny, tmp_path, escape).prompt(HELLO)
