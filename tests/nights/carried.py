"""Whether nights of two pairings say the same, but for what a system cannot carry.

Belongs here: by which keys ids of one system are those of another, what each system cannot carry
(named on its page, under *What it cannot see*), comparing. Does not belong here: making the nights
(`paired_night`).

Ids are translated by these natural keys:

- accounts: Redmine's numbers by login; the accounts of the sample company have the world's key as
  login, whose numbers `sandbox.redmine_view.accounts` gives.
- items, worklogs: Redmine gives out the world's own numbers, because its counters begin there;
  Jira's names (PAY-12) by the item's number.
- people, units, seats: by the world's keys, which BambooHR has as ids, Tryton as `code`, SCIM as
  `externalId`; BambooHR puts the table's name before the id of a second seat, and units and seats
  beside SCIM are of a source of their own.
- changes of items: each tracker numbers its own history. They are compared by item, field, instant
  and rank in time.

Three things may fall out otherwise with a larger company; this one has none of them. Where an id
decides between two that are alike: which of somebody's accounts stands for work on one item on one
day (`account_id` of `fct_effort`), and which of two seats of the same share, held at once and
equally primary, is `is_primary_seat`. And the day of work of an account that is nobody's: a tracker
with hours tells an instant, which then counts by the day in UTC; one without tells the day itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final

import polars as pl

from sandbox import bamboohr_payloads, redmine_view
from sandbox.world import HR, TRACKER, World
from tests.nights.company import unequal
from tests.nights.paired_night import Tables, numbers_of_items, redmine_accounts
from tests.nights.pairings import HR_UNITS, Pairing

OWN_IDS: Final = {
    "staging.stg_goal_initiative_links": {"link_id"},
    "staging.stg_work_item_changes": {"change_key", "change_id"},
}
"""Ids that only their system gives out, or that hold a name of another; nothing leads to them."""
_ADDRESS: Final = r"^https?://[^/]+"


@dataclass(frozen=True)
class Loss:
    """Columns that a system carries otherwise, or not at all.

    `instead` makes of the reference's rows what this system shows; None: nothing can be said of
    the columns but that they differ.
    """

    system: str
    tables: tuple[str, ...]
    columns: tuple[str, ...]
    said: str
    """Words of the system's page."""
    instead: Callable[[pl.DataFrame, World], pl.DataFrame] | None

    @property
    def what(self) -> str:
        return f"{self.system}: {', '.join(self.columns)} of {' and '.join(self.tables)}"


def _noon(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    days = redmine_view.worklog_days(world).select(
        pl.format("{}:{}", pl.lit(TRACKER), "worklog").alias("worklog_id"),
        (pl.col("spent_on").cast(pl.Datetime("us", "UTC")) + pl.duration(hours=12)).alias("_noon"),
    )
    joined = rows.join(days, on="worklog_id", how="left")
    return joined.with_columns(started_at="_noon").drop("_noon")


def _touched_by_children(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    """A parent changes when a child comes."""
    came = (
        world.items.filter(pl.col("parent").is_not_null())
        .group_by(work_item_key="parent")
        .agg(_last=pl.col("created_at").max())
    )
    joined = rows.join(came, on="work_item_key", how="left")
    return joined.with_columns(updated_at=pl.max_horizontal("updated_at", "_last")).drop("_last")


def _numbers_for_names(rows: pl.DataFrame, world: World) -> pl.DataFrame:
    url = pl.lit("/issues/") + pl.col("work_item_key")
    return rows.with_columns(url=url, address_name="work_item_key")


def _as_redmine_takes_it(column: str, rows: pl.DataFrame, world: World) -> pl.DataFrame:
    taken = dict(redmine_view.accounts(world).select("account", column).rows())
    return rows.with_columns(pl.col("account_key").replace_strict(taken).alias(column))


LOSSES: Final[Sequence[Loss]] = (
    Loss("redmine", ("staging.stg_worklogs",), ("started_at",), "The hour of work", _noon),
    Loss(
        "redmine",
        ("staging.stg_work_items", "core.dim_work_item"),
        ("updated_at",),
        "Real change times of a parent",
        _touched_by_children,
    ),
    Loss(
        "redmine",
        ("staging.stg_work_items", "core.dim_work_item"),
        ("url", "address_name"),
        "Names such as PAY-12",
        _numbers_for_names,
    ),
    Loss(
        "redmine",
        ("staging.stg_accounts",),
        ("email",),
        "An account without an address, or two accounts with the same one",
        partial(_as_redmine_takes_it, "email"),
    ),
    Loss(
        "redmine",
        ("staging.stg_accounts",),
        ("display_name",),
        "A name of one word",
        partial(_as_redmine_takes_it, "display_name"),
    ),
    Loss("scim", ("staging.stg_people",), ("updated_at",), "The time of a change", None),
)
"""All that the systems of the pairings cannot carry of the sample company."""


@dataclass(frozen=True)
class Compared:
    """What came of a comparison: tables and rows looked at, tables that differ and in what.

    `lost`: rows that differ as expected, by loss.
    """

    n_tables: int
    n_rows: int
    different: dict[str, str]
    lost: dict[Loss, int]


def compare(
    reference: Tables, found: Tables, pairing: Pairing, world: World, *, names: Sequence[str] = ()
) -> Compared:
    """`found`, of `pairing`, beside the reference; only the tables `names`, where given."""
    names = list(names) or sorted(reference.keys() | found.keys())
    different: dict[str, str] = {}
    lost: dict[Loss, int] = {}
    n_rows = 0
    for name in names:
        if name not in reference or name not in found:
            different[name] = "is missing on one side"
            continue
        wanted, rows = (_plain(name, side[name], world) for side in (reference, found))
        rows = _renamed(rows, pairing, world)
        for loss in LOSSES:
            if loss.system in pairing.systems and name in loss.tables:
                wanted, rows, n_lost = _carried(loss, wanted, rows, world)
                lost[loss] = lost.get(loss, 0) + n_lost
        n_rows += wanted.height
        one, other = (side.sort(side.columns, nulls_last=True) for side in (wanted, rows))
        different |= unequal({name: one}, {name: other})
    return Compared(len(names), n_rows, different, lost)


def _carried(
    loss: Loss, wanted: pl.DataFrame, rows: pl.DataFrame, world: World
) -> tuple[pl.DataFrame, pl.DataFrame, int]:
    """Both sides after the loss, and how many rows of the reference it changes."""
    kept = wanted.columns
    if loss.instead is None:
        n_lost = wanted.join(rows, on=kept, how="anti", nulls_equal=True).height
        return wanted.drop(loss.columns), rows.drop(loss.columns), n_lost
    carried = loss.instead(wanted, world).select(kept).cast(dict(wanted.schema))
    n_lost = wanted.join(carried, on=kept, how="anti", nulls_equal=True).height
    return carried, rows, n_lost


def _plain(name: str, rows: pl.DataFrame, world: World) -> pl.DataFrame:
    """Without what is not compared: addresses of servers, numbers of histories, the two ways in
    which goals name an item, the table before a second seat's id."""
    rows = rows.drop(OWN_IDS.get(name, set()))
    if "url" in rows.columns:
        rows = rows.with_columns(pl.col("url").str.replace(_ADDRESS, ""))
    if "initiative_key" in rows.columns:
        rows = rows.with_columns(pl.col("initiative_key").replace(numbers_of_items(world)))
    if "assignment_id" in rows.columns:
        table = f":{bamboohr_payloads.SECOND}:"
        rows = rows.with_columns(pl.col("assignment_id").str.replace(table, ":", literal=True))
    return rows


def _renamed(rows: pl.DataFrame, pairing: Pairing, world: World) -> pl.DataFrame:
    """Ids as the reference has them."""
    if pairing.hr == "scim":
        rows = _every_text(rows, lambda text: re.sub(rf"\b{HR_UNITS}\b", HR, text))
        refs = [name for name in ("manager_ref", "head_ref") if name in rows.columns]
        rows = rows.with_columns(pl.col(refs).str.strip_prefix(f"{HR}:"))
    if pairing.tracker == "redmine":
        rows = _by_login(rows, redmine_accounts(world))
    return rows


def _by_login(rows: pl.DataFrame, logins: dict[str, str]) -> pl.DataFrame:
    """Accounts by login, after the source's name and where they stand alone."""
    key = re.compile(rf"\b{TRACKER}:(\d+)\b")
    rows = _every_text(
        rows, lambda text: key.sub(lambda it: f"{TRACKER}:{logins.get(it[1], it[1])}", text)
    )
    is_account = {
        "account_key": pl.lit(True),
        "account_ref": pl.any_horizontal(pl.col("^(account_)?source$") == TRACKER),
        **dict.fromkeys(("held_value", "from_value", "to_value"), pl.col("field") == "assignee"),
    }
    return rows.with_columns(
        pl.when(condition).then(pl.col(name).replace(logins)).otherwise(name).alias(name)
        for name, condition in is_account.items()
        if name in rows.columns
    )


def _every_text(rows: pl.DataFrame, to: Callable[[str], str]) -> pl.DataFrame:
    """The same change of every distinct text."""
    for name, dtype in rows.schema.items():
        if dtype == pl.String:
            new = {text: to(text) for text in rows[name].drop_nulls().unique()}
            changed = {text: other for text, other in new.items() if text != other}
            rows = rows.with_columns(pl.col(name).replace(changed))
    return rows
