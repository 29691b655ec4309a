"""Who was asked: contacts and the history of distributions, cut down before they are archived.

Belongs here: what is kept of an answer that is full of people's data, and counting an anonymous
wave by unit. Does not belong here: requests (`qualtrics_walk`), the frame (`qualtrics_rows`).

Qualtrics cannot be asked for single fields of a contact. Of names, telephone numbers and personal
links nothing is kept; of an anonymous wave nothing but numbers.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import orjson

from connectors.survey.qualtrics_settings import STANDARD_PERSON_FIELDS, SurveyMapping

_NEVER_ASKED: Final = ("Skipped", "Blocked", "Error", "Failure")
"""Statuses of contacts who got no invitation."""


def was_asked(status: str, request_type: str) -> bool:
    """Whether a contact with this status of the history got an invitation.

    A personal link is `Pending` until it is used; an e-mail is until it is sent.
    """
    if status == "Pending":
        return request_type == "GeneratedInvite"
    return status not in _NEVER_ASKED


def person_of(contact: dict[str, Any], mapping: SurveyMapping) -> str | None:
    """How a contact names the person."""
    if mapping.person_field in STANDARD_PERSON_FIELDS:
        return _text(contact.get(STANDARD_PERSON_FIELDS[mapping.person_field][1]))
    return _embedded(contact, mapping.person_field)


def unit_of(contact: dict[str, Any], mapping: SurveyMapping) -> str | None:
    """How a contact names the unit."""
    return _embedded(contact, mapping.unit_field) if mapping.unit_field else None


def contacts_body(survey: str, contacts: Sequence[Any], mapping: SurveyMapping) -> bytes:
    """What is kept of a page of contacts: id, person and unit."""
    kept = [
        {"contactId": one.get("contactId"), "person": person_of(one, mapping),
         "unit": unit_of(one, mapping)}
        for one in contacts if isinstance(one, dict)
    ]  # fmt: skip
    return orjson.dumps({"survey": survey, "elements": kept})


def history_body(survey: str, distribution: dict[str, Any], rows: Sequence[Any]) -> bytes:
    """What is kept of a page of a distribution's history: who, status and when."""
    kept = [
        {name: one.get(name) for name in ("contactId", "status", "sentAt")}
        for one in rows
        if isinstance(one, dict)
    ]
    return orjson.dumps(
        {
            "survey": survey,
            "requestType": distribution.get("requestType"),
            "sendDate": distribution.get("sendDate"),
            "elements": kept,
        }
    )


class UnitCounts:
    """Counts the people of an anonymous wave by unit, each once over all its mailing lists."""

    def __init__(self, mapping: SurveyMapping) -> None:
        self._mapping = mapping
        self._seen: set[tuple[str, ...]] = set()
        self._counts: Counter[str] = Counter()

    def add(self, contact: dict[str, Any]) -> None:
        """Count a contact, unless it was counted or has unsubscribed."""
        named = [_text(contact.get(name)) or "" for name in ("email", "extRef")]
        person = tuple(named) if any(named) else (str(contact.get("contactId")),)
        if person not in self._seen and contact.get("unsubscribed") is not True:
            self._seen.add(person)
            self._counts[unit_of(contact, self._mapping) or ""] += 1

    def body(self, survey: str, invited_at: str | None) -> bytes:
        """The numbers alone."""
        counts = dict(sorted(self._counts.items()))
        return orjson.dumps({"survey": survey, "invited_at": invited_at, "units": counts})


def _embedded(contact: dict[str, Any], field: str) -> str | None:
    return _text((contact.get("embeddedData") or {}).get(field))


def _text(value: Any) -> str | None:
    return str(value).strip() or None if value is not None else None
