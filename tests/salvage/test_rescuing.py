from __future__ import annotations

from datetime import date

import pytest

import ftwidgets as ft
from ftwidgets.errors import InputError
from ftwidgets.salvage.ends import OPENAI, End
from ftwidgets.salvage.golden import TERMS
from ftwidgets.salvage.inventory import Inventory, Tuned
from ftwidgets.salvage.rescuing import Rescue
from tests.salvage.conftest import SYSTEM

TODAY = date(2026, 11, 20)
PROMPTS = ["Is 1 a number?", "Is 2 a number?"]


def test_at_openai_a_base_that_is_not_known_has_no_day(host):
    """The same service at OpenAI's address, which is what the days of OpenAI's bases are told for."""
    elsewhere = host.client.with_options(base_url="http://api.openai.com/v1")
    rescue = ft.rescue(elsewhere, None, today=TODAY)
    assert rescue.inventory.host == OPENAI
    assert set(rescue.frame["told"]) == {"not known: ask the host"}
    with pytest.raises(InputError, match="No folder was named"):
        rescue.save()


def test_a_system_message_that_the_prompts_lack_is_told_before(host, tmp_path):
    rescue = ft.rescue(host.client, tmp_path)
    assert "begin with the system message 'Say Y.', and the prompts have none" in str(rescue.quote(PROMPTS, host.model))
    assert "system message" not in str(rescue.quote(PROMPTS, host.model, system=SYSTEM))


def test_the_folder_says_what_is_in_it_and_that_the_hosts_terms_govern_training(host, tmp_path):
    done = ft.rescue(host.client, tmp_path, PROMPTS, host.model, True, system=SYSTEM, today=TODAY).recording
    notice = (tmp_path / "README.md").read_text()
    assert "as found on 2026-11-20" in notice
    assert f"`{host.model}`" in notice
    assert TERMS in notice
    assert TERMS in str(done)
    assert TERMS in done._repr_html_()


def test_nothing_is_sent_before_the_yes_and_the_size_is_told(host, tmp_path):
    rescue = ft.rescue(host.client, tmp_path, PROMPTS, [host.model], today=TODAY)
    assert host.door.asked == 0
    told = str(rescue.recording)
    assert told.startswith("2 requests to 1 model: ")
    assert "at most 2,048 tokens of answers. They cost nothing: the service is your own." in told
    assert "Nothing was sent.\nTo send them: the same with yes=True" in told
    assert not (tmp_path / "answers.jsonl").exists()
    assert rescue.quote(PROMPTS, host.model).requests == 2
    assert host.door.asked == 0
    assert rescue.record(PROMPTS, host.model, "no").asked == 0  # a text is no yes
    done = rescue.record(PROMPTS, host.model, True)
    assert (host.door.asked, done.asked) == (2, 2)
    assert rescue.record(PROMPTS, host.model).notes[0] == "All of it is recorded already."
    assert rescue.quote(PROMPTS, host.model) is None
    assert host.door.asked == 2


def test_it_shows_models_days_and_files_as_a_table(host, tmp_path):
    rescue = ft.rescue(host.client, tmp_path, today=TODAY)
    shown = rescue._repr_html_()
    assert f'<td style="text-align: left">{host.model}</td>' in shown
    assert "none: the service is your own" in shown
    assert "3 of 3" in shown
    assert host.model in repr(rescue)
    frame = rescue.frame.set_index("model")
    assert frame.loc[host.model, "job"] == host.job.id
    assert frame["step"].notna().sum() >= 1


def test_the_days_left_are_counted_from_the_given_day(tmp_path):
    end = End(date(2027, 1, 14), "OpenAI's deprecations page")
    gone = End(date(2026, 10, 23), "OpenAI's deprecations page")
    models = (Tuned("ft:<a>", "gpt-4.1", end, listed=False), Tuned("ft:b", "gpt-4-0613", gone))
    rescue = Rescue(None, tmp_path, Inventory(OPENAI, models), TODAY)
    assert rescue.frame["days_left"].tolist() == [55, -28]
    assert "ft:&lt;a&gt;" in rescue._repr_html_()
    assert "2027-01-14, 55 days left (OpenAI's deprecations page). The host does not list it" in repr(rescue)
    size = rescue.quote(PROMPTS)
    assert size.models == 1  # the other has ended
    assert Rescue(None, tmp_path, Inventory(OPENAI), TODAY).frame.empty


def test_a_model_whose_end_is_past_or_none_at_all_is_not_asked_by_default(tmp_path):
    gone = Tuned("ft:b", "gpt-4-0613", End(date(2026, 10, 23), ""))
    with pytest.raises(InputError, match="Every fine-tuned model is past its last day"):
        Rescue(None, tmp_path, Inventory(OPENAI, (gone,)), TODAY).quote(PROMPTS)
    with pytest.raises(InputError, match=r"No fine-tuned model was found\. To ask"):
        Rescue(None, tmp_path, Inventory(OPENAI), TODAY).quote(PROMPTS)
