"""Options of a Redmine source: how to reach it, and what differs from site to site.

Belongs here: the settings. Does not belong here: questions (`redmine`), rows (`redmine_rows`).
"""

from __future__ import annotations

import datetime as dt
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from connectors.contract import Settings

Category = Literal["todo", "doing", "done", "dropped"]
"""What a status means."""


class SiteMapping(Settings):
    """What differs from one Redmine to the next. `check` compares it with the site.

    A custom field is named as people see it, or by its number.
    """

    initiative_trackers: tuple[str, ...] = ("Epic",)
    """Names of the trackers whose issues count as initiatives."""
    goal_fields: tuple[str, ...] = Field(default=(), max_length=5)
    """Custom fields that carry goal keys, as text or as list values."""
    goal_source: str | None = None
    """Source that bare goal keys belong to; without it they are looked for in all sources."""
    points_field: str | None = None
    """Custom field with the estimate in points."""
    employee_number_field: str | None = None
    """Custom field of users with the employee number; only an administrator's key sees users."""
    placeholder_mail_hosts: tuple[str, ...] = ()
    """Hosts of addresses that stand for none. Redmine demands an address of every account, so
    sites invent some for robots and guests."""
    status_categories: dict[str, Category] = Field(default_factory=dict)
    """Status name to meaning, where the rule of `redmine_rows` is not meant."""
    dropped_statuses: tuple[str, ...] = (
        "Rejected", "Won't Do", "Won't Fix", "Declined", "Duplicate", "Cancelled", "Canceled",
        "Abandoned",
    )  # fmt: skip
    """Closed statuses that mean dropped instead of done."""
    extra_fields: tuple[str, ...] = ()
    """Attributes of an issue (`priority`, `fixed_version`) or custom fields to keep in `extra`."""


class RedmineSettings(Settings):
    """Options of a source with `system: redmine`."""

    url: str
    """Address of the site, `https://redmine.example.com`, with its path where it has one."""
    api_key: SecretStr
    """API key of an administrator (My account, API access key), as `env:NAME` or `file:PATH`."""
    projects: tuple[str, ...] = ()
    """Identifiers of the projects to read, their subprojects included; all when empty."""
    since: dt.date | None = None
    """First day of work to read: issues that have not changed since, and time spent before, are
    left out; what an issue or time that is read names is read too. All of it when empty."""
    items_a_night: int = Field(default=50_000, ge=1)
    """Issues of a first pull that one night reads; the next night goes on."""
    look_back_minutes: int = Field(default=60, ge=0)
    """How far before the newest change of the last read the next one begins."""
    page_size: int = Field(default=100, ge=2, le=100)
    """Records a page; Redmine gives at most 100, and each page repeats one record."""
    mapping: SiteMapping = SiteMapping()
    """What differs from site to site."""

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not loopback):
            raise ValueError("must be https://…, because the key travels with every request")
        return url.rstrip("/")
