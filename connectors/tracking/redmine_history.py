"""Redmine's journals as canonical changes.

Belongs here: which detail of a journal is which change. Does not belong here: fetching them
(`redmine`), what numbers mean (`redmine_words`).

A journal's detail names an attribute, or a custom field by its number, with the value before and
after as text. A custom field with several values has one detail for each value that came or went:
its whole value is found by going back from what the issue has now.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Any, Final

import polars as pl

from connectors.records import Reader, table, times
from connectors.tracking.redmine_words import Words

_KINDS: Final = {
    "status_id": "status",
    "assigned_to_id": "assignee",
    "parent_id": "parent",
    "due_date": "due",
}

Change = tuple[str, dict[str, Any], str, str, Any, Any]
"""Issue, journal, field as Redmine names it, canonical field, value before, value after."""


class Histories:
    """Maps issues with their journals onto `work_item_changes`."""

    def __init__(self, words: Words) -> None:
        self._words = words

    def rows(self, issues: Sequence[tuple[int, dict[str, Any]]]) -> pl.DataFrame:
        """The changes of (page number, issue); a journal of another shape is one odd row."""
        records: list[Any] = []
        numbers: list[int] = []
        for number, issue in issues:
            found = self._changes(issue)
            records += found
            numbers += [number] * len(found)
        rows = table(records, numbers, _CHANGE)
        at = times(rows["changed_at"])
        idle = (pl.col("field") == "goal") & pl.col("from_value").eq_missing(pl.col("to_value"))
        return rows.with_columns(at, version=at).filter(~idle.fill_null(value=False))

    def _changes(self, issue: dict[str, Any]) -> list[Any]:
        """The issue's changes, oldest first; the issue itself where they cannot be read."""
        try:
            now = {str(f["id"]): f["value"] for f in issue.get("custom_fields", ()) if _several(f)}
            found = [
                list(self._of_journal(str(issue["id"]), journal, now))
                for journal in reversed(issue["journals"])
            ]
            return [change for of_journal in reversed(found) for change in of_journal]
        except (KeyError, TypeError, AttributeError, ValueError):
            return [issue]

    def _of_journal(
        self, issue: str, journal: dict[str, Any], now: dict[str, Any]
    ) -> Iterator[Change]:
        """Its changes; `now`, the values of fields with several, goes back before it."""
        fields: defaultdict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
        for detail in journal["details"]:
            fields[detail["property"], str(detail["name"])].append(detail)
        for (kind, name), details in fields.items():
            before, after = details[-1].get("old_value"), details[-1].get("new_value")
            if kind == "attr" and name in _KINDS:
                field = _KINDS[name]
                if field == "status":
                    before, after = self._words.status(before), self._words.status(after)
                yield issue, journal, name, field, before or None, after or None
            elif kind == "cf" and self._words.names_goals(name):
                if name in now:
                    before, after = _one_back(now[name], details), sorted(now[name])
                    now[name] = before
                before = self._words.goal_refs([(name, before)])
                after = self._words.goal_refs([(name, after)])
                yield issue, journal, f"cf-{name}", "goal", before, after


def _several(field: dict[str, Any]) -> bool:
    return bool(field.get("multiple")) and isinstance(field.get("value"), list)


def _one_back(after: list[str], details: list[dict[str, Any]]) -> list[str]:
    came = {detail.get("new_value") for detail in details}
    gone = [detail["old_value"] for detail in details if detail.get("old_value")]
    return sorted([value for value in after if value not in came] + gone)


_CHANGE: Final[dict[str, Reader]] = {
    "change_key": lambda found: [f"{journal['id']}-{name}" for _, journal, name, *_ in found],
    "work_item_key": lambda found: [issue for issue, *_ in found],
    "changed_at": lambda found: [journal["created_on"] for _, journal, *_ in found],
    "author_key": lambda found: [_author(journal) for _, journal, *_ in found],
    "field": lambda found: [field for _, _, _, field, _, _ in found],
    "from_value": lambda found: [before for *_, before, _ in found],
    "to_value": lambda found: [after for *_, after in found],
}


def _author(journal: dict[str, Any]) -> str | None:
    user = journal.get("user")
    return str(user["id"]) if user else None
