"""Redmine keeps the contract of connectors."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.redmine import HARNESS


class TestRedmineKeepsTheContract(ConnectorContract):
    harness = HARNESS
