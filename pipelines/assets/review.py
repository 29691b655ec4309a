"""The review step: the file in which people say who an account is that is not certain.

Belongs here: when the file is written. Does not belong here: its rows
(`pipelines.identity_review`).

A file that cannot be written keeps no mart from readers: the verdict fails the run for it.
"""

import logging
from collections.abc import Iterable
from typing import Final

import dagster as dg

from pipelines import sample
from pipelines.identity_review import ReviewError, write
from pipelines.night import Night

log = logging.getLogger("alignmart")
REVIEW: Final = dg.AssetKey("identity_review")
READ: Final = tuple(
    dg.AssetKey(["core", table])
    for table in ("bridge_identity", "dim_person", "identity_candidate", "person_record")
)


def build_review(deps: Iterable[dg.AssetKey] = READ) -> dg.AssetsDefinition:
    """The step after the core's identity is built."""

    @dg.asset(
        key=REVIEW,
        deps=list(deps),
        description="Accounts that are not certain, with who they may be: the file to decide in.",
        group_name="linkage",
        required_resource_keys={"night"},
    )
    def review(context: dg.AssetExecutionContext) -> dg.MaterializeResult[None]:
        night: Night = context.resources.night
        if night.clock.no_pull is not None:
            log.info("identity review: left as it is, as %s", night.clock.no_pull)
            return dg.MaterializeResult()
        path = sample.configured(night.config).identity.review_file
        try:
            review = write(night.warehouse, path)
        except ReviewError as error:
            log.error("identity review: %s", error)
            night.problems["identity_review"] = str(error)
            return dg.MaterializeResult(metadata={"error": str(error)})
        log.info(
            "identity review: %d accounts without a person, %d linked, in %s",
            review.n_unmatched,
            review.n_linked,
            path.name,
        )
        return dg.MaterializeResult(
            metadata={
                "unmatched": review.n_unmatched,
                "linked": review.n_linked,
                "rows": review.n_rows,
            }
        )

    return review
