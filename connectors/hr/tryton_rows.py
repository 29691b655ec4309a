"""Tryton's records as canonical rows.

Belongs here: which path becomes which column of which frame.
Does not belong here: how records are fetched (`tryton`), supervisors' teams (`tryton_teams`),
types and bounds (`edge`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final

import polars as pl

from connectors.contract import Page, SourceError
from connectors.frames import EARLIEST
from connectors.hr.tryton_cells import at, changed, date, extra, other, plain, text
from connectors.hr.tryton_settings import (
    Category,
    CompanyMapping,
    OrgUnitFields,
    through,
)
from connectors.hr.tryton_teams import Teams
from connectors.records import Reader, batches, table, times

_SEPARATORS: Final = re.compile(r"[,;\s]+")

Group = list[tuple[int, Any]]
"""Numbered bodies of one stream."""


class Rows:
    """Maps the pages of one pull, in their order, onto the canonical frames."""

    def __init__(self, web_address: str, mapping: CompanyMapping) -> None:
        self._web_address = web_address
        self._mapping = mapping
        self._teams = Teams(mapping)
        self._swept_at: str | None = None
        self._people: set[str | None] = set()
        self._tasks: set[str | None] = set()
        self._readers = {
            "people": _people(mapping),
            "assignments": _assignments(mapping),
            "org_units": _units(mapping.org_units, mapping.people.key),
            "accounts": _accounts(mapping),
            "work_items": self._work_items(),
            "timesheet_works": self._timesheet_works(),
            "worklogs": _worklogs(mapping),
        }

    def of(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield (frame, rows). Raises SourceError."""
        for stream, group in batches(pages):
            if stream == "read":
                self._swept_at = group[0][1]["as_of"]
            elif stream.endswith("_sweep"):
                yield "key_sweeps", self._sweep(stream.removesuffix("_sweep"), group)
            elif stream in self._readers:
                yield from self._rows(stream, group)
        yield from self._teams.frames()

    def _rows(self, stream: str, group: Group) -> Iterator[tuple[str, pl.DataFrame]]:
        records, numbers = _spread(group)
        frame = "work_items" if stream == "timesheet_works" else stream
        rows = table(records, numbers, self._readers[stream])
        if stream == "people":
            self._people.update(rows["person_key"])
        elif stream == "assignments" and self._mapping.people.only:
            rows = _of(rows, "person_key", self._people)
        elif stream == "worklogs" and self._mapping.work_items.only:
            rows = _of(rows, "work_item_key", self._tasks)
        instants = [name for name in _INSTANTS if name in rows.columns]
        yield frame, rows.with_columns(times(rows[name]) for name in instants)
        if stream != "people" or self._mapping.assignments.model:
            return
        if self._mapping.assignments.org_unit:
            yield "assignments", table(records, numbers, self._readers["assignments"])
        else:
            self._teams.add(records, numbers, self._readers["assignments"])

    def _work_items(self) -> dict[str, Reader]:
        mapping, address = self._mapping, self._web_address
        fields, initiatives = mapping.work_items, frozenset(mapping.initiative_types)
        person, key = mapping.people.key, fields.key
        return {
            "work_item_key": text(key),
            "parent_key": text(through("parent", key)),
            "is_initiative": lambda works: [work["type"] in initiatives for work in works],
            "type": text("type"),
            "title": text("name"),
            "status": text("status.name"),
            "status_category": lambda works: [self._category(work) for work in works],
            "assignee_key": text(_to(fields.assignee, person)),
            "reporter_key": text(_to(fields.reporter, person)),
            "created_at": other("create_date"),
            "updated_at": lambda works: [changed(work) for work in works],
            "started_on": date(fields.started_on),
            "due_on": date(fields.due_on),
            "closed_at": other(fields.closed_at),
            "points": other(fields.points),
            "labels": self._labels(fields.labels),
            "goal_refs": self._goals(fields.goals),
            "url": lambda works: [f"{address}/model/project.work/{work['id']}" for work in works],
            **extra(fields.extra),
        }

    def _category(self, work: Any) -> Category:
        status = work["status."]
        meant = self._mapping.status_categories.get(status["name"])
        if meant:
            return meant
        if status["progress"] == 1:
            return "done"
        return "doing" if work["progress"] else "todo"

    def _labels(self, path: str | None) -> Reader:
        if path is None:
            return text(None)
        read = at(path)
        return lambda works: [";".join(_words(read(work), r"\s*[,;]\s*")) or None for work in works]

    def _goals(self, paths: tuple[str, ...]) -> Reader:
        cells, source = [at(path) for path in paths], self._mapping.goal_source

        def read(work: Any) -> str | None:
            named = [word for cell in cells for word in _words(cell(work), _SEPARATORS)]
            if source:
                named = [name if ":" in name else f"{source}:{name}" for name in named]
            return ";".join(dict.fromkeys(named)) or None

        return lambda works: [read(work) for work in works]

    def _timesheet_works(self) -> dict[str, Reader]:
        """What time is booked on without a task: meetings, support."""
        address = self._web_address
        return {
            "work_item_key": lambda works: [_timesheet_key(work["id"]) for work in works],
            "is_initiative": lambda works: [False] * len(works),
            "type": lambda works: ["timesheet"] * len(works),
            "title": text("rec_name"),
            "created_at": other("create_date"),
            "updated_at": lambda works: [changed(work) for work in works],
            "url": lambda works: [f"{address}/model/timesheet.work/{work['id']}" for work in works],
        }

    def _sweep(self, frame: str, group: Group) -> pl.DataFrame:
        records, numbers = _spread(group)
        frame, key = _SWEPT[frame]
        read = key or at(self._mapping.work_items.key)
        keys = [None if read(record) is None else str(read(record)) for record in records]
        if frame == "work_items":
            self._tasks.update(keys)
        return pl.DataFrame(
            {
                "frame": pl.Series([frame] * len(keys), dtype=pl.String),
                "key": pl.Series(keys, dtype=pl.String),
                "swept_at": times(pl.Series([self._swept_at] * len(keys), dtype=pl.String)),
                "is_complete": pl.Series([True] * len(keys), dtype=pl.Boolean),
                "page": pl.Series(numbers, dtype=pl.Int64),
            }
        )


def _people(mapping: CompanyMapping) -> dict[str, Reader]:
    fields = mapping.people
    return {
        "person_key": text(fields.key),
        "employee_number": text(fields.employee_number),
        "work_email": text(fields.work_email),
        "full_name": text(fields.full_name),
        "location": text(fields.location),
        "employment_type": text(fields.employment_type),
        "leave_from": date(fields.leave_from),
        "leave_to": date(fields.leave_to),
        "hired_on": date(fields.hired_on),
        "left_on": date(fields.left_on),
        "updated_at": lambda people: [changed(person) for person in people],
        **extra(fields.extra),
    }


def _assignments(mapping: CompanyMapping) -> dict[str, Reader]:
    fields, person = mapping.assignments, mapping.people.key
    is_seat = fields.model is not None
    begins, made = at(fields.effective_from), at("create_date")
    return {
        "assignment_key": text(fields.key if is_seat else person),
        "person_key": text(_to(fields.person, person) if is_seat else person),
        "org_unit_key": text(_to(fields.org_unit, mapping.org_units.key)),
        "manager_key": text(_to(fields.manager, person)),
        "job_title": text(fields.job_title),
        "job_family": text(fields.job_family),
        "fte": other(fields.fte),
        "is_primary": other(fields.is_primary) if is_seat else lambda people: [True] * len(people),
        "effective_from": lambda seats: [plain(begins(seat) or made(seat))[:10] for seat in seats],
        "effective_to": date(fields.effective_to),
    }


def _units(fields: OrgUnitFields, person: str) -> dict[str, Reader]:
    since_ever = EARLIEST.isoformat()
    return {
        "org_unit_key": text(through(fields.unit, fields.key) if fields.unit else fields.key),
        "name": text(fields.name),
        "parent_key": text(_to(fields.parent, fields.key)),
        "head_key": text(_to(fields.head, person)),
        "effective_from": date(fields.effective_from)
        if fields.effective_from
        else lambda units: [since_ever] * len(units),
    }


def _accounts(mapping: CompanyMapping) -> dict[str, Reader]:
    fields = mapping.people
    return {
        "account_key": text(fields.key),
        "email": text(fields.work_email),
        "employee_number": text(fields.employee_number),
        "display_name": text(fields.full_name),
        "is_active": other("active"),
    }


def _worklogs(mapping: CompanyMapping) -> dict[str, Reader]:
    """Time of a day stands at noon UTC: that is the same day from 11 hours west to 11 east."""
    key = at(f"work.{through('origin', mapping.work_items.key)}")

    def item(line: Any) -> str | None:
        origin = line["work."]["origin"]
        if not _is_task(origin):
            return _timesheet_key(line["work"])
        found = origin.partition(",")[2] if mapping.work_items.key == "id" else key(line)
        return None if found is None else str(found)

    return {
        "worklog_key": text("id"),
        "work_item_key": lambda lines: [item(line) for line in lines],
        "account_key": text(through("employee", mapping.people.key)),
        "started_at": lambda lines: [f"{plain(line['date'])}T12:00:00Z" for line in lines],
        "seconds": lambda lines: [round(line["duration"]["seconds"]) for line in lines],
        "version": lambda lines: [changed(line) for line in lines],
    }


def _of(rows: pl.DataFrame, column: str, keys: set[str | None]) -> pl.DataFrame:
    """The rows of what a domain lets through, and those that say nothing of it."""
    known = pl.Series(sorted(filter(None, keys)), dtype=pl.String)
    strange = ~pl.col(column).is_in(known.implode())
    return rows.filter(~strange.fill_null(value=False))


def _to(field: str | None, key: str) -> str | None:
    return None if field is None else through(field, key)


def _is_task(origin: str | None) -> bool:
    return origin is not None and origin.startswith("project.work,")


def _timesheet_key(number: int) -> str:
    return f"timesheet.work,{number}"


def _words(value: Any, separators: str | re.Pattern[str]) -> list[str]:
    """The words of a text; the numbers of records."""
    if value is None:
        return []
    if isinstance(value, list):
        return [str(part) for part in value]
    return [word for word in re.split(separators, str(plain(value)).strip()) if word]


_INSTANTS: Final = ("created_at", "updated_at", "closed_at", "started_at", "version")
_SWEPT: Final[Mapping[str, tuple[str, Callable[[Any], Any] | None]]] = {
    "work_items": ("work_items", None),
    "timesheet_works": ("work_items", lambda work: _timesheet_key(work["id"])),
    "worklogs": ("worklogs", at("id")),
}


def _spread(group: Group) -> tuple[list[Any], list[int]]:
    """All records of some pages, and for each the number of its page."""
    records: list[Any] = []
    numbers: list[int] = []
    for number, body in group:
        found = body.get("result") if isinstance(body, dict) else None
        if not isinstance(found, list):
            raise SourceError(
                f"page {number} holds no list `result`: the answer has another shape than "
                "Tryton's. Nothing of this read is kept; try again."
            )
        records += found
        numbers += [number] * len(found)
    return records, numbers
