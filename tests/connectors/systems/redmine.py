"""Redmine in the contract suite: the stand-in of `sandbox.redmine_server`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from connectors.contract import State
from connectors.http import Patience
from connectors.tracking.redmine import Redmine as Connector
from sandbox.redmine_server import Manners, Redmine, serving
from sandbox.redmine_site import Site
from tests.connectors.harness import Asked, Harness, Served, sample_nights, sample_world
from tests.connectors.redmine_reading import GUEST_KEY, KEY, connector, with_deletions


class _ServedRedmine(Served):
    """One stand-in whose site is replaced from night to night."""

    def __init__(self) -> None:
        self._world = with_deletions(sample_world())
        self._nights = iter(sample_nights())
        self._forbidden: set[int] = set()
        self._removed: dict[str, list[dict[str, Any]]] = {}
        self.as_of = next(self._nights)
        manners = Manners(KEY, GUEST_KEY, forbidden=self._forbidden)
        self.redmine = Redmine(Site(self._world, self.as_of), manners)

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        self.redmine.site, self.as_of = Site(self._world, night), night
        return True

    def removable(self) -> Mapping[str, list[str]]:
        site = self.redmine.site
        logged = {entry["issue"]["id"] for entry in site.entries.values()}
        above = {issue["parent"]["id"] for issue in site.issues.values() if "parent" in issue}
        lone = [
            key
            for key, issue in site.issues.items()
            if key in logged and key in site.journals and key not in above and "parent" not in issue
        ]
        entries = [str(key) for key in list(site.entries)[:2]]
        return {"work_items": [str(key) for key in lone[:2]], "worklogs": entries}

    def remove(self, frame: str, key: str) -> None:
        site = self.redmine.site
        if frame == "work_items":
            self._removed[key] = site.forget(int(key))
        else:
            self._removed[key] = [site.entries.pop(int(key))]

    def put_back(self, frame: str, key: str) -> None:
        self.redmine.site.remember(self._removed.pop(key))

    @contextmanager
    def refusing(self, keys: Mapping[str, list[str]]) -> Iterator[None]:
        self._forbidden |= {int(key) for key in keys["work_items"]}
        try:
            yield
        finally:
            self._forbidden.clear()


class RedmineHarness(Harness):
    """Redmine with the sample's mapping, read with an administrator's key."""

    system = "redmine"
    secret = KEY
    small_pages: ClassVar[Mapping[str, Any]] = {"page_size": 9}
    wrong_secret: ClassVar[Mapping[str, Any]] = {"api_key": "another-key"}
    empty_columns: ClassVar[Mapping[str, frozenset[str]]] = {"work_items": frozenset({"labels"})}
    refused_frames = frozenset({"work_item_changes"})
    exceptions: ClassVar[Mapping[str, str]] = {
        "test_a_link_to_another_host_is_never_followed": "answers hold no link to another page"
    }

    @property
    def refusable(self) -> Mapping[str, list[str]]:  # type: ignore[override]
        changed = sample_world().item_events["item"].unique(maintain_order=True)
        gone = with_deletions(sample_world()).items.drop_nulls("deleted_at")["item"]
        return {"work_items": [key for key in changed if key not in gone][:3]}

    @contextmanager
    def serving(self) -> Iterator[Served]:
        served = _ServedRedmine()
        with serving(served.redmine) as url:
            served.url = url
            yield served

    def connector(self, url: str, patience: Patience, **options: Any) -> Connector:
        return connector(url, patience, **options)

    def looping(self, asked: Asked, data: Any) -> Any | None:
        if isinstance(data, dict) and "total_count" in data and "limit=1&" not in f"{asked.path}&":
            return data | {"total_count": 1_000_000}
        return None

    def bad_states(self, state: State) -> Iterable[tuple[str, State]]:
        yield from super().bad_states(state)
        yield "a later night's", state | {"updated_since": "2999-01-01T00:00:00Z"}
        yield "a mark that is no time", state | {"updated_since": "yesterday"}
        yield "a mark without an offset", state | {"updated_since": "2026-10-01T00:00:00"}


HARNESS = RedmineHarness()
