"""BambooHR (REST API v1, datasets v2): what is asked, and in which order.

Belongs here: endpoints, paging, noticing what the key may not see.
Does not belong here: how answers become rows (`bamboohr_rows`), what `check` says
(`bamboohr_check`), retries (`http`).

Everything is read whole each night: HR is small, and the tables of an employee come all at once
anyway. The list of employees gives who there is; it knows neither the employee number nor the
last day, so these come from the dataset `employee`. BambooHR leaves out in silence what the key's
user may not see: every field asked for, and a row of each employee in Job Information and
Employment Status, is looked for in the answers (`bamboohr_hidden`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import orjson
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
from connectors.hr import bamboohr_check, bamboohr_choices
from connectors.hr.bamboohr_hidden import Hidden
from connectors.hr.bamboohr_rows import Rows
from connectors.hr.bamboohr_settings import (
    JOB_TABLE,
    NAME_FIELDS,
    STATUS_TABLE,
    BambooHRSettings,
)
from connectors.hr.bamboohr_tables import day_of
from connectors.http import Answer, Http, HttpError, Once, Patience
from connectors.refusals import Refusals

API: Final = "/api/v1"
DATASET: Final = "/api/v2/datasets/employee/data"
MOST_GOALS: Final = 50
"""Goals that BambooHR gives of an employee; it has no further page."""
_DATASET_PAGE: Final = 1000
_EARLIEST: Final = "1990-01-01T00:00:00Z"
_READS_OF_A_LIST: Final = 3
_SEATS: Final = ("assignments",)
_FRAMES_OF: Final = {JOB_TABLE: ("assignments", "org_units"), STATUS_TABLE: ("people",)}
"""Frames that a table serves."""

_HINTS: Final = {
    401: "The API key is wrong or was deleted: make a new one in BambooHR (your picture, API Keys) "
    "and put it where `api_key` in the config points.",
    403: "The user of the key may not read this: give their access level the permission to see "
    "all employees with the fields in docs/connectors/bamboohr.md.",
    404: "There is no such table, dataset or company: check `company` and the tables that the "
    "mapping names; `alignmart check` lists those that exist.",
    413: "The answer would be too large: set a smaller `page_size`.",
    422: "A field of the dataset that the mapping names is unknown: `alignmart check` names it.",
}


@dataclass
class _Walk:
    """What one pull has met so far."""

    http: Http
    hidden: Hidden = field(default_factory=Hidden)
    employees: dict[str, None] = field(default_factory=dict)
    refused: Refusals = field(default_factory=Refusals)
    begun: set[str] = field(default_factory=set)
    """Employees who should have rows in the tables: hired by the night, and not deleted."""
    capped: int = 0
    gone: int = 0
    short: str = ""


class BambooHR(Connector):
    """One company's BambooHR, read with an API key."""

    system: ClassVar[str] = "bamboohr"
    frames: ClassVar[dict[str, Read]] = {
        "people": "whole",
        "assignments": "whole",
        "org_units": "whole",
        "goals": "whole",
        "goal_owners": "whole",
    }
    settings_type: ClassVar[type[Settings]] = BambooHRSettings
    reached_by: ClassVar[tuple[tuple[str, ...], ...]] = (("company", "url", "api_key"),)
    settings: BambooHRSettings

    def __init__(
        self, name: str, settings: BambooHRSettings, patience: Patience | None = None
    ) -> None:
        super().__init__(name, settings)
        self._patience = patience

    def given_frames(self) -> dict[str, Read]:
        """Goals only where they are asked for."""
        left_out = () if self.settings.goals else ("goals", "goal_owners")
        return {frame: how for frame, how in self.frames.items() if frame not in left_out}

    def check(self) -> Iterator[Finding]:
        """Say whether the key fits, what it may not see, and whether the mapping fits."""
        with self._http() as http:
            yield from bamboohr_check.findings(http, self.settings, self._looked_at)

    def choices(self) -> Interview:
        """Ask which statuses, levels, fields and further seats are meant."""
        with self._http() as http:
            yield from bamboohr_choices.interview(http, self.settings)

    def _looked_at(self) -> tuple[Rows, dict[str, str]]:
        """The rows of everything but goals, and what is incomplete in them. Raises SourceError."""
        walk, rows = _Walk(self._http()), Rows(self.settings)
        now = dt.datetime.now(dt.UTC)
        with walk.http:
            for _ in rows.of(enumerate(self._pages(walk, now))):
                pass
        return rows, self._incomplete(walk)

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull; see `bamboohr_rows`."""
        return Rows(self.settings).of(pages)

    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        """Read everything. Raises SourceError."""
        if state:
            raise SourceError(
                f"{self.name}: BambooHR is read whole each night and keeps no state, but one with "
                f"{', '.join(sorted(map(str, state)))} was kept. It belongs to another source: "
                "remove it, or give this source another name."
            )
        walk = _Walk(self._http())
        with walk.http:
            yield from self._pages(walk, as_of)
            if self.settings.goals:
                yield from self._goals(walk)
        return PullResult({}, self._incomplete(walk))

    def _pages(self, walk: _Walk, as_of: dt.datetime) -> Iterator[Page]:
        yield Page("night", orjson.dumps({"as_of": as_of.isoformat()}), "the night that is read")
        lists = walk.http.get(f"{API}/meta/lists")
        lists.rows()
        yield Page("lists", lists.body, lists.request)
        yield from self._employees(walk, as_of.date())
        if self.settings.mapping.dataset_fields():
            yield from self._numbers(walk)
        for table, fields in self.settings.mapping.table_fields().items():
            answer = walk.http.get(f"{API}/employees/all/tables/{table}")
            frames, where = _FRAMES_OF.get(table, _SEATS), f"table {table}"
            walk.hidden.look(frames, where, fields, answer.rows())
            if table in _FRAMES_OF:
                walk.hidden.look_for_rows(frames, where, answer.rows())
            yield Page(f"table:{table}", answer.body, answer.request)
        # Asked last: who was deleted while the other lists were read is left out of all of them.
        changed = walk.http.get(f"{API}/employees/changed", since=_EARLIEST, type="all")
        if changed.data != {"latest": changed.take("latest", str), "employees": []}:
            walk.begun -= _deleted(changed.take("employees", dict))
        yield Page("changed", changed.body, changed.request)
        walk.hidden.raise_for_all(self.name)

    def _http(self) -> Http:
        key = self.settings.api_key.get_secret_value()
        return Http(
            self.name,
            self.settings.base,
            HTTPBasicAuth(key, "x"),
            secrets=(key,),
            hints=_HINTS,
            patience=self._patience,
        )

    def _employees(self, walk: _Walk, today: dt.date) -> Iterator[Page]:
        """The whole list; everything else hangs on it, so a short one is no list."""
        answers = self._whole_list(walk)
        mapping = self.settings.mapping
        fields = [*NAME_FIELDS, *mapping.list_fields()]
        rows = _records(answers)
        walk.employees = dict.fromkeys(_keys(rows))
        walk.begun = set(_keys([row for row in rows if not _is_to_come(row, today)]))
        shown = [name for name in fields if name not in mapping.do_without]
        walk.hidden.look(("people", "assignments", "org_units"), "employees", shown, rows)
        yield from (Page("employees", answer.body, answer.request) for answer in answers)

    def _whole_list(self, walk: _Walk) -> list[Answer]:
        """All pages; begun again where the employee at the end of one has gone meanwhile."""
        found, total = 0, 0
        for again in range(_READS_OF_A_LIST):
            try:
                answers = list(self._listed(walk))
            except HttpError as error:
                if error.status != 400 or again + 1 == _READS_OF_A_LIST:
                    raise
                continue
            total = answers[-1].take("meta", dict).get("total") or 0
            found = len(set(_keys(_records(answers))))
            if found >= total:
                return answers
        raise SourceError(
            f"{self.name}: GET {API}/employees says that there are {total} employees, but gave "
            f"{found}, {_READS_OF_A_LIST} times. Nothing of this read is kept; try again, and "
            "report it to BambooHR if it comes back."
        )

    def _listed(self, walk: _Walk) -> Iterator[Answer]:
        once = Once(f"{self.name}: GET {API}/employees")
        params: dict[str, str | int] = {
            "fields": ",".join(self.settings.mapping.list_fields()),
            "sort": "employeeId",
            "page[limit]": self.settings.page_size,
        }
        while True:
            answer = walk.http.get(f"{API}/employees", **params)
            page = answer.take("meta", dict).get("page")
            answer.rows("data")
            yield answer
            if not isinstance(page, dict) or "nextCursor" not in page:
                raise SourceError(
                    f"{answer.request[:200]}: the answer says nothing of a next page. Nothing of "
                    "this read is kept; try again."
                )
            if not page["nextCursor"]:
                return
            params["page[after]"] = once(str(page["nextCursor"]))

    def _numbers(self, walk: _Walk) -> Iterator[Page]:
        """Employee number and last day; read again where the list knows people that are missing.

        The pages are numbered, so one deleted meanwhile moves another over the edge of a page.
        """
        found: dict[str, None] = {}
        fields = self.settings.mapping.dataset_fields()
        for _ in range(_READS_OF_A_LIST):
            for answer in self._dataset(walk, ["eeid", *fields]):
                rows = [row["fields"] | row for row in answer.rows("data") if _has_fields(row)]
                found |= dict.fromkeys(str(row.get("eeid")) for row in rows)
                walk.hidden.look(("people", "org_units"), "dataset employee", fields, rows)
                yield Page("numbers", answer.body, answer.request)
            missing = walk.employees.keys() - found.keys()
            if not missing:
                return
        walk.short = (
            f"the dataset employee lacks {len(missing)} of {len(walk.employees)} employees; "
            "the user of the key may not see them there: give the permission"
        )

    def _dataset(self, walk: _Walk, fields: list[str]) -> Iterator[Answer]:
        once = Once(f"{self.name}: POST {DATASET}")
        number, last = 1, 1
        while number <= last:
            body = {
                "fields": fields,
                "orderBy": "eeid asc",
                "page": number,
                "pageSize": min(self.settings.page_size, _DATASET_PAGE),
            }
            answer = walk.http.post(DATASET, body)
            once(hashlib.sha256(orjson.dumps(answer.rows("data"))).hexdigest())
            yield answer
            pages = answer.take("meta", dict).get("totalPages")
            if not isinstance(pages, int):
                raise SourceError(
                    f"{answer.request[:200]}: the answer says nothing of its pages. Nothing of "
                    "this read is kept; try again."
                )
            number, last = number + 1, pages

    def _goals(self, walk: _Walk) -> Iterator[Page]:
        def fetch(ids: list[str]) -> Iterator[Answer]:
            path = f"{API}/performance/employees/{ids[0]}/goals"
            try:
                yield walk.http.get(path, filter="status-all")
            except HttpError as error:
                if error.status != 404 or walk.gone + 1 == len(walk.employees):
                    raise
                walk.gone += 1

        for answer in walk.refused.asked("goals", list(walk.employees), 1, fetch):
            if len(answer.rows("goals")) >= MOST_GOALS:
                walk.capped += 1
            yield Page("goals", answer.body, answer.request)

    def _incomplete(self, walk: _Walk) -> dict[str, str]:
        """By frame: what could not be read, and what to do."""
        said: dict[str, list[str]] = {}
        short = [(frame, walk.short) for frame in ("people", "org_units") if walk.short]
        for frame, why in [*walk.hidden.in_words(), *walk.hidden.rowless(walk.begun), *short]:
            said.setdefault(frame, []).append(why)
        whys = list(walk.refused.in_words().values())
        if walk.capped:
            whys.append(
                f"{walk.capped} employee(s) have {MOST_GOALS} goals, the most that BambooHR "
                f"gives, so there may be more. Close goals that are over."
            )
        if walk.gone:
            whys.append(
                f"{walk.gone} employee(s) were gone when their goals were asked for. "
                "The next night reads what is there then."
            )
        if whys:
            said |= {"goals": whys, "goal_owners": whys}
        return {frame: "; ".join(whys) for frame, whys in said.items()}


def _is_to_come(employee: dict[str, Any], today: dt.date) -> bool:
    """Whether somebody is hired from a later day on; without a day that can be read, they count."""
    try:
        first = day_of(employee.get("hireDate"))
    except (TypeError, ValueError):
        return False
    return first is not None and first > today


def _deleted(changed: dict[str, Any]) -> set[str]:
    said = {key: one for key, one in changed.items() if isinstance(one, dict)}
    return {key for key, one in said.items() if one.get("action") == "Deleted"}


def _has_fields(row: Any) -> bool:
    return isinstance(row, dict) and isinstance(row.get("fields"), dict)


def _records(answers: list[Answer]) -> list[dict[str, Any]]:
    return [row for one in answers for row in one.rows("data") if isinstance(row, dict)]


def _keys(rows: list[dict[str, Any]]) -> list[str]:
    keys = [row.get("employeeId") for row in rows]
    return [str(key) for key in keys if isinstance(key, (str, int))]
