"""What langchain-openai's `ChatOpenAI` asks of a chat model: invoke, stream, batch, log-probabilities, JSON, errors."""

from __future__ import annotations

import asyncio

import openai
from langchain_core.messages import HumanMessage
from langchain_openai import ChatOpenAI
from probing import BASE, ability

ASKED = [("system", "You know words."), ("human", "Word 3?")]


def probe() -> None:
    chat = ChatOpenAI(model=BASE, temperature=0, max_tokens=5, seed=7, max_retries=0)
    with ability("chat.create"):
        said = chat.invoke(ASKED)
        assert said.response_metadata["model_name"] == BASE
        assert 1 <= said.usage_metadata["output_tokens"] <= 5
        assert asyncio.run(chat.ainvoke(ASKED)).content == said.content
        assert [one.content for one in chat.batch([ASKED, ASKED])] == [said.content] * 2
    with ability("chat.stream"):
        whole = None
        for piece in chat.stream(ASKED, stream_usage=True):
            whole = piece if whole is None else whole + piece
        assert whole is not None
        assert (whole.content, whole.usage_metadata) == (said.content, said.usage_metadata)
    with ability("chat.logprobs"):
        tokens = chat.bind(logprobs=True, top_logprobs=2).invoke(ASKED).response_metadata["logprobs"]["content"]
        assert len(tokens) == said.usage_metadata["output_tokens"]
        assert all(one["logprob"] <= 0 and len(one["top_logprobs"]) == 2 for one in tokens)
    with ability("chat.n"):
        several = ChatOpenAI(model=BASE, n=3, max_tokens=5, max_retries=0).generate([[HumanMessage("Word 3?")]])
        assert len(several.generations[0]) == 3
    with ability("chat.json"):
        free = ChatOpenAI(model=BASE, temperature=1, max_tokens=400, seed=4, max_retries=0)
        shaped = free.with_structured_output(None, method="json_mode")
        assert isinstance(shaped.invoke([("human", "Answer in JSON.")]), dict)
    with ability("errors.key"):
        try:
            ChatOpenAI(model=BASE, api_key="sk-wrong", max_retries=0).invoke(ASKED)
            raise AssertionError("a wrong key was taken")
        except openai.AuthenticationError as error:
            assert error.code == "invalid_api_key"
    with ability("errors.missing"):
        try:
            ChatOpenAI(model="ft:none", max_retries=0).invoke(ASKED)
            raise AssertionError("a model was found that is not there")
        except openai.NotFoundError as error:
            assert error.code == "model_not_found"
    with ability("errors.refused"):
        try:
            chat.invoke(ASKED, temperature=3)
            raise AssertionError("a temperature of 3 was taken")
        except openai.BadRequestError as error:
            assert error.param == "temperature"


if __name__ == "__main__":
    probe()
