"""Fields and rows that BambooHR leaves out because the key's user may not see them.

Belongs here: counting, field by field, the records without it, employees of whom a table has no
row, and the words for that: counts alone, as words go to the log and to pages.
Does not belong here: asking (`bamboohr`), what a missing value means for a row.

BambooHR never says no to a field: it is missing from the record, or null and named in
`_restrictedFields`. An unknown field is missing likewise. Rows of a table are merely not there.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import SourceError

Place = tuple[tuple[str, ...], str]
"""The frames that are served, and where the field was asked for."""


@dataclass
class Hidden:
    """Counts records by place, and those without a field by place and field."""

    seen: Counter[Place] = field(default_factory=Counter)
    without: dict[Place, Counter[str]] = field(default_factory=dict)
    owners: dict[Place, set[str]] = field(default_factory=dict)
    """By table in which everybody should have a row: the employees who have one."""

    def look(
        self, frames: tuple[str, ...], where: str, fields: Sequence[str], rows: Iterable[Any]
    ) -> None:
        """Count the `rows` of `where`, from which `fields` were asked for `frames`."""
        place = (frames, where)
        missing = self.without.setdefault(place, Counter())
        for row in rows:
            if not isinstance(row, dict):
                continue
            self.seen[place] += 1
            restricted = row.get("_restrictedFields") or ()
            missing.update(name for name in fields if name not in row or name in restricted)

    def look_for_rows(self, frames: tuple[str, ...], where: str, rows: Iterable[Any]) -> None:
        """Note of whom the table `where`, which serves `frames`, has a row."""
        found = self.owners.setdefault((frames, where), set())
        found.update(str(row.get("employeeId")) for row in rows if isinstance(row, dict))

    def rowless(self, begun: Set[str]) -> Iterator[tuple[str, str]]:
        """(frame, how many of the employees in `begun` have no row in a table, what to do)."""
        for (frames, where), owners in self.owners.items():
            n = len(begun - owners)
            said = (
                f"{where} has no row of {n} of {len(begun)} employees who have begun, so their "
                "rows may be hidden and nothing is taken for deleted. Give the user of the key "
                "the permission to see the table of all employees; who rightly has no row needs "
                "one there from the day of hire"
            )
            yield from ((frame, said) for frame in frames if n)

    def everywhere(self) -> Iterator[tuple[str, str]]:
        """(field, where) of each field that no record has."""
        for (frames, where), missing in self.without.items():
            n = self.seen[frames, where]
            yield from ((name, where) for name, count in sorted(missing.items()) if count == n)

    def raise_for_all(self, source: str) -> None:
        """SourceError where a field is missing from all records of a place."""
        gone = [f"`{name}` of {where}" for name, where in self.everywhere()]
        if gone:
            raise SourceError(
                f"{source}: BambooHR gives {', '.join(gone)} for no employee, so the user of the "
                "key may not see it, or it does not exist. Give their access level the permission "
                "to view it, mend its name in the mapping (`alignmart check` knows them), or name "
                "it in `mapping.do_without`."
            )

    def in_words(self) -> Iterator[tuple[str, str]]:
        """(frame, what is missing from some of its records and what to do)."""
        for (frames, where), missing in self.without.items():
            n = self.seen[frames, where]
            parts = [f"{name} {count}" for name, count in sorted(missing.items()) if count < n]
            said = (
                f"hidden in some of {n} records of {where}: {', '.join(parts)}. Give the user of "
                "the key the permission to see these fields of all employees"
            )
            yield from ((frame, said) for frame in frames if parts)
