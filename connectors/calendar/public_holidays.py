"""Public holidays of the countries in the declared locations, from the `holidays` library.

Belongs here: which days are public holidays. Pulled as pages like any source, so that an
archived night keeps its calendar when the library changes.
Does not belong here: weekends, leave, working time.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import holidays
import orjson
import polars as pl

from connectors.contract import (
    Connector,
    Finding,
    Page,
    PullResult,
    Read,
    Settings,
    SourceError,
    State,
)

YEARS_BACK, YEARS_AHEAD = 6, 2


class PublicHolidaysSettings(Settings):
    """`locations`: the declared file with columns country and subdivision; `countries`: further
    ISO 3166 codes, such as the organisation's own."""

    locations: Path
    countries: tuple[str, ...] = ()


class PublicHolidays(Connector):
    """The built-in source `calendar`."""

    system = "public_holidays"
    frames: ClassVar[Mapping[str, Read]] = {"public_holidays": "whole"}
    settings_type = PublicHolidaysSettings

    def __init__(self, name: str, settings: PublicHolidaysSettings) -> None:
        super().__init__(name, settings)
        self.path = settings.locations
        self.countries = settings.countries

    def check(self) -> Iterator[Finding]:
        """Say whether a calendar is known for every declared location."""
        try:
            regions = self._regions()
            for country, subdivision in regions:
                _holidays(country, subdivision, range(2026, 2027), self.path)
        except SourceError as error:
            yield Finding("holidays", "error", str(error))
        else:
            yield Finding("holidays", "ok", f"{len(regions)} calendars")

    def pull(
        self,
        state: State,  # noqa: ARG002  calendars are read whole
        as_of: dt.datetime,
    ) -> Generator[Page, None, PullResult]:
        """A page a country or region, some years back and ahead of `as_of`."""
        years = range(as_of.year - YEARS_BACK, as_of.year + YEARS_AHEAD + 1)
        for country, subdivision in self._regions():
            days = _holidays(country, subdivision, years, self.path)
            body = orjson.dumps({"country": country, "subdivision": subdivision, "days": days})
            yield Page("public_holidays", body, f"{country} {subdivision}".strip())
        return PullResult()

    def map(
        self, pages: Iterable[tuple[int, Page]]
    ) -> Iterator[tuple[str, pl.DataFrame | SourceError]]:
        """A row a day off."""
        for number, page in pages:
            said = orjson.loads(page.body)
            yield (
                "public_holidays",
                pl.DataFrame(
                    {"day": list(said["days"]), "name": list(said["days"].values())},
                    schema={"day": pl.String, "name": pl.String},
                ).with_columns(
                    country=pl.lit(said["country"]),
                    subdivision=pl.lit(said["subdivision"]),
                    page=pl.lit(number, dtype=pl.Int64),
                ),
            )

    def _regions(self) -> list[tuple[str, str]]:
        if not self.path.is_file():
            raise SourceError(f"{self.name}: there is no file {self.path}. Set declared.locations.")
        with self.path.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
        declared = {(row["country"], row.get("subdivision") or "") for row in rows}
        return sorted(declared | {(country, "") for country in self.countries})


def _holidays(country: str, subdivision: str, years: range, path: Path) -> dict[str, str]:
    try:
        found = holidays.country_holidays(country, subdiv=subdivision or None, years=years)
    except NotImplementedError as error:
        raise SourceError(
            f"{path.name}: no calendar is known for {country} {subdivision}: {error}. "
            "Write an ISO 3166 code; leave the subdivision empty where there is none."
        ) from error
    return {day.isoformat(): name for day, name in sorted(found.items())}
