"""How right the matching of accounts is, of all that neither number nor e-mail names.

Belongs here: a company's accounts matched by the pipeline and judged by who truly owns them.
Does not belong here: what is good enough (`test_identity`).

`python -m tests.nights.identity_figures [SEED PEOPLE]` prints the figures, by default those of
400 people and the seeds 1, 2 and 3.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.dbt import EXECUTABLE, PROJECT
from pipelines.linkage import link
from pipelines.warehouse import Warehouse
from sandbox.company import generate
from sandbox.world import HR, TRACKER, World, end_of
from tests.pipelines.linked_company import warehouse_of

MODELS = ("+bridge_identity", "+dim_person")
"""What dbt builds of the core."""


@dataclass(frozen=True)
class Figures:
    """Of the accounts that nothing certain names: how many, how many of them are of people in HR,
    how many were linked, and how many of these to their owner. `certain_wrong`: accounts that an
    override, a number or an e-mail gives to somebody else."""

    n_left: int
    n_of_people: int
    n_linked: int
    n_right: int
    certain_wrong: int

    @property
    def precision(self) -> float:
        return self.n_right / self.n_linked

    @property
    def recall(self) -> float:
        return self.n_right / self.n_of_people

    def __str__(self) -> str:
        return (
            f"{self.n_left} accounts not certain, {self.n_of_people} of people in HR, "
            f"{self.n_linked} linked, {self.n_right} right: "
            f"precision {self.precision:.3f}, recall {self.recall:.3f}"
        )


def matched(world: World, as_of: dt.datetime, folder: Path) -> pl.DataFrame:
    """`core.bridge_identity` of a company, as a night makes it."""
    warehouse = warehouse_of(world, as_of, folder)
    return linked(warehouse, as_of)


def linked(warehouse: Warehouse, as_of: dt.datetime) -> pl.DataFrame:
    """`core.bridge_identity` of what is loaded, after the steps that make it."""
    link(warehouse, as_of)
    folder = warehouse.path.parent
    answer = subprocess.run(
        [EXECUTABLE, "--no-use-colors", "run", "--select", *MODELS],
        cwd=PROJECT,
        env={
            **os.environ,
            "ALIGNMART_WAREHOUSE": str(warehouse.path),
            "ALIGNMART_AS_OF": as_of.isoformat(),
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout
    return bridge(warehouse.path)


def bridge(warehouse: Path) -> pl.DataFrame:
    """`core.bridge_identity` of a warehouse file."""
    with duckdb.connect(warehouse, read_only=True) as connection:
        return pl.DataFrame(connection.sql("select * from core.bridge_identity order by all").pl())


def figures(world: World, as_of: dt.datetime, identity: pl.DataFrame) -> Figures:
    """The matches of the tracker's accounts beside their true owners."""
    in_hr = world.people.filter(pl.col("hired_on") <= as_of.date()).select(
        owner=pl.concat_str(pl.lit(f"{HR}:"), "person")
    )
    owner = pl.concat_str(pl.lit(f"{HR}:"), "person")
    judged = identity.filter(pl.col("source") == TRACKER).join(
        world.accounts.select(account_ref="account", owner=owner), on="account_ref"
    )
    left = judged.filter(pl.col("method").is_in(["linkage", "unmatched"]))
    linked = left.filter(pl.col("method") == "linkage")
    certain = judged.filter(pl.col("method").is_in(["override", "employee_number", "email"]))
    return Figures(
        n_left=left.height,
        n_of_people=left.join(in_hr, on="owner", how="semi").height,
        n_linked=linked.height,
        n_right=linked.filter(pl.col("owner") == pl.col("person_id")).height,
        certain_wrong=certain.filter(pl.col("owner") != pl.col("person_id")).height,
    )


def measured(seed: int, people: int, folder: Path, months: int = 15) -> Figures:
    """The figures of one company at its end."""
    world = generate(seed, people, months)
    as_of = end_of(world.end)
    return figures(world, as_of, matched(world, as_of, folder))


def _print(companies: Iterable[tuple[int, int]]) -> None:
    for seed, people in companies:
        with tempfile.TemporaryDirectory() as folder:
            found = measured(seed, people, Path(folder), months=15 if people <= 1000 else 4)
            sys.stdout.write(f"seed {seed}, {people} people: {found}\n")


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[1:]]
    _print([(asked[0], asked[1])] if asked else [(seed, 400) for seed in (1, 2, 3)])
