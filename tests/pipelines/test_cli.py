"""The command line: what it says and its exit codes."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from pipelines.warehouse import Warehouse
from tests.pipelines.published_world import publish_once
from tests.pipelines.terminal import ROOT, TINY, alignmart


def test_a_wrong_configuration_ends_with_2_before_anything_is_pulled(tmp_path):
    (tmp_path / "alignmart.yaml").write_text("sampel: {}\n")
    answer = alignmart(tmp_path, "nightly")
    assert answer.returncode == 2
    assert (
        "alignmart.yaml:1: sampel: unknown option 'sampel'; did you mean 'sample'?" in answer.stderr
    )
    assert "Traceback" not in answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nightly", "--as-of", "2026-11-01"], "ends on 2026-10-31"),
        (["nightly", "--as-of", "yesterday"], "does not match"),
        (["nightly", "--config", "nowhere.yaml"], "cannot be read"),
        (["nightly", "--config", "."], "cannot be read"),
        (["sandbox", "--to", "taken"], "taken is a file; name a folder with --to"),
        (["sandbox", "--to", "taken/below", "--config", "tiny.yaml"], "cannot write into taken"),
        (["publish"], "publishing alone is refused"),
        (["replay"], "since"),
        (["nihgtly"], "No such command"),
    ],
    ids=[
        "after the end",
        "no date",
        "no file",
        "a folder",
        "sandbox into a file",
        "sandbox below a file",
        "publish alone",
        "replay without a day",
        "typo",
    ],
)
def test_a_wrong_command_ends_with_2_and_says_what_is_right(tmp_path, arguments, said):
    (tmp_path / "taken").write_text("")
    (tmp_path / "tiny.yaml").write_text(TINY)
    answer = alignmart(tmp_path, *arguments)
    assert answer.returncode == 2
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr


def test_status_before_the_first_run_says_what_to_do(tmp_path):
    answer = alignmart(tmp_path, "status")
    assert (answer.returncode, "alignmart nightly" in answer.stdout) == (1, True)


def test_publish_returns_to_a_version_and_refuses_one_that_is_not_there(tmp_path):
    publish_once(tmp_path, 1)
    publish_once(tmp_path, 2)
    back = alignmart(tmp_path, "publish", "--to", "2026-10-31.1")
    assert back.returncode == 0
    assert "2026-10-31.1 again: 3 tables" in back.stdout
    wrong = alignmart(tmp_path, "publish", "--to", "2026-10-30.1")
    assert wrong.returncode == 1
    assert "there are: 2026-10-31.2, 2026-10-31.1" in wrong.stderr


def test_a_second_run_is_turned_away_while_the_first_one_writes(tmp_path):
    (tmp_path / "alignmart.yaml").write_text(TINY)
    with Warehouse(tmp_path / "data" / "warehouse.duckdb").lease():
        answer = alignmart(tmp_path, "nightly")
        back = alignmart(tmp_path, "publish", "--to", "2026-10-31.1")
    assert answer.returncode == back.returncode == 1
    assert f"Failed run: another run (process {os.getpid()}) is writing" in answer.stdout
    assert "another run" in back.stderr
    assert "Traceback" not in answer.stdout + answer.stderr + back.stderr
    assert not (tmp_path / "data" / "archive").exists()


def test_a_night_before_anything_was_loaded_fails_and_publishes_nothing(tmp_path):
    (tmp_path / "alignmart.yaml").write_text(
        "organisation: {name: A, country: DE}\nsources: {hr: {system: files, path: hr}}\n"
    )
    (tmp_path / "hr").mkdir()
    (tmp_path / "hr" / "people.csv").write_text("person_key,full_name\np1,Ann\n")
    answer = alignmart(tmp_path, "nightly", "--as-of", "0001-01-01")
    assert answer.returncode == 1
    assert "Failed run: nothing is loaded yet" in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr
    assert not (tmp_path / "published").exists()
    assert not (tmp_path / "data" / "archive").exists()


def test_a_token_that_no_header_can_hold_ends_with_2_and_is_not_shown(tmp_path):
    (tmp_path / "alignmart.yaml").write_text(
        "organisation: {name: A, country: DE}\n"
        "sources:\n  jira: {system: jira_cloud, url: https://acme.atlassian.net,\n"
        "    email: a@acme.example, token: file:token.txt}\n"
    )
    (tmp_path / "token.txt").write_text("hunter\u20ac2\n", encoding="utf-8")
    for command in ("check", "nightly"):
        answer = alignmart(tmp_path, command)
        assert answer.returncode == 2
        assert "alignmart.yaml:4: sources.jira.token: secret file" in answer.stderr
        assert "hunter" not in answer.stdout + answer.stderr
        assert "Traceback" not in answer.stderr


def test_help_does_not_wait_for_the_orchestrator():
    code = (
        "import sys; from typer.testing import CliRunner; from pipelines.cli import app;"
        "print(CliRunner().invoke(app, ['--help']).exit_code);"
        "print([m for m in ('dagster', 'dlt', 'dbt', 'duckdb', 'holidays') if m in sys.modules])"
    )
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.splitlines() == ["0", "[]"]


def test_no_part_may_report_home():
    switches = (
        "DO_NOT_TRACK",
        "DAGSTER_DISABLE_TELEMETRY",
        "DBT_SEND_ANONYMOUS_USAGE_STATS",
        "RUNTIME__DLTHUB_TELEMETRY",
    )
    code = f"import pipelines, os; print(*(os.environ[n] for n in {switches}))"
    answer = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert answer.stdout.split() == ["1", "yes", "false", "false"]


def test_sandbox_writes_the_companys_files_which_can_then_be_checked_as_ones_own(tmp_path):
    (tmp_path / "tiny.yaml").write_text(TINY)
    written = alignmart(tmp_path, "sandbox", "--to", "own", "--config", "tiny.yaml")
    assert written.returncode == 0
    (tmp_path / "alignmart.yaml").write_text(
        "organisation: {name: A, country: DE}\n"
        "declared: {locations: own/declared/locations.csv}\n"
        "sources:\n  hr: {system: files, path: own/hr}\n  goals: {system: files, path: own/goals}\n"
    )
    good = alignmart(tmp_path, "check")
    assert good.returncode == 0, good.stdout
    assert "Every source can be read." in good.stdout
    (tmp_path / "own" / "hr" / "people.csv").write_text("name\nAnn\n")
    bad = alignmart(tmp_path, "check")
    assert bad.returncode == 1
    assert "people.csv" in bad.stdout
    assert "person_key" in bad.stdout
