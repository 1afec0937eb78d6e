"""The first job of everyone, on the pretrained base: from the words to a better model, in one command."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def report(pretrained_home: Path) -> dict[str, object]:
    folder = pretrained_home
    command = [
        sys.executable,
        "-m",
        "ftwidgets",
        "run",
        "words",
        "--epochs",
        "3",
        "--seed",
        "1",
        "--out",
        str(folder / "out"),
    ]
    environment = os.environ | {"FTWIDGETS_HOME": str(folder)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, cwd=folder)
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads((folder / "out" / "report.json").read_text("utf-8"))


def test_the_tuned_model_beats_its_base_by_a_fifth_of_the_test_words(report: dict) -> None:
    assert report["tuned"]["n"] == report["base"]["n"] == 200
    assert report["tuned"]["accuracy"] >= report["base"]["accuracy"] + 0.20
    assert report["tuned"]["accuracy"] >= 0.70  # far above what the base gets where it must choose, 0.45
    assert report["tuned"]["interval"][0] > report["base"]["interval"][1]


def test_the_report_tells_every_step_and_what_it_took(report: dict) -> None:
    assert report["status"] == "succeeded"
    assert report["steps"] == 75
    assert [step for step, _ in report["train_loss"]] == list(range(1, 76))
    assert {25, 50, 75} <= {step for step, _ in report["valid_loss"]}
    assert report["train_loss"][-1][1] < report["train_loss"][0][1]
    assert report["trained_tokens"] > 200 * 3 * 20
    assert report["seconds"] > 0
    assert report["fine_tuned_model"].startswith("ft:smollm2-135m-instruct:personal::")
