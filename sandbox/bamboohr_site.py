"""The sample company's BambooHR: what HR knows at an instant.

Belongs here: employees as they are today, their tables, lists, changes and goals.
Does not belong here: HTTP (`bamboohr_server`), paging and permissions (`bamboohr_answers`).
"""

from __future__ import annotations

import datetime as dt
from functools import cached_property
from typing import Any

import polars as pl

from sandbox import bamboohr_payloads as payloads
from sandbox.bamboohr_tables import Levels, rows_of
from sandbox.observe import goals as goals_seen
from sandbox.world import World

Record = dict[str, Any]


class Site:
    """Everything that the stand-in can answer at one instant, its clock `as_of`.

    `ahead`: how many days of what is to come HR has entered already.
    """

    def __init__(self, world: World, as_of: dt.datetime, base: str = "", *, ahead: int = 0) -> None:
        self.as_of, self.base, self.today = as_of, base, as_of.date()
        self._world, self._known = world, self.today + dt.timedelta(days=ahead)
        self._levels = Levels(world)
        self.tables = rows_of(world, self._levels, self._known)
        rows = world.people.filter(pl.col("hired_on") <= self._known).to_dicts()
        self.people: dict[str, Record] = {row["person"]: row for row in rows}
        self.employees = {key: self._employee(row) for key, row in self.people.items()}
        self.numbers = {key: self._numbers(row) for key, row in self.people.items()}
        self.changed = {key: self._change(row) for key, row in self.people.items()}
        self.lists = self._lists()

    @property
    def signals_by_503(self) -> bool:
        """Whether a busy BambooHR says 503: until September 2026; since then it says 429."""
        return self.today < dt.date(2026, 9, 16)

    @cached_property
    def goals(self) -> dict[str, list[Record]]:
        """The individual goals of each employee, oldest first."""
        own = goals_seen(self._world, self.as_of)["goals"].filter(pl.col("level") == "individual")
        owners = self._world.goal_owners.drop_nulls("person").select("goal", "person")
        rows = own.join(owners, left_on="goal_key", right_on="goal").sort("goal_key", "person")
        found: dict[str, list[Record]] = {}
        for row in rows.to_dicts():
            goal = payloads.goal(int(row["goal_key"].removeprefix("G")), row)
            found.setdefault(row["person"], []).append(goal)
        return found

    def forget(self, key: str) -> Record:
        """The employee is deleted; what was theirs, for `restore`."""
        kept: Record = {
            name: getattr(self, name).pop(key) for name in ("employees", "numbers", "people")
        }
        kept["changed"] = self.changed[key]
        kept["tables"] = self.tables
        self.changed[key] = {**kept["changed"], "action": "Deleted"}
        self.tables = {
            name: [row for row in rows if row["employeeId"] != key]
            for name, rows in self.tables.items()
        }
        return kept

    def restore(self, key: str, kept: Record) -> None:
        """The employee is there again, as before `forget`."""
        for name in ("employees", "numbers", "people", "changed"):
            getattr(self, name)[key] = kept[name]
        self.tables = kept["tables"]

    def _now(self, table: str, key: str) -> Record:
        """The row of an employee that holds today; empty before the first one."""
        mine = [row for row in self._by_employee[table].get(key, ()) if row["date"] <= self._iso]
        return max(mine, key=lambda row: (row["date"], int(row["id"])), default={})

    @cached_property
    def _by_employee(self) -> dict[str, dict[str, list[Record]]]:
        found: dict[str, dict[str, list[Record]]] = {name: {} for name in self.tables}
        for name, rows in self.tables.items():
            for row in rows:
                found[name].setdefault(row["employeeId"], []).append(row)
        return found

    @property
    def _iso(self) -> str:
        return self.today.isoformat()

    def _employee(self, person: Record) -> Record:
        key = person["person"]
        job, status = self._now("jobInfo", key), self._now("employmentStatus", key)
        first, _, last = person["full_name"].partition(" ")
        begun = person["hired_on"] <= self.today
        stays = person["left_on"] is None or person["left_on"] >= self.today
        return {
            "employeeId": key,
            "firstName": first,
            "lastName": last,
            "preferredName": None,
            "photoUrl": f"{self.base}/photo/{key}.jpg",
            "jobTitleName": job.get("jobTitle"),
            "status": "Active" if begun and stays else "Inactive",
            "workEmail": person["email_now"],
            "hireDate": person["hired_on"].isoformat(),
            "divisionName": job.get("division"),
            "departmentName": job.get("department"),
            "locationName": job.get("location"),
            "employmentStatusName": status.get("employmentStatus"),
            "reportsToName": job.get("reportsTo"),
            "reportsToId": job.get("manager"),
        }

    def _numbers(self, person: Record) -> Record:
        """The record of the dataset; there, everything is text, and nothing is empty text."""
        shown = self._employee(person)
        job = self._now("jobInfo", person["person"])
        left = person["left_on"]
        row = {
            "eeid": person["person"],
            "employeeNumber": person["employee_number"],
            "firstName": shown["firstName"],
            "lastName": shown["lastName"],
            "email": person["email_now"],
            "status": shown["status"],
            "hireDate": shown["hireDate"],
            "terminationDate": left.isoformat() if left and left <= self._known else None,
            "employmentStatus": shown["employmentStatusName"],
            "jobInformationJobTitle": job.get("jobTitle"),
            "jobInformationDivision": job.get("division"),
            "jobInformationDepartment": job.get("department"),
            "jobInformationLocation": job.get("location"),
            "jobInformationReportsTo": job.get("reportsTo"),
        }
        empty = {"terminationDate": payloads.NO_DATE}
        return {name: value or empty.get(name, "") for name, value in row.items()}

    def _change(self, person: Record) -> Record:
        days = [person[name] for name in ("hired_on", "left_on", "leave_from", "leave_to")]
        last = max(day for day in days if day and (day <= self._known or day == days[0]))
        return {
            "id": person["person"],
            "action": "Inserted" if last == person["hired_on"] else "Updated",
            "lastChanged": payloads.stamp(last),
        }

    def _lists(self) -> list[Record]:
        """The options of the levels of units, which are the units, and of the other lists."""
        units: dict[str, list[Record]] = {level: [] for level in payloads.ORG_LEVELS}
        levels, used = self._levels, self._used()
        for unit, born in sorted(levels.born.items()):
            if born <= self._known:
                name = levels.names[unit]
                option = payloads.option(int(unit), name, born, archived=name not in used)
                units[levels.field_of[unit]].append(option)
        lists = [payloads.listed(4100 + n, name, units[name]) for n, name in enumerate(units)]
        for n, (table, name) in enumerate(
            (("jobInfo", "jobTitle"), ("jobInfo", "location"), ("employmentStatus",) * 2)
        ):
            texts = sorted({row[name] for row in self.tables[table]} - {None})
            options = [payloads.option(100 * n + m, text) for m, text in enumerate(texts, 1)]
            lists.append(payloads.listed(10 + n, name, options))
        return lists

    def _used(self) -> set[str]:
        """Names of units that today's rows name, on any level."""
        rows = (self._now("jobInfo", key) for key in self.people)
        return {row[level] for row in rows if row for level in payloads.ORG_LEVELS} - {None}
