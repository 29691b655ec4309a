"""What linkage makes of names, and that it says the same of the same rows."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import numpy as np
import polars as pl
import pytest

from pipelines.linkage import candidates, link
from pipelines.linkage_names import fold, readings, says_machine, says_outside
from pipelines.linkage_subjects import Subjects, read
from pipelines.linkage_table import CANDIDATES
from pipelines.warehouse import Warehouse
from sandbox.names import draw, plain
from tests.pipelines.linked_company import fill

NIGHT = dt.datetime(2026, 10, 31, 23, 59, tzinfo=dt.UTC)


def named(name: str, email: str | None = None) -> list[tuple[str | None, str | None, str]]:
    return [(r.given, r.family, r.order) for r in readings(name, email)]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Müller", "Mueller"),
        ("Müller", "MULLER"),
        ("Jørgensen", "Joergensen"),
        ("Yılmaz", "Yilmaz"),
        ("Weiß", "Weiss"),
        ("José", "Jose\u0301"),
    ],
)
def test_spellings_of_a_letter_are_one(one: str, other: str) -> None:
    assert fold(one) == fold(other)


@pytest.mark.parametrize(
    "written",
    [
        "Ada Abel",
        "Abel, Ada",
        "ADA ABEL",
        "Dr. Ada Abel",
        "Ada Abel (old)",
        "Ada Abel | Berlin",
        "ada.abel",
    ],
)
def test_a_name_is_read_first_as_given_and_family_name(written: str) -> None:
    assert named(written)[0] == ("ada", "abel", "written")


def test_a_name_in_an_anonymous_wave_is_nobody_to_be_linked(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.ensure()
    answers = pl.DataFrame(
        {
            "response_key": ["r", "t"],
            "survey_key": ["named", "hidden"],
            "question_key": ["q", "q"],
            "person_ref": ["ada.abel@private.example", "bo.brandt@private.example"],
        }
    )
    waves = pl.DataFrame({"survey_key": ["named", "hidden"], "is_anonymous": [False, True]})
    fill(warehouse, "surveys", {"answers": answers, "surveys": waves}, NIGHT)
    fill(warehouse, "other", {"surveys": waves.with_columns(is_anonymous=True)}, NIGHT)
    with warehouse.connect() as connection:
        left = read(connection, NIGHT).left
    assert left["account_ref"].to_list() == ["ada.abel@private.example"]


def test_people_without_any_account_have_candidates_for_the_names_that_others_use(
    tmp_path: Path,
) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.ensure()
    people = pl.DataFrame(
        {
            "person_key": ["1", "2"],
            "full_name": ["Ada Abel", "Bo Brandt"],
            "work_email": [None, None],
        },
        schema_overrides={"work_email": pl.String},
    )
    answer = {
        "response_key": ["r"],
        "survey_key": ["s"],
        "question_key": ["q"],
        "person_ref": ["ada.abel@private.example"],
    }
    fill(warehouse, "hr", {"people": people}, NIGHT)
    fill(warehouse, "surveys", {"answers": pl.DataFrame(answer)}, NIGHT)
    link(warehouse, NIGHT)
    with warehouse.connect() as connection:
        found = connection.sql(
            "select account_ref, hr_person_id from linkage.candidates"
        ).fetchall()
    assert found == [("ada.abel@private.example", "hr:1")]


def test_a_name_without_a_comma_may_also_be_the_other_way_round() -> None:
    assert ("ada", "abel", "swapped") in named("Abel Ada")
    assert named("Abel, Ada") == [("ada", "abel", "written")]


def test_particles_initials_and_middle_names_are_told_apart() -> None:
    assert named("Otto van den Berg")[0] == named("Berg, Otto")[0]
    assert named("A. Abel")[0] == ("a", "abel", "written")
    assert readings("Hans-Peter Meyer-Schmidt")[0].others == ("meyer", "peter", "schmidt")
    assert "benjamin" in readings("Ben Haas")[0].roots


def test_a_single_word_may_be_an_initial_and_a_family_name_and_the_mail_helps() -> None:
    assert ("a", "abel", "login") in named("aabel")
    assert ("ada", "abel", "mail") in named("sunny", "ada.abel12@example.org")
    assert named("") == []


def test_words_say_that_an_account_is_a_machine_or_of_another_house() -> None:
    assert says_machine("Deploy Bot") and says_machine("svc-build") and not says_machine("Botho")
    assert says_outside("Ada Abel (Extern)") and not says_outside("Dexter Vendorf")


def people(*rows: tuple[str, str, str | None, str | None]) -> pl.DataFrame:
    """Columns of the frame people."""
    columns = ("person_key", "full_name", "work_email", "employee_number")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


def accounts(*rows: tuple[str, str, str | None, str | None]) -> pl.DataFrame:
    """Columns of the frame accounts."""
    columns = ("account_key", "display_name", "email", "employee_number")
    return pl.DataFrame(rows, schema=dict.fromkeys(columns, pl.String), orient="row")


@pytest.fixture
def crowd() -> pl.DataFrame:
    """Two hundred people with names of their own, beside those of a test."""
    given, family = draw(np.random.default_rng(7), 200)
    return people(
        *(
            (f"c{i}", f"{a} {b}", f"{plain(a)}.{plain(b)}{i}@example.com", f"9{i:04}")
            for i, (a, b) in enumerate(zip(given, family, strict=True))
        )
    )


def found(
    folder: Path, staff: pl.DataFrame, tracked: pl.DataFrame, **references: pl.DataFrame
) -> dict[str, list[tuple[str, float]]]:
    """Candidates of each account: person key and probability, best first."""
    warehouse = Warehouse(folder / "warehouse.duckdb")
    warehouse.ensure()
    fill(warehouse, "hr", {"people": staff}, NIGHT)
    fill(warehouse, "jira", {"accounts": tracked}, NIGHT)
    fill(warehouse, "goals", references, NIGHT)
    said: dict[str, list[tuple[str, float]]] = {}
    for row in link(warehouse, NIGHT).iter_rows(named=True):
        person = row["hr_person_id"].removeprefix("hr:")
        said.setdefault(row["account_ref"], []).append((person, row["match_probability"]))
    return said


def all_known(crowd: pl.DataFrame) -> list[tuple[str, str, str | None, str | None]]:
    """An account for everybody of the crowd, which shows the e-mail."""
    return [(f"a{r[0]}", r[1], r[2], None) for r in crowd.iter_rows()]


@pytest.mark.parametrize(
    ("name", "email", "number"),
    [
        ("Zora Quist", None, None),
        ("Quist, Zora", None, None),
        ("Quist Zora", None, None),
        ("Z. Quist", None, None),
        ("Zora Qvist-Quist", None, None),
        ("Zora Maria Quist", None, None),
        ("Zora Quisst", None, None),
        ("bluebird", "zora.quist@gmail.com", None),
        ("Zora Neuname", "zora.quist77@former.example", None),
        ("Zora Neuname", None, "P-070707"),
    ],
)
def test_whoever_writes_a_name_otherwise_is_found(
    tmp_path: Path, crowd: pl.DataFrame, name: str, email: str | None, number: str | None
) -> None:
    zora = people(("z", "Zora Quist", "zora.quist77@example.com", "70707"))
    tracked = accounts(*all_known(crowd), ("left", name, email, number))
    said = found(tmp_path, pl.concat([crowd, zora]), tracked)
    assert list(said) == ["left"]
    person, probability = said["left"][0]
    assert person == "z"
    assert probability >= 0.9


def test_two_people_of_one_name_share_the_probability(tmp_path: Path, crowd: pl.DataFrame) -> None:
    twins = people(
        ("t1", "Zora Quist", "zora.quist@example.com", "1"),
        ("t2", "Zora Quist", "zora.quist2@example.com", "2"),
    )
    tracked = accounts(*all_known(crowd), ("left", "Zora Quist", None, None))
    said = found(tmp_path, pl.concat([crowd, twins]), tracked)["left"]
    assert [person for person, _ in said] == ["t1", "t2"]
    assert said[0][1] == said[1][1]
    assert said[0][1] == pytest.approx(0.5, abs=0.01)


def test_of_two_people_of_one_name_the_one_without_an_account_is_likelier(
    tmp_path: Path, crowd: pl.DataFrame
) -> None:
    twins = people(
        ("t1", "Zora Quist", "zora.quist@example.com", "1"),
        ("t2", "Zora Quist", "zora.quist2@example.com", "2"),
    )
    tracked = accounts(
        *all_known(crowd),
        ("left", "Zora Quist", None, None),
        ("known", "Zora Quist", "zora.quist@example.com", None),
    )
    said = found(tmp_path, pl.concat([crowd, twins]), tracked)["left"]
    assert said[0][0] == "t2"
    assert said[0][1] >= 0.95


@pytest.mark.parametrize(
    "name", ["Zora Quist", "Zora Quist (Extern)", "Zora Bot", "Zenobia Quist", "Zora Quandt"]
)
def test_a_namesake_of_somebody_who_has_an_account_is_not_taken_for_them(
    tmp_path: Path, crowd: pl.DataFrame, name: str
) -> None:
    zora = people(("z", "Zora Quist", "zora.quist@example.com", "70707"))
    tracked = accounts(
        *all_known(crowd),
        ("known", "Zora Quist", "zora.quist@example.com", None),
        ("left", name, "z.q@agency.example", None),
    )
    said = found(tmp_path, pl.concat([crowd, zora]), tracked)
    assert max((probability for _, probability in said.get("left", [])), default=0) < 0.95


def test_a_reference_with_a_name_is_linked_and_one_without_is_not(
    tmp_path: Path, crowd: pl.DataFrame
) -> None:
    zora = people(("z", "Zora Quist", "zora.quist77@example.com", "70707"))
    owners = pl.DataFrame(
        {
            "goal_key": ["g1", "g2", "g3", "g4"],
            "owner_ref": ["Quist, Zora", "zora.quist77@former.example", "70707", "12345"],
            "org_unit_ref": [""] * 4,
        }
    )
    said = found(
        tmp_path, pl.concat([crowd, zora]), accounts(*all_known(crowd)), goal_owners=owners
    )
    assert {ref: said[ref][0][0] for ref in said} == {
        "Quist, Zora": "z",
        "zora.quist77@former.example": "z",
    }


def test_the_past_is_linked_by_what_was_known_then(tmp_path: Path, crowd: pl.DataFrame) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.ensure()
    tracked = accounts(*all_known(crowd), ("left", "Zora Quist", None, None))
    fill(warehouse, "hr", {"people": crowd}, NIGHT)
    fill(warehouse, "jira", {"accounts": tracked}, NIGHT)
    before = link(warehouse, NIGHT)
    later = NIGHT + dt.timedelta(days=1)
    fill(warehouse, "hr", {"people": people(("z", "Zora Quist", None, None))}, later)
    assert "hr:z" in link(warehouse, later)["hr_person_id"].to_list()
    assert link(warehouse, NIGHT).equals(before)
    with warehouse.connect() as connection:
        stored = connection.sql("select * from linkage.candidates").pl()
    assert stored.equals(before)


def test_the_order_of_the_rows_does_not_matter(tmp_path: Path, crowd: pl.DataFrame) -> None:
    left = [(f"l{row[0]}", row[1], None, None) for row in crowd.head(80).iter_rows()]
    tracked = accounts(*all_known(crowd.tail(100)), *left)
    results = []
    for name, order in (("one", 1), ("other", -1)):
        (tmp_path / name).mkdir()
        results.append(found(tmp_path / name, crowd[::order], tracked[::order]))
    assert results[0] == results[1]
    assert len(results[0]) == 80


def test_where_there_is_nobody_to_link_there_are_no_candidates(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.ensure()
    assert link(warehouse, NIGHT).is_empty()
    with warehouse.connect() as connection:
        subjects = read(connection, NIGHT)
        columns = connection.sql("select * from linkage.candidates").columns
    assert columns == list(CANDIDATES)
    assert candidates(Subjects(subjects.people, subjects.left, {})).is_empty()


def test_a_person_who_is_gone_from_hr_is_no_candidate(tmp_path: Path, crowd: pl.DataFrame) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb")
    warehouse.ensure()
    zora = people(("z", "Zora Quist", None, None))
    fill(warehouse, "hr", {"people": pl.concat([crowd, zora])}, NIGHT)
    fill(warehouse, "jira", {"accounts": accounts(("left", "Zora Quist", None, None))}, NIGHT)
    gone = NIGHT + dt.timedelta(days=1)
    with warehouse.connect() as connection:
        connection.execute("update raw.people set gone_at = ? where person_key = 'z'", [gone])
    assert "hr:z" in link(warehouse, NIGHT)["hr_person_id"].to_list()
    assert "hr:z" not in link(warehouse, gone)["hr_person_id"].to_list()
