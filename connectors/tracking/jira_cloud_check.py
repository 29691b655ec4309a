"""What `alignmart check` says of a Jira Cloud site, before anything is pulled.

Belongs here: looking at the account, the projects, the fields, types and statuses that the
mapping names, with the nearest existing name where one is wrong.
Does not belong here: reading issues (`jira_cloud`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Final

from connectors.contract import Finding
from connectors.http import Http, HttpError
from connectors.source_check import guarded, is_locked_out, nearest
from connectors.tracking.jira_cloud_settings import JiraCloudSettings

_API: Final = "/rest/api/3"
_API_NAME: Final = "Jira's API"
_UNLOCKED_BY: Final = "token"
_FIRST: Final = 50
"""Users that are looked at: whether there are any, whether one has an employee number."""


def findings(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    reached = list(_reached(http))
    yield from reached
    if is_locked_out(reached, _UNLOCKED_BY):
        return
    looks = {
        "users": _users,
        "projects": _projects,
        "fields": _fields,
        "initiative types": _types,
        "statuses": _statuses,
    }
    for subject, look in looks.items():
        yield from guarded(subject, partial(look, http, settings), _API_NAME, _UNLOCKED_BY)


def _reached(http: Http) -> Iterator[Finding]:
    """The site, then the account, which alone tells of a token that both refuse."""
    site, account = (
        partial(guarded, subject, partial(look, http), _API_NAME, _UNLOCKED_BY)
        for subject, look in (("site", _site), ("account", _account))
    )
    found = list(site())
    is_refused = any(one.option == _UNLOCKED_BY for one in found)
    if is_locked_out(found, _UNLOCKED_BY) and not is_refused:
        yield from found
        return
    told = list(account())
    if not (is_refused and is_locked_out(told, _UNLOCKED_BY)):
        yield from found
    yield from told


def _site(http: Http) -> Iterator[Finding]:
    site = http.get(f"{_API}/serverInfo").data
    if site.get("deploymentType") != "Cloud":
        said = f"{http.base_url} is Jira {site.get('deploymentType')}, not Cloud; another `system`"
        yield Finding("site", "error", f"{said} is needed for it.", "system")
    else:
        yield Finding("site", "ok", f"{site.get('serverTitle')} at {http.base_url}")


def _account(http: Http) -> Iterator[Finding]:
    me = http.get(f"{_API}/myself").data
    zone = me.get("timeZone", "an unknown time zone")
    yield Finding("account", "ok", f"{me['displayName']}, {zone} (reads do not depend on it)")


def _users(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    users = http.get(f"{_API}/users/search", startAt=0, maxResults=_FIRST).rows()
    if not users:
        said = (
            "the account sees no user, so no work is matched to a person: give it the global "
            "permission Browse users and groups (Settings, System, Global permissions)"
        )
        yield Finding("users", "error", said)
        return
    yield Finding("users", "ok", "the account may look up users")
    name = settings.mapping.employee_number_property
    if name:
        people = [user["accountId"] for user in users if user.get("accountType") == "atlassian"]
        yield from _numbers(http, name, people)


def _numbers(http: Http, name: str, accounts: list[str]) -> Iterator[Finding]:
    """Whether the property with the employee number may be read, and somebody has it."""
    option = "mapping.employee_number_property"
    for account in accounts:
        try:
            http.get(f"{_API}/user/properties/{name}", accountId=account).take("key", str)
        except HttpError as error:
            if error.status == 403:
                said = (
                    f"the account may not read the user property `{name}`: give it the global "
                    "permission Administer Jira, or take the option out"
                )
                yield Finding("users", "error", said, option)
                return
            if error.status != 404:
                raise
        else:
            yield Finding("users", "ok", f"employee numbers from the user property `{name}`")
            return
    said = f"none of the first {len(accounts)} users has the property `{name}`: is it spelt right?"
    yield Finding("users", "warning", f"{said} They are known by e-mail alone", option)


def _projects(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    last = False
    while not last:
        page = http.get(f"{_API}/project/search", startAt=len(seen), maxResults=100).data
        seen |= {project["key"]: project["name"] for project in page["values"]}
        last = page.get("isLast", True) or not page["values"]
    if not seen:
        said = (
            "the account sees no project: give it the permission Browse projects (Project "
            "settings, Permissions) in each project to read"
        )
        yield Finding("projects", "error", said)
        return
    yield from _known("projects", "projects", settings.projects, seen, "project")
    yield Finding("projects", "ok", f"the account sees {len(seen)} project(s)")


def _fields(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    names = {row["id"]: row["name"] for row in http.get(f"{_API}/field").data}
    mapping = settings.mapping
    for option, given in (
        ("goal_fields", mapping.goal_fields),
        ("points_field", mapping.points_field),
        ("start_field", mapping.start_field),
        ("extra_fields", mapping.extra_fields),
    ):
        wanted = [given] if isinstance(given, str) else given or ()
        yield from _known("fields", f"mapping.{option}", wanted, names, "field")
    good = [f"{names[name]} ({name})" for name in mapping.own_fields() if name in names]
    if good:
        yield Finding("fields", "ok", ", ".join(good))
    if not mapping.goal_fields and not mapping.goal_label_prefix:
        said = "neither `goal_fields` nor `goal_label_prefix` is set: no item will name a goal"
        yield Finding("fields", "warning", said, "mapping.goal_fields")


def _types(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    subject, option = "initiative types", "mapping.initiative_types"
    names = {row["name"]: row["name"] for row in http.get(f"{_API}/issuetype").data}
    wanted = settings.mapping.initiative_types
    wrong = list(_known(subject, option, wanted, names, "issue type"))
    yield from wrong
    good = [name for name in wanted if name in names]
    if good:
        yield Finding(subject, "ok", ", ".join(good))
    elif not wrong:
        said = f"no issue type counts as an initiative; name some{nearest('Epic', names)}"
        yield Finding(subject, "error", said, option)


def _statuses(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    option = "mapping.status_categories"
    category = {
        row["name"]: row["statusCategory"]["key"] for row in http.get(f"{_API}/status").data
    }
    mapped = settings.mapping.status_categories
    wrong = list(_known("statuses", option, mapped, {name: name for name in category}, "status"))
    yield from wrong
    unclear = [name for name, key in category.items() if key == "undefined" and name not in mapped]
    if unclear:
        said = f"no category: {', '.join(sorted(unclear))}; name them in `status_categories`"
        yield Finding("statuses", "warning", said, option)
    elif not wrong:
        yield Finding("statuses", "ok", f"{len(category)} statuses, each with a meaning")


def _known(
    subject: str, option: str, wanted: Iterable[str], have: Mapping[str, str], what: str
) -> Iterator[Finding]:
    """An error for each of `wanted` that the site does not have, with the nearest that it has."""
    for name in wanted:
        if name not in have:
            said = f"the site has no {what} `{name}`{nearest(name, have)}"
            yield Finding(subject, "error", said, option)
