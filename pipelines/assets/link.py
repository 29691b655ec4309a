"""The link step, between load and transform: who the accounts may be that nothing certain names.

Belongs here: one asset and the frames that it reads. Does not belong here: how they are compared
(`pipelines.linkage`), which candidate is believed (`bridge_identity` in dbt).
"""

import logging
import time
from collections.abc import Mapping
from typing import Final

import dagster as dg

from pipelines.assets.load import raw_key
from pipelines.boundaries import reached
from pipelines.linkage import link
from pipelines.linkage_subjects import REFERENCES
from pipelines.linkage_table import SCHEMA, TABLE
from pipelines.night import Night

log = logging.getLogger("alignmart")
CANDIDATES: Final = dg.AssetKey([SCHEMA, TABLE])
_READ: Final = frozenset({"accounts", "identity_overrides", "people", *REFERENCES})


def build_link(given: Mapping[str, list[str]]) -> dg.AssetsDefinition:
    """The step that links accounts to people; `given` holds the frames of each source."""

    @dg.asset(
        key=CANDIDATES,
        deps=[raw_key(s, frame) for s in sorted(given) for frame in given[s] if frame in _READ],
        description="People that an account may be which neither number nor e-mail names.",
        group_name="linkage",
        required_resource_keys={"night"},
    )
    def link_step(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        night: Night = context.resources.night
        begun = time.monotonic()
        found = link(night.warehouse, night.clock.as_of)
        accounts = found.select("source", "account_ref").n_unique()
        reached("link.end")
        log.info("link: %d candidates of %d accounts", found.height, accounts)
        return dg.MaterializeResult(
            metadata={
                "candidates": found.height,
                "accounts": accounts,
                "seconds": time.monotonic() - begun,
            }
        )

    return link_step
