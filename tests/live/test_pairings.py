"""The company that went into a real Tryton, a real Redmine and a real SCIM server, through their
own APIs, gives the same core and the same marts as the stand-ins of `make nightly`.

Run with `-s` to see how much was compared and how long the systems took.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import pytest

from sandbox.company import generate
from sandbox.world import HR, TRACKER
from tests.live import redmine, tryton, tryton_fill
from tests.nights.carried import LOSSES, compare
from tests.nights.paired_night import PairedNight, Tables
from tests.nights.pairings import (
    REFERENCE,
    STAND_INS,
    WHOLE,
    Entries,
    Opener,
    Pairing,
    Systems,
    redmine_entry,
    tryton_entry,
)

pytestmark = [pytest.mark.live, pytest.mark.timeout(1200)]

ALL_REAL: Final = Pairing("tryton", "redmine", "qualtrics")
SCHEMAS: Final = ("staging", "core", "marts")


@contextmanager
def real_tryton(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    began = time.monotonic()
    with tryton.filled(systems.world, systems.as_of, work=False) as site:
        tell(f"Tryton was filled in {time.monotonic() - began:.0f} s")
        at = {"url": site.url, "database": site.database, "user": tryton_fill.READER}
        yield {HR: tryton_entry(at | {"password": systems.kept("tryton", site.password)})}


@contextmanager
def real_redmine(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    began = time.monotonic()
    with redmine.filled(systems.world, systems.as_of) as site:
        tell(f"Redmine was filled in {time.monotonic() - began:.0f} s by {site.api.calls} calls")
        yield {TRACKER: redmine_entry(site.url, systems.kept("redmine", site.key))}


REAL: Final[dict[str, Opener]] = STAND_INS | {"tryton": real_tryton, "redmine": real_redmine}
"""The vendors' clouds stay stand-ins; SCIM's server is real in any case."""


def tell(line: str) -> None:
    sys.stdout.write(f"\n{line}\n")


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    with ExitStack() as stack:
        world = generate(seed=1, people=60, months=4)
        yield Systems(world, tmp_path_factory.mktemp("systems"), stack, REAL)


@pytest.fixture(scope="module")
def wanted(systems: Systems, tmp_path_factory: pytest.TempPathFactory) -> Tables:
    night = PairedNight(systems, REFERENCE, tmp_path_factory.mktemp("reference"))
    night.build(tmp_path_factory.mktemp("dbt"))
    return night.contents(*SCHEMAS)


@pytest.mark.parametrize("pairing", [*WHOLE, ALL_REAL], ids=str)
def test_a_night_through_real_servers_makes_the_same(
    systems: Systems, wanted: Tables, pairing: Pairing, tmp_path: Path
) -> None:
    night = PairedNight(systems, pairing, tmp_path)
    night.run()
    found = compare(wanted, night.contents(*SCHEMAS), pairing, systems.world)
    tell(
        f"{pairing}: {found.n_tables} tables, {found.n_rows:,} rows, {len(found.different)} tables "
        f"differ; rows not carried: {sum(found.lost.values()):,}"
    )
    assert found.different == {}
    assert found.n_tables > 115 and found.n_rows > 50_000
    expected = {loss.what for loss in LOSSES if loss.system in pairing.systems}
    assert {loss.what for loss, n in found.lost.items() if n > 0} == expected
