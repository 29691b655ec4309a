"""Which rows must be hidden beside others so that no small group is told.

Belongs here: hiding one row after the other until nothing is told of 1 to minimum − 1 people.
Does not belong here: what is told (`audit_rowspace`), who is in which row (the model `week_told`),
the audit of what was hidden, which asks anew (`audit`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from pipelines.audit_free_rows import Cell
from pipelines.audit_rowspace import Alike, Sums

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
    shown, hidden = set(above), list[Cell]()
    telling = [Sums(alikes, above, minimum) for alikes in dict.fromkeys(map(tuple, kinds))]
    while True:
        by_kind = [(sums, sums.told()) for sums in telling]
        # What tells nothing tells nothing with fewer rows.
        telling = [sums for sums, told in by_kind if told]
        needed = {cell for _, told in by_kind for group in told for cell in group.needed}
        ranks = {cell: rank for cell in needed if (rank := order(cell)) is not None}
        if telling and not ranks:
            ranks = {cell: rank for cell in shown if (rank := order(cell)) is not None}
        if not telling or not ranks:
            return hidden
        first = min(ranks, key=lambda cell: ranks[cell])
        hidden.append(first)
        shown.remove(first)
        for sums in telling:
            sums.hide(first)
