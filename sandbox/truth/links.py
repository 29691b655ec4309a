"""Which goals a piece of work serves on a day (readings L1 to L5, E7).

Belongs here: links said in a goal system, in a file or on an item; inheritance down the
tracker's tree; the class of a piece of work.
Does not belong here: classes of goals, effort.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from typing import NamedTuple

from sandbox.truth.goals import Goals
from sandbox.truth.items import Items
from sandbox.truth.states import State
from sandbox.world import World

DAYS_TO_BE_KNOWN = dt.timedelta(days=14)
CONFIDENCE = {"declared": 1.0, "goal_system": 1.0, "item_reference": 0.9, "hierarchy": 0.8}
"""Methods, best first, and how sure each is."""


class Link(NamedTuple):
    """A link of an item to a goal; it holds before `until` (None: still)."""

    goal: str
    since: dt.date
    until: dt.date | None
    method: str


class Links:
    """Links of a cut world, by item."""

    def __init__(self, world: World, goals: Goals, items: Items) -> None:
        self.items = items
        self.direct: dict[str, list[Link]] = defaultdict(list)
        for row in world.links.iter_rows(named=True):
            item = row["item"] if row["item"] in items.rows else items.by_name.get(row["item"])
            if item is None or row["goal"] not in goals.rows:
                continue
            linked_at = row["linked_at"] or items.rows[item]["created_at"]
            until = row["unlinked_at"] and row["unlinked_at"].date()
            self.direct[item].append(Link(row["goal"], linked_at.date(), until, row["stated_in"]))
        for item in items.rows:
            named = [link for link in _named_on(item, items) if link.goal in goals.rows]
            if named:
                self.direct[item].extend(named)

    def goals_at(self, item: str, day: dt.date, known_by: dt.date) -> dict[str, str]:
        """Goals with the method of the link: the valid links of the nearest of item, parent …
        that has any. Valid: made by `known_by`, and not taken away by the end of `day`."""
        for node in self.items.lineage(item):
            valid = [
                link
                for link in self.direct.get(node, ())
                if link.since <= known_by and (link.until is None or link.until > day)
            ]
            if valid:
                return {goal: _best(valid, goal, node == item) for goal in {v.goal for v in valid}}
        return {}

    def goals_in_week(self, item: str, judged_on: dt.date, as_of_day: dt.date) -> dict[str, str]:
        """`goals_at` for a week that is judged on a day: a link counts if known 14 days later."""
        return self.goals_at(item, judged_on, min(judged_on + DAYS_TO_BE_KNOWN, as_of_day))


def split(goals: set[str], state: State) -> set[str]:
    """Goals that share the effort equally: the active ones, or all where none is (L5)."""
    return goals & state.active or goals


def class_of_work(goals: set[str], state: State) -> str:
    """Class of work that serves these goals: that of the best of them (E7)."""
    active = goals & state.active
    classes = {state.node_class[goal] for goal in active}
    for best in ("top", "aligned", "lapsed"):
        if best in classes:
            return best
    if active:
        return "island"
    return "expired" if goals & state.ended else "unaligned"


def _named_on(item: str, items: Items) -> list[Link]:
    """Links by the goals named on the item, dated by its changes of field `goal` (L2)."""
    row, events = items.rows[item], items.events.get((item, "goal"), [])
    first = _keys(events[0]["before"] if events else row["first_goals"])
    since = dict.fromkeys(first, row["created_at"].date())
    ended: list[Link] = []
    for event in events:
        before, after, day = _keys(event["before"]), _keys(event["after"]), event["at"].date()
        gone = sorted((before - after) & set(since))
        ended += [Link(goal, since.pop(goal), day, "item_reference") for goal in gone]
        for goal in sorted(after - before):
            since.setdefault(goal, day)
    return ended + [Link(goal, day, None, "item_reference") for goal, day in since.items()]


def _keys(text: str | None) -> set[str]:
    return {key.strip() for key in (text or "").split(";")} - {""}


def _best(valid: list[Link], goal: str, is_own: bool) -> str:
    methods = {link.method for link in valid if link.goal == goal}
    return next(m for m in CONFIDENCE if m in methods) if is_own else "hierarchy"
