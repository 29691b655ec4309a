"""Columns that can be in no told group, since they lie on a cycle.

Belongs here: columns that are one row less another as arcs, and which arcs lie on cycles. Does not
belong here: elimination (`audit_free_rows`), searching what is left (`audit_unions`).

A combination of rows gives the arc from x to y the weight of x less that of y. Around a cycle of
arcs these sum to 0; in what tells a group each is 0 or 1; so all of them are 0.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pipelines.audit_free_rows import Cell, Vector

Arc = tuple[Cell | None, Cell | None]


def on_cycles(columns: Iterable[Vector]) -> list[Vector]:
    """The columns on cycles; one that is a row alone is an arc to or from nowhere (None)."""
    arcs = [(arc, column) for column in columns if (arc := _arc(column)) is not None]
    onward: dict[Cell | None, list[Cell | None]] = defaultdict(list)
    back: dict[Cell | None, list[Cell | None]] = defaultdict(list)
    for (begin, end), _ in arcs:
        onward[begin].append(end)
        back[end].append(begin)
    knot: dict[Cell | None, int] = {}
    for number, start in enumerate(reversed(_finished(onward))):
        if start not in knot:
            knot |= dict.fromkeys(_reached(start, back, knot), number)
    return [column for (begin, end), column in arcs if knot[begin] == knot[end]]


def _arc(column: Vector) -> Arc | None:
    begins = [row for row, n in column.items() if n == 1]
    ends = [row for row, n in column.items() if n == -1]
    if len(begins) + len(ends) != len(column) or len(begins) > 1 or len(ends) > 1:
        return None
    return next(iter(begins), None), next(iter(ends), None)


def _finished(onward: Mapping[Cell | None, Sequence[Cell | None]]) -> list[Cell | None]:
    """Rows in the order in which a search in depth is done with them (Kosaraju)."""
    order: list[Cell | None] = []
    seen: set[Cell | None] = set()
    for root in list(onward):
        if root in seen:
            continue
        seen.add(root)
        stack = [(root, iter(onward.get(root, ())))]
        while stack:
            row, ahead = stack[-1]
            for following in ahead:
                if following not in seen:
                    seen.add(following)
                    stack.append((following, iter(onward.get(following, ()))))
                    break
            else:
                order.append(row)
                stack.pop()
    return order


def _reached(
    start: Cell | None,
    back: Mapping[Cell | None, Sequence[Cell | None]],
    done: Mapping[Cell | None, int],
) -> set[Cell | None]:
    found, ahead = {start}, [start]
    while ahead:
        for other in back.get(ahead.pop(), ()):
            if other not in found and other not in done:
                found.add(other)
                ahead.append(other)
    return found
