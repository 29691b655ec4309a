"""Options of a Qualtrics source: how to reach it, which surveys, and what differs by company.

Belongs here: the settings, and the plain questions that they answer about a survey or an item.
Does not belong here: requests, rows, secrets' resolution (the pipeline's config).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from fnmatch import fnmatchcase
from typing import Literal, Self
from urllib.parse import urlsplit

import orjson
from pydantic import Field, SecretStr, field_validator, model_validator

from connectors.contract import Settings

STANDARD_PERSON_FIELDS: Mapping[str, tuple[str, str]] = {
    "RecipientEmail": ("recipientEmail", "email"),
    "ExternalReference": ("externalDataReference", "extRef"),
}
"""Name in the file of responses: (id of that column, name in a contact)."""


class SurveyMapping(Settings):
    """What differs from one company's surveys to the next. `check` compares it with the surveys."""

    series: dict[str, str] = Field(default_factory=dict)
    """Survey id, or a pattern of its name (`Pulse *`), to the series that its waves belong to."""
    anonymous: tuple[str, ...] = ()
    """Ids or name patterns of surveys whose answers carry no person. Surveys that Qualtrics
    itself anonymises, or sends by anonymous links only, need not be named."""
    person_field: str = "RecipientEmail"
    """What names a person: RecipientEmail, ExternalReference, or a field of embedded data."""
    unit_field: str | None = None
    """Field of embedded data, in contacts and responses, that names the unit at launch."""
    constructs: dict[str, str] = Field(default_factory=dict)
    """Beginning of an item code to the construct it measures; the longest beginning wins."""
    questions: dict[str, str] = Field(default_factory=dict)
    """Whole item code to construct; wins over `constructs`."""
    reversed: tuple[str, ...] = ()
    """Codes of items where a low value is favourable."""
    dont_know: tuple[str, ...] = ()
    """Recode values (`99`) or texts of choices that mean that somebody does not know."""
    unmapped: Literal["leave", "pull"] = "leave"
    """What to do with scale questions of no construct: they may ask for age, sex or place."""
    ignored: tuple[str, ...] = ()
    """Beginnings of item codes that are left out on purpose, so that `check` names the others."""

    def construct_of(self, code: str) -> str | None:
        """What the item `code` measures, None where the mapping does not say."""
        if code.startswith(self.ignored):
            return None
        if code in self.questions:
            return self.questions[code]
        fitting = [begin for begin in self.constructs if code.startswith(begin)]
        return self.constructs[max(fitting, key=len)] if fitting else None

    def series_of(self, survey: str, title: str) -> str | None:
        """The series of a survey; an id wins over patterns, of these the first one."""
        return next(
            (self.series[name] for name in sorted(self.series, key=lambda n: n != survey)
             if names(name, survey, title)),
            None,
        )  # fmt: skip


class QualtricsSettings(Settings):
    """Options of a source with `system: qualtrics`."""

    datacenter: str | None = None
    """Data centre of the account, such as `fra1`: Account settings, Qualtrics IDs."""
    url: str | None = None
    """Address in place of `https://<datacenter>.qualtrics.com`."""
    token: SecretStr
    """API token, as `env:NAME` or `file:PATH`."""
    surveys: tuple[str, ...] = ()
    """Ids or name patterns of the surveys to read; all that the account sees when empty."""
    directory: str | None = None
    """Id of the XM Directory (`POOL_…`) with the mailing lists; needed where there are several."""
    page_size: int | None = Field(default=None, ge=1, le=500)
    """Contacts a page; Qualtrics gives 100 where nothing is said."""
    unfinished: Literal["leave", "keep"] = "leave"
    """What to do with responses that were not finished but recorded."""
    grace_days: int = Field(default=7, ge=0)
    """Days after its closing until a wave is frozen: then its answers are not read again."""
    poll_seconds: float = Field(default=5.0, gt=0)
    """Pause between two looks whether an export is ready."""
    poll_limit_seconds: float = Field(default=1800.0, gt=0)
    """How long to wait for one export."""
    largest_export_mb: int = Field(default=2000, ge=1)
    """Largest unpacked file of responses that is read."""
    mapping: SurveyMapping = SurveyMapping()
    """What differs from company to company."""

    @field_validator("datacenter")
    @classmethod
    def _plain(cls, datacenter: str | None) -> str | None:
        allowed = set("abcdefghijklmnopqrstuvwxyz0123456789-.")
        if datacenter is not None and (not datacenter or set(datacenter) - allowed):
            raise ValueError("must be the data centre's id alone, such as fra1 or ca1")
        return datacenter

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str | None) -> str | None:
        if url is None:
            return None
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not loopback):
            raise ValueError("must be https://…, because the token travels with every request")
        return url.rstrip("/")

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        if self.datacenter is None and self.url is None:
            raise ValueError("`datacenter` is needed, such as fra1 (or `url`)")
        return self

    @property
    def address(self) -> str:
        """Where the API is."""
        return self.url or f"https://{self.datacenter}.qualtrics.com"

    def wants(self, survey: str, title: str) -> bool:
        """Whether a survey is one to read."""
        return not self.surveys or any(names(one, survey, title) for one in self.surveys)

    def calls_anonymous(self, survey: str, title: str) -> bool:
        """Whether the mapping says that a survey is anonymous."""
        return any(names(one, survey, title) for one in self.mapping.anonymous)

    def mark(self) -> str:
        """A mark of what is asked for: when it changes, frozen waves are read again."""
        ways = {"token", "url", "datacenter", "poll_seconds", "poll_limit_seconds", "page_size"}
        said = self.model_dump(mode="json", exclude=ways | {"largest_export_mb"})
        return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()[:16]


def names(one: str, survey: str, title: str) -> bool:
    """Whether `one`, an id or a pattern of names, means this survey."""
    return one == survey or fnmatchcase(title, one)
