"""Whether single rows keep silent as they must, and say the same in every version.

Belongs here: rows that are hidden, small or copied from other tables, survey cells of earlier
versions. Does not belong here: what several rows tell together (`audit_rowspace`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import duckdb

from pipelines.publish_files import DATABASE

CELLS: Final = "understanding_and_control"
_UNIT_WEEK: Final = ("org_unit_id", "week_start", "org_basis")
_UNIT_MONTH: Final = ("org_unit_id", "month_start", "org_basis")
KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "alignment_scorecard": _UNIT_MONTH,
    "customer_alignment": _UNIT_MONTH,
    "effort_alignment": _UNIT_WEEK,
    "effort_own_unit": ("org_unit_id", "node_class", "month_start", "org_basis"),
    "goal_portfolio": _UNIT_WEEK,
    "incentive_alignment": ("org_unit_id", "period_start", "period_end"),
    "integration": _UNIT_MONTH,
    "line_of_sight": _UNIT_WEEK,
    "pull_index": _UNIT_MONTH,
    CELLS: ("org_unit_id", "survey_id", "construct"),
    "unit_dependency": ("from_org_unit_id", "to_org_unit_id", "month_start"),
}
"""The tables whose rows can be hidden, with what names a row."""

_SAID_WHEN_HIDDEN: Final = {
    CELLS: ("closed_on",),
    "unit_dependency": ("effort_inside_share",),
}
"""What a hidden row still says: a fact of the wave; a number of the unit, not of the pair."""

_COPIES: Final = (
    ("line_of_sight", "perceived", "los_actions"),
    ("pull_index", "ownership", "ownership"),
    ("pull_index", "participation", "participation"),
    ("integration", "helps_us_decide", "helps_us_decide"),
    ("alignment_scorecard", "perceived", "los_actions"),
    ("alignment_scorecard", "goal_clarity", "goal_clarity"),
    ("alignment_scorecard", "why_understood", "why_understood"),
    ("alignment_scorecard", "control", "control"),
)
"""Columns of other tables that hold a unit's shown cells of a construct."""


def loose_rows(
    connection: duckdb.DuckDBPyConnection, marts: frozenset[str], minimum: int
) -> Iterator[str]:
    """Rows that say what they must not."""
    for table in sorted(_with_column(connection, "suppressed") & marts):
        if table not in KEYS:
            yield (
                f"{table} hides rows, but the audit does not know it: add it to "
                "pipelines/audit_rows and to the cells that are judged together"
            )
            continue
        yield from _numbers_of_hidden_rows(connection, table)
    if CELLS in marts:
        yield from _small_cells(connection, minimum)
        for table, column, construct in _COPIES:
            if table in marts:
                yield from _copies_of_hidden_cells(connection, table, column, construct)


def changed_cells(
    connection: duckdb.DuckDBPyConnection, of: str, versions: Iterable[Path]
) -> Iterator[str]:
    """Survey cells of the attached database `of` that read otherwise in a version's folder."""
    for folder in versions:
        attach(connection, folder, "held")
        try:
            yield from _changed(connection, of, folder.name)
        finally:
            connection.execute("DETACH held")


def attach(connection: duckdb.DuckDBPyConnection, folder: Path, name: str) -> None:
    """Open the database of a version's folder under a name, to read it."""
    path = str(folder / DATABASE).replace("'", "''")
    connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")


def _changed(connection: duckdb.DuckDBPyConnection, of: str, version: str) -> Iterator[str]:
    key = KEYS[CELLS]
    held = _columns(connection, "held", CELLS)
    if not held:
        return
    compared = sorted((_columns(connection, of, CELLS) & held) - set(key))
    differs = " or ".join(f"one.{c} is distinct from other.{c}" for c in compared)
    named = " || ".join(
        f"case when one.{c} is distinct from other.{c} then ' {c}' else '' end" for c in compared
    )
    rows = connection.execute(
        f'select {", ".join(key)}, {named} from "{of}".marts.{CELLS} as one '
        f"inner join held.marts.{CELLS} as other using ({', '.join(key)}) where {differs} "
        f"order by {', '.join(key)}"
    ).fetchall()
    for unit, survey, construct, columns in rows:
        yield (
            f"{CELLS}: the cell of unit {unit}, wave {survey}, {construct} is not the one of "
            f"version {version}, in:{columns}; a closed wave must not change. Bring back "
            "core.survey_cell_ledger as it was, or remove that version's folder"
        )


def _numbers_of_hidden_rows(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    key = KEYS[table]
    columns = _columns(connection, "", table)
    may = {*key, "suppressed", "reason_missing", *_SAID_WHEN_HIDDEN.get(table, ())}
    numbers = sorted(columns - may)
    says = [f"{column} is not null" for column in numbers]
    if "reason_missing" in columns:
        says.append("reason_missing is distinct from 'few_people'")
    for row in _first(
        connection, f"from marts.{table} where suppressed and ({' or '.join(says)})", key
    ):
        yield f"{table}: the hidden row {row} holds a number, or another reason than few_people"


def _small_cells(connection: duckdb.DuckDBPyConnection, minimum: int) -> Iterator[str]:
    of = f"from marts.{CELLS} where not suppressed and "
    for row in _first(connection, of + f"n_answered < {minimum}", KEYS[CELLS]):
        yield f"{CELLS}: the shown cell {row} is of fewer than {minimum} people"
    few = "n_answered < 10 and "
    for row in _first(connection, of + few + "favourable_share in (0, 1)", KEYS[CELLS]):
        yield f"{CELLS}: the cell {row} of under ten people says that all of them agree"
    full = ("dont_know_share", "mean_100", "enps", "favourable_low", "change", "response_rate")
    extras = " or ".join(f"{column} is not null" for column in full)
    for row in _first(connection, of + few + f"({extras})", KEYS[CELLS]):
        yield f"{CELLS}: the cell {row} of under ten people says more than its favourable share"


def _copies_of_hidden_cells(
    connection: duckdb.DuckDBPyConnection, table: str, column: str, construct: str
) -> Iterator[str]:
    query = (
        f"from marts.{table} as copy where copy.{column} is not null and not exists ("
        f"select 1 from marts.{CELLS} as cell where cell.org_unit_id = copy.org_unit_id "
        f"and cell.construct = '{construct}' and cell.favourable_share = copy.{column})"
    )
    for row in _first(connection, query, KEYS[table]):
        yield f"{table}: {column} of row {row} is no shown cell of {construct}"


def _first(connection: duckdb.DuckDBPyConnection, query: str, key: Sequence[str]) -> Iterator[str]:
    """The first row of a query by its key, and how many more there are."""
    rows = connection.execute(f"select {', '.join(key)} {query} order by all").fetchall()
    if rows:
        more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
        yield " ".join(str(value) for value in rows[0]) + more


def _with_column(connection: duckdb.DuckDBPyConnection, column: str) -> frozenset[str]:
    rows = connection.execute(
        "select table_name from duckdb_columns() where schema_name = 'marts' "
        "and column_name = $column and database_name = current_database()",
        {"column": column},
    ).fetchall()
    return frozenset(name for (name,) in rows)


def _columns(connection: duckdb.DuckDBPyConnection, database: str, table: str) -> frozenset[str]:
    rows = connection.execute(
        "select column_name from duckdb_columns() where schema_name = 'marts' "
        "and table_name = $table "
        "and database_name = coalesce(nullif($database, ''), current_database())",
        {"table": table, "database": database},
    ).fetchall()
    return frozenset(name for (name,) in rows)
