"""Goals in one YAML file, as people write them down: metrics, owners and links inside each goal.

Belongs here: the nested form and the six frames that it becomes. Does not belong here: YAML itself
(`yaml_files`), types and bounds (`edge`).

```yaml
- id: G2
  title: Pick orders in 20 minutes
  owners: [ada@example.com, unit: Shop]
  parent_id: G1
  metrics:
    - {id: M1, name: Median picking time, start: 45, target: 20, direction: decrease}
  links: [tracker:W1]
```
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import polars as pl

from connectors.contract import SourceError
from connectors.frames import EARLIEST, column_types
from connectors.yaml_files import Record, free, payload, records, text_of

Row = dict[str, Any]

FRAMES: Final = (
    "goals", "goal_edges", "goal_owners", "metrics", "goal_metrics", "goal_initiative_links",
)  # fmt: skip
_GOAL: Final = {"id": "goal_key", "unit": "org_unit_ref", "created_by": "created_by_ref"}
_NESTED: Final = ("owner", "owners", "parent_id", "parent_ids", "goals", "metrics", "links")
_METRIC: Final = ("name", "unit", "cadence_days", "is_leading", "is_customer_facing", "owner_ref")
_KINDS: Final = {"increase": "reach", "decrease": "reach"}


def is_nested(document: Any) -> bool:
    """Whether a goals file is of the nested form: it names goals by `id`, not by `goal_key`."""
    if isinstance(document, Record):
        return "goals" in document
    first = document[0] if isinstance(document, list) and document else None
    return isinstance(first, Record) and "goal_key" not in first


def frames(name: str, document: Any) -> dict[str, pl.DataFrame]:
    """The six frames of the file `name`, text columns with `_line`. Raises SourceError."""
    book = _Book(name)
    if isinstance(document, Record):
        strange = sorted(document.keys() - {"goals", "metrics"})
        if strange:
            raise SourceError(f"{name}, line 1: knows `goals` and `metrics`, not {strange[0]!r}.")
        for metric in records(name, document.get("metrics")):
            book.metric(metric)
        document = document.get("goals")
    for goal in records(name, document):
        book.goal(goal, None)
    return book.frames()


def broken_parents(found: dict[str, pl.DataFrame]) -> Iterator[str]:
    """What is wrong with the tree of one file: parents that it does not hold, circles."""
    keys = set(found["goals"].filter(pl.col("unreadable").is_null())["goal_key"])
    parents: dict[str, list[str]] = {}
    for child, parent, line in (
        found["goal_edges"].select("child_key", "parent_key", "_line").rows()
    ):
        parents.setdefault(child, []).append(parent)
        if parent is not None and ":" not in parent and parent not in keys:
            yield f"line {line}: the goal above is none of this file; write source:key for another"
    for child, parent, line in (
        found["goal_edges"].select("child_key", "parent_key", "_line").rows()
    ):
        seen, waiting = set[str](), [parent]
        while waiting:
            one = waiting.pop()
            if one not in seen:
                seen.add(one)
                waiting += parents.get(one, [])
        if child in seen:
            yield f"line {line}: the goal lies above itself, over {len(seen)} steps at most"


class _Book:
    """Rows by frame, as the goals of a file are gone through."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._rows: dict[str, list[Row]] = {frame: [] for frame in FRAMES}
        self._goals: dict[str, int] = {}
        self._metrics: dict[str, Row] = {}

    def frames(self) -> dict[str, pl.DataFrame]:
        self._rows["metrics"] += self._metrics.values()
        return {frame: _table(frame, rows) for frame, rows in self._rows.items()}

    def goal(self, record: Record, above: str | None) -> None:
        """A goal, and what stands inside it; `above` is the goal around it."""
        key = record.get("id")
        if not isinstance(key, str) or not key:
            return self._bad("goals", record, "id is missing: every goal needs one of its own")
        if key in self._goals:
            said = f"id is that of the goal in line {self._goals[key]} too: give each its own"
            return self._bad("goals", record, said, goal_key=key)
        self._goals[key] = record.line
        own = {_GOAL.get(k, free(k)): v for k, v in record.items() if k not in _NESTED}
        try:
            self._add("goals", record, **{name: text_of(value) for name, value in own.items()})
        except TypeError as error:
            return self._bad("goals", record, f"a column {error}", goal_key=key)
        for owner in _listed(record, "owner", "owners"):
            self._owner(key, record, owner)
        for parent in [*([above] if above else []), *_listed(record, "parent_id", "parent_ids")]:
            self._edge(key, record, parent)
        for metric in _listed(record, "metrics"):
            self._target(key, record, metric)
        for link in _listed(record, "links"):
            self._link(key, record, link)
        for child in _listed(record, "goals"):
            if not isinstance(child, Record):
                self._bad("goals", record, "a goal inside another is no record")
            else:
                self.goal(child, key)
        return None

    def metric(self, record: Record) -> None:
        """A metric's description; the same one may be described again, not otherwise."""
        key = record.get("id")
        if not isinstance(key, str) or not key:
            return self._bad("metrics", record, "id is missing: every metric needs one of its own")
        said = {"owner_ref": record.get("owner"), **record}
        own = {name: said[name] for name in _METRIC if said.get(name) is not None}
        known = self._metrics.setdefault(key, {"metric_key": key, "_line": record.line})
        other = sorted(name for name in own if known.get(name, own[name]) != own[name])
        if other:
            said_before = f"{other[0]} is another than in line {known['_line']}"
            return self._bad("metrics", record, said_before, metric_key=key)
        known |= own
        return None

    def _owner(self, goal: str, record: Record, owner: Any) -> None:
        if isinstance(owner, Record) and len(owner) == 1 and owner.keys() <= {"unit", "person"}:
            ref = {"owner_ref": owner.get("person"), "org_unit_ref": owner.get("unit")}
        elif isinstance(owner, str):
            ref = {"owner_ref": owner}
        else:
            return self._bad("goal_owners", record, "an owner is a person, or 'unit: NAME'")
        return self._add("goal_owners", _at(owner, record), goal_key=goal, **ref)

    def _edge(self, goal: str, record: Record, parent: Any) -> None:
        if isinstance(parent, str):
            parent = {"id": parent}
        if not isinstance(parent, dict) or not isinstance(parent.get("id"), str):
            return self._bad("goal_edges", record, "a goal above is an id, or has one")
        return self._add(
            "goal_edges",
            _at(parent, record),
            child_key=goal,
            parent_key=parent["id"],
            edge_type=parent.get("type") or "contributes",
            weight=parent.get("weight"),
        )

    def _target(self, goal: str, record: Record, metric: Any) -> None:
        if isinstance(metric, str):
            return self._add(
                "goal_metrics",
                record,
                goal_key=goal,
                metric_ref=metric,
                effective_from=_since(record),
            )
        if not isinstance(metric, Record) or not isinstance(metric.get("id"), str):
            return self._bad("goal_metrics", record, "a metric has an id of its own")
        if ":" not in metric["id"]:
            self.metric(metric)
        start, target, way = metric.get("start"), metric.get("target"), metric.get("direction")
        if _contradict(start, target, way):
            said = f"direction is {way}, but the target lies on the other side of the start"
            return self._bad("goal_metrics", metric, said)
        return self._add(
            "goal_metrics",
            metric,
            goal_key=goal,
            metric_ref=metric["id"],
            kind=_KINDS.get(way, way) if way else "reach",
            baseline=start,
            target=target,
            weight=metric.get("weight"),
            effective_from=metric.get("since") or _since(record),
        )

    def _link(self, goal: str, record: Record, link: Any) -> None:
        if isinstance(link, str):
            tracker, _, item = link.partition(":")
            link = {"tracker": tracker, "item": item}
        if not isinstance(link, dict) or not link.get("tracker") or not link.get("item"):
            said = "a link is 'tracker:item', or has a tracker and an item"
            return self._bad("goal_initiative_links", record, said)
        return self._add(
            "goal_initiative_links",
            _at(link, record),
            goal_key=goal,
            tracker=link["tracker"],
            initiative_key=link["item"],
            linked_at=link.get("linked_at"),
            unlinked_at=link.get("unlinked_at"),
            stated_in="goal_system",
        )

    def _add(self, frame: str, at: Record, **row: Any) -> None:
        self._rows[frame].append(row | {"_line": at.line})

    def _bad(self, frame: str, at: Record, said: str, **row: Any) -> None:
        self._add(frame, at, unreadable=said, payload=payload(at), **row)


def _listed(record: Record, *names: str) -> list[Any]:
    """What stands under any of the names: one value, or a list of them."""
    found: list[Any] = []
    for name in names:
        value = record.get(name)
        found += value if isinstance(value, list) else [] if value is None else [value]
    return found


def _at(part: Any, record: Record) -> Record:
    return part if isinstance(part, Record) else record


def _since(goal: Record) -> Any:
    """The first day of a target that names none: the goal's, else the beginning of time."""
    return goal.get("starts_on") or EARLIEST.isoformat()


def _contradict(start: Any, target: Any, way: Any) -> bool:
    """Whether numbers go the other way than said; what is no number is for `edge` to judge."""
    try:
        gain = float(target) - float(start)
    except (TypeError, ValueError):
        return False
    return (way == "increase" and gain < 0) or (way == "decrease" and gain > 0)


def _table(frame: str, found: list[Row]) -> pl.DataFrame:
    known = [name for name in column_types(frame) if name not in ("source", "extra")]
    extra = dict.fromkeys(name for row in found for name in row if name not in (*known, "_line"))
    names = dict.fromkeys([*known, *extra, "unreadable", "payload"])
    schema = dict.fromkeys(names, pl.String()) | {"_line": pl.Int64()}
    return pl.DataFrame([_texts(row) for row in found], schema=schema)


def _texts(row: Row) -> Row:
    """Values as text; one that is no single value makes the row unreadable."""
    texts: Row = {}
    for name, value in row.items():
        try:
            texts[name] = value if name == "_line" else text_of(value)
        except TypeError as error:
            texts |= {"unreadable": f"{name} {error}", "payload": payload(row)}
    return texts
