from __future__ import annotations

import base64
import re
from html.parser import HTMLParser
from types import SimpleNamespace

import openai
import pytest

import ftwidgets as ft
from ftwidgets.errors import InputError, JobError, ServiceError
from ftwidgets.run.run import Run, _csv

ROWS = [
    {"messages": [{"role": "user", "content": f"{n}?"}, {"role": "assistant", "content": f"{n}!"}]} for n in range(12)
]
CHOSEN = {"model": "random-tiny", "n_epochs": 1, "batch_size": 4, "learning_rate_multiplier": 1.0, "seed": 3}
VOID = {"meta", "img", "source", "br", "hr", "link", "input"}


class Outline(HTMLParser):
    """Checks that every tag that opens is closed in its turn; keeps the attributes and the text."""

    def __init__(self):
        super().__init__()
        self.open, self.attributes, self.text = [], [], []

    def handle_starttag(self, tag, attrs):
        self.attributes += attrs
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def outline(page):
    parser = Outline()
    parser.feed(page)
    parser.close()
    assert parser.open == []
    assert page.startswith("<!doctype html>")
    links = [value for name, value in parser.attributes if name in ("src", "href", "srcset")]
    assert all(value.startswith("data:") for value in links)
    assert not re.search(r"https?://", page)
    return " ".join(parser.text)


@pytest.fixture(scope="module")
def run(service, trained):
    return ft.attach(service.client, trained.id)


@pytest.fixture
def failed(service):
    """A job that failed at once: its file has two rows."""
    return ft.attach(service.client, service.ended(service.job(ROWS[:2]).id).id)


@pytest.mark.slow
def test_launch_uploads_and_returns_at_once_and_wait_hears_every_step(service):
    heard = []
    run = ft.launch(service.client, ft.load(ROWS, "sums"), ft.load(ROWS[:3]), suffix="sums", **CHOSEN)
    assert run.status == "validating_files"
    assert (run.ended, run.fine_tuned_model, run.trained_tokens, run.seconds, run.error) == (False, *[None] * 4)
    assert run.wait(seconds=0.02, heard=lambda run: heard.append((run.status, run.curves.step))) is run
    assert run.status == "succeeded"
    assert run.ended
    assert heard[-1] == ("succeeded", 3)
    assert [step for _, step in heard] == sorted(step for _, step in heard)
    assert run.fine_tuned_model.startswith("ft:random-tiny:personal:sums:")
    assert run.trained_tokens > 0
    assert run.seconds >= 0
    files = service.client.files
    job = service.seen(run.id)
    assert job.seed == 3
    assert files.retrieve(job.training_file).filename == "sums.jsonl"
    assert files.content(job.training_file).read() == ft.load(ROWS).to_bytes()
    assert repr(run) == f"Run {run.id}: succeeded, step 3 of 3, {run.fine_tuned_model}"


def test_launch_takes_paths_and_says_when_there_is_no_file(service, tmp_path):
    ft.load(ROWS[:2]).write(tmp_path / "few.jsonl")
    run = ft.launch(service.client, str(tmp_path / "few.jsonl"), tmp_path / "few.jsonl", model="random-tiny")
    job = service.seen(run.id)
    assert job.validation_file != job.training_file
    assert job.hyperparameters.n_epochs == "auto"
    with pytest.raises(InputError, match="no such file"):
        ft.launch(service.client, tmp_path / "none.jsonl", model="random-tiny")


def test_launch_lets_the_services_refusal_through(service):
    with pytest.raises(InputError, match="Expected file to have JSONL format"):
        ft.launch(service.client, ft.load(b"not JSON\n"), model="random-tiny")
    with pytest.raises(InputError, match="n_epochs"):
        ft.launch(service.client, ft.load(ROWS), **CHOSEN | {"n_epochs": 0})


def test_attach_finds_the_latest_and_any_by_its_id(service, trained, failed):
    assert ft.attach(service.client).id == failed.id
    run = ft.attach(service.client, trained.id)
    assert (run.status, run.curves.step, run.curves.total_steps) == ("succeeded", 12, 12)
    assert [event.id for event in run.events] == [event.id for event in service.events(trained.id)]


def test_attach_to_an_unknown_job_names_the_latest(service, failed):
    with pytest.raises(InputError, match=f"There is no job 'ftjob-x'. The latest are: {failed.id}"):
        ft.attach(service.client, "ftjob-x")


def test_attach_says_when_there_is_no_job_at_all(new_home, open_service):
    with open_service(new_home()) as empty:
        with pytest.raises(InputError, match="There is no job yet"):
            ft.attach(empty.client)
        with pytest.raises(InputError, match="The latest are: none"):
            ft.attach(empty.client, "ftjob-x")


def test_refresh_hears_each_event_once(service, run):
    before = (run.events, run.curves.to_csv(), repr(run))
    assert run.refresh() is run
    assert run.refresh().events == before[0]
    assert (run.events, run.curves.to_csv(), repr(run)) == before


def test_refresh_pages_back_to_what_it_knows(service, trained, monkeypatch):
    monkeypatch.setattr("ftwidgets.run.run.PAGE", 3)  # as if the job had hundreds of events
    run = ft.attach(service.client, trained.id)
    assert [event.id for event in run.events] == [event.id for event in service.events(trained.id)]


def test_a_run_says_why_its_job_failed(failed):
    assert failed.status == "failed"
    assert failed.error.startswith("Training file has 2 example(s)")
    with pytest.raises(JobError, match=r"has failed: Training file has 2 example\(s\)"):
        failed.wait()
    with pytest.raises(JobError, match="result file"):
        failed.results()
    assert "Training file has 2 example(s)" in outline(failed.to_html())


def test_a_run_can_be_cancelled_and_wait_says_so(service):
    before = service.long_job()
    run = ft.launch(service.client, ft.load(ROWS), **CHOSEN)
    assert run.cancel() is run
    assert run.status == "cancelled"
    service.client.fine_tuning.jobs.cancel(before.id)
    with pytest.raises(JobError, match=f"{run.id} was cancelled"):
        run.wait()
    with pytest.raises(InputError, match="already has status"):
        run.cancel()


def test_a_status_that_is_not_known_here_is_shown_and_taken_as_not_ended(service, failed):
    service.http.app.state.store.update_job(failed.id, status="pausing")
    run = ft.attach(service.client, failed.id)
    assert (run.status, run.ended) == ("pausing", False)
    assert "pausing" in repr(run)
    assert "pausing" in outline(run.to_html())
    service.http.app.state.store.update_job(failed.id, status="failed")
    with pytest.raises(JobError):
        run.wait()


@pytest.mark.parametrize("error", [None, {}, {"code": None, "message": None, "param": None}])
def test_a_healthy_job_has_no_error_in_whatever_shape_the_host_says_so(service, trained, error):
    run = Run(service.client, trained.model_copy(update={"error": error}))
    assert run.error is None


def test_the_results_are_the_file_that_the_service_wrote(run):
    frame = run.results()
    assert list(frame.columns) == ["step", "train_loss", "train_accuracy", "valid_loss", "valid_mean_token_accuracy"]
    assert list(frame["step"]) == list(range(1, 13))
    assert list(frame["train_loss"]) == pytest.approx([loss for _, loss in run.curves["train_loss"]], abs=1e-5)
    assert frame["valid_loss"].notna().sum() == 1


@pytest.mark.parametrize(
    "wire", [lambda text: text, base64.b64encode, base64.encodebytes], ids=["plain", "base64", "wrapped"]
)
def test_a_result_file_is_read_plain_or_in_base64(wire):
    text = b"step,train_loss,train_accuracy,valid_loss,valid_mean_token_accuracy\n1,3.63265,0.5,,\n" * 3
    assert _csv(wire(text)) == text


def test_the_figure_holds_the_points_of_the_curves(run):
    loss, accuracy = run.figure().axes
    drawn = {tuple(zip(*map(list, line.get_data()), strict=True)) for axes in (loss, accuracy) for line in axes.lines}
    for points in (
        run.curves["train_loss"],
        run.curves.validation(),
        run.curves["train_accuracy"],
        run.curves["full_valid_accuracy"],
    ):
        assert tuple(points) in drawn
    assert [step for step, _ in run.curves.validation()] == [6, 10, 12]
    assert loss.get_ylim()[0] == 0


def test_the_figure_shows_itself_and_marks_the_epochs(run):
    figure = run.figure()
    assert figure._repr_png_().startswith(b"\x89PNG")
    assert run.epoch_ends == (6, 12)
    for axes in figure.axes:
        assert [path.vertices[0][0] for path in axes.collections[0].get_paths()] == [6, 12]


def test_validation_on_a_sample_and_on_all_rows_are_never_one_line():
    run = Run(None, SimpleNamespace(id="ftjob-1", status="running"))
    data = [{"step": 1, "valid_loss": 2.0}, {"step": 2, "valid_loss": 1.0, "full_valid_loss": 3.0}]
    run.take(events=[{"id": str(n), "type": "metrics", "data": one} for n, one in enumerate(data)])
    assert run.curves.validation() == [(2, 3.0)]
    assert run.curves.sampled() == [(1, 2.0), (2, 1.0)]
    labels = [line.get_label() for line in run.figure().axes[0].lines]
    assert labels == ["validation", "validation, on a sample of its rows"]


def test_a_wait_for_a_service_that_has_gone_says_what_to_do():
    gone = openai.OpenAI(api_key="k", base_url="http://127.0.0.1:9/v1", max_retries=0)
    with gone, pytest.raises(ServiceError, match=r'does not answer any more.*ft\.attach\(client, "ftjob-1"\)'):
        Run(gone, SimpleNamespace(id="ftjob-1", status="running")).wait()


def test_a_run_that_has_ended_is_not_brought_back_by_an_older_record(run):
    run.take(job={"id": run.id, "status": "running", "model": run.base_model})
    assert run.status == "succeeded"


def test_a_run_without_a_step_has_a_figure_and_a_page_too(failed):
    assert all(not axes.lines for axes in failed.figure().axes)
    assert "No step" in outline(failed.to_html()) or failed.id in outline(failed.to_html())


def test_the_page_needs_nothing_from_anywhere_and_tells_the_facts(run):
    text = outline(run.to_html())
    for fact in (run.id, "succeeded", "random-tiny", run.fine_tuned_model, f"{run.trained_tokens:,}"):
        assert fact in text
    first, last = run.curves["train_loss"][0], run.curves["train_loss"][-1]
    assert f"{first[1]:.2f} at step 1" in text
    assert f"{last[1]:.2f} at step 12" in text


def test_what_a_service_says_is_text_in_the_page_and_not_html(service, trained):
    error = {"code": "x", "message": "<script>alert(1)</script> & more", "param": None}
    page = Run(service.client, trained.model_copy(update={"error": error, "fine_tuned_model": "<b>"})).to_html()
    assert "<script" not in page
    assert "<b>" not in page
    assert "<script>alert(1)</script> & more" in outline(page)
