"""What a person reads when a run is over, or asks how things stand.

Belongs here: tables and sentences on the terminal, read from the published files and from the
record of loads. Does not belong here: running anything.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import duckdb
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from pipelines.config import Config
from pipelines.dbt_results import DbtResults, FailedTest
from pipelines.publish import Published, Shelf
from pipelines.publish_files import DATABASE

_TESTS_SHOWN: Final = 10
_SAYS: Final = {
    "goal_without_metric": "goal has no metric",
    "goal_without_initiative": "goal has no initiative",
    "goal_without_both": "goal has neither metric nor initiative",
    "initiative_below": "only goals below have an initiative",
    "metric_without_goal": "metric serves no goal",
    "initiative_without_goal": "initiative serves no goal",
    "goal_not_published": "its only goals are individual or private",
}


def show_loads(console: Console, config: Config, run_id: str) -> None:
    """Rows per source of a run, from the record of loads.

    `run_id` is the run's, or the beginning that the ids of a replay's loads share.
    """
    try:
        with _reading(config.warehouse_path) as connection:
            rows = connection.execute(
                "SELECT source, sum(rows_pulled), sum(rows_loaded), sum(rows_unchanged), "
                "sum(rows_duplicate), sum(rows_quarantined), sum(rows_deleted), "
                "string_agg(DISTINCT status, ', ' ORDER BY status) "
                "FROM raw.frame_loads WHERE starts_with(run_id, $run_id) "
                "GROUP BY source ORDER BY source",
                {"run_id": run_id},
            ).fetchall()
            remarks = connection.execute(
                "SELECT DISTINCT source, message FROM raw.frame_loads "
                "WHERE starts_with(run_id, $run_id) AND status = 'ok' AND message <> '' "
                "ORDER BY source, message",
                {"run_id": run_id},
            ).fetchall()
    except duckdb.Error as error:
        console.print(f"Rows: the warehouse cannot be read now: {escape(str(error))}")
        return
    if not rows:
        console.print("Rows: nothing was pulled.")
        return
    names = ("pulled", "loaded", "unchanged", "duplicate", "quarantined", "deleted")
    table = _table("Rows", "source", *names, "status", numbers=names)
    for source, *counts, status in rows:
        table.add_row(source, *(f"{count:,}" for count in counts), status)
    console.print(table)
    for source, message in remarks:
        console.print(f"  {escape(source)}: {escape(message)}")
    if any(row[names.index("quarantined") + 1] for row in rows):
        console.print(
            f"  Quarantined rows are in raw.quarantine of {escape(str(config.warehouse_path))}, "
            "each with its reason."
        )


def show_checks(console: Console, results: DbtResults | None) -> None:
    """Tests passed and failed, with the failed ones by name and where their rows are."""
    if results is None:
        console.print("Checks: dbt did not get to its tests.")
        return
    failed = results.failed_tests()
    n_warned = sum(not test.is_blocking for test in failed)
    n_unreached = len(results.tests) - results.n_passed - len(failed)
    console.print(
        f"Checks: {results.n_passed} passed, {len(failed) - n_warned} failed"
        + (f", {n_warned} warned" if n_warned else "")
        + (f", {n_unreached} not reached" if n_unreached else "")
    )
    for test in failed[:_TESTS_SHOWN]:
        console.print(f"  {escape(_said_of(test))}")
    if len(failed) > _TESTS_SHOWN:
        console.print(f"  and {len(failed) - _TESTS_SHOWN} more")


def show_failures(console: Console, failures: list[tuple[str, str]]) -> None:
    """What went wrong, by step."""
    for step, said in failures:
        console.print(f"[bold red]Failed[/] {escape(step)}: {escape(said)}")


def show_broken_chains(console: Console, config: Config) -> None:
    """The five broken chains with most effort, from the published files."""
    with _published(config) as connection:
        rows = connection.execute(
            "SELECT c.link_status, g.title, i.title, m.name, u.name, c.effort_allocated "
            "FROM marts.alignment_chain AS c "
            "LEFT JOIN marts.dim_goal AS g ON g.goal_id = c.goal_id "
            "LEFT JOIN marts.dim_initiative AS i ON i.initiative_id = c.initiative_id "
            "LEFT JOIN marts.dim_metric AS m ON m.metric_id = c.metric_id "
            "LEFT JOIN marts.dim_org_unit AS u ON u.org_unit_id = c.org_unit_id "
            "WHERE c.link_status <> 'complete' "
            "ORDER BY c.effort_allocated DESC NULLS LAST, c.chain_id LIMIT 5"
        ).fetchall()
    if not rows:
        console.print("Every goal has its metric and its initiative.")
        return
    table = _table(
        "Broken chains with most effort",
        "what is broken", "goal", "initiative", "metric", "unit", "person-days of 90",
        numbers=("person-days of 90",),
    )  # fmt: skip
    for status, *titles, effort in rows:
        shown = [escape(title) if title else "–" for title in titles]
        days = "–" if effort is None else f"{effort:,.1f}"
        table.add_row(_SAYS.get(status, status), *shown, days)
    console.print(table)


def show_how_to_open(console: Console, config: Config, version: str) -> None:
    """Where the published version is and how to look into it."""
    current = Shelf(config.publish_dir).pointer
    console.print(f"Published [bold]{escape(version)}[/] in {escape(str(current))}")
    console.print(f"  DuckDB:  duckdb -readonly {escape(str(current / DATABASE))}")
    console.print(f"  Parquet: {escape(str(current / 'parquet'))}/<table>.parquet")
    console.print(
        "  Python:  "
        + escape(
            f"duckdb.connect('{current / DATABASE}', read_only=True)"
            ".sql('SELECT * FROM marts.about').show()"
        )
    )


def show_status(console: Console, config: Config) -> bool:
    """What readers see now, which versions can be returned to, how fresh each source is.

    Says whether anything is published.
    """
    shelf = Shelf(config.publish_dir)
    if shelf.current is None:
        console.print("Nothing is published yet. Run `alignmart nightly`.")
        return False
    with _published(config) as connection:
        as_of, run_id, passed = connection.execute(
            "SELECT as_of, run_id, tests_passed FROM marts.publish_manifest LIMIT 1"
        ).fetchall()[0]
        trust = connection.execute(
            "SELECT source, min(pulled_at), bool_and(is_fresh), "
            "string_agg(DISTINCT message, '; ' ORDER BY message) FILTER (WHERE message <> '') "
            "FROM marts.data_trust GROUP BY source ORDER BY source"
        ).fetchall()
    console.print(
        f"Readers see [bold]{escape(shelf.current)}[/], as of {_instant(as_of)}, "
        f"{passed} tests passed (run {escape(run_id[:8])})."
    )
    others = [version for version in reversed(shelf.versions()) if version != shelf.current]
    console.print(f"To return to (alignmart publish --to): {escape(', '.join(others) or 'none')}")
    table = _table("Sources", "source", "last good data", "fresh", "remarks", numbers=())
    for source, pulled_at, is_fresh, remarks in trust:
        table.add_row(
            escape(source),
            "never" if pulled_at is None else _instant(pulled_at),
            "yes" if is_fresh else "no",
            escape(remarks or ""),
        )
    console.print(table)
    return True


def show_returned(console: Console, published: Published) -> None:
    """What a return to a version did."""
    rows = sum(table.rows for table in published.tables)
    console.print(
        f"Readers see [bold]{escape(published.version)}[/] again: "
        f"{len(published.tables)} tables, {rows:,} rows, opened and counted."
    )


def _said_of(test: FailedTest) -> str:
    kind = "failed" if test.is_blocking else "warned"
    where = f"; rows in {test.rows_in} of the warehouse" if test.rows_in and test.rows else ""
    return f"{kind}: {test.name} on {test.model}: {test.message}{where}"


def _table(title: str, *columns: str, numbers: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        table.add_column(column, justify="right" if column in numbers else "left")
    return table


def _instant(value: dt.datetime) -> str:
    return f"{value.astimezone(dt.UTC):%Y-%m-%d %H:%M} UTC"


@contextmanager
def _published(config: Config) -> Iterator[duckdb.DuckDBPyConnection]:
    with _reading(Shelf(config.publish_dir).pointer.resolve() / DATABASE) as connection:
        yield connection


@contextmanager
def _reading(path: Any) -> Iterator[duckdb.DuckDBPyConnection]:
    connection = duckdb.connect(path, read_only=True)
    try:
        connection.execute("SET TimeZone = 'UTC'")
        yield connection
    finally:
        connection.close()
