"""What `alignmart check` says of a Tryton server, before anything is pulled.

Belongs here: looking at the login, the companies, the models and fields that the mapping names,
with the nearest existing name where one is wrong.
Does not belong here: reading records (`tryton`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from functools import partial
from typing import Any, Final

from connectors.contract import Finding, SourceError
from connectors.hr.tryton_questions import Question, questions
from connectors.hr.tryton_rpc import CallError, Rpc, logged_in
from connectors.hr.tryton_settings import STATUS, WORK, CompanyMapping, TrytonSettings
from connectors.http import HttpError, Patience
from connectors.source_check import guarded, in_words, mending, nearest

_UNLOCKED_BY: Final = "password"
_guarded: Final = partial(guarded, api="Tryton", secret=_UNLOCKED_BY)


def findings(source: str, settings: TrytonSettings, patience: Patience | None) -> Iterator[Finding]:
    """Yield what was found, one line a subject; what a person can mend is no exception."""
    try:
        with logged_in(source, settings, patience) as rpc:
            yield from _guarded("server", lambda: _server(rpc, settings))
            yield from _guarded("account", lambda: _account(rpc, settings))
            models = _Models(rpc)
            told: set[str] = set()
            for question in questions(settings):
                look = partial(_list, rpc, models, question, settings)
                for finding in _guarded(question.stream, look):
                    if finding.message not in told:
                        yield finding
                    told.add(finding.message)
            if "work" in settings.modules:
                yield from _guarded("initiative types", lambda: _types(models, settings))
                yield from _guarded("statuses", lambda: _statuses(rpc, settings))
                yield from _guarded("goals", lambda: _goals(settings))
    except SourceError as error:
        yield Finding("account", "error", in_words(error), _mending(error))


def _mending(error: SourceError) -> str:
    """The option that mends a login; Tryton says 404 for a database that is not there."""
    is_not_there = isinstance(error, HttpError) and error.status == 404
    return "database" if is_not_there else mending(error, _UNLOCKED_BY)


def _server(rpc: Rpc, settings: TrytonSettings) -> Iterator[Finding]:
    said = f"Tryton {rpc.version()} at {settings.url}, database {settings.database}"
    yield Finding("server", "ok", said)


def _account(rpc: Rpc, settings: TrytonSettings) -> Iterator[Finding]:
    preferences = rpc.prefer()
    companies = preferences.get("companies") or []
    if not companies or not (preferences.get("company") or companies):
        said = (
            f"{settings.user} belongs to no company, so it sees no tasks and no time: give the "
            "user its companies, and the company filter All (Administration, Users, tab User)"
        )
        yield Finding("account", "error" if "work" in settings.modules else "warning", said)
    elif len(companies) > 1 and preferences.get("company_filter") != "all":
        said = (
            f"{settings.user} has {len(companies)} companies but sees the current one only: set "
            "its company filter to All (Administration, Users, tab User)"
        )
        yield Finding("account", "warning", said)
    else:
        yield Finding("account", "ok", f"{settings.user}, {len(companies)} company(ies)")


class _Models:
    """The server's models and their fields, each asked for once."""

    def __init__(self, rpc: Rpc) -> None:
        self._rpc = rpc
        self._fields: dict[str, dict[str, Any]] = {}

    def fields(self, model: str) -> dict[str, Any]:
        """The fields of `model` by name. Raises SourceError where there is no such model."""
        if model not in self._fields:
            answer = self._rpc.call(f"model.{model}.fields_get")
            self._fields[model] = answer.take("result", dict)
        return self._fields[model]

    def near(self, model: str) -> list[str]:
        """Models of the server with names like `model`."""
        names = {name[6:].rpartition(".")[0] for name in self._rpc.names() if name[:6] == "model."}
        return [] if model in names else get_close_matches(model, sorted(names), n=3, cutoff=0.6)


def _list(
    rpc: Rpc, models: _Models, question: Question, settings: TrytonSettings
) -> Iterator[Finding]:
    subject, model = question.stream, question.model
    try:
        models.fields(model)
    except CallError as error:
        near = models.near(model)
        hint = f"; nearest: {', '.join(near)}" if near else ""
        said = f"the server has no model {model}{hint}. Activate its module, or mend the mapping"
        known = not near and model in str(error) and "not allowed" in str(error)
        option = _option_of(settings.mapping, model)
        yield Finding(subject, "error", str(error) if known else f"{said}.", option)
        return
    wrong = list(_unknown(models, model, question.fields))
    for path, said in wrong:
        yield Finding(subject, "error", said, _option_of(settings.mapping, path) or "mapping")
    if wrong:
        return
    count = rpc.call(f"model.{model}.search_count", list(question.only)).take("result", int)
    if question.fields:
        rpc.call(
            f"model.{model}.search_read",
            list(question.only), 0, 1, [["id", "ASC"]], list(question.fields),
        ).rows("result")  # fmt: skip
    if count or subject == "timesheet_works":
        yield Finding(subject, "ok", f"{count} record(s) of {model}")
    else:
        said = (
            f"{model} shows no record to this user: if there are some, give the user their company "
            "(Administration, Users, tab User), and a group that may read them"
        )
        yield Finding(subject, "warning", said)


def _option_of(mapping: CompanyMapping, name: str) -> str:
    """The option that names this model or field, or begins the path to it; "" where none does."""
    for section in ("people", "assignments", "org_units", "work_items"):
        for option, value in getattr(mapping, section):
            named = value if isinstance(value, tuple) else (value,)
            begun = (f"{one}." for one in named if isinstance(one, str))
            if name in named or name.startswith(tuple(begun)):
                return f"mapping.{section}.{option}"
    return ""


def _unknown(models: _Models, model: str, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Each of `paths` that does not lead through the server's fields, with a sentence on it."""
    for path in paths:
        here, steps = model, path.split(".")
        for place, step in enumerate(steps):
            fields = models.fields(here)
            if step not in fields:
                yield path, f"{path}: {here} has no field `{step}`{nearest(step, list(fields))}"
                break
            if place == len(steps) - 1:
                break
            kind = fields[step]
            if kind["type"] == "reference":
                here = WORK
            elif kind["type"] in ("many2one", "one2one"):
                here = kind["relation"]
            else:
                said = f"`{step}` of {here} is a {kind['type']} and leads nowhere further"
                yield path, f"{path}: {said}"
                break


def _types(models: _Models, settings: TrytonSettings) -> Iterator[Finding]:
    known = {key: label for key, label in models.fields(WORK)["type"]["selection"] if key}
    wanted = settings.mapping.initiative_types
    option = "mapping.initiative_types"
    yield from _known("initiative types", option, wanted, known, "type of project.work")
    good = [name for name in wanted if name in known]
    if good:
        yield Finding("initiative types", "ok", ", ".join(good))


def _statuses(rpc: Rpc, settings: TrytonSettings) -> Iterator[Finding]:
    asked = rpc.call(f"model.{STATUS}.search_read", [], 0, None, None, ["name", "progress"])
    progress = {row["name"]: row["progress"] for row in asked.rows("result")}
    mapped = settings.mapping.status_categories
    option = "mapping.status_categories"
    wrong = list(_known("statuses", option, mapped, progress, "status"))
    yield from wrong
    if wrong:
        return
    said = [
        f"{name}: {mapped.get(name) or ('done' if share == 1 else 'todo, or doing by progress')}"
        for name, share in sorted(progress.items())
    ]
    yield Finding("statuses", "ok", "; ".join(said))


def _goals(settings: TrytonSettings) -> Iterator[Finding]:
    fields = settings.mapping.work_items.goals
    if fields:
        yield Finding("goals", "ok", ", ".join(fields))
    else:
        said = "`mapping.work_items.goals` is not set: no task will name a goal"
        yield Finding("goals", "warning", said, "mapping.work_items.goals")


def _known(
    subject: str, option: str, wanted: Iterable[str], have: Iterable[str], what: str
) -> Iterator[Finding]:
    """An error for each of `wanted` that the server does not have, with the nearest that it has."""
    every = list(have)
    for name in wanted:
        if name not in every:
            said = f"the server has no {what} `{name}`{nearest(name, every)}"
            yield Finding(subject, "error", said, option)
