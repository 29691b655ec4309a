"""YAML files: every value stays as it is written, whatever YAML would make of it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from connectors.contract import SourceError
from connectors.edge import Conformed
from tests.connectors.yaml_reading import read, reasons, rows, written


def test_a_list_of_records_is_a_frame_with_the_lines_of_its_records(tmp_path: Path) -> None:
    text = (
        "# people\n- person_key: 1\n  full_name: Ada\n\n- Person_Key: '2'\n  hired_on: 2026-03-01\n"
    )
    found = read(written(tmp_path, text, "people.yml"))
    assert rows(found, "people", "person_key", "full_name", "hired_on", "line") == [
        ("1", "Ada", None, 2),
        ("2", None, dt.date(2026, 3, 1), 5),
    ]


@pytest.mark.parametrize(
    ("written_as", "value"),
    [
        ("NO", "NO"),
        ("on", "on"),
        ("1_000", "1_000"),
        ("007", "007"),
        ("0o17", "0o17"),
        ("1e3", "1e3"),
        ("12:30:45", "12:30:45"),
        ("2026-03-01", "2026-03-01"),
        ("2026-03-01T08:00:00+01:00", "2026-03-01T08:00:00+01:00"),
        ("0.10", "0.10"),
        (".inf", ".inf"),
        ("'null'", "null"),
        ("null", None),
        ("~", None),
        ("", None),
        ("[a, b]", "a;b"),
        ("|-\n    two\n    lines", "two\nlines"),
    ],
)
def test_a_value_stays_as_it_is_written(tmp_path: Path, written_as: str, value: str) -> None:
    text = f"- person_key: a\n  location: {written_as}\n  full_name: x\n"
    assert rows(read(written(tmp_path, text, "people.yaml")), "people", "location") == [(value,)]


def test_true_and_false_are_known_by_their_column(tmp_path: Path) -> None:
    text = "- {account_key: a, is_active: no, email: no}\n- {account_key: b, is_active: true}\n"
    found = read(written(tmp_path, text, "accounts.yaml"))
    assert rows(found, "accounts", "is_active", "email") == [(False, "no"), (True, None)]


def test_a_record_with_a_mapping_in_a_value_sets_aside_itself_alone(tmp_path: Path) -> None:
    text = "- person_key: a\n- person_key: b\n  location: {city: Berlin}\n"
    found = read(written(tmp_path, text, "people.yaml"))
    assert rows(found, "people", "person_key") == [("a",)]
    ((line, reason),) = reasons(found, "people")
    assert line == 2 and reason.startswith("location holds a mapping")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("- person_key: a\n  person_key: b\n", "people.yaml, line 2: a name stands twice"),
        ("- person_key: a\n  Person_Key: b\n", "people.yaml, line 2: a name stands twice"),
        ("- person_key: !!python/object/apply:os.system [ls]\n", "people.yaml, line 1: has a tag"),
        ("- !thing {person_key: a}\n", "people.yaml, line 1: has a tag"),
        ("- person_key: a\n- [b\n", "people.yaml, line 3: is not YAML"),
        ("- person_key: *nobody\n", "people.yaml, line 1: is not YAML"),
        ("- person_key: a\n---\n- person_key: b\n", "people.yaml, line 2: is not YAML"),
        ("person_key: a\n", "people.yaml, line 1: must be a list of records"),
        ("- a\n- b\n", "people.yaml: entry 1 is no record"),
        ("- full_name: Ada Canary\n", "people.yaml, line 1: has no column person_key"),
        ("- ? [a, b]\n  : c\n", "people.yaml, line 1: a name must be a text"),
        ("- person_key: 'open\n", "people.yaml, line 2: is not YAML"),
        ("", "people.yaml, line 1: has no column person_key"),
    ],
)
def test_a_file_that_makes_no_sense_is_refused_with_its_line(
    tmp_path: Path, text: str, message: str
) -> None:
    found = read(written(tmp_path, text, "people.yaml"))["people"]
    assert isinstance(found, SourceError)
    assert str(found).startswith(message)
    assert "canary" not in str(found).lower()


def test_text_that_is_not_utf_8_is_refused_with_its_line(tmp_path: Path) -> None:
    source = written(tmp_path, "", "people.yaml")
    (tmp_path / "people.yaml").write_bytes(b"- person_key: a\n- person_key: M\xfcller\n")
    assert str(read(source)["people"]).startswith("people.yaml, line 2: is not utf-8")


def test_aliases_stand_for_their_anchor_and_cannot_grow_beyond_measure(tmp_path: Path) -> None:
    shared = (
        "- &berlin {person_key: a, location: &place Berlin}\n- {person_key: b, location: *place}\n"
    )
    found = read(written(tmp_path, shared, "people.yaml"))
    assert rows(found, "people", "location") == [("Berlin",), ("Berlin",)]
    bomb = ["- &a0 [x, x, x, x, x, x, x, x, x, x]"]
    bomb += [f"- &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 9)]
    found = read(written(tmp_path, "\n".join(bomb), "people.yaml"))
    assert "aliases or nesting" in str(found["people"])


@pytest.mark.parametrize("text", ["- &a [*a]\n", "- person_key: " + "[" * 60 + "]" * 60 + "\n"])
def test_nesting_without_end_is_refused(tmp_path: Path, text: str) -> None:
    assert isinstance(read(written(tmp_path, text, "people.yaml"))["people"], SourceError)


def test_nesting_that_exhausts_the_reader_is_refused(tmp_path: Path) -> None:
    found = read(written(tmp_path, "[" * 20_000, "people.yaml"))["people"]
    assert isinstance(found, SourceError)


def test_a_large_file_is_refused_with_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("connectors.yaml_files.LARGEST", 20)
    found = read(written(tmp_path, "- person_key: abcdefghijklmnop\n", "people.yaml"))
    assert "CSV or Parquet" in str(found["people"])


def test_columns_called_like_ours_are_counted_as_unknown(tmp_path: Path) -> None:
    text = "- {person_key: a, line: 3, payload: x, unreadable: y, page: 9}\n"
    found = read(written(tmp_path, text, "people.yaml"))["people"]
    assert isinstance(found, Conformed)
    assert len(found.unknown) == 4 and found.rows["line"].to_list() == [1]
