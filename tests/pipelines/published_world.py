"""A small warehouse with marts, and what dbt says of building and testing them."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path

import duckdb

from pipelines.config import Privacy
from pipelines.dbt_results import DbtResults
from pipelines.publish import Published, Shelf, publish

AS_OF = dt.datetime(2026, 10, 31, 23, 59, 59, 999999, tzinfo=dt.UTC)
RUN = "run-1"


def build_warehouse(path: Path, shift: int = 0, n: int = 200) -> Path:
    """Marts whose rows lie in another order than their key; `shift` makes other numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)
    with duckdb.connect(path) as connection:
        connection.execute("CREATE SCHEMA marts")
        connection.execute(
            "CREATE TABLE marts.goal_triad AS SELECT "
            f"'goals:' || CAST((r * 7919) % {n} AS VARCHAR) AS goal_id, r + {shift} AS n_metrics, "
            "CAST(NULL AS DOUBLE) AS effort_person_days_90d, "
            "TIMESTAMPTZ '2026-10-31 23:59:59.999999+00' AS as_of "
            f"FROM range({n}) AS t(r)"
        )
        connection.execute(
            f"CREATE TABLE marts.about AS SELECT 'generation' AS topic, '{shift}' AS statement"
        )
    return path


def results(run_id: str = RUN, statuses: dict[str, str] | None = None) -> DbtResults:
    """dbt's manifest and results, in which everything went well but for `statuses`."""
    said = {
        "model.a.goal_triad": "success",
        "model.a.about": "success",
        "test.a.goal_id_is_unique": "pass",
        "test.a.looks_odd": "pass",
    } | (statuses or {})
    return DbtResults(
        manifest={
            "nodes": {
                "model.a.goal_triad": _model("goal_triad", ["goal_id"], "One row a goal's 'triad'"),
                "model.a.about": _model("about", ["topic"], "What this is for"),
                "model.a.stg_goals": _model("stg_goals", [], "", schema="staging"),
                "test.a.goal_id_is_unique": _test("goal_id_is_unique", "ERROR"),
                "test.a.looks_odd": _test("looks_odd", "warn"),
            },
            "unit_tests": {"unit_test.a.counts": _test("counts", "error")},
        },
        run_results={
            "metadata": {"env": {"RUN_ID": run_id}},
            "results": [
                {
                    "unique_id": unique_id,
                    "status": status,
                    "message": f"Got {status}",
                    "failures": 3,
                }
                for unique_id, status in said.items()
                if status != "absent"
            ],
        },
    )


def publish_once(
    root: Path, shift: int = 0, keep: int = 7, as_of: dt.datetime = AS_OF
) -> Published:
    """Publish one more version of the small warehouse under `root`."""
    warehouse = build_warehouse(root / "warehouse.duckdb", shift)
    return publish(Shelf(root / "published"), warehouse, results(), RUN, as_of, keep, Privacy())


def _model(table: str, key: list[str], about: str, schema: str = "marts") -> dict:
    columns = {
        "goal_triad": ["goal_id", "n_metrics", "effort_person_days_90d", "as_of"],
        "about": ["topic", "statement"],
    }.get(table, [])
    return {
        "resource_type": "model", "unique_id": f"model.a.{table}", "name": table, "alias": table,
        "schema": schema, "primary_key": key, "description": about,
        "columns": {c: {"name": c, "description": f"What {c} means; it's said"} for c in columns},
    }  # fmt: skip


def _test(name: str, severity: str) -> dict:
    return {
        "resource_type": "test", "name": name, "alias": name, "schema": "test_failures",
        "config": {"severity": severity, "store_failures": severity == "warn"},
        "package_name": "a", "original_file_path": "models/_a.yml", "path": f"{name}.sql",
        "attached_node": "model.a.goal_triad", "depends_on": {"nodes": ["model.a.goal_triad"]},
    }  # fmt: skip


if __name__ == "__main__":
    publish_once(Path(sys.argv[1]), int(sys.argv[2]))
