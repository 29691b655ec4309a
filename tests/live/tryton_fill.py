"""Putting the stand-in's records into a real Tryton, through its own RPC.

Belongs here: the order of models, ids that the server gives, the times of writing.
Does not belong here: what the records say (`sandbox.tryton_site`), starting Tryton (`tryton`).

Records are made many a call. What no RPC sets, the times at which they were made and written,
is set in the database afterwards: the company's history then lies where the world has it.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import islice
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg import sql

from connectors.hr.tryton_rpc import Rpc, logged_in
from connectors.hr.tryton_settings import TrytonSettings
from sandbox.tryton_answers import written
from sandbox.tryton_site import COMPANY, FIELDS, STATUSES, Record, Site

if TYPE_CHECKING:
    from tests.live.tryton import Running

READER: Final = "reader"
"""A user in no group, who may read what every user may."""
_A_CALL: Final = 1000
_MADE: Final = ("personnel.department", "personnel.department.version", "personnel.seat")
_NOT_STORED: Final = {
    "company.employee": ("active", "rec_name", "supervisor"),
    "timesheet.line": ("rec_name",),
}
_OWN: Final = ("id", "create_date", "write_date", "rec_name")


def fill(tryton: Running, site: Site, *, work: bool = True) -> None:
    """Make the company of `site`, and its reader; tasks and time where `work`."""
    admin = TrytonSettings.model_validate(tryton.options("admin"))
    with logged_in("fill", admin, None) as rpc:
        _Filling(rpc, site, tryton).run(work=work)


class _Filling:
    def __init__(self, rpc: Rpc, site: Site, tryton: Running) -> None:
        self._rpc, self._site, self._tryton = rpc, site, tryton
        self._ids: defaultdict[str, dict[int, int]] = defaultdict(dict)

    def run(self, *, work: bool) -> None:
        self._company()
        self._employees()
        for model in _MADE:
            self._put(model, list(self._site.models[model].values()))
        if work:
            self._works()
            lines = list(self._site.models["timesheet.line"].values())
            company = self._ids["company.company"][COMPANY]
            self._put("timesheet.line", lines, company=company)
        self._times()

    def _call(self, method: str, *params: Any) -> Any:
        return self._rpc.call(f"model.{method}", *params).data["result"]

    def _company(self) -> None:
        unit = {"__class__": "Decimal", "decimal": "0.01"}
        euro = {"name": "Euro", "code": "EUR", "symbol": "€", "rounding": unit, "digits": 2}
        (currency,) = self._call("currency.currency.create", [euro])
        record = self._site.models["company.company"][COMPANY]
        (party,) = self._call("party.party.create", [{"name": record["rec_name"]}])
        values = {"party": party, "currency": currency}
        (company,) = self._call("company.company.create", [values])
        self._ids["company.company"][COMPANY] = company
        self._ids["party.party"][record["party"]] = party
        (admin,) = self._call("res.user.search", [["login", "=", "admin"]], 0, None, None)
        at_work = {"companies": [["add", [company]]], "company": company, "company_filter": "all"}
        self._call("res.user.write", [admin], at_work)
        reader = {"name": "Reader", "login": READER, "password": self._tryton.password}
        self._call("res.user.create", [reader | at_work])
        self._rpc.prefer()

    def _employees(self) -> None:
        own = self._site.models["company.company"][COMPANY]["party"]
        parties = [p for n, p in self._site.models["party.party"].items() if n != own]
        made = [
            {"name": party["name"]}
            | (
                {"contact_mechanisms": [["create", [{"type": "email", "value": party["email"]}]]]}
                if party["email"]
                else {}
            )
            for party in parties
        ]
        self._create("party.party", parties, made)
        employees = self._site.models["company.employee"]
        self._put("company.employee", list(employees.values()))
        led = defaultdict(list)
        for number, record in employees.items():
            if record["supervisor"] is not None:
                led[record["supervisor"]].append(self._ids["company.employee"][number])
        pairs = [
            part
            for leader, people in led.items()
            for part in (people, {"supervisor": self._ids["company.employee"][leader]})
        ]
        self._call("company.employee.write", *pairs)

    def _works(self) -> None:
        """Statuses, then tasks from the top down, with what time is booked on."""
        statuses = list(self._site.models["project.work.status"].values())[: len(STATUSES)]
        self._put("project.work.status", statuses, types=["project", "task"])
        company = self._ids["company.company"][COMPANY]
        waiting = list(self._site.models["project.work"].values())
        while waiting:
            there = self._ids["project.work"]
            level = [w for w in waiting if w["parent"] is None or w["parent"] in there]
            assert level, "tasks below one another in a circle"
            waiting = [work for work in waiting if work not in level]
            self._put("project.work", level, company=company, timesheet_available=True)
        works = self._call("timesheet.work.search_read", [], 0, None, None, ["origin"])
        number = {f"project.work,{real}": ours for ours, real in self._ids["project.work"].items()}
        origins = {
            record["origin"]: ours for ours, record in self._site.models["timesheet.work"].items()
        }
        self._ids["timesheet.work"] = {
            origins[f"project.work,{number[work['origin']]}"]: work["id"] for work in works
        }

    def _put(self, model: str, records: list[Record], **more: Any) -> None:
        left_out = {*_OWN, *_NOT_STORED.get(model, ())}
        made = [
            {
                name: self._value(model, name, value)
                for name, value in record.items()
                if name not in left_out
            }
            | more
            for record in records
        ]
        self._create(model, records, made)

    def _create(self, model: str, records: list[Record], made: list[Record]) -> None:
        rows = iter(zip(records, made, strict=True))
        while part := list(islice(rows, _A_CALL)):
            ids = self._call(f"{model}.create", [values for _, values in part])
            for (record, _), number in zip(part, ids, strict=True):
                self._ids[model][record["id"]] = number

    def _value(self, model: str, name: str, value: Any) -> Any:
        """The value as Tryton writes it; a record by the id that the server gave."""
        related = FIELDS[model][name]
        return self._ids[related][value] if related in FIELDS and value else written(value)

    def _times(self) -> None:
        with psycopg.connect(self._tryton.database_url) as connection:
            for model, ids in self._ids.items():
                records = self._site.models[model]
                rows = [
                    (record["create_date"], record["write_date"], ids[number])
                    for number, record in records.items()
                    if number in ids
                ]
                statement = sql.SQL(
                    "update {} set create_date = %s at time zone 'UTC', "
                    "write_date = %s at time zone 'UTC' where id = %s"
                ).format(sql.Identifier(model.replace(".", "_")))
                connection.cursor().executemany(statement, rows)
