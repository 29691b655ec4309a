"""The edge loses nothing, says why, and names a record's content the same way for ever."""

from __future__ import annotations

import datetime as dt

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.edge import conform, newest
from connectors.frames import FRAMES, column_types

UTC = dt.UTC
HASH_OF_THE_WORKLOG = "a4b62332c474f505e170a7d94fd64e25"


def worklog(**values: object) -> pl.DataFrame:
    row = {
        "worklog_key": "1",
        "work_item_key": "10",
        "account_key": "a",
        "started_at": "2026-03-01T08:00:00Z",
        "seconds": "3600",
    }
    return pl.DataFrame([{**row, **values}])


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T08:30:00.000+0000",
        "2026-03-01T01:30:00.000-0700",
        "2026-03-01T10:30:00+02:00",
        "2026-03-01T08:30:00Z",
        "2026-03-01 08:30:00",
        "2026-03-01 08:30",
    ],
)
def test_an_instant_is_the_same_in_every_spelling(text: str) -> None:
    rows = conform("worklogs", "t", worklog(started_at=text)).rows
    assert rows["started_at"].to_list() == [dt.datetime(2026, 3, 1, 8, 30, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("seconds", "0", "seconds: is outside its bounds"),
        ("seconds", "-60", "seconds: is outside its bounds"),
        ("seconds", "an hour", "seconds: 'an hour' is not a whole number"),
        ("seconds", "1.5", "seconds: '1.5' is not a whole number"),
        ("started_at", "0000-00-00", "started_at: is missing"),
        ("started_at", "1066-10-14", "started_at: is outside its bounds"),
        ("started_at", "yesterday", "started_at: 'yesterday' is not a time"),
        ("work_item_key", None, "work_item_key: is missing"),
        ("worklog_key", "", "worklog_key: is missing"),
    ],
)
def test_a_row_that_breaks_the_contract_is_set_aside_with_its_reason(
    column: str, value: str | None, reason: str
) -> None:
    found = conform("worklogs", "t", worklog(**{column: value}))
    assert found.rows.is_empty()
    assert found.quarantine["reason"][0].startswith(reason)
    assert '"account_key":"a"' in found.quarantine["payload"][0]


def test_an_unset_date_is_empty_where_the_frame_allows_it() -> None:
    people = pl.DataFrame({"person_key": ["1"], "left_on": ["0000-00-00"], "hired_on": [""]})
    found = conform("people", "t", people)
    assert found.quarantine.is_empty()
    assert found.rows.select("left_on", "hired_on").row(0) == (None, None)


def test_unknown_columns_are_dropped_and_counted() -> None:
    rows = pl.DataFrame({"person_key": ["1", "2"], "shoe_size": [42, None]})
    found = conform("people", "t", rows)
    assert found.unknown == {"shoe_size": 1}
    assert "shoe_size" not in found.rows.columns


def test_a_later_delivery_of_an_older_version_does_not_win() -> None:
    rows = pl.DataFrame(
        {
            "account_key": ["a", "a", "a"],
            "display_name": ["new", "old", "newest"],
            "version": ["2026-03-02T00:00:00Z", "2026-03-01T00:00:00Z", "2026-03-03T00:00:00Z"],
        }
    )
    found = conform("accounts", "t", rows)
    assert found.rows["display_name"].to_list() == ["newest"]
    assert found.n_duplicate == 2
    across = newest(pl.concat([found.rows, conform("accounts", "t", rows[:2]).rows]))
    assert across["display_name"].to_list() == ["newest"]


def test_a_composite_key_cannot_be_forged() -> None:
    rows = pl.DataFrame(
        {
            "child_key": ["a|b", "a", "a%7Cb"],
            "parent_key": ["c", "b|c", "c"],
            "edge_type": ["contributes"] * 3,
        }
    )
    assert conform("goal_edges", "t", rows).rows["record_key"].n_unique() == 3


def test_the_empty_part_of_a_key_is_filled() -> None:
    owners = pl.DataFrame({"goal_key": ["g"], "owner_ref": ["p"], "org_unit_ref": [None]})
    found = conform("goal_owners", "t", owners)
    assert found.rows["org_unit_ref"].to_list() == [""]


def test_the_hash_is_of_the_content_alone() -> None:
    first = worklog().with_columns(page=pl.lit(1), version=pl.lit("2026-03-01T00:00:00Z"))
    again = worklog(started_at="2026-03-01T09:00:00+01:00").with_columns(page=pl.lit(7))
    other = worklog(seconds="3601")
    hashes = [conform("worklogs", "t", rows).rows["row_hash"][0] for rows in (first, again, other)]
    assert hashes[0] == hashes[1] != hashes[2]
    assert hashes[0] != conform("worklogs", "u", first).rows["row_hash"][0]


def test_the_hash_is_the_one_that_warehouses_hold() -> None:
    """A changed hash would make every stored row look new: it needs a migration."""
    assert conform("worklogs", "t", worklog()).rows["row_hash"][0] == HASH_OF_THE_WORKLOG


def test_every_frame_reads_its_own_empty_table() -> None:
    for frame in FRAMES:
        found = conform(frame, "t", pl.DataFrame())
        assert found.rows.schema.items() >= column_types(frame).items()
        assert found.rows.height == found.quarantine.height == 0


values = st.one_of(
    st.none(), st.text(max_size=6), st.sampled_from(["3600", "0", "-1", "2026-03-01T00:00:00Z"])
)


@given(st.lists(st.fixed_dictionaries(dict.fromkeys(worklog().columns, values)), max_size=8))
def test_every_row_is_kept_a_duplicate_or_set_aside(rows: list[dict[str, str | None]]) -> None:
    found = conform("worklogs", "t", pl.DataFrame(rows, schema=worklog().schema))
    assert found.n_pulled == len(rows)
    assert found.n_pulled == found.rows.height + found.n_duplicate + found.quarantine.height
    assert found.rows["record_key"].n_unique() == found.rows.height
    assert found.quarantine["reason"].null_count() == 0
