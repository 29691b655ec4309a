"""Redmine's answers as canonical rows.

Belongs here: Redmine's payloads: which field becomes which column.
Does not belong here: how answers are fetched (`redmine`), types and bounds (`edge`), histories
(`redmine_history`).

What a status means, unless the mapping says: closed is done (dropped, if its name is one of
`dropped_statuses`); the status in which an issue's tracker begins is todo; any other is doing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

import orjson
import polars as pl

from connectors.contract import Page, SourceError
from connectors.records import Reader, batches, table, times
from connectors.tracking.redmine_history import Histories
from connectors.tracking.redmine_settings import Category, RedmineSettings
from connectors.tracking.redmine_words import Words

Group = list[tuple[int, Any]]
"""Numbered bodies of one stream."""


class Rows:
    """Maps the pages of one pull, in their order, onto the canonical frames."""

    def __init__(self, settings: RedmineSettings) -> None:
        self._mapping = mapping = settings.mapping
        self._since = settings.since
        self._unread = pl.Series([], dtype=pl.String)
        self._words = Words(mapping)
        self._histories = Histories(self._words)
        self._began_at: str | None = None
        self._swept: dict[str, dict[str, tuple[str, int]]] = {"work_items": {}, "worklogs": {}}
        self._complete = {"work_items": False, "worklogs": False}
        self._issue_readers = self._make_issue_readers(f"{settings.url.rstrip('/')}/issues/")

    def of(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield (frame, rows); the key sweeps come last. Raises SourceError."""
        swept = {"issue": ("work_items", "issues"), "time_entr": ("worklogs", "time_entries")}
        mapped: dict[str, tuple[str, Callable[[Group], pl.DataFrame]]] = {
            "users_active": ("accounts", lambda group: self._accounts(group, active=True)),
            "users_registered": ("accounts", lambda group: self._accounts(group, active=False)),
            "users_locked": ("accounts", lambda group: self._accounts(group, active=False)),
            "issues": ("work_items", self._items),
            "named_issues": ("work_items", self._named),
            "histories": ("work_item_changes", self._changes),
            "time_entries": ("worklogs", self._worklogs),
        }
        for stream, group in batches(pages):
            if stream in ("issue_statuses", "trackers", "custom_fields"):
                self._words.learn(stream, group[-1][1][stream])
            elif stream == "newest":
                found = group[-1][1]["issues"]
                self._began_at = found[0]["updated_on"] if found else None
            elif stream == "unread":
                numbers = group[-1][1]["unread"]
                self._unread = pl.Series([str(n) for n in numbers], dtype=pl.String)
            for start, (frame, name) in swept.items():
                if stream.startswith(start) and stream != "issue_statuses":
                    self._sweep(frame, group, name)
            if stream in mapped:
                frame, rows = mapped[stream]
                yield frame, rows(group)
        for frame in self._swept:
            yield "key_sweeps", self._sweep_rows(frame)

    def _accounts(self, group: Group, *, active: bool) -> pl.DataFrame:
        number, hosts = self._mapping.employee_number_field, self._mapping.placeholder_mail_hosts

        def address(mail: str | None) -> str | None:
            return None if mail and mail.rpartition("@")[2].lower() in hosts else mail

        readers: dict[str, Reader] = {
            "account_key": lambda users: [_key(user) for user in users],
            "email": lambda users: [address(user.get("mail")) for user in users],
            "display_name": lambda users: [
                f"{user['firstname']} {user['lastname']}".strip() for user in users
            ],
            "is_active": lambda users: [active] * len(users),
        }
        if number:
            readers["employee_number"] = lambda users: [
                _custom(user, number) or None for user in users
            ]
        return table(*_spread(group, "users"), readers)

    def _items(self, group: Group) -> pl.DataFrame:
        records, numbers = _spread(group, "issues")
        self._words.learn_from(records)
        rows = table(records, numbers, self._issue_readers)
        return rows.with_columns(
            times(rows[name]) for name in ("created_at", "updated_at", "closed_at")
        )

    def _named(self, group: Group) -> pl.DataFrame:
        """Issues that were asked for by their numbers, which the sweep need not hold."""
        self._note("work_items", group, "issues")
        return self._items(group)

    def _make_issue_readers(self, browse: str) -> dict[str, Reader]:
        mapping, words = self._mapping, self._words
        initiatives = frozenset(mapping.initiative_trackers)
        points, extra = mapping.points_field, mapping.extra_fields
        readers: dict[str, Reader] = {
            "work_item_key": lambda issues: [_key(issue) for issue in issues],
            "parent_key": lambda issues: [_key(issue.get("parent")) for issue in issues],
            "is_initiative": lambda issues: [i["tracker"]["name"] in initiatives for i in issues],
            "type": lambda issues: [issue["tracker"]["name"] for issue in issues],
            "title": lambda issues: [issue.get("subject") for issue in issues],
            "status": lambda issues: [issue["status"]["name"] for issue in issues],
            "status_category": lambda issues: [words.category(issue) for issue in issues],
            "assignee_key": lambda issues: [_key(issue.get("assigned_to")) for issue in issues],
            "reporter_key": lambda issues: [_key(issue.get("author")) for issue in issues],
            "created_at": lambda issues: [issue["created_on"] for issue in issues],
            "updated_at": lambda issues: [issue["updated_on"] for issue in issues],
            "started_on": lambda issues: [issue.get("start_date") for issue in issues],
            "due_on": lambda issues: [issue.get("due_date") for issue in issues],
            "closed_at": lambda issues: [self._closed(issue) for issue in issues],
            "goal_refs": lambda issues: [self._goals(issue) for issue in issues],
            "url": lambda issues: [f"{browse}{issue['id']}" for issue in issues],
        }
        if points:
            readers["points"] = lambda issues: [_number(_custom(i, points)) for i in issues]
        if extra:
            readers["extra"] = lambda issues: [
                orjson.dumps({name: _attribute(issue, name) for name in extra}).decode()
                for issue in issues
            ]
        return readers

    def _closed(self, issue: dict[str, Any]) -> str | None:
        """Redmine keeps the day of the last closing after a reopening: only the closed have it."""
        finished: tuple[Category, ...] = ("done", "dropped")
        is_closed = self._words.is_closed(issue) and self._words.category(issue) in finished
        return issue.get("closed_on") if is_closed else None

    def _goals(self, issue: dict[str, Any]) -> str | None:
        wanted = self._mapping.goal_fields
        if not wanted:
            return None
        values = [
            (str(field["id"]), field.get("value"))
            for name in wanted
            for field in issue.get("custom_fields", ())
            if name in (field["name"], str(field["id"]))
        ]
        return self._words.goal_refs(values)

    def _changes(self, group: Group) -> pl.DataFrame:
        issues = []
        for number, body in group:
            issue = body.get("issue") if isinstance(body, dict) else None
            if not isinstance(issue, dict):
                raise SourceError(_odd(number, "issue", body))
            issues.append((number, issue))
        self._words.learn_from([issue for _, issue in issues])
        return self._histories.rows(issues)

    def _worklogs(self, group: Group) -> pl.DataFrame:
        """Time on what is read, from the first day that is read on."""
        rows = table(*_spread(group, "time_entries"), _WORKLOG)
        out = pl.col("work_item_key").is_in(self._unread.implode())
        if self._since is not None:
            day = pl.col("started_at").str.slice(0, 10).str.to_date(strict=False)
            out |= (day < self._since).fill_null(value=False)
        rows = rows.filter(out.fill_null(value=False).not_())
        return rows.with_columns(times(rows["started_at"]), times(rows["version"]))

    def _note(self, frame: str, group: Group, name: str) -> None:
        records, numbers = _spread(group, name)
        for record, number in zip(records, numbers, strict=True):
            key = str(record["id"])
            self._swept[frame].setdefault(key, (record.get("updated_on") or "", number))

    def _sweep(self, frame: str, group: Group, name: str) -> None:
        self._note(frame, group, name)
        last = group[-1][1]
        read = last.get("offset", 0) + len({record["id"] for record in last[name]})
        self._complete[frame] = read >= last["total_count"]

    def _sweep_rows(self, frame: str) -> pl.DataFrame:
        """Redmine tells no clock: the sweep began when the newest change known was made."""
        keys = self._swept[frame]
        began = [self._began_at or updated for updated, _ in keys.values()]
        return pl.DataFrame(
            {
                "frame": pl.Series([frame] * len(keys), dtype=pl.String),
                "key": pl.Series(list(keys), dtype=pl.String),
                "swept_at": times(pl.Series(began, dtype=pl.String)),
                "is_complete": pl.Series([self._complete[frame]] * len(keys), dtype=pl.Boolean),
                "page": pl.Series([page for _, page in keys.values()], dtype=pl.Int64),
            }
        )


def _spread(group: Group, name: str) -> tuple[list[Any], list[int]]:
    """All records of some pages, and for each the number of its page."""
    records: list[Any] = []
    numbers: list[int] = []
    for number, body in group:
        found = body.get(name) if isinstance(body, dict) else None
        if not isinstance(found, list):
            raise SourceError(_odd(number, name, body))
        records += found
        numbers += [number] * len(found)
    return records, numbers


def _odd(number: int, name: str, body: Any) -> str:
    return (
        f"page {number} holds no `{name}` but {type(body).__name__}: Redmine's answer has another "
        "shape than its API says. Nothing of this read is kept; try again."
    )


def _key(record: dict[str, Any] | None) -> str | None:
    return str(record["id"]) if record else None


def _custom(record: dict[str, Any], name: str) -> Any:
    """The value of a custom field, by its name or number."""
    for field in record.get("custom_fields", ()):
        if name in (field["name"], str(field["id"])):
            return field.get("value")
    return None


def _attribute(issue: dict[str, Any], name: str) -> Any:
    return issue[name] if name in issue else _custom(issue, name)


def _number(text: Any) -> Any:
    """Custom fields are text; what is no number stays as it is, for `edge` to judge."""
    try:
        return float(text) if text else None
    except (TypeError, ValueError):
        return text


_SECONDS: Final = 3600
_NOON: Final = "T12:00:00Z"
"""A time entry has a day and no hour; noon UTC is on that day from UTC-12 to UTC+11:59."""

_WORKLOG: Final[dict[str, Reader]] = {
    "worklog_key": lambda entries: [_key(entry) for entry in entries],
    "work_item_key": lambda entries: [_key(entry.get("issue")) for entry in entries],
    "account_key": lambda entries: [_key(entry.get("user")) for entry in entries],
    "started_at": lambda entries: [entry["spent_on"] + _NOON for entry in entries],
    "seconds": lambda entries: [float(round(e["hours"] * _SECONDS)) for e in entries],
    "version": lambda entries: [entry["updated_on"] for entry in entries],
}
