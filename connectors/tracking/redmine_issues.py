"""Which issues a read of Redmine takes, and in which order.

Belongs here: the walk over all issues, what changed, a night's share of a first pull, what stands
above. Does not belong here: histories and time (`redmine`), paging (`redmine_walk`), rows
(`redmine_rows`).

The walk over all issues costs one question for a hundred of them, but a history costs one each. So
a first pull too large for one night walks over all, and takes a night's share: those that changed
last among those it has not read, for what changes meanwhile is read as a change. With them come
the issues above, so that work has its initiative and goal.

Projects that an earlier scope held are walked over too, so that only what is gone from them
counts as deleted; nothing there is read.

With the option `since` the walk leaves out what has not changed since then. Issues that are named
from within (a parent, or an issue that time was spent on) are fetched by their numbers.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from connectors import first_pull
from connectors.contract import Page
from connectors.http import Answer, Http, HttpError
from connectors.tracking import project_scope
from connectors.tracking.redmine_settings import RedmineSettings
from connectors.tracking.redmine_state import BEGINNING, Marks, Place, instant
from connectors.tracking.redmine_walk import walked

_IDS_A_CALL: Final = 100
_LEVELS: Final = 20
"""Issues above each other that are followed outside the scope."""
_NOT_THERE: Final = (403, 404)
_MOST_OUTSIDE: Final = 20_000
"""Issues out of scope that are fetched because they are named from within."""


@dataclass
class Issues:
    """The issues of one pull. `taken`: numbers of those that came as rows; `unread`: as in
    `Marks`; `outside`: numbers out of scope that are kept; `incomplete`: as in `PullResult`."""

    http: Http
    settings: RedmineSettings
    marks: Marks
    by_share: bool
    """Whether this night takes a share of a first pull."""
    taken: dict[int, None] = field(default_factory=dict)
    unread: Place | None = None
    outside: dict[int, None] = field(default_factory=dict)
    former: list[dict[str, str]] = field(default_factory=list)
    """Scopes, as of `scopes`, that are walked over for their keys alone."""
    incomplete: dict[str, str] = field(default_factory=dict)
    _walked: dict[int, tuple[dt.datetime | None, int | None]] = field(default_factory=dict)
    """Number to time of the last change and number of the parent."""
    _n_left: int = 0
    _above_outside: dict[int, None] = field(default_factory=dict)
    _outside_former: dict[int, None] = field(default_factory=dict)

    def scopes(self) -> list[dict[str, str]]:
        """One question for all, or one a project; with subprojects, whatever the site's setting."""
        return [_of_project(name) for name in self.settings.projects] or [{}]

    def pages(self) -> Iterator[Page]:
        """The walk (`issues`, `issue_sweep`, `issue_former_sweep`) and this night's share
        (`named_issues`, `unread`)."""
        for scope in self.scopes():
            for answer in self._walk(scope):
                changed = self._note(answer)
                self.taken |= dict.fromkeys(changed)
                yield Page("issues" if changed else "issue_sweep", answer.body, answer.request)
        yield from self._former()
        if self.by_share:
            yield from self._share()

    def _walk(self, scope: dict[str, str]) -> Iterator[Answer]:
        asked = {"status_id": "*", "sort": "id"} | scope
        if self.marks.swept > BEGINNING:
            asked["updated_on"] = f">={self.marks.swept:%Y-%m-%dT%H:%M:%SZ}"
        return walked(self.http, "/issues.json", "issues", self.settings.page_size, **asked)

    def _former(self) -> Iterator[Page]:
        """The walk over what earlier scopes held. Of a project that is gone (404), archived or
        closed to the key (403) nothing is there any more. Fills `former`."""
        ever, now = self.marks.projects, self.settings.projects
        before = [_of_project(name) for name in project_scope.only_before(ever, now)]
        for scope in [{}] if now and not ever else before:
            try:
                for answer in self._walk(scope):
                    yield Page("issue_former_sweep", answer.body, answer.request)
            except HttpError as error:
                if error.status not in _NOT_THERE:
                    raise
                continue
            self.former.append(scope)

    def are_there(self, numbers: Iterable[int]) -> dict[int, None]:
        """Those of `numbers` that the walk met, or that are kept out of scope."""
        return {key: None for key in numbers if key in self._walked or key in self.outside}

    def from_outside(self, named: Iterable[int]) -> Iterator[Page]:
        """What is out of scope, but named from within: by `named`, or as a parent. Fills `taken`
        anew, with the numbers of those that had not been read before."""
        parents = [parent for key in self.taken if (parent := self._walked[key][1]) is not None]
        self.taken = {}
        if self.marks.swept == BEGINNING:
            return
        kept = [key for key in self.marks.outside if key not in self._walked]
        for _ in range(2):
            missing = [key for key in kept if key not in self.outside]
            yield from self._by_number(missing, self.outside)
        yield from self._kept_in_former([key for key in kept if key not in self.outside])
        if self.marks.changed is None:
            self.taken |= {key: None for key in self.outside if key not in self._outside_former}
        level = dict.fromkeys([*named, *parents])
        for _ in range(_LEVELS):
            new = [key for key in level if key not in self._walked and key not in self.outside]
            if len(self.outside) + len(new) > _MOST_OUTSIDE:
                self.incomplete["work_items"] = (
                    f"more than {_MOST_OUTSIDE:,} issues out of scope are named by those read: the "
                    "rest is left out; choose an earlier `since`"
                )
                return
            if not new:
                return
            self._above_outside = {}
            yield from self._by_number(new, self.taken)
            self.outside |= self.taken
            level = self._above_outside

    def progress(self) -> dict[str, str]:
        """How far the first pull is, by frame; nothing where it is done."""
        if self.unread is None:
            return {}
        n_all = sum(at is None or at >= self.marks.floor for at, _ in self._walked.values())
        return first_pull.progress(n_all - self._n_left, n_all, self.unread[0])

    def _note(self, answer: Answer) -> list[int]:
        """Remember what is on a page; the numbers that are rows by being on it, because they
        changed. One without a readable time counts as changed."""
        changed = []
        for key, row in zip(answer.column("issues", "id", int), answer.rows("issues"), strict=True):
            at, above = instant(row.get("updated_on")), _parent(row)
            self._walked[key] = (at, above)
            if at is None or at >= self.marks.since:
                changed.append(key)
        return [] if self.by_share else changed

    def _share(self) -> Iterator[Page]:
        """What changed, a night's share of what is unread, and what stands above it unread."""
        since, floor, bound = self.marks.changed, self.marks.floor, self.marks.unread
        behind: list[Place] = []
        for key, (at, _) in self._walked.items():
            if at is None:
                self.taken[key] = None
            elif at >= floor and bound is not None and (at, key) <= bound:
                behind.append((at, key))
            elif since is not None and at >= max(since, floor):
                self.taken[key] = None
        behind.sort(reverse=True)
        share = self.settings.items_a_night
        self.taken |= {key: None for _, key in behind[:share]}
        left = {key for _, key in behind[share:]}
        self.unread = behind[share] if left else None
        for key in list(self.taken):
            above = self._walked[key][1]
            while above in left:
                left.discard(above)
                self.taken[above] = None
                above = self._walked[above][1]
        self._n_left = len(left)
        yield from self._by_number(list(self.taken), {})
        said = {"unread": sorted(left), "issues": []}
        yield Page("unread", orjson.dumps(said), "issues that the first pull has not read yet")

    def _by_number(self, keys: list[int], came: dict[int, None]) -> Iterator[Page]:
        """Issues by their numbers; `came` is filled with those that are there."""
        for scope in self.scopes():
            for answer in self._named(keys, scope):
                came |= dict.fromkeys(answer.column("issues", "id", int))
                above = (_parent(row) for row in answer.rows("issues"))
                self._above_outside |= {key: None for key in above if key is not None}
                yield Page("named_issues", answer.body, answer.request)

    def _kept_in_former(self, keys: list[int]) -> Iterator[Page]:
        """Which of `keys`, kept out of scope, are still there in projects of earlier scopes."""
        for scope in self.former:
            for answer in self._named(keys, scope):
                found = answer.column("issues", "id", int)
                self.outside |= dict.fromkeys(found)
                self._outside_former |= dict.fromkeys(found)
                yield Page("issue_former_sweep", answer.body, answer.request)

    def _named(self, keys: list[int], scope: dict[str, str]) -> Iterator[Answer]:
        for at in range(0, len(keys), _IDS_A_CALL):
            ids = ",".join(map(str, keys[at : at + _IDS_A_CALL]))
            asked = {"issue_id": ids, "status_id": "*", "sort": "id"} | scope
            yield from walked(self.http, "/issues.json", "issues", self.settings.page_size, **asked)


def _of_project(name: str) -> dict[str, str]:
    return {"project_id": name, "subproject_id": "*"}


def _parent(issue: Any) -> int | None:
    parent = issue.get("parent") if isinstance(issue, dict) else None
    number = parent.get("id") if isinstance(parent, dict) else None
    return number if isinstance(number, int) else None
