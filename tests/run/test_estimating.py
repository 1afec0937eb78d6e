from __future__ import annotations

import json
import re

import httpx
import openai
import pytest

import ftwidgets as ft
from ftwidgets.data.cost.forecast import LONG, Estimate
from ftwidgets.errors import InputError, ServiceError
from ftwidgets.rates import Measurement, Rate, keep
from ftwidgets.run import estimate, measure
from ftwidgets.run.estimating import MOST_BYTES

ROWS = [
    {"messages": [{"role": "user", "content": "x" * n}, {"role": "assistant", "content": "yes"}]} for n in range(1, 21)
]
RATE = Rate(642.0, 4.0, 74, 8, 1, 1_795_000_000.0)


def job(**known):
    size = {"base": "base", "rows": 200, "steps": 75, "n_epochs": 3, "batch_size": 8}
    return Estimate(**size | known)


def elsewhere(answer):
    """A client of another host, which gives `answer` to everything."""
    transport = httpx.MockTransport(answer)
    return openai.OpenAI(
        api_key="sk", base_url="http://elsewhere/v1", http_client=httpx.Client(transport=transport), max_retries=0
    )


def test_a_job_is_told_in_one_sentence():
    assert str(job(tokens=24_720, seconds=70.2, rate=RATE)) == (
        "75 steps · 3 epochs · about 1 min 10 s on this machine (measured here: 640 tokens/s)"
    )
    ranged = job(tokens=24_720, seconds=70.2, low=54.6, high=78, rate=RATE)
    assert "about 1 min 10 s (55 s to 1 min 20 s) on this machine" in str(ranged)
    narrow = job(tokens=24_720, seconds=70.2, low=69.9, high=71, rate=RATE)
    assert "about 1 min 10 s on this machine" in str(narrow)
    other = job(batch_size=1, tokens=24_720, seconds=70.2, rate=RATE)
    assert "(measured here at batch size 8: 640 tokens/s)" in str(other)


def test_without_a_rate_the_sentence_says_why_there_is_no_time(unmeasured):
    said = estimate(unmeasured.client, ft.load(ROWS), model="random-tiny", n_epochs=1)
    assert (said.steps, said.seconds, said.rate, said.time, said.basis) == (3, None, None, None, None)
    assert str(said) == (
        "3 steps · 1 epoch. No job has been trained on this machine yet with random-tiny: its speed is not known."
    )
    away = estimate(unmeasured.client, ft.load(ROWS), model="random-135m")
    assert "random-135m is not on this machine yet" in str(away)
    assert (away.tokens, away.steps) == (None, 15)


def test_a_measured_rate_gives_a_time(unmeasured):
    data = ft.load(ROWS)
    keep(unmeasured.home / "compiled", "random-tiny", Measurement("job", 8, 74, 640.0, 2.0, 1_795_000_000.0))
    said = estimate(unmeasured.client, data, data[:5], model="random-tiny", n_epochs=2)
    assert said.seconds > 2
    assert re.fullmatch(r"6 steps · 2 epochs · about \d+ s on this machine \(measured here: 640 tokens/s\)", str(said))
    assert said.unknown is None


@pytest.mark.slow
def test_the_rate_can_be_measured(unmeasured):
    rate = measure(unmeasured.client, ft.load(ROWS), model="random-tiny", batch_size=2)
    assert (rate.batch_size, rate.measurements) == (2, 1)
    assert rate.tokens_per_second > 0


def test_the_services_refusal_is_one_sentence(unmeasured):
    with pytest.raises(InputError, match=r"^The model 'gpt-9' does not exist$"):
        estimate(unmeasured.client, ft.load(ROWS), model="gpt-9")
    with pytest.raises(InputError, match=r"^Invalid 'n_epochs': 0 is not a whole number from 1 to 50\.$"):
        estimate(unmeasured.client, ft.load(ROWS), model="random-tiny", n_epochs=0)
    job = unmeasured.long_job().id
    with pytest.raises(InputError, match="A job trains or waits"):
        measure(unmeasured.client, ft.load(ROWS), model="random-tiny")
    unmeasured.client.fine_tuning.jobs.cancel(job)


def test_data_that_a_job_would_fail_of_is_refused_with_the_files_own_line(unmeasured):
    with pytest.raises(InputError, match=r"^Line 21: .*The job would fail\.$"):
        estimate(unmeasured.client, ft.load([*ROWS, {"text": "x"}]), model="random-tiny")
    with pytest.raises(InputError, match="at least 10"):
        estimate(unmeasured.client, ft.load(ROWS[:3]), model="random-tiny")


@pytest.mark.parametrize("status", [200, 400, 401, 403, 404, 405, 500])
def test_on_another_host_the_steps_are_known_and_the_time_is_not(status):
    client = elsewhere(lambda _: httpx.Response(status, json={"error": {"message": "Unknown path"}}))
    said = estimate(client, ft.load(ROWS * 10), model="gpt-4.1-mini", n_epochs=2)
    assert str(said) == "50 steps · 2 epochs. How long it takes cannot be known for this host."
    assert (said.tokens, said.seconds, said.fewer_epochs, said.fewer_rows) == (None, None, None, None)
    with pytest.raises(InputError, match="cannot be known for this host"):
        measure(client, ft.load(ROWS))
    with pytest.raises(InputError, match="n_epochs is 0"):
        estimate(client, ft.load(ROWS), n_epochs=0)


def test_a_host_that_does_not_answer_is_named():
    def refuse(request):
        raise httpx.ConnectError("refused", request=request)

    with pytest.raises(ServiceError, match="The service at http://elsewhere/v1/ does not answer"):
        estimate(elsewhere(refuse), ft.load(ROWS))


def sample(data):
    """What is sent of a file."""
    return data.sample(256, most_bytes=MOST_BYTES).examples


def test_of_a_large_file_the_same_even_sample_is_sent():
    data = ft.load([{"prompt": str(n), "completion": "x"} for n in range(10_000)])
    sent = sample(data)
    assert sent == sample(data)
    numbers = [int(row["prompt"]) for row in sent]
    assert (len(set(numbers)), numbers) == (256, sorted(numbers))
    assert min(numbers) < 1_000 < 9_000 < max(numbers)
    assert sample(data[:256]) == data[:256].examples


def test_of_long_rows_no_more_than_a_megabyte_is_sent_and_at_least_one():
    data = ft.load([{"prompt": "x" * 50_000, "completion": "x"} for _ in range(100)])
    sent = sample(data)
    assert 10 < len(sent) < 20
    assert len(json.dumps(sent)) < 1.01 * MOST_BYTES
    assert len(sample(ft.load([{"prompt": "x" * 3_000_000, "completion": "x"}]))) == 1
    assert sample(ft.load([])) == []


def test_a_job_of_less_than_a_quarter_of_an_hour_needs_no_mending():
    short = job(seconds=LONG, rate=RATE)
    assert (short.is_long, short.fewer_epochs, short.fewer_rows) == (False, None, None)


def test_a_job_that_is_too_long_is_told_what_would_fit():
    hour = job(rows=2_000, n_epochs=6, seconds=4 + 3_600, rate=RATE)
    assert (hour.is_long, hour.fewer_epochs, hour.fewer_rows) == (True, 1, 490)
    days = job(rows=200_000, n_epochs=1, seconds=400_000, rate=RATE)
    assert (days.fewer_epochs, days.fewer_rows) == (None, 440)
    hopeless = job(rows=20, n_epochs=1, seconds=400_000, rate=RATE)
    assert (hopeless.fewer_epochs, hopeless.fewer_rows) == (None, None)
