"""What the numbers in Redmine's answers mean: statuses, trackers, custom fields, goals.

Belongs here: the site's own lists, learnt from the pages of a pull, and the meaning of a status.
Does not belong here: rows (`redmine_rows`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

from connectors.tracking.redmine_settings import Category, SiteMapping

_SEPARATORS: Final = re.compile(r"[,;\s]+")


class Words:
    """Statuses, trackers and custom fields of one site, as far as its pages have told them."""

    def __init__(self, mapping: SiteMapping) -> None:
        self._mapping = mapping
        self._statuses: dict[int, tuple[str, bool]] = {}
        self._first_of: dict[int, int] = {}
        self._field_names: dict[str, str] = {}
        self._labels: dict[tuple[str, str], str] = {}

    def learn(self, stream: str, records: Iterable[dict[str, Any]]) -> None:
        """Take in the list `issue_statuses`, `trackers` or `custom_fields`."""
        for record in records:
            if stream == "issue_statuses":
                self._statuses[record["id"]] = record["name"], bool(record.get("is_closed"))
            elif stream == "trackers":
                first = record.get("default_status") or {}
                self._first_of[record["id"]] = first.get("id", next(iter(self._statuses), 0))
            elif record.get("customized_type") == "issue":
                self._learn_field(record)

    def learn_from(self, issues: Iterable[Any]) -> None:
        """Take names of custom fields from issues, for a key that may not see their list."""
        for issue in issues:
            fields = issue.get("custom_fields", ()) if isinstance(issue, dict) else ()
            for field in fields if isinstance(fields, list) else ():
                if isinstance(field, dict):
                    self._field_names.setdefault(str(field.get("id")), str(field.get("name")))

    def _learn_field(self, record: dict[str, Any]) -> None:
        key = str(record["id"])
        self._field_names[key] = record["name"]
        for one in record.get("possible_values", ()):
            label = one.get("label") or one["value"]
            self._labels[key, str(one["value"])] = str(label)

    def status(self, number: str | None) -> str | None:
        """A status by the number that a history has; of one that was deleted, the number."""
        if not number or not number.isdigit():
            return number
        return self._statuses.get(int(number), (number, False))[0]

    def is_closed(self, issue: dict[str, Any]) -> bool:
        """Whether the issue's status counts as closed on this site."""
        status = issue["status"]
        known = self._statuses.get(status["id"])
        return known[1] if known else bool(status.get("is_closed"))

    def category(self, issue: dict[str, Any]) -> Category:
        """What the issue's status means."""
        status = issue["status"]
        meant = self._mapping.status_categories.get(status["name"])
        if meant:
            return meant
        if self.is_closed(issue):
            return "dropped" if status["name"] in self._mapping.dropped_statuses else "done"
        return "todo" if status["id"] == self._first_of.get(issue["tracker"]["id"]) else "doing"

    def names_goals(self, field: str) -> bool:
        """Whether the custom field of this number carries goal keys."""
        wanted = self._mapping.goal_fields
        return field in wanted or self._field_names.get(field) in wanted

    def goal_refs(self, values: Sequence[tuple[str, Any]]) -> str | None:
        """(number of the field, its value) as references to goals joined by ; or None."""
        named = [name for field, value in values for name in self._names(field, value)]
        source = self._mapping.goal_source
        if source:
            named = [name if ":" in name else f"{source}:{name}" for name in named]
        return ";".join(dict.fromkeys(named)) or None

    def _names(self, field: str, value: Any) -> list[str]:
        """Goal keys in a text, in a list of texts, or in the label behind a chosen value."""
        if isinstance(value, list):
            return [name for part in value for name in self._names(field, part)]
        if not value:
            return []
        label = self._labels.get((field, value), value)
        return [word for word in _SEPARATORS.split(label) if word]
