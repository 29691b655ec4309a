"""What `alignmart check` says of a Jira Cloud site, before anything is pulled.

Belongs here: looking at the account, the projects, the fields, types and statuses that the
mapping names, with the nearest existing name where one is wrong.
Does not belong here: reading issues (`jira_cloud`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from typing import Any

from connectors.contract import Finding, SourceError
from connectors.http import Http
from connectors.tracking.jira_cloud_settings import JiraCloudSettings

_API = "/rest/api/3"


def findings(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    yield from _guarded("site", lambda: _site(http))
    account = list(_guarded("account", lambda: _account(http)))
    yield from account
    if any(finding.status == "error" for finding in account):
        return
    yield from _guarded("projects", lambda: _projects(http, settings))
    yield from _guarded("fields", lambda: _fields(http, settings))
    yield from _guarded("initiative types", lambda: _types(http, settings))
    yield from _guarded("statuses", lambda: _statuses(http, settings))


def _guarded(subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    try:
        yield from look()
    except SourceError as error:
        yield Finding(subject, "error", str(error))
    except (KeyError, TypeError, AttributeError) as error:
        said = f"the answer has another shape than Jira's API says ({error!r}); check `url`"
        yield Finding(subject, "error", said)


def _site(http: Http) -> Iterator[Finding]:
    site = http.get(f"{_API}/serverInfo").data
    if site.get("deploymentType") != "Cloud":
        said = f"{http.base_url} is Jira {site.get('deploymentType')}, not Cloud; another `system`"
        yield Finding("site", "error", f"{said} is needed for it.")
    else:
        yield Finding("site", "ok", f"{site.get('serverTitle')} at {http.base_url}")


def _account(http: Http) -> Iterator[Finding]:
    me = http.get(f"{_API}/myself").data
    zone = me.get("timeZone", "an unknown time zone")
    yield Finding("account", "ok", f"{me['displayName']}, {zone} (reads do not depend on it)")


def _projects(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    last = False
    while not last:
        page = http.get(f"{_API}/project/search", startAt=len(seen), maxResults=100).data
        seen |= {project["key"]: project["name"] for project in page["values"]}
        last = page.get("isLast", True) or not page["values"]
    if not seen:
        said = "the account sees no project: give it the permission Browse projects"
        yield Finding("projects", "error", said)
        return
    yield from _known("projects", settings.projects, seen, "project")
    yield Finding("projects", "ok", f"the account sees {len(seen)} project(s)")


def _fields(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    names = {row["id"]: row["name"] for row in http.get(f"{_API}/field").data}
    wanted = settings.mapping.own_fields()
    yield from _known("fields", wanted, names, "field")
    good = [f"{names[name]} ({name})" for name in wanted if name in names]
    if good:
        yield Finding("fields", "ok", ", ".join(good))
    if not settings.mapping.goal_fields and not settings.mapping.goal_label_prefix:
        said = "neither `goal_fields` nor `goal_label_prefix` is set: no item will name a goal"
        yield Finding("fields", "warning", said)


def _types(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    names = {row["name"]: row["name"] for row in http.get(f"{_API}/issuetype").data}
    wanted = settings.mapping.initiative_types
    yield from _known("initiative types", wanted, names, "issue type")
    good = [name for name in wanted if name in names]
    if good:
        yield Finding("initiative types", "ok", ", ".join(good))
    else:
        said = "no issue type of the site counts as an initiative; set `initiative_types`"
        yield Finding("initiative types", "error", said)


def _statuses(http: Http, settings: JiraCloudSettings) -> Iterator[Finding]:
    category = {
        row["name"]: row["statusCategory"]["key"] for row in http.get(f"{_API}/status").data
    }
    mapped = settings.mapping.status_categories
    yield from _known("statuses", mapped, {name: name for name in category}, "status")
    unclear = [name for name, key in category.items() if key == "undefined" and name not in mapped]
    if unclear:
        said = f"no category: {', '.join(sorted(unclear))}; name them in `status_categories`"
        yield Finding("statuses", "warning", said)
    else:
        yield Finding("statuses", "ok", f"{len(category)} statuses, each with a meaning")


def _known(
    subject: str, wanted: Iterable[str], have: dict[str, Any], what: str
) -> Iterator[Finding]:
    """An error for each of `wanted` that the site does not have, with the nearest that it has."""
    for name in wanted:
        if name in have:
            continue
        by_name = {str(label): key for key, label in have.items()}
        near = get_close_matches(name, [*have, *by_name], n=3, cutoff=0.6)
        keys = list(dict.fromkeys(by_name.get(label, label) for label in near))
        hint = f"; nearest: {', '.join(f'{have[key]} ({key})' for key in keys)}" if keys else ""
        yield Finding(subject, "error", f"the site has no {what} `{name}`{hint}")
