"""BambooHR keeps the contract of connectors."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.bamboohr import HARNESS


class TestBambooHRKeepsTheContract(ConnectorContract):
    harness = HARNESS
