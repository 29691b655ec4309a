"""The audit that blocks publishing: what readers would see gives away no small group.

Belongs here: asking every part of the audit, putting what it finds into words, its figures.
Does not belong here: which cells there are (`audit_weeks`, `audit_waves`, `audit_effort`), what
follows from them (`audit_rowspace`, `audit_answers`), rows by themselves (`audit_rows`).

It looks at the marts as they would be published, beside the private core that knows who is in them,
and at the versions that stay readable. What it proves, and what it does not, is in
docs/decisions/0010-the-audit.md.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb

from pipelines.audit_answers import Closed, closed_answers
from pipelines.audit_cells import LinkedCells
from pipelines.audit_effort import linked_efforts
from pipelines.audit_free_rows import Cell
from pipelines.audit_rows import CELLS, attach, changed_cells, loose_rows
from pipelines.audit_rowspace import Told, told_groups
from pipelines.audit_waves import linked_periods, linked_waves
from pipelines.audit_weeks import linked_weeks
from pipelines.config import Privacy

FINDINGS_SAID: Final = 5
_CELLS_NAMED: Final = 8


@dataclass(frozen=True, slots=True)
class Audit:
    """What was looked at, and what must not be published, a sentence each."""

    n_sets: int
    n_cells: int
    n_columns: int
    seconds: float
    findings: list[str]

    @property
    def said(self) -> str:
        """The findings in one line."""
        more = len(self.findings) - FINDINGS_SAID
        return "; ".join(self.findings[:FINDINGS_SAID]) + (
            f" (and {more} more)" if more > 0 else ""
        )

    @property
    def figures(self) -> dict[str, int | float]:
        """Sets of linked cells, cells, columns of people who are in the same cells, seconds."""
        return {
            "audit_sets": self.n_sets,
            "audit_cells": self.n_cells,
            "audit_columns": self.n_columns,
            "audit_seconds": round(self.seconds, 1),
        }


def audit(
    warehouse: Path, marts: Iterable[str], versions: Iterable[Path], privacy: Privacy
) -> Audit:
    """Audit these marts of the warehouse, beside versions that stay readable, by their folders."""
    begun = time.monotonic()
    tables = frozenset(marts)
    n_sets = n_cells = n_columns = 0
    findings: list[str] = []
    with duckdb.connect(warehouse, read_only=True) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        findings += loose_rows(connection, tables, privacy.minimum_group)
        if CELLS in tables:
            findings += map(_closed, closed_answers(connection, privacy.minimum_group))
            findings += changed_cells(connection, _name_of(connection), versions)
        for cells, minimum in _linked(connection, tables, privacy):
            n_sets += 1
            n_cells += len(cells.above)
            n_columns += len({alike.cells for alike in cells.alikes})
            findings += [
                _told(cells, told) for told in told_groups(cells.alikes, cells.above, minimum)
            ]
    return Audit(n_sets, n_cells, n_columns, time.monotonic() - begun, findings)


def audit_versions(folder: Path, others: Sequence[Path]) -> list[str]:
    """Survey cells in which one version's folder differs from the others."""
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        attach(connection, folder, "one")
        return list(changed_cells(connection, "one", others))


def _linked(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str], privacy: Privacy
) -> Iterator[tuple[LinkedCells, int]]:
    """All sets of linked cells, each with the minimum that holds for it."""
    effort = privacy.minimum_group_effort
    for cells in linked_waves(connection, marts):
        yield cells, privacy.minimum_group
    for cells in linked_weeks(connection, marts, effort):
        yield cells, effort
    for cells in linked_efforts(connection, marts, effort):
        yield cells, effort
    for cells in linked_periods(connection, marts):
        yield cells, effort


def _told(cells: LinkedCells, told: Told) -> str:
    parts = sorted((str(_named(cell)), n) for cell, n in told.combination.items())
    named = ", ".join(
        f"{'+' if n > 0 else '−'}{'' if abs(n) == 1 else f'{abs(n)} × '}{name}"
        for name, n in parts[:_CELLS_NAMED]
    ) + (f" and {len(parts) - _CELLS_NAMED} more" if len(parts) > _CELLS_NAMED else "")
    people = "1 person" if told.n_people == 1 else f"{told.n_people} people"
    return (
        f"{cells.tables}: {cells.about}: the rows {named} give away {people}; one of them must be "
        "hidden. Report it: the rules of small groups should have hidden it"
    )


def _closed(closed: Closed) -> str:
    low, high = closed.bounds
    return (
        f"{CELLS}: wave {closed.survey}, {closed.construct}: the cells of unit {closed.shown_unit} "
        f"and of those below it tell {closed.measure} of {closed.whose} ({closed.n_people} of the "
        f"rest) to lie within {low:.2f} and {high:.2f}; one of them must be hidden. Report it: the "
        "rules of small groups should have hidden it"
    )


def _named(cell: Cell) -> str:
    return " ".join(map(str, cell)) if isinstance(cell, tuple) else str(cell)


def _name_of(connection: duckdb.DuckDBPyConnection) -> str:
    return str(connection.execute("select current_database()").fetchall()[0][0])
