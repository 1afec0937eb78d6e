"""Prices: those that come along have a source and a day; a person's own replace and add."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ftwidgets.data.cost.notice import is_past, notice
from ftwidgets.data.cost.prices import Price, known_prices, shipped
from ftwidgets.errors import InputError

MINI = Price("OpenAI", "gpt-4o-mini-2024-07-18", 3.0)


def named(model: str, *own: dict[str, float] | Path) -> Price:
    return next(price for price in known_prices(*own) if price.model == model)


def test_a_price_that_comes_along_has_a_source_and_a_day() -> None:
    told = [price for price in shipped() if price.per_million is not None]
    assert {price.model for price in told} == {"gpt-4o-mini-2024-07-18", "gpt-3.5-turbo-0125"}
    assert all(price.source and price.as_of and price.confirmed for price in told)
    assert all(price.ends for price in shipped())


@pytest.mark.parametrize("model", ["gpt-4o-mini", "gpt-4o-mini-2024-07-18", "ft:gpt-4o-mini-2024-07-18:org::8J6LXhXG"])
def test_a_price_is_of_a_model_by_each_of_its_ids(model: str) -> None:
    assert MINI.is_of(model)


@pytest.mark.parametrize("model", ["gpt-4o", "gpt-4", "gpt-4o-mini-2024-07", "gpt-4o-mini-2024-07-18-x", "mini", ""])
def test_and_of_no_other_model(model: str) -> None:
    assert not MINI.is_of(model)


def test_ones_own_price_replaces_what_it_names_and_keeps_the_models_last_day() -> None:
    one = named("gpt-4.1-2025-04-14", {"gpt-4.1": 25})
    assert (one.host, one.per_million, one.confirmed, one.source) == ("OpenAI", 25.0, False, "yours")
    assert one.ends == named("gpt-4.1-2025-04-14").ends
    assert len(known_prices({"gpt-4.1": 25})) == len(shipped())


def test_ones_own_host_is_added() -> None:
    *others, host, model = known_prices({"my host": 3, "davinci-002": 6.0})
    assert tuple(others) == shipped()
    assert (host.host, host.model, host.per_million) == ("my host", None, 3.0)
    assert (model.host, model.model, model.per_million) == ("OpenAI", "davinci-002", 6.0)


def test_ones_own_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(
        '[[price]]\nhost = "Azure"\nmodel = "gpt-4.1"\nper_million = 2\nas_of = 2026-11-01\nconfirmed = true\n'
    )
    assert known_prices(path)[0] == Price(
        "OpenAI", "gpt-4.1-2025-04-14", 2.0, confirmed=True, as_of=date(2026, 11, 1), ends=date(2027, 1, 14)
    )
    path.write_text('[[price]]\nhost = "my host"\n')
    assert known_prices(str(path))[-1] == Price("my host")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("[[price]\n", "holds no prices that can be read"),
        ("price = 3\n", "holds no prices that can be read"),
        ("price = [3]\n", "holds no prices that can be read"),
        ("[[price]]\nper_million = 3\n", "A price names no host"),
        ('[[price]]\nhost = "a"\ncosts = 3\n', "'costs' is not a field of a price"),
        ('[[price]]\nhost = "a"\nper_million = "3"\n', "The price of 'a' is '3'"),
        ('[[price]]\nhost = "a"\nper_million = 1e300\n', "The price of 'a' is 'a sum that nobody asks'"),
        ('[[price]]\nhost = "a"\nper_million = -0.5\n', "The price of 'a' is -0.5"),
        ('[[price]]\nhost = "a"\nmodel = 3\n', "The 'model' of a price of 'a' is 3. Write it as a text"),
        ('[[price]]\nhost = "a"\nmodel = []\n', "The 'model' of a price of 'a'"),
        ('[[price]]\nhost = "a"\nsource = 3\n', "The 'source' of a price of 'a'"),
        ('[[price]]\nhost = "a"\nconfirmed = 1\n', "Write true or false"),
        ('[[price]]\nhost = "a"\nends = "2026-11-20"\n', "Write a day without quotation marks"),
        ('[[price]]\nhost = "a"\nas_of = 2026-11-20T10:00:00\n', "Write a day without quotation marks"),
        ('[[price]]\nhost = ""\n', "A price names no host"),
        ('[price]\nhost = "a"\n', "no list of them called 'price'"),
        ('[[prices]]\nhost = "a"\n', "no list of them called 'price'"),
        ("a = " + "[" * 5000, "holds no prices that can be read"),
    ],
)
def test_a_file_of_another_form_is_refused_with_the_form(tmp_path: Path, content: str, words: str) -> None:
    path = tmp_path / "prices.toml"
    path.write_text(content)
    with pytest.raises(InputError, match=words):
        known_prices(path)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"none\.toml cannot be read: there is no such file"):
        known_prices(tmp_path / "none.toml")


@pytest.mark.parametrize("value", [-1, float("inf"), float("nan"), "3", None, True, 10**5000], ids=type)
def test_a_price_is_a_number_of_dollars(value: float) -> None:
    with pytest.raises(InputError, match="Give it in dollars a million tokens, from 0"):
        known_prices({"my host": value})


@pytest.mark.parametrize("own", [{3: 1.0}, {None: 1.0}, {"": 1.0}, [1], 3])
def test_prices_of_no_name_are_refused(own: Any) -> None:
    with pytest.raises(InputError, match=r"is not the name of a model|holds no prices"):
        known_prices(own)


def test_the_notice_has_its_day_and_the_models_last_one() -> None:
    general = notice()
    assert general is not None
    assert general.startswith("As of 2026-11-20: OpenAI takes no new fine-tuning users since 2026-05-07.")
    assert "Nobody can start a job after 2027-01-06." in general
    assert notice("gpt-4o-mini") == f"{general} gpt-4o-mini is shut down on 2027-01-14."
    assert notice("gpt-3.5-turbo") == f"{general} gpt-3.5-turbo was shut down on 2026-10-23."
    assert notice("davinci-002") == general
    assert notice("smollm2-135m-instruct") is None
    assert [is_past(date(2026, 11, 19)), is_past(date(2026, 11, 20))] == [True, False]
