"""Places of work whose country nobody declared: asked for, and written beside the file.

Belongs here: which places are declared, country and time zone of the others.
Does not belong here: where places come from (a connector's `choices`).
"""

from __future__ import annotations

import csv
import zoneinfo
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from pipelines.config import Organisation
from pipelines.init_desk import Desk
from pipelines.init_options import MISSING, found
from pipelines.init_write import Line

DECLARED: Final = ("declared", "locations")
ANSWERS: Final = "locations"
"""Where a file of answers names countries: `locations: {Berlin: DE Europe/Berlin}`."""

_WAYS: Final = {
    "each": "give the country of each now",
    "later": "they follow the organisation's country and UTC until they are declared",
}


def declared_in(file: Path) -> set[str]:
    """The places that a file of locations has; none where there is no file."""
    if not file.is_file():
        return set()
    with file.open(encoding="utf-8-sig", newline="") as rows:
        return {row.get("location") or "" for row in csv.DictReader(rows)}


def ask(desk: Desk, places: Mapping[str, int], declared: Iterable[str]) -> dict[str, Line]:
    """Country and time zone of each place that has none, as far as they are answered."""
    known = set(declared)
    open_ones = {name: n for name, n in sorted(places.items()) if name not in known}
    given = found(desk.given, (ANSWERS,))
    if not open_ones or (given is MISSING and not desk.asks):
        return {}
    if given is MISSING:
        named = ", ".join(f"{name} ({n})" for name, n in open_ones.items())
        desk.say()
        desk.say(f"{len(open_ones)} places of work have no country and time zone: {named}")
        if desk.decide("Public holidays and days hang on them.", _WAYS, "each") == "later":
            return {}
    lines: dict[str, Line] = {}
    for name in open_ones:
        typed = desk.text(
            (ANSWERS, name),
            f"{name}: country and time zone, such as DE Europe/Berlin",
            default=_suggested(name),
            check=lambda text: None if isinstance(_line(text), tuple) else str(_line(text)),
            is_needed=False,
        )
        line = _line(typed) if typed else None
        if isinstance(line, tuple):
            lines[name] = line
    return lines


def country_problem(code: str) -> str | None:
    """Why a word is no country of known holidays, or None."""
    try:
        Organisation.model_validate({"name": "any", "country": code})
    except ValidationError as error:
        return error.errors()[0]["msg"].removeprefix("Value error, ")
    return None


def _line(typed: str) -> Line | str:
    """Country and time zone, or what is wrong with them."""
    country, _, zone = typed.strip().partition(" ")
    if problem := country_problem(country):
        return problem
    zones = _zones().get(country, [])
    zone = zone.strip() or (zones[0] if len(zones) == 1 else "")
    if zone not in zoneinfo.available_timezones():
        return f"{country} needs a time zone too: {country} {' or '.join(zones[:4]) or 'UTC'}"
    return country, zone


def _suggested(place: str) -> str | None:
    """Country and zone of a place that a time zone is called after."""
    word = place.strip().replace(" ", "_").casefold()
    for country, zones in sorted(_zones().items()):
        for zone in zones:
            if zone.rpartition("/")[2].casefold() == word:
                return f"{country} {zone}"
    return None


@cache
def _zones() -> dict[str, list[str]]:
    """The time zones of each country, by the IANA's own table."""
    found_zones: defaultdict[str, list[str]] = defaultdict(list)
    table = (files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    for row in table.splitlines():
        if row and not row.startswith("#"):
            country, _, zone = row.split("\t")[:3]
            found_zones[country].append(zone)
    return dict(found_zones)


def answers_of(given: Mapping[str, Any]) -> dict[str, Any]:
    """The answers without those that are no options of the file."""
    return {name: value for name, value in given.items() if name != ANSWERS}
