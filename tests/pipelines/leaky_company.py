"""A small company's core and marts as the audit reads them, in which leaks can be planted.

Belongs here: tables with the columns that the audit reads, honest to begin with. Does not belong
here: what the models make of a company (tests/models, tests/nights).

The company: root (6 people of its own) over a (20) and b (20); a over a1 (5) and a2 (10), both of
which are in a's count with five people of a's own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from pipelines.audit import Audit, audit
from pipelines.config import Privacy

WEEK = dt.date(2026, 6, 1)
LONG_AGO, FAR_OFF = dt.date(1900, 1, 1), dt.date(2200, 1, 1)
PARENT: Mapping[str, str | None] = {"root": None, "a": "root", "b": "root", "a1": "a", "a2": "a"}
OWN = {"root": 6, "a": 5, "a1": 5, "a2": 10, "b": 20}
CELL_COLUMNS = (
    "org_unit_id", "survey_id", "construct", "closed_on", "n_invited", "n_answered",
    "response_rate", "dont_know_share", "favourable_share", "favourable_low", "favourable_band",
    "mean_100", "enps", "enps_standard_error", "change", "suppressed", "reason_missing",
)  # fmt: skip


def line(unit: str) -> list[str]:
    """The unit and those above it."""
    above = PARENT[unit]
    return [unit, *(line(above) if above else [])]


def members(unit: str, placed: Mapping[str, str]) -> list[str]:
    """People whose unit is this one or below it."""
    return sorted(person for person, own in placed.items() if unit in line(own))


@dataclass
class Company:
    """Who is where, as it was and today, what they answered, and which rows a reader sees."""

    was: dict[str, str] = field(
        default_factory=lambda: {f"{u}{i}": u for u, n in OWN.items() for i in range(n)}
    )
    moved: dict[str, str] = field(default_factory=dict)
    hidden: set[tuple[str, str]] = field(default_factory=set)
    hidden_cells: set[str] = field(default_factory=set)
    answers: dict[str, float] = field(default_factory=dict)
    asked_only: dict[str, str] = field(default_factory=dict)

    def people(self, basis: str) -> dict[str, str]:
        return self.was if basis == "as_was" else {**self.was, **self.moved}

    def answer(self, person: str) -> float:
        """Half of everybody's neighbours are for, where nothing else is said."""
        return self.answers.get(person, float(int(person[-1]) % 2))


def build(path: Path, company: Company) -> Path:
    """The company's warehouse."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute("create schema core; create schema marts")
        _trees(connection)
        _weeks(connection, company)
        _waves(connection, company)
    return path


def audited(
    path: Path, marts: Iterable[str] = ("effort_alignment", "understanding_and_control"),
    versions: Iterable[Path] = (),
) -> Audit:  # fmt: skip
    """What the audit says of a warehouse."""
    return audit(path, marts, versions, Privacy())


def _fill(
    connection: duckdb.DuckDBPyConnection, table: str, columns: str, rows: list[tuple[object, ...]]
) -> None:
    connection.execute(f"create table {table} ({columns})")
    if rows:
        marks = ", ".join("?" for _ in rows[0])
        connection.executemany(f"insert into {table} values ({marks})", rows)


def _trees(connection: duckdb.DuckDBPyConnection) -> None:
    closure = [(over, unit, depth) for unit in PARENT for depth, over in enumerate(line(unit))]
    bases = ("as_was", "restated")
    _fill(
        connection, "core.bridge_org_unit_basis",
        "org_basis text, ancestor_id text, descendant_id text, depth bigint, "
        "valid_from date, valid_to date",
        [(basis, *row, LONG_AGO, FAR_OFF) for basis in bases for row in closure],
    )  # fmt: skip
    _fill(
        connection, "core.org_tree_basis",
        "org_basis text, valid_from date, valid_to date, root_org_unit_id text",
        [(basis, LONG_AGO, FAR_OFF, "root") for basis in bases],
    )  # fmt: skip
    _fill(
        connection, "core.org_tree_version",
        "valid_from date, valid_to date, root_org_unit_id text", [(LONG_AGO, FAR_OFF, "root")],
    )  # fmt: skip
    _fill(
        connection, "core.survey_tree",
        "survey_id text, ancestor_id text, descendant_id text, depth bigint",
        [("w", *row) for row in closure],
    )  # fmt: skip


def _weeks(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    placed = [
        (basis, unit, WEEK, LONG_AGO, person, 1.0)
        for basis in ("as_was", "restated")
        for person, unit in company.people(basis).items()
    ]
    _fill(connection, "core.effort_week", "week_start date, tree_from date", [(WEEK, LONG_AGO)])
    _fill(
        connection, "core.worker_unit_week",
        "org_basis text, org_unit_id text, week_start date, tree_from date, worker_id text, "
        "person_days double", placed,
    )  # fmt: skip
    connection.execute(
        "create table core.person_unit_week as select worker_id as person_id, week_start, "
        "org_basis, org_unit_id from core.worker_unit_week"
    )
    connection.execute(
        "create table core.person_week_observable as "
        "select distinct person_id, week_start from core.person_unit_week"
    )
    connection.execute(
        "create table core.seat_basis as select org_basis, person_id, person_id as assignment_id, "
        "org_unit_id, 1.0 as seat_share, date '1900-01-01' as valid_from, "
        "date '2200-01-01' as valid_to from core.person_unit_week"
    )
    connection.execute(
        "create table core.person_availability as select person_id, assignment_id, 1.0 as fte, "
        "'DE' as country, '' as subdivision, valid_from, valid_to from core.seat_basis "
        "where org_basis = 'as_was'"
    )
    connection.execute(
        "create table core.working_day as "
        "select 'DE' as country, '' as subdivision, date '2026-06-01' as day"
    )
    rows = []
    for basis in ("as_was", "restated"):
        for unit in PARENT:
            n = len(members(unit, company.people(basis)))
            is_hidden = (basis, unit) in company.hidden
            said = (None, None, True, "few_people") if is_hidden else (n, float(n), False, None)
            rows.append((unit, WEEK, basis, *said))
    _fill(
        connection, "marts.effort_alignment",
        "org_unit_id text, week_start date, org_basis text, n_people bigint, person_days double, "
        "suppressed boolean, reason_missing text", rows,
    )  # fmt: skip


def _waves(connection: duckdb.DuckDBPyConnection, company: Company) -> None:
    _fill(connection, "core.survey_wave", "survey_id text, judged_on date", [("w", WEEK)])
    asked = {**company.was, **company.asked_only}
    _fill(
        connection, "core.fct_invitation", "survey_id text, org_unit_id text, n_invited bigint",
        [("w", unit, 1) for unit in asked.values()],
    )  # fmt: skip
    _fill(
        connection, "core.survey_sheet_construct",
        "survey_id text, response_id text, construct text, org_unit_id text, "
        "n_answered_items bigint, n_dont_know_items bigint, is_counted boolean, "
        "favourable double, mean_100 double, promotion bigint",
        [
            ("w", person, "control", unit, 1, 0, True, company.answer(person),
             100 * company.answer(person), None)
            for person, unit in company.was.items()
        ],
    )  # fmt: skip
    kinds = ", ".join(f"{name} {_kind(name)}" for name in CELL_COLUMNS)
    _fill(
        connection, "marts.understanding_and_control", kinds,
        [_cell(company, unit, len(members(unit, asked))) for unit in PARENT],
    )  # fmt: skip


def _cell(company: Company, unit: str, n_invited: int) -> tuple[object, ...]:
    people = members(unit, company.was)
    n = len(people)
    share = sum(company.answer(person) for person in people) / n
    said: dict[str, object] = {
        "org_unit_id": unit, "survey_id": "w", "construct": "control", "closed_on": WEEK,
        "suppressed": False,
    }  # fmt: skip
    if unit in company.hidden_cells:
        said |= {"suppressed": True, "reason_missing": "few_people"}
    elif n < 10:
        band = {0.0: "under 0.2", 1.0: "over 0.8"}.get(share)
        said |= {"n_invited": n_invited, "n_answered": n, "favourable_band": band,
                 "favourable_share": None if band else round(share, 2)}  # fmt: skip
    else:
        said |= {"n_invited": n_invited, "n_answered": n, "favourable_share": round(share, 2),
                 "mean_100": 100 * share, "dont_know_share": 0.0}  # fmt: skip
    return tuple(said.get(column) for column in CELL_COLUMNS)


def _kind(column: str) -> str:
    if column.startswith("n_"):
        return "bigint"
    texts = {"org_unit_id", "survey_id", "construct", "favourable_band", "reason_missing"}
    return {"closed_on": "date", "suppressed": "boolean"}.get(
        column, "text" if column in texts else "double"
    )
