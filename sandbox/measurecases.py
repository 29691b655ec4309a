"""Units of the sample company that differ in one trait alone, so that a measure can be told right.

Belongs here: which units have such a part, who set whose goals, who starts initiatives, what the
twins answer about it. Does not belong here: metrics that leave their level (`shiftcases`), variable
pay (`incentives`), cases of the goal tree (`goalcases`).

All of it is changed in the drawn tables, so that nothing else of the company moves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import polars as pl

from sandbox.draw import Plan, flags, quota
from sandbox.orgtree import Org

Tables = Mapping[str, pl.DataFrame]

_SET_ELSEWHERE: Final = 0.25
"""Share of the goals of unknown origin that somebody above created."""
_STARTED_ELSEWHERE: Final = 0.3
"""Share of the epics that somebody outside their unit reported."""
_TWINS_SAY: Final = {2.0: 0.2, 3.0: 0.2, 4.0: 0.4, 5.0: 0.2}
"""How both twins answer on ownership and participation: six in ten favourably."""
_SAID_ALIKE: Final = ("ownership", "participation")


@dataclass(frozen=True)
class Parts:
    """Units by part; two parts share a unit only where the company is too small."""

    assigned: str
    """All its goals were assigned to it."""
    choosing: str
    """Its twin: it set or negotiated all of its goals; else the two are alike."""
    paid_fit: str
    """Its variable pay follows its goals, weight by weight."""
    paid_orphan: str
    """Its variable pay hangs on metrics that no goal has."""
    paid_opposed: str
    """Its variable pay rewards the way that its goals lead away from."""

    @property
    def twins(self) -> tuple[str, str]:
        """The two that differ in the origin of their goals."""
        return self.assigned, self.choosing


def cast(org: Org, tables: Tables) -> Parts:
    """The parts: teams that no re-organisation touches, those with the most sheets first."""
    moved = {unit for _, *pair, _ in org.moves for unit in pair}
    moved |= {unit for _, unit, _ in org.rehangings}
    names, parents = org.keys, set(org.parents)
    teams = [u for u in org.of_kind("team") if u not in moved | parents] or org.of_kind("team")
    sheets = _least_sheets(tables)
    ranked = sorted((names[u] for u in teams), key=lambda unit: (-sheets.get(unit, 0), unit))
    first, second, *others = [*ranked, *ranked][: max(len(ranked), 2)]
    pay = [*others, first, second, first][:3]
    return Parts(first, second, *pay)


def plant(plan: Plan, parts: Parts, tables: Tables) -> dict[str, pl.DataFrame]:
    """The tables with the twins in them, and with goals and initiatives from outside a unit."""
    heads = _heads(tables["units"])
    goals = _set_elsewhere(plan, tables, heads)
    for unit, origins in (
        (parts.choosing, {"self_set": 0.6, "negotiated": 0.4}),
        (parts.assigned, {"assigned": 1.0}),
    ):
        chosen = pl.col("goal").is_in(sorted(goals_of(tables, unit)))
        n = goals.filter(chosen).height
        drawn = iter(quota(plan.rng(f"twin-{unit}"), n, origins))
        origin = [
            next(drawn) if is_chosen else before
            for is_chosen, before in goals.select(chosen.alias("is_chosen"), "origin").rows()
        ]
        goals = goals.with_columns(pl.Series("origin", origin, dtype=pl.String))
    items = _started_elsewhere(plan, parts, tables, heads)
    return {**tables, "goals": goals, "items": items, "answers": _said_alike(plan, parts, tables)}


def goals_of(tables: Tables, unit: str) -> set[str]:
    """Goals that name the unit, or none and have an owner who ever sat there."""
    own = tables["goals"].filter(pl.col("unit") == unit)["goal"]
    silent = tables["goals"].filter(pl.col("unit").is_null()).select("goal")
    sat_there = tables["seats"].filter(pl.col("unit") == unit)["person"]
    owners = tables["goal_owners"].join(silent, on="goal")
    owned = owners.filter(pl.col("person").is_in(sat_there.implode()) | (pl.col("unit") == unit))
    return {*own, *owned["goal"]}


def parents_now(units: pl.DataFrame) -> dict[str, str | None]:
    """The unit above each, by the last version."""
    newest = units.sort("unit", "valid_from").group_by("unit").agg(pl.col("parent").last())
    return dict(newest.rows())


def _least_sheets(tables: Tables) -> dict[str, int]:
    """By unit the fewest sheets of a wave; none where a wave has none, or its sheets all agree."""
    said = tables["answers"].filter(pl.col("question") == "ownership_1", pl.col("value") > 0)
    sheets = tables["responses"].join(said.select("response", "value"), on="response")
    waves = (
        sheets.drop_nulls("unit")
        .group_by("unit", "survey")
        .agg(pl.len(), pl.col("value").n_unique().alias("n_values"))
    )
    differing = waves.filter(pl.col("n_values") > 1)
    enough = differing.group_by("unit").agg(pl.len().alias("n_waves"), pl.col("len").min())
    return dict(
        enough.filter(pl.col("n_waves") == tables["surveys"].height).select("unit", "len").rows()
    )


def _heads(units: pl.DataFrame) -> dict[str, str]:
    newest = units.sort("unit", "valid_from").group_by("unit").agg(pl.col("head").last())
    return dict(newest.drop_nulls("head").sort("unit").rows())


def _set_elsewhere(plan: Plan, tables: Tables, heads: dict[str, str]) -> pl.DataFrame:
    """Goals whose origin nobody said: some were created by who leads a unit above."""
    goals, parents = tables["goals"], parents_now(tables["units"])
    fits = pl.col("origin").is_null() & pl.col("level").is_in(["unit", "team"])
    open_ones = goals.filter(fits, pl.col("unit").is_not_null()).select("goal", "unit").rows()
    drawn = flags(plan.rng("goal-creators"), len(open_ones), _SET_ELSEWHERE)
    above = {
        goal: heads[str(parents[unit])]
        for (goal, unit), is_drawn in zip(open_ones, drawn, strict=True)
        if is_drawn and parents[unit] in heads
    }
    created_by = [above.get(goal, creator) for goal, creator in goals["goal", "created_by"].rows()]
    return goals.with_columns(pl.Series("created_by", created_by, dtype=pl.String))


def _started_elsewhere(
    plan: Plan, parts: Parts, tables: Tables, heads: dict[str, str]
) -> pl.DataFrame:
    """Epics reported by somebody who leads another unit; those of the twins by their own people."""
    rng, items = plan.rng("initiative-reporters"), tables["items"]
    epics = items.filter("is_initiative", pl.col("type") == "Epic").select(
        "item", "created_at", "first_assignee"
    )
    seated = _seated(epics, tables)
    accounts = _accounts_of(tables, sorted(set(heads.values())))
    drawn, new = flags(rng, epics.height, _STARTED_ELSEWHERE), dict[str, str]()
    for (item, created, assignee), is_drawn in zip(epics.rows(), drawn, strict=True):
        unit = seated.get(item)
        if unit in parts.twins:
            new[item] = assignee
        elif is_drawn and unit is not None:
            leading = [
                account
                for there, person in heads.items()
                for opened, account in accounts.get(person, ())
                if there != unit and opened < created
            ]
            if leading:
                new[item] = leading[int(rng.integers(len(leading)))]
    reporter = [new.get(item, before) for item, before in items["item", "reporter"].rows()]
    return items.with_columns(pl.Series("reporter", reporter, dtype=pl.String))


def _seated(epics: pl.DataFrame, tables: Tables) -> dict[str, str]:
    """The unit in which the assignee of each epic sits when it is created."""
    owned = epics.join(
        tables["accounts"].select("account", "person"), left_on="first_assignee", right_on="account"
    ).join(tables["seats"], on="person")
    day = pl.col("created_at").dt.date()
    there = owned.filter(
        pl.col("effective_from") <= day, (pl.col("effective_to") >= day).fill_null(value=True)
    )
    chosen = there.sort("item", ~pl.col("is_primary").fill_null(value=False), "seat")
    return dict(chosen.unique("item", keep="first").select("item", "unit").rows())


def _accounts_of(tables: Tables, persons: list[str]) -> dict[str, list[tuple[object, str]]]:
    """By person (opened, account)."""
    known = tables["accounts"].filter(pl.col("person").is_in(persons)).sort("created_at")
    found: dict[str, list[tuple[object, str]]] = {}
    for person, opened, account in known.select("person", "created_at", "account").rows():
        found.setdefault(person, []).append((opened, account))
    return found


def _said_alike(plan: Plan, parts: Parts, tables: Tables) -> pl.DataFrame:
    """Answers of both twins on `_SAID_ALIKE`, spread alike; who did not answer still did not."""
    constructs = tables["survey_questions"].filter(pl.col("construct").is_in(_SAID_ALIKE))
    sheets = tables["responses"].filter(pl.col("unit").is_in(parts.twins))
    asked = (
        tables["answers"]
        .filter(pl.col("state") == "answered")
        .join(sheets.select("response", "survey", "unit"), on="response")
        .join(constructs.select("survey", "question"), on=["survey", "question"])
        .sort("survey", "question", "unit", "response")
    )
    cells = asked.partition_by("survey", "question", "unit", maintain_order=True)
    rng = plan.rng("twin-answers")
    drawn = [
        cell.select("response", "question").with_columns(
            said=pl.Series(quota(rng, cell.height, _TWINS_SAY).astype(np.float64))
        )
        for cell in cells
    ]
    answers = tables["answers"]
    if not drawn:
        return answers
    changed = answers.join(
        pl.concat(drawn), on=["response", "question"], how="left", maintain_order="left"
    )
    return changed.with_columns(pl.coalesce("said", "value").alias("value")).drop("said")
