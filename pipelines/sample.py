"""The sample company around a run: its files are written, its systems answer while the run lasts.

Belongs here: standing in for an organisation's systems where no source is configured.
Does not belong here: the options of its sources (`sample_sources`), the company itself and its
servers (`sandbox`).
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from pipelines import systems
from pipelines.config import Config, Declared, Sample
from pipelines.sample_sources import ACCOUNT, SECRETS, sources
from sandbox import bamboohr_server, jira_server, qualtrics_server
from sandbox.company import generate
from sandbox.observe import write_files
from sandbox.world import GOALS, HR, SURVEYS, TRACKER, World, save

FRAMES: Final = {
    GOALS: (
        "goal_changes",
        "goal_checkins",
        "goal_edges",
        "goal_initiative_links",
        "goal_metrics",
        "goal_owners",
        "goals",
        "incentive_lines",
        "metric_observations",
        "metrics",
    ),
}
"""Frames that the company's files hold, which is known before any is written."""


def configured(config: Config) -> Config:
    """`config`, with the sample company's sources where it is the one to read."""
    if config.sample is None:
        return config
    folder = config.data_dir / "sample"
    declared = {name: folder / "declared" / f"{name}.csv" for name in Declared.model_fields}
    review = {"review_file": folder / "declared" / "identity_review.csv"}
    return config.model_copy(
        update={
            "sources": sources(folder),
            "declared": Declared.model_validate(declared),
            "identity": config.identity.model_copy(update=review),
        }
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
    with ExitStack() as stack:
        addresses = _started(world, as_of, folder, stack)
        answering_at = {n: {**ready.sources[n], "url": url} for n, url in addresses.items()}
        yield ready.model_copy(update={"sources": {**ready.sources, **answering_at}})


def _started(world: World, as_of: dt.datetime, folder: Path, stack: ExitStack) -> dict[str, str]:
    """The company's servers, each in a process of its own, and where they answer."""
    shown = Path(stack.enter_context(TemporaryDirectory(prefix="sample-")))
    save(world, shown)
    secret = {source: secrets.token_urlsafe() for source in SECRETS}
    for source, name in SECRETS.items():
        (folder / name).write_text(secret[source], encoding="utf-8")
    servers = {
        HR: bamboohr_server.running(shown, as_of, key=secret[HR]),
        TRACKER: jira_server.running(shown, as_of, email=ACCOUNT, token=secret[TRACKER]),
        SURVEYS: qualtrics_server.running(shown, as_of, token=secret[SURVEYS]),
    }
    return {source: stack.enter_context(server) for source, server in servers.items()}


def company(sample: Sample) -> World:
    """The company of these options, over its whole time."""
    return generate(sample.seed, sample.people, sample.months, sample.end)
