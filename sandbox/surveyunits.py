"""Units of the sample company with a part to play in a wave of the survey.

Belongs here: which units see no path to goals though they have one, which see it, which agree to a
person, which stay silent. Does not belong here: the sheets and answers that come of it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import polars as pl

from sandbox.draw import Plan
from sandbox.surveywaves import Wave

SMALL_GROUP: Final = 5
"""Sheets of the smaller of the units that agree."""
_TWIN_SIZE: Final = 13
_LARGE_GROUP: Final = 13
_WORKING_DAY: Final = 28_800


@dataclass(frozen=True)
class Roles:
    """Units by part in one wave; empty text where the company is too small for the part."""

    unseeing: str
    """Its people work on goals and say that they see none; the same unit in every wave."""
    seeing: str
    """Its twin: linked alike, and its people see it."""
    agreeing: str
    """All of its `SMALL_GROUP` sheets say the same."""
    agreeing_large: str
    """All of its sheets, more than `SMALL_GROUP`, say the same."""
    silent: frozenset[str]
    """Nobody hands in a sheet."""

    @property
    def planted(self) -> set[str]:
        """Units whose number of sheets is fixed."""
        return {self.unseeing, self.seeing, self.agreeing, self.agreeing_large, *self.silent}


def cast(
    plan: Plan, waves: list[Wave], asked: list[pl.DataFrame], tables: Mapping[str, pl.DataFrame]
) -> list[Roles]:
    """The roles of each wave."""
    sizes = [dict(rows["unit"].drop_nulls().value_counts().rows()) for rows in asked]
    unseeing, seeing = _twins(waves, asked, sizes, tables)
    found = []
    for wave, size in zip(waves, sizes, strict=True):
        free = sorted(set(size) - {unseeing, seeing})
        rng = plan.rng(f"survey-units-{wave.number}")
        order = [str(unit) for unit in rng.permutation(free)]
        agreeing = _smallest(order, size, SMALL_GROUP)
        rest = [u for u in order if u != agreeing]
        large = _smallest(rest, size, _LARGE_GROUP) or _smallest(rest, size, SMALL_GROUP + 1)
        rest = [u for u in rest if u != large]
        silent = [u for u in rest if size[u] >= SMALL_GROUP][:1]
        silent += [u for u in rest if size[u] < SMALL_GROUP][:1]
        found.append(Roles(unseeing, seeing, agreeing, large, frozenset(silent)))
    return found


def _smallest(units: list[str], size: dict[str, int], least: int) -> str:
    """The unit with the fewest people who are at least so many; empty text where none is."""
    return min((u for u in units if size[u] >= least), key=lambda u: (size[u], u), default="")


def _twins(
    waves: list[Wave],
    asked: list[pl.DataFrame],
    sizes: list[dict[str, int]],
    tables: Mapping[str, pl.DataFrame],
) -> tuple[str, str]:
    """Of the units with enough people in all waves, the two most of whose people reach a goal."""
    least = {unit: min(size.get(unit, 0) for size in sizes) for unit in sizes[0]}
    enough = [unit for unit in least if least[unit] >= _TWIN_SIZE]
    enough = enough if len(enough) > 1 else sorted(least, key=lambda u: (-least[u], u))[:2]
    reaching = [_reaching(wave, rows, tables) for wave, rows in zip(waves, asked, strict=True)]
    share = {u: min(there.get(u, 0.0) for there in reaching) for u in enough}
    first, second = sorted(enough, key=lambda u: (-share[u], -least[u], u))[:2]
    return first, second


def _reaching(
    wave: Wave, asked: pl.DataFrame, tables: Mapping[str, pl.DataFrame]
) -> dict[str, float]:
    """By unit the share of those asked who, in the four weeks before the wave closes, own a goal
    that reaches the company's goals or log a day on work under one."""
    closes = dt.datetime.fromtimestamp(wave.closes, dt.UTC)
    goals = _reaching_goals(closes, tables)
    logged = (
        tables["worklogs"]
        .filter(
            pl.col("started_at").is_between(closes - dt.timedelta(days=28), closes),
            pl.col("item").is_in(list(_items_under(goals, tables))),
        )
        .join(tables["accounts"].select("account", "person"), on="account")
        .group_by("person")
        .agg(pl.col("seconds").sum())
        .filter(pl.col("seconds") >= _WORKING_DAY)
    )
    owners = tables["goal_owners"].filter(pl.col("goal").is_in(list(goals)))
    reaching = pl.concat([logged["person"], owners["person"]]).drop_nulls().unique()
    here = asked.with_columns(pl.col("person").is_in(reaching.implode()).alias("reaches"))
    shares = here.drop_nulls("unit").group_by("unit").agg(pl.col("reaches").mean())
    return dict(shares.rows())


def _reaching_goals(closes: dt.datetime, tables: Mapping[str, pl.DataFrame]) -> set[str]:
    """Goals in force that contribute, through goals in force, to a goal of the company."""
    day = closes.date()
    ended = tables["goal_events"].filter(
        pl.col("at") <= closes, pl.col("after").is_in(["done", "cancelled"])
    )
    begun = (pl.col("starts_on") <= day).fill_null(True)
    active = (
        tables["goals"]
        .filter(begun, (pl.col("ends_on") >= day).fill_null(True), pl.col("created_at") <= closes)
        .join(ended, on="goal", how="anti")
    )
    edges = tables["goal_edges"].filter(
        pl.col("edge_type") == "contributes", pl.col("child").is_in(active["goal"].implode())
    )
    found = set(active.filter(pl.col("level") == "company")["goal"])
    while below := set(edges.filter(pl.col("parent").is_in(list(found)))["child"]) - found:
        found |= below
    return found


def _items_under(goals: set[str], tables: Mapping[str, pl.DataFrame]) -> set[str]:
    """Items with one of the goals, or with none of their own under an item that has one."""
    with_goals = tables["items"].drop_nulls("first_goals").select("item", "first_goals").rows()
    named = {item: not goals.isdisjoint(refs.split(";")) for item, refs in with_goals}
    for goal, item in tables["links"].select("goal", "item").rows():
        named[item] = named.get(item, False) or goal in goals
    parents = dict(tables["items"].select("item", "parent").rows())
    found = set()
    for item in parents:
        here: str | None = item
        while here is not None and here not in named:
            here = parents.get(here)
        if here is not None and named[here]:
            found.add(item)
    return found
