"""Who was asked: the walk over mailing lists and histories of distributions.

Belongs here: which contacts and histories are asked for; of an anonymous wave only numbers leave
this module. Does not belong here: what is kept of a contact (`qualtrics_people`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from connectors.contract import Page, SourceError
from connectors.survey.qualtrics_api import Api
from connectors.survey.qualtrics_people import UnitCounts, contacts_body, history_body
from connectors.survey.qualtrics_settings import QualtricsSettings
from connectors.survey.qualtrics_wave import Wave, instant


class Invited:
    """The contacts of one account's waves."""

    def __init__(self, api: Api, settings: QualtricsSettings) -> None:
        self._api = api
        self._settings = settings
        self._directory = settings.directory

    def pages(self, wave: Wave, as_of: dt.datetime) -> Iterator[Page]:
        """Pages of those whom `wave` had asked at `as_of`. Raises SourceError."""
        sent = list(_sent(wave, as_of))
        if sent and wave.is_anonymous(self._settings):
            yield self._counted(wave, sent)
        elif sent:
            yield from self._named(wave, sent)

    def _counted(self, wave: Wave, sent: list[tuple[dict[str, Any], str]]) -> Page:
        counts, requests = UnitCounts(self._settings.mapping), list[str]()
        for mailing_list in dict.fromkeys(key for _, key in sent):
            for request, contacts in self._contacts(mailing_list):
                requests.append(request)
                for contact in contacts:
                    counts.add(contact)
        at = min(str(one["sendDate"]) for one, _ in sent)
        request = f"{'; '.join(requests)} (counted by unit, nothing else is kept)"
        return Page("unit_counts", counts.body(wave.key, at), request)

    def _named(self, wave: Wave, sent: list[tuple[dict[str, Any], str]]) -> Iterator[Page]:
        for mailing_list in dict.fromkeys(key for _, key in sent):
            for request, contacts in self._contacts(mailing_list):
                body = contacts_body(wave.key, contacts, self._settings.mapping)
                yield Page("contacts", body, f"{request} (person and unit only)")
        for one, _ in sent:
            for answer, rows in self._api.listed(f"/distributions/{one['id']}/history"):
                body = history_body(wave.key, one, rows)
                yield Page("history", body, f"{answer.request} (status and time only)")

    def _contacts(self, mailing_list: str) -> Iterator[tuple[str, list[Any]]]:
        path = f"/directories/{self._in_directory()}/mailinglists/{mailing_list}/contacts"
        size = self._settings.page_size
        params = {"includeEmbedded": "true"} | ({"pageSize": str(size)} if size else {})
        for answer, contacts in self._api.listed(path, params):
            yield answer.request, contacts

    def _in_directory(self) -> str:
        """The directory of the config, or the only one. Raises SourceError where it is unclear."""
        if self._directory is None:
            found = [
                str(one["directoryId"])
                for _, elements in self._api.listed("/directories")
                for one in elements
            ]
            if len(found) != 1:
                raise SourceError(
                    f"{self._api.source}: the account sees {len(found)} directories "
                    f"({', '.join(found)}); name the one with the mailing lists in `directory`."
                )
            (self._directory,) = found
        return self._directory


def _sent(wave: Wave, as_of: dt.datetime) -> Iterator[tuple[dict[str, Any], str]]:
    """(distribution, its mailing list) of the invitations that were sent."""
    for one in wave.invitations():
        mailing_list = (one.get("recipients") or {}).get("mailingListId")
        at = instant(one.get("sendDate"))
        if mailing_list and at is not None and at <= as_of:
            yield one, str(mailing_list)
