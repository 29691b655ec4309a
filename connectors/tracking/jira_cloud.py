"""Jira Cloud (REST API v3): what is asked, in which order, and what a read remembers.

Belongs here: settings, endpoints, paging, incremental state.
Does not belong here: how answers become rows (`jira_cloud_rows`); what `check` says
(`jira_cloud_check`); retries (`http`).

Issues are asked for by `updated >= <epoch milliseconds>`: a date-time in JQL would be read in the
account's own time zone and to the minute. A read goes on from the start of the last finished
one less `look_back_minutes`, because Jira's search index lags behind. After the pages of issues
a second look takes the ids alone, so that an issue which paging skipped (one deleted or moved
meanwhile shifts the pages) is fetched by its id.
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
from connectors.tracking import jira_cloud_check
from connectors.tracking.jira_cloud_rows import Rows
from connectors.tracking.jira_cloud_settings import SYSTEM_FIELDS, JiraCloudSettings

API: Final = "/rest/api/3"
_STATE_VERSION: Final = 1
_IDS_A_PAGE: Final = 5000
_CHANGELOGS_A_CALL: Final = 1000
_ISSUES_A_CALL: Final = 100
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
    since: dict[str, int]
    started: int
    issues: dict[str, None] = field(default_factory=dict)
    swept: dict[str, None] = field(default_factory=dict)
    refused: Refusals = field(default_factory=Refusals)


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

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull; see `jira_cloud_rows`."""
        rows = Rows(self.settings.url, self.settings.projects, self.settings.mapping)
        return gathered(rows.of(pages))

    def pull(
        self,
        state: State,
        as_of: dt.datetime,  # noqa: ARG002  Jira stamps changes by its own clock, read below
    ) -> Generator[Page, None, PullResult]:
        """Read what changed since `state`, all accounts, and all keys. Raises SourceError."""
        since = self._resumed(state)
        with self._http() as http:
            server = http.get(f"{API}/serverInfo")
            walk = _Walk(http, since, _milliseconds(server.take("serverTime", str), server))
            self._in_the_past(walk)
            yield Page("server", server.body, server.request)
            yield from self._users(walk)
            yield from self._issues(walk)
            yield from self._changelogs(walk)
            yield from self._worklogs(walk)
        reached = max(walk.started - self.settings.look_back_minutes * 60_000, 0)
        state = {
            "version": _STATE_VERSION,
            "asked": self._asked(),
            "updated_since_ms": reached,
            "worklog_since_ms": reached,
        }
        return PullResult(state, walk.refused.in_words())

    def _in_the_past(self, walk: _Walk) -> None:
        for what, since in walk.since.items():
            if since > walk.started:
                raise SourceError(
                    f"{self.name}: the state says that {what} were read until {_iso(since)}, but "
                    f"Jira's clock says {_iso(walk.started)}. The state belongs to another site "
                    "or a later night: remove it to read everything again."
                )

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

    def _asked(self) -> str:
        """A mark of what is asked for: when it changes, everything is read again."""
        mapping = self.settings.mapping
        asked = [*sorted(self.settings.projects), "", *self._fields(), *mapping.history_fields()]
        return hashlib.sha256("\n".join(asked).encode()).hexdigest()[:16]

    def _fields(self) -> list[str]:
        return [*SYSTEM_FIELDS, *self.settings.mapping.own_fields()]

    def _resumed(self, state: State) -> dict[str, int]:
        """Where the issues and the worklogs begin; refuses a state that it cannot read."""
        if not state:
            return {"issues": 0, "worklogs": 0}
        kept = (state.get("updated_since_ms"), state.get("worklog_since_ms"))
        marks = [mark for mark in kept if isinstance(mark, int) and mark >= 0]
        if state.get("version") != _STATE_VERSION or len(marks) != len(kept):
            raise SourceError(
                f"{self.name}: the state of the last read has format {state.get('version')!r} "
                f"with {', '.join(sorted(map(str, state)))}; this alignmart reads format "
                f"{_STATE_VERSION}. Use the alignmart that wrote it, or remove the state to read "
                "everything again."
            )
        if state.get("asked") != self._asked():
            return {"issues": 0, "worklogs": 0}
        return dict(zip(("issues", "worklogs"), marks, strict=True))

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
            yield Page("user_properties", answer.body, answer.request)

    def _issues(self, walk: _Walk) -> Iterator[Page]:
        """Changed issues, the sweep of all ids, and what paging skipped."""
        since = walk.since["issues"]
        changed = self._jql(since)
        for answer in self._search(walk, changed, self._fields(), self.settings.page_size):
            walk.issues |= dict.fromkeys(answer.column("issues", "id", str))
            yield Page("issues", answer.body, answer.request)
        for answer in self._search(walk, self._jql(0), ["id"], _IDS_A_PAGE):
            walk.swept |= dict.fromkeys(answer.column("issues", "id", str))
            yield Page("issue_sweep", answer.body, answer.request)
        expected = walk.swept
        if since:
            looks = self._search(walk, changed, ["id"], _IDS_A_PAGE)
            expected = dict.fromkeys(
                key for look in looks for key in look.column("issues", "id", str)
            )
        skipped = [key for key in expected if key not in walk.issues]

        def fetch(ids: list[str]) -> Iterator[Answer]:
            body = {"issueIdsOrKeys": ids, "fields": self._fields()}
            yield walk.http.post(f"{API}/issue/bulkfetch", body)

        for answer in walk.refused.asked("work_items", skipped, _ISSUES_A_CALL, fetch):
            walk.issues |= dict.fromkeys(answer.column("issues", "id", str))
            yield Page("issues", answer.body, answer.request)

    def _jql(self, since: int) -> str:
        quoted = ", ".join(f'"{_escaped(project)}"' for project in self.settings.projects)
        scope = f"project in ({quoted}) and " if quoted else ""
        return f"{scope}updated >= {since} order by created asc, key asc"

    def _search(self, walk: _Walk, jql: str, fields: list[str], size: int) -> Iterator[Answer]:
        once = Once(f"{self.name}: POST {API}/search/jql")
        body: dict[str, Any] = {"jql": jql, "fields": fields, "maxResults": size}
        while True:
            answer = walk.http.post(f"{API}/search/jql", body)
            answer.rows("issues")
            yield answer
            token = answer.data.get("nextPageToken")
            if answer.data.get("isLast") is True or not token:
                return
            body["nextPageToken"] = once(token)

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

        ids = list(walk.issues)
        for answer in walk.refused.asked("work_item_changes", ids, _CHANGELOGS_A_CALL, fetch):
            yield Page("changelogs", answer.body, answer.request)

    def _worklogs(self, walk: _Walk) -> Iterator[Page]:
        """All worklog ids, the worklogs changed, and those of the minute Jira holds back."""
        changed: dict[int, None] = {}
        once = Once(f"{self.name}: GET {API}/worklog/updated")
        answer = walk.http.get(f"{API}/worklog/updated", since=0)
        while True:
            keys = answer.column("values", "worklogId", int)
            for key, at in zip(keys, answer.column("values", "updatedTime", int), strict=True):
                if at >= walk.since["worklogs"]:
                    changed[key] = None
            yield Page("worklog_sweep", answer.body, answer.request)
            if answer.data.get("lastPage") is True or not answer.data.get("nextPage"):
                break
            answer = walk.http.get(once(walk.http.own(answer.data["nextPage"])))

        def fetch(ids: list[int]) -> Iterator[Answer]:
            yield walk.http.post(f"{API}/worklog/list", {"ids": ids})

        for listed in walk.refused.asked("worklogs", list(changed), _WORKLOGS_A_CALL, fetch):
            listed.rows()
            yield Page("worklogs", listed.body, listed.request)
        yield from self._held_back(walk, answer.take("until", int))

    def _held_back(self, walk: _Walk, until: int) -> Iterator[Page]:
        """Worklogs of issues touched since `until`: the list of worklogs leaves them out."""
        for look in self._search(walk, self._jql(until), ["id"], _IDS_A_PAGE):
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


def _milliseconds(text: str, answer: Answer) -> int:
    try:
        return int(dt.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%f%z").timestamp() * 1000)
    except ValueError:
        raise SourceError(f"{answer.request}: {text!r} is no time of Jira's form.") from None


def _iso(milliseconds: int) -> str:
    try:
        at = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(milliseconds=milliseconds)
    except OverflowError:
        return f"millisecond {milliseconds}"
    return at.isoformat(timespec="seconds")


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


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
