"""Worlds of a few rows, for tests that are worked out by hand.

Belongs here: building a `World` from the columns that a test cares about.
Does not belong here: expected values.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

import polars as pl

from sandbox.truth import compute
from sandbox.world import SCHEMAS, World, end_of

Row = dict[str, Any]
AS_OF = dt.date(2026, 3, 31)
"""A Tuesday: the last whole week ends on Sunday, 29 March 2026."""

DEFAULTS: dict[str, Row] = {
    "goals": {"visibility": "public", "level": "unit", "status": "open"},
    "people": {"location": "Nowhere"},
    "seats": {"effective_from": dt.date(2025, 1, 1), "is_primary": True},
    "units": {"valid_from": dt.date(2025, 1, 1)},
    "goal_edges": {"edge_type": "contributes"},
    "links": {"stated_in": "goal_system", "by_name": False},
    "items": {"is_initiative": False, "first_status": "Backlog"},
    "goal_metrics": {"effective_from": dt.date(2025, 1, 1)},
}


def at(text: str) -> dt.datetime:
    """An instant in UTC from `2026-03-02` or `2026-03-02 09:30`."""
    return dt.datetime.fromisoformat(text).replace(tzinfo=dt.UTC)


def on(text: str) -> dt.date:
    """A day."""
    return dt.date.fromisoformat(text)


def world(**tables: list[Row]) -> World:
    """A world with these rows; columns that are not given are the table's default, else null.

    Goals, items, accounts and metrics exist since 2025 where `created_at` is not given."""
    made = {}
    for name, schema in SCHEMAS.items():
        rows = []
        for number, row in enumerate(tables.get(name, [])):
            full = {**_born(schema), **DEFAULTS.get(name, {}), **_numbered(name, number), **row}
            rows.append({column: full.get(column) for column in schema})
        made[name] = pl.DataFrame(rows, schema=schema)
    return World(seed=0, start=on("2025-01-01"), end=on("2026-12-31"), **made)


def truth(made: World, as_of: dt.date = AS_OF, **options: Any) -> dict[str, pl.DataFrame]:
    """The truth of a tiny world at the end of a day."""
    return compute(made, end_of(as_of), **options)


def one(table: pl.DataFrame, **where: Any) -> Row:
    """The only row with these values."""
    found = table.filter([pl.col(name) == value for name, value in where.items()])
    assert found.height == 1, f"{found.height} rows with {where} in {table}"
    return found.row(0, named=True)


def _born(schema: Row) -> Row:
    return {"created_at": at("2025-01-01")} if "created_at" in schema else {}


def _numbered(name: str, number: int) -> Row:
    """Keys that a test need not name."""
    if name == "item_events":
        return {"event": number}
    keys = {"goal_events": "event", "worklogs": "worklog", "checkins": "checkin", "seats": "seat"}
    return {keys[name]: f"{name}-{number}"} if name in keys else {}
