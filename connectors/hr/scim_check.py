"""What `alignmart check` says of a SCIM provider, before anything is pulled.

Belongs here: looking at the service, the first users and groups, and the schemas that the mapping
names, with the nearest attribute where one is wrong. No finding holds a person's data.
Does not belong here: reading users and groups (`scim_walk`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any, Final, Literal

from connectors.contract import Finding
from connectors.hr.scim_paths import CORE, ENTERPRISE, Path, flag, folded
from connectors.hr.scim_people import work_email
from connectors.hr.scim_settings import STANDARD, ScimSettings
from connectors.hr.scim_units import unit_name
from connectors.hr.scim_walk import Manners, Walk, resources_of
from connectors.http import Http, HttpError
from connectors.source_check import guarded, is_locked_out, nearest

_COMMON: Final = ("id", "externalid", "meta.created", "meta.lastmodified", "schemas")
"""Attributes of every resource, which no schema lists."""
_ENOUGH: Final = 0.5
"""Least share of the first users that should have an employee number or an address."""


def findings(http: Http, settings: ScimSettings) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    walk = Walk(http, Manners(), settings.page_size)
    users: list[dict[str, Any]] = []
    unlocked_by = "token" if settings.token is not None else "password"
    look = partial(guarded, api="SCIM", secret=unlocked_by)
    for subject, first in (
        ("service", partial(_service, walk, settings)),
        ("users", partial(_users, walk, settings, users)),
    ):
        seen = list(look(subject, first))
        yield from seen
        if is_locked_out(seen, unlocked_by):
            return
    if not users:
        return
    yield from look("mapping", partial(_mapping, http, settings))
    yield from look("identity", partial(_identity, settings, users))
    if settings.reads_groups():
        yield from look("units", partial(_unit_groups, walk, settings))
    elif {"assignments", "org_units"} & {*settings.gives}:
        yield from look("units", partial(_levels, settings, users))


def _service(walk: Walk, settings: ScimSettings) -> Iterator[Finding]:
    http = walk.http
    walk.manners = manners = Manners.of(http)
    if not manners.is_described:
        said = "has no ServiceProviderConfig (404); read by index, unsorted"
        yield Finding("service", "warning", f"{http.base_url} {said}")
        return
    order = "sorted by id" if manners.sorts and not manners.by_cursor else "in its own order"
    paging = "cursor" if manners.by_cursor else "index"
    yield Finding("service", "ok", f"{http.base_url}: pages by {paging}, {order}")
    if settings.filter and not manners.filters:
        said = "the provider says that it cannot filter: take `filter` out of the config"
        yield Finding("service", "error", said, "filter")


def _users(walk: Walk, settings: ScimSettings, users: list[dict[str, Any]]) -> Iterator[Finding]:
    params = {"filter": settings.filter} if settings.filter else {}
    if settings.only_mapped:
        params["attributes"] = ",".join(settings.mapping.user_attributes())
    answer = next(walk.pages("/Users", settings.page_size, params))
    users += [folded(user) for user in resources_of(answer) if isinstance(user, dict)]
    total = folded(answer.data).get("totalresults", len(users))
    if not users:
        said = "the provider shows no user: give the token the right to read /Users"
        said += ", or mend `filter`" if settings.filter else ""
        yield Finding("users", "error", said, "filter" if settings.filter else "")
        return
    yield Finding("users", "ok", f"{total} users")
    left = settings.mapping.paths().get("left_on")
    inactive = [user for user in users if flag(user.get("active")) is False]
    dateless = [user for user in inactive if left is None or left.of(user) is None]
    if dateless:
        what = (
            "count as gone from the night that sees it, and those of before the first night are "
            "not read; `inactive: last_change` reads them"
            if settings.mapping.inactive == "gone"
            else "count as left on the day their record last changed"
        )
        said = f"{len(dateless)} of the first {len(users)} are inactive without a last day: they"
        said += f" {what}; name `left_on` in `fields` if known"
        yield Finding("users", "warning", said, "mapping.fields")


def _mapping(http: Http, settings: ScimSettings) -> Iterator[Finding]:
    known = schemas(http)
    if known is None:
        said = "the provider shows no schemas, so the attributes named cannot be compared"
        yield Finding("mapping", "warning", said)
        return
    common = {path: path for path in _COMMON}
    of_users, of_groups = dict(common), dict(common)
    for urn, paths in known.items():
        of_users |= paths if "group" not in urn else {}
        of_groups |= paths if "user" not in urn else {}
    if not any(ENTERPRISE.lower() in schema for schema in known):
        said = "the provider has no enterprise extension: no employee number, department, manager"
        said += " unless `fields` names where they stand"
        yield Finding("mapping", "warning", said, "mapping.fields")
    wanted = [(option, path, of_users) for option, path in _chosen(settings)]
    if settings.reads_groups():
        named = settings.mapping.unit_paths().items()
        wanted += [(f"unit_groups.{option}", path, of_groups) for option, path in named]
    bad = [one for one in wanted if one[1].plain() not in one[2]]
    for option, path, paths in bad:
        yield _unknown(option, path, paths)
    if not bad:
        yield Finding("mapping", "ok", f"{len(wanted)} attributes named, all in the schemas")


def _chosen(settings: ScimSettings) -> Iterator[tuple[str, Path]]:
    """(option, path) of every attribute of users that the config names itself."""
    for column, text in settings.mapping.fields.items():
        if text and text != STANDARD.get(column):
            yield f"fields.{column}", Path.read(text)
    mapping = settings.mapping
    for option, texts in (
        ("org_levels", mapping.org_levels),
        ("extra_fields", mapping.extra_fields),
    ):
        for text in texts:
            yield option, Path.read(text)


def _unknown(option: str, path: Path, known: Mapping[str, str]) -> Finding:
    tails = {written: written.rpartition(":")[2] for written in known.values()}
    hint = nearest(path.plain().rpartition(":")[2], tails)
    said = f"no schema of the provider has `{path.plain()}`{hint}"
    return Finding("mapping", "error", f"{option}: {said}", f"mapping.{option}")


def schemas(http: Http) -> dict[str, dict[str, str]] | None:
    """By schema: its attributes, plain path in lower case to path as written; None: shows none.

    Raises SourceError.
    """
    try:
        found = resources_of(http.get("/Schemas"))
    except HttpError as error:
        if error.status in (404, 501):
            return None
        raise
    known: dict[str, dict[str, str]] = {}
    for schema in map(folded, found):
        urn = str(schema["id"])
        before = "" if urn.startswith(CORE) else f"{urn}:"
        paths = known.setdefault(urn.lower(), {})
        for attribute in schema.get("attributes") or ():
            whole = f"{before}{attribute['name']}"
            parts = attribute.get("subattributes") or ()
            for path in (whole, *(f"{whole}.{part['name']}" for part in parts)):
                paths[path.lower()] = path
    return known or None


def _identity(settings: ScimSettings, users: list[dict[str, Any]]) -> Iterator[Finding]:
    """Whether other systems can know these people: by number, else by address."""
    paths, active = (
        settings.mapping.paths(),
        [u for u in users if flag(u.get("active")) is not False],
    )
    number, mail = paths.get("employee_number"), paths.get("work_email")
    numbered = sum(number is not None and number.of(user) is not None for user in active)
    address = mail.of if mail else work_email
    mailed = sum(address(user) is not None for user in active)
    shares = f"of the first {len(active)} active users {numbered} have an employee number, "
    shares += f"{mailed} a work e-mail"
    if numbered < _ENOUGH * len(active):
        said = "people are then known by e-mail alone; name `employee_number` in `fields`"
        status: Literal["error", "warning"]
        status = "error" if mailed < _ENOUGH * len(active) else "warning"
        yield Finding("identity", status, f"{shares}: {said}", "mapping.fields")
    else:
        yield Finding("identity", "ok", shares)
    keyless = sum(paths["person_key"].of(user) is None for user in users)
    if keyless:
        said = f"{keyless} of the first {len(users)} users have no `person_key` and are set aside"
        yield Finding("identity", "warning", said, "mapping.fields.person_key")


def _levels(settings: ScimSettings, users: list[dict[str, Any]]) -> Iterator[Finding]:
    levels = settings.mapping.levels()
    placed = sum(any(path.of(user) for path in levels) for user in users)
    named = ", ".join(path.name for path in levels)
    said = f"{placed} of the first {len(users)} users name a unit in {named}"
    if placed:
        yield Finding("units", "ok", said)
    else:
        yield Finding("units", "error", said + _NO_UNIT, "mapping.org_levels")


_NO_UNIT: Final = "; set `org_levels` or `unit_groups`, or leave units to another source (`gives`)"


def _unit_groups(walk: Walk, settings: ScimSettings) -> Iterator[Finding]:
    mapping = settings.mapping
    options = mapping.unit_groups
    assert options is not None
    params = {"attributes": ",".join(mapping.group_attributes())} if settings.only_mapped else {}
    answer = next(walk.pages("/Groups", settings.page_size, params))
    groups = [folded(group) for group in resources_of(answer) if isinstance(group, dict)]
    paths = mapping.unit_paths()
    units = [group for group in groups if unit_name(options, paths, group) is not None]
    said = f"{len(units)} of the first {len(groups)} groups are units"
    if not units:
        names = ", ".join(sorted(str(group.get("displayname")) for group in groups)[:5])
        said += f"; the groups begin with: {names}; mend `unit_groups`"
        yield Finding("units", "error", said, "mapping.unit_groups")
        return
    yield Finding("units", "ok", said)
    if not any(group.get("members") for group in units):
        said = "the list of groups leaves members out, so each unit is asked for by itself"
        yield Finding("units", "ok", said)
