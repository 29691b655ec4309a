"""How the sample company's tracker looks where it is a Redmine: its numbers, names and days.

Belongs here: what Redmine does not take as it is (keys that are text, an account without an address
or with another's, the hour of a worklog), once for the stand-in, the real server and the tests.
Does not belong here: payloads (`redmine_site`), HTTP (`redmine_server`).
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import polars as pl

from sandbox.jira_payloads import ROBOT
from sandbox.trackerview import canonical_tracker
from sandbox.world import World

PLACEHOLDER_HOST: Final = "no-mail.example"
"""Redmine wants an address of everybody: who has none gets one here."""
ROBOT_ID: Final = 1
"""The robot's account is Redmine's first administrator, whose key reads."""
FIRST_USER: Final = 1001
"""Numbers of all other accounts begin here, in the order in which they were opened."""


def accounts(world: World) -> pl.DataFrame:
    """The world's accounts in Redmine's words, sorted by `id`.

    Columns: account, id, login, firstname, lastname, mail, email (mail, null where it is a
    placeholder), display_name, employee_number, is_active, created_at (never after first use).
    """
    used = pl.concat(
        [
            world.items.select("created_at", account="reporter"),
            world.items.select("created_at", account="first_assignee"),
            world.item_events.select(created_at="at", account="author"),
            world.worklogs.select("created_at", "account"),
        ]
    )
    first = used.group_by("account").agg(pl.col("created_at").min().alias("used_at"))
    words = pl.col("display_name").str.split(" ")
    single = words.list.len() == 1
    is_robot = pl.col("display_name") == ROBOT
    opened = (
        world.accounts.join(first, on="account", how="left")
        .with_columns(created_at=pl.min_horizontal("created_at", "used_at"))
        .sort(~is_robot, "created_at", "account")
        .with_columns(
            id=pl.when(is_robot).then(ROBOT_ID).otherwise(pl.int_range(pl.len()) + FIRST_USER - 1),
            login="account",
            firstname=pl.when(single)
            .then("display_name")
            .otherwise(words.list.head(words.list.len() - 1).list.join(" ")),
            lastname=pl.when(single).then(pl.lit("Account")).otherwise(words.list.last()),
            email=_own_address(),
        )
    )
    return opened.with_columns(
        display_name=pl.col("firstname") + " " + pl.col("lastname"),
        mail=pl.col("email").fill_null(pl.col("account") + f"@{PLACEHOLDER_HOST}"),
    ).sort("id")


def _own_address() -> pl.Expr:
    """The address; of several accounts with the same one, all but the first get a tag."""
    mail = pl.col("email")
    nth = pl.int_range(1, pl.len() + 1).over(mail.str.to_lowercase())
    tagged = mail.str.replace("@", pl.concat_str(pl.lit("+"), nth, pl.lit("@")), literal=True)
    return pl.when(mail.is_null() | (nth == 1)).then(mail).otherwise(tagged)


def worklog_days(world: World) -> pl.DataFrame:
    """Columns worklog and spent_on: the day of the person's own calendar, UTC for strangers."""
    zone = world.people.join(world.locations, on="location", how="left").select(
        "person", pl.col("time_zone").fill_null("UTC")
    )
    zones = world.accounts.select("account", "person").join(zone, on="person", how="left")
    timed = world.worklogs.join(zones, on="account", how="left", maintain_order="left")
    parts = [
        part.with_columns(spent_on=pl.col("started_at").dt.convert_time_zone(name or "UTC"))
        for (name,), part in timed.partition_by("time_zone", as_dict=True).items()
    ]
    days = [part.select("worklog", pl.col("spent_on").dt.date()) for part in parts]
    return pl.concat(days).sort("worklog")


def journals(world: World) -> pl.DataFrame:
    """Everything that Redmine writes into issues' histories, numbered by `journal`.

    Columns: journal, item, at, author, event (of the world, else null), child, is_gone: a parent's
    history says that a child came (by its reporter) or was deleted (by the robot).
    """
    robot = accounts(world).filter(pl.col("id") == ROBOT_ID)["account"].item()
    below = world.items.filter(pl.col("parent").is_not_null())
    came = below.select(
        item="parent", at="created_at", author="reporter", child="item", is_gone=False, rank=0
    )
    changed = world.item_events.select("item", "at", "author", "event", rank=1)
    gone = below.filter(pl.col("deleted_at").is_not_null()).select(
        item="parent", at="deleted_at", author=pl.lit(robot), child="item", is_gone=True, rank=2
    )
    return (
        pl.concat([came, changed, gone], how="diagonal")
        .sort("at", "rank", "event", "child")
        .with_columns(journal=pl.int_range(1, pl.len() + 1, dtype=pl.Int64))
        .drop("rank")
    )


def canonical(world: World, as_of: dt.datetime, base: str = "") -> dict[str, pl.DataFrame]:
    """`canonical_tracker` of what has not been deleted, as far as Redmine can carry it.

    Accounts have numbers, worklogs begin at noon of their day, a parent's `updated_at` moves when
    children come and go, and the address of an item is `base` with its number.
    """
    frames = canonical_tracker(world, as_of)
    people = accounts(world)
    numbers = dict(zip(people["account"], people["id"].cast(pl.String), strict=True))
    there = _undeleted(world.items, as_of)["item"].implode()
    touched = journals(world).filter(pl.col("at") <= as_of).group_by("item").agg(pl.col("at").max())
    items = (
        frames["work_items"]
        .filter(pl.col("work_item_key").is_in(there))
        .join(touched, left_on="work_item_key", right_on="item", how="left")
        .with_columns(
            pl.col("assignee_key", "reporter_key").replace_strict(numbers, default=None),
            pl.max_horizontal("updated_at", "at").alias("updated_at"),
            url=pl.lit(f"{base}/issues/") + pl.col("work_item_key"),
        )
        .drop("at")
        .sort("work_item_key")
    )
    logs = _undeleted(world.worklogs, as_of)["worklog"].implode()
    noon = pl.col("spent_on").cast(pl.Datetime("us", "UTC")) + pl.duration(hours=12)
    worklogs = (
        frames["worklogs"]
        .filter(pl.col("worklog_key").is_in(logs), pl.col("work_item_key").is_in(there))
        .join(worklog_days(world), left_on="worklog_key", right_on="worklog")
        .with_columns(pl.col("account_key").replace_strict(numbers), started_at=noon)
        .drop("spent_on")
        .sort("worklog_key")
    )
    return {
        "accounts": people.filter(pl.col("created_at") <= as_of).select(
            pl.col("id").cast(pl.String).alias("account_key"),
            *("email", "employee_number", "display_name", "is_active"),
        ),
        "work_items": items,
        "work_item_changes": _changes(world, frames["work_item_changes"], numbers).filter(
            pl.col("work_item_key").is_in(there)
        ),
        "worklogs": worklogs,
        "key_sweeps": _sweeps({"work_items": items, "worklogs": worklogs}),
    }


def _changes(world: World, changes: pl.DataFrame, numbers: dict[str, str]) -> pl.DataFrame:
    """Changes with the numbers of Redmine's histories, keyed by the field that Redmine names."""
    named = {"status": "status_id", "assignee": "assigned_to_id", "goal": "cf-1"}
    known = journals(world).drop_nulls("event").select("journal", change_key=pl.col("event"))
    known = known.with_columns(pl.col("change_key").cast(pl.String))
    is_person = pl.col("field") == "assignee"
    return (
        changes.join(known, on="change_key")
        .with_columns(
            pl.col("author_key").replace_strict(numbers),
            *(
                pl.when(is_person)
                .then(pl.col(side).replace_strict(numbers, default=None))
                .otherwise(side)
                .alias(side)
                for side in ("from_value", "to_value")
            ),
            change_key=pl.format("{}-{}", "journal", pl.col("field").replace_strict(named)),
        )
        .drop("journal")
        .sort("change_key")
    )


def _sweeps(frames: dict[str, pl.DataFrame]) -> pl.DataFrame:
    newest = frames["work_items"]["updated_at"].max()
    parts = [
        data.select(
            frame=pl.lit(name),
            key=f"{name.removesuffix('s')}_key",
            swept_at=pl.lit(newest, pl.Datetime("us", "UTC")),
            is_complete=True,
        )
        for name, data in frames.items()
    ]
    return pl.concat(parts)


def _undeleted(table: pl.DataFrame, as_of: dt.datetime) -> pl.DataFrame:
    return table.filter(pl.col("deleted_at").is_null() | (pl.col("deleted_at") > as_of))
