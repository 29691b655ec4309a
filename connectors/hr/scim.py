"""SCIM 2.0 (RFC 7643, 7644, 9865): people, seats and units of any identity provider.

Belongs here: what is asked, in which order, and which rows come of which pages.
Does not belong here: paging (`scim_walk`), attributes (`scim_paths`, `scim_settings`), rows
(`scim_people`, `scim_units`), what `check` says (`scim_check`), what
`init` asks (`scim_choices`).

Everything is read whole each night: not every provider can filter by time of change, none says
what was deleted, and a list of users is small.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar, Final

import polars as pl
from dlt.sources.helpers.rest_client.auth import BearerTokenAuth
from requests.auth import AuthBase, HTTPBasicAuth

from connectors.contract import (
    Connector,
    Finding,
    Interview,
    Page,
    PullResult,
    Read,
    Settings,
    SourceError,
    State,
)
from connectors.hr import scim_check, scim_choices
from connectors.hr.scim_paths import folded
from connectors.hr.scim_people import Users
from connectors.hr.scim_settings import ScimSettings
from connectors.hr.scim_units import Groups, from_levels, unit_name
from connectors.hr.scim_walk import Manners, Walk, resources_in
from connectors.http import Http, Patience
from connectors.records import batches, gathered

USERS, GROUPS = "/Users", "/Groups"
_HINTS: Final = {
    400: "The provider refuses the question. invalidFilter: mend `filter`; tooMany: narrow the "
    "users by `filter`; invalidPath or invalidValue: a mapped attribute is unknown to it, which "
    "`alignmart check` names, or it cannot send single attributes: set `only_mapped: false`.",
    401: "The token is wrong, expired or revoked: make a new one in the provider's SCIM settings "
    "and put it where `token` (or `password`) in the config points.",
    403: "The token may not read this: give it the right to read users and groups.",
    404: "There is no such list: `url` must be the address right before /Users.",
}


class Scim(Connector):
    """One identity provider with a SCIM 2.0 service."""

    system: ClassVar[str] = "scim"
    frames: ClassVar[Mapping[str, Read]] = {
        "people": "whole",
        "assignments": "whole",
        "org_units": "whole",
        "accounts": "whole",
    }
    settings_type: ClassVar[type[Settings]] = ScimSettings
    settings: ScimSettings
    reached_by: ClassVar[Sequence[Sequence[str]]] = (
        ("url", "token"),
        ("url", "user", "password"),
    )

    def __init__(self, name: str, settings: ScimSettings, patience: Patience | None = None) -> None:
        super().__init__(name, settings)
        self._patience = patience

    def given_frames(self) -> Mapping[str, Read]:
        """Those that `gives` names."""
        return {frame: read for frame, read in self.frames.items() if frame in self.settings.gives}

    def choices(self) -> Interview:
        """Ask which attributes and groups are meant, from what the provider shows."""
        with self._http() as http:
            yield from scim_choices.interview(http, self.settings)

    def check(self) -> Iterator[Finding]:
        """Say whether the provider is reached, what it shows and whether the mapping fits."""
        with self._http() as http:
            yield from scim_check.findings(http, self.settings)

    def pull(
        self,
        state: State,  # noqa: ARG002  a directory is read whole
        as_of: dt.datetime,  # noqa: ARG002
    ) -> Generator[Page, None, PullResult]:
        """Read all users, and all groups where groups are units. Raises SourceError."""
        with self._http() as http:
            walk = Walk(http, Manners.of(http), self.settings.page_size)
            for answer in walk.everything(USERS, self._asked_of_users()):
                yield Page("users", answer.body, answer.request)
            if self.settings.reads_groups():
                yield from self._groups(walk)
        return PullResult(incomplete=self._incomplete(walk))

    def map(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Map the pages of one pull: people page by page, seats and units at the end."""
        return gathered(self._rows(pages))

    def _http(self) -> Http:
        auth, secret = self._credential()
        return Http(
            self.name,
            self.settings.url,
            auth,
            secrets=(secret,),
            hints=_HINTS,
            patience=self._patience,
            accept="application/scim+json",
        )

    def _credential(self) -> tuple[AuthBase, str]:
        given = self.settings
        if given.token is not None:
            token = given.token.get_secret_value()
            return BearerTokenAuth(token), token
        password = given.password.get_secret_value() if given.password else ""
        return HTTPBasicAuth(given.user or "", password), password

    def _asked_of_users(self) -> dict[str, str]:
        asked = {"filter": self.settings.filter} if self.settings.filter else {}
        return asked | self._attributes(self.settings.mapping.user_attributes())

    def _attributes(self, names: list[str]) -> dict[str, str]:
        return {"attributes": ",".join(names)} if self.settings.only_mapped else {}

    def _groups(self, walk: Walk) -> Iterator[Page]:
        """All groups; members that the list leaves out are asked for group by group."""
        asked = self._attributes(self.settings.mapping.group_attributes())
        bare: dict[str, None] = {}
        for answer in walk.everything(GROUPS, asked):
            yield Page("groups", answer.body, answer.request)
            for record in map(folded, resources_in(answer.data)):
                if self._is_unit(record) and not record.get("members"):
                    bare[str(record.get("id"))] = None
        alone = asked or {"attributes": "id,displayName,members"}
        for answer in walk.singles(GROUPS, list(bare), alone):
            yield Page("groups", answer.body, answer.request)

    def _is_unit(self, record: Any) -> bool:
        mapping = self.settings.mapping
        if not isinstance(record, dict) or mapping.unit_groups is None:
            return False
        return unit_name(mapping.unit_groups, mapping.unit_paths(), record) is not None

    def _incomplete(self, walk: Walk) -> dict[str, str]:
        """By frame: what could not be read of the lists that it is made of."""
        made_of = {
            USERS: ("people", "accounts", "assignments", "org_units"),
            GROUPS: ("assignments", "org_units"),
        }
        if self.settings.mapping.unit_groups is not None:
            made_of[USERS] = ("people", "accounts", "assignments")
        reasons = [*walk.short.items(), *walk.refused.in_words().items()]
        return {
            frame: reason
            for path, reason in reasons
            for frame in made_of[path]
            if frame in self.settings.gives
        }

    def _rows(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        given, mapping = self.settings.gives, self.settings.mapping
        users = Users(mapping, keeps_seats="assignments" in given or "org_units" in given)
        groups = Groups(mapping, whole=self.settings.filter is None)
        for stream, batch in batches(pages):
            if stream == "groups":
                for number, body in batch:
                    groups.add(_resources(number, body), number)
                continue
            records, numbers = _spread(batch)
            people = users.people(records, numbers)
            if "people" in given:
                yield "people", people
            if "accounts" in given:
                yield "accounts", users.accounts(records, numbers)
        seats, units = groups.rows(users) if mapping.unit_groups else from_levels(users)
        if "assignments" in given:
            yield "assignments", seats
        if "org_units" in given:
            yield "org_units", units


def _resources(number: int, body: Any) -> list[Any]:
    try:
        return resources_in(body)
    except TypeError as error:
        raise SourceError(
            f"page {number} holds no SCIM resources: {error}. Pull again; if the archive holds "
            "this page, it is damaged."
        ) from None


def _spread(batch: list[tuple[int, Any]]) -> tuple[list[Any], list[int]]:
    """All users of some pages, and for each the number of its page."""
    records: list[Any] = []
    numbers: list[int] = []
    for number, body in batch:
        found = _resources(number, body)
        records += found
        numbers += [number] * len(found)
    return records, numbers
