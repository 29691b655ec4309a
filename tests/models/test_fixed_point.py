"""The fixed point of small groups in SQL: worked cases, and generated companies against the truth.

Belongs here: which units the macro `settle_pattern` hides. Does not belong here: who is counted and
what is hidden first, which are the models' (their unit tests).
"""

from __future__ import annotations

import os
import random
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Final

import duckdb
import polars as pl
import pytest

from pipelines.dbt import EXECUTABLE, PROJECT
from pipelines.warehouse import Warehouse
from sandbox.truth.pattern import Forest, Kind, hidden_units

MINIMUM: Final = 5
N_COMPANIES: Final = 150
PATTERN: Final = {
    "pattern_id": pl.String,
    "unit_id": pl.String,
    "parent_id": pl.String,
    "depth": pl.Int64,
    "size": pl.Int64,
    "is_hidden": pl.Boolean,
    "hidden_in_round": pl.Int64,
    "shown_unit_id": pl.String,
    "is_thin": pl.Boolean,
}
MEMBER: Final = {
    "pattern_id": pl.String,
    "kind": pl.String,
    "unit_id": pl.String,
    "person_key": pl.String,
    "favourable": pl.Float64,
}


@dataclass(frozen=True)
class Company:
    """Units by their parent, and people counted in direct units, of one or more kinds."""

    parent: Mapping[str, str | None]
    kinds: Mapping[str, Kind]

    @property
    def forest(self) -> Forest:
        return Forest(self.parent)

    def counts(self, unit: str) -> list[int]:
        """Distinct people of the unit and all below it, by kind."""
        units = list(self.forest.subtree(unit))
        return [len(kind.people(units)) for kind in self.kinds.values()]

    @property
    def hidden_first(self) -> frozenset[str]:
        return frozenset(unit for unit in self.parent if min(self.counts(unit)) < MINIMUM)

    def depth(self, unit: str) -> int:
        above = self.parent[unit]
        return 0 if above is None else 1 + self.depth(above)

    def truth(self) -> frozenset[str]:
        kinds = list(self.kinds.values())
        return hidden_units(self.parent, kinds, MINIMUM, self.hidden_first)


def counted(parent: Mapping[str, str | None], people: Mapping[str, int]) -> Company:
    """A company with so many people directly in each unit."""
    own = {unit: frozenset(f"{unit}{i}" for i in range(n)) for unit, n in people.items()}
    return Company(parent, {"headcount": Kind(own)})


def siblings(*sizes: int, direct: int = 0) -> Company:
    """A root with `direct` people of its own over units of these sizes, u0, u1, …"""
    names = [f"u{i}" for i in range(len(sizes))]
    parent = {"root": None, **dict.fromkeys(names, "root")}
    return counted(parent, {"root": direct, **dict(zip(names, sizes, strict=True))})


def answering(company: Company, favourable: Mapping[str, float]) -> Company:
    """The company, with people's answers that must stay open; who is not named answered 0."""
    (kind,) = company.kinds.values()
    people = kind.people(company.parent)
    share = {person: Fraction(favourable.get(person, 0)) for person in people}
    return Company(company.parent, {"goal_clarity": Kind(kind.own, share)})


def generated(seed: int, *, is_survey: bool) -> Company:
    """A company of up to 30 units and 120 people: weeks have people with two seats, surveys have
    answers from all against to all for."""
    rng = random.Random(seed)
    units = [f"u{i:02}" for i in range(rng.randint(1, 30))]
    parent = {
        unit: rng.choice(units[max(0, i - 6) : i]) if i and rng.random() < 0.95 else None
        for i, unit in enumerate(units)
    }
    kinds = {}
    people = [f"p{i}" for i in range(rng.randint(0, 120))]
    seats = {
        person: rng.sample(units, min(len(units), 2 if rng.random() < 0.1 and not is_survey else 1))
        for person in people
    }
    leaning = rng.random()
    for kind in ("a", "b"):
        there = [person for person in people if rng.random() < 0.8]
        own = {
            unit: frozenset(person for person in there if unit in seats[person]) for unit in units
        }
        share = {
            person: Fraction(sum(rng.random() < leaning for _ in range(2)), 2) for person in there
        }
        kinds[kind] = Kind(own, share if is_survey else {})
    return Company(parent, kinds)


WORKED: Final = {
    "0, 0, 1, 350, 405, 425": (siblings(0, 0, 1, 350, 405, 425), {"u0", "u1", "u2", "u3"}),
    "3, 1, 200": (siblings(3, 1, 200), {"u0", "u1", "u2"}),
    "3, 2, 200": (siblings(3, 2, 200), {"u0", "u1"}),
    "12 with a child of 10": (siblings(10, direct=2), {"u0"}),
    "nobody hidden, nobody direct": (siblings(5, 5), set()),
    "ties hide the lower id": (siblings(2, 7, 7), {"u0", "u1"}),
    "a child moves up with what is under it": (
        counted(
            {"root": None, "mid": "root", "leaf": "mid", "other": "root"},
            {"root": 1, "mid": 4, "leaf": 6, "other": 9},
        ),
        {"leaf", "other"},
    ),
    "nobody at all": (siblings(0, 0), {"root", "u0", "u1"}),
    "four beside their head, all for": (
        answering(
            counted(
                {"root": None, "mid": "root", "leaf": "mid", "other": "root"},
                {"root": 6, "mid": 1, "leaf": 4, "other": 9},
            ),
            {"mid0": 1, "leaf0": 1, "leaf1": 1, "leaf2": 1, "leaf3": 1},
        ),
        {"mid", "leaf"},
    ),
    "all for, and a sibling who is not": (
        answering(siblings(4, 9, direct=1), {**{f"u0{i}": 1 for i in range(4)}, "root0": 1}),
        {"u0", "u1"},
    ),
    "four beside a head who differ": (
        answering(siblings(4, 9, direct=1), {"u00": 1, "u01": 1}),
        {"u0"},
    ),
}


def rows_of_pattern(name: str, company: Company) -> list[tuple[object, ...]]:
    return [
        (
            name,
            unit,
            above,
            company.depth(unit),
            min(company.counts(unit)),
            unit in company.hidden_first,
            0 if unit in company.hidden_first else None,
            None,
            None,
        )
        for unit, above in company.parent.items()
    ]


def rows_of_members(name: str, company: Company) -> list[tuple[object, ...]]:
    return [
        (name, kind, unit, person, float(of.answers[person]) if of.answers else None)
        for kind, of in company.kinds.items()
        for unit, people in of.own.items()
        for person in sorted(people)
    ]


def dbt(warehouse: Path, *command: str) -> str:
    answer = subprocess.run(
        [EXECUTABLE, "--quiet", "--no-use-colors", "--log-level-file", "none", *command],
        cwd=PROJECT,
        env={
            **os.environ,
            "ALIGNMART_WAREHOUSE": str(warehouse),
            "ALIGNMART_AS_OF": "2026-06-30T23:59:59.999999Z",
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(warehouse.with_name("target")),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stdout + answer.stderr
    return answer.stdout


def settle(warehouse: Path, schema: str, *, keeps_open: bool) -> dict[str, frozenset[str]]:
    """By company of the schema, the units that the SQL hides; all are settled at once."""
    dbt(
        warehouse,
        "run-operation",
        "settle_pattern",
        "--args",
        f"{{pattern: {schema}.pattern, pieces: {schema}.piece, minimum: {MINIMUM}, "
        f"keeps_open: {str(keeps_open).lower()}}}",
    )
    with duckdb.connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            f"select pattern_id, list(unit_id) filter (is_hidden) from {schema}.pattern "
            "group by pattern_id"
        ).fetchall()
    return {name: frozenset(hidden or ()) for name, hidden in rows}


WAVES: Final = {f"wave {seed}": generated(seed, is_survey=True) for seed in range(N_COMPANIES)}
WEEKS: Final = {f"week {seed}": generated(seed, is_survey=False) for seed in range(N_COMPANIES)}


SCHEMAS: Final = {
    "surveys": {name: company for name, (company, _) in WORKED.items()} | WAVES,
    "weeks": WEEKS,
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse with the companies' patterns and pieces, nothing settled yet."""
    place = tmp_path_factory.mktemp("fixed_point") / "warehouse.duckdb"
    Warehouse(place).ensure()
    pieces = dbt(place, "compile", "--inline", "{{ pattern_pieces('member') }}")
    with duckdb.connect(place) as connection:
        for schema, companies in SCHEMAS.items():
            connection.execute(f"create schema {schema}")
            connection.execute(f"use {schema}")
            for table, columns, rows_of in (
                ("pattern", PATTERN, rows_of_pattern),
                ("member", MEMBER, rows_of_members),
            ):
                rows = [
                    row for name, company in companies.items() for row in rows_of(name, company)
                ]
                connection.register("rows", pl.DataFrame(rows, columns, orient="row"))
                connection.execute(f"create table {table} as select * from rows")
            connection.execute(f"create table piece as {pieces}")
    return place


@pytest.fixture(scope="module")
def surveys(warehouse: Path) -> dict[str, frozenset[str]]:
    return settle(warehouse, "surveys", keeps_open=True)


@pytest.fixture(scope="module")
def weeks(warehouse: Path) -> dict[str, frozenset[str]]:
    return settle(warehouse, "weeks", keeps_open=False)


@pytest.mark.parametrize("name", WORKED)
def test_worked_cases_hide_what_they_say(surveys, name):
    company, expected = WORKED[name]
    assert surveys[name] == expected
    assert company.truth() == expected


def test_generated_waves_hide_what_the_truth_hides(surveys):
    assert {name: surveys[name] for name in WAVES} == {n: c.truth() for n, c in WAVES.items()}


def test_generated_weeks_with_people_of_two_units_hide_what_the_truth_hides(weeks):
    assert weeks == {name: company.truth() for name, company in WEEKS.items()}


@pytest.mark.parametrize("companies", [WAVES, WEEKS], ids=["waves", "weeks"])
def test_in_generated_companies_there_is_more_to_hide_than_what_is_hidden_first(companies):
    n_more = sum(company.hidden_first < company.truth() for company in companies.values())
    assert n_more > N_COMPANIES / 4
