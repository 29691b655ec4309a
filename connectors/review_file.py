"""The review file: who an account is that nothing certain names, for people to decide.

Belongs here: the file's columns and cells, and what of it is a decision. Does not belong here: who
stands in it (`pipelines.identity_review`), what a decision does (`dbt_project`).

A cell that a spreadsheet would take for a formula is written with a `'` before it, which is taken
away when it is read.
"""

from __future__ import annotations

from typing import Final

import polars as pl

from connectors import table_files
from connectors.contract import SourceError

FRAME: Final = "identity_decisions"
COLUMNS: Final = (
    "account_source",
    "account_ref",
    "display_name",
    "person_ref",
    "person_name",
    "probability",
    "matched_by",
    "decision",
)
"""A row an account and a person that it may be; one without a person where there is none."""
DECIDED: Final = ("account_source", "account_ref", "person_ref", "decision")

_WRONG: Final = ("unreadable", "payload")

_RISKY: Final = ("=", "+", "-", "@", "\t", "\r", "\n", "'")
_THE_FILE_ITSELF: Final = {"account_source": "(none)", "account_ref": "(none)"}
"""A row that stands for the file, so that a file in which nothing is decided is no missing file."""


def safe(text: str) -> str:
    """`text` as a cell that no spreadsheet computes."""
    return f"'{text}" if text.startswith(_RISKY) else text


def read(name: str, body: bytes) -> pl.DataFrame | SourceError:
    """Every row of the file: `COLUMNS` as text, "" where empty; `line`; and of a row with too many
    fields `unreadable` and `payload`."""
    rows = table_files.read(FRAME, name, body)
    if isinstance(rows, SourceError):
        return rows
    if "decision" not in rows.columns:
        return SourceError(
            f"{name}, line 1: has no column decision. Put it back, or delete the file: the next "
            "night writes it again, with all that was decided before."
        )
    absent = [pl.lit("").alias(c) for c in COLUMNS if c not in rows.columns]
    wrong = [pl.lit(None, pl.String).alias(c) for c in _WRONG if c not in rows.columns]
    return (
        rows.with_columns(absent + wrong)
        .select(*COLUMNS, "line", *_WRONG)
        .with_columns(
            pl.col(COLUMNS).cast(pl.String).fill_null("").str.replace("^'", ""),
        )
        .with_columns(pl.col("person_ref", "decision").str.strip_chars())
    )


def decisions(rows: pl.DataFrame) -> pl.DataFrame:
    """Rows of `read` that decide something, as the frame `identity_decisions`; and a row without
    a decision that stands for the file.

    A mistake has its reason in `unreadable`: of two `same` for one account, both are one.
    """
    word, person = pl.col("decision").str.to_lowercase(), pl.col("person_ref")
    is_same = word == "same"
    mistake = (
        pl.when(is_same & (person == ""))
        .then(pl.lit("decision: is same without a person_ref; write the employee number beside it"))
        .when(is_same & (is_same.sum().over("account_source", "account_ref") > 1))
        .then(pl.lit("decision: is same on two rows of one account; keep it on one of them"))
        .when(~word.is_in(["same", "different"]))
        .then(pl.lit("decision: is neither same nor different"))
    )
    decided = (
        rows.filter((pl.col("decision") != "") | pl.col("unreadable").is_not_null())
        .with_columns(unreadable=pl.coalesce("unreadable", mistake), decision=word)
        .with_columns(payload=pl.coalesce("payload", _as_json()))
        .select(*DECIDED, "line", *_WRONG)
    )
    # In one piece: polars 2.1 panics where texts in several are joined to others in one.
    return pl.concat([pl.DataFrame(_THE_FILE_ITSELF), decided], how="diagonal", rechunk=True)


def _as_json() -> pl.Expr:
    return pl.struct(DECIDED).struct.json_encode()
