"""Jira Cloud (REST API v3): what is asked, in which order, and what a read remembers.

Belongs here: users, changes, worklogs, and the order of it all.
Does not belong here: which issues are read (`jira_cloud_issues`), how answers become rows
(`jira_cloud_rows`), the format of the state (`jira_cloud_state`), what `check` says
(`jira_cloud_check`), retries (`http`).

A read goes on from the start of the last one less `look_back_minutes`, because Jira's search index
lags behind. While a first pull goes on, worklogs are read as far back as issues are.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import polars as pl
from requests.auth import HTTPBasicAuth

from connectors.contract import (
    Connector,
    Finding,
    Interview,
    Page,
    PullResult,
    Read,
    Settings,
    SourceError,
    State,
)
from connectors.http import Answer, Http, HttpError, Once, Patience
from connectors.records import gathered
from connectors.refusals import Refusals
from connectors.tracking import jira_cloud_check, jira_cloud_choices, jira_cloud_state
from connectors.tracking.jira_cloud_issues import Issues
from connectors.tracking.jira_cloud_rows import Rows
from connectors.tracking.jira_cloud_search import API, Search, Span
from connectors.tracking.jira_cloud_settings import JiraCloudSettings
from connectors.tracking.jira_cloud_state import Marks

_CHANGELOGS_A_CALL: Final = 1000
_WORKLOGS_A_CALL: Final = 1000
_USERS_A_PAGE: Final = 1000

_HINTS: Final = {
    401: "The e-mail or the API token is wrong, expired or revoked: make a new token at "
    "id.atlassian.com and put it where `token` in the config points.",
    400: "Jira refuses the question: a project, field or type in the config is unknown to this "
    "account. `alignmart check` names it.",
}


@dataclass
class _Walk:
    """What one pull has met so far."""

    http: Http
    search: Search
    marks: Marks
    issues: Issues
    refused: Refusals
    logged_on: dict[str, None] = field(default_factory=dict)
    """Ids of issues with worklogs that were read."""
    missing: list[int] = field(default_factory=list)
    """Ids of worklogs that were listed, but not given."""

    def not_given(self) -> dict[str, set[str]]:
        """By frame: ids of what was asked for and did not come."""
        ids = {frame: set(refused) for frame, refused in self.refused.ids.items()}
        ids["worklogs"] = ids.get("worklogs", set()) | {*map(str, self.missing)}
        return ids | {"work_items": self.issues.not_given()}


class JiraCloud(Connector):
    """One Jira Cloud site, read with an API token."""

    system: ClassVar[str] = "jira_cloud"
    frames: ClassVar[dict[str, Read]] = {
        "accounts": "whole",
        "work_items": "incremental",
        "work_item_changes": "incremental",
        "worklogs": "incremental",
        "key_sweeps": "whole",
    }
    settings_type: ClassVar[type[Settings]] = JiraCloudSettings
    settings: JiraCloudSettings

    def __init__(
        self, name: str, settings: JiraCloudSettings, patience: Patience | None = None
    ) -> None:
        super().__init__(name, settings)
        self._patience = patience

    def check(self) -> Iterator[Finding]:
        """Say whether the site is reached, what the account sees and whether the mapping fits."""
        with self._http() as http:
            yield from jira_cloud_check.findings(http, self.settings)

    def choices(self) -> Interview:
        """Ask which projects, types, fields and statuses are meant."""
        with self._http() as http:
            yield from jira_cloud_choices.interview(http)

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull; see `jira_cloud_rows`."""
        rows = Rows(self.settings)
        return gathered(rows.of(pages))

    def pull(
        self,
        state: State,
        as_of: dt.datetime,  # noqa: ARG002  Jira stamps changes by its own clock, read below
    ) -> Generator[Page, None, PullResult]:
        """Read what changed since `state`, all accounts, and all keys. Raises SourceError."""
        marks = jira_cloud_state.resumed(self.name, state, self.settings)
        with self._http() as http:
            server = http.get(f"{API}/serverInfo")
            started = _milliseconds(server.take("serverTime", str), server)
            jira_cloud_state.refuse_the_future(self.name, marks, started)
            yield Page("server", server.body, server.request)
            search, refused = Search(http, self.settings.projects), Refusals()
            issues = Issues(http, search, self.settings, marks, refused)
            walk = _Walk(http, search, marks, issues, refused)
            yield from self._users(walk)
            yield from issues.pages()
            yield from self._worklogs(walk)
            yield from issues.named(walk.logged_on)
            yield from self._changelogs(walk)
            progress = issues.progress()
        kept = jira_cloud_state.after(
            started, self.settings, marks, issues.unread, issues.outside, walk.not_given()
        )
        incomplete = refused.in_words()
        for frame, said in (*issues.incomplete.items(), ("worklogs", _not_given(walk.missing))):
            if said:
                incomplete[frame] = " ".join(filter(None, (incomplete.get(frame), said)))
        return PullResult(kept, incomplete, progress)

    def _http(self) -> Http:
        token = self.settings.token.get_secret_value()
        return Http(
            self.name,
            self.settings.url,
            HTTPBasicAuth(self.settings.email, token),
            secrets=(token,),
            hints=_HINTS,
            patience=self._patience,
        )

    def _users(self, walk: _Walk) -> Iterator[Page]:
        """All users; the property with the employee number comes before them."""
        start, path = 0, f"{API}/users/search"
        once = Once(f"{self.name}: GET {path}")
        pages: list[Page] = []
        while True:
            answer = walk.http.get(path, startAt=start, maxResults=_USERS_A_PAGE)
            pages.append(Page("users", answer.body, answer.request))
            users = answer.rows()
            start += len(users)
            if not users and not start:
                said = (
                    f"{self.name}: GET {path} names no user, though the account that asks is one."
                )
                raise SourceError(f"{said} Give it the permission Browse users and groups.")
            if not users:
                break
            once(hashlib.sha256(answer.body).hexdigest())
            if self.settings.mapping.employee_number_property:
                yield from self._properties(walk, users)
        yield from pages

    def _properties(self, walk: _Walk, users: list[Any]) -> Iterator[Page]:
        path = f"{API}/user/properties/{self.settings.mapping.employee_number_property}"
        for user in users:
            if not isinstance(user, dict) or user.get("accountType") != "atlassian":
                continue
            try:
                answer = walk.http.get(path, accountId=str(user.get("accountId")))
            except HttpError as error:
                if error.status == 404:
                    continue
                raise
            answer.take("key", str)
            yield Page("user_properties", answer.body, answer.request)

    def _changelogs(self, walk: _Walk) -> Iterator[Page]:
        def fetch(ids: list[str]) -> Iterator[Answer]:
            once = Once(f"{self.name}: POST {API}/changelog/bulkfetch")
            fields = self.settings.mapping.history_fields()
            body: dict[str, Any] = {"issueIdsOrKeys": ids, "fieldIds": fields, "maxResults": 10000}
            while True:
                answer = walk.http.post(f"{API}/changelog/bulkfetch", body)
                answer.rows("issueChangeLogs")
                yield answer
                token = answer.data.get("nextPageToken")
                if not token:
                    return
                body["nextPageToken"] = once(token)

        there = walk.issues.swept.keys() | walk.issues.outside.keys()
        owed = [key for key in walk.marks.owed.get("work_item_changes", ()) if key in there]
        ids = list(walk.issues.read | dict.fromkeys(owed))
        for answer in walk.refused.asked("work_item_changes", ids, _CHANGELOGS_A_CALL, fetch):
            yield Page("changelogs", answer.body, answer.request)

    def _worklogs(self, walk: _Walk) -> Iterator[Page]:
        """All worklog ids; the worklogs changed, owed, and of the minute that Jira holds back."""
        owed = set(walk.marks.owed.get("worklogs", ()))
        changed: dict[int, None] = {}
        once = Once(f"{self.name}: GET {API}/worklog/updated")
        answer = walk.http.get(f"{API}/worklog/updated", since=walk.marks.swept)
        while True:
            keys = answer.column("values", "worklogId", int)
            for key, at in zip(keys, answer.column("values", "updatedTime", int), strict=True):
                if str(key) in owed or _is_wanted(at, walk):
                    changed[key] = None
            yield Page("worklog_sweep", answer.body, answer.request)
            if answer.data.get("lastPage") is True or not answer.data.get("nextPage"):
                break
            answer = walk.http.get(once(walk.http.own(answer.data["nextPage"])))

        yield from self._listed(walk, list(changed))
        yield from self._held_back(walk, answer.take("until", int))

    def _listed(self, walk: _Walk, ids: list[int]) -> Iterator[Page]:
        """Worklogs by their ids; those that were listed, but do not come, are asked for twice."""

        def fetch(ids: list[int]) -> Iterator[Answer]:
            yield walk.http.post(f"{API}/worklog/list", {"ids": ids})

        for _ in range(2):
            given = set[str]()
            for answer in walk.refused.asked("worklogs", ids, _WORKLOGS_A_CALL, fetch):
                rows = [row for row in answer.rows() if isinstance(row, dict)]
                given |= {str(row.get("id")) for row in rows}
                began = [jira_cloud_state.milliseconds(row.get("started")) for row in rows]
                walk.logged_on |= {
                    str(row.get("issueId")): None
                    for row, at in zip(rows, began, strict=True)
                    if at is not None and at >= walk.marks.floor
                }
                yield Page("worklogs", answer.body, answer.request)
            given.update(walk.refused.ids["worklogs"])
            ids = [key for key in ids if str(key) not in given]
        walk.missing = ids

    def _held_back(self, walk: _Walk, until: int) -> Iterator[Page]:
        """Worklogs of issues touched since `until`: the list of worklogs leaves them out."""
        for look in walk.search.ids(Span(until)):
            for key in look.column("issues", "id", str):
                start = 0
                while True:
                    path = f"{API}/issue/{key}/worklog"
                    answer = walk.http.get(path, startAt=start, maxResults=_WORKLOGS_A_CALL)
                    found = len(answer.rows("worklogs"))
                    yield Page("issue_worklogs", answer.body, answer.request)
                    start += found
                    if not found or start >= answer.take("total", int):
                        break


def _is_wanted(at: int, walk: _Walk) -> bool:
    """Whether a worklog that changed at `at` is read: a change, or as far back as issues are."""
    marks, floor = walk.marks, walk.marks.floor
    if marks.worklogs is not None and at >= marks.changes(marks.worklogs):
        return True
    down_to = floor if walk.issues.unread is None else walk.issues.unread
    return marks.unread is not None and down_to <= at <= marks.unread


def _not_given(worklogs: list[int]) -> str:
    if not worklogs:
        return ""
    shown = ", ".join(map(str, worklogs[:5])) + (", …" if len(worklogs) > 5 else "")
    return (
        f"{len(worklogs)} worklog(s) are listed, but not given: {shown}. They were deleted "
        "meanwhile, or kept to a group that the account is not in: add it there. Until they come "
        "or are listed no more, they are asked for again every night."
    )


def _milliseconds(text: str, answer: Answer) -> int:
    read = jira_cloud_state.milliseconds(text)
    if read is None:
        raise SourceError(f"{answer.request}: {text!r} is no time of Jira's form.")
    return read


def main() -> None:
    """Check and read the site that the environment names; prints what came, keeps nothing.

    JIRA_URL, JIRA_EMAIL, JIRA_TOKEN; JIRA_PROJECTS, keys separated by commas, narrows the read.
    """
    named = [key for key in os.environ.get("JIRA_PROJECTS", "").split(",") if key]
    values = {
        name: os.environ.get(f"JIRA_{name.upper()}", "") for name in ("url", "email", "token")
    }
    settings = JiraCloudSettings.model_validate(values | {"projects": named})
    source = JiraCloud("jira", settings)
    for finding in source.check():
        sys.stdout.write(f"{finding.status:8}{finding.subject}: {finding.message}\n")
    reading, pages = source.pull({}, dt.datetime.now(dt.UTC)), list[Page]()
    try:
        while True:
            pages.append(next(reading))
            sys.stderr.write(f"{len(pages):6} pages  {pages[-1].stream:20}\r")
    except StopIteration as end:
        sys.stdout.write(f"state {end.value.state}, incomplete {end.value.incomplete}\n")
    except SourceError as error:
        sys.exit(f"\n{error}")
    for frame, rows in source.map(enumerate(pages)):
        sys.stdout.write(f"{rows.height:8} {frame}\n")


if __name__ == "__main__":
    main()
