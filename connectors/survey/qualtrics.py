"""Qualtrics (API v3): the connector and what a read remembers.

Belongs here: the connector's class, its state.
Does not belong here: what is asked (`qualtrics_walk`), how answers become rows
(`qualtrics_rows`), what `check` says (`qualtrics_check`).

The state holds the instant of the last read, the frozen waves, and the titles of all waves ever
read. All waves that are not frozen are read whole each time: an edited response keeps its recorded
date, so no date says what has changed. A state without titles, of an older alignmart, knows the
frozen waves alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator
from typing import ClassVar, Final

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
from connectors.http import Patience
from connectors.records import gathered
from connectors.survey import qualtrics_check, qualtrics_choices
from connectors.survey.qualtrics_api import Api
from connectors.survey.qualtrics_rows import Rows
from connectors.survey.qualtrics_settings import QualtricsSettings
from connectors.survey.qualtrics_walk import Frozen, Known, Walk
from connectors.survey.qualtrics_wave import instant

_STATE_VERSION: Final = 1


class Qualtrics(Connector):
    """One Qualtrics account, read with an API token."""

    system: ClassVar[str] = "qualtrics"
    frames: ClassVar[dict[str, Read]] = {
        "surveys": "incremental",
        "survey_questions": "incremental",
        "invitations": "incremental",
        "answers": "incremental",
        "key_sweeps": "whole",
    }
    settings_type: ClassVar[type[Settings]] = QualtricsSettings
    reached_by: ClassVar[tuple[tuple[str, ...], ...]] = (("datacenter", "token"), ("url", "token"))
    settings: QualtricsSettings

    def __init__(
        self, name: str, settings: QualtricsSettings, patience: Patience | None = None
    ) -> None:
        super().__init__(name, settings)
        self._patience = patience

    def check(self) -> Iterator[Finding]:
        """Say whether the account is reached, what it sees and whether the mapping fits."""
        with self._api() as api:
            yield from qualtrics_check.findings(api, self.settings)

    def choices(self) -> Interview:
        """Ask which surveys, items, persons and units are meant."""
        with self._api() as api:
            yield from qualtrics_choices.interview(api)

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull; see `qualtrics_rows`."""
        return gathered(Rows(self.settings).of(pages))

    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        """Read all waves that are not frozen, and the keys of all. Raises SourceError."""
        frozen, known = self._resumed(state, as_of)
        trusts = state.get("asked") == self.settings.mark()
        with self._api() as api:
            walk = Walk(api, self.settings, as_of, frozen, known, trusts)
            yield from walk.pages()
        return PullResult(
            {
                "version": _STATE_VERSION,
                "asked": self.settings.mark(),
                "read_at": as_of.astimezone(dt.UTC).isoformat(),
                "frozen": dict(sorted(walk.frozen.items())),
                "known": dict(sorted(walk.known.items())),
            },
            walk.incomplete,
        )

    def _api(self) -> Api:
        return Api(self.name, self.settings, self._patience)

    def _resumed(self, state: State, as_of: dt.datetime) -> tuple[Frozen, Known]:
        """The frozen waves, and all known ones; refuses a state that it cannot read."""
        if not state:
            return {}, {}
        frozen, read_at = state.get("frozen"), instant(state.get("read_at"))
        titles = state.get("known", {})
        fits = (
            isinstance(titles, dict)
            and isinstance(frozen, dict)
            and all(
                isinstance(one, dict) and {"modified", "responses"} <= one.keys()
                for one in frozen.values()
            )
        )
        if state.get("version") != _STATE_VERSION or not fits or read_at is None:
            raise SourceError(
                f"{self.name}: the state of the last read has format {state.get('version')!r} "
                f"with {', '.join(sorted(map(str, state)))}; this alignmart reads format "
                f"{_STATE_VERSION}. Use the alignmart that wrote it, or remove the state to read "
                "everything again."
            )
        if read_at > as_of:
            raise SourceError(
                f"{self.name}: the state says that surveys were read at "
                f"{read_at:%Y-%m-%d %H:%M} UTC, which is after this night's "
                f"{as_of:%Y-%m-%d %H:%M}. It belongs to a later night: remove it to read "
                "everything again."
            )
        known: Known = dict.fromkeys(state["frozen"])
        known |= titles
        return {str(key): dict(one) for key, one in state["frozen"].items()}, known
