"""Files keep the contract of connectors."""

from __future__ import annotations

from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.files import HARNESS


class TestFilesKeepTheContract(ConnectorContract):
    harness = HARNESS
