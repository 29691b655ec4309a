"""Jira Cloud's search for issues that changed in a span of time.

Belongs here: JQL, its paging, its limits. Does not belong here: which spans are asked for
(`jira_cloud_issues`), retries (`http`).

Issues are asked for by `updated >= <epoch milliseconds>`: a date-time in JQL would be read in the
account's own time zone and to the minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.http import Answer, Http, Once
from connectors.tracking import project_scope

API: Final = "/rest/api/3"
_IDS_A_PAGE: Final = 5000


@dataclass(frozen=True, slots=True)
class Span:
    """Issues that changed last at `since` or later and, where given, at `until` or before, in
    milliseconds of Jira's clock."""

    since: int
    until: int | None = None


class Search:
    """Questions to the issues of some projects, or of all that the account sees; or, with
    `inside` false, of all others."""

    def __init__(self, http: Http, projects: Sequence[str], *, inside: bool = True) -> None:
        self._http = http
        quoted = ", ".join(f'"{_escaped(project)}"' for project in projects)
        word = "in" if inside else "not in"
        self._scope = f"project {word} ({quoted}) and " if quoted else ""

    def pages(
        self, span: Span, fields: Sequence[str], size: int, *, newest_first: bool = False
    ) -> Iterator[Answer]:
        """All issues of `span`, those created first first; or those changed last."""
        order = "updated desc, key desc" if newest_first else "created asc, key asc"
        once = Once(f"{self._http.source}: POST {API}/search/jql")
        jql = f"{self._where(span)} order by {order}"
        body: dict[str, Any] = {"jql": jql, "fields": list(fields), "maxResults": size}
        while True:
            answer = self._http.post(f"{API}/search/jql", body)
            answer.rows("issues")
            yield answer
            if is_last(answer):
                return
            body["nextPageToken"] = once(answer.data["nextPageToken"])

    def ids(self, span: Span) -> Iterator[Answer]:
        """The ids alone of all issues of `span`."""
        return self.pages(span, ["id"], _IDS_A_PAGE)

    def count(self, span: Span) -> int:
        """About how many issues there are in `span`."""
        answer = self._http.post(f"{API}/search/approximate-count", {"jql": self._where(span)})
        return answer.take("count", int)

    def _where(self, span: Span) -> str:
        until = "" if span.until is None else f" and updated <= {span.until}"
        return f"{self._scope}updated >= {span.since}{until}"


def once_in_scope(http: Http, ever: Sequence[str], now: Sequence[str]) -> list[Search]:
    """One search for each project of the widest scope `ever` that is not in `now`; one for all
    others where that was all."""
    if now and not ever:
        return [Search(http, now, inside=False)]
    return [Search(http, [project]) for project in project_scope.only_before(ever, now)]


def is_last(answer: Answer) -> bool:
    """Whether no page comes after this one."""
    return answer.data.get("isLast") is True or not answer.data.get("nextPageToken")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
