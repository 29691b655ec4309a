"""Jira Cloud keeps the contract of connectors."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.jira_cloud import HARNESS


class TestJiraCloudKeepsTheContract(ConnectorContract):
    harness = HARNESS
