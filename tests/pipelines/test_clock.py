"""The clock of a run: which instant it is for, and when it pulls nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines import clock, night
from pipelines.clock import Clock, ClockError, clock_for, end_of, refuse_before_first
from pipelines.config import Config, Sample
from pipelines.warehouse import Warehouse

NOW = dt.datetime(2026, 11, 24, 4, 15, tzinfo=dt.UTC)
REAL = Config.model_validate(
    {
        "organisation": {"name": "A", "country": "DE"},
        "sources": {"hr": {"system": "files", "path": "x"}},
    }
)
SAMPLE = Config(sample=Sample(end=dt.date(2026, 10, 31)))


@pytest.fixture(autouse=True)
def _now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOW)


def test_a_run_without_a_date_is_for_now():
    assert clock_for(REAL, None, None) == Clock(NOW)


def test_today_is_its_last_microsecond_and_is_pulled():
    expected = dt.datetime(2026, 11, 24, 23, 59, 59, 999999, tzinfo=dt.UTC)
    assert clock_for(REAL, NOW.date(), None) == Clock(expected)


def test_a_past_day_pulls_nothing_and_says_why():
    past = clock_for(REAL, dt.date(2026, 11, 23), None)
    assert past.as_of == end_of(dt.date(2026, 11, 23))
    assert "past" in past.no_pull


def test_a_future_day_is_refused():
    with pytest.raises(ClockError, match="future"):
        clock_for(REAL, dt.date(2026, 11, 25), None)


def test_an_instant_before_what_is_loaded_pulls_nothing():
    loaded = NOW + dt.timedelta(days=2)
    assert "loaded already" in clock_for(REAL, None, loaded).no_pull
    earlier = clock_for(SAMPLE, dt.date(2026, 9, 30), end_of(dt.date(2026, 10, 31)))
    assert "loaded already" in earlier.no_pull


def test_a_run_after_todays_end_was_loaded_is_for_that_end():
    loaded = end_of(NOW.date())
    assert clock_for(REAL, None, loaded) == Clock(loaded)


def test_the_same_instant_is_pulled_again():
    loaded = end_of(dt.date(2026, 10, 31))
    assert clock_for(SAMPLE, None, loaded).no_pull is None


def test_the_sample_company_lives_until_its_end_whatever_the_wall_clock_says():
    assert clock_for(SAMPLE, None, None) == Clock(end_of(dt.date(2026, 10, 31)))
    assert clock_for(SAMPLE, dt.date(2026, 3, 31), None).no_pull is None
    with pytest.raises(ClockError, match="ends on 2026-10-31"):
        clock_for(SAMPLE, dt.date(2026, 11, 1), None)


FIRST = dt.datetime(2026, 10, 31, 4, 15, tzinfo=dt.UTC)
LOADED_PULL = "insert into raw.pulls (source, pull_id, as_of, state) values ('hr', 'p', ?, '{}')"


def test_a_run_that_pulls_nothing_before_the_first_night_is_refused_and_names_that_night():
    loaded = [FIRST + dt.timedelta(days=1), FIRST]
    for day in (dt.date(1, 1, 1), dt.date(2026, 10, 30)):
        with pytest.raises(ClockError) as refusal:
            refuse_before_first(Clock(end_of(day), "past"), loaded)
        assert str(refusal.value) == (
            f"nothing was loaded by {day}; the first night loaded is 2026-10-31"
        )


def test_the_night_that_is_named_as_the_first_one_can_be_run():
    refuse_before_first(Clock(end_of(FIRST.date()), "past"), [FIRST])
    refuse_before_first(Clock(FIRST, "past"), [FIRST])
    with pytest.raises(ClockError):
        refuse_before_first(Clock(FIRST - dt.timedelta(microseconds=1), "past"), [FIRST])


def test_a_run_that_pulls_needs_nothing_loaded_before():
    refuse_before_first(Clock(FIRST), [])
    refuse_before_first(Clock(FIRST), [FIRST + dt.timedelta(days=1)])


@pytest.mark.parametrize("pull", [True, False], ids=["past day", "without pulling"])
def test_a_night_does_not_begin_where_nothing_is_loaded_yet(tmp_path, pull):
    config = REAL.model_copy(update={"data_dir": tmp_path / "data"})
    with (
        pytest.raises(ClockError, match="nothing is loaded yet"),
        night.begin(config, "run-1", dt.date(2026, 11, 23), pull=pull),
    ):
        pytest.fail("a night began")


def test_a_night_before_the_first_one_does_not_begin(tmp_path):
    config = REAL.model_copy(update={"data_dir": tmp_path / "data"})
    warehouse = Warehouse(config.warehouse_path)
    warehouse.ensure()
    with warehouse.connect() as connection:
        connection.execute(LOADED_PULL, [FIRST])
    with (
        pytest.raises(ClockError, match="first night loaded is 2026-10-31"),
        night.begin(config, "run-1", dt.date(2026, 10, 30)),
    ):
        pytest.fail("a night began")
    with night.begin(config, "run-2", dt.date(2026, 10, 31)) as begun:
        assert begun.clock.as_of == end_of(dt.date(2026, 10, 31))
