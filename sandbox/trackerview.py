"""What the tracker of the sample company says at an instant.

Belongs here: the cut of accounts, items, changes and worklogs at `as_of`, plain for the stand-in
server and in canonical frames for tests. Does not belong here: the vendor's format.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from connectors.frames import FRAMES
from sandbox.world import GOALS, STATUS_CATEGORY, World

ADDRESS = "https://sample.atlassian.net/browse/"
"""Where an item's page would be; its human name follows."""


def tracker(world: World, as_of: dt.datetime) -> dict[str, pl.DataFrame]:
    """Tables accounts, items, item_events and worklogs of the world, cut at `as_of`.

    Items carry what holds now: `status`, `assignee`, `goals` (bare keys joined by ;),
    `status_since` (last change of status, null for none) and `updated_at`, the last change or
    the creation.
    """
    events = world.item_events.filter(pl.col("at") <= as_of)
    items = world.items.filter(pl.col("created_at") <= as_of)
    last = events.group_by("item", "field").agg(pl.col("after", "at").last())
    for name, column in (("status", "status"), ("assignee", "assignee"), ("goal", "goals")):
        changed = last.filter(pl.col("field") == name).select("item", "after", "at")
        items = (
            items.join(changed, on="item", how="left", maintain_order="left")
            .with_columns(
                pl.when(pl.col("at").is_null())
                .then(f"first_{column}")
                .otherwise("after")
                .alias(column),
                pl.col("at").alias(f"{column}_since"),
            )
            .drop("after", "at")
        )
    newest = events.group_by("item").agg(pl.col("at").max())
    items = items.join(newest, on="item", how="left", maintain_order="left").with_columns(
        pl.max_horizontal("created_at", "at").alias("updated_at")
    )
    return {
        "accounts": world.accounts.filter(pl.col("created_at") <= as_of),
        "items": items.drop("at", "assignee_since", "goals_since"),
        "item_events": events,
        "worklogs": world.worklogs.filter(pl.col("created_at") <= as_of),
    }


def _goal_refs(column: str) -> pl.Expr:
    """Bare goal keys joined by ; as references into the goal system."""
    return pl.lit(f"{GOALS}:") + pl.col(column).str.replace_all(";", f";{GOALS}:", literal=True)


def canonical_tracker(world: World, as_of: dt.datetime) -> dict[str, pl.DataFrame]:
    """Frames accounts, work_items, work_item_changes, worklogs and key_sweeps of the tracker.

    The same rows as through the stand-in server and its connector; nothing is deleted, and one
    complete sweep has just been made.
    """
    cut = tracker(world, as_of)
    items = _work_items(cut["items"])
    is_goal = pl.col("field") == "goal"
    found = {
        "accounts": cut["accounts"].rename({"account": "account_key"}),
        "work_items": items,
        "work_item_changes": cut["item_events"].select(
            pl.col("event").cast(pl.String).alias("change_key"),
            pl.col("item").alias("work_item_key"),
            pl.col("at").alias("changed_at"),
            pl.col("author").alias("author_key"),
            "field",
            pl.when(is_goal).then(_goal_refs("before")).otherwise("before").alias("from_value"),
            pl.when(is_goal).then(_goal_refs("after")).otherwise("after").alias("to_value"),
        ),
        "worklogs": cut["worklogs"].select(
            pl.col("worklog").alias("worklog_key"),
            pl.col("item").alias("work_item_key"),
            pl.col("account").alias("account_key"),
            "started_at",
            "seconds",
        ),
        "key_sweeps": items.select(
            pl.lit("work_items").alias("frame"),
            pl.col("work_item_key").alias("key"),
            pl.lit(as_of).cast(pl.Datetime("us", "UTC")).alias("swept_at"),
            pl.lit(True).alias("is_complete"),
        ),
    }
    return {
        name: data.select(c for c in FRAMES[name].column_names() if c not in ("source", "extra"))
        for name, data in found.items()
    }


def _work_items(items: pl.DataFrame) -> pl.DataFrame:
    category = pl.col("status").replace_strict(STATUS_CATEGORY)
    return items.select(
        pl.col("item").alias("work_item_key"),
        pl.col("parent").alias("parent_key"),
        "is_initiative",
        "type",
        "title",
        "status",
        category.alias("status_category"),
        pl.col("assignee").alias("assignee_key"),
        pl.col("reporter").alias("reporter_key"),
        "created_at",
        "updated_at",
        "started_on",
        "due_on",
        pl.when(category.is_in(["done", "dropped"])).then("status_since").alias("closed_at"),
        "points",
        pl.lit(None, pl.String).alias("labels"),
        _goal_refs("goals").alias("goal_refs"),
        (pl.lit(ADDRESS) + pl.col("name")).alias("url"),
    )
