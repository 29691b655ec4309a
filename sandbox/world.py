"""The sample company's world: plain tables that hold all of its time, clean.

Belongs here: the columns of the world's tables. `company` fills them from a seed, `observe`
shows what each system says of them at an instant, `truth` computes what the marts must say.
Does not belong here: noise of a payload, vendor formats, formulas.

All keys are bare (no `source:` prefix). Dates are days, `*_at` are UTC instants. `valid_to` is
exclusive; `*_to`/`left_on`/`ends_on` are last days. Everything that exists within the horizon is
in the tables, so the world at an earlier instant is a cut of the same rows.
"""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass, fields
from pathlib import Path

import polars as pl

HR, GOALS, TRACKER, SURVEYS = "hr", "goals", "jira", "surveys"
"""Names of the sample company's sources; ids in marts are `source:key`."""

_T, _D, _I, _F, _B, _N = (
    pl.String,
    pl.Date,
    pl.Datetime("us", "UTC"),
    pl.Float64,
    pl.Boolean,
    pl.Int64,
)

SCHEMAS: dict[str, dict[str, pl.DataType | type[pl.DataType]]] = {
    # one row a version of a unit; a unit that lost its people stays, as HR systems keep it
    "units": {"unit": _T, "name": _T, "parent": _T, "head": _T, "valid_from": _D},
    # `email_now` is what HR shows; `email_then` what trackers may still hold
    "people": {
        "person": _T,
        "employee_number": _T,
        "full_name": _T,
        "email_now": _T,
        "email_then": _T,
        "location": _T,
        "employment_type": _T,
        "hired_on": _D,
        "left_on": _D,
        "leave_from": _D,
        "leave_to": _D,
    },
    "seats": {
        "seat": _T,
        "person": _T,
        "unit": _T,
        "manager": _T,
        "title": _T,
        "family": _T,
        "fte": _F,
        "is_primary": _B,
        "effective_from": _D,
        "effective_to": _D,
    },
    # `email`/`employee_number` are what the tracker shows (null: hidden); `person` the truth
    # (null: contractor or robot); `created_at` when the account appears
    "accounts": {
        "account": _T,
        "person": _T,
        "email": _T,
        "employee_number": _T,
        "display_name": _T,
        "is_active": _B,
        "created_at": _I,
    },
    # declared files
    "identity_overrides": {"account": _T, "employee_number": _T},
    "top_goals": {"goal": _T},
    "locations": {"location": _T, "country": _T, "subdivision": _T, "time_zone": _T},
    # `status` is the status at creation; later ones are in goal_events. `ends_on` likewise
    "goals": {
        "goal": _T,
        "title": _T,
        "why": _T,
        "level": _T,
        "visibility": _T,
        "unit": _T,
        "cycle": _T,
        "starts_on": _D,
        "ends_on": _D,
        "status": _T,
        "weight": _F,
        "origin": _T,
        "created_by": _T,
        "created_at": _I,
        "checkin_cadence_days": _N,
        "need_key": _T,
        "need_confirmed_on": _D,
    },
    # variable pay; `measure` is a goal or a metric, by kind (goal, metric, other), maybe unknown
    "incentive_lines": {
        "line": _T,
        "person": _T,
        "period_start": _D,
        "period_end": _D,
        "measure_kind": _T,
        "measure": _T,
        "weight": _F,
        "direction": _T,
    },
    # field is status, starts_on, ends_on, level or weight; values as text
    "goal_events": {
        "event": _T,
        "goal": _T,
        "at": _I,
        "author": _T,
        "field": _T,
        "before": _T,
        "after": _T,
    },
    # exist from the child's (edges) or the goal's (owners) creation on; `child`/`parent` may name
    # a goal that does not exist (orphans)
    "goal_edges": {"child": _T, "parent": _T, "edge_type": _T, "weight": _F},
    "goal_owners": {"goal": _T, "person": _T, "unit": _T},
    "checkins": {
        "checkin": _T,
        "goal": _T,
        "at": _I,
        "author": _T,
        "progress": _F,
        "confidence": _F,
        "status": _T,
    },
    "metrics": {
        "metric": _T,
        "name": _T,
        "unit": _T,
        "cadence_days": _N,
        "is_leading": _B,
        "is_customer_facing": _B,
        "owner": _T,
        "created_at": _I,
    },
    "goal_metrics": {
        "goal": _T,
        "metric": _T,
        "kind": _T,
        "baseline": _F,
        "target": _F,
        "weight": _F,
        "effective_from": _D,
    },
    "observations": {
        "metric": _T,
        "observed_on": _D,
        "value": _F,
        "entry": _T,
        "recorded_at": _I,
    },
    # links said in the goal system or in a declared file; `by_name` links use the item's name
    "links": {
        "goal": _T,
        "item": _T,
        "linked_at": _I,
        "unlinked_at": _I,
        "stated_in": _T,
        "by_name": _B,
    },
    # `name` is the human name (PROJ-12); first_* hold at creation, events change them
    "items": {
        "item": _T,
        "name": _T,
        "project": _T,
        "parent": _T,
        "is_initiative": _B,
        "type": _T,
        "title": _T,
        "created_at": _I,
        "reporter": _T,
        "first_status": _T,
        "first_assignee": _T,
        "first_goals": _T,
        "started_on": _D,
        "due_on": _D,
        "points": _F,
        "deleted_at": _I,
    },
    # field is status, assignee or goal (goals: bare goal keys joined by ;); null: none
    "item_events": {
        "event": _N,
        "item": _T,
        "at": _I,
        "author": _T,
        "field": _T,
        "before": _T,
        "after": _T,
    },
    # `created_at`/`deleted_at`: when the entry appeared in and vanished from the tracker
    "worklogs": {
        "worklog": _T,
        "item": _T,
        "account": _T,
        "started_at": _I,
        "seconds": _N,
        "created_at": _I,
        "deleted_at": _I,
    },
    "surveys": {
        "survey": _T,
        "series": _T,
        "title": _T,
        "opened_at": _I,
        "closed_at": _I,
        "is_anonymous": _B,
    },
    "survey_questions": {
        "survey": _T,
        "question": _T,
        "text": _T,
        "scale_min": _N,
        "scale_max": _N,
        "is_reversed": _B,
        "construct": _T,
    },
    # people of whom the survey system's contact list does not hold what HR holds: another address
    # (null: HR's), or no unit
    "contacts": {"person": _T, "email": _T, "has_unit": _B},
    # everybody asked, by name even where the wave is anonymous; `unit` is that of the primary seat
    # at launch (null: none)
    "invitations": {"survey": _T, "person": _T, "unit": _T, "invited_at": _I},
    # a sheet; somebody may hand in two, and one after the close
    "responses": {
        "response": _T,
        "survey": _T,
        "person": _T,
        "unit": _T,
        "answered_at": _I,
    },
    # state is answered, dont_know or skipped; value only where answered
    "answers": {"response": _T, "question": _T, "value": _F, "state": _T},
}

STATUS_CATEGORY = {
    "Backlog": "todo",
    "Selected": "todo",
    "In Progress": "doing",
    "In Review": "doing",
    "Done": "done",
    "Won't Do": "dropped",
}
"""The tracker's statuses and what they mean."""


@dataclass(frozen=True)
class World:
    """All tables of `SCHEMAS`, sorted, and the horizon: `start` and `end` are whole days."""

    seed: int
    start: dt.date
    end: dt.date
    units: pl.DataFrame
    people: pl.DataFrame
    seats: pl.DataFrame
    accounts: pl.DataFrame
    identity_overrides: pl.DataFrame
    top_goals: pl.DataFrame
    locations: pl.DataFrame
    goals: pl.DataFrame
    incentive_lines: pl.DataFrame
    goal_events: pl.DataFrame
    goal_edges: pl.DataFrame
    goal_owners: pl.DataFrame
    checkins: pl.DataFrame
    metrics: pl.DataFrame
    goal_metrics: pl.DataFrame
    observations: pl.DataFrame
    links: pl.DataFrame
    items: pl.DataFrame
    item_events: pl.DataFrame
    worklogs: pl.DataFrame
    surveys: pl.DataFrame
    survey_questions: pl.DataFrame
    contacts: pl.DataFrame
    invitations: pl.DataFrame
    responses: pl.DataFrame
    answers: pl.DataFrame

    def __post_init__(self) -> None:
        for name in (f.name for f in fields(self) if f.name in SCHEMAS):
            table = getattr(self, name)
            if dict(table.schema) != {c: pl.Schema({c: t})[c] for c, t in SCHEMAS[name].items()}:
                raise TypeError(f"world table {name} has {table.schema}, not {SCHEMAS[name]}")


def end_of(day: dt.date) -> dt.datetime:
    """The instant that `as_of` names when it is given as a date: its last microsecond, UTC."""
    return dt.datetime.combine(day, dt.time.max, tzinfo=dt.UTC)


def save(world: World, folder: Path) -> None:
    """Write a world as Parquet files, so that another process can `load` it."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCHEMAS:
        getattr(world, name).write_parquet(folder / f"{name}.parquet")
    horizon = {"seed": world.seed, "start": str(world.start), "end": str(world.end)}
    (folder / "horizon.json").write_text(json.dumps(horizon), encoding="utf-8")


def load(folder: Path) -> World:
    """Read a world that `save` wrote; FileNotFoundError names the file that is missing."""
    horizon = json.loads((folder / "horizon.json").read_text(encoding="utf-8"))
    return World(
        seed=horizon["seed"],
        start=dt.date.fromisoformat(horizon["start"]),
        end=dt.date.fromisoformat(horizon["end"]),
        **{name: pl.read_parquet(folder / f"{name}.parquet") for name in SCHEMAS},
    )
