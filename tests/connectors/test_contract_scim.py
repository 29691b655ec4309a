"""SCIM keeps the contract of connectors."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.scim import HARNESS


class TestScimKeepsTheContract(ConnectorContract):
    harness = HARNESS
