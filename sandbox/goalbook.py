"""What a goal of the sample company is while it is being drawn, and the book of all goals.

Belongs here: the drawn goal and how goals are looked up. Does not belong here: which goals there
are (`goaltree`), rows of tables (`goaltables`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sandbox.draw import NEVER, Quarter
from sandbox.orgtree import ROOT


@dataclass
class Goal:
    """One goal; days and instants as numbers, units and persons by number."""

    title: str
    level: str
    unit: int | None
    cycle: str
    starts: int
    ends: int
    created: int
    home: int = ROOT
    """The unit that it was made for, also where the goal does not say so."""
    why: str | None = None
    visibility: str = "public"
    status: str = "open"
    weight: float | None = None
    origin: str | None = None
    creator: int | None = None
    cadence: int | None = None
    need: str | None = None
    confirmed: int = NEVER
    owners: list[tuple[int | None, int | None]] = field(default_factory=list)
    edges: list[tuple[int | str, str, float | None]] = field(default_factory=list)
    events: list[tuple[int, str, str | None, str | None]] = field(default_factory=list)
    """(at, field, before, after), oldest first."""
    alone: bool = False
    """Whether no other goal may be joined to it."""

    def change(self, at: int, name: str, before: str | None, after: str | None) -> None:
        """Note a change of one field; `at` in seconds."""
        self.events.append((at, name, before, after))
        self.events.sort(key=lambda event: event[0])


@dataclass
class GoalBook:
    """All goals by number, and who was there to own them."""

    goals: list[Goal]
    quarters: list[Quarter]
    of_unit: dict[tuple[int, str], list[int]]
    """Goals by unit and cycle, individual ones not among them."""
    staff: dict[str, dict[int, list[int]]]
    """People who work in a unit when a cycle begins, by cycle and unit."""

    def key(self, number: int | str) -> str:
        """Key of a goal; text is a key already, of a goal that does not exist."""
        return number if isinstance(number, str) else f"G{number + 1:05d}"
