"""Files as people's tools write them are read, or refused with the file and the line."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import polars as pl
import pytest

from connectors.contract import Page, SourceError
from connectors.edge import Conformed, conform
from connectors.files import Files, FilesSettings

HEADER = "worklog_key,work_item_key,account_key,started_at,seconds"
ROW = "1,10,a,2026-03-01 08:00,3600"


def read(folder: Path) -> Iterator[tuple[str, Conformed | SourceError]]:
    source = Files("t", FilesSettings(path=folder))
    pages: list[tuple[int, Page]] = list(enumerate(source.pull({}, dt.datetime.now(dt.UTC))))
    for frame, rows in source.map(pages):
        yield frame, rows if isinstance(rows, SourceError) else conform(frame, "t", rows)


def read_worklogs(folder: Path, body: bytes) -> Conformed:
    (folder / "worklogs.csv").write_bytes(body)
    ((_, found),) = read(folder)
    assert isinstance(found, Conformed), found
    return found


@pytest.mark.parametrize(
    "body",
    [
        f"{HEADER}\n{ROW}\n".encode(),
        f"{HEADER}\r\n{ROW}\r\n".encode(),
        f"{HEADER}\r{ROW}\r".encode(),
        f"{HEADER}\n{ROW}\n".encode("utf-8-sig"),
        f"{HEADER}\n{ROW}\n".encode("utf-16"),
        f"{HEADER}\n{ROW}\n".replace(",", "\t").encode(),
        f"{HEADER}\n{ROW},0\n".replace(",", ";").replace(";0\n", ",0\n").encode("utf-8-sig"),
        f"{HEADER.upper()}\n{ROW}\n".encode(),
        b"seconds, account_key ,work_item_key,worklog_key,started_at\n"
        b"3600,a,10,1,2026-03-01T08:00Z\n",
    ],
    ids=["plain", "crlf", "cr", "bom", "utf-16", "tabs", "semicolons", "upper", "other-order"],
)
def test_the_same_rows_come_out_of_every_way_to_save_a_table(tmp_path: Path, body: bytes) -> None:
    found = read_worklogs(tmp_path, body)
    wanted = read_worklogs(tmp_path, f"{HEADER}\n{ROW}\n".encode())
    assert found.quarantine.is_empty(), found.quarantine["reason"].to_list()
    assert found.rows["row_hash"].to_list() == wanted.rows["row_hash"].to_list()


def test_a_decimal_comma_and_thousands_dots_are_read_in_a_semicolon_file(tmp_path: Path) -> None:
    header = "metric_key;observed_on;recorded_at;value"
    (tmp_path / "metric_observations.csv").write_text(
        f"{header}\nm;01.03.2026;2026-03-01;1.234,5\nm;02.03.2026;2026-03-02;-0,25\n"
        "m;03.03.2026;2026-03-03;1.234\n"
    )
    ((_, found),) = read(tmp_path)
    assert isinstance(found, Conformed)
    assert found.rows["value"].to_list() == [1234.5, -0.25, 1234.0]


def test_a_line_with_too_many_fields_sets_aside_itself_alone(tmp_path: Path) -> None:
    found = read_worklogs(tmp_path, f"{HEADER}\n{ROW}\n2,10,a,2026-03-01,60,x,y\n".encode())
    assert found.rows["worklog_key"].to_list() == ["1"]
    assert found.quarantine["reason"].to_list() == ["has 7 fields, the header 5"]
    assert found.quarantine["line"].to_list() == [3]


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"worklog_key,seconds,seconds\n", "worklogs.csv, line 1: seconds stands twice"),
        (b"key,seconds\n1,2\n", "worklogs.csv, line 1: has no column worklog_key"),
        (b"", "worklogs.csv, line 1: has no column worklog_key"),
        (
            f"{HEADER}\n{ROW}\n2,10,M\xfcller".encode("latin-1"),
            "worklogs.csv, line 3: is not utf-8",
        ),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_and_the_others_are_read(
    tmp_path: Path, body: bytes, message: str
) -> None:
    (tmp_path / "worklogs.csv").write_bytes(body)
    (tmp_path / "people.csv").write_text("person_key\n1\n")
    found = dict(read(tmp_path))
    assert isinstance(found["people"], Conformed)
    assert str(found["worklogs"]).startswith(message)


PEOPLE = "".join(f"P{n},N{n}\n" for n in range(1, 51))


@pytest.mark.parametrize(
    "damaged",
    [
        PEOPLE.replace("P5,N5", 'P5,"N5'),
        PEOPLE.replace("P5,N5", 'P5,"N5').replace("N9\n", 'N9"x\n'),
    ],
    ids=["never-closed", "closed-in-the-wrong-place"],
)
def test_a_stray_quote_swallows_nobody(tmp_path: Path, damaged: str) -> None:
    (tmp_path / "people.csv").write_text("person_key,full_name\n" + damaged)
    ((_, found),) = read(tmp_path)
    assert isinstance(found, SourceError)
    assert "people.csv, line" in str(found)
    assert "quote" in str(found)


def test_a_quoted_field_may_hold_separators_quotes_and_lines(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text('person_key,full_name\n1,"a, ""b""\nc"\n2,d\n')
    ((_, found),) = read(tmp_path)
    assert isinstance(found, Conformed)
    assert found.rows.select("full_name", "line").rows() == [('a, "b"\nc', 2), ("d", 4)]


def test_a_name_where_a_column_should_be_is_not_repeated(tmp_path: Path) -> None:
    """Messages are published; a file without its header has people in its first line."""
    (tmp_path / "people.csv").write_text("p1,ada@secret.example,Ada Canary\n")
    (tmp_path / "accounts.csv").write_text("account_key,Ada Canary,Ada Canary\n")
    for _, found in read(tmp_path):
        assert isinstance(found, SourceError)
        assert "ada" not in str(found).lower()


def test_columns_of_the_file_that_are_called_like_ours_are_counted_as_unknown(
    tmp_path: Path,
) -> None:
    (tmp_path / "people.csv").write_text("person_key,page,line,version\n1,2,3,4\n")
    ((_, found),) = read(tmp_path)
    assert isinstance(found, Conformed)
    assert len(found.unknown) == 3
    assert found.quarantine.is_empty()
    assert found.rows["line"].to_list() == [2]


@pytest.mark.parametrize(
    "column",
    [pl.Series("work_email", [b"a@b.c"]), pl.Series("work_email", [{"a": 1}])],
    ids=["bytes", "struct"],
)
def test_a_parquet_column_that_is_no_value_is_refused(tmp_path: Path, column: pl.Series) -> None:
    rows = pl.DataFrame({"person_key": ["1"], "hired_on": ["soon"]}).with_columns(column)
    rows.write_parquet(tmp_path / "people.parquet")
    ((_, found),) = read(tmp_path)
    assert "column work_email holds" in str(found)


def test_bytes_that_are_no_parquet_are_refused(tmp_path: Path) -> None:
    (tmp_path / "people.parquet").write_bytes(b"PAR1 and then nothing")
    ((_, found),) = read(tmp_path)
    assert str(found).startswith("people.parquet: is no table that can be read")


def test_a_far_future_end_is_an_open_one(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person_key,left_on\n1,9999-12-31\n2,2026-01-31\n")
    ((_, found),) = read(tmp_path)
    assert isinstance(found, Conformed)
    assert found.rows["left_on"].to_list() == [None, dt.date(2026, 1, 31)]


def test_the_check_says_which_rows_a_night_would_set_aside(tmp_path: Path) -> None:
    (tmp_path / "people.csv").write_text("person_key,hired_on\n1,2026-01-01\n2,soon\n")
    (finding,) = Files("t", FilesSettings(path=tmp_path)).check()
    assert finding.status == "warning"
    assert "1 of 2 rows would be set aside, first line 3: hired_on" in finding.message


def test_a_parquet_file_is_read_with_its_lists(tmp_path: Path) -> None:
    items = pl.DataFrame(
        {
            "work_item_key": ["1"],
            "created_at": [dt.datetime(2026, 3, 1, tzinfo=dt.UTC)],
            "updated_at": [dt.datetime(2026, 3, 1, tzinfo=dt.UTC)],
            "labels": [["a", "b"]],
        }
    )
    items.write_parquet(tmp_path / "work_items.parquet")
    ((_, found),) = read(tmp_path)
    assert isinstance(found, Conformed)
    assert found.rows["labels"].to_list() == ["a;b"]
    assert found.rows["created_at"].to_list() == [dt.datetime(2026, 3, 1, tzinfo=dt.UTC)]


def test_a_missing_folder_says_which_and_what_to_do(tmp_path: Path) -> None:
    source = Files("hr", FilesSettings(path=tmp_path / "nowhere"))
    (finding,) = source.check()
    assert finding.status == "error"
    assert "nowhere" in finding.message
    assert "sources.hr.path" in finding.message
    with pytest.raises(SourceError, match="nowhere"):
        list(source.pull({}, dt.datetime.now(dt.UTC)))


def test_a_file_that_is_no_frame_is_named_by_the_check(tmp_path: Path) -> None:
    (tmp_path / "peeple.csv").write_text("person_key\n")
    (tmp_path / "people.csv").write_text("person_key\n1\n")
    findings = {f.subject: f.status for f in Files("t", FilesSettings(path=tmp_path)).check()}
    assert findings == {"peeple.csv": "warning", "people.csv": "ok"}
