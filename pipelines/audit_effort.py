"""What the tables of effort by month show, and whose effort it is.

Belongs here: cells of `effort_own_unit`, whose rows hold a unit's own people alone, and of
`unit_dependency`, whose rows hold pairs of units. Does not belong here: weekly tables and their
months (`audit_weeks`), judging (`audit`).

Calendar months cut weeks in two, and classes cut a person's effort: what weeks and months, or
classes, tell together is not looked at (docs/decisions/0010).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import duckdb

from pipelines.audit_cells import LinkedCells
from pipelines.audit_free_rows import Cell
from pipelines.audit_rowspace import Alike

_OWN_SHOWN: Final = (
    "select node_class, month_start, org_basis, org_unit_id from marts.effort_own_unit "
    "where not suppressed"
)
_OWN: Final = """
    with own as (
        select distinct effort.worker_id, class.node_class, effort.org_basis, effort.org_unit_id,
            date_trunc('month', effort.day)::date as month_start
        from core.fct_effort_seat as effort
        inner join core.item_week_class as class
            on effort.work_item_id = class.work_item_id and effort.week_start = class.week_start
        where effort.org_unit_id is not null and effort.person_days > 0
    ),
    joint as (
        select worker_id, node_class, month_start,
            was.org_unit_id as was_unit, is_now.org_unit_id as now_unit
        from (from own where org_basis = 'as_was') as was
        full join (from own where org_basis = 'restated') as is_now
            using (worker_id, node_class, month_start)
    )
    select node_class, month_start, was_unit, now_unit, count(distinct worker_id),
        case when count(distinct worker_id) < $minimum then list(distinct worker_id) else [] end
    from joint group by all order by all
"""
_PAIRS: Final = """
    select shown.month_start, shown.from_org_unit_id, shown.to_org_unit_id,
        count(distinct effort.worker_id)
    from marts.unit_dependency as shown
    inner join core.effort_between_units as effort
        on shown.from_org_unit_id = effort.from_org_unit_id
        and shown.to_org_unit_id = effort.to_org_unit_id
        and shown.month_start = effort.month_start
    where not shown.suppressed and effort.person_days > 0
    group by all order by all
"""


def linked_efforts(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str], minimum: int
) -> Iterator[LinkedCells]:
    """A month's cells of each class, both bases together, and its cells of pairs of units."""
    if "effort_own_unit" in marts:
        yield from _own(connection, minimum)
    if "unit_dependency" in marts:
        yield from _pairs(connection)


def _own(connection: duckdb.DuckDBPyConnection, minimum: int) -> Iterator[LinkedCells]:
    cells: dict[tuple[str, dt.date], set[Cell]] = defaultdict(set)
    for node_class, month, basis, unit in connection.execute(_OWN_SHOWN).fetchall():
        cells[node_class, month].add((basis, unit))
    alikes: dict[tuple[str, dt.date], list[Alike]] = defaultdict(list)
    rows = connection.execute(_OWN, {"minimum": minimum}).fetchall()
    for node_class, month, was, is_now, n_people, people in rows:
        place: set[Cell] = {("as_was", was), ("restated", is_now)}
        alikes[node_class, month].append(
            Alike(frozenset(place & cells[node_class, month]), n_people, frozenset(people))
        )
    for (node_class, month), shown in sorted(cells.items()):
        yield LinkedCells(
            f"effort of class {node_class}, month {month}",
            "effort_own_unit",
            dict.fromkeys(sorted(shown, key=str)),
            alikes[node_class, month],
        )


def _pairs(connection: duckdb.DuckDBPyConnection) -> Iterator[LinkedCells]:
    months: dict[dt.date, list[Alike]] = defaultdict(list)
    for month, from_unit, to_unit, n_people in connection.execute(_PAIRS).fetchall():
        months[month].append(Alike(frozenset({(from_unit, to_unit)}), n_people))
    for month, alikes in months.items():
        above = {cell: None for alike in alikes for cell in alike.cells}
        yield LinkedCells(
            f"effort for other units, month {month}", "unit_dependency", above, alikes
        )
