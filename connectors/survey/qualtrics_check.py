"""What `alignmart check` says of a Qualtrics account, before anything is pulled.

Belongs here: looking at the account, the surveys, their items and embedded data, the directory,
with the nearest existing name where the mapping names what is not there.
Does not belong here: reading answers (`qualtrics_walk`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final

from connectors.contract import Finding, SourceError
from connectors.http import HttpError
from connectors.source_check import guarded, in_words, mending, nearest, some
from connectors.survey.qualtrics_api import Api
from connectors.survey.qualtrics_questions import Item, scale_items
from connectors.survey.qualtrics_settings import (
    STANDARD_PERSON_FIELDS,
    QualtricsSettings,
    names,
)

_UNLOCKED_BY: Final = "token"
_guarded: Final = partial(guarded, api="Qualtrics' API", secret=_UNLOCKED_BY)


def findings(api: Api, settings: QualtricsSettings) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    account = list(_guarded("account", partial(_account, api, settings)))
    yield from account
    if any(finding.status == "error" for finding in account):
        return
    read: list[dict[str, Any]] = []
    yield from _guarded("surveys", partial(_surveys, api, settings, read))
    if read:
        yield from _guarded("questions", partial(_questions, settings, read))
        yield from _guarded("embedded data", partial(_embedded, settings, read))
    yield from _guarded("directory", partial(_directory, api, settings))


def _account(api: Api, settings: QualtricsSettings) -> Iterator[Finding]:
    try:
        _, me = api.one("/whoami")
    except SourceError as error:
        option = mending(error, _UNLOCKED_BY)
        unreached = not isinstance(error, HttpError) and settings.url is None
        hint = f" Is `{settings.datacenter}` the account's `datacenter`?" if unreached else ""
        option = "datacenter" if unreached else option
        yield Finding("account", "error", f"{in_words(error)}{hint}", option)
        return
    yield Finding("account", "ok", f"{me['userName']} of {me['brandId']} at {settings.address}")


def _surveys(
    api: Api, settings: QualtricsSettings, read: list[dict[str, Any]]
) -> Iterator[Finding]:
    """Fills `read` with the surveys that the settings name."""
    seen = {
        str(one["id"]): str(one["name"])
        for _, elements in api.listed("/surveys")
        for one in elements
    }
    for wanted in settings.surveys:
        if not any(names(wanted, key, title) for key, title in seen.items()):
            hint = nearest(wanted, seen)
            said = f"the account sees no survey `{wanted}`: share it with the account{hint}"
            yield Finding("surveys", "error", said, "surveys")
    chosen = {key: title for key, title in seen.items() if settings.wants(key, title)}
    if not chosen:
        said = (
            "no survey to read: share them (Projects, Collaborate) with the token's account, with "
            "the permissions View reports and Export responses"
        )
        yield Finding("surveys", "error", said)
        return
    yield Finding("surveys", "ok", f"{len(chosen)} of {len(seen)} that the account sees are read")
    without = [t for k, t in sorted(chosen.items()) if settings.mapping.series_of(k, t) is None]
    if without:
        said = f"of no series: {', '.join(without[:5])}; waves are compared within a series"
        yield Finding("surveys", "warning", f"{said}: name them in `series`", "mapping.series")
    for option in ("series", "anonymous"):
        for name in getattr(settings.mapping, option):
            if not any(names(name, key, title) for key, title in chosen.items()):
                said = f"`{option}` names `{name}`, which is no survey that is read"
                said += nearest(name, chosen)
                yield Finding("surveys", "warning", said, f"mapping.{option}")
    yield from _viewed(api, chosen, read)


def _viewed(api: Api, chosen: Mapping[str, str], read: list[dict[str, Any]]) -> Iterator[Finding]:
    """Fills `read`; an error for each reason that surveys may not be viewed for."""
    refused: dict[str, list[str]] = {}
    for key, title in sorted(chosen.items()):
        try:
            read.append(api.one(f"/surveys/{key}")[1])
        except SourceError as error:
            refused.setdefault(in_words(error).replace(key, "…"), []).append(title)
    for why, titles in refused.items():
        yield Finding("surveys", "error", f"{'; '.join(titles[:5])}: {why}")


def _questions(settings: QualtricsSettings, read: list[dict[str, Any]]) -> Iterator[Finding]:
    mapping = settings.mapping
    items = [item for survey in read for item in scale_items(survey, mapping)]
    codes = {item.code: mapping.construct_of(item.code) for item in items}
    mapped = sorted(code for code, construct in codes.items() if construct)
    unmapped = sorted(
        code for code in codes.keys() - set(mapped) if not code.startswith(mapping.ignored)
    )
    if mapped:
        yield Finding("questions", "ok", f"{len(mapped)} items with a construct are read")
    else:
        said = "no item has a construct: map their codes (export tags) in `constructs`"
        said += f"; the surveys have {some(unmapped)}"
        yield Finding("questions", "error", said, "mapping.constructs")
    if mapped and unmapped:
        what = "are read without one" if mapping.unmapped == "pull" else "are left out"
        said = f"of no construct, {what}: {some(unmapped)}"
        yield Finding("questions", "warning", said, "mapping.constructs")
    begins = {begin for begin in mapping.constructs if any(c.startswith(begin) for c in codes)}
    yield from _unknown("constructs", mapping.constructs.keys() - begins, codes)
    yield from _unknown("questions", mapping.questions.keys() - codes.keys(), codes)
    yield from _unknown("reversed", set(mapping.reversed) - codes.keys(), codes)
    choices = _choices(items)
    yield from _unknown("dont_know", set(mapping.dont_know) - choices, choices)


def _embedded(settings: QualtricsSettings, read: list[dict[str, Any]]) -> Iterator[Finding]:
    """Whether each survey with answers to read declares the fields that the mapping names."""
    mapping = settings.mapping
    wanted = {"unit_field": mapping.unit_field}
    if mapping.person_field not in STANDARD_PERSON_FIELDS:
        wanted["person_field"] = mapping.person_field
    if mapping.unit_field is None:
        said = "`unit_field` is not set: units come from where HR has people, anonymous waves "
        said += "count at the root alone"
        yield Finding("embedded data", "warning", said, "mapping.unit_field")
    declared = {
        str(survey["name"]): {str(one.get("name")) for one in survey.get("embeddedData") or []}
        for survey in read
    }
    for option, field in wanted.items():
        if field is None:
            continue
        lacking = [title for title, fields in declared.items() if field not in fields]
        if lacking:
            near = nearest(field, set().union(*(declared[title] for title in lacking)))
            said = f"no `{field}` (`{option}`) in {some(lacking)}: declare it in the survey flow"
            said += f", or name the field that is there{near}"
            yield Finding("embedded data", "error", said, f"mapping.{option}")
        else:
            yield Finding("embedded data", "ok", f"{field} is in all {len(read)} surveys")


def _directory(api: Api, settings: QualtricsSettings) -> Iterator[Finding]:
    try:
        seen = {
            str(one["directoryId"]): str(one.get("name"))
            for _, elements in api.listed("/directories")
            for one in elements
        }
    except HttpError as error:
        if error.status != 403:
            raise
        said = (
            "the account may not see the directory (403), so nobody counts as asked: a brand "
            "administrator gives it access to the XM Directory with the surveys' mailing lists"
        )
        yield Finding("directory", "error", said)
        return
    shown = ", ".join(f"{key} ({name})" for key, name in sorted(seen.items())) or "none"
    if settings.directory is not None and settings.directory not in seen:
        said = f"the account sees no directory `{settings.directory}`, but {shown}"
        said += "; without it nobody counts as asked"
        yield Finding("directory", "error", said, "directory")
    elif settings.directory is None and len(seen) != 1:
        said = f"name one in `directory`; the account sees {shown}"
        yield Finding("directory", "error", said, "directory")
    else:
        yield Finding("directory", "ok", settings.directory or shown)


def _unknown(option: str, names_there: Iterable[str], known: Iterable[str]) -> Iterator[Finding]:
    """A warning for each name in `option` that the surveys do not have."""
    every = sorted(known)
    for name in sorted(names_there):
        said = f"`{option}` names `{name}`, which no survey has{nearest(name, every)}"
        yield Finding("questions", "warning", said, f"mapping.{option}")


def _choices(items: Iterable[Item]) -> set[str]:
    return {word for item in items for pair in item.recodes.items() for word in pair}
