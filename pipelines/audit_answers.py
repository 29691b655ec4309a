"""How open the answers of people stay whose cells a wave hides.

Belongs here: between which bounds a hidden cell's share or mean may lie, given every shown cell.
Does not belong here: whether a sum is known exactly (`audit_rowspace`), judging (`audit`).

Shown cells of one tree tell sums of *rests* alone: what is in a shown unit and in none of the next
shown ones below. Of a rest of n people whose values of 0 to 1 sum to s, m people have between
greatest(0, s − (n − m)) and least(m, s): the optimum of the linear program over the rest's people.
s is known as well as the cells say it: a favourable share is rounded to 0.01 and a band says less;
means and eNPS are exact. As in the pattern (reading F5), parts of fewer than the minimum of people
are looked at, by favourable shares, or where a construct has none by means, promoters and
detractors.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import duckdb

from pipelines.audit_cells import Tree
from pipelines.audit_waves import wave_trees

OPEN: Final = 0.25
"""How wide, at least, the bounds of a hidden cell must be: a quarter of the scale."""
_ROUNDING: Final = 0.005
_NEGLIGIBLE: Final = 1e-9

Bounds = tuple[float, float]
Values = tuple[float | None, ...]
"""Of a sheet: favourable share, mean ÷ 100, promoter, detractor, each of 0 to 1."""
MEASURES: Final = ("favourable_share", "mean_100", "promoters", "detractors")


@dataclass(frozen=True, slots=True)
class Closed:
    """People of a hidden cell, or direct members, whose answers do not stay open."""

    survey: str
    construct: str
    shown_unit: str
    whose: str
    n_people: int
    measure: str
    bounds: Bounds


def closed_answers(connection: duckdb.DuckDBPyConnection, minimum: int) -> Iterator[Closed]:
    """What shown cells of waves tell too narrowly."""
    trees = wave_trees(connection)
    sheets = _sheets(connection)
    for (survey, construct), cells in sorted(_shown(connection).items()):
        yield from _closed_of(
            survey, construct, trees[survey], cells, sheets[survey, construct], minimum
        )


def _closed_of(
    survey: str,
    construct: str,
    tree: Tree,
    cells: Mapping[str, tuple[Bounds | None, ...]],
    sheets: Mapping[str, Sequence[Values]],
    minimum: int,
) -> Iterator[Closed]:
    shown = frozenset(cells)
    counts = _subtree_counts(tree, sheets)
    below: dict[str, list[str]] = defaultdict(list)
    for unit, over in tree.next_above(shown).items():
        if over is not None:
            below[over].append(unit)
    parts = _parts(tree, shown, sheets)
    for unit in sorted(shown):
        n = counts[unit] - sum(counts[next_shown] for next_shown in below[unit])
        for i, measure in enumerate(MEASURES):
            total = _rest_sum(cells[unit][i], [cells[u][i] for u in below[unit]])
            if total is None or n <= 0:
                continue
            whose = {name: m for name, m in parts[unit].items() if m < minimum and m < n}
            for name, m in whose.items():
                bounds = _bounds(m, n, total)
                if bounds[1] - bounds[0] < OPEN - _NEGLIGIBLE:
                    yield Closed(survey, construct, unit, name, m, measure, bounds)


def _bounds(m: int, n: int, total: Bounds) -> Bounds:
    """Between what the mean of m of n people may lie, whose values sum to `total`."""
    low = max(0.0, total[0] - (n - m)) / m
    return low, min(m, max(total[1], 0.0)) / m


def _rest_sum(above: Bounds | None, below: Sequence[Bounds | None]) -> Bounds | None:
    """What is known of the sum of a rest; None where some cell says nothing of it."""
    if above is None or any(bounds is None for bounds in below):
        return None
    known = [bounds for bounds in below if bounds is not None]
    return above[0] - sum(high for _, high in known), above[1] - sum(low for low, _ in known)


def _parts(
    tree: Tree, shown: frozenset[str], sheets: Mapping[str, Sequence[Values]]
) -> dict[str, dict[str, int]]:
    """By shown unit, the parts of its rest: its direct members and each hidden unit's people."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for unit, own in sheets.items():
        rest = next(iter(tree.shown_above(unit, shown)), None)
        if rest is None:
            continue
        line = tree.line[unit]
        hidden = line[: line.index(rest)]
        for name in [f"hidden unit {over}" for over in hidden] or ["its direct members"]:
            found[rest][name] += len(own)
    return found


def _subtree_counts(tree: Tree, sheets: Mapping[str, Sequence[Values]]) -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for unit, own in sheets.items():
        for over in tree.line.get(unit, ()):
            found[over] += len(own)
    return found


def _sheets(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], dict[str, list[Values]]]:
    """By wave and construct, the values of sheets that count, by direct unit."""
    rows = connection.execute(
        "select survey_id, construct, org_unit_id, favourable, mean_100 / 100, "
        "case when promotion is not null then (promotion > 0)::int end, "
        "case when promotion is not null then (promotion < 0)::int end "
        "from core.survey_sheet_construct where is_counted order by all"
    ).fetchall()
    found: dict[tuple[str, str], dict[str, list[Values]]] = defaultdict(lambda: defaultdict(list))
    for survey, construct, unit, *values in rows:
        found[survey, construct][unit].append(tuple(values))
    return found


def _shown(
    connection: duckdb.DuckDBPyConnection,
) -> dict[tuple[str, str], dict[str, tuple[Bounds | None, ...]]]:
    """By wave and construct, what shown cells say of the sum of each measure."""
    rows = connection.execute(
        "select survey_id, construct, org_unit_id, n_answered, favourable_share, "
        "favourable_band, mean_100, enps, enps_standard_error "
        "from marts.understanding_and_control where not suppressed"
    ).fetchall()
    found: dict[tuple[str, str], dict[str, tuple[Bounds | None, ...]]] = defaultdict(dict)
    for survey, construct, unit, n, share, band, mean, enps, error in rows:
        found[survey, construct][unit] = (
            _share_sum(n, share, band),
            None if mean is None or share is not None else (n * mean / 100, n * mean / 100),
            *_enps_sums(n, enps, error),
        )
    return found


def _share_sum(n: int, share: float | None, band: str | None) -> Bounds | None:
    if band is not None:
        return (0.0, 0.2 * n) if band.startswith("under") else (0.8 * n, float(n))
    if share is None:
        return None
    return n * max(0.0, share - _ROUNDING), n * min(1.0, share + _ROUNDING)


def _enps_sums(
    n: int, enps: float | None, error: float | None
) -> tuple[Bounds | None, Bounds | None]:
    """Promoters and detractors, which eNPS and its error (reading V4) tell exactly together."""
    if enps is None or error is None:
        return None, None
    difference = enps * n / 100
    both = ((error / 100) ** 2 * (n + 3) + (difference / (n + 3)) ** 2) * (n + 3) - 1.5
    promoters, detractors = round((both + difference) / 2), round((both - difference) / 2)
    return (promoters, promoters), (detractors, detractors)
