"""unit_dependency, by hand (E14)."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from tests.sandbox.effort_world import days, log, marts, moves, people
from tests.sandbox.tiny_world import Row, at, on, one

MARCH = on("2026-03-01")
UNITS: list[Row] = [{"unit": "root"}, *({"unit": u, "parent": "root"} for u in "abc"),
                    {"unit": "a1", "parent": "a"}]  # fmt: skip
GOALS: list[Row] = [{"goal": u, "unit": u} for u in ("root", "a", "b", "c", "a1")]
ITEMS: list[Row] = [
    *({"item": f"{u}-ini", "is_initiative": True, "first_goals": u} for u in "abc"),
    *({"item": u, "parent": f"{u}-ini"} for u in "abc"),
    {"item": "loose-b", "first_goals": "b"},
    {"item": "a1", "first_goals": "a1"},
    {"item": "up", "first_goals": "root"},
    {"item": "none"},
]


def found(logs: list[Row], minimum: int = 5, **tables: Any) -> pl.DataFrame:
    base = {"units": UNITS, "goals": GOALS, "items": ITEMS, **people({"a": 9, "b": 9})}
    return marts({**base, **tables, "worklogs": logs}, minimum)["unit_dependency"]


def by(unit: str, item: str, n: int, first: int = 0, day: str = "2026-03-02") -> list[Row]:
    """A day of each of so many people."""
    return [log(f"{unit}-{k:02}", item, day) for k in range(first, first + n)]


def pair(table: pl.DataFrame, unit: str, to: str, month: object = MARCH) -> Row:
    return one(table, from_org_unit_id=f"hr:{unit}", to_org_unit_id=f"hr:{to}", month_start=month)


def test_a_row_is_a_pair_of_units_with_work_between_them() -> None:
    logs = [*by("a", "b", 5), *by("a", "loose-b", 5, day="2026-03-03"), *by("a", "a", 5),
            *by("a", "none", 9, day="2026-03-04"), *by("a", "up", 2), *by("b", "a", 5)]  # fmt: skip
    table = found(logs)
    assert table.select("from_org_unit_id", "to_org_unit_id").rows() == [
        ("hr:a", "hr:b"), ("hr:b", "hr:a"),
    ]  # fmt: skip
    # several worklogs of one day are scaled: three on 2 March for two people, two for three
    row = pair(table, "a", "b")
    assert row["person_days"] == pytest.approx(5 + 2 / 3 + 3 / 2)
    assert (row["n_initiatives"], row["n_overdue"], row["suppressed"]) == (1, 0, False)
    inside = 2 * 2 / 3 + 3 / 2
    assert row["effort_inside_share"] == pytest.approx(inside / (inside + row["person_days"]))
    assert pair(table, "b", "a")["effort_inside_share"] == 0.0


def test_goals_above_below_and_of_the_unit_itself_are_inside() -> None:
    logs = [*by("a", "a", 5), *by("a", "a1", 5, day="2026-03-03"),
            *by("a", "up", 5, day="2026-03-04"), *by("a", "b", 5, day="2026-03-05")]  # fmt: skip
    table = found(logs)
    assert table.height == 1
    assert pair(table, "a", "b")["effort_inside_share"] == 0.75


def test_effort_on_goals_of_several_units_is_split_and_of_unknown_units_left_out() -> None:
    goals = [*GOALS, {"goal": "loose"}]
    items = [{"item": "i", "first_goals": "a;b;c;loose"}]
    table = found(by("a", "i", 8), goals=goals, items=items)
    assert [pair(table, "a", to)["person_days"] for to in "bc"] == [2.0, 2.0]
    assert pair(table, "a", "b")["effort_inside_share"] == pytest.approx(1 / 3)
    assert pair(table, "a", "b")["n_initiatives"] == 0


def test_few_people_of_a_pair_give_no_number_but_the_units_share_stays() -> None:
    logs = [*by("a", "a", 5, day="2026-03-03"), *by("a", "b", 4), *by("a", "c", 4, first=4)]
    row = pair(found(logs), "a", "b")
    assert row["suppressed"] is True
    assert (row["person_days"], row["n_initiatives"], row["n_overdue"]) == (None, None, None)
    # eight people are behind the two pairs: what is outside tells of no fewer
    assert row["effort_inside_share"] == pytest.approx(5 / 13)


def test_the_share_is_hidden_where_it_would_tell_of_few() -> None:
    four = [*by("a", "a", 5, day="2026-03-03"), *by("a", "b", 4)]
    assert pair(found(four), "a", "b")["effort_inside_share"] is None
    beside = [*four, *by("a", "c", 6, first=3)]
    table = found(beside)
    assert (pair(table, "a", "b")["suppressed"], pair(table, "a", "c")["suppressed"]) == (
        True,
        False,
    )
    assert pair(table, "a", "c")["effort_inside_share"] is None
    assert pair(found(by("a", "b", 4)), "a", "b")["effort_inside_share"] is None


def test_months_are_those_of_the_day_and_people_count_where_they_sat() -> None:
    crowd = people({"a": 9, "b": 9})
    for n in range(5):
        moves(crowd, f"a-{n:02}", "b", "2026-03-10")
    logs = [row for n in range(5) for row in days(f"a-{n:02}", "c", 17, "2026-02-27")]
    table = found(logs, **crowd)
    assert pair(table, "a", "c", on("2026-02-01"))["person_days"] == 10.0
    assert pair(table, "a", "c")["person_days"] == 45.0
    assert pair(table, "b", "c")["person_days"] == 30.0


def test_the_line_is_that_of_the_months_last_day() -> None:
    units = [*UNITS, {"unit": "b", "parent": "a", "valid_from": on("2026-03-31")}]
    logs = [*by("a", "b", 5, day="2026-02-27"), *by("a", "b", 5), *by("a", "c", 5, first=4)]
    table = found(logs, units=units)
    assert table.select("to_org_unit_id", "month_start").rows() == [
        ("hr:b", on("2026-02-01")), ("hr:c", MARCH),
    ]  # fmt: skip
    assert pair(table, "a", "c")["effort_inside_share"] == pytest.approx(4.5 / 9)


def test_a_goals_unit_is_that_of_the_week_of_the_effort() -> None:
    crowd = people({"a": 9, "b": 9, "c": 1})
    moves(crowd, "c-00", "b", "2026-03-14")
    goals = [{"goal": "g"}]
    items = [{"item": "i", "first_goals": "g"}]
    owners = [{"goal": "g", "person": "c-00"}]
    logs = [*by("a", "i", 5, day="2026-03-04"), *by("a", "i", 5, day="2026-03-10")]
    table = found(logs, goals=goals, items=items, goal_owners=owners, **crowd)
    assert [pair(table, "a", to)["person_days"] for to in "bc"] == [5.0, 5.0]


@pytest.mark.parametrize(
    ("due", "closed", "march", "february"),
    [
        ("2026-02-28", None, 1, 1),
        ("2026-03-01", None, 1, 0),
        ("2026-03-30", None, 1, 0),
        ("2026-03-31", None, 0, 0),  # due on the day of as_of is not late yet
        (None, None, 0, 0),
        ("2026-02-10", "2026-02-28 23:00", 0, 0),
        ("2026-02-10", "2026-03-01 01:00", 0, 1),
        ("2026-02-10", "2026-03-31 23:00", 0, 1),
    ],
)
def test_overdue_is_what_was_due_and_not_closed_when_the_month_ended(
    due: str | None, closed: str | None, march: int, february: int
) -> None:
    items = [
        {"item": "ini", "is_initiative": True, "first_goals": "b", "due_on": due and on(due)},
        {"item": "i", "parent": "ini"}, {"item": "j", "parent": "ini"},
    ]  # fmt: skip
    events = [{"item": "ini", "at": at(closed), "field": "status", "before": "Backlog",
               "after": "Done"}] if closed else []  # fmt: skip
    logs = [*by("a", "i", 5), *by("a", "j", 5, day="2026-02-27")]
    table = found(logs, items=items, item_events=events)
    assert pair(table, "a", "b")["n_initiatives"] == 1
    assert pair(table, "a", "b")["n_overdue"] == march
    assert pair(table, "a", "b", on("2026-02-01"))["n_overdue"] == february
