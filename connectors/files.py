"""Any canonical frame from files: one folder a source, one file a frame.

Belongs here: reading CSV and Parquet as people's tools write them (byte order marks, semicolons,
decimal commas), and saying which file and line cannot be read.
Does not belong here: vendors' own export layouts, typing of values (`edge`).

`people.csv` holds the frame `people`; columns are the frame's, in any order.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from connectors.contract import (
    Connector,
    Finding,
    Page,
    PullResult,
    Read,
    Settings,
    SourceError,
    State,
)
from connectors.frames import FRAMES, column_types, key_columns

SUFFIXES: Final = (".csv", ".parquet")
_SEPARATORS = ",;\t|"
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}


class FilesSettings(Settings):
    """`path`: the folder; a relative path is relative to `alignmart.yaml`."""

    path: Path


class Files(Connector):
    """A folder of canonical frames."""

    system = "files"
    frames: ClassVar[Mapping[str, Read]] = dict.fromkeys(FRAMES, "whole")
    settings_type = FilesSettings

    def __init__(self, name: str, settings: FilesSettings) -> None:
        super().__init__(name, settings)
        self.folder = settings.path

    def files(self) -> dict[str, Path]:
        """The file of each frame that the folder holds, in the frames' order."""
        if not self.folder.is_dir():
            raise SourceError(
                f"{self.name}: there is no folder {self.folder}. "
                f"Make it, or set sources.{self.name}.path."
            )
        found = {p.stem: p for p in sorted(self.folder.iterdir()) if p.suffix in SUFFIXES}
        return {frame: found[frame] for frame in FRAMES if frame in found}

    def given_frames(self) -> Mapping[str, Read]:
        """Those whose file is in the folder now."""
        try:
            return dict.fromkeys(self.files(), "whole")
        except SourceError:
            return {}

    def check(self) -> Iterator[Finding]:
        """Read every file, and name those that are not read."""
        try:
            files = self.files()
        except SourceError as error:
            yield Finding(self.name, "error", str(error))
            return
        if not files:
            yield Finding(self.name, "error", f"{self.folder} holds no frame. {_names_wanted()}")
        for path in sorted(self.folder.iterdir()):
            if path.stem not in FRAMES or path.suffix not in SUFFIXES:
                yield Finding(path.name, "warning", f"is not read. {_names_wanted()}")
        for frame, path in files.items():
            rows = _read(frame, path.name, path.read_bytes())
            if isinstance(rows, SourceError):
                yield Finding(path.name, "error", str(rows))
            else:
                yield Finding(path.name, "ok", f"{rows.height} rows of {frame}")

    def pull(
        self,
        state: State,  # noqa: ARG002  a folder is read whole
        as_of: dt.datetime,  # noqa: ARG002
    ) -> Generator[Page, None, PullResult]:
        """Each file is a page."""
        files = self.files()
        if not files:
            raise SourceError(f"{self.name}: {self.folder} holds no frame. {_names_wanted()}")
        for frame, path in files.items():
            yield Page(stream=frame, body=path.read_bytes(), request=path.name)
        return PullResult()

    def map(
        self, pages: Iterable[tuple[int, Page]]
    ) -> Iterator[tuple[str, pl.DataFrame | SourceError]]:
        """Each page is a frame; one that cannot be read leaves the others."""
        for number, page in pages:
            rows = _read(page.stream, page.request, page.body)
            if isinstance(rows, pl.DataFrame):
                rows = rows.with_columns(page=pl.lit(number, dtype=pl.Int64))
            yield page.stream, rows


def _names_wanted() -> str:
    return f"A file is named after its frame, such as people.csv; frames: {', '.join(FRAMES)}."


def _read(frame: str, name: str, body: bytes) -> pl.DataFrame | SourceError:
    """The rows of one file, or why it cannot be read at all."""
    try:
        if name.endswith(".parquet"):
            rows = pl.read_parquet(io.BytesIO(body))
            _refuse_bad_header(frame, name, rows.columns)
            return rows
        return _read_csv(frame, name, _decoded(name, body))
    except SourceError as error:
        return error
    except pl.exceptions.PolarsError as error:
        return SourceError(f"{name}: cannot be read: {error}. Write the file again.")


def _decoded(name: str, body: bytes) -> str:
    encoding = next((e for mark, e in _BYTE_ORDER_MARKS.items() if body.startswith(mark)), "utf-8")
    try:
        return body.decode(encoding)
    except UnicodeDecodeError as error:
        line = body[: error.start].count(b"\n") + 1
        raise SourceError(
            f"{name}, line {line}: is not {encoding} text. Save the file as UTF-8 "
            "(in Excel: 'CSV UTF-8')."
        ) from error


def _read_csv(frame: str, name: str, text: str) -> pl.DataFrame:
    first = text.split("\n", 1)[0].rstrip("\r")
    separator = max(_SEPARATORS, key=first.count)
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    header = [column.strip().lower() for column in next(lines, [])]
    _refuse_bad_header(frame, name, header)
    try:
        rows = pl.read_csv(text.encode(), separator=separator, infer_schema=False)
        rows = rows.rename(dict(zip(rows.columns, header, strict=True))).with_columns(
            line=pl.int_range(2, rows.height + 2, dtype=pl.Int64)
        )
    except pl.exceptions.PolarsError:
        rows = _read_ragged(lines, header)
    return _decimal_points(frame, rows) if separator == ";" else rows


def _refuse_bad_header(frame: str, name: str, header: list[str]) -> None:
    twice = sorted({column for column in header if column and header.count(column) > 1})
    if twice:
        raise SourceError(f"{name}, line 1: {', '.join(twice)} stands twice. Name it once.")
    optional = {
        key
        for key in key_columns(frame)
        if "when_empty" in (FRAMES[frame].columns()[key].metadata or {})
    }
    missing = [key for key in key_columns(frame) if key not in header and key not in optional]
    if missing:
        raise SourceError(
            f"{name}, line 1: has no column {', '.join(missing)}, which names a row of {frame}; "
            f"it has: {', '.join(header) or 'nothing'}."
        )


def _read_ragged(lines: Iterator[list[str]], header: list[str]) -> pl.DataFrame:
    """Row by row, so that a line with too many fields sets aside itself alone."""
    schema = dict.fromkeys([*header, "unreadable", "payload"], pl.String) | {"line": pl.Int64}
    rows = []
    for number, values in enumerate(lines, start=2):
        row: dict[str, str | int | None] = {"line": number}
        row |= {column: value or None for column, value in zip(header, values, strict=False)}
        if len(values) > len(header):
            row["unreadable"] = f"has {len(values)} fields, the header {len(header)}"
            row["payload"] = ";".join(values)
        if values:
            rows.append(row)
    return pl.DataFrame(rows, schema=schema)


def _decimal_points(frame: str, rows: pl.DataFrame) -> pl.DataFrame:
    """Where semicolons part the fields, a comma is a decimal comma and a dot parts thousands."""
    numbers = [
        name
        for name, dtype in column_types(frame).items()
        if dtype.is_numeric() and name in rows.columns
    ]
    comma = pl.col(numbers).str.contains(r"^\s*-?[\d.]+,\d+\s*$")
    pointed = (
        pl.col(numbers).str.replace_all(".", "", literal=True).str.replace(",", ".", literal=True)
    )
    return rows.with_columns(pl.when(comma).then(pointed).otherwise(pl.col(numbers)))
