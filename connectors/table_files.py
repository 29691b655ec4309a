"""One table from the bytes of one file, CSV, Parquet or YAML, as people's tools write them.

Belongs here: byte order marks, separators, quotes, decimal commas, column names in any case, and
saying which file and line cannot be read. Messages name columns of the frame and lines, never a
value: they are shown to everybody.
Does not belong here: which files there are (`files`), YAML itself (`yaml_files`), workbooks
(`workbook_files`), typing of values (`edge`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Final

import polars as pl

from connectors import yaml_files
from connectors.contract import SourceError
from connectors.edge import GUIDE
from connectors.frames import FRAMES, column_types, key_columns

YAML_SUFFIXES: Final = (".yaml", ".yml")
_SEPARATORS: Final = ",;\t|"
_BYTE_ORDER_MARKS: Final = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
_LONGEST_FIELD: Final = 2**31 - 1


def read(frame: str, name: str, body: bytes) -> pl.DataFrame | SourceError:
    """The rows of the file `name`, or why it cannot be read at all."""
    try:
        if name.endswith(".parquet"):
            rows = _read_parquet(frame, name, body)
        elif name.endswith(YAML_SUFFIXES):
            rows = _read_yaml(frame, name, decoded(name, body))
        else:
            rows = _read_csv(frame, name, decoded(name, body))
    except SourceError as error:
        return error
    except (pl.exceptions.PolarsError, pl.exceptions.PanicException, ValueError) as error:
        kind = type(error).__name__
        return SourceError(f"{name}: is no table that can be read ({kind}). Write the file again.")
    return named(rows)


def named(rows: pl.DataFrame) -> pl.DataFrame:
    """`rows` with `line`; columns of the file that are called like ours get another name."""
    foreign = {column: f"{column} (of the file)" for column in rows.columns if column in _OWN}
    return rows.rename(foreign).rename({"_line": "line"}, strict=False)


_OWN: Final = frozenset(GUIDE) - {"unreadable", "payload"}


def _read_parquet(frame: str, name: str, body: bytes) -> pl.DataFrame:
    rows = pl.read_parquet(io.BytesIO(body))
    header = [column.strip().lower() for column in rows.columns]
    refuse_bad_header(frame, name, header)
    rows = rows.rename(dict(zip(rows.columns, header, strict=True)))
    for column in column_types(frame):
        kind = rows.schema.get(column, pl.Null())
        if isinstance(kind, pl.Binary | pl.Struct | pl.Object):
            raise SourceError(
                f"{name}: column {column} holds {str(kind).lower()}, not text, numbers or times. "
                "Write it as text."
            )
    return rows.select(c for c in rows.columns if not isinstance(rows.schema[c], pl.Binary))


def decoded(name: str, body: bytes) -> str:
    """The text of a file, lines ending with a line feed. Raises SourceError with the line."""
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS.items() if body.startswith(mark)), "utf-8")
    try:
        text = body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise SourceError(
            f"{name}, line {line}: is not {encoding} text. Save the file as UTF-8 "
            "(in Excel: 'CSV UTF-8')."
        ) from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _read_yaml(frame: str, name: str, text: str) -> pl.DataFrame:
    rows = yaml_files.rows(name, yaml_files.parse(name, text))
    refuse_bad_header(frame, name, [column for column in rows.columns if column != "_line"])
    return rows


def _read_csv(frame: str, name: str, text: str) -> pl.DataFrame:
    first = text.split("\n", 1)[0]
    separator = max(_SEPARATORS, key=first.count)
    csv.field_size_limit(_LONGEST_FIELD)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        header = [column.strip().lower() for column in next(lines, [])]
        refuse_bad_header(frame, name, header)
        rows = _read_plain(text, separator, header)
        if rows is None:
            rows = _read_line_by_line(_numbered(lines), header)
    except csv.Error as error:
        raise SourceError(
            f"{name}, line {lines.line_num}: {error}: a quote opens or closes where it should "
            "not, and what follows cannot be told apart. Write the file again."
        ) from error
    return _decimal_points(frame, rows) if separator == ";" else rows


def refuse_bad_header(frame: str, name: str, header: list[str]) -> None:
    """Raises SourceError for a column that stands twice and for a key column that is missing."""
    known = column_types(frame)
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        named = [column for column in twice if column in known] or ["a column"]
        raise SourceError(f"{name}, line 1: {', '.join(named)} stands twice. Name it once.")
    columns = FRAMES[frame].columns()
    missing = [
        key
        for key in key_columns(frame)
        if key not in header and "when_empty" not in (columns[key].metadata or {})
    ]
    if missing:
        found = [column for column in header if column in known]
        # Other words of the line may be data, where a file has no header.
        meant = get_close_matches(missing[0], sorted({*header} - {*known}), n=1, cutoff=0.75)
        raise SourceError(
            f"{name}, line 1: has no column {', '.join(missing)}, which names a row of {frame}; "
            f"of the frame's columns it has: {', '.join(found) or 'none'}"
            + (f". Is {meant[0]} meant to be {missing[0]}?" if meant else ".")
        )


def _read_plain(text: str, separator: str, header: list[str]) -> pl.DataFrame | None:
    """A file without quotes, fast; None where it has some, or a line with too many fields."""
    if '"' in text:
        return None
    try:
        rows = pl.read_csv(text.encode(), separator=separator, infer_schema=False, quote_char=None)
    except pl.exceptions.PolarsError:
        return None
    return rows.rename(dict(zip(rows.columns, header, strict=True))).with_columns(
        _line=pl.int_range(2, rows.height + 2, dtype=pl.Int64)
    )


def _numbered(lines: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    """Records with the line on which each begins; a quoted field may hold several lines."""
    begins: int = lines.line_num + 1  # type: ignore[attr-defined]
    for values in lines:
        yield begins, values
        begins = lines.line_num + 1  # type: ignore[attr-defined]


def _read_line_by_line(lines: Iterator[tuple[int, list[str]]], header: list[str]) -> pl.DataFrame:
    """Record by record, so that one with too many fields sets aside itself alone."""
    columns = [*header, "unreadable", "payload"]
    rows = []
    for number, values in lines:
        row: dict[str, str | int | None] = {"_line": number}
        row |= {column: value or None for column, value in zip(header, values, strict=False)}
        if len(values) > len(header):
            row["unreadable"] = f"has {len(values)} fields, the header {len(header)}"
            row["payload"] = ";".join(values)
        if values:
            rows.append(row)
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String) | {"_line": pl.Int64})


def _decimal_points(frame: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Where semicolons part the fields, a comma is a decimal comma, and in a column that has one
    a dot parts thousands. A column without any comma keeps its dots as decimal points.
    """
    numbers = [
        name
        for name, dtype in column_types(frame).items()
        if dtype.is_numeric() and name in rows.columns
    ]
    with_comma = [name for name in numbers if rows[name].str.contains(",", literal=True).any()]
    return rows.with_columns(
        pl.col(with_comma)
        .str.replace_all(".", "", literal=True)
        .str.replace(",", ".", literal=True)
    )
