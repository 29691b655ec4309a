"""What each piece of work served in each week: class and split (readings L5, E7).

Belongs here: effort joined to goals, once, for every mart.
Does not belong here: units, marts.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sandbox.truth.items import Items
from sandbox.truth.links import Links, class_of_work, split
from sandbox.truth.states import States


def monday(day: dt.date) -> dt.date:
    """The Monday of a day's week."""
    return day - dt.timedelta(days=day.weekday())


def judged_on(week_start: dt.date, last_day: dt.date) -> dt.date:
    """The day on which a week is judged: its Sunday, or the last day known."""
    return min(week_start + dt.timedelta(days=6), last_day)


def classified(
    effort: pl.DataFrame, items: Items, links: Links, states: States, last_day: dt.date
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """For every item and week with effort: (item, week_start, node_class, is_unknown), and the
    split (item, week_start, goal, weight), whose weights sum to 1 where the item has goals."""
    weekly = effort.select("item", week_start=pl.col("day").dt.truncate("1w"))
    pairs = weekly.unique().sort("item", "week_start")
    classes, parts = [], []
    for item, week in pairs.iter_rows():
        day = judged_on(week, last_day)
        state = states.on(day)
        goals = set(links.goals_in_week(item, day, last_day))
        is_unknown = not goals and items.initiative(item) is None
        classes.append((item, week, class_of_work(goals, state), is_unknown))
        shared = sorted(split(goals, state))
        parts += [(item, week, goal, 1 / len(shared)) for goal in shared]
    key = {"item": pl.String, "week_start": pl.Date}
    return (
        pl.DataFrame(
            classes, schema={**key, "node_class": pl.String, "is_unknown": pl.Boolean}, orient="row"
        ),
        pl.DataFrame(parts, schema={**key, "goal": pl.String, "weight": pl.Float64}, orient="row"),
    )


def effort_on_goals(effort: pl.DataFrame, parts: pl.DataFrame) -> pl.DataFrame:
    """Effort with goals, split over them: worker, day, item, goal, person_days, basis."""
    weekly = effort.with_columns(week_start=pl.col("day").dt.truncate("1w"))
    return weekly.join(parts, on=["item", "week_start"], maintain_order="left").select(
        "worker",
        "day",
        "item",
        "goal",
        person_days=pl.col("person_days") * pl.col("weight"),
        basis="basis",
    )
