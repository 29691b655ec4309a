"""unit_dependency: whose goals a unit works for (reading E14).

Belongs here: pairs of direct units without line between them, by month; what a unit does inside.
Does not belong here: subtrees, weeks, classes.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterator
from typing import Any, NamedTuple

import polars as pl

from sandbox.truth.alignment import hr_id
from sandbox.truth.goals import Goals
from sandbox.truth.items import Items
from sandbox.truth.org import ONE_DAY, Organisation, Tree
from sandbox.truth.work import judged_on

DEPENDENCY = {
    "from_org_unit_id": pl.String,
    "to_org_unit_id": pl.String,
    "month_start": pl.Date,
    "n_initiatives": pl.Int64,
    "n_overdue": pl.Int64,
    "person_days": pl.Float64,
    "effort_inside_share": pl.Float64,
    "suppressed": pl.Boolean,
}


class Piece(NamedTuple):
    """Effort of a month from a direct unit, by one worker on one item, on a goal's known unit."""

    unit: str
    to: str
    worker: str
    item: str
    days: float


class Dependencies:
    """Linked effort between units. `work` is effort as `placed` as_was, `parts` its split from
    `work.classified`."""

    def __init__(
        self,
        work: pl.DataFrame,
        parts: pl.DataFrame,
        goals: Goals,
        items: Items,
        org: Organisation,
        last_day: dt.date,
        minimum: int,
    ) -> None:
        self.goals, self.items, self.org = goals, items, org
        self.last_day, self.minimum = last_day, minimum
        self.months: dict[dt.date, list[Piece]] = defaultdict(list)
        linked = (
            work.join(parts, on=["item", "week_start"], maintain_order="left")
            .with_columns(
                month=pl.col("day").dt.truncate("1mo"),
                person_days=pl.col("person_days") * pl.col("weight"),
            )
            .filter(pl.col("person_days") > 0)
            .group_by("month", "week_start", "unit", "worker", "item", "goal", maintain_order=True)
            .agg(pl.col("person_days").sum())
        )
        unit_of = {
            (goal, week): goals.unit(goal, judged_on(week, last_day))
            for goal, week in linked.select("goal", "week_start").unique().iter_rows()
        }
        for month, week, unit, worker, item, goal, days in linked.iter_rows():
            to = unit_of[goal, week]
            if to is not None:
                self.months[month].append(Piece(unit, to, worker, item, days))

    def table(self) -> pl.DataFrame:
        """The mart: a pair of units in a month with effort between them."""
        rows = [row for month in sorted(self.months) for row in self._month(month)]
        return pl.DataFrame(rows, schema=DEPENDENCY).sort(
            "from_org_unit_id", "to_org_unit_id", "month_start"
        )

    def _month(self, month: dt.date) -> Iterator[dict[str, Any]]:
        after = (month.replace(day=28) + 4 * ONE_DAY).replace(day=1)
        day = min(after - ONE_DAY, self.last_day)
        due_before = min(after, self.last_day)
        of_unit: dict[str, list[Piece]] = defaultdict(list)
        for piece in self.months[month]:
            of_unit[piece.unit].append(piece)
        for unit, pieces in of_unit.items():
            inside, pairs = _by_unit(pieces, self.org.tree(day))
            hidden = [p for between in pairs.values() if self._is_small(between) for p in between]
            share = None
            if not self._is_small(pieces) and not (hidden and self._is_small(hidden)):
                share = math.fsum(inside) / math.fsum(piece.days for piece in pieces)
            for to, between in pairs.items():
                is_small = self._is_small(between)
                yield {
                    "from_org_unit_id": hr_id(unit),
                    "to_org_unit_id": hr_id(to),
                    "month_start": month,
                    **({} if is_small else self._numbers(between, due_before, day)),
                    "effort_inside_share": share,
                    "suppressed": is_small,
                }

    def _is_small(self, pieces: list[Piece]) -> bool:
        return len({piece.worker for piece in pieces}) < self.minimum

    def _numbers(self, pieces: list[Piece], due_before: dt.date, day: dt.date) -> dict[str, Any]:
        found = {self.items.initiative(item) for item in {piece.item for piece in pieces}}
        initiatives = [initiative for initiative in found if initiative is not None]
        return {
            "n_initiatives": len(initiatives),
            "n_overdue": sum(
                self._is_overdue(initiative, due_before, day) for initiative in initiatives
            ),
            "person_days": math.fsum(piece.days for piece in pieces),
        }

    def _is_overdue(self, initiative: str, due_before: dt.date, day: dt.date) -> bool:
        """Due before a day, and not closed by the end of `day`."""
        due_on = self.items.rows[initiative]["due_on"]
        closed_at = self.items.closed_at(initiative)
        is_closed = closed_at is not None and closed_at.date() <= day
        return due_on is not None and due_on < due_before and not is_closed


def _by_unit(pieces: list[Piece], tree: Tree) -> tuple[list[float], dict[str, list[Piece]]]:
    """Person-days on goals of the unit itself or of a unit above or below it; and the pieces on
    goals of every other unit of the tree."""
    inside: list[float] = []
    pairs: dict[str, list[Piece]] = defaultdict(list)
    for piece in pieces:
        if piece.to not in tree.parent:
            continue
        if piece.unit in tree.path(piece.to) or piece.to in tree.path(piece.unit):
            inside.append(piece.days)
        else:
            pairs[piece.to].append(piece)
    return inside, pairs
