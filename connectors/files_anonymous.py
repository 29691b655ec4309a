"""Persons that a folder names in the answers of a wave that it says is anonymous.

Belongs here: which waves are anonymous, and leaving the names out before anything keeps them.
Does not belong here: reading files (`files`), surveys of a vendor (`connectors.survey`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import polars as pl

from connectors.edge import conform


@dataclass
class AnonymousWaves:
    """Keys of the waves that were seen to be anonymous."""

    keys: set[str] = field(default_factory=set)

    def learn(self, source: str, surveys: pl.DataFrame) -> None:
        """Note the anonymous waves among rows of the frame `surveys`."""
        rows = conform("surveys", source, surveys).rows
        self.keys.update(rows.filter(pl.col("is_anonymous").fill_null(value=False))["survey_key"])

    def without_names(self, answers: pl.DataFrame) -> pl.DataFrame:
        """Rows of the frame `answers`, with no person in an anonymous wave."""
        if not self.keys or not {"survey_key", "person_ref"} <= set(answers.columns):
            return answers
        named = pl.when(self._anonymous()).then(None).otherwise(pl.col("person_ref"))
        return answers.with_columns(named.alias("person_ref"))

    def n_named(self, answers: pl.DataFrame) -> tuple[int, list[str]]:
        """How many rows of `answers` name a person of an anonymous wave, and the waves."""
        if not {"survey_key", "person_ref"} <= set(answers.columns):
            return 0, []
        said = pl.col("person_ref").cast(pl.String).str.strip_chars().fill_null("") != ""
        named = answers.filter(self._anonymous() & said)
        return named.height, sorted(named["survey_key"].cast(pl.String).str.strip_chars().unique())

    def _anonymous(self) -> pl.Expr:
        wave = pl.col("survey_key").cast(pl.String).str.strip_chars()
        return wave.is_in(sorted(self.keys)).fill_null(value=False)
