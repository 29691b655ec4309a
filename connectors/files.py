"""Any canonical frame from files: one folder a source, one file a frame.

Belongs here: which file holds which frame, what `check` says of them.
Does not belong here: how a file becomes a table (`table_files`), vendors' own export layouts.

`people.csv` holds the frame `people`; columns are the frame's, in any order.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from connectors import table_files
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
from connectors.edge import conform
from connectors.frames import FRAMES

SUFFIXES: Final = (".csv", ".parquet")


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
        paths = [p for p in sorted(self.folder.iterdir()) if p.is_file() and p.suffix in SUFFIXES]
        found = {path.stem: path for path in paths}
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
            yield self._finding(frame, path)

    def _finding(self, frame: str, path: Path) -> Finding:
        try:
            rows = table_files.read(frame, path.name, path.read_bytes())
        except OSError as error:
            return Finding(path.name, "error", f"cannot be opened: {error.strerror}")
        if isinstance(rows, SourceError):
            return Finding(path.name, "error", str(rows))
        found = conform(frame, self.name, rows)
        if found.quarantine.is_empty():
            return Finding(path.name, "ok", f"{rows.height} rows of {frame}")
        first = found.quarantine.sort("line", nulls_last=True).row(0, named=True)
        return Finding(
            path.name,
            "warning",
            f"{found.quarantine.height} of {rows.height} rows would be set aside, first line "
            f"{first['line']}: {first['reason']}",
        )

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
            rows = table_files.read(page.stream, page.request, page.body)
            if isinstance(rows, pl.DataFrame):
                rows = rows.with_columns(page=pl.lit(number, dtype=pl.Int64))
            yield page.stream, rows


def _names_wanted() -> str:
    return f"A file is named after its frame, such as people.csv; frames: {', '.join(FRAMES)}."
