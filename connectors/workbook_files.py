"""An Excel workbook: a sheet a frame, every cell as the text that it shows or the day it means.

Belongs here: which sheets are frames, merged cells, formulas, errors in cells, caps of size.
Does not belong here: which files there are (`files`), typing of values (`edge`).

Formulas count by the value that the spreadsheet last worked out; a workbook that a program wrote
has none, which is an error and not an empty cell.
"""

from __future__ import annotations

import html
import io
import posixpath
import re
import zipfile
from collections.abc import Callable
from typing import Any, Final

import fastexcel
import polars as pl

from connectors.contract import SourceError
from connectors.frames import FRAMES

LARGEST: Final = 32 * 1024 * 1024
LARGEST_UNPACKED: Final = 512 * 1024 * 1024
_MIDNIGHT: Final = r"^(\d{4}-\d{2}-\d{2}) 00:00:00$"
_SHEET: Final = re.compile(rb"<(?:\w+:)?sheet\s[^>]*>")
_RELATION: Final = re.compile(rb"<(?:\w+:)?Relationship\s[^>]*>")
_MERGED: Final = re.compile(rb"<(?:\w+:)?mergeCell\s[^>]*\bref=\"([A-Z0-9:]+)\"")
_NOT_WORKED_OUT: Final = re.compile(
    rb"<c\s(?![^>]*\bt=\"str\")[^>]*\br=\"([A-Z]+[0-9]+)\"[^>]*>\s*"
    rb"<f(?:\s[^>]*)?(?:/>|>[^<]*</f>)\s*(?:<v\s*/>|<v></v>)?\s*</c>"
)
"""A cell with a formula and without a value; text that is empty is a value (`t="str"`)."""

Header = Callable[[list[str]], None]
"""Refuses a header that makes no sense by raising SourceError."""


class Workbook:
    """One workbook; raises SourceError where it cannot be opened or is too large."""

    def __init__(self, name: str, body: bytes) -> None:
        self.name = name
        self._parts = _unpacked(name, body)
        try:
            self._reader = fastexcel.read_excel(body)
        except fastexcel.FastExcelError as error:
            raise SourceError(
                f"{name}: is no workbook that can be opened ({type(error).__name__}). "
                "Save it again as .xlsx, without a password."
            ) from None
        self.sheets: list[str] = self._reader.sheet_names

    def frames(self) -> dict[str, str]:
        """Frame to sheet. In a workbook that is named after a frame, a single sheet is that frame.

        Raises SourceError for two sheets of one frame.
        """
        stem = self.name.rpartition(".")[0]
        if stem in FRAMES and len(self.sheets) == 1:
            return {stem: self.sheets[0]}
        found: dict[str, str] = {}
        for sheet in self.sheets:
            frame = _as_frame(sheet)
            if frame in found:
                raise SourceError(f"{self.name}: two sheets are named {frame}. Keep one of them.")
            if frame in FRAMES:
                found[frame] = sheet
        return found

    def other_sheets(self) -> list[str]:
        """Sheets that are no frame and so are not read."""
        read = set(self.frames().values())
        return [sheet for sheet in self.sheets if sheet not in read]

    def rows(self, sheet: str, refuse: Header) -> pl.DataFrame:
        """Text columns with `_line`, the row in the sheet. Raises SourceError."""
        where = f"{self.name}, sheet {sheet}"
        self._refuse_odd_cells(sheet, where)
        loaded = self._reader.load_sheet(sheet, header_row=None, skip_rows=0, dtypes="string")
        batch, errors = loaded.to_arrow_with_errors()
        filled = _filled(pl.DataFrame(batch) if batch.num_columns else pl.DataFrame())
        if filled.is_empty():
            raise SourceError(f"{where}: is empty. Write the columns' names into its first row.")
        header = [str(cell or "").strip().lower() for cell in filled.drop("_line").row(0)]
        refuse(header)
        names = [name or f"(column {n})" for n, name in enumerate(header, 1)]
        table = filled[1:].rename(dict(zip(filled.columns[1:], names, strict=True)))
        blank = [name for name in names if name not in header and table[name].is_null().all()]
        texts = pl.exclude("_line").str.replace(_MIDNIGHT, "$1")
        return _with_errors(table.drop(blank).with_columns(texts), errors)

    def _refuse_odd_cells(self, sheet: str, where: str) -> None:
        xml = self._xml(sheet)
        if merged := _MERGED.search(xml):
            raise SourceError(
                f"{where}: cells {merged[1].decode()} are merged, so all but one of them have no "
                "value. Unmerge them and write the value into each."
            )
        if formula := _NOT_WORKED_OUT.search(xml):
            raise SourceError(
                f"{where}: the formula in {formula[1].decode()} was never worked out. Open the "
                "workbook in a spreadsheet and save it, or write values."
            )

    def _xml(self, sheet: str) -> bytes:
        """The part of the package that holds the cells of `sheet`."""
        ids = {
            html.unescape(_attribute(tag, b"name")): _attribute(tag, b"id")
            for tag in _SHEET.findall(self._part("xl/workbook.xml"))
        }
        targets = {
            _attribute(tag, b"Id"): _attribute(tag, b"Target")
            for tag in _RELATION.findall(self._part("xl/_rels/workbook.xml.rels"))
        }
        target = targets.get(ids.get(sheet, ""), "")
        return self._part(posixpath.normpath(posixpath.join("xl", target)).lstrip("/"))

    def _part(self, path: str) -> bytes:
        try:
            return self._parts.read(path)
        except (KeyError, zipfile.BadZipFile) as error:
            raise SourceError(
                f"{self.name}: lacks its part {path[:60]} ({type(error).__name__}). Save the "
                "workbook again as .xlsx."
            ) from None


def _unpacked(name: str, body: bytes) -> zipfile.ZipFile:
    if len(body) > LARGEST:
        raise SourceError(_too_large(name, LARGEST))
    try:
        parts = zipfile.ZipFile(io.BytesIO(body))
    except zipfile.BadZipFile:
        raise SourceError(
            f"{name}: is no .xlsx workbook. Save it again as .xlsx, without a password."
        ) from None
    if sum(part.file_size for part in parts.infolist()) > LARGEST_UNPACKED:
        raise SourceError(_too_large(name, LARGEST_UNPACKED))
    return parts


def _too_large(name: str, most: int) -> str:
    said = f"{name}: holds more than {most // 1024 // 1024} MB, too much for a workbook"
    return f"{said}. Write it as CSV or Parquet."


def _as_frame(sheet: str) -> str:
    return sheet.strip().lower().replace(" ", "_")


def _attribute(tag: bytes, name: bytes) -> str:
    found = re.search(rb"\b" + name + rb"=\"([^\"]*)\"", tag)
    return found[1].decode("utf-8", "replace") if found else ""


def _filled(cells: pl.DataFrame) -> pl.DataFrame:
    """Rows with any value, each with its number in the sheet as `_line`."""
    if not cells.width:
        return cells
    numbered = cells.with_row_index("_line", offset=1).cast({"_line": pl.Int64})
    return numbered.filter(pl.any_horizontal(pl.exclude("_line").is_not_null()))


def _with_errors(table: pl.DataFrame, errors: Any) -> pl.DataFrame:
    """Rows with a cell that holds an error (#N/A) are set aside, not read as empty."""
    at: dict[int, int] = {}
    for error in errors.errors if errors else ():
        row, column = error.position
        at.setdefault(row + 1, column)
    if not at:
        return table
    said = {line: f"cell {_letters(column)}{line} holds an error" for line, column in at.items()}
    reasons = [said.get(line) for line in table["_line"]]
    return table.with_columns(
        unreadable=pl.Series(reasons, dtype=pl.String),
        payload=pl.struct(pl.exclude("_line")).struct.json_encode(),
    )


def _letters(column: int) -> str:
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
