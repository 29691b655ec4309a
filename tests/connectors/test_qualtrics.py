"""What a read of the stand-in Qualtrics gives, and what it never asks for or keeps."""

from __future__ import annotations

import datetime as dt

import pytest
from polars.testing import assert_frame_equal

from sandbox.qualtrics_faults import Fault
from sandbox.qualtrics_site import OTHER
from tests.connectors.contract_reading import Found
from tests.connectors.qualtrics_reading import (
    FRAMES,
    account,
    comparable,
    expected,
    exported,
    last_night,
    read_at,
    sheets,
    wave,
    world,
)


def anonymous() -> str:
    return world().surveys.filter("is_anonymous")["survey"].item()


def nights() -> list[dt.datetime]:
    """While each wave is open, between waves, with late sheets, and at the end."""
    day = dt.timedelta(days=1)
    opened = [wave(n)["opened_at"] for n in range(3)]
    during = [at + day for at in opened] + [at + 3 * day for at in opened]
    closing = [wave(n)["closed_at"] + day for n in range(3)]
    return sorted([*during, *closing, last_night()])


def bodies(found: Found) -> str:
    return "\n".join(page.body.decode("utf-8", "replace") for page in found.pages)


# What a read gives


@pytest.mark.parametrize("at", nights(), ids=lambda at: f"{at:%m-%d %H}")
def test_the_frames_are_those_that_the_company_says(at: dt.datetime):
    found = read_at(account(at=at))
    for frame in FRAMES:
        assert_frame_equal(
            comparable(frame, found.rows[frame]), comparable(frame, expected(frame, at))
        )
    assert found.quarantine == [] and found.result.incomplete == {}


def test_before_the_first_wave_drafts_are_no_waves():
    at = wave(0)["opened_at"] - dt.timedelta(days=2)
    server = account(at=at)
    assert wave(0)["survey"] in server.site.waves
    found = read_at(server)
    assert all(found.rows[frame].is_empty() for frame in FRAMES)
    assert found.result.state["frozen"] == {}


def test_an_item_of_a_matrix_and_a_single_one_have_their_codes_scales_and_plain_wordings():
    rows = read_at(account()).rows["survey_questions"]
    first = rows.filter(survey_key=wave(0)["survey"])
    resources = first.filter(question_key="resources_1").row(0, named=True)
    assert (resources["scale_min"], resources["scale_max"]) == (1, 7)
    assert resources["text"] == "My resources suffice for my goals."
    reversed_ = first.filter(question_key="control_2").row(0, named=True)
    assert reversed_["is_reversed"] and reversed_["construct"] == "control"
    assert set(rows["question_key"]).isdisjoint({"comment", "age_band", "agreement"})


def test_questions_of_no_construct_are_read_only_where_the_mapping_says_so():
    own = {"unmapped": "pull", "ignored": []}
    rows = read_at(account(), mapping=own).rows
    asked = rows["survey_questions"].filter(question_key="age_band")
    assert asked.height == 3 and asked["construct"].null_count() == 3
    assert rows["answers"].filter(question_key="age_band").height > 0


def test_a_dont_know_may_be_named_by_its_text():
    by_text = read_at(account(), mapping={"dont_know": ["Don’t know"]})
    assert_frame_equal(
        comparable("answers", by_text.rows["answers"]), comparable("answers", expected("answers"))
    )


def test_a_dont_know_that_nobody_mapped_shows_as_a_scale_too_long():
    rows = read_at(account(), mapping={"dont_know": []}).rows
    assert set(rows["survey_questions"]["scale_max"]) == {99}


def test_surveys_that_are_not_named_are_left_alone():
    server = account()
    read_at(server)
    assert not any(OTHER in path for _, path, _ in server.asked)
    named = account()
    found = read_at(named, surveys=[wave(0)["survey"]])
    assert found.rows["surveys"]["survey_key"].to_list() == [wave(0)["survey"]]


# What is not asked for, and what is not kept


def test_an_export_asks_for_items_the_person_the_unit_and_nothing_else():
    server = account()
    read_at(server)
    first = dict(exported(server))[wave(0)["survey"]]
    assert first["timeZone"] == "Etc/UTC" and first["useLabels"] is False
    standard = {"_recordId", "status", "finished", "recordedDate"}
    assert set(first["surveyMetadataIds"]) == standard | {"externalDataReference"}
    assert first["embeddedDataIds"] == ["Unit"]
    forms = server.site.waves[wave(0)["survey"]].form
    assert set(first["questionIds"]) == {item.qid for item in forms.items}
    nameless = dict(exported(server))[anonymous()]
    assert set(nameless["surveyMetadataIds"]) == standard


def test_free_text_names_telephones_addresses_and_links_never_reach_a_page():
    found = read_at(account(Fault("export_file", "whole_file", times=None)))
    assert_frame_equal(
        comparable("answers", found.rows["answers"]), comparable("answers", expected("answers"))
    )
    kept = bodies(found)
    for word in ("Meine Chefin", "weil, nun ja", "Nachname", "192.0.2.7", "52.52", "+49 30",
                 "jfe/form", "firstName"):  # fmt: skip
        assert word not in kept
    (first, *_) = [page for page in found.pages if page.stream == "responses"]
    assert "columns that were not asked for are left out" in first.request


def test_nothing_on_people_is_kept_of_an_anonymous_wave():
    server = account()
    found = read_at(server)
    names = {row["full_name"] for row in world().people.to_dicts()}
    ours = [page for page in found.pages if anonymous() in page.request + page.body.decode()]
    counts = [page for page in ours if page.stream == "unit_counts"]
    assert len(counts) == 1 and "nothing else is kept" in counts[0].request
    kept = "\n".join(page.body.decode() for page in ours if page.stream != "surveys")
    assert not any(name in kept for name in names)
    assert "CID_" not in kept and 'sample.example"' not in counts[0].body.decode()
    sent = server.site.waves[anonymous()].distributions[0]["id"]
    assert not any(sent in path for _, path, _ in server.asked)
    rows = found.rows["answers"].filter(survey_key=anonymous())
    assert rows["person_ref"].null_count() == rows.height > 0


def test_a_wave_is_anonymous_where_the_mapping_says_so_even_if_qualtrics_knows_the_people():
    key = wave(0)["survey"]
    server = account()
    found = read_at(server, mapping={"anonymous": [wave(0)["title"]]})
    assert found.rows["surveys"].filter(survey_key=key)["is_anonymous"].item()
    assert found.rows["answers"].filter(survey_key=key)["person_ref"].null_count() > 0
    assert found.rows["answers"].filter(survey_key=key)["person_ref"].drop_nulls().is_empty()
    counted = found.rows["invitations"].filter(survey_key=key)
    assert set(counted["person_ref"]) == {""}
    asked = world().invitations.filter(survey=key)
    assert counted["n_invited"].sum() == asked.height
    assert "externalDataReference" not in dict(exported(server))[key]["surveyMetadataIds"]


def test_a_wave_of_which_it_is_unknown_whether_it_is_anonymous_is_not_read():
    found = read_at(account(Fault("definition", "status", at=2, status=403, times=1)))
    assert set(found.result.incomplete) == {*FRAMES, "key_sweeps"}
    assert found.rows["surveys"].height == 2
    assert found.rows["answers"]["survey_key"].n_unique() == 2


def test_previews_tests_spam_and_unfinished_ones_are_left_out_and_counted():
    found = read_at(account())
    pages = [page for page in found.pages if page.stream == "responses"]
    assert len(pages) == 3
    for page in pages:
        assert page.request.endswith("left out: 1 preview, 1 spam, 1 test, 1 unfinished")
    server = account()
    codes = {one.status for one in server.site.waves[wave(1)["survey"]].responses}
    assert {32, 36} <= codes, "an employee project has codes of its own"


def test_unfinished_ones_are_read_where_the_config_says_so():
    kept = read_at(account(), unfinished="keep")
    more = sheets(kept.rows["answers"]) - sheets(expected("answers"))
    assert len(more) == 3


def test_a_code_that_is_none_and_a_row_too_short_set_themselves_aside_alone():
    for kind, why in (("odd_code", "status: '512'"), ("short_row", "the row has 4 cells")):
        found = read_at(account(Fault("export_file", kind)))
        (aside,) = found.quarantine
        assert aside["frame"] == "answers" and why in aside["reason"]
        assert sheets(found.rows["answers"]) == sheets(expected("answers"))


def test_a_value_that_is_no_choice_sets_itself_aside_alone():
    server = account()
    first = server.site.waves[wave(0)["survey"]].responses[0]
    first.values["control_1"] = (6.0, "answered")
    found = read_at(server)
    (aside,) = found.quarantine
    assert "'6' is no choice of control_1" in aside["reason"]
    assert found.rows["answers"].height == expected("answers").height - 1


def test_a_question_that_was_not_shown_has_no_row():
    server = account()
    first = server.site.waves[wave(0)["survey"]].responses[0]
    del first.values["control_1"]
    found = read_at(server)
    assert found.rows["answers"].height == expected("answers").height - 1


def test_a_contact_who_left_the_mailing_list_sets_the_invitation_aside():
    server = account()
    contacts = server.site.waves[wave(0)["survey"]].contacts
    contacts[0] = contacts[0] | {"extRef": None}
    found = read_at(server)
    (aside,) = found.quarantine
    assert aside["frame"] == "invitations" and "names nobody by `person_field`" in aside["reason"]


def test_a_field_of_units_that_the_file_lacks_is_said_and_keeps_the_wave_open():
    found = read_at(account(Fault("export_file", "no_unit", times=None)))
    assert "no column Unit" in found.result.incomplete["answers"]
    assert found.rows["answers"]["org_unit_ref"].null_count() == found.rows["answers"].height
    assert found.result.state["frozen"] == {}
