"""The marts say what is true of the sample company, to 1e-9."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import polars as pl
import pytest

from sandbox.observe import declared
from sandbox.truth import compute
from sandbox.world import SURVEYS, TRACKER, end_of
from tests.nights.company import Company
from tests.nights.equality import KEYS, differences

pytestmark = pytest.mark.timeout(900)


def truths(company: Company) -> dict[str, pl.DataFrame]:
    return compute(
        company.world(),
        end_of(company.end),
        linked=linked(company),
        outlook=read(company, "goal_outlook"),
        bands=bands(company),
    )


def bands(company: Company) -> pl.DataFrame:
    """What was forecast of each metric; test_outlook judges what became of it."""
    with duckdb.connect(company.folder / "data" / "warehouse.duckdb", read_only=True) as connection:
        table = connection.sql("select * from forecast.metric_forecast").to_arrow_table()
    return pl.DataFrame(pl.from_arrow(table))


def linked(company: Company) -> dict[str, str]:
    """Person, by bare key, of accounts and survey addresses that linkage matched; test_identity
    judges it."""
    with duckdb.connect(company.folder / "data" / "warehouse.duckdb", read_only=True) as connection:
        return dict(
            connection.execute(
                "select account_ref, substr(person_id, 4) from core.bridge_identity "
                "where method = 'linkage' and source in (?, ?)",
                [TRACKER, SURVEYS],
            ).fetchall()
        )


def read(company: Company, mart: str) -> pl.DataFrame:
    with company.marts() as connection:
        table = connection.sql(f"select * from marts.{mart}").to_arrow_table()
    return pl.DataFrame(pl.from_arrow(table))


@pytest.fixture(scope="module")
def truth(default_company: Company) -> dict[str, pl.DataFrame]:
    return truths(default_company)


@pytest.mark.parametrize("mart", KEYS)
def test_a_published_mart_equals_the_truth(
    default_company: Company, truth: dict[str, pl.DataFrame], mart: str
) -> None:
    found = differences(read(default_company, mart), truth[mart], KEYS[mart])
    assert found.is_empty(), found
    assert truth[mart].height > 50


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_the_marts_of_other_seeds_equal_their_truth(tmp_path: Path, seed: int) -> None:
    company = Company(tmp_path, seed=seed)
    company.night()
    for mart, table in truths(company).items():
        if mart in KEYS:
            found = differences(read(company, mart), table, KEYS[mart])
            assert found.is_empty(), (mart, found)


def test_the_comparison_sees_a_cell_a_row_and_a_null_that_differ() -> None:
    truth = pl.DataFrame({"goal_id": ["a", "b", "c"], "x": [1.0, None, 3.0], "n": [1, 2, 3]})
    mart = pl.DataFrame({"goal_id": ["a", "b", "d"], "x": [1.0 + 1e-8, 2.0, 3.0], "n": [1, 2, 3]})
    found = differences(mart, truth, ["goal_id"])
    assert found.select("goal_id", "column").rows() == [
        ("c", "(row)"),
        ("d", "(row)"),
        ("a", "x"),
        ("b", "x"),
    ]
    near = mart.with_columns(x=pl.Series([1.0 + 1e-10, None, 3.0]), goal_id=truth["goal_id"])
    assert differences(near, truth, ["goal_id"]).is_empty()


def test_every_published_table_has_rows_and_every_column_a_comment(
    default_company: Company,
) -> None:
    with default_company.marts() as connection:
        tables = [
            name
            for (name,) in connection.execute("select table_name from duckdb_tables()").fetchall()
        ]
        empty = [
            t for t in tables if connection.sql(f"select 1 from marts.{t} limit 1").fetchall() == []
        ]
        silent = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'marts' and coalesce(comment, '') = ''"
        ).fetchall()
    assert len(tables) >= 16
    assert empty == []
    assert silent == []


def test_no_individual_or_private_goal_is_published(default_company: Company) -> None:
    goals = default_company.world().goals
    hidden = goals.filter((pl.col("level") == "individual") | (pl.col("visibility") == "private"))
    secret = {f"goals:{goal}" for goal in hidden["goal"]}
    assert len(secret) > 100
    assert published_texts(default_company).isdisjoint(secret)


def test_what_names_persons_is_closed_to_strangers(default_company: Company) -> None:
    assert (default_company.folder / "data").stat().st_mode & 0o007 == 0


def test_no_title_that_is_declared_private_is_published(default_company: Company) -> None:
    world = default_company.world()
    names = set(declared(world, end_of(world.end))["withheld_titles"]["initiative"])
    keys = {name.removeprefix("jira:") for name in names}
    items = world.items.filter(pl.col("item").is_in(list(keys)) | pl.col("name").is_in(list(keys)))
    titles = read(default_company, "dim_initiative")
    shown = titles.filter(pl.col("initiative_id").is_in([f"jira:{key}" for key in items["item"]]))
    assert shown["title"].to_list() == ["Title withheld"] * 2
    assert published_texts(default_company).isdisjoint(set(items["title"]))


def test_no_published_column_names_a_person(default_company: Company) -> None:
    people = default_company.world().people
    secret = set(people["full_name"]) | set(people["email_now"]) | set(people["person"])
    secret |= {f"hr:{person}" for person in people["person"]}
    secret.discard(None)
    assert published_texts(default_company).isdisjoint(secret)


def published_texts(company: Company) -> set[str]:
    """Every value of every text column that is published, and every part of it."""
    found: set[str] = set()
    with company.marts() as connection:
        columns = connection.execute(
            "select table_name, column_name from duckdb_columns() "
            "where schema_name = 'marts' and data_type = 'VARCHAR'"
        ).fetchall()
        for table, column in columns:
            rows = connection.execute(f'select distinct "{column}" from marts.{table}').fetchall()
            values = {value for (value,) in rows if value is not None}
            found |= values | {part for value in values for part in re.split(r"[|;, ]+", value)}
    return found
