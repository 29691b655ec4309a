"""pull_index: do people pull work towards goals, or is it pushed at them (readings H1 to H4)?

Belongs here: where goals come from, who starts initiatives, the index, how far what work shows
goes with what people say. Does not belong here: rows and small groups (`months`), survey cells.
"""

from __future__ import annotations

import datetime as dt
import statistics
from collections import Counter, defaultdict
from functools import lru_cache
from typing import Any

import polars as pl

from sandbox.truth.goals import Goals
from sandbox.truth.initiatives import Initiatives
from sandbox.truth.months import Month, Months, Row, mean_of, month_table, place, present
from sandbox.truth.org import Tree
from sandbox.world import World

FEWEST_UNITS = 10
"""Units from which a correlation is shown."""
DIGITS = 9
"""Places of a part by which units differ at all."""
_N, _F, _T = pl.Int64, pl.Float64, pl.String
COLUMNS: dict[str, Any] = {
    "n_goals": _N,
    "self_set_share": _F,
    "negotiated_share": _F,
    "n_initiatives": _N,
    "started_inside_share": _F,
    "ownership": _F,
    "participation": _F,
    "pull_index": _F,
    "parts_present": _T,
    "structural_survey_correlation": _F,
}
STRUCTURAL, SURVEYED = ("origin", "started_inside"), ("ownership", "participation")

Parts = dict[str, float | None]
"""The four parts of the index by name, in their order."""


class Pull:
    """What the work of a cut world shows of pull and push."""

    def __init__(self, world: World, goals: Goals, initiatives: Initiatives) -> None:
        self.org, self.goals, self.initiatives = goals.org, goals, initiatives
        self.heads: dict[str, list[tuple[dt.date, str | None]]] = defaultdict(list)
        versions = world.units.sort("unit", "valid_from").select("unit", "valid_from", "head")
        for unit, first, head in versions.iter_rows():
            self.heads[unit].append((first, head))
        self.units = {i: initiatives.unit(i) for i in initiatives.keys}
        self.origin = lru_cache(maxsize=None)(self._origin)
        self._open_on = lru_cache(maxsize=None)(self._find_open)

    def table(self, months: Months) -> pl.DataFrame:
        """The mart."""
        shown = [row for row in months.rows if row.is_shown]
        parts = {row: self._parts(months, row) for row in shown}
        groups: dict[tuple[str, dt.date], list[Parts]] = defaultdict(list)
        for row, found in parts.items():
            groups[row.basis.name, row.sunday].append(found)
        together = {key: correlation(group) for key, group in groups.items()}
        return month_table(
            months.rows,
            lambda row: {
                **self._counts(months, row),
                **_numbers(parts[row]),
                "structural_survey_correlation": together[row.basis.name, row.sunday],
            },
            COLUMNS,
        )

    def open_initiatives(self, months: Months, row: Month) -> set[str]:
        """Initiatives open on the Sunday whose unit is in the subtree; one of no unit, or of one
        that the row's tree lacks, counts at the root (H2)."""
        units, tree = months.units(row), row.basis.tree(row.sunday)
        return {i for i in self._open_on(row.sunday) if place(self.units[i], tree) in units}

    def _counts(self, months: Months, row: Month) -> Row:
        origins = self._origins(months, row)
        return {
            "n_goals": len(months.goals(row)),
            "self_set_share": _share(origins, "self_set"),
            "negotiated_share": _share(origins, "negotiated"),
            "n_initiatives": len(self.open_initiatives(months, row)),
        }

    def _parts(self, months: Months, row: Month) -> Parts:
        return {
            "origin": _share(self._origins(months, row), "self_set", "negotiated"),
            "started_inside": self._started_inside(months, row),
            **{name: months.cell(row, name).get("favourable_share") for name in SURVEYED},
        }

    def _origins(self, months: Months, row: Month) -> Counter[str]:
        """Goals of the row by their origin; without those of unknown origin."""
        origins = (self.origin(goal, row.sunday) for goal in months.goals(row))
        return Counter(origin for origin in origins if origin is not None)

    def _origin(self, goal: str, day: dt.date) -> str | None:
        """Where a goal comes from, as far as can be known on a day (H1)."""
        said: str | None = self.goals.rows[goal]["origin"]
        creator = self.goals.rows[goal]["created_by"]
        owners = self.goals.owner_people.get(goal, [])
        if said is not None or creator not in self.org.people:
            return said
        if creator in owners:
            return "self_set"
        unit, tree = self.goals.unit(goal, day), self.org.tree(day)
        if unit not in tree.parent:
            return None
        seat = self.org.primary_unit(creator, day)
        if not owners and seat in tree.parent and unit in tree.path(seat):
            return "self_set"
        heads = {self._head(above, day) for above in tree.path(unit)[1:]}
        return "assigned" if creator in heads else None

    def _head(self, unit: str, day: dt.date) -> str | None:
        return [head for first, head in self.heads[unit] if first <= day][-1]

    def _find_open(self, sunday: dt.date) -> set[str]:
        """Initiatives that were created by the day and not closed by it (R2b)."""
        items = self.initiatives.items
        return {
            initiative
            for initiative in self.initiatives.keys
            if items.rows[initiative]["created_at"].date() <= sunday
            and ((at := items.closed_at(initiative)) is None or at.date() > sunday)
        }

    def _started_inside(self, months: Months, row: Month) -> float | None:
        units, tree = months.units(row), row.basis.tree(row.sunday)
        is_inside = []
        for initiative in self.open_initiatives(months, row):
            created_on = self.initiatives.items.rows[initiative]["created_at"].date()
            seat = self._reporters_unit(initiative, row.basis.day_of_tree(created_on), tree)
            is_inside += [] if seat is None else [seat in units]
        return sum(is_inside) / len(is_inside) if is_inside else None

    def _reporters_unit(self, initiative: str, day: dt.date, tree: Tree) -> str | None:
        """Where the reporter's primary seat counts; None without a person or a seat."""
        reporter = self.initiatives.items.rows[initiative]["reporter"]
        person = self.initiatives.identity.person(reporter) if reporter else None
        if person is None or not self.org.seats_on(person, day):
            return None
        return place(self.org.primary_unit(person, day), tree)


def _share(counts: Counter[str], *names: str) -> float | None:
    return sum(counts[name] for name in names) / counts.total() if counts else None


def _numbers(parts: Parts) -> Row:
    """The index with its parts, and why it is missing where it is (H3)."""
    work, said = _means(parts)
    is_whole = work is not None and said is not None
    unknown = "no_survey" if said is None else "unknown_origin"
    return {
        "started_inside_share": parts["started_inside"],
        "ownership": parts["ownership"],
        "participation": parts["participation"],
        "pull_index": mean_of(parts.values()) if is_whole else None,
        "parts_present": present(parts),
        "reason_missing": None if is_whole else unknown,
    }


def _means(parts: Parts) -> tuple[float | None, float | None]:
    """What work shows, and what people say."""
    work, said = ([parts[name] for name in names] for names in (STRUCTURAL, SURVEYED))
    return mean_of(work), mean_of(said)


def correlation(units: list[Parts]) -> float | None:
    """Pearson's between what work shows and what people say, over units that have both; None
    under `FEWEST_UNITS` of them or where either is everywhere the same (H4)."""
    pairs = [
        (work, said) for work, said in map(_means, units) if work is not None and said is not None
    ]
    if len(pairs) < FEWEST_UNITS:
        return None
    work, said = zip(*pairs, strict=True)
    if any(round(max(side) - min(side), DIGITS) == 0 for side in (work, said)):
        return None
    return statistics.correlation(work, said)
