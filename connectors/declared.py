"""What the organisation declares in files beside `alignmart.yaml`, read like any source.

Belongs here: finding the declared files, wherever each of them lies. The review file of identities
need not be there: a night writes it, and people decide in it.
Does not belong here: reading CSV (`files`, `review_file`), what a declaration does (`dbt_project`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar

import polars as pl

from connectors import review_file
from connectors.contract import Finding, Page, Read, SourceError
from connectors.edge import conform
from connectors.files import Files, FilesSettings


class DeclaredSettings(FilesSettings):
    """`files`: the file of each declared frame; there is no common folder."""

    files: dict[str, Path]
    path: Path = Path()


class Declared(Files):
    """The built-in source `declared`."""

    system = "declared"
    settings_type: ClassVar[type[FilesSettings]] = DeclaredSettings

    def __init__(self, name: str, settings: DeclaredSettings) -> None:
        super().__init__(name, settings)
        self.declared = settings.files

    def given_frames(self) -> Mapping[str, Read]:
        """Every declared frame, whether its file is there or not."""
        return dict.fromkeys(self.declared, "whole")

    def files(self) -> dict[str, Path]:
        """The file of each declared frame; raises SourceError where one is not there."""
        missing = [(f, p) for f, p in self.declared.items() if not p.is_file()]
        for frame, path in missing:
            if frame != review_file.FRAME:
                raise SourceError(f"{self.name}: there is no file {path}. Set declared.{frame}.")
        return {frame: path for frame, path in self.declared.items() if path.is_file()}

    def check(self) -> Iterator[Finding]:
        """One finding a file, and one a mistake in the review file."""
        for frame, path in self.declared.items():
            if frame == review_file.FRAME:
                yield from self._review(path)
            elif path.is_file():
                yield Finding(frame, "ok", path.name)
            else:
                said = f"there is no file {path}: make it, or set declared.{frame}"
                yield Finding(frame, "error", said)

    def map(
        self, pages: Iterable[tuple[int, Page]]
    ) -> Iterator[tuple[str, pl.DataFrame | SourceError]]:
        """As files; of the review file, what is decided in it."""
        for number, page in pages:
            if page.stream != review_file.FRAME:
                yield from super().map([(number, page)])
                continue
            rows = review_file.read(page.request, page.body)
            if isinstance(rows, pl.DataFrame):
                rows = review_file.decisions(rows).with_columns(page=pl.lit(number, pl.Int64))
            yield page.stream, rows

    def _review(self, path: Path) -> Iterator[Finding]:
        if not path.is_file():
            told = "is not there; the next night writes it, with what was decided in earlier nights"
            yield Finding(path.name, "ok", told)
            return
        rows = review_file.read(path.name, path.read_bytes())
        if isinstance(rows, SourceError):
            yield Finding(path.name, "error", str(rows))
            return
        found = conform(review_file.FRAME, self.name, review_file.decisions(rows))
        for wrong in found.quarantine.sort("line", nulls_last=True).iter_rows(named=True):
            told = f"line {wrong['line']}: {wrong['reason']}. It is set aside until it is mended."
            yield Finding(path.name, "warning", told)
        n_decided = found.rows["decision"].drop_nulls().len()
        yield Finding(path.name, "ok", f"{n_decided} decisions on {rows.height} rows")
