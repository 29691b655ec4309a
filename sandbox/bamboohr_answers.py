"""What the stand-in BambooHR answers: one method an endpoint, with BambooHR's own silences.

Belongs here: paging, what is left out, what is refused.
Does not belong here: HTTP, formats and processes (`bamboohr_server`), data (`bamboohr_site`).
"""

from __future__ import annotations

import base64
import binascii
import datetime as dt
from dataclasses import dataclass, field
from typing import Any, Final

from sandbox import bamboohr_payloads as payloads
from sandbox.bamboohr_faults import Manners
from sandbox.bamboohr_site import Site

BASIC: Final = (
    "employeeId", "firstName", "lastName", "preferredName", "photoUrl", "jobTitleName", "status",
)  # fmt: skip
SORTABLE: Final = frozenset(BASIC) - {"photoUrl"}
NOT_GATED: Final = frozenset({"employeeId", "photoUrl"})
MOST_GOALS: Final = 50
_GOAL_FILTERS: Final = {
    "status-inProgress": {"in_progress"},
    "status-completed": {"completed"},
    "status-closed": {"closed"},
    "status-all": {"in_progress", "completed", "closed"},
}


class RefusedError(Exception):
    """An answer that is not 200; `code` is BambooHR's word for it."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Call:
    """One request: the query and the body as one mapping, and what its path names."""

    given: dict[str, Any]
    names: dict[str, str]
    address: str = ""

    def number(self, name: str, default: int, most: int) -> int:
        """A whole number of 1 or more that was given; refused above `most`."""
        try:
            value = int(self.given.get(name, default))
        except (TypeError, ValueError):
            raise RefusedError(400, "BadRequest", f"{name} must be a number.") from None
        if not 1 <= value <= most:
            raise RefusedError(400, "BadRequest", f"{name} must be from 1 to {most}.")
        return value


@dataclass
class Answers:
    """The endpoints of one site for one key."""

    site: Site
    manners: Manners = field(default_factory=Manners)

    def employees(self, call: Call) -> Any:
        """A page of the list; unknown fields are passed over, hidden ones null and named."""
        limit = call.number("page[limit]", 250, 2500)
        found = self._sorted(self._filtered(call), call.given.get("sort") or "employeeId")
        start = self._after(found, call.given.get("page[after]"))
        shown = found[start : start + limit]
        more = start + limit < len(found)
        cursor = _cursor(shown[-1]) if more else None
        asked = [name for text in (call.given.get("fields") or "",) for name in text.split(",")]
        here = f"{call.address}?page%5Blimit%5D={limit}"
        links = {"self": {"href": here}}
        if cursor:
            links["next"] = {"href": f"{here}&page%5Bafter%5D={cursor}"}
        return {
            "data": [self._shown(key, asked) for key in shown],
            "meta": {
                "total": len(found),
                "page": {
                    "limit": limit,
                    "nextCursor": cursor,
                    "prevCursor": _cursor(shown[0]) if start else None,
                },
            },
            "_links": links,
        }

    def changed(self, call: Call) -> Any:
        """Ids of employees changed since an instant, deleted ones among them."""
        wanted = call.given.get("type") or "all"
        if wanted not in ("inserted", "updated", "deleted", "all"):
            raise RefusedError(400, "BadRequest", "The type is invalid.")
        try:
            since = dt.datetime.fromisoformat(call.given.get("since") or "")
        except ValueError:
            raise RefusedError(400, "BadRequest", "since must be an ISO 8601 date.") from None
        since = since if since.tzinfo else since.replace(tzinfo=dt.UTC)
        found = {
            key: change
            for key, change in self.site.changed.items()
            if dt.datetime.fromisoformat(change["lastChanged"]) >= since
            and wanted in ("all", change["action"].lower())
        }
        last = max(
            (change["lastChanged"] for change in found.values()), default=call.given["since"]
        )
        return {"latest": last, "employees": found}

    def table(self, call: Call) -> Any:
        """All rows of a table, of one employee or of all, without what the user may not see."""
        rows, key = self.site.tables.get(call.names["table"]), call.names["id"]
        if rows is None or (key != "all" and key not in self.site.employees):
            raise RefusedError(404, "NotFound", "The employee or table does not exist.")
        return [
            {name: value for name, value in row.items() if name not in self._left_out(row)}
            for row in rows
            if key in ("all", row["employeeId"])
            and row["employeeId"] not in self.manners.hidden_employees
        ]

    def lists(self, _: Call) -> Any:
        """All lists with their options, archived ones among them."""
        return self.site.lists

    def tables(self, _: Call) -> Any:
        """All tables with their fields."""
        return payloads.tables()

    def fields(self, _: Call) -> Any:
        """All fields."""
        return payloads.fields()

    def dataset_fields(self, call: Call) -> Any:
        """A page of the fields of a dataset; a page that does not exist is the nearest one."""
        if call.names["name"] != "employee":
            raise RefusedError(422, "DATASET_NOT_FOUND", "The dataset was not found.")
        self._sees_reports()
        size, every = call.number("page_size", 500, 1000), payloads.dataset_fields()
        last = -(-len(every) // size)
        page = min(call.number("page", 1, 1 << 30), last)
        return {
            "pagination": {
                "current_page": page,
                "total_pages": last,
                "total_records": len(every),
                "next_page": f"{call.address}?page={page + 1}" if page < last else None,
                "prev_page": f"{call.address}?page={page - 1}" if page > 1 else None,
            },
            "name": "employee",
            "label": "Employee",
            "fields": every[(page - 1) * size : page * size],
        }

    def dataset(self, call: Call) -> Any:
        """A page of a dataset; an unknown field is refused, a hidden one empty and named."""
        if call.names["name"] != "employee":
            raise RefusedError(404, "NOT_FOUND", "The dataset does not exist.")
        self._sees_reports()
        asked = call.given.get("fields")
        if not isinstance(asked, list) or not asked:
            raise RefusedError(400, "UE-1001", "fields is required.")
        unknown = [name for name in asked if name not in payloads.DATASET]
        if unknown:
            raise RefusedError(422, "INVALID_FIELD", f"Unknown field: {', '.join(unknown)}")
        if call.given.get("filter"):
            raise RefusedError(422, "INVALID_FILTER", "The stand-in filters nothing.")
        size, page = call.number("pageSize", 100, 1000), call.number("page", 1, 1 << 30)
        keys = sorted(self.site.numbers, key=int)
        if call.given.get("orderBy") == "eeid desc":
            keys.reverse()
        last = -(-len(keys) // size)
        shown = keys[(page - 1) * size : page * size]
        links = {"next": f"{call.address}?page={page + 1}" if page < last else None}
        return {
            "data": [self._number(key, asked) for key in shown],
            "links": links | {"prev": f"{call.address}?page={page - 1}" if page > 1 else None},
            "meta": {"page": page, "pageSize": size, "totalPages": last, "totalItems": len(keys)},
        }

    def goals(self, call: Call) -> Any:
        """Goals of an employee: 50 at most, closed ones only where they are asked for."""
        key = call.names["id"]
        if key not in self.site.employees:
            raise RefusedError(404, "NotFound", "The employee does not exist.")
        if key in self.manners.private_goals:
            raise RefusedError(403, "Forbidden", "You may not view goals of this employee.")
        wanted = _GOAL_FILTERS.get(call.given.get("filter") or "", {"in_progress", "completed"})
        own = self.site.goals.get(key, [])
        if key in self.manners.goals_of:
            model = next(iter(self.site.goals.values()))[0]
            numbers = range(900_000, 900_000 + self.manners.goals_of[key])
            own = [{**model, "id": str(number)} for number in numbers]
        return {"goals": [goal for goal in own if goal["status"] in wanted][:MOST_GOALS]}

    def _filtered(self, call: Call) -> list[str]:
        """Ids that `filter[…]` lets pass; who hides the filtered field is left out."""
        keys = list(self.site.employees)
        ids = call.given.get("filter[ids]")
        if ids:
            keys = [key for key in ids.split(",") if key in self.site.employees]
        for name in ("status", "firstName", "lastName", "jobTitleName"):
            wanted = call.given.get(f"filter[{name}]")
            if wanted:
                keys = [key for key in keys if self._matches(key, name, wanted.casefold())]
        return keys

    def _matches(self, key: str, name: str, wanted: str) -> bool:
        value = str(self.site.employees[key][name] or "").casefold()
        fits = value == wanted if name == "status" else wanted in value
        return fits and name not in self.manners.hides(key)

    def _sorted(self, keys: list[str], rules: str) -> list[str]:
        for rule in reversed(rules.split(",")):
            name = rule.removeprefix("-")
            if name not in SORTABLE:
                raise RefusedError(400, "BadRequest", f"Invalid sort field {name}.")
            keys = [key for key in keys if name not in self.manners.hides(key) - NOT_GATED]
            values = {key: self._sort_key(key, name) for key in keys}
            keys.sort(key=values.__getitem__, reverse=rule.startswith("-"))
        return keys

    def _sort_key(self, key: str, name: str) -> tuple[bool, int, str]:
        value = self.site.employees[key][name]
        return (value is not None, int(key) if name == "employeeId" else 0, str(value))

    def _after(self, keys: list[str], cursor: str | None) -> int:
        """Where the page begins; refused where the employee at the boundary has gone."""
        if not cursor:
            return 0
        try:
            key = base64.b64decode(cursor, validate=True).decode().removeprefix("after-")
            return keys.index(key) + 1
        except (binascii.Error, ValueError):
            said = "The cursor is malformed, or the employee at the boundary has changed."
            raise RefusedError(400, "BadPage", said) from None

    def _shown(self, key: str, asked: list[str]) -> dict[str, Any]:
        employee = self.site.employees[key]
        record = {name: employee[name] for name in BASIC}
        record |= {name: employee[name] for name in asked if name in employee}
        hidden = self.manners.hides(key)
        if key in self.manners.hidden_employees:
            hidden = frozenset(record)
        return payloads.restricted(record, hidden - NOT_GATED)

    def _number(self, key: str, asked: list[str]) -> dict[str, Any]:
        hidden = self.manners.hides(key)
        if key in self.manners.hidden_employees:
            hidden = frozenset(asked) - {"eeid"}
        fields = {name: self.site.numbers[key][name] for name in asked}
        restricted = [name for name in asked if name in hidden]
        shown = fields | dict.fromkeys(restricted, "")
        return {"fields": shown} | ({"_restrictedFields": restricted} if restricted else {})

    def _left_out(self, row: dict[str, Any]) -> frozenset[str]:
        return self.manners.hides(row["employeeId"]) | {"manager"}

    def _sees_reports(self) -> None:
        if not self.manners.sees_reports:
            raise RefusedError(403, "FORBIDDEN", "You may not access this dataset.")


def _cursor(key: str) -> str:
    return base64.b64encode(f"after-{key}".encode()).decode()
