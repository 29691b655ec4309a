"""Options of a SCIM source: how to reach the provider, and which attribute becomes what.

Belongs here: the settings, and which attributes they lead to.
Does not belong here: questions (`scim_walk`), rows (`scim_people`, `scim_units`).
"""

from __future__ import annotations

import re
from typing import Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.contract import Settings
from connectors.hr.scim_paths import ENTERPRISE, Path

Given = Literal["people", "assignments", "org_units", "accounts"]
Column = Literal[
    "person_key", "employee_number", "work_email", "full_name", "location", "employment_type",
    "leave_from", "leave_to", "hired_on", "left_on", "manager_key", "job_title", "job_family",
    "fte", "effective_from", "effective_to",
]  # fmt: skip

STANDARD: Final[dict[Column, str]] = {
    "person_key": "id",
    "employee_number": f"{ENTERPRISE}:employeeNumber",
    "location": 'addresses[type eq "work"].locality',
    "employment_type": "userType",
    "manager_key": f"{ENTERPRISE}:manager.value",
    "job_title": "title",
}
"""Where columns stand that SCIM's own schemas have. Work e-mail and name need a rule, not a path
(`scim_people`); the other columns no standard attribute holds."""

_BY_RULE: Final[dict[Column, tuple[str, ...]]] = {
    "work_email": ("emails.primary", "emails.type", "emails.value"),
    "full_name": ("displayName", "name.familyName", "name.formatted", "name.givenName"),
}


def _is_path(text: str | None) -> str | None:
    if text is not None:
        Path.read(text)
    return text


class UnitGroups(Settings):
    """Which groups are units of the organisation: those that fit all that is given here."""

    name_prefix: str = ""
    """How the display name of a unit's group begins; the rest is the unit's name."""
    name_pattern: str | None = None
    """Regular expression that fits the whole display name; its group `name` is the unit's name."""
    attribute: str | None = None
    """Path of a group's attribute that tells units from other groups."""
    values: tuple[str, ...] = ()
    """Values of that attribute that make a unit."""
    key: str = "id"
    """Path of the unit's key; `externalId` where that holds the key of the HR system."""
    head: str | None = None
    """Path of a custom attribute with the id of the user who leads the unit."""
    effective_from: str | None = None
    """Path of a custom attribute with the unit's first day; without it the first day is unknown."""

    _paths = field_validator("attribute", "key", "head", "effective_from")(_is_path)

    @field_validator("name_pattern")
    @classmethod
    def _expression(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return pattern

    @model_validator(mode="after")
    def _both(self) -> Self:
        if bool(self.attribute) != bool(self.values):
            raise ValueError("`attribute` and `values` go together: name both or neither")
        return self


class ScimMapping(Settings):
    """Which attribute becomes which column. `check` compares it with the provider's schemas."""

    fields: dict[Column, str | None] = Field(default_factory=dict)
    """Column to attribute path, where it is not the standard one; null: not read at all."""
    org_levels: tuple[str, ...] = ()
    """Attributes with names of units, the highest first: [organization, division, department]."""
    unit_groups: UnitGroups | None = None
    """Groups that are units; without it units come from `org_levels`, else from `department`."""
    inactive: Literal["gone", "last_change"] = "gone"
    """What an inactive user without a last day is: `gone` from the night that saw it, or left on
    the day of the record's last change, which may be long after the true one."""
    extra_fields: tuple[str, ...] = ()
    """Paths of further attributes of users to keep, as they are, in the column `extra`."""

    @field_validator("fields")
    @classmethod
    def _all_paths(cls, fields: dict[Column, str | None]) -> dict[Column, str | None]:
        for text in fields.values():
            _is_path(text)
        return fields

    @field_validator("org_levels", "extra_fields")
    @classmethod
    def _each_path(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        for text in texts:
            _is_path(text)
        return texts

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if self.org_levels and self.unit_groups:
            raise ValueError("name `org_levels` or `unit_groups`, not both")
        return self

    def paths(self) -> dict[Column, Path]:
        """The path of each column that is read from one attribute."""
        chosen = STANDARD | self.fields
        return {column: Path.read(text) for column, text in chosen.items() if text}

    def by_rule(self) -> list[Column]:
        """Columns that are read by a rule, not from one attribute."""
        return [column for column in _BY_RULE if column not in self.fields]

    def levels(self) -> list[Path]:
        """Paths of the names of units, the highest first; none where groups are units."""
        if self.unit_groups:
            return []
        return [Path.read(text) for text in self.org_levels or ("department",)]

    def user_attributes(self) -> list[str]:
        """What to ask of users: only what becomes a column."""
        named = {"id", "userName", "active", "meta.created", "meta.lastModified"}
        for column in self.by_rule():
            named.update(_BY_RULE[column])
        extra = [Path.read(text) for text in self.extra_fields]
        for path in (*self.paths().values(), *self.levels(), *extra):
            named.update(path.asked())
        return sorted(named)

    def group_attributes(self) -> list[str]:
        """What to ask of groups."""
        named = {"id", "displayName", "members", "meta.lastModified"}
        for path in self.unit_paths().values():
            named.update(path.asked())
        return sorted(named)

    def unit_paths(self) -> dict[str, Path]:
        """Paths that `unit_groups` names, by its options."""
        groups = self.unit_groups or UnitGroups()
        texts = {
            "attribute": groups.attribute,
            "key": groups.key,
            "head": groups.head,
            "effective_from": groups.effective_from,
        }
        return {option: Path.read(text) for option, text in texts.items() if text}


class ScimSettings(Settings):
    """Options of a source with `system: scim`."""

    url: str
    """Address of the SCIM 2.0 service, `https://idp.example.com/scim/v2`."""
    token: SecretStr | None = None
    """Bearer token, as `env:NAME` or `file:PATH`."""
    user: str | None = None
    """User of HTTP Basic, where the provider takes no bearer token."""
    password: SecretStr | None = None
    """Password of that user, as `env:NAME` or `file:PATH`."""
    gives: tuple[Given, ...] = Field(("people", "assignments", "org_units"), min_length=1)
    """Frames to take from this provider: people, assignments, org_units, accounts."""
    filter: str | None = None
    """SCIM filter that narrows the users, such as `userType eq "Employee"`."""
    page_size: int = Field(default=100, ge=1, le=1000)
    """Resources a page; the provider may give fewer."""
    only_mapped: bool = True
    """Ask for the mapped attributes alone; false where the provider answers that wrongly."""
    mapping: ScimMapping = ScimMapping()
    """Which attribute becomes which column."""

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not loopback):
            raise ValueError("must be https://…, because the token travels with every request")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _one_credential(self) -> Self:
        basic = self.user is not None and self.password is not None
        half = (self.user is None) != (self.password is None)
        if half or basic == (self.token is not None):
            raise ValueError("needs either `token`, or `user` and `password`")
        return self

    def reads_groups(self) -> bool:
        """Whether groups are asked for at all."""
        units = "org_units" in self.gives or "assignments" in self.gives
        return units and self.mapping.unit_groups is not None
