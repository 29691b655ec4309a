"""Which person an account is (readings P4 and P5).

Belongs here: overrides, employee numbers and e-mails as the systems show them.
Does not belong here: the true owner of an account, which no observer can see; whom the linkage
takes an account for. That is given: how good it is, is measured beside the truth.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from sandbox.world import HR, TRACKER, World


@dataclass(frozen=True)
class Identity:
    """Matches of accounts. A worker is `hr:<person>`, or `jira:<account>` where nobody matches."""

    matches: dict[str, tuple[str | None, str]]

    def person(self, account: str) -> str | None:
        """The person's bare key, or None."""
        return self.matches.get(account, (None, ""))[0]

    def worker(self, account: str) -> str:
        """The one whose day of work it is: the person, else the account itself."""
        person = self.person(account)
        return f"{TRACKER}:{account}" if person is None else f"{HR}:{person}"

    def table(self) -> pl.DataFrame:
        """source, account_ref, person_id or null, method (override, employee_number, email,
        linkage, unmatched); one row an account."""
        rows = [
            (TRACKER, account, None if person is None else f"{HR}:{person}", method)
            for account, (person, method) in sorted(self.matches.items())
        ]
        columns = ("source", "account_ref", "person_id", "method")
        return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def resolve(world: World, linked: Mapping[str, str] | None = None) -> Identity:
    """Match every account of the (cut) world: override, then number, then e-mail; a number or an
    e-mail that several people share names nobody. What is left is as `linked` has it, bare key of
    the person by account."""
    known = set(world.people["person"])
    linkage = {a: p for a, p in (linked or {}).items() if p in known}
    people = world.people.select("person", "employee_number", "email_now").rows()
    by_number = _unique((number, person) for person, number, _ in people if number)
    by_email = _unique((plain_email(mail), person) for person, _, mail in people if mail)
    overrides = dict(world.identity_overrides.select("account", "employee_number").rows())
    matches: dict[str, tuple[str | None, str]] = {}
    for account, email, number in world.accounts.select(
        "account", "email", "employee_number"
    ).iter_rows():
        found = (
            (by_number.get(overrides.get(account, "")), "override"),
            (by_number.get(number or ""), "employee_number"),
            (by_email.get(plain_email(email or "")), "email"),
            (linkage.get(account), "linkage"),
        )
        matches[account] = next((m for m in found if m[0] is not None), (None, "unmatched"))
    return Identity(matches)


def plain_email(email: str) -> str:
    """Lower case, trimmed, without a `+tag` before the @."""
    name, at, domain = email.strip().lower().partition("@")
    return name.split("+")[0] + at + domain


def _unique(pairs: Iterable[tuple[str, str]]) -> dict[str, str]:
    found: dict[str, set[str]] = defaultdict(set)
    for word, person in pairs:
        found[word].add(person)
    return {word: min(people) for word, people in found.items() if len(people) == 1}
