from __future__ import annotations

from types import SimpleNamespace

import pytest

from ftwidgets.events import Event
from ftwidgets.run.run import Run
from ftwidgets.run.standing import standing


def run_of(status="running", steps=0, total=75, **job):
    """A run with so many steps heard, one a second."""
    hyperparameters = SimpleNamespace(n_epochs=3)
    fields = {
        "id": "ftjob-1",
        "created_at": 100,
        "finished_at": None,
        "error": None,
        "hyperparameters": hyperparameters,
    }
    run = Run(None, SimpleNamespace(**(fields | {"status": status} | job)))
    run.take(
        events=[
            {
                "id": f"e{n}",
                "type": "metrics",
                "time": 100.0 + n,
                "data": {"step": n, "total_steps": total, "train_loss": 1 / n, "valid_loss": 2 + n % 7},
            }
            for n in range(1, steps + 1)
        ]
    )
    return run


@pytest.mark.parametrize(
    ("run", "label", "kind", "progress"),
    [
        (run_of("validating_files"), "checking the files", "", ""),
        (run_of("queued"), "waiting", "", ""),
        (run_of("running"), "running", "run", "getting ready: no step yet"),
        (run_of("running", 2), "running", "run", "step 2 of 75 · epoch 1 of 3"),
        (run_of("running", 25), "running", "run", "step 25 of 75 · epoch 1 of 3 · 50 s left"),
        (run_of("running", 26), "running", "run", "step 26 of 75 · epoch 2 of 3 · 49 s left"),
        (run_of("running", 26, None, hyperparameters=None), "running", "run", "step 26"),
        (run_of("succeeded", 75, finished_at=180), "succeeded", "good", "75 steps · 3 epochs · done in 1 min 20 s"),
        (run_of("cancelled", 9, finished_at=140), "cancelled", "warn", "step 9 of 75 · epoch 1 of 3 · after 40 s"),
        (run_of("failed", finished_at=101), "failed", "bad", "no step was taken"),
        (run_of("paused", 30), "paused", "warn", ""),
        (run_of("warming_up"), "warming up", "", ""),
    ],
)  # fmt: skip
def test_each_status_has_its_words(run, label, kind, progress):
    stands = standing(run)
    assert (stands.label, stands.kind, stands.progress) == (label, kind, progress)


def test_a_job_that_waits_tells_its_place_and_what_is_fetched():
    run = run_of("queued")
    run.take(waits={"ahead": 2, "fetching": None})
    assert standing(run).progress == "2 jobs before it"
    run.take(waits={"ahead": 0, "fetching": {"base": "b", "done": 46_400_000, "total": 92_900_000}})
    assert standing(run).progress == "fetching the model · 46 of 93 MB"
    run.take(waits={"ahead": 0, "fetching": {"base": "b", "done": 0, "total": 0}})
    assert standing(run).progress == "fetching the model"


def test_the_epochs_end_where_their_last_steps_are():
    assert standing(run_of(steps=3)).epochs == (25, 50, 75)
    assert standing(run_of(steps=3, hyperparameters=SimpleNamespace(n_epochs="auto"))).epochs == ()
    assert standing(run_of()).epochs == ()


def test_the_best_checkpoint_is_that_with_the_lowest_validation_loss():
    run = run_of(steps=30)
    run.take(checkpoints=[{"step_number": 10, "fine_tuned_model_checkpoint": "a"}])
    assert standing(run).best is None  # of one, nothing is the best
    run.take(
        checkpoints=[{"step_number": n, "fine_tuned_model_checkpoint": str(n)} for n in (20, 28)]
        + [{"step_number": 60, "fine_tuned_model_checkpoint": "later"}]
    )
    assert standing(run).best == 28


def test_what_a_person_should_know_is_a_sentence():
    failed = run_of("failed", error=SimpleNamespace(message="The file has 2 examples."))
    assert (standing(failed).note, standing(failed).note_kind) == ("The file has 2 examples.", "bad")
    unknown = run_of("warming_up")
    assert "'warming_up', which is not known here" in standing(unknown).note
    run = run_of()
    run.take(events=[{"id": "s", "message": "gpt-4 cannot be trained: b stands in for it"}])
    assert (standing(run).note, standing(run).note_kind) == ("gpt-4 cannot be trained: b stands in for it.", "")


def test_a_lost_service_is_said_in_words():
    run = run_of(steps=3)
    run._follower.away_since = 1_800_000_000.0
    stands = standing(run)
    assert (stands.label, stands.note_kind) == ("not reached", "warn")
    assert "ft.connect() starts it again" in stands.note
    run._follower.away_since, run._follower.trouble = None, "Incorrect API key."
    assert standing(run).note == "It cannot be followed any more: Incorrect API key."


def test_a_run_stands_the_same_whatever_else_a_host_sends():
    run = run_of(steps=3)
    run.curves.add([Event("x", 0, "info", "", "metrics", {"step": "three", "train_loss": None})])
    assert standing(run).step == 3
