"""Row by row, column by column: what a mart says beside what the truth says."""

from __future__ import annotations

import polars as pl

TOLERANCE = 1e-9

KEYS = {
    "goal_triad": ["goal_id"],
    "alignment_chain": ["goal_id", "metric_id", "initiative_id"],
    "goal_alignment": ["goal_id", "week_start"],
    "goal_progress": ["goal_id", "week_start"],
    "goal_portfolio": ["org_unit_id", "week_start", "org_basis"],
    "effort_alignment": ["org_unit_id", "week_start", "org_basis"],
    "effort_own_unit": ["org_unit_id", "node_class", "month_start", "org_basis"],
    "line_of_sight": ["org_unit_id", "week_start", "org_basis"],
    "unit_dependency": ["from_org_unit_id", "to_org_unit_id", "month_start"],
    "understanding_and_control": ["org_unit_id", "survey_id", "construct"],
    "pull_index": ["org_unit_id", "month_start", "org_basis"],
    "integration": ["org_unit_id", "month_start", "org_basis"],
    "incentive_alignment": ["org_unit_id", "period_start", "period_end"],
    "customer_alignment": ["org_unit_id", "month_start", "org_basis"],
    "alignment_scorecard": ["org_unit_id", "month_start", "org_basis"],
    "alignment_gaps": ["gap_id"],
}
"""The key of every mart that has a truth."""


def differences(mart: pl.DataFrame, truth: pl.DataFrame, keys: list[str]) -> pl.DataFrame:
    """One row a cell that differs: the key, `column`, `mart` and `truth` as text.

    A row that only one side has differs in the column `(row)`. Numbers are equal within 1e-9.
    """
    columns = [name for name in truth.columns if name not in keys]
    left = mart.select(*keys, *columns).with_columns(pl.lit(True).alias("_mart"))
    right = truth.with_columns(pl.lit(True).alias("_truth"))
    both = left.join(right, on=keys, how="full", coalesce=True, nulls_equal=True, suffix="_right")
    alone = both.filter(pl.col("_mart").is_null() | pl.col("_truth").is_null())
    found = [
        alone.select(
            *keys,
            column=pl.lit("(row)"),
            mart=pl.col("_mart").cast(pl.String),
            truth=pl.col("_truth").cast(pl.String),
        )
    ]
    shared = both.filter(pl.col("_mart").is_not_null() & pl.col("_truth").is_not_null())
    for name in columns:
        ours, theirs = pl.col(name), pl.col(f"{name}_right")
        same = ours.eq_missing(theirs)
        if truth.schema[name].is_float():
            same |= (ours - theirs).abs() <= TOLERANCE
        found.append(
            shared.filter(~same.fill_null(False)).select(
                *keys,
                column=pl.lit(name),
                mart=ours.cast(pl.String),
                truth=theirs.cast(pl.String),
            )
        )
    return pl.concat(found).sort("column", *keys, nulls_last=True)
