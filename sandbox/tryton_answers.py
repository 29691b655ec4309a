"""What the stand-in Tryton answers to the calls that a reader makes.

Belongs here: methods of models, domains, related fields, Tryton's way to write values.
Does not belong here: the records (`tryton_site`), HTTP and sessions (`tryton_server`).
"""

from __future__ import annotations

import datetime as dt
import operator
from collections.abc import Callable
from typing import Any, Final

from sandbox.tryton_site import COMPANY, FIELDS, SELECTIONS, Record, Site, types

_COMPARE: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "=": operator.eq, "!=": operator.ne, ">": operator.gt, ">=": operator.ge,
    "<": operator.lt, "<=": operator.le,
    "in": lambda have, wanted: have in wanted,
    "not like": lambda have, wanted: not have.startswith(wanted.rstrip("%")),
}  # fmt: skip


class UserError(Exception):
    """An error that Tryton words for its users."""


class Answers:
    """Answers of one user to whom some models may be closed."""

    def __init__(self, site: Site, closed: frozenset[str] = frozenset()) -> None:
        self.site = site
        self.closed = closed

    def call(self, method: str, params: list[Any]) -> Any:
        """The result of `method`. Raises KeyError for a model that is not there, UserError, and
        LookupError for a method that no model offers."""
        name, _, what = method.removeprefix("model.").rpartition(".")
        *given, context = params
        if (name, what) == ("res.user", "get_preferences"):
            return {
                "company_filter": "all", "companies": [COMPANY], "company": COMPANY,
                "company.rec_name": "Sample Company", "employees": [], "language": "en",
            }  # fmt: skip
        if (name, what) == ("ir.date", "today"):
            return written(self.site.as_of.date())
        known = types(name)
        if what == "fields_get":
            return {field: _described(name, field, kind) for field, kind in known.items()}
        if what not in ("search_read", "search_count"):
            raise LookupError(what)
        if name in self.closed:
            raise UserError(f'You are not allowed to access "{name}".')
        domain, *rest = given
        found = self._found(name, domain, hides=context.get("active_test") is not False)
        if what == "search_count":
            return len(found)
        offset, limit, order, fields = [*rest, 0, None, None, None][:4]
        found.sort(key=operator.itemgetter("id"), reverse=order == [["id", "DESC"]])
        page = found[offset : None if limit is None else offset + limit]
        return [self._read(name, record, fields) for record in page]

    def methods(self) -> list[str]:
        """All that `system.listMethods` lists."""
        offered = ("fields_get", "search_read", "search_count")
        return [f"model.{model}.{method}" for model in FIELDS for method in offered]

    def _found(self, model: str, domain: list[Any], *, hides: bool) -> list[Record]:
        records = list(self.site.models[model].values())
        if hides and "active" in types(model):
            records = [record for record in records if record["active"]]
        return [record for record in records if self._holds(model, record, domain)]

    def _holds(self, model: str, record: Record, domain: list[Any]) -> bool:
        if not domain:
            return True
        first, *rest = domain
        if first in ("AND", "OR"):
            held = (self._holds(model, record, part) for part in rest)
            return all(held) if first == "AND" else any(held)
        if not isinstance(first, str):
            return all(self._holds(model, record, part) for part in domain)
        _, how, wanted = domain
        have, wanted = self._value(model, record, first), _read(wanted)
        if have is None or wanted is None:
            return how == "=" and have is wanted
        return _COMPARE[how](have, wanted)

    def _value(self, model: str, record: Record, path: str) -> Any:
        for step in path.split("."):
            if record is None:
                return None
            kind = types(model)[step]
            value = record[step]
            if kind in FIELDS and value is not None:
                model, record = kind, self.site.models[kind][value]
        return value

    def _read(self, model: str, record: Record, fields: list[str] | None) -> Record:
        """The record's `fields`; of a path the related record, in which the rest is read."""
        read: Record = {"id": record["id"]}
        further: dict[str, list[str]] = {}
        for field in fields or types(model):
            step, _, rest = field.partition(".")
            kind = types(model)[step]
            if rest:
                further.setdefault(step, []).append(rest)
                self._read_nothing(kind, rest)
            else:
                read[step] = written(record[step])
        for step, paths in further.items():
            read[f"{step}."] = self._related(types(model)[step], record[step], paths)
        return read

    def _related(self, kind: str, value: Any, paths: list[str]) -> Record | None:
        if value is None:
            return None
        model, number = (kind, value) if kind in FIELDS else value.split(",")
        return self._read(model, self.site.models[model][int(number)], paths)

    def _read_nothing(self, kind: str, path: str) -> None:
        """A field that is not there is an error even where no record would show it."""
        if kind in FIELDS:
            types(kind)[path.partition(".")[0]]


def _described(model: str, field: str, kind: str) -> dict[str, Any]:
    related = {"type": "many2one", "relation": kind} if kind in FIELDS else {"type": kind}
    choice = SELECTIONS.get((model, field))
    return related | {"name": field} | ({"selection": choice} if choice else {})


def written(value: Any) -> Any:
    """A value as Tryton writes it into JSON."""
    if isinstance(value, dt.datetime):
        names = ("year", "month", "day", "hour", "minute", "second", "microsecond")
        return {"__class__": "datetime", **{name: getattr(value, name) for name in names}}
    if isinstance(value, dt.date):
        day = {"year": value.year, "month": value.month, "day": value.day}
        return {"__class__": "date", **day}
    if isinstance(value, dt.timedelta):
        return {"__class__": "timedelta", "seconds": value.total_seconds()}
    return value


def _read(value: Any) -> Any:
    """A value of a domain, read back."""
    if isinstance(value, dict) and value.get("__class__") == "datetime":
        parts = {name: part for name, part in value.items() if name != "__class__"}
        return dt.datetime(**parts, tzinfo=dt.UTC)
    if isinstance(value, dict) and value.get("__class__") == "date":
        return dt.date(value["year"], value["month"], value["day"])
    return value
