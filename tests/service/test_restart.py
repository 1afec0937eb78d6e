from __future__ import annotations

import pytest

ROWS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]} for n in range(80)
]
CHOSEN = {"n_epochs": 10, "batch_size": 2, "learning_rate_multiplier": 1}
STEPS = 400


@pytest.mark.slow
def test_a_training_that_was_interrupted_goes_on_as_if_it_had_not_been(service, new_home, open_service, wait_until):
    options = {"rows": ROWS, "validation": ROWS[:4], "seed": 11, "hyperparameters": CHOSEN}
    home = new_home()
    with open_service(home) as first:
        job = first.job(**options)
        wait_until(lambda: len(first.metrics(job.id)) >= 27)  # past the first saved state
        assert first.seen(job.id).status == "running"
    with open_service(home) as second:
        before = [event.id for event in second.events(job.id)]
        job = second.ended(job.id)
        assert job.status == "succeeded", job.error
        after = [event.id for event in second.events(job.id)]
        interrupted = second.metrics(job.id)
        messages = [event.message for event in second.events(job.id)]
    undisturbed = service.ended(service.job(**options).id)
    assert [data["step"] for data in interrupted] == list(range(1, STEPS + 1))
    assert interrupted == service.metrics(undisturbed.id)
    assert job.trained_tokens == undisturbed.trained_tokens
    assert 27 < len(before) < len(after)
    assert after[: len(before)] == before
    assert messages.count("Fine-tuning job started") == 1
    assert not any("failed" in message for message in messages)


def test_what_ended_before_a_restart_is_as_it_was(new_home, open_service):
    home = new_home()
    with open_service(home) as first:
        failed = first.ended(first.job(ROWS[:2]).id)
        events = first.get(f"fine_tuning/jobs/{failed.id}/events")
    with open_service(home) as second:
        assert second.seen(failed.id) == failed
        assert second.get(f"fine_tuning/jobs/{failed.id}/events") == events
        assert second.client.files.content(failed.training_file).read().count(b"\n") == 2
