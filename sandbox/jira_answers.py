"""What the stand-in Jira answers: one method an endpoint, with Jira's own limits.

Belongs here: paging, what is left out, what is refused.
Does not belong here: HTTP and processes (`jira_server`), payloads (`jira_site`), faults
(`jira_faults`), JQL (`jira_jql`).
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Final
from zoneinfo import ZoneInfo

from sandbox import jira_payloads as payloads
from sandbox.jira_faults import Manners
from sandbox.jira_jql import JqlError, Where, read
from sandbox.jira_site import LAST_MINUTE, Issue, Site

_IDS_LIMIT: Final = 5000
_HISTORIES_ON_ISSUE: Final = 100
_WORKLOG_PAGE: Final = 1000
_ANY: Final = 1 << 62


class RefusedError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass
class Call:
    """One request: query and body as one mapping, the key in its path, its address."""

    given: dict[str, Any]
    key: str = ""
    address: str = ""

    def number(self, name: str, default: int, most: int = _ANY) -> int:
        """A whole number that was given, capped as Jira caps it."""
        try:
            value = int(self.given.get(name, default))
        except (TypeError, ValueError):
            raise RefusedError(400, f"{name} must be a number.") from None
        if value < 0:
            raise RefusedError(400, f"{name} must not be negative.")
        return min(value, most)

    def texts(self, name: str) -> list[str]:
        """A list that was given, in a body as a list, in a query separated by commas."""
        value = self.given.get(name) or []
        return value if isinstance(value, list) else value.split(",")


@dataclass
class Answers:
    """The endpoints of one site for one account."""

    site: Site
    manners: Manners = field(default_factory=Manners)
    _found: dict[tuple[int, str], list[Issue]] = field(default_factory=dict)

    def server_info(self, _: Call) -> Any:
        """The site's clock, in the zone of its default user."""
        return {
            "baseUrl": self.site.base,
            "version": "1001.0.0-SNAPSHOT",
            "versionNumbers": [1001, 0, 0],
            "deploymentType": "Cloud",
            "buildNumber": 100287,
            "buildDate": payloads.time(self.site.as_of - dt.timedelta(days=1)),
            "serverTime": payloads.time(self.site.as_of),
            "scmInfo": "0000000000000000000000000000000000000000",
            "serverTitle": "Jira",
            "serverTimeZone": payloads.SITE_ZONE,
        }

    def myself(self, _: Call) -> Any:
        """The account that asks, with the zone in which its JQL is read."""
        row = {"account": "reader", "email": self.manners.email, "display_name": "Reader"}
        me = payloads.user(self.site.base, row | {"is_active": True})
        return me | {"timeZone": self.manners.account_zone}

    def projects(self, call: Call) -> Any:
        """A page of projects, at most 100."""
        start, most = call.number("startAt", 0), call.number("maxResults", 50, 100)
        return self._page_bean(call, list(self.site.projects.values()), start, most)

    def users(self, call: Call) -> Any:
        """A bare array: inactive people and apps among them."""
        start, most = call.number("startAt", 0), call.number("maxResults", 50, 1000)
        return list(self.site.users.values())[start : start + most]

    def user_property(self, call: Call) -> Any:
        """The property `employeeNumber` of a user; 404 where it is not set."""
        key = call.key
        number = self.site.numbers.get(call.given.get("accountId", ""))
        if key != "employeeNumber" or number is None:
            raise RefusedError(404, f"The property {key} does not exist.")
        return {"key": key, "value": number}

    def search(self, call: Call) -> Any:
        """A page of issues; the token is a position, so changes meanwhile shift what follows."""
        fields = call.texts("fields") or ["id"]
        most = _IDS_LIMIT if set(fields) <= {"id", "key"} else self.manners.page_limit
        found = self.found(call.given.get("jql") or "")
        start = _position(call.given.get("nextPageToken"))
        end = start + max(1, call.number("maxResults", 50, most))
        expand = call.texts("expand")
        shown = [self._bean(issue, fields, expand) for issue in found[start:end]]
        if end >= len(found):
            return {"issues": shown, "isLast": True}
        return {"issues": shown, "isLast": False, "nextPageToken": _token(end)}

    def issues(self, call: Call) -> Any:
        """Issues by name, at most 100; unknown ones are left out without a word, withheld ones
        are named."""
        names = self._named(call, 100)
        found = [issue for issue in map(self.site.find, names) if issue]
        given = [issue for issue in found if issue.id not in self.manners.withheld]
        fields = call.texts("fields") or ["*all"]
        error = "The issue is too large for this answer."
        return {
            "issues": [self.site.shown(issue, fields) for issue in given],
            "issueErrors": [
                {"id": issue.id, "errorMessage": error} for issue in found if issue not in given
            ],
        }

    def count(self, call: Call) -> Any:
        """How many issues a query finds, which Jira only estimates."""
        return {"count": len(self.found(call.given.get("jql") or ""))}

    def changelogs(self, call: Call) -> Any:
        """Histories of many issues; `created` is a number; an issue may go on over the page."""
        wanted = set(call.texts("fieldIds"))
        if len(wanted) > 10:
            raise RefusedError(400, "fieldIds: at most 10.")
        most = max(1, call.number("maxResults", 1000, 10000))
        start = _position(call.given.get("nextPageToken"))
        rows: list[tuple[str, dict[str, Any]]] = []
        for issue in filter(None, map(self.site.find, self._named(call, 1000))):
            for history in issue.histories:
                items = [
                    item for item in history["items"] if item["fieldId"] in wanted or not wanted
                ]
                if items:
                    rows.append((issue.id, history | {"items": items}))
        logs: dict[str, list[dict[str, Any]]] = {}
        for key, history in rows[start : start + most]:
            logs.setdefault(key, []).append(history)
        page: dict[str, Any] = {
            "issueChangeLogs": [
                {"issueId": key, "changeHistories": log} for key, log in logs.items()
            ]
        }
        return page if start + most >= len(rows) else page | {"nextPageToken": _token(start + most)}

    def changelog(self, call: Call) -> Any:
        """Histories of one issue, oldest first, at most 100; `created` is text here."""
        issue = self._one(call)
        start, most = call.number("startAt", 0), call.number("maxResults", 100, 100)
        return self._page_bean(call, _dated(issue.histories), start, most)

    def issue_worklog(self, call: Call) -> Any:
        """Worklogs of one issue."""
        issue = self._one(call)
        start, most = call.number("startAt", 0), call.number("maxResults", 5000, 5000)
        logs = [log for log in issue.worklogs if int(log["id"]) not in self.manners.hidden_worklogs]
        head = {"startAt": start, "maxResults": most, "total": len(logs)}
        return head | {"worklogs": logs[start : start + most]}

    def worklog_updated(self, call: Call) -> Any:
        """Ids of worklogs changed since an instant, oldest first, without the last minute."""
        since, limit = call.number("since", 0), self.site.now - LAST_MINUTE
        rows = sorted(
            (log["at"], key)
            for key, log in self.site.worklogs.items()
            if since <= log["at"] <= limit and key not in self.manners.hidden_worklogs
        )
        return self._changed_page(call, rows, since, limit)

    def worklog_deleted(self, call: Call) -> Any:
        """Ids of worklogs deleted since an instant, in the same form."""
        since, limit = call.number("since", 0), self.site.now - LAST_MINUTE
        rows = sorted(row for row in self.site.deleted_worklogs if since <= row[0] <= limit)
        return self._changed_page(call, rows, since, limit)

    def worklog_list(self, call: Call) -> Any:
        """Worklogs by id, at most 1000; hidden and deleted ones are left out."""
        ids = call.given.get("ids")
        if not isinstance(ids, list) or not 0 < len(ids) <= _WORKLOG_PAGE:
            raise RefusedError(400, "ids: between 1 and 1000.")
        shown = [key for key in ids if key not in self.manners.hidden_worklogs]
        logs = [self.site.worklogs[key]["log"] for key in shown if key in self.site.worklogs]
        self._allow(log["issueId"] for log in logs)
        return logs

    def _changed_page(
        self, call: Call, rows: list[tuple[int, int]], since: int, limit: int
    ) -> dict[str, Any]:
        """Up to 1000 rows; those of one millisecond stay together, so `until` can go on."""
        end = _WORKLOG_PAGE
        while 0 < end < len(rows) and rows[end][0] == rows[end - 1][0]:
            end += 1
        last = end >= len(rows)
        until = limit if last else rows[end - 1][0] + 1
        page = {
            "values": [
                {"worklogId": key, "updatedTime": at, "properties": []} for at, key in rows[:end]
            ],
            "since": since,
            "until": until,
            "self": f"{call.address}?since={since}",
            "lastPage": last,
        }
        return page if last else page | {"nextPage": f"{call.address}?since={until}"}

    def found(self, jql: str) -> list[Issue]:
        """The issues that a query finds now, in its order."""
        known = self._found.get((self.site.version, jql))
        if known is not None:
            return known
        zone = ZoneInfo(self.manners.account_zone)
        try:
            query = read(jql, Where(self.site.now, zone, self.site.projects))
        except JqlError as error:
            raise RefusedError(400, str(error)) from None
        found = [issue for issue in self.site.issues.values() if query.holds(issue)]
        for name, descending in reversed(query.order):
            found.sort(key=_ORDERS.get(name, _by(name)), reverse=descending)
        self._found[self.site.version, jql] = found
        return found

    def _bean(self, issue: Issue, fields: list[str], expand: list[str]) -> dict[str, Any]:
        bean = self.site.shown(issue, fields)
        if "changelog" not in expand:
            return bean
        newest = _dated(issue.histories[::-1])[:_HISTORIES_ON_ISSUE]
        total = len(issue.histories)
        page = {"startAt": 0, "maxResults": len(newest), "total": total, "histories": newest}
        return bean | {"changelog": page}

    def page_before(self, call: Call) -> tuple[str | None, Any]:
        """The token of a search, and the last record of the page before it."""
        token = call.given.get("nextPageToken")
        start = _position(token)
        found = self.found(call.given["jql"])[start - 1 : start] if start else []
        return token, self.site.shown(found[0], call.texts("fields")) if found else None

    def _named(self, call: Call, most: int) -> list[str]:
        names = call.given.get("issueIdsOrKeys")
        if not isinstance(names, list) or not 0 < len(names) <= most:
            raise RefusedError(400, f"issueIdsOrKeys: between 1 and {most}.")
        self._allow(names)
        return names

    def _one(self, call: Call) -> Issue:
        issue = self.site.find(call.key)
        if issue is None:
            raise RefusedError(404, "Issue does not exist or you do not have permission to see it.")
        self._allow([issue.id])
        return issue

    def _allow(self, ids: Iterable[str]) -> None:
        if self.manners.forbidden.intersection(ids):
            raise RefusedError(403, "You do not have the permission to see the specified issue.")

    def _page_bean(self, call: Call, every: list[Any], start: int, most: int) -> dict[str, Any]:
        page = {
            "self": f"{call.address}?startAt={start}&maxResults={most}",
            "startAt": start,
            "maxResults": most,
            "total": len(every),
            "isLast": start + most >= len(every),
            "values": every[start : start + most],
        }
        if page["isLast"]:
            return page
        return page | {"nextPage": f"{call.address}?startAt={start + most}&maxResults={most}"}


def _by(name: str) -> Callable[[Issue], Any]:
    return lambda issue: getattr(issue, name)


_ORDERS: Final[dict[str, Callable[[Issue], Any]]] = {
    "id": lambda issue: int(issue.id),
    "key": lambda issue: (issue.project, int(issue.key.rpartition("-")[2])),
}


def _dated(histories: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Histories with `created` as text, as all endpoints but bulkfetch write it."""
    utc = dt.UTC
    return [
        one | {"created": payloads.time(dt.datetime.fromtimestamp(one["created"] / 1000, utc))}
        for one in histories
    ]


def _token(position: int) -> str:
    return base64.urlsafe_b64encode(f"position={position}".encode()).decode()


def _position(token: str | None) -> int:
    """The position in a token; a token made by the fault `empty_page` or `looping` keeps it."""
    inner = (token or "").removeprefix("again-")
    if inner in ("", "looping"):
        return 0
    try:
        return int(base64.urlsafe_b64decode(inner).decode().removeprefix("position="))
    except ValueError:
        raise RefusedError(400, "The nextPageToken is invalid or expired.") from None
