"""Readings of the accounts and of the people, as columns that the linkage compares.

Belongs here: what of a name, a number and an e-mail is compared, a row a reading.
Does not belong here: how a name is read (`linkage_names`), how readings are compared
(`linkage_model`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any, Final

import polars as pl

from pipelines import linkage_names as names
from pipelines.linkage_words import FREE_MAIL

READINGS: Final[dict[str, pl.DataType]] = {
    "reading_id": pl.Int64(),
    "subject": pl.Int64(),
    "source": pl.String(),
    "is_account": pl.Boolean(),
    "given": pl.String(),
    "family": pl.String(),
    "order": pl.String(),
    "roots": pl.List(pl.String()),
    "others": pl.List(pl.String()),
    "digits": pl.String(),
    "email": pl.String(),
    "local": pl.String(),
    "letters": pl.String(),
    "house": pl.String(),
    "outside": pl.Boolean(),
    "machine": pl.Boolean(),
    "known_in": pl.List(pl.String()),
}


@dataclass(frozen=True, slots=True)
class Known:
    """What HR's people tell of words: given names, and domains at which HR writes to people."""

    given: frozenset[str]
    houses: frozenset[str]

    @classmethod
    def of(cls, people: pl.DataFrame, readings: pl.DataFrame) -> Known:
        """From the people as HR has them, and the readings of their names."""
        emails = people["email"].drop_nulls().to_list()
        houses = {email.partition("@")[2] for email in emails}
        return cls(frozenset(readings["given"].drop_nulls()), frozenset(houses))

    def house(self, email: str | None) -> str | None:
        """own, free or other; null without an e-mail."""
        if email is None:
            return None
        domain = email.partition("@")[2]
        return "own" if domain in self.houses else "free" if domain in FREE_MAIL else "other"

    def ordered(self, found: list[names.Reading]) -> list[names.Reading]:
        """The readings; "Abel Ada" counts as it was meant where only Ada is a given name."""
        if not found or found[0].given in self.given:
            return found
        return [
            replace(r, order="written") if r.order == "swapped" and r.given in self.given else r
            for r in found
        ]


def of_accounts(left: pl.DataFrame, known: Known) -> pl.DataFrame:
    """Columns of `READINGS`, a row a reading of an account; `subject` is its row in `left`."""
    return _table(_account_rows(left, known))


def of_people(people: pl.DataFrame) -> pl.DataFrame:
    """Columns of `READINGS`, a row a reading of a person; `subject` is their row in `people`."""
    return _table(_people_rows(people))


def _table(rows: Iterator[dict[str, Any]]) -> pl.DataFrame:
    return pl.DataFrame(list(rows), schema=READINGS, orient="row")


def _account_rows(left: pl.DataFrame, known: Known) -> Iterator[dict[str, Any]]:
    number = 0
    for subject, row in enumerate(left.iter_rows(named=True)):
        email, name = row["email"], row["name"]
        is_person = row["is_account"] or re.search(r"[^\W\d_]{2}", name) is not None
        mail = _mail(email)
        common = mail | {
            "subject": subject,
            "source": row["source"],
            "is_account": row["is_account"],
            "digits": _digits(row["employee_number"]) if row["is_account"] else None,
            "house": known.house(email),
            "outside": names.says_outside(name, mail["local"]),
            "machine": names.says_machine(name, mail["local"]),
        }
        for reading in known.ordered(names.readings(name, email)) if is_person else []:
            number += 1
            yield common | _columns(reading) | {"reading_id": number}


def _people_rows(people: pl.DataFrame) -> Iterator[dict[str, Any]]:
    """HR's own reading; and the address at work where it holds an earlier name."""
    number = 0
    for subject, row in enumerate(people.iter_rows(named=True)):
        common = _mail(row["email"]) | {
            "subject": subject,
            "digits": _digits(row["employee_number"]),
            "outside": names.says_outside(row["full_name"]),
            "known_in": row["known_in"],
        }
        own = names.readings(row["full_name"])[:1]
        mailed = [
            r for r in names.readings(None, row["email"])[:1] if r.given and r.order == "mail"
        ]
        for reading in own + [r for r in mailed if not own or r.family != own[0].family]:
            number += 1
            yield common | _columns(reading) | {"reading_id": number}


def _columns(reading: names.Reading) -> dict[str, Any]:
    return {
        "given": reading.given,
        "family": reading.family,
        "order": reading.order,
        "roots": list(reading.roots),
        "others": list(reading.others),
    }


def _mail(email: str | None) -> dict[str, str | None]:
    local = email.partition("@")[0] if email else None
    return {
        "email": email,
        "local": local,
        "letters": re.sub(r"[\W\d_]", "", names.fold(local)) if local else None,
    }


def _digits(number: str | None) -> str | None:
    """The digits of an employee number without leading zeros."""
    return re.sub(r"\D", "", number or "").lstrip("0") or None


def _earlier(email: str | None) -> list[names.Reading]:
    """The name in an address at work, which may be an earlier one; none where it has not two."""
    return [r for r in names.readings(None, email)[:1] if r.given and r.order == "mail"]
