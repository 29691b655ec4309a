"""What one run's dbt takes over from the runs before it."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.dbt import take_over_parse

PARSED = "partial_parse.msgpack"
HERE, ELSEWHERE = Path("here"), Path("elsewhere")


def parsed(runs: Path, run: str, at: int, project: Path = HERE) -> Path:
    folder = runs / run / "dbt"
    take_over_parse(folder, project)
    (folder / PARSED).write_text(run)
    os.utime(folder / PARSED, (at, at))
    return folder


def test_a_run_takes_over_what_the_newest_run_beside_it_parsed(tmp_path):
    parsed(tmp_path, "c", at=1_000)
    parsed(tmp_path, "a", at=3_000)
    parsed(tmp_path, "b", at=2_000)
    take_over_parse(tmp_path / "d" / "dbt", HERE)
    assert (tmp_path / "d" / "dbt" / PARSED).read_text() == "a"


def test_the_first_run_has_nothing_to_take_over(tmp_path):
    take_over_parse(tmp_path / "a" / "dbt", HERE)
    assert not (tmp_path / "a" / "dbt" / PARSED).exists()


def test_what_was_parsed_of_a_project_elsewhere_is_not_taken_over(tmp_path):
    parsed(tmp_path, "a", at=1_000)
    parsed(tmp_path, "b", at=2_000, project=ELSEWHERE)
    take_over_parse(tmp_path / "c" / "dbt", HERE)
    assert (tmp_path / "c" / "dbt" / PARSED).read_text() == "a"


def test_a_run_that_is_tried_again_keeps_what_it_parsed(tmp_path):
    parsed(tmp_path, "a", at=1_000)
    folder = parsed(tmp_path, "b", at=2_000)
    take_over_parse(folder, HERE)
    assert (folder / PARSED).read_text() == "b"
