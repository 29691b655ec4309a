"""Starting the nightly job from the command line, and what came of it.

Belongs here: Dagster in this process, its history in `data/dagster`, the outcome.
Does not belong here: steps (`assets`), words for people (`summary`).
"""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from dagster_shared.error import SerializableErrorInfo

from pipelines import home
from pipelines.config import Config
from pipelines.dbt_results import DbtResults
from pipelines.definitions import build_defs
from pipelines.night import dbt_folder
from pipelines.publish import Shelf


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run. `version`: what this run published, or None.

    `failures` are (step, what it said), in the order in which they happened.
    """

    run_id: str
    seconds: float
    version: str | None
    failures: list[tuple[str, str]]
    results: DbtResults | None

    @property
    def is_good(self) -> bool:
        """Whether every step ended well and a version was published."""
        return self.version is not None and not self.failures


def run_nightly(config: Config, day: dt.date | None = None, *, pull: bool = True) -> Outcome:
    """Run the job `nightly` to its end; a failure is part of the outcome."""
    begun = time.monotonic()
    before = Shelf(config.publish_dir).current
    job = build_defs(config).resolve_job_def("nightly")
    with dg.DagsterInstance.from_config(str(home.prepare(config))) as instance:
        result = job.execute_in_process(
            instance=instance,
            raise_on_error=False,
            run_config={
                "resources": {
                    "night": {"config": {"as_of": day.isoformat() if day else "", "pull": pull}}
                },
                "loggers": {"console": {"config": {"log_level": "CRITICAL"}}},
            },
        )
    failures = [f for event in result.all_events if (f := _failure(event)) is not None]
    if not result.success and not failures:
        failures = [("run", _why_the_run_failed(result.all_events))]
    current = Shelf(config.publish_dir).current
    return Outcome(
        run_id=result.run_id,
        seconds=time.monotonic() - begun,
        version=current if current != before else None,
        failures=failures,
        results=DbtResults.read(dbt_folder(config, result.run_id)),
    )


def _failure(event: dg.DagsterEvent) -> tuple[str, str] | None:
    """(step, what it said) where a step failed for good."""
    if not event.is_step_failure:
        return None
    data = event.step_failure_data
    said = data.user_failure_data.description if data.user_failure_data else None
    return event.step_key or "run", said or _innermost(data.error)


def _why_the_run_failed(events: Sequence[dg.DagsterEvent]) -> str:
    """What kept the run from its first step."""
    for event in events:
        error = getattr(event.event_specific_data, "error", None)
        if event.is_failure and error is not None:
            return _innermost(error)
    return "ended without saying why; `make ui` shows its events"


def _innermost(error: SerializableErrorInfo | None) -> str:
    """What the first cause said, without the name of its class and the stack."""
    if error is None:
        return "failed without saying why"
    while error.cause is not None:
        error = error.cause
    return re.sub(rf"^[\w.]*\b{error.cls_name}: ", "", error.message).strip()
