"""What `alignmart init` asks of a Redmine: projects, trackers, custom fields, statuses.

Belongs here: which of the site's things could be meant, and why.
Does not belong here: how questions are put (the pipeline), whether a mapping fits
(`redmine_check`), reading issues (`redmine`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from connectors.contract import Candidate, Choice, Entry, Finding, Interview, Pairing, SourceError
from connectors.field_choices import (
    DROPPED,
    EMPLOYEE_NUMBER,
    GOAL,
    INITIATIVE,
    POINTS,
    Words,
    best_alone,
    example,
    likeness,
    meanings,
    ranked,
    seen,
    weighed,
)
from connectors.http import Http, HttpError
from connectors.tracking.redmine_walk import walked

_LOOKED_AT: Final = 100
_NUMBERS: Final = ("int", "float")
_NO_GOAL: Final = ("int", "float", "date", "bool", "user", "version", "attachment")

Record = dict[str, Any]


def interview(http: Http) -> Interview:
    """Ask what a site can answer. Raises SourceError."""
    me = http.get("/users/current.json").data["user"]
    kind = "an administrator" if me.get("admin") else "no administrator"
    yield Finding("account", "ok", f"{me['firstname']} {me['lastname']}, {kind}")
    projects = yield _projects(http)
    yield _trackers(http)
    issues = _newest(http, projects or [])
    yield Finding("issues", "ok", f"the {len(issues)} changed last are looked into")
    of_issues, of_users = _custom_fields(http, issues)
    goals = yield Choice(
        "mapping.goal_fields",
        "Which custom fields name goals?",
        ranked(_fields(of_issues, issues, GOAL)),
        many=True,
        without=(
            "No issue will name a goal: add a text field to the site, or write the links into a "
            "file goal_initiative_links.csv."
        ),
    )
    if goals:
        question = "Whose goals do bare goal keys name?"
        yield Choice("mapping.goal_source", question, giving="goals")
    points = _fields(of_issues, issues, POINTS)
    question = "Which custom field holds the estimate in points?"
    yield Choice("mapping.points_field", question, best_alone(points))
    users = [
        Candidate(one["name"], one["name"], one.get("field_format", ""),
                  likeness(one["name"], EMPLOYEE_NUMBER))
        for one in of_users
    ]  # fmt: skip
    if users:
        question = "Which custom field of users holds the employee number?"
        yield Choice("mapping.employee_number_field", question, best_alone(users))
    yield from _statuses(http)


def _projects(http: Http) -> Choice:
    found: list[Candidate] = []
    for answer in walked(http, "/projects.json", "projects", 100, sort="id"):
        for one in answer.rows("projects"):
            candidate = Candidate(one["identifier"], one["name"], _below(one))
            if candidate not in found:
                found.append(candidate)
    if not found:
        raise SourceError(
            f"{http.source}: the key's account sees no project: give it a role with View issues."
        )
    question = "Which projects are read, with those below them? All, unless you name some"
    return Choice("projects", question, found, many=True)


def _below(project: Record) -> str:
    parent = project.get("parent")
    return f"below {parent['name']}" if parent else ""


def _trackers(http: Http) -> Choice:
    found = [
        Candidate(one["name"], one["name"], "", likeness(one["name"], INITIATIVE))
        for one in http.get("/trackers.json").rows("trackers")
    ]
    question = "Which trackers are initiatives, for which goals are worked?"
    return Choice("mapping.initiative_trackers", question, ranked(found), many=True)


def _newest(http: Http, projects: Sequence[str]) -> list[Record]:
    """The issues changed last, of the first project chosen where some are."""
    scope = {"project_id": projects[0]} if projects else {}
    path, sort = "/issues.json", "updated_on:desc"
    answer = http.get(path, status_id="*", sort=sort, limit=_LOOKED_AT, **scope)
    return list(answer.rows("issues"))


def _custom_fields(http: Http, issues: Iterable[Record]) -> tuple[list[Record], list[Record]]:
    """Those of issues and of users; without an administrator's key those seen on issues."""
    try:
        fields = http.get("/custom_fields.json").rows("custom_fields")
    except HttpError as error:
        if error.status != 403:
            raise
        shown = {one["name"]: one for issue in issues for one in issue.get("custom_fields", ())}
        return [{"name": name} for name in sorted(shown)], []
    return (
        [one for one in fields if one["customized_type"] == "issue"],
        [one for one in fields if one["customized_type"] == "user"],
    )


def _fields(
    fields: Iterable[Record], issues: Sequence[Record], words: Words
) -> Iterator[Candidate]:
    """Custom fields of a kind that could hold it, with what stands in the newest issues."""
    for one in fields:
        kind = str(one.get("field_format", ""))
        if kind and ((kind not in _NUMBERS) if words is POINTS else (kind in _NO_GOAL)):
            continue
        values = [
            cell.get("value")
            for issue in issues
            for cell in issue.get("custom_fields", ())
            if cell["name"] == one["name"]
        ]
        said = ", ".join(filter(None, (kind, seen(values))))
        by_name = likeness(one["name"], words)
        shown = example(values) if by_name else ""  # what else stands there is nobody's business
        yield Candidate(one["name"], one["name"], said, weighed(by_name, values), shown)


def _statuses(http: Http) -> Interview:
    """Open statuses that sound as nobody works in them, closed ones that sound dropped."""
    rows = http.get("/issue_statuses.json").rows("issue_statuses")
    asked: list[Entry] = []
    dropped: list[Candidate] = []
    for one in rows:
        name = str(one["name"])
        if one.get("is_closed"):
            dropped.append(Candidate(name, name, "closed", likeness(name, DROPPED)))
        else:
            asked.append(Entry(name, "open", _of_open(name)))
    question = (
        "What do the open statuses mean? Without a word: the tracker's first todo, else doing"
    )
    yield Pairing("mapping.status_categories", question, asked)
    question = "Which closed statuses mean that work was dropped, not done?"
    yield Choice("mapping.dropped_statuses", question, ranked(dropped), many=True)


def _of_open(name: str) -> tuple[Candidate, ...]:
    """An open status is nothing that has ended."""
    return tuple(one for one in meanings(name) if one.value in ("todo", "doing"))
