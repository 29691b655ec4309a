"""What Dagster knows: assets, checks, the job and its schedule, put together in one place.

Belongs here: `build_defs`, the one seam that the command line, the UI and all tests use.
Does not belong here: what a step does (`assets`). Nothing here reads a secret or the network.
"""

import dagster as dg
import orjson

from pipelines import dbt, sample
from pipelines.alerts import alert_hook
from pipelines.assets.build import build_models
from pipelines.assets.load import build_load
from pipelines.assets.publish import build_publish
from pipelines.assets.pull import build_pull
from pipelines.assets.verdict import build_verdict
from pipelines.config import Config
from pipelines.config_file import load_for_dagster
from pipelines.night import night_resource
from pipelines.schedule import nightly_schedule


def build_defs(config: Config) -> dg.Definitions:
    """Everything that runs for `config`, in one process, step after step."""
    given = sample.given_frames(config)
    manifest = dbt.manifest()
    publish = build_publish(orjson.loads(manifest.read_bytes()))
    job = dg.define_asset_job(
        "nightly", dg.AssetSelection.all(), hooks={alert_hook(config.data_dir)}
    )
    return dg.Definitions(
        assets=[
            build_pull(given),
            *(build_load(source, frames) for source, frames in given.items()),
            *build_models(manifest, given),
            publish,
            build_verdict(publish.keys),
        ],
        jobs=[job],
        schedules=[nightly_schedule(job, config.schedule)],
        resources={"night": night_resource(config)},
        executor=dg.in_process_executor,
    )


@dg.definitions
def defs() -> dg.Definitions:
    """What `dagster dev` loads."""
    return build_defs(load_for_dagster())
