"""A folder that names persons in the answers of an anonymous wave: nothing keeps them."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import polars as pl
import pytest

from connectors.edge import Conformed, conform
from connectors.files import Files, FilesSettings

SURVEYS = "survey_key,is_anonymous\nopen,no\nhidden, Yes\n"
ANSWERS = (
    "response_key,survey_key,question_key,value,person_ref\n"
    "r1,open,q,4,ada@example.com\n"
    "r2,hidden,q,4,ada@example.com\n"
    "r3, hidden ,q,x,bo@example.com\n"
    "r4,hidden,q,5,\n"
    "r5,elsewhere,q,5,cy@example.com\n"
)


def folder_of(folder: Path, **files: str) -> Files:
    for frame, text in files.items():
        (folder / f"{frame}.csv").write_text(text)
    return Files("t", FilesSettings(path=folder))


def read(source: Files) -> dict[str, Conformed]:
    pages = list(enumerate(source.pull({}, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))))
    return {
        frame: conform(frame, "t", rows)
        for frame, rows in source.map(pages)
        if isinstance(rows, pl.DataFrame)
    }


def names(found: Conformed) -> dict[str, str | None]:
    return dict(found.rows.select("response_key", "person_ref").iter_rows())


def test_answers_of_an_anonymous_wave_lose_their_person_and_keep_the_rest(tmp_path: Path) -> None:
    found = read(folder_of(tmp_path, surveys=SURVEYS, answers=ANSWERS))["answers"]
    assert names(found) == {
        "r1": "ada@example.com", "r2": None, "r4": None, "r5": "cy@example.com",
    }  # fmt: skip
    assert found.rows["value"].to_list() == [4, 4, 5, 5]


def test_a_row_set_aside_does_not_carry_the_person_either(tmp_path: Path) -> None:
    found = read(folder_of(tmp_path, surveys=SURVEYS, answers=ANSWERS))["answers"]
    assert found.quarantine["record_key"].to_list() == ["r3|q"]
    assert "bo@example.com" not in found.quarantine["payload"][0]


def test_answers_that_are_read_before_the_waves_lose_their_person_too(tmp_path: Path) -> None:
    source = folder_of(tmp_path, surveys=SURVEYS, answers=ANSWERS)
    pages = list(enumerate(source.pull({}, dt.datetime(2026, 3, 1, tzinfo=dt.UTC))))
    backwards = dict(source.map(pages[::-1]))
    rows = backwards["answers"]
    assert isinstance(rows, pl.DataFrame)
    assert names(conform("answers", "t", rows))["r2"] is None


def test_check_names_the_waves_and_says_what_to_do(tmp_path: Path) -> None:
    said = [
        found
        for found in folder_of(tmp_path, surveys=SURVEYS, answers=ANSWERS).check()
        if "says anonymous" in found.message
    ]
    assert [(found.subject, found.status) for found in said] == [("answers.csv", "warning")]
    assert said[0].message.startswith(
        "surveys.csv says anonymous of hidden, but answers.csv names persons in 2 rows of it"
    )
    assert "example.com" not in said[0].message


@pytest.mark.parametrize(
    "files",
    [
        {"surveys": SURVEYS},
        {"answers": ANSWERS},
        {"surveys": SURVEYS, "answers": ANSWERS.replace("hidden", "open")},
        {"surveys": SURVEYS, "answers": "response_key,survey_key,question_key\nr,hidden,q\n"},
        {"surveys": "survey_key\nhidden\n", "answers": ANSWERS},
        {"surveys": "is_anonymous\nyes\n", "answers": ANSWERS},
    ],
    ids=["no answers", "no waves", "by name", "no persons", "not said", "unreadable"],
)
def test_check_warns_of_nothing_else(tmp_path: Path, files: dict[str, str]) -> None:
    said = [found.message for found in folder_of(tmp_path, **files).check()]
    assert not any("says anonymous" in one for one in said)
