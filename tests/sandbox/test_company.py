"""The sample company is reproducible and sound, and its people and accounts have all features."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from sandbox.company import generate
from sandbox.draw import Plan, day_of
from sandbox.orgtree import plant
from sandbox.world import SCHEMAS, World, load, save

REFERENCES = [
    ("units", "head", "people", "person"),
    ("units", "parent", "units", "unit"),
    ("seats", "person", "people", "person"),
    ("seats", "manager", "people", "person"),
    ("seats", "unit", "units", "unit"),
    ("accounts", "person", "people", "person"),
    ("identity_overrides", "account", "accounts", "account"),
    ("identity_overrides", "employee_number", "people", "employee_number"),
    ("top_goals", "goal", "goals", "goal"),
    ("goals", "unit", "units", "unit"),
    ("goals", "created_by", "people", "person"),
    ("goal_events", "goal", "goals", "goal"),
    ("goal_events", "author", "people", "person"),
    ("goal_edges", "child", "goals", "goal"),
    ("goal_owners", "goal", "goals", "goal"),
    ("goal_owners", "person", "people", "person"),
    ("goal_owners", "unit", "units", "unit"),
    ("checkins", "goal", "goals", "goal"),
    ("checkins", "author", "people", "person"),
    ("metrics", "owner", "people", "person"),
    ("goal_metrics", "goal", "goals", "goal"),
    ("goal_metrics", "metric", "metrics", "metric"),
    ("observations", "metric", "metrics", "metric"),
    ("links", "goal", "goals", "goal"),
    ("links", "item", "items", "item"),
    ("incentive_lines", "person", "people", "person"),
    ("items", "parent", "items", "item"),
    ("items", "reporter", "accounts", "account"),
    ("items", "first_assignee", "accounts", "account"),
    ("item_events", "item", "items", "item"),
    ("item_events", "author", "accounts", "account"),
    ("worklogs", "item", "items", "item"),
    ("worklogs", "account", "accounts", "account"),
]


def headcounts(company: World, day: dt.date) -> dict[str, int]:
    """People with a seat in the subtree of each unit on a day, by the tree of that day."""
    tree = (
        company.units.filter(pl.col("valid_from") <= day)
        .group_by("unit")
        .agg(pl.col("parent").sort_by("valid_from").last())
    )
    parents = dict(tree.rows())
    seats = company.seats.filter(
        pl.col("effective_from") <= day,
        pl.col("effective_to").is_null() | (pl.col("effective_to") >= day),
    )
    gone = company.people.filter(pl.col("left_on") < day)
    seats = seats.join(gone, on="person", how="anti")
    people: dict[str, set[str]] = {unit: set() for unit in parents}
    for unit, person in seats.select("unit", "person").rows():
        here = unit
        while here is not None:
            people[here].add(person)
            here = parents[here]
    return {unit: len(members) for unit, members in people.items()}


def test_the_same_seed_gives_the_same_company(company: World) -> None:
    again = generate()
    for name in SCHEMAS:
        assert getattr(again, name).equals(getattr(company, name)), name


def test_another_seed_gives_another_company(company: World) -> None:
    other = generate(seed=2, people=60, months=3)
    assert not other.people.equals(company.people.head(other.people.height))


def test_a_subject_drawn_more_often_does_not_shift_another() -> None:
    plan = Plan(1, 400, day_of(dt.date(2025, 8, 1)), day_of(dt.date(2026, 10, 31)))
    before = plant(plan).sizes
    plan.rng("people").random(1000)
    assert plant(plan).sizes == before


def test_a_saved_world_is_loaded_as_it_was(company: World, tmp_path: Path) -> None:
    save(company, tmp_path / "world")
    again = load(tmp_path / "world")
    assert (again.seed, again.start, again.end) == (company.seed, company.start, company.end)
    for name in SCHEMAS:
        assert getattr(again, name).equals(getattr(company, name)), name


def test_the_horizon_is_fifteen_months(company: World) -> None:
    assert (company.start, company.end) == (dt.date(2025, 8, 1), dt.date(2026, 10, 31))


@pytest.mark.parametrize(("people", "months"), [(39, 15), (400, 2)])
def test_a_company_too_small_for_its_cases_is_refused(people: int, months: int) -> None:
    with pytest.raises(ValueError, match="at least 40 people and 3 months"):
        generate(people=people, months=months)


@pytest.mark.parametrize(("seed", "people", "months"), [(3, 40, 3), (4, 75, 7), (5, 900, 4)])
def test_other_sizes_are_drawn_too(seed: int, people: int, months: int) -> None:
    world = generate(seed, people, months)
    there = world.people.filter(pl.col("left_on").is_null() | (pl.col("left_on") > world.end))
    assert there.height == pytest.approx(people, abs=max(4, 0.02 * people))
    assert all(getattr(world, name).height for name in SCHEMAS if name != "identity_overrides")


def test_every_table_is_sorted_and_its_keys_are_unique(company: World) -> None:
    for name, table in ((n, getattr(company, n)) for n in SCHEMAS):
        keys = {
            "units": ["unit", "valid_from"],
            "goal_edges": ["child", "parent", "edge_type"],
            "goal_owners": ["goal", "person", "unit"],
            "goal_metrics": ["goal", "metric", "effective_from"],
            "observations": ["metric", "observed_on", "recorded_at"],
            "links": ["goal", "item", "linked_at", "stated_in"],
            "survey_questions": ["survey", "question"],
            "invitations": ["survey", "person"],
            "answers": ["response", "question"],
        }.get(name, [table.columns[0]])
        assert table.select(keys).is_duplicated().sum() == 0, name
        assert table.equals(table.sort(keys, maintain_order=True)), name


@pytest.mark.parametrize(("table", "column", "target", "key"), REFERENCES)
def test_references_lead_somewhere(
    company: World, table: str, column: str, target: str, key: str
) -> None:
    known = getattr(company, target)[key].drop_nulls()
    named = getattr(company, table)[column].drop_nulls()
    assert len(named) > 0
    assert set(named) <= set(known)


def test_the_tree_has_four_levels_and_units_of_many_sizes(company: World) -> None:
    assert 25 <= company.units["unit"].n_unique() <= 40
    assert company.units.unique("unit")["name"].is_unique().all()
    sizes = headcounts(company, company.start)
    parents = dict(
        company.units.filter(pl.col("valid_from") < company.start)["unit", "parent"].rows()
    )
    leaves = set(parents) - set(parents.values())
    assert max(size for unit, size in sizes.items() if parents[unit]) >= 100
    assert sum(size >= 20 for size in sizes.values()) >= 15
    assert sum(size < 20 for size in sizes.values()) >= 6
    assert any(sizes[leaf] < 5 for leaf in leaves)
    depths = set()
    for leaf in leaves:
        depth, here = 0, leaf
        while parents[here] is not None:
            depth, here = depth + 1, parents[here]
        depths.add(depth)
    assert depths == {2, 3}


def test_two_reorganisations_move_units_and_people(company: World) -> None:
    later = company.units.filter(pl.col("valid_from") > company.start)
    days = sorted(set(later["valid_from"]))
    assert [day.weekday() for day in days] == [0, 3]
    moved = later.filter(
        pl.col("unit").is_duplicated()
        | pl.col("unit").is_in(
            company.units.filter(pl.col("valid_from") < company.start)["unit"].implode()
        )
    )
    new = later.join(moved, on="unit", how="anti")
    for day in days:
        assert moved.filter(pl.col("valid_from") == day).height >= 1
        assert new.filter(pl.col("valid_from") == day).height >= 1
        assert (
            company.seats.filter(
                pl.col("effective_from") == day, pl.col("unit").is_in(new["unit"].implode())
            ).height
            >= 2
        )
    assert 0 in headcounts(company, company.end).values(), "a unit that lost its people stays"


def test_people_join_leave_move_and_pause(company: World) -> None:
    people, seats = company.people, company.seats
    within = pl.col("hired_on") > company.start
    assert people.filter(within).height >= 40
    assert people["left_on"].drop_nulls().len() >= 30
    away = people.filter(pl.col("leave_from").is_not_null())
    assert away.filter(pl.col("leave_to").is_null()).height >= 3
    assert away.filter(pl.col("leave_to") < company.end).height >= 5
    begun = seats.filter(pl.col("effective_from") > company.start)
    assert set(begun["effective_from"].dt.weekday()) >= {1, 2, 3, 4, 5}
    chains = seats.sort("person", "effective_from").with_columns(
        pl.col("effective_to").shift().over("person").alias("before"),
        pl.col("unit").shift().over("person").alias("unit_before"),
    )
    assert chains.filter(pl.col("unit") != pl.col("unit_before")).height >= 30
    gap = (pl.col("effective_from") - pl.col("before")).dt.total_days()
    assert chains.filter(gap > 1).height >= 3
    assert chains.filter(gap == 1).height >= 30
    assert people.join(seats, on="person", how="anti").height == 2


def test_some_people_have_two_seats_at_once(company: World) -> None:
    seats = company.seats
    both = seats.join(seats, on="person").filter(
        pl.col("seat") < pl.col("seat_right"),
        pl.col("effective_from_right") <= pl.col("effective_to").fill_null(company.end),
        pl.col("effective_from") <= pl.col("effective_to_right").fill_null(company.end),
    )
    assert both.height >= 8
    pairs = {tuple(sorted(pair)) for pair in both.select("fte", "fte_right").rows()}
    assert pairs == {(0.5, 0.5), (0.4, 0.6)}
    assert both.filter(pl.col("is_primary").is_null() & pl.col("is_primary_right").is_null()).height
    assert both.filter(pl.col("is_primary") & pl.col("is_primary_right")).height
    alone = seats.join(both, on="person", how="anti")
    assert alone.filter(pl.col("fte").is_between(0.5, 0.8)).height >= 20
    assert alone["fte"].null_count() >= 5
    assert alone["is_primary"].null_count() >= 5


def test_people_work_in_many_places_of_which_one_is_unknown(company: World) -> None:
    declared = set(company.locations["location"])
    assert company.locations["country"].n_unique() == 4
    assert company.locations["time_zone"].n_unique() == 4
    used = set(company.people["location"].drop_nulls())
    assert len(used - declared) == 1
    assert declared <= used
    assert company.people["location"].null_count() >= 5


def test_accounts_hide_who_they_belong_to(company: World) -> None:
    people = company.people
    accounts = company.accounts.join(people, on="person", how="left")
    hidden = accounts.filter(pl.col("person").is_not_null(), pl.col("email").is_null())
    overridden = pl.col("account").is_in(company.identity_overrides["account"].implode())
    named = pl.col("employee_number").is_not_null()
    assert hidden.filter(named).height >= 20
    assert hidden.filter(~named, overridden).height >= 3
    assert hidden.filter(~named, ~overridden).height >= 5
    former = accounts.filter(
        pl.col("email") == pl.col("email_then"), pl.col("email_then") != pl.col("email_now")
    )
    assert former.filter(overridden).height >= 3
    assert former.filter(~overridden).height >= 5
    shown = pl.col("email")
    assert accounts.filter(shown != shown.str.to_lowercase()).height >= 10
    assert accounts.filter(shown.str.contains("+", literal=True)).height >= 10
    assert accounts["person"].drop_nulls().is_duplicated().sum() >= 10
    assert accounts.filter(pl.col("display_name").str.starts_with("Consultant")).height >= 10
    shared = people.filter(pl.col("email_now").is_duplicated(), pl.col("email_now").is_not_null())
    assert shared.height == 2
    assert accounts.filter(pl.col("email") == shared["email_now"][0]).height >= 2


def test_a_robot_changes_items_and_logs_nothing(company: World) -> None:
    robot = company.accounts.filter(pl.col("display_name") == "Automation")["account"].item()
    assert company.item_events.filter(pl.col("author") == robot).height >= 500
    assert company.worklogs.filter(pl.col("account") == robot).is_empty()
