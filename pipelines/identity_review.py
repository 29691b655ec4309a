"""Writing the review file: who an account may be that is not certain, for people to decide.

Belongs here: the rows of the file, and that nothing which people wrote into it is lost.
Does not belong here: the file's cells and what is a decision (`connectors.review_file`), who is
matched (`bridge_identity` in dbt).

What stands in the file's column decision is kept letter by letter, mistakes too. A decision of an
earlier night whose row is not in the file is put back: a file that was deleted loses none.
"""

from __future__ import annotations

import csv
import io
import os
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Final

import duckdb
import polars as pl

from connectors.contract import SourceError
from connectors.review_file import COLUMNS, read, safe
from pipelines.warehouse import Warehouse

MOST_SHOWN: Final = 3
"""Candidates shown of one account; `matched_by` says of which one the account is taken for."""
_KEY: Final = ["account_source", "account_ref", "person_ref"]


class ReviewError(Exception):
    """The file cannot be read or written; it is left as it is. The message says what to do."""


@dataclass(frozen=True, slots=True)
class Review:
    """What was written: accounts without a person, accounts linked, rows of the file."""

    n_unmatched: int
    n_linked: int
    n_rows: int


def write(warehouse: Warehouse, path: Path) -> Review:
    """Write the file from the core as it is built now, and from the file itself.

    Sorted by account, the most probable person first; equal content is equal bytes. Raises
    ReviewError.
    """
    before = _as_it_is(path)
    with warehouse.connect(read_only=True) as connection:
        shown = _query(connection, _SHOWN, {"most": MOST_SHOWN})
        earlier = _query(connection, _EARLIER, {})
        counted = connection.sql(_COUNTED).fetchall()
    rows = _rows(shown, before, earlier)
    _replace(path, _csv(rows))
    counts = dict(counted)
    return Review(counts.get("unmatched", 0), counts.get("linkage", 0), rows.height)


def _as_it_is(path: Path) -> pl.DataFrame:
    """The rows that stand in the file; none where it is not there."""
    try:
        body = path.read_bytes()
    except FileNotFoundError:
        return pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    except OSError as error:
        raise ReviewError(
            f"{path.name} cannot be read: {error.strerror}. Set identity.review_file to a file "
            "that alignmart may read and write."
        ) from error
    rows = read(path.name, body)
    if isinstance(rows, SourceError):
        raise ReviewError(f"{rows} The file is left as it is.")
    broken = rows.filter(pl.col("unreadable").is_not_null())
    if not broken.is_empty():
        first = broken.row(0, named=True)
        raise ReviewError(
            f"{path.name}, line {first['line']}: {first['unreadable']}. Mend the line; the file is "
            "left as it is."
        )
    return rows.select(COLUMNS)


def _rows(shown: pl.DataFrame, before: pl.DataFrame, earlier: pl.DataFrame) -> pl.DataFrame:
    """What is shown tonight with the decisions that stand; then decided rows not shown any more."""
    known = before.unique(_KEY, keep="last", maintain_order=True)
    lost = earlier.join(known, on=_KEY, how="anti")
    decided = pl.concat([known.filter(pl.col("decision") != ""), lost.select(COLUMNS)])
    said = decided.select(*_KEY, "decision")
    tonight = (
        shown.drop("decision")
        .join(said, on=_KEY, how="left")
        .with_columns(pl.col("decision").fill_null(""))
    )
    kept = decided.join(shown, on=_KEY, how="anti")
    return pl.concat([tonight.select(COLUMNS), kept.select(COLUMNS)]).sort(
        "account_source", "account_ref", "probability", "person_ref",
        descending=[False, False, True, False],
    )  # fmt: skip


def _csv(rows: pl.DataFrame) -> bytes:
    """With a byte order mark, by which spreadsheets know the letters."""
    text = io.StringIO()
    lines = csv.writer(text, lineterminator="\n")
    lines.writerow(COLUMNS)
    lines.writerows([safe(cell) for cell in row] for row in rows.iter_rows())
    return text.getvalue().encode("utf-8-sig")


def _replace(path: Path, content: bytes) -> None:
    """Put `content` in the file's place in one step; only its owner may read it."""
    try:
        if path.is_file() and path.read_bytes() == content:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}-", delete=False) as file:
            made = Path(file.name)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        made.replace(path)
    except OSError as error:
        raise ReviewError(
            f"{path.name} cannot be written to {path.parent}: {error.strerror}. Set "
            "identity.review_file to a place where alignmart may write."
        ) from error


def _query(connection: duckdb.DuckDBPyConnection, sql: str, values: dict[str, int]) -> pl.DataFrame:
    found: pl.DataFrame = connection.sql(sql, params=values).pl()
    return found.cast(dict.fromkeys(COLUMNS, pl.String))


_PERSON_REF: Final = """
    case when count(*) over (partition by people.employee_number) = 1
        then coalesce(people.employee_number, people.person_id) else people.person_id end"""

_PEOPLE: Final = f"""
    select people.person_id, {_PERSON_REF} as person_ref, names.full_name as person_name
    from core.dim_person as people
    left join (
        select source || ':' || person_key as hr_person_id, arg_max(full_name, as_of) as full_name
        from raw.people group by all
    ) as names on people.person_id = names.hr_person_id"""

_SHOWN: Final = f"""
    with people as ({_PEOPLE}),
    open as (
        select source, account_ref, person_id, method from core.bridge_identity
        where method in ('unmatched', 'linkage', 'review')
    ),
    named as (
        select source, account_key as account_ref, arg_max(display_name, as_of) as display_name
        from raw.accounts group by all
    ),
    possible as (
        select source, account_ref, person_id, probability
        from core.identity_candidate where rank_of_candidate <= $most
        union all
        select source, account_ref, person_id, 1 from open where method = 'review'
    )
    select
        open.source as account_source, open.account_ref,
        coalesce(named.display_name, open.account_ref) as display_name,
        coalesce(people.person_ref, '') as person_ref,
        coalesce(people.person_name, '') as person_name,
        coalesce(format('{{:.4f}}', possible.probability), '') as probability,
        case when open.person_id = possible.person_id then open.method else '' end as matched_by,
        '' as decision
    from open
    left join possible on open.source = possible.source and open.account_ref = possible.account_ref
    left join people on possible.person_id = people.person_id
    left join named on open.source = named.source and open.account_ref = named.account_ref"""

_EARLIER: Final = f"""
    with people as ({_PEOPLE})
    select
        decisions.account_source, decisions.account_ref, '' as display_name, decisions.person_ref,
        coalesce(people.person_name, '') as person_name, '' as probability, '' as matched_by,
        decisions.decision
    from staging.stg_identity_decisions as decisions
    left join people on decisions.person_ref = people.person_ref"""

_COUNTED: Final = "select method, count(*) from core.bridge_identity group by method order by all"
