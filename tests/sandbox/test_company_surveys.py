"""The survey of the sample company has every feature that a measure must withstand."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox import observe
from sandbox.company import generate
from sandbox.draw import Plan, day_of
from sandbox.surveyunits import SMALL_GROUP, Roles, cast
from sandbox.surveywaves import waves_of
from sandbox.truth.org import Organisation
from sandbox.world import SCHEMAS, World, end_of

CONSTRUCTS = {
    "los_objectives",
    "los_actions",
    "goal_clarity",
    "goal_communication",
    "why_understood",
    "control",
    "resources",
    "ownership",
    "participation",
    "incentive_fit",
    "collaboration",
    "customer_focus",
    "helps_us_decide",
    "survey_trust",
    "enps",
}
NEEDED = {
    "los_actions",
    "goal_clarity",
    "why_understood",
    "control",
    "ownership",
    "participation",
    "enps",
}
"""What the composites ask for: no wave leaves it out."""


def waves(company: World) -> list[str]:
    """Keys of the waves, oldest first."""
    return company.surveys.sort("opened_at")["survey"].to_list()


def favour(company: World) -> pl.DataFrame:
    """Every answer with its sheet, its question and `mind`: 0 unfavourable to 1 favourable."""
    width = pl.col("scale_max") - pl.col("scale_min")
    share = (pl.col("value") - pl.col("scale_min")) / width
    return (
        company.answers.join(company.responses, on="response")
        .join(company.survey_questions, on=["survey", "question"])
        .with_columns(pl.when("is_reversed").then(1 - share).otherwise(share).alias("mind"))
    )


@pytest.fixture(scope="module")
def roles(company: World) -> list[Roles]:
    plan = Plan(company.seed, 400, day_of(company.start), day_of(company.end))
    tables = {name: getattr(company, name) for name in SCHEMAS}
    asked = [company.invitations.filter(pl.col("survey") == key) for key in waves(company)]
    return cast(plan, waves_of(plan, company.people), asked, tables)


def sheets_of(company: World, survey: str, unit: str) -> int:
    here = (pl.col("survey") == survey) & (pl.col("unit") == unit)
    return company.responses.filter(here).height


@pytest.mark.parametrize(
    ("people", "months", "end"),
    [
        (400, 15, dt.date(2026, 10, 31)),
        (40, 3, dt.date(2026, 10, 1)),
        (90, 4, dt.date(2026, 2, 28)),
        (60, 6, dt.date(2026, 7, 15)),
    ],
)
def test_three_waves_of_one_series_are_over_within_any_horizon(
    people: int, months: int, end: dt.date
) -> None:
    world = generate(1, people, months, end)
    surveys = world.surveys.sort("opened_at")
    assert surveys.height == 3
    assert surveys["series"].n_unique() == 1
    assert surveys["opened_at"].dt.date().min() > world.start
    assert (surveys["opened_at"].dt.weekday() == 2).all()
    assert (surveys["closed_at"].shift(1).drop_nulls() < surveys["opened_at"][1:]).all()
    assert surveys["closed_at"].max() < end_of(end)
    assert world.responses["answered_at"].max() < end_of(end)
    assert surveys["is_anonymous"].to_list() == [False, True, False]


@pytest.mark.parametrize(
    ("table", "column", "target"),
    [
        ("survey_questions", "survey", "surveys"),
        ("invitations", "survey", "surveys"),
        ("invitations", "person", "people"),
        ("invitations", "unit", "units"),
        ("contacts", "person", "people"),
        ("responses", "survey", "surveys"),
        ("responses", "person", "people"),
        ("responses", "unit", "units"),
        ("answers", "response", "responses"),
        ("answers", "question", "survey_questions"),
    ],
)
def test_references_of_the_survey_lead_somewhere(
    company: World, table: str, column: str, target: str
) -> None:
    named = getattr(company, table)[column].drop_nulls()
    assert len(named) > 0
    assert set(named) <= set(getattr(company, target)[column])


def test_keys_look_like_those_of_survey_systems(company: World) -> None:
    assert company.surveys["survey"].str.contains("^SV_[0-9A-Za-z]{15}$").all()
    assert company.responses["response"].str.contains("^R_[0-9A-Za-z]{15}$").all()
    codes = company.survey_questions
    assert (codes["question"].str.replace(r"_\d+$", "") == codes["construct"]).all()


def test_every_construct_is_asked_in_some_wave_and_the_needed_ones_in_all(company: World) -> None:
    assert set(company.survey_questions["construct"]) == CONSTRUCTS
    for survey in waves(company):
        asked = company.survey_questions.filter(pl.col("survey") == survey)
        assert set(asked["construct"]) >= NEEDED
        assert 12 <= asked.height <= 16
        assert asked["is_reversed"].sum() == 2
        enps = asked.filter(pl.col("construct") == "enps")
        assert enps.select("scale_min", "scale_max").rows() == [(0, 10)]


def test_an_item_changes_its_words_one_its_scale_and_one_is_replaced(company: World) -> None:
    first, second, third = (
        {
            row["question"]: row
            for row in company.survey_questions.to_dicts()
            if row["survey"] == key
        }
        for key in waves(company)
    )
    assert first["goal_clarity_1"]["text"] != second["goal_clarity_1"]["text"]
    assert first["goal_clarity_1"]["scale_max"] == second["goal_clarity_1"]["scale_max"]
    assert (first["resources_1"]["scale_max"], second["resources_1"]["scale_max"]) == (7, 5)
    assert "participation_1" in second
    assert "participation_1" not in third
    assert "participation_2" not in second
    assert third["participation_2"]["construct"] == "participation"


def test_those_are_asked_who_are_employed_and_not_on_leave_in_the_unit_of_their_main_seat(
    company: World,
) -> None:
    org = Organisation(company)
    for survey, opened_at in company.surveys.select("survey", "opened_at").rows():
        day = opened_at.date()
        asked = company.invitations.filter(pl.col("survey") == survey)
        assert set(asked["invited_at"]) == {opened_at}
        here = {p for p in org.people if org.is_employed(p, day) and not org.is_on_leave(p, day)}
        assert set(asked["person"]) == here
        units = {person: org.primary_unit(person, day) for person in here}
        assert dict(asked.select("person", "unit").rows()) == units
    away = company.people.filter(pl.col("leave_from").is_not_null())["person"]
    assert 0 < company.invitations["person"].is_in(away.implode()).sum() < 3 * len(away)
    assert company.invitations["unit"].null_count() > 0


def test_seven_in_ten_answer_and_only_those_asked(company: World) -> None:
    asked = company.invitations.select("survey", "person", pl.col("unit").alias("asked_in"))
    both = company.responses.join(asked, on=["survey", "person"], how="left", nulls_equal=True)
    assert both.filter(pl.col("asked_in").ne_missing(pl.col("unit"))).is_empty()
    for survey in waves(company):
        n_asked = company.invitations.filter(pl.col("survey") == survey).height
        n_sheets = company.responses.filter(pl.col("survey") == survey)["person"].n_unique()
        assert 0.64 < n_sheets / n_asked < 0.78


def test_units_are_silent_small_or_large_in_every_wave(company: World, roles: list[Roles]) -> None:
    for survey, role in zip(waves(company), roles, strict=True):
        asked = company.invitations.filter(pl.col("survey") == survey)["unit"].drop_nulls()
        assert {sheets_of(company, survey, unit) for unit in role.silent} == {0}
        assert len(role.silent) == 2
        counts = [sheets_of(company, survey, unit) for unit in asked.unique()]
        assert sum(0 < n < SMALL_GROUP for n in counts) >= 3
        assert sum(n >= 10 for n in counts) >= 3


def test_a_unit_of_five_and_a_larger_one_agree_to_a_person(
    company: World, roles: list[Roles]
) -> None:
    answers = favour(company)
    for survey, role in zip(waves(company), roles, strict=True):
        for unit, least, most in ((role.agreeing, 5, 5), (role.agreeing_large, 10, 30)):
            said = answers.filter(pl.col("survey") == survey, pl.col("unit") == unit)
            assert least <= said["response"].n_unique() <= most
            assert (said["state"] == "answered").all()
            minds = said.group_by("question").agg(pl.col("mind").n_unique())
            assert minds["mind"].to_list() == [1] * minds.height
            assert (said["mind"] >= 0.7).all()


def test_twins_work_on_goals_alike_and_one_of_them_sees_none(
    company: World, roles: list[Roles]
) -> None:
    assert len({(role.unseeing, role.seeing) for role in roles}) == 1
    answers = favour(company).filter(pl.col("construct") == "los_actions")
    for survey, role in zip(waves(company), roles, strict=True):
        said = answers.filter(pl.col("survey") == survey)
        middle = {
            unit: said.filter(pl.col("unit") == unit)["mind"].mean()
            for unit in (role.unseeing, role.seeing)
        }
        others = said.filter(~pl.col("unit").is_in(list(middle)))["mind"].mean()
        assert middle[role.unseeing] < 0.15
        assert 0.45 < others < 0.7
        assert middle[role.seeing] > 0.85
        assert all(sheets_of(company, survey, unit) >= 10 for unit in middle)


def test_minds_differ_more_between_units_than_chance_would_make_them(company: World) -> None:
    answers = favour(company).filter(
        pl.col("construct") == "ownership", pl.col("mind").is_not_null()
    )
    within = answers.with_columns(pl.col("mind").mean().over("unit").alias("unit_mind"))
    by_unit = within["unit_mind"].var() / within["mind"].var()
    assert by_unit > 2 * answers["unit"].n_unique() / answers.height
    one_person = favour(company).group_by("survey", "person").agg(pl.col("mind").mean())
    first, _, third = (
        one_person.filter(pl.col("survey") == key).select("person", "mind")
        for key in waves(company)
    )
    pairs = first.join(third, on="person")
    assert pairs.select(pl.corr("mind", "mind_right")).item() > 0.4


def test_some_do_not_know_some_skip_and_some_break_off(company: World) -> None:
    states = company.answers["state"]
    assert 0.02 < (states == "dont_know").mean() < 0.08
    assert 0.01 < (states == "skipped").mean() < 0.06
    answered = pl.col("state") == "answered"
    assert company.answers.filter(answered != pl.col("value").is_not_null()).is_empty()
    skipped = company.answers.group_by("response").agg((pl.col("state") == "skipped").sum())
    assert (skipped["state"] >= 5).sum() >= 5
    whole = favour(company).group_by("survey", "response").agg(pl.col("question").n_unique())
    asked = company.survey_questions.group_by("survey").agg(pl.col("question").n_unique())
    both = whole.join(asked, on="survey")
    assert (both["question"] == both["question_right"]).all()


def test_values_lie_on_their_scale(company: World) -> None:
    said = favour(company).filter(pl.col("value").is_not_null())
    assert said["mind"].is_between(0, 1).all()
    assert (said["value"] == said["value"].round()).all()
    assert set(said.filter(pl.col("construct") == "enps")["value"]) == {float(n) for n in range(11)}


def test_every_wave_has_late_sheets_and_one_person_hands_in_two(company: World) -> None:
    sheets = company.responses.join(company.surveys.select("survey", "closed_at"), on="survey")
    late = sheets.filter(pl.col("answered_at") > pl.col("closed_at"))
    assert set(late["survey"]) == set(waves(company))
    assert late.height == 6
    twice = sheets.group_by("survey", "person").agg(pl.len(), pl.col("answered_at").sort())
    again = twice.filter(pl.col("len") > 1)
    assert again["survey"].to_list() == waves(company)[2:]
    first, second = again["answered_at"][0]
    assert first < second < company.surveys["closed_at"].max()


def test_people_leave_during_a_wave_and_nobody_answers_after_leaving(company: World) -> None:
    asked = company.invitations.join(company.people, on="person").join(company.surveys, on="survey")
    leavers = asked.filter(pl.col("left_on") < pl.col("closed_at").dt.date())
    assert leavers["survey"].n_unique() == 3
    answers = leavers.join(company.responses, on=["survey", "person"], how="left")
    assert 0 < answers["answered_at"].null_count() < answers.height
    assert (answers["answered_at"].dt.date() <= answers["left_on"]).drop_nulls().all()


def test_the_anonymous_wave_names_nobody_and_counts_everybody(
    company: World, today: dt.datetime
) -> None:
    frames = observe.surveys(company, today)
    second = waves(company)[1]
    asked = frames["invitations"].filter(pl.col("survey_key") == second)
    assert set(asked["person_ref"]) == {""}
    assert asked["has_responded"].null_count() == asked.height
    n_asked = company.invitations.filter(pl.col("survey") == second).height
    assert asked["n_invited"].sum() == n_asked > 300
    answers = frames["answers"].filter(pl.col("survey_key") == second)
    assert answers["person_ref"].null_count() == answers.height > 3000
    assert answers["org_unit_ref"].null_count() < 0.05 * answers.height


def test_the_waves_by_name_say_who_in_several_ways_and_some_by_a_former_address(
    company: World, today: dt.datetime
) -> None:
    frames = observe.surveys(company, today)
    asked = frames["invitations"].filter(pl.col("person_ref") != "")
    refs = asked["person_ref"]
    assert refs.str.contains("@").mean() > 0.6
    assert refs.str.contains("+survey@", literal=True).sum() > 40
    assert refs.str.starts_with("hr:").sum() > 40
    assert refs.is_in(company.people["employee_number"].drop_nulls().implode()).sum() > 40
    units = asked["org_unit_ref"]
    assert units.is_in(company.units["name"].implode()).sum() > 40
    assert units.str.starts_with("hr:").sum() > 40
    mails = company.people["email_now"].drop_nulls().str.to_lowercase()
    plain = refs.str.to_lowercase().str.replace("+survey", "", literal=True)
    former = plain.str.contains("@") & ~plain.is_in(mails.implode())
    assert 10 < former.sum() < 60
    assert 0 < (former & (units == "")).sum() < former.sum()
    assert (~former & (units == "")).sum() > 5
    sheets = frames["answers"].unique("response_key").filter(pl.col("person_ref").is_not_null())
    named = ["survey_key", "person_ref"]
    assert sheets.join(asked, on=named, how="anti").is_empty()
    responded = asked.filter("has_responded").select(named).unique()
    assert responded.height == sheets.select(named).unique().height


def test_a_wave_grows_while_it_is_open(company: World) -> None:
    _, opened, closed = (
        company.surveys.sort("opened_at").select("survey", "opened_at", "closed_at").row(2)
    )
    before = observe.surveys(company, opened - dt.timedelta(minutes=1))
    during = observe.surveys(company, opened + dt.timedelta(days=3))
    after = observe.surveys(company, closed)
    assert before["surveys"].height == 2
    assert during["surveys"].sort("opened_at")["closed_at"].to_list()[2] is None
    assert after["surveys"]["closed_at"].null_count() == 0
    sheets = [f["answers"]["response_key"].n_unique() for f in (before, during, after)]
    assert sheets[0] < sheets[1] < sheets[2] < company.responses.height
    invited = [f["invitations"].height for f in (before, during, after)]
    assert invited[0] < invited[1] == invited[2]
    assert (
        during["invitations"]["has_responded"].sum() < after["invitations"]["has_responded"].sum()
    )
