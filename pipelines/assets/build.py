"""The steps from raw to the marts, in their order: link, forecast, transform, review.

Belongs here: which steps they are. Does not belong here: what each does (`link`, `forecast`,
`transform`, `review`).
"""

from collections.abc import Mapping
from pathlib import Path

import dagster as dg

from pipelines.assets.forecast import build_forecast
from pipelines.assets.link import build_link
from pipelines.assets.review import build_review
from pipelines.assets.transform import build_transform


def build_models(manifest: Path, given: Mapping[str, list[str]]) -> list[dg.AssetsDefinition]:
    """Who the accounts may be, where metrics are heading, the models, and the file in which people
    say who they are.
    """
    return [
        build_link(given),
        build_forecast(given),
        build_transform(manifest, given),
        build_review(),
    ]
