"""The weekly marts of units, all bases together: effort_alignment and line_of_sight.

Belongs here: bringing work, goals and people of each basis under the week's one pattern.
Does not belong here: any formula.
"""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from sandbox.truth.basis import Basis
from sandbox.truth.focus import goal_effort_of_units, of_units
from sandbox.truth.goals import Goals
from sandbox.truth.priority import Priorities
from sandbox.truth.reach import Paths, line_of_sight
from sandbox.truth.units import cells_of, effort_alignment
from sandbox.truth.weekpattern import Groups, WeekPattern

KEY = ["org_unit_id", "week_start", "org_basis"]


def groups_of(bases: Sequence[Basis], paths: Paths) -> list[Groups]:
    """People and effort of every unit and week, one for each basis."""
    return [Groups(basis, cells_of(basis), paths.observable) for basis in bases]


def unit_weeks(
    pattern: WeekPattern,
    parts: pl.DataFrame,
    goals: Goals,
    priorities: Priorities,
    paths: Paths,
) -> dict[str, pl.DataFrame]:
    """Both marts, sorted by their key. `parts` is the split of `work.classified`."""
    hidden = pattern.without_number()
    alignment, sight = [], []
    for group in pattern.groups.values():
        basis = group.basis
        effort = goal_effort_of_units(basis, parts)
        focus, gaps = of_units(effort, basis, goals), priorities.gaps(effort, basis)
        without = hidden[basis.name]
        alignment.append(effort_alignment(basis, group.cells, focus, gaps, without))
        sight.append(line_of_sight(basis, paths, without))
    return {
        "effort_alignment": pl.concat(alignment).sort(KEY),
        "line_of_sight": pl.concat(sight).sort(KEY),
    }
