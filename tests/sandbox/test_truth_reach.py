"""line_of_sight, worked out by hand (R1 to R4)."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest

from sandbox.truth.reach import LINE_OF_SIGHT
from tests.sandbox.tiny_world import Row, at, on, one, truth, world

WEEK = on("2026-03-02")
"""Its Sunday is 8 March; the 28 days to it begin on Monday, 9 February."""
UNITS: list[Row] = [
    {"unit": "root"}, {"unit": "a", "parent": "root"}, {"unit": "b", "parent": "root"},
]  # fmt: skip
GOALS: list[Row] = [
    {"goal": "top", "level": "company"},
    *({"goal": goal} for goal in ("mid", "deep", "loose")),
    {"goal": "own", "level": "individual"},
    {"goal": "old", "ends_on": on("2026-03-01")},
]
EDGES: list[Row] = [{"child": child, "parent": parent} for child, parent in
                    (("mid", "top"), ("deep", "mid"), ("own", "deep"), ("old", "top"))]  # fmt: skip
ITEMS: list[Row] = [
    *({"item": goal, "first_goals": goal} for goal in ("top", "mid", "deep", "loose", "old")),
    {"item": "both", "first_goals": "deep;mid;loose"},
    {"item": "plain"},
]


def log(account: str, item: str, day: str, hours: float) -> Row:
    start = at(f"{day} 08:00")
    return {"item": item, "account": account, "started_at": start,
            "seconds": round(hours * 3600), "created_at": start}  # fmt: skip


NOISE = [log("nobody", "plain", "2026-01-05", 1)]
"""The rows of the mart are those of effort_alignment: from the first week with any effort."""


def people(count: int = 20, unit: str = "a", *, with_accounts: bool = True) -> dict[str, list[Row]]:
    names = [f"{unit}-{number:02}" for number in range(count)]
    return {
        "people": [{"person": name, "employee_number": name} for name in names],
        "seats": [{"person": name, "unit": unit} for name in names],
        "accounts": [{"account": n, "employee_number": n} for n in names if with_accounts],
    }


def reach(minimum: int = 1, **tables: list[Row]) -> pl.DataFrame:
    """The mart as_was, with numbers of however few people at work if `minimum` is 1."""
    base = {"units": UNITS, "goals": GOALS, "goal_edges": EDGES, "items": ITEMS, **people()}
    logs = NOISE + tables.pop("worklogs", [])
    made = world(**{**base, "worklogs": logs, **tables})
    return of_the_time(truth(made, minimum_group_effort=minimum))


def of_the_time(found: dict[str, pl.DataFrame]) -> pl.DataFrame:
    """Rows as_was; test_truth_effort_restated has the others."""
    return found["line_of_sight"].filter(pl.col("org_basis") == "as_was")


def cell(found: pl.DataFrame, unit: str = "a", week: dt.date = WEEK) -> Row:
    return one(found, org_unit_id=f"hr:{unit}", week_start=week)


def paths(found: pl.DataFrame, unit: str = "a", week: dt.date = WEEK) -> tuple[int, float | None]:
    row = cell(found, unit, week)
    return row["n_reaching"], row["mean_path_length"]


def led(item: str, assignee: str, **more: object) -> Row:
    return {"item": item, "is_initiative": True, "first_assignee": assignee, **more}


def test_every_number_of_a_cell() -> None:
    # of 20 people 7 have accounts, an eighth owns a goal; five own goals, of which four lead up
    crowd = people()
    crowd["accounts"] = crowd["accounts"][:7]
    owners = {"a-00": "top", "a-01": "mid", "a-02": "deep", "a-03": "loose", "a-19": "own"}
    found = reach(**crowd, goal_owners=[{"goal": g, "person": p} for p, g in owners.items()])
    assert cell(found.select(*LINE_OF_SIGHT)) == {
        "org_unit_id": "hr:a", "week_start": WEEK, "org_basis": "as_was", "headcount": 20,
        "n_observable": 8, "n_reaching": 4, "reach": 0.5, "reach_low": 0.2, "reach_high": 0.8,
        "observable_share": 0.4, "mean_path_length": 2.5, "suppressed": False,
        "reason_missing": None,
    }  # fmt: skip


def test_rows_are_those_of_effort_alignment() -> None:
    tables = {"units": UNITS, "goals": GOALS, "items": ITEMS, **people()}
    found = truth(world(**tables, worklogs=[log("a-00", "top", "2026-03-12", 1)]))
    keys = ["org_unit_id", "week_start", "org_basis"]
    assert found["line_of_sight"].select(keys).equals(found["effort_alignment"].select(keys))
    assert found["line_of_sight"].height == 3 * 3 * 2
    assert truth(world(**tables))["line_of_sight"].is_empty()


def test_an_owner_has_a_path_while_the_goal_is_active_and_reaches_a_top_goal() -> None:
    # `old` ends on Sunday, 1 March: a path in that week, in the next not even an observation
    found = reach(**people(with_accounts=False), goal_owners=[
        *({"goal": "old", "person": f"a-{n:02}"} for n in range(6)),
        *({"goal": "loose", "person": f"a-{n:02}"} for n in range(12)),
        {"goal": "old", "unit": "a"},
    ])  # fmt: skip
    before = cell(found, week=on("2026-02-23"))
    assert (before["n_observable"], before["n_reaching"]) == (12, 6)
    assert before["mean_path_length"] == 2.0
    after = cell(found)
    assert (after["n_observable"], after["n_reaching"], after["reach"]) == (12, 0, 0.0)
    assert (after["mean_path_length"], after["reason_missing"]) == (None, None)
    assert (after["reach_low"], after["reach_high"]) == (0.0, 0.4)


def test_who_leads_an_initiative_today_has_a_path_in_the_weeks_in_which_it_is_open() -> None:
    items = [
        *ITEMS,
        led("both-i", "a-00", first_goals="deep;mid;loose"),  # 2 + 1
        led("under", "a-01", parent="deep"),  # inherits: 2 + 2
        led("loose-i", "a-02", first_goals="loose"),
        led("plain-i", "a-03"),
        led("late", "a-04", first_goals="top", created_at=at("2026-03-09")),
        led("closed", "a-05", first_goals="top"),
        led("handed", "a-06", first_goals="top"),  # now of a-07: 2 + 0; a-06 owns `top`
        {"item": "no-i", "first_goals": "top", "first_assignee": "a-08"},
    ]
    events = [
        {"item": "closed", "at": at("2026-03-08 00:30"), "field": "status", "before": "Backlog",
         "after": "Done"},
        {"item": "handed", "at": at("2026-03-20"), "field": "assignee", "before": "a-06",
         "after": "a-07"},
    ]  # fmt: skip
    found = reach(items=items, item_events=events, goal_owners=[{"goal": "top", "person": "a-06"}])
    assert paths(found) == (4, 2.5)
    # a week earlier `closed` was open, two weeks later `late` is there
    assert paths(found, week=on("2026-02-23")) == (5, 2.4)
    assert paths(found, week=on("2026-03-09")) == (5, 2.4)


def test_a_link_of_an_initiative_counts_when_it_was_known_within_two_weeks() -> None:
    items = [*ITEMS, led("i", "a-00")]
    links = [{"goal": "top", "item": "i", "linked_at": at("2026-03-22"),
              "unlinked_at": at("2026-03-29")}]  # fmt: skip
    found = reach(items=items, links=links).filter(org_unit_id="hr:a").tail(5)
    assert found["n_reaching"].to_list() == [0, 1, 1, 1, 0]


@pytest.mark.parametrize(
    ("hours", "other_hours", "is_reaching"),
    [
        ([8], 19 * 8, True),  # a whole day is enough of any number of days
        ([7.99], 10 * 8, False),
        ([2.4], 21.6, True),  # exactly a tenth of three days
        ([2.39], 21.61, False),
        ([0.8, 0.8, 0.8], 21.6, True),  # adds up to a tenth but for the last bits
        ([0.01], 0, True),
    ],
)
def test_effort_is_a_path_from_a_day_or_a_tenth_of_the_recorded_effort_on(
    hours: list[float], other_hours: float, *, is_reaching: bool
) -> None:
    # from Tuesday, 10 February on, at most 8 hours a day of 28 days to 8 March
    days = [f"2026-02-{day}" for day in range(10, 29)] + [f"2026-03-0{day}" for day in range(1, 9)]
    logs = [log("a-00", "mid", days.pop(), h) for h in hours]
    while other_hours > 0:
        logs.append(log("a-00", "plain", days.pop(), min(8, other_hours)))
        other_hours -= 8
    assert paths(reach(worklogs=logs)) == ((1, 3.0) if is_reaching else (0, None))


def test_effort_counts_for_28_days_with_the_class_and_depth_of_its_own_week() -> None:
    logs = [log("a-00", "old", "2026-02-09", 8), log("a-01", "old", "2026-03-02", 8)]
    logs += [log("a-02", "top", "2026-02-08", 8)]
    # in the week to 8 March, a-00's work of February still leads up; a-01's came too late, when
    # `old` had ended, and a-02's lies 29 days back
    found = reach(worklogs=logs)
    assert paths(found) == (1, 3.0)
    assert paths(found, week=on("2026-03-09")) == (0, None)
    assert paths(found, week=on("2026-02-09")) == (2, 2.5)


def test_the_path_over_effort_is_the_least_depth_of_all_goals_that_the_work_serves() -> None:
    logs = [
        log("a-00", "both", "2026-03-03", 8),  # deep, mid and loose: 2 + 1
        log("a-01", "deep", "2026-03-03", 8),  # 2 + 2
        log("a-02", "deep", "2026-03-03", 7.9), log("a-02", "top", "2026-03-04", 0.1),  # 2 + 0
        log("a-03", "loose", "2026-03-03", 8),
    ]  # fmt: skip
    assert paths(reach(worklogs=logs)) == (3, 3.0)


def test_the_shortest_of_several_paths_counts_and_a_person_of_two_seats_once() -> None:
    crowd, others = people(), people(unit="b")
    crowd = {name: rows + others[name] for name, rows in crowd.items()}
    crowd["seats"].append({"person": "a-00", "unit": "b"})
    found = reach(
        **crowd, items=[*ITEMS, led("i", "a-00", first_goals="top")],
        goal_owners=[{"goal": "deep", "person": "a-00"}, {"goal": "top", "person": "b-00"}],
        worklogs=[log("a-00", "deep", "2026-03-03", 8)],
    )  # fmt: skip
    assert paths(found, "a") == (1, 2.0)
    assert paths(found, "b") == (2, 1.5)
    root = cell(found, "root")
    assert (root["headcount"], root["n_observable"], root["n_reaching"]) == (40, 40, 2)


def test_work_without_any_amount_is_no_path() -> None:
    crowd = people()
    crowd["seats"][0]["fte"] = 0.0
    crowd["seats"][1]["fte"] = 1e-12
    logs = [log("a-00", "top", "2026-03-03", 8), log("a-01", "plain", "2026-03-03", 8)]
    assert paths(reach(**crowd, worklogs=logs)) == (0, None)


def test_leavers_people_on_leave_and_people_of_no_unit() -> None:
    crowd = people(22)
    crowd["people"][0]["left_on"] = on("2026-03-07")
    crowd["people"][1]["leave_from"] = on("2026-03-08")
    crowd["people"].append({"person": "p", "employee_number": "p"})
    owners = [{"goal": "top", "person": p} for p in ("a-00", "a-01", "p")]
    found = reach(**crowd, goal_owners=owners)
    a, root = cell(found), cell(found, "root")
    assert (a["headcount"], a["n_observable"], a["n_reaching"]) == (20, 20, 0)
    assert (root["headcount"], root["n_observable"], root["n_reaching"]) == (21, 21, 1)
    before = cell(found, week=on("2026-02-23"))
    assert (before["headcount"], before["n_observable"], before["n_reaching"]) == (22, 22, 2)


def test_people_count_where_they_were_and_a_new_account_counts_for_all_weeks() -> None:
    crowd = people()
    crowd["accounts"][0]["created_at"] = at("2026-03-30")
    crowd["seats"].append({"person": "a-00", "unit": "b", "effective_from": on("2026-03-08")})
    crowd["seats"][0]["effective_to"] = on("2026-03-07")
    crowd["people"].append({"person": "a-20", "employee_number": "a-20"})
    crowd["seats"].append({"person": "a-20", "unit": "a"})
    found = reach(**crowd)
    before, after = cell(found, week=on("2026-02-23")), cell(found)
    assert (before["headcount"], before["n_observable"]) == (21, 20)
    assert (after["headcount"], after["n_observable"]) == (20, 19)
    assert cell(found, "root")["n_observable"] == 20


@pytest.mark.parametrize(
    ("headcount", "accounts", "reason"),
    [(19, 19, "few_people"), (20, 4, "few_people"), (20, 1, "few_people"), (20, 0, "low_coverage"),
     (20, 5, "low_coverage"), (20, 6, None)],
)  # fmt: skip
def test_small_groups_show_no_number_and_a_thin_view_no_reach(
    headcount: int, accounts: int, reason: str | None
) -> None:
    crowd = people(headcount)
    crowd["accounts"] = crowd["accounts"][:accounts]
    logs = [log(f"a-{n:02}", "top", "2026-03-03", 8) for n in range(accounts)]
    row = cell(reach(5, **crowd, worklogs=logs))
    assert (row["reason_missing"], row["suppressed"]) == (reason, reason == "few_people")
    numbers = ("headcount", "n_observable", "n_reaching", "observable_share")
    ratios = ("reach", "reach_low", "reach_high", "mean_path_length")
    assert [row[name] is None for name in numbers] == [reason == "few_people"] * 4
    assert [row[name] is None for name in ratios] == [reason is not None] * 4


def test_the_minimum_of_a_group_is_that_of_effort() -> None:
    tables = {"units": UNITS, "goals": GOALS, "items": ITEMS, **people()}
    tables["accounts"] = tables["accounts"][:7]
    found = of_the_time(truth(world(**tables, worklogs=NOISE), minimum_group_effort=8))
    assert cell(found)["reason_missing"] == "few_people"


def test_an_account_that_linkage_matched_is_an_account_of_the_person() -> None:
    crowd = people()
    crowd["accounts"] = [*crowd["accounts"][:9], {"account": "z", "display_name": "A. Nineteen"}]
    tables = {"units": UNITS, "goals": GOALS, "goal_edges": EDGES, "items": ITEMS, **crowd}
    made = world(**tables, worklogs=[log("z", "mid", "2026-03-03", 8)])
    alone = cell(of_the_time(truth(made, minimum_group_effort=1)))
    assert (alone["n_observable"], alone["n_reaching"]) == (9, 0)
    linked = cell(of_the_time(truth(made, linked={"z": "a-19"}, minimum_group_effort=1)))
    assert (linked["n_observable"], linked["n_reaching"]) == (10, 1)
    assert linked["mean_path_length"] == 3.0
