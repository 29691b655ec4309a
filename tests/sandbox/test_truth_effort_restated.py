"""Today's organisation applied to the past, by hand (E13, and what F2 hides of it)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.effort_world import cell, days, log, marts, moves, people
from tests.sandbox.tiny_world import Row, on, one

UNITS: list[Row] = [{"unit": "root"}, *({"unit": u, "parent": "root"} for u in "ab")]
GOALS: list[Row] = [{"goal": "top", "level": "company"}]
ITEMS: list[Row] = [{"item": "top", "first_goals": "top"}, {"item": "none"}]


def found(crowd: dict[str, list[Row]], logs: list[Row], minimum: int = 5, **tables: Any) -> Any:
    base = {"units": UNITS, "goals": GOALS, "items": ITEMS, **crowd}
    return marts({**base, **tables, "worklogs": logs}, minimum)


def at_work(unit: str, n: int, first: int = 0, item: str = "top") -> list[Row]:
    """So many people of a unit on one item for a week of five days."""
    return [row for k in range(first, first + n) for row in days(f"{unit}-{k:02}", item, 5)]


def test_where_nobody_moved_both_bases_say_the_same() -> None:
    crowd = people({"a": 25, "b": 25})
    tables = found(crowd, [*at_work("a", 8), *at_work("b", 10), *days("x", "top", 1)], minimum=1)
    for mart in ("effort_alignment", "effort_own_unit", "line_of_sight"):
        rows = tables[mart].partition_by("org_basis", as_dict=True, include_key=False)
        assert rows["as_was",].height >= 3
        assert rows["as_was",].equals(rows["restated",])


def test_days_of_the_past_count_where_people_sit_today() -> None:
    crowd = people({"a": 30, "b": 30})
    for n in range(6):
        moves(crowd, f"a-{n:02}", "b", "2026-03-16")
    tables = found(crowd, [*at_work("a", 12), *at_work("b", 6)])
    then, now = ([cell(tables, u, basis=b) for u in "ab"] for b in ("as_was", "restated"))
    assert [row["person_days"] for row in then] == [60.0, 30.0]
    assert [row["person_days"] for row in now] == [30.0, 60.0]
    assert [row["capacity_person_days"] for row in now] == [120.0, 180.0]
    assert [row["n_people"] for row in now] == [6, 12]
    reach = [cell(tables, u, basis="restated", mart="line_of_sight") for u in "ab"]
    assert [(row["headcount"], row["n_reaching"]) for row in reach] == [(24, 6), (36, 12)]
    own = tables["effort_own_unit"].filter(org_basis="restated")
    assert own.select("org_unit_id", "person_days").rows() == [("hr:a", 30.0), ("hr:b", 60.0)]
    assert cell(tables, "root")["person_days"] == 90.0


def test_capacity_and_presence_stay_those_of_the_time() -> None:
    crowd = people({"a": 20, "b": 20})
    # a-00 worked half time then and is split 1 to 3 over two units now; a-01 has left since
    crowd["seats"][0] |= {"fte": 0.5, "effective_to": on("2026-03-15")}
    crowd["seats"] += [{"person": "a-00", "unit": u, "fte": f, "effective_from": on("2026-03-16")}
                       for u, f in (("a", 0.25), ("b", 0.75))]  # fmt: skip
    crowd["people"][1]["left_on"] = crowd["seats"][1]["effective_to"] = on("2026-03-20")
    tables = found(crowd, at_work("a", 10), minimum=1)
    assert cell(tables, "a")["capacity_person_days"] == 19 * 5 + 2.5
    a, b = (cell(tables, u, basis="restated") for u in "ab")
    assert a["capacity_person_days"] == pytest.approx(19 * 5 + 2.5 / 4)
    assert b["capacity_person_days"] == pytest.approx(20 * 5 + 2.5 * 3 / 4)
    assert a["person_days"] == pytest.approx(9 * 5 + 2.5 / 4)
    assert b["person_days"] == pytest.approx(2.5 * 3 / 4)
    heads = [cell(tables, u, basis="restated", mart="line_of_sight")["headcount"] for u in "ab"]
    assert heads == [20, 21]


def test_a_seat_of_no_fte_beside_another_gives_no_effort_and_counts_nobody() -> None:
    crowd = people({"a": 20, "b": 20})
    crowd["seats"] += [{"person": "a-00", "unit": "b", "fte": 0.0}]
    tables = found(crowd, [*at_work("a", 6), *at_work("b", 4)], minimum=1)
    for basis in ("as_was", "restated"):
        b = cell(tables, "b", basis=basis)
        assert (b["n_people"], b["person_days"]) == (4, 20.0)
        assert cell(tables, "b", basis=basis, mart="line_of_sight")["headcount"] == 21
    few = found(crowd, [*at_work("a", 6), *at_work("b", 4)])["effort_own_unit"]
    assert few.filter(org_unit_id="hr:b")["suppressed"].to_list() == [True, True]


def test_rows_are_the_units_of_todays_tree_in_every_week() -> None:
    late = {"unit": "late", "parent": "root", "valid_from": on("2026-03-20")}
    under = {"unit": "b", "parent": "late", "valid_from": on("2026-03-20")}
    crowd = people({"a": 20, "b": 25})
    for n in range(25):
        moves(crowd, f"b-{n:02}", "late", "2026-03-20")
    tables = found(crowd, [*at_work("a", 5), *at_work("b", 5)], units=[*UNITS, late, under])
    rows = tables["effort_alignment"].group_by("org_basis", "week_start").len()
    assert sorted(rows.filter(org_basis="restated")["len"]) == [4, 4, 4, 4]
    assert sorted(rows.filter(org_basis="as_was")["len"]) == [3, 3, 4, 4]
    assert cell(tables, "late", basis="restated")["person_days"] == 25.0
    assert cell(tables, "b", basis="restated")["reason_missing"] == "few_people"


def test_effort_of_nobody_counts_at_todays_root() -> None:
    new_root = [*UNITS, {"unit": "top", "valid_from": on("2026-03-20")},
                {"unit": "root", "parent": "top", "valid_from": on("2026-03-20")}]  # fmt: skip
    logs = [*at_work("a", 6), *(log(f"x{n}", "top", "2026-03-02") for n in range(5))]
    tables = found(people({"a": 20}), logs, units=new_root)
    assert cell(tables, "root")["person_days"] == 35.0
    assert cell(tables, "root", basis="restated")["person_days"] == 30.0
    assert cell(tables, "top", basis="restated")["person_days"] == 35.0


@pytest.mark.parametrize(("movers", "is_hidden"), [(0, False), (1, True), (4, True), (5, False)])
def test_a_restated_row_is_hidden_where_few_people_tell_it_from_as_was(
    movers: int, *, is_hidden: bool
) -> None:
    crowd = people({"a": 40, "b": 40})
    for n in range(movers):
        moves(crowd, f"a-{n:02}", "b", "2026-03-16")
    tables = found(crowd, [*at_work("a", 6, first=10), *at_work("b", 6)])
    assert cell(tables, "a")["suppressed"] is False
    for unit in "ab":
        row = cell(tables, unit, basis="restated")
        assert (row["suppressed"], row["person_days"] is None) == (is_hidden, is_hidden)
        reach = cell(tables, unit, basis="restated", mart="line_of_sight")
        assert (reach["suppressed"], reach["headcount"] is None) == (is_hidden, is_hidden)


def test_who_moved_in_the_middle_of_the_week_tells_the_rows_apart_too() -> None:
    # five on Wednesday: on Sunday in b on both bases; one at work in b on both, with other days
    crowd = people({"a": 40, "b": 40})
    for n in range(5):
        moves(crowd, f"a-{n:02}", "b", "2026-03-04")
    logs = [*at_work("a", 6, first=10), *at_work("b", 6)]
    assert cell(found(crowd, logs), "b", basis="restated")["suppressed"] is False
    tables = found(crowd, [*logs, *at_work("a", 1)])
    assert cell(tables, "b")["person_days"] == 33.0
    assert cell(tables, "b", basis="restated")["reason_missing"] == "few_people"


@pytest.mark.parametrize(("observable", "is_hidden"), [(0, False), (1, True), (5, False)])
def test_few_observable_people_of_many_that_moved_tell_the_rows_apart_too(
    observable: int, *, is_hidden: bool
) -> None:
    crowd = people({"a": 40, "b": 40})
    for n in range(6):
        moves(crowd, f"a-{n:02}", "b", "2026-03-16")
    del crowd["accounts"][observable:6]
    tables = found(crowd, [*at_work("a", 6, first=10), *at_work("b", 6)])
    for mart in ("effort_alignment", "line_of_sight"):
        assert cell(tables, "b", basis="restated", mart=mart)["suppressed"] is is_hidden


def test_a_restated_cell_of_the_own_unit_is_hidden_where_few_amounts_differ() -> None:
    crowd = people({"a": 20, "b": 20})
    moves(crowd, "a-00", "b", "2026-03-04")  # two of its five days lie before
    for n in range(1, 6):
        moves(crowd, f"a-{n:02}", "b", "2026-03-16")
    logs = [*at_work("a", 1), *at_work("a", 5, first=6), *at_work("b", 5)]
    logs += at_work("a", 5, first=1, item="none") + at_work("b", 5, item="none", first=10)
    own = found(crowd, logs)["effort_own_unit"]

    def of(unit: str, node_class: str, basis: str) -> tuple[float | None, bool]:
        key = {"org_unit_id": f"hr:{unit}", "node_class": node_class, "org_basis": basis}
        row = one(own, **key)
        return row["person_days"], row["suppressed"]

    assert of("a", "top", "as_was") == (27.0, False)
    assert of("b", "top", "as_was") == (28.0, False)
    assert of("a", "top", "restated") == of("b", "top", "restated") == (None, True)
    # five people moved: they are enough
    assert of("b", "unaligned", "as_was") == (25.0, False)
    assert of("b", "unaligned", "restated") == (50.0, False)
    assert of("a", "unaligned", "as_was") == (25.0, False)
    assert own.filter(org_unit_id="hr:a", node_class="unaligned", org_basis="restated").is_empty()
