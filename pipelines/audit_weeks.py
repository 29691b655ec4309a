"""What weekly and monthly tables show of a Sunday, as it was and restated, and who is in it.

Belongs here: shown rows of units, the people behind them, by direct unit. Does not belong here:
surveys and incentives (`audit_waves`), judging (`audit`).

All tables of a Sunday are judged together: a monthly row speaks for its month's last Sunday, and a
restated row can be taken from one as it was. What the tables sum differs: people there, people who
could be seen to reach a goal, effort, hours that people could give. Effort and hours of one
person may lie in several units, and a part of them is told like a whole.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import duckdb

from pipelines.audit_cells import LinkedCells, Placed, Tree, alikes_of, rows_above

WEEKLY: Final = ("effort_alignment", "goal_portfolio", "line_of_sight")
MONTHLY: Final = ("alignment_scorecard", "customer_alignment", "integration", "pull_index")
BASES: Final = ("as_was", "restated")

Shown = dict[dt.date, dict[str, frozenset[str]]]
"""By week and basis, the units of which a reader sees a row."""

_MEMBERS: Final = {
    "people there": """
        select placed.person_id, placed.week_start, placed.org_basis, week.tree_from,
            placed.org_unit_id
        from core.person_unit_week as placed
        inner join core.effort_week as week on placed.week_start = week.week_start""",
    "people who could be seen to reach a goal": """
        select placed.person_id, placed.week_start, placed.org_basis, week.tree_from,
            placed.org_unit_id
        from core.person_unit_week as placed
        inner join core.effort_week as week on placed.week_start = week.week_start
        inner join core.person_week_observable as observable
            on placed.person_id = observable.person_id
            and placed.week_start = observable.week_start""",
}
"""Who counts once in every unit above their seats: a row a person, week, basis and seat's unit."""

_AMOUNTS: Final = {
    "effort": """
        select worker_id as person_id, week_start, org_basis, tree_from, org_unit_id
        from core.worker_unit_week where person_days > 0""",
    "hours that people could give": """
        select distinct available.person_id, date_trunc('week', working.day)::date as week_start,
            seat.org_basis, tree.valid_from as tree_from,
            coalesce(unit.descendant_id, tree.root_org_unit_id) as org_unit_id
        from core.person_availability as available
        inner join core.working_day as working
            on available.country = working.country
            and available.subdivision = working.subdivision
            and available.valid_from <= working.day and working.day < available.valid_to
        inner join core.effort_week as week
            on week.week_start = date_trunc('week', working.day)::date
        inner join core.seat_basis as seat
            on available.person_id = seat.person_id
            and (seat.org_basis = 'restated' or available.assignment_id = seat.assignment_id)
            and seat.valid_from <= working.day and working.day < seat.valid_to
        inner join core.org_tree_basis as tree
            on seat.org_basis = tree.org_basis
            and tree.valid_from <= working.day and working.day < tree.valid_to
        left join core.bridge_org_unit_basis as unit
            on seat.org_unit_id = unit.descendant_id and seat.org_basis = unit.org_basis
            and unit.depth = 0
            and unit.valid_from <= working.day and working.day < unit.valid_to
        where available.fte > 0 and seat.seat_share > 0""",
}
"""What a person gave, which is split over their units: a row for each unit that has a part."""


def linked_weeks(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str], minimum: int
) -> Iterator[LinkedCells]:
    """Every Sunday's cells, once for each kind of amount that the tables sum."""
    shown, tables = _shown(connection, marts)
    if not shown:
        return
    trees = {basis: _trees(connection, basis) for basis in BASES}
    restated = next(iter(trees["restated"].values()))
    tree_from = dict(
        connection.execute("select week_start, tree_from from core.effort_week").fetchall()
    )
    for kind, placed in _placed(connection, minimum).items():
        for week in sorted(shown):
            units = {basis: shown[week].get(basis, frozenset()) for basis in BASES}
            above = rows_above(trees["as_was"][tree_from[week]], restated, units)
            alikes = alikes_of(placed[week], trees["as_was"], restated, units)
            yield LinkedCells(f"{kind}, week {week}", tables[week], above, alikes)


def _shown(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str]
) -> tuple[Shown, dict[dt.date, str]]:
    """By week and basis the units shown in any table, and by week the tables that show some."""
    weekly = [
        f"select week_start, org_basis, org_unit_id, '{table}' as mart from marts.{table} "
        "where not suppressed"
        for table in WEEKLY
        if table in marts
    ]
    monthly = [
        f"select month.week_start, mart.org_basis, mart.org_unit_id, '{table}' from marts.{table} "
        "as mart inner join (select distinct month_start, week_start from core.unit_month) as month"
        " on mart.month_start = month.month_start where not mart.suppressed"
        for table in MONTHLY
        if table in marts
    ]
    shown: dict[dt.date, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    tables: dict[dt.date, set[str]] = defaultdict(set)
    if weekly or monthly:
        rows = connection.execute(" union all ".join([*weekly, *monthly])).fetchall()
        for week, basis, unit, table in rows:
            shown[week][basis].add(unit)
            tables[week].add(table)
    return (
        {w: {b: frozenset(u) for b, u in of.items()} for w, of in shown.items()},
        {week: ", ".join(sorted(names)) for week, names in tables.items()},
    )


def _trees(connection: duckdb.DuckDBPyConnection, basis: str) -> dict[dt.date, Tree]:
    """The trees of a basis by the day from which they stand."""
    found = connection.execute(
        "select tree.valid_from, unit.ancestor_id, unit.descendant_id, unit.depth "
        "from core.org_tree_basis as tree inner join core.bridge_org_unit_basis as unit "
        "on tree.org_basis = unit.org_basis and unit.valid_from <= tree.valid_from "
        "and tree.valid_from < unit.valid_to where tree.org_basis = $basis",
        {"basis": basis},
    ).fetchall()
    rows: dict[dt.date, list[tuple[str, str, int]]] = defaultdict(list)
    for valid_from, *row in found:
        rows[valid_from].append((row[0], row[1], row[2]))
    return {valid_from: Tree.of(closure) for valid_from, closure in rows.items()}


def _placed(
    connection: duckdb.DuckDBPyConnection, minimum: int
) -> dict[str, dict[dt.date, list[Placed]]]:
    """By kind and week, who counts in the same units under both bases."""
    found = {}
    for kind, members in _MEMBERS.items():
        found[kind] = connection.execute(
            f"with member as ({members}), unit as ("
            "select person_id, week_start, list_sort(list((tree_from, org_unit_id)) "
            "filter (org_basis = 'as_was')) as was, "
            "list_sort(list(org_unit_id) filter (org_basis = 'restated')) as is_now "
            f"from member group by person_id, week_start) {_SAME_UNITS}",
            {"minimum": minimum},
        ).fetchall()
    for kind, amounts in _AMOUNTS.items():
        found[kind] = connection.execute(
            f"with amount as ({amounts}), unit as ("
            "select person_id, week_start, [(was.tree_from, was.org_unit_id)] "
            "as was, [is_now.org_unit_id] as is_now "
            "from (from amount where org_basis = 'as_was') as was "
            "full join (from amount where org_basis = 'restated') as is_now "
            f"using (person_id, week_start)) {_SAME_UNITS}",
            {"minimum": minimum},
        ).fetchall()
    by_week: dict[str, dict[dt.date, list[Placed]]] = {kind: defaultdict(list) for kind in found}
    for kind, rows in found.items():
        for week, was, is_now, n_people, people in rows:
            by_week[kind][week].append((tuple(was or ()), tuple(is_now or ()), n_people, people))
    return by_week


_SAME_UNITS: Final = (
    "select week_start, was, is_now, count(distinct person_id), "
    "case when count(distinct person_id) < $minimum then list(distinct person_id) else [] end "
    "from unit group by week_start, was, is_now order by week_start, was, is_now"
)
