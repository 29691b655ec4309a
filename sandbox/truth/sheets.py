"""What the sheets of a wave say of its constructs (readings V1 to V3).

Belongs here: favourable answers of a sheet, which sheets count, everything by the unit in which it
counts directly. Does not belong here: who counts where (`survey`), shares of units.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import polars as pl

from sandbox.truth.org import Organisation
from sandbox.world import HR

FAVOURABLE_FROM = {(1, 4): 3, (1, 5): 4, (1, 6): 5, (1, 7): 5, (1, 10): 8}
"""The least favourable value of a scale; a scale that is not here has none."""

PROMOTER, DETRACTOR = 9, 6

Row = dict[str, Any]


@dataclass(frozen=True)
class Mark:
    """What a sheet that counts says of a construct: shares and means over its answered items."""

    favourable: Fraction | None
    """None where an item of the construct has a scale without a cut."""
    value: Fraction
    position: Fraction
    """0 at the unfavourable end of the scale, 1 at the other."""

    @property
    def is_promoter(self) -> bool:
        """On the scale of the net score, 0 to 10."""
        return self.value >= PROMOTER

    @property
    def is_detractor(self) -> bool:
        """On the scale of the net score, 0 to 10."""
        return self.value <= DETRACTOR


@dataclass(frozen=True)
class Wave:
    """A closed wave. Units are ids of `parent`, the tree of the wave's day."""

    survey_id: str
    previous_id: str | None
    closed_at: dt.datetime
    parent: dict[str, str | None]
    asked: dict[str, list[Row]]
    """Questions by construct."""
    unit_of: dict[str, str]
    """The unit of every sheet."""
    marks: dict[str, dict[str, Mark]]
    """By construct and sheet."""
    states: dict[str, Counter[tuple[str, str]]]
    """By construct: how many answers in each state by unit."""
    spoke: dict[str, frozenset[str]]
    """By construct: sheets with an answer to it or a "don't know"."""
    invited: Counter[str] | None
    """People by unit; None where the wave has no invitations."""


def waves(core: Mapping[str, pl.DataFrame], org: Organisation) -> list[Wave]:
    """Every wave of core's tables (`compute_survey`) that has closed, in their order."""
    closed = core["core.dim_survey"].drop_nulls("closed_at")
    return [_wave(row, core, org) for row in closed.iter_rows(named=True)]


def _wave(row: Row, core: Mapping[str, pl.DataFrame], org: Organisation) -> Wave:
    def mine(name: str) -> list[Row]:
        return core[name].filter(pl.col("survey_id") == row["survey_id"]).to_dicts()

    invitations, answers = mine("core.fct_invitation"), mine("core.fct_answer")
    day = min((i["invited_at"] for i in invitations), default=row["opened_at"]).date()
    tree = org.tree(day)
    parent = {f"{HR}:{u}": p if p is None else f"{HR}:{p}" for u, p in tree.parent.items()}

    def unit(named: str | None) -> str:
        return named if named in parent else f"{HR}:{tree.root}"

    asked = defaultdict(list)
    for question in mine("core.dim_survey_question"):
        if question["construct"] is not None:
            asked[question["construct"]].append(question)
    unit_of = {answer["response_id"]: unit(answer["org_unit_id"]) for answer in answers}
    invited: Counter[str] = Counter()
    for invitation in invitations:
        invited[unit(invitation["org_unit_id"])] += invitation["n_invited"]
    said = {(a["response_id"], a["question_id"]): a for a in answers}
    return Wave(
        survey_id=row["survey_id"],
        previous_id=row["previous_survey_id"],
        closed_at=row["closed_at"],
        parent=parent,
        asked=dict(asked),
        unit_of=unit_of,
        marks={c: _marks(items, unit_of, said) for c, items in asked.items()},
        states={c: _states(items, unit_of, said) for c, items in asked.items()},
        spoke={c: _spoke(items, said) for c, items in asked.items()},
        invited=invited if invitations else None,
    )


def _marks(
    items: list[Row], sheets: Mapping[str, str], said: Mapping[tuple[str, str], Row]
) -> dict[str, Mark]:
    """The marks of the sheets that answer at least half of the items."""
    found = {}
    for sheet in sorted(sheets):
        answered = [
            (item, answer["value"])
            for item in items
            for answer in [said.get((sheet, item["question_id"]))]
            if answer is not None and answer["state"] == "answered"
        ]
        if answered and len(answered) >= len(items) / 2:
            found[sheet] = mark(answered, has_cut=all(_cut(item) is not None for item in items))
    return found


def mark(answered: list[tuple[Row, float]], *, has_cut: bool) -> Mark:
    """The mark of answered items, each a question with its value as given."""
    values = [
        Fraction(i["scale_min"] + i["scale_max"] - v if i["is_reversed"] else v)
        for i, v in answered
    ]
    items = [item for item, _ in answered]
    n = len(answered)
    good = [v >= (_cut(i) or 0) for i, v in zip(items, values, strict=True)]
    positions = [
        (v - i["scale_min"]) / (i["scale_max"] - i["scale_min"])
        for i, v in zip(items, values, strict=True)
    ]
    return Mark(
        favourable=Fraction(sum(good), n) if has_cut else None,
        value=sum(values, Fraction(0)) / n,
        position=sum(positions, Fraction(0)) / n,
    )


def _cut(item: Row) -> int | None:
    return FAVOURABLE_FROM.get((item["scale_min"], item["scale_max"]))


def _states(
    items: list[Row], sheets: Mapping[str, str], said: Mapping[tuple[str, str], Row]
) -> Counter[tuple[str, str]]:
    """Answers to the items by unit and state."""
    asked = {item["question_id"] for item in items}
    return Counter(
        (sheets[sheet], answer["state"])
        for (sheet, question), answer in said.items()
        if question in asked
    )


def _spoke(items: list[Row], said: Mapping[tuple[str, str], Row]) -> frozenset[str]:
    """Sheets that say something of an item, if only that they don't know."""
    asked = {item["question_id"] for item in items}
    return frozenset(
        sheet
        for (sheet, question), answer in said.items()
        if question in asked and answer["state"] in ("answered", "dont_know")
    )
