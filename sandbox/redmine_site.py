"""The sample company's Redmine: what the tracker knows at an instant, as Redmine's records.

Belongs here: issues with their journals, time entries, users, projects, and the site's lists.
Does not belong here: HTTP and paging (`redmine_server`), how keys become numbers
(`redmine_view`).

Shapes are those of Redmine 5.0.4, kept true by a comparison in `make test-live`.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, Final

import polars as pl

from sandbox.redmine_view import FIRST_USER, ROBOT_ID, accounts, journals, worklog_days
from sandbox.trackerview import tracker
from sandbox.world import STATUS_CATEGORY, World

GOALS, POINTS, NUMBER = "Goals", "Points", "Employee number"
"""Custom fields: two of issues, one of users; their numbers are 1, 2 and 3."""
STANDARD_FIELDS: Final = (
    "assigned_to_id", "category_id", "fixed_version_id", "parent_issue_id", "start_date",
    "due_date", "estimated_hours", "done_ratio", "description",
)  # fmt: skip
STATUSES: Final = tuple(
    (name, meaning in ("done", "dropped")) for name, meaning in STATUS_CATEGORY.items()
)
"""Name and whether it counts as closed, in the order of their numbers, which begin at 1."""
EVERYBODY: Final = FIRST_USER - 1
"""Number of the group of all people."""
PRIORITY: Final = {"id": 1, "name": "Normal"}
ACTIVITY: Final = {"id": 2, "name": "Work"}


def trackers_of(world: World) -> list[str]:
    """Trackers in the order of their numbers, which begin at 1."""
    kinds = world.items.select("is_initiative", "type").unique().sort("is_initiative", "type")
    return kinds["type"].to_list()


def projects_of(world: World) -> list[str]:
    """Project keys in the order of their numbers, which begin at 1; identifiers are lower case."""
    return sorted(set(world.items["project"].drop_nulls()))


class Site:
    """Everything that the stand-in can answer at one instant, its clock `as_of`."""

    def __init__(self, world: World, as_of: dt.datetime) -> None:
        self.as_of = as_of
        people = accounts(world).filter(pl.col("created_at") <= as_of).to_dicts()
        self._names = {row["account"]: _named(row["id"], row["display_name"]) for row in people}
        self.users = [_user(row) for row in people]
        self.user_status = {row["id"]: 1 if row["is_active"] else 3 for row in people}
        self.statuses = [
            {"id": n, "name": name, "is_closed": is_closed}
            for n, (name, is_closed) in enumerate(STATUSES, 1)
        ]
        self._status = {status["name"]: status for status in self.statuses}
        first = _named(1, STATUSES[0][0])
        names = trackers_of(world)
        self.trackers = [_tracker(n, name, first) for n, name in enumerate(names, 1)]
        self._tracker = {tracker["name"]: tracker["id"] for tracker in self.trackers}
        keys = projects_of(world)
        self.projects = [_project(n, key, world) for n, key in enumerate(keys, 1)]
        self._project = {key: _named(n, f"Project {key}") for n, key in enumerate(keys, 1)}
        cut = _undeleted(tracker(world, as_of), as_of)
        self.journals = self._journals(world, as_of, set(cut["items"]["item"]))
        self.issues = {int(row["item"]): self._issue(row) for row in cut["items"].to_dicts()}
        self.entries: dict[int, dict[str, Any]] = {}
        days = worklog_days(world)
        for row in cut["worklogs"].join(days, on="worklog").sort("worklog").to_dicts():
            self.entries[int(row["worklog"])] = self._entry(row)
        self._add_up()

    def custom_fields(self) -> list[dict[str, Any]]:
        """What an administrator sees of the custom fields."""
        everywhere = [_named(row["id"], row["name"]) for row in self.trackers]
        of_issues = {"trackers": everywhere, "roles": []}
        return [
            _custom_field(1, GOALS, "issue", "string") | of_issues,
            _custom_field(2, POINTS, "issue", "float") | of_issues,
            _custom_field(3, NUMBER, "user", "string"),
        ]

    def forget(self, issue: int) -> list[dict[str, Any]]:
        """The issue and its time are deleted; returns what `remember` puts back."""
        gone = [self.issues.pop(issue)]
        for key, entry in list(self.entries.items()):
            if entry["issue"]["id"] == issue:
                gone.append(self.entries.pop(key))
        return gone

    def remember(self, gone: list[dict[str, Any]]) -> None:
        """What was forgotten is there again, as it was."""
        for record in gone:
            kind = self.entries if "hours" in record else self.issues
            kind[record["id"]] = record

    def _journals(
        self, world: World, as_of: dt.datetime, there: set[str]
    ) -> dict[int, list[dict[str, Any]]]:
        told = journals(world).filter(pl.col("at") <= as_of, pl.col("item").is_in(there))
        events = world.item_events.select("event", "field", "before", "after")
        found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
        for row in told.join(events, on="event", how="left").sort("journal").to_dicts():
            found[int(row["item"])].append(
                {
                    "id": row["journal"],
                    "user": self._names[row["author"]],
                    "notes": "",
                    "created_on": _time(row["at"]),
                    "private_notes": False,
                    "details": [self._detail(row)],
                }
            )
        return found

    def _detail(self, row: dict[str, Any]) -> dict[str, Any]:
        if row["child"] is not None:
            sides = (row["child"], None) if row["is_gone"] else (None, row["child"])
            return _sides("attr", "child_id", *sides)
        before, after = row["before"], row["after"]
        if row["field"] == "status":
            ids = (str(self._status[side]["id"]) for side in (before, after))
            return _sides("attr", "status_id", *ids)
        if row["field"] == "assignee":
            people = (side and str(self._names[side]["id"]) for side in (before, after))
            return _sides("attr", "assigned_to_id", *people)
        return _sides("cf", "1", _goals(before), _goals(after))

    def _issue(self, row: dict[str, Any]) -> dict[str, Any]:
        changed = [journal["created_on"] for journal in self.journals.get(int(row["item"]), ())]
        created = _time(row["created_at"])
        status = self._status[row["status"]]
        issue = {
            "id": int(row["item"]),
            "project": self._project[row["project"]],
            "tracker": _named(self._tracker[row["type"]], row["type"]),
            "status": status,
            "priority": PRIORITY,
            "author": self._names[row["reporter"]],
        }
        if row["assignee"] is not None:
            issue["assigned_to"] = self._names[row["assignee"]]
        if row["parent"] is not None:
            issue["parent"] = {"id": int(row["parent"])}
        return issue | {
            "subject": row["title"],
            "description": None,
            "start_date": _day(row["started_on"]),
            "due_date": _day(row["due_on"]),
            "done_ratio": 0,
            "is_private": False,
            "estimated_hours": None,
            "total_estimated_hours": None,
            "spent_hours": 0.0,
            "total_spent_hours": 0.0,
            "custom_fields": [
                {"id": 1, "name": GOALS, "value": _goals(row["goals"])},
                {
                    "id": 2,
                    "name": POINTS,
                    "value": "" if row["points"] is None else str(row["points"]),
                },
            ],
            "created_on": created,
            "updated_on": max([created, *changed]),
            "closed_on": _time(row["status_since"]) if status["is_closed"] else self._closed(row),
        }

    def _closed(self, row: dict[str, Any]) -> str | None:
        """The last closing, which Redmine keeps after a reopening."""
        closed = {str(status["id"]) for status in self.statuses if status["is_closed"]}
        times = [
            journal["created_on"]
            for journal in self.journals.get(int(row["item"]), ())
            for detail in journal["details"]
            if detail["name"] == "status_id" and detail["new_value"] in closed
        ]
        return times[-1] if times else None

    def _entry(self, row: dict[str, Any]) -> dict[str, Any]:
        written = _time(row["created_at"])
        return {
            "id": int(row["worklog"]),
            "project": self.issues[int(row["item"])]["project"],
            "issue": {"id": int(row["item"])},
            "user": self._names[row["account"]],
            "activity": ACTIVITY,
            "hours": round(row["seconds"] / 3600, 2),
            "comments": None,
            "spent_on": _day(row["spent_on"]),
            "created_on": written,
            "updated_on": written,
        }

    def _add_up(self) -> None:
        """Hours on each issue, and on it with all below it; a parent has a sum of estimates."""
        for issue in self.issues.values():
            if issue.get("parent", {}).get("id") in self.issues:
                self.issues[issue["parent"]["id"]]["total_estimated_hours"] = 0.0
        for entry in self.entries.values():
            issue = self.issues[entry["issue"]["id"]]
            issue["spent_hours"] = round(issue["spent_hours"] + entry["hours"], 2)
            while True:
                issue["total_spent_hours"] = round(issue["total_spent_hours"] + entry["hours"], 2)
                above = self.issues.get(issue.get("parent", {}).get("id", 0))
                if above is None:
                    break
                issue = above


def _user(row: dict[str, Any]) -> dict[str, Any]:
    opened = _time(row["created_at"])
    own = {"id": 3, "name": NUMBER, "value": row["employee_number"]}
    return {
        "id": row["id"],
        "login": row["login"],
        "admin": row["id"] == ROBOT_ID,
        "firstname": row["firstname"],
        "lastname": row["lastname"],
        "mail": row["mail"],
        "created_on": opened,
        "updated_on": opened,
        "last_login_on": None,
        "passwd_changed_on": None if row["id"] == ROBOT_ID else opened,
        "twofa_scheme": None,
        "custom_fields": [own],
    }


def _tracker(number: int, name: str, first: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "default_status": first,
        "description": None,
        "enabled_standard_fields": list(STANDARD_FIELDS),
    }


def _project(number: int, key: str, world: World) -> dict[str, Any]:
    opened = _time(dt.datetime.combine(world.start, dt.time(), dt.UTC))
    return {
        "id": number,
        "name": f"Project {key}",
        "identifier": key.lower(),
        "description": None,
        "status": 1,
        "is_public": True,
        "inherit_members": False,
        "created_on": opened,
        "updated_on": opened,
    }


def _custom_field(number: int, name: str, of: str, kind: str) -> dict[str, Any]:
    return {
        "id": number,
        "name": name,
        "customized_type": of,
        "field_format": kind,
        "regexp": "",
        "min_length": None,
        "max_length": None,
        "is_required": False,
        "is_filter": of == "issue",
        "searchable": False,
        "multiple": False,
        "default_value": None,
        "visible": True,
    }


def _named(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name}


def _sides(kind: str, name: str, before: str | None, after: str | None) -> dict[str, Any]:
    return {"property": kind, "name": name, "old_value": before, "new_value": after}


def _goals(keys: str | None) -> str:
    return (keys or "").replace(";", ", ")


def _time(at: dt.datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"


def _day(day: dt.date | None) -> str | None:
    return day and day.isoformat()


def _undeleted(seen: dict[str, pl.DataFrame], as_of: dt.datetime) -> dict[str, pl.DataFrame]:
    """What has not been deleted by `as_of`; time entries go with their issue."""
    there = pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of)
    items = seen["items"].filter(there).sort(pl.col("item").cast(pl.Int64))
    kept = pl.col("item").is_in(items["item"].implode())
    return {"items": items, "worklogs": seen["worklogs"].filter(there, kept)}
