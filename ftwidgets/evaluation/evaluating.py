"""Ask several models the same held-out questions, greedily, and keep what they say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import orjson

from ftwidgets.data import Dataset
from ftwidgets.errors import InputError
from ftwidgets.evaluation.question import Question, questions
from ftwidgets.evaluation.report import Report, Score
from ftwidgets.run.client import in_words
from ftwidgets.run.extension import ask

AT_ONCE = 16
"""Questions under way at the same time: the local engine answers so many as one batch."""

SPARE_TOKENS = 4
"""An answer may be so much longer than the longest reference: enough to see that it goes on, little to wait for."""


def evaluate(
    client: Any,
    test: Dataset,
    models: Sequence[str],
    *,
    train: Dataset | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """Ask each model for the last answer of every row of `test`, and report the share that is exactly right.

    Answers are greedy and at most 4 tokens longer than the longest reference. The baseline always gives the most
    frequent answer: of `train` where that is given, else of `test` itself. `progress` hears (answers, answers in all).

    Raises:
        InputError: no row has an answer, a model is none, or the service refuses a question.
        ServiceError: nothing answers at the client's address.
    """
    if isinstance(models, str):
        models = [models]
    models = list(dict.fromkeys(models))
    if None in models:
        raise InputError("A model is None: a run has no fine-tuned model before its job has succeeded.")
    if not models:
        raise InputError("No model is named. Name those to compare: models=[run.base_model, run.fine_tuned_model]")
    asked = questions(test)
    answers: dict[str, list[str]] = {model: [] for model in models}
    with in_words(client), ThreadPoolExecutor(AT_ONCE) as pool:
        for model, given in answers.items():
            limit = longest(client, model, [question.reference for question in asked]) + SPARE_TOKENS
            for text in pool.map(partial(_answer, client, model, limit), asked):
                given.append(text)
                if progress:
                    progress(sum(map(len, answers.values())), len(answers) * len(asked))
    return Report(asked, answers, _majority(asked, train), _notes(asked, train))


def _answer(client: Any, model: str, limit: int, question: Question) -> str:
    reply = client.chat.completions.create(
        model=model, messages=list(question.messages), temperature=0, max_completion_tokens=limit
    )
    return reply.choices[0].message.content or ""


def longest(client: Any, model: str, texts: Sequence[str]) -> int:
    """The tokens of the longest text, by the model's own tokenizer where the service can count.

    Elsewhere the bytes of the longest: no text has more tokens than bytes.
    """
    reply = ask(client, "count", {"model": model, "texts": list(dict.fromkeys(texts))}) or {}
    tokens: list[int] = reply.get("tokens") or [len(text.encode()) for text in texts]
    return max(tokens)


def _majority(asked: Sequence[Question], train: Dataset | None) -> Score:
    seen = questions(train) if train is not None else asked
    answer, _ = Counter(question.reference for question in seen).most_common(1)[0]
    shown = answer if len(answer) <= 30 else f"{answer[:27]}..."
    return Score(f"always '{shown}'", sum(question.reference == answer for question in asked), len(asked))


def _notes(asked: Sequence[Question], train: Dataset | None) -> list[str]:
    if train is None:
        return []
    seen = {_key(question) for question in questions(train)}
    leaked = sum(_key(question) in seen for question in asked)
    if not leaked:
        return []
    known = f"{leaked} of the {len(asked)} rows are also in the training data"
    return [f"{known}: on them the score shows memory, not learning."]


def _key(question: Question) -> bytes:
    return orjson.dumps([list(question.messages), question.reference], option=orjson.OPT_SORT_KEYS)
