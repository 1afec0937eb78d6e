"""The Launcher without a browser: what it shows, what its buttons do, and that it never shows a traceback."""

from __future__ import annotations

import re
import time
from contextlib import suppress
from types import SimpleNamespace

import httpx
import openai
import pytest
import traitlets

import ftwidgets as ft
from ftwidgets.data.cost.forecast import Estimate
from ftwidgets.errors import InputError
from ftwidgets.rates import Measurement, Rate, keep
from ftwidgets.run.draft import Draft, Part, about, about_epochs, basis, choices
from ftwidgets.widgets.launcher import Launcher
from ftwidgets.widgets.offer import proposals

PAIRS = [(f"{n}?", f"{n}!") for n in range(40)]
ROWS = ft.load([{"prompt": question, "completion": answer} for question, answer in PAIRS], "sums")
RATE = Rate(640.0, 4.0, 74, 8, 1, 1_795_000_000.0)


def estimated(**known):
    return Estimate(**{"base": "base", "rows": 2_000, "steps": 750, "n_epochs": 3, "batch_size": 8} | known)


def draft(rows=None, path=None, validation=None, epochs="auto"):
    watched = None if validation is None else Part(validation, "validation", None)
    return Draft(Part(ROWS, "train", path), watched, "base", epochs, rows)


@pytest.fixture
def launcher(unmeasured):
    launcher = Launcher(unmeasured.client, ROWS, ROWS[:10], model="random-tiny", n_epochs=2)
    yield launcher
    if launcher.run and not launcher.run.ended:
        launcher.run.cancel()
    launcher.close()


NOW = object()


def press(launcher, kind, after=NOW):
    """As the browser does, which says the job that it saw when the button was pressed."""
    seen = launcher.run.id if launcher.run else None
    launcher._asked(launcher, {"kind": kind, "after": seen if after is NOW else after}, [])


def test_it_shows_the_job_before_it_is_started(launcher):
    sheet = launcher.sheet
    assert (sheet["name"], sheet["size"], sheet["epochs"]) == ("sums", "40 rows · 10 to validate", 2)
    assert re.fullmatch(r"10 steps · 2 epochs · [\d,]+ tokens", sheet["estimate"]["size"])
    assert [one["id"] for one in sheet["models"]][:3] == ["smollm2-135m-instruct", "random-135m", "random-tiny"]
    assert (sheet["run"], sheet["fault"], sheet["busy"], launcher.run) == (None, "", "", None)


def test_it_follows_what_is_chosen_in_python(launcher):
    launcher.n_epochs = "auto"
    assert launcher.estimate.n_epochs == 3
    launcher.rows = 20
    assert launcher.estimate.rows == 20
    assert launcher.sheet["size"] == "20 of 40 rows · 5 to validate"
    assert [one["words"] for one in launcher.sheet["proposals"]] == ["Use all 40 rows"]
    launcher.model = "random-135m"
    assert "random-135m is not on this machine yet" in launcher.sheet["estimate"]["basis"]
    assert not launcher.sheet["estimate"]["can_measure"]
    for wrong in (0, 51, "many"):
        with pytest.raises(traitlets.TraitError):
            launcher.n_epochs = wrong


def test_two_changes_at_once_are_asked_about_once(launcher, monkeypatch):
    asked = []
    monkeypatch.setattr(Launcher, "_estimate", lambda self: asked.append(self.draft))
    with launcher.hold_trait_notifications():
        launcher.rows, launcher.n_epochs = 30, 1
    assert [(one.rows, one.n_epochs) for one in asked] == [(30, 1)]


def test_the_button_starts_exactly_what_the_code_says(launcher, unmeasured):
    launcher.rows = 20
    assert "    train.sample(20),\n    validation.sample(5),\n" in launcher.code
    press(launcher, "start")
    names = {"ft": ft, "client": unmeasured.client, "train": ROWS, "validation": ROWS[:10]}
    exec(launcher.code, names)
    pressed, said = (unmeasured.seen(run.id) for run in (launcher.run, names["run"]))
    names["run"].cancel()
    content = unmeasured.client.files.content
    for file in ("training_file", "validation_file"):
        assert content(getattr(pressed, file)).read() == content(getattr(said, file)).read()
    assert pressed.model == said.model == "random-tiny"
    assert pressed.method.supervised.hyperparameters.n_epochs == said.method.supervised.hyperparameters.n_epochs == 2


@pytest.mark.slow
def test_a_started_job_is_followed_to_its_end_and_then_its_rate_is_known(launcher, unmeasured, wait_until):
    keep(unmeasured.home / "compiled", "random-tiny", Measurement("job", 8, 74, 640.0, 2.0, 1_795_000_000.0))
    press(launcher, "start")
    run = launcher.run
    assert launcher.sheet["run"]["id"] == run.id
    wait_until(lambda: run.ended and any(one["id"] == run.fine_tuned_model for one in launcher.sheet["models"]))
    wait_until(lambda: launcher.estimate is not None and launcher.estimate.rate.measurements > 1)
    assert launcher.sheet["run"]["label"] == "succeeded"
    assert launcher.sheet["estimate"]["time"].startswith("about ")
    assert repr(launcher) == f"Launcher of sums: The job {run.id} has succeeded."


def test_another_job_can_be_started_and_is_then_the_run(launcher):
    press(launcher, "start")
    first = launcher.run
    press(launcher, "start", after=None)  # the button was pressed twice before the first was seen to have started
    assert launcher.run is first
    press(launcher, "start")
    assert launcher.run.id != first.id
    with suppress(InputError):  # it has ended already
        first.cancel()


@pytest.mark.slow
def test_an_unknown_speed_can_be_measured(unmeasured, launcher, wait_until):
    (unmeasured.home / "compiled" / "rates.json").unlink(missing_ok=True)
    launcher.look()
    assert launcher.sheet["estimate"]["time"] is None
    assert launcher.sheet["estimate"]["can_measure"]
    press(launcher, "measure")
    press(launcher, "start")  # while it measures, nothing else is begun
    wait_until(lambda: not launcher.sheet["busy"])
    assert launcher.run is None
    assert launcher.sheet["fault"] == ""
    assert "measured here" in launcher.sheet["estimate"]["basis"]


def test_a_refusal_is_shown_as_the_services_sentence(launcher, unmeasured):
    launcher.model = "gpt-9"
    assert launcher.sheet["fault"] == "The model 'gpt-9' does not exist"
    assert launcher.sheet["estimate"] is None
    press(launcher, "start")
    assert launcher.sheet["fault"].startswith("Model gpt-9 is not available for fine-tuning")
    assert launcher.run is None
    launcher.model = "random-tiny"
    assert launcher.sheet["fault"] == ""


def test_faulty_rows_are_named_before_a_job_fails_of_them(unmeasured):
    launcher = Launcher(unmeasured.client, ft.load([*ROWS.examples, {"text": "x"}], "bad"), model="random-tiny")
    assert launcher.sheet["fault"].startswith("Line 41: ")
    assert launcher.sheet["estimate"] is None
    assert "Line 41" in launcher.twin()
    assert "Line 41" in repr(launcher)


def test_a_file_that_is_not_there_is_an_error_at_once(unmeasured):
    with pytest.raises(InputError, match="no such file"):
        Launcher(unmeasured.client, "none.jsonl")


def test_a_service_that_is_away_and_any_other_fault_are_sentences():
    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    def client(answer):
        transport = httpx.Client(transport=httpx.MockTransport(answer))
        return openai.OpenAI(api_key="sk", base_url="http://away/v1", http_client=transport, max_retries=0)

    launcher = Launcher(client(refuse), ROWS)
    assert (
        launcher.sheet["fault"]
        == "The service at http://away/v1/ does not answer. The embedded one is started again by: client = ft.connect()"
    )
    assert launcher.sheet["models"] == []
    launcher = Launcher(client(lambda _: httpx.Response(404)), ROWS)
    assert launcher.sheet["estimate"]["basis"] == "How long it takes cannot be known for this host."
    launcher.start()
    assert launcher.sheet["fault"]
    launcher.client = None
    launcher.look()
    assert launcher.sheet["fault"].startswith("AttributeError")


def test_its_static_twin_is_a_table_and_its_text_one_line(launcher):
    bundle = launcher._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    assert data["text/plain"] == repr(launcher)
    assert repr(launcher).startswith("Launcher of sums: 10 steps · 2 epochs")
    for words in ("random-tiny", "40 rows · 10 to validate", '>steps</th><td style="text-align: left">10</td>'):
        assert words in data["text/html"]


def test_of_a_long_job_fewer_rows_and_fewer_epochs_are_proposed():
    long = draft(epochs=6), estimated(n_epochs=6, seconds=4 + 3_600, rate=RATE)
    assert proposals(*long) == [
        {"words": "Use 490 of the 40 rows", "traits": {"rows": 490, "n_epochs": 6}, "shortens": True},
        {"words": "Use 1 epoch", "traits": {"n_epochs": 1}, "shortens": True},
    ]
    assert proposals(draft(), estimated(seconds=60, rate=RATE)) == []
    assert proposals(draft(), None) == []


def test_fewer_rows_keep_the_epochs_that_auto_would_change():
    """Of 20,000 rows OpenAI's rule shows each once, of 490 three times: the job would be three times as long."""
    one_epoch = estimated(rows=20_000, n_epochs=1, seconds=30_000, rate=RATE)
    assert proposals(draft(), one_epoch)[0]["traits"]["n_epochs"] == 1
    three = estimated(rows=20_000, n_epochs=3, seconds=30_000, rate=RATE)
    assert "n_epochs" not in proposals(draft(), three)[0]["traits"]


def test_the_code_names_paths_and_samples():
    assert draft(path="a.jsonl").code == 'run = ft.launch(client, "a.jsonl", model="base", n_epochs="auto")'
    assert draft(rows=20).code == 'run = ft.launch(client, train.sample(20), model="base", n_epochs="auto")'
    assert 'ft.load("a.jsonl").sample(20)' in draft(rows=20, path="a.jsonl").code
    assert '"it\'s.jsonl"' in draft(path="it's.jsonl").code
    assert "'a\"b'" in draft(path='a"b').code
    assert draft(rows=41).code == draft().code


def test_of_fewer_training_rows_as_many_fewer_validate():
    watched = ROWS[:10]
    sizes = [draft(rows=rows, validation=watched).watched for rows in (None, 40, 20, 10, 1)]
    assert sizes == [10, 10, 5, 2, 1]
    assert draft(validation=ROWS[:0]).watched == draft().watched == 0


def test_models_are_listed_with_those_of_this_machine_first():
    listed = [("gpt-4o-mini", "ftwidgets: base stands in"), ("ft:a:1", "ftwidgets"), ("random-tiny", "ftwidgets")]
    chosen = choices(SimpleNamespace(id=name, owned_by=owner) for name, owner in listed)
    assert [one.id for one in chosen] == ["random-tiny", "ft:a:1", "gpt-4o-mini"]
    assert chosen[2].about == "Not here: base is trained in its place."
    assert about("gpt-4.1", "system") == ""


def test_what_is_said_of_epochs_and_of_the_rate():
    assert about_epochs(estimated(), "auto") == "Each row is shown 3 times, by OpenAI's rule for 2,000 rows."
    assert about_epochs(estimated(n_epochs=1), "auto").startswith("Each row is shown once")
    assert about_epochs(None, "auto") == about_epochs(estimated(), 3)
    day = time.strftime("%Y-%m-%d %H:%M", time.localtime(RATE.measured_at))
    assert basis(estimated(seconds=9, rate=RATE)) == f"measured here: 640 tokens/s, over 74 steps, last on {day}"
    assert basis(estimated(unknown="why")) == "why"
