"""What a connector is: two halves, `pull` and `map`, with a page of bytes between them.

Belongs here: the types that connectors and the pipeline share.
Does not belong here: how pages are stored, when a pull runs, how rows are checked (`edge`).

`pull` speaks to the vendor and yields pages exactly as they came. `map` turns pages into frames
and touches no network, so an archived pull can be mapped again with a mended mapping.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

import polars as pl
from pydantic import BaseModel, ConfigDict

State = dict[str, Any]
"""Where the next incremental read begins: JSON values only, `{}` at first."""

Read = Literal["whole", "incremental"]
"""How a frame is read: `whole` each night, so that what is missing is gone, or by change."""


@dataclass(frozen=True, slots=True)
class Page:
    """One answer of a vendor, or one file: `stream` says which, `request` what was asked.

    `request` is for people who trace a number; it never holds a secret.
    """

    stream: str
    body: bytes
    request: str


@dataclass(slots=True)
class PullResult:
    """What a pull returns when its last page is yielded.

    `state` is kept once the rows are in the warehouse. `incomplete` maps a frame of which some
    records could not be read to the reason; nothing is taken for deleted from such a frame.
    """

    state: State = field(default_factory=dict)
    incomplete: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `alignmart check`: what was looked at, how it stands, what to do."""

    subject: str
    status: Literal["ok", "warning", "error"]
    message: str


class SourceError(Exception):
    """A source could not be read. The message says what happened, where, and what to do."""


class Settings(BaseModel):
    """Options of one source in `alignmart.yaml`. Secrets arrive already resolved."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Connector(ABC):
    """One configured source of one system."""

    system: ClassVar[str]
    """The word after `system:` in `alignmart.yaml`."""
    frames: ClassVar[Mapping[str, Read]]
    """The frames that this system can give, and how each is read."""
    settings_type: ClassVar[type[Settings]]

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings

    def given_frames(self) -> Mapping[str, Read]:
        """The frames that this source, as configured, gives."""
        return self.frames

    @abstractmethod
    def check(self) -> Iterator[Finding]:
        """Look at the source without pulling it; never raises for what a person can mend."""

    @abstractmethod
    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        """Read from `state` on and yield pages. Raises SourceError."""

    @abstractmethod
    def map(
        self, pages: Iterable[tuple[int, Page]]
    ) -> Iterator[tuple[str, pl.DataFrame | SourceError]]:
        """Yield (frame, rows) from the numbered pages of one pull, in their order.

        Columns are those of the frame but `source`; they may be text where the frame wants a
        number or a time (`edge` reads them). `page` is the number of the page a row came from.
        Optional: `line` (line in that page), `version` (UTC instant, the source's own time of the
        row where the frame has no `updated_at`), `unreadable` (text: why a record is not a row)
        with `payload` (its JSON). A SourceError in place of rows says that this frame cannot be
        read tonight, the others can; a raised SourceError fails the source.
        """
