"""What single answers of Qualtrics mean: questions, waves, contacts, settings."""

from __future__ import annotations

import datetime as dt
from typing import Any

import orjson
import pytest
from pydantic import ValidationError

from connectors.survey.qualtrics_people import UnitCounts, was_asked
from connectors.survey.qualtrics_questions import items_of, plain, scale_items, unseen_code
from connectors.survey.qualtrics_responses import embedded_ids, metadata_ids
from connectors.survey.qualtrics_settings import QualtricsSettings, SurveyMapping
from connectors.survey.qualtrics_wave import Wave

NOON = dt.datetime(2026, 3, 10, 12, tzinfo=dt.UTC)


def settings(**options: Any) -> QualtricsSettings:
    return QualtricsSettings.model_validate({"datacenter": "fra1", "token": "x"} | options)


def question(kind: str, selector: str, sub: str | None = None, **more: Any) -> dict[str, Any]:
    kinds = {"type": kind, "selector": selector, "subSelector": sub}
    choices = {str(n): {"recode": str(n), "choiceText": f"no {n}"} for n in range(1, 6)}
    return {
        "questionType": kinds,
        "questionText": "T",
        "questionName": "q",
        "choices": choices,
    } | more


def survey(**questions: Any) -> dict[str, Any]:
    return {"id": "SV_1", "questions": questions}


# Questions


@pytest.mark.parametrize(
    ("kind", "selector", "sub", "n"),
    [
        ("MC", "SAVR", "TX", 1), ("MC", "SAHR", "TX", 1), ("MC", "DL", None, 1),
        ("MC", "NPS", None, 1),
        ("MC", "MAVR", "TX", 0), ("TE", "ML", None, 0), ("Slider", "HSLIDER", None, 0),
        ("RO", "DND", "TX", 0), ("Matrix", "Likert", "MultipleAnswer", 0), ("DB", "TB", None, 0),
    ],
)  # fmt: skip
def test_only_questions_with_one_choice_of_a_scale_are_items(
    kind: str, selector: str, sub: str | None, n: int
):
    found = scale_items(survey(QID1=question(kind, selector, sub)), SurveyMapping())
    assert len(found) == n


def test_a_row_of_a_matrix_has_its_export_tag_or_else_the_questions_name_and_its_key():
    rows = {"4": {"choiceText": "<i>Four</i>"}, "7": {"choiceText": "Seven"}}
    given = survey(QID3=question("Matrix", "Likert", "SingleAnswer", subQuestions=rows))
    given["exportColumnMap"] = {
        "los_1": {"question": "QID3", "subQuestion": "QID3.subQuestions.4"},
        "q": {"question": "QID9"},
    }
    found = {item.code: item for item in scale_items(given, SurveyMapping())}
    assert found["los_1"].column == "QID3_4" and found["los_1"].text == "Four"
    assert found["q_7"].column == "QID3_7"


def test_recodes_make_the_scale_and_choices_without_one_their_ids():
    choices = {"1": {"recode": "5", "choiceText": "a"}, "2": {"choiceText": "b"},
               "3": {"recode": "-1", "choiceText": "n/a"}}  # fmt: skip
    (item,) = scale_items(
        survey(QID1=question("MC", "SAVR", choices=choices)), SurveyMapping(dont_know=("n/a",))
    )
    assert item.scale() == (2.0, 5.0) and item.dont_know == {"-1"}


def test_a_question_with_recodes_that_are_no_numbers_is_no_scale():
    choices = {"1": {"recode": "low"}, "2": {"recode": "high"}}
    given = survey(QID1=question("MC", "SAVR", choices=choices))
    assert scale_items(given, SurveyMapping()) == []


def test_the_longest_beginning_of_a_code_says_the_construct_and_a_whole_code_wins():
    mapping = SurveyMapping(
        constructs={"los": "los_objectives", "los_act": "los_actions"},
        questions={"los_act_9": "control"},
        ignored=("los_x",),
    )
    assert mapping.construct_of("los_1") == "los_objectives"
    assert mapping.construct_of("los_act_1") == "los_actions"
    assert mapping.construct_of("los_act_9") == "control"
    assert mapping.construct_of("los_x1") is None and mapping.construct_of("age") is None
    codes = [item.code for item in items_of(survey(
        QID1=question("MC", "SAVR", questionName="los_1"),
        QID2=question("MC", "SAVR", questionName="age"),
    ), mapping)]  # fmt: skip
    assert codes == ["los_1"]


def test_the_value_for_seen_but_unanswered_is_never_a_recode():
    choices = {"1": {"recode": "-99"}, "2": {"recode": "2"}}
    found = scale_items(survey(QID1=question("MC", "SAVR", choices=choices)), SurveyMapping())
    assert unseen_code(found) == -999 and unseen_code([]) == -99


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<div>I <b>know</b>, why.</div>", "I know, why."),
        ("One<br/>two<p>three</p>", "One two three"),
        ("a &lt; b &amp; c&nbsp;&rsquo;s", "a < b & c ’s"),
        ("x<style>p{color:red}</style>y<script>alert(1)</script>", "x y"),
        ("less than 3 < 5 > 2", "less than 3 < 5 > 2"),
        (None, ""),
    ],
)
def test_a_wording_is_plain_text_in_one_line(text: str | None, said: str):
    assert plain(text) == said


# Waves


def wave(distributions: list[dict[str, Any]] | None = None, **more: Any) -> Wave:
    given = {"id": "SV_1", "name": "Pulse 1", "isActive": True} | more
    return Wave(given, {}, distributions or [])


def sent(at: str, kind: str = "Invite", link: str = "Individual") -> dict[str, Any]:
    return {"requestType": kind, "sendDate": at, "surveyLink": {"linkType": link}}


def test_a_wave_opens_as_set_else_with_its_first_invitation_else_when_it_was_made():
    made = {"creationDate": "2026-01-01T00:00:00Z"}
    asked = [sent("2026-02-03T00:00:00Z"), sent("2026-02-02T00:00:00Z"),
             sent("2026-01-02T00:00:00Z", "Reminder")]  # fmt: skip
    set_to = {"expiration": {"startDate": "2026-02-01T10:00:00+02:00", "endDate": None}}
    assert wave(asked, **made, **set_to).opened_at(NOON) == dt.datetime(
        2026, 2, 1, 8, tzinfo=dt.UTC
    )
    assert wave(asked, **made).opened_at(NOON) == dt.datetime(2026, 2, 2, tzinfo=dt.UTC)
    assert wave(**made).opened_at(NOON) == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert wave(**made, isActive=False).opened_at(NOON) is None, "a draft"
    assert wave([sent("2026-05-01T00:00:00Z")], **made).opened_at(NOON) is None


def test_a_wave_closes_as_set_else_when_it_was_switched_off():
    ends = {"expiration": {"startDate": None, "endDate": "2026-03-01T00:00:00Z"}}
    assert wave(**ends).closed_at(NOON) == dt.datetime(2026, 3, 1, tzinfo=dt.UTC)
    assert wave(**ends).closed_at(dt.datetime(2026, 2, 1, tzinfo=dt.UTC)) is None
    off = {"isActive": False, "lastModifiedDate": "2026-02-20T00:00:00Z"}
    assert wave(**off).closed_at(NOON) == dt.datetime(2026, 2, 20, tzinfo=dt.UTC)
    assert wave().closed_at(NOON) is None


def test_a_wave_is_anonymous_by_mapping_by_its_option_or_by_its_links():
    named = [sent("2026-02-01T00:00:00Z")]
    linked = [sent("2026-02-01T00:00:00Z", link="Anonymous")]
    plainly = settings()
    assert not wave(named).is_anonymous(plainly) and not wave().is_anonymous(plainly)
    assert wave(linked).is_anonymous(plainly)
    assert not wave(named + linked).is_anonymous(plainly)
    assert Wave(wave(named).survey, {"AnonymizeResponse": "Yes"}, named).is_anonymous(plainly)
    assert wave(named).is_anonymous(settings(mapping={"anonymous": ["Pulse *"]}))
    assert wave(named).is_anonymous(settings(mapping={"anonymous": ["SV_1"]}))


# People


@pytest.mark.parametrize(
    ("status", "kind", "asked"),
    [
        ("Success", "Invite", True), ("HardBounce", "Invite", True),
        ("SurveyFinished", "Invite", True),
        ("Pending", "Invite", False), ("Pending", "GeneratedInvite", True),
        ("Skipped", "Invite", False), ("Blocked", "Invite", False), ("Failure", "Invite", False),
    ],
)  # fmt: skip
def test_who_got_no_invitation_was_not_asked(status: str, kind: str, asked: bool):
    assert was_asked(status, kind) == asked


def test_an_anonymous_count_takes_a_person_once_over_two_lists_and_nobody_who_unsubscribed():
    counts = UnitCounts(SurveyMapping(unit_field="Unit"))
    for one in (
        {"contactId": "1", "email": "a@x", "extRef": "7", "embeddedData": {"Unit": "Sales"}},
        {"contactId": "2", "email": "a@x", "extRef": "7", "embeddedData": {"Unit": "Sales"}},
        {"contactId": "3", "email": "a@x", "extRef": "8", "embeddedData": {"Unit": "Sales"}},
        {"contactId": "4", "email": "b@x", "embeddedData": None},
        {"contactId": "5", "email": "c@x", "unsubscribed": True},
    ):
        counts.add(one)
    said = orjson.loads(counts.body("SV_1", "2026-02-01T00:00:00Z"))
    assert said["units"] == {"": 1, "Sales": 2}


def test_an_embedded_person_is_asked_for_unless_the_wave_is_anonymous():
    mapping = SurveyMapping(person_field="Staff number", unit_field="Unit")
    assert embedded_ids(mapping, is_anonymous=False) == ["Staff number", "Unit"]
    assert embedded_ids(mapping, is_anonymous=True) == ["Unit"]
    assert metadata_ids(mapping, is_anonymous=False) == metadata_ids(mapping, is_anonymous=True)


# Settings


@pytest.mark.parametrize("datacenter", ["https://fra1.qualtrics.com", "fra1/x", "FRA1", "", "a b"])
def test_a_data_centre_is_its_id_alone(datacenter: str):
    with pytest.raises(ValidationError, match="data centre's id alone"):
        settings(datacenter=datacenter)


def test_the_address_is_made_of_the_data_centre_unless_one_is_given():
    assert settings().address == "https://fra1.qualtrics.com"
    assert settings(url="http://127.0.0.1:8080/").address == "http://127.0.0.1:8080"
    with pytest.raises(ValidationError, match="https"):
        settings(url="http://qualtrics.example")
    with pytest.raises(ValidationError, match="`datacenter` is needed"):
        QualtricsSettings.model_validate({"token": "x"})


def test_an_id_of_a_series_wins_over_patterns():
    mapping = SurveyMapping(series={"Pulse *": "pulse", "SV_2": "year"})
    assert mapping.series_of("SV_1", "Pulse 1") == "pulse"
    assert mapping.series_of("SV_2", "Pulse 2") == "year"
    assert mapping.series_of("SV_3", "Canteen") is None
