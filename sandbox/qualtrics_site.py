"""One Qualtrics account over the sample company, as it stands at an instant.

Belongs here: surveys, distributions, contacts and responses as Qualtrics keeps them.
Does not belong here: what an endpoint answers (`qualtrics_answers`), files (`qualtrics_file`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from sandbox.qualtrics_questionnaire import Questionnaire, questionnaire
from sandbox.references import with_unit
from sandbox.surveyview import surveys
from sandbox.world import World

DIRECTORY: Final = "POOL_0sampleDirector1"
UNIT: Final = "Unit"
"""Embedded data field with the unit at launch."""
OTHER: Final = "SV_0canteenCanteen0"
"""A survey that is none of the company's waves."""
OWNER: Final = "UR_0sampleOwnerOwne1"

_MADE_BEFORE: Final = dt.timedelta(days=10)
_REMINDED_AFTER: Final = dt.timedelta(days=4)


@dataclass
class Response:
    """A sheet: `values` maps item codes to (value, state)."""

    key: str
    at: dt.datetime
    ref: str | None
    unit: str | None
    status: int = 0
    finished: bool = True
    values: dict[str, tuple[float | None, str]] = field(default_factory=dict)


@dataclass
class Wave:
    """A survey of the account."""

    key: str
    title: str
    opens: dt.datetime
    closes: dt.datetime | None
    is_anonymous: bool
    form: Questionnaire
    contacts: list[dict[str, Any]] = field(default_factory=list)
    answered: dict[str, Response] = field(default_factory=dict)
    """By contact: the first of their responses."""
    responses: list[Response] = field(default_factory=list)
    distributions: list[dict[str, Any]] = field(default_factory=list)


class Site:
    """The account at `as_of`; `removed` responses are deleted, `hidden` surveys not shared."""

    def __init__(self, world: World, as_of: dt.datetime) -> None:
        self.as_of = as_of
        self.removed: set[str] = set()
        self.hidden: set[str] = set()
        said = surveys(world, as_of)
        questions = world.survey_questions.partition_by("survey", as_dict=True)
        known = world.surveys.filter(pl.col("opened_at") - _MADE_BEFORE <= as_of)
        self.waves = {
            row["survey"]: Wave(
                row["survey"], row["title"], row["opened_at"], row["closed_at"],
                row["is_anonymous"], questionnaire(questions[row["survey"],].to_dicts()),
            )
            for row in known.sort("survey").to_dicts()
        }  # fmt: skip
        self._invite(world, said["invitations"])
        self._answer(world, said["answers"])
        for wave in self.waves.values():
            self._send(wave)
            self._add_what_counts_nothing(wave)
        canteen = dt.datetime(2024, 1, 8, 9, tzinfo=dt.UTC)
        self.waves[OTHER] = Wave(OTHER, "Canteen", canteen, None, True, questionnaire([]))

    def standing(self, wave: Wave) -> list[Response]:
        """Its responses that are not deleted, oldest first."""
        there = [one for one in wave.responses if one.key not in self.removed]
        return sorted(there, key=lambda one: (one.at, one.key))

    def _invite(self, world: World, said: pl.DataFrame) -> None:
        """Contacts of the mailing list of each wave that is open or was."""
        open_by_name = [k for k, w in self.waves.items() if w.opens <= self.as_of]
        asked = world.invitations.filter(pl.col("survey").is_in(open_by_name))
        kinds = world.surveys.select("survey", "is_anonymous")
        asked = asked.join(kinds, on="survey", maintain_order="left")
        named = said.filter(pl.col("person_ref") != "").select("person_ref", "org_unit_ref")
        rows = pl.concat(
            [
                pl.concat([asked.filter(~pl.col("is_anonymous")), named], how="horizontal"),
                with_unit(asked.filter("is_anonymous"), world, "unit", "unit", "org_unit_ref"),
            ],
            how="diagonal",
        ).join(
            world.people.select("person", "full_name", "email_now", "employee_number"),
            on="person",
            how="left",
            maintain_order="left",
        )
        for row in rows.to_dicts():
            ref = row["person_ref"] or row["employee_number"]
            self.waves[row["survey"]].contacts.append(contact(row, ref, row["org_unit_ref"]))

    def _answer(self, world: World, said: pl.DataFrame) -> None:
        persons = dict(world.responses.select("response", "person").rows())
        sheets: dict[str, Response] = {}
        for row in said.to_dicts():
            key, wave = row["response_key"], self.waves[row["survey_key"]]
            if key not in sheets:
                ref = row["person_ref"] or None
                one = Response(key, row["answered_at"], ref, row["org_unit_ref"] or None)
                sheets[key] = one
                wave.responses.append(one)
                known = wave.answered.setdefault(contact_id(persons[key]), one)
                if known.at > one.at:
                    wave.answered[contact_id(persons[key])] = one
            sheets[key].values[row["question_key"]] = (row["value"], row["state"])
        for n, key in enumerate(world.surveys.sort("opened_at")["survey"]):
            for one in self.waves[key].responses if key in self.waves else ():
                number = int(hashlib.sha256(one.key.encode()).hexdigest()[:8], 16)
                imported = 4 if number % 10 == 0 else 0
                one.status = imported + (32 if n % 2 else 0)

    def _send(self, wave: Wave) -> None:
        """The invitation and, after some days, a reminder."""
        if wave.opens > self.as_of:
            return
        invitation = self._distribution(wave, "Invite", wave.opens, None)
        wave.distributions = [invitation]
        reminded = wave.opens + _REMINDED_AFTER
        if reminded <= self.as_of:
            wave.distributions.append(
                self._distribution(wave, "Reminder", reminded, invitation["id"])
            )

    def _distribution(
        self, wave: Wave, kind: str, at: dt.datetime, parent: str | None
    ) -> dict[str, Any]:
        return {
            "id": f"EMD_{code(kind + wave.key)}",
            "parentDistributionId": parent,
            "ownerId": OWNER,
            "organizationId": "sample",
            "requestStatus": "Done",
            "requestType": kind,
            "sendDate": iso(at),
            "createdDate": iso(at - dt.timedelta(hours=1)),
            "modifiedDate": iso(at),
            "headers": {"fromEmail": "people@sample.example", "fromName": "People team"},
            "recipients": {"mailingListId": mailing_list(wave), "contactId": None,
                           "libraryId": OWNER, "sampleId": None},
            "message": {"libraryId": OWNER, "messageId": "MS_0sampleMessage01",
                        "messageText": None},
            "surveyLink": {"surveyId": wave.key, "expirationDate": None, "linkType": "Individual"},
            "stats": {"sent": len(wave.contacts), "failed": 0, "finished": len(wave.answered)},
        }  # fmt: skip

    def _add_what_counts_nothing(self, wave: Wave) -> None:
        """A preview, a test, spam, a sheet not finished, and a contact who was never asked."""
        if wave.opens > self.as_of:
            return
        kinds = ((1, True), (2, True), (8, True), (0, False))
        for n, (status, finished) in enumerate(kinds):
            at = wave.opens + dt.timedelta(minutes=n + 1)
            one = Response(f"R_{code(f'{wave.key}{n}')}", at, None, None, status, finished)
            one.values = {item.code: (1.0, "answered") for item in wave.form.items}
            if at <= self.as_of:
                wave.responses.append(one)
        gone = {"person": f"gone-{wave.key}", "full_name": "Gone Person",
                "email_now": "gone.person@sample.example"}  # fmt: skip
        wave.contacts.insert(1, contact(gone, "00000", None) | {"unsubscribed": True})


def contact(row: dict[str, Any], ref: str, unit: str | None) -> dict[str, Any]:
    """A contact as a mailing list shows it; a field of embedded data without a value is absent."""
    first, _, last = row["full_name"].partition(" ")
    return {
        "contactId": contact_id(row["person"]),
        "firstName": first,
        "lastName": last,
        "email": row["email_now"],
        "phone": "+49 30 555 0100",
        "extRef": ref,
        "language": "de",
        "unsubscribed": False,
        "embeddedData": {UNIT: unit} if unit else {},
    }


def contact_id(person: str) -> str:
    """The id of a person's contact."""
    return f"CID_{code(person)}"


def mailing_list(wave: Wave) -> str:
    """The id of a wave's mailing list."""
    return f"CG_{code(wave.key)}"


def code(text: str) -> str:
    """Fifteen letters and digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:15]


def iso(at: dt.datetime) -> str:
    """An instant as Qualtrics writes it."""
    return f"{at:%Y-%m-%dT%H:%M:%SZ}"
