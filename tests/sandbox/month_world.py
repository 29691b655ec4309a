"""A company of three units in which monthly tables are worked out by hand.

Belongs here: its units, people and goals, waves of a survey, rows by unit and month.
Does not belong here: expected values.
"""

from __future__ import annotations

from typing import Any

import polars as pl

from tests.sandbox.effort_world import days, people
from tests.sandbox.tiny_world import Row, at, on, one, truth, world

SUNDAY = on("2026-03-29")
"""The last Sunday before as_of, 31 March 2026: what March speaks of."""
MARCH, FEBRUARY = on("2026-03-01"), on("2026-02-01")
UNITS: list[Row] = [{"unit": "root"}, *({"unit": u, "parent": "root"} for u in "ab")]
SIZES = {"a": 10, "b": 8}


def crowd() -> dict[str, list[Row]]:
    """Ten people in a, eight in b; all have an account and an address."""
    made = people(SIZES)
    made["people"] = [{**row, "email_now": f"{row['person']}@e.com"} for row in made["people"]]
    return made


def wave(name: str, closed: str, favourable: dict[str, int], n: int = 10) -> dict[str, list[Row]]:
    """A closed wave that asks a question for each construct; the first `n` people of a answer,
    so many of them favourably."""
    opened, answered = at(f"{closed} 06:00"), at(f"{closed} 07:00")
    crew = [f"a-{k:02}" for k in range(n)]
    return {
        "surveys": [{"survey": name, "series": "x", "opened_at": opened,
                     "closed_at": at(f"{closed} 08:00"), "is_anonymous": False}],
        "survey_questions": [{"survey": name, "question": f"{c}_1", "text": f"{c}?",
                              "scale_min": 1, "scale_max": 5, "is_reversed": False,
                              "construct": c} for c in favourable],
        "invitations": [{"survey": name, "person": p, "unit": "a", "invited_at": opened}
                        for p in crew],
        "responses": [{"response": f"{name}-{p}", "survey": name, "person": p, "unit": "a",
                       "answered_at": answered} for p in crew],
        "answers": [{"response": f"{name}-{p}", "question": f"{c}_1", "state": "answered",
                     "value": 5.0 if k < favourable[c] else 1.0}
                    for c in favourable for k, p in enumerate(crew)],
    }  # fmt: skip


def together(*tables: dict[str, list[Row]]) -> dict[str, list[Row]]:
    """Tables of several parts, one under the other."""
    names = {name for part in tables for name in part}
    return {name: [row for part in tables for row in part.get(name, [])] for name in names}


def found(
    *parts: dict[str, list[Row]], as_of: str = "2026-03-31", first: str = "2026-02-02"
) -> dict[str, pl.DataFrame]:
    """The truth of the company with these parts; everybody in a works a week from `first` on."""
    items: dict[str, list[Row]] = {
        "items": [{"item": "any"}],
        "worklogs": [row for k in range(SIZES["a"]) for row in days(f"a-{k:02}", "any", 5, first)],
    }
    has_people = any("people" in part for part in parts)
    base = [{"units": UNITS}] if not any("units" in part for part in parts) else []
    tables = together(*base, *([] if has_people else [crowd()]), items, *parts)
    return truth(world(**tables), on(as_of))


def row(
    tables: dict[str, pl.DataFrame], mart: str, unit: str, month: Any = MARCH, basis: str = "as_was"
) -> Row:
    """A row of a monthly table."""
    return one(tables[mart], org_unit_id=f"hr:{unit}", month_start=month, org_basis=basis)
