"""What core must hold of the surveys, worked out by hand (readings S1 to S6)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox.truth import compute_survey
from sandbox.world import World, end_of
from tests.sandbox.tiny_world import AS_OF, Row, at, on, world

UNITS: list[Row] = [
    {"unit": "root"},
    {"unit": "a", "parent": "root"},
    {"unit": "b", "parent": "root"},
    {"unit": "young", "parent": "root", "valid_from": on("2026-03-20")},
]
WAVE: Row = {
    "survey": "w",
    "series": "x",
    "opened_at": at("2026-03-02 08:00"),
    "closed_at": at("2026-03-16 08:00"),
    "is_anonymous": False,
}
QUESTION: Row = {
    "survey": "w",
    "question": "q",
    "text": "Q?",
    "scale_min": 1,
    "scale_max": 5,
    "is_reversed": False,
    "construct": "control",
}


def person(name: str, **more: object) -> Row:
    return {"person": name, "email_now": f"{name}@e.com", **more}


def asked(name: str, unit: str | None = None, survey: str = "w") -> Row:
    return {"survey": survey, "person": name, "unit": unit, "invited_at": at("2026-03-02 08:00")}


def sheet(key: str, name: str, when: str, unit: str | None = None, survey: str = "w") -> Row:
    return {
        "response": key,
        "survey": survey,
        "person": name,
        "unit": unit,
        "answered_at": at(when),
    }


def said(response: str, value: float | None = 4.0, state: str = "answered") -> Row:
    return {"response": response, "question": "q", "value": value, "state": state}


def made(**tables: list[Row]) -> World:
    base = {"units": UNITS, "surveys": [WAVE], "survey_questions": [QUESTION]}
    return world(**{**base, **tables})


def core(made_world: World, as_of: dt.date = AS_OF) -> dict[str, pl.DataFrame]:
    found = compute_survey(made_world, end_of(as_of))
    return {name.removeprefix("core."): table for name, table in found.items()}


def only(table: pl.DataFrame) -> Row:
    """The only row of a table."""
    assert table.height == 1, table
    return table.row(0, named=True)


def test_a_person_counts_where_they_sat_on_the_day_of_the_launch() -> None:
    moved = [
        {"person": "p", "unit": "a", "effective_to": on("2026-03-02")},
        {"person": "p", "unit": "b", "effective_from": on("2026-03-03")},
    ]
    found = core(
        made(
            people=[person("p")],
            seats=moved,
            invitations=[asked("p", "b")],
            responses=[sheet("r", "p", "2026-03-05", "b")],
            answers=[said("r")],
        )
    )
    assert only(found["fct_invitation"])["org_unit_id"] == "hr:a"
    answer = only(found["fct_answer"])
    assert (answer["person_id"], answer["org_unit_id"]) == ("hr:p", "hr:a")
    assert (answer["answer_id"], answer["question_id"]) == ("surveys:r|q", "surveys:w:q")


@pytest.mark.parametrize(
    ("seat", "contact", "expected"),
    [
        ("a", {}, ("hr:p", "hr:a")),
        (None, {}, ("hr:p", "hr:b")),
        ("young", {}, ("hr:p", "hr:b")),
        (None, {"has_unit": False}, ("hr:p", "hr:root")),
        ("a", {"has_unit": False}, ("hr:p", "hr:a")),
        ("a", {"email": "old@e.com", "has_unit": True}, (None, "hr:b")),
        ("a", {"email": "old@e.com", "has_unit": False}, (None, "hr:root")),
        ("a", {"email": "P+x@e.com", "has_unit": False}, ("hr:p", "hr:a")),
    ],
)
def test_who_is_not_seated_or_not_known_counts_in_the_unit_named_else_at_the_root(
    seat: str | None, contact: Row, expected: tuple[str | None, str]
) -> None:
    found = core(
        made(
            people=[person("p")],
            seats=[{"person": "p", "unit": seat}] if seat else [],
            contacts=[{"person": "p", **contact}] if contact else [],
            invitations=[asked("p", "b")],
        )
    )
    row = only(found["fct_invitation"])
    assert (row["person_id"], row["org_unit_id"]) == expected


def test_an_anonymous_wave_counts_by_unit_and_knows_nobody() -> None:
    found = core(
        made(
            surveys=[{**WAVE, "is_anonymous": True}],
            people=[person(name) for name in "pqrs"],
            seats=[{"person": name, "unit": "b"} for name in "pqrs"],
            invitations=[asked("p", "a"), asked("q", "a"), asked("r", "b"), asked("s")],
            responses=[sheet("r1", "p", "2026-03-05", "a"), sheet("r2", "p", "2026-03-06", "a")],
            answers=[said("r1"), said("r2")],
        )
    )
    rows = found["fct_invitation"].select("org_unit_id", "n_invited", "person_id", "has_responded")
    assert sorted(rows.rows()) == [
        ("hr:a", 2, None, None),
        ("hr:b", 1, None, None),
        ("hr:root", 1, None, None),
    ]
    answers = found["fct_answer"].select("response_id", "person_id", "org_unit_id").rows()
    assert sorted(answers) == [("surveys:r1", None, "hr:a"), ("surveys:r2", None, "hr:a")]
    assert found["fct_answer_set_aside"].is_empty()


def test_late_sheets_and_second_sheets_are_set_aside() -> None:
    found = core(
        made(
            people=[person(name) for name in "pqr"],
            contacts=[{"person": "r", "email": "old@e.com", "has_unit": True}],
            invitations=[asked(name) for name in "pqr"],
            responses=[
                sheet("p2", "p", "2026-03-06"),
                sheet("p1", "p", "2026-03-07"),
                sheet("q-late", "q", "2026-03-16 08:01"),
                sheet("q-before", "q", "2026-03-16 08:00"),
                sheet("r1", "r", "2026-03-05"),
                sheet("r2", "r", "2026-03-06"),
            ],
            answers=[said(key) for key in ("p1", "p2", "q-late", "q-before", "r1", "r2")],
        )
    )
    counted = found["fct_answer"]["response_id"].str.replace("surveys:", "").to_list()
    assert counted == ["p2", "q-before", "r1"]
    aside = found["fct_answer_set_aside"].select("response_id", "reason").rows()
    assert dict(aside) == {
        "surveys:p1": "second_sheet",
        "surveys:q-late": "late",
        "surveys:r2": "second_sheet",
    }


def test_a_late_sheet_has_responded_and_an_answer_after_as_of_is_not_there() -> None:
    tables = {
        "people": [person("p")],
        "invitations": [asked("p")],
        "responses": [sheet("r", "p", "2026-03-18")],
        "answers": [said("r", None, "dont_know")],
    }
    later = core(made(**tables))
    assert only(later["fct_invitation"])["has_responded"] is True
    aside = only(later["fct_answer_set_aside"])
    assert (aside["value"], aside["state"]) == (None, "dont_know")
    earlier = core(made(**tables), on("2026-03-17"))
    assert only(earlier["fct_invitation"])["has_responded"] is False
    assert earlier["fct_answer_set_aside"].is_empty()


def test_a_wave_is_not_there_before_it_opens_and_has_no_end_before_it_closes() -> None:
    tables = {"people": [person("p")], "invitations": [asked("p")]}
    before = core(made(**tables), on("2026-03-01"))
    assert all(table.is_empty() for table in before.values())
    during = core(made(**tables), on("2026-03-10"))
    assert only(during["dim_survey"])["closed_at"] is None
    assert only(core(made(**tables))["dim_survey"])["closed_at"] == WAVE["closed_at"]


def test_items_are_compared_with_the_wave_before_of_the_same_series() -> None:
    opened = ("2026-01-05", "2026-02-05", "2026-03-05")
    surveys = [
        {**WAVE, "survey": str(n), "opened_at": at(day), "closed_at": at(day)}
        for n, day in enumerate(opened)
    ]
    surveys.append({**WAVE, "survey": "other", "series": "y", "opened_at": at("2026-02-20")})
    questions = [
        {**QUESTION, "survey": "0"},
        {**QUESTION, "survey": "1"},
        {**QUESTION, "survey": "1", "question": "new"},
        {**QUESTION, "survey": "2", "text": "Really?"},
        {**QUESTION, "survey": "2", "question": "new", "is_reversed": True},
        {**QUESTION, "survey": "other", "text": "Really?"},
    ]
    found = core(made(surveys=surveys, survey_questions=questions))
    before = dict(found["dim_survey"].select("survey_key", "previous_survey_id").rows())
    assert before == {"0": None, "1": "surveys:0", "2": "surveys:1", "other": None}
    rows = found["dim_survey_question"].select("question_id", "is_as_before").rows()
    assert dict(rows) == {
        "surveys:0:q": None,
        "surveys:1:q": True,
        "surveys:1:new": False,
        "surveys:2:q": False,
        "surveys:2:new": False,
        "surveys:other:q": None,
    }


def test_an_address_that_linkage_gives_to_somebody_is_theirs() -> None:
    found = compute_survey(
        made(
            people=[person("p"), person("q")],
            seats=[{"person": "p", "unit": "a"}, {"person": "q", "unit": "b"}],
            contacts=[{"person": "p", "email": "old@e.com", "has_unit": False}],
            invitations=[asked("p")],
        ),
        end_of(AS_OF),
        {"old@e.com": "q", "p@e.com": "q"},
    )
    row = only(found["core.fct_invitation"])
    assert (row["person_id"], row["org_unit_id"]) == ("hr:q", "hr:b")


def test_an_instant_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        compute_survey(made(), at("2026-03-31").replace(tzinfo=None))
