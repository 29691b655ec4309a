"""Which cells are hidden, worked out by hand (readings F1, F4 and F5)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.truth.pattern import Forest, Kind, hidden_units

MINIMUM = 5
Tree = Mapping[str, str | None]


def people(**direct: int) -> Kind:
    """Nobody in two units: so many by direct unit."""
    return Kind({unit: frozenset(f"{unit}{i}" for i in range(n)) for unit, n in direct.items()})


def answering(own: Mapping[str, Iterable[float]]) -> Kind:
    """A favourable share for everybody of a unit."""
    shares = {f"{u}{i}": Fraction(s) for u, given in own.items() for i, s in enumerate(given)}
    return Kind({u: frozenset(p for p in shares if p.startswith(u)) for u in own}, shares)


def under(*children: str, root: str = "r") -> dict[str, str | None]:
    return {root: None, **dict.fromkeys(children, root)}


def hidden(parent: Tree, *kinds: Kind, first: set[str] | None = None) -> set[str]:
    """Hidden units; hidden first, where a test does not say, is a subtree under the minimum."""
    forest = Forest(parent)
    small = {
        unit
        for unit in parent
        for kind in kinds
        if len(kind.people(forest.subtree(unit))) < MINIMUM
    }
    return set(hidden_units(parent, kinds, MINIMUM, small if first is None else first))


@pytest.mark.parametrize(
    ("direct", "expected"),
    [
        ({"a": 0, "b": 0, "c": 1, "d": 350, "e": 405, "f": 425}, "abcd"),
        ({"a": 3, "b": 1, "c": 200}, "abc"),
        ({"a": 3, "b": 2, "c": 200}, "ab"),
        ({"r": 2, "a": 10}, "a"),
        ({"r": 5, "a": 10}, ""),
        ({"r": 0, "a": 10}, ""),
        ({"r": 0, "a": 0, "b": 10}, "a"),
        ({"r": 1, "a": 4, "b": 10}, "a"),
        ({"r": 4, "b": 7, "a": 7, "c": 8}, "a"),
        ({"r": 0, "a": 4}, "ra"),
    ],
)
def test_siblings_and_direct_members_hide_together(direct: dict[str, int], expected: str) -> None:
    tree = under(*(unit for unit in direct if unit != "r"))
    assert hidden(tree, people(**direct)) == set(expected)


def test_what_a_hidden_unit_leaves_shown_is_judged_from_the_next_shown_unit_above() -> None:
    tree: Tree = {"r": None, "a": "r", "b": "r", "aa": "a", "ab": "a"}
    # r's one direct member hides a, whose own six join the rest; a's children stay shown.
    assert hidden(tree, people(r=1, a=6, b=40, aa=10, ab=10)) == {"a"}
    # with a, that has none of its own, r's one is still alone: the smallest of aa, ab, b follows.
    assert hidden(tree, people(r=1, a=0, b=40, aa=10, ab=11)) == {"a", "aa"}
    # b beside a is smaller than it: nothing below a need be hidden.
    assert hidden(tree, people(r=1, a=0, b=6, aa=10, ab=11)) == {"b"}


def test_the_pattern_is_settled_below_before_above() -> None:
    tree: Tree = {"r": None, "a": "r", "b": "r", "aa": "a", "ab": "a"}
    # aa hides with a's two; they are a's rest of twelve, so r, without members, loses nothing.
    assert hidden(tree, people(r=0, a=2, b=40, aa=10, ab=11)) == {"aa"}
    # r's rest of one hides a, the smaller of a (23) and b (40): its rest of twelve is enough.
    assert hidden(tree, people(r=1, a=2, b=40, aa=10, ab=11)) == {"a", "aa"}


def test_nobody_is_no_rest_and_a_root_has_no_sibling() -> None:
    tree: Tree = {"r": None, "s": None, "a": "r", "b": "s"}
    assert hidden(tree, people(r=0, s=3, a=10, b=30)) == {"b"}


def test_one_pattern_holds_for_all_kinds() -> None:
    tree = under("a", "b", "c")
    heads, workers = people(r=6, a=10, b=20, c=30), people(r=2, a=10, b=20, c=6)
    assert hidden(tree, heads) == set()
    # the workers' rest of two hides c: six workers are the least count, though a has fewer heads.
    assert hidden(tree, heads, workers) == {"c"}


def test_somebody_with_two_seats_is_one_person_of_a_rest() -> None:
    own = {
        "r": frozenset({"p", "q"}),
        "a": frozenset({"p", "s", "t"}),
        "b": frozenset(f"b{i}" for i in range(9)),
    }
    # r and a have five seats and four people.
    assert hidden(under("a", "b"), Kind(own)) == {"a", "b"}
    own["a"] = frozenset({"s", "t", "u"})
    assert hidden(under("a", "b"), Kind(own)) == {"a"}


def test_what_is_hidden_first_stays_hidden_and_its_units_stay_shown() -> None:
    tree: Tree = {"r": None, "a": "r", "aa": "a"}
    assert hidden(tree, people(r=0, a=5, aa=10), first={"a"}) == {"a"}


def test_what_a_few_hidden_people_answered_stays_open() -> None:
    tree = under("a", "b", "c")
    mixed = {"b": [1, 0] * 10, "c": [1, 0] * 15}
    # r's two and a's four: all six agree, so each of them is known to agree; b hides too.
    agreed = {"r": [1, 1], "a": [1, 1, 1, 1], **mixed}
    assert hidden(tree, answering(agreed)) == {"a", "b"}
    # four of six agree: of r's two, none, one or two may be among them.
    assert hidden(tree, answering({**agreed, "a": [1, 1, 0, 0]})) == {"a"}
    # one of six does not agree: of r's two at least one does (width 1/2), of a's four at
    # least three (width 1/4): just open enough.
    assert hidden(tree, answering({**agreed, "a": [1, 1, 1, 0]})) == {"a"}


def test_a_tenth_of_an_answer_counts_by_a_tenth() -> None:
    tree = under("a", "b")
    shares = {"r": [1, 1], "a": [1, 1, 1, 0.1], "b": [1, 0] * 10}
    # 5.1 of 6: of a's four at least 3.1 (width 0.225).
    assert hidden(tree, answering(shares)) == {"a", "b"}


def test_a_unit_whose_rest_cannot_be_opened_hides_itself() -> None:
    tree: Tree = {"r": None, "a": "r", "b": "r", "aa": "a", "ab": "a"}
    shares = {
        "a": [1, 1],
        "aa": [1, 1, 1],
        "ab": [1] * 6,
        "b": [1, 0] * 20,
        "r": [1, 0, 0, 0, 0],
    }
    # All eleven of a agree: hiding aa and ab does not help, a goes; with r's five it is open.
    assert hidden(tree, answering(shares)) == {"a", "aa", "ab"}
    # Without r's others a's part is the rest of r, of whom all agree: b follows.
    assert hidden(tree, answering({**shares, "r": []})) == {"a", "aa", "ab", "b"}


def test_a_part_of_the_minimum_of_people_may_be_known() -> None:
    # a's five could have been shown; r's five too.
    tree = under("a", "b")
    shares = {"r": [1] * 5, "a": [1] * 5, "b": [1, 0] * 10}
    assert hidden(tree, answering(shares), first={"a"}) == {"a"}


def test_a_part_that_is_the_whole_rest_is_no_part() -> None:
    assert hidden({"r": None}, answering({"r": [1, 0, 1]}), first=set()) == set()


def test_a_construct_that_is_not_judged_need_not_stay_open() -> None:
    tree = under("a", "b")
    assert hidden(tree, people(r=2, a=4, b=20)) == {"a"}
    agreed = answering({"r": [1, 1], "a": [1] * 4, "b": [1, 0] * 10})
    assert hidden(tree, people(r=2, a=4, b=20), agreed) == {"a", "b"}


@st.composite
def forests(draw: st.DrawFn) -> tuple[dict[str, str | None], list[Kind]]:
    """Up to a dozen units, each under one before it or a root, with two kinds of people."""
    n = draw(st.integers(1, 12))
    parent: dict[str, str | None] = {}
    for number in range(n):
        above = draw(st.none() | st.sampled_from(sorted(parent))) if parent else None
        parent[f"u{number:02}"] = above
    sizes = st.lists(st.integers(0, 9), min_size=n, max_size=n)
    return parent, [people(**dict(zip(parent, draw(sizes), strict=True))) for _ in range(2)]


@given(forests())
def test_what_is_shown_never_isolates_a_few_people(
    forest: tuple[dict[str, str | None], list[Kind]],
) -> None:
    parent, kinds = forest
    gone = hidden(parent, *kinds)
    tree = Forest(parent)
    for unit in sorted(set(parent) - gone):
        below = [u for u in tree.subtree(unit) if u != unit and u not in gone]
        for kind in kinds:
            everybody = kind.people(tree.subtree(unit))
            elsewhere = frozenset().union(*(kind.people(tree.subtree(u)) for u in below))
            assert len(everybody) >= MINIMUM
            assert len(everybody - elsewhere) not in range(1, MINIMUM)


@given(forests())
def test_a_pattern_that_is_settled_hides_nothing_more(
    forest: tuple[dict[str, str | None], list[Kind]],
) -> None:
    parent, kinds = forest
    gone = hidden(parent, *kinds)
    assert hidden(parent, *kinds, first=gone) == gone
