"""Options of a BambooHR source: how to reach the company, and what differs from site to site.

Belongs here: the settings, and which fields of BambooHR they ask for.
Does not belong here: questions, rows, secrets' resolution (the pipeline's config).
"""

from __future__ import annotations

from typing import Final, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.contract import Settings

LIST_FIELDS: Final = ("workEmail", "hireDate", "locationName", "reportsToName", "reportsToId")
"""Fields of the list of employees that are asked for beside those that it always gives."""
NAME_FIELDS: Final = ("firstName", "lastName")
JOB_TABLE: Final = "jobInfo"
STATUS_TABLE: Final = "employmentStatus"


class SeatTable(Settings):
    """A table of the employees that holds further seats, beside those of Job Information."""

    table: str
    """Alias of the table, such as `customSecondRole`."""
    unit_field: str
    """Field with the name of the unit, as an option of one of `org_levels` is called."""
    job_title_field: str | None = None
    """Field with the title."""
    job_family_field: str | None = None
    """Field with the family of jobs."""
    manager_field: str | None = None
    """Field with the name of the person who leads in this seat."""
    fte_field: str | None = None
    """Field with the share of a full week."""
    primary_field: str | None = None
    """Field that says whether this is the main seat; without it none of these seats is."""


class SiteMapping(Settings):
    """What differs from one BambooHR to the next. `check` compares it with the site."""

    org_levels: tuple[str, ...] = Field(default=("division", "department"), min_length=1)
    """Fields of Job Information that make the tree of units, from top to bottom."""
    root_unit: str | None = None
    """Name of a unit put above the first level, where no field says the company. A row that
    names no unit is then a seat in it, and no gap between two seats."""
    fte_field: str | None = None
    """Custom field of Job Information with the share of a full week."""
    full_time: float = Field(default=1, gt=0)
    """What the fields of shares say for full time: 1, 100 or 40."""
    job_family_field: str | None = None
    """Custom field of Job Information with the family of jobs."""
    primary_field: str | None = None
    """Custom field of Job Information that says whether this is the main seat; without it every
    row of Job Information is."""
    second_seats: tuple[SeatTable, ...] = ()
    """Further tables that hold seats held at the same time."""
    leave_statuses: tuple[str, ...] = ()
    """Employment statuses that mean a long leave."""
    terminated_statuses: tuple[str, ...] = ("Terminated",)
    """Employment statuses that mean that somebody has left."""
    employee_number_field: str = "employeeNumber"
    """Field of the dataset `employee` with the number that other systems know a person by."""
    left_field: str = "terminationDate"
    """Field of the dataset `employee` with the last day employed."""
    do_without: tuple[str, ...] = ()
    """Fields that the key may not see and that you do without: they are not asked for."""
    extra_fields: tuple[str, ...] = ()
    """Further fields of the list of employees to keep, as they are, in `extra` of people."""

    def list_fields(self) -> list[str]:
        """Fields asked of the list of employees; an unknown name is ignored there in silence."""
        known = [name for name in LIST_FIELDS if name not in self.do_without]
        return [*known, *(name for name in self.extra_fields if name not in known)]

    def dataset_fields(self) -> list[str]:
        """Fields asked of the dataset `employee`, its key left out."""
        wanted = (self.employee_number_field, self.left_field)
        return [name for name in wanted if name not in self.do_without]

    def job_seats(self) -> SeatTable:
        """Job Information as a table of seats; its unit is named by `org_levels`."""
        return SeatTable(
            table=JOB_TABLE,
            unit_field=self.org_levels[-1],
            job_title_field="jobTitle",
            job_family_field=self.job_family_field,
            manager_field="reportsTo",
            fte_field=self.fte_field,
            primary_field=self.primary_field,
        )

    def table_fields(self) -> dict[str, list[str]]:
        """By table: the fields that its rows must have, sorted."""
        asked = {JOB_TABLE: {"date", "location", *self.org_levels}, STATUS_TABLE: {"date"}}
        asked[STATUS_TABLE].add("employmentStatus")
        for seats in (self.job_seats(), *self.second_seats):
            named = seats.model_dump(exclude={"table"}).values()
            asked.setdefault(seats.table, {"date"}).update(name for name in named if name)
        left_out = set(self.do_without)
        return {table: sorted(names - left_out) for table, names in asked.items()}

    @model_validator(mode="after")
    def _needed(self) -> Self:
        kept = {"hireDate", *self.org_levels} & set(self.do_without)
        if kept:
            raise ValueError(f"do_without: {', '.join(sorted(kept))} cannot be done without")
        tables = [JOB_TABLE, STATUS_TABLE, *(seats.table for seats in self.second_seats)]
        if len(set(tables)) < len(tables):
            raise ValueError("second_seats: name each further table once, jobInfo is read anyway")
        return self


class BambooHRSettings(Settings):
    """Options of a source with `system: bamboohr`."""

    company: str = Field(pattern=r"^[A-Za-z0-9-]+$")
    """The company's name in its address: `example` of `https://example.bamboohr.com`."""
    api_key: SecretStr
    """API key of the account that reads, as `env:NAME` or `file:PATH`."""
    url: str = ""
    """Base address, where it is not `https://<company>.bamboohr.com`."""
    page_size: int = Field(default=1000, ge=1, le=2500)
    """Employees a page."""
    goals: bool = False
    """Whether the goals of employees are read too, one request for each employee."""
    only_employment_types: tuple[str, ...] = ()
    """Employment statuses whose people are read; all when empty. Others leave no row; who has no
    known status is read."""
    mapping: SiteMapping = SiteMapping()
    """What differs from site to site."""

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if url and (not parts.hostname or (parts.scheme != "https" and not loopback)):
            raise ValueError("must be https://…, because the key travels with every request")
        return url.rstrip("/")

    @property
    def base(self) -> str:
        """The address that is read."""
        return self.url or f"https://{self.company}.bamboohr.com"
