"""One run, from its first step to its last: its clock, its sources, what came of them.

Belongs here: what the steps of a run share, and holding the warehouse for as long as it lasts.
Does not belong here: what a step does (`assets`), the order of steps (`definitions`).
"""

import datetime as dt
import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import dagster as dg

from connectors.contract import Connector
from pipelines import sample, systems
from pipelines.archive import Archive, Pull
from pipelines.clock import Clock, clock_for, refuse_before_first
from pipelines.config import Config
from pipelines.package import FrameLoad
from pipelines.warehouse import Warehouse

log = logging.getLogger("alignmart")
RUNS_KEPT: Final = 14
"""Runs whose dbt folders are kept, to look into failures."""


@dataclass
class Night:
    """What the steps of one run share.

    `connectors` map pages; those that pull live only as long as the pull step.
    `pulled` and `loaded` fill as the run goes on; a step that is run alone finds them empty.
    `problems` are those of steps after loading that keep no mart from readers, by step.
    """

    run_id: str
    config: Config
    clock: Clock
    warehouse: Warehouse
    archive: Archive
    connectors: dict[str, Connector]
    pulled: dict[str, Pull] = field(default_factory=dict)
    loaded: dict[str, list[FrameLoad]] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)

    @property
    def dbt_folder(self) -> Path:
        """Where this run's dbt writes its manifest and results."""
        return dbt_folder(self.config, self.run_id)

    def failures(self) -> dict[str, str]:
        """What went wrong, by source or source.frame; of a source that failed, once."""
        found = {s: p.error for s, p in sorted(self.pulled.items()) if p.error is not None}
        for source, loads in sorted(self.loaded.items()):
            for load in loads:
                if load.status != "ok" and source not in found:
                    found[f"{source}.{load.frame}"] = load.message
        return found | self.problems


def dbt_folder(config: Config, run_id: str) -> Path:
    """Where the dbt of a run writes its manifest and results."""
    return config.data_dir / "runs" / run_id / "dbt"


def mapping_of(config: Config) -> dict[str, Connector]:
    """The connectors by source, to map archived pages: they hold no secret and cannot pull."""
    return {c.name: c for c in systems.build(sample.configured(config), read=False)}


def forget_old_runs(config: Config) -> None:
    """Remove the folders of all but the last runs."""
    folders = sorted((config.data_dir / "runs").glob("*"), key=lambda p: p.stat().st_mtime_ns)
    for folder in folders[:-RUNS_KEPT]:
        shutil.rmtree(folder)


def archive_of(config: Config) -> Archive:
    """The archive of raw pages."""
    return Archive(config.data_dir / "archive")


@contextmanager
def begin(
    config: Config, run_id: str, day: dt.date | None = None, *, pull: bool = True
) -> Iterator[Night]:
    """Hold the warehouse and fix the clock.

    Without `pull`, and without a day, the run is for the newest instant that is loaded.
    Raises WarehouseBusy, ClockError.
    """
    warehouse = Warehouse(config.warehouse_path)
    with warehouse.lease():
        warehouse.ensure()
        loaded = [pull.as_of for pull in warehouse.pulls()]
        loaded_until = max(loaded, default=None)
        clock = clock_for(config, day, loaded_until)
        if not pull:
            as_of = clock.as_of if day or not loaded_until else loaded_until
            clock = Clock(as_of, "this run only builds what is loaded")
        refuse_before_first(clock, loaded)
        forget_old_runs(config)
        log.info("run %s for %s", run_id[:8], f"{clock.as_of:%Y-%m-%d %H:%M} UTC")
        yield Night(run_id, config, clock, warehouse, archive_of(config), mapping_of(config))


def night_resource(config: Config) -> dg.ResourceDefinition:
    """The run as a Dagster resource, which one process holds from its first step to its last."""

    @dg.resource(
        config_schema={
            "as_of": dg.Field(
                str, default_value="", description="Day of the run, as YYYY-MM-DD; empty: now"
            ),
            "pull": dg.Field(
                bool, default_value=True, description="Whether to pull before building"
            ),
        }
    )
    def night(context: dg.InitResourceContext) -> Iterator[Night]:
        assert context.run is not None
        day, pull = context.resource_config["as_of"], context.resource_config["pull"]
        asked = dt.date.fromisoformat(day) if day else None
        with begin(config, context.run.run_id, asked, pull=pull) as it:
            _bury_dead_runs(context.instance, context.run.run_id)
            yield it

    return night


def _bury_dead_runs(instance: dg.DagsterInstance | None, run_id: str) -> None:
    """Who holds the warehouse is the only run alive; others that say so died without a word."""
    alive = dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])
    for run in instance.get_runs(alive) if instance else []:
        if instance and run.run_id != run_id:
            instance.report_run_failed(run, "Its process ended in the middle of the run.")
