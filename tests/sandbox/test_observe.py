"""What the sample company's systems say at an instant keeps the frames' contract and only adds."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest
from typer.testing import CliRunner

from connectors.frames import FRAMES, key_columns
from sandbox import observe
from sandbox.__main__ import app
from sandbox.world import World, end_of

EARLIER = dt.datetime(2026, 2, 18, 11, 30, tzinfo=dt.UTC)

DATED = {
    "people": {"left_on", "leave_from", "leave_to", "updated_at"},
    "assignments": {"effective_to"},
    "goals": {"status", "starts_on", "ends_on", "level", "weight", "updated_at"},
    "goal_initiative_links": {"unlinked_at"},
    "work_items": {
        "status",
        "status_category",
        "assignee_key",
        "updated_at",
        "closed_at",
        "goal_refs",
    },
    "surveys": {"closed_at"},
    "invitations": {"has_responded"},
    "key_sweeps": {"swept_at"},
}
"""Columns whose values the sources date themselves and may change from one day to the next."""


def said(world: World, as_of: dt.datetime) -> dict[str, tuple[str, pl.DataFrame]]:
    """Every frame with the name of its source."""
    sources = {
        "hr": observe.hr(world, as_of),
        "goals": observe.goals(world, as_of),
        "surveys": observe.surveys(world, as_of),
        "declared": observe.declared(world, as_of),
        "jira": observe.canonical_tracker(world, as_of),
    }
    return {
        name: (source, frame)
        for source, frames in sources.items()
        for name, frame in frames.items()
    }


@pytest.fixture(scope="module")
def now(company: World, today: dt.datetime) -> dict[str, tuple[str, pl.DataFrame]]:
    return said(company, today)


@pytest.fixture(scope="module")
def earlier(company: World) -> dict[str, tuple[str, pl.DataFrame]]:
    return said(company, EARLIER)


def test_every_frame_keeps_the_contract(
    now: dict[str, tuple[str, pl.DataFrame]], earlier: dict[str, tuple[str, pl.DataFrame]]
) -> None:
    assert set(now) == set(earlier)
    for name, (source, data) in [*now.items(), *earlier.items()]:
        schema = FRAMES[name]
        columns = schema.column_names()
        assert data.columns == [c for c in columns if c not in ("source", "extra")], name
        whole = data.with_columns(source=pl.lit(source), extra=pl.lit(None, pl.String))
        schema.validate(whole.select(columns), cast=True)
        assert data.height > 0, name


def test_a_later_look_only_adds_to_an_earlier_one(
    now: dict[str, tuple[str, pl.DataFrame]], earlier: dict[str, tuple[str, pl.DataFrame]]
) -> None:
    for name, (_, before) in earlier.items():
        keys = key_columns(name)
        steady = [c for c in before.columns if c not in DATED.get(name, set())]
        assert set(keys) <= set(steady)
        kept = before.select(steady).join(
            now[name][1].select(steady), on=steady, how="semi", nulls_equal=True
        )
        assert kept.height == before.height, name
        assert now[name][1].height >= before.height


def test_nothing_after_the_instant_is_said(earlier: dict[str, tuple[str, pl.DataFrame]]) -> None:
    plans = {"ends_on", "due_on", "starts_on", "started_on", "period_end"}
    for name, (_, data) in earlier.items():
        for column, dtype in data.schema.items():
            if column in plans:
                continue
            if dtype == pl.Date:
                assert not (data[column] > EARLIER.date()).any(), (name, column)
            elif dtype == pl.Datetime:
                assert not (data[column] > EARLIER).any(), (name, column)


def test_goals_show_their_changes_up_to_the_instant(company: World) -> None:
    shown = observe.goals(company, EARLIER)
    changes = shown["goal_changes"].sort("changed_at", "change_key")
    goals = shown["goals"]
    for column in ("status", "ends_on", "level", "weight"):
        last = (
            changes.filter(pl.col("field") == column)
            .group_by("goal_key")
            .agg(pl.col("to_value").last())
        )
        both = last.join(goals, on="goal_key")
        assert both.height > 0
        now = both[column]
        text = now.cast(pl.Float64).cast(pl.String) if column == "weight" else now.cast(pl.String)
        assert (text == both["to_value"]).all(), column


def test_goals_name_people_and_units_in_several_ways(company: World, today: dt.datetime) -> None:
    frames = observe.goals(company, today)
    owners = frames["goal_owners"].filter(pl.col("owner_ref") != "")["owner_ref"]
    by_mail = owners.str.contains("@")
    assert by_mail.mean() > 0.5
    assert owners.str.contains("+", literal=True).sum() > 20
    assert (owners != owners.str.to_lowercase()).filter(by_mail).sum() > 20
    assert owners.str.starts_with("hr:1").sum() > 20
    assert owners.is_in(company.people["employee_number"].drop_nulls().implode()).sum() > 20
    doubtful = company.people.filter(pl.col("email_now").is_duplicated())["email_now"].drop_nulls()
    assert not owners.str.to_lowercase().is_in(doubtful.implode()).any()
    units = frames["goals"]["org_unit_ref"].drop_nulls()
    assert units.is_in(company.units["name"].implode()).sum() > 20
    assert units.str.starts_with("hr:1").sum() > 20
    assert units.is_in(company.units["unit"].implode()).sum() > 20


def test_closed_items_say_when(company: World, today: dt.datetime) -> None:
    items = observe.canonical_tracker(company, today)["work_items"]
    closed = pl.col("status_category").is_in(["done", "dropped"])
    assert items.filter(closed, pl.col("closed_at").is_null()).is_empty()
    assert items.filter(~closed, pl.col("closed_at").is_not_null()).is_empty()
    assert items.filter(closed).height > 0.5 * items.height
    refs = items["goal_refs"].drop_nulls().str.split(";").explode()
    assert refs.str.starts_with("goals:").all()


def test_files_hold_the_frames(company: World, today: dt.datetime, tmp_path: Path) -> None:
    observe.write_files(company, today, tmp_path)
    names = {str(p.relative_to(tmp_path)) for p in tmp_path.rglob("*.*")}
    assert names >= {
        "hr/people.csv",
        "hr/assignments.csv",
        "hr/org_units.csv",
        "goals/goals.csv",
        "goals/metric_observations.parquet",
        "declared/identity_overrides.csv",
        "declared/top_goals.csv",
        "declared/withheld_titles.csv",
        "declared/locations.csv",
        "surveys/surveys.csv",
        "surveys/survey_questions.csv",
        "surveys/invitations.csv",
        "surveys/answers.csv",
    }
    for source, frames in (
        ("hr", observe.hr(company, today)),
        ("goals", observe.goals(company, today)),
        ("surveys", observe.surveys(company, today)),
    ):
        for name, data in frames.items():
            path = tmp_path / source / f"{name}.csv"
            if path.exists():
                read = pl.read_csv(path, infer_schema=False)
                assert (read.height, read.columns) == (data.height, data.columns)
            else:
                assert pl.read_parquet(path.with_suffix(".parquet")).equals(data)
    links = pl.read_csv(tmp_path / "goals/goal_initiative_links.csv", infer_schema=False)
    assert links["linked_at"].null_count() > 0


def test_the_command_writes_a_small_company(tmp_path: Path) -> None:
    asked = ["--seed", "7", "--people", "50", "--months", "8", "--as-of", "2026-05-31"]
    result = CliRunner().invoke(app, [*asked, "--to", str(tmp_path)])
    assert result.exit_code == 0, result.output
    assert "as of 2026-05-31" in result.output
    people = pl.read_csv(tmp_path / "hr/people.csv", try_parse_dates=True)
    assert people["hired_on"].max() <= end_of(dt.date(2026, 5, 31)).date()


def test_the_command_refuses_a_day_outside_the_company_s_time(tmp_path: Path) -> None:
    asked = ["--people", "50", "--months", "3", "--as-of", "2026-07-31", "--to", str(tmp_path)]
    result = CliRunner().invoke(app, asked)
    assert result.exit_code == 2
    assert "2026-08-01 to 2026-10-31" in " ".join(result.output.replace("│", " ").split())
    assert not list(tmp_path.iterdir())
