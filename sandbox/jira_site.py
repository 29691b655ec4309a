"""The sample company's Jira: what the tracker knows at an instant, as Jira's issues.

Belongs here: issues with their histories and worklogs, users, statuses, projects of the site.
Does not belong here: HTTP and paging (`jira_server`), faults (`jira_faults`), JQL (`jira_jql`).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl
import polars.selectors as cs

from sandbox import jira_payloads as payloads
from sandbox.jira_payloads import GOALS, POINTS, START, milliseconds
from sandbox.trackerview import tracker
from sandbox.world import STATUS_CATEGORY, World

GOAL_LABEL: Final = "goal-"
LAST_MINUTE: Final = 60_000
"""Milliseconds before now whose worklogs `worklog/updated` holds back."""
WORKLOGS_ON_ISSUE: Final = 20
"""An issue's own `worklog` field is cut after these."""


@dataclass(slots=True)
class Issue:
    """One issue; instants are milliseconds since 1970."""

    id: str
    key: str
    project: str
    created: int
    updated: int
    fields: dict[str, Any]
    histories: list[dict[str, Any]] = field(default_factory=list)
    worklogs: list[dict[str, Any]] = field(default_factory=list)


class Site:
    """Everything that the stand-in can answer at one instant, its clock `as_of`.

    With `goals_as_labels`, every other issue names its goals by labels instead of the field.
    """

    def __init__(
        self, world: World, as_of: dt.datetime, base: str = "", *, goals_as_labels: bool = False
    ) -> None:
        everything = tracker(world, as_of)
        seen = _undeleted(everything, as_of)
        self.as_of, self.now, self.base = as_of, milliseconds(as_of), base
        self.version = 0
        self._goals_as_labels = goals_as_labels
        accounts = seen["accounts"].sort("account").to_dicts()
        self.users = {row["account"]: payloads.user(base, row) for row in accounts}
        self.numbers = {row["account"]: row["employee_number"] for row in accounts}
        self.statuses = {
            name: payloads.status(base, 10000 + n, name, meaning.replace("dropped", "done"))
            for n, (name, meaning) in enumerate(STATUS_CATEGORY.items())
        }
        types = seen["items"].select("type", "is_initiative").unique().sort("is_initiative", "type")
        self.types = {
            name: payloads.issue_type(base, 10100 + n, name, top=top)
            for n, (name, top) in enumerate(types.rows())
        }
        self.projects = {
            key: payloads.project(base, 10300 + n, key)
            for n, key in enumerate(sorted(set(seen["items"]["project"].drop_nulls())))
        }
        events: defaultdict[str, list[dict[str, Any]]] = defaultdict(list)
        for event in _timed(seen["item_events"].sort("at", "event")):
            events[event["item"]].append(event)
        rows = _timed(seen["items"].sort(pl.col("item").cast(pl.Int64)))
        self.issues = {row["item"]: self._issue(row, events[row["item"]]) for row in rows}
        self.by_key = {issue.key: issue for issue in self.issues.values()}
        for row in rows:
            self.issues[row["item"]].fields["parent"] = self._parent(row["parent"])
        self.worklogs: dict[int, dict[str, Any]] = {}
        for row in _timed(seen["worklogs"].sort(pl.col("worklog").cast(pl.Int64))):
            self._log(row)
        gone = everything["worklogs"].filter(pl.col("deleted_at") <= as_of)
        self.deleted_worklogs = [
            (row["deleted_at_ms"], int(row["worklog"])) for row in _timed(gone)
        ]

    def find(self, name: str) -> Issue | None:
        """The issue of an id or a key."""
        return self.issues.get(name) or self.by_key.get(name)

    def forget(self, issue: Issue) -> None:
        """The issue and its worklogs are deleted."""
        self.version += 1
        del self.issues[issue.id], self.by_key[issue.key]
        for log in issue.worklogs:
            del self.worklogs[int(log["id"])]

    def touch(self, issue: Issue, summary: str) -> None:
        """Somebody renames the issue now."""
        self.version += 1
        issue.updated = self.now
        issue.fields |= {"summary": summary, "updated": payloads.time(self.as_of)}

    def shown(self, issue: Issue, asked: list[str]) -> dict[str, Any]:
        """The issue as an IssueBean with the fields asked for; the id alone without any."""
        bean = {"id": issue.id, "self": f"{self.base}/rest/api/3/issue/{issue.id}"}
        names = {name for name in asked if not name.startswith("-")}
        if names <= {"id"}:
            return bean
        bean["key"] = issue.key
        if names <= {"id", "key"}:
            return bean
        left_out = {name[1:] for name in asked if name.startswith("-")}
        every = names & {"*all", "*navigable"}
        chosen = set(issue.fields) | {"worklog"} if every else names
        kept = {name: value for name, value in issue.fields.items() if name in chosen - left_out}
        if "worklog" in chosen - left_out:
            kept["worklog"] = {
                "startAt": 0,
                "maxResults": WORKLOGS_ON_ISSUE,
                "total": len(issue.worklogs),
                "worklogs": issue.worklogs[:WORKLOGS_ON_ISSUE],
            }
        return bean | {"fields": kept}

    def _issue(self, row: dict[str, Any], events: list[dict[str, Any]]) -> Issue:
        created, at = row["created_at"], row["created_at_ms"]
        issue = Issue(row["item"], row["name"], row["project"], at, at, {})
        labelled = self._goals_as_labels and int(row["item"]) % 2 == 0
        now = {"status": row["first_status"], "assignee": row["first_assignee"]}
        now["goal"] = row["first_goals"]
        updated = moved = created
        closed = created if _finished(row["first_status"]) else None
        for event in events:
            issue.histories.append(self._history(event, labelled))
            issue.updated, updated = event["at_ms"], event["at"]
            if event["field"] == "status":
                closed = updated if _finished(event["after"]) else None
                if STATUS_CATEGORY[now["status"]] != STATUS_CATEGORY[event["after"]]:
                    moved = updated
            now[event["field"]] = event["after"]
        goals = now["goal"].split(";") if now["goal"] else []
        marks = [f"{GOAL_LABEL}{goal}" for goal in goals] if labelled else []
        project = self.projects[row["project"]]
        issue.fields = {
            "summary": row["title"],
            "issuetype": self.types[row["type"]],
            "project": {name: project[name] for name in ("self", "id", "key", "name")},
            "status": self.statuses[now["status"]],
            "resolution": payloads.resolution(now["status"]),
            "assignee": self._person(now["assignee"]),
            "reporter": self._person(row["reporter"]),
            "created": created,
            "updated": updated,
            "duedate": row["due_on"] and row["due_on"].isoformat(),
            "resolutiondate": closed,
            "statuscategorychangedate": moved,
            "labels": [*marks, f"area-{int(row['item']) % 3}"],
            "description": payloads.document(f"What {row['title']} is about."),
            GOALS: ", ".join(goals) if goals and not labelled else None,
            POINTS: row["points"],
            START: row["started_on"] and row["started_on"].isoformat(),
        }
        return issue

    def _history(self, event: dict[str, Any], labelled: bool) -> dict[str, Any]:
        sides = (event["before"], event["after"])
        items = []
        if event["field"] == "status":
            before, after = (payloads.resolution(side) or {} for side in sides)
            if before != after:
                names, ids = ((before.get(n), after.get(n)) for n in ("name", "id"))
                items.append(payloads.change("resolution", names, ids))
            ids = tuple(self.statuses[side]["id"] for side in sides)
            items.append(payloads.change("status", sides, ids))
        elif event["field"] == "assignee":
            names = tuple(self.users.get(side, {}).get("displayName") for side in sides)
            items.append(payloads.change("assignee", names, sides))
        elif labelled:
            words = tuple(
                " ".join(GOAL_LABEL + goal for goal in (side or "").split(";") if goal)
                for side in sides
            )
            items.append(payloads.change("labels", words, (None, None)))
        else:
            texts = tuple(side and side.replace(";", ", ") for side in sides)
            items.append(payloads.change(GOALS, texts, (None, None)))
        return {
            "id": str(event["event"]),
            "author": self._person(event["author"]),
            "created": event["at_ms"],
            "items": items,
        }

    def _log(self, row: dict[str, Any]) -> None:
        """Jira moves an issue's `updated` when work is logged, the sample world does not: it is
        moved only where it decides what is found, for work logged in the last minute."""
        issue = self.issues[row["item"]]
        author, written = self._person(row["account"]), row["created_at"]
        log = {
            "self": f"{self.base}/rest/api/3/issue/{issue.id}/worklog/{row['worklog']}",
            "id": row["worklog"],
            "issueId": issue.id,
            "author": author,
            "updateAuthor": author,
            "comment": payloads.document("Worked on it."),
            "created": written,
            "updated": written,
            "started": row["started_at"],
            "timeSpent": f"{row['seconds'] // 60}m",
            "timeSpentSeconds": row["seconds"],
        }
        issue.worklogs.append(log)
        if row["created_at_ms"] > self.now - LAST_MINUTE:
            issue.updated = max(issue.updated, row["created_at_ms"])
        self.worklogs[int(log["id"])] = {"at": row["created_at_ms"], "log": log}

    def _person(self, account: str | None) -> dict[str, Any] | None:
        if account is None:
            return None
        kept = ("self", "accountId", "accountType", "displayName", "active", "timeZone")
        return {name: self.users[account][name] for name in kept}

    def _parent(self, item: str | None) -> dict[str, Any] | None:
        parent = self.issues.get(item or "")
        if parent is None:
            return None
        short = {name: parent.fields[name] for name in ("summary", "status", "issuetype")}
        return {"id": parent.id, "key": parent.key, "fields": short}


def _timed(table: pl.DataFrame) -> list[dict[str, Any]]:
    """Rows with instants as Jira writes them, and beside each its milliseconds (`…_ms`)."""
    instants = cs.datetime()
    local = instants.dt.convert_time_zone(payloads.SITE_ZONE)
    return table.with_columns(
        instants.dt.epoch("ms").name.suffix("_ms"),
        local.dt.strftime("%Y-%m-%dT%H:%M:%S%.3f%z"),
    ).to_dicts()


def _undeleted(seen: dict[str, pl.DataFrame], as_of: dt.datetime) -> dict[str, pl.DataFrame]:
    """What has not been deleted by `as_of`; histories and worklogs go with their issue."""
    there = pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of)
    items = seen["items"].filter(there)
    kept = pl.col("item").is_in(items["item"].implode())
    return seen | {
        "items": items,
        "item_events": seen["item_events"].filter(kept),
        "worklogs": seen["worklogs"].filter(there, kept),
    }


def _finished(status: str) -> bool:
    return STATUS_CATEGORY[status] in ("done", "dropped")
