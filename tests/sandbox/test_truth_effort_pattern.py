"""Which weekly rows have no number, by hand (F1, F2, F4, F6)."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox.effort_world import cell, days, marts, people
from tests.sandbox.tiny_world import Row

UNITS: list[Row] = [{"unit": "root"}, *({"unit": u, "parent": "root"} for u in "abc")]
ITEMS: list[Row] = [{"item": "i"}]


def shown(sizes: dict[str, int], workers: dict[str, int], **tables: Any) -> set[str]:
    """Units with numbers in the week of 2 March, the same in both marts."""
    logs = [row for u, count in workers.items() for k in range(count)
            for row in days(f"{u}-{k:02}", "i", 5)]  # fmt: skip
    base = {"units": UNITS, "items": ITEMS, **people(sizes)}
    found = marts({**base, **tables, "worklogs": logs})
    units = {row["unit"] for row in {**base, **tables}["units"]}
    per_mart = [
        {u for u in units if not cell(found, u, mart=mart)["suppressed"]}
        for mart in ("effort_alignment", "line_of_sight")
    ]
    assert per_mart[0] == per_mart[1]
    return per_mart[0]


@pytest.mark.parametrize(
    ("sizes", "workers", "expected"),
    [
        # large units, all at work or idle
        ({"a": 30, "b": 30, "c": 30}, {"a": 9, "b": 9, "c": 9}, {"root", "a", "b", "c"}),
        ({"a": 30, "b": 30, "c": 30}, {"a": 9, "b": 9}, {"root", "a", "b", "c"}),
        # a unit of four workers is told by its siblings and the root: the next smallest goes, too
        ({"a": 30, "b": 40, "c": 50}, {"a": 4, "b": 20, "c": 9}, {"root", "b"}),
        # two of four: together they are eight
        ({"a": 30, "b": 40, "c": 50}, {"a": 4, "b": 4, "c": 9}, {"root", "c"}),
        # the least of any count decides: b has fewer workers than c has people
        ({"a": 4, "b": 40, "c": 25}, {"b": 20, "c": 22}, {"root", "c"}),
        # ties: the lower id
        ({"a": 30, "b": 40, "c": 40}, {"a": 4, "b": 9, "c": 9}, {"root", "c"}),
        # three direct members of the root are a sibling like any other
        ({"root": 3, "a": 30, "b": 40, "c": 50}, {"a": 9, "b": 9, "c": 9}, {"root", "b", "c"}),
        ({"root": 5, "a": 30, "b": 40, "c": 50}, {"a": 9, "b": 9, "c": 9},
         {"root", "a", "b", "c"}),
        # nothing left to hide; the root has no sibling
        ({"root": 19, "a": 4}, {"root": 9}, {"root"}),
    ],
)  # fmt: skip
def test_siblings_that_would_give_a_small_group_away_are_hidden(
    sizes: dict[str, int], workers: dict[str, int], expected: set[str]
) -> None:
    assert shown(sizes, workers) == expected


def test_a_unit_of_few_observable_people_is_hidden_and_one_of_none_is_not() -> None:
    crowd = people({"a": 30, "b": 30, "c": 30})
    for seen, expected in ((4, {"root", "c"}), (5, {"root", "a", "b", "c"}),
                           (0, {"root", "a", "b", "c"})):  # fmt: skip
        accounts = [a for a in crowd["accounts"]
                    if a["account"][0] != "a" or int(a["account"][2:]) < seen]  # fmt: skip
        assert shown({}, {"b": 9, "c": 9}, **{**crowd, "accounts": accounts}) == expected


def test_five_to_nineteen_people_are_hidden_by_the_week_and_hide_nobody_else() -> None:
    assert shown({"a": 5, "b": 30, "c": 19}, {"a": 5, "b": 9, "c": 9}) == {"root", "b"}


def test_only_children_and_deeper_units_are_siblings_of_direct_members() -> None:
    units = [*UNITS[:2], {"unit": "a1", "parent": "a"}, {"unit": "a2", "parent": "a1"}]
    # two direct members of a beside its only child
    work = {"a2": 9}
    assert shown({"a": 2, "a1": 6, "a2": 30}, work, units=units) == {"root", "a", "a2"}
    # deepest first: a1's three hide a2, then a's two hide a1
    assert shown({"a": 2, "a1": 3, "a2": 30}, work, units=units) == {"root", "a"}
    # a1 has nobody of its own: to hide it adds nothing, and a2 follows
    assert shown({"root": 6, "a": 2, "a2": 30}, work, units=units) == {"root", "a"}


def test_an_account_of_nobody_at_work_is_one_of_the_roots_direct_members() -> None:
    crowd = people({"a": 30, "b": 40, "c": 50})
    logs = [row for u in "abc" for k in range(9) for row in days(f"{u}-{k:02}", "i", 5)]
    logs += days("x", "i", 1)
    found = marts({"units": UNITS, "items": ITEMS, **crowd, "worklogs": logs})
    assert [cell(found, u)["suppressed"] for u in "abc"] == [True, False, False]
    hidden = cell(found, "a")
    assert (hidden.pop("suppressed"), hidden.pop("reason_missing")) == (True, "few_people")
    assert list(hidden) and set(list(hidden.values())[3:]) == {None}
