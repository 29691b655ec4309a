"""Any canonical frame from files: one folder a source, one file a frame, or several in one file.

Belongs here: which file holds which frames, what `check` says of them.
Does not belong here: how a file becomes a table (`table_files`, `yaml_goals`, `workbook_files`),
vendors' own export layouts.

`people.csv` holds the frame `people`; columns are the frame's, in any order. A workbook holds a
frame a sheet, `goals.yaml` may hold goals with all that belongs to them.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Mapping
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path
from typing import ClassVar, Final

import polars as pl

from connectors import files_choices, table_files, yaml_files, yaml_goals
from connectors.contract import (
    Connector,
    Finding,
    Interview,
    Page,
    PullResult,
    Read,
    Settings,
    SourceError,
    State,
)
from connectors.edge import conform
from connectors.files_anonymous import AnonymousWaves
from connectors.frames import FRAMES, column_types
from connectors.table_files import YAML_SUFFIXES, decoded
from connectors.workbook_files import Workbook

WORKBOOK: Final = ".xlsx"
SUFFIXES: Final = (".csv", ".parquet", *YAML_SUFFIXES, WORKBOOK)

Tables = Iterator[tuple[str, pl.DataFrame | SourceError]]


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
        """The file of each frame that the folder holds, in the frames' order.

        Raises SourceError where there is no folder, a file cannot be opened, or two files hold
        the same frame.
        """
        if not self.folder.is_dir():
            raise SourceError(
                f"{self.name}: there is no folder {self.folder}. "
                f"Make it, or set sources.{self.name}.path."
            )
        found: dict[str, Path] = {}
        for path, frames in self._held():
            for frame in frames:
                if frame in found:
                    raise SourceError(
                        f"{self.name}: {found[frame].name} and {path.name} both hold {frame}. "
                        f"Keep {frame} in one of them."
                    )
                found[frame] = path
        return {frame: found[frame] for frame in FRAMES if frame in found}

    def given_frames(self) -> Mapping[str, Read]:
        """Those that stand in the folder's files now."""
        try:
            return dict.fromkeys(self.files(), "whole")
        except SourceError:
            return {}

    def check(self) -> Iterator[Finding]:
        """Read every file, and name those that are not read."""
        try:
            files = self.files()
        except SourceError as error:
            yield Finding("folder", "error", str(error), "path")
            return
        if not files:
            said = f"{self.folder} holds no frame. {_names_wanted()}"
            yield Finding("folder", "error", said, "path")
        for path in sorted(self.folder.iterdir()):
            if path not in files.values():
                said = f"is not read{_nearest(path.stem)}. {_names_wanted()}"
                yield Finding(path.name, "warning", said)
        for frame, path in _by_file(files):
            yield from self._findings(frame, path)
        yield from self._names_in_anonymous_waves(files)

    def choices(self) -> Interview:
        """Tell what the folder holds, and where its people work."""
        files = self.files()
        if not files:
            raise SourceError(f"{self.folder} holds no frame. {_names_wanted()}")
        path = files.get("people")
        read = () if path is None else tables("people", path.name, path.read_bytes())
        people = (rows for frame, rows in read if frame == "people")
        yield from files_choices.interview(self.check(), people)

    def _held(self) -> list[tuple[Path, list[str]]]:
        try:
            return [(path, frames_of(path)) for path in self._candidates()]
        except OSError as error:
            raise SourceError(f"{self.name}: {_unopened(error)}") from error

    def _candidates(self) -> list[Path]:
        """Files of a kind that is read, without the marks that spreadsheets leave beside them."""
        return [
            path
            for path in sorted(self.folder.iterdir())
            if path.is_file() and path.suffix in SUFFIXES and not path.name.startswith(("~$", "."))
        ]

    def _findings(self, first: str, path: Path) -> Iterator[Finding]:
        try:
            body = path.read_bytes()
        except OSError as error:
            yield Finding(path.name, "error", _unopened(error))
            return
        for frame, rows in tables(first, path.name, body):
            yield self._finding(path.name, frame, rows)
        for sheet in _other_sheets(path.name, body):
            said = f"sheet {sheet} is not read{_nearest(sheet)}"
            yield Finding(path.name, "warning", f"{said}; a sheet is named after its frame")
        for said in _broken_tree(first, path.name, body):
            yield Finding(path.name, "warning", said)

    def _names_in_anonymous_waves(self, files: Mapping[str, Path]) -> Iterator[Finding]:
        waves, answers = files.get("surveys"), files.get("answers")
        if waves is None or answers is None:
            return
        known = AnonymousWaves()
        for rows in self._rows_of("surveys", waves):
            known.learn(self.name, rows)
        for rows in self._rows_of("answers", answers):
            n_named, keys = known.n_named(rows)
            if n_named:
                which = ", ".join(keys[:5]) + (", …" if len(keys) > 5 else "")
                yield Finding(
                    answers.name,
                    "warning",
                    f"{waves.name} says anonymous of {which}, but {answers.name} names persons in "
                    f"{n_named} rows of it: the names are left out, yet stand in the file and in "
                    "the archive of what was read. Take person_ref out of the file.",
                )

    def _rows_of(self, frame: str, path: Path) -> Iterator[pl.DataFrame]:
        """Rows of one frame; nothing where the file cannot be read, which is told elsewhere."""
        try:
            found = list(tables(frame, path.name, path.read_bytes()))
        except OSError:
            return
        for name, rows in found:
            if name == frame and isinstance(rows, pl.DataFrame):
                yield rows

    def _finding(self, file: str, frame: str, rows: pl.DataFrame | SourceError) -> Finding:
        if isinstance(rows, SourceError):
            return Finding(file, "error", str(rows))
        found = conform(frame, self.name, rows)
        if found.quarantine.is_empty() and found.unknown:
            return Finding(file, "warning", _not_read(frame, sorted(found.unknown)))
        if found.quarantine.is_empty():
            return Finding(file, "ok", f"{rows.height} rows of {frame}")
        first = found.quarantine.sort("line", nulls_last=True).row(0, named=True)
        where = "" if file.startswith(f"{frame}.") else f"{frame}: "
        return Finding(
            file,
            "warning",
            f"{where}{found.quarantine.height} of {rows.height} rows would be set aside, "
            f"first line {first['line']}: {first['reason']}",
        )

    def pull(
        self,
        state: State,  # noqa: ARG002  a folder is read whole
        as_of: dt.datetime,  # noqa: ARG002
    ) -> Generator[Page, None, PullResult]:
        """Each file is a page, in the name of the first frame that it holds."""
        files = self.files()
        if not files:
            raise SourceError(f"{self.name}: {self.folder} holds no frame. {_names_wanted()}")
        for frame, path in _by_file(files):
            yield Page(stream=frame, body=path.read_bytes(), request=path.name)
        return PullResult()

    def map(self, pages: Iterable[tuple[int, Page]]) -> Tables:
        """Each page holds frames; one that cannot be read leaves the others. Answers come last,
        without the persons of anonymous waves."""
        waves, answers = AnonymousWaves(), list[pl.DataFrame]()
        for number, page in pages:
            for frame, rows in tables(page.stream, page.request, page.body):
                if isinstance(rows, SourceError):
                    yield frame, rows
                    continue
                numbered = rows.with_columns(page=pl.lit(number, dtype=pl.Int64))
                if frame == "answers":
                    answers.append(numbered)
                    continue
                if frame == "surveys":
                    waves.learn(self.name, numbered)
                yield frame, numbered
        for rows in answers:
            yield "answers", waves.without_names(rows)


def frames_of(path: Path) -> list[str]:
    """The frames that a file holds. Raises SourceError where only opening it could tell."""
    if path.suffix == WORKBOOK:
        return _frames_in_sheets(path)
    if path.stem not in FRAMES:
        return []
    book = _goal_book(path.stem, path.name, path.read_bytes())
    return [path.stem] if book is None else list(book)


def tables(frame: str, name: str, body: bytes) -> Tables:
    """Every frame of the file `name`, of which `frame` is the first, or why it cannot be read."""
    if name.endswith(WORKBOOK):
        yield from _sheets(frame, name, body)
    elif (book := _goal_book(frame, name, body)) is not None:
        for part, rows in book.items():
            yield part, table_files.named(rows)
    else:
        yield frame, table_files.read(frame, name, body)


def _by_file(files: Mapping[str, Path]) -> Iterator[tuple[str, Path]]:
    """Each file once, with the first frame that it holds."""
    seen: set[Path] = set()
    for frame, path in files.items():
        if path not in seen:
            seen.add(path)
            yield frame, path


def _frames_in_sheets(path: Path) -> list[str]:
    """As `frames_of`; a workbook that is named after a frame is told when that frame is read."""
    try:
        held = Workbook(path.name, path.read_bytes()).frames()
    except SourceError:
        if path.stem in FRAMES:
            return [path.stem]
        raise
    return [frame for frame in FRAMES if frame in held]


def _sheets(first: str, name: str, body: bytes) -> Tables:
    try:
        workbook = Workbook(name, body)
        sheets = workbook.frames()
    except SourceError as error:
        yield first, error
        return
    for frame, sheet in sheets.items():

        def refuse(header: list[str], frame: str = frame, sheet: str = sheet) -> None:
            table_files.refuse_bad_header(frame, f"{name}, sheet {sheet}", header)

        try:
            yield frame, table_files.named(workbook.rows(sheet, refuse))
        except SourceError as error:
            yield frame, error


def _other_sheets(name: str, body: bytes) -> list[str]:
    try:
        return Workbook(name, body).other_sheets() if name.endswith(WORKBOOK) else []
    except SourceError:
        return []


@lru_cache(maxsize=2)
def _goal_book(frame: str, name: str, body: bytes) -> dict[str, pl.DataFrame] | None:
    """The frames of a goals file of the nested form; None for any other file, or one that cannot
    be read, which is told when its one frame is. Kept, since reading YAML is slow.
    """
    if frame != "goals" or not name.endswith(YAML_SUFFIXES):
        return None
    try:
        document = yaml_files.parse(name, decoded(name, body))
        return yaml_goals.frames(name, document) if yaml_goals.is_nested(document) else None
    except SourceError:
        return None


def _broken_tree(frame: str, name: str, body: bytes) -> Iterator[str]:
    book = _goal_book(frame, name, body)
    return iter(()) if book is None else yaml_goals.broken_parents(book)


def _not_read(frame: str, columns: list[str]) -> str:
    """Words on columns that the frame does not know, the first of them with the nearest it does."""
    shown = ", ".join(columns[:5]) + (", …" if len(columns) > 5 else "")
    near = get_close_matches(columns[0], column_types(frame), n=1, cutoff=0.7)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"column {shown} is not read, as {frame} has no such column{hint}"


def _unopened(error: OSError) -> str:
    """Words on a file or folder that this account cannot open."""
    said = f"{error.filename} cannot be opened ({error.strerror})"
    if not isinstance(error, PermissionError):
        return f"{said}: look at it, or write it again"
    return f"{said}: give the account that runs alignmart the permission to read it"


def _nearest(word: str) -> str:
    near = get_close_matches(word.strip().lower().replace(" ", "_"), FRAMES, n=1, cutoff=0.7)
    return f"; did you mean {near[0]}?" if near else ""


def _names_wanted() -> str:
    return f"A file is named after its frame, such as people.csv; frames: {', '.join(FRAMES)}."
