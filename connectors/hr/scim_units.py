"""Units and seats from SCIM: from groups, or from the names of departments that users carry.

Belongs here: which groups are units, nesting, who sits where.
Does not belong here: users' own attributes (`scim_people`), questions (`scim_walk`).

A group may list the members of the groups within it as its own, as some providers do: of two
units, one above the other, only the lower one counts.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from connectors.frames import EARLIEST
from connectors.hr.scim_paths import folded
from connectors.hr.scim_people import SEAT, Seat, Users
from connectors.hr.scim_settings import ScimMapping, UnitGroups

Row = dict[str, Any]

_UNIT: Final = (
    "org_unit_key", "name", "parent_key", "head_key", "effective_from", "page", "unreadable",
    "payload",
)  # fmt: skip
_ASSIGNMENT: Final = (
    "assignment_key", "person_key", "org_unit_key", "manager_key", *SEAT, "is_primary",
    "effective_from", "effective_to", "page", "unreadable", "payload",
)  # fmt: skip
_TYPES: Final[dict[str, pl.DataType]] = {"page": pl.Int64(), "is_primary": pl.Boolean()}


@dataclass
class Group:
    """A group that is a unit."""

    key: str | None
    name: str
    record: Row
    page: int
    users: set[str] = field(default_factory=set)
    groups: set[str] = field(default_factory=set)


def unit_name(groups: UnitGroups, paths: dict[str, Any], record: Row) -> str | None:
    """The name of the unit that a folded group is, or None where it is no unit."""
    name = str(record.get("displayname") or "")
    if not name.startswith(groups.name_prefix):
        return None
    if "attribute" in paths and str(paths["attribute"].of(record)) not in groups.values:
        return None
    if groups.name_pattern:
        found = re.fullmatch(groups.name_pattern, name)
        if not found:
            return None
        return found.groupdict().get("name") or name
    return name.removeprefix(groups.name_prefix).strip() or name


class Groups:
    """Units and seats where groups are units."""

    def __init__(self, mapping: ScimMapping, *, whole: bool) -> None:
        self._options = mapping.unit_groups or UnitGroups()
        self._paths = mapping.unit_paths()
        self._whole = whole
        self._units: dict[str, Group] = {}
        self._all: set[str] = set()

    def add(self, records: Iterable[Any], page: int) -> None:
        """Take groups in; of a group that comes twice, the later one with members counts."""
        for record in map(folded, records):
            if not isinstance(record, dict) or not record.get("id"):
                continue
            one = str(record["id"])
            self._all.add(one)
            name = unit_name(self._options, self._paths, record)
            known = self._units.get(one)
            if name is None or (known and known.record.get("members") and "members" not in record):
                continue
            key = self._paths["key"].of(record)
            self._units[one] = Group(None if key is None else str(key), name, record, page)

    def rows(self, users: Users) -> tuple[pl.DataFrame, pl.DataFrame]:
        """(assignments, org_units), sorted by key."""
        for group in self._units.values():
            for member in group.record.get("members") or ():
                self._sort_in(group, member)
        above = self._parents()
        return self._assignments(users, above), self._org_units(users, above)

    def _sort_in(self, group: Group, member: Any) -> None:
        value = str(member.get("value") if isinstance(member, dict) else member)
        kind = str(member.get("type") or "").lower() if isinstance(member, dict) else ""
        is_group = kind == "group" or (not kind and value in self._all)
        (group.groups if is_group else group.users).add(value)

    def _parents(self) -> dict[str, list[str]]:
        """Unit: the units it lies in, those left out that lie above another one of them."""
        above: dict[str, set[str]] = {one: set() for one in self._units}
        for one, group in self._units.items():
            for child in (group.groups & self._units.keys()) - {one}:
                above[child].add(one)
        return {child: sorted(_lowest(parents, above)) for child, parents in above.items()}

    def _org_units(self, users: Users, above: dict[str, list[str]]) -> pl.DataFrame:
        rows: list[Row] = []
        for one, group in self._units.items():
            parents = [self._units[parent].key or "" for parent in above[one]]
            row = self._org_unit(group, users) | {"parent_key": min(parents, default=None)}
            rows.append(row)
            if len(parents) > 1:
                said = f"lies in {len(parents)} units ({', '.join(sorted(parents))})"
                rows.append(
                    row | {"unreadable": f"{said}; the first counts", "payload": str(group.key)}
                )
        return _frame(rows, _UNIT, "org_unit_key")

    def _org_unit(self, group: Group, users: Users) -> Row:
        head = self._paths["head"].of(group.record) if "head" in self._paths else None
        begin = None
        if "effective_from" in self._paths:
            begin = self._paths["effective_from"].of(group.record)
        return {
            "org_unit_key": group.key,
            "name": group.name,
            "head_key": None if head is None else users.person_key(str(head)),
            "effective_from": str(begin or EARLIEST.isoformat()),
            "page": group.page,
        }

    def _assignments(self, users: Users, above: dict[str, list[str]]) -> pl.DataFrame:
        units: dict[str, set[str]] = {}
        for one, group in self._units.items():
            for user in group.users:
                units.setdefault(user, set()).add(one)
        parents = {child: set(found) for child, found in above.items()}
        rows: list[Row] = []
        for user, member_of in units.items():
            lowest = sorted(_lowest(member_of, parents))
            seat = users.seats.get(user)
            if seat is None:
                rows += (
                    [] if user in users.gone or not self._whole else self._strangers(user, lowest)
                )
                continue
            for one in lowest:
                row = _seat_row(seat, users, self._units[one].key)
                row["assignment_key"] = f"{seat.person_key}/{self._units[one].key}"
                rows.append(row | {"is_primary": True if len(lowest) == 1 else None})
        return _frame(rows, _ASSIGNMENT, "assignment_key")

    def _strangers(self, user: str, units: list[str]) -> list[Row]:
        """A member whom the list of users does not hold is set aside, not lost."""
        return [
            {
                "assignment_key": f"{user}/{self._units[one].key}",
                "page": self._units[one].page,
                "unreadable": f"member of unit {self._units[one].key} is no user of the provider",
                "payload": user,
            }
            for one in units
        ]


def from_levels(users: Users) -> tuple[pl.DataFrame, pl.DataFrame]:
    """(assignments, org_units) where users carry the names of their units, sorted by key.

    A unit's key is its path of names in lower case, so a unit that is renamed is another unit.
    """
    spelled: dict[str, Counter[str]] = {}
    parents: dict[str, str | None] = {}
    pages: dict[str, int] = {}
    rows: list[Row] = []
    for seat in users.seats.values():
        key: str | None = None
        for name in seat.units:
            step = name.lower().replace("%", "%25").replace("/", "%2F")
            below = step if key is None else f"{key}/{step}"
            parents[below] = key
            spelled.setdefault(below, Counter())[name] += 1
            pages[below] = min(seat.page, pages.get(below, seat.page))
            key = below
        if key is not None:
            row = _seat_row(seat, users, key)
            rows.append(row | {"assignment_key": seat.person_key, "is_primary": True})
    units = [
        {
            "org_unit_key": key,
            "name": min(names, key=lambda name: (-names[name], name)),
            "parent_key": parents[key],
            "effective_from": EARLIEST.isoformat(),
            "page": pages[key],
        }
        for key, names in spelled.items()
    ]
    return _frame(rows, _ASSIGNMENT, "assignment_key"), _frame(units, _UNIT, "org_unit_key")


def _seat_row(seat: Seat, users: Users, unit: str | None) -> Row:
    return {
        "person_key": seat.person_key,
        "org_unit_key": unit,
        "manager_key": None if seat.manager is None else users.person_key(seat.manager),
        **dict(zip(SEAT, seat.cells, strict=True)),
        "effective_from": seat.effective_from,
        "effective_to": seat.effective_to,
        "page": seat.page,
    }


def _lowest(units: set[str], above: dict[str, set[str]]) -> set[str]:
    """`units` without those that lie above another of them; all where they lie in a circle."""
    higher: set[str] = set()
    for one in units:
        seen, waiting = {one}, list(above.get(one, ()))
        while waiting:
            unit = waiting.pop()
            if unit not in seen:
                seen.add(unit)
                waiting += above.get(unit, ())
        higher |= seen - {one}
    return (units - higher) or units


def _frame(rows: list[Row], columns: tuple[str, ...], key: str) -> pl.DataFrame:
    types = dict.fromkeys(columns, pl.String()) | _TYPES
    texts = [
        {name: _plain(value) if name not in _TYPES else value for name, value in row.items()}
        for row in rows
    ]
    schema = {name: types[name] for name in columns}
    return pl.DataFrame(texts, schema=schema).sort(key, nulls_last=True, maintain_order=True)


def _plain(value: Any) -> str | None:
    return None if value is None else str(value)
