"""The contract suite sees what it is there for: connectors with a planted fault fail its tests."""

from __future__ import annotations

import datetime as dt
from collections.abc import Generator, Iterator
from typing import Any
from unittest.mock import patch

import polars as pl
import pytest

from connectors.contract import Finding, Page, PullResult, SourceError, State
from connectors.http import Answer, Http, HttpError, Patience
from connectors.tracking import jira_cloud
from connectors.tracking.jira_cloud import JiraCloud
from connectors.tracking.jira_cloud_issues import Issues
from connectors.tracking.jira_cloud_search import Search
from tests.connectors.contract_faults import BROKEN, BUSY
from tests.connectors.contract_room import room_of
from tests.connectors.contract_suite import ConnectorContract
from tests.connectors.systems.jira_cloud import JiraCloudHarness


class ShortSearch(Search):
    def pages(self, *asked: Any, **more: Any) -> Iterator[Answer]:
        for answer in super().pages(*asked, **more):
            if not answer.rows("issues"):
                return
            yield answer


class EndsOnAnEmptyPage(JiraCloud):
    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        with patch.object(jira_cloud, "Search", ShortSearch):
            return (yield from super().pull(state, as_of))


class TakesARefusalForNothing(JiraCloud):
    def _worklogs(self, walk: Any) -> Iterator[Page]:
        try:
            yield from super()._worklogs(walk)
        except HttpError:
            return


class TakesAnErrorForNothing(JiraCloud):
    def _worklogs(self, walk: Any) -> Iterator[Page]:
        try:
            yield from super()._worklogs(walk)
        except SourceError:
            return


class OneLook(Issues):
    def _skipped(self, spans: Any) -> Iterator[Page]:
        return iter(())


class LooksOnlyOnce(JiraCloud):
    """Issues that paging skips stay unread."""

    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        with patch.object(jira_cloud, "Issues", OneLook):
            return (yield from super().pull(state, as_of))


class SkipsADay(JiraCloud):
    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        marks = [name for name, at in state.items() if name.endswith("_since_ms") and at]
        later = {name: state[name] + 24 * 3600 * 1000 for name in marks}
        return (yield from super().pull(state | later, as_of))


class ForgetsNothing(JiraCloud):
    """What was deleted stays: the sweep of keys is never complete."""

    def map(self, pages: Any) -> Iterator[tuple[str, pl.DataFrame]]:
        for frame, rows in super().map(pages):
            swept = frame == "key_sweeps"
            yield frame, rows.with_columns(is_complete=pl.lit(False)) if swept else rows


class TellsItsToken(JiraCloud):
    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        token = self.settings.token.get_secret_value()
        yield Page("server", b'{"serverTime": "2026-10-31T00:00:00.000+0000"}', f"as {token}")
        return (yield from super().pull(state, as_of))


class ReadsAnyState(JiraCloud):
    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        return (yield from super().pull(state if "asked" in state else {}, as_of))


class Careless(Http):
    """Follows every link, with the credentials."""

    def own(self, link: str) -> str:
        return link


class FollowsEveryLink(JiraCloud):
    def _http(self) -> Http:
        polite = super()._http()
        polite.__class__ = Careless
        return polite


class GivesUpAtOnce(JiraCloud):
    def _http(self) -> Http:
        self._patience = Patience(tries=1, total_seconds=2, sleep=lambda _: None)
        return super()._http()


class BreaksOffItsCheck(JiraCloud):
    def check(self) -> Iterator[Finding]:
        with self._http() as http:
            yield Finding("site", "ok", http.get("/rest/api/3/serverInfo").data["serverTitle"])


class SaysLittle(JiraCloud):
    def pull(self, state: State, as_of: dt.datetime) -> Generator[Page, None, PullResult]:
        try:
            return (yield from super().pull(state, as_of))
        except SourceError:
            raise SourceError("failed") from None


PLANTED = [
    (EndsOnAnEmptyPage, "an_empty_page_in_the_middle_hides_nothing", {}),
    (TakesARefusalForNothing, "a_fault_that_stays_never_makes_a_short_read", {"name": "a 404"}),
    (TakesAnErrorForNothing, "a_fault_that_stays_never_makes_a_short_read", {"name": "null"}),
    (TakesAnErrorForNothing, "a_200_that_carries_an_error_is_an_error", {}),
    (TakesAnErrorForNothing, "a_list_that_never_ends_ends_the_read", {}),
    (LooksOnlyOnce, "a_record_removed_while_paging_hides_no_other", {}),
    (SkipsADay, "a_restart_from_every_state_ever_emitted_misses_nothing", {}),
    (SkipsADay, "nights_one_after_the_other_miss_nothing_and_repeat_nothing", {}),
    (ForgetsNothing, "a_deletion_and_its_undoing_are_seen_by_the_next_read", {}),
    (TellsItsToken, "nothing_that_is_kept_holds_the_secret", {}),
    (ReadsAnyState, "a_state_that_is_not_understood_is_refused_with_a_reason", {}),
    (FollowsEveryLink, "a_link_to_another_host_is_never_followed", {}),
    (GivesUpAtOnce, "faults_that_pass_leave_no_trace", {"faults": BUSY}),
    (GivesUpAtOnce, "faults_that_pass_leave_no_trace", {"faults": BROKEN}),
    (BreaksOffItsCheck, "check_never_raises_whatever_the_system_answers", {"name": "a 401"}),
    (SaysLittle, "a_fault_that_stays_never_makes_a_short_read", {"name": "a 401"}),
]


def planted(kind: type[JiraCloud]) -> JiraCloudHarness:
    class Planted(JiraCloudHarness):
        def connector(self, url: str, patience: Patience, **options: Any) -> JiraCloud:
            sound = super().connector(url, patience, **options)
            return kind("jira", sound.settings, patience)

    return Planted()


@pytest.mark.parametrize(
    ("kind", "test", "given"),
    PLANTED,
    ids=[f"{kind.__name__}-{n}" for n, (kind, *_) in enumerate(PLANTED)],
)
def test_a_planted_fault_is_seen(kind: type[JiraCloud], test: str, given: dict[str, Any]) -> None:
    contract = ConnectorContract()
    contract.harness = planted(kind)  # type: ignore[misc]
    with room_of(contract.harness) as room, pytest.raises((AssertionError, SourceError)):
        getattr(contract, f"test_{test}")(room, **given)
