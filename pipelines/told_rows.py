"""Which rows must be hidden beside others so that no small group is told.

Belongs here: hiding one row after the other until nothing is told of 1 to minimum − 1 people.
Does not belong here: what is told (`audit_rowspace`), who is in which row (the model `week_told`),
the audit of what was hidden, which asks anew (`audit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipelines.audit_free_rows import Cell
from pipelines.audit_rowspace import Alike, told_groups

Order = tuple[int | str, ...]


def rows_to_hide(
    kinds: Sequence[Sequence[Alike]],
    above: Mapping[Cell, Cell | None],
    minimum: int,
    order: Callable[[Cell], Order | None],
) -> list[Cell]:
    """Rows to hide, in the order of hiding (reading F2b).

    `kinds`: for each kind of amount that the rows sum, who has it in which rows; `above`: the rows
    shown, each with the next one that it is a part of; `order`: the least is hidden first, None
    stays. While a group is told, the first of the rows is hidden without which some group would
    not be told; where there are none, the first of all.
    """
    shown, hidden = dict(above), list[Cell]()
    while True:
        by_kind = [told_groups(alikes, shown, minimum) for alikes in kinds]
        told = [group for groups in by_kind for group in groups]
        needed = {cell for group in told for cell in group.needed}
        ranks = {cell: rank for cell in needed if (rank := order(cell)) is not None}
        if told and not ranks:
            ranks = {cell: rank for cell in shown if (rank := order(cell)) is not None}
        if not told or not ranks:
            return hidden
        first = min(ranks, key=lambda cell: ranks[cell])
        hidden.append(first)
        over = shown.pop(first)
        shown = {cell: over if up == first else up for cell, up in shown.items()}
        # What tells nothing tells nothing with fewer rows.
        kinds = [
            _without(alikes, first) for alikes, groups in zip(kinds, by_kind, strict=True) if groups
        ]


def _without(alikes: Sequence[Alike], hidden: Cell) -> list[Alike]:
    return [
        Alike(alike.cells - {hidden}, alike.n_people, alike.people)
        if hidden in alike.cells
        else alike
        for alike in alikes
    ]
