"""Every system that a source may name, served as it is, or made to lack something.

Belongs here: starting it, the options of a source that fits it, what an account may not see.
Does not belong here: what `alignmart check` says of it.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import orjson

from sandbox import bamboohr_payloads, observe
from sandbox import bamboohr_server as bamboohr
from sandbox import jira_server as jira
from sandbox import qualtrics_server as qualtrics
from sandbox import redmine_server as redmine
from sandbox import tryton_server as tryton
from sandbox.bamboohr_faults import Manners as BambooManners
from sandbox.bamboohr_faults import Trouble as BambooTrouble
from sandbox.bamboohr_site import Site as BambooSite
from sandbox.qualtrics_faults import Fault
from sandbox.tryton_site import MAPPING as TRYTON_MAPPING
from sandbox.tryton_site import Site as TrytonSite
from tests.connectors import jira_reading, qualtrics_reading, redmine_reading
from tests.connectors.harness import sample_nights, sample_world
from tests.connectors.systems.scim import Server, listening
from tests.live.scim import Directory

Options = dict[str, Any]
ANOTHER = "canary-of-another-5e77"
"""A secret that opens nothing."""
NIGHT = sample_nights()[-1]


@contextmanager
def jira_cloud(lacking: str = "") -> Iterator[Options]:
    site = jira_reading.site()
    if lacking == "users":
        site.users.clear()
    if lacking == "projects":
        site.projects.clear()
    with jira.serving(jira_reading.jira(at=site)) as url:
        own = {"url": url, "email": jira_reading.EMAIL, "token": jira_reading.TOKEN}
        yield own | {"mapping": jira_reading.MAPPING}


@contextmanager
def bamboo_hr(lacking: str = "") -> Iterator[Options]:
    manners = BambooManners(
        "canary-key-19d0",
        sees_reports=lacking != "reports",
        hidden_fields=frozenset({"hireDate"} if lacking == "field" else ()),
    )
    server = bamboohr.Bamboo(BambooSite(sample_world(), NIGHT), manners, BambooTrouble(()))
    with bamboohr.serving(server) as url:
        own = {"company": "sample", "api_key": manners.key, "url": url}
        yield own | {"mapping": bamboohr_payloads.MAPPING}


@contextmanager
def qualtrics_xm(lacking: str = "") -> Iterator[Options]:
    refused = [Fault(lacking, "status", times=None, status=403)] if lacking else []
    with qualtrics.serving(qualtrics_reading.account(*refused)) as url:
        own = {"url": url, "token": qualtrics_reading.TOKEN, "surveys": ["Work and goals*"]}
        yield own | {"mapping": qualtrics_reading.mapping()}


@contextmanager
def redmine_site(lacking: str = "") -> Iterator[Options]:
    manners = {"api": {"api_is_on": False}, "time": {"shows_time": False}}.get(lacking, {})
    with redmine.serving(redmine_reading.redmine(**manners)) as url:
        key = redmine_reading.GUEST_KEY if lacking == "time" else redmine_reading.KEY
        yield {"url": url, "api_key": key, "mapping": redmine_reading.MAPPING}


@contextmanager
def tryton_server(lacking: str = "") -> Iterator[Options]:
    server = tryton.Tryton(TrytonSite(sample_world(), NIGHT), "canary-password-0b3a")
    server.closed = frozenset({lacking} if lacking else ())
    with tryton.serving(server) as url:
        own = {"url": url, "database": tryton.DATABASE, "user": tryton.USER}
        yield own | {"password": server.password, "mapping": TRYTON_MAPPING}


@cache
def scim2_server() -> Server:
    """The real server, filled once; nobody changes it."""
    server = Server(NIGHT)
    with listening(server) as url:
        Directory(url).show(sample_world(), NIGHT)
    return server


@contextmanager
def scim(lacking: str = "") -> Iterator[Options]:
    def asked(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        if not lacking or not environ["PATH_INFO"].endswith(lacking):
            return scim2_server()(environ, start)
        start("403 Forbidden", [("Content-Type", "application/scim+json")])
        error = "urn:ietf:params:scim:api:messages:2.0:Error"
        return [orjson.dumps({"schemas": [error], "status": "403", "detail": "Not permitted."})]

    with listening(asked) as url:
        yield Directory(url).options()


@contextmanager
def files(lacking: str = "") -> Iterator[Options]:
    """A folder that everybody may enter, and whose people.csv the slip or the lack is in."""
    with tempfile.TemporaryDirectory(prefix="check-") as place:
        folder = Path(place)
        folder.chmod(0o755)
        for frame, rows in observe.hr(sample_world(), NIGHT).items():
            rows.write_csv(folder / f"{frame}.csv", datetime_format="%Y-%m-%dT%H:%M:%SZ")
        people = folder / "people.csv"
        if lacking == "column":
            people.write_text(people.read_text().replace("full_name", "full_nam", 1))
        if lacking == "key":
            people.write_text(people.read_text().replace("person_key", "person_kee", 1))
        yield {"path": place}


SYSTEMS: dict[str, Callable[..., AbstractContextManager[Options]]] = {
    "bamboohr": bamboo_hr,
    "files": files,
    "jira_cloud": jira_cloud,
    "qualtrics": qualtrics_xm,
    "redmine": redmine_site,
    "scim": scim,
    "tryton": tryton_server,
}


@contextmanager
def serving(system: str, lacking: str = "") -> Iterator[Options]:
    with SYSTEMS[system](lacking) as options:
        yield {"system": system} | options
