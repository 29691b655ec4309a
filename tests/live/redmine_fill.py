"""Playing the sample company's tracker into a Redmine, through its own REST API, in order of time.

Belongs here: which call of the API makes which event of the world, at its instant and in the name
of its author. Does not belong here: installing and starting (`redmine`).

Issues, time entries, accounts and histories get the numbers that `sandbox.redmine_view` gives
them, because each kind is made in one order and begins where the database was told to begin.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import polars as pl

from sandbox.redmine_view import ROBOT_ID, accounts, worklog_days
from sandbox.world import World

INSTANT: Final = "X-Test-Instant"
"""Header with the time that Redmine's clock shows for this request."""
KEPT_OPEN: Final = 5.0
"""Seconds after which a connection that rests is not used again; puma closes it after 20."""
ACTIVE, LOCKED = 1, 3

Event = tuple[dt.datetime, int, int, str, dict[str, Any]]
"""Instant, rank among what happens at once, number, kind, the row of the world's table."""


@dataclass
class Api:
    """Redmine's REST API with an administrator's key."""

    url: str
    key: str
    calls: int = 0
    _connection: http.client.HTTPConnection | None = None
    _used_at: float = 0.0

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        at: dt.datetime | None = None,
        as_login: str | None = None,
    ) -> Any:
        """The answer's JSON, None where it has none. Raises RuntimeError for a refusal."""
        headers = {"X-Redmine-API-Key": self.key, "Content-Type": "application/json"}
        if at is not None:
            headers[INSTANT] = at.isoformat(timespec="seconds")
        if as_login is not None:
            headers["X-Redmine-Switch-User"] = as_login
        if time.monotonic() - self._used_at > KEPT_OPEN:
            self.close()
        if self._connection is None:
            self._connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=60)
        self.calls += 1
        self._used_at = time.monotonic()
        self._connection.request(method, path, None if body is None else json.dumps(body), headers)
        answer = self._connection.getresponse()
        said = answer.read()
        if answer.status >= 300:
            raise RuntimeError(f"{method} {path} {body}: {answer.status} {said[:500]!r}")
        return json.loads(said) if said.strip() else None

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


@dataclass
class Player:
    """Plays a world into an empty Redmine, up to an instant and then further."""

    api: Api
    world: World
    group: int
    """Number of the group whose members may do everything in every project."""
    role: int
    until: dt.datetime | None = None
    seconds: float = 0.0
    """How long playing took."""
    projects: dict[str, int] = field(default_factory=dict)
    trackers: dict[str, int] = field(default_factory=dict)
    statuses: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        people = accounts(self.world)
        self._people = people
        self._ids = dict(zip(people["account"], people["id"], strict=True))

    def play(self, until: dt.datetime) -> None:
        """Everything that happens after what was played already, up to `until`."""
        began = time.monotonic()
        if self.until is None:
            self._open_projects()
        since, self.until = self.until, until
        self._lock(ACTIVE, since)
        for at, _, _, kind, row in self._events(since, until):
            getattr(self, f"_{kind}")(at, row)
        self._lock(LOCKED, until)
        self.seconds += time.monotonic() - began

    def _events(self, since: dt.datetime | None, until: dt.datetime) -> Iterator[Event]:
        kinds = (
            ("account", self._people.filter(pl.col("id") != ROBOT_ID), "created_at", "id"),
            ("item", self.world.items, "created_at", "item"),
            ("change", self.world.item_events, "at", "event"),
            ("log", self._logs(), "created_at", "worklog"),
            ("log_gone", self.world.worklogs, "deleted_at", "worklog"),
            ("item_gone", self.world.items, "deleted_at", "item"),
        )
        events: list[Event] = []
        for rank, (kind, table, when, number) in enumerate(kinds):
            due = pl.col(when) <= until
            if since is not None:
                due &= pl.col(when) > since
            events += [
                (row[when], rank, int(row[number]), kind, row)
                for row in table.filter(due).to_dicts()
            ]
        return iter(sorted(events, key=lambda event: event[:3]))

    def _logs(self) -> pl.DataFrame:
        return self.world.worklogs.join(worklog_days(self.world), on="worklog")

    def _open_projects(self) -> None:
        named = {"trackers": self.trackers, "issue_statuses": self.statuses}
        for what, found in named.items():
            found |= {row["name"]: row["id"] for row in self.api("GET", f"/{what}.json")[what]}
        for key in sorted(set(self.world.items["project"].drop_nulls())):
            body = {"project": {"name": f"Project {key}", "identifier": key.lower()}}
            made = self.api("POST", "/projects.json", body)["project"]
            self.projects[key] = made["id"]
            member = {"membership": {"user_id": self.group, "role_ids": [self.role]}}
            self.api("POST", f"/projects/{made['id']}/memberships.json", member)
        self.api("POST", f"/groups/{self.group}/users.json", {"user_id": ROBOT_ID})

    def _lock(self, status: int, until: dt.datetime | None) -> None:
        """Accounts that are not active: unlocked while events are played in their name."""
        if until is None:
            return
        away = self._people.filter(~pl.col("is_active"), pl.col("created_at") <= until)
        for row in away.to_dicts():
            self.api("PUT", f"/users/{row['id']}.json", {"user": {"status": status}})

    def _account(self, at: dt.datetime, row: dict[str, Any]) -> None:
        user = {name: row[name] for name in ("login", "firstname", "lastname", "mail")}
        user |= {"generate_password": True}
        if row["employee_number"] is not None:
            user["custom_fields"] = [{"id": 3, "value": row["employee_number"]}]
        made = self.api("POST", "/users.json", {"user": user}, at=at)["user"]
        assert made["id"] == row["id"], (made, row)
        self.api("POST", f"/groups/{self.group}/users.json", {"user_id": made["id"]}, at=at)

    def _item(self, at: dt.datetime, row: dict[str, Any]) -> None:
        issue = {
            "project_id": self.projects[row["project"]],
            "tracker_id": self.trackers[row["type"]],
            "status_id": self.statuses[row["first_status"]],
            "subject": row["title"],
            "custom_fields": [
                {"id": 1, "value": _goals(row["first_goals"])},
                {"id": 2, "value": "" if row["points"] is None else str(row["points"])},
            ],
        }
        if row["parent"] is not None:
            issue["parent_issue_id"] = int(row["parent"])
        if row["first_assignee"] is not None:
            issue["assigned_to_id"] = self._ids[row["first_assignee"]]
        for name, column in (("start_date", "started_on"), ("due_date", "due_on")):
            if row[column] is not None:
                issue[name] = row[column].isoformat()
        made = self.api("POST", "/issues.json", {"issue": issue}, at=at, as_login=row["reporter"])[
            "issue"
        ]
        assert made["id"] == int(row["item"]), (made, row)

    def _change(self, at: dt.datetime, row: dict[str, Any]) -> None:
        after = row["after"]
        change: dict[str, Any] = {
            "status": lambda: {"status_id": self.statuses[after]},
            "assignee": lambda: {"assigned_to_id": self._ids[after] if after else ""},
            "goal": lambda: {"custom_fields": [{"id": 1, "value": _goals(after)}]},
        }[row["field"]]()
        path = f"/issues/{row['item']}.json"
        self.api("PUT", path, {"issue": change}, at=at, as_login=row["author"])

    def _log(self, at: dt.datetime, row: dict[str, Any]) -> None:
        entry = {
            "issue_id": int(row["item"]),
            "spent_on": row["spent_on"].isoformat(),
            "hours": row["seconds"] / 3600,
        }
        made = self.api(
            "POST", "/time_entries.json", {"time_entry": entry}, at=at, as_login=row["account"]
        )["time_entry"]
        assert made["id"] == int(row["worklog"]), (made, row)

    def _log_gone(self, at: dt.datetime, row: dict[str, Any]) -> None:
        self.api("DELETE", f"/time_entries/{row['worklog']}.json", at=at)

    def _item_gone(self, at: dt.datetime, row: dict[str, Any]) -> None:
        self.api("DELETE", f"/issues/{row['item']}.json", at=at)


def _goals(keys: str | None) -> str:
    """Goal keys as people write them into a text field."""
    return (keys or "").replace(";", ", ")
