"""What `alignmart init` asks of a Jira Cloud site: projects, types, fields, labels, statuses.

Belongs here: which of the site's things could be meant, and why.
Does not belong here: how questions are put (the pipeline), whether a mapping fits
(`jira_cloud_check`), reading issues (`jira_cloud`).

Counts and examples come from the issues changed last in the projects chosen, so that a field that
nobody fills is not taken for the one that is meant.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from connectors.contract import Candidate, Choice, Entry, Finding, Interview, Pairing, SourceError
from connectors.field_choices import (
    DROPPED,
    EMPLOYEE_NUMBER,
    GOAL,
    INITIATIVE,
    MOST,
    POINTS,
    START,
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

_API: Final = "/rest/api/3"
_LOOKED_AT: Final = 100
_ASKED_ONE_BY_ONE: Final = 20
_CATEGORY: Final = {"new": "todo", "indeterminate": "doing", "done": "done"}
_PREFIX: Final = re.compile(r"^([A-Za-z]{2,20}[-_:/])[A-Za-z]*\d")
_GOAL_TYPES: Final = ("string", "array", "option", "option-with-child", "any")


def interview(http: Http) -> Interview:
    """Ask what a site can answer. Raises SourceError."""
    me = http.get(f"{_API}/myself").data
    yield Finding("account", "ok", f"{me['displayName']} at {http.base_url}")
    projects = yield _projects(http)
    yield _types(http)
    fields = [one for one in http.get(f"{_API}/field").data if one.get("custom")]
    issues = _newest(http, projects or [], fields)
    yield Finding("issues", "ok", f"the {len(issues)} changed last are looked into")
    goals = yield Choice(
        "mapping.goal_fields",
        "Which custom fields name goals?",
        ranked(_fields(fields, issues, _GOAL_TYPES, GOAL)),
        many=True,
        without=(
            "No item will name a goal by a field: add a text field to the site, use labels (next "
            "question), or write the links into a file goal_initiative_links.csv."
        ),
    )
    prefix = yield _prefixes(issues)
    if goals or prefix:
        yield Choice("mapping.goal_source", "Whose goals do bare goal keys name?", giving="goals")
    for option, question, types, words in (
        ("points_field", "Which field holds the estimate in points?", ("number",), POINTS),
        ("start_field", "Which field holds the start date?", ("date", "datetime"), START),
    ):
        found = _fields(fields, issues, types, words)
        yield Choice(f"mapping.{option}", question, best_alone(found))
    yield from _employee_number(http)
    yield from _statuses(http)
    yield from _resolutions(http)


def _projects(http: Http) -> Choice:
    seen_so_far: list[dict[str, Any]] = []
    last = False
    while not last:
        path, start = f"{_API}/project/search", len(seen_so_far)
        page = http.get(path, startAt=start, maxResults=100, expand="insight").data
        seen_so_far += page["values"]
        last = page.get("isLast", True) or not page["values"]
    if not seen_so_far:
        raise SourceError(
            f"{http.source}: the account sees no project: give it the permission Browse projects."
        )
    return Choice(
        "projects",
        "Which projects are read? All that the account sees, unless you name some",
        [Candidate(one["key"], one["name"], _insight(one)) for one in seen_so_far],
        many=True,
    )


def _insight(project: dict[str, Any]) -> str:
    n = (project.get("insight") or {}).get("totalIssueCount")
    return "" if n is None else f"{n:,} issues"


def _types(http: Http) -> Choice:
    """By name, since mapping goes by name; of several types of one name the highest counts."""
    levels: dict[str, int] = {}
    for one in http.get(f"{_API}/issuetype").data:
        level = int(one.get("hierarchyLevel", -1 if one.get("subtask") else 0))
        levels[one["name"]] = max(level, levels.get(one["name"], level))
    found = []
    for name, level in levels.items():
        by_name = likeness(name, INITIATIVE)
        score = 0.9 if level >= 1 else 0.0 if level < 0 else min(by_name, 0.4)
        where = {-1: "a subtask", 0: "on the level of stories"}.get(
            level, f"level {level}, above stories"
        )
        found.append(Candidate(name, name, where, score))
    question = "Which issue types are initiatives, for which goals are worked?"
    return Choice("mapping.initiative_types", question, ranked(found), many=True)


def _newest(
    http: Http, projects: Sequence[str], fields: Sequence[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Fields of the issues changed last: labels, and the custom ones that are worth a look."""
    likely = sorted(fields, key=lambda one: -max(likeness(one["name"], w) for w in _LOOKED_FOR))
    asked = ["labels", *(one["id"] for one in likely[: 2 * MOST])]
    keys = ", ".join('"' + key.replace('"', "") + '"' for key in projects)
    scope = f"project in ({keys}) and " if keys else ""
    body = {"jql": f"{scope}updated >= 0 order by updated desc", "fields": asked}
    answer = http.post(f"{_API}/search/jql", body | {"maxResults": _LOOKED_AT})
    return [issue["fields"] for issue in answer.rows("issues")]


_LOOKED_FOR: Final[tuple[Words, ...]] = (GOAL, POINTS, START)


def _fields(
    fields: Iterable[dict[str, Any]],
    issues: Sequence[dict[str, Any]],
    types: Sequence[str],
    words: Words,
) -> Iterator[Candidate]:
    """Custom fields of these types; the key of their kind tells what their name may not."""
    for one in fields:
        schema = one.get("schema") or {}
        kind = str(schema.get("type"))
        if kind not in types or (kind == "array" and schema.get("items") in ("user", "group")):
            continue
        module = str(schema.get("custom", "")).rpartition(":")[2]
        known = any(one["id"] in issue for issue in issues)
        values = [issue.get(one["id"]) for issue in issues] if known else None
        by_name = max(likeness(one["name"], words), 0.9 * likeness(module, words))
        said = ", ".join(filter(None, (kind, seen(values))))
        score = weighed(by_name, values)
        shown = example(values) if by_name else ""  # what else stands there is nobody's business
        yield Candidate(one["id"], one["name"], said, score, shown)


def _prefixes(issues: Sequence[dict[str, Any]]) -> Choice:
    """Beginnings of labels that are followed by something like a key."""
    labels = Counter(
        found[1] for issue in issues for label in issue.get("labels") or ()
        if (found := _PREFIX.match(label))
    )  # fmt: skip
    found_words = [
        Candidate(start, f"{start}…", f"{n} labels begin so", likeness(start, GOAL))
        for start, n in labels.items()
    ]
    return Choice(
        "mapping.goal_label_prefix",
        "How do labels begin that name a goal, such as goal- of goal-G12?",
        best_alone(found_words),
        is_open=True,
    )


def _employee_number(http: Http) -> Interview:
    """Properties that the first users have; to see them takes Administer Jira."""
    users = http.get(f"{_API}/users/search", startAt=0, maxResults=50).rows()
    people = [one["accountId"] for one in users if one.get("accountType") == "atlassian"]
    people = people[:_ASKED_ONE_BY_ONE]
    try:
        keys = Counter(key for one in people for key in _property_keys(http, one))
    except HttpError:
        return
    found = [
        Candidate(key, key, f"set for {n} of the first {len(people)} users",
                  likeness(key, EMPLOYEE_NUMBER))
        for key, n in keys.items()
    ]  # fmt: skip
    if found:
        question = "Which property of users holds the employee number? It costs a call a user"
        yield Choice("mapping.employee_number_property", question, best_alone(found))


def _property_keys(http: Http, account: str) -> list[str]:
    """Keys of a user's properties; where they are not listed, whether the usual one is there.

    Raises HttpError where the account may not look.
    """
    path = f"{_API}/user/properties"
    for usual in ("", "/employeeNumber"):
        try:
            answer = http.get(f"{path}{usual}", accountId=account)
        except HttpError as error:
            if error.status != 404:
                raise
            continue
        if usual:
            return [answer.take("key", str)]
        return answer.column("keys", "key", str)
    return []


def _statuses(http: Http) -> Interview:
    """Those whose meaning Jira does not say, or says as done though it sounds dropped."""
    categories = {
        one["name"]: _CATEGORY.get(one["statusCategory"]["key"])
        for one in http.get(f"{_API}/status").data
    }
    asked: list[Entry] = []
    kept: list[str] = []
    for name, meant in sorted(categories.items()):
        if meant is None:
            asked.append(Entry(name, "Jira gives no category", meanings(name)))
        elif meant == "done" and likeness(name, DROPPED) >= 0.7:
            asked.append(Entry(name, "done in Jira", meanings(name, "dropped")))
        else:
            kept.append(f"{name} {meant}")
    said = f"as Jira's categories say: {', '.join(kept) or 'none'}"
    yield Finding("statuses", "ok", said)
    if asked:
        question = "What do these statuses mean, where Jira's category is not enough?"
        yield Pairing("mapping.status_categories", question, asked)


def _resolutions(http: Http) -> Interview:
    """The site's resolutions; not asked for where the account may not see them."""
    try:
        names = sorted({one["name"] for one in http.get(f"{_API}/resolution").rows()})
    except SourceError:
        return
    if not names:
        return
    found = [Candidate(name, name, "", likeness(name, DROPPED)) for name in names]
    question = "Which resolutions mean that work was dropped, not done?"
    yield Choice("mapping.dropped_resolutions", question, ranked(found), many=True)
