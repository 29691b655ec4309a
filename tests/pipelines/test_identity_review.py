"""The review file keeps what people write into it, and is read back the next night."""

from __future__ import annotations

import csv
import datetime as dt
from pathlib import Path

import pytest
from pydantic import ValidationError

from connectors.declared import Declared, DeclaredSettings
from pipelines.archive import Archive
from pipelines.config import Config
from pipelines.identity_review import ReviewError, write
from pipelines.load import load_pull
from pipelines.package import FrameLoad
from pipelines.warehouse import Warehouse

FIRST = dt.datetime(2026, 10, 1, 23, 59, tzinfo=dt.UTC)
HEADER = "account_source,account_ref,display_name,person_ref,person_name,probability,matched_by"


class Place:
    """A warehouse whose core is what a test says, a review file, and nights that load it."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "private" / "identity_review.csv"
        self.warehouse = Warehouse(folder / "warehouse.duckdb")
        self.warehouse.ensure()
        self.archive = Archive(folder / "archive")
        self.night = FIRST
        with self.warehouse.connect() as connection:
            connection.execute(_CORE)

    def core(self, *statements: str) -> None:
        with self.warehouse.connect() as connection:
            for statement in statements:
                connection.execute(statement)

    def write(self) -> list[dict[str, str]]:
        write(self.warehouse, self.path)
        return self.rows()

    def rows(self) -> list[dict[str, str]]:
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            return list(csv.DictReader(file))

    def say(self, *lines: str) -> None:
        self.path.parent.mkdir(exist_ok=True)
        self.path.write_text("\n".join([f"{HEADER},decision", *lines, ""]), encoding="utf-8")

    def load(self) -> FrameLoad:
        """A night that reads the file; dbt's staging follows."""
        self.night += dt.timedelta(days=1)
        goals = self.warehouse.path.with_name("top_goals.csv")
        goals.write_text("goal_id\ngoals:g1\n", encoding="utf-8")
        files = {"top_goals": goals, "identity_decisions": self.path}
        connector = Declared("declared", DeclaredSettings(files=files))
        pull = self.archive.pull(connector, {}, self.night)
        loads = load_pull(self.warehouse, connector, pull, f"{self.night}")
        return next(load for load in loads if load.frame == "identity_decisions")

    def decided(self) -> list[tuple[str, str, str]]:
        """What stands: account, person, decision."""
        with self.warehouse.connect() as connection:
            return connection.execute(
                "select account_ref, person_ref, decision from staging.stg_identity_decisions "
                "order by all"
            ).fetchall()

    def quarantined(self) -> list[str]:
        with self.warehouse.connect() as connection:
            rows = connection.execute("select reason from raw.quarantine order by all").fetchall()
        return [reason for (reason,) in rows]


_CORE = """
    create schema core; create schema staging;
    create table core.bridge_identity (
        source text, account_ref text, person_id text, method text, probability double);
    create table core.identity_candidate (
        source text, account_ref text, person_id text, probability double,
        rank_of_candidate bigint);
    create table core.dim_person (person_id text, employee_number text);
    create view staging.stg_identity_decisions as
        select account_source, account_ref, trim(person_ref) as person_ref, decision
        from raw.identity_decisions where gone_at is null and decision is not null;
    insert into core.dim_person values ('hr:p1', '101'), ('hr:p2', '102'), ('hr:p3', null);
    insert into raw.people (source, person_key, full_name, as_of) values
        ('hr', 'p1', '=Ann One', '2026-01-01'), ('hr', 'p2', 'Bob Two', '2026-01-01'),
        ('hr', 'p3', 'Cem Three', '2026-01-01');
    insert into raw.accounts (source, account_key, display_name, as_of) values
        ('jira', 'a1', '@ann', '2026-01-01'), ('jira', 'a2', 'Bob, "B"', '2026-01-01'),
        ('jira', 'a3', 'Robot', '2026-01-01'), ('jira', 'sure', 'Sure', '2026-01-01');
    insert into core.bridge_identity values
        ('jira', 'a1', null, 'unmatched', null), ('jira', 'a2', 'hr:p2', 'linkage', 0.97),
        ('jira', 'a3', null, 'unmatched', null), ('jira', 'sure', 'hr:p1', 'email', 1);
    insert into core.identity_candidate values
        ('jira', 'a1', 'hr:p1', 0.5, 1), ('jira', 'a1', 'hr:p3', 0.4, 2),
        ('jira', 'a2', 'hr:p2', 0.97, 1);
"""


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_every_account_that_is_not_certain_stands_in_the_file_best_candidate_first(
    place: Place,
) -> None:
    columns = ("account_ref", "person_ref", "probability", "matched_by")
    assert [tuple(row[column] for column in columns) for row in place.write()] == [
        ("a1", "101", "0.5000", ""),
        ("a1", "hr:p3", "0.4000", ""),
        ("a2", "102", "0.9700", "linkage"),
        ("a3", "", "", ""),
    ]
    assert {row["decision"] for row in place.rows()} == {""}


def test_no_cell_is_a_formula(place: Place) -> None:
    place.core("update core.bridge_identity set account_ref = '=a1' where account_ref = 'a1'")
    for row in place.write():
        for cell in row.values():
            assert not cell.startswith(("=", "+", "-", "@"))
    assert place.rows()[0]["account_ref"] == "'=a1"


def test_a_key_that_looks_like_a_formula_is_read_back_as_it_is(place: Place) -> None:
    place.say("jira,'=a1,x,101,y,0.5,,same")
    place.load()
    assert place.decided() == [("=a1", "101", "same")]


def test_equal_content_is_not_written_again(place: Place) -> None:
    place.write()
    before = place.path.stat()
    place.write()
    assert place.path.stat().st_mtime_ns == before.st_mtime_ns
    assert place.path.stat().st_ino == before.st_ino
    assert list(place.path.parent.iterdir()) == [place.path]


def test_only_the_owner_may_read_the_file(place: Place) -> None:
    place.write()
    assert place.path.stat().st_mode & 0o077 == 0


def test_what_people_wrote_stays_letter_by_letter_mistakes_too(place: Place) -> None:
    place.write()
    text = place.path.read_text(encoding="utf-8-sig")
    text = text.replace("0.5000,,", "0.5000,,Same").replace("0.4000,,", "0.4000,,perhaps")
    place.path.write_text(text, encoding="utf-8")
    assert [row["decision"] for row in place.write()] == ["Same", "perhaps", "", ""]


def test_a_decided_row_stays_when_its_account_is_certain_now(place: Place) -> None:
    place.write()
    place.say("jira,a2,Bob,102,Bob Two,0.9700,linkage,same")
    place.core("update core.bridge_identity set method = 'email' where account_ref = 'a2'")
    kept = [row for row in place.write() if row["account_ref"] == "a2"]
    assert [(row["display_name"], row["decision"]) for row in kept] == [("Bob", "same")]


def test_decisions_are_read_and_a_cleared_cell_takes_one_back(place: Place) -> None:
    place.say("jira,a1,x,101,y,0.5,,SAME ", "jira,a2,x,102,y,0.9,,different", "jira,a3,x,,,,,")
    assert place.load().status == "ok"
    assert place.decided() == [("a1", "101", "same"), ("a2", "102", "different")]
    place.say("jira,a1,x,101,y,0.5,,", "jira,a2,x,102,y,0.9,,")
    load = place.load()
    assert (load.status, load.rows_deleted) == ("ok", 2)
    assert place.decided() == []


def test_mistakes_are_set_aside_with_their_reason_and_the_others_count(place: Place) -> None:
    place.say(
        "jira,a1,x,101,y,0.5,,same",
        "jira,a1,x,102,y,0.5,,same",
        "jira,a2,x,102,y,0.9,,perhaps",
        "jira,a3,x,,,,,same",
        "jira,a4,x,102,y,0.9,,same",
    )
    load = place.load()
    assert (load.rows_pulled, load.rows_quarantined, load.status) == (6, 4, "ok")
    assert place.decided() == [("a4", "102", "same")]
    assert place.quarantined() == [
        "decision: is neither same nor different",
        "decision: is same on two rows of one account; keep it on one of them",
        "decision: is same on two rows of one account; keep it on one of them",
        "decision: is same without a person_ref; write the employee number beside it",
    ]


def test_a_mistake_leaves_what_was_decided_before(place: Place) -> None:
    place.say("jira,a1,x,101,y,0.5,,same")
    place.load()
    place.say("jira,a1,x,101,y,0.5,,sane")
    place.load()
    assert place.decided() == [("a1", "101", "same")]


def test_the_first_night_needs_no_file(place: Place) -> None:
    load = place.load()
    assert (load.status, load.rows_pulled) == ("ok", 0)


def test_a_file_that_is_gone_is_told_and_written_again_with_its_decisions(place: Place) -> None:
    place.say("jira,a1,x,101,y,0.5,,same")
    place.load()
    place.path.unlink()
    load = place.load()
    assert load.status == "stale"
    assert "not believed" in load.message
    assert place.decided() == [("a1", "101", "same")]
    written = {(row["account_ref"], row["person_ref"]): row["decision"] for row in place.write()}
    assert written["a1", "101"] == "same"
    assert place.load().status == "ok"


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (f'{HEADER},decision\njira,"a1,x\n', "Write the file again"),
        (f"{HEADER}\njira,a1,x,101,y,0.5,\n", "has no column decision"),
        (f"{HEADER},decision\njira,a1,x,101,y,0.5,,same,more\n", "line 2"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_as_it_is(place: Place, body: str, told: str) -> None:
    place.path.parent.mkdir()
    place.path.write_text(body, encoding="utf-8")
    with pytest.raises(ReviewError, match=told):
        place.write()
    assert place.path.read_text(encoding="utf-8") == body


def test_a_place_that_cannot_be_written_is_named(place: Place) -> None:
    place.path = place.path.parent.parent / "warehouse.duckdb" / "identity_review.csv"
    with pytest.raises(ReviewError, match=r"identity\.review_file"):
        place.write()


def test_check_says_what_is_wrong_in_the_file(place: Place) -> None:
    connector = Declared("declared", DeclaredSettings(files={"identity_decisions": place.path}))
    assert [finding.status for finding in connector.check()] == ["ok"]
    place.say("jira,a1,x,101,y,0.5,,same", "jira,a2,x,102,y,0.9,,perhaps")
    said = [(finding.status, finding.message) for finding in connector.check()]
    assert said == [
        (
            "warning",
            "line 3: decision: is neither same nor different. It is set aside until it is mended.",
        ),
        ("ok", "1 decisions on 2 rows"),
    ]


def test_the_file_lies_beside_the_configuration_and_never_among_what_is_published(
    tmp_path: Path,
) -> None:
    context = {"folder": tmp_path}
    config = Config.model_validate({"sample": {}}, context=context)
    assert config.identity.review_file == tmp_path / "identity_review.csv"
    inside = {"sample": {}, "identity": {"review_file": "published/review.csv"}}
    with pytest.raises(ValidationError, match=r"identity\.review_file names persons"):
        Config.model_validate(inside, context=context)
