"""Of which parts of goals the systems ever told anything (reading C8).

Belongs here: whether a kind of row was ever given, so that a part that is not there is missing.
Does not belong here: which goal has the part.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sandbox.world import World


class Told:
    """What a cut world tells of its goals by `last_day`: `metrics`, `owners` and `checkins` of any
    goal, and `initiatives`, a link of any goal or a goal named on any item, now or before."""

    def __init__(self, world: World, last_day: dt.date) -> None:
        begun = world.goal_metrics.filter(
            pl.col("goal").is_in(world.goals["goal"].to_list()),
            pl.col("effective_from") <= last_day,
        )
        self.metrics = not begun.is_empty()
        self.owners = not world.goal_owners.is_empty()
        self.checkins = not world.checkins.is_empty()
        renamed = world.item_events.filter(pl.col("field") == "goal")
        named = [*world.items["first_goals"], *renamed["before"], *renamed["after"]]
        self.initiatives = not world.links.is_empty() or any(
            text and text.strip(" ;") for text in named
        )
