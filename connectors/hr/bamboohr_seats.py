"""Seats: what Job Information and tables like it say about who sits where, and under whom.

Belongs here: rows that become one seat, the unit of a row.
Does not belong here: the tree of units (`bamboohr_units`), who a manager's name means
(`bamboohr_managers`), people.

A row holds until the employee's next row. A row that names no unit is no seat: it ends the one
before. Rows in a row that change nothing of a seat (a re-organisation above the unit) are one.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.hr.bamboohr_settings import JOB_TABLE, SeatTable, SiteMapping
from connectors.hr.bamboohr_tables import OPEN_END, Row, day_of, folded

Path = tuple[str, ...]
"""Keys of units from the top down to the unit itself."""
ROOT: Final = "root"
"""Key of the unit that `root_unit` puts above all."""


@dataclass(slots=True)
class Seat:
    """Neighbouring rows of one employee that say the same; `paths` are theirs, one a row."""

    key: str
    person: str
    unit: str
    manager_name: str | None
    job_title: str | None
    job_family: str | None
    fte: str | None
    is_primary: str | None
    rows: list[Row]
    paths: list[Path]
    manager: str | None = None

    @property
    def starts(self) -> dt.date:
        """First day."""
        return self.rows[0].day

    @property
    def until(self) -> dt.date:
        """The day after the last one."""
        return self.rows[-1].until

    def content(self) -> tuple[str | None, ...]:
        """What makes two rows in a row the same seat."""
        return (
            self.unit, self.manager_name, self.job_title, self.job_family, self.fte,
            self.is_primary,
        )  # fmt: skip


class UnitNames:
    """Which unit a field's text names: by the id of the list's option, else by field and name.

    An id that two levels use, and a text that no option has, are written `field:…`, so that no
    two units ever share a key.
    """

    def __init__(self, mapping: SiteMapping, lists: Iterable[Any]) -> None:
        self._levels, self._root = mapping.org_levels, mapping.root_unit
        self.names: dict[str, str] = {ROOT: mapping.root_unit} if mapping.root_unit else {}
        self.created: dict[str, dt.date] = {}
        self.unlisted: dict[str, set[str]] = defaultdict(set)
        self._keys: dict[str, dict[str, str]] = {}
        options = _options(self._levels, lists)
        used: defaultdict[str, set[str]] = defaultdict(set)
        for level, found in options.items():
            for option in found:
                used[str(option["id"])].add(level)
        for level, found in options.items():
            keys = self._keys[level] = {}
            for option in found:
                key = str(option["id"])
                key = f"{level}:{key}" if len(used[key]) > 1 else key
                self.names[key] = str(option["name"])
                keys.setdefault(folded(self.names[key]), key)
                day = _created(option)
                if day:
                    self.created[key] = day

    def path(self, row: Row) -> Path:
        """The units of a row of Job Information; empty where it names none."""
        levels = [(level, row.text(level)) for level in self._levels]
        named = [self._key(level, text) for level, text in levels if text]
        return (ROOT, *named) if self._root else tuple(named)

    def unit(self, text: str | None) -> Path:
        """The unit that another table names, looked for from the lowest level up."""
        if not text:
            return ()
        for level in reversed(self._levels):
            key = self._keys.get(level, {}).get(folded(text))
            if key:
                return (key,)
        return (self._key(self._levels[-1], text),)

    def _key(self, level: str, text: str) -> str:
        key = self._keys.get(level, {}).get(folded(text))
        if key is None:
            key = f"{level}:{text}"
            self.names.setdefault(key, text)
            self.unlisted[level].add(text)
        return key


def seats_of(
    table: SeatTable, rows: Mapping[str, Sequence[Row]], names: UnitNames, full_time: float
) -> list[Seat]:
    """The seats of one table, by employee and day; managers are not looked for yet."""
    is_main = table.table == JOB_TABLE
    prefix = "" if is_main else f"{table.table}:"
    always = "true" if is_main else "false"
    found: list[Seat] = []
    for mine in rows.values():
        last: Seat | None = None
        for row in mine:
            path = names.path(row) if is_main else names.unit(row.text(table.unit_field))
            if not path:
                last = None
                continue
            seat = Seat(
                prefix + row.id,
                row.employee,
                path[-1],
                row.text(table.manager_field),
                row.text(table.job_title_field),
                row.text(table.job_family_field),
                _share(row.text(table.fte_field), full_time),
                row.text(table.primary_field) if table.primary_field else always,
                [row],
                [path],
            )
            if last and last.content() == seat.content():
                last.rows.append(row)
                last.paths.append(path)
            else:
                found.append(seat)
                last = seat
    return found


def seat_row(seat: Seat) -> dict[str, Any]:
    """A seat as a row of assignments."""
    ends = None if seat.until == OPEN_END else seat.until - dt.timedelta(days=1)
    return {
        "assignment_key": seat.key,
        "person_key": seat.person,
        "org_unit_key": seat.unit,
        "manager_key": seat.manager,
        "job_title": seat.job_title,
        "job_family": seat.job_family,
        "fte": seat.fte,
        "is_primary": seat.is_primary,
        "effective_from": seat.starts,
        "effective_to": ends,
        "page": seat.rows[0].page,
    }


def _options(levels: Sequence[str], lists: Iterable[Any]) -> dict[str, list[dict[str, Any]]]:
    """The options of each level's list; those in use come before the archived ones."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in lists:
        if not isinstance(one, dict):
            continue
        named = {str(one.get("alias")), str(one.get("fieldId"))}
        for level in levels:
            if level in named:
                options = [option for option in one.get("options") or () if _is_option(option)]
                found[level] = sorted(options, key=lambda option: option.get("archived") == "yes")
    return found


def _is_option(option: Any) -> bool:
    return isinstance(option, dict) and option.get("id") is not None and bool(option.get("name"))


def _created(option: Mapping[str, Any]) -> dt.date | None:
    try:
        return day_of(str(option.get("createdDate") or "")[:10])
    except ValueError:
        return None


def _share(text: str | None, full_time: float) -> str | None:
    """The share of a full week, 1 for full time; what is no number is handed on as it is."""
    if text is None:
        return None
    try:
        return str(float(text.removesuffix("%")) / full_time)
    except ValueError:
        return text
