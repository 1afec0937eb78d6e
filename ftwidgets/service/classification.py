"""How well a model tells classes apart, in the numbers of the legacy endpoint's result file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ftwidgets.service.wire import Record, WireError, integer, text

PARTS = ("classification_n_classes", "classification_positive_class", "classification_betas")


@dataclass(frozen=True)
class Classification:
    """What was asked for: a number of classes, or the positive one of two; then an F score for each of the `betas`."""

    n_classes: int | None = None
    positive_class: str | None = None
    betas: tuple[float, ...] = ()

    @classmethod
    def of(cls, body: Record) -> Classification | None:
        """What the body of a request asks for; None where it does not.

        Raises:
            WireError: what it says does not go together.
        """
        wanted, given = (
            body.get("compute_classification_metrics"),
            [name for name in PARTS if body.get(name) is not None],
        )
        if wanted not in (None, True, False):
            raise _fault("compute_classification_metrics", "takes true or false")
        if not wanted:
            if given:
                raise _fault(given[0], "needs 'compute_classification_metrics' to be true")
            return None
        if body.get("validation_file") is None:
            raise _fault("compute_classification_metrics", "needs a 'validation_file', whose rows the model is asked")
        classes, positive = integer(body, PARTS[0], 2, 1000), text(body, PARTS[1])
        if positive is None and (classes is None or "classification_betas" in given):
            needed = "'classification_positive_class'" + ("" if classes else " or 'classification_n_classes'")
            raise _fault("compute_classification_metrics", f"needs {needed}")
        return cls(classes, positive, _betas(body.get("classification_betas")))

    def wire(self) -> Record:
        """The parameters as the job shows them."""
        given = {PARTS[0]: self.n_classes, PARTS[1]: self.positive_class, PARTS[2]: list(self.betas) or None}
        return {"compute_classification_metrics": True} | {name: one for name, one in given.items() if one is not None}

    def refuse_other_classes(self, found: set[str]) -> None:
        """Let only files pass whose completions are the classes that were announced.

        Raises:
            WireError: they are not.
        """
        expected = self.n_classes or 2
        if len(found) > expected:
            few = ", ".join(repr(one) for one in sorted(found)[:5])
            words = f"means {expected} classes, and the files have {len(found)} different completions: {few}"
            raise _fault(PARTS[0] if self.n_classes else PARTS[1], words + (", …" if len(found) > 5 else ""))
        if self.positive_class is not None and self.positive_class.strip() not in found:
            raise _fault(PARTS[1], f"is {self.positive_class!r}, and no completion in the files is that")

    def scores(self, truth: Sequence[str], answers: Sequence[str]) -> dict[str, float | None]:
        """The columns of the result file. An answer that is no class is wrong; spaces around it do not count.

        The areas under the curves would need the probability of each class, which is not asked for: None.
        """
        truth, answers = [one.strip() for one in truth], [one.strip() for one in answers]
        accuracy = sum(map(str.__eq__, truth, answers)) / len(truth)
        if self.positive_class is None:
            classes = set(truth)
            weighted = sum(truth.count(one) * _f(truth, answers, one) for one in classes) / len(truth)
            return {"accuracy": accuracy, "weighted_f1_score": weighted}
        positive = self.positive_class.strip()
        precision, recall = _precision(truth, answers, positive), _precision(answers, truth, positive)
        areas = {"auroc": None, "auprc": None}
        by_beta = {f"f{beta}": _f(truth, answers, positive, beta) for beta in self.betas or (1.0,)}
        return {"accuracy": accuracy, "precision": precision, "recall": recall} | areas | by_beta


def _precision(truth: Sequence[str], answers: Sequence[str], one: str) -> float:
    """Of the answers that are `one`, the share that is right; 0 where there are none. Turned round: the recall."""
    named = [true for true, answer in zip(truth, answers, strict=True) if answer == one]
    return named.count(one) / len(named) if named else 0.0


def _f(truth: Sequence[str], answers: Sequence[str], one: str, beta: float = 1.0) -> float:
    """The weighted harmonic mean of precision and recall, in which recall counts `beta` times as much."""
    precision, recall = _precision(truth, answers, one), _precision(answers, truth, one)
    below = beta**2 * precision + recall
    return (1 + beta**2) * precision * recall / below if below else 0.0


def _betas(given: Any) -> tuple[float, ...]:
    sound = given is None or (
        isinstance(given, list)
        and len(given) <= 10
        and all(isinstance(one, int | float) and not isinstance(one, bool) and 0 < one <= 100 for one in given)
    )
    if not sound:
        raise _fault(PARTS[2], "takes a list of up to 10 numbers above 0")
    return tuple(float(one) for one in given or ())


def _fault(name: str, words: str) -> WireError:
    return WireError(400, f"'{name}' {words}.", param=name)
