"""The base learning rate, found by measurement: validation loss after the word job at several multipliers.

    python benchmarks/learning_rate.py [--multipliers 0.25 0.5 1 2 4] [--seeds 1 2]

The validation rows choose, not the test rows.
"""

from __future__ import annotations

import argparse
import statistics

from machine import describe

import ftwidgets as ft
from ftwidgets.bases.catalogue import DEFAULT
from ftwidgets.lessons import data_set


def main() -> None:
    """Train at each multiplier and print a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--multipliers", type=float, nargs="+", default=[0.25, 0.5, 1, 2, 4])
    parser.add_argument("--seeds", type=int, nargs="+", default=[1, 2])
    chosen = parser.parse_args()
    client = ft.connect()
    files = {part: ft.load(path) for part, path in data_set("words").items()}
    print(describe())
    print("| multiplier | last validation loss | last validation token accuracy |\n|---|---|---|", flush=True)
    for multiplier in chosen.multipliers:
        runs = [
            ft.launch(
                client,
                files["train"],
                files["validation"],
                model=DEFAULT,
                n_epochs=3,
                learning_rate_multiplier=multiplier,
                seed=seed,
            ).wait()
            for seed in chosen.seeds
        ]
        losses = [run.curves["full_valid_loss"][-1][1] for run in runs]
        hits = [run.curves["full_valid_accuracy"][-1][1] for run in runs]
        shown = ", ".join(f"{loss:.3f}" for loss in losses)
        print(f"| {multiplier:g} | {statistics.mean(losses):.3f} ({shown}) | {statistics.mean(hits):.3f} |", flush=True)


if __name__ == "__main__":
    main()
