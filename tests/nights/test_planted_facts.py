"""Facts that the sample company was given are found in its published marts.

Each test is one sentence of what a reader must be able to see; what the numbers are, test_truth
says.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import subprocess
from pathlib import Path

import duckdb
import polars as pl
import pytest

from pipelines.dbt import EXECUTABLE, PROJECT
from sandbox import measurecases, orgtree, shiftcases
from sandbox.draw import Plan, day_of
from sandbox.world import GOALS, HR, TRACKER, end_of
from tests.nights.company import Company

pytestmark = pytest.mark.timeout(900)

BIG_ORPHAN, SMALL_ORPHAN = "Move everything to the new vendor", "Paint the meeting rooms"
"""Initiatives that no goal has: 340 person-days of six people, three of one."""
SPRING, AUTUMN = dt.date(2026, 4, 1), dt.date(2026, 9, 1)
"""The last shift is of July."""


def rows(company: Company, query: str, *values: object) -> pl.DataFrame:
    with company.marts() as connection:
        connection.execute("set schema = 'marts'")
        found = connection.sql(query, params=list(values)).to_arrow_table()
        return pl.DataFrame(pl.from_arrow(found))


def twins(company: Company) -> tuple[str, str]:
    """Ids of the unit whose goals are all assigned, and of the one that sets its own."""
    world = company.world()
    plan = Plan(company.seed, company.people, day_of(world.start), day_of(world.end))
    tables = {name: getattr(world, name) for name in ("answers", "responses", "surveys")}
    parts = measurecases.cast(orgtree.plant(plan), tables)
    return f"{HR}:{parts.assigned}", f"{HR}:{parts.choosing}"


def test_an_orphan_initiative_with_340_person_days_ranks_above_one_with_3(
    default_company: Company,
) -> None:
    items = default_company.world().items
    key = {t: items.filter(title=t)["item"].item() for t in (BIG_ORPHAN, SMALL_ORPHAN)}
    found = rows(
        default_company,
        "select subject_id, effort_person_days_90d as days, severity from alignment_gaps "
        "where is_open and kind = 'initiative_without_goal' order by severity desc, gap_id",
    )
    (big,) = found.filter(subject_id=f"{TRACKER}:{key[BIG_ORPHAN]}").iter_rows(named=True)
    (small,) = found.filter(subject_id=f"{TRACKER}:{key[SMALL_ORPHAN]}").iter_rows(named=True)
    assert (big["days"], big["severity"]) == (340, 1.0)
    # three days of one person are not said, and weigh nothing
    assert (small["days"], small["severity"]) == (None, 0.5)
    assert big["severity"] == found["severity"].max()
    order = found["subject_id"].to_list()
    assert order.index(big["subject_id"]) + 10 < order.index(small["subject_id"])


def test_the_unit_whose_goals_are_all_assigned_has_a_lower_pull_index_than_its_twin(
    default_company: Company,
) -> None:
    assigned, choosing = twins(default_company)
    months = rows(
        default_company,
        "select a.self_set_share + a.negotiated_share as share, "
        "b.self_set_share + b.negotiated_share as twins_share, "
        "a.pull_index, b.pull_index as twins_index "
        "from pull_index as a inner join pull_index as b using (month_start, org_basis) "
        "where a.org_unit_id = ? and b.org_unit_id = ? and org_basis = 'as_was' "
        "and a.pull_index is not null and b.pull_index is not null",
        assigned,
        choosing,
    )
    assert months.height >= 8
    assert set(months["share"]) == {0.0}
    assert set(months["twins_share"].round(9)) == {1.0}
    assert (months["pull_index"] + 0.2 < months["twins_index"]).all()


def test_people_who_have_a_path_and_say_that_they_see_none_are_linked_not_seen(
    default_company: Company,
) -> None:
    unseeing, seeing = twins(default_company)
    weeks = rows(
        default_company,
        "select org_unit_id, week_start, reach, perceived, quadrant from line_of_sight "
        "where org_unit_id in (?, ?) and quadrant is not null",
        unseeing,
        seeing,
    )
    unseen, seen = (weeks.filter(org_unit_id=unit) for unit in (unseeing, seeing))
    linked = unseen.filter(pl.col("reach") > 0.8)
    assert linked.height > 25
    assert set(linked["quadrant"]) == {"linked_not_seen"}
    assert unseen["perceived"].max() < 0.1
    assert seen["perceived"].min() > 0.9
    # the twin, linked alike, sees it
    both = linked.join(seen.filter(pl.col("reach") > 0.8), on="week_start")
    assert both.height > 10
    assert set(both["quadrant_right"]) == {"linked_and_seen"}
    gap = rows(
        default_company,
        "select subject_id, first_seen from alignment_gaps where kind = 'unit_linked_not_seen'",
    )
    assert gap.filter(subject_id=unseeing)["first_seen"].to_list() == [linked["week_start"].min()]
    assert seeing not in set(gap["subject_id"])


def test_shifts_of_customers_metrics_are_answered_or_not_as_planted(
    default_company: Company,
) -> None:
    world = default_company.world()
    shifted = world.metrics.filter(pl.col("name").str.starts_with(shiftcases.SHIFTED))
    targets = world.goal_metrics.join(shifted, on="metric", how="semi").sort("metric")
    units = targets.join(world.goals, on="goal", maintain_order="left")["unit"]
    checked = {True: 0, False: 0}
    for unit, days in zip(units, shiftcases.ANSWERED_AFTER, strict=True):
        months = rows(
            default_company,
            "select month_start, n_shifts, n_shifts_unanswered, median_response_days as median "
            "from customer_alignment where org_unit_id = ? and org_basis = 'as_was' "
            "and not suppressed order by month_start",
            f"{HR}:{unit}",
        )
        if months.is_empty() or months["month_start"].max() < AUTUMN:
            continue
        last = months.row(-1, named=True)
        is_answered = days is not None
        checked[is_answered] += 1
        assert last["n_shifts"] >= 1
        assert (last["n_shifts_unanswered"] == 0) == is_answered, (unit, months)
        if is_answered:
            assert days in set(months["median"]), (unit, months)
            assert months["n_shifts_unanswered"].max() >= 1
    assert min(checked.values()) >= 1


@pytest.mark.slow
def test_bulk_linking_everything_to_one_top_goal_shows_as_direct_and_as_one_goal(
    default_company: Company, tmp_path: Path
) -> None:
    query = (
        "select org_unit_id, week_start, direct_to_top_share, effective_goals "
        "from effort_alignment where org_basis = 'as_was' and week_start >= ? "
        "and effective_goals is not null"
    )
    before = rows(default_company, query, SPRING)
    after = bulk_linked(default_company, tmp_path, query)
    both = before.join(after, on=["org_unit_id", "week_start"], suffix="_bulk")
    assert both.height > 100
    assert both["direct_to_top_share_bulk"].round(9).unique().to_list() == [1.0]
    assert both["effective_goals_bulk"].round(9).unique().to_list() == [1.0]
    for column, grows in (("direct_to_top_share", True), ("effective_goals", False)):
        moved = both[f"{column}_bulk"] - both[column].fill_null(0)
        assert (moved if grows else -moved).mean() > 0.2


def bulk_linked(company: Company, folder: Path, query: str) -> pl.DataFrame:
    """The answer once every initiative names the first top goal of this year and nothing else is
    linked, through the models that effort_alignment needs."""
    warehouse = folder / "warehouse.duckdb"
    shutil.copy(company.folder / "data" / "warehouse.duckdb", warehouse)
    goals = company.world().goals.filter(level="company", starts_on=dt.date(2026, 1, 1))
    with duckdb.connect(warehouse) as connection:
        connection.execute(
            "update raw.work_items set goal_refs = case when is_initiative then ? end",
            [f"{GOALS}:{goals['goal'].min()}"],
        )
        connection.execute("delete from raw.work_item_changes where field = 'goal'")
        connection.execute("delete from raw.goal_initiative_links")
    answer = subprocess.run(
        [EXECUTABLE, "--no-use-colors", "run", "--select", "+effort_alignment",
         "--target-path", folder / "target"],
        cwd=PROJECT,
        env={
            **os.environ,
            "ALIGNMART_WAREHOUSE": str(warehouse),
            "ALIGNMART_AS_OF": end_of(company.end).isoformat(),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_LOG_PATH": str(folder),
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    assert answer.returncode == 0, answer.stdout
    with duckdb.connect(warehouse, read_only=True) as connection:
        connection.execute("set schema = 'marts'")
        return pl.DataFrame(pl.from_arrow(connection.sql(query, params=[SPRING]).to_arrow_table()))


@pytest.mark.parametrize(
    ("kind", "dimension", "key", "name"),
    [
        ("goal", "dim_goal", "goal_id", "title"),
        ("initiative", "dim_initiative", "initiative_id", "title"),
        ("metric", "dim_metric", "metric_id", "name"),
        ("unit", "dim_org_unit", "org_unit_id", "name"),
    ],
)
def test_a_gap_is_named_as_its_subject_is_and_says_who_could_act(
    default_company: Company, kind: str, dimension: str, key: str, name: str
) -> None:
    found = rows(
        default_company,
        f"select gap_id, subject_title, d.{name} as name, who_could_act, suggestion "
        f"from alignment_gaps left join {dimension} as d on d.{key} = subject_id "
        "where subject_type = ?",
        kind,
    )
    assert found.height > 0
    assert found.filter(~pl.col("subject_title").eq_missing(pl.col("name"))).is_empty()
    assert found["suggestion"].null_count() == 0
    units = set(rows(default_company, "select name from dim_org_unit_history")["name"])
    units |= set(rows(default_company, "select name from dim_org_unit")["name"])
    acting = {who.removeprefix("head of ") for who in found["who_could_act"].drop_nulls()}
    assert acting and acting <= units
    assert found["who_could_act"].null_count() < found.height / 2
