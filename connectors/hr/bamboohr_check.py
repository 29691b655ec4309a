"""What `alignmart check` says of a BambooHR, before anything is pulled.

Belongs here: looking at the key, the tables, lists, dataset fields and statuses that the mapping
names, with the nearest existing name where one is wrong, and at what the rows do not say.
Does not belong here: reading (`bamboohr`), making rows (`bamboohr_rows`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from connectors.contract import Finding
from connectors.hr.bamboohr_rows import Rows
from connectors.hr.bamboohr_settings import JOB_TABLE, STATUS_TABLE, BambooHRSettings
from connectors.http import Http, HttpError
from connectors.source_check import guarded, is_locked_out, nearest

_API: Final = "/api/v1"
_UNLOCKED_BY: Final = "api_key"
_FIELDS_A_PAGE: Final = 1000
_OWN: Final = frozenset({"date", "employeeId", "id"})
"""Columns of a table that `meta/tables` may leave out."""

Look = Callable[[], tuple[Rows, dict[str, str]]]
"""Reads everything but goals: its rows, and what is incomplete in them."""


def findings(http: Http, settings: BambooHRSettings, look: Look) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    looks = {
        "tables": lambda: _tables(http, settings),
        "lists": lambda: _lists(http, settings),
        "dataset": lambda: _dataset(http, settings),
        "records": lambda: _rows(settings, look),
    }
    if settings.goals:
        looks["goals"] = lambda: _goals(http)
    wrong: set[str] = set()
    for subject, one in looks.items():
        if subject == "records" and wrong & {"tables", "dataset"}:
            continue  # A read would end at the same place.
        found = list(guarded(subject, one, "BambooHR's API", _UNLOCKED_BY))
        yield from found
        wrong |= {finding.subject for finding in found if finding.status == "error"}
        if subject == "tables" and is_locked_out(found, _UNLOCKED_BY):
            return


def _tables(http: Http, settings: BambooHRSettings) -> Iterator[Finding]:
    have = {
        str(table["alias"]): [str(one.get("alias")) for one in table["fields"]]
        for table in http.get(f"{_API}/meta/tables").rows()
    }
    names = _options_of_fields(settings)
    wrong: list[Finding] = []
    for table, fields in settings.mapping.table_fields().items():
        option = names.get(table, "mapping")
        wrong += _known("tables", {table: option}, have, "table")
        asked = {name: names.get(name, option) for name in fields if name not in _OWN}
        if table in have:
            wrong += _known("tables", asked, have[table], f"field of {table}")
    yield from wrong
    if not wrong:
        read = ", ".join(settings.mapping.table_fields())
        yield Finding("tables", "ok", f"{read} with the fields that the mapping names")


def _options_of_fields(settings: BambooHRSettings) -> dict[str, str]:
    """By name of a table or field: the option that names it. Others BambooHR itself has; where
    it does not show one of these, `do_without` may leave it out."""
    mapping = settings.mapping
    named = {seats.table: "mapping.second_seats" for seats in mapping.second_seats}
    for seats in mapping.second_seats:
        given = seats.model_dump(exclude={"table"}).values()
        named |= {name: "mapping.second_seats" for name in given if name}
    for option in ("fte_field", "job_family_field", "primary_field"):
        if name := getattr(mapping, option):
            named[name] = f"mapping.{option}"
    return named | dict.fromkeys(mapping.org_levels, "mapping.org_levels")


def _lists(http: Http, settings: BambooHRSettings) -> Iterator[Finding]:
    """The options of the levels, and the statuses that the mapping names."""
    lists = {str(one.get("alias")): one["options"] for one in http.get(f"{_API}/meta/lists").rows()}
    for level in settings.mapping.org_levels:
        if level not in lists:
            said = (
                f"`{level}` is no list, so its units are known by their names: a unit that is "
                "renamed becomes another. Make it a list field in BambooHR."
            )
            yield Finding("lists", "warning", said, "mapping.org_levels")
    levels = [level for level in settings.mapping.org_levels if level in lists]
    counted = ", ".join(f"{level} {len(lists[level])}" for level in levels)
    yield Finding("lists", "ok", f"options of the levels of units: {counted or 'none'}")
    statuses = [str(option["name"]) for option in lists.get(STATUS_TABLE, ())]
    named = dict.fromkeys(settings.mapping.leave_statuses, "mapping.leave_statuses")
    named |= dict.fromkeys(settings.only_employment_types, "only_employment_types")
    wrong = list(_known("statuses", named, statuses, "employment status"))
    yield from wrong
    if not wrong:
        unnamed = [name for name in statuses if "leave" in name.casefold() and name not in named]
        if unnamed:
            said = f"`leave_statuses` does not name {', '.join(unnamed)}: nobody is on leave there"
            yield Finding("statuses", "warning", said, "mapping.leave_statuses")
        else:
            yield Finding("statuses", "ok", ", ".join(statuses) or "no list of statuses")


def _dataset(http: Http, settings: BambooHRSettings) -> Iterator[Finding]:
    mapping = settings.mapping
    wanted = mapping.dataset_fields()
    if not wanted:
        yield Finding("dataset", "ok", "not read: the mapping does without its fields")
        return
    path = f"{_API}_2/datasets/employee/fields"
    try:
        have: dict[str, str] = {}
        page, last = 1, 1
        while page <= last:
            answer = http.get(path, page=page, page_size=_FIELDS_A_PAGE)
            have |= {str(one["name"]): str(one["label"]) for one in answer.rows("fields")}
            last, page = int(answer.take("pagination", dict).get("total_pages", 1)), page + 1
    except HttpError as error:
        if error.status not in (403, 404, 422):
            raise
        said = (
            f"the dataset employee with the employee number and the last day is refused "
            f"({error.status}): give the access level of the key's user (Settings, Access Levels) "
            f"the permission to see reports, or name {' and '.join(wanted)} in "
            "`mapping.do_without`"
        )
        yield Finding("dataset", "error", said, "mapping.do_without")
        return
    names = {
        mapping.employee_number_field: "mapping.employee_number_field",
        mapping.left_field: "mapping.left_field",
    }
    asked = {name: names[name] for name in wanted}
    wrong = list(_known("dataset", asked, have, "dataset field"))
    yield from wrong or [
        Finding("dataset", "ok", ", ".join(f"{have[one]} ({one})" for one in wanted))
    ]


def _rows(settings: BambooHRSettings, look: Look) -> Iterator[Finding]:
    """What a read meets: hidden fields, names without a person, units in two places."""
    rows, incomplete = look()
    people = rows.people
    if not people.employees:
        said = (
            "the list of employees is empty: give the user of the key an access level that sees "
            "all employees, those who have left among them"
        )
        yield Finding("people", "error", said)
        return
    for frame, why in incomplete.items():
        yield Finding(frame, "error", why)
    n = len(people.employees)
    active = sum(one.get("status") == "Active" for one in people.employees.values())
    yield Finding("people", "ok", f"{n} employees, {active} of them active")
    endless = people.without_end()
    if endless:
        said = (
            f"{len(endless)} inactive employee(s) have no last day ({_some(endless)}) and count "
            "as employed: enter it in BambooHR, or mend `left_field` or `terminated_statuses`"
        )
        yield Finding("people", "warning", said)
    yield from _seats(rows)
    if settings.only_employment_types:
        read = sum(people.is_read(key) for key in people.employees)
        yield Finding("scope", "ok", f"`only_employment_types` takes in {read} of {n} employees")


def _seats(rows: Rows) -> Iterator[Finding]:
    managers, levels = rows.managers, rows.names.unlisted
    for field, names in sorted(levels.items()):
        said = f"no option of `{field}` is called {_some(names)}: known by name, not by id"
        yield Finding("units", "warning", said)
    if managers.unknown:
        said = f"no employee is called {_some(managers.unknown)}: no manager in these seats"
        yield Finding("managers", "warning", said)
    if managers.unclear:
        said = (
            f"several employees are called {_some(managers.unclear)}: no manager in seats whose "
            "employees no longer report to them; a preferred name in BambooHR tells them apart"
        )
        yield Finding("managers", "warning", said)
    for dispute in rows.disputed:
        yield Finding("units", "warning", dispute["unreadable"])
    units = {seat.unit for seat in rows.seats}
    idle = len(rows.without_unit())
    said = f"{len(rows.seats)} seats in {len(units)} units; {idle} active employee(s) without one"
    yield Finding("seats", "ok", f"{said}, by {JOB_TABLE} and the tables of `second_seats`")


def _goals(http: Http) -> Iterator[Finding]:
    """Whether goals of one employee can be read."""
    params: dict[str, str | int] = {"page[limit]": 1, "sort": "employeeId"}
    listed = http.get(f"{_API}/employees", **params)
    for employee in listed.rows("data"):
        path = f"{_API}/performance/employees/{employee['employeeId']}/goals"
        n = len(http.get(path, filter="status-all").rows("goals"))
        yield Finding("goals", "ok", f"{n} of employee {employee['employeeId']}, asked one by one")


def _some(names: Iterable[str]) -> str:
    every = sorted(names)
    return ", ".join(f"`{name}`" for name in every[:5]) + (", …" if len(every) > 5 else "")


def _known(
    subject: str, wanted: Mapping[str, str], have: Iterable[str], what: str
) -> Iterator[Finding]:
    """An error for each of `wanted` (name to option) that BambooHR lacks, with the nearest."""
    every = list(have)
    for name, option in wanted.items():
        if name not in every:
            hint = nearest(name, every)
            said = f"BambooHR has no {what} `{name}`, or the key may not see it{hint}"
            yield Finding(subject, "error", said, option)
