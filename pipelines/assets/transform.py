"""The transform step: one `dbt build` of the whole project, its tests as checks of its models.

Belongs here: keys of models, which raw assets a model reads, the variables of a run.
Does not belong here: models and tests (`dbt_project`), starting dbt (`pipelines.dbt`).
"""

import contextlib
import io
import json
import logging
import os
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import DagsterDbtTranslator, DbtProject, dbt_assets
from dagster_dbt.errors import DagsterDbtCliRuntimeError

from pipelines.assets.load import raw_key
from pipelines.boundaries import reached
from pipelines.dbt import command, take_over_parse
from pipelines.dbt_results import RUN_LABEL, DbtResults
from pipelines.night import Night

log = logging.getLogger("alignmart")
_TELL_EVERY = 50


class Translator(DagsterDbtTranslator):
    """Names models `schema/table` and puts the configured sources' assets in place of `raw`.

    A raw table that is no frame, such as the record of loads, is written by every load.
    """

    def __init__(self, given: Mapping[str, list[str]]) -> None:
        super().__init__()
        self._given = given

    def get_asset_spec(
        self, manifest: Mapping[str, Any], unique_id: str, project: DbtProject | None
    ) -> dg.AssetSpec:
        """The asset of a dbt node."""
        spec = super().get_asset_spec(manifest, unique_id, project)
        deps = [key for dep in spec.deps for key in self._read(dep.asset_key)]
        return spec.replace_attributes(deps=list(dict.fromkeys(deps)))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """`schema/table`."""
        table = dbt_resource_props.get("alias") or dbt_resource_props["name"]
        return dg.AssetKey([dbt_resource_props["schema"], table])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """The schema."""
        return str(dbt_resource_props["schema"])

    def _read(self, key: dg.AssetKey) -> list[dg.AssetKey]:
        if key.path[0] != "raw":
            return [key]
        frame = key.path[1]
        every = {f for frames in self._given.values() for f in frames}
        return [
            raw_key(source, given)
            for source, frames in sorted(self._given.items())
            for given in frames
            if given == frame or frame not in every
        ]


def build_transform(manifest: Path, given: Mapping[str, list[str]]) -> dg.AssetsDefinition:
    """The step that builds core and marts; `given` holds the frames of each source."""

    @dbt_assets(
        manifest=manifest,
        dagster_dbt_translator=Translator(given),
        name="transform",
        required_resource_keys={"night"},
    )
    def transform(context: dg.AssetExecutionContext) -> Iterator[Any]:
        night: Night = context.resources.night
        reached("transform.begin")
        os.environ.update(environment(night))
        take_over_parse(night.dbt_folder)
        dbt = command().cli(
            # Unit tests are about the models' code, which no night changes: `make test` runs them.
            [
                "build",
                "--exclude-resource-type",
                "unit_test",
                "--vars",
                json.dumps(variables(night)),
            ],
            context=context,
            target_path=night.dbt_folder,
        )
        log.info("transform: dbt builds and tests the models")
        try:
            with contextlib.redirect_stdout(io.StringIO()):
                for done, event in enumerate(dbt.stream(), start=1):
                    if done % _TELL_EVERY == 0:
                        log.info("transform: %d models and tests done", done)
                    yield event
        except DagsterDbtCliRuntimeError as error:
            raise dg.Failure(_why_dbt_failed(night, error), allow_retries=False) from error
        finally:
            _end(dbt.process)
        reached("transform.end")

    return transform


def _end(process: subprocess.Popen[bytes]) -> None:
    """Leave no dbt behind that holds the warehouse, whatever ended the step."""
    if process.poll() is None:
        process.terminate()
        process.wait()


def _why_dbt_failed(night: Night, error: Exception) -> str:
    results = DbtResults.read(night.dbt_folder)
    if results is None:
        return f"dbt did not get to its models: {str(error).rpartition('dbt logs:')[2].strip()}"
    said = [
        f"test {test.name} on {test.model}: {test.message}"
        for test in results.failed_tests()
        if test.is_blocking
    ]
    said += [f"model {name}: {message}" for name, message in results.failed_models()]
    return "Nothing is published, as " + "; ".join(said)


def variables(night: Night) -> dict[str, str | int | float | bool]:
    """What dbt is told of the organisation: dbt parses the project again when any of it changes."""
    config = night.config
    return {
        "minimum_group": config.privacy.minimum_group,
        "minimum_group_effort": config.privacy.minimum_group_effort,
        "hours_per_day": config.hours_per_day,
        "identity_threshold": config.identity.threshold,
        "fiscal_year_start_month": config.organisation.fiscal_year_start_month,
        "include_urls": config.publish.include_urls,
        "country": config.organisation.country,
    }


def environment(night: Night) -> dict[str, str]:
    """What dbt is told of a run: with the variables it decides what is built.

    The last is a label that dbt copies into its results.
    """
    return {
        "ALIGNMART_WAREHOUSE": str(night.warehouse.path),
        "ALIGNMART_AS_OF": night.clock.as_of.isoformat(),
        f"DBT_ENV_CUSTOM_ENV_{RUN_LABEL}": night.run_id,
    }
