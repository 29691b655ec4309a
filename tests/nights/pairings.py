"""One company behind several systems: which there are, starting them, their sources.

Belongs here: the stand-in (or real server) of each system, filled with one company, and its entry
in `alignmart.yaml`. Does not belong here: a night (`paired_night`), what a system cannot carry and
how nights are compared (`carried`).

Sources have the sample company's names whatever the system behind them, so ids differ only where
a system numbers things itself.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from pipelines import sample_sources
from sandbox import (
    bamboohr_faults,
    bamboohr_server,
    bamboohr_site,
    jira_faults,
    jira_server,
    jira_site,
    qualtrics_faults,
    qualtrics_server,
    qualtrics_site,
    redmine_server,
    tryton_server,
    tryton_site,
)
from sandbox.redmine_site import GOALS as GOALS_FIELD
from sandbox.redmine_site import NUMBER, POINTS
from sandbox.redmine_view import PLACEHOLDER_HOST
from sandbox.world import GOALS, HR, SURVEYS, TRACKER, World, end_of
from tests.live import scim

HR_UNITS: Final = "hr_units"
"""The source of seats and units where the directory gives the people alone."""
FILES: Final = "files"

Entries = dict[str, dict[str, Any]]
"""Sources of `alignmart.yaml`: name to options."""


@dataclass(frozen=True)
class Pairing:
    """The systems that people, work and surveys are seen through."""

    hr: str
    tracker: str
    surveys: str

    def __str__(self) -> str:
        return " × ".join(self.systems)

    @property
    def systems(self) -> tuple[str, str, str]:
        return self.hr, self.tracker, self.surveys

    @property
    def units(self) -> str:
        """The source that gives units; others name it in `source:key`."""
        return HR_UNITS if self.hr == "scim" else HR


EVERY: Final = tuple(
    Pairing(hr, tracker, surveys)
    for hr in ("bamboohr", "tryton", "scim")
    for tracker in ("jira_cloud", "redmine")
    for surveys in ("qualtrics", FILES)
)
"""All twelve."""
REFERENCE: Final = Pairing("bamboohr", "jira_cloud", "qualtrics")
"""What the others are compared with: the systems of `make nightly`."""
WHOLE: Final = (
    Pairing("bamboohr", "redmine", FILES),
    Pairing("tryton", "jira_cloud", FILES),
    Pairing("scim", "redmine", "qualtrics"),
)
"""With the reference, the four whose nights are run from the command line."""


@dataclass
class Systems:
    """The systems of one company, each started when it is first asked for."""

    world: World
    folder: Path
    stack: ExitStack
    openers: Mapping[str, Opener]
    _opened: dict[str, Entries] = field(default_factory=dict)

    @property
    def as_of(self) -> dt.datetime:
        """The instant that all of them show."""
        return end_of(self.world.end)

    def sources(self, pairing: Pairing) -> Entries:
        """The entries of a pairing's systems; those of files are the night's own."""
        found: Entries = {}
        for system in pairing.systems:
            if system != FILES:
                found |= self._entries(system, pairing)
        return found

    def _entries(self, system: str, pairing: Pairing) -> Entries:
        """A survey system names units, so there is one for each source of units."""
        key = f"{system}-{pairing.units}" if system == "qualtrics" else system
        if key not in self._opened:
            opened = self.openers[system](self, pairing)
            self._opened[key] = self.stack.enter_context(opened)
        return self._opened[key]

    def kept(self, name: str, secret: str) -> str:
        """Where a configuration finds this secret."""
        path = self.folder / f"{name}.secret"
        path.write_text(secret, encoding="utf-8")
        return f"file:{path}"

    def sample(self, source: str) -> dict[str, Any]:
        """The entry of the sample company's own source."""
        return sample_sources.sources(self.folder)[source]


Opener = Callable[[Systems, Pairing], AbstractContextManager[Entries]]
"""Starts a system with the company in it; yields its sources."""


@contextmanager
def bamboohr(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    key = secrets.token_urlsafe()
    site = bamboohr_site.Site(systems.world, systems.as_of)
    manners, trouble = bamboohr_faults.Manners(key), bamboohr_faults.Trouble(())
    with bamboohr_server.serving(bamboohr_server.Bamboo(site, manners, trouble)) as url:
        at = systems.kept("bamboohr", key)
        yield {HR: systems.sample(HR) | {"url": url, "api_key": at}}


@contextmanager
def tryton(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    password = secrets.token_urlsafe()
    site = tryton_site.Site(systems.world, systems.as_of)
    with tryton_server.serving(tryton_server.Tryton(site, password)) as url:
        at = {"url": url, "database": tryton_server.DATABASE, "user": tryton_server.USER}
        yield {HR: tryton_entry(at | {"password": systems.kept("tryton", password)})}


def tryton_entry(at: dict[str, Any]) -> dict[str, Any]:
    """A source of people, seats and units alone; `at`: url, database, user, password."""
    return {"system": "tryton", "modules": ["hr"], "mapping": tryton_site.MAPPING} | at


@contextmanager
def scim_and_files(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    """People from the real scim2-server, seats and units from files beside it."""
    beside = systems.folder / HR_UNITS
    beside.mkdir()
    scim.write_beside(systems.world, systems.as_of, beside, HR)
    with scim.serving(systems.world, systems.as_of) as directory:
        token = {"token": systems.kept("scim", scim.TOKEN)}
        yield {
            HR: {"system": "scim"} | directory.people_options() | token,
            HR_UNITS: {"system": "files", "path": str(beside)},
        }


@contextmanager
def jira_cloud(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    token = secrets.token_urlsafe()
    site = jira_site.Site(systems.world, systems.as_of)
    manners = jira_faults.Manners(sample_sources.ACCOUNT, token)
    with jira_server.serving(jira_server.Jira(site, manners, jira_faults.Trouble(()))) as url:
        at = systems.kept("jira", token)
        yield {TRACKER: systems.sample(TRACKER) | {"url": url, "token": at}}


@contextmanager
def redmine(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    key = secrets.token_urlsafe()
    with redmine_server.running(systems.world, systems.as_of, key=key) as url:
        yield {TRACKER: redmine_entry(url, systems.kept("redmine", key))}


def redmine_entry(url: str, key: str) -> dict[str, Any]:
    mapping = {
        "initiative_trackers": ["Epic", "Theme"],
        "goal_fields": [GOALS_FIELD],
        "goal_source": GOALS,
        "points_field": POINTS,
        "employee_number_field": NUMBER,
        "placeholder_mail_hosts": [PLACEHOLDER_HOST],
        "status_categories": {"Selected": "todo"},
    }
    return {"system": "redmine", "url": url, "api_key": key, "mapping": mapping}


@contextmanager
def qualtrics(systems: Systems, pairing: Pairing) -> Iterator[Entries]:
    """Its mailing lists hold units as the pairing's source of units has them."""
    token = secrets.token_urlsafe()
    site = qualtrics_site.Site(systems.world, systems.as_of)
    for wave in site.waves.values():
        for contact in wave.contacts:
            embedded = contact["embeddedData"].items()
            contact["embeddedData"] = {name: named(unit, pairing) for name, unit in embedded}
        for response in wave.responses:
            response.unit = response.unit and named(response.unit, pairing)
    account = qualtrics_server.Qualtrics(site, token, qualtrics_faults.Trouble(()))
    with qualtrics_server.serving(account) as url:
        at = systems.kept(f"qualtrics-{pairing.units}", token)
        yield {SURVEYS: systems.sample(SURVEYS) | {"url": url, "token": at}}


def named(unit: str, pairing: Pairing) -> str:
    """A unit as another system names it: `hr:1000` where HR gives units is `hr_units:1000`."""
    key = unit.removeprefix(f"{HR}:")
    return unit if key == unit else f"{pairing.units}:{key}"


STAND_INS: Final[dict[str, Opener]] = {
    "bamboohr": bamboohr,
    "tryton": tryton,
    "scim": scim_and_files,
    "jira_cloud": jira_cloud,
    "redmine": redmine,
    "qualtrics": qualtrics,
}
"""Stand-ins of all systems, but for SCIM, whose server is a real one."""
