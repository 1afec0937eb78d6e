"""A clock that jumps back disturbs nothing: what came later stays later, and a job comes to its end."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest


@pytest.mark.slow
def test_what_came_later_stays_later(
    new_home: Callable[[], Path], open_service: Any, wait_until: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_service(new_home()) as service:
        before = service.upload()
        job = service.job()
        wait_until(lambda: service.metrics(job.id))
        told = [event.id for event in service.events(job.id)]
        real = time.time
        monkeypatch.setattr(time, "time", lambda: real() - 86_400)
        after = service.upload()
        ended = service.ended(job.id)
        assert ended.status == "succeeded", ended.error
        assert [event.id for event in service.events(job.id)][: len(told)] == told
        assert [data["step"] for data in service.metrics(job.id)] == list(range(1, 13))
        listed = [file.id for file in service.client.files.list()]
        assert listed.index(after) < listed.index(before)
        assert service.client.files.retrieve(after).created_at < service.client.files.retrieve(before).created_at
        later = service.job()
        assert [one.id for one in service.client.fine_tuning.jobs.list()] == [later.id, job.id]
        assert service.client.chat.completions.create(
            model=ended.fine_tuned_model, messages=[{"role": "user", "content": "Word 3?"}], max_tokens=3
        ).choices
