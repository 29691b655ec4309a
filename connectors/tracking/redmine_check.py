"""What `alignmart check` says of a Redmine site, before anything is pulled.

Belongs here: looking at the key, the projects, the custom fields, trackers and statuses that the
mapping names, with the nearest existing name where one is wrong.
Does not belong here: reading issues (`redmine`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

from connectors.contract import Finding
from connectors.http import Http, HttpError
from connectors.source_check import guarded, nearest
from connectors.tracking.redmine_settings import RedmineSettings
from connectors.tracking.redmine_walk import walked

_API: Final = "Redmine's API"
_UNLOCKED_BY: Final = "api_key"
_OFF: Final = (
    "the REST API is switched off, or the account is locked: an administrator switches it on in "
    "Administration, Settings, API, Enable REST web service"
)


def findings(http: Http, settings: RedmineSettings) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    account = list(guarded("account", lambda: _account(http), _API, _UNLOCKED_BY))
    yield from account
    if any(finding.status == "error" for finding in account):
        return
    looks: dict[str, Callable[[], Iterator[Finding]]] = {
        "users": lambda: _users(http, settings),
        "projects": lambda: _projects(http, settings),
        "fields": lambda: _fields(http, settings),
        "initiative trackers": lambda: _trackers(http, settings),
        "statuses": lambda: _statuses(http, settings),
        "spent time": lambda: _spent_time(http),
    }
    for subject, look in looks.items():
        yield from guarded(subject, look, _API, _UNLOCKED_BY)


def _account(http: Http) -> Iterator[Finding]:
    try:
        me = http.get("/users/current.json").data["user"]
    except HttpError as error:
        if error.status != 403:
            raise
        yield Finding("account", "error", f"{http.base_url}: {_OFF}.")
        return
    kind = "an administrator" if me.get("admin") else "no administrator"
    name = f"{me['firstname']} {me['lastname']}"
    yield Finding("account", "ok", f"{name} at {http.base_url}, {kind}")


def _users(http: Http, settings: RedmineSettings) -> Iterator[Finding]:
    try:
        answer = http.get("/users.json", limit=1)
    except HttpError as error:
        if error.status != 403:
            raise
        said = (
            "only an administrator's key may list users: without it neither e-mail addresses nor "
            "employee numbers are read, so no work is matched to a person. Issues and spent time "
            "are read. Put the key of an administrator where `api_key` points."
        )
        yield Finding("users", "error", said, _UNLOCKED_BY)
        return
    wanted = settings.mapping.employee_number_field
    fields = answer.rows("users")[0].get("custom_fields", ()) if wanted else ()
    have = {str(field["id"]): field["name"] for field in fields}
    if wanted:
        option = "mapping.employee_number_field"
        yield from _known("users", option, [wanted], have, "custom field of users")
    yield Finding("users", "ok", f"{answer.take('total_count', int)} active accounts are listed")


def _projects(http: Http, settings: RedmineSettings) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for answer in walked(http, "/projects.json", "projects", 100, sort="id"):
        seen |= {row["identifier"]: row["name"] for row in answer.rows("projects")}
    if not seen:
        said = (
            "the key's account sees no project: make it a member of those to read (project, "
            "Settings, Members), in a role with the permission View issues"
        )
        yield Finding("projects", "error", said)
        return
    yield from _known("projects", "projects", settings.projects, seen, "project")
    yield Finding("projects", "ok", f"the key's account sees {len(seen)} project(s)")


def _fields(http: Http, settings: RedmineSettings) -> Iterator[Finding]:
    mapping = settings.mapping
    names = _listed_fields(http)
    if names is None:
        names = _fields_of_issues(http)
        said = (
            "only an administrator's key sees the list of custom fields: names are compared with "
            "the 100 issues changed last, and values chosen from a list stay numbers where Redmine "
            "writes numbers. Put the key of an administrator where `api_key` points."
        )
        yield Finding("fields", "warning", said, _UNLOCKED_BY)
    points = [mapping.points_field] if mapping.points_field else []
    what = "custom field of issues"
    yield from _known("fields", "mapping.goal_fields", mapping.goal_fields, names, what)
    yield from _known("fields", "mapping.points_field", points, names, what)
    wanted = [*mapping.goal_fields, *points]
    good = [name for name in wanted if name in names or name in names.values()]
    if good:
        yield Finding("fields", "ok", ", ".join(good))
    if not mapping.goal_fields:
        said = "`goal_fields` is not set: no item will name a goal"
        yield Finding("fields", "warning", said, "mapping.goal_fields")


def _listed_fields(http: Http) -> dict[str, str] | None:
    """Number to name of issues' custom fields; None where the key may not see the list."""
    try:
        fields = http.get("/custom_fields.json").rows("custom_fields")
    except HttpError as error:
        if error.status != 403:
            raise
        return None
    return {str(f["id"]): f["name"] for f in fields if f["customized_type"] == "issue"}


def _fields_of_issues(http: Http) -> dict[str, str]:
    issues = http.get("/issues.json", status_id="*", sort="updated_on:desc", limit=100)
    return {
        str(field["id"]): field["name"]
        for issue in issues.rows("issues")
        for field in issue.get("custom_fields", ())
    }


def _trackers(http: Http, settings: RedmineSettings) -> Iterator[Finding]:
    subject, option = "initiative trackers", "mapping.initiative_trackers"
    names = {row["name"]: row["name"] for row in http.get("/trackers.json").rows("trackers")}
    wanted = settings.mapping.initiative_trackers
    wrong = list(_known(subject, option, wanted, names, "tracker"))
    yield from wrong
    good = [name for name in wanted if name in names]
    if good:
        yield Finding(subject, "ok", ", ".join(good))
    elif not wrong:
        said = f"no tracker counts as an initiative; name some{nearest('Epic', names)}"
        yield Finding(subject, "error", said, option)


def _statuses(http: Http, settings: RedmineSettings) -> Iterator[Finding]:
    rows = http.get("/issue_statuses.json").rows("issue_statuses")
    names = {row["name"]: row["name"] for row in rows}
    mapping = settings.mapping
    option = "mapping.status_categories"
    wrong = list(_known("statuses", option, mapping.status_categories, names, "status"))
    yield from wrong
    closed = [row["name"] for row in rows if row.get("is_closed")]
    done = [
        name
        for name in closed
        if name not in mapping.status_categories and name not in mapping.dropped_statuses
    ]
    if not wrong:
        said = f"{len(names)} statuses; done by being closed: {', '.join(done) or 'none'}"
        yield Finding("statuses", "ok", said)


def _spent_time(http: Http) -> Iterator[Finding]:
    try:
        total = http.get("/time_entries.json", limit=1).take("total_count", int)
    except HttpError as error:
        if error.status != 403:
            raise
        said = (
            "the key's account may not see spent time, so effort will be estimated from statuses "
            "and assignees: give its role the permission View spent time, for all users' time"
        )
        yield Finding("spent time", "warning", said)
        return
    yield Finding("spent time", "ok", f"{total} time entries are seen")


def _known(
    subject: str, option: str, wanted: Iterable[str], have: Mapping[str, str], what: str
) -> Iterator[Finding]:
    """An error for each of `wanted` that the site has neither by key nor by name."""
    for name in wanted:
        if name not in have and name not in have.values():
            said = f"the site has no {what} `{name}`{nearest(name, have)}"
            yield Finding(subject, "error", said, option)
