"""What a connector is: two halves, `pull` and `map`, with a page of bytes between them.

Belongs here: the types that connectors and the pipeline share.
Does not belong here: how pages are stored, when a pull runs, how rows are checked (`edge`).

`pull` speaks to the vendor and yields pages exactly as they came. `map` turns pages into frames
and touches no network, so an archived pull can be mapped again with a mended mapping.
"""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Final, Literal

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
    `progress` maps a frame of which a first pull too large for one night brought only a part to
    how far it is: no fault, and what came is whole in itself.
    """

    state: State = field(default_factory=dict)
    incomplete: dict[str, str] = field(default_factory=dict)
    progress: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of `alignmart check`: what was looked at, how it stands, what to do."""

    subject: str
    status: Literal["ok", "warning", "error"]
    message: str
    option: str = ""
    """The option of the source that mends it, dotted: `mapping.goal_fields`; nothing where it is
    mended in the system itself."""


class SourceError(Exception):
    """A source could not be read. The message says what happened, where, and what to do."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """One answer that a system suggests to a question of `alignmart init`."""

    value: Any
    """What is written into the file: text, number, flag, list or mapping."""
    label: str
    """As people of that system know it."""
    reason: str = ""
    """Why it is suggested, or what it is; no value of a record."""
    score: float = 0.0
    """0 to 1, how likely it is meant; from `LIKELY` on it is the answer unless somebody differs."""
    example: str = ""
    """A value seen there: shown to who answers, never written down."""


LIKELY: Final = 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """A question with candidates. What is answered comes back from the `yield`: a value or None,
    where `many` a list in the order chosen."""

    option: str
    """The option that the answer sets, dotted: `mapping.goal_fields`."""
    question: str
    candidates: Sequence[Candidate] = ()
    many: bool = False
    is_open: bool = False
    """Whether another text than the candidates' may be written."""
    without: str = ""
    """What it means that nothing is chosen, and what to do about it."""
    giving: str | None = None
    """Candidates are all sources that give this frame. Asked at the end: None comes back."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of a `Pairing`: a key with the candidates for its value."""

    key: str
    label: str
    candidates: Sequence[Candidate]


@dataclass(frozen=True, slots=True)
class Pairing:
    """Several keys below one option, each with one value or none; a dict comes back."""

    option: str
    """The option that holds the keys: `mapping.status_categories`."""
    question: str
    entries: Sequence[Entry]
    is_open: bool = False
    """Whether another text than the candidates' may be written."""


@dataclass(frozen=True, slots=True)
class Places:
    """Places of work that a source names, with the people at each; their countries are declared."""

    people: Mapping[str, int]


Interview = Generator[Choice | Pairing | Places | Finding, Any, None]
"""What a source has to ask and to say, in order; answers are sent back into it."""


class Settings(BaseModel):
    """Options of one source in `alignmart.yaml`. Secrets arrive already resolved.

    The text below an option is its description, which `alignmart init` and errors repeat.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)


class Connector(ABC):
    """One configured source of one system."""

    system: ClassVar[str]
    """The word after `system:` in `alignmart.yaml`."""
    frames: ClassVar[Mapping[str, Read]]
    """The frames that this system can give, and how each is read."""
    settings_type: ClassVar[type[Settings]]
    reached_by: ClassVar[Sequence[Sequence[str]]] = ()
    """Ways to reach the system: the options of each, the first way first. Without any, the
    options that must be there. An option that may be left out can stand among them."""

    def __init__(self, name: str, settings: Settings) -> None:
        self.name = name
        self.settings = settings

    def given_frames(self) -> Mapping[str, Read]:
        """The frames that this source, as configured, gives."""
        return self.frames

    def choices(self) -> Interview:
        """Look at the system and ask what `alignmart init` cannot know. Raises SourceError.

        The settings hold what `reached_by` names and defaults. An answer may decide what is asked
        next: `chosen = yield Choice(...)`.
        """
        yield from ()

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
