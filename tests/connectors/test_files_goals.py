"""A book of goals in YAML becomes its six frames."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from connectors.contract import Finding, SourceError
from connectors.edge import Conformed
from connectors.files import Files, FilesSettings
from tests.connectors.yaml_reading import read, reasons, rows, written

GOALS = """\
- id: G1
  title: Deliver within a day
  why: Customers leave when parcels are late
  level: company
  starts_on: 2026-01-01
  ends_on: 2026-12-31
  status: open
- id: G2
  title: Pick orders in 20 minutes
  unit: Shop
  starts_on: 2026-02-01
  owners: [ada@example.com, unit: Shop]
  parent_id: G1
  metrics:
    - id: M1
      name: Median picking time
      unit: minutes
      cadence_days: 7
      start: 45
      target: 20
      direction: decrease
    - {id: "other:M9", target: 3, direction: at_most, since: 2026-03-01}
  links:
    - jira:PAY-12
    - {tracker: jira, item: PAY-13, linked_at: 2026-01-10T09:00:00Z}
- id: G3
  title: Share the shelves
  parent_ids:
    - G1
    - {id: G2, type: supports, weight: 2}
  goals:
    - id: G4
      title: Count picks
      metrics: [{id: M1, target: 10}]
"""


def test_a_book_of_goals_becomes_six_frames(tmp_path: Path) -> None:
    source = written(tmp_path, GOALS)
    found = read(source)
    assert set(found) == set(source.given_frames()) == {
        "goals", "goal_edges", "goal_owners", "metrics", "goal_metrics", "goal_initiative_links",
    }  # fmt: skip
    assert all(isinstance(f, Conformed) and f.quarantine.is_empty() for f in found.values())
    assert rows(found, "goals", "goal_key", "org_unit_ref", "line") == [
        ("G1", None, 1),
        ("G2", "Shop", 8),
        ("G3", None, 26),
        ("G4", None, 32),
    ]
    assert rows(found, "goal_edges", "child_key", "parent_key", "edge_type", "weight") == [
        ("G2", "G1", "contributes", None),
        ("G3", "G1", "contributes", None),
        ("G3", "G2", "supports", 2.0),
        ("G4", "G3", "contributes", None),
    ]
    assert rows(found, "goal_owners", "goal_key", "owner_ref", "org_unit_ref") == [
        ("G2", "ada@example.com", ""),
        ("G2", "", "Shop"),
    ]
    assert rows(found, "metrics", "metric_key", "name", "unit", "cadence_days") == [
        ("M1", "Median picking time", "minutes", 7)
    ]
    columns = ("goal_key", "metric_ref", "kind", "baseline", "target", "effective_from")
    assert rows(found, "goal_metrics", *columns) == [
        ("G2", "M1", "reach", 45.0, 20.0, dt.date(2026, 2, 1)),
        ("G2", "other:M9", "at_most", None, 3.0, dt.date(2026, 3, 1)),
        ("G4", "M1", "reach", None, 10.0, dt.date(1900, 1, 1)),
    ]
    links = ("goal_key", "tracker", "initiative_key", "linked_at", "stated_in")
    assert rows(found, "goal_initiative_links", *links) == [
        ("G2", "jira", "PAY-12", dt.datetime(1970, 1, 1, tzinfo=dt.UTC), "goal_system"),
        ("G2", "jira", "PAY-13", dt.datetime(2026, 1, 10, 9, tzinfo=dt.UTC), "goal_system"),
    ]


def test_metrics_may_be_described_once_beside_the_goals(tmp_path: Path) -> None:
    text = (
        "metrics:\n  - {id: M1, name: Orders, owner: ada@example.com}\n"
        "goals:\n  - {id: G1, title: A, metrics: [M1]}\n  - {id: G2, title: B, metrics: [M1]}\n"
    )
    found = read(written(tmp_path, text))
    assert rows(found, "metrics", "metric_key", "name", "owner_ref") == [
        ("M1", "Orders", "ada@example.com")
    ]
    assert rows(found, "goal_metrics", "goal_key", "metric_ref") == [("G1", "M1"), ("G2", "M1")]


def test_a_list_of_goals_by_their_keys_is_the_one_frame(tmp_path: Path) -> None:
    source = written(tmp_path, "- goal_key: G1\n  title: A\n")
    (tmp_path / "goal_edges.csv").write_text("child_key,parent_key,edge_type\nG1,G0,contributes\n")
    assert set(source.given_frames()) == set(read(source)) == {"goals", "goal_edges"}


def test_every_frame_of_a_book_is_given_even_when_it_holds_nothing(tmp_path: Path) -> None:
    """So that the last link that is taken out of the file is gone the next night."""
    found = read(written(tmp_path, "- {id: G1, title: A}\n"))
    assert rows(found, "goal_initiative_links", "goal_key") == []


@pytest.mark.parametrize(
    ("goal", "frame", "reason"),
    [
        ("{title: B}", "goals", "id is missing"),
        ("{id: G1, title: B}", "goals", "id is that of the goal in line 1 too"),
        ("{id: G2, title: {de: B}}", "goals", "a column holds a mapping"),
        ("{id: G2}", "goals", "title: is missing"),
        ("{id: G2, title: B, starts_on: soon}", "goals", "starts_on: 'soon' is not a date"),
        ("{id: G2, title: B, owners: [{team: x}]}", "goal_owners", "an owner is a person"),
        ("{id: G2, title: B, parent_id: {key: G1}}", "goal_edges", "a goal above is an id"),
        ("{id: G2, title: B, metrics: [{name: x}]}", "goal_metrics", "a metric has an id"),
        ("{id: G2, title: B, metrics: [{id: M, name: x, target: lots}]}", "goal_metrics", "target"),
        (
            "{id: G2, title: B, metrics: [{id: M, name: x, start: 1, target: 2, direction: down}]}",
            "goal_metrics",
            "kind: is not one of the values",
        ),
        (
            "{id: G2, title: B, metrics: [{id: M, start: 9, target: 2, direction: increase}]}",
            "goal_metrics",
            "direction is increase, but the target lies on the other side",
        ),
        ("{id: G2, title: B, metrics: [{id: M, target: 2}]}", "metrics", "name: is missing"),
        ("{id: G2, title: B, links: [PAY-12]}", "goal_initiative_links", "a link is"),
        ("{id: G2, title: B, goals: [G3]}", "goals", "a goal inside another is no record"),
    ],
)  # fmt: skip
def test_what_is_wrong_in_a_book_sets_aside_itself_alone_with_its_line(
    tmp_path: Path, goal: str, frame: str, reason: str
) -> None:
    found = read(written(tmp_path, f"- {{id: G1, title: A}}\n- {goal}\n"))
    ((line, said),) = reasons(found, frame)
    assert line == 2 and said.startswith(reason)
    assert ("G1",) in rows(found, "goals", "goal_key")


def test_a_metric_described_in_two_ways_is_told(tmp_path: Path) -> None:
    text = (
        "- {id: G1, title: A, metrics: [{id: M, name: Orders, target: 1}]}\n"
        "- {id: G2, title: B, metrics: [{id: M, name: Sales, target: 2}]}\n"
    )
    found = read(written(tmp_path, text))
    assert reasons(found, "metrics") == [(2, "name is another than in line 1")]
    assert rows(found, "metrics", "name") == [("Orders",)]


def test_a_name_that_goals_do_not_know_is_counted_as_unknown(tmp_path: Path) -> None:
    found = read(written(tmp_path, "- {id: G1, title: A, colour: red, page: 3}\n"))["goals"]
    assert isinstance(found, Conformed)
    assert set(found.unknown) == {"colour", "page (of the file)"}


def test_a_top_that_is_unknown_refuses_the_file(tmp_path: Path) -> None:
    source = written(tmp_path, "goals: []\nmetrik: []\n")
    found = read(source)
    assert str(found["goals"]).startswith("goals.yaml, line 1")


def messages(source: Files) -> list[Finding]:
    return [finding for finding in source.check() if finding.status != "ok"]


def test_the_check_tells_parents_that_are_not_there_and_circles(tmp_path: Path) -> None:
    text = (
        "- {id: G1, title: A, parent_id: G9}\n- {id: G2, title: B, parent_id: G3}\n"
        "- {id: G3, title: C, parent_ids: [G2, 'other:G7']}\n"
    )
    said = [finding.message for finding in messages(written(tmp_path, text))]
    assert said[0].startswith("line 1: the goal above is none of this file")
    assert [one[:40] for one in said[1:]] == [
        "line 2: the goal lies above itself, over",
        "line 3: the goal lies above itself, over",
    ]
    assert messages(written(tmp_path, GOALS)) == []


def test_two_files_of_one_frame_are_refused_by_name(tmp_path: Path) -> None:
    source = written(tmp_path, GOALS)
    (tmp_path / "metrics.csv").write_text("metric_key,name\nM1,Orders\n")
    (finding,) = messages(source)
    assert "goals.yaml and metrics.csv both hold metrics" in finding.message
    with pytest.raises(SourceError, match=r"metrics\.csv both hold metrics"):
        list(source.pull({}, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))


def test_the_book_on_the_page_says_what_the_tables_on_the_page_say(tmp_path: Path) -> None:
    page = (Path(__file__).parents[2] / "docs" / "connectors" / "files.md").read_text("utf-8")
    flags = re.DOTALL | re.MULTILINE
    (book,) = re.findall(r"^### Goals in YAML.*?^```yaml\n(.*?)^```", page, flags)
    found = read(written(tmp_path, book))
    tables = re.findall(r"^`goals/(\w+)\.csv`.*?^```csv\n(.*?)^```", page, flags)
    other = tmp_path / "csv"
    other.mkdir()
    for frame, text in tables:
        (other / f"{frame}.csv").write_text(text)
    wanted = read(Files("t", FilesSettings(path=other)))
    assert set(wanted) - set(found) == {"metric_observations"}
    for frame, have in found.items():
        want = wanted[frame]
        assert isinstance(have, Conformed) and isinstance(want, Conformed)
        if frame == "goal_owners":
            owners = rows(found, frame, "goal_key", "owner_ref", "org_unit_ref")
            assert ("G2", "hr:P1", "") in owners and ("G2", "", "Shop") in owners
            continue
        own = [n for n in want.rows.columns if n not in ("line", "page", "row_hash", "stated_in")]
        assert_frame_equal(have.rows.select(own), want.rows.select(own))


def test_the_same_goals_come_out_of_yaml_and_of_csv(tmp_path: Path) -> None:
    yaml = read(written(tmp_path, GOALS))["goals"]
    other = tmp_path / "csv"
    other.mkdir()
    assert isinstance(yaml, Conformed)
    columns = [name for name in yaml.rows.columns if yaml.rows[name].null_count() < 4]
    own = [
        name for name in columns if name not in ("source", "line", "page", "row_hash", "version")
    ]
    yaml.rows.select(n for n in own if n != "record_key").write_csv(other / "goals.csv")
    csv = read(Files("t", FilesSettings(path=other)))["goals"]
    assert isinstance(csv, Conformed)
    assert yaml.rows["row_hash"].to_list() == csv.rows["row_hash"].to_list()
    assert isinstance(csv.rows, pl.DataFrame)
