"""`ftwidgets run`: the whole walk, and what it leaves behind."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ftwidgets import connection
from ftwidgets.cli.files import new_folder
from ftwidgets.errors import InputError
from ftwidgets.events import SERIES
from tests.cli.conftest import ROWS, Call, Walk, environment, program, write

TINY = ("--model", "random-tiny", "--epochs", "1")
HELD_OUT = "3 of the 15 rows, drawn by seed 0, were held out to judge the model"


def report(walk: Walk) -> Any:
    return json.loads((walk.folder / "report.json").read_bytes())


def test_the_walk_ends_well_and_leaves_four_files(walk: Walk) -> None:
    assert walk.done.status == 0, walk.done
    assert walk.done.err == ""
    names = ["curves.csv", "curves.png", "report.html", "report.json"]
    assert sorted(path.name for path in walk.folder.iterdir()) == names


def test_it_tells_the_losses_the_scores_the_model_and_the_report(walk: Walk) -> None:
    values = report(walk)
    out = walk.done.out
    assert f"Job {values['job']}: 12 rows to train on, 3 to judge by." in out
    first, last = values["train_loss"][0], values["train_loss"][-1]
    assert f"Training loss: {first[1]:.2f} at step 1, {last[1]:.2f} at step {last[0]}." in out
    assert re.search(r"random-tiny: \d\.\d\d \(\d\.\d\d to \d\.\d\d, n = 3\)", out)
    assert f"The model: {values['fine_tuned_model']}" in out
    assert f"The report: {Path('report') / 'report.html'}" in out


def test_without_test_rows_it_says_that_some_were_held_out(walk: Walk) -> None:
    assert HELD_OUT in walk.done.out
    assert any(HELD_OUT in note for note in report(walk)["notes"])
    assert HELD_OUT in (walk.folder / "report.html").read_text()


def test_the_report_for_programs_has_its_keys_and_real_values(walk: Walk) -> None:
    values = report(walk)
    keys = "model fine_tuned_model status steps train_loss valid_loss base tuned trained_tokens seconds"
    assert set(keys.split()) <= set(values)
    assert (values["model"], values["status"], values["error"]) == ("random-tiny", "succeeded", None)
    assert values["fine_tuned_model"].startswith("ft:random-tiny:")
    assert [step for step, _ in values["train_loss"]] == list(range(1, values["steps"] + 1))
    assert values["valid_loss"][-1][0] == values["steps"]
    assert all(4 < loss < 7 for _, loss in values["train_loss"])  # about log(259) before anything is learned
    assert values["trained_tokens"] > 0 and values["seconds"] > 0
    for score in ("base", "tuned", "majority"):
        low, high = values[score]["interval"]
        assert values[score]["n"] == 3
        assert 0 <= low <= values[score]["accuracy"] <= high <= 1


def test_the_report_for_people_needs_nothing_from_anywhere(walk: Walk) -> None:
    page = (walk.folder / "report.html").read_text()
    assert not re.search(r"https?://|<script|<link|@import", page)
    assert 'src="data:image/png;base64,' in page
    assert report(walk)["fine_tuned_model"] in page
    assert "Is " in page and "even?" in page


def test_the_curves_are_a_table_and_a_picture(walk: Walk) -> None:
    rows = list(csv.DictReader(io.StringIO((walk.folder / "curves.csv").read_text())))
    assert list(rows[0]) == ["step", *SERIES]
    assert [[int(row["step"]), float(row["train_loss"])] for row in rows] == report(walk)["train_loss"]
    picture = (walk.folder / "curves.png").read_bytes()
    assert picture.startswith(b"\x89PNG\r\n\x1a\n")
    assert picture.endswith(b"IEND\xaeB`\x82")


def test_a_folder_that_holds_a_report_is_not_written_to(walk: Walk, call: Call) -> None:
    before = {path: path.read_bytes() for path in walk.folder.iterdir()}
    rows = walk.folder.parent / "rows.jsonl"
    assert "holds a report already" in call("run", rows, *TINY, "--out", walk.folder, home=walk.home).sentence
    assert {path: path.read_bytes() for path in walk.folder.iterdir()} == before


def test_a_model_that_is_not_known_is_told_with_those_that_are(walk: Walk, call: Call, tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", ROWS)
    sentence = call("run", rows, "--model", "gpt-7", home=walk.home).sentence
    assert "gpt-7" in sentence
    assert "random-tiny" in sentence
    assert list(Path.cwd().iterdir()) == []  # no empty folder for a report that never was


@pytest.mark.parametrize("epochs", ["0", "-1", "51"])
def test_a_number_of_epochs_that_cannot_be_is_refused(walk: Walk, call: Call, tmp_path: Path, epochs: str) -> None:
    done = call(
        "run", write(tmp_path / "rows.jsonl", ROWS), "--model", "random-tiny", "--epochs", epochs, home=walk.home
    )
    assert done.status in (1, 2)
    assert "epochs" in done.err


# What is refused before anything is begun


def test_a_missing_file_is_one_sentence(call: Call) -> None:
    assert "there is no such file" in call("run", "no-such.jsonl", *TINY).sentence


def test_a_missing_test_file_is_one_sentence(call: Call, tmp_path: Path) -> None:
    rows = write(tmp_path / "rows.jsonl", ROWS)
    assert "there is no such file" in call("run", rows, "--test", "no-such.jsonl", *TINY).sentence
    assert "there is no such file" in call("run", rows, "--valid", "no-such.jsonl", *TINY).sentence


def test_a_broken_file_is_one_sentence_with_the_first_line_and_how_many_more(call: Call) -> None:
    Path("rows.jsonl").write_text("{\n{\n" + "".join(json.dumps(row) + "\n" for row in ROWS) + "{\n{\n")
    sentence = call("run", "rows.jsonl", *TINY).sentence
    assert sentence.startswith("rows.jsonl: Line 1: The line is part of an object that is spread over several")
    assert "3 more" in sentence
    assert [path.name for path in Path.cwd().iterdir()] == ["rows.jsonl"]


def test_a_short_file_is_one_sentence_with_the_number_that_is_needed(call: Call, tmp_path: Path) -> None:
    sentence = call("run", write(tmp_path / "rows.jsonl", ROWS[:9]), *TINY).sentence
    assert "9 examples" in sentence
    assert "at least 10" in sentence


def test_an_empty_file_is_one_sentence(call: Call, tmp_path: Path) -> None:
    assert "no examples" in call("run", write(tmp_path / "rows.jsonl", []), *TINY).sentence


def test_an_error_in_the_test_file_is_told_before_training(call: Call, tmp_path: Path) -> None:
    rows, test = write(tmp_path / "rows.jsonl", ROWS), write(tmp_path / "test.jsonl", [42])
    assert call("run", rows, "--test", test, *TINY).sentence.startswith("test.jsonl: Line 1: The line holds 42")


@pytest.mark.parametrize("out", ["file", "file/inside"])
def test_a_folder_for_the_report_that_cannot_be_made_is_one_sentence(call: Call, tmp_path: Path, out: str) -> None:
    Path("file").write_text("a file")
    assert "--out" in call("run", write(tmp_path / "rows.jsonl", ROWS), *TINY, "--out", out).sentence


@pytest.mark.parametrize("name", ["report.json", "report.html", "curves.csv", "curves.png"])
def test_a_file_that_is_already_in_the_folder_for_the_report_is_not_overwritten(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    with pytest.raises(InputError, match="--out"), new_folder(tmp_path):
        pass
    assert (tmp_path / name).read_text() == "mine"


def test_without_a_name_the_folder_for_the_report_is_a_new_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for n in (1, 2, 3):
        with new_folder(None) as folder:
            assert str(folder) == f"ftwidgets-report-{n}"
            (folder / "report.json").write_text("{}")


def test_a_folder_for_the_report_that_stays_empty_goes_again(tmp_path: Path) -> None:
    with new_folder(tmp_path / "new") as folder:
        assert folder.is_dir()
    assert not folder.exists()


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="needs a folder in which nobody can write")
def test_a_folder_in_which_nothing_can_be_written_is_told_before_training(call: Call, tmp_path: Path) -> None:
    assert "--out" in call("run", write(tmp_path / "rows.jsonl", ROWS), *TINY, "--out", "/proc").sentence


def test_test_rows_without_an_answer_are_told_before_training(call: Call, tmp_path: Path) -> None:
    test = write(tmp_path / "test.jsonl", [{"messages": ROWS[0]["messages"][::-1]}] * 3)
    rows = write(tmp_path / "rows.jsonl", ROWS)
    assert (
        "test.jsonl has no row that ends with an assistant's answer"
        in call("run", rows, "--test", test, *TINY).sentence
    )


def test_a_negative_seed_is_refused_in_a_sentence(call: Call, tmp_path: Path) -> None:
    done = call("run", write(tmp_path / "rows.jsonl", ROWS), *TINY, "--seed", "-1")
    assert done.status in (1, 2)
    assert "seed" in done.err


def test_a_name_that_is_too_long_for_a_file_is_one_sentence(call: Call) -> None:
    assert "cannot be read" in call("run", "a" * 300, *TINY).sentence


# Walks of other kinds


@pytest.mark.slow
def test_a_model_that_could_not_be_judged_is_still_reported(walk: Walk, tmp_path: Path) -> None:
    """A question that is longer than the model can read is refused by the service, after the training."""
    write(tmp_path / "rows.jsonl", ROWS)
    long = [{"role": "user", "content": "a" * 3000}, {"role": "assistant", "content": "yes"}]
    write(tmp_path / "test.jsonl", [{"messages": long}])
    done = program("run", "rows.jsonl", "--test", "test.jsonl", *TINY, home=walk.home, cwd=tmp_path)
    values = json.loads((tmp_path / "ftwidgets-report-1" / "report.json").read_bytes())
    assert values["status"] == "succeeded"
    assert values["fine_tuned_model"] in done.out
    assert "maximum context length" in done.out + done.err


@pytest.mark.slow
def test_with_few_rows_none_is_held_out_and_it_is_said_that_nothing_is_known(walk: Walk, tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", ROWS[:10])
    done = program("run", "rows.jsonl", *TINY, home=walk.home, cwd=tmp_path)
    assert done.status == 0, done
    assert "With 10 rows none could be held out: whether the model is better is not known." in done.out
    values = json.loads((tmp_path / "ftwidgets-report-1" / "report.json").read_bytes())
    assert (values["base"], values["tuned"], values["majority"]) == (None, None, None)
    assert values["valid_loss"] == []


@pytest.mark.slow
def test_with_a_test_file_all_rows_are_trained_and_shared_ones_are_told(walk: Walk, tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", ROWS[:12])
    write(tmp_path / "test.jsonl", ROWS[10:])
    (tmp_path / "ftwidgets-report-1").mkdir()
    done = program("run", "rows.jsonl", "--test", "test.jsonl", *TINY, home=walk.home, cwd=tmp_path)
    assert done.status == 0, done
    assert "12 rows to train on, 5 to judge by." in done.out
    assert "held out" not in done.out
    assert "2 of the 5 rows are also in the training data" in done.out
    values = json.loads((tmp_path / "ftwidgets-report-2" / "report.json").read_bytes())
    assert values["base"]["n"] == 5


@pytest.mark.slow
def test_a_folder_with_brackets_in_its_name_is_no_markup(walk: Walk, tmp_path: Path) -> None:
    write(tmp_path / "rows.jsonl", ROWS[:10])
    done = program("run", "rows.jsonl", *TINY, "--out", "out[/b]", home=walk.home, cwd=tmp_path)
    assert done.status == 0, done
    assert str(Path("out[/b]") / "report.html") in done.out


@pytest.mark.slow
def test_an_openai_id_is_trained_by_a_stand_in_and_the_walk_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ftwidgets.bases.fetch import fetch
    from ftwidgets.home import home

    own = tmp_path / "home"
    own.mkdir()
    fetch("smollm2-135m-instruct", home() / "bases")
    (own / "bases").symlink_to(home() / "bases")
    write(tmp_path / "rows.jsonl", ROWS[:10])
    model = "gpt-4o-mini-2024-07-18"
    try:
        done = program("run", "rows.jsonl", "--model", model, "--epochs", "1", home=own, cwd=tmp_path)
    finally:
        connection.stop(own)
    assert done.status == 0, done
    assert f"{model} cannot be trained on this machine: smollm2-135m-instruct stands in for it" in done.out
    page = (tmp_path / "ftwidgets-report-1" / "report.html").read_text()
    assert "smollm2-135m-instruct stands in for it" in page


@pytest.fixture
def ctrl_c_is_heard() -> Iterator[None]:
    """As in a terminal; a shell's background job ignores Ctrl-C, and what it starts inherits that."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.slow
@pytest.mark.usefixtures("ctrl_c_is_heard")
def test_ctrl_c_leaves_the_job_to_the_service_and_says_so(
    new_home: Callable[[], Path], wait_until: Callable[[Callable[[], object]], None], tmp_path: Path
) -> None:
    home = new_home()
    write(tmp_path / "rows.jsonl", ROWS * 100)
    command = [sys.executable, "-m", "ftwidgets", "run", "rows.jsonl", "--model", "random-tiny", "--epochs", "50"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    try:
        with subprocess.Popen(command, env=environment(home), cwd=tmp_path, text=True, **pipes) as process:
            wait_until(lambda: " running " in program("status", home=home).out)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate()
        assert process.returncode == 130, err
        assert "goes on in the service" in out
        assert "Traceback" not in err
        assert " running " in program("status", home=home).out
    finally:
        connection.stop(home)
