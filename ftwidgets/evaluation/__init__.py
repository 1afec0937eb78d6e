"""Is it really better: the same held-out rows asked of several models, scored, with intervals and a baseline."""

from ftwidgets.evaluation.evaluating import evaluate
from ftwidgets.evaluation.report import Report, Score

__all__ = ["Report", "Score", "evaluate"]
