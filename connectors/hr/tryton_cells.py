"""Cells of Tryton's records: finding one by its path, and writing it as frames want it.

Belongs here: related records within records (`party.`), values that carry a `__class__`.
Does not belong here: which column takes which path (`tryton_rows`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import orjson

from connectors.records import Reader

Cell = Callable[[Any], Any]
"""Takes a value out of one record."""


def at(path: str) -> Cell:
    """The value at `path`: a field, or a field of a related record, None where there is none.

    The answer holds the related record of `party` beside it, under `party.`.
    """
    *through, last = path.split(".")
    steps = [f"{step}." for step in through]

    def read(record: Any) -> Any:
        for step in steps:
            record = record[step]
            if record is None:
                return None
        return record[last]

    return read


def plain(value: Any) -> Any:
    """A value without its `__class__`: dates and instants as ISO text, durations in hours."""
    if not isinstance(value, dict):
        return value
    kind = value["__class__"]
    if kind == "date":
        return _date(value)
    if kind == "datetime":
        return _instant(value)
    if kind == "timedelta":
        return value["seconds"] / 3600
    if kind == "Decimal":
        return float(value["decimal"])
    raise ValueError(f"{kind} is no kind of value that a column takes")


def text(path: str | None) -> Reader:
    """A column of text: numbers of records as digits, several values separated by ;."""
    return _column(path, _text)


def date(path: str | None) -> Reader:
    """A column of dates; of an instant its day."""
    return _column(path, _day)


def other(path: str | None) -> Reader:
    """A column of instants, numbers or truth values."""
    return _column(path, plain)


def changed(record: Any) -> str | None:
    """When a record was last written, or else made."""
    written = record["write_date"] or record["create_date"]
    return None if written is None else _instant(written)


def extra(paths: tuple[str, ...]) -> dict[str, Reader]:
    """The column `extra`, where fields are asked for it."""
    if not paths:
        return {}
    cells = {path: at(path) for path in paths}

    def read(record: Any) -> str:
        return orjson.dumps({path: plain(cell(record)) for path, cell in cells.items()}).decode()

    return {"extra": lambda records: [read(record) for record in records]}


def _column(path: str | None, write: Callable[[Any], Any]) -> Reader:
    if path is None:
        return lambda records: [None] * len(records)
    read = at(path)
    return lambda records: [write(read(record)) for record in records]


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list):
        return ";".join(str(part) for part in value) or None
    return str(plain(value))


def _day(value: Any) -> Any:
    found = plain(value)
    return found[:10] if isinstance(found, str) else found


def _date(value: dict[str, int]) -> str:
    return dt.date(value["year"], value["month"], value["day"]).isoformat()


def _instant(value: dict[str, int]) -> str:
    clock = dt.time(value["hour"], value["minute"], value["second"], value["microsecond"])
    return f"{_date(value)}T{clock.isoformat()}Z"
