"""The page `docs/frames.md`: every canonical frame with its columns, written from `frames`.

Belongs here: the words and tables of that page. Does not belong here: any description of a
column, which stands once, in `frames`.

`python -m connectors.frames_page > docs/frames.md` writes the page again.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Iterator
from typing import Final

import dataframely as dy
import polars as pl

from connectors.frames import FRAMES, key_columns

_HEAD: Final = """\
# The canonical frames

<!-- Written by `python -m connectors.frames_page > docs/frames.md`; a test keeps it current. -->

What every connector gives, and what a file for the system `files` may hold
([how such files are read](connectors/files.md)). A frame is a table in the schema `raw` and a
file `<frame>.csv` or `<frame>.parquet`.

- **key**: the column is part of what names a row within a source. A row without it is set aside.
- **required**: a row without a value is set aside.
- Times are UTC. A list is text with its values separated by `;`.
- A column that ends in `_ref` names something that may stand in another source: a plain value is
  looked for in the same source, `source:key` names another.
- Every frame also has `source` (the source's name in `alignmart.yaml`, filled in by alignmart) and
  `extra` (JSON of further columns that the configuration allows).
"""

_TYPES: Final[dict[pl.DataType, str]] = {
    pl.String(): "text",
    pl.Date(): "date",
    pl.Datetime("us", "UTC"): "time",
    pl.Float64(): "number",
    pl.Int64(): "whole number",
    pl.Boolean(): "true or false",
}


def page() -> str:
    """The whole page as Markdown."""
    return "\n".join([_HEAD, _contents(), *(line for frame in FRAMES for line in _section(frame))])


def _contents() -> str:
    return "Frames: " + ", ".join(f"[{frame}](#{frame})" for frame in FRAMES) + "\n"


def _section(frame: str) -> Iterator[str]:
    schema = FRAMES[frame]
    yield f"## {frame}\n"
    yield f"{' '.join((schema.__doc__ or '').split())}\n"
    yield "| column | type | | meaning |"
    yield "|---|---|---|---|"
    for name, column in schema.columns().items():
        if name not in ("source", "extra"):
            told = f"{column.description}{_bounds(column)}".replace("|", "\\|")
            yield f"| `{name}` | {_TYPES[column.dtype]} | {_needed(frame, name, column)} | {told} |"
    yield ""


def _needed(frame: str, name: str, column: dy.Column) -> str:
    if name in key_columns(frame):
        return "key, may be empty" if "when_empty" in (column.metadata or {}) else "key"
    return "" if column.nullable else "required"


def _bounds(column: dy.Column) -> str:
    """Bounds of a number; those of dates only keep out what is no date."""
    least, most = getattr(column, "min", None), getattr(column, "max", None)
    above = getattr(column, "min_exclusive", None)
    said = [
        f"{words} {bound:g}"
        for words, bound in (("at least", least), ("above", above), ("at most", most))
        if bound is not None and not isinstance(bound, dt.date)
    ]
    return f"; {', '.join(said)}" if said else ""


if __name__ == "__main__":
    sys.stdout.write(page())
