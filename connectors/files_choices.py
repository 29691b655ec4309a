"""What `alignmart init` says of a folder of files: its frames, and the places of work in it.

Belongs here: what a folder holds. Does not belong here: reading files (`files`, `table_files`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator

import polars as pl

from connectors.contract import Finding, Interview, Places, SourceError

MOST_TOLD = 40
"""Lines that are told of a folder with very many files."""


def interview(found: Iterable[Finding], people: Iterator[pl.DataFrame | SourceError]) -> Interview:
    """Tell each file as `check` does, then the places."""
    yield from list(found)[:MOST_TOLD]
    places: Counter[str] = Counter()
    for rows in people:
        if isinstance(rows, pl.DataFrame) and "location" in rows.columns:
            places.update(str(name) for name in rows["location"].drop_nulls() if str(name))
    yield Places(places)
