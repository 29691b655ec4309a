"""Who may see what in the stand-in BambooHR, and what it does wrong on purpose.

Belongs here: the key's user and their permissions; the faults that are BambooHR's own.
Does not belong here: right answers (`bamboohr_answers`); faults that every system has, which the
tests put between a connector and its server.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal

Kind = Literal["busy", "deleted", "looping"]
"""busy: 503 or 429, by the site's clock · deleted: the last employee of the page before is
deleted before this page · looping: the next cursor is this page's own, so the list never ends."""


@dataclass(frozen=True)
class Fault:
    """From its `at`-th call on, for `times` calls (None: for ever), `endpoint` answers wrongly."""

    endpoint: str
    kind: Kind
    at: int = 1
    times: int | None = 1
    retry_after: int = 0


ORDINARY: Final = (
    Fault("employees", "busy"),
    Fault("table", "busy", at=2, retry_after=1),
)
"""What a night with nothing wrong still meets: a few refusals of a busy BambooHR."""


@dataclass(frozen=True)
class Manners:
    """Who is let in, and what the key's user may not see.

    `hidden_fields` are hidden of all employees, `hidden_of` of some; of `hidden_employees` only
    the id is shown. `private_goals`: employees whose goals answer 403. `goals_of`: how many goals
    an employee has, where not as many as in the company.
    """

    key: str = "sample-key"
    hidden_fields: frozenset[str] = frozenset()
    hidden_of: Mapping[str, frozenset[str]] = field(default_factory=dict)
    hidden_employees: frozenset[str] = frozenset()
    private_goals: frozenset[str] = frozenset()
    goals_of: Mapping[str, int] = field(default_factory=dict)
    sees_reports: bool = True
    """Whether the datasets may be read."""

    def hides(self, employee: str) -> frozenset[str]:
        """Fields of an employee that the user may not see."""
        return self.hidden_fields | self.hidden_of.get(employee, frozenset())


@dataclass
class Trouble:
    """Counts calls per endpoint and says which faults are due."""

    faults: tuple[Fault, ...] = ORDINARY
    calls: Counter[str] = field(default_factory=Counter)

    def due(self, endpoint: str) -> list[Fault]:
        """The faults of this call of `endpoint`."""
        self.calls[endpoint] += 1
        n = self.calls[endpoint]
        return [
            fault
            for fault in self.faults
            if fault.endpoint == endpoint
            and n >= fault.at
            and (fault.times is None or n < fault.at + fault.times)
        ]
