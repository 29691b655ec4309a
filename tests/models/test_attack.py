"""The attack: 50 generated companies, four attributes, three waves, and nobody is recovered.

Belongs here: what an attacker finds beside the rules, and the attacker's own proof that it finds
what there is. Does not belong here: companies, rules and the attacker (`benchmarks.privacy`), what
the pattern hides (`test_fixed_point`).
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

from benchmarks.privacy import (
    ATTRIBUTES,
    ROOT,
    Shown,
    Wave,
    at_least,
    attack,
    by_pattern,
    company,
    hidden_total,
    until_nothing_is_told,
)

ALL_COMPANIES = range(50)
FEW_COMPANIES = range(6)


def waves_of(seeds: Iterable[int]) -> list[Wave]:
    return [wave for seed in seeds for wave in company(seed)]


def n_recovered(wave: Wave, shown: Shown) -> int:
    found = attack(wave, shown)
    return len(found.people) + found.n_groups


def withstand(waves: list[Wave], folder: Path) -> tuple[int, int, int]:
    """Nothing is recovered; says what the patterns alone gave away of all attributes together, how
    many cells they showed, and how many of these stayed.
    """
    patterns = by_pattern(waves, folder / "warehouse.duckdb")
    n_before = n_shown = n_stay = 0
    for wave in waves:
        shown = patterns[wave.name]
        for attribute in ATTRIBUTES:
            alone = shown & {*wave.tree(attribute)}
            assert n_recovered(wave, alone) == 0, (wave.name, attribute)
        stay = until_nothing_is_told(wave, shown)
        assert n_recovered(wave, stay) == 0, wave.name
        n_before += n_recovered(wave, shown)
        n_shown += len(shown)
        n_stay += len(stay)
    return n_before, n_shown, n_stay


def test_nobody_is_recovered_of_a_few_companies(tmp_path):
    n_before, n_shown, n_stay = withstand(waves_of(FEW_COMPANIES), tmp_path)
    assert n_before > 0
    assert n_stay > 0.9 * n_shown


@pytest.mark.slow
def test_nobody_is_recovered_of_fifty_companies_and_most_cells_stay(tmp_path):
    n_before, n_shown, n_stay = withstand(waves_of(ALL_COMPANIES), tmp_path)
    assert n_before > 0
    assert n_stay > 0.9 * n_shown


def test_the_rules_of_vendors_give_people_away():
    """The attacker is worth its name: what others show, it takes."""
    waves = waves_of(FEW_COMPANIES)
    for rule in (at_least(5), at_least(10), hidden_total(2)):
        assert sum(len(attack(wave, rule(wave)).people) for wave in waves) > 0


def test_the_attacker_finds_one_person_and_a_group_of_two_sets():
    parent = {"unit 0": ROOT, "location 0": ROOT}
    places = {f"p{i}": ("unit 0", "location 0") for i in range(8)}
    places |= {"q": (ROOT, "location 0"), "r": ("unit 0", ROOT), "s": ("unit 0", ROOT)}
    wave = Wave("w 0", parent, places)
    cells = frozenset({ROOT, "unit 0", "location 0"})
    found = attack(wave, cells)
    assert found.people == {"q"}
    assert found.n_groups == 1  # r and s: all but location 0
    assert attack(wave, frozenset({ROOT})).people == frozenset()
