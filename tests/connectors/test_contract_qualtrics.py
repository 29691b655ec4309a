"""Qualtrics keeps the contract of connectors."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.qualtrics import HARNESS


class TestQualtricsKeepsTheContract(ConnectorContract):
    harness = HARNESS
