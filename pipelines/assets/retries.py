"""How often a step is tried again. Belongs here: that policy. Nothing else does."""

from typing import Final

import dagster as dg

TRIES_AGAIN: Final = dg.RetryPolicy(max_retries=2, delay=5, backoff=dg.Backoff.EXPONENTIAL)
"""Connectors retry single requests themselves; this is for what they did not foresee."""
