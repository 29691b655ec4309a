"""Jira Cloud in the contract suite: the stand-in of `sandbox.jira_server`."""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar

import orjson
import polars as pl

from connectors.contract import State
from connectors.http import Patience
from connectors.tracking.jira_cloud import JiraCloud
from connectors.tracking.jira_cloud_settings import JiraCloudSettings
from sandbox.jira_faults import Manners, Trouble
from sandbox.jira_server import Jira, serving
from sandbox.jira_site import Issue, Site
from sandbox.world import World
from tests.connectors.harness import Asked, Harness, Served, sample_nights, sample_world
from tests.connectors.jira_reading import EMAIL, MAPPING, TOKEN


def _with_deletions(world: World) -> World:
    """Some old childless items and some old worklogs vanish between the nights."""
    at = sample_nights()[1] + dt.timedelta(days=1)
    old = pl.col("created_at") < at - dt.timedelta(days=20)
    childless = ~pl.col("item").is_in(world.items["parent"].drop_nulls().implode())
    items = (pl.int_range(pl.len()) % 11 < 3) & old & childless
    logs = (pl.int_range(pl.len()) % 13 == 5) & old
    return replace(
        world,
        items=world.items.with_columns(deleted_at=pl.when(items).then(pl.lit(at))),
        worklogs=world.worklogs.with_columns(deleted_at=pl.when(logs).then(pl.lit(at))),
    )


class _ServedJira(Served):
    """One stand-in whose site is replaced from night to night."""

    def __init__(self) -> None:
        self._world = _with_deletions(sample_world())
        self._nights = iter(sample_nights())
        self._forbidden: set[str] = set()
        self._removed: dict[str, tuple[Issue, list[dict[str, Any]]]] = {}
        manners = Manners(EMAIL, TOKEN, forbidden=self._forbidden)  # type: ignore[arg-type]
        self.as_of = next(self._nights)
        self.jira = Jira(Site(self._world, self.as_of), manners, Trouble(()))

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        site, self.as_of = self.jira.site, night
        later = Site(self._world, night, site.base)
        later.version = site.version + 1
        vars(site).update(vars(later))
        return True

    def removable(self) -> Mapping[str, list[str]]:
        issues = self.jira.site.issues.values()
        logged = [issue for issue in issues if issue.worklogs and len(issue.histories) > 1]
        return {
            "work_items": [issue.id for issue in logged[:2]],
            "worklogs": [str(key) for key in list(self.jira.site.worklogs)[:2]],
        }

    def remove(self, frame: str, key: str) -> None:
        site = self.jira.site
        if frame == "work_items":
            issue = site.issues[key]
            logs = [site.worklogs[int(log["id"])] for log in issue.worklogs]
            self._removed[key] = (issue, logs)
            site.forget(issue)
        else:
            log = site.worklogs.pop(int(key))
            issue = site.issues[log["log"]["issueId"]]
            issue.worklogs.remove(log["log"])
            self._removed[key] = (issue, [log])

    def put_back(self, frame: str, key: str) -> None:
        site = self.jira.site
        issue, logs = self._removed.pop(key)
        if frame == "work_items":
            site.issues[issue.id] = site.by_key[issue.key] = issue
            site.version += 1
        else:
            issue.worklogs += [log["log"] for log in logs]
        site.worklogs |= {int(log["log"]["id"]): log for log in logs}

    @contextmanager
    def refusing(self, keys: Mapping[str, list[str]]) -> Iterator[None]:
        self._forbidden |= set(keys["work_items"])
        try:
            yield
        finally:
            self._forbidden.clear()


class JiraCloudHarness(Harness):
    """Jira Cloud with the sample's mapping, employee numbers by a user property."""

    system = "jira_cloud"
    secret = TOKEN
    small_pages: ClassVar[Mapping[str, Any]] = {"page_size": 20}
    wrong_secret: ClassVar[Mapping[str, Any]] = {"token": "another-token"}
    refused_frames = frozenset({"work_item_changes", "worklogs"})
    harmless: ClassVar[Mapping[tuple[str, int], str]] = {
        ("GET .*/user/properties/.*", 404): "the property is not set for this user"
    }

    @property
    def refusable(self) -> Mapping[str, list[str]]:  # type: ignore[override]
        with_both = sample_world().worklogs["item"].unique(maintain_order=True)
        changed = sample_world().item_events["item"].unique()
        return {"work_items": [key for key in with_both if key in changed][:3]}

    @contextmanager
    def serving(self) -> Iterator[Served]:
        served = _ServedJira()
        with serving(served.jira) as url:
            served.url = url
            yield served

    def connector(self, url: str, patience: Patience, **options: Any) -> JiraCloud:
        mapping = MAPPING | options.pop("mapping", {})
        values = {"url": url, "email": EMAIL, "token": TOKEN, "mapping": mapping} | options
        return JiraCloud("jira", JiraCloudSettings.model_validate(values), patience)

    def endpoint(self, asked: Asked) -> str:
        ids = b'"fields":["id"]' in asked.body.replace(b" ", b"")
        return super().endpoint(asked) + (" for ids" if ids else "")

    def empty_page(self, asked: Asked, data: Any) -> Any | None:
        if isinstance(data, dict) and "lastPage" in data:
            return data | {"values": [], "lastPage": False, "nextPage": data["self"]}
        if isinstance(data, dict) and "isLast" in data and "issues" in data:
            token = orjson.loads(asked.body).get("nextPageToken", "")
            return {"issues": [], "isLast": False, "nextPageToken": f"again-{token}"}
        return None

    def looping(self, asked: Asked, data: Any) -> Any | None:
        if isinstance(data, dict) and "lastPage" in data:
            return data | {"lastPage": False, "nextPage": data["self"]}
        if isinstance(data, dict) and ("isLast" in data or "nextPageToken" in data):
            token = base64.urlsafe_b64encode(b"position=0").decode()
            return data | {"isLast": False, "nextPageToken": token}
        return None

    def to_stranger(self, asked: Asked, data: Any, elsewhere: str) -> Any | None:
        if isinstance(data, dict) and "lastPage" in data:
            link = f"{elsewhere}/rest/api/3/worklog/updated?since=5"
            return data | {"lastPage": False, "nextPage": link}
        return None

    def soft_error(self, endpoint: str) -> bytes | None:
        return b'{"errorMessages": ["The service is unavailable."], "errors": {}}'

    def bad_states(self, state: State) -> Iterable[tuple[str, State]]:
        yield from super().bad_states(state)
        yield "a later night's", state | {"updated_since_ms": 10**15}
        yield "a mark that is no number", state | {"worklog_since_ms": "yesterday"}
        yield "a mark before all time", state | {"updated_since_ms": -1}


HARNESS = JiraCloudHarness()
