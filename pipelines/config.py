"""The options of `alignmart.yaml`: names, types, defaults and bounds.

Belongs here: what an organisation may set, apart from a source's own options, which are the
connector's `Settings`.
Does not belong here: reading the file and explaining its mistakes (`config_file`), secrets
(`secret`), which system a source speaks to (`systems`).
"""

from __future__ import annotations

import datetime as dt
import os
import zoneinfo
from pathlib import Path
from typing import Annotated, Any, cast

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PrivateAttr,
    ValidationInfo,
    model_validator,
)
from rapidfuzz import fuzz, process, utils

from pipelines.nearest import meant

SHIPPED = Path(__file__).parent / "declared"
"""Declared files of an organisation that declares nothing."""

BUILT_IN_SOURCES = ("declared", "calendar")
"""Names that no source of the user's may take."""


def _from_config_folder(value: object, info: ValidationInfo) -> object:
    """Paths are relative to the folder of the file that names them."""
    folder = (info.context or {}).get("folder", Path.cwd())
    return folder / value if isinstance(value, str | Path) else value


ConfigPath = Annotated[Path, BeforeValidator(_from_config_folder)]


def _folder_or_nothing_yet(path: Path) -> Path:
    """A folder that is there or can be made: no file stands in its place or above it."""
    there = next((p for p in (path, *path.parents) if os.path.lexists(p)), path)
    if os.path.lexists(there) and not there.is_dir():
        raise ValueError(f"{there} is not a folder; name another place")
    return path


FolderPath = Annotated[ConfigPath, AfterValidator(_folder_or_nothing_yet)]


class Options(BaseModel):
    """Options that belong together; what is not named here is a mistake."""

    model_config = ConfigDict(extra="forbid", frozen=True, validate_default=True)


def _known_country(code: str) -> str:
    from holidays.registry import COUNTRIES  # noqa: PLC0415  slow, and no default needs it

    if any(code == alpha_2 for _, alpha_2, *_ in COUNTRIES.values()):
        return code
    written = {word: words[1] for words in COUNTRIES.values() for word in words}
    best = process.extractOne(
        code, sorted(written), scorer=fuzz.ratio, processor=utils.default_process
    )
    close = f"; the nearest is {written[best[0]]!r}" if best else ""
    raise ValueError(f"{code!r} is no country whose public holidays are known{close}")


class Organisation(Options):
    """Whose work this is."""

    name: str = Field("The sample company", min_length=1, description="Name of the organisation")
    country: Annotated[str, AfterValidator(_known_country)] = Field(
        "DE",
        validate_default=False,
        description="ISO 3166 code of the country whose public holidays count by default",
    )
    fiscal_year_start_month: int = Field(
        1, ge=1, le=12, description="Month in which the fiscal year begins"
    )


def _known_time_zone(value: object) -> object:
    if isinstance(value, str) and value not in zoneinfo.available_timezones():
        known = zoneinfo.available_timezones()
        raise ValueError(f"{value!r} is no time zone of the IANA list{meant(value, known)}")
    return value


class Schedule(Options):
    """When the nightly run starts."""

    at: str = Field(
        "04:15", pattern=r"^([01]\d|2[0-3]):[0-5]\d$", description="Time of day, as HH:MM"
    )
    timezone: Annotated[str, BeforeValidator(_known_time_zone)] = Field(
        "UTC", description="Time zone of that time, from the IANA list"
    )


class Privacy(Options):
    """The least number of distinct people behind a published number."""

    minimum_group: int = Field(5, ge=3, description="Survey numbers; never under 3")
    minimum_group_effort: int = Field(
        5, ge=5, description="Effort, reach, check-ins and incentives; never under 5"
    )


class Archive(Options):
    """Raw pages as they came, kept so that a number can be followed to its page."""

    keep_days: int = Field(30, ge=1, description="Days that raw pages are kept")


class Publish(Options):
    """What BI tools read."""

    keep_versions: int = Field(7, ge=1, description="Published versions that are kept")
    include_urls: bool = Field(
        False, description="Whether addresses of work items are published with initiatives"
    )


class Declared(Options):
    """Files in which the organisation states what no system knows."""

    identity_overrides: ConfigPath = Field(
        SHIPPED / "identity_overrides.csv",
        description="CSV account_source,account_ref,employee_number: this account is that person",
    )
    top_goals: ConfigPath = Field(
        SHIPPED / "top_goals.csv",
        description="CSV goal_id: goals, as source:key, that count as top whatever their level",
    )
    withheld_titles: ConfigPath = Field(
        SHIPPED / "withheld_titles.csv",
        description="CSV initiative: source:key or source:NAME of those whose title stays private",
    )
    locations: ConfigPath = Field(
        SHIPPED / "locations.csv",
        description="CSV location,country,subdivision,time_zone: where a place of work lies",
    )


class Identity(Options):
    """Who an account is that neither number nor e-mail names."""

    threshold: float = Field(
        0.95,
        ge=0.5,
        le=1,
        description="Probability from which an account counts as a person's; 1: never by itself",
    )
    review_file: ConfigPath = Field(
        Path("identity_review.csv"),
        description="Private CSV that each night writes: decide in it who an account is",
    )


class Sample(Options):
    """The sample company, which is run where no source is configured."""

    seed: int = Field(1, ge=0, description="Seed of everything that is drawn at random")
    people: int = Field(400, ge=40, le=200_000, description="People employed")
    months: int = Field(15, ge=3, le=60, description="Months of history up to the end")
    end: dt.date = Field(dt.date(2026, 10, 31), description="Last day of the company's time")


class Config(Options):
    """Everything in `alignmart.yaml`. Secrets stay as they are written, `env:` or `file:`."""

    organisation: Organisation = Field(Organisation(), description="Whose work this is")
    data_dir: FolderPath = Field(
        Path("data"), description="Private folder: warehouse, archive, run records"
    )
    publish_dir: FolderPath = Field(Path("published"), description="Folder that BI tools read")
    hours_per_day: float = Field(
        8, gt=0, le=24, description="Hours of worklogs that are one person-day"
    )
    schedule: Schedule = Field(Schedule(), description="When the nightly run starts")
    privacy: Privacy = Field(Privacy(), description="Smallest groups that are shown")
    archive: Archive = Field(Archive(), description="Raw pages")
    publish: Publish = Field(Publish(), description="Published versions")
    declared: Declared = Field(Declared(), description="Declared files")
    identity: Identity = Field(
        cast("Identity", {}),  # made when the file's folder is known, where its path starts
        description="Matching of accounts",
    )
    sources: dict[str, dict[str, Any]] = Field(
        {}, description="Systems to read, each by a name of your choice"
    )
    sample: Sample | None = Field(None, description="The sample company, instead of sources")
    _folder: Path = PrivateAttr(default_factory=Path.cwd)

    def model_post_init(self, context: Any) -> None:
        """Keep the folder of the file."""
        self._folder = (context or {}).get("folder", Path.cwd())

    @property
    def folder(self) -> Path:
        """The folder that relative paths of sources start at."""
        return self._folder

    @property
    def warehouse_path(self) -> Path:
        """The private warehouse file."""
        return self.data_dir / "warehouse.duckdb"

    @model_validator(mode="after")
    def _review_is_private(self) -> Config:
        if folders_problem(self.data_dir, self.publish_dir) is not None:
            return self  # told with the line of publish_dir
        review = Path(os.path.realpath(self.identity.review_file))
        if review.is_relative_to(os.path.realpath(self.publish_dir)):
            raise ValueError(
                "identity.review_file names persons and lies in publish_dir, which readers open; "
                "name another place"
            )
        return self

    @model_validator(mode="after")
    def _has_something_to_read(self) -> Config:
        if self.sources and self.sample:
            raise ValueError("has both 'sources' and 'sample'; keep one of them")
        if not self.sources and not self.sample:
            raise ValueError("has no 'sources'; add one, or 'sample: {}' for the sample company")
        if self.sources and "organisation" not in self.model_fields_set:
            raise ValueError("has no 'organisation'; give its name and country")
        return self


def folders_problem(data: Path, published: Path) -> str | None:
    """Why `data_dir` and `publish_dir` cannot be these two, or None.

    The one holds persons, the other is what readers open: neither may lie within the other.
    """
    private, public = Path(os.path.realpath(data)), Path(os.path.realpath(published))
    if not (private.is_relative_to(public) or public.is_relative_to(private)):
        return None
    how = "are the same folder" if private == public else "lie one inside the other"
    return (
        f"data_dir and publish_dir {how} ({data}, {published}); the first holds personal data, "
        "the second is what readers open: name two folders apart"
    )


def source_name_problem(name: str) -> str | None:
    """Why `name` cannot be a source's name, or None."""
    if name in BUILT_IN_SOURCES:
        return f"source {name!r} has the name of a built-in source; choose another name"
    if not (name.isascii() and name.isidentifier() and name == name.lower()):
        return (
            f"source name {name!r} may hold lower-case letters, digits and underscores, "
            "and begins with a letter"
        )
    return None
