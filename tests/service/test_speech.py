"""The inference endpoints as the other forms of the client call them, over a real port."""

from __future__ import annotations

import asyncio
import threading

import openai
import pytest
import uvicorn

from ftwidgets.service.app import create_app

MESSAGES = [{"role": "user", "content": "Word 3?"}]
CHOSEN = {"model": "random-tiny", "max_tokens": 4, "temperature": 0}


@pytest.fixture(scope="module")
def address(new_home, wait_until):
    server = uvicorn.Server(uvicorn.Config(create_app(new_home(), "sk-test"), port=0, log_level="warning"))
    thread = threading.Thread(target=server.run)
    thread.start()
    wait_until(lambda: server.started)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}/v1"
    server.should_exit = True
    thread.join()


async def asked(address):
    async with openai.AsyncOpenAI(api_key="sk-test", base_url=address, _strict_response_validation=True) as client:
        chat, completion = await asyncio.gather(
            client.chat.completions.create(messages=MESSAGES, store=True, **CHOSEN),
            client.completions.create(prompt="Word 3?", **CHOSEN),
        )
        stream = await client.chat.completions.create(messages=MESSAGES, stream=True, **CHOSEN)
        heard = "".join([chunk.choices[0].delta.content or "" async for chunk in stream])
        # The strict types of a completion know no null as the reason to finish, which OpenAI sends in a stream, too.
        tolerant = client.with_options(_extra_kwargs={"_strict_response_validation": False})
        stream = await tolerant.completions.create(prompt="Word 3?", stream=True, **CHOSEN)
        went_on = "".join([chunk.choices[0].text async for chunk in stream])
        listed = [one.id async for one in client.chat.completions.list()]
    return chat, completion, heard, went_on, listed


def test_the_asynchronous_client_hears_the_same_whole_and_streamed(address):
    chat, completion, heard, went_on, listed = asyncio.run(asked(address))
    assert chat.choices[0].message.content == heard
    assert completion.choices[0].text == went_on
    assert listed == [chat.id]


def test_the_raw_and_the_streaming_form_show_the_reply_itself(address):
    with openai.OpenAI(api_key="sk-test", base_url=address, _strict_response_validation=True) as client:
        raw = client.completions.with_raw_response.create(prompt="Word 3?", **CHOSEN)
        assert raw.headers["x-request-id"].startswith("req_")
        with client.completions.with_streaming_response.create(prompt="Word 3?", **CHOSEN) as streaming:
            assert streaming.parse().choices[0].text == raw.parse().choices[0].text
        chat = client.chat.completions.with_raw_response.create(messages=MESSAGES, **CHOSEN).parse()
        with client.chat.completions.stream(messages=MESSAGES, **CHOSEN) as stream:
            deltas = [event.delta for event in stream if event.type == "content.delta"]
        assert "".join(deltas) == chat.choices[0].message.content
