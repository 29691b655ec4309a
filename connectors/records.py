"""From a vendor's JSON records to columns, fast, and without losing the odd one out.

Belongs here: what every connector of a JSON system needs to map pages: reading whole batches
column by column, setting records aside that have another shape, reading ISO times.
Does not belong here: any vendor's field names; the frames' types and bounds (`edge`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import groupby, islice
from typing import Any, Final

import orjson
import polars as pl

from connectors.contract import Page, SourceError

Reader = Callable[[Sequence[Any]], list[Any]]
"""Takes one cell out of each record, None where there is nothing: a column at a time, since a
call for every cell would cost more than what it does."""

BATCH: Final = 10
"""Pages read together: their objects still lie in the processor's cache when they are mapped."""

ROWS: Final = 50_000
"""Rows given on together, where a vendor's pages are that many."""

_ODD = (KeyError, TypeError, AttributeError, IndexError, ValueError)


def batches(
    pages: Iterable[tuple[int, Page]], size: int = BATCH
) -> Iterator[tuple[str, list[tuple[int, Any]]]]:
    """Yield (stream, [(page number, parsed body)]): runs of one stream, at most `size` pages."""
    for stream, run in groupby(pages, key=lambda numbered: numbered[1].stream):
        while group := [(number, parsed(number, page)) for number, page in islice(run, size)]:
            yield stream, group


def gathered(
    frames: Iterable[tuple[str, pl.DataFrame]], rows: int = ROWS
) -> Iterator[tuple[str, pl.DataFrame]]:
    """Join neighbours of one frame and schema until they hold `rows` rows; the order stays."""
    name, waiting, height = "", list[pl.DataFrame](), 0
    for frame, data in frames:
        fits = frame == name and data.schema == waiting[0].schema
        if waiting and (not fits or height >= rows):
            yield name, pl.concat(waiting)
            waiting, height = [], 0
        name, height = frame, height + data.height
        waiting.append(data)
    if waiting:
        yield name, pl.concat(waiting)


def parsed(number: int, page: Page) -> Any:
    """The JSON of one page; SourceError names the page where it is none."""
    try:
        return orjson.loads(page.body)
    except orjson.JSONDecodeError as error:
        raise SourceError(
            f"page {number} ({page.request[:200]}) is no JSON: {error}. "
            "Pull again; if the archive holds this page, it is damaged."
        ) from None


def table(
    records: Sequence[Any], pages: Sequence[int], readers: Mapping[str, Reader]
) -> pl.DataFrame:
    """One row a record, one column a reader, and `page`.

    The usual batch is read a column at a time. Where a record has another shape than the readers
    expect, the batch is read again one record at a time, and that record becomes a row with
    `unreadable` (why) and `payload` (its JSON).
    """
    try:
        columns = {name: _series(name, read(records)) for name, read in readers.items()}
        return pl.DataFrame(columns).with_columns(page=pl.Series(pages, dtype=pl.Int64))
    except _ODD:
        rows = [_row(record, readers) for record in records]
        names = [*readers, "unreadable", "payload"]
        columns = {name: _series(name, [row.get(name) for row in rows]) for name in names}
        return pl.DataFrame(columns).with_columns(page=pl.Series(pages, dtype=pl.Int64))


def times(column: pl.Series) -> pl.Series:
    """ISO 8601 text with an offset (`-0700`, `+05:30`, `Z`) as UTC instants.

    If any value is not such a text, the column stays text, for `edge` to judge row by row.
    """
    if column.dtype != pl.String:
        return column
    read = column.str.to_datetime("%Y-%m-%dT%H:%M:%S%.f%#z", time_unit="us", strict=False)
    return read if read.null_count() == column.null_count() else column


def _row(record: Any, readers: Mapping[str, Reader]) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, read in readers.items():
        try:
            row[name] = value = read([record])[0]
            if isinstance(value, (dict, list)):
                raise TypeError(f"{type(value).__name__} is no single value")
        except _ODD as error:
            payload = orjson.dumps(record).decode()
            why = f"{name}: the record has another shape ({type(error).__name__}: {error})"
            known = {key: cell for key, cell in row.items() if not isinstance(cell, (dict, list))}
            return known | {"unreadable": why, "payload": payload}
    return row


def _series(name: str, values: list[Any]) -> pl.Series:
    """The column in the type of its first value; text where values are of several kinds."""
    first = next((value for value in values if value is not None), None)
    dtype: pl.DataType = pl.String()
    if isinstance(first, bool):
        dtype = pl.Boolean()
    elif isinstance(first, (int, float)):
        dtype = pl.Float64()
    try:
        return pl.Series(name, values, dtype=dtype)
    except TypeError:
        if any(isinstance(value, (dict, list)) for value in values):
            raise
        texts = [value if value is None else _text(value) for value in values]
        return pl.Series(name, texts, dtype=pl.String)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()
