"""Tryton keeps the contract."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.tryton import HARNESS


class TestItKeepsTheContract(ConnectorContract):
    harness = HARNESS
