"""What survey waves and incentive periods show of units, and who is in it.

Belongs here: shown cells with the sheets, invitations and people behind them, by direct unit.
Does not belong here: weekly and monthly tables (`audit_weeks`), how open hidden answers stay
(`audit_answers`), judging (`audit`).

A wave's cells of a construct are sums over the sheets that count for it; its share of "don't know"
is one over all sheets with an answer to it; and the invited and the answered of a unit are sums
over those who were asked.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Final

import duckdb

from pipelines.audit_cells import LinkedCells, Tree
from pipelines.audit_rowspace import Alike

_KINDS: Final = {
    "answers": (
        "select survey_id as set_id, construct, org_unit_id from "
        "marts.understanding_and_control where not suppressed",
        "select survey_id as set_id, construct, org_unit_id, count(*) as n_people "
        "from core.survey_sheet_construct where is_counted group by all",
    ),
    "sheets that say something or that they do not know": (
        "select survey_id as set_id, construct, org_unit_id from "
        "marts.understanding_and_control where dont_know_share is not null",
        "select survey_id as set_id, construct, org_unit_id, count(*) as n_people "
        "from core.survey_sheet_construct where n_answered_items + n_dont_know_items > 0 "
        "group by all",
    ),
    "people invited": (
        "select distinct survey_id as set_id, '' as construct, org_unit_id from "
        "marts.understanding_and_control where n_invited is not null",
        "select invited.survey_id as set_id, '' as construct, "
        "coalesce(unit.descendant_id, root.root_org_unit_id) as org_unit_id, "
        "sum(invited.n_invited)::bigint as n_people from core.fct_invitation as invited "
        "inner join core.survey_wave as wave on invited.survey_id = wave.survey_id "
        "inner join core.org_tree_version as root "
        "on root.valid_from <= wave.judged_on and wave.judged_on < root.valid_to "
        "left join core.survey_tree as unit on invited.survey_id = unit.survey_id "
        "and invited.org_unit_id = unit.descendant_id and unit.depth = 0 group by all",
    ),
}
"""What is summed: the cells that show a sum of it, and those behind it by direct unit."""

_WAVE_TREES: Final = "select survey_id, ancestor_id, descendant_id, depth from core.survey_tree"
_PERIOD_TREES: Final = (
    "select period.period_id, tree.ancestor_id, tree.descendant_id, tree.depth "
    "from core.incentive_period as period inner join core.bridge_org_unit_history as tree "
    "on tree.valid_from <= period.judged_on and period.judged_on < tree.valid_to"
)
_PERIODS: Final = (
    "select cast(period_start as varchar) || ' ' || cast(period_end as varchar) as set_id, "
    "'' as construct, org_unit_id from marts.incentive_alignment where not suppressed",
    "select period_id as set_id, '' as construct, org_unit_id, count(distinct person_id) "
    "as n_people from core.incentive_person group by all",
)


def linked_waves(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str]
) -> Iterator[LinkedCells]:
    """Each wave's cells of each construct, and of those asked."""
    if "understanding_and_control" in marts:
        trees = wave_trees(connection)
        for kind, (shown, members) in _KINDS.items():
            yield from _linked(connection, kind, "understanding_and_control", shown, members, trees)


def linked_periods(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str]
) -> Iterator[LinkedCells]:
    """Each incentive period's cells."""
    if "incentive_alignment" in marts:
        trees = _trees(connection, _PERIOD_TREES)
        yield from _linked(connection, "incentives", "incentive_alignment", *_PERIODS, trees)


def wave_trees(connection: duckdb.DuckDBPyConnection) -> dict[str, Tree]:
    """The tree of units of each wave's day."""
    return _trees(connection, _WAVE_TREES)


def _linked(
    connection: duckdb.DuckDBPyConnection,
    kind: str,
    table: str,
    shown: str,
    members: str,
    trees: dict[str, Tree],
) -> Iterator[LinkedCells]:
    cells: dict[tuple[str, str], set[str]] = defaultdict(set)
    for set_id, construct, unit in connection.execute(shown).fetchall():
        cells[set_id, construct].add(unit)
    people: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for set_id, construct, unit, n_people in connection.execute(members).fetchall():
        people[set_id, construct].append((unit, n_people))
    for (set_id, construct), units in sorted(cells.items()):
        tree, seen = trees[set_id], frozenset(units)
        yield LinkedCells(
            about=" ".join(filter(None, (f"{kind}, {set_id}", construct))),
            tables=table,
            above=dict(tree.next_above(seen).items()),
            alikes=[
                Alike(frozenset(tree.shown_above(unit, seen)), n_people)
                for unit, n_people in people[set_id, construct]
            ],
        )


def _trees(connection: duckdb.DuckDBPyConnection, closures: str) -> dict[str, Tree]:
    rows: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    for set_id, *row in connection.execute(closures).fetchall():
        rows[set_id].append((row[0], row[1], row[2]))
    return {set_id: Tree.of(closure) for set_id, closure in rows.items()}
