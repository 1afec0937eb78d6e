"""Ask each model each prompt, greedily and with the log-probabilities, and keep every answer as soon as it comes."""

from __future__ import annotations

import threading
from collections.abc import Generator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import closing
from datetime import UTC, datetime
from typing import Any

import openai

from ftwidgets.run.client import Client, sentence
from ftwidgets.salvage.answers import Answers, Record, choice_of
from ftwidgets.salvage.inventory import Heard
from ftwidgets.salvage.prompts import Prompt

AT_ONCE = 4
"""Prompts under way at the same time: hosts limit how many they take a minute."""

RETRIES = 6
"""How often the SDK asks again what a busy host turns away, each time after a longer pause."""

MOST_TROUBLES = 3
"""After so many refusals in a row that are not about the prompt, a model is asked no more."""

ABOUT_THE_PROMPT = (400, 413, 422)

TOP = (20, 5, 0)
"""How many log-probabilities are asked for, from OpenAI's most to those of the answer alone."""

Options = Mapping[str, Any]


def options_of(most_tokens: int) -> Options:
    """What is asked for besides the prompt."""
    return {"temperature": 0, "logprobs": True, "top_logprobs": TOP[0], "max_completion_tokens": most_tokens}


def milder(options: Options, said: str) -> Options | None:
    """What is asked for instead after a refusal that names an option; None where it names none that can be spared."""
    if "logprobs" in said and "logprobs" in options:
        fewer = [top for top in TOP if top < options.get("top_logprobs", 0)]
        rest = {name: value for name, value in options.items() if name not in ("logprobs", "top_logprobs")}
        return rest | {"logprobs": True, "top_logprobs": fewer[0]} if fewer else rest
    if "max_completion_tokens" in options and "max_completion_tokens" in said:  # a host of before 2024-09
        rest = {name: value for name, value in options.items() if name != "max_completion_tokens"}
        return rest | {"max_tokens": options["max_completion_tokens"]}
    if "temperature" in options and "temperature" in said:  # a reasoning model has but one
        return {name: value for name, value in options.items() if name != "temperature"}
    return None


class Asker:
    """Asks one model, from several threads. What the host refuses to add to an answer is asked for no more."""

    def __init__(self, client: Client, model: str, most_tokens: int) -> None:
        self.model = model
        self.options = options_of(most_tokens)
        self.trouble: str | None = None
        self._client = client
        self._most_tokens = most_tokens
        self._troubles = 0
        self._over = threading.Event()

    def stop(self) -> None:
        """Send nothing more."""
        self._over.set()

    def ask(self, prompt: Prompt) -> Record | None:
        """The record of an answer, or of an error; None where nothing is sent any more."""
        if self._over.is_set():
            return None
        record: Record = {
            "key": prompt.key,
            "model": self.model,
            "number": prompt.number,
            "time": datetime.now(UTC).isoformat(timespec="seconds"),
            "most_tokens": self._most_tokens,
            "messages": prompt.messages,
            **prompt.beside,
        }
        try:
            reply, options = self._reply(prompt)
            self._troubles = 0
            return record | {"options": options, "reply": reply}
        except openai.APIStatusError as error:
            self._refused(error.status_code in ABOUT_THE_PROMPT, sentence(error))
            return record | {"error": sentence(error), "status": error.status_code}
        except Exception as error:  # the network, or another host's reply, which may be anything
            said = str(error) or type(error).__name__
            self._refused(False, said)
            return record | {"error": said}

    def _refused(self, about_the_prompt: bool, said: str) -> None:
        self._troubles = 0 if about_the_prompt else self._troubles + 1
        if self._troubles >= MOST_TROUBLES:
            self.trouble = said
            self._over.set()

    def _reply(self, prompt: Prompt) -> tuple[Record, Options]:
        while True:
            options = self.options
            try:
                reply = self._client.chat.completions.create(
                    model=self.model, messages=list(prompt.messages), **prompt.beside, **options
                )
                return _whole(reply), options
            except openai.APIStatusError as error:
                less = milder(options, sentence(error)) if error.status_code in ABOUT_THE_PROMPT else None
                if less is None:
                    raise
                self.options = less


def _whole(reply: Any) -> Record:
    """A reply as it came.

    Raises:
        ValueError: it holds no answer.
    """
    whole = reply.to_dict(mode="json") if hasattr(reply, "to_dict") else None
    if not choice_of({"reply": whole}):
        raise ValueError(f"the reply holds no answer: {whole or reply!r:.100}")
    return dict(whole or {})


def record(
    client: Client,
    work: Mapping[str, Sequence[Prompt]],
    answers: Answers,
    *,
    most_tokens: int,
    heard: Heard | None = None,
) -> tuple[int, list[str]]:
    """Ask each model its prompts and keep the answers; returns how many were sent, and what one should know of it.

    A prompt's error is kept, and it is asked again the next time. A model that refuses again and again is left.

    Raises:
        InputError: the answers cannot be written.
    """
    notes: list[str] = []
    patient = client.with_options(max_retries=RETRIES)
    sent = done = 0
    for model, prompts in work.items():
        asker = Asker(patient, model, most_tokens)
        with closing(_each_asked(asker, prompts, answers)) as each:
            for was_sent in each:
                done, sent = done + 1, sent + was_sent
                if heard:
                    heard(done, sum(map(len, work.values())))
        notes += _told(asker, most_tokens)
    return sent, notes


def _each_asked(asker: Asker, prompts: Sequence[Prompt], answers: Answers) -> Generator[bool, None, None]:
    """Ask the prompts, some at once; of each, when it is done, whether it was sent."""

    def ask(prompt: Prompt) -> bool:
        heard = asker.ask(prompt)
        if heard is not None:
            answers.add(heard)  # here, and not when its turn comes: an answer that was paid for is not kept waiting
        return heard is not None

    with ThreadPoolExecutor(AT_ONCE) as pool:
        try:
            for future in as_completed([pool.submit(ask, prompt) for prompt in prompts]):
                yield future.result()
        finally:
            asker.stop()  # after Ctrl-C, or where the disk is full, what waits is not sent


def _told(asker: Asker, most_tokens: int) -> list[str]:
    told = []
    if asker.trouble:
        told.append(f"{asker.model} is asked no more for now. The host says: {asker.trouble}")
    asked, wished = asker.options, options_of(most_tokens)
    if "logprobs" not in asked:
        told.append(f"The host gives no log-probabilities of {asker.model}.")
    elif asked["top_logprobs"] != wished["top_logprobs"]:
        told.append(f"The host gives {asked['top_logprobs']} top log-probabilities of {asker.model}, not {TOP[0]}.")
    if "temperature" not in asked:
        told.append(f"{asker.model} has no temperature of 0: its answers are one of many.")
    return told
