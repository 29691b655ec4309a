"""Options of a Jira Cloud source: how to reach the site, and what differs from site to site.

Belongs here: the settings and which fields of Jira they ask for.
Does not belong here: questions, rows, secrets' resolution (the pipeline's config).
"""

from __future__ import annotations

import datetime as dt
from typing import Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator

from connectors.contract import Settings

Category = Literal["todo", "doing", "done", "dropped"]
"""What a status means."""

SYSTEM_FIELDS: Final = (
    "summary", "issuetype", "status", "resolution", "assignee", "reporter", "created", "updated",
    "duedate", "resolutiondate", "statuscategorychangedate", "labels", "parent",
)  # fmt: skip


class SiteMapping(Settings):
    """What differs from one Jira site to the next. `check` compares it with the site."""

    initiative_types: tuple[str, ...] = ("Epic",)
    """Names of the issue types that count as initiatives."""
    goal_fields: tuple[str, ...] = Field(default=(), max_length=5)
    """Ids of custom fields that carry goal keys, as text or as options."""
    goal_label_prefix: str | None = None
    """Labels that begin like this name a goal: `goal-` makes `goal-G12` the goal `G12`."""
    goal_source: str | None = None
    """Source that bare goal keys belong to; without it they are looked for in all sources."""
    points_field: str | None = None
    """Id of the custom field with the estimate, often `customfield_10016`."""
    start_field: str | None = None
    """Id of the custom field with the start date, often `customfield_10015`."""
    employee_number_property: str | None = None
    """Key of a user property that holds the employee number. Jira knows no such number itself;
    reading the property asks once per user and needs the permission Administer Jira."""
    status_categories: dict[str, Category] = Field(default_factory=dict)
    """Status name to meaning, where Jira's own category is not meant."""
    dropped_resolutions: tuple[str, ...] = (
        "Won't Do", "Won't Fix", "Declined", "Duplicate", "Cannot Reproduce", "Cancelled",
        "Canceled", "Abandoned",
    )  # fmt: skip
    """Resolutions that make a finished item dropped instead of done."""
    extra_fields: tuple[str, ...] = ()
    """Ids of further fields to keep, as they are, in the column `extra`."""

    def own_fields(self) -> list[str]:
        """Ids of the fields that the mapping names beside `SYSTEM_FIELDS`."""
        single = [name for name in (self.points_field, self.start_field) if name]
        return sorted({*single, *self.goal_fields, *self.extra_fields} - set(SYSTEM_FIELDS))

    def history_fields(self) -> list[str]:
        """Ids of the fields whose changes are asked for; Jira takes at most ten."""
        labels = ["labels"] if self.goal_label_prefix else []
        return ["status", "assignee", "parent", "duedate", *labels, *self.goal_fields]


class JiraCloudSettings(Settings):
    """Options of a source with `system: jira_cloud`."""

    url: str
    """Address of the site, `https://example.atlassian.net`."""
    email: str
    """E-mail address of the account that owns the token."""
    token: SecretStr
    """API token of that account, as `env:NAME` or `file:PATH`."""
    projects: tuple[str, ...] = ()
    """Keys of the projects to read; all that the account sees when empty."""
    since: dt.date | None = None
    """First day of work to read: items that have not changed since, and time worked before, are
    left out; what stands above an item that is read is read too. All of it when empty."""
    items_a_night: int = Field(default=200_000, ge=1)
    """Work items of a first pull that one night reads; the next night goes on."""
    look_back_minutes: int = Field(default=60, ge=0)
    """How far before the last read's start the next one begins."""
    page_size: int = Field(default=100, ge=1, le=5000)
    """Issues a page; Jira may give fewer."""
    mapping: SiteMapping = SiteMapping()
    """What differs from site to site."""

    def since_ms(self) -> int:
        """The first instant of `since` (UTC) in milliseconds since 1970; 0 without it."""
        if self.since is None:
            return 0
        midnight = dt.datetime.combine(self.since, dt.time.min, dt.UTC)
        return max(int(midnight.timestamp()) * 1000, 0)

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not loopback):
            raise ValueError("must be https://…, because the token travels with every request")
        return url.rstrip("/")
