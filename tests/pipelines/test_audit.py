"""The audit: planted leaks are found and named, an honest company passes, readers are spared."""

from __future__ import annotations

import itertools
import random
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from pipelines.audit import audit_versions
from pipelines.audit_rowspace import Alike, Told, told_groups
from pipelines.config import Privacy
from pipelines.dbt_results import DbtResults
from pipelines.publish import PublishRefused, Shelf, publish, return_to
from pipelines.told_rows import rows_to_hide
from tests.pipelines.leaky_company import Company, audited, build
from tests.pipelines.published_world import AS_OF, RUN, results

HIDDEN_A1 = {("as_was", "a1"), ("restated", "a1")}
CELLS = "marts.understanding_and_control"


def findings(tmp_path: Path, company: Company) -> list[str]:
    return audited(build(tmp_path / "w.duckdb", company)).findings


def changed(path: Path, statement: str) -> Path:
    with duckdb.connect(path) as connection:
        connection.execute(statement)
    return path


def only(found: list[str]) -> str:
    assert len(found) == 1, found
    return found[0]


def test_an_honest_company_passes_and_the_audit_says_what_it_looked_at(tmp_path):
    found = audited(build(tmp_path / "w.duckdb", Company()))
    assert found.findings == []
    # A wave's answers, don't-knows and invitations; a week's heads, observable, effort, capacity.
    assert (found.n_sets, found.n_cells) == (7, 5 + 4 + 5 + 4 * 10)


def test_a_hidden_cell_that_a_shown_sibling_gives_away_is_found(tmp_path):
    company = Company(hidden_cells={"a1"}, hidden=set(HIDDEN_A1))
    del company.was["a0"], company.was["a1"]  # names of two of a's own five people
    for i in range(3):
        del company.was[f"a1{i}"]
    for i in range(2, 5):
        del company.was[f"a{i}"]
    said = findings(tmp_path, company)
    named = [f for f in said if f.startswith("understanding_and_control: answers, w control")]
    assert "+a, −a2 give away 2 people" in only(named)
    weekly = [f for f in said if "people there, week 2026-06-01" in f]
    assert all("a2 give away 2 people" in f for f in weekly)
    assert weekly


def test_a_restated_row_less_the_row_as_it_was_that_isolates_two_movers_is_found(tmp_path):
    said = findings(tmp_path, Company(moved={"a20": "b", "a21": "b"}))
    heads = [f for f in said if "people there" in f]
    assert "give away 2 people" in only(heads)
    assert "effort_alignment" in only(heads)


def test_rows_of_several_units_that_tell_together_what_none_tells_alone_are_found(tmp_path):
    """a and b changed three people, two of a went to root: a differs by eight, b by six."""
    company = Company(
        moved={"a0": "b", "a1": "b", "a2": "b", "b0": "a", "b1": "a", "b2": "a"}
        | {"a3": "root", "a4": "root"}
    )
    company.was |= {f"more{i}": "a" for i in range(7)}
    heads = only([f for f in findings(tmp_path, company) if "people there" in f])
    assert heads.count("as_was ") + heads.count("restated ") >= 4
    assert "give away 2 people" in heads


def test_enough_movers_at_once_pass(tmp_path):
    assert findings(tmp_path, Company(moved={f"b{i}": "root" for i in range(6)})) == []


def test_a_week_without_the_restated_rows_that_would_tell_passes(tmp_path):
    hidden = {("restated", unit) for unit in ("a", "a1", "a2", "b")}
    company = Company(moved={"a20": "b", "a21": "b"}, hidden=hidden)
    assert findings(tmp_path, company) == []


def test_a_part_of_somebodys_effort_is_told_like_a_whole(tmp_path):
    """Somebody of b did a part of their work in a2, which today all counts in b."""
    path = build(tmp_path / "w.duckdb", Company())
    changed(path, "insert into core.worker_unit_week "
            "values ('as_was', 'a2', '2026-06-01', '1900-01-01', 'b0', 0.5)")  # fmt: skip
    said = only(audited(path).findings)
    assert "effort, week 2026-06-01" in said
    assert "give away 1 person" in said


def test_one_who_was_asked_and_did_not_answer_is_told_by_who_did(tmp_path):
    asked = {f"a{i}": "a1" for i in range(5)}  # a's own people are asked in a1, but for one
    company = Company(asked_only={**asked, "late0": "a"})
    for i in range(5):
        company.was[f"a{i}"] = "a1"
    said = only(findings(tmp_path, company)[:1])
    assert "people invited, w: the rows +a, −a1, −a2 give away 1 person" in said


def test_a_unanimous_rest_is_found(tmp_path):
    """a1 is hidden with three people beside ten of a2, who are shown; all of a's own said no."""
    company = Company(hidden_cells={"a1"}, hidden=set(HIDDEN_A1))
    company.answers = {f"a1{i}": 0.0 for i in range(5)}
    company.was = {p: "a" if p in {"a13", "a14"} else u for p, u in company.was.items()}
    company.answers |= {f"a{i}": 0.0 for i in range(5)}
    said = only(findings(tmp_path, company))
    assert (
        "the cells of unit a and of those below it tell favourable_share of hidden unit a1" in said
    )
    assert "(3 of the rest) to lie within 0.00 and" in said


def test_a_hidden_unit_of_few_people_beside_others_of_another_mind_stays_open(tmp_path):
    company = Company(hidden_cells={"a1"}, hidden=set(HIDDEN_A1))
    company.was = {p: "a" if p in {"a13", "a14"} else u for p, u in company.was.items()}
    assert findings(tmp_path, company) == []


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        (f"update {CELLS} set n_answered = 4 where org_unit_id = 'a1'", "of fewer than 5 people"),
        (
            f"update {CELLS} set favourable_share = 1 where org_unit_id = 'a1'",
            "a1 w control of under ten people says that all of them agree",
        ),
        (f"update {CELLS} set mean_100 = 50 where org_unit_id = 'a1'", "more than its favourable"),
        (
            f"update {CELLS} set suppressed = true, reason_missing = 'few_people' "
            "where org_unit_id = 'a1'",
            "the hidden row a1 w control holds a number",
        ),
        (
            "update marts.effort_alignment set suppressed = true, n_people = null, "
            "person_days = null, reason_missing = 'no_effort' where org_unit_id = 'a1'",
            "the hidden row a1 2026-06-01 as_was (and 1 more) holds a number, or another reason",
        ),
        (
            "create table marts.effort_by_desk as select 'd' as desk, true as suppressed",
            "effort_by_desk hides rows, but the audit does not know it",
        ),
        (
            "create table marts.line_of_sight as select 'a1' as org_unit_id, date '2026-06-01' as "
            "week_start, 'as_was' as org_basis, 0.123 as perceived, false as suppressed",
            "perceived of row a1 2026-06-01 as_was is no shown cell of los_actions",
        ),
    ],
    ids=["too small", "all agree", "mean of few", "number of a hidden row", "another reason",
         "an unknown table", "a copy of a hidden cell"],
)  # fmt: skip
def test_a_row_that_says_what_it_must_not_is_named(tmp_path, statement, named):
    path = changed(build(tmp_path / "w.duckdb", Company()), statement)
    marts = ("effort_alignment", "understanding_and_control", "effort_by_desk", "line_of_sight")
    present = {m for m in marts if m in statement} | set(marts[:2])
    assert named in " ".join(audited(path, present).findings)


# What is told, against every combination tried one by one.


def reduced(rows: list[list[Fraction]]) -> list[tuple[int, list[Fraction]]]:
    found: list[tuple[int, list[Fraction]]] = []
    for given in rows:
        row = given
        for pivot, above in found:
            row = [x - row[pivot] * y for x, y in zip(row, above, strict=True)]
        pivot = next((i for i, x in enumerate(row) if x), None)
        if pivot is not None:
            found.append((pivot, [x / row[pivot] for x in row]))
    return found


def is_told(union: tuple[int, ...], alikes: list[Alike], cells: list[str]) -> bool:
    left = [Fraction(i in union) for i in range(len(alikes))]
    for pivot, row in reduced([[Fraction(c in a.cells) for a in alikes] for c in cells]):
        left = [x - left[pivot] * y for x, y in zip(left, row, strict=True)]
    return not any(left)


def n_people(union: tuple[int, ...], alikes: list[Alike]) -> int:
    named = frozenset().union(*(alikes[i].people for i in union))
    return len(named) + sum(alikes[i].n_people for i in union if not alikes[i].people)


def tried(alikes: list[Alike], cells: list[str], minimum: int) -> set[tuple[int, ...]]:
    found: set[tuple[int, ...]] = set()
    for size in range(1, 5):
        for union in itertools.combinations(range(len(alikes)), size):
            is_new = not any(set(part) <= set(union) for part in found)
            if is_new and n_people(union, alikes) < minimum and is_told(union, alikes, cells):
                found.add(union)
    return found


def generated(seed: int) -> tuple[list[Alike], dict[str, str | None]]:
    rng = random.Random(seed)
    cells = [f"c{i}" for i in range(rng.randint(1, 6))]
    above = {c: rng.choice(cells[:i]) if i and rng.random() < 0.6 else None
             for i, c in enumerate(cells)}  # fmt: skip

    def closure(cell: str | None) -> set[str]:
        return {cell} | closure(above[cell]) if cell else set()

    found: dict[frozenset[str], Alike] = {}
    for _ in range(rng.randint(1, 8)):
        drawn = rng.sample(cells, min(len(cells), rng.randint(1, 3)))
        of = frozenset().union(*(closure(cell) for cell in drawn))
        people = frozenset(rng.sample("abcdef", rng.randint(1, 3)))
        is_named = rng.random() < 0.3
        n = len(people) if is_named else rng.choice([1, 1, 2, 3, 5, 9])
        found.setdefault(of, Alike(of, n, people if is_named else frozenset()))
    return list(found.values()), above


def union_of(told: Told, alikes: list[Alike]) -> tuple[int, ...]:
    values = [sum(n for c, n in told.combination.items() if c in a.cells) for a in alikes]
    assert set(values) <= {0, 1}
    return tuple(i for i, value in enumerate(values) if value)


def test_what_is_told_and_what_it_needs_is_what_trying_every_combination_finds():
    n_told = 0
    for seed in range(400):
        alikes, above = generated(seed)
        cells = list(above)
        found = told_groups(alikes, above, 5)
        assert {union_of(told, alikes) for told in found} == tried(alikes, cells, 5), seed
        for told in found:
            union = union_of(told, alikes)
            without = {c for c in cells if not is_told(union, alikes, [o for o in cells if o != c])}
            assert told.needed == without, seed
        n_told += len(found)
    assert n_told > 400


def test_rows_are_hidden_until_nothing_is_told_and_no_more_than_that():
    for seed in range(200):
        alikes, above = generated(seed)
        hidden = rows_to_hide([alikes], above, 5, lambda cell: (str(cell),))
        stay = {cell for cell in above if cell not in hidden}
        left = [replace(a, cells=a.cells & stay) for a in alikes]
        assert told_groups(left, dict.fromkeys(stay), 5) == [], seed
        assert bool(hidden) == bool(tried(alikes, list(above), 5)), seed


def test_a_row_that_must_stay_is_not_hidden():
    alikes = [Alike(frozenset({"root", "a"}), 20), Alike(frozenset({"root"}), 2)]
    above = {"root": None, "a": "root"}

    def order(cell: object) -> tuple[int | str, ...] | None:
        return None if cell == "root" else (str(cell),)

    assert rows_to_hide([alikes], above, 5, order) == ["a"]


# Publishing.


def published_results() -> DbtResults:
    """dbt's results of the leaky company's two marts."""
    said = results()
    for table, key in (
        ("effort_alignment", ["org_unit_id", "week_start", "org_basis"]),
        ("understanding_and_control", ["org_unit_id", "survey_id", "construct"]),
    ):
        said.manifest["nodes"][f"model.a.{table}"] = {
            "resource_type": "model", "unique_id": f"model.a.{table}", "name": table,
            "alias": table, "schema": "marts", "primary_key": key, "description": table,
            "columns": {},
        }  # fmt: skip
        said.run_results["results"].append(
            {"unique_id": f"model.a.{table}", "status": "success", "message": "", "failures": 0}
        )
    for table in ("goal_triad", "about"):
        del said.manifest["nodes"][f"model.a.{table}"]
    return said


def publish_company(root: Path, company: Company, statement: str = ""):
    warehouse = build(root / "w.duckdb", company)
    if statement:
        changed(warehouse, statement)
    shelf = Shelf(root / "published")
    return publish(shelf, warehouse, published_results(), RUN, AS_OF, 3, Privacy())


LEAKY = Company(moved={"a20": "b", "a21": "b"})


def test_nothing_is_published_of_a_company_that_leaks_and_readers_keep_the_last_version(tmp_path):
    first = publish_company(tmp_path, Company())
    assert first.audit is not None
    assert first.audit.figures["audit_sets"] == 7
    before = sorted((tmp_path / "published").rglob("*"))
    with pytest.raises(PublishRefused, match=r"give away 2 people.*readers keep 2026-10-31.1"):
        publish_company(tmp_path, LEAKY)
    assert sorted((tmp_path / "published").rglob("*")) == before


CHANGE = f"update {CELLS} set favourable_share = 0.51 where org_unit_id = 'a2'"


def test_a_survey_cell_that_changed_since_a_version_that_stays_is_refused(tmp_path):
    publish_company(tmp_path, Company())
    reason = (
        "cell of unit a2, wave w, control is not the one of version 2026-10-31.1, "
        "in: favourable_share"
    )
    with pytest.raises(PublishRefused, match=reason):
        publish_company(tmp_path, Company(), CHANGE)


def test_a_version_that_goes_is_not_compared(tmp_path):
    path = build(tmp_path / "w.duckdb", Company())
    shelf = Shelf(tmp_path / "published")
    publish_company(tmp_path, Company())
    changed(path, CHANGE)
    again = publish(shelf, path, published_results(), RUN, AS_OF, 1, Privacy())
    assert shelf.versions() == [again.version]


def test_readers_return_only_to_a_version_whose_cells_the_others_share(tmp_path):
    publish_company(tmp_path / "one", Company())
    publish_company(tmp_path / "two", Company(), CHANGE)
    shelf = Shelf(tmp_path / "one" / "published")
    other = Shelf(tmp_path / "two" / "published").versions_folder / "2026-10-31.1"
    other.rename(shelf.versions_folder / "2026-10-31.2")
    shelf.point_to("2026-10-31.2")
    with pytest.raises(PublishRefused, match=r"2026-10-31.1 is not what other versions say"):
        return_to(shelf, "2026-10-31.1")
    assert shelf.current == "2026-10-31.2"


def test_equal_versions_differ_in_nothing(tmp_path):
    folders = [publish_company(tmp_path / name, Company()).folder for name in ("one", "two")]
    assert audit_versions(folders[0], folders[1:]) == []
