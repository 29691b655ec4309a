"""Work items: their tree, and what they were at any moment (readings E3, E4, L4).

Belongs here: ancestors, the initiative of an item, status and assignee from moment to moment.
Does not belong here: links to goals, effort.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import Any, NamedTuple

from sandbox.world import STATUS_CATEGORY, World

FINISHED = ("done", "dropped")


class Spell(NamedTuple):
    """A value from an instant up to, not including, another."""

    first: dt.datetime
    end: dt.datetime
    value: str | None


class Items:
    """Items of a cut world; `as_of` ends every open spell."""

    def __init__(self, world: World, as_of: dt.datetime) -> None:
        self.as_of = as_of
        self.rows: dict[str, dict[str, Any]] = {
            row["item"]: row for row in world.items.sort("item").iter_rows(named=True)
        }
        self.by_name = {row["name"]: item for item, row in self.rows.items()}
        self.events: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        self.change_days: dict[str, list[dt.date]] = {
            item: [row["created_at"].date()] for item, row in self.rows.items()
        }
        for row in world.item_events.sort("at", "event").iter_rows(named=True):
            self.events[row["item"], row["field"]].append(row)
            self.change_days[row["item"]].append(row["at"].date())

    def lineage(self, item: str) -> list[str]:
        """The item and all above it, nearest first; a loop in the tracker's tree ends it."""
        found: list[str] = []
        at: str | None = item
        while at in self.rows and at not in found:
            found.append(at)
            at = self.rows[at]["parent"]
        return found

    def initiative(self, item: str) -> str | None:
        """The nearest of the item and its ancestors that is an initiative."""
        return next((i for i in self.lineage(item) if self.rows[i]["is_initiative"]), None)

    def spells(self, item: str, field: str) -> list[Spell]:
        """`status` or `assignee` from creation to as_of; spells of no length are left out."""
        row, events = self.rows[item], self.events.get((item, field), [])
        values = [events[0]["before"] if events else row[f"first_{field}"]]
        values += [event["after"] for event in events]
        moments = [row["created_at"], *(event["at"] for event in events), self.as_of]
        spells = [Spell(*s) for s in zip(moments[:-1], moments[1:], values, strict=True)]
        return [s for s in spells if s.first < s.end]

    def now(self, item: str, field: str) -> str | None:
        """The value at as_of."""
        events = self.events.get((item, field))
        value: str | None = events[-1]["after"] if events else self.rows[item][f"first_{field}"]
        return value

    def is_finished(self, item: str) -> bool:
        """Whether today's status means done or dropped."""
        return STATUS_CATEGORY.get(self.now(item, "status") or "") in FINISHED

    def closed_at(self, item: str) -> dt.datetime | None:
        """When a finished item came to the status it has: what trackers show as closing."""
        if not self.is_finished(item):
            return None
        events = self.events.get((item, "status"))
        closed: dt.datetime = events[-1]["at"] if events else self.rows[item]["created_at"]
        return closed
