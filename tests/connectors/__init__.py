"""Tests of connectors; asserts in the contract suite tell their values as in test modules."""

import pytest

pytest.register_assert_rewrite(
    *(f"{__name__}.contract_{part}" for part in ("suite", "faults", "reading", "words"))
)
