"""How much better a base gets at naming word categories: three seeds, and the same recipe on random weights.

    python benchmarks/word_categories.py [--seeds 1 2 3]

Beside exact match in free answers stands the share that is right where the model must choose among the five
categories (only their first tokens are allowed): it tells what the base knows from what it does not say.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from machine import describe

import ftwidgets as ft
from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.bases.tokenizer import Tokenizer
from ftwidgets.evaluation.question import Question, questions
from ftwidgets.home import home
from ftwidgets.lessons import data_set

RANDOM = "random-135m"


def main() -> None:
    """Train, ask, and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2, 3])
    seeds = parser.parse_args().seeds
    client = ft.connect()
    files = {part: ft.load(path) for part, path in data_set("words").items()}
    asked = questions(files["test"])
    tuned = [_trained(client, files, DEFAULT, seed) for seed in seeds]
    untaught = _trained(client, files, RANDOM, seeds[0])
    models = [DEFAULT, *tuned, untaught]
    report = ft.evaluate(client, files["test"], models, train=files["train"])
    choice = {model: _chosen(client, model, asked) for model in models}
    print(describe())
    print(f"| model | exact match of {len(asked)} | choosing among 5 |\n|---|---|---|")
    print(f"| {report.baseline.model} | {report.baseline.accuracy:.3f} | {report.baseline.accuracy:.3f} |")
    print(f"| {DEFAULT}, as it is | {report.score(DEFAULT).accuracy:.3f} | {choice[DEFAULT]:.3f} |")
    scores, chosen = [report.score(model).accuracy for model in tuned], [choice[model] for model in tuned]
    print(f"| {DEFAULT}, tuned, seeds {seeds} | {_spread(scores)} | {_spread(chosen)} |")
    print(f"| {RANDOM}, tuned alike | {report.score(untaught).accuracy:.3f} | {choice[untaught]:.3f} |")


def _trained(client: Any, files: dict[str, ft.Dataset], base: str, seed: int) -> str:
    run = ft.launch(client, files["train"], files["validation"], model=base, n_epochs=3, seed=seed).wait()
    print(f"{base}, seed {seed}: {run.seconds} s", flush=True)
    return str(run.fine_tuned_model)


def _chosen(client: Any, model: str, asked: Sequence[Question]) -> float:
    """The share right where only the first token of a category may be said; those five tokens differ."""
    tokenizer = Tokenizer(Path(home() / "bases" / DEFAULT))
    first = {label: tokenizer.encode(label)[0] for label in sorted({question.reference for question in asked})}
    label_of = {tokenizer.token_text(token): label for label, token in first.items()}
    assert len(label_of) == len(first)
    bias = {str(token): 100 for token in first.values()}

    def right(question: Question) -> bool:
        reply = client.chat.completions.create(
            model=model, messages=list(question.messages), temperature=0, max_completion_tokens=1, logit_bias=bias
        )
        return label_of.get(reply.choices[0].message.content) == question.reference

    with ThreadPoolExecutor(16) as pool:
        return statistics.mean(pool.map(right, asked))


def _spread(values: list[float]) -> str:
    return f"{statistics.mean(values):.3f} ({min(values):.3f} to {max(values):.3f})"


if __name__ == "__main__":
    main()
