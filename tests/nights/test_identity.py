"""Accounts that neither number nor e-mail names are matched with care, and people have a say."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from pathlib import Path

import polars as pl
import pytest

from connectors.declared import Declared, DeclaredSettings
from pipelines import identity_review as review
from pipelines.archive import Archive
from pipelines.load import load_pull
from sandbox.company import generate
from sandbox.world import World, end_of
from tests.nights.company import Company
from tests.nights.identity_figures import Figures, bridge, figures, linked, matched, measured
from tests.pipelines.linked_company import warehouse_of

pytestmark = pytest.mark.timeout(900)

LEAST_PRECISION, LEAST_RECALL = 0.99, 0.9
REVIEW = "identity_review.csv"


def judge(found: Figures) -> None:
    assert found.precision >= LEAST_PRECISION, found
    assert found.recall >= LEAST_RECALL, found
    assert found.certain_wrong == 0, found


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_accounts_are_linked_to_their_owners_at_the_default_threshold(
    tmp_path: Path, seed: int
) -> None:
    found = measured(seed, 400, tmp_path)
    sys.stdout.write(f"identity, seed {seed}, 400 people: {found}\n")
    judge(found)
    assert found.n_of_people >= 40
    assert found.n_left - found.n_of_people >= 15


@pytest.mark.slow
def test_accounts_of_five_thousand_people_are_linked_to_their_owners(tmp_path: Path) -> None:
    found = measured(1, 5000, tmp_path, months=4)
    sys.stdout.write(f"identity, seed 1, 5000 people: {found}\n")
    judge(found)


def test_a_night_matches_as_the_figures_say(default_company: Company) -> None:
    data = default_company.folder / "data"
    identity = bridge(data / "warehouse.duckdb")
    found = figures(default_company.world(), end_of(default_company.end), identity)
    sys.stdout.write(f"identity, the night of the sample company: {found}\n")
    judge(found)
    shown = {row["account_ref"] for row in read(data / "sample" / "declared" / REVIEW)}
    open_ones = identity.filter(pl.col("method").is_in(["unmatched", "linkage"]))
    assert shown == set(open_ones["account_ref"])


def test_an_account_is_one_person_and_none_is_lost(tmp_path: Path) -> None:
    world = generate(2, 120, 4)
    as_of = end_of(world.end)
    identity = matched(world, as_of, tmp_path)
    accounts = world.accounts.filter(pl.col("created_at") <= as_of)["account"]
    named = identity.filter(pl.col("source") == "jira")
    assert sorted(named["account_ref"]) == sorted(accounts)
    unmatched = named.filter(pl.col("method") == "unmatched")
    nobody = world.accounts.filter(pl.col("person").is_null())["account"]
    assert set(nobody) <= set(unmatched["account_ref"])
    assert unmatched["person_id"].null_count() == unmatched.height
    linked = named.filter(pl.col("method") == "linkage")
    assert linked["person_id"].is_unique().all()
    assert linked["probability"].is_between(0.95, 0.999999).all()


def test_a_decision_in_the_review_file_counts_the_next_night(tmp_path: Path) -> None:
    world = generate(1, 60, 4)
    first = end_of(world.end - dt.timedelta(days=1))
    warehouse = warehouse_of(world, first, tmp_path)
    linked(warehouse, first)
    path = tmp_path / "identity_review.csv"
    review.write(warehouse, path)
    rows = read(path)
    link = next(row for row in rows if row["matched_by"] == "linkage")
    nobody = next(row for row in rows if row["display_name"].startswith("Consultant"))
    free = number_on_no_row(world, rows)
    link["decision"], nobody["decision"], nobody["person_ref"] = "different", "same", free
    write(path, rows)

    second = end_of(world.end)
    declared = tmp_path / "top_goals.csv"
    declared.write_text("goal_id\n", encoding="utf-8")
    files = {"top_goals": declared, "identity_decisions": path}
    connector = Declared("decisions", DeclaredSettings(files=files))
    pull = Archive(tmp_path / "archive").pull(connector, {}, second)
    assert {load.status for load in load_pull(warehouse, connector, pull, "second")} == {"ok"}
    identity = {row["account_ref"]: row for row in linked(warehouse, second).to_dicts()}
    review.write(warehouse, path)

    assert identity[link["account_ref"]]["method"] == "unmatched"
    assert identity[nobody["account_ref"]]["method"] == "review"
    chosen = world.people.filter(pl.col("employee_number") == free)["person"].item()
    assert identity[nobody["account_ref"]]["person_id"] == f"hr:{chosen}"
    written = {(row["account_ref"], row["person_ref"]): row for row in read(path)}
    assert written[link["account_ref"], link["person_ref"]]["decision"] == "different"
    assert written[nobody["account_ref"], free]["matched_by"] == "review"
    assert linked(warehouse, first).filter(pl.col("method") == "review").is_empty()


def number_on_no_row(world: World, rows: list[dict[str, str]]) -> str:
    """Employee number of somebody whom no row of the file names."""
    named = {row["person_ref"] for row in rows}
    early = world.people.filter(pl.col("hired_on") < world.start)
    return next(n for n in early["employee_number"].drop_nulls().sort() if n not in named)


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        lines = csv.DictWriter(file, rows[0])
        lines.writeheader()
        lines.writerows(rows)
