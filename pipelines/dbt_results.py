"""What one run of dbt came to: which tests passed, which failed, whether all marts were built.

Belongs here: reading `run_results.json` beside the `manifest.json` of the same run.
Does not belong here: running dbt (`dbt`), deciding what to do about it (`publish`, `verdict`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import orjson

MARTS_SCHEMA = "marts"
RUN_LABEL = "RUN_ID"
"""Label of dbt's results that names the run that asked for them."""
Node = dict[str, Any]


@dataclass(frozen=True, slots=True)
class FailedTest:
    """A test that did not pass: its name, what dbt said, the table that holds its rows.

    A test that keeps no rows has its query in `message`, a file in the folder of the run's dbt.
    """

    name: str
    model: str
    is_blocking: bool
    message: str
    rows: int | None
    rows_in: str | None


@dataclass(frozen=True)
class DbtResults:
    """Manifest and results of one run of dbt, as dbt wrote them."""

    manifest: Node
    run_results: Node

    @classmethod
    def read(cls, folder: Path) -> DbtResults | None:
        """The results in dbt's target folder, or None where dbt did not finish there."""
        paths = [folder / "manifest.json", folder / "run_results.json"]
        if not all(path.exists() for path in paths):
            return None
        return cls(*(orjson.loads(path.read_bytes()) for path in paths))

    @property
    def run_id(self) -> str:
        """The run that asked dbt for these results."""
        return str(self.run_results["metadata"]["env"].get(RUN_LABEL, ""))

    @cached_property
    def status(self) -> dict[str, str]:
        """dbt's word for each node that it ran."""
        return {row["unique_id"]: row["status"] for row in self.run_results["results"]}

    @cached_property
    def marts(self) -> dict[str, Node]:
        """The models to publish, by table."""
        return marts_of(self.manifest)

    @cached_property
    def tests(self) -> dict[str, Node]:
        """Every test of data, by unique id; unit tests are no part of a run."""
        return {i: n for i, n in self.manifest["nodes"].items() if n["resource_type"] == "test"}

    @property
    def n_passed(self) -> int:
        """Tests that passed."""
        return sum(self.status.get(test) == "pass" for test in self.tests)

    def failed_tests(self) -> list[FailedTest]:
        """Tests that ran and did not pass, blocking ones first."""
        found = []
        for row in self.run_results["results"]:
            test = self.tests.get(row["unique_id"])
            if test is not None and row["status"] not in ("pass", "skipped"):
                stored = test["config"].get("store_failures")
                found.append(
                    FailedTest(
                        name=test["name"],
                        model=_model_of(test),
                        is_blocking=_is_blocking(test),
                        message=_one_line(row.get("message") or row["status"])
                        + ("" if stored else f"; its query: {_query_of(test)}"),
                        rows=row.get("failures"),
                        rows_in=f"{test['schema']}.{test['alias']}" if stored else None,
                    )
                )
        return sorted(found, key=lambda test: (not test.is_blocking, test.model, test.name))

    def failed_models(self) -> list[tuple[str, str]]:
        """(model, what dbt said) of models that could not be built; those after them are not."""
        return [
            (row["unique_id"].rsplit(".", 1)[-1], _one_line(row.get("message")))
            for row in self.run_results["results"]
            if row["status"] == "error" and row["unique_id"] not in self.tests
        ]

    def reasons_not_to_publish(self, run_id: str) -> list[str]:
        """Why these results do not allow the run `run_id` to publish; empty where they do."""
        if self.run_id != run_id:
            return [f"the results of dbt belong to run {self.run_id or 'nobody'}"]
        reasons = [
            f"mart {table} was not built ({self.status.get(node['unique_id'], 'did not run')})"
            for table, node in self.marts.items()
            if self.status.get(node["unique_id"]) != "success"
        ]
        reasons += [
            f"test {test['name']} on {_model_of(test)} {_fate(self.status.get(unique_id))}"
            for unique_id, test in sorted(self.tests.items())
            if _is_blocking(test) and self.status.get(unique_id) != "pass"
        ]
        return reasons if self.marts else ["the project has no marts"]


def marts_of(manifest: Node) -> dict[str, Node]:
    """The models of a manifest that are published, by table, sorted."""
    found = {
        node["alias"]: node
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model" and node["schema"] == MARTS_SCHEMA
    }
    return dict(sorted(found.items()))


def _is_blocking(test: Node) -> bool:
    return str(test["config"].get("severity", "error")).lower() == "error"


def _fate(status: str | None) -> str:
    return {None: "did not run", "skipped": "was skipped"}.get(status, f"came to '{status}'")


def _model_of(test: Node) -> str:
    attached = test.get("attached_node") or next(iter(test["depends_on"]["nodes"]), "")
    return str(attached).rsplit(".", 1)[-1]


def _query_of(test: Node) -> str:
    return "/".join(("compiled", test["package_name"], test["original_file_path"], test["path"]))


def _one_line(message: str | None) -> str:
    return " ".join((message or "").split())
