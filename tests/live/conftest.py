"""Real servers that tests of small questions share: started once a session, where one asks.

Belongs here: a small company in each, on its first night. Does not belong here: servers that a test fills for itself.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.harness import sample_nights, sample_world
from tests.live import redmine, scim, tryton


@pytest.fixture(scope="session")
def small_redmine() -> Iterator[redmine.Running]:
    """What a test changes in it, it puts back."""
    with redmine.filled(sample_world(), sample_nights()[0]) as running:
        yield running


@pytest.fixture(scope="session")
def small_tryton() -> Iterator[tryton.Running]:
    """What a test changes in it, it puts back."""
    with tryton.filled(sample_world(), sample_nights()[0]) as running:
        yield running


@pytest.fixture(scope="session")
def small_scim() -> Iterator[scim.Directory]:
    """What a test changes in it, it puts back."""
    with scim.serving(sample_world(), sample_nights()[0]) as directory:
        yield directory
