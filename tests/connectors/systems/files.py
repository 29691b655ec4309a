"""Files in the contract suite: a folder with every frame that the sample company fills."""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

import polars as pl

from connectors.files import Files, FilesSettings
from connectors.frames import key_columns
from connectors.http import Patience
from sandbox import observe
from tests.connectors.harness import Harness, Served, sample_nights, sample_world

REMOVABLE = {"people": "person_key", "goals": "goal_key", "work_items": "work_item_key"}
"""Frames of which a row is taken out, and the column that names it."""


def _filled(said: dict[str, pl.DataFrame], night: dt.datetime) -> dict[str, pl.DataFrame]:
    """Columns that a company this small leaves empty, with a value in them."""
    links = said["goal_initiative_links"].with_row_index("_n")
    unlinked = pl.when(pl.col("_n") == 0).then(pl.lit(night)).otherwise("unlinked_at")
    return {
        "work_items": said["work_items"].with_columns(labels=pl.lit("area-1")),
        "goal_initiative_links": links.with_columns(unlinked_at=unlinked).drop("_n"),
    }


class _Folder(Served):
    """One folder, written anew every night."""

    def __init__(self, folder: Path) -> None:
        self.url = str(folder)
        self._folder = folder
        self._nights = iter(sample_nights())
        self._removed: dict[str, bytes] = {}
        self.next_night()

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        self.as_of = night
        world = sample_world()
        said = observe.hr(world, night) | observe.goals(world, night)
        said |= observe.surveys(world, night) | observe.canonical_tracker(world, night)
        said |= observe.declared(world, night)
        for frame, rows in (said | _filled(said, night)).items():
            if frame in observe.AS_PARQUET:
                rows.write_parquet(self._folder / f"{frame}.parquet")
            else:
                rows.write_csv(self._csv(frame), datetime_format="%Y-%m-%dT%H:%M:%SZ")
        return True

    def removable(self) -> Mapping[str, list[str]]:
        return {
            frame: pl.read_csv(self._csv(frame), infer_schema=False)[column][:2].to_list()
            for frame, column in REMOVABLE.items()
        }

    def remove(self, frame: str, key: str) -> None:
        path = self._csv(frame)
        self._removed[frame] = path.read_bytes()
        rows = pl.read_csv(path, infer_schema=False)
        rows.filter(pl.col(key_columns(frame)[0]) != key).write_csv(path)

    def put_back(self, frame: str, key: str) -> None:
        self._csv(frame).write_bytes(self._removed.pop(frame))

    def _csv(self, frame: str) -> Path:
        return self._folder / f"{frame}.csv"


class FilesHarness(Harness):
    """A folder: no network, no secret, no pages, all read whole."""

    system = "files"
    secret = "canary-of-a-source-without-secret"
    over_http = False
    exceptions: ClassVar[Mapping[str, str]] = {
        "test_the_size_of_pages_changes_nothing": "a file is one page",
        "test_a_record_removed_while_paging_hides_no_other": "a file is read in one piece",
        "test_a_record_inserted_while_paging_hides_no_other": "a file is read in one piece",
        "test_a_wrong_secret_is_named_by_check_and_by_a_pull": "a folder has no credential",
        "test_nothing_that_is_kept_holds_the_secret": "a folder has no credential",
    }

    @contextmanager
    def serving(self) -> Iterator[Served]:
        with tempfile.TemporaryDirectory(prefix="files-") as folder:
            yield _Folder(Path(folder))

    def connector(self, url: str, patience: Patience, **options: Any) -> Files:
        return Files("files", FilesSettings.model_validate({"path": url} | options))


HARNESS = FilesHarness()
