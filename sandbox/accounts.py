"""Accounts in the tracker: of people, of contractors, of a robot, and what they show.

Belongs here: which account works for whom on which day, and the noise that hides it. Does not
belong here: how a name is misspelt (`accountnames`), what accounts do (`items`, `worklogs`).

Workers are persons by number, then contractors, whom HR does not know.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import polars as pl

from sandbox import accountnames
from sandbox.draw import DAY, Plan, flags, instants, quota, table
from sandbox.orgtree import Org
from sandbox.people import People
from sandbox.seats import Seats

_SHOWN: Final = {
    "mail": 0.57,
    "upper": 0.06,
    "tag": 0.05,
    "number": 0.09,
    "both": 0.08,
    "stale number": 0.01,
    "nothing": 0.07,
    "private": 0.03,
    "slip": 0.02,
    "nothing, declared": 0.02,
}
"""What an account shows of who it is; of `nothing`, `private` and `slip` neither number nor e-mail
is one that HR knows."""


@dataclass
class Workers:
    """Everybody who works in the tracker, by number; people first, then contractors."""

    people: People
    seats: Seats
    contractor_unit: np.ndarray
    first: np.ndarray
    last: np.ndarray
    """First and last day of work within the horizon; first > last: none."""
    keys: list[str]
    """Account of each worker."""
    old_keys: dict[int, str]
    """The account used before `switched`, of workers who have two."""
    switched: np.ndarray
    opened: np.ndarray
    """Day on which the account of each worker was opened, always before `first`."""
    robot: str

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def zones(self) -> np.ndarray:
        """Time zone of each worker's day; UTC for contractors, whose place nobody knows."""
        return np.concatenate([self.people.zones, np.full(len(self.contractor_unit), "UTC")])

    @property
    def fte(self) -> np.ndarray:
        """Full-time share, 1 where HR says none."""
        own = np.nan_to_num(self.seats.fte, nan=1.0)
        return np.concatenate([own, np.ones(len(self.contractor_unit))])

    def unit_on(self, workers: Any, days: Any) -> np.ndarray:
        """Unit number in which each worker works on a day."""
        workers, n = np.asarray(workers), len(self.people)
        if not len(workers):
            return np.empty(0, dtype=int)
        inside = self.seats.unit_on(np.minimum(workers, n - 1), days)
        return np.where(workers < n, inside, self.contractor_unit[np.maximum(workers - n, 0)])

    def account_on(self, workers: Any, days: Any) -> np.ndarray:
        """Account key that each worker uses on a day."""
        workers, days = np.asarray(workers, dtype=int), np.asarray(days)
        found = np.array(self.keys, dtype=object)[workers]
        for position in np.flatnonzero(days < self.switched[workers]):
            found[position] = self.old_keys[int(workers[position])]
        return found


def open_accounts(plan: Plan, org: Org, people: People, seats: Seats) -> Workers:
    """Accounts for all people and for one contractor to about thirty of them."""
    rng = plan.rng("accounts")
    n, n_contractors = len(people), max(2, round(0.03 * len(people)))
    teams = org.of_kind("team", plan.start)
    contractor_unit = rng.choice(teams, n_contractors)
    begins = rng.integers(plan.start, plan.day(0.5), n_contractors)
    ends = np.minimum(begins + rng.integers(120, 400, n_contractors), plan.end)
    first = np.concatenate([np.maximum(people.hired + 1, plan.start), begins])
    last = np.concatenate([np.minimum(people.left, plan.end), ends])
    double = np.flatnonzero(flags(rng, n, 0.03) & (last[:n] - first[:n] > 120))
    switched = np.zeros(n + n_contractors, dtype=int)
    switched[double] = (first[double] + last[double]) // 2
    total = n + n_contractors + len(double) + 1
    names = [bytes(rng.integers(0, 256, 12, dtype=np.uint8)).hex() for _ in range(total)]
    old = dict(zip(double.tolist(), names[n + n_contractors : -1], strict=True))
    opened = np.minimum(first, plan.end) - rng.integers(1, 30, n + n_contractors)
    return Workers(
        people,
        seats,
        contractor_unit,
        first,
        last,
        names[: n + n_contractors],
        old,
        switched,
        opened,
        names[-1],
    )


def account_tables(plan: Plan, workers: Workers) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The accounts, and the declared overrides for some that show nothing."""
    rng, people = plan.rng("account-tables"), workers.people
    n, total = len(people), len(workers)
    rows: list[tuple[str, str | None, str | None, str | None, str, int]] = []
    shown = _what_is_shown(rng, people)
    written = accountnames.written(plan, people.names, people.numbers)
    for worker in range(total):
        opened = int(workers.opened[worker])
        if worker < n:
            mail, number = _identity(people, worker, shown[worker], int(rng.integers(90_000)))
            if shown[worker] == "private":
                mail = written.private_mails[worker]
            if shown[worker] == "slip":
                number = written.slipped_numbers[worker]
            rows.append(
                (
                    workers.keys[worker],
                    people.keys[worker],
                    mail,
                    number,
                    written.names[worker],
                    opened,
                )
            )
        else:
            mail = f"consultant{worker - n + 1}@agency.example" if worker % 3 else None
            rows.append(
                (workers.keys[worker], None, mail, None, f"Consultant {worker - n + 1}", opened)
            )
    for worker, key in workers.old_keys.items():
        opened = int(workers.first[worker]) - 30
        rows.append(
            (
                key,
                people.keys[worker],
                people.mail_now[worker],
                None,
                f"{people.names[worker]} (old)",
                opened,
            )
        )
    rows += [
        (key, None, mail, None, name, plan.start - 300)
        for key, name, mail in accountnames.namesakes(plan, people.names)
    ]
    rows.append((workers.robot, None, None, None, "Automation", plan.start - 400))
    account, person, email, number, label, opened_on = zip(*rows, strict=True)
    declared = {workers.keys[w]: people.numbers[w] for w in range(n) if "declared" in shown[w]}
    accounts = table(
        "accounts",
        {
            "account": account,
            "person": person,
            "email": email,
            "employee_number": number,
            "display_name": label,
            "is_active": ~flags(rng, len(rows), 0.04),
            "created_at": instants(np.array(opened_on) * DAY + 6 * 3600),
        },
    )
    return accounts, table(
        "identity_overrides",
        {
            "account": list(declared),
            "employee_number": list(declared.values()),
        },
    )


def _what_is_shown(rng: np.random.Generator, people: People) -> np.ndarray:
    """How each person's account can be recognised, if it can."""
    shown = quota(rng, len(people), _SHOWN)
    renamed = np.flatnonzero(people.mail_then != people.mail_now)
    renamed = renamed[[people.mail_now[p] is not None for p in renamed]]
    shown[renamed] = quota(rng, len(renamed), {"then": 0.35, "then, declared": 0.2, "mail": 0.45})
    shown[people.mail_now == "frontdesk@sample.example"] = "mail"
    numberless = people.numbers == np.array(None)
    shown[numberless] = np.where(people.mail_now[numberless] == np.array(None), "nothing", "mail")
    return shown


def _identity(
    people: People, person: int, shown: str, number: int
) -> tuple[str | None, str | None]:
    """E-mail and employee number on the account."""
    now, then = people.mail_now[person], people.mail_then[person]
    own = people.numbers[person]
    local, _, host = (now or then).partition("@")
    return {
        "mail": (now, None),
        "upper": ((now or "").upper() or None, None),
        "tag": (f"{local}+jira@{host}" if now else None, None),
        "number": (None, own),
        "both": (now, own),
        "stale number": (now, f"X{number}"),
        "nothing": (None, None),
        "private": (None, None),
        "slip": (None, None),
        "nothing, declared": (None, None),
        "then": (then, None),
        "then, declared": (then, None),
    }[shown]
