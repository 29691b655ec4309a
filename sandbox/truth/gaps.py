"""alignment_gaps: what is missing or broken, since when, with how much effort (readings N1, N2).

Belongs here: which fact held of what on which Sunday, its runs of weeks, how severe it is.
Does not belong here: the facts that other marts say (classes, risks, quadrants), texts of a gap.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import polars as pl

from sandbox.truth.alignment import GoalWeeks, hr_id
from sandbox.truth.initiatives import whole_days
from sandbox.truth.links import Links
from sandbox.truth.triad import Triad
from sandbox.truth.work import monday
from sandbox.world import GOALS, HR, TRACKER

EFFORT_DAYS = 91
"""Days to a Sunday in which effort is a sign that somebody works for a goal: 13 weeks."""
MOST_EFFORT = 200.0
"""Person-days from which on more effort makes a gap no more severe."""
WEIGHTS = {
    "initiative_without_goal": 1.0,
    "goal_without_initiative": 0.8,
    "goal_without_metric": 0.6,
    "goal_without_owner": 0.6,
    "goal_lapsed": 0.7,
    "goal_island": 0.5,
    "goal_unaligned": 0.5,
    "goal_phantom_owned": 0.4,
    "goal_hidden_risk": 0.7,
    "metric_without_goal": 0.3,
    "unit_linked_not_seen": 0.9,
}
"""How grave each kind is, as the shipped seed says; a kind begins with the type of its subject."""
SOURCES = {"goal": GOALS, "metric": GOALS, "initiative": TRACKER, "unit": HR}
CLASSES = ("lapsed", "island", "unaligned")
GAPS = {
    "gap_id": pl.String,
    "kind": pl.String,
    "subject_type": pl.String,
    "subject_id": pl.String,
    "org_unit_id": pl.String,
    "since": pl.Date,
    "effort_person_days_90d": pl.Float64,
    "severity": pl.Float64,
    "is_open": pl.Boolean,
    "first_seen": pl.Date,
    "resolved_on": pl.Date,
}


class Fact(NamedTuple):
    """That a gap of a kind held of a subject (bare key) on a Sunday."""

    kind: str
    subject: str
    sunday: dt.date


class Gaps:
    """Facts of a cut world. `marts`: goal_alignment, goal_progress, goal_triad, line_of_sight (with
    its quadrants)."""

    def __init__(
        self,
        triad: Triad,
        weeks: GoalWeeks,
        links: Links,
        marts: Mapping[str, pl.DataFrame],
    ) -> None:
        self.triad, self.weeks, self.links, self.marts = triad, weeks, links, marts
        self.initiatives, self.told = triad.initiatives, triad.told
        of_effort = set(map(_sunday, marts["line_of_sight"]["week_start"].unique()))
        self.sundays = sorted(of_effort.union(weeks.sundays()))
        told = sorted(of_effort) if self.told.initiatives else []
        self.served = {day: dict(self._served(day)) for day in told}

    def table(self) -> pl.DataFrame:
        """The mart without its texts, sorted by gap_id."""
        held: dict[tuple[str, str], set[int]] = defaultdict(set)
        number = {day: n for n, day in enumerate(self.sundays)}
        for fact in self.facts():
            held[fact.kind, fact.subject].add(number[fact.sunday])
        rows = [self._row(kind, subject, weeks) for (kind, subject), weeks in held.items()]
        return pl.DataFrame(rows, schema=GAPS).sort("gap_id")

    def facts(self) -> Iterator[Fact]:
        """Every fact of every judged Sunday. Before the first week of effort nothing was told of
        work: no initiative is missed then."""
        for sunday, served in self.served.items():
            yield from self._of_initiatives(sunday, served)
        for sunday in self.sundays if self.told.metrics else ():
            yield from self._of_metrics(sunday)
        yield from self._of_goals()
        risky = self.marts["goal_progress"].filter("hidden_risk")
        unseen = self.marts["line_of_sight"].filter(quadrant="linked_not_seen", org_basis="as_was")
        yield from _facts("goal_hidden_risk", risky.select("goal_id", "week_start"))
        yield from _facts("unit_linked_not_seen", unseen.select("org_unit_id", "week_start"))

    def _served(self, sunday: dt.date) -> Iterator[tuple[str, set[str]]]:
        """The goals of every initiative that is open on a Sunday (R2b, L4)."""
        for item in self.initiatives.keys:
            closed_at = self.initiatives.items.closed_at(item)
            created_on = self.initiatives.items.rows[item]["created_at"].date()
            if created_on <= sunday and (closed_at is None or closed_at.date() > sunday):
                yield item, set(self.links.goals_in_week(item, sunday, self.weeks.last_day))

    def _of_initiatives(self, sunday: dt.date, served: dict[str, set[str]]) -> Iterator[Fact]:
        active = self.weeks.states.on(sunday).active
        for item, goals in served.items():
            if not goals & active:
                yield Fact("initiative_without_goal", item, sunday)

    def _of_metrics(self, sunday: dt.date) -> Iterator[Fact]:
        metrics = self.weeks.metrics
        active = self.weeks.states.on(sunday).active
        wanted = {metric for goal in active for metric in metrics.in_force(goal, sunday)}
        for metric in set(metrics.rows) - wanted:
            if any(day <= sunday for day in metrics.read_days.get(metric, ())):
                yield Fact("metric_without_goal", metric, sunday)

    def _of_goals(self) -> Iterator[Fact]:
        linked = {day: set().union(*served.values()) for day, served in self.served.items()}
        for row in self.marts["goal_alignment"].iter_rows(named=True):
            goal, sunday = _bare(row["goal_id"]), _sunday(row["week_start"])
            holds = {
                "metric": self.told.metrics and not self.weeks.metrics.in_force(goal, sunday),
                "owner": self.told.owners and not self.triad.has_owner(goal, sunday),
                "initiative": sunday in linked
                and goal not in linked[sunday]
                and not self._is_worked_on(goal, sunday),
            }
            for part in (part for part, is_missing in holds.items() if is_missing):
                yield Fact(f"goal_without_{part}", goal, sunday)
            if row["node_class"] in CLASSES:
                yield Fact(f"goal_{row['node_class']}", goal, sunday)
            if row["is_phantom_owned"]:
                yield Fact("goal_phantom_owned", goal, sunday)

    def _is_worked_on(self, goal: str, sunday: dt.date) -> bool:
        """Whether effort of 13 weeks went to it, or an active goal contributes to it."""
        after = sunday - dt.timedelta(days=EFFORT_DAYS)
        has_effort = any(after < day <= sunday for day in self.weeks.effort_days.get(goal, ()))
        active = self.weeks.states.on(sunday).active
        return has_effort or not active.isdisjoint(self.weeks.graph.children[goal])

    def _row(self, kind: str, subject: str, weeks: set[int]) -> dict[str, Any]:
        last = first_of_run = max(weeks)
        while first_of_run - 1 in weeks:
            first_of_run -= 1
        is_open = last == len(self.sundays) - 1
        subject_type = kind.partition("_")[0]
        subject_id = f"{SOURCES[subject_type]}:{subject}"
        effort = self._effort(subject_type, subject)
        share = min(1.0, (effort or 0.0) / MOST_EFFORT)
        return {
            "gap_id": f"{kind}|{subject_id}",
            "kind": kind,
            "subject_type": subject_type,
            "subject_id": subject_id,
            "org_unit_id": hr_id(self._unit(subject_type, subject)),
            "since": monday(self.sundays[first_of_run]),
            "effort_person_days_90d": effort,
            "severity": WEIGHTS[kind] * (0.5 + 0.5 * share),
            "is_open": is_open,
            "first_seen": monday(self.sundays[min(weeks)]),
            "resolved_on": None if is_open else self.sundays[last + 1],
        }

    def _effort(self, subject_type: str, subject: str) -> float | None:
        """Whole days as published: goal_triad's of a goal, the initiative's own."""
        if subject_type == "initiative":
            return whole_days(self.initiatives.effort.get(subject, {}), self.triad.minimum)
        if subject_type == "goal":
            found = self.marts["goal_triad"].filter(goal_id=f"{GOALS}:{subject}")
            return None if found.is_empty() else found["effort_person_days_90d"].item()
        return None

    def _unit(self, subject_type: str, subject: str) -> str | None:
        """The subject's unit today."""
        if subject_type == "unit":
            return subject
        if subject_type == "initiative":
            return self.initiatives.unit(subject)
        goals, today = self.weeks.goals, self.weeks.last_day
        if subject_type == "goal":
            return goals.unit(subject, today)
        owner = self.weeks.metrics.rows[subject]["owner"]
        return goals.org.primary_unit(owner, today) if owner in goals.org.people else None


def _facts(kind: str, rows: pl.DataFrame) -> Iterator[Fact]:
    """Facts from rows of a mart: id and Monday."""
    for subject_id, week in rows.iter_rows():
        yield Fact(kind, _bare(subject_id), _sunday(week))


def _bare(mart_id: str) -> str:
    return mart_id.partition(":")[2]


def _sunday(week_start: dt.date) -> dt.date:
    return week_start + dt.timedelta(days=6)
