from __future__ import annotations

from datetime import date

import openai
import pytest

from ftwidgets.errors import InputError, ServiceError
from ftwidgets.salvage.ends import OPENAI, OTHER, OWN, end_of
from ftwidgets.salvage.inventory import base_name, host_of, inventory


def test_models_checkpoints_and_files_of_the_jobs_are_found_with_the_models_listed(host):
    found = inventory(host.client)
    ours = [model for model in found.models if model.job == host.job.id]
    assert ours[0].id == host.model
    assert ours[0].listed is True
    assert [model.step for model in ours] == [None, *sorted((one.step for one in ours[1:]), reverse=True)]
    assert all(":ckpt-step-" in model.id for model in ours[1:])
    assert {model.base for model in ours} == {"random-tiny"}
    job = next(job for job in found.jobs if job.id == host.job.id)
    assert dict(job.files) == {
        "training": host.job.training_file,
        "validation": host.job.validation_file,
        "result": host.job.result_files[0],
    }
    assert found.host == OWN
    assert found.notes == ()


def test_a_host_without_checkpoints_or_without_models_is_told_and_the_rest_is_listed(host):
    host.door.rules = {"/checkpoints": (404, "Invalid URL"), "/v1/models$": (501, "Not here")}
    found = inventory(host.client)
    assert host.model in [model.id for model in found.models]
    assert all(model.step is None and model.listed is None for model in found.models)
    assert "does not list its models. It says: Not here" in found.notes[0]
    assert "no checkpoints are known. The host does not list its checkpoints. It says: Invalid URL" in found.notes[1]


def test_a_host_without_jobs_still_tells_its_fine_tuned_models(host):
    host.door.rules = {"/fine_tuning/jobs": (404, "Not here")}
    found = inventory(host.client)
    assert (host.model, "random-tiny", None) in [(model.id, model.base, model.job) for model in found.models]


def test_a_page_of_html_in_place_of_a_list_is_told(host):
    host.door.rules = {"/fine_tuning/jobs": (200, "<html>Welcome</html>")}
    found = inventory(host.client)
    assert "list of fine-tuning jobs cannot be read" in found.notes[0]


def test_a_host_that_lists_nothing_is_an_error_with_its_reasons(host):
    host.door.rules = {"/v1/models$": (404, "No models"), "/fine_tuning/jobs": (404, "No jobs")}
    with pytest.raises(InputError, match=r"No models.*No jobs"):
        inventory(host.client)


def test_a_wrong_key_and_a_host_that_does_not_answer_are_sentences(host):
    wrong = host.client.with_options(api_key="sk-wrong")
    with pytest.raises(InputError, match="Incorrect API key"):
        inventory(wrong)
    with (
        openai.OpenAI(api_key="x", base_url="http://127.0.0.1:9/v1", max_retries=0) as nobody,
        pytest.raises(ServiceError, match="does not answer"),
    ):
        inventory(nobody)


def test_the_host_is_known_by_its_address():
    with openai.OpenAI(api_key="x", base_url="https://api.openai.com/v1") as client:
        assert host_of(client) == OPENAI


@pytest.mark.parametrize(
    ("identity", "base"),
    [
        ("ft:gpt-4o-mini-2024-07-18:org:suffix:9o1eNlSa:ckpt-step-101", "gpt-4o-mini-2024-07-18"),
        ("curie:ft-org-2023-01-22-15-48-38", "curie"),
        ("gpt-4o-mini-2024-07-18.ft-0123", "gpt-4o-mini-2024-07-18"),
        ("random-tiny", "random-tiny"),
    ],
)
def test_the_base_is_read_out_of_the_id(identity, base):
    assert base_name(identity) == base


def test_the_days_left_are_those_from_a_given_day_to_the_last():
    end = end_of([], "gpt-4o-mini-2024-07-18", OPENAI)
    assert end.day == date(2027, 1, 14)
    assert "OpenAI's deprecations page, as of 2026-11-20" in end.told
    assert end.days_left(date(2026, 11, 20)) == 55
    assert end.in_words(date(2026, 11, 20)) == f"2027-01-14, 55 days left ({end.told})"
    assert end.in_words(date(2027, 1, 13)) == f"2027-01-14, 1 day left ({end.told})"
    assert end.in_words(date(2027, 1, 16)) == f"2027-01-14, 2 days ago ({end.told})"


def test_what_the_host_says_counts_before_what_is_known_here():
    end = end_of([None, "2027-03-01"], "gpt-4o-mini-2024-07-18", OPENAI)
    assert (end.day, end.told) == (date(2027, 3, 1), "the host says so")


@pytest.mark.parametrize("said", [[], [None], ["soon"], [7], [{}]])
def test_an_end_that_nobody_tells_is_not_known(said):
    end = end_of(said, "gpt-4o-mini-2024-07-18", OTHER)
    assert end.day is None
    assert end.days_left(date(2026, 1, 1)) is None
    assert end.in_words(date(2026, 1, 1)) == "not known: ask the host"


@pytest.mark.parametrize("base", ["gpt-4-0613", "o4-mini-2025-04-16", "gpt-3.5-turbo-0125"])
def test_bases_that_are_gone_have_the_day(base):
    assert end_of([], base, OPENAI).day == date(2026, 10, 23)
