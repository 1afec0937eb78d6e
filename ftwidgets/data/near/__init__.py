"""Near-duplicates: texts that are the same but for some words, found among a million and compared exactly."""

from ftwidgets.data.near.pairs import ALIKE, Pairs, groups, near_between, near_pairs

__all__ = ["ALIKE", "Pairs", "groups", "near_between", "near_pairs"]
