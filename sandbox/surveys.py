"""The survey of the sample company: who is asked, what the contact list holds, the tables.

Belongs here: invitations, contacts, the survey's tables. Does not belong here: the waves
(`surveywaves`), the questions (`surveyitems`), who hands in a sheet and when (`surveysheets`), what
is answered (`surveyanswers`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import numpy as np
import polars as pl

from sandbox import surveyanswers, surveysheets, surveyunits
from sandbox.draw import Plan, flags, instants, quota, table
from sandbox.surveywaves import Wave, keys_like, waves_of

SERIES: Final = "work-and-goals"
_PRIVATE_MAIL: Final = "private.example"


def survey_tables(plan: Plan, tables: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """The tables about surveys, from all other tables of the world.

    All waves, their late answers included, are over within the horizon.
    """
    waves = waves_of(plan, tables["people"])
    asked = [_asked(wave, tables["people"], tables["seats"]) for wave in waves]
    roles = surveyunits.cast(plan, waves, asked, tables)
    sheets = surveysheets.hand_in(plan, waves, asked, roles, tables["people"])
    answers = surveyanswers.answer(plan, waves, sheets, roles)
    invitations = pl.concat(asked)
    return {
        "surveys": _surveys_table(waves),
        "survey_questions": _questions_table(waves),
        "contacts": _contacts_table(plan, tables["people"]),
        "invitations": table("invitations", {c: invitations[c] for c in invitations.columns}),
        "responses": table("responses", {c: sheets[c] for c in sheets.columns}),
        "answers": table("answers", {c: answers[c] for c in answers.columns}),
    }


def _asked(wave: Wave, people: pl.DataFrame, seats: pl.DataFrame) -> pl.DataFrame:
    """Everybody employed and not on leave at launch, with the unit of the main seat that day: in a
    gap that of the last seat, before the first that of the first."""
    day = wave.launch
    begun, ended = pl.col("effective_from") <= day, pl.col("effective_to") < day
    distance = (
        pl.when(~begun)
        .then(1_000_000 + (pl.col("effective_from") - day).dt.total_days())
        .when(ended.fill_null(False))
        .then((day - pl.col("effective_to")).dt.total_days())
        .otherwise(0)
    )
    main = seats.sort(
        "person",
        distance,
        ~pl.col("is_primary").fill_null(False),
        -pl.col("fte").fill_null(1.0),
        "seat",
    ).unique("person", keep="first", maintain_order=True)
    gone, away = pl.col("left_on") < day, pl.col("leave_from") <= day
    back = (pl.col("leave_to") < day).fill_null(False)
    there = people.filter(
        pl.col("hired_on") <= day, ~gone.fill_null(False), ~(away & ~back).fill_null(False)
    )
    return there.join(main, on="person", how="left", maintain_order="left").select(
        pl.lit(wave.key).alias("survey"),
        "person",
        "unit",
        instants(np.full(there.height, wave.opens)).alias("invited_at"),
    )


def _contacts_table(plan: Plan, people: pl.DataFrame) -> pl.DataFrame:
    """Half of those whose address changed are known by the former one, a few others by a private
    one that tells no name; of some of these, and of some others, the list holds no unit."""
    rng = plan.rng("survey-contacts")
    renamed = people.filter(pl.col("email_then") != pl.col("email_now"))
    former = renamed.filter(pl.Series(flags(rng, renamed.height, 0.5)))
    others = people.join(renamed, on="person", how="anti")
    how = pl.Series(quota(rng, others.height, {"private": 0.02, "unplaced": 0.02, "right": 0.96}))
    private, unplaced = others.filter(how == "private"), others.filter(how == "unplaced")
    mails = [f"{name.lower()}@{_PRIVATE_MAIL}" for name in keys_like(rng, "x", private.height)]
    has_unit = [
        *(~flags(rng, former.height, 0.3)).tolist(),
        *(~flags(rng, private.height, 0.4)).tolist(),
        *[False] * unplaced.height,
    ]
    return table(
        "contacts",
        {
            "person": [*former["person"], *private["person"], *unplaced["person"]],
            "email": [*former["email_then"], *mails, *[None] * unplaced.height],
            "has_unit": has_unit,
        },
    )


def _surveys_table(waves: list[Wave]) -> pl.DataFrame:
    return table(
        "surveys",
        {
            "survey": [wave.key for wave in waves],
            "series": [SERIES] * len(waves),
            "title": [f"Work and goals, {wave.launch:%B %Y}" for wave in waves],
            "opened_at": instants([wave.opens for wave in waves]),
            "closed_at": instants([wave.closes for wave in waves]),
            "is_anonymous": [wave.is_anonymous for wave in waves],
        },
    )


def _questions_table(waves: list[Wave]) -> pl.DataFrame:
    asked = [(wave.key, item) for wave in waves for item in wave.items]
    return table(
        "survey_questions",
        {
            "survey": [key for key, _ in asked],
            "question": [item.key for _, item in asked],
            "text": [item.text for _, item in asked],
            "scale_min": [item.least for _, item in asked],
            "scale_max": [item.most for _, item in asked],
            "is_reversed": [item.is_reversed for _, item in asked],
            "construct": [item.construct for _, item in asked],
        },
    )
