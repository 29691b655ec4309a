"""Small payloads of Jira's API: users, statuses, types, projects, fields, changes, times.

Belongs here: how one thing is written in Jira's JSON. Does not belong here: which things there
are (`jira_site`).
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo

GOALS: Final = "customfield_10200"
POINTS: Final = "customfield_10016"
START: Final = "customfield_10015"
SITE_ZONE: Final = "America/Los_Angeles"
"""Zone of the system's default user: answers carry its offset."""
ROBOT: Final = "Automation"
"""Display name of the app user."""

_CATEGORIES: Final = {
    "todo": (2, "new", "blue-gray", "To Do"),
    "doing": (4, "indeterminate", "yellow", "In Progress"),
    "done": (3, "done", "green", "Done"),
}
_PLUGIN: Final = "com.atlassian.jira.plugin.system.customfieldtypes:"
_CUSTOM_FIELDS: Final = (
    (GOALS, "Goals", "string", f"{_PLUGIN}textfield"),
    (POINTS, "Story point estimate", "number", "com.pyxis.greenhopper.jira:jsw-story-points"),
    (START, "Start date", "date", f"{_PLUGIN}datepicker"),
)
_SYSTEM_FIELDS: Final = (
    ("summary", "Summary", "string"), ("issuetype", "Issue Type", "issuetype"),
    ("project", "Project", "project"), ("status", "Status", "status"),
    ("resolution", "Resolution", "resolution"), ("assignee", "Assignee", "user"),
    ("reporter", "Reporter", "user"), ("created", "Created", "datetime"),
    ("updated", "Updated", "datetime"), ("duedate", "Due date", "date"),
    ("resolutiondate", "Resolved", "datetime"), ("labels", "Labels", "array"),
    ("statuscategorychangedate", "Status Category Changed", "datetime"),
    ("description", "Description", "string"), ("worklog", "Log Work", "array"),
    ("parent", "Parent", "issuelink"),
)  # fmt: skip


def milliseconds(at: dt.datetime) -> int:
    """Milliseconds since 1970, as Jira counts."""
    return (at - dt.datetime(1970, 1, 1, tzinfo=dt.UTC)) // dt.timedelta(milliseconds=1)


def time(at: dt.datetime) -> str:
    """An instant as Jira writes it: the site's zone, an offset without colon."""
    local = at.astimezone(ZoneInfo(SITE_ZONE))
    return f"{local:%Y-%m-%dT%H:%M:%S}.{local.microsecond // 1000:03d}{local:%z}"


def user(base: str, row: dict[str, Any]) -> dict[str, Any]:
    """A user, from a row of `accounts`; the e-mail is null where privacy hides it."""
    key = row["account"]
    return {
        "self": f"{base}/rest/api/3/user?accountId={key}",
        "accountId": key,
        "accountType": "app" if row["display_name"] == ROBOT else "atlassian",
        "emailAddress": row["email"],
        "displayName": row["display_name"],
        "active": row["is_active"],
        "timeZone": "Etc/UTC",
        "locale": "en_US",
        "avatarUrls": {"48x48": f"{base}/secure/useravatar?accountId={key}"},
    }


def status(base: str, number: int, name: str, meaning: str) -> dict[str, Any]:
    """A status; `meaning` is todo, doing or done."""
    category_id, key, colour, label = _CATEGORIES[meaning]
    return {
        "self": f"{base}/rest/api/3/status/{number}",
        "description": "",
        "iconUrl": f"{base}/images/icons/statuses/generic.png",
        "name": name,
        "id": str(number),
        "statusCategory": {
            "self": f"{base}/rest/api/3/statuscategory/{category_id}",
            "id": category_id,
            "key": key,
            "colorName": colour,
            "name": label,
        },
    }


def issue_type(base: str, number: int, name: str, *, top: bool) -> dict[str, Any]:
    """An issue type; `top` types stand above stories, as epics do."""
    below = name == "Sub-task"
    return {
        "self": f"{base}/rest/api/3/issuetype/{number}",
        "id": str(number),
        "description": "",
        "iconUrl": f"{base}/images/icons/issuetypes/{number}.png",
        "name": name,
        "subtask": below,
        "avatarId": number,
        "hierarchyLevel": int(top) - int(below),
    }


def project(base: str, number: int, key: str) -> dict[str, Any]:
    """A project, as `project/search` lists it."""
    return {
        "expand": "description,lead,issueTypes,url,projectKeys,permissions,insight",
        "self": f"{base}/rest/api/3/project/{number}",
        "id": str(number),
        "key": key,
        "name": f"Project {key}",
        "avatarUrls": {"48x48": f"{base}/secure/projectavatar?pid={number}"},
        "projectTypeKey": "software",
        "simplified": False,
        "style": "classic",
        "isPrivate": False,
    }


def fields() -> list[dict[str, Any]]:
    """What GET field answers."""
    system = [
        {
            "id": name,
            "key": name,
            "name": label,
            "custom": False,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [name],
            "schema": {"type": kind, "system": name},
        }
        for name, label, kind in _SYSTEM_FIELDS
    ]
    custom = [
        {
            "id": name,
            "key": name,
            "name": label,
            "custom": True,
            "orderable": True,
            "navigable": True,
            "searchable": True,
            "clauseNames": [f"cf[{name[12:]}]", label],
            "schema": {"type": kind, "custom": module, "customId": int(name[12:])},
        }
        for name, label, kind, module in _CUSTOM_FIELDS
    ]
    return system + custom


def resolution(status_name: str) -> dict[str, Any] | None:
    """The resolution that goes with a final status."""
    numbers = {"Done": "10000", "Won't Do": "10001"}
    if status_name not in numbers:
        return None
    return {"id": numbers[status_name], "name": status_name, "description": ""}


def change(name: str, texts: tuple[Any, Any], ids: tuple[Any, Any]) -> dict[str, Any]:
    """One item of a history; items of custom fields carry `fieldId` alone."""
    custom = name.startswith("customfield_")
    named = {} if custom else {"field": name}
    return named | {
        "fieldtype": "custom" if custom else "jira",
        "fieldId": name,
        "from": ids[0],
        "fromString": texts[0],
        "to": ids[1],
        "toString": texts[1],
    }


def document(text: str) -> dict[str, Any]:
    """Text in Atlassian's document format."""
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {"type": "doc", "version": 1, "content": [paragraph]}
