"""The sample company around a run: its files are written, its Jira answers while the run lasts.

Belongs here: standing in for an organisation's systems where no source is configured.
Does not belong here: the company itself and its server (`sandbox`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from pipelines import systems
from pipelines.config import Config, Declared, Sample
from sandbox import jira_payloads, jira_server, jira_site
from sandbox.company import generate
from sandbox.observe import write_files
from sandbox.world import GOALS, HR, STATUS_CATEGORY, TRACKER, World

FRAMES: Final = {
    HR: ("assignments", "org_units", "people"),
    GOALS: (
        "goal_changes",
        "goal_checkins",
        "goal_edges",
        "goal_initiative_links",
        "goal_metrics",
        "goal_owners",
        "goals",
        "metric_observations",
        "metrics",
    ),
}
"""Frames that the company's files hold, which is known before any is written."""

SITE: Final = "https://jira.sample.example"
"""Address of the company's Jira in the data; the stand-in's own changes from run to run."""

_ACCOUNT: Final = "reader@sample.example"


def configured(config: Config) -> Config:
    """`config`, with the sample company's sources where it is the one to read."""
    if config.sample is None:
        return config
    folder = config.data_dir / "sample"
    declared = {name: folder / "declared" / f"{name}.csv" for name in Declared.model_fields}
    sources = {
        HR: {"system": "files", "path": str(folder / HR)},
        GOALS: {"system": "files", "path": str(folder / GOALS)},
        TRACKER: {
            "system": "jira_cloud",
            "url": SITE,
            "email": _ACCOUNT,
            "token": f"file:{folder / 'jira_token'}",
            "mapping": {
                "initiative_types": ["Theme", "Epic"],
                "goal_fields": [jira_payloads.GOALS],
                "goal_label_prefix": jira_site.GOAL_LABEL,
                "goal_source": GOALS,
                "points_field": jira_payloads.POINTS,
                "start_field": jira_payloads.START,
                "employee_number_property": "employeeNumber",
                "status_categories": {s: c for s, c in STATUS_CATEGORY.items() if c == "dropped"},
            },
        },
    }
    return config.model_copy(
        update={"sources": sources, "declared": Declared.model_validate(declared)}
    )


def given_frames(config: Config) -> dict[str, list[str]]:
    """The frames that each source gives, sorted; nothing is read but names of files.

    Those of the company's files are known before the files are written.
    """
    connectors = systems.build(configured(config), read=False)
    given = {c.name: sorted(c.given_frames()) for c in connectors}
    return given if config.sample is None else given | {n: list(f) for n, f in FRAMES.items()}


@contextmanager
def answering(config: Config, as_of: dt.datetime) -> Iterator[Config]:
    """`configured`, with the company's systems as they are at `as_of` until the block ends.

    The systems of an organisation answer without any help: then this does nothing.
    """
    ready = configured(config)
    if config.sample is None:
        yield ready
        return
    world = company(config.sample)
    folder = config.data_dir / "sample"
    write_files(world, as_of, folder)
    token = secrets.token_urlsafe()
    (folder / "jira_token").write_text(token, encoding="utf-8")
    with jira_server.running(world, as_of, email=_ACCOUNT, token=token) as address:
        jira = {**ready.sources[TRACKER], "url": address}
        yield ready.model_copy(update={"sources": {**ready.sources, TRACKER: jira}})


def company(sample: Sample) -> World:
    """The company of these options, over its whole time."""
    return generate(sample.seed, sample.people, sample.months, sample.end)
