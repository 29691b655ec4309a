"""What Dagster is told: exactly these assets, checks, jobs and schedules, in one lineage."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipelines import home
from pipelines.assets.transform import Translator
from pipelines.config import Config, Sample
from pipelines.config_file import load
from pipelines.definitions import build_defs
from tests.pipelines.listing import EXPECTED, listing, sample_definitions

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def defs() -> dg.Definitions:
    return sample_definitions()


def above(defs: dg.Definitions, key: dg.AssetKey) -> set[str]:
    """Everything that leads to an asset."""
    graph = defs.resolve_asset_graph()
    found, waiting = set(), [key]
    while waiting:
        for parent in graph.get(waiting.pop()).parent_keys:
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return {k.to_user_string() for k in found}


def test_the_definitions_are_exactly_those_written_down(defs):
    expected = EXPECTED.read_text(encoding="utf-8").splitlines()
    assert listing(defs) == expected, "if this is meant, run `make definitions`"


def test_the_job_holds_every_asset_and_every_check(defs):
    job, graph = defs.resolve_job_def("nightly"), defs.resolve_asset_graph()
    assert job.asset_layer.selected_asset_keys == graph.get_all_asset_keys()
    assert set(job.asset_layer.asset_graph.asset_check_keys) == graph.asset_check_keys


def test_the_job_runs_in_one_process_with_an_alert_on_every_step(defs):
    job = defs.resolve_job_def("nightly")
    assert job.executor_def.name == "in_process"
    assert {hook.name for hook in job.hook_defs} == {"alert"}


def test_pull_and_load_are_tried_again_and_publishing_is_not(defs):
    job = defs.resolve_job_def("nightly")
    tries = {node.name: node.definition.retry_policy for node in job.nodes}
    again = {name for name, policy in tries.items() if policy and policy.max_retries > 0}
    loads = {name for name in tries if name.startswith("load_")}
    assert again == {"pull"} | loads
    assert len(loads) == 6


def test_a_published_table_is_followed_back_to_the_pages_of_its_sources(defs):
    leads = above(defs, dg.AssetKey(["published", "goal_triad"]))
    assert {"marts/goal_triad", "raw/goals/goals", "raw/jira/work_items"} <= leads
    assert {"archive/goals", "archive/hr", "archive/jira"} <= leads


def test_the_verdict_comes_after_everything(defs):
    graph = defs.resolve_asset_graph()
    everything = {k.to_user_string() for k in graph.get_all_asset_keys()} - {"verdict"}
    used = above(defs, dg.AssetKey("verdict"))
    unread = everything - used
    assert not {k for k in unread if not k.startswith(("raw/", "core/", "staging/"))}
    assert {k for k in everything if k.startswith("published/")} <= used


def test_nothing_that_fails_at_the_source_blocks_the_night_and_every_test_of_a_mart_does(defs):
    graph = defs.resolve_asset_graph()
    by_layer: dict[str, set[bool]] = {}
    blocking_in_raw = set()
    for check in graph.asset_check_keys:
        blocking = graph.get_check_spec(check).blocking
        by_layer.setdefault(check.asset_key.path[0], set()).add(blocking)
        if blocking and check.asset_key.path[0] == "raw":
            blocking_in_raw.add(check.name)
    assert by_layer["archive"] == {False}
    assert blocking_in_raw == {"balance"}
    assert by_layer["marts"] == {True}


def test_a_model_reads_a_frame_from_every_source_that_gives_it():
    translator = Translator({"hr": ["people"], "hr_uk": ["people", "org_units"]})
    found = translator._read(dg.AssetKey(["raw", "people"]))
    assert [k.to_user_string() for k in found] == ["raw/hr/people", "raw/hr_uk/people"]
    assert translator._read(dg.AssetKey(["core", "dim_goal"])) == [
        dg.AssetKey(["core", "dim_goal"])
    ]
    assert len(translator._read(dg.AssetKey(["raw", "frame_loads"]))) == 3


def test_several_sources_of_one_system_are_kept_apart(tmp_path):
    for name in ("hr_de", "hr_uk"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "people.csv").write_text("person_key,full_name\n")
    config = Config.model_validate(
        {
            "organisation": {"name": "A", "country": "DE"},
            "sources": {n: {"system": "files", "path": n} for n in ("hr_de", "hr_uk")},
        },
        context={"folder": tmp_path},
    )
    lines = listing(build_defs(config))
    assert "asset raw/hr_de/people" in lines
    assert "asset raw/hr_uk/people" in lines
    assert "check archive/hr_uk: pulled" in lines


def test_definitions_need_neither_secrets_nor_network(tmp_path):
    (tmp_path / "alignmart.yaml").write_text(
        "organisation: {name: A, country: DE}\nsources:\n  jira: {system: jira_cloud, "
        "url: https://nowhere.invalid, email: a@b.c, token: env:NOT_SET_ANYWHERE}\n"
    )
    code = (
        "import pipelines.definitions as d; from tests.pipelines.listing import listing;"
        "from pipelines.config_file import load; from pathlib import Path;"
        "print('\\n'.join(listing(d.build_defs(load(Path('alignmart.yaml'), secrets=False)))))"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "asset archive/jira" in answer.stdout


def test_the_ui_loads_the_workspace_in_a_process_of_its_own(tmp_path):
    (tmp_path / "alignmart.yaml").write_text("sample: {}\n")
    answer = subprocess.run(
        [Path(sys.executable).with_name("dagster"), "definitions", "validate"],
        cwd=ROOT,
        env={
            **os.environ,
            "DAGSTER_HOME": str(home.prepare(load(tmp_path / "alignmart.yaml"))),
            "ALIGNMART_CONFIG": str(tmp_path / "alignmart.yaml"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert answer.returncode == 0, answer.stderr
    assert "successful for code location alignmart" in answer.stderr + answer.stdout


def test_a_publish_step_that_is_started_alone_refuses_and_says_why(tmp_path):
    config = Config.model_validate({"sample": {}}, context={"folder": tmp_path})
    alone = build_defs(config)
    keys = [k for k in alone.resolve_asset_graph().get_all_asset_keys() if k.path[0] == "published"]
    result = alone.resolve_job_def("nightly").execute_in_process(
        asset_selection=keys, raise_on_error=False, instance=dg.DagsterInstance.ephemeral()
    )
    (failure,) = (event for event in result.all_events if event.is_step_failure)
    said = failure.step_failure_data.user_failure_data.description
    assert said.startswith("Not published: this run has no results of dbt")
    assert "nothing is published yet" in said
    assert not (tmp_path / "published").exists()
    (alert,) = (tmp_path / "data" / "alerts.log").read_text(encoding="utf-8").splitlines()
    assert '"step": "publish"' in alert


def test_the_definitions_fit_on_a_page():
    path = ROOT / "pipelines" / "definitions.py"
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 50


def test_the_size_of_the_sample_company_changes_no_definition(defs):
    small = build_defs(Config(sample=Sample(people=60, months=3)))
    assert listing(small) == listing(defs)


def test_of_all_that_runs_at_night_only_the_clock_reads_the_wall_clock():
    readers = {"now", "today", "utcnow"}
    found = set()
    for path in (ROOT / "pipelines").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and node.attr in readers:
                found.add(path.name)
    assert found == {"clock.py"}
