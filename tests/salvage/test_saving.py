from __future__ import annotations

import base64

import pytest

from ftwidgets.data import load
from ftwidgets.errors import InputError
from ftwidgets.salvage.inventory import inventory
from ftwidgets.salvage.saving import csv_of, safe, save, system_of
from tests.salvage.conftest import ROWS, SYSTEM


def contents(host):
    return [path for method, path in host.door.seen if path.endswith("/content")]


def test_training_validation_and_result_files_are_saved_as_they_are_and_the_csv_beside(host, tmp_path):
    saved = {one.id: one for one in save(host.client, inventory(host.client), tmp_path)}
    for identity in (host.job.training_file, host.job.validation_file, host.job.result_files[0]):
        assert saved[identity].path.read_bytes() == host.client.files.content(identity).read()
    assert load(saved[host.job.training_file].path).examples == ROWS
    result = saved[host.job.result_files[0]].path
    beside = result.with_name(f"{result.name}.decoded.csv")
    assert beside.read_bytes() == base64.b64decode(result.read_bytes())
    assert beside.read_text().startswith("step,train_loss")
    assert f'"seed": {host.job.seed}' in (tmp_path / "jobs" / f"{host.job.id}.json").read_text()


def test_what_is_there_is_not_fetched_again_and_what_is_missing_is(host, tmp_path):
    found = inventory(host.client)
    first = save(host.client, found, tmp_path)
    assert len(contents(host)) == len(first)
    save(host.client, found, tmp_path)
    assert len(contents(host)) == len(first)
    first[0].path.unlink()
    again = save(host.client, found, tmp_path)
    assert contents(host)[len(first) :] == [f"/v1/files/{first[0].id}/content"]
    assert again == first


def test_a_file_that_the_host_refuses_is_told_and_the_others_are_saved(host, tmp_path):
    refused = host.job.training_file
    host.door.rules = {f"{refused}/content": (403, "Not allowed to download files of purpose: fine-tune")}
    saved = {one.id: one for one in save(host.client, inventory(host.client), tmp_path)}
    assert saved[refused].path is None
    assert "It says: Not allowed to download files of purpose: fine-tune" in saved[refused].trouble
    assert saved[host.job.validation_file].path.exists()
    assert saved[host.job.result_files[0]].path.exists()
    assert not list(tmp_path.rglob(".*"))
    assert system_of(saved.values(), host.job.id) is None


def test_a_host_that_gives_the_bytes_but_not_the_record_of_a_file_is_no_obstacle(host, tmp_path):
    host.door.rules = {r"/files/[^/]+$": (404, "No such thing")}
    saved = save(host.client, inventory(host.client), tmp_path)
    assert {one.path.name for one in saved} == {"file"}


def test_the_system_message_of_the_training_rows_is_told(host, tmp_path):
    saved = save(host.client, inventory(host.client), tmp_path)
    assert system_of(saved, host.job.id) == SYSTEM
    assert system_of(saved, None) is None


def test_a_folder_that_cannot_be_written_is_a_sentence(host, tmp_path):
    (tmp_path / "taken").write_text("")
    with pytest.raises(InputError, match="cannot be written"):
        save(host.client, inventory(host.client), tmp_path / "taken")


def test_a_plain_result_file_has_nothing_to_decode():
    assert csv_of(b"step,train_loss\n1,0.5\n") is None
    assert csv_of(base64.b64encode(b"step,train_loss\n")) == b"step,train_loss\n"


@pytest.mark.parametrize("name", ["../../etc/passwd", "..", "", "a/b\\..\\c", "ft:x:y", ".hidden", "\0", "x" * 300])
def test_a_name_of_the_host_cannot_lead_to_another_folder(name, tmp_path):
    path = tmp_path / safe(name)
    assert path.parent == tmp_path
    assert path.name not in ("", ".", "..")
    path.write_text("")
