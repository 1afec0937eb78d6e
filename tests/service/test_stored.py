from __future__ import annotations

import openai
import pytest
from openai.types.chat import ChatCompletion, ChatCompletionDeleted

MESSAGES = [
    {"role": "system", "content": "Be short."},
    {"role": "user", "name": "ada", "content": [{"type": "text", "text": "Word "}, {"type": "text", "text": "3?"}]},
]


def ask(service, **options):
    options = {"model": "random-tiny", "max_tokens": 3, "seed": 1, "messages": MESSAGES, "store": True} | options
    return service.client.chat.completions.create(**options)


@pytest.fixture(scope="module")
def kept(service):
    return [ask(service, metadata={"number": str(n), "kind": "odd" if n % 2 else "even"}, n=2) for n in range(4)]


def test_a_kept_completion_is_as_it_was_answered(service, kept):
    raw = service.get(f"chat/completions/{kept[0].id}")
    ChatCompletion.model_validate(raw, strict=True)
    found = service.client.chat.completions.retrieve(kept[0].id)
    assert found.choices == kept[0].choices
    assert found.usage == kept[0].usage
    assert found.metadata == {"number": "0", "kind": "even"}
    assert raw["seed"] == 1


def test_completions_are_listed_in_pages_by_model_and_by_metadata(service, kept):
    ids = [one.id for one in kept]
    completions = service.client.chat.completions
    assert [one.id for one in completions.list(limit=2)][: len(ids)] == ids
    assert [one.id for one in completions.list(order="desc", limit=3)][-4:] == ids[::-1]
    assert [one.id for one in completions.list(metadata={"kind": "odd"}, limit=1)] == [ids[1], ids[3]]
    assert [one.id for one in completions.list(model="random-tiny", after=ids[1]).data][:2] == ids[2:]
    assert completions.list(model="gpt-9").data == []
    assert completions.list(after="unknown").data == []
    with pytest.raises(openai.BadRequestError, match="'asc' or 'desc'"):
        completions.list(order="sideways")


def test_its_messages_are_kept_in_their_order(service, kept):
    # The types of OpenAI's client know the role "assistant" only; a user's message has its own.
    first, second = service.client.chat.completions.messages.list(kept[0].id)
    assert (first.role, first.content, first.content_parts) == ("system", "Be short.", None)
    assert (second.role, second.content, len(second.content_parts)) == ("user", "Word 3?", 2)
    backwards = service.client.chat.completions.messages.list(kept[0].id, order="desc", limit=1)
    assert [one.id for one in backwards] == [second.id, first.id]
    assert service.client.chat.completions.messages.list(kept[0].id, after=second.id).data == []


def test_a_streamed_completion_is_kept_whole(service):
    chunks = list(ask(service, stream=True, logprobs=True, top_logprobs=1, n=2))
    found = service.client.chat.completions.retrieve(chunks[0].id)
    for n, choice in enumerate(found.choices):
        said = [part.delta.content or "" for chunk in chunks for part in chunk.choices if part.index == n]
        assert choice.message.content == "".join(said)
    assert found.usage.completion_tokens <= 6


def test_metadata_can_be_changed_and_a_completion_deleted(service):
    identity = ask(service, metadata={"a": "b"}).id
    completions = service.client.chat.completions
    assert completions.update(identity, metadata={"c": "d"}).metadata == {"c": "d"}
    assert completions.retrieve(identity).metadata == {"c": "d"}
    assert service.post(f"chat/completions/{identity}", {}).status_code == 400
    gone = completions.delete(identity)
    ChatCompletionDeleted.model_validate(gone.model_dump(), strict=True)
    for call in (completions.retrieve, completions.delete, completions.messages.list):
        with pytest.raises(openai.NotFoundError, match="store"):
            call(identity)


def test_what_was_not_asked_to_be_kept_is_not(service):
    for store in (False, None):
        with pytest.raises(openai.NotFoundError):
            service.client.chat.completions.retrieve(ask(service, store=store).id)


def test_another_key_sees_none_of_them(service, kept, another):
    assert another.chat.completions.list().data == []
    with pytest.raises(openai.NotFoundError):
        another.chat.completions.retrieve(kept[0].id)
