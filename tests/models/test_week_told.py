"""The Python models that hide what rows of both bases together would tell (reading F2b).

Belongs here: which rows of a week and cells of a month the models hide. Does not belong here: what
is told (tests/pipelines/test_audit.py), the models in a night (tests/nights).
"""

from __future__ import annotations

import datetime as dt
import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from pipelines.audit_cells import Tree
from pipelines.dbt import PROJECT

LONG_AGO = dt.date(1900, 1, 1)
TREE = Tree({"root": ("root",), "a": ("a", "root"), "b": ("b", "root")})
TREES = {("as_was", LONG_AGO): TREE, ("restated", LONG_AGO): TREE}


def loaded(name: str) -> ModuleType:
    path: Path = PROJECT / "models" / "core" / "effort" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stayed(unit: str, n: int) -> tuple[object, ...]:
    return ((LONG_AGO, unit),), (unit,), n, []


def went(was: str, is_now: str, *people: str) -> tuple[object, ...]:
    return ((LONG_AGO, was),), (is_now,), len(people), list(people)


def hidden_of_week(*kinds: list[tuple[object, ...]], sizes: dict[str, int]) -> list[object]:
    pattern = {(basis, unit): n for basis in ("as_was", "restated") for unit, n in sizes.items()}
    return loaded("week_told").told_of_week(kinds, TREES, LONG_AGO, pattern, 5)


SIZES = {"root": 60, "a": 30, "b": 24}
HEADS = [stayed("root", 6), stayed("a", 30), stayed("b", 24)]


def test_a_week_in_which_nobody_moved_hides_nothing():
    assert hidden_of_week(HEADS, HEADS, sizes=SIZES) == []


def test_the_smaller_of_two_units_between_which_two_people_moved_is_hidden_first():
    moved = [*HEADS, went("a", "b", "p", "q")]
    assert hidden_of_week(moved, sizes=SIZES) == [("restated", "b"), ("restated", "a")]


def test_five_who_moved_at_once_hide_nothing():
    assert hidden_of_week([*HEADS, went("a", "b", *"pqrst")], sizes=SIZES) == []


def test_what_only_one_kind_tells_hides_for_all():
    assert hidden_of_week(HEADS, [*HEADS, went("b", "a", "p")], sizes=SIZES) == [
        ("restated", "b"),
        ("restated", "a"),
    ]


def test_a_row_as_it_was_is_hidden_where_no_restated_one_is_to_blame():
    """Two people sit in both a and b, and nobody in root: root less a and b is these two."""
    both = ((LONG_AGO, "a"), (LONG_AGO, "b")), ("a", "b"), 2, ["p", "q"]
    heads = [stayed("a", 30), stayed("b", 24), both]
    hidden = hidden_of_week(heads, sizes={"root": 56, "a": 32, "b": 26})
    assert hidden == [("restated", "b"), ("as_was", "b")]


@pytest.mark.parametrize(
    ("placed", "hidden"),
    [
        ([("a", "a", 20, []), ("a", "c", 9, [])], []),
        ([("a", "a", 20, []), ("a", "c", 9, []), ("a", "d", 3, ["p", "q", "r"])],
         [("restated", "c")]),
    ],
    ids=["a split without a rest", "a split that leaves three"],
)  # fmt: skip
def test_a_unit_that_was_split_tells_who_went_elsewhere(placed, hidden):
    sizes = {("as_was", "a"): 32, ("restated", "a"): 20, ("restated", "c"): 9}
    assert loaded("own_effort_told").told_of_month(placed, sizes, 5) == hidden
