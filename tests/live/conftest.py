"""Real servers that tests of small questions share: started once a session, where one asks.

Belongs here: the sample company in each, in its first weeks.
Does not belong here: servers that a test fills for itself.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest

from sandbox.world import end_of
from tests.connectors.harness import sample_world
from tests.live import redmine, scim, tryton


def _early() -> dt.datetime:
    """So early that little has happened, and a server is filled in seconds."""
    return end_of(sample_world().end - dt.timedelta(days=75))


@pytest.fixture(scope="session")
def small_redmine() -> Iterator[redmine.Running]:
    """What a test changes in it, it puts back."""
    with redmine.filled(sample_world(), _early()) as running:
        yield running


@pytest.fixture(scope="session")
def small_tryton() -> Iterator[tryton.Running]:
    """What a test changes in it, it puts back."""
    with tryton.filled(sample_world(), _early()) as running:
        yield running


@pytest.fixture(scope="session")
def small_scim() -> Iterator[scim.Directory]:
    """What a test changes in it, it puts back."""
    with scim.serving(sample_world(), _early()) as directory:
        yield directory
