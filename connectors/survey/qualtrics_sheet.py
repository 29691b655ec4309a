"""The file of responses: CSV with three header rows, keyed by the ids in the third.

Belongs here: reading that file, and taking out columns that nobody asked for.
Does not belong here: exporting it (`qualtrics_export`), what a column means (`qualtrics_rows`).
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

import orjson

from connectors.contract import SourceError

_HEADERS: Final = 3
_NEEDED: Final = frozenset({"_recordId", "status"})


@dataclass(frozen=True, slots=True)
class Sheet:
    """Responses as text: `columns` maps an ImportId to its place in each of `rows`."""

    columns: dict[str, int]
    rows: list[list[str]]
    headers: list[list[str]]

    def without(self, wanted: Collection[str]) -> list[str]:
        """ImportIds that are not among `wanted`."""
        return [name for name in self.columns if name not in wanted]


def read_sheet(body: bytes, where: str) -> Sheet:
    """Read a file of responses. SourceError names `where` if it has another shape.

    Names and wordings (rows 1 and 2) may hold HTML, line breaks and any language; a last column
    without an id, made by a trailing comma, is none.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SourceError(f"{where}: the file is no UTF-8 ({error}); read it again.") from None
    csv.field_size_limit(max(csv.field_size_limit(), len(text) + 1))
    try:
        rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    except csv.Error as error:
        raise SourceError(f"{where}: the file is no CSV ({error}); read it again.") from None
    if len(rows) < _HEADERS:
        raise SourceError(
            f"{where}: the file has {len(rows)} rows where three of headers come first; it was cut "
            "or is of Qualtrics' older format, which is not read."
        )
    ids = [_import_id(cell, where) for cell in rows[_HEADERS - 1]]
    columns = {name: at for at, name in enumerate(ids) if name}
    if lacking := sorted(_NEEDED - columns.keys()):
        raise SourceError(f"{where}: the file has no column {', '.join(lacking)}; report it.")
    return Sheet(columns, rows[_HEADERS:], rows[:_HEADERS])


def reduced(sheet: Sheet, wanted: Collection[str]) -> bytes:
    """The file again, with only the `wanted` columns; a row too short stays too short."""
    kept = [at for name, at in sheet.columns.items() if name in wanted]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    for row in (*sheet.headers, *sheet.rows):
        writer.writerow([row[at] for at in kept if at < len(row)])
    return out.getvalue().encode()


def _import_id(cell: str, where: str) -> str:
    if not cell.strip():
        return ""
    try:
        return str(orjson.loads(cell)["ImportId"])
    except (orjson.JSONDecodeError, KeyError, TypeError):
        raise SourceError(
            f'{where}: the third row should name columns as {{"ImportId":…}}, but holds '
            f"{cell[:40]!r}. Files with two header rows, of Qualtrics' older format, are not read."
        ) from None
