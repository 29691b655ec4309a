"""Redmine (REST API): what is asked, and in which order.

Belongs here: users, histories, time entries, and the order of it all.
Does not belong here: which issues are read (`redmine_issues`), paging (`redmine_walk`), the format
of the state (`redmine_state`), how answers become rows (`redmine_rows`), what `check` says
(`redmine_check`), retries (`http`).

Redmine tells nobody what was deleted and cannot list numbers alone, so each read walks over all
issues and all time entries by number, to know which keys are left. The walk brings whole records:
those changed since the last read are taken from it, and only for them the history is asked, one
call an issue, and for those whose history an earlier night was not given. A read goes on from the
newest change known when the last one began, less `look_back_minutes`: Redmine tells no clock of its
own.

A key that is no longer valid turns its owner into a guest, to whom many sites show something.
So the key is tried before the first question and after the last one.
"""

from __future__ import annotations

import datetime as dt
import os
import sys
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

import polars as pl
from dlt.sources.helpers.rest_client.auth import APIKeyAuth

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
from connectors.http import Answer, Http, HttpError, Patience
from connectors.records import gathered
from connectors.refusals import BORNE, Refusals
from connectors.tracking import redmine_check, redmine_choices, redmine_state
from connectors.tracking.redmine_issues import Issues
from connectors.tracking.redmine_rows import Rows
from connectors.tracking.redmine_settings import RedmineSettings
from connectors.tracking.redmine_state import BEGINNING, Marks, instant
from connectors.tracking.redmine_walk import walked

_IDS_A_CALL: Final = 100
_USER_STATUSES: Final = {"users_active": "1", "users_registered": "2", "users_locked": "3"}
"""Stream of users to their status: a user's own record does not tell it, and versions of Redmine
differ in how all statuses are asked for at once. Who is locked meanwhile comes twice, locked last.
"""

_HINTS: Final = {
    401: "The API key is wrong or was reset: copy it from My account, API access key, and put it "
    "where `api_key` in the config points.",
    403: "The key's account may not read this, or the REST API is switched off (Administration, "
    "Settings, API): `alignmart check` says which.",
    404: "There is no such page: check `url`, and that `projects` names identifiers that this "
    "account sees. `alignmart check` names the nearest.",
    422: "Redmine refuses the question; a newer alignmart may be needed.",
}


@dataclass
class _Read:
    """What one pull has met so far."""

    http: Http
    marks: Marks
    issues: Issues
    timed: dict[int, None] = field(default_factory=dict)
    vanished: list[int] = field(default_factory=list)
    asked: set[int] = field(default_factory=set)
    """Numbers of issues whose history was asked for."""
    pageless: list[int] = field(default_factory=list)
    """Numbers of issues that are listed but have no page of their own."""
    refused: Refusals = field(default_factory=Refusals)
    incomplete: dict[str, str] = field(default_factory=dict)


class Redmine(Connector):
    """One Redmine site, read with an API key."""

    system: ClassVar[str] = "redmine"
    frames: ClassVar[dict[str, Read]] = {
        "accounts": "whole",
        "work_items": "incremental",
        "work_item_changes": "incremental",
        "worklogs": "incremental",
        "key_sweeps": "whole",
    }
    settings_type: ClassVar[type[Settings]] = RedmineSettings
    settings: RedmineSettings

    def __init__(
        self, name: str, settings: RedmineSettings, patience: Patience | None = None
    ) -> None:
        super().__init__(name, settings)
        self._patience = patience

    def check(self) -> Iterator[Finding]:
        """Say whether the site is reached, what the key sees and whether the mapping fits."""
        with self._http() as http:
            yield from redmine_check.findings(http, self.settings)

    def choices(self) -> Interview:
        """Ask which projects, trackers, fields and statuses are meant."""
        with self._http() as http:
            yield from redmine_choices.interview(http)

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull; see `redmine_rows`."""
        return gathered(Rows(self.settings).of(pages))

    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        """Read what changed since `state`, all accounts, and all keys. Raises SourceError."""
        marks = redmine_state.resumed(self.name, state, self.settings, as_of)
        with self._http() as http:
            self._let_in(http)
            yield from self._words(http)
            newest = http.get("/issues.json", status_id="*", sort="updated_on:desc", limit=1)
            issues = Issues(http, self.settings, marks, self._by_share(marks, newest))
            read = _Read(http, marks, issues)
            yield from self._users(read)
            yield Page("newest", newest.body, newest.request)
            yield from issues.pages()
            yield from self._histories(read)
            yield from self._time_entries(read)
            yield from issues.from_outside(read.timed)
            yield from self._histories(read)
            self._let_in(http)
        known = [instant(text) for text in newest.column("issues", "updated_on", str)]
        last = known[0] if known else None
        owed = [*map(int, read.refused.ids["work_item_changes"]), *read.pageless]
        kept = redmine_state.after(
            marks, last, self.settings, as_of, issues.unread, issues.outside, owed
        )
        incomplete = read.incomplete | issues.incomplete
        for frame, said in read.refused.in_words().items():
            incomplete[frame] = " ".join(filter(None, (said, incomplete.get(frame))))
        return PullResult(kept, incomplete, issues.progress())

    def _by_share(self, marks: Marks, newest: Answer) -> bool:
        """Whether a first pull goes on, or begins and is too large for one night."""
        large = newest.take("total_count", int) > self.settings.items_a_night
        return marks.unread is not None and (large or marks.changed is not None)

    def _http(self) -> Http:
        key = self.settings.api_key.get_secret_value()
        auth = APIKeyAuth(name="X-Redmine-API-Key", api_key=key, location="header")
        return Http(
            self.name,
            self.settings.url,
            auth,
            secrets=(key,),
            hints=_HINTS,
            patience=self._patience,
        )

    def _let_in(self, http: Http) -> None:
        """SourceError where the key opens nothing. The answer holds the key, so it is no page."""
        http.get("/users/current.json").take("user", dict)

    def _words(self, http: Http) -> Iterator[Page]:
        """Statuses, trackers, and custom fields where the key may see them."""
        for stream in ("issue_statuses", "trackers", "custom_fields"):
            try:
                answer = http.get(f"/{stream}.json")
            except HttpError as error:
                if stream == "custom_fields" and error.status == 403:
                    continue
                raise
            answer.rows(stream)
            yield Page(stream, answer.body, answer.request)

    def _users(self, read: _Read) -> Iterator[Page]:
        size = self.settings.page_size
        try:
            for stream, status in _USER_STATUSES.items():
                asked = {"status": status, "sort": "login"}
                for answer in walked(read.http, "/users.json", "users", size, **asked):
                    yield Page(stream, answer.body, answer.request)
        except HttpError as error:
            if error.status != 403:
                raise
            read.incomplete["accounts"] = (
                "only an administrator's key may list users (403), so no account, address or "
                "employee number was read; use the key of an administrator"
            )

    def _histories(self, read: _Read) -> Iterator[Page]:
        """The journals of every issue taken or owed; what is gone meanwhile has none."""
        read.vanished = []
        wanted = read.issues.taken | read.issues.are_there(read.marks.owed)
        ids = [key for key in wanted if key not in read.asked]
        read.asked.update(ids)

        def fetch(ids: list[int]) -> Iterator[Answer]:
            try:
                answer = read.http.get(f"/issues/{ids[0]}.json", include="journals")
            except HttpError as error:
                if error.status != 404:
                    raise
                read.vanished.append(ids[0])
                return
            answer.take("issue", dict)
            yield answer

        for answer in read.refused.asked("work_item_changes", ids, 1, fetch):
            yield Page("histories", answer.body, answer.request)
        self._really_gone(read)

    def _really_gone(self, read: _Read) -> None:
        """An issue that has no page of its own but is listed still: its history is missing."""
        for at in range(0, len(read.vanished), _IDS_A_CALL):
            ids = ",".join(map(str, read.vanished[at : at + _IDS_A_CALL]))
            asked = {"issue_id": ids, "status_id": "*", "sort": "id"}
            for answer in walked(read.http, "/issues.json", "issues", _IDS_A_CALL, **asked):
                read.pageless += answer.column("issues", "id", int)
        if not read.pageless:
            return
        shown = ", ".join(map(str, read.pageless[:5])) + (", …" if len(read.pageless) > 5 else "")
        said = (
            f"{len(read.pageless)} issue(s) are listed but have no page of their own (404): "
            f"{shown}. Look at them in Redmine"
        )
        if len(read.pageless) > BORNE:
            raise SourceError(f"{self.name}: {said}, and at what stands between it and here.")
        read.incomplete["work_item_changes"] = f"{said}; they are asked for again every night."

    def _time_entries(self, read: _Read) -> Iterator[Page]:
        size, asked = self.settings.page_size, {"sort": "id"}
        if read.marks.swept > BEGINNING:
            asked["from"] = f"{read.marks.swept:%Y-%m-%d}"
        try:
            for scope in read.issues.scopes():
                for answer in walked(
                    read.http, "/time_entries.json", "time_entries", size, **scope, **asked
                ):
                    changed = self._note_time(read, answer) or read.issues.by_share
                    stream = "time_entries" if changed else "time_entry_sweep"
                    yield Page(stream, answer.body, answer.request)
            for scope in read.issues.former:
                for answer in walked(
                    read.http, "/time_entries.json", "time_entries", size, **scope, **asked
                ):
                    yield Page("time_entry_former_sweep", answer.body, answer.request)
        except HttpError as error:
            if error.status != 403:
                raise
            said = "the key's account may not see spent time (403): give its role View spent time"
            read.incomplete |= {"worklogs": said, "key_sweeps": said}

    def _note_time(self, read: _Read, answer: Answer) -> bool:
        """Whether an entry changed since the last read; on which issues time was spent since the
        first day that is read. One without a readable time counts as changed."""
        first_day, changed = f"{read.marks.floor:%Y-%m-%d}", False
        since = read.marks.changed or BEGINNING
        answer.column("time_entries", "id", int)
        for row in answer.rows("time_entries"):
            at = instant(row.get("updated_on"))
            changed |= at is None or at >= since
            issue = row.get("issue")
            number = issue.get("id") if isinstance(issue, dict) else None
            if isinstance(number, int) and str(row.get("spent_on")) >= first_day:
                read.timed[number] = None
        return changed


def main() -> None:
    """Check and read the site that the environment names; prints what came, keeps nothing.

    REDMINE_URL, REDMINE_API_KEY; REDMINE_PROJECTS, identifiers separated by commas, narrows it.
    """
    named = [key for key in os.environ.get("REDMINE_PROJECTS", "").split(",") if key]
    values = {name: os.environ.get(f"REDMINE_{name.upper()}", "") for name in ("url", "api_key")}
    source = Redmine("redmine", RedmineSettings.model_validate(values | {"projects": named}))
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
