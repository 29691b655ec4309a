"""What the stand-in Jira does wrong on purpose, and who may see what.

Belongs here: the faults that tests and the sample nights can order, and their effect on answers.
Does not belong here: right answers (`jira_server`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson
from starlette.responses import Response

from sandbox.jira_site import Site

Kind = Literal[
    "status", "busy", "truncated", "shape", "error_body", "empty_page", "looping", "stranger",
    "redirect", "retyped", "zero_dates", "overlap", "deleted", "touched", "stuck",
]  # fmt: skip
"""status: answer `status` · busy: 429 · truncated: half the JSON · shape: another JSON shape ·
error_body: 200 with errorMessages · empty_page: an empty page before this one · looping: the next
token is this page's · stranger: the next link names `value` · redirect: 302 to `value` · retyped:
fields of other types · zero_dates: 0000-00-00 for times · overlap: the page repeats the record
before it · deleted, touched: an issue on the first page is deleted or changed before this page ·
stuck: startAt is not looked at, so the first page comes again."""


@dataclass(frozen=True)
class Fault:
    """From its `at`-th call on, for `times` calls (None: for ever), `endpoint` answers wrongly."""

    endpoint: str
    kind: Kind
    at: int = 1
    times: int | None = 1
    status: int = 500
    retry_after: int | None = None
    value: str = ""


ORDINARY: Final = (
    Fault("search", "busy", at=2, retry_after=1),
    Fault("changelogs", "busy", at=1, retry_after=0),
    Fault("worklog_list", "busy", at=1, retry_after=0),
)
"""What a night with nothing wrong still meets: a few refusals of a busy Jira."""


@dataclass(frozen=True)
class Manners:
    """Who is let in, and what the account may not see.

    `forbidden` issues answer 403 where their data is asked for; `hidden_worklogs` are limited to
    a group that the account is not in; `withheld` issues are named as errors of a bulk fetch.
    """

    email: str = "reader@sample.example"
    token: str = "sample-token"  # noqa: S105  the stand-in's own
    forbidden: frozenset[str] = frozenset()
    hidden_worklogs: frozenset[int] = frozenset()
    withheld: frozenset[str] = frozenset()
    account_zone: str = "Asia/Kolkata"
    """Zone in the profile of the account that asks: JQL's bare date-times are read in it."""
    page_limit: int = 100
    """Most issues a page when more than ids are asked for."""


@dataclass
class Trouble:
    """Counts calls per endpoint and says which faults are due."""

    faults: tuple[Fault, ...] = ORDINARY
    calls: Counter[str] = field(default_factory=Counter)

    def due(self, endpoint: str) -> list[Fault]:
        """The faults of this call of `endpoint`."""
        self.calls[endpoint] += 1
        n = self.calls[endpoint]
        return [
            fault
            for fault in self.faults
            if fault.endpoint in (endpoint, "*")
            and n >= fault.at
            and (fault.times is None or n < fault.at + fault.times)
        ]


def instead(fault: Fault) -> Response | None:
    """The answer that a fault gives without any work being done, or None."""
    if fault.kind == "status":
        said = orjson.dumps({"errorMessages": [f"Ordered: {fault.status}"], "errors": {}})
        return Response(said, fault.status, media_type="application/json")
    if fault.kind == "busy":
        headers = {"RateLimit-Reason": "jira-burst-based", "X-RateLimit-Remaining": "0"}
        headers |= {"X-RateLimit-NearLimit": "true"}
        if fault.retry_after is not None:
            headers["Retry-After"] = str(fault.retry_after)
        return Response(b'{"errorMessages":["Rate limit exceeded."],"errors":{}}', 429, headers)
    if fault.kind == "redirect":
        return Response(b"", 302, {"Location": fault.value})
    if fault.kind == "shape":
        return Response(b'{"unexpected":[1,2,3]}', media_type="application/json")
    if fault.kind == "error_body":
        said = b'{"errorMessages":["The search service is unavailable."],"errors":{}}'
        return Response(said, media_type="application/json")
    return None


def before(fault: Fault, site: Site, given: dict[str, Any]) -> None:
    """What happens to the site, or to the question, just before the answer is put together."""
    if fault.kind == "deleted":
        site.forget(next(iter(site.issues.values())))
    elif fault.kind == "touched":
        site.touch(next(iter(site.issues.values())), "Renamed while paging")
    elif fault.kind == "stuck":
        given.pop("startAt", None)


def spoiled(fault: Fault, data: Any, token: str | None, previous: Any) -> Any:
    """The right answer `data` made wrong; `token` is this page's, `previous` the record before."""
    spoil = _SPOILERS.get(fault.kind)
    return spoil(fault, data, token, previous) if spoil else data


def _empty_page(_: Fault, __: Any, token: str | None, ___: Any) -> Any:
    return {"issues": [], "isLast": False, "nextPageToken": f"again-{token or ''}"}


def _looping(_: Fault, data: Any, token: str | None, __: Any) -> Any:
    if "lastPage" in data:
        return data | {"lastPage": False, "nextPage": data["self"]}
    return data | {"isLast": False, "nextPageToken": token or "looping"}


def _stranger(fault: Fault, data: Any, _: str | None, __: Any) -> Any:
    return data | {"lastPage": False, "nextPage": fault.value}


def _retyped(_: Fault, data: Any, __: str | None, ___: Any) -> Any:
    """The first issue: text for a number, number for a text; the second: no object for status."""
    for n, issue in enumerate(data["issues"][:2]):
        fields = dict(issue["fields"])
        fields |= {"customfield_10016": "5", "summary": 12} if n == 0 else {"status": "Done"}
        issue["fields"] = fields
    return data


def _zero_dates(_: Fault, data: Any, __: str | None, ___: Any) -> Any:
    """The first issue has no readable creation, the second no readable due date."""
    for n, issue in enumerate(data["issues"][:2]):
        zero = {"created": "0000-00-00"} if n == 0 else {"duedate": "0000-00-00"}
        issue["fields"] = issue["fields"] | zero
    return data


def _overlap(_: Fault, data: Any, __: str | None, previous: Any) -> Any:
    return data | {"issues": [previous, *data["issues"]]} if previous else data


_SPOILERS: Final[dict[str, Callable[[Fault, Any, str | None, Any], Any]]] = {
    "empty_page": _empty_page,
    "looping": _looping,
    "stranger": _stranger,
    "retyped": _retyped,
    "zero_dates": _zero_dates,
    "overlap": _overlap,
}
