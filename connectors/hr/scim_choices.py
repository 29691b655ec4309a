"""What `alignmart init` asks of a SCIM provider: which attributes, what is a unit, who is read.

Belongs here: which attributes and groups could be meant, and why. Examples are shown of dates and
shares only, never of who somebody is.
Does not belong here: how questions are put (the pipeline), whether a mapping fits (`scim_check`),
reading users and groups (`scim_walk`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from connectors.contract import (
    Candidate,
    Choice,
    Entry,
    Finding,
    Interview,
    Pairing,
    Places,
    SourceError,
)
from connectors.field_choices import (
    FTE,
    JOB_FAMILY,
    MANAGER,
    START,
    UNIT,
    best_alone,
    likeness,
    ranked,
    seen,
    weighed,
)
from connectors.hr.scim_paths import CORE, ENTERPRISE, Path, flag, folded
from connectors.hr.scim_settings import STANDARD, Column, ScimSettings
from connectors.hr.scim_walk import Manners, Walk, resources_of
from connectors.http import Http, HttpError

_LOOKED_AT: Final = 200
_GIVES: Final = {
    "people": "who works here, with number and e-mail",
    "assignments": "who sits in which unit, under whom",
    "org_units": "the units themselves",
    "accounts": "the same users as accounts, where HR is another source",
}
_COLUMNS: Final[Mapping[Column, tuple[str, ...]]] = {
    "hired_on": ("hired on", "hire date", "start date", "entry date", "joined", "employed since"),
    "left_on": ("left on", "termination date", "end date", "last day", "exit date"),
    "leave_from": ("leave from", "leave start", "absent from"),
    "leave_to": ("leave to", "leave end", "absent to"),
    "job_family": JOB_FAMILY,
    "fte": FTE,
    "effective_from": ("seat from", "in position since", "position start", "effective from"),
}
"""Columns that no standard attribute holds, with words that an attribute of theirs has."""

User = dict[str, Any]


def interview(http: Http, settings: ScimSettings) -> Interview:
    """Ask what a provider can answer. Raises SourceError."""
    walk = Walk(http, Manners.of(http), settings.page_size)
    users = _first(walk, "/Users")
    if not users:
        raise SourceError(
            f"{http.source}: the provider shows no user: give the token the right to read them."
        )
    yield Finding("users", "ok", f"the first {len(users)} are looked into")
    usual = settings.gives
    gives = [Candidate(one, one, what, float(one in usual)) for one, what in _GIVES.items()]
    given = yield Choice("gives", "What is taken from this provider?", gives, many=True)
    attributes = _attributes(http)
    if "people" in (given or usual):
        yield from _columns(users, attributes)
        yield from _inactive(users)
    if {"assignments", "org_units"} & {*(given or usual)}:
        yield from _units(walk, users, attributes)
    place = Path.read(STANDARD["location"])
    yield Places(Counter(str(name) for user in users if (name := place.of(user))))


def _first(walk: Walk, path: str) -> list[User]:
    """The first page of a list, names of attributes in lower case."""
    answer = next(walk.pages(path, _LOOKED_AT, {}))
    return [folded(one) for one in resources_of(answer) if isinstance(one, dict)]


def _attributes(http: Http) -> dict[str, list[str]]:
    """By schema: paths of its attributes as one would write them; {} where none are shown."""
    try:
        schemas = resources_of(http.get("/Schemas"))
    except HttpError as error:
        if error.status in (404, 501):
            return {}
        raise
    return {
        str(schema["id"]): [str(one["name"]) for one in schema.get("attributes") or ()]
        for schema in schemas
    }


def _columns(users: Sequence[User], attributes: Mapping[str, Iterable[str]]) -> Interview:
    """Attributes of the provider's own extensions for what the standard has no place for."""
    paths = [
        f"{urn}:{name}"
        for urn, names in attributes.items()
        if not urn.startswith(CORE) and urn != ENTERPRISE and "group" not in urn.lower()
        for name in names
    ]
    entries = []
    for column, words in _COLUMNS.items():
        found = []
        for path in paths:
            values = [Path.read(path).of(user) for user in users]
            score = weighed(likeness(path.rpartition(":")[2], words), values)
            if score:
                found.append(Candidate(path, path.rpartition(":")[2], seen(values), score))
        entries.append(Entry(column, f"one of {len(paths)} attributes", best_alone(found)))
    keyed = sum(bool(user.get("externalid")) for user in users)
    external = Candidate("externalId", "externalId", "", 0.6 if keyed == len(users) else 0.2)
    said = f"set for {keyed} of {len(users)}: the key of the HR system, where that is the source"
    entries.append(Entry("person_key", said, (external, Candidate("id", "id", "", 0.3))))
    question = "Which attributes hold these? SCIM itself has no place for them"
    yield Pairing("mapping.fields", question, entries)


def _inactive(users: Sequence[User]) -> Interview:
    """Asked only where some users are inactive."""
    n = sum(flag(user.get("active")) is False for user in users)
    if n:
        ways = [
            Candidate("gone", "gone", "from the night that sees them inactive", 1.0),
            Candidate("last_change", "last change", "they left when their record last changed"),
        ]
        question = f"{n} of the first {len(users)} users are inactive: what are they, undated?"
        yield Choice("mapping.inactive", question, ways)


def _units(walk: Walk, users: Sequence[User], attributes: Mapping[str, Iterable[str]]) -> Interview:
    """Units are groups that can be told from others, else names on the users."""
    groups = _first(walk, "/Groups")
    told = yield from _groups(groups, attributes)
    if told:
        keyed = sum(bool(one.get("externalid")) for one in groups)
        score = 0.6 if keyed == len(groups) else 0.1
        found = [
            Candidate("externalId", "externalId", f"set for {keyed} of {len(groups)}", score),
            Candidate("id", "id", "the provider's own", 0.55 - score / 4),
        ]
        yield Choice("mapping.unit_groups.key", "What is a unit known by?", best_alone(found))
        yield from _of_units(attributes)
        return
    found = []
    for name in ("organization", "division", "department"):
        units = {value for user in users if (value := Path.read(name).of(user))}
        score = (0.6 if name == "department" else 0.55) if len(units) > 1 else 0.1
        found.append(Candidate(name, name, f"{len(units)} names in use", score))
    question = "Which attributes name the units of a user? From the highest to the lowest"
    yield Choice("mapping.org_levels", question, found, many=True)


def _of_units(attributes: Mapping[str, Iterable[str]]) -> Interview:
    """Who leads a unit and since when it is, where groups have attributes that could say so."""
    paths = {
        f"{urn}:{name}": name
        for urn, names in attributes.items()
        if "group" in urn.lower() and not urn.startswith(CORE)
        for name in names
    }
    for option, question, words in (
        ("head", "Which attribute holds the user who leads a unit?", ("head", *MANAGER)),
        ("effective_from", "Which holds the first day of a unit?", START),
    ):
        found = [
            Candidate(path, name, "", score)
            for path, name in paths.items()
            if (score := likeness(name, words))
        ]
        if found:
            yield Choice(f"mapping.unit_groups.{option}", question, best_alone(found))


def _groups(groups: Sequence[User], attributes: Mapping[str, Iterable[str]]) -> Any:
    """Ask how groups that are units are told from others; whether they are at all.

    By an attribute of groups with few values, else by how their names begin.
    """
    values: dict[str, Counter[str]] = {}
    for urn, names in attributes.items():
        for name in names if "group" in urn.lower() and not urn.startswith(CORE) else ():
            path = Path.read(f"{urn}:{name}")
            there = Counter(str(value) for one in groups if (value := path.of(one)))
            if there and len(there) * 2 <= there.total():
                values[f"{urn}:{name}"] = there
    if values:
        found = [
            Candidate(path, path.rpartition(":")[2], f"values: {', '.join(sorted(there)[:5])}",
                      max(likeness(value, UNIT) for value in there))
            for path, there in values.items()
        ]  # fmt: skip
        question = "Which attribute of groups tells units from other groups?"
        chosen = yield Choice("mapping.unit_groups.attribute", question, best_alone(found))
        if chosen in values:
            found = [
                Candidate(value, value, f"{n} groups", likeness(value, UNIT))
                for value, n in values[chosen].items()
            ]
            question = "Which of its values make a unit?"
            yield Choice("mapping.unit_groups.values", question, ranked(found), many=True)
            return True
    starts = Counter(_start(str(one.get("displayname") or "")) for one in groups)
    begun = [
        Candidate(start, f"{start}…", f"{n} groups", likeness(start, (*UNIT, "ou", "org")))
        for start, n in starts.items()
        if start and n > 1
    ]
    if not begun:
        return False
    question = "How do names of groups begin that are units? None: units stand on the users"
    chosen = yield Choice(
        "mapping.unit_groups.name_prefix", question, best_alone(begun), is_open=True
    )
    return bool(chosen)


def _start(name: str) -> str:
    """`Unit - ` of `Unit - Sales`, `OU_` of `OU_Sales`; nothing where there is no such mark."""
    for mark in (" - ", ": ", "_", "-", "/"):
        before, found, _ = name.partition(mark)
        if found and len(before) <= 12:
            return before + mark
    return ""
