"""Jira pages to raw tables: alignmart, the hand-written floor, and dlt fed with dicts.

The same pages in memory (100,000 issues with 300,000 changes) go three ways into the same two
tables of a new DuckDB file. The floor is what an expert writes for one evening: orjson, polars,
DuckDB and the same columns, with no validation, no quarantine, no comparison, no state. dlt's
dict path is what its documentation shows. Ours and the floor take turns, and the median of each
counts.

`python -m benchmarks.ingest [--issues N] [--rounds N] [--no-dicts]`; the last line has the figures.
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import dlt
import duckdb
import numpy as np
import orjson
import polars as pl
import xxhash
from pydantic import SecretStr

from connectors.contract import Page
from connectors.tracking.jira_cloud import JiraCloud
from connectors.tracking.jira_cloud_settings import JiraCloudSettings, SiteMapping
from pipelines.archive import Pull
from pipelines.load import load_pull
from pipelines.warehouse import Warehouse

AS_OF: Final = dt.datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
ISSUES_A_PAGE, CHANGES_AN_ISSUE, LOGS_A_PAGE = 100, 3, 1000
STATUSES: Final = (("Backlog", "new"), ("In Progress", "indeterminate"), ("Done", "done"))
SITE: Final = "https://sample.atlassian.net"
GOALS, POINTS, START = "customfield_10200", "customfield_10016", "customfield_10015"


@dataclass(frozen=True, slots=True)
class InMemory(Pull):
    """A pull whose pages are at hand, so that no way pays for reading the archive."""

    held: tuple[Page, ...] = ()

    def pages(self) -> Iterator[tuple[int, Page]]:
        """The pages, numbered."""
        return iter(enumerate(self.held))


def make_pages(n_issues: int, seed: int = 1) -> list[Page]:
    """Bodies of `search/jql` and `changelog/bulkfetch`, shaped and sized like Jira's."""
    draw = np.random.default_rng(seed)
    pages = []
    for first in range(0, n_issues, ISSUES_A_PAGE):
        ids = range(first, min(first + ISSUES_A_PAGE, n_issues))
        body = {"issues": [_issue(key, draw) for key in ids], "isLast": ids.stop == n_issues}
        pages.append(Page("issues", orjson.dumps(body), "POST /rest/api/3/search/jql"))
    for first in range(0, n_issues, LOGS_A_PAGE):
        ids = range(first, min(first + LOGS_A_PAGE, n_issues))
        body = {"issueChangeLogs": [_log(key, draw) for key in ids]}
        pages.append(Page("changelogs", orjson.dumps(body), "POST /rest/api/3/changelog/bulkfetch"))
    return pages


def _user(number: int) -> dict[str, Any]:
    account = f"5b10ac8d82e05b22cc7d{number:04d}"
    return {"accountId": account, "displayName": f"Person {number}", "active": True}


def _issue(key: int, draw: np.random.Generator) -> dict[str, Any]:
    people = draw.integers(0, 2000, 2)
    status, category = STATUSES[int(draw.integers(0, 3))]
    day = f"2026-{1 + key % 9:02d}-{1 + key % 28:02d}"
    return {
        "id": str(100000 + key),
        "key": f"PROJ-{key}",
        "self": f"{SITE}/rest/api/3/issue/{100000 + key}",
        "fields": {
            "summary": f"Make the thing number {key} work for everybody who needs it",
            "issuetype": {"id": "10001", "name": "Epic" if key % 20 == 0 else "Story"},
            "status": {
                "name": status,
                "id": "3",
                "statusCategory": {"id": 2, "key": category, "name": category},
            },
            "resolution": {"id": "1", "name": "Done"} if category == "done" else None,
            "assignee": _user(int(people[0])),
            "reporter": _user(int(people[1])),
            "created": f"{day}T08:15:31.871+0200",
            "updated": f"{day}T16:29:31.871+0200",
            "duedate": day,
            "resolutiondate": f"{day}T16:29:31.871+0200" if category == "done" else None,
            "statuscategorychangedate": f"{day}T16:29:31.871+0200",
            "labels": ["team-a", "q3"],
            "parent": {"id": str(100000 + key // 20 * 20), "key": f"PROJ-{key // 20 * 20}"},
            GOALS: f"G-{key % 300}" if key % 7 == 0 else None,
            POINTS: float(key % 8),
            START: day,
        },
    }


def _log(key: int, draw: np.random.Generator) -> dict[str, Any]:
    histories = []
    for n in range(CHANGES_AN_ISSUE):
        items = {"field": "status", "fieldId": "status", "fieldtype": "jira"}
        items |= {"from": "1", "fromString": STATUSES[n % 2][0], "to": "3"}
        items |= {"toString": STATUSES[n % 2 + 1][0]}
        histories.append(
            {
                "id": str(key * 10 + n),
                "author": _user(int(draw.integers(0, 2000))),
                "created": 1767225600000 + key * 60_000 + n * 3_600_000,
                "items": [items],
            }
        )
    return {"issueId": str(100000 + key), "changeHistories": histories}


def ours(pages: list[Page], folder: Path) -> Path:
    """The load step as the night runs it: mapped, validated, hashed, compared, versioned."""
    mapping = SiteMapping(
        goal_fields=(GOALS,), goal_source="goals", points_field=POINTS, start_field=START
    )
    token = SecretStr("unused")
    settings = JiraCloudSettings(url=SITE, email="a@b.c", token=token, mapping=mapping)
    warehouse = Warehouse(folder / "warehouse.duckdb")
    warehouse.ensure()
    pull = InMemory(
        "jira", "jira_cloud", "1", AS_OF, folder, len(pages), 0, {}, {}, {}, None, tuple(pages)
    )
    loads = load_pull(warehouse, JiraCloud("jira", settings), pull, "bench")
    failed = [load.message for load in loads if load.status != "ok"]
    if failed:
        raise SystemExit(f"the load failed: {failed}")
    return warehouse.path


def floor(pages: list[Page], folder: Path) -> Path:
    """The same two tables by hand: no check of anything."""
    items = [
        _floor_items(orjson.loads(page.body)["issues"]) for page in pages if page.stream == "issues"
    ]
    changes = [
        _floor_changes(orjson.loads(page.body)["issueChangeLogs"])
        for page in pages
        if page.stream == "changelogs"
    ]
    path = folder / "floor.duckdb"
    with duckdb.connect(path) as connection:
        connection.execute("create schema raw")
        for name, frames in (("work_items", items), ("work_item_changes", changes)):
            connection.register("rows", _floor_typed(pl.concat(frames), name).to_arrow())
            connection.execute(f"create table raw.{name} as select * from rows")
    return path


_TIME = "%Y-%m-%dT%H:%M:%S%.f%#z"


def _floor_items(issues: list[dict[str, Any]]) -> pl.DataFrame:
    fields = [issue["fields"] for issue in issues]
    done = [f["status"]["statusCategory"]["key"] for f in fields]
    meaning = {"new": "todo", "indeterminate": "doing", "done": "done"}
    return pl.DataFrame(
        {
            "work_item_key": [issue["id"] for issue in issues],
            "parent_key": [f["parent"]["id"] if f["parent"] else None for f in fields],
            "is_initiative": [f["issuetype"]["name"] == "Epic" for f in fields],
            "type": [f["issuetype"]["name"] for f in fields],
            "title": [f["summary"] for f in fields],
            "status": [f["status"]["name"] for f in fields],
            "status_category": [meaning[key] for key in done],
            "assignee_key": [f["assignee"]["accountId"] if f["assignee"] else None for f in fields],
            "reporter_key": [f["reporter"]["accountId"] if f["reporter"] else None for f in fields],
            "created_at": [f["created"] for f in fields],
            "updated_at": [f["updated"] for f in fields],
            "started_on": [f[START] for f in fields],
            "due_on": [f["duedate"] for f in fields],
            "closed_at": [f["resolutiondate"] for f in fields],
            "points": [f[POINTS] for f in fields],
            "labels": [";".join(f["labels"]) for f in fields],
            "goal_refs": [f"goals:{f[GOALS]}" if f[GOALS] else None for f in fields],
            "url": [f"{SITE}/browse/{issue['key']}" for issue in issues],
        },
        schema_overrides={"closed_at": pl.String, "goal_refs": pl.String},
    )


def _floor_changes(logs: list[dict[str, Any]]) -> pl.DataFrame:
    rows = [
        (log["issueId"], history, n, item)
        for log in logs
        for history in log["changeHistories"]
        for n, item in enumerate(history["items"])
    ]
    return pl.DataFrame(
        {
            "change_key": [f"{history['id']}-{n}" for _, history, n, _ in rows],
            "work_item_key": [issue for issue, _, _, _ in rows],
            "changed_at": [history["created"] for _, history, _, _ in rows],
            "author_key": [history["author"]["accountId"] for _, history, _, _ in rows],
            "field": [item["field"] for _, _, _, item in rows],
            "from_value": [item["fromString"] for _, _, _, item in rows],
            "to_value": [item["toString"] for _, _, _, item in rows],
        }
    )


def _floor_typed(rows: pl.DataFrame, frame: str) -> pl.DataFrame:
    times = [c for c in ("created_at", "updated_at", "closed_at") if c in rows.columns]
    dates = [c for c in ("started_on", "due_on") if c in rows.columns]
    stamps = [c for c in ("changed_at",) if c in rows.columns]
    typed = rows.with_columns(
        pl.col(times).str.to_datetime(_TIME, time_unit="us"),
        pl.col(dates).str.to_date("%Y-%m-%d"),
        pl.col(stamps).cast(pl.Datetime("ms", "UTC")).cast(pl.Datetime("us", "UTC")),
        source=pl.lit("jira"),
        extra=pl.lit(None, dtype=pl.String),
    )
    content = pl.concat_str(pl.all().cast(pl.String), separator="\x1f", ignore_nulls=True)
    texts = typed.select(content.cast(pl.Binary)).to_series().to_list()
    instant = pl.Datetime("us", "UTC")
    return typed.with_columns(
        record_key=pl.first(),
        version=pl.col("updated_at" if frame == "work_items" else "changed_at"),
        row_hash=pl.Series([xxhash.xxh3_128_hexdigest(text) for text in texts]),
        load_id=pl.lit("1"),
        page_ref=pl.lit("jira/1"),
        as_of=pl.lit(AS_OF, dtype=instant),
        gone_at=pl.lit(None, dtype=instant),
    )


def dicts(pages: list[Page], folder: Path) -> Path:
    """dlt as its documentation shows it: parsed JSON in, nested tables out."""
    path = folder / "dicts.duckdb"

    def rows(stream: str, name: str) -> Iterator[list[Any]]:
        for page in pages:
            if page.stream == stream:
                yield orjson.loads(page.body)[name]

    pipeline = dlt.pipeline(
        "dicts",
        pipelines_dir=str(folder / "dlt"),
        destination=dlt.destinations.duckdb(str(path)),
        dataset_name="raw",
    )
    pipeline.run(
        [
            dlt.resource(rows("issues", "issues"), name="work_items"),
            dlt.resource(rows("changelogs", "issueChangeLogs"), name="work_item_changes"),
        ]
    )
    return path


def _timed(way: Callable[[list[Page], Path], Path], pages: list[Page]) -> tuple[float, list[int]]:
    """Seconds, and the rows that stand in the two tables afterwards."""
    gc.collect()
    with tempfile.TemporaryDirectory() as folder:
        begun = time.perf_counter()
        path = way(pages, Path(folder))
        seconds = time.perf_counter() - begun
        with duckdb.connect(path, read_only=True) as connection:
            tables = ("work_items", "work_item_changes")
            counted = [connection.sql(f"select count(*) from raw.{t}").fetchall() for t in tables]
    return seconds, [rows[0][0] for rows in counted]


def main() -> None:
    """Run the ways and print their times; the last line has the ratios."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--issues", type=int, default=100_000)
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--no-dicts", action="store_true")
    wanted = options.parse_args()
    pages = make_pages(wanted.issues)
    n_bytes = sum(len(page.body) for page in pages)
    print(f"{wanted.issues:,} issues, {len(pages):,} pages, {n_bytes / 1e6:.0f} MB")
    want = [wanted.issues, wanted.issues * CHANGES_AN_ISSUE]
    taken: dict[str, list[float]] = {"ours": [], "floor": []}
    for _ in range(wanted.rounds):
        for name, way in (("floor", floor), ("ours", ours)):
            seconds, rows = _timed(way, pages)
            if rows != want:
                raise SystemExit(f"{name} loaded {rows} rows, not {want}")
            taken[name].append(seconds)
            print(f"{name:6} {seconds:7.2f} s")
    us, least = statistics.median(taken["ours"]), statistics.median(taken["floor"])
    slow = float("nan")
    if not wanted.no_dicts:
        slow, _ = _timed(dicts, pages)
        print(f"dicts  {slow:7.2f} s")
    print(
        f"records_per_s={sum(want) / us:.0f} vs_dict={slow / us:.1f} vs_floor={us / least:.2f} "
        f"(ours {us:.2f} s, floor {least:.2f} s)"
    )


if __name__ == "__main__":
    main()
