"""The BambooHR connector reads people, seats, units and goals as the company's HR has them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

import orjson
import polars as pl
import pytest
from polars.testing import assert_frame_equal
from pydantic import ValidationError

from connectors.contract import Page, SourceError
from connectors.hr.bamboohr_settings import BambooHRSettings
from sandbox.bamboohr_faults import ORDINARY
from sandbox.bamboohr_payloads import MAPPING
from sandbox.bamboohr_server import serving
from sandbox.bamboohr_site import Site
from sandbox.world import end_of
from tests.connectors.bamboohr_reading import (
    FRAMES,
    KEY,
    bamboo,
    comparable,
    connector,
    expected,
    last_night,
    world,
)
from tests.connectors.contract_reading import Found, mapped, read

NIGHTS = (0, 3, 60, 130, 280, 420)
"""Days before the company's end: on both sides of both re-organisations."""


@pytest.fixture(scope="module")
def whole() -> Found:
    with serving(bamboo(*ORDINARY)) as url:
        return read(connector(url, goals=True), {}, last_night())


# A read of the sample company


@pytest.mark.parametrize("days", NIGHTS)
def test_a_read_gives_what_the_companys_hr_shows_that_night(days: int) -> None:
    night = end_of(world().end - dt.timedelta(days=days))
    with serving(bamboo(at=Site(world(), night))) as url:
        found = read(connector(url), {}, night)
    assert found.quarantine == [] and found.result.incomplete == {}
    for frame in FRAMES:
        assert_frame_equal(comparable(frame, found.rows[frame]), expected(frame, night))


def test_the_sample_company_has_what_a_read_could_get_wrong() -> None:
    people, seats, units = (expected(frame) for frame in FRAMES)
    assert people["left_on"].is_not_null().any() and people["employee_number"].has_nulls()
    assert people["leave_to"].is_not_null().any() and people["location"].has_nulls()
    assert people["full_name"].is_duplicated().any()
    assert units["org_unit_key"].is_duplicated().sum() >= 4
    both = seats.join(seats, on="person_key", suffix="_other").filter(
        pl.col("assignment_key") != pl.col("assignment_key_other"),
        pl.col("effective_from") <= pl.col("effective_from_other"),
        pl.col("effective_to").is_null()
        | (pl.col("effective_to") > pl.col("effective_from_other")),
    )
    assert len(both) > 4
    gaps = seats.sort("person_key", "effective_from").filter(
        pl.col("effective_to").shift().over("person_key") + pl.duration(days=1)
        < pl.col("effective_from")
    )
    assert len(gaps) > 0
    assert set(people["person_key"]) - set(seats["person_key"])


def test_most_seats_are_one_row_though_reorganisations_split_them() -> None:
    rows = Site(world(), last_night()).tables["jobInfo"]
    split = [row for row in rows if row["id"].startswith("4")]
    assert len(split) > 10
    with serving(bamboo()) as url:
        found = read(connector(url), {}, last_night())
    keys = set(found.rows["assignments"]["assignment_key"])
    assert not keys & {row["id"] for row in split}


def test_units_are_known_by_the_ids_of_list_options_archived_ones_too(whole: Found) -> None:
    options = {
        str(option["id"]): option["archived"]
        for one in Site(world(), last_night()).lists
        if one["alias"] in MAPPING["org_levels"]
        for option in one["options"]
    }
    assert set(options) == set(whole.rows["org_units"]["org_unit_key"])
    assert "yes" in options.values()


def test_a_renamed_option_keeps_its_unit() -> None:
    server = bamboo()
    for rows in server.site.tables.values():
        for row in rows:
            row |= {name: "Renamed" for name, value in row.items() if value == "Customer Lab"}
    for one in server.site.lists:
        for option in one["options"]:
            option["name"] = option["name"].replace("Customer Lab", "Renamed")
    with serving(server) as url:
        found = read(connector(url), {}, last_night())
    units = comparable("org_units", found.rows["org_units"])
    assert "Renamed" in units["name"]
    key = units.filter(pl.col("name") == "Renamed")["org_unit_key"]
    before = expected("org_units").filter(pl.col("name") == "Customer Lab")["org_unit_key"]
    assert key.to_list() == before.to_list()


def test_people_of_tomorrow_are_read_before_their_first_day() -> None:
    night = end_of(world().end - dt.timedelta(days=60))
    with serving(bamboo(at=Site(world(), night, ahead=60))) as url:
        found = read(connector(url), {}, night)
    later = found.rows["people"].filter(pl.col("hired_on") > night.date())
    assert len(later) > 0 and later["location"].is_not_null().any()
    there = set(found.rows["assignments"]["person_key"])
    assert there & set(later["person_key"])


# Goals


def test_goals_are_individual_private_and_owned_by_their_employee(whole: Found) -> None:
    goals, owners = whole.rows["goals"], whole.rows["goal_owners"]
    assert set(goals["level"]) == {"individual"} and set(goals["visibility"]) == {"private"}
    shown = Site(world(), last_night()).goals
    pairs = {(goal["id"], person) for person, own in shown.items() for goal in own}
    assert set(owners.select("goal_key", "owner_ref").rows()) == pairs
    assert set(goals["goal_key"]) == {goal for goal, _ in pairs}
    assert whole.quarantine == [] and whole.result.incomplete == {}


@pytest.mark.parametrize(
    ("written", "meant"),
    [("in_progress", "open"), ("completed", "done"), ("closed", "cancelled")],
)
def test_what_the_status_of_a_goal_means(written: str, meant: str) -> None:
    goal = {"id": "4", "title": "Bake", "status": written, "dueDate": "0000-00-00"}
    asked = "GET /api/v1/performance/employees/17/goals?filter=status-all"
    pages = [page_of("goals", {"goals": [goal]}, asked)]
    found = Found(pages, None)  # type: ignore[arg-type]
    mapped(connector("http://localhost", goals=True), enumerate(pages), found)
    row = found.rows["goals"].row(0, named=True)
    assert (row["status"], row["ends_on"]) == (meant, None)
    assert found.rows["goal_owners"]["owner_ref"].to_list() == ["17"]


def test_without_the_option_no_goal_is_asked_for() -> None:
    server = bamboo()
    with serving(server) as url:
        source = connector(url)
        found = read(source, {}, last_night())
    assert set(found.rows) == set(source.given_frames()) == set(FRAMES)
    assert not [path for _, path, _ in server.asked if "goals" in path]


def test_fifty_goals_of_an_employee_are_called_incomplete() -> None:
    key = world().people["person"][0]
    for n, is_short in ((49, False), (50, True), (80, True)):
        with serving(bamboo(goals_of={key: n})) as url:
            found = read(connector(url, goals=True), {}, last_night())
        why = found.result.incomplete
        assert ("goals" in why) == ("goal_owners" in why) == is_short
        said = "1 employee(s) have 50 goals, the most that BambooHR gives, so there may be more."
        assert not is_short or (said in why["goals"] and key not in why["goals"])


# Scope, extra, keys


def test_only_the_employment_types_named_are_read_and_the_tree_stays_whole() -> None:
    with serving(bamboo()) as url:
        found = read(connector(url, only_employment_types=("permanent",)), {}, last_night())
    kind = pl.col("employment_type")
    people = expected("people").filter((kind == "permanent") | kind.is_null())
    ours = pl.col("person_key").is_in(people["person_key"].implode())
    assert_frame_equal(comparable("people", found.rows["people"]), people)
    seats = comparable("assignments", found.rows["assignments"])
    assert_frame_equal(seats, expected("assignments").filter(ours))
    units = comparable("org_units", found.rows["org_units"])
    assert_frame_equal(units, expected("org_units"))


def test_allowed_fields_arrive_in_extra_and_no_others_are_asked_for() -> None:
    server = bamboo()
    with serving(server) as url:
        found = read(connector(url, mapping={"extra_fields": ("divisionName",)}), {}, last_night())
    assert list(orjson.loads(found.rows["people"]["extra"][0])) == ["divisionName"]
    asked = next(path for _, path, _ in server.asked if path.startswith("/api/v1/employees?"))
    assert "divisionName" in asked and "homeEmail" not in asked


def test_a_row_names_the_page_it_came_from(whole: Found) -> None:
    for frame, stream in (("people", "employees"), ("assignments", "table:jobInfo")):
        row = whole.rows[frame].sort("record_key").row(0, named=True)
        assert whole.pages[row["page"]].stream == stream


def test_every_request_asks_for_json(whole: Found) -> None:
    for page in whole.pages:
        assert page.body[:1] in (b"{", b"[")


@pytest.mark.parametrize(
    "company", ["", "ex.ample", "example/../other", "example.evil.test#", "ex ample"]
)
def test_a_company_that_would_lead_elsewhere_is_refused(company: str) -> None:
    with pytest.raises(ValidationError, match="company"):
        BambooHRSettings(company=company, api_key=KEY)  # type: ignore[arg-type]


def test_the_address_is_the_companys_own_unless_another_is_given() -> None:
    settings = BambooHRSettings(company="example-works", api_key=KEY)  # type: ignore[arg-type]
    assert settings.base == "https://example-works.bamboohr.com"
    with pytest.raises(ValidationError, match="must be https"):
        BambooHRSettings(company="x", api_key=KEY, url="http://api.example.org")  # type: ignore[arg-type]


def test_a_state_is_refused_for_there_is_none() -> None:
    with (
        serving(bamboo()) as url,
        pytest.raises(SourceError, match="keeps no state, but one with cursor"),
    ):
        read(connector(url), {"cursor": 1}, last_night())


# Small companies, by hand


def page_of(stream: str, body: Any, request: str = "a test") -> Page:
    return Page(stream, orjson.dumps(body), request)


def employee(key: str, name: str, **more: Any) -> dict[str, Any]:
    first, _, last = name.partition(" ")
    named = {"employeeId": key, "firstName": first, "lastName": last, "status": "Active"}
    return named | {"hireDate": "2020-01-01"} | more


def job(key: str, who: str, day: str, *levels: str | None, **more: Any) -> dict[str, Any]:
    named = dict(zip(("division", "department"), (*levels, None, None), strict=False))
    row = {"id": key, "employeeId": who, "date": day, "location": None, "jobTitle": "Baker"}
    return row | {"reportsTo": None} | named | more


def company_of(
    people: list[Any],
    jobs: list[Any],
    statuses: Sequence[Any] = (),
    lists: Sequence[Any] = (),
    **mapping: Any,
) -> Found:
    """What becomes of these records; the night is the last of June 2026."""
    plain = {"org_levels": ("division", "department"), "second_seats": ()}
    fields = dict.fromkeys(("fte_field", "job_family_field", "primary_field"))
    source = connector("http://localhost", mapping=plain | fields | mapping)
    pages = [
        page_of("night", {"as_of": "2026-06-30T23:59:59+00:00"}),
        page_of("lists", list(lists)),
        page_of("employees", {"data": people}),
        page_of("changed", {"employees": []}),
        page_of("table:jobInfo", jobs),
        page_of("table:employmentStatus", list(statuses)),
    ]
    found = Found(pages, None)  # type: ignore[arg-type]
    mapped(source, enumerate(pages), found)
    return found


def status(key: str, who: str, day: str, name: str | None) -> dict[str, Any]:
    return {"id": key, "employeeId": who, "date": day, "employmentStatus": name}


def person(found: Found, key: str = "1") -> dict[str, Any]:
    return found.rows["people"].filter(pl.col("person_key") == key).row(0, named=True)


def units(found: Found) -> list[tuple[Any, ...]]:
    rows = found.rows["org_units"].sort("org_unit_key", "effective_from")
    return rows.select("org_unit_key", "parent_key", pl.col("effective_from").cast(str)).rows()


def seats(found: Found, *columns: str) -> list[tuple[Any, ...]]:
    return found.rows["assignments"].sort("assignment_key").select(*columns).rows()


LEAVES = {"leave_statuses": ("Leave", "Sabbatical")}


@pytest.mark.parametrize(
    ("rows", "kind", "leave", "left"),
    [
        ([], None, (None, None), None),
        ([("2020-01-01", "Full")], "Full", (None, None), None),
        ([("2020-01-01", "Full"), ("2026-02-01", "Part")], "Part", (None, None), None),
        ([("2020-01-01", "Full"), ("2026-02-01", "Leave")], "Full", ("2026-02-01", None), None),
        ([("2020-01-01", "Full"), ("2026-02-01", "Leave"), ("2026-05-01", "Part")],
         "Part", ("2026-02-01", "2026-04-30"), None),
        ([("2026-01-01", "Leave"), ("2026-02-01", "Sabbatical"), ("2026-03-01", "Full")],
         "Full", ("2026-01-01", "2026-02-28"), None),
        ([("2020-01-01", "Full"), ("2026-08-01", "Leave"), ("2026-09-01", "Part")],
         "Full", (None, None), None),
        ([("2020-01-01", "Full"), ("2026-03-31", "Terminated")],
         "Full", (None, None), "2026-03-31"),
        ([("2020-01-01", "Full"), ("2021-03-31", "Terminated"), ("2024-01-01", "Part")],
         "Part", (None, None), None),
        ([("2026-09-01", "Full")], "Full", (None, None), None),
    ],
)  # fmt: skip
def test_what_the_employment_status_says(
    rows: list[tuple[str, str]], kind: str | None, leave: tuple[Any, Any], left: str | None
) -> None:
    listed = [status(str(n), "1", day, name) for n, (day, name) in enumerate(rows)]
    found = company_of([employee("1", "Ada Ash")], [], listed[::-1], **LEAVES)
    row = person(found)
    assert row["employment_type"] == kind
    days = (row["leave_from"], row["leave_to"], row["left_on"])
    assert tuple(day and day.isoformat() for day in days) == (*leave, left)


def test_unset_dates_are_no_dates() -> None:
    found = company_of([employee("1", "Ada Ash", hireDate="0000-00-00")], [])
    assert person(found)["hired_on"] is None and found.quarantine == []


def test_a_seat_ends_the_day_before_the_next_row_and_at_a_row_without_a_unit() -> None:
    jobs = [
        job("3", "1", "2025-01-01", None),
        job("1", "1", "2020-01-01", "East", "Ovens"),
        job("4", "1", "2025-03-01", "East", "Ovens"),
        job("2", "1", "2023-05-10", "East", "Shops"),
    ]
    found = company_of([employee("1", "Ada Ash")], jobs)
    days = [pl.col(name).cast(str) for name in ("effective_from", "effective_to")]
    assert found.rows["assignments"].sort("assignment_key").select(
        "assignment_key", "org_unit_key", *days
    ).rows() == [
        ("1", "department:Ovens", "2020-01-01", "2023-05-09"),
        ("2", "department:Shops", "2023-05-10", "2024-12-31"),
        ("4", "department:Ovens", "2025-03-01", None),
    ]


def test_of_two_rows_of_one_day_the_one_entered_later_counts() -> None:
    jobs = [job("10", "1", "2020-01-01", "West"), job("9", "1", "2020-01-01", "East")]
    found = company_of([employee("1", "Ada Ash")], jobs)
    assert seats(found, "assignment_key", "org_unit_key") == [("10", "division:West")]


def test_with_a_root_unit_a_row_without_levels_is_a_seat_in_it() -> None:
    jobs = [job("1", "1", "2020-01-01", None), job("2", "2", "2020-01-01", "East")]
    people = [employee("1", "Ada Ash"), employee("2", "Bo Birch")]
    found = company_of(people, jobs, root_unit="Bakery")
    assert seats(found, "org_unit_key") == [("root",), ("division:East",)]
    assert units(found) == [
        ("division:East", "root", "2020-01-01"),
        ("root", None, "2020-01-01"),
    ]
    assert found.rows["org_units"].filter(pl.col("org_unit_key") == "root")["name"][0] == "Bakery"


def options(alias: str, *named: tuple[int, str], **more: Any) -> dict[str, Any]:
    return {
        "alias": alias,
        "options": [{"id": n, "name": name, "archived": "no"} | more for n, name in named],
    }


def test_an_id_that_two_levels_use_is_written_with_its_field() -> None:
    lists = [options("division", (7, "East")), options("department", (7, "Ovens"), (8, "Shops"))]
    jobs = [
        job("1", "1", "2020-01-01", "East", "Ovens"),
        job("2", "2", "2020-01-01", "East", "Shops"),
    ]
    people = [employee("1", "Ada Ash"), employee("2", "Bo Birch")]
    found = company_of(people, jobs, lists=lists)
    assert units(found) == [
        ("8", "division:7", "2020-01-01"),
        ("department:7", "division:7", "2020-01-01"),
        ("division:7", None, "2020-01-01"),
    ]


def test_a_unit_begins_when_its_option_was_made_where_that_is_before_its_people() -> None:
    lists = [options("division", (7, "East"), createdDate="2015-03-01T08:00:00+00:00")]
    found = company_of(
        [employee("1", "Ada Ash")], [job("1", "1", "2020-01-01", "East")], lists=lists
    )
    assert units(found) == [("7", None, "2015-03-01")]


def test_a_reorganisation_is_a_version_from_the_day_on_which_most_rows_say_so() -> None:
    jobs = []
    for who, day in (("1", "2024-02-01"), ("2", "2024-03-01"), ("3", "2024-03-15")):
        jobs += [job(f"1{who}", who, "2020-01-01", "East", "Ovens")]
        jobs += [job(f"2{who}", who, day, "West", "Ovens")]
    people = [employee(who, f"Ada Ash{who}") for who in "123"]
    found = company_of(people, jobs)
    assert ("department:Ovens", "division:West", "2024-03-01") in units(found)
    assert len(found.rows["assignments"]) == 3 and found.quarantine == []


def test_units_whose_rows_disagree_today_hang_where_most_say_and_are_reported() -> None:
    jobs = [
        job("1", "1", "2020-01-01", "East", "Ovens"),
        job("2", "2", "2020-01-01", "East", "Ovens"),
        job("3", "3", "2021-01-01", "West", "Ovens"),
    ]
    people = [employee(who, f"Ada Ash{who}") for who in "123"]
    found = company_of(people, jobs)
    assert ("department:Ovens", "division:East", "2020-01-01") in units(found)
    (aside,) = found.quarantine
    assert aside["frame"] == "org_units"
    assert "2 row(s) of today put `Ovens` under `East`" in aside["reason"]
    assert "but 1 under `West`" in aside["reason"]


def test_who_has_left_does_not_hold_a_unit_in_its_old_place() -> None:
    jobs = [job(f"1{who}", who, "2020-01-01", "East", "Ovens") for who in "123"]
    jobs += [job("20", "1", "2024-02-01", "West", "Ovens")]
    people = [employee(who, f"Ada Ash{who}") for who in "123"]
    gone = [status(who, who, "2024-01-15", "Terminated") for who in "23"]
    found = company_of(people, jobs, gone)
    assert ("department:Ovens", "division:West", "2024-02-01") in units(found)
    assert found.quarantine == []


def test_the_head_of_a_unit_is_its_member_to_whom_most_of_it_report() -> None:
    jobs = [
        job("1", "1", "2020-01-01", "East"),
        job("2", "2", "2020-01-01", "East", "Ovens", reportsTo="Ada Ash"),
        job("3", "3", "2020-01-01", "East", "Ovens", reportsTo="Bo Birch"),
        job("4", "4", "2020-01-01", "East", "Ovens", reportsTo="Bo Birch"),
        job("5", "5", "2020-01-01", "East", "Shops", reportsTo="Bo Birch"),
    ]
    names = ("Ada Ash", "Bo Birch", "Cy Cedar", "Di Dogwood", "Ed Elm")
    found = company_of([employee(str(n), name) for n, name in enumerate(names, 1)], jobs)
    heads = dict(found.rows["org_units"].select("org_unit_key", "head_key").rows())
    assert heads == {"division:East": "1", "department:Ovens": "2", "department:Shops": None}


# Managers are written as names


def managed(text: str, people: list[Any], **more: Any) -> str | None:
    jobs = [job("1", "9", "2021-01-01", "East", reportsTo=text), *more.pop("jobs", ())]
    found = company_of([employee("9", "Zoe Zelkova", **more), *people], jobs)
    return dict(seats(found, "assignment_key", "manager_key"))["1"]


NAMESAKES = [employee("1", "Ada Ash"), employee("2", "Ada Ash", hireDate="2023-01-01")]


@pytest.mark.parametrize("text", ["Ada Ash", "Ash, Ada", "ada  ASH "])
def test_a_name_that_one_person_bears_is_that_person(text: str) -> None:
    assert managed(text, [employee("1", "Ada Ash")]) == "1"


def test_a_preferred_name_is_a_name() -> None:
    assert managed("Addie Ash", [employee("1", "Ada Ash", preferredName="Addie")]) == "1"


def test_a_name_that_nobody_bears_is_no_manager() -> None:
    assert managed("Nobody Known", [employee("1", "Ada Ash")]) is None


def test_of_namesakes_the_one_whom_the_list_names_today_leads() -> None:
    today = {"reportsToName": "Ada Ash", "reportsToId": "2"}
    assert managed("Ada Ash", NAMESAKES, **today) == "2"


def test_of_namesakes_the_one_who_leads_others_of_the_unit_today_leads() -> None:
    other = employee("3", "Cy Cedar", reportsToName="Ada Ash", reportsToId="2")
    jobs = [job("3", "3", "2024-01-01", "East", reportsTo="Ada Ash")]
    assert managed("Ada Ash", [*NAMESAKES, other], jobs=jobs) == "2"


def test_of_namesakes_the_only_one_employed_then_leads() -> None:
    assert managed("Ada Ash", NAMESAKES) == "1"


def test_namesakes_whom_nothing_tells_apart_are_no_manager_and_not_guessed() -> None:
    assert managed("Ada Ash", [employee("1", "Ada Ash"), employee("2", "Ada Ash")]) is None


def test_nobody_reports_to_themself() -> None:
    namesake = employee("1", "Zoe Zelkova")
    assert managed("Zoe Zelkova", [namesake]) == "1"


# Odd records


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"date": "0000-00-00"}, "the row has no date"),
        ({"date": "31/12/2020"}, "Invalid isoformat string"),
        ({"employeeId": {"a": 1}}, "no single value"),
        ({"department": ["Ovens"]}, "department is no single value"),
    ],
)
def test_an_odd_row_of_a_table_sets_itself_aside_alone(change: Any, reason: str) -> None:
    jobs = [job("1", "1", "2020-01-01", "East"), job("2", "2", "2020-01-01", "West") | change]
    found = company_of([employee("1", "Ada Ash"), employee("2", "Bo Birch")], jobs)
    (aside,) = found.quarantine
    assert aside["frame"] == "assignments" and reason in aside["reason"]
    assert '"id":"2"' in aside["payload"]
    assert seats(found, "assignment_key") == [("1",)]


def test_an_odd_employee_sets_itself_aside_alone() -> None:
    people: list[Any] = [employee("1", "Ada Ash"), employee("2", "Bo", workEmail={"a": 1}), 7]
    found = company_of(people, [])
    assert len(found.quarantine) == 2 and {one["frame"] for one in found.quarantine} == {"people"}
    assert found.rows["people"]["person_key"].to_list() == ["1"]


@pytest.mark.parametrize(
    ("text", "full_time", "share"),
    [("0.8", 1, 0.8), ("80", 100, 0.8), ("32", 40, 0.8), ("80%", 100, 0.8), (None, 1, None)],
)
def test_shares_are_of_full_time(text: str | None, full_time: float, share: float | None) -> None:
    jobs = [job("1", "1", "2020-01-01", "East", customFTE=text)]
    mapping = {"fte_field": "customFTE", "full_time": full_time}
    found = company_of([employee("1", "Ada Ash")], jobs, **mapping)
    assert seats(found, "fte", "is_primary") == [(share, True)]


def test_a_share_that_is_no_number_is_set_aside() -> None:
    jobs = [job("1", "1", "2020-01-01", "East", customFTE="half")]
    found = company_of([employee("1", "Ada Ash")], jobs, fte_field="customFTE")
    assert "fte: 'half' is not a number" in found.quarantine[0]["reason"]
