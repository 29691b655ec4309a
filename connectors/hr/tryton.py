"""Tryton (JSON-RPC): what is asked, in which order, and what a read remembers.

Belongs here: models, fields, paging, incremental state.
Does not belong here: the protocol (`tryton_rpc`), how records become rows (`tryton_rows`), what
`check` says (`tryton_check`), retries (`http`).

A list is asked for by `id > <last>` in the order of ids, so records that come or go while paging
shift nothing. After its pages a second look takes the keys alone; what became visible behind
the reader's back (a transaction that ended late) is then fetched by its id. People, seats and
units are read whole. Tasks and time are read by their time of writing, from the newest one seen
less `look_back_minutes`, since a transaction bears the time of its beginning; the second look
over all of them is the sweep that finds what was deleted.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final

import orjson
import polars as pl

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
from connectors.hr import tryton_check, tryton_choices
from connectors.hr.tryton_cells import changed, plain
from connectors.hr.tryton_questions import Question, questions
from connectors.hr.tryton_rows import Rows
from connectors.hr.tryton_rpc import Rpc, instant, logged_in
from connectors.hr.tryton_settings import STATUS, Module, TrytonSettings
from connectors.http import Answer, Patience
from connectors.records import gathered

_STATE_VERSION: Final = 1
_ORDER: Final = [["id", "ASC"]]
_WRITTEN: Final = ("write_date", "create_date")
_GIVEN: Final[dict[Module, tuple[str, ...]]] = {
    "hr": ("people", "assignments", "org_units"),
    "work": ("accounts", "work_items", "worklogs", "key_sweeps"),
}


@dataclass
class _Walk:
    """What one pull has met so far: by stream, since when it reads and the newest it saw."""

    rpc: Rpc
    since: dict[str, dt.datetime]
    newest: dict[str, dt.datetime] = field(default_factory=dict)


class Tryton(Connector):
    """One Tryton database, read as one of its users."""

    system: ClassVar[str] = "tryton"
    frames: ClassVar[dict[str, Read]] = {
        "people": "whole",
        "assignments": "whole",
        "org_units": "whole",
        "accounts": "whole",
        "work_items": "incremental",
        "worklogs": "incremental",
        "key_sweeps": "whole",
    }
    settings_type: ClassVar[type[Settings]] = TrytonSettings
    settings: TrytonSettings

    def __init__(
        self, name: str, settings: TrytonSettings, patience: Patience | None = None
    ) -> None:
        super().__init__(name, settings)
        self._patience = patience
        self._questions = questions(settings)

    def given_frames(self) -> dict[str, Read]:
        """Those of the configured modules."""
        given = [frame for module in self.settings.modules for frame in _GIVEN[module]]
        return {frame: read for frame, read in self.frames.items() if frame in given}

    def check(self) -> Iterator[Finding]:
        """Say whether the server is reached, what the user sees and whether the mapping fits."""
        yield from tryton_check.findings(self.name, self.settings, self._patience)

    def choices(self) -> Interview:
        """Ask which models and fields are meant."""
        with logged_in(self.name, self.settings, self._patience) as rpc:
            yield from tryton_choices.interview(rpc)

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull; see `tryton_rows`."""
        address = f"{self.settings.url}/#{self.settings.database}"
        return gathered(Rows(address, self.settings.mapping).of(pages))

    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        """Read people, seats, units and accounts, and what else changed. Raises SourceError.

        Tryton tells nobody the time: `as_of` is the time of the sweep, and the day for which an
        employee is active.
        """
        self._readable(state)
        with logged_in(self.name, self.settings, self._patience) as rpc:
            rpc.prefer(as_of.date())
            today = rpc.call("model.ir.date.today")
            yield Page("read", orjson.dumps({"as_of": as_of.isoformat()}), "the read's own time")
            statuses, asked = None, self._asked(b"")
            if "work" in self.settings.modules:
                statuses = self._statuses(rpc)
                asked = self._asked(orjson.dumps(statuses.rows("result")))
                yield Page("statuses", statuses.body, statuses.request)
            walk = _Walk(rpc, self._resumed(state, asked, today))
            for question in self._questions:
                yield from self._ask(walk, question)
        return PullResult(self._reached(walk, asked))

    def _statuses(self, rpc: Rpc) -> Answer:
        fields = ["name", "progress"]
        return rpc.call(f"model.{STATUS}.search_read", [], 0, None, _ORDER, fields)

    def _asked(self, statuses: bytes) -> str:
        """A mark of what is asked for and how statuses read: if it changes, all is read again."""
        asked = [
            [question.stream, question.model, list(question.only), list(question.fields)]
            for question in self._questions
        ]
        return hashlib.sha256(orjson.dumps(asked) + statuses).hexdigest()[:16]

    def _readable(self, state: State) -> None:
        if state and (
            state.get("version") != _STATE_VERSION or not isinstance(state.get("since"), dict)
        ):
            raise SourceError(
                f"{self.name}: the state of the last read has format {state.get('version')!r} "
                f"with {', '.join(sorted(map(str, state)))}; this alignmart reads format "
                f"{_STATE_VERSION}. Use the alignmart that wrote it, or remove the state to read "
                "everything again."
            )

    def _resumed(self, state: State, asked: str, today: Answer) -> dict[str, dt.datetime]:
        """Where each incremental list begins; refuses a state from the server's future."""
        day = dt.date.fromisoformat(plain(today.take("result", dict)))
        since = {}
        for stream, mark in state.get("since", {}).items():
            try:
                since[stream] = dt.datetime.fromisoformat(mark)
                offset = since[stream].utcoffset()
            except (TypeError, ValueError):
                offset = None
            if offset is None:
                raise SourceError(
                    f"{self.name}: the state says that {stream} were read until {mark!r}, which "
                    "is no instant. Remove the state to read everything again."
                )
            if since[stream].date() > day + dt.timedelta(days=1):
                raise SourceError(
                    f"{self.name}: the state says that {stream} were read until {mark}, but "
                    f"Tryton's date is {day}. The state belongs to another database or a later "
                    "night: remove it to read everything again."
                )
        return since if state.get("asked") == asked else {}

    def _reached(self, walk: _Walk, asked: str) -> State:
        back = dt.timedelta(minutes=self.settings.look_back_minutes)
        marks = dict(walk.since)
        for stream, newest in walk.newest.items():
            marks[stream] = max(marks.get(stream, newest - back), newest - back)
        since = {stream: mark.isoformat() for stream, mark in sorted(marks.items())}
        return {"version": _STATE_VERSION, "asked": asked, "since": since}

    def _ask(self, walk: _Walk, question: Question) -> Iterator[Page]:
        """The pages of one list, the second look at its keys, and what the first look missed."""
        since = walk.since.get(question.stream) if question.incremental else None
        wanted = [*question.only, *_since(since)]
        fields, seen = list(question.fields), set[int]()
        size = self.settings.page_size

        def records(answers: Iterable[Answer]) -> Iterator[Page]:
            for answer in answers:
                seen.update(answer.column("result", "id", int))
                if question.incremental:
                    self._note(walk, question.stream, answer)
                yield Page(question.stream, answer.body, answer.request)

        yield from records(self._list(walk.rpc, question.model, wanted, fields))
        expected = set[int]()
        if not question.incremental or since:
            for look in self._list(walk.rpc, question.model, wanted, ["id"]):
                expected.update(look.column("result", "id", int))
        if question.incremental:
            swept = self._list(walk.rpc, question.model, list(question.only), list(question.keys))
            for answer in swept:
                if not since:
                    expected.update(answer.column("result", "id", int))
                yield Page(f"{question.stream}_sweep", answer.body, answer.request)
        missed = sorted(expected - seen)
        for at in range(0, len(missed), size):
            some = [["id", "in", missed[at : at + size]]]
            yield from records(self._list(walk.rpc, question.model, some, fields))

    def _list(
        self, rpc: Rpc, model: str, wanted: Sequence[Any], fields: list[str]
    ) -> Iterator[Answer]:
        """All records of `model` that are `wanted`; a page empty too soon is asked again."""
        size, last, was_empty = self.settings.page_size, 0, False
        while True:
            rest = [*wanted, ["id", ">", last]]
            answer = rpc.call(f"model.{model}.search_read", rest, 0, size, _ORDER, fields)
            ids = answer.column("result", "id", int)
            if ids:
                yield answer
                if max(ids) <= last:
                    raise SourceError(
                        f"{self.name}: {model}: the page after id {last} is one that was read "
                        "already, so the list would never end. Nothing of this read is kept; try "
                        "again."
                    )
                last, was_empty = max(ids), False
                if len(ids) >= size:
                    continue
            left = rpc.call(f"model.{model}.search_count", [*wanted, ["id", ">", last]])
            count = left.take("result", int)
            if not count:
                return
            if not ids and was_empty:
                raise SourceError(
                    f"{self.name}: {model}: the server counts {count} record(s) after id {last}, "
                    "but lists none. Nothing of this read is kept; try again."
                )
            was_empty = not ids

    def _note(self, walk: _Walk, stream: str, answer: Answer) -> None:
        for record in answer.rows("result"):
            try:
                at = changed(record)
            except (KeyError, TypeError, ValueError):
                continue
            if at is not None:
                mark = dt.datetime.fromisoformat(at)
                walk.newest[stream] = max(walk.newest.get(stream, mark), mark)


def _since(mark: dt.datetime | None) -> list[Any]:
    """The clause for what was written or made at `mark` or later."""
    if mark is None:
        return []
    return [["OR", *([name, ">=", instant(mark)] for name in _WRITTEN)]]
