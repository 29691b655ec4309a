"""Tryton's connector against the stand-in: what comes out, and what is said when it cannot."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from connectors.contract import Finding, SourceError
from connectors.edge import conform
from connectors.hr.tryton import Tryton
from connectors.hr.tryton_rpc import logged_in
from connectors.http import Patience
from sandbox import observe
from sandbox.tryton_answers import Answers
from sandbox.tryton_server import DATABASE, running, serving
from sandbox.tryton_server import Tryton as Server
from sandbox.tryton_site import MAPPING, Site
from tests.connectors.contract_reading import Found, pulled, read
from tests.connectors.harness import sample_nights, sample_world
from tests.connectors.systems.tryton import PASSWORD, expected_work, settings, with_deletions

NIGHT = sample_nights()[-1]
NO_WAIT = Patience(sleep=lambda _: None)
AT = dt.datetime(2026, 3, 2, 8, tzinfo=dt.UTC)


def assert_says(found: pl.DataFrame, wanted: pl.DataFrame, key: list[str]) -> None:
    assert_frame_equal(found.select(wanted.columns).sort(key), wanted.sort(key), rel_tol=0)


@contextmanager
def source(server: Server, **options: Any) -> Iterator[Tryton]:
    with serving(server) as url:
        yield Tryton("tryton", settings(url, **options), NO_WAIT)


def sample_server(night: dt.datetime = NIGHT) -> Server:
    return Server(Site(with_deletions(sample_world()), night), PASSWORD)


def empty_server() -> Server:
    """A stock Tryton: a company without people, the two statuses that it comes with."""
    server = sample_server(AT)
    for model, records in server.site.models.items():
        if model != "company.company":
            records.clear()
    server.site.add("project.work.status", 1, {"name": "Open"}, AT)
    server.site.add("project.work.status", 2, {"name": "Done", "progress": 1.0}, AT)
    return server


def employ(server: Server, number: int, name: str, leader: int | None = None) -> None:
    server.site.add("party.party", number + 100, {"name": name, "email": f"{name}@x.example"}, AT)
    values = {"party": number + 100, "company": 1, "active": True, "supervisor": leader}
    server.site.add("company.employee", number, values, AT)


def work(server: Server, number: int, **values: Any) -> None:
    given = {"name": f"Task {number}", "type": "task", "status": 1} | values
    server.site.add("project.work", number, given, AT)
    origin = {"origin": f"project.work,{number}", "rec_name": given["name"]}
    server.site.add("timesheet.work", number, origin, AT)


def book(server: Server, number: int, on: int, seconds: int) -> None:
    values = {"employee": 1, "work": on, "date": AT.date()}
    values["duration"] = dt.timedelta(seconds=seconds)
    server.site.add("timesheet.line", number, values, AT)


STOCK: dict[str, Any] = {"mapping": {}}

# What comes out


@pytest.mark.parametrize("night", sample_nights(), ids=lambda night: str(night.date()))
def test_people_seats_and_units_are_those_that_hr_shows(night):
    with source(sample_server(night), modules=["hr"]) as tryton:
        found = read(tryton, {}, night)
    assert found.quarantine == []
    wanted = observe.hr(sample_world(), night)
    assert set(found.rows) == set(wanted)
    assert_says(found.rows["people"], wanted["people"], ["person_key"])
    assert_says(found.rows["assignments"], wanted["assignments"], ["assignment_key"])
    assert_says(found.rows["org_units"], wanted["org_units"], ["org_unit_key", "effective_from"])


@pytest.mark.parametrize("night", sample_nights()[1:], ids=lambda night: str(night.date()))
def test_tasks_time_and_accounts_are_those_that_the_tracker_shows(night):
    with source(sample_server(night), modules=["work"]) as tryton:
        found = read(tryton, {}, night)
        address = f"{tryton.settings.url}/#{DATABASE}"
    assert found.quarantine == []
    wanted = expected_work(with_deletions(sample_world()), night, address)
    assert set(found.rows) == {*wanted, "key_sweeps"}
    assert_says(found.rows["accounts"], wanted["accounts"], ["account_key"])
    assert_says(found.rows["work_items"], wanted["work_items"], ["work_item_key"])
    assert_says(found.rows["worklogs"], wanted["worklogs"], ["worklog_key"])
    sweep = found.rows["key_sweeps"]
    assert set(sweep["swept_at"]) == {night} and sweep["is_complete"].all()
    for frame, key in (("work_items", "work_item_key"), ("worklogs", "worklog_key")):
        assert set(sweep.filter(pl.col("frame") == frame)["key"]) == set(wanted[frame][key])


def test_a_process_of_its_own_answers_alike():
    with running(sample_world(), NIGHT, password=PASSWORD) as url:
        found = read(Tryton("tryton", settings(url, modules=["hr"]), NO_WAIT), {}, NIGHT)
    wanted = observe.hr(sample_world(), NIGHT)
    assert_says(found.rows["people"], wanted["people"], ["person_key"])


def test_leavers_are_read_though_a_search_hides_them():
    server = sample_server()
    hidden = Answers(server.site).call("model.company.employee.search_count", [[], {}])
    with source(server, modules=["hr"]) as tryton:
        people = read(tryton, {}, NIGHT).rows["people"]
    gone = people.filter(pl.col("left_on").is_not_null())
    assert gone.height > 0 and hidden < len(server.site.models["company.employee"])


# A Tryton as it comes


def test_without_departments_units_are_the_teams_of_supervisors_below_the_company():
    server = empty_server()
    employ(server, 1, "ann")
    employ(server, 2, "ben", 1)
    employ(server, 3, "cas", 2)
    employ(server, 4, "dan")
    with source(server, modules=["hr"], **STOCK) as tryton:
        found = read(tryton, {}, AT)
    units = found.rows["org_units"].sort("org_unit_key")
    assert units.select("org_unit_key", "name", "parent_key", "head_key").rows() == [
        ("1", "Team ann", "company.company,1", "1"),
        ("2", "Team ben", "1", "2"),
        ("company.company,1", "Sample Company", None, None),
    ]
    seats = found.rows["assignments"].sort("person_key")
    assert seats.select("person_key", "org_unit_key", "manager_key", "is_primary").rows() == [
        ("1", "1", None, True),
        ("2", "2", "1", True),
        ("3", "2", "2", True),
        ("4", "company.company,1", None, True),
    ]
    assert set(seats["effective_from"]) == {AT.date()}, "no start date: the day it was entered"
    assert units["effective_from"].max() == dt.date(1900, 1, 1)
    assert found.quarantine == []


def test_a_supervisor_who_is_not_read_leads_no_team():
    server = empty_server()
    employ(server, 1, "ann")
    employ(server, 2, "ben", 1)
    mapping = {"people": {"only": [["id", "!=", 1]]}}
    with source(server, modules=["hr"], mapping=mapping) as tryton:
        found = read(tryton, {}, AT)
    assert found.rows["org_units"]["org_unit_key"].to_list() == ["company.company,1"]
    assert found.rows["assignments"]["org_unit_key"].to_list() == ["company.company,1"]


def test_an_employee_of_another_shape_is_set_aside_alone():
    server = empty_server()
    employ(server, 1, "ann")
    employ(server, 2, "ben", 1)
    server.site.models["party.party"][102]["name"] = {"first": "Ben"}
    with source(server, modules=["hr"], **STOCK) as tryton:
        found = read(tryton, {}, AT)
    assert found.rows["people"]["person_key"].to_list() == ["1"]
    assert found.rows["assignments"]["person_key"].to_list() == ["1"]
    assert found.rows["org_units"]["org_unit_key"].to_list() == ["company.company,1"]
    aside = {row["frame"]: row for row in found.quarantine}
    assert set(aside) == {"people", "assignments"}
    assert "full_name" in aside["people"]["reason"]
    assert "ben@x.example" in aside["assignments"]["payload"]


def test_a_department_field_of_the_employee_makes_the_seat():
    server = sample_server()
    mapping = {
        "people": {"only": [["external", "=", False]]},
        "assignments": {"org_unit": "supervisor", "manager": None},
        "org_units": {"model": "personnel.department", "name": "code", "parent": None},
    }
    server.site.models["company.employee"] = {
        number: record | {"supervisor": None if number % 2 else number}
        for number, record in server.site.models["company.employee"].items()
    }
    with source(server, modules=["hr"], mapping=mapping) as tryton:
        mapped = dict(tryton.map(enumerate(pulled(tryton, {}, NIGHT).pages)))
    seats = conform("assignments", "tryton", mapped["assignments"])
    assert (seats.rows["org_unit_key"] == seats.rows["person_key"]).all()
    assert {"is missing" in reason for reason in seats.quarantine["reason"]} == {True}
    units = conform("org_units", "tryton", mapped["org_units"]).rows
    assert set(units["effective_from"]) == {dt.date(1900, 1, 1)}


def test_a_stock_status_is_done_at_full_progress_and_a_task_with_progress_is_doing():
    server = empty_server()
    work(server, 1)
    work(server, 2, progress=0.3)
    work(server, 3, status=2, progress=1.0)
    work(server, 4, type="project")
    with source(server, modules=["work"], **STOCK) as tryton:
        items = read(tryton, {}, AT).rows["work_items"].sort("work_item_key")
    assert items["status_category"].to_list() == ["todo", "doing", "done", "todo"]
    assert items["is_initiative"].to_list() == [False, False, False, True]


def test_time_without_a_task_is_time_on_an_item_of_its_own():
    server = empty_server()
    employ(server, 1, "ann")
    work(server, 1)
    server.site.add("timesheet.work", 2, {"name": "Meetings", "rec_name": "Meetings"}, AT)
    book(server, 1, 1, 3600)
    book(server, 2, 2, 1800)
    with source(server, modules=["work"], **STOCK) as tryton:
        found = read(tryton, {}, AT)
    items = found.rows["work_items"].sort("work_item_key")
    assert items.select("work_item_key", "type", "title").rows() == [
        ("1", "task", "Task 1"),
        ("timesheet.work,2", "timesheet", "Meetings"),
    ]
    logs = found.rows["worklogs"].sort("worklog_key")
    assert logs.select("work_item_key", "seconds").rows() == [
        ("1", 3600), ("timesheet.work,2", 1800),
    ]  # fmt: skip
    noon = dt.datetime.combine(AT.date(), dt.time(12), dt.UTC)
    assert set(logs["started_at"]) == {noon}
    assert set(items["work_item_key"]) <= set(found.rows["key_sweeps"]["key"])


def test_time_of_no_length_goes_to_quarantine():
    server = empty_server()
    employ(server, 1, "ann")
    work(server, 1)
    book(server, 1, 1, 0)
    book(server, 2, 1, 60)
    with source(server, modules=["work"], **STOCK) as tryton:
        found = read(tryton, {}, AT)
    assert found.rows["worklogs"]["worklog_key"].to_list() == ["2"]
    assert [row["record_key"] for row in found.quarantine] == ["1"]
    assert "seconds" in found.quarantine[0]["reason"]


def test_goals_labels_points_and_further_fields_are_read_as_the_mapping_says():
    server = empty_server()
    hours = dt.timedelta(hours=2, minutes=30)
    work(server, 1, goals="G1, shop:G2;G1", code="a ; b", effort_duration=hours)
    fields = {"goals": ["goals"], "labels": "code", "points": "effort_duration"}
    fields |= {"extra": ["create_date", "status.name"]}
    mapping = {"work_items": fields, "goal_source": "goals"}
    with source(server, modules=["work"], mapping=mapping) as tryton:
        (item,) = read(tryton, {}, AT).rows["work_items"].to_dicts()
    assert (item["goal_refs"], item["labels"], item["points"]) == ("goals:G1;shop:G2", "a;b", 2.5)
    kept = {"create_date": "2026-03-02T08:00:00Z", "status.name": "Open"}
    assert orjson.loads(item["extra"]) == kept


def test_a_domain_narrows_tasks_and_their_time():
    server = empty_server()
    employ(server, 1, "ann")
    work(server, 1)
    work(server, 2)
    book(server, 1, 1, 60)
    book(server, 2, 2, 60)
    mapping = {"work_items": {"only": [["name", "=", "Task 2"]]}}
    with source(server, modules=["work"], mapping=mapping) as tryton:
        found = read(tryton, {}, AT)
    assert found.rows["work_items"]["work_item_key"].to_list() == ["2"]
    assert found.rows["worklogs"]["worklog_key"].to_list() == ["2"]


def test_a_domain_narrows_people_and_their_seats_but_not_the_accounts():
    server = sample_server()
    number, person = next(iter(server.site.models["company.employee"].items()))
    mapping = MAPPING | {"people": MAPPING["people"] | {"only": [["id", "!=", number]]}}
    with source(server, mapping=mapping) as tryton:
        found = read(tryton, {}, NIGHT)
    assert person["code"] in found.rows["accounts"]["account_key"]
    assert person["code"] not in found.rows["people"]["person_key"]
    seats = found.rows["assignments"]["person_key"]
    assert set(seats) and person["code"] not in seats


def test_a_domain_may_hold_a_date_and_alternatives():
    server = empty_server()
    for number in (1, 2, 3):
        work(server, number)
    day = dt.date(2026, 3, 2)
    server.site.models["project.work"][1]["start_date"] = day
    server.site.models["project.work"][2]["start_date"] = day - dt.timedelta(days=1)
    only = ["OR", ["start_date", ">=", day], ["id", "=", 3]]
    with source(server, modules=["work"], mapping={"work_items": {"only": only}}) as tryton:
        found = read(tryton, {}, AT)
    assert set(found.rows["work_items"]["work_item_key"]) == {"1", "3"}


# How a read goes on


def test_the_next_read_takes_tasks_and_time_from_the_newest_change_less_the_look_back():
    server = empty_server()
    employ(server, 1, "ann")
    work(server, 1)
    with source(server, **STOCK) as tryton:
        first = read(tryton, {}, AT)
        assert first.result.state["since"] == {"work_items": "2026-03-02T07:00:00+00:00"}
        later = AT + dt.timedelta(hours=3)
        work(server, 2)
        for model in ("project.work", "timesheet.work"):
            server.site.models[model][2]["create_date"] = later
        server.site.models["project.work"][1]["create_date"] = AT - dt.timedelta(days=1)
        second = read(tryton, first.result.state, AT)
        assert second.rows["work_items"]["work_item_key"].to_list() == ["2"]
        assert second.result.state["since"] == {"work_items": "2026-03-02T10:00:00+00:00"}
        third = read(tryton, second.result.state, AT)
    assert third.result.state == second.result.state
    assert set(third.rows["key_sweeps"]["key"]) == {"1", "2"}


@pytest.mark.parametrize("changed", ["mapping", "status"])
def test_everything_is_read_again_when_the_mapping_or_a_status_changes(changed):
    server = empty_server()
    work(server, 1)
    server.site.models["project.work"][1]["create_date"] = AT - dt.timedelta(days=9)
    work(server, 2)
    with source(server, modules=["work"], **STOCK) as tryton:
        state = read(tryton, {}, AT).result.state
        assert read(tryton, state, AT).rows["work_items"].height == 1
        again = tryton
        if changed == "mapping":
            mapping = {"work_items": {"points": "effort_duration"}}
            same = settings(tryton.settings.url, modules=["work"], mapping=mapping)
            again = Tryton("tryton", same, NO_WAIT)
        else:
            server.site.models["project.work.status"][1]["name"] = "Begun"
        assert read(again, state, AT).rows["work_items"].height == 2


def test_only_what_the_modules_need_is_asked_for():
    server = sample_server()
    with source(server, modules=["hr"]) as tryton:
        assert set(tryton.given_frames()) == {"people", "assignments", "org_units"}
        read(tryton, {}, NIGHT)
    asked = {method for method, _ in server.asked}
    assert not [method for method in asked if "project" in method or "timesheet" in method]
    fields = {
        name
        for method, params in server.asked
        if method == "model.company.employee.search_read"
        for name in params[4]
    }
    assert fields == {
        "code", "create_date", "end_date", "id", "leave_from", "leave_to", "location", "number",
        "contract", "party.email", "party.name", "start_date", "write_date",
    }  # fmt: skip


def test_a_session_that_the_server_drops_is_begun_once_more():
    server = sample_server()
    with source(server, modules=["hr"]) as tryton:
        reading = tryton.pull({}, NIGHT)
        pages = [next(reading)]
        server.sessions.clear()
        with pytest.raises(StopIteration):
            while True:
                pages.append(next(reading))
        found = Found(pages, None)
        people = [rows for frame, rows in tryton.map(enumerate(found.pages)) if frame == "people"]
    assert pl.concat(people).height > 0


# What is said


def errors(findings: list[Finding]) -> dict[str, str]:
    return {one.subject: one.message for one in findings if one.status == "error"}


def test_check_names_each_model_and_field_that_is_not_there_with_the_nearest():
    mapping = {
        "people": {"employee_number": "nmber", "location": "party.nam", "leave_from": "code.x"},
        "assignments": {"model": "personnel.seats", "person": "employee", "org_unit": "unit"},
        "org_units": {"model": "personnel.department"},
        "work_items": {"goals": ["goal"]},
        "initiative_types": ["projects"],
        "status_categories": {"Dne": "done"},
    }
    with source(sample_server(), mapping=mapping) as tryton:
        findings = list(tryton.check())
    said = [f"{one.subject}: {one.message}" for one in findings if one.status == "error"]
    assert "people: nmber: company.employee has no field `nmber`; nearest: number" in said
    assert "people: party.nam: party.party has no field `nam`; nearest: name" in said
    assert "people: code.x: `code` of company.employee is a char and leads nowhere further" in said
    assert any("personnel.seats; nearest: personnel.seat" in one for one in said)
    lacking = "org_units: parent: personnel.department has no field `parent`; there are: code"
    assert any(one.startswith(lacking) for one in said)
    assert "work_items: goal: project.work has no field `goal`; nearest: goals" in said
    near = "the server has no type of project.work `projects`; nearest: project"
    assert f"initiative types: {near}" in said
    assert "statuses: the server has no status `Dne`; nearest: Done" in said


def test_check_says_which_model_the_user_may_not_read_and_what_to_do():
    server = sample_server()
    server.closed = frozenset({"company.employee"})
    with source(server) as tryton:
        said = errors(list(tryton.check()))
        with pytest.raises(SourceError, match=r'not allowed to access "company.employee".*group'):
            pulled(tryton, {}, NIGHT)
    assert "not allowed" in said["people"] and "group" in said["people"]
    assert "work_items" not in said


def test_check_warns_where_nothing_is_seen_and_where_no_goal_can_be_named():
    with source(empty_server(), **STOCK) as tryton:
        findings = list(tryton.check())
    warned = {one.subject: one.message for one in findings if one.status == "warning"}
    assert {"people", "work_items", "worklogs", "goals"} <= set(warned)
    assert "company" in warned["people"]


def test_an_unknown_database_and_a_wrong_password_are_told_apart():
    with source(sample_server(), database="nowhere") as tryton:
        assert "No database" in errors(list(tryton.check()))["account"]
    with source(sample_server(), password="wrong-one") as tryton:
        said = errors(list(tryton.check()))["account"]
    assert "password is wrong" in said and "wrong-one" not in said


@pytest.mark.parametrize(
    ("error", "said"),
    [
        ([], "longer than the server allows"),
        (["LoginException", ["sms_code", "Code", "char"]], "more than a password"),
        (["UserError", ["You may not.", "Ask somebody.", None]], "You may not. Ask somebody."),
        (["UserWarning", ["key", "Sure?", "Really."]], "Sure? Really."),
        (["'nope'", "Traceback of the server"], "'nope'"),
        ("broken", "broken"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_error_within_a_good_answer_is_told_in_the_servers_words(monkeypatch, error, said):
    with source(sample_server()) as tryton:
        answer = {"id": 1, "error": error}
        monkeypatch.setattr(
            "connectors.http.Http.post",
            lambda *_: type("Given", (), {"data": answer, "body": b"", "request": ""})(),
        )
        with pytest.raises(SourceError) as caught, logged_in("t", tryton.settings, NO_WAIT):
            pass
    assert said in str(caught.value) and "Traceback" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"url": "http://tryton.example.com"}, "https"),
        ({"database": "a/b"}, "database"),
        ({"modules": ["hr", "hr"]}, "twice"),
        ({"modules": []}, "modules"),
        ({"mapping": {"people": {"key": "code; drop"}}}, "key"),
        ({"mapping": MAPPING | {"assignments": {"model": "x", "org_unit": "u"}}}, "person"),
        ({"mapping": {"org_units": {"model": "x"}}}, "need each other"),
        ({"mapping": {"people": {"only": ["external", "=", False]}}}, "list of clauses"),
        ({"mapping": {"assignments": {"org_unit": "x"}}}, "need each other"),
    ],
    ids=str,
)
def test_options_that_cannot_work_are_refused_in_words(options, said):
    with pytest.raises(ValidationError) as caught:
        settings(**{"url": "https://tryton.example.com"} | options)
    assert said in str(caught.value)
