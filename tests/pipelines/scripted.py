"""A connector that says what a test tells it to say, for tests of what is around connectors."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterable, Iterator, Mapping
from typing import Any

import orjson
import polars as pl

from connectors.contract import Connector, Finding, Page, PullResult, Read, Settings, SourceError

NIGHTS = [dt.datetime(2026, 3, day, 23, 59, 59, 999999, tzinfo=dt.UTC) for day in range(1, 11)]


class Scripted(Connector):
    """Pages hold {frame: [rows]}; `says` is what the next pull yields."""

    system = "scripted"
    settings_type = Settings

    def __init__(self, name: str = "t", **frames: Read) -> None:
        super().__init__(name, Settings())
        self.frames: Mapping[str, Read] = frames  # type: ignore[misc]
        self.says: list[dict[str, list[dict[str, Any]]] | Exception] = []
        self.result = PullResult()

    def check(self) -> Iterator[Finding]:
        yield Finding(self.name, "ok", "scripted")

    def pull(self, state: dict[str, Any], as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        for said in self.says:
            if isinstance(said, Exception):
                raise said
            yield Page("all", orjson.dumps(said), "scripted")
        return self.result

    def map(
        self, pages: Iterable[tuple[int, Page]]
    ) -> Iterator[tuple[str, pl.DataFrame | SourceError]]:
        for number, page in pages:
            for frame, rows in orjson.loads(page.body).items():
                if isinstance(rows, str):
                    yield frame, SourceError(rows)
                else:
                    yield frame, pl.DataFrame(rows).with_columns(page=pl.lit(number))
