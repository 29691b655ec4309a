"""Small payloads of BambooHR's API: fields, lists, tables, goals, and all of it as XML.

Belongs here: how one thing is written. Does not belong here: which things there are
(`bamboohr_site`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

ORG_LEVELS: Final = ("customCompany", "division", "department", "customTeam")
FTE, FAMILY, PRIMARY = "customFTE", "customJobFamily", "customMainSeat"
SECOND: Final = "customSecondRole"
ROLE_UNIT, ROLE_TITLE, ROLE_MANAGER = "customRoleUnit", "customRoleTitle", "customRoleManager"
ROLE_FTE, ROLE_FAMILY, ROLE_PRIMARY = "customRoleFTE", "customRoleFamily", "customRoleMainSeat"
LEAVE, TERMINATED = "Leave of Absence", "Terminated"
NO_DATE: Final = "0000-00-00"

MAPPING: Final[dict[str, Any]] = {
    "org_levels": list(ORG_LEVELS),
    "fte_field": FTE,
    "job_family_field": FAMILY,
    "primary_field": PRIMARY,
    "second_seats": [
        {
            "table": SECOND,
            "unit_field": ROLE_UNIT,
            "job_title_field": ROLE_TITLE,
            "job_family_field": ROLE_FAMILY,
            "manager_field": ROLE_MANAGER,
            "fte_field": ROLE_FTE,
            "primary_field": ROLE_PRIMARY,
        }
    ],
    "leave_statuses": [LEAVE],
}
"""The mapping of a source that reads the sample company."""

TABLES: Final[dict[str, tuple[tuple[str, str, str], ...]]] = {
    "jobInfo": (
        ("date", "Effective date", "date"),
        ("location", "Location", "list"),
        ("division", "Division", "list"),
        ("department", "Department", "list"),
        ("jobTitle", "Job Title", "list"),
        ("reportsTo", "Reports To", "employee"),
        ("customCompany", "Company", "list"),
        ("customTeam", "Team", "list"),
        (FTE, "FTE", "text"),
        (FAMILY, "Job Family", "text"),
        (PRIMARY, "Main Seat", "checkbox"),
    ),
    "employmentStatus": (
        ("date", "Effective date", "date"),
        ("employmentStatus", "Employment Status", "list"),
        ("terminationTypeId", "Termination Type", "list"),
    ),
    SECOND: (
        ("date", "Effective date", "date"),
        (ROLE_UNIT, "Unit", "text"),
        (ROLE_TITLE, "Title", "text"),
        (ROLE_MANAGER, "Manager", "employee"),
        (ROLE_FTE, "FTE", "text"),
        (ROLE_FAMILY, "Job Family", "text"),
        (ROLE_PRIMARY, "Main Seat", "checkbox"),
    ),
}
"""Alias, label and type of each table's fields."""

DATASET: Final = {
    "eeid": "EEID",
    "employeeNumber": "Employee #",
    "firstName": "First Name",
    "lastName": "Last Name",
    "email": "Email",
    "status": "Status",
    "hireDate": "Hire Date",
    "terminationDate": "Termination Date",
    "employmentStatus": "Employment Status",
    "jobInformationJobTitle": "Job Information: Job Title",
    "jobInformationDivision": "Job Information: Division",
    "jobInformationDepartment": "Job Information: Department",
    "jobInformationLocation": "Job Information: Location",
    "jobInformationReportsTo": "Job Information: Reports To",
}
"""Fields of the dataset `employee`, which are called otherwise than elsewhere."""


def stamp(day: dt.date) -> str:
    """Midnight of a day as BambooHR writes instants."""
    return f"{day.isoformat()}T00:00:00+00:00"


def option(
    number: int, name: str, created: dt.date | None = None, *, archived: bool = False
) -> dict[str, Any]:
    """One option of a list; the day of archiving is not kept of old ones."""
    return {
        "id": number,
        "name": name,
        "archived": "yes" if archived else "no",
        "createdDate": created and stamp(created),
        "archivedDate": None,
    }


def listed(number: int, alias: str, options: list[dict[str, Any]]) -> dict[str, Any]:
    """One list field with its options."""
    return {
        "fieldId": str(number),
        "name": alias.removeprefix("custom"),
        "alias": alias,
        "manageable": "yes",
        "multiple": "no",
        "options": options,
    }


def tables() -> list[dict[str, Any]]:
    """What GET meta/tables answers."""
    return [
        {
            "alias": table,
            "fields": [
                {"id": 4000 + 100 * n + m, "name": label, "alias": alias, "type": kind}
                for m, (alias, label, kind) in enumerate(fields)
            ],
        }
        for n, (table, fields) in enumerate(TABLES.items())
    ]


def fields() -> list[dict[str, Any]]:
    """What GET meta/fields answers: fields of the employee, and subfields of tables."""
    own = [("firstName", "text"), ("lastName", "text"), ("hireDate", "date"), ("status", "status")]
    found: list[dict[str, Any]] = [
        {"id": n, "name": alias, "type": kind, "alias": alias}
        for n, (alias, kind) in enumerate(own)
    ]
    for n, rows in enumerate(TABLES.values()):
        for m, (alias, label, kind) in enumerate(rows):
            found.append({"id": f"{4000 + n}.{m}", "name": label, "type": kind, "alias": alias})
    return found


def dataset_fields() -> list[dict[str, Any]]:
    """The fields of the dataset `employee`."""
    return [
        {
            "name": name,
            "label": label,
            "parentType": "page",
            "parentName": "Job" if name.startswith("job") else "Personal",
            "entityName": "jobInformation" if name.startswith("job") else "personal",
        }
        for name, label in DATASET.items()
    ]


def goal(number: int, goal: Mapping[str, Any]) -> dict[str, Any]:
    """A goal; every fifth has milestones, whose numbers are text."""
    words = {"done": "completed", "cancelled": "closed"}
    changed = f"{goal['updated_at']:%Y-%m-%dT%H:%M:%SZ}"
    status = words.get(goal["status"], "in_progress")
    found = {
        "id": str(number),
        "title": goal["title"],
        "description": goal["why"] or "",
        "percentComplete": 100 if status == "completed" else number % 100,
        "alignsWithOptionId": None if number % 2 else "",
        "sharedWithEmployeeIds": [],
        "dueDate": goal["ends_on"].isoformat() if goal["ends_on"] else NO_DATE,
        "completionDate": changed if status == "completed" else None,
        "lastChangedDateTime": changed,
        "status": status,
    }
    if number % 5:
        return found
    part = {"id": number * 10, "employeeGoalId": number, "title": "First step"}
    return found | {"milestones": [part | {"startValue": "0", "endValue": "10"}]}


def as_xml(tag: str, data: Any) -> str:
    """JSON data as BambooHR's XML: single values as attributes, the rest as elements."""
    if isinstance(data, list):
        inner = "".join(as_xml(_singular(tag), one) for one in data)
        return f"<{tag}>{inner}</{tag}>"
    if not isinstance(data, Mapping):
        return f"<{tag}>{'' if data is None else escape(str(data))}</{tag}>"
    simple = {name: value for name, value in data.items() if not isinstance(value, (dict, list))}
    attributes = "".join(
        f" {_word(name)}={quoteattr('' if value is None else str(value))}"
        for name, value in simple.items()
    )
    inner = "".join(as_xml(_word(n), value) for n, value in data.items() if n not in simple)
    return f"<{tag}{attributes}>{inner}</{tag}>"


def restricted(record: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """A record with the values of some fields hidden, and named as hidden."""
    hidden = [name for name in record if name in set(names)]
    return {**record, **dict.fromkeys(hidden), "_restrictedFields": hidden}


def _singular(tag: str) -> str:
    return tag.removesuffix("s") if tag.endswith("s") else "item"


def _word(name: str) -> str:
    return name if name[:1].isalpha() else f"_{name}"
