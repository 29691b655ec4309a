"""A source that fails does not stop the night, and is not passed over either."""

from __future__ import annotations

import json

from tests.pipelines.terminal import TINY, alignmart


def test_a_source_that_fails_leaves_the_marts_published_and_fails_the_run_by_name(tmp_path):
    (tmp_path / "tiny.yaml").write_text(TINY)
    alignmart(tmp_path, "sandbox", "--to", "own", "--config", "tiny.yaml")
    (tmp_path / "own" / "goals" / "goals.csv").write_text("goal_key,goal_key\ng1,g1\n")
    (tmp_path / "alignmart.yaml").write_text(
        "organisation: {name: A, country: DE}\n"
        "declared: {locations: own/declared/locations.csv}\n"
        "sources:\n  hr: {system: files, path: own/hr}\n  goals: {system: files, path: own/goals}\n"
    )
    answer = alignmart(tmp_path, "nightly")
    assert answer.returncode == 1
    assert "Failed verdict" in answer.stdout
    assert "goals.goals: goals.csv, line 1" in answer.stdout
    assert (tmp_path / "published" / "current" / "alignment.duckdb").exists(), answer.stdout
    alerts = [json.loads(line) for line in (tmp_path / "data/alerts.log").read_text().splitlines()]
    assert [alert["step"] for alert in alerts] == ["verdict"]
    assert "goals.csv, line 1" in alerts[0]["error"]
