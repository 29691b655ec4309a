"""SCIM users as rows: people, accounts, and the seats that units are made of.

Belongs here: which attribute becomes which column of a person.
Does not belong here: units and their members (`scim_units`), questions (`scim_walk`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import orjson
import polars as pl

from connectors.frames import EARLIEST
from connectors.hr.scim_paths import Path, flag, folded
from connectors.hr.scim_settings import Column, ScimMapping
from connectors.records import Reader, table

Cell = Callable[[dict[str, Any]], Any]
"""Takes one value out of a folded user."""

PEOPLE: Final[tuple[Column, ...]] = (
    "person_key", "employee_number", "work_email", "full_name", "location", "employment_type",
    "leave_from", "leave_to", "hired_on", "left_on",
)  # fmt: skip
SEAT: Final[tuple[Column, ...]] = ("job_title", "job_family", "fte")


@dataclass(frozen=True, slots=True)
class Seat:
    """What a user says of the place they work in; `units` are names, the highest first."""

    user: str
    person_key: str | None
    manager: str | None
    units: tuple[str, ...]
    cells: tuple[Any, ...]
    """Values of the columns `SEAT`."""
    effective_from: str
    effective_to: str | None
    page: int


class Users:
    """Maps users, and remembers who is which person and where everybody sits."""

    def __init__(self, mapping: ScimMapping, *, keeps_seats: bool) -> None:
        self.seats: dict[str, Seat] = {}
        """By the user's id."""
        self.gone: set[str] = set()
        """Ids of inactive users who count as gone."""
        self._mapping = mapping
        self._keeps_seats = keeps_seats
        self._paths = mapping.paths()
        self._levels = mapping.levels()
        self._cells: dict[Column, Cell] = {column: path.of for column, path in self._paths.items()}
        rules: dict[Column, Cell] = {"work_email": work_email, "full_name": full_name}
        self._cells |= {column: rules[column] for column in mapping.by_rule()}
        self._extra = {text: Path.read(text) for text in mapping.extra_fields}

    def people(self, users: Sequence[Any], pages: Sequence[int]) -> pl.DataFrame:
        """Rows of `people`; an inactive user without a last day is gone, or left when changed."""
        kept, numbers = [], []
        for user, page in zip(map(folded, users), pages, strict=True):
            if isinstance(user, dict) and self._is_gone(user):
                self.gone.add(str(user.get("id")))
                continue
            if isinstance(user, dict) and self._keeps_seats and user.get("id"):
                self.seats[str(user["id"])] = self._seat(user, page)
            kept.append(user)
            numbers.append(page)
        return table(kept, numbers, self._people_readers())

    def accounts(self, users: Sequence[Any], pages: Sequence[int]) -> pl.DataFrame:
        """Rows of `accounts`: every user, also the inactive ones, by the provider's own id."""
        number = self._cell("employee_number")
        readers: dict[str, Reader] = {
            "account_key": _column(lambda user: _text(user["id"])),
            "email": _column(self._cell("work_email")),
            "employee_number": _column(lambda user: _text(number(user))),
            "display_name": _column(self._cell("full_name")),
            "is_active": _column(lambda user: flag(user.get("active"))),
            "version": _column(lambda user: _meta(user, "lastmodified")),
        }
        return table([folded(user) for user in users], pages, readers)

    def person_key(self, user: str) -> str | None:
        """The person's key of a user's id; the id itself where the user is not among them."""
        seat = self.seats.get(user)
        return seat.person_key if seat else user

    def _cell(self, column: Column) -> Cell:
        return self._cells.get(column, _nothing)

    def _people_readers(self) -> dict[str, Reader]:
        readers: dict[str, Reader] = {column: _column(self._cell(column)) for column in PEOPLE}
        for key in ("person_key", "employee_number"):
            readers[key] = _as_text(self._cells.get(key, _nothing))
        readers["left_on"] = _column(self._left_on)
        readers["updated_at"] = _column(lambda user: _meta(user, "lastmodified"))
        if self._extra:
            readers["extra"] = _column(self._kept)
        return readers

    def _kept(self, user: dict[str, Any]) -> str:
        return orjson.dumps({text: path.of(user) for text, path in self._extra.items()}).decode()

    def _left_on(self, user: dict[str, Any]) -> Any:
        day = self._cell("left_on")(user)
        if day is None and flag(user.get("active")) is False:
            return _day(_meta(user, "lastmodified"))
        return day

    def _is_gone(self, user: dict[str, Any]) -> bool:
        return (
            self._mapping.inactive == "gone"
            and flag(user.get("active")) is False
            and self._cell("left_on")(user) is None
        )

    def _seat(self, user: dict[str, Any], page: int) -> Seat:
        begin = (
            self._cell("effective_from")(user)
            or self._cell("hired_on")(user)
            or _day(_meta(user, "created"))
            or EARLIEST.isoformat()
        )
        names = (path.of(user) for path in self._levels)
        return Seat(
            user=str(user["id"]),
            person_key=_text(self._cell("person_key")(user)),
            manager=_text(self._cell("manager_key")(user)),
            units=tuple(str(name).strip() for name in names if name and str(name).strip()),
            cells=tuple(self._cell(column)(user) for column in SEAT),
            effective_from=str(begin),
            effective_to=_text(self._cell("effective_to")(user) or self._left_on(user)),
            page=page,
        )


def work_email(user: dict[str, Any]) -> str | None:
    """The address at work: of type work, the primary one first, else one without a type, else a
    `userName` that is an address. One of type home or other is never taken.
    """
    emails = [email for email in user.get("emails") or () if isinstance(email, dict)]

    def rank(email: dict[str, Any]) -> tuple[bool, bool, str]:
        kind = str(email.get("type") or "").lower()
        return (kind != "work", flag(email.get("primary")) is not True, str(email["value"]))

    fitting = [
        email
        for email in emails
        if email.get("value") and str(email.get("type") or "work").lower() == "work"
    ]
    if fitting:
        return str(min(fitting, key=rank)["value"])
    name = user.get("username")
    return name if isinstance(name, str) and "@" in name and not emails else None


def full_name(user: dict[str, Any]) -> str | None:
    """The formatted name, else given and family name, else the name displayed."""
    name = user.get("name")
    if isinstance(name, dict):
        if name.get("formatted"):
            return str(name["formatted"])
        parts = [str(name[part]) for part in ("givenname", "familyname") if name.get(part)]
        if parts:
            return " ".join(parts)
    return _text(user.get("displayname"))


def _nothing(_: dict[str, Any]) -> None:
    return None


def _column(cell: Cell) -> Reader:
    return lambda users: [cell(user) for user in users]


def _as_text(cell: Cell) -> Reader:
    return lambda users: [_text(cell(user)) for user in users]


def _text(value: Any) -> str | None:
    """Keys and numbers of people stay text, also where a provider sends digits bare."""
    if value is None or isinstance(value, str):
        return value or None
    return orjson.dumps(value).decode()


def _meta(user: dict[str, Any], name: str) -> Any:
    meta = user.get("meta")
    return meta.get(name) if isinstance(meta, dict) else None


def _day(instant: Any) -> str | None:
    """The UTC day of an instant, or None where it is none."""
    try:
        at = dt.datetime.fromisoformat(str(instant))
    except ValueError:
        return None
    return (at.astimezone(dt.UTC) if at.tzinfo else at).date().isoformat()
