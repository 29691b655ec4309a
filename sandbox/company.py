"""The sample company: an organisation drawn from a seed, over its whole horizon.

Belongs here: the order in which the subjects are drawn and the world that comes of it. Does not
belong here: any subject itself (people, goals, work … have modules of their own), noise of a
payload, what is true of the company (`truth`).
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from sandbox import (
    accounts,
    goalbook,
    goalcases,
    goaltables,
    goaltraits,
    goaltree,
    histories,
    incentives,
    initiatives,
    itemkeys,
    items,
    measurecases,
    metrics,
    orgtree,
    people,
    seats,
    shiftcases,
    surveys,
    trackertables,
    worklogs,
)
from sandbox.draw import Plan, day_of
from sandbox.world import World

LEAST_PEOPLE = 40
LEAST_MONTHS = 3


def generate(
    seed: int = 1, people: int = 400, months: int = 15, end: dt.date = dt.date(2026, 10, 31)
) -> World:
    """The company of a seed with about `people` people at `end` and `months` months of past.

    The horizon begins on the first day of a month: of the month of `end` where `months` is 1.
    Raises ValueError for fewer than 40 people or 3 months, for which the planted cases have no
    room.
    """
    if people < LEAST_PEOPLE or months < LEAST_MONTHS:
        raise ValueError(
            f"the sample company needs at least {LEAST_PEOPLE} people and {LEAST_MONTHS} months, "
            f"not {people} people and {months} months"
        )
    first = end.year * 12 + end.month - months
    start = dt.date(first // 12, first % 12 + 1, 1)
    plan = Plan(seed, people, day_of(start), day_of(end))
    return World(seed=seed, start=start, end=end, **_tables(plan))


def _tables(plan: Plan) -> dict[str, pl.DataFrame]:
    org = orgtree.plant(plan)
    staff = people.hire(plan, org)
    seating = seats.seat(plan, org, staff)
    heads = {unit: staff.keys[person] for unit, person in staff.heads.items()}
    workers = accounts.open_accounts(plan, org, staff, seating)
    account_table, overrides = accounts.account_tables(plan, workers)
    book = goaltree.grow(plan, org, staff, seating)
    goaltraits.dress(plan, org, staff, book)
    listed = goalcases.plant(plan, org, staff, book)
    tables = {
        "units": orgtree.units_table(org, heads),
        "people": people.people_table(plan, staff),
        "seats": seats.seats_table(plan, org, staff, seating),
        "accounts": account_table,
        "identity_overrides": overrides,
        "locations": people.locations_table(),
        **goaltables.goal_tables(plan, org, staff, book, listed),
        **metrics.measure(plan, org, staff, book),
        **_tracker_tables(plan, org, workers, book),
    }
    tables |= surveys.survey_tables(plan, tables)
    parts = measurecases.cast(org, tables)
    tables = measurecases.plant(plan, parts, tables)
    tables = itemkeys.in_order(shiftcases.plant(plan, org, parts.twins, tables))
    return tables | {"incentive_lines": incentives.pay(plan, parts, tables)}


def _tracker_tables(
    plan: Plan, org: orgtree.Org, workers: accounts.Workers, book: goalbook.GoalBook
) -> dict[str, pl.DataFrame]:
    started = initiatives.start_initiatives(plan, org, workers.people, book)
    work = items.take_up(plan, org, workers, started)
    opening, changes = histories.unfold(plan, workers, book, started, work)
    logs = worklogs.log_time(plan, org, workers, started, work)
    names = trackertables.name_items(org, started, work)
    return {
        "items": trackertables.items_table(plan, org, workers, started, work, opening, names),
        "item_events": trackertables.events_table(plan, changes, names),
        "links": trackertables.links_table(plan, book, started, names),
        "worklogs": trackertables.worklogs_table(workers, logs, names),
    }
