"""Jira Cloud's answers as canonical rows.

Belongs here: Jira's payloads: which field becomes which column.
Does not belong here: how answers are fetched (`jira_cloud`), types and bounds (`edge`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import orjson
import polars as pl

from connectors.contract import Page, SourceError
from connectors.edge import instant
from connectors.records import Reader, batches, parsed, table, times
from connectors.tracking.jira_cloud_settings import Category, JiraCloudSettings
from connectors.tracking.jira_cloud_state import instant as utc

_CATEGORIES: Final[dict[str, Category]] = {"new": "todo", "indeterminate": "doing", "done": "done"}
_PARENT_FIELDS: Final = ("parent", "IssueParentAssociation", "Parent", "Epic Link", "Parent Link")
_SEPARATORS: Final = re.compile(r"[,;\s]+")

Group = list[tuple[int, Any]]
"""Numbered bodies of one stream."""


class Rows:
    """Maps the pages of one pull, in their order, onto the canonical frames."""

    def __init__(self, settings: JiraCloudSettings) -> None:
        self._site_url = settings.url.rstrip("/")
        self._scoped = bool(settings.projects)
        self._since = utc(settings.since_ms()) if settings.since else None
        self._mapping = settings.mapping
        self._swept_at: str | None = None
        self._employee_numbers: dict[str, str | None] = {}
        self._sweeps: dict[str, list[tuple[str, int]]] = {"work_items": [], "worklogs": []}
        self._former: list[tuple[str, int]] = []
        self._complete = {"work_items": False, "worklogs": False}
        self._issue_readers = self._make_issue_readers()
        self._change_kinds = self._make_change_kinds()

    def of(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield (frame, rows); the key sweeps come last. Raises SourceError."""
        mapped: dict[str, tuple[str, Callable[[Group], pl.DataFrame]]] = {
            "users": ("accounts", self._accounts),
            "issues": ("work_items", self._items),
            "outside_issues": ("work_items", self._items),
            "changelogs": ("work_item_changes", self._changes),
            "worklogs": ("worklogs", lambda group: self._worklogs(*_spread(group, None))),
            "issue_worklogs": ("worklogs", self._issue_worklogs),
        }
        for stream, group in batches(self._numbered(pages)):
            if stream.startswith("outside"):
                self._note("work_items", group, "issues", "id")
            if stream in mapped:
                frame, rows = mapped[stream]
                yield frame, rows(group)
            elif stream == "server":
                self._swept_at = group[0][1]["serverTime"]
            elif stream == "issue_sweep":
                self._sweep("work_items", group, "issues", "id")
            elif stream == "worklog_sweep":
                self._sweep("worklogs", group, "values", "worklogId")
            elif stream == "former_sweep":
                self._former += _keys(group, "issues", "id")
        self._sweeps["work_items"] += self._former
        for frame, keys in self._sweeps.items():
            yield "key_sweeps", self._sweep_rows(frame, keys)

    def _numbered(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[int, Page]]:
        """Take employee numbers out of the pages on the way: the account is in the question."""
        for number, page in pages:
            if page.stream != "user_properties":
                yield number, page
                continue
            account = parse_qs(urlsplit(page.request).query)["accountId"][0]
            value = parsed(number, page).get("value")
            self._employee_numbers[account] = value if value is None else str(value)

    def _accounts(self, group: Group) -> pl.DataFrame:
        known = self._employee_numbers
        readers = _ACCOUNT | {
            "employee_number": lambda users: [known.get(user["accountId"]) for user in users]
        }
        return table(*_spread(group, None), readers)

    def _items(self, group: Group) -> pl.DataFrame:
        rows = table(*_spread(group, "issues"), self._issue_readers)
        return rows.with_columns(
            times(rows[name]) for name in ("created_at", "updated_at", "closed_at")
        )

    def _make_issue_readers(self) -> dict[str, Reader]:
        mapping, browse = self._mapping, f"{self._site_url}/browse/"
        initiatives = frozenset(mapping.initiative_types)
        points, start, extra = mapping.points_field, mapping.start_field, mapping.extra_fields
        readers: dict[str, Reader] = {
            "work_item_key": lambda issues: [issue["id"] for issue in issues],
            "parent_key": lambda issues: [
                (issue["fields"].get("parent") or _NOTHING).get("id") for issue in issues
            ],
            "is_initiative": lambda issues: [
                issue["fields"]["issuetype"]["name"] in initiatives for issue in issues
            ],
            "type": lambda issues: [issue["fields"]["issuetype"]["name"] for issue in issues],
            "title": lambda issues: [issue["fields"].get("summary") for issue in issues],
            "status": lambda issues: [issue["fields"]["status"]["name"] for issue in issues],
            "status_category": lambda issues: [self._category(issue["fields"]) for issue in issues],
            "assignee_key": lambda issues: [
                _account(issue["fields"].get("assignee")) for issue in issues
            ],
            "reporter_key": lambda issues: [
                _account(issue["fields"].get("reporter")) for issue in issues
            ],
            "created_at": lambda issues: [issue["fields"]["created"] for issue in issues],
            "updated_at": lambda issues: [issue["fields"]["updated"] for issue in issues],
            "due_on": lambda issues: [issue["fields"].get("duedate") for issue in issues],
            "closed_at": lambda issues: [self._closed(issue["fields"]) for issue in issues],
            "labels": lambda issues: [
                ";".join(issue["fields"].get("labels") or ()) or None for issue in issues
            ],
            "goal_refs": lambda issues: [self._goals(issue["fields"]) for issue in issues],
            "url": lambda issues: [browse + issue["key"] for issue in issues],
        }
        if start:
            readers["started_on"] = lambda issues: [i["fields"].get(start) for i in issues]
        if points:
            readers["points"] = lambda issues: [i["fields"].get(points) for i in issues]
        if extra:
            readers["extra"] = lambda issues: [
                orjson.dumps({name: issue["fields"].get(name) for name in extra}).decode()
                for issue in issues
            ]
        return readers

    def _category(self, fields: dict[str, Any]) -> Category | None:
        status = fields["status"]
        meant = self._mapping.status_categories.get(status["name"])
        if meant:
            return meant
        category = _CATEGORIES.get(status["statusCategory"]["key"])
        if category == "done":
            resolution = fields.get("resolution")
            if resolution and resolution["name"] in self._mapping.dropped_resolutions:
                return "dropped"
        return category

    def _closed(self, fields: dict[str, Any]) -> str | None:
        closed = fields.get("resolutiondate") or fields.get("statuscategorychangedate")
        return closed if self._category(fields) in ("done", "dropped") else None

    def _goals(self, fields: dict[str, Any]) -> str | None:
        named: list[str] = []
        for name in self._mapping.goal_fields:
            value = fields.get(name)
            if value is not None:
                named += _names(value)
        return self._refs(named + self._labelled(fields.get("labels") or ()))

    def _labelled(self, labels: Iterable[str]) -> list[str]:
        prefix = self._mapping.goal_label_prefix
        if not prefix:
            return []
        return [label[len(prefix) :] for label in labels if label.startswith(prefix)]

    def _refs(self, named: list[str]) -> str | None:
        if not named:
            return None
        source = self._mapping.goal_source
        if source:
            named = [name if ":" in name else f"{source}:{name}" for name in named]
        return ";".join(dict.fromkeys(named))

    def _changes(self, group: Group) -> pl.DataFrame:
        kinds, records, numbers = self._change_kinds, [], []
        logs, pages = _spread(group, "issueChangeLogs")
        for log, page in zip(logs, pages, strict=True):
            found = _wanted(log, kinds)
            records += found
            numbers += [page] * len(found)
        readers: dict[str, Reader] = {
            "change_key": lambda found: [f"{history['id']}-{n}" for _, history, n, _, _ in found],
            "work_item_key": lambda found: [issue for issue, _, _, _, _ in found],
            "changed_at": lambda found: [history["created"] for _, history, _, _, _ in found],
            "author_key": lambda found: [_account(h.get("author")) for _, h, _, _, _ in found],
            "field": lambda found: [kinds[name] for _, _, _, _, name in found],
            "from_value": lambda found: self._values(found, "from"),
            "to_value": lambda found: self._values(found, "to"),
        }
        rows = table(records, numbers, readers)
        at = rows["changed_at"]
        at = times(at) if at.dtype == pl.String() else at.cast(pl.Int64).cast(_MILLISECONDS)
        idle = (pl.col("field") == "goal") & pl.col("from_value").eq_missing(pl.col("to_value"))
        return rows.with_columns(at, version=at).filter(~idle.fill_null(value=False))

    def _make_change_kinds(self) -> dict[str, str]:
        kinds = {"status": "status", "assignee": "assignee", "duedate": "due"}
        kinds |= dict.fromkeys(_PARENT_FIELDS, "parent")
        kinds |= dict.fromkeys(self._mapping.goal_fields, "goal")
        return kinds | ({"labels": "goal"} if self._mapping.goal_label_prefix else {})

    def _values(self, found: Sequence[Any], side: str) -> list[str | None]:
        """A status by its name, accounts and items by their keys, goals as references."""
        text = f"{side}String"
        return [
            item.get(text) if name == "status" else self._value(item, name, side)
            for _, _, _, item, name in found
        ]

    def _value(self, item: dict[str, Any], name: str, side: str) -> str | None:
        if self._change_kinds[name] != "goal":
            return item.get(side)
        words = _names(item.get(f"{side}String") or "")
        return self._refs(self._labelled(words) if name == "labels" else words)

    def _worklogs(self, records: list[Any], numbers: list[int]) -> pl.DataFrame:
        rows = table(records, numbers, _WORKLOG)
        rows = rows.with_columns(times(rows["started_at"]), times(rows["version"]))
        if self._since is not None:
            began = pl.col("started_at")
            began = instant(began) if rows.schema["started_at"] == pl.String() else began
            rows = rows.filter((began < self._since).fill_null(value=False).not_())
        if not self._scoped or rows.is_empty():
            return rows
        ours = pl.Series([key for key, _ in self._sweeps["work_items"]], dtype=pl.String)
        strange = ~pl.col("work_item_key").is_in(ours.implode())
        return rows.filter(~strange.fill_null(value=False))

    def _issue_worklogs(self, group: Group) -> pl.DataFrame:
        """Worklogs of one issue, which the list of changed worklogs holds back: swept here."""
        records, numbers = _spread(group, "worklogs")
        self._sweeps["worklogs"] += [
            (str(record["id"]), number) for record, number in zip(records, numbers, strict=True)
        ]
        return self._worklogs(records, numbers)

    def _note(self, frame: str, group: Group, name: str, key: str) -> None:
        self._sweeps[frame] += _keys(group, name, key)

    def _sweep(self, frame: str, group: Group, name: str, key: str) -> None:
        self._note(frame, group, name, key)
        last = group[-1][1]
        ended = last.get("isLast", "nextPageToken" not in last)
        self._complete[frame] = last.get("lastPage", ended) is True

    def _sweep_rows(self, frame: str, keys: list[tuple[str, int]]) -> pl.DataFrame:
        return pl.DataFrame(
            {
                "frame": pl.Series([frame] * len(keys), dtype=pl.String),
                "key": pl.Series([key for key, _ in keys], dtype=pl.String),
                "swept_at": times(pl.Series([self._swept_at] * len(keys), dtype=pl.String)),
                "is_complete": pl.Series([self._complete[frame]] * len(keys), dtype=pl.Boolean),
                "page": pl.Series([page for _, page in keys], dtype=pl.Int64),
            }
        )


_MILLISECONDS: Final = pl.Datetime("ms", "UTC")
_NOTHING: Final[dict[str, Any]] = {}


def _spread(group: Group, name: str | None) -> tuple[list[Any], list[int]]:
    """All records of some pages, and for each the number of its page."""
    records: list[Any] = []
    numbers: list[int] = []
    for number, body in group:
        found = body if name is None else body.get(name) if isinstance(body, dict) else None
        if not isinstance(found, list):
            what = f"no list `{name}`" if name else "no list"
            raise SourceError(
                f"page {number} holds {what} but {type(body).__name__}: Jira's answer has another "
                "shape than its API says. Nothing of this read is kept; try again."
            )
        records += found
        numbers += [number] * len(found)
    return records, numbers


def _keys(group: Group, name: str, key: str) -> list[tuple[str, int]]:
    return [(str(row[key]), number) for number, body in group for row in body[name]]


def _account(user: dict[str, Any] | None) -> str | None:
    return user["accountId"] if user else None


def _names(value: Any) -> list[str]:
    """Goal keys in a text field, an option, or a list of either."""
    if isinstance(value, str):
        return [word for word in _SEPARATORS.split(value) if word]
    if isinstance(value, list):
        return [word for part in value for word in _names(part)]
    return _names(value["value"])


def _wanted(log: Any, kinds: dict[str, str]) -> list[Any]:
    """(issue id, history, n, item, field) of the items that matter; an odd log as it is."""
    try:
        issue = log["issueId"]
        return [
            (issue, history, n, item, name)
            for history in log["changeHistories"]
            for n, item in enumerate(history["items"])
            if (name := item.get("fieldId") or item["field"]) in kinds
        ]
    except (KeyError, TypeError, AttributeError):
        return [log]


_ACCOUNT: Final[dict[str, Reader]] = {
    "account_key": lambda users: [user["accountId"] for user in users],
    "email": lambda users: [user.get("emailAddress") for user in users],
    "display_name": lambda users: [user.get("displayName") for user in users],
    "is_active": lambda users: [user.get("active") for user in users],
}

_WORKLOG: Final[dict[str, Reader]] = {
    "worklog_key": lambda worklogs: [worklog["id"] for worklog in worklogs],
    "work_item_key": lambda worklogs: [worklog["issueId"] for worklog in worklogs],
    "account_key": lambda worklogs: [_account(worklog.get("author")) for worklog in worklogs],
    "started_at": lambda worklogs: [worklog["started"] for worklog in worklogs],
    "seconds": lambda worklogs: [worklog["timeSpentSeconds"] for worklog in worklogs],
    "version": lambda worklogs: [worklog["updated"] for worklog in worklogs],
}
