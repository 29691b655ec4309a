"""Cells of a wave before anything is rounded or left out: a unit's subtree, a construct (F3, V3 to
V5).

Belongs here: which sheets a cell counts, which cells are hidden, its change since the wave before.
Does not belong here: marks of sheets (`sheets`), the fixed point (`pattern`), statistics
(`proportions`), what is shown of a cell (`understanding`).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction

from sandbox.truth.pattern import Forest, Kind, hidden_units
from sandbox.truth.proportions import Change, change, discoveries
from sandbox.truth.sheets import Mark, Wave

ENOUGH = 10
"""Sheets from which a cell shows more than its favourable share."""
NET_PROMOTERS, NET_SCALE = "enps", (0, 10)

Cells = dict[tuple[str, str], "Cell"]
"""By unit and construct."""


@dataclass
class Cell:
    """A unit's subtree, a construct: everything before rounding. `change` where there is one."""

    is_hidden: bool
    marks: list[Mark]
    n_sheets: int
    invited: int | None
    answered: int
    unsure: int
    is_comparable: bool | None
    has_net_score: bool
    """Whether the construct is that of the net score, on its scale."""
    change: Change | None = None
    is_significant: bool | None = None

    @property
    def n(self) -> int:
        """Sheets that count for the construct."""
        return len(self.marks)

    @property
    def share(self) -> Fraction | None:
        """The mean of the sheets' favourable shares; None without sheets or without a cut."""
        given = [m.favourable for m in self.marks if m.favourable is not None]
        return sum(given, Fraction(0)) / len(given) if given else None

    @property
    def has_interval(self) -> bool:
        """Whether the cell is shown whole."""
        return not self.is_hidden and self.n >= ENOUGH


def cells_of(closed: Mapping[str, Wave], minimum: int) -> dict[str, Cells]:
    """The cells of every closed wave (by id), with their changes."""
    found = {key: _cells(wave, closed, minimum) for key, wave in closed.items()}
    for key, wave in closed.items():
        _compare(found[key], found.get(wave.previous_id or "", {}))
    return found


def survey_pattern(wave: Wave, minimum: int) -> frozenset[str]:
    """Units whose cells of a wave are hidden (readings F3 to F5): one answer for all constructs."""
    kinds = list(_counting(wave))
    forest = Forest(wave.parent)
    small = {
        unit
        for unit in wave.parent
        for kind in kinds
        if len(kind.people(forest.subtree(unit))) < minimum
    }
    return hidden_units(wave.parent, [*kinds, *_asked(wave)], minimum, small)


def _counting(wave: Wave) -> Iterator[Kind]:
    """Who counts for each construct, with all that its published numbers say of them."""
    for construct, marks in wave.marks.items():
        own = {unit: frozenset(sheets) for unit, sheets in _by_unit(wave, marks).items()}
        yield Kind(
            own, {s: m.position if m.favourable is None else m.favourable for s, m in marks.items()}
        )
        if _has_net_score(wave, construct):
            yield Kind(own, {s: Fraction(m.is_promoter) for s, m in marks.items()})
            yield Kind(own, {s: Fraction(m.is_detractor) for s, m in marks.items()})


def _asked(wave: Wave) -> Iterator[Kind]:
    """Who is in the other numbers of a cell: people invited, and for each construct the sheets
    that its share of "don't know" is about."""
    for sheets in wave.spoke.values():
        yield Kind(
            {u: frozenset(some) for u, some in _by_unit(wave, sheets).items()}, is_sized=False
        )
    if wave.invited is not None:
        people = {u: frozenset(f"{u}|{k}" for k in range(n)) for u, n in wave.invited.items()}
        yield Kind(people, is_sized=False)


def _by_unit(wave: Wave, sheets: Iterable[str]) -> dict[str, list[str]]:
    """Sheets by the unit in which they count directly."""
    found = defaultdict(list)
    for sheet in sheets:
        found[wave.unit_of[sheet]].append(sheet)
    return found


def _cells(wave: Wave, closed: Mapping[str, Wave], minimum: int) -> Cells:
    """Cells by unit and construct."""
    hidden = survey_pattern(wave, minimum)
    forest = Forest(wave.parent)
    before = closed.get(wave.previous_id or "")
    sheets = _by_unit(wave, wave.unit_of)
    found = {}
    for unit in wave.parent:
        here = list(forest.subtree(unit))
        handed_in = [sheet for below in here for sheet in sheets.get(below, [])]
        for construct, marks in wave.marks.items():
            states = wave.states[construct]
            found[unit, construct] = Cell(
                is_hidden=unit in hidden,
                marks=[marks[sheet] for sheet in handed_in if sheet in marks],
                n_sheets=len(handed_in),
                invited=None if wave.invited is None else sum(wave.invited[u] for u in here),
                answered=sum(states[u, "answered"] for u in here),
                unsure=sum(states[u, "dont_know"] for u in here),
                is_comparable=_is_comparable(wave, before, construct),
                has_net_score=_has_net_score(wave, construct),
            )
    return found


def _has_net_score(wave: Wave, construct: str) -> bool:
    scales = {(item["scale_min"], item["scale_max"]) for item in wave.asked[construct]}
    return construct == NET_PROMOTERS and scales == {NET_SCALE}


def _is_comparable(wave: Wave, before: Wave | None, construct: str) -> bool | None:
    """Whether the wave before has closed and asked the same items in the same way."""
    if wave.previous_id is None:
        return None
    now = wave.asked[construct]
    then = [] if before is None else before.asked.get(construct, [])
    same = {i["question_key"] for i in now} == {i["question_key"] for i in then}
    return same and all(item["is_as_before"] for item in now)


def _compare(now: Cells, before: Cells) -> None:
    """Set the change of every cell that has one, and whether it is more than chance."""
    changed = []
    for key, cell in now.items():
        then = before.get(key)
        if not (cell.is_comparable and cell.has_interval and then and then.has_interval):
            continue
        if cell.share is not None and then.share is not None:
            cell.change = change(cell.share, cell.n, then.share, then.n)
            changed.append((cell, cell.change.p_value))
    verdicts = discoveries([p for _, p in changed])
    for (cell, _), verdict in zip(changed, verdicts, strict=True):
        cell.is_significant = verdict
