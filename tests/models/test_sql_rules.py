"""How the SQL of the models is written: in words that DuckDB, PostgreSQL and Spark share.

What engines spell differently stands in `macros/dialect*.sql` alone, so that another engine needs
no change of a model.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from ruamel.yaml import YAML

PROJECT: Final = Path(__file__).parents[2] / "dbt_project"
MODELS: Final = sorted(PROJECT.glob("models/**/*.sql"))
QUERIES: Final = MODELS + sorted(PROJECT.glob("tests/**/*.sql"))
MACROS: Final = sorted(set(PROJECT.glob("macros/*.sql")) - set(PROJECT.glob("macros/dialect*.sql")))
SPOKEN: Final = QUERIES + MACROS

LONGEST: Final = 150
"""Lines of a model; one that needs more is two."""

SHARED: Final = {
    "abs", "avg", "cast", "coalesce", "corr", "count", "date_trunc", "exp", "extract", "floor",
    "greatest", "lag", "lead", "least", "length", "ln", "lower", "max", "min", "mod", "nullif",
    "power", "round", "row_number", "sqrt", "substr", "sum", "trim", "upper",
}  # fmt: skip
"""Functions that the three engines have, with the same meaning."""

NO_FUNCTION: Final = {
    "all", "and", "any", "as", "by", "decimal", "end", "except", "exists", "from", "in",
    "intersect", "join", "not", "on", "or", "over", "select", "then", "union", "using", "values",
    "when", "where", "with",
}  # fmt: skip
"""Words that may stand before a bracket and call nothing."""

FORBIDDEN: Final = {
    "group by all": r"\bgroup\s+by\s+all\b",
    "order by all": r"\border\s+by\s+all\b",
    "a number for a column": r"\b(?:group|order)\s+by\s+\d",
    "qualify": r"\bqualify\b",
    "a cast by ::": r"::",
    "a list": r"[\[\]]",
    "columns left out of or replaced in a star": r"\*\s*(?:exclude|replace|rename)\b",
    "union by name": r"\bby\s+name\b",
    "asof join": r"\basof\b",
    "semi or anti join": r"\b(?:semi|anti|positional)\s+join\b",
    "pivot": r"\b(?:un)?pivot\b",
    "an interval": r"\binterval\b",
    "the type double": r"\bas\s+double\b",
    "a time without zone": r"\bas\s+(?:timestamp|datetime)\b",
    "an aggregate's filter": r"\bfilter\s*\(",
    "ilike, glob, similar to": r"\b(?:ilike|glob|similar\s+to)\b",
    "the machine's clock": r"\b(?:get_)?current_(?:date|time|timestamp)\b",
    "from before select": r"\(\s*from\b",
}
"""What other engines do not read, or read otherwise."""

_UNSAID: Final = re.compile(r"\{#.*?#\}|--[^\n]*|'(?:[^']|'')*'", re.DOTALL)
_JINJA: Final = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)


def sql_of(text: str) -> str:
    """The SQL of a file in lower case, without comments, texts and what Jinja puts in."""
    return _JINJA.sub(" ", _UNSAID.sub(" ", text)).lower()


def breaches(text: str) -> list[str]:
    """What of a file another engine would not read."""
    sql = sql_of(text)
    called = set(re.findall(r"\b([a-z_]\w*)\s*\(", sql)) - SHARED - NO_FUNCTION - named_in(sql)
    return sorted(called) + [name for name, shape in FORBIDDEN.items() if re.search(shape, sql)]


def named_in(sql: str) -> set[str]:
    """Queries that a `with` names with their columns, which look like calls."""
    return set(re.findall(r"\b([a-z_]\w*)\s*\([\w\s,]*\)\s+as\s*\(", sql))


def name_of(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


def test_there_are_models_queries_and_macros_to_look_at():
    assert len(MODELS) > 90
    assert len(QUERIES) - len(MODELS) > 30
    assert {path.name for path in MACROS} >= {"clock.sql", "versions.sql", "text.sql"}


@pytest.mark.parametrize("path", SPOKEN, ids=name_of)
def test_only_words_that_every_engine_reads_are_used_outside_the_dialect(path):
    found = breaches(path.read_text(encoding="utf-8"))
    assert not found, f"{name_of(path)}: {', '.join(found)}; put it behind a macro of dialect.sql"


@pytest.mark.parametrize(
    ("sql", "breach"),
    [
        ("select a, count(*) from t GROUP BY\n ALL", "group by all"),
        ("select a from t order by 1", "a number for a column"),
        ("select a from t qualify row_number() over (order by a) = 1", "qualify"),
        ("select a::date from t", "a cast by ::"),
        ("select [a, b] from t", "a list"),
        ("select * exclude (a) from t", "columns left out of or replaced in a star"),
        ("select arg_max(a, b) from t", "arg_max"),
        ("select unnest (a) from t", "unnest"),
        ("select string_agg(a, ',') from t", "string_agg"),
        ("select cast(a as double) from t", "the type double"),
        ("select d + interval '1 day' from t", "an interval"),
        ("select * from a asof join b on a.x >= b.x", "asof join"),
        ("select sum(a) filter (where b) from t", "an aggregate's filter"),
        ("select current_date", "the machine's clock"),
    ],
)
def test_a_word_of_one_engine_is_found(sql, breach):
    assert breach in breaches(sql)


def test_words_in_comments_texts_and_calls_of_macros_are_no_breach():
    text = """
    {# qualify [1] #} {% set columns = ['a'] %}
    select 'a::b ''unnest('' [1]' as words, {{ split_to_rows('t', ['a'], 'b') }} -- group by all
    """
    assert breaches(text) == []


@pytest.mark.parametrize("path", MODELS, ids=name_of)
def test_a_model_fits_in_150_lines(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= LONGEST


def described() -> dict[str, dict]:
    """Every model that a yml of the project describes, by name."""
    found: dict[str, dict] = {}
    for path in sorted(PROJECT.glob("models/**/*.yml")):
        for model in YAML(typ="safe").load(path).get("models", []):
            assert model["name"] not in found, f"{model['name']} is described twice"
            found[model["name"]] = model
    return found


def test_every_model_is_described_once_with_its_columns_and_its_key():
    models = described()
    assert set(models) == {path.stem for path in [*MODELS, *PROJECT.glob("models/**/*.py")]}
    for name, model in models.items():
        assert model.get("description"), f"{name} has no description"
        assert model.get("columns"), f"{name} has no columns"
        tests = [next(iter(t)) if isinstance(t, dict) else t for t in model.get("data_tests", [])]
        assert "unique_combination" in tests, f"no test says what the key of {name} is"
        for column in model["columns"]:
            assert column.get("description"), f"{name}.{column['name']} has no description"
            assert column.get("data_type"), f"{name}.{column['name']} has no type"
