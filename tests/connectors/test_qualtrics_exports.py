"""The traps of Qualtrics' exports and files: each ends in words, or changes nothing."""

from __future__ import annotations

import zipfile

import pytest

from connectors.contract import SourceError
from connectors.survey.qualtrics_sheet import read_sheet, reduced
from sandbox.qualtrics_faults import Fault
from sandbox.qualtrics_server import serving
from tests.connectors.contract_reading import difference, read
from tests.connectors.qualtrics_reading import TOKEN, account, connector, last_night, read_at

IDS = '{"ImportId":"_recordId"},{"ImportId":"status"},{"ImportId":"QID1"}'


def failing(*faults: Fault, **options: object) -> str:
    """The words with which a read ends."""
    with pytest.raises(SourceError) as caught:
        read_at(account(*faults), **options)
    assert TOKEN not in str(caught.value)
    return str(caught.value)


# From start to file


def test_a_hundred_per_cent_is_not_complete():
    server = account()
    read_at(server)
    looks = [path for _, path, _ in server.asked if path.count("/") == 3 and "export" in path]
    files = [path for _, path, _ in server.asked if path.endswith("/file")]
    assert len(looks) == 3 * len(files) == 9


def test_an_export_that_fails_or_is_forgotten_once_is_started_again():
    for kind in ("failed", "forgotten"):
        found = read_at(account(Fault("export_progress", kind)))
        assert difference(found.rows, read_at(account()).rows) == {}


def test_an_export_that_fails_twice_ends_the_read_with_qualtrics_request_id():
    said = failing(Fault("export_progress", "failed", times=None))
    assert "the export of responses failed" in said and "00000000-0000-4000" in said
    assert "forgot it" in failing(Fault("export_progress", "forgotten", times=None))


def test_an_export_that_was_not_started_is_not_waited_for():
    server = account(Fault("export_start", "no_progress", times=None))
    with pytest.raises(SourceError, match="started no export"):
        read_at(server)
    assert not any("export-responses/" in path for _, path, _ in server.asked)


def test_a_status_that_is_none_ends_the_read():
    assert "status is 'paused'" in failing(Fault("export_progress", "odd_status"))


def test_an_export_that_never_ends_is_given_up_after_the_limit():
    waits: list[float] = []
    server = account(Fault("export_progress", "never_ready", times=None))
    with serving(server) as url:
        source = connector(url, sleep=waits.append, poll_seconds=10.0, poll_limit_seconds=60.0)
        with pytest.raises(SourceError, match="`poll_limit_seconds`"):
            read(source, {}, last_night())
    assert waits == [10.0] * 6


@pytest.mark.parametrize(
    ("kind", "why"),
    [
        ("not_zip", "is no whole zip"),
        ("two_files", "holds 2 files"),
        ("escaping", "no name of a CSV file"),
        ("encrypted", "encrypted"),
        ("bomb", "unpacks to more than 1 MB"),
        ("two_headers", "the third row should name columns"),
    ],
)
def test_a_file_that_is_not_what_it_should_be_ends_the_read(kind: str, why: str):
    said = failing(Fault("export_file", kind, times=None), largest_export_mb=1)
    assert why in said


def test_a_zip_that_was_cut_once_is_fetched_again():
    found = read_at(account(Fault("export_file", "not_zip")))
    assert difference(found.rows, read_at(account()).rows) == {}


def test_an_error_in_the_envelope_of_a_200_is_an_error():
    assert "The service is unavailable" in failing(Fault("survey", "error_body"))


def test_a_list_that_loops_or_leads_to_a_stranger_is_not_followed():
    assert "would never end" in failing(Fault("contacts", "looping", times=None))
    said = failing(Fault("history", "stranger", value="http://127.0.0.1:9/API/v3/x"))
    assert "credentials are not sent there" in said


def test_the_unpacked_size_is_not_taken_from_what_the_zip_says(monkeypatch: pytest.MonkeyPatch):
    real = zipfile.ZipFile.infolist

    def small(self: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
        found = real(self)
        for one in found:
            one.file_size = 10
        return found

    monkeypatch.setattr(zipfile.ZipFile, "infolist", small)
    said = failing(Fault("export_file", "bomb", times=None), largest_export_mb=1)
    assert "no whole zip" in said or "unpacks to more" in said


# The file


def sheet_of(*lines: str) -> bytes:
    return ("\ufeff" + "\r\n".join(lines)).encode()


def test_a_file_is_keyed_by_its_third_row_whatever_the_first_two_say():
    body = sheet_of(
        'ResponseId,Status,"Q ""1"" <b>\nx</b>",', "Antwort,Art,Frage,", f"{quoted(IDS)},",
        "R_1,0,3,", 'R_2,1,"4",',
    )  # fmt: skip
    sheet = read_sheet(body, "here")
    assert sheet.columns == {"_recordId": 0, "status": 1, "QID1": 2}
    assert [row[2] for row in sheet.rows] == ["3", "4"]


def quoted(ids: str) -> str:
    return ",".join('"' + one.replace('"', '""') + '"' for one in ids.split(","))


def test_a_reduced_file_reads_the_same_without_the_other_columns():
    body = sheet_of("a,b,c", "x,y,z", quoted(IDS), "R_1,0,3", "R_2")
    small = read_sheet(reduced(read_sheet(body, "here"), {"_recordId", "status"}), "here")
    assert small.columns == {"_recordId": 0, "status": 1}
    assert small.rows == [["R_1", "0"], ["R_2"]]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "has 0 rows"),
        (sheet_of("a,b", "x,y"), "has 2 rows"),
        (sheet_of("a,b", "x,y", "R_1,0"), "third row should name columns"),
        (sheet_of("a", "x", '"{""ImportId"":""QID1""}"'), "no column _recordId, status"),
        (b"\xff\xfe\x00", "no UTF-8"),
        (b'a,b\n"x', "no CSV"),
    ],
)
def test_a_file_of_another_shape_is_refused_with_its_place(body: bytes, why: str):
    with pytest.raises(SourceError, match=why) as caught:
        read_sheet(body, "surveys: SV_1")
    assert str(caught.value).startswith("surveys: SV_1")


def test_a_header_of_many_pages_is_read():
    body = sheet_of('a,b,"' + "<img>" * 60_000 + '"', "x,y,z", quoted(IDS), "R_1,0,3")
    assert len(read_sheet(body, "here").rows) == 1
