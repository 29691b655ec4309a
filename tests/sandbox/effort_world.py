"""People, seats and worklogs of the tiny worlds in which effort and reach are worked out.

Belongs here: building rows by unit and day. Does not belong here: expected values.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from tests.sandbox.tiny_world import Row, at, on, one, truth, world

WEEK = on("2026-03-02")
"""The Monday of most cases; as_of is Tuesday, 31 March."""


def people(units: dict[str, int], **more: object) -> dict[str, list[Row]]:
    """People, seats and accounts: so many in each unit, named `<unit>-<number>`."""
    names = [(f"{unit}-{n:02}", unit) for unit, count in units.items() for n in range(count)]
    return {
        "people": [{"person": p, "employee_number": p, **more} for p, _ in names],
        "seats": [{"person": p, "unit": u} for p, u in names],
        "accounts": [{"account": p, "employee_number": p} for p, _ in names],
    }


def moves(crowd: dict[str, list[Row]], person: str, unit: str, day: str) -> None:
    """From a day on, the person sits in another unit."""
    (seat,) = (s for s in crowd["seats"] if s["person"] == person)
    seat["effective_to"] = on(day) - dt.timedelta(days=1)
    crowd["seats"].append({"person": person, "unit": unit, "effective_from": on(day)})


def log(account: str, item: str, day: str, hours: float = 8) -> Row:
    """A worklog that is known at once."""
    start = at(f"{day} 08:00")
    return {"item": item, "account": account, "started_at": start,
            "seconds": round(hours * 3600), "created_at": start}  # fmt: skip


def days(account: str, item: str, n: int, first: str = "2026-03-02") -> list[Row]:
    """So many whole days in a row."""
    start = on(first)
    return [log(account, item, str(start + dt.timedelta(days=k))) for k in range(n)]


def marts(
    tables: dict[str, list[Row]], minimum: int = 5, as_of: dt.date | None = None
) -> dict[str, pl.DataFrame]:
    """The truth of a tiny world."""
    made = world(**tables)
    options = {} if as_of is None else {"as_of": as_of}
    return truth(made, minimum_group_effort=minimum, **options)


def cell(
    found: dict[str, pl.DataFrame],
    unit: str,
    week: dt.date = WEEK,
    basis: str = "as_was",
    mart: str = "effort_alignment",
) -> Row:
    """A row of a weekly mart."""
    return one(found[mart], org_unit_id=f"hr:{unit}", week_start=week, org_basis=basis)
