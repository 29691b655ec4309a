"""Effort and links, worked out by hand (E1 to E7, L1 to L5, P4)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from tests.sandbox.tiny_world import Row, at, on, one, truth, world

MONDAY = "2026-03-02"
WEEK = on(MONDAY)
ANNA: dict[str, list[Row]] = {
    "people": [{"person": "anna", "employee_number": "7", "location": "Munich"}],
    "seats": [{"person": "anna", "unit": "root"}],
    "units": [{"unit": "root"}],
    "accounts": [{"account": "a1", "employee_number": "7"}, {"account": "a2", "email": "x@y"}],
    "locations": [
        {"location": "Munich", "country": "DE", "subdivision": "BY", "time_zone": "Europe/Berlin"},
        {"location": "Denver", "country": "US", "time_zone": "America/Denver"},
    ],
}  # fmt: skip


def log(item: str, started_at: str, hours: float, account: str = "a1", **more: object) -> Row:
    return {
        "item": item, "account": account, "started_at": at(started_at),
        "seconds": round(hours * 3600), "created_at": at(started_at), **more,
    }  # fmt: skip


def event(item: str, when: str, field: str, before: str | None, after: str | None) -> Row:
    return {"item": item, "at": at(when), "field": field, "before": before, "after": after}


def effort(**tables: list[Row]) -> list[tuple[str, str, float, str]]:
    """(day, item, person_days, basis) of all workers."""
    found = truth(world(**{**ANNA, **tables}))["effort"].sort("day", "work_item_id")
    columns = ("day", "work_item_id", "person_days", "basis")
    return [
        (str(day), item.removeprefix("jira:"), days, basis)
        for day, item, days, basis in found.select(columns).iter_rows()
    ]


def test_worklogs_are_days_of_eight_hours_and_are_scaled_down_to_the_fte() -> None:
    worklogs = [
        log("i", "2026-03-02 08:00", 2),
        log("j", "2026-03-02 10:00", 4),
        log("i", "2026-03-03 08:00", 9),
        log("j", "2026-03-03 18:00", 3),
        log("i", "2026-03-07 10:00", 2),  # a Saturday: worklogs count on any day
        log("i", "2026-03-04 08:00", 2, deleted_at=at("2026-03-10")),
        log("i", "2026-03-05 08:00", 0),
        log("i", "2026-03-06 08:00", 2, created_at=at("2026-04-02")),
    ]
    found = effort(items=[{"item": "i"}, {"item": "j"}], worklogs=worklogs)
    assert found == [
        ("2026-03-02", "i", 0.25, "worklog"),
        ("2026-03-02", "j", 0.5, "worklog"),
        ("2026-03-03", "i", pytest.approx(0.75), "worklog"),  # 12 hours: 9/12 and 3/12 of a day
        ("2026-03-03", "j", pytest.approx(0.25), "worklog"),
        ("2026-03-07", "i", 0.25, "worklog"),
    ]


def test_a_worklogs_day_is_that_of_the_place_of_its_person() -> None:
    worklogs = [
        log("i", "2026-03-02 23:30", 1),  # 00:30 on the 3rd in Munich
        log("i", "2026-03-02 23:30", 1, account="a2"),  # nobody: UTC
        log("i", "2026-03-31 23:30", 1),  # already 1 April in Munich: after as_of
    ]
    found = truth(world(**ANNA, items=[{"item": "i"}], worklogs=worklogs))["effort"]
    assert found.select("person_id", "account_id", "day").rows() == [
        (None, "jira:a2", on("2026-03-02")),
        ("hr:anna", None, on("2026-03-03")),
    ]


def test_accounts_match_by_override_then_number_then_the_only_owner_of_an_email() -> None:
    people = [
        {"person": "p1", "employee_number": "1", "email_now": "Ann.Lee@x.org"},
        {"person": "p2", "employee_number": "2", "email_now": "twin@x.org"},
        {"person": "p3", "employee_number": "3", "email_now": "twin@x.org"},
        {"person": "p4", "employee_number": "4", "hired_on": on("2026-05-01")},
    ]
    accounts = [
        {"account": "a", "employee_number": "1", "email": "twin@x.org"},
        {"account": "b", "employee_number": "1"},
        {"account": "c", "email": " ann.lee+jira@X.org "},
        {"account": "d", "email": "twin@x.org"},
        {"account": "e", "employee_number": "4"},
        {"account": "f", "created_at": at("2026-04-01")},
    ]
    made = world(
        people=people,
        accounts=accounts,
        identity_overrides=[{"account": "b", "employee_number": "2"}],
    )
    assert truth(made)["identity"].rows() == [
        ("jira", "a", "hr:p1", "employee_number"),
        ("jira", "b", "hr:p2", "override"),
        ("jira", "c", "hr:p1", "email"),
        ("jira", "d", None, "unmatched"),
        ("jira", "e", None, "unmatched"),  # hired after as_of
    ]


def test_a_day_in_progress_is_shared_among_its_items_and_worklogs_win() -> None:
    items = [
        {"item": "i", "first_assignee": "a1", "first_status": "In Progress",
         "created_at": at("2026-03-02 06:00")},
        {"item": "j", "first_assignee": "a1", "created_at": at("2026-03-01")},
        {"item": "big", "first_assignee": "a1", "first_status": "In Progress",
         "is_initiative": True},
    ]  # fmt: skip
    events = [
        event("j", "2026-03-03 10:00", "status", "Selected", "In Review"),
        event("j", "2026-03-03 23:00", "status", "In Review", "Done"),  # midnight in Munich
        event("i", "2026-03-05 09:00", "assignee", "a1", None),
    ]
    found = effort(items=items, item_events=events, worklogs=[log("big", "2026-03-05 07:00", 4)])
    assert found == [
        ("2026-03-02", "i", 1.0, "status"),
        ("2026-03-03", "i", 0.5, "status"),
        ("2026-03-03", "j", 0.5, "status"),  # half-open: not on the 4th, which begins as it ends
        ("2026-03-04", "i", 1.0, "status"),
        ("2026-03-05", "big", 0.5, "worklog"),  # worklogs on initiatives count, and alone
    ]


def test_a_moment_of_no_length_is_no_work() -> None:
    items = [{"item": "i", "first_assignee": "a1", "created_at": at("2026-03-02")}]
    same = "2026-03-02 10:00"
    events = [
        event("i", same, "status", "Backlog", "In Progress"),
        event("i", same, "status", "In Progress", "Done"),
    ]
    assert effort(items=items, item_events=events) == []


def test_holidays_leave_and_days_outside_employment_are_no_working_days() -> None:
    # Epiphany, Tuesday 6 January, is a holiday in Bavaria but not in all of Germany
    people = [
        {"person": "anna", "employee_number": "7", "location": "Munich",
         "hired_on": on("2026-01-02"), "leave_from": on("2026-01-08"),
         "leave_to": on("2026-01-13"), "left_on": on("2026-01-15")},
    ]  # fmt: skip
    items = [{"item": "i", "first_assignee": "a1", "first_status": "In Progress",
              "created_at": at("2025-12-30")}]  # fmt: skip
    days = [row[0] for row in effort(people=people, items=items)]
    assert days == [
        "2026-01-02", "2026-01-05", "2026-01-07", "2026-01-14", "2026-01-15",
    ]  # fmt: skip


def test_nobodys_account_works_monday_to_friday_with_fte_one() -> None:
    # Christmas Eve to Monday: 24, 25, 26 December 2025 are Wednesday to Friday
    items = [{"item": "i", "first_assignee": "a2", "first_status": "In Progress",
              "created_at": at("2025-12-24")}]  # fmt: skip
    events = [event("i", "2025-12-29 01:00", "status", "In Progress", "Done")]
    found = effort(items=items, item_events=events)
    assert found == [
        ("2025-12-24", "i", 1.0, "status"),
        ("2025-12-25", "i", 1.0, "status"),
        ("2025-12-26", "i", 1.0, "status"),
        ("2025-12-29", "i", 1.0, "status"),
    ]


def test_assigned_spans_fill_days_with_neither_worklog_nor_status_time() -> None:
    items = [
        # planned from Tuesday, closed on Thursday 5 March at 00:30 in Munich
        {"item": "i", "first_assignee": "a1", "started_on": on("2026-03-03")},
        # never closed, but taken away on Friday; in progress for a moment on Wednesday
        {"item": "j", "first_assignee": "a1", "started_on": on("2026-03-05")},
        {"item": "k", "first_assignee": "a1", "created_at": at("2026-03-04 08:00")},
    ]
    events = [
        event("k", "2026-03-04 09:00", "status", "Backlog", "In Progress"),
        event("k", "2026-03-04 09:01", "status", "In Progress", "Backlog"),
        event("i", "2026-03-04 23:30", "status", "Selected", "Won't Do"),
        event("j", "2026-03-06 10:00", "assignee", "a1", "a9"),
        event("j", "2026-03-07 10:00", "assignee", "a9", None),
    ]
    found = effort(items=items, item_events=events)
    assert found == [
        ("2026-03-03", "i", 1.0, "span"),
        ("2026-03-04", "k", 1.0, "status"),
        ("2026-03-05", "i", 0.5, "span"),
        ("2026-03-05", "j", 0.5, "span"),
        ("2026-03-06", "j", 1.0, "span"),
        ("2026-03-06", "j", 1.0, "span"),  # that of account a9, which is nobody
    ]


def test_fte_is_the_sum_of_the_days_seats() -> None:
    seats = [
        {"person": "anna", "unit": "root", "fte": 0.5, "effective_to": on("2026-03-03")},
        {"person": "anna", "unit": "root", "fte": 0.3, "effective_from": on("2026-03-03")},
    ]
    worklogs = [log("i", f"2026-03-0{n} 08:00", 8) for n in (2, 3, 4)]
    found = effort(seats=seats, items=[{"item": "i"}], worklogs=worklogs)
    assert [row[2] for row in found] == [pytest.approx(d) for d in (0.5, 0.8, 0.3)]


# Links --------------------------------------------------------------------------------------

GOALS: list[Row] = [
    {"goal": "top", "level": "company"}, {"goal": "loose"}, {"goal": "old", "level": "company",
     "ends_on": dt.date(2026, 1, 31)}, {"goal": "plan", "status": "draft"},
    {"goal": "broken"},
]  # fmt: skip
EDGES: list[Row] = [{"child": "broken", "parent": "old"}]
ITEMS: list[Row] = [
    {"item": "ini", "name": "P-1", "is_initiative": True},
    {"item": "story", "name": "P-2", "parent": "ini"},
    {"item": "task", "name": "P-3", "parent": "story"},
    {"item": "alone", "name": "P-4"},
]


def worked(weeks: list[str], items: list[Row] | None = None, **tables: list[Row]) -> pl.DataFrame:
    """item_class where somebody logged an hour on `task` and on `alone` on these Mondays."""
    logs = [log(i, f"{w} 09:00", 1) for w in weeks for i in ("task", "alone")]
    base = {**ANNA, "goals": GOALS, "goal_edges": EDGES, "items": items or ITEMS}
    return truth(world(**{**base, "worklogs": logs, **tables}))["item_class"]


def of_task(table: pl.DataFrame, week: str = MONDAY) -> str:
    return str(one(table, work_item_id="jira:task", week_start=on(week))["node_class"])


def link(goal: str, item: str, linked_at: str | None = None, until: str | None = None) -> Row:
    return {
        "goal": goal, "item": item, "linked_at": at(linked_at) if linked_at else None,
        "unlinked_at": at(until) if until else None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("goals", "expected"),
    [
        (["top", "loose"], "top"),
        (["broken", "loose"], "lapsed"),
        (["loose", "old"], "island"),
        (["old", "plan"], "expired"),
        (["plan"], "unaligned"),
        ([], "unaligned"),
    ],
)
def test_work_has_the_class_of_the_best_of_its_goals(goals: list[str], expected: str) -> None:
    found = worked([MONDAY], links=[link(goal, "task") for goal in goals])
    assert of_task(found) == expected


def test_only_work_with_neither_initiative_nor_goal_is_unknown() -> None:
    found = worked([MONDAY])
    unknown = {r["work_item_id"]: r["is_unknown"] for r in found.iter_rows(named=True)}
    assert unknown == {"jira:task": False, "jira:alone": True}


def test_a_link_counts_fourteen_days_back_from_when_it_was_made() -> None:
    # made on Sunday 22 March: known for weeks with Sunday + 14 ≥ 22 March, so from 8 March on
    found = worked(["2026-02-23", MONDAY], links=[link("top", "task", "2026-03-22 23:59")])
    assert of_task(found, "2026-02-23") == "unaligned"  # Sunday 1 March
    assert of_task(found, MONDAY) == "top"  # Sunday 8 March


def test_a_link_taken_away_on_the_sunday_no_longer_counts_that_week() -> None:
    weeks = ["2026-02-23", MONDAY]
    found = worked(weeks, links=[link("top", "task", None, "2026-03-08 10:00")])
    assert [of_task(found, week) for week in weeks] == ["top", "unaligned"]


def test_an_undated_link_holds_from_the_items_creation_and_a_name_is_as_good_as_a_key() -> None:
    items = [*ITEMS[:2], {**ITEMS[2], "created_at": at("2026-03-23")}, ITEMS[3]]
    by_name = [{**link("top", "P-3"), "by_name": True}]
    found = worked(["2026-02-23", "2026-03-09"], items=items, links=by_name)
    assert of_task(found, "2026-02-23") == "unaligned"
    assert of_task(found, "2026-03-09") == "top"  # Sunday 15 March + 14 ≥ 23 March


def test_the_nearest_of_item_parent_and_initiative_with_a_valid_link_decides() -> None:
    links = [link("top", "ini"), link("loose", "story", until="2026-03-05")]
    found = worked(["2026-02-23", MONDAY], links=links)
    assert of_task(found, "2026-02-23") == "island"  # the story's own
    assert of_task(found, MONDAY) == "top"  # the story's is gone, the initiative's remains


def test_a_link_to_an_unknown_goal_is_no_link() -> None:
    items = [*ITEMS[:2], {**ITEMS[2], "first_goals": "gone"}, ITEMS[3]]
    found = worked([MONDAY], items=items, links=[link("top", "ini"), link("nowhere", "story")])
    assert of_task(found) == "top"


def test_goals_named_on_an_item_are_dated_by_its_changes() -> None:
    items = [*ITEMS[:2], {**ITEMS[2], "first_goals": "loose"}, ITEMS[3]]
    events = [
        event("task", "2026-03-08 12:00", "goal", "loose", "loose;top"),
        event("task", "2026-03-20 12:00", "goal", "loose;top", None),
    ]
    weeks = ["2026-02-09", MONDAY, "2026-03-16"]
    found = worked(weeks, items=items, item_events=events)
    # Sundays 15 February (+ 14 = 1 March), 8 March, 22 March
    assert [of_task(found, week) for week in weeks] == ["island", "top", "unaligned"]


def test_effort_is_split_equally_over_active_goals_or_over_all_where_none_is() -> None:
    links = [link(goal, "task") for goal in ("top", "loose", "old")]
    links += [link(goal, "alone") for goal in ("old", "plan")]
    logs = [log(i, f"{MONDAY} 09:00", 4) for i in ("task", "alone")]
    made = world(**ANNA, goals=GOALS, items=ITEMS, links=links, worklogs=logs)
    found = truth(made)["effort_goal"].select("work_item_id", "goal_id", "person_days")
    assert found.rows() == [
        ("jira:alone", "goals:old", 0.25),
        ("jira:alone", "goals:plan", 0.25),
        ("jira:task", "goals:loose", 0.25),
        ("jira:task", "goals:top", 0.25),
    ]


def test_what_hangs_on_a_deleted_item_is_gone_with_it() -> None:
    items = [{**ITEMS[0], "deleted_at": at("2026-03-20")}, *ITEMS[1:]]
    made = worked([MONDAY], items=items, links=[link("top", "ini")])
    assert one(made, work_item_id="jira:task") == {
        "work_item_id": "jira:task", "week_start": WEEK, "node_class": "unaligned",
        "is_unknown": True,
    }  # fmt: skip
