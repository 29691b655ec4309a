"""Employment status: kind of contract, long leave, and the last day, from one table.

Belongs here: what an employee's rows of `employmentStatus` mean on a day.
Does not belong here: rows as such (`bamboohr_tables`), the other fields of a person.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.hr.bamboohr_settings import SiteMapping
from connectors.hr.bamboohr_tables import OPEN_END, Row, in_force, runs

FIELD = "employmentStatus"
_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Status:
    """What is known of somebody's employment."""

    employment_type: str | None = None
    leave_from: dt.date | None = None
    leave_to: dt.date | None = None
    left_on: dt.date | None = None


def status_on(rows: Sequence[Row], today: dt.date, mapping: SiteMapping) -> Status:
    """The status on a day, from one employee's rows, oldest first.

    The type is that of the newest row that is neither leave nor an end; of somebody who has not
    begun yet the first one. The leave is the newest that has begun, from its first row until the
    day before the row after it. Somebody has left where today's row says so.
    """
    leaves = frozenset(mapping.leave_statuses)
    ends = frozenset(mapping.terminated_statuses)
    kinds = [row for row in rows if row.text(FIELD) not in leaves | ends]
    kind = in_force(kinds, today) or (kinds[0] if kinds else None)
    leave = [run for run in runs(rows, leaves, FIELD) if run[0].day <= today]
    now = in_force(rows, today)
    until = leave[-1][-1].until if leave else OPEN_END
    return Status(
        employment_type=kind.text(FIELD) if kind else None,
        leave_from=leave[-1][0].day if leave else None,
        leave_to=None if until == OPEN_END else until - _DAY,
        left_on=now.day if now and now.text(FIELD) in ends else None,
    )
