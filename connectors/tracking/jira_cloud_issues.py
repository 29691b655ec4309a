"""Which issues a Jira Cloud read takes, and in which order.

Belongs here: what changed, what a first pull still lacks, the sweep of ids, what paging skipped,
what stands above. Does not belong here: JQL and its pages (`jira_cloud_search`), changes and
worklogs (`jira_cloud`), rows (`jira_cloud_rows`).

A first pull reads what changed last first, because what changes meanwhile then moves before what
is still unread and is read as a change. It stops behind a page, remembers when the last issue on
it changed, and goes on from there, inclusive: issues of one millisecond may come twice but are
never lost, and no night ends within the millisecond in which it began.

After the pages a second look takes the ids alone, so that an issue which paging skipped (one
deleted or moved meanwhile shifts the pages) is fetched by its id. Issues above those read, and
those that time was logged on, are fetched by their ids too, where the scope leaves them out or a
later night brings them: without them work would be without its initiative and goal. So are those
that an earlier night asked for and was not given.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from connectors import first_pull
from connectors.contract import Page
from connectors.http import Answer, Http, HttpError
from connectors.refusals import Refusals
from connectors.tracking.jira_cloud_search import API, Search, Span, is_last, once_in_scope
from connectors.tracking.jira_cloud_settings import JiraCloudSettings
from connectors.tracking.jira_cloud_state import EVER, Marks, fields_asked, instant, milliseconds

_ISSUES_A_CALL: Final = 100
_LEVELS: Final = 20
"""Issues above each other that are followed; Jira has three levels as it comes."""
_MOST_ABOVE: Final = 20_000
"""Issues that are fetched because they stand above others."""


@dataclass
class Issues:
    """The issues of one pull. `pages` fills: `read`, ids of those that came; `swept`, ids of all
    in scope; `outside`, ids out of scope that are kept; `unread`, as in `Marks`; `incomplete`."""

    http: Http
    search: Search
    settings: JiraCloudSettings
    marks: Marks
    refused: Refusals
    read: dict[str, None] = field(default_factory=dict)
    swept: dict[str, None] = field(default_factory=dict)
    outside: dict[str, None] = field(default_factory=dict)
    unread: int | None = None
    incomplete: dict[str, str] = field(default_factory=dict)
    _above: dict[str, str] = field(default_factory=dict)
    """Id to key of what stands above issues that came."""
    _withheld: dict[str, None] = field(default_factory=dict)
    """Ids of issues that Jira could not give, though they are there."""

    def pages(self) -> Iterator[Page]:
        """All pages, with streams `issues`, `issue_sweep`, `former_sweep`, `outside_issues`,
        `outside_sweep`."""
        floor, spans = self.marks.floor, list[Span]()
        if self.marks.issues is not None:
            spans.append(Span(self.marks.changes(self.marks.issues)))
            fields, size = fields_asked(self.settings), self.settings.page_size
            for answer in self.search.pages(spans[0], fields, size):
                yield self._came(answer)
        if self.marks.unread is not None:
            yield from self._behind(self.marks.unread)
            until = None if self.marks.unread == EVER else self.marks.unread
            spans.append(Span(floor if self.unread is None else self.unread + 1, until))
        yield from self._sweep()
        yield from self._sweep_former()
        yield from self._skipped(spans)
        yield from self._kept_outside()
        yield from self._owed()
        yield from self._parents()

    def named(self, ids: Iterable[str]) -> Iterator[Page]:
        """What time was logged on, of `ids`, and what stands above it, where it is not known yet.
        Jira moves an issue's time of change when work is logged, so these are few."""
        outside = self.marks.floor > 0 and not self.settings.projects
        new = [key for key in ids if key not in self.read and key not in self.outside]
        new = [key for key in new if outside or key in self.swept]
        known = self.swept
        if self.unread is not None and new:
            known = dict.fromkeys(
                key
                for look in self.search.ids(Span(self.unread + 1))
                for key in look.column("issues", "id", str)
            )
        yield from self._by_id([key for key in new if key not in known])
        yield from self._parents()
        self._name_withheld()

    def not_given(self) -> set[str]:
        """Ids of issues that were asked for and may be there, but did not come."""
        return {*self.refused.ids.get("work_items", ()), *self._withheld} - self.read.keys()

    def progress(self) -> dict[str, str]:
        """How far the first pull is, by frame; nothing where it is done."""
        if self.unread is None:
            return {}
        n_all = self.search.count(Span(self.marks.floor))
        n_left = self.search.count(Span(self.marks.floor, self.unread - 1))
        return first_pull.progress(max(n_all - n_left, 0), n_all, instant(self.unread))

    def _name_withheld(self) -> None:
        if not self._withheld:
            return
        shown = ", ".join([*self._withheld][:5]) + (", …" if len(self._withheld) > 5 else "")
        said = (
            f"Jira could not give {len(self._withheld)} issue(s), asked twice: {shown}. They are "
            "asked for again every night."
        )
        before = self.incomplete.get("work_items")
        self.incomplete["work_items"] = " ".join(filter(None, (before, said)))

    def _came(self, answer: Answer, stream: str = "issues") -> Page:
        self.read |= dict.fromkeys(answer.column("issues", "id", str))
        if self.marks.floor or self.marks.unread is not None:
            self._above |= dict(filter(None, map(_parent, answer.rows("issues"))))
        return Page(stream, answer.body, answer.request)

    def _behind(self, bound: int) -> Iterator[Page]:
        """Of the issues that changed last at `bound` or before, a night's share."""
        fields, size = fields_asked(self.settings), self.settings.page_size
        share = self.settings.items_a_night
        span, n = Span(self.marks.floor, None if bound == EVER else bound), 0
        for answer in self.search.pages(span, fields, size, newest_first=True):
            yield self._came(answer)
            rows = answer.rows("issues")
            n += len(rows)
            changed = [at for at in map(_changed, rows) if at is not None]
            if n >= share and changed and min(changed) < bound and not is_last(answer):
                self.unread = min(changed)
                return

    def _sweep(self) -> Iterator[Page]:
        for answer in self.search.ids(Span(self.marks.swept)):
            self.swept |= dict.fromkeys(answer.column("issues", "id", str))
            yield Page("issue_sweep", answer.body, answer.request)

    def _sweep_former(self) -> Iterator[Page]:
        """Ids in projects of an earlier scope: they are looked for, not read. Of a project that is
        gone, or hidden from the account (400), nothing is there any more."""
        for search in once_in_scope(self.http, self.marks.projects, self.settings.projects):
            try:
                for answer in search.ids(Span(self.marks.swept)):
                    answer.column("issues", "id", str)
                    yield Page("former_sweep", answer.body, answer.request)
            except HttpError as error:
                if error.status != 400:
                    raise

    def _skipped(self, spans: Iterable[Span]) -> Iterator[Page]:
        """Issues of `spans` that did not come with their pages."""
        expected: dict[str, None] = {}
        for span in spans:
            if span == Span(self.marks.swept):
                expected |= self.swept
                continue
            for look in self.search.ids(span):
                expected |= dict.fromkeys(look.column("issues", "id", str))
        skipped = [key for key in expected if key not in self.read]
        for answer in self._bulk(skipped, fields_asked(self.settings)):
            yield self._came(answer)

    def _kept_outside(self) -> Iterator[Page]:
        """Whether issues read earlier that the sweep does not hold are still there; what is
        missing is asked for twice."""
        if not self.marks.swept:
            return
        kept = [key for key in self.marks.outside if key not in self.swept]
        for _ in range(2):
            missing = [key for key in kept if key not in self.outside]
            for answer in self._bulk(missing, ["id"]):
                self.outside |= dict.fromkeys(answer.column("issues", "id", str))
                yield Page("outside_sweep", answer.body, answer.request)
        if unsure := set(kept) & {*self.refused.ids["work_items"], *self._withheld}:
            self.outside |= dict.fromkeys(sorted(unsure))
            self.incomplete["key_sweeps"] = (
                f"{len(unsure)} issue(s) above others were not given, so nobody knows whether they "
                "are still there. Look whether the account may browse their projects."
            )

    def _owed(self) -> Iterator[Page]:
        """What earlier nights were not given. What is gone does not come, and is owed no more."""
        owed = [key for key in self.marks.owed.get("work_items", ()) if key not in self.read]
        in_reach = self.swept if not self.marks.swept else dict.fromkeys(owed)
        yield from self._by_id([key for key in owed if key in in_reach])

    def _parents(self) -> Iterator[Page]:
        """What stands above the issues that came, and above that, where it is not known yet."""
        known = {*self.read}
        if self.unread is None:
            known |= self.swept.keys()
        if self.marks.issues is not None:
            known |= self.outside.keys()
        fetched = 0
        for _ in range(_LEVELS):
            missing = [key for key in self._above if key not in known and self._is_ours(key)]
            fetched += len(missing)
            if fetched > _MOST_ABOVE:
                self.incomplete["work_items"] = (
                    f"more than {_MOST_ABOVE:,} issues stand above those read and are out of "
                    "scope: the rest has no parent; choose an earlier `since`"
                )
                return
            known.update(missing)
            yield from self._by_id(missing)

    def _by_id(self, ids: list[str]) -> Iterator[Page]:
        """Issues by their ids, apart from each other those that the sweep holds and the others."""
        for inside in (True, False):
            keys = [key for key in ids if (key in self.swept) == inside]
            for answer in self._bulk(keys, fields_asked(self.settings)):
                if not inside:
                    self.outside |= dict.fromkeys(answer.column("issues", "id", str))
                yield self._came(answer, "issues" if inside else "outside_issues")

    def _is_ours(self, issue: str) -> bool:
        """Whether its project is read; the name of an issue begins with its project's key. What
        is not in the sweep is older than `since`, or hidden from the account."""
        project = self._above[issue].rpartition("-")[0]
        of_project = not self.settings.projects or project in self.settings.projects
        return issue in self.swept or (self.marks.floor > 0 and of_project)

    def _bulk(self, ids: list[str], fields: list[str]) -> Iterator[Answer]:
        """Issues by their ids; what is not there, or not for this account, is left out. What Jira
        cannot give for another reason is asked for twice."""

        def fetch(ids: list[str]) -> Iterator[Answer]:
            for _ in range(2):
                body = {"issueIdsOrKeys": ids, "fields": fields}
                answer = self.http.post(f"{API}/issue/bulkfetch", body)
                answer.rows("issues")
                yield answer
                ids = [str(error.get("id")) for error in answer.data.get("issueErrors") or ()]
                if not ids:
                    return
            self._withheld |= dict.fromkeys(ids)

        yield from self.refused.asked("work_items", ids, _ISSUES_A_CALL, fetch)


def _changed(issue: Any) -> int | None:
    fields = issue.get("fields") if isinstance(issue, dict) else None
    return milliseconds(fields.get("updated")) if isinstance(fields, dict) else None


def _parent(issue: Any) -> tuple[str, str] | None:
    fields = issue.get("fields") if isinstance(issue, dict) else None
    parent = fields.get("parent") if isinstance(fields, dict) else None
    if not isinstance(parent, dict) or not isinstance(parent.get("id"), str):
        return None
    return parent["id"], str(parent.get("key", ""))
