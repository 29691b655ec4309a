"""The verdict: the last step, which fails the run where a source failed, and says which.

Belongs here: judging what did not stop the night. Does not belong here: failing tests of the
marts; those stop the night before anything is published.
"""

import logging
from collections.abc import Iterable

import dagster as dg

from pipelines.assets.review import REVIEW
from pipelines.night import Night

log = logging.getLogger("alignmart")
VERDICT = dg.AssetKey("verdict")


def build_verdict(published: Iterable[dg.AssetKey]) -> dg.AssetsDefinition:
    """The step after everything else."""

    @dg.asset(
        key=VERDICT,
        deps=[*published, REVIEW],
        description="Whether every source answered this run and was loaded.",
        group_name="verdict",
        required_resource_keys={"night"},
    )
    def verdict(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        night: Night = context.resources.night
        failures = night.failures()
        if failures:
            said = "; ".join(
                f"{place}: {why.removeprefix(f'{place}: ')}" for place, why in failures.items()
            )
            raise dg.Failure(
                f"The marts are published with the last good data of what failed: {said}",
                metadata=dict(failures),
                allow_retries=False,
            )
        return dg.MaterializeResult(metadata={"sources": len(night.loaded)})

    return verdict
