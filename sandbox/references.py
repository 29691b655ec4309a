"""How systems outside HR name the sample company's people and units.

Belongs here: the ways of naming and which record gets which. Does not belong here: what is said.
"""

from __future__ import annotations

import polars as pl

from sandbox.world import HR, World


def number_in(column: str) -> pl.Expr:
    """The number in a key, by which ways of naming are dealt out."""
    return pl.col(column).str.extract(r"(\d+)$").cast(pl.Int64)


def with_person(
    data: pl.DataFrame, world: World, column: str, by: str, ref: str, tag: str
) -> pl.DataFrame:
    """Add a column `ref` that names the person of `column` as a system outside HR does.

    Six in ten by e-mail, others by e-mail in capitals or with `+tag`, by HR key, by employee
    number. Whom neither e-mail nor number names without doubt is named by HR key.
    """
    named = world.people.select(
        pl.col("person").alias(column),
        pl.when(pl.col("email_now").is_unique()).then("email_now").alias("_mail"),
        pl.col("employee_number").alias("_staff_number"),
    )
    way, key = number_in(by) % 10, pl.lit(f"{HR}:") + pl.col(column)
    tagged = pl.col("_mail").str.replace("@", f"+{tag}@")
    return (
        data.join(named, on=column, how="left", maintain_order="left")
        .with_columns(
            pl.coalesce(
                pl.when(way == 6).then(pl.col("_mail").str.to_uppercase()),
                pl.when(way == 7).then(tagged),
                pl.when(way == 8).then(key),
                pl.when(way == 9).then("_staff_number"),
                pl.when(way < 9).then("_mail"),
                key,
            ).alias(ref)
        )
        .drop("_mail", "_staff_number")
    )


def with_unit(data: pl.DataFrame, world: World, column: str, by: str, ref: str) -> pl.DataFrame:
    """Add a column `ref` that names the unit of `column`: by key, by name, or by HR's key."""
    named = world.units.unique("unit", keep="first", maintain_order=True).select(
        pl.col("unit").alias(column), pl.col("name").alias("_name")
    )
    way = number_in(by) % 5
    return (
        data.join(named, on=column, how="left", maintain_order="left")
        .with_columns(
            pl.when(way == 3)
            .then("_name")
            .when(way == 4)
            .then(pl.lit(f"{HR}:") + pl.col(column))
            .otherwise(column)
            .alias(ref)
        )
        .drop("_name")
    )
