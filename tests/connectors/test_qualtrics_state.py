"""What a read of the stand-in Qualtrics remembers, and what it does where it may not read."""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl
import pytest

from connectors.contract import Page, SourceError
from sandbox.qualtrics_faults import ORDINARY, Fault
from sandbox.qualtrics_server import Qualtrics, serving
from sandbox.qualtrics_site import Response
from tests.connectors.contract_reading import Found, difference, pulled, read
from tests.connectors.qualtrics_reading import (
    FRAMES,
    account,
    connector,
    exported,
    last_night,
    read_at,
    sheets,
    wave,
)


def again(server: Qualtrics, state: dict[str, Any], **options: Any) -> Found:
    server.asked.clear()
    return read_at(server, state, **options)


def test_a_wave_is_frozen_once_its_days_of_grace_are_over():
    closed = wave(2)["closed_at"]
    for days, is_frozen in ((6, False), (8, True)):
        found = read_at(account(at=closed + dt.timedelta(days=days)))
        assert (wave(2)["survey"] in found.result.state["frozen"]) == is_frozen


def test_of_an_open_wave_an_edited_and_a_withdrawn_response_are_seen():
    at = wave(0)["opened_at"] + dt.timedelta(days=3)
    server = account(at=at)
    state = read_at(server).result.state
    counting = [one for one in server.site.waves[wave(0)["survey"]].responses if one.ref]
    edited, withdrawn = counting[0], counting[1]
    edited.values["control_1"] = (5.0 if edited.values["control_1"][0] != 5.0 else 4.0, "answered")
    server.site.removed.add(withdrawn.key)
    found = again(server, state)
    (row,) = found.rows["answers"].filter(
        response_key=edited.key, question_key="control_1"
    ).to_dicts()  # fmt: skip
    assert row["value"] == edited.values["control_1"][0]
    swept = found.rows["key_sweeps"].filter(frame="answers")["key"]
    assert edited.key in swept and withdrawn.key not in swept


def test_of_a_frozen_wave_only_the_ids_of_responses_are_exported():
    server = account()
    first = read_at(server)
    found = again(server, first.result.state)
    assert len(exported(server)) == 3
    for _, body in exported(server):
        assert body["questionIds"] == body["embeddedDataIds"] == []
    assert not any("contacts" in path or "history" in path for _, path, _ in server.asked)
    assert all(found.rows[frame].is_empty() for frame in FRAMES)
    assert (
        difference(
            {"key_sweeps": found.rows["key_sweeps"]}, {"key_sweeps": first.rows["key_sweeps"]}
        )
        == {}
    )
    assert found.result.state["frozen"] == first.result.state["frozen"]


def test_a_frozen_wave_with_a_response_more_or_less_is_read_again():
    key = wave(1)["survey"]
    server = account()
    state = read_at(server).result.state
    late = Response("R_veryLateIndeed00", last_night(), None, "1000")
    late.values = {"control_1": (3.0, "answered")}
    server.site.waves[key].responses.append(late)
    found = again(server, state)
    assert late.key in sheets(found.rows["answers"])
    server.site.removed.add(late.key)
    gone = again(server, found.result.state)
    assert late.key not in gone.rows["key_sweeps"]["key"]
    assert set(gone.rows["answers"]["survey_key"]) == {key}


def test_a_frozen_wave_that_was_changed_or_opened_again_is_read_again():
    server = account()
    state = read_at(server).result.state
    key = wave(0)["survey"]
    state["frozen"][key]["modified"] = "2020-01-01T00:00:00Z"
    found = again(server, state)
    assert set(found.rows["answers"]["survey_key"]) == {key}


def test_another_mapping_reads_frozen_waves_again():
    server = account()
    state = read_at(server).result.state
    found = again(server, state, mapping={"reversed": ["enps_1"]})
    assert found.rows["surveys"].height == 3


def test_another_token_or_pause_reads_nothing_again():
    server = account()
    state = read_at(server).result.state
    found = again(server, state, poll_seconds=1.0)
    assert found.rows["surveys"].is_empty()


def test_a_frozen_wave_that_is_no_longer_shared_stays_and_is_named():
    key = wave(0)["survey"]
    server = account()
    state = read_at(server).result.state
    server.site.hidden.add(key)
    found = again(server, state)
    for frame in (*FRAMES, "key_sweeps"):
        assert key in found.result.incomplete[frame]
    sweeps = found.rows["key_sweeps"]
    assert sweeps.filter(frame="surveys", key=key).height == 1
    assert not sweeps.filter(frame="answers")["is_complete"].any()
    assert key in found.result.state["frozen"]


def open_or_just_closed(n: int, *, is_closed: bool) -> Qualtrics:
    """The account while the n-th wave is open, or two days after it closed: not frozen yet."""
    return account(at=wave(n)["closed_at" if is_closed else "opened_at"] + dt.timedelta(days=2))


def stays_as_read(found: Found, key: str) -> None:
    """A wave is named in every frame, its keys are swept, and no response is taken for deleted."""
    for frame in (*FRAMES, "key_sweeps"):
        assert key in found.result.incomplete[frame]
    sweeps = found.rows["key_sweeps"]
    for frame in ("surveys", "survey_questions", "invitations"):
        assert sweeps.filter(frame=frame, key=key).height == 1
    assert not sweeps.filter(frame="answers")["is_complete"].any()


@pytest.mark.parametrize("is_closed", [False, True])
def test_a_wave_that_is_not_frozen_and_vanishes_stays_and_is_named_every_night(is_closed: bool):
    server, key = open_or_just_closed(1, is_closed=is_closed), wave(1)["survey"]
    first = read_at(server)
    assert key not in first.result.state["frozen"]
    server.site.hidden.add(key)
    second = again(server, first.result.state)
    third = again(server, second.result.state)
    for found in (second, third):
        stays_as_read(found, key)
    server.site.hidden.clear()
    back = again(server, third.result.state)
    assert back.result.incomplete == {}
    assert sheets(back.rows["answers"]) >= sheets(first.rows["answers"].filter(survey_key=key))


def test_a_wave_that_is_given_a_start_ahead_stays_as_read_and_is_named():
    server, key = open_or_just_closed(1, is_closed=True), wave(1)["survey"]
    state = read_at(server).result.state
    set_ahead = server.site.waves[key]
    set_ahead.opens = server.site.as_of + dt.timedelta(days=20)
    set_ahead.closes = server.site.as_of + dt.timedelta(days=30)
    found = again(server, state)
    stays_as_read(found, key)
    assert "set its start date" in found.result.incomplete["answers"]
    assert read_at(server).result.incomplete == {}, "a read that never saw it does not miss it"


@pytest.mark.parametrize("is_hidden", [False, True])
def test_surveys_of_the_settings_drops_a_wave_whether_it_is_listed_or_not(is_hidden: bool):
    server, key = open_or_just_closed(1, is_closed=True), wave(1)["survey"]
    state = read_at(server).result.state
    if is_hidden:
        server.site.hidden.add(key)
    found = again(server, state, surveys=[wave(0)["survey"]])
    assert found.result.incomplete == {}
    assert key not in found.rows["key_sweeps"]["key"]
    assert key not in found.result.state["known"]


def test_a_state_without_titles_is_read_and_knows_the_frozen_waves():
    server, key = account(), wave(0)["survey"]
    state = read_at(server).result.state
    del state["known"]
    server.site.hidden.add(key)
    found = again(server, state)
    stays_as_read(found, key)
    titles = {one["survey"]: one["title"] for one in map(wave, range(3))}
    assert found.result.state["known"] == titles | {key: None}


def test_a_wave_that_may_not_be_exported_is_named_and_the_others_are_read():
    found = read_at(account(Fault("export_start", "status", at=2, status=403)))
    assert set(found.result.incomplete) == {"answers", "key_sweeps"}
    assert "export responses" in found.result.incomplete["answers"]
    assert found.rows["answers"]["survey_key"].n_unique() == 2
    assert len(found.result.state["frozen"]) == 2


def test_a_mailing_list_that_is_gone_is_named_and_the_answers_are_read():
    found = read_at(account(Fault("contacts", "status", status=404)))
    assert set(found.result.incomplete) == {"invitations"}
    assert (
        difference(
            {"answers": found.rows["answers"]}, {"answers": read_at(account()).rows["answers"]}
        )
        == {}
    )
    assert len(found.result.state["frozen"]) == 2


def test_where_no_survey_may_be_read_the_source_fails():
    with pytest.raises(SourceError, match="could not be read"):
        read_at(account(Fault("survey", "status", times=None, status=403)))


def test_answers_of_pages_kept_for_long_can_be_mapped_by_a_mended_mapping():
    found = read_at(account())
    with serving(account()) as url:
        mended = connector(url, mapping={"constructs": {"control": "grip"}, "ignored": []})
    pages: list[Page] = found.pages
    frames = dict(mended.map(enumerate(pages)))
    asked = frames["survey_questions"]
    assert set(asked["construct"]) == {"grip"}
    assert isinstance(frames["answers"], pl.DataFrame)


def test_a_night_of_ordinary_trouble_reads_the_same():
    waits: list[float] = []
    server = account(*ORDINARY, page_limit=100)
    with serving(server) as url:
        found = read(connector(url, sleep=waits.append, poll_seconds=3.0), {}, last_night())
    assert difference(found.rows, read_at(account()).rows) == {}
    assert waits.count(3.0) == 6, "two looks at each of three exports"


def test_a_state_of_a_later_night_is_refused():
    server = account()
    state = read_at(server).result.state
    with (
        serving(account(at=wave(2)["opened_at"])) as url,
        pytest.raises(SourceError, match="later"),
    ):
        pulled(connector(url), state, wave(2)["opened_at"])
