"""The same company through other systems gives the same core and the same marts, but for what a
system cannot carry, which its page lists.

Run with `-s` to see how many rows of how many tables were compared, and what was not carried.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import combinations
from pathlib import Path

import polars as pl
import pytest

from sandbox.company import generate
from tests.nights.carried import LOSSES, Compared, Loss, compare
from tests.nights.company import unequal
from tests.nights.paired_night import PairedNight, Tables
from tests.nights.pairings import EVERY, REFERENCE, STAND_INS, WHOLE, Pairing, Systems

pytestmark = pytest.mark.timeout(900)

PAGES = Path(__file__).parents[2] / "docs" / "connectors"
INPUTS, MARTS = ("staging", "core"), ("marts",)

COMMANDED = Pairing("scim", "redmine", "qualtrics")
"""Whose night is run from the command line in the quick tests too: the one that shares least with
`make nightly`."""
QUICK = (COMMANDED, Pairing("tryton", "jira_cloud", "files"))
"""With the reference, every system is in one of these; `make test-all` runs every pairing."""
OTHERS = tuple(
    pytest.param(pairing, id=str(pairing), marks=[] if pairing in QUICK else pytest.mark.slow)
    for pairing in EVERY
    if pairing != REFERENCE
)


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    with ExitStack() as stack:
        world = generate(seed=1, people=60, months=4)
        yield Systems(world, tmp_path_factory.mktemp("systems"), stack, STAND_INS)


@pytest.fixture(scope="module")
def seen(systems: Systems, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Tables]:
    """What the night of a pairing made, run once."""
    kept: dict[Pairing, Tables] = {}
    parsed = tmp_path_factory.mktemp("dbt")

    def tables(pairing: Pairing) -> Tables:
        if pairing not in kept:
            night = PairedNight(systems, pairing, tmp_path_factory.mktemp("night"))
            if pairing == COMMANDED:
                night.run()
            else:
                night.build(parsed)
            kept[pairing] = night.contents(*INPUTS, *MARTS)
        return kept[pairing]

    return tables


def of(tables: Tables, schemas: tuple[str, ...]) -> Tables:
    return {name: rows for name, rows in tables.items() if name.partition(".")[0] in schemas}


def tell(pairing: Pairing, schemas: tuple[str, ...], found: Compared) -> None:
    """The figures, for whoever looks."""
    lost = f"; rows not carried: {sum(found.lost.values()):,}" if found.lost else ""
    sys.stdout.write(
        f"\n{pairing}: {' and '.join(schemas)}: {found.n_tables} tables, {found.n_rows:,} rows, "
        f"{len(found.different)} tables differ{lost}\n"
    )


@pytest.mark.parametrize("pairing", OTHERS)
def test_staging_and_core_are_the_same_through_other_systems(
    systems: Systems, seen: Callable[..., Tables], pairing: Pairing
) -> None:
    wanted, rows = of(seen(REFERENCE), INPUTS), of(seen(pairing), INPUTS)
    found = compare(wanted, rows, pairing, systems.world)
    tell(pairing, INPUTS, found)
    assert found.different == {}
    assert found.n_tables > 100 and found.n_rows > 50_000
    expected = {loss.what for loss in LOSSES if loss.system in pairing.systems}
    assert {loss.what for loss, n in found.lost.items() if n > 0} == expected


@pytest.mark.parametrize("pairing", OTHERS)
def test_the_marts_are_the_same_through_other_systems(
    systems: Systems, seen: Callable[..., Tables], pairing: Pairing
) -> None:
    wanted, rows = of(seen(REFERENCE), MARTS), of(seen(pairing), MARTS)
    found = compare(wanted, rows, pairing, systems.world)
    tell(pairing, MARTS, found)
    assert found.different == {}
    assert found.lost == {}
    assert found.n_tables >= 15 and found.n_rows > 2_000


@pytest.mark.slow
@pytest.mark.parametrize("pairing", [REFERENCE, *(p for p in WHOLE if p != COMMANDED)], ids=str)
def test_the_command_makes_what_its_steps_make(
    systems: Systems, seen: Callable[..., Tables], pairing: Pairing, tmp_path: Path
) -> None:
    night = PairedNight(systems, pairing, tmp_path)
    night.run()
    assert unequal(night.contents(*INPUTS, *MARTS), seen(pairing)) == {}


def test_every_system_is_in_a_quick_pairing_and_every_two_are_in_some() -> None:
    systems = {system for pairing in (REFERENCE, *QUICK) for system in pairing.systems}
    pairs = {pair for pairing in EVERY for pair in combinations(pairing.systems, 2)}
    assert systems == {system for pairing in EVERY for system in pairing.systems}
    assert len(pairs) == 3 * 2 + 3 * 2 + 2 * 2
    assert len(EVERY) == 12 and COMMANDED in WHOLE


@pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: f"{loss.system}: {loss.said}")
def test_what_a_system_cannot_carry_stands_on_its_page(loss: Loss) -> None:
    page = (PAGES / f"{loss.system}.md").read_text(encoding="utf-8")
    section = page.partition("## What it cannot see")[2].partition("\n## ")[0]
    assert loss.said in " ".join(section.split())


def test_another_cell_another_row_and_a_missing_table_are_seen(
    systems: Systems, seen: Callable[..., Tables]
) -> None:
    wanted = seen(REFERENCE)
    name = "core.fct_seat"
    is_first = pl.int_range(pl.len()) == 0
    share = pl.when(is_first).then(pl.col("fte") + 1e-6).otherwise("fte").alias("fte")
    wrong = {
        "core.fct_seat": wanted["core.fct_seat"].with_columns(share),
        "core.fct_effort": wanted["core.fct_effort"].slice(1),
    }
    found = compare(wanted, wanted | wrong, REFERENCE, systems.world)
    assert set(found.different) == {name, "core.fct_effort"}
    rest = {table: rows for table, rows in wanted.items() if table != name}
    assert set(compare(wanted, rest, REFERENCE, systems.world).different) == {name}
    assert compare(wanted, wanted, REFERENCE, systems.world).different == {}


def test_what_a_system_carries_after_all_is_seen(
    systems: Systems, seen: Callable[..., Tables]
) -> None:
    """The hour of work, in a night that is said to be one of Redmine."""
    pairing = Pairing("bamboohr", "redmine", "qualtrics")
    found = compare(seen(REFERENCE), seen(REFERENCE), pairing, systems.world)
    assert "staging.stg_worklogs" in found.different
