"""What BambooHR keeps silent about is said, and its own ways of failing end in words."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from polars.testing import assert_frame_equal

from connectors.contract import Finding, SourceError
from sandbox import bamboohr_payloads as payloads
from sandbox.bamboohr_faults import ORDINARY, Fault
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
from tests.connectors.contract_reading import Found, read


def read_through(*faults: Fault, options: dict[str, Any] | None = None, **manners: Any) -> Found:
    with serving(bamboo(*faults, **manners)) as url:
        return read(connector(url, **(options or {})), {}, last_night())


def failure_of(*faults: Fault, options: dict[str, Any] | None = None, **manners: Any) -> str:
    with pytest.raises(SourceError) as caught:
        read_through(*faults, options=options, **manners)
    assert KEY not in str(caught.value)
    return str(caught.value)


def checked(options: dict[str, Any] | None = None, **manners: Any) -> list[Finding]:
    with serving(bamboo(**manners)) as url:
        return list(connector(url, **(options or {})).check())


def said(findings: list[Finding], status: str = "error") -> str:
    return "\n".join(f"{one.subject}: {one.message}" for one in findings if one.status == status)


# Fields that the key's user may not see

HIDDEN = [
    ("workEmail", "employees"),
    ("reportsToId", "employees"),
    ("employeeNumber", "dataset employee"),
    ("terminationDate", "dataset employee"),
    ("department", "table jobInfo"),
    (payloads.FTE, "table jobInfo"),
    ("employmentStatus", "table employmentStatus"),
    (payloads.ROLE_UNIT, f"table {payloads.SECOND}"),
]


@pytest.mark.parametrize(("name", "where"), HIDDEN)
def test_a_field_that_is_hidden_of_everybody_fails_the_read(name: str, where: str) -> None:
    words = failure_of(hidden_fields=frozenset({name}))
    assert f"`{name}` of {where}" in words and "permission" in words and "do_without" in words


@pytest.mark.parametrize(("name", "where"), HIDDEN)
def test_check_names_a_hidden_field_and_what_to_do(name: str, where: str) -> None:
    words = said(checked(hidden_fields=frozenset({name})))
    assert f"`{name}` of {where}" in words and "permission" in words


@pytest.mark.parametrize(
    ("name", "frames"),
    [
        ("workEmail", {"people", "assignments", "org_units"}),
        ("employeeNumber", {"people", "org_units"}),
        ("department", {"assignments", "org_units"}),
    ],
)
def test_a_field_hidden_of_some_is_counted_and_the_frames_are_incomplete(
    name: str, frames: set[str]
) -> None:
    keys = world().people["person"][:3].to_list()
    found = read_through(hidden_of=dict.fromkeys(keys, frozenset({name})))
    assert set(found.result.incomplete) == frames
    for why in found.result.incomplete.values():
        assert "hidden in some of" in why and name in why
    assert len(found.rows["people"]) == len(expected("people"))


def test_what_one_does_without_is_not_asked_for_and_not_missed() -> None:
    left_out = frozenset({"workEmail", "employeeNumber", payloads.FTE})
    options = {"mapping": {"do_without": tuple(sorted(left_out))}}
    found = read_through(options=options, hidden_fields=left_out)
    assert found.result.incomplete == {}
    people, seats = found.rows["people"], found.rows["assignments"]
    assert people["work_email"].is_null().all() and people["employee_number"].is_null().all()
    assert seats["fte"].is_null().sum() > len(seats) * 0.9
    assert people["left_on"].is_not_null().any()


def test_without_the_dataset_the_last_day_is_that_of_the_employment_status() -> None:
    options = {"mapping": {"do_without": ("employeeNumber", "terminationDate")}}
    found = read_through(options=options, sees_reports=False)
    people = comparable("people", found.rows["people"]).drop("employee_number")
    assert_frame_equal(people, expected("people").drop("employee_number"))


@pytest.mark.parametrize("name", ["hireDate", "division"])
def test_some_fields_cannot_be_done_without(name: str) -> None:
    with pytest.raises(ValueError, match=f"{name} cannot be done without"):
        connector("http://localhost", mapping={"do_without": (name,)})


def test_employees_of_whom_only_the_id_is_shown_make_the_frames_incomplete() -> None:
    keys = frozenset(world().people["person"][:2])
    found = read_through(hidden_employees=keys)
    assert {"people", "assignments", "org_units"} <= set(found.result.incomplete)
    assert set(found.rows["people"]["person_key"]) >= keys


def site_without_rows(table: str, keys: set[str], *, ahead: int = 0) -> Site:
    """The sample's site in which the key's user sees no row of `keys` in a table."""
    site = Site(world(), last_night(), ahead=ahead)
    site.tables[table] = [row for row in site.tables[table] if row["employeeId"] not in keys]
    return site


@pytest.mark.parametrize(
    ("table", "frames"),
    [("jobInfo", {"assignments", "org_units"}), ("employmentStatus", {"people"})],
)
def test_rows_of_a_table_hidden_of_some_employees_are_counted_and_its_frames_incomplete(
    table: str, frames: set[str]
) -> None:
    everybody = sorted(Site(world(), last_night()).employees)
    hidden = set(everybody[::4])
    found = read_through(at=site_without_rows(table, hidden))
    assert set(found.result.incomplete) == frames
    for why in found.result.incomplete.values():
        assert f"table {table} has no row of {len(hidden)} of {len(everybody)} employees" in why
        assert not any(key in why for key in everybody)


def test_a_table_without_any_row_makes_its_frames_incomplete() -> None:
    n = len(Site(world(), last_night()).employees)
    everybody = set(world().people["person"])
    found = read_through(at=site_without_rows("jobInfo", everybody))
    assert f"has no row of {n} of {n} employees" in found.result.incomplete["assignments"]


def test_who_begins_later_or_was_deleted_needs_no_row() -> None:
    site = Site(world(), last_night())
    coming, gone, begun = sorted(site.employees)[:3]
    site.employees[coming]["hireDate"] = (last_night() + dt.timedelta(days=1)).date().isoformat()
    site.changed[gone] |= {"action": "Deleted"}
    for table in ("jobInfo", "employmentStatus"):
        lacking = {coming, gone}
        site.tables[table] = [r for r in site.tables[table] if r["employeeId"] not in lacking]
    assert read_through(at=site).result.incomplete == {}
    site.employees[coming]["hireDate"] = last_night().date().isoformat()
    assert "no row of 1 of" in read_through(at=site).result.incomplete["people"]
    assert begun in read_through(at=site).rows["people"]["person_key"]


def test_somebody_whose_status_is_hidden_is_no_other_type_and_stays() -> None:
    options = {"only_employment_types": ("permanent",)}
    shown = read_through(options=options).rows
    hidden = set(sorted(shown["people"]["person_key"])[::4])
    found = read_through(options=options, at=site_without_rows("employmentStatus", hidden))
    for frame in ("people", "assignments"):
        assert set(found.rows[frame]["person_key"]) == set(shown[frame]["person_key"])
    assert "no row of" in found.result.incomplete["people"]


def test_what_the_dataset_lacks_is_counted_and_nobody_is_named() -> None:
    site = Site(world(), last_night())
    key = sorted(site.numbers)[0]
    del site.numbers[key]
    found = read_through(at=site)
    why = found.result.incomplete["people"]
    assert f"lacks 1 of {len(site.employees)} employees" in why and key not in why


def test_a_dataset_that_may_not_be_read_says_what_to_do() -> None:
    assert "answered 403" in failure_of(sees_reports=False)
    words = said(checked(sees_reports=False))
    assert "dataset" in words and "permission to see reports" in words and "do_without" in words


def test_goals_that_may_not_be_seen_are_counted_and_the_others_read() -> None:
    goals = Site(world(), last_night()).goals
    keys = sorted(goals)[:3]
    found = read_through(options={"goals": True}, private_goals=frozenset(keys))
    assert set(found.result.incomplete) == {"goals", "goal_owners"}
    assert "refused (403) 3 record(s)" in found.result.incomplete["goals"]
    assert set(found.rows["goal_owners"]["owner_ref"]) == set(goals) - set(keys)


def test_where_nobodys_goals_may_be_seen_the_read_fails() -> None:
    everybody = frozenset(world().people["person"])
    assert len(everybody) > 200
    assert "answered 403" in failure_of(options={"goals": True}, private_goals=everybody)


# A busy BambooHR


@pytest.mark.parametrize(
    ("night", "status"), [(dt.date(2026, 9, 15), 503), (dt.date(2026, 9, 16), 429)]
)
def test_a_busy_bamboohr_is_waited_for_before_and_after_it_changed_its_word(
    night: dt.date, status: int
) -> None:
    server = bamboo(
        *ORDINARY,
        Fault("dataset", "busy", times=3, retry_after=9),
        at=Site(world(), end_of(night)),
    )
    assert server.site.signals_by_503 == (status == 503)
    waits: list[float] = []
    with serving(server) as url:
        found = read(connector(url, waits), {}, end_of(night))
    assert waits.count(9) == 3 and waits.count(1) == 1
    for frame in FRAMES:
        assert_frame_equal(comparable(frame, found.rows[frame]), expected(frame, end_of(night)))


# Lists that move or never end


def test_an_employee_deleted_at_the_edge_of_a_page_begins_the_list_again() -> None:
    server = bamboo(Fault("employees", "deleted", at=3))
    everybody = set(server.site.employees)
    with serving(server) as url:
        found = read(connector(url, page_size=50), {}, last_night())
    left = set(server.site.employees)
    assert len(everybody) - len(left) == 1
    assert set(found.rows["people"]["person_key"]) == left


def test_an_edge_that_always_moves_ends_the_read() -> None:
    words = failure_of(Fault("employees", "deleted", at=2, times=None), options={"page_size": 50})
    assert "answered 400" in words


def test_a_list_that_never_ends_ends_the_read() -> None:
    words = failure_of(Fault("employees", "looping", times=None), options={"page_size": 50})
    assert "would never end" in words


# What check says


def test_check_of_a_fitting_bamboohr_finds_nothing_wrong() -> None:
    findings = checked({"goals": True})
    assert said(findings) == "" and said(findings, "warning") == ""
    subjects = {one.subject for one in findings}
    assert {"tables", "lists", "statuses", "dataset", "people", "seats", "goals"} <= subjects


def test_check_of_a_wrong_key_says_where_a_new_one_is_made() -> None:
    findings = checked({"api_key": "wrong-key"})
    assert len(findings) == 1 and findings[0].status == "error"
    assert "API Keys" in findings[0].message and "wrong-key" not in findings[0].message


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"org_levels": ("divison", "department")}, "field of jobInfo `divison`"),
        ({"fte_field": "customFte"}, "nearest: customFTE"),
        ({"second_seats": ({"table": "customSecondRoll", "unit_field": "x"},)},
         "no table `customSecondRoll`, or the key may not see it; nearest: customSecondRole"),
        ({"employee_number_field": "employeeNo"}, "nearest: employeeNumber"),
        ({"leave_statuses": ("Leave of Absense",)}, "nearest: Leave of Absence"),
    ],
)  # fmt: skip
def test_check_names_the_nearest_of_what_does_not_exist(mapping: Any, words: str) -> None:
    assert words in said(checked({"mapping": mapping}))


@pytest.mark.parametrize(
    ("mapping", "words"),
    [
        ({"leave_statuses": ()}, "`leave_statuses` does not name Leave of Absence"),
        ({"terminated_statuses": (), "do_without": ("terminationDate",)}, "have no last day"),
        ({"org_levels": ("division", "customJobFamily")}, "`customJobFamily` is no list"),
    ],
)
def test_check_warns_of_what_would_be_read_wrongly(mapping: Any, words: str) -> None:
    assert words in said(checked({"mapping": mapping}), "warning")


def test_check_counts_managers_whom_no_name_or_several_names_fit() -> None:
    server = bamboo()
    rows = [row for row in server.site.tables["jobInfo"] if row["reportsTo"]]
    rows[0]["reportsTo"] = "Nobody Known"
    with serving(server) as url:
        findings = list(connector(url).check())
    assert "no employee is called `Nobody Known`" in said(findings, "warning")


def test_check_says_how_many_people_the_scope_takes_in() -> None:
    findings = checked({"only_employment_types": ("permanent",)})
    (scope,) = [one for one in findings if one.subject == "scope"]
    types = expected("people")["employment_type"]
    n = (types == "permanent").sum() + types.is_null().sum()
    assert f"takes in {n} of {len(expected('people'))}" in scope.message
    assert "nearest: permanent" in said(checked({"only_employment_types": ("permanet",)}))
