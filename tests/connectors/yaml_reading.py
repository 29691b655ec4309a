"""Writing a YAML file in a test, and reading the folder that holds it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

from connectors.contract import SourceError
from connectors.edge import Conformed, conform
from connectors.files import Files, FilesSettings


def written(folder: Path, text: str, name: str = "goals.yaml") -> Files:
    (folder / name).write_text(text, encoding="utf-8")
    return Files("t", FilesSettings(path=folder))


def read(source: Files) -> dict[str, Conformed | SourceError]:
    pages = enumerate(source.pull({}, dt.datetime(2026, 10, 31, tzinfo=dt.UTC)))
    return {
        frame: rows if isinstance(rows, SourceError) else conform(frame, "t", rows)
        for frame, rows in source.map(pages)
    }


def rows(found: dict[str, Conformed | SourceError], frame: str, *columns: str) -> list[Any]:
    good = found[frame]
    assert isinstance(good, Conformed), good
    return good.rows.select(columns).rows()


def reasons(found: dict[str, Conformed | SourceError], frame: str) -> list[tuple[int, str]]:
    bad = found[frame]
    assert isinstance(bad, Conformed), bad
    return bad.quarantine.select("line", "reason").rows()
