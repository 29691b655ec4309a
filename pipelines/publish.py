"""Publishing: the marts that passed their tests become a version that BI tools read.

Belongs here: this run's dbt results and its audit as conditions, the version's folder, the pointer
`current`. Does not belong here: what is in the files (`publish_files`), what is confidential
(`audit`), building marts (`dbt_project`).

`published/versions/<version>/` is written under another name, synced, opened again and counted;
then it gets its name, and then `published/current` is replaced by rename: one atomic step for
every format. A reader in the middle of a query keeps the old files to the end.
"""

from __future__ import annotations

import datetime as dt
import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import duckdb

from pipelines.audit import Audit, audit, audit_versions
from pipelines.boundaries import reached
from pipelines.config import Privacy
from pipelines.dbt_results import DbtResults
from pipelines.publish_files import DATABASE, Counted, Manifest, count, write

_VERSION = re.compile(r"^(\d{4}-\d{2}-\d{2})\.(\d+)$")


class PublishRefused(Exception):
    """Nothing was published. The message says why, and what readers see instead."""


@dataclass(frozen=True, slots=True)
class Published:
    """A version that readers see now, and its tables with rows and checksums.

    `audit`: what was looked at before it was written; None where readers return to it.
    """

    version: str
    folder: Path
    tables: list[Counted]
    audit: Audit | None = None


class Shelf:
    """The folder of published versions."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.versions_folder = root / "versions"
        self.pointer = root / "current"

    @property
    def current(self) -> str | None:
        """The version that readers see, or None before the first."""
        return self.pointer.readlink().name if self.pointer.is_symlink() else None

    def versions(self) -> list[str]:
        """Complete versions, the one published last at the end."""
        if not self.versions_folder.is_dir():
            return []
        folders = [p for p in self.versions_folder.iterdir() if _VERSION.match(p.name)]
        return [p.name for p in sorted(folders, key=lambda p: (_made_at(p), _order(p.name)))]

    def next_version(self, day: dt.date) -> str:
        """`<day>.<n>`, n counting the versions of that day from 1."""
        taken = [_order(v)[1] for v in self.versions() if v.startswith(f"{day}.")]
        return f"{day}.{max(taken, default=0) + 1}"

    def point_to(self, version: str) -> None:
        """Make `version` what readers see, in one step."""
        waiting = self.root / f".current-{os.getpid()}"
        waiting.unlink(missing_ok=True)
        waiting.symlink_to(Path("versions") / version)
        reached("publish.pointer_made")
        waiting.replace(self.pointer)
        sync(self.root)
        reached("publish.pointer_swapped")

    def beside_next(self, n: int) -> list[Path]:
        """Folders of the versions that stay when one more is published and `n` are kept."""
        stay = self.versions()[-(n - 1) :] if n > 1 else []
        return [self.versions_folder / version for version in stay]

    def keep(self, n: int) -> None:
        """Remove all but the last `n` versions, never the current one, and what a crash left."""
        for version in self.versions()[:-n]:
            if version != self.current:
                shutil.rmtree(self.versions_folder / version)
        for left in [*self.versions_folder.glob(".building-*"), *self.root.glob(".current-*")]:
            left.unlink() if left.is_symlink() else shutil.rmtree(left)


def publish(
    shelf: Shelf,
    warehouse: Path,
    results: DbtResults | None,
    run_id: str,
    as_of: dt.datetime,
    keep_versions: int,
    privacy: Privacy,
) -> Published:
    """Publish the marts that the run `run_id` built and tested. Raises PublishRefused."""
    tested = _tested(shelf, results, run_id)
    audited = _audited(shelf, warehouse, tested, keep_versions, privacy)
    reached("publish.begin")
    shelf.versions_folder.mkdir(parents=True, exist_ok=True)
    version = shelf.next_version(as_of.date())
    manifest = Manifest(version, run_id, as_of, tested.n_passed, shelf.current)
    building = shelf.versions_folder / f".building-{version}"
    shutil.rmtree(building, ignore_errors=True)
    tables = write(building, warehouse, tested.marts, manifest)
    for path in [*building.rglob("*"), building]:
        sync(path)
    reached("publish.synced")
    if (problem := problem_with(building, tables)) is not None:
        raise PublishRefused(f"the files written are not what was meant: {problem}")
    folder = building.rename(shelf.versions_folder / version)
    sync(shelf.versions_folder)
    reached("publish.folder_renamed")
    shelf.point_to(version)
    shelf.keep(keep_versions)
    reached("publish.end")
    return Published(version, folder, tables, audited)


def return_to(shelf: Shelf, version: str) -> Published:
    """Make an already published version current again. Raises PublishRefused."""
    folder = shelf.versions_folder / version
    if version not in shelf.versions():
        known = ", ".join(reversed(shelf.versions())) or "none"
        raise PublishRefused(f"there is no published version {version}; there are: {known}")
    try:
        tables = count(folder)
    except duckdb.Error as error:
        raise PublishRefused(f"version {version} cannot be opened: {error}") from error
    if (problem := problem_with(folder, tables)) is not None:
        raise PublishRefused(f"version {version} is damaged: {problem}")
    others = [shelf.versions_folder / other for other in shelf.versions() if other != version]
    if changed := audit_versions(folder, others):
        raise PublishRefused(f"version {version} is not what other versions say: {changed[0]}")
    shelf.point_to(version)
    return Published(version, folder, tables)


def problem_with(folder: Path, tables: list[Counted]) -> str | None:
    """What keeps a version's folder from being read as `tables`, or None."""
    if left := list(folder.glob("*.wal")):
        return f"{left[0].name} is left beside the database"
    found = {table.name: table for table in count(folder)}
    for table in tables:
        if found.get(table.name) != table:
            return f"{DATABASE} has {found.get(table.name, 'nothing')} where {table} was written"
        if table.rows != table.parquet_rows:
            return f"{table.name}.parquet has {table.parquet_rows} rows, not {table.rows}"
    return None


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _tested(shelf: Shelf, results: DbtResults | None, run_id: str) -> DbtResults:
    if results is None:
        raise PublishRefused(
            f"this run has no results of dbt to go by, so nothing says that the marts are right; "
            f"{_kept(shelf)}. Run `alignmart nightly`, or return to a version with --to."
        )
    if reasons := results.reasons_not_to_publish(run_id):
        more = f" (and {len(reasons) - 5} more)" if len(reasons) > 5 else ""
        raise PublishRefused(f"{'; '.join(reasons[:5])}{more}; {_kept(shelf)}")
    return results


def _audited(
    shelf: Shelf, warehouse: Path, tested: DbtResults, keep_versions: int, privacy: Privacy
) -> Audit:
    found = audit(warehouse, tested.marts, shelf.beside_next(keep_versions), privacy)
    if found.findings:
        raise PublishRefused(f"{found.said}; {_kept(shelf)}")
    return found


def _kept(shelf: Shelf) -> str:
    return f"readers keep {shelf.current}" if shelf.current else "nothing is published yet"


def _made_at(folder: Path) -> int:
    return (folder / DATABASE).stat().st_mtime_ns


def _order(version: str) -> tuple[str, int]:
    match = _VERSION.match(version)
    return (match[1], int(match[2])) if match else (version, 0)
