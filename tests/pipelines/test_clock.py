"""The clock of a run: which instant it is for, and when it pulls nothing."""

from __future__ import annotations

import datetime as dt

import pytest

from pipelines import clock
from pipelines.clock import Clock, ClockError, clock_for, end_of
from pipelines.config import Config, Sample

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
