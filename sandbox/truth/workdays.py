"""Working days and local days (readings E1, E2).

Belongs here: the calendar and the time zone of a worker's place.
Does not belong here: hours, effort.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import holidays

from sandbox.truth.org import Organisation
from sandbox.world import World

UTC = ZoneInfo("UTC")
SATURDAY = 5


class Workdays:
    """Places of a cut world. A worker is a person's bare key, or None for an account of nobody."""

    def __init__(self, world: World, org: Organisation) -> None:
        self.org = org
        self.places = {row["location"]: row for row in world.locations.iter_rows(named=True)}
        self.zones = {name: ZoneInfo(row["time_zone"]) for name, row in self.places.items()}
        self.holidays = {
            name: holidays.country_holidays(row["country"], subdiv=row["subdivision"])
            for name, row in self.places.items()
        }

    def zone(self, person: str | None) -> ZoneInfo:
        """Time zone of the person's place; UTC where unknown."""
        return self.zones.get(self._location(person), UTC)

    def local_day(self, person: str | None, at: dt.datetime) -> dt.date:
        """The date of an instant where the person is."""
        return at.astimezone(self.zone(person)).date()

    def is_working(self, person: str | None, day: dt.date) -> bool:
        """Monday to Friday, no public holiday of the place, employed, not on leave."""
        if day.weekday() >= SATURDAY:
            return False
        if person is None:
            return True
        if day in self.holidays.get(self._location(person), ()):
            return False
        return self.org.is_employed(person, day) and not self.org.is_on_leave(person, day)

    def _location(self, person: str | None) -> str:
        return "" if person is None else self.org.people[person]["location"] or ""
