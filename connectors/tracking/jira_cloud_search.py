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

API: Final = "/rest/api/3"
_IDS_A_PAGE: Final = 5000


@dataclass(frozen=True, slots=True)
class Span:
    """Issues that changed last at `since` or later and, where given, at `until` or before, in
    milliseconds of Jira's clock."""

    since: int
    until: int | None = None


class Search:
    """Questions to the issues of some projects, or of all that the account sees."""

    def __init__(self, http: Http, projects: Sequence[str]) -> None:
        self._http = http
        quoted = ", ".join(f'"{_escaped(project)}"' for project in projects)
        self._scope = f"project in ({quoted}) and " if quoted else ""

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


def is_last(answer: Answer) -> bool:
    """Whether no page comes after this one."""
    return answer.data.get("isLast") is True or not answer.data.get("nextPageToken")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')
