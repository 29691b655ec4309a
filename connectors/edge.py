"""The edge: rows as a connector maps them become typed, checked, named and hashed.

Belongs here: reading text as the frame's types, the quarantine of rows that break the frame's
contract, the count of unknown columns (drift), a record's key and a row's hash.
Does not belong here: what a vendor's payload looks like, where rows are stored.

A bad row never stops the others: it leaves `rows` and appears in `quarantine` with a reason.
"""

from __future__ import annotations

from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import dataframely as dy
import polars as pl
import xxhash

from connectors.frames import FRAMES, column_types, key_columns

GUIDE: Final[dict[str, pl.DataType]] = {
    "page": pl.Int64(),
    "line": pl.Int64(),
    "version": pl.Datetime("us", "UTC"),
    "unreadable": pl.String(),
    "payload": pl.String(),
}
"""Columns that `Connector.map` may add to a frame's own."""

QUARANTINE: Final[dict[str, pl.DataType]] = {
    "frame": pl.String(),
    "record_key": pl.String(),
    "reason": pl.String(),
    "payload": pl.String(),
    "page": pl.Int64(),
    "line": pl.Int64(),
}

_NO_DATE: Final = ("0000-00-00", "9999-12-31")
_UNSET: Final = ("", *_NO_DATE, *(f"{d}{t}" for d in _NO_DATE for t in ("T00:00:00", " 00:00:00")))
"""How systems write that there is no date, or no end."""
_INSTANT = pl.Datetime("us", "UTC")
_TRUE, _FALSE = ("true", "1", "yes", "y", "t"), ("false", "0", "no", "n", "f")
_KINDS = {
    pl.Date(): "a date (YYYY-MM-DD)",
    _INSTANT: "a time (ISO 8601)",
    pl.Float64(): "a number",
    pl.Int64(): "a whole number",
    pl.Boolean(): "true or false",
}


@dataclass(frozen=True, slots=True)
class Conformed:
    """What became of `n_pulled` mapped rows of one frame: rows + duplicates + quarantine.

    `rows`: the frame's columns, then page, line, version, record_key, row_hash; one row a record.
    `quarantine`: columns of `QUARANTINE`; payload is JSON of the row as it was mapped.
    `unknown`: columns that the frame does not know, with the number of values in them (drift).
    """

    rows: pl.DataFrame
    quarantine: pl.DataFrame
    n_pulled: int
    n_duplicate: int
    unknown: dict[str, int]


def conform(frame: str, source: str, mapped: pl.DataFrame) -> Conformed:
    """Type, check, name and hash the rows of one batch of `frame`; nothing is lost."""
    types = column_types(frame)
    unknown = {
        name: mapped.height - mapped[name].null_count()
        for name in mapped.columns
        if name not in types and name not in GUIDE
    }
    given = _completed(mapped.drop(*unknown), source, types)
    typed = given.select(
        *(_read(frame, name, given.schema[name], dtype) for name, dtype in types.items()),
        *(_cast(pl.col(name), given.schema[name], GUIDE[name]) for name in ("page", "line")),
        _version(given.schema, types).alias("version"),
    ).with_columns(_record_key(frame))
    reasons = _broken(frame, typed, _unreadable(given, typed, types))
    good = typed if reasons.null_count() == typed.height else typed.filter(reasons.is_null())
    rows = newest(good)
    return Conformed(
        rows=rows.with_columns(row_hash(frame, rows)),
        quarantine=_quarantined(frame, given, typed, reasons),
        n_pulled=mapped.height,
        n_duplicate=good.height - rows.height,
        unknown=unknown,
    )


def newest(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a `record_key`: the greatest version, of equals the later one."""
    if rows["record_key"].n_unique() == rows.height:
        return rows
    return rows.sort("version", nulls_last=False, maintain_order=True).unique(
        "record_key", keep="last", maintain_order=True
    )


def row_hash(frame: str, rows: pl.DataFrame) -> pl.Series:
    """XXH3-128 of each row's content (volatile columns left out), as 32 hex digits.

    Polars' own hash is not stable between its versions, and these hashes are kept for years.
    """
    parts = [
        _hashable(name, dtype).fill_null("\x00")
        for name, dtype in column_types(frame).items()
        if not _metadata(frame, name).get("volatile")
    ]
    texts = rows.select(pl.concat_str(parts, separator="\x1f").cast(pl.Binary)).to_series()
    digest = xxhash.xxh3_128_hexdigest
    return pl.Series("row_hash", [digest(text) for text in texts.to_list()], dtype=pl.String)


def instant(text: pl.Expr) -> pl.Expr:
    """ISO 8601 text as a UTC instant: offset with or without colon, Z, naive (UTC), or a date."""
    spaced = text.str.replace("T", " ", literal=True)
    naive = spaced.str.strip_chars_end("Z")
    return pl.coalesce(
        spaced.str.to_datetime("%Y-%m-%d %H:%M:%S%.f%#z", time_unit="us", strict=False),
        naive.str.to_datetime(
            "%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False
        ).dt.replace_time_zone("UTC"),
        naive.str.to_datetime("%Y-%m-%d %H:%M", time_unit="us", strict=False).dt.replace_time_zone(
            "UTC"
        ),
        text.str.to_datetime("%Y-%m-%d", time_unit="us", strict=False).dt.replace_time_zone("UTC"),
    )


def _metadata(frame: str, name: str) -> dict[str, Any]:
    return FRAMES[frame].columns()[name].metadata or {}


def _completed(mapped: pl.DataFrame, source: str, types: dict[str, pl.DataType]) -> pl.DataFrame:
    """All columns of the frame and of the guide present, missing ones null."""
    missing = [
        pl.lit(None, dtype=dtype).alias(name)
        for name, dtype in (types | GUIDE).items()
        if name not in mapped.columns
    ]
    return mapped.with_columns(*missing).with_columns(source=pl.lit(source))


def _version(given: pl.Schema, types: dict[str, pl.DataType]) -> pl.Expr:
    version = _cast(pl.col("version"), given["version"], _INSTANT)
    if "updated_at" not in types:
        return version
    return pl.coalesce(version, _cast(pl.col("updated_at"), given["updated_at"], _INSTANT))


def _read(frame: str, name: str, have: pl.DataType, want: pl.DataType) -> pl.Expr:
    default = _metadata(frame, name).get("when_empty")
    read = _cast(pl.col(name), have, want)
    return (read if default is None else read.fill_null(pl.lit(default, dtype=want))).alias(name)


def _cast(column: pl.Expr, have: pl.DataType, want: pl.DataType) -> pl.Expr:
    """`column` as `want`; what cannot be read becomes null."""
    if want == pl.String():
        text = (
            column.cast(pl.List(pl.String)).list.join(";") if isinstance(have, pl.List) else column
        )
        text = text.cast(pl.String, strict=False)
        return pl.when(text != "").then(text)
    if have == want:
        return column if not want.is_temporal() else _not_for_ever(column)
    if have == pl.String():
        text = column.str.strip_chars()
        return _from_text(pl.when(~text.is_in(_UNSET)).then(text), want)
    if want == _INSTANT and isinstance(have, pl.Datetime) and have.time_zone is None:
        return column.cast(pl.Datetime("us")).dt.replace_time_zone("UTC")
    if want == pl.Int64() and have.is_float():
        return _whole(column)
    return column.cast(want, strict=False)


def _from_text(text: pl.Expr, want: pl.DataType) -> pl.Expr:
    if want == pl.Boolean():
        lowered = text.str.to_lowercase()
        return pl.when(lowered.is_in(_TRUE)).then(True).when(lowered.is_in(_FALSE)).then(False)
    if want == pl.Int64():
        return pl.coalesce(
            text.cast(pl.Int64, strict=False), _whole(text.cast(pl.Float64, strict=False))
        )
    if want == pl.Date():
        iso = text.str.slice(0, 10).str.to_date("%Y-%m-%d", strict=False)
        return pl.coalesce(iso, text.str.to_date("%d.%m.%Y", strict=False))
    if want == _INSTANT:
        return instant(text)
    return text.cast(want, strict=False)


def _not_for_ever(day: pl.Expr) -> pl.Expr:
    return pl.when(day.dt.year() < 9999).then(day)


def _whole(number: pl.Expr) -> pl.Expr:
    return pl.when(number == number.round()).then(number.cast(pl.Int64, strict=False))


def _unreadable(
    given: pl.DataFrame, typed: pl.DataFrame, types: dict[str, pl.DataType]
) -> pl.Series:
    """A reason for each row that holds a value which is not of its column's type, else null."""
    reason = given["unreadable"].cast(pl.String)
    for name, want in types.items():
        have = given.schema[name]
        if have in (want, pl.Null()) or want == pl.String():
            continue
        lost = given[name].is_not_null() & typed[name].is_null()
        if have == pl.String():
            lost &= ~given[name].str.strip_chars().is_in(_UNSET)
        if lost.any():
            said = given.select(
                pl.format(f"{name}: '{{}}' is not {_KINDS[want]}", pl.col(name).cast(pl.String))
            ).to_series()
            reason = reason.zip_with(~lost | reason.is_not_null(), said)
    return reason


def _record_key(frame: str) -> pl.Expr:
    keys = [pl.col(key).cast(pl.String) for key in key_columns(frame)]
    if len(keys) == 1:
        return keys[0].alias("record_key")
    escaped = [
        key.str.replace_all("%", "%25", literal=True).str.replace_all("|", "%7C", literal=True)
        for key in keys
    ]
    return pl.concat_str(escaped, separator="|").alias("record_key")


def _hashable(name: str, dtype: pl.DataType) -> pl.Expr:
    """Times as integers: formatting them costs more than hashing them."""
    column = pl.col(name)
    if dtype == pl.String():
        return column
    return (column.to_physical() if dtype.is_temporal() else column).cast(pl.String)


@cache
def _rules(frame: str) -> type[dy.Schema]:
    """The frame's rules for single rows: without the primary key, which is over all rows."""
    columns: dict[str, Any] = {"_row": dy.UInt32()}
    for name, column in FRAMES[frame].columns().items():
        columns[name] = copy(column)
        columns[name].primary_key = False
    return type(f"{frame}_rows", (dy.Schema,), columns)


def _broken(frame: str, typed: pl.DataFrame, reasons: pl.Series) -> pl.Series:
    """`reasons`, completed for rows that break a rule of the frame."""
    checked = typed.select(*column_types(frame)).with_row_index("_row")
    failure = _rules(frame).filter(checked).failure
    if not failure.counts():
        return reasons
    details = failure.details()
    rules = [name for name in details.columns if name not in checked.columns]
    words = [
        pl.when(pl.col(rule).cast(pl.String) == "invalid").then(pl.lit(_in_words(rule)))
        for rule in rules
    ]
    said = details.select("_row", said=pl.concat_str(words, separator="; ", ignore_nulls=True))
    found = checked.select("_row").join(said, on="_row", how="left", maintain_order="left")["said"]
    return reasons.zip_with(reasons.is_not_null(), found)


def _in_words(rule: str) -> str:
    column, _, what = rule.partition("|")
    words = {"nullability": "is missing", "regex": "is not one of the values allowed"}
    return f"{column}: {words.get(what, f'is outside its bounds ({what})')}"


def _quarantined(
    frame: str, given: pl.DataFrame, typed: pl.DataFrame, reasons: pl.Series
) -> pl.DataFrame:
    at = reasons.is_not_null()
    values = [name for name in given.columns if name not in GUIDE]
    return given.filter(at).select(
        frame=pl.lit(frame),
        record_key=typed["record_key"].filter(at),
        reason=reasons.filter(at),
        payload=pl.coalesce("payload", pl.struct(values).struct.json_encode()),
        page=pl.col("page").cast(pl.Int64, strict=False),
        line=pl.col("line").cast(pl.Int64, strict=False),
    )
