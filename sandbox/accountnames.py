"""How accounts write the names of the people behind them, and names of those who are nobody in HR.

Belongs here: spellings, private addresses, slips in numbers, contractors and robots whose names are
like those of employees. Does not belong here: which account shows what (`accounts`).

All chance here is of its own, so that the company stays the same whatever is written.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import Final

import numpy as np

from sandbox.draw import Plan, quota
from sandbox.names import GIVEN, plain
from sandbox.names import draw as draw_names

_SPELLINGS: Final = {
    "as in HR": 0.46,
    "family name first, comma": 0.13,
    "family name first": 0.06,
    "initial": 0.07,
    "without accents": 0.09,
    "short form": 0.05,
    "slip": 0.05,
    "middle name": 0.04,
    "with a remark": 0.02,
    "double name since": 0.02,
    "other name since": 0.01,
}
_SHORT: Final = {
    "Michael": "Mike",
    "Thomas": "Tom",
    "Alexander": "Alex",
    "Katharina": "Kathi",
    "Benjamin": "Ben",
    "Robert": "Bob",
    "William": "Bill",
    "Elizabeth": "Liz",
    "Christopher": "Chris",
    "Matthew": "Matt",
    "Richard": "Rick",
    "Samuel": "Sam",
    "Anthony": "Tony",
    "Maximilian": "Max",
    "Susanne": "Susi",
    "Stefan": "Steff",
    "Daniel": "Dan",
    "Sebastian": "Basti",
    "James": "Jim",
    "Joseph": "Joe",
}
_HOSTS: Final = ("gmail.com", "gmx.de", "web.de", "outlook.com", "proton.me")
_PETS: Final = ("bluebird", "nightowl", "redpanda", "seahorse", "firefly")
_ROBOTS: Final = ("Deploy Bot", "svc-jira-sync", "Build Automation", "Otto Bot")


@dataclass(frozen=True, slots=True)
class Written:
    """What the account of each person writes, by number of the person."""

    names: list[str]
    private_mails: list[str]
    slipped_numbers: list[str | None]


def written(plan: Plan, names: list[str], numbers: np.ndarray) -> Written:
    """Every person's name as their account has it; a private address; their number with a slip."""
    rng = plan.rng("account-names")
    spellings = quota(rng, len(names), _SPELLINGS)
    used = set(numbers)
    return Written(
        [_spelt(rng, name, how) for name, how in zip(names, spellings, strict=True)],
        [_private(rng, name) for name in names],
        [_slipped(rng, number, used) for number in numbers],
    )


def namesakes(plan: Plan, names: list[str]) -> list[tuple[str, str, str | None]]:
    """Accounts of people and robots that HR does not know: key, name, e-mail.

    One for every forty people: a third has the name of an employee, a third one that is like it,
    a third another name; some show the address of an agency. And a few robots.
    """
    rng = plan.rng("namesakes")
    n = max(3, len(names) // 40)
    given, family = draw_names(rng, n)
    found: list[tuple[str, str | None]] = []
    for number in range(n):
        like = names[int(rng.integers(len(names)))]
        name = (like, _near(rng, like), f"{given[number]} {family[number]}")[number % 3]
        shown = name + (" (Extern)" if number % 5 == 3 else "")
        local = ".".join(plain(word) for word in name.split(" ", 1))
        found.append((shown, f"{local}@agency.example" if number % 2 else None))
    found += [(robot, None) for robot in _ROBOTS]
    return [
        (bytes(rng.integers(0, 256, 12, dtype=np.uint8)).hex(), name, mail) for name, mail in found
    ]


def _spelt(rng: np.random.Generator, name: str, how: str) -> str:
    given, family = name.split(" ", 1)
    other, remark = rng.choice(GIVEN, 2)
    return {
        "as in HR": name,
        "family name first, comma": f"{family}, {given}",
        "family name first": f"{family} {given}",
        "initial": f"{given[0]}. {family}",
        "without accents": f"{_bare(given)} {_bare(family)}",
        "short form": f"{_SHORT.get(given, given)} {family}",
        "slip": f"{given} {_with_slip(rng, family)}",
        "middle name": f"{given} {other} {family}",
        "with a remark": f"{given} {family} | {remark} team",
        "double name since": f"{given} {family}-Sommer",
        "other name since": f"{given} Sommerfeld",
    }[how]


def _bare(name: str) -> str:
    """As a system writes it that drops what is no plain letter."""
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def _with_slip(rng: np.random.Generator, word: str) -> str:
    """One letter doubled, missing, or two swapped, not at the beginning."""
    at = int(rng.integers(1, max(2, len(word) - 1)))
    return (
        word[:at] + word[at - 1] + word[at:],
        word[:at] + word[at + 1 :],
        word[:at] + word[at + 1 : at + 2] + word[at] + word[at + 2 :],
    )[int(rng.integers(3))]


def _near(rng: np.random.Generator, name: str) -> str:
    """Another person's name that is like this one: the same initial, or the same given name."""
    given, family = name.split(" ", 1)
    alike = [other for other in GIVEN if other[0] == given[0] and other != given]
    if rng.random() < 0.5 and alike:
        return f"{rng.choice(alike)} {family}"
    return f"{given} {draw_names(rng, 1)[1][0]}"


def _private(rng: np.random.Generator, name: str) -> str:
    given, family = (plain(word) for word in name.split(" ", 1))
    local = (
        f"{given}.{family}",
        f"{given[0]}{family}",
        f"{family}.{given}{int(rng.integers(60, 99))}",
        f"{rng.choice(_PETS)}{int(rng.integers(10, 99))}",
    )[int(rng.integers(4))]
    return f"{local}@{rng.choice(_HOSTS)}"


def _slipped(rng: np.random.Generator, number: str | None, used: set[str]) -> str | None:
    """The number with letters before it, or with one digit that is wrong and makes nobody's."""
    place, way = int(rng.integers(1, 5)), int(rng.integers(3))
    if number is None:
        return None
    changed = [f"{number[:place]}{digit}{number[place + 1 :]}" for digit in "0123456789"]
    free = [other for other in changed if other not in used]
    return f"P-{number}" if way == 0 or not free else free[0]
