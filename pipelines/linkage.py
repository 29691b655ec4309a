"""Linkage: who the accounts may be that neither number nor e-mail names, with a probability.

Belongs here: the run of Splink over readings of names, the probability of each candidate beside the
others and beside nobody, the table `linkage.candidates`. Does not belong here: reading `raw`
(`linkage_subjects`), readings (`linkage_readings`), m and u (`linkage_model`), which candidate is
believed (`bridge_identity` in dbt).

Nothing is drawn at random: equal rows in `raw` give equal candidates.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

import duckdb
import polars as pl

from pipelines.linkage_readings import Known, of_accounts, of_people
from pipelines.linkage_subjects import Subjects, read
from pipelines.linkage_table import CANDIDATES, SCHEMA, TABLE
from pipelines.warehouse import Warehouse

_BEST_FIRST: Final = [False, False, True, False]

LEAST_SHOWN: Final = 0.005
"""Candidates that are less probable are not kept."""
MOST_SHOWN: Final = 5
"""Candidates kept of one account."""
_STEPS: Final = 100
_SUREST: Final = 0.999999
"""Nothing that is linked is certain."""


def link(warehouse: Warehouse, as_of: dt.datetime) -> pl.DataFrame:
    """Work out the candidates at `as_of` and put them in place of those of an earlier run.

    Columns of `CANDIDATES`, sorted.
    """
    warehouse.ensure()
    with warehouse.connect() as connection:
        found = candidates(read(connection, as_of))
        connection.execute("begin")
        connection.execute(f"delete from {SCHEMA}.{TABLE}")
        connection.register("found", found.to_arrow())
        connection.execute(f"insert into {SCHEMA}.{TABLE} by name select * from found")
        connection.execute("commit")
    return found


def candidates(subjects: Subjects) -> pl.DataFrame:
    """The candidates of every subject that is left, columns of `CANDIDATES`, sorted."""
    people = of_people(subjects.people)
    accounts = of_accounts(subjects.left, Known.of(subjects.people, people))
    if accounts.is_empty() or people.is_empty():
        return pl.DataFrame(schema=CANDIDATES)
    scored = _scored(accounts, people, subjects)
    person = subjects.people.select("hr_person_id").with_row_index("person")
    account = subjects.left.select("source", "account_ref", "is_account").with_row_index("account")
    return (
        _beside_each_other(scored, account.select("account", "source"))
        .join(account, on="account")
        .join(person, on="person")
        .select(*CANDIDATES)
        .sort("source", "account_ref", "match_probability", "hr_person_id", descending=_BEST_FIRST)
    )


def _scored(accounts: pl.DataFrame, people: pl.DataFrame, subjects: Subjects) -> pl.DataFrame:
    """account, person (row numbers) and odds: this person against nobody; the best reading's."""
    from splink import DuckDBAPI, Linker  # noqa: PLC0415  it takes a moment that few commands need

    from pipelines.linkage_model import settings  # noqa: PLC0415

    with duckdb.connect() as connection:
        api = DuckDBAPI(connection)
        linker = Linker(
            [
                api.register(accounts.to_arrow(), dataset_display_name="accounts"),
                api.register(people.to_arrow(), dataset_display_name="people"),
            ],
            settings(subjects.people.height, subjects.certain_shares),
            log_level="ERROR",
            validate_settings=False,
        )
        for column in ("given", "family"):
            frequencies = api.register(_frequencies(people, column).to_arrow())
            linker.table_management.register_term_frequency_lookup(frequencies, column)
        scored = linker.inference.predict(
            threshold_match_probability=LEAST_SHOWN / 10, warning_mode="never"
        )
        return pl.DataFrame(
            connection.sql(
                "select subject_l as account, subject_r as person, "
                f"max(pow(2, match_weight)) as odds from {scored.physical_name} group by all"
            ).pl()
        ).with_columns(pl.col("account", "person").cast(pl.UInt32))


def _frequencies(people: pl.DataFrame, column: str) -> pl.DataFrame:
    """How often a name is among the people: the chance that somebody else has it."""
    n_people = people["subject"].n_unique()
    return (
        people.select("subject", column)
        .drop_nulls()
        .unique()
        .group_by(column)
        .agg((pl.len() / n_people).alias(f"tf_{column}"))
        .sort(column)
    )


def _beside_each_other(scored: pl.DataFrame, left: pl.DataFrame) -> pl.DataFrame:
    """account, person, match_probability: a candidate's odds over those of all and of nobody, 1.

    `left`: account, source. The odds are of an account that is as likely somebody's as nobody's.
    How many accounts of its source are somebody's is found from the odds themselves: the share
    that equals the mean of the probabilities that it leads to (one step of expectation
    maximisation after another, from a half; one account more that is somebody's and one that is
    nobody's keep it from 0 and 1).
    """
    found = scored.sort("account", "person").join(left, on="account")
    total = (
        left.join(
            found.group_by("account").agg(pl.col("odds").sum().alias("total")),
            on="account",
            how="left",
        )
        .with_columns(pl.col("total").fill_null(0.0), share=pl.lit(0.5))
        .sort("account")
    )
    belongs = pl.col("share") * pl.col("total")
    for _ in range(_STEPS):
        probability = belongs / (belongs + 1 - pl.col("share"))
        total = total.with_columns(share=((probability.sum() + 1) / (pl.len() + 2)).over("source"))
    return (
        found.join(total.select("account", "total", "share"), on="account")
        .with_columns(
            match_probability=(pl.col("share") * pl.col("odds") / (belongs + 1 - pl.col("share")))
            .round(6)
            .clip(upper_bound=_SUREST)
        )
        .sort("account", "match_probability", "person", descending=[False, True, False])
        .filter(
            pl.col("match_probability") >= LEAST_SHOWN,
            pl.int_range(pl.len()).over("account") < MOST_SHOWN,
        )
        .select("account", "person", "match_probability")
    )
