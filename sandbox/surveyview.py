"""What the survey system of the sample company says at an instant, in canonical frames.

Belongs here: the cut of the survey's tables at `as_of`, whom and which unit the system names, what
an anonymous wave hides. Does not belong here: a vendor's format, what is answered.
"""

from __future__ import annotations

import datetime as dt

import polars as pl

from connectors.frames import FRAMES
from sandbox.references import with_person, with_unit
from sandbox.world import World


def surveys(world: World, as_of: dt.datetime) -> dict[str, pl.DataFrame]:
    """Frames surveys, survey_questions, invitations and answers.

    A wave is there from its opening on, and not closed before it is. In an anonymous wave nobody
    is named: invitations are counted by unit, answers carry the unit alone.
    """
    waves = world.surveys.filter(pl.col("opened_at") <= as_of).with_columns(
        pl.when(pl.col("closed_at") <= as_of).then("closed_at").alias("closed_at")
    )
    kind = waves.select("survey", "is_anonymous")
    asked = world.invitations.join(kind, on="survey", maintain_order="left")
    sheets = world.responses.filter(pl.col("answered_at") <= as_of).join(
        kind, on="survey", maintain_order="left"
    )
    questions = world.survey_questions.join(kind, on="survey", how="semi", maintain_order="left")
    found = {
        "surveys": waves.rename({"survey": "survey_key", "series": "series_key"}),
        "survey_questions": questions.rename({"survey": "survey_key", "question": "question_key"}),
        "invitations": pl.concat(
            [_by_name(world, asked, sheets), _by_unit(world, asked)], how="diagonal"
        ).rename({"survey": "survey_key"}),
        "answers": _answers(world, sheets),
    }
    return {
        name: data.select(c for c in FRAMES[name].column_names() if c not in ("source", "extra"))
        for name, data in found.items()
    }


def _named(world: World, rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of waves by name with `person_ref`, `org_unit_ref` as the contact list holds them."""
    rows = rows.filter(~pl.col("is_anonymous"))
    rows = with_person(rows, world, "person", "person", "person_ref", "survey")
    rows = with_unit(rows, world, "unit", "person", "org_unit_ref")
    return (
        rows.join(world.contacts, on="person", how="left", maintain_order="left")
        .with_columns(
            pl.coalesce("email", "person_ref").alias("person_ref"),
            pl.when(pl.col("has_unit").fill_null(True)).then("org_unit_ref").alias("org_unit_ref"),
        )
        .drop("email", "has_unit")
    )


def _by_name(world: World, asked: pl.DataFrame, sheets: pl.DataFrame) -> pl.DataFrame:
    answered = sheets.select("survey", "person").unique().with_columns(has_responded=True)
    named = _named(world, asked).with_columns(pl.col("org_unit_ref").fill_null(""))
    return named.join(
        answered, on=["survey", "person"], how="left", maintain_order="left"
    ).with_columns(pl.col("has_responded").fill_null(False), n_invited=pl.lit(1, pl.Int64))


def _by_unit(world: World, asked: pl.DataFrame) -> pl.DataFrame:
    """How many were asked in each unit of the waves without names."""
    counted = asked.filter("is_anonymous").group_by("survey", "unit", maintain_order=True)
    counts = counted.agg(pl.len().cast(pl.Int64).alias("n_invited"), pl.col("invited_at").min())
    return (
        with_unit(counts, world, "unit", "unit", "org_unit_ref")
        .with_columns(pl.col("org_unit_ref").fill_null(""), person_ref=pl.lit(""))
        .sort("survey", "org_unit_ref")
    )


def _answers(world: World, sheets: pl.DataFrame) -> pl.DataFrame:
    nameless = with_unit(sheets.filter("is_anonymous"), world, "unit", "unit", "org_unit_ref")
    known = pl.concat([_named(world, sheets), nameless], how="diagonal")
    return world.answers.join(
        known.select("response", "survey", "person_ref", "org_unit_ref", "answered_at"),
        on="response",
        maintain_order="left",
    ).rename({"response": "response_key", "survey": "survey_key", "question": "question_key"})
