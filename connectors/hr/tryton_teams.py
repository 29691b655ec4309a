"""Units of a Tryton without departments: every supervisor's team, below the company.

Belongs here: from employees and their supervisors to units and seats.
Does not belong here: departments that a module adds (`tryton_rows`).

Who leads somebody sits, with them, in the own team, which lies below the team of the own
supervisor. Whom nobody leads and who leads nobody sits in the company itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import polars as pl

from connectors.frames import EARLIEST
from connectors.hr.tryton_cells import at, text
from connectors.hr.tryton_settings import CompanyMapping, through
from connectors.records import Reader, table

TEAM_FIELDS: Final = ("company", "company.rec_name")
"""What is asked of an employee for the teams beside the mapped fields."""


class Teams:
    """Takes employees page by page, gives units and seats at the end."""

    def __init__(self, mapping: CompanyMapping) -> None:
        people, manager = mapping.people, mapping.assignments.manager
        self._key = text(people.key)
        self._name = text(people.full_name)
        self._manager = text(through(manager, people.key) if manager else None)
        self._records: list[Any] = []
        self._pages: list[int] = []
        self._seats: dict[str, Reader] = {}

    def add(self, records: list[Any], pages: list[int], seats: dict[str, Reader]) -> None:
        """Keep employees; `seats` reads the columns of their seats but the unit."""
        self._records += records
        self._pages += pages
        self._seats = seats

    def frames(self) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield org_units and assignments; nothing where no employee was added."""
        if not self._records:
            return
        members = [
            member
            for record, page in zip(self._records, self._pages, strict=True)
            if (member := self._member(record, page)) is not None
        ]
        known = {member.key for member in members}
        leads = {member.manager for member in members} & known
        above = {
            member.key: member.manager if member.manager in known else member.company
            for member in members
        }
        companies = {member.company: member for member in reversed(members)}
        units = [
            _unit(key, one.company_name, None, None, one.page) for key, one in companies.items()
        ]
        units += [
            _unit(one.key, f"Team {one.name}", above[one.key], one.key, one.page)
            for one in members
            if one.key in leads
        ]
        yield "org_units", pl.DataFrame(units, schema=_UNIT)

        def unit(people: Sequence[Any]) -> list[Any]:
            return [key if key in leads else above[key] for key in self._key(people)]

        seats = self._seats | {"org_unit_key": unit}
        yield "assignments", table(self._records, self._pages, seats)

    def _member(self, record: Any, page: int) -> _Member | None:
        """An employee; None for a record of another shape, which `table` sets aside."""
        try:
            (key,), (name,) = self._key([record]), self._name([record])
            (manager,) = self._manager([record])
            company = f"company.company,{record['company']}"
            return _Member(key, name, manager, company, _COMPANY_NAME(record), page)
        except (KeyError, TypeError, ValueError):
            return None


@dataclass(frozen=True, slots=True)
class _Member:
    key: str
    name: str | None
    manager: str | None
    company: str
    company_name: str
    page: int


def _unit(key: str, name: str, parent: str | None, head: str | None, page: int) -> dict[str, Any]:
    return {
        "org_unit_key": key,
        "name": name,
        "parent_key": parent,
        "head_key": head,
        "effective_from": EARLIEST,
        "page": page,
    }


_COMPANY_NAME: Final = at("company.rec_name")
_UNIT: Final = {
    "org_unit_key": pl.String,
    "name": pl.String,
    "parent_key": pl.String,
    "head_key": pl.String,
    "effective_from": pl.Date,
    "page": pl.Int64,
}
