"""Rows of monthly tables: a unit on the last judged Sunday of a month (readings B1 to B3).

Belongs here: which rows there are and which are shown, what each speaks about (goals, people,
effort of that Sunday's week, cells of surveys), changes between months.
Does not belong here: the week's pattern (`weekpattern`), measures.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from functools import cached_property
from typing import Any, NamedTuple

import polars as pl

from sandbox.truth.basis import AS_WAS, TO_SUNDAY, Basis
from sandbox.truth.goals import Goals
from sandbox.truth.org import Tree
from sandbox.truth.states import States
from sandbox.truth.units import HIDDEN, Cell
from sandbox.truth.weekpattern import WeekPattern
from sandbox.world import HR

OLDEST = dt.timedelta(days=400)
"""How long before a Sunday a wave may have closed."""
KEY: dict[str, Any] = {"org_unit_id": pl.String, "month_start": pl.Date, "org_basis": pl.String}
MISSING: dict[str, Any] = {"suppressed": pl.Boolean, "reason_missing": pl.String}

Row = dict[str, Any]


class Month(NamedTuple):
    """A row of a monthly table: a unit (bare key) on the Sunday that speaks for the month."""

    basis: Basis
    unit: str
    sunday: dt.date
    is_shown: bool

    @property
    def month_start(self) -> dt.date:
        """The first day of the Sunday's month."""
        return self.sunday.replace(day=1)

    @property
    def week_start(self) -> dt.date:
        """The Monday of the Sunday's week."""
        return self.sunday - TO_SUNDAY

    @property
    def key(self) -> Row:
        """The three key columns."""
        return {
            "org_unit_id": f"{HR}:{self.unit}",
            "month_start": self.month_start,
            "org_basis": self.basis.name,
        }


class Months:
    """All rows of a monthly table and what they speak about.

    `said` is understanding_and_control, `surveys` core's dim_survey."""

    def __init__(
        self,
        pattern: WeekPattern,
        goals: Goals,
        states: States,
        said: pl.DataFrame,
        surveys: pl.DataFrame,
    ) -> None:
        self.goal_book, self.states = goals, states
        self.pattern, self.groups = pattern, pattern.groups
        cells = said.iter_rows(named=True)
        self.cells = {(c["org_unit_id"], c["survey_id"], c["construct"]): c for c in cells}
        asked: dict[str, set[str]] = defaultdict(set)
        for _, survey, construct in self.cells:
            asked[construct].add(survey)
        ends = surveys.sort("closed_at", "survey_id").select("survey_id", pl.col("closed_at"))
        self.waves = {
            construct: [(s, at.date()) for s, at in ends.iter_rows() if s in found]
            for construct, found in asked.items()
        }

    @cached_property
    def rows(self) -> list[Month]:
        """Every unit of the tree of each month's last judged Sunday, sorted by key (B1)."""
        rows = []
        for groups in self.groups.values():
            basis = groups.basis
            for week in last_weeks(basis.weeks()):
                sunday = week + TO_SUNDAY
                hidden = self.pattern.hidden(week)[basis.name]
                rows += [
                    Month(basis, unit, sunday, unit not in hidden)
                    for unit in basis.tree(sunday).parent
                ]
        return sorted(rows, key=lambda row: (row.unit, row.sunday, row.basis.name))

    def goals(self, row: Month) -> frozenset[str]:
        """Goals of all levels that are active on the Sunday, in the row's subtree (D1)."""
        return self._goals[row.basis.name, row.sunday].get(row.unit, frozenset())

    def units(self, row: Month) -> frozenset[str]:
        """The row's unit and all below it, by the row's tree."""
        return self._units[row.basis.name, row.sunday][row.unit]

    def effort(self, row: Month) -> Row:
        """The numbers of effort_alignment in the Sunday's week, small units included."""
        cell = self.groups[row.basis.name].cells.get((row.unit, row.week_start))
        return (cell or Cell()).row()

    def people(self, row: Month) -> frozenset[str]:
        """Workers of the headcount on the Sunday."""
        return self.groups[row.basis.name].headcount(row.unit, row.week_start)

    def observable(self, row: Month) -> frozenset[str]:
        """Those of `people` who can be observed (R1)."""
        return self.people(row) & self.groups[row.basis.name].observable[row.week_start]

    def cell(self, row: Month, construct: str) -> Row:
        """What the unit said in the last wave that asks the construct and is not too old, as
        published; nothing in restated rows, nor where there is no such cell (B2)."""
        closed = [wave for wave in self.waves.get(construct, ()) if wave[1] <= row.sunday]
        if row.basis.name != AS_WAS or not closed or row.sunday - closed[-1][1] > OLDEST:
            return {}
        return self.cells.get((f"{HR}:{row.unit}", closed[-1][0], construct), {})

    @cached_property
    def _goals(self) -> dict[tuple[str, dt.date], dict[str, frozenset[str]]]:
        """By basis and Sunday: goals by each unit in whose subtree they count."""
        found = {}
        for basis, sunday in {(row.basis, row.sunday) for row in self.rows}:
            tree, placed_on = basis.tree(sunday), basis.day_of_tree(sunday)
            goals: dict[str, set[str]] = defaultdict(set)
            for goal in self.states.on(sunday).active:
                home = place(self.goal_book.unit(goal, placed_on), tree)
                for above in tree.path(home) if home else ():
                    goals[above].add(goal)
            found[basis.name, sunday] = {unit: frozenset(some) for unit, some in goals.items()}
        return found

    @cached_property
    def _units(self) -> dict[tuple[str, dt.date], dict[str, frozenset[str]]]:
        found = {}
        for basis, sunday in {(row.basis, row.sunday) for row in self.rows}:
            tree = basis.tree(sunday)
            units: dict[str, set[str]] = defaultdict(set)
            for unit in tree.parent:
                for above in tree.path(unit):
                    units[above].add(unit)
            found[basis.name, sunday] = {unit: frozenset(some) for unit, some in units.items()}
        return found


def place(unit: str | None, tree: Tree) -> str | None:
    """Where something of a unit counts: at the root where the unit is unknown or not in the tree;
    None where there is no tree yet."""
    return unit if unit in tree.parent else tree.root


def last_weeks(weeks: Iterable[dt.date]) -> list[dt.date]:
    """Of Mondays, in order, the last in the month of whose Sunday it is."""
    last = {(week + TO_SUNDAY).replace(day=1): week for week in weeks}
    return list(last.values())


def mean_of(parts: Iterable[float | None]) -> float | None:
    """The mean of the parts that are there; None where none is."""
    known = [part for part in parts if part is not None]
    return sum(known) / len(known) if known else None


def present(parts: dict[str, float | None]) -> str:
    """Names of the parts that are there, in their order."""
    return ",".join(name for name, part in parts.items() if part is not None)


def month_table(
    rows: Iterable[Month], numbers: Callable[[Month], Row], columns: dict[str, Any]
) -> pl.DataFrame:
    """A monthly table: `KEY`, `columns` (name to type), `MISSING`; sorted by key.

    `numbers` is asked for shown rows only, reason_missing among them. A hidden row has no number
    and says `few_people` (F6)."""
    made = [
        row.key | ({"suppressed": False} | numbers(row) if row.is_shown else HIDDEN) for row in rows
    ]
    schema = KEY | columns | MISSING
    filled = [dict.fromkeys(schema) | row for row in made]
    return pl.DataFrame(filled, schema=schema).sort(*KEY)


def change(table: pl.DataFrame, value: str, n_months: int, behind: str) -> pl.Series:
    """By row of a monthly table: `value` less that of the unit and basis `n_months` before; null
    where either is null or the text in `behind` differs (B3)."""
    then = table.select(
        "org_unit_id",
        "org_basis",
        pl.col("month_start").dt.offset_by(f"{n_months}mo"),
        then=pl.col(value),
        behind_then=pl.col(behind),
    )
    both = table.join(then, on=list(KEY), how="left", maintain_order="left")
    same = pl.col(behind) == pl.col("behind_then")
    return both.select(pl.when(same).then(pl.col(value) - pl.col("then"))).to_series()
