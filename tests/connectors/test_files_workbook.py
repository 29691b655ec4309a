"""Workbooks: a sheet a frame, days without a shift, and nothing that only looks like a value."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from xlsxwriter.worksheet import Worksheet

from connectors import workbook_files
from connectors.contract import Finding, SourceError
from connectors.edge import Conformed, conform
from connectors.files import Files, FilesSettings

PEOPLE = [["person_key", "full_name", "hired_on"], ["1", "Ada", "2026-03-01"]]
Fill = Callable[[Worksheet, dict[str, Any]], None]


def saved(
    path: Path,
    sheets: dict[str, list[list[Any]]],
    fill: Fill | None = None,
    options: dict[str, Any] | None = None,
) -> None:
    """A workbook of plain cells; `fill` adds to its first sheet, with formats by name."""
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd"} | (options or {})) as book:
        formats = {
            "day": book.add_format({"num_format": "dd.mm.yyyy"}),
            "time": book.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"}),
        }
        for n, (name, cells) in enumerate(sheets.items()):
            sheet = book.add_worksheet(name)
            for row, values in enumerate(cells):
                sheet.write_row(row, 0, values)
            if n == 0 and fill:
                fill(sheet, formats)


def files(folder: Path) -> Files:
    return Files("t", FilesSettings(path=folder))


def read(folder: Path) -> dict[str, Conformed | SourceError]:
    source = files(folder)
    pages = enumerate(source.pull({}, dt.datetime(2026, 10, 31, tzinfo=dt.UTC)))
    return {
        frame: rows if isinstance(rows, SourceError) else conform(frame, "t", rows)
        for frame, rows in source.map(pages)
    }


def good(folder: Path, frame: str = "people") -> Conformed:
    found = read(folder)[frame]
    assert isinstance(found, Conformed), found
    return found


def wrong(folder: Path) -> list[Finding]:
    return [finding for finding in files(folder).check() if finding.status != "ok"]


def test_a_sheet_is_a_frame_and_a_workbook_may_hold_several(tmp_path: Path) -> None:
    units = [["org_unit_key", "name", "effective_from"], ["U1", "Shop", "2020-01-01"]]
    saved(tmp_path / "hr.xlsx", {"people": PEOPLE, "Org Units": units})
    assert set(files(tmp_path).given_frames()) == set(read(tmp_path)) == {"people", "org_units"}
    assert good(tmp_path).rows["full_name"].to_list() == ["Ada"]
    assert good(tmp_path, "org_units").rows["page"].to_list() == [0]


def test_the_single_sheet_of_a_workbook_named_after_a_frame_is_that_frame(tmp_path: Path) -> None:
    saved(tmp_path / "people.xlsx", {"Sheet1": PEOPLE})
    assert good(tmp_path).rows["line"].to_list() == [2]


@pytest.mark.parametrize("options", [{}, {"date_1904": True}], ids=["1900", "1904"])
@pytest.mark.parametrize("zone", ["UTC", "Pacific/Auckland", "America/Los_Angeles"])
def test_days_and_times_are_those_of_the_sheet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: dict[str, Any], zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    days = [dt.date(1999, 12, 31), dt.date(2024, 2, 29), dt.date(2026, 3, 29), dt.date(2198, 1, 1)]
    at = dt.datetime.fromisoformat("2026-03-29T23:59:59")

    def fill(sheet: Worksheet, formats: dict[str, Any]) -> None:
        for row, day in enumerate(days, 1):
            sheet.write(row, 0, str(row))
            sheet.write_datetime(row, 1, day, formats["day"])
            sheet.write_datetime(row, 2, at, formats["time"])
            sheet.write_datetime(row, 3, day, formats["day"])

    header = [["person_key", "hired_on", "updated_at", "full_name"]]
    saved(tmp_path / "people.xlsx", {"people": header}, fill, options)
    rows = good(tmp_path).rows
    assert rows["hired_on"].to_list() == days
    assert rows["updated_at"].unique().to_list() == [at.replace(tzinfo=dt.UTC)]
    assert rows["full_name"].to_list() == [day.isoformat() for day in days]


def test_numbers_are_texts_as_they_are_keyed_in(tmp_path: Path) -> None:
    cells = [["person_key", "employee_number"], [1000001, "007"], [2, 12345678901234]]
    saved(tmp_path / "people.xlsx", {"people": cells})
    rows = good(tmp_path).rows
    assert rows["person_key"].to_list() == ["1000001", "2"]
    assert rows["employee_number"].to_list() == ["007", "12345678901234"]
    log = [["worklog_key", "work_item_key", "account_key", "started_at", "seconds"]]
    log += [["1", "2", "a", "2026-03-01 08:00", 3600.0], ["2", "2", "a", "2026-03-01 08:00", 0.5]]
    saved(tmp_path / "worklogs.xlsx", {"Sheet1": log})
    found = good(tmp_path, "worklogs")
    assert found.rows["seconds"].to_list() == [3600]
    assert found.quarantine["reason"].to_list() == ["seconds: '0.5' is not a whole number"]


def test_true_and_false_cells_are_read(tmp_path: Path) -> None:
    cells = [["account_key", "is_active"], ["a", True], ["b", False]]
    saved(tmp_path / "accounts.xlsx", {"x": cells})
    assert good(tmp_path, "accounts").rows["is_active"].to_list() == [True, False]


def test_a_formula_counts_by_the_value_last_worked_out(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, formats: dict[str, Any]) -> None:
        sheet.write_formula("A2", '="P"&1', None, "P1")
        sheet.write_formula("B2", '=IF(1,"","x")', None, "")
        sheet.write_formula("C2", "=DATE(2026,3,1)", formats["day"], 46082)

    saved(tmp_path / "people.xlsx", {"people": PEOPLE[:1]}, fill)
    in_part(tmp_path / "people.xlsx", b'<c r="B2">', b'<c r="B2" t="str">')
    rows = good(tmp_path).rows.select("person_key", "full_name", "hired_on").rows()
    assert rows == [("P1", None, dt.date(2026, 3, 1))]


@pytest.mark.parametrize("without", [b"</c>", b"<v/></c>", b"<v></v></c>"])
def test_a_formula_that_was_never_worked_out_is_refused_and_not_empty(
    tmp_path: Path, without: bytes
) -> None:
    saved(tmp_path / "people.xlsx", {"people": PEOPLE}, lambda s, _: s.write_formula("B3", "=A2"))
    in_part(tmp_path / "people.xlsx", b"<v>0</v></c>", without)
    assert "sheet people: the formula in B3 was never worked out" in str(read(tmp_path)["people"])


def test_a_cell_with_an_error_sets_aside_its_row_alone(tmp_path: Path) -> None:
    def fill(sheet: Worksheet, _: dict[str, Any]) -> None:
        sheet.write("A3", "2")
        sheet.write_formula("B3", "=NA()", None, "#N/A")

    saved(tmp_path / "people.xlsx", {"people": PEOPLE}, fill)
    found = good(tmp_path)
    assert found.rows["person_key"].to_list() == ["1"]
    assert found.quarantine.select("line", "reason").rows() == [(3, "cell B3 holds an error")]


def test_merged_cells_are_refused_by_their_range(tmp_path: Path) -> None:
    saved(tmp_path / "people.xlsx", {"people": PEOPLE}, lambda s, _: s.merge_range("B3:B5", "Bo"))
    assert "people.xlsx, sheet people: cells B3:B5 are merged" in str(read(tmp_path)["people"])


def test_empty_rows_are_no_records_and_lines_are_those_of_the_sheet(tmp_path: Path) -> None:
    cells = [[], [], *PEOPLE, [], ["2", "Bo"]]

    def fill(sheet: Worksheet, formats: dict[str, Any]) -> None:
        for row in range(7, 300):
            sheet.write_blank(row, 2, None, formats["day"])

    saved(tmp_path / "people.xlsx", {"people": cells}, fill)
    assert good(tmp_path).rows.select("person_key", "line").rows() == [("1", 4), ("2", 6)]


@pytest.mark.parametrize(
    ("cells", "message"),
    [
        ([["person_key", "full_name", "Full_Name "]], "full_name stands twice"),
        ([["key", "full_name"], ["1", "Ada"]], "has no column person_key"),
        ([], "is empty"),
    ],
)
def test_a_header_that_makes_no_sense_is_refused_with_its_sheet(
    tmp_path: Path, cells: list[list[Any]], message: str
) -> None:
    saved(tmp_path / "hr.xlsx", {"people": cells, "accounts": [["account_key"], ["a"]]})
    found = read(tmp_path)
    assert str(found["people"]).startswith("hr.xlsx, sheet people")
    assert message in str(found["people"])
    assert isinstance(found["accounts"], Conformed)


def test_a_column_without_a_name_is_counted_if_it_holds_anything(tmp_path: Path) -> None:
    saved(tmp_path / "people.xlsx", {"x": [["person_key", "", None], ["1", "stray", None]]})
    assert good(tmp_path).unknown == {"(column 2)": 1}


def test_the_check_names_sheets_that_are_not_read_with_the_nearest_frame(tmp_path: Path) -> None:
    saved(tmp_path / "hr.xlsx", {"people": PEOPLE, "Assignment": [["a"]], "Notes": [["b"]]})
    first, second = wrong(tmp_path)
    assert "sheet Assignment is not read; did you mean assignments?" in first.message
    assert "sheet Notes is not read; a sheet is named after its frame" in second.message


def test_the_check_names_a_workbook_without_any_frame_and_not_the_marks_of_an_open_one(
    tmp_path: Path,
) -> None:
    saved(tmp_path / "people.xlsx", {"x": PEOPLE})
    saved(tmp_path / "peple.xlsx", {"Sheet1": PEOPLE})
    (tmp_path / "~$people.xlsx").write_bytes(b"mark")
    said = {finding.subject: finding.message for finding in wrong(tmp_path)}
    assert set(said) == {"peple.xlsx", "~$people.xlsx"}
    assert "did you mean people?" in said["peple.xlsx"]


def test_a_frame_in_a_workbook_and_in_a_file_is_refused(tmp_path: Path) -> None:
    saved(tmp_path / "hr.xlsx", {"people": PEOPLE})
    (tmp_path / "people.csv").write_text("person_key\n1\n")
    (finding,) = wrong(tmp_path)
    assert "hr.xlsx and people.csv both hold people" in finding.message
    other = tmp_path / "other"
    other.mkdir()
    saved(other / "twice.xlsx", {"accounts": PEOPLE, "accounts ": PEOPLE})
    assert "twice.xlsx: two sheets are named accounts" in wrong(other)[0].message


@pytest.mark.parametrize("body", [b"", b"hello", b"PK\x03\x04 and then nothing"])
def test_bytes_that_are_no_workbook_are_refused(tmp_path: Path, body: bytes) -> None:
    (tmp_path / "people.xlsx").write_bytes(body)
    (tmp_path / "accounts.csv").write_text("account_key\na\n")
    found = read(tmp_path)
    assert str(found["people"]).startswith("people.xlsx: is no .xlsx workbook")
    assert isinstance(found["accounts"], Conformed)
    assert [finding.message for finding in wrong(tmp_path)] == [str(found["people"])]


def test_a_workbook_of_unknown_frames_that_is_damaged_fails_the_source(tmp_path: Path) -> None:
    (tmp_path / "hr.xlsx").write_bytes(b"half a")
    with pytest.raises(SourceError, match=r"hr\.xlsx: is no \.xlsx workbook"):
        list(files(tmp_path).pull({}, dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    assert [finding.status for finding in files(tmp_path).check()] == ["error"]


def test_a_zip_that_is_no_workbook_is_refused(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "people.xlsx", "w") as archive:
        archive.writestr("hello.txt", "hello")
    (finding,) = wrong(tmp_path)
    assert finding.message.startswith("people.xlsx: is no workbook that can be opened")


@pytest.mark.parametrize("cap", ["LARGEST", "LARGEST_UNPACKED"])
def test_a_large_workbook_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cap: str
) -> None:
    saved(tmp_path / "people.xlsx", {"people": PEOPLE})
    monkeypatch.setattr(workbook_files, cap, 1000)
    (finding,) = wrong(tmp_path)
    assert "too much for a workbook. Write it as CSV or Parquet" in finding.message


def test_charts_and_hidden_sheets_do_not_shift_the_others(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "hr.xlsx") as book:
        chart = book.add_chartsheet("A & <chart>")
        chart.set_chart(book.add_chart({"type": "bar"}))
        hidden = book.add_worksheet("accounts")
        hidden.write_row(0, 0, ["account_key"])
        hidden.write_row(1, 0, ["a"])
        book.add_worksheet("people").write_row(0, 0, ["person_key"])
        book.get_worksheet_by_name("people").write_row(1, 0, ["1"])
        book.get_worksheet_by_name("people").activate()
        hidden.hide()
        chart.chart.add_series({"values": "=people!$A$1:$A$2"})
    assert good(tmp_path).rows["person_key"].to_list() == ["1"]
    assert good(tmp_path, "accounts").rows["account_key"].to_list() == ["a"]


def in_part(path: Path, before: bytes, after: bytes) -> None:
    """Replace something in the first sheet of a workbook, as another program would write it."""
    made = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            held = old.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert before in held
                held = held.replace(before, after)
            new.writestr(name, held)
    path.write_bytes(made.getvalue())
