"""BambooHR in the contract suite: the stand-in of `sandbox.bamboohr_server`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from connectors.hr.bamboohr import BambooHR
from connectors.hr.bamboohr_settings import BambooHRSettings
from connectors.http import Patience
from sandbox import bamboohr_payloads
from sandbox.bamboohr_faults import Manners, Trouble
from sandbox.bamboohr_server import Bamboo, serving
from sandbox.bamboohr_site import Record, Site
from tests.connectors.bamboohr_reading import KEY
from tests.connectors.harness import Asked, Harness, Served, sample_nights, sample_world


class _ServedBamboo(Served):
    """One stand-in whose site is replaced from night to night."""

    def __init__(self) -> None:
        self._nights = iter(sample_nights())
        self._private: set[str] = set()
        self._removed: dict[str, Record] = {}
        manners = Manners(KEY, private_goals=self._private)  # type: ignore[arg-type]
        self.as_of = next(self._nights)
        self.bamboo = Bamboo(Site(sample_world(), self.as_of), manners, Trouble(()))

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        site, self.as_of = self.bamboo.site, night
        later = vars(Site(sample_world(), night, site.base))
        vars(site).clear()
        vars(site).update(later)
        return True

    def removable(self) -> Mapping[str, list[str]]:
        """Employees of the first pages whom nobody reports to, so that no other row changes."""
        rows = [row for rows in self.bamboo.site.tables.values() for row in rows]
        leading = {row.get("manager") for row in rows}
        keys = [key for key in self.bamboo.site.employees if key not in leading]
        return {"people": keys[:2]}

    def remove(self, frame: str, key: str) -> None:
        self._removed[key] = self.bamboo.site.forget(key)

    def put_back(self, frame: str, key: str) -> None:
        self.bamboo.site.restore(key, self._removed.pop(key))

    @contextmanager
    def refusing(self, keys: Mapping[str, list[str]]) -> Iterator[None]:
        by_goal = {
            goal["id"]: person for person, goals in self.bamboo.site.goals.items() for goal in goals
        }
        self._private |= {by_goal[key] for key in keys["goals"]}
        try:
            yield
        finally:
            self._private.clear()


class BambooHRHarness(Harness):
    """BambooHR with the sample's mapping and the goals of its employees."""

    system = "bamboohr"
    secret = KEY
    small_pages: ClassVar[Mapping[str, Any]] = {"page_size": 7}
    wrong_secret: ClassVar[Mapping[str, Any]] = {"api_key": "another-key"}
    empty_columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "goals": frozenset(
            {
                "why", "org_unit_ref", "cycle", "starts_on", "weight", "origin", "created_by_ref",
                "created_at", "checkin_cadence_days", "need_key", "need_confirmed_on",
            }
        ),
        "goal_owners": frozenset({"org_unit_ref"}),
    }  # fmt: skip
    refused_frames = frozenset({"goals", "goal_owners"})
    frames_of_parents: ClassVar[Mapping[str, tuple[str, str]]] = {
        "assignments": ("person_key", "people"),
        "goal_owners": ("goal_key", "goals"),
    }
    exceptions: ClassVar[Mapping[str, str]] = {
        "test_a_link_to_another_host_is_never_followed": (
            "no link is followed: pages are asked for by cursor and by number"
        )
    }

    @property
    def refusable(self) -> Mapping[str, list[str]]:  # type: ignore[override]
        goals = Site(sample_world(), sample_nights()[-1]).goals
        owners = sorted(goals)[:3]
        return {"goals": [goal["id"] for key in owners for goal in goals[key]]}

    @contextmanager
    def serving(self) -> Iterator[Served]:
        served = _ServedBamboo()
        with serving(served.bamboo) as url:
            served.url = url
            yield served

    def connector(self, url: str, patience: Patience, **options: Any) -> BambooHR:
        mapping = bamboohr_payloads.MAPPING | options.pop("mapping", {})
        values = {"company": "sample", "api_key": KEY, "url": url, "mapping": mapping}
        values |= {"goals": True} | options
        return BambooHR("hr", BambooHRSettings.model_validate(values), patience)

    def rows_in(self, endpoint: str, data: Any) -> list[Any] | None:
        """An employee's goals are one answer, and no page of a list."""
        return None if endpoint.endswith("/goals") else super().rows_in(endpoint, data)

    def looping(self, asked: Asked, data: Any) -> Any | None:
        if isinstance(data, dict) and "_links" in data:
            page = data["meta"]["page"] | {"nextCursor": "YWZ0ZXItMTAwMDAwMQ=="}
            return data | {"meta": data["meta"] | {"page": page}}
        if isinstance(data, dict) and "totalPages" in data.get("meta", {}):
            return data | {"meta": data["meta"] | {"totalPages": data["meta"]["page"] + 1}}
        return None


HARNESS = BambooHRHarness()
