"""The contract under faults of HTTP: a read completes, or fails in words; never in between.

Belongs here: what must come of each fault, whatever the system. Does not belong here: making the
faults (`faultproxy`), the vendor's words (`harness`).
"""

from __future__ import annotations

import gzip
import random
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any, ClassVar

import pytest

from connectors.contract import SourceError
from connectors.http import Patience
from tests.connectors.contract_reading import Found, contents, difference, fold
from tests.connectors.contract_room import Room
from tests.connectors.contract_words import assert_well_said, shows
from tests.connectors.faultproxy import Fault, canary
from tests.connectors.harness import Asked, Harness

BUSY = {
    1: Fault("status", status=429, headers=(("Retry-After", "7"),)),
    2: Fault("status", status=429),
    3: Fault("status", status=503, headers=(("Retry-After", "3"),)),
}
BROKEN = {
    1: Fault("status", status=500),
    2: Fault("truncated"),
    3: Fault("hang_up"),
    4: Fault("cut"),
}
"""By the nth call of an endpoint: what passes when the same is asked again."""

LASTING = {
    "a 401": Fault("status", status=401),
    "a 403": Fault("status", status=403),
    "a 404": Fault("status", status=404),
    "a storm of 500": Fault("status", status=500),
    "a 503 for ever": Fault("status", status=503),
    "a 429 for ever": Fault("status", status=429, headers=(("Retry-After", "30"),)),
    "a 429 for ever without a time": Fault("status", status=429),
    "a wait of a day": Fault("status", status=429, headers=(("Retry-After", "86400"),)),
    "half an answer": Fault("truncated"),
    "an answer cut off": Fault("cut"),
    "no answer": Fault("hang_up"),
    "a page of HTML": Fault("body", body=b"<!DOCTYPE html><title>Sign in</title>"),
    "another shape": Fault("body", body=b'{"unexpected": [1, 2, 3]}'),
    "null": Fault("body", body=b"null"),
    "a bare number": Fault("body", body=b"7"),
    "no body": Fault("body", body=b""),
}
"""Faults that stay."""

OF_A_CONNECTOR = ("a 403", "a 404", "another shape", "null", "a bare number")
"""What a connector itself judges: tried at every endpoint. The others are judged where all HTTP is
spoken: each is tried at every `TURNS`th endpoint, beginning with another one each."""

TURNS = 3

EMPTY_PAGES = 2
"""Places of a list at which an empty page is tried."""

UNPACKED = 1 << 24
"""Bytes that an answer of some kilobytes unpacks to."""

MOST_REQUESTS = 500
"""More than a read without faults: what asking again may add, and looking for the records behind
a refused call (`connectors.refusals`)."""


class FaultsContract:
    """A system over HTTP under every fault."""

    harness: ClassVar[Harness]

    # Faults that pass

    @pytest.mark.parametrize("faults", [BUSY, BROKEN], ids=["busy", "broken"])
    def test_faults_that_pass_leave_no_trace(self, room: Room, faults: dict[int, Fault]) -> None:
        due = [
            Fault(one.kind, endpoint, n, 1, one.status, one.headers, one.body)
            for endpoint in room.calls
            for n, one in faults.items()
        ]
        found = room.read(*due)
        assert difference(found.rows, room.whole.rows) == {}
        assert found.result.incomplete == {} and found.quarantine == []
        assert room.wire.spoiled == len(due)
        if faults is BUSY:
            assert room.waits.count(7) == room.waits.count(3) == len(room.calls)

    def test_the_order_of_rows_changes_nothing(self, room: Room) -> None:
        order = random.Random(7)
        found = room.read(Fault("rewrite", rewrite=self._on_rows(order.shuffle)))
        assert room.wire.spoiled > 0
        assert difference(found.rows, room.whole.rows) == {}

    def test_an_empty_page_in_the_middle_hides_nothing(self, room: Room) -> None:
        room.read(**self.harness.small_pages)
        calls = room.wire.calls.copy()
        tried = 0
        for endpoint, n in calls.items():
            if n < 2 or self._matches(self.harness.ends_when_empty, endpoint):
                continue
            for at in range(1, n + 1, -(-n // EMPTY_PAGES)):
                fault = Fault("rewrite", endpoint, at, 1, rewrite=self._emptied)
                outcome = room.outcome(fault, **self.harness.small_pages)
                tried += room.wire.spoiled
                self._assert_ended_well(room, outcome, endpoint, f"an empty page, call {at}")
        assert tried > 0, "no list had several pages: set `small_pages`, or `rows_in`"

    def _emptied(self, asked: Asked, data: Any) -> Any | None:
        extra = self.harness.empty_page(asked, data)
        return self._on_rows(list.clear)(asked, data) if extra is None else extra

    # Faults that stay

    @pytest.mark.parametrize("name", LASTING)
    def test_a_fault_that_stays_never_makes_a_short_read(self, room: Room, name: str) -> None:
        fault = LASTING[name]
        for endpoint, outcome in self._at(self._turn(room.calls, name), room, fault):
            self._assert_ended_well(room, outcome, endpoint, name, fault.status)
            assert len(room.wire.asked) <= sum(room.calls.values()) + MOST_REQUESTS
            assert sum(room.waits) <= Patience().total_seconds * len(room.calls)
            if fault.status == 401:
                assert isinstance(outcome, SourceError), f"{endpoint}: 401 was taken for an answer"

    def test_a_200_that_carries_an_error_is_an_error(self, room: Room) -> None:
        tried = 0
        for endpoint in room.calls:
            body = self.harness.soft_error(endpoint)
            if body is None:
                continue
            tried += 1
            outcome = room.outcome(Fault("body", endpoint, self._late(room, endpoint), body=body))
            self._assert_ended_well(room, outcome, endpoint, "a 200 with an error")
        assert tried > 0

    def test_an_answer_that_unpacks_to_more_than_the_cap_is_not_read_to_its_end(
        self, room: Room
    ) -> None:
        headers = (("Content-Encoding", "gzip"),)
        bomb = Fault("body", headers=headers, body=gzip.compress(bytes(UNPACKED), 9))
        for endpoint, outcome in self._at(
            self._turn(room.calls, "bomb"), room, bomb, largest_body=UNPACKED // 8
        ):
            assert isinstance(outcome, SourceError), endpoint
            assert "larger than" in str(outcome), outcome
            assert_well_said(outcome, self.harness)

    def test_records_that_are_refused_are_named_and_all_others_read(self, room: Room) -> None:
        with room.served.refusing(self.harness.refusable):
            first = room.read()
            second = room.read(state=first.result.state)
        third = room.read(state=second.result.state)
        for found in (first, second):
            self._assert_refused_are_named(room, found)
        assert second.result.incomplete == first.result.incomplete, "a night forgot to tell"
        assert third.result.incomplete == {}
        nights = fold(self.harness, room.connector(), [first, second, third])
        assert difference(nights, fold(self.harness, room.connector(), [room.whole])) == {}
        whole, have = contents(room.whole.rows), contents(first.rows)
        missing = {frame: whole[frame].keys() - rows.keys() for frame, rows in have.items()}
        assert any(missing.values()), "nothing was refused"
        for frame, keys in missing.items():
            assert keys <= self._hidden(room, frame), frame

    def _assert_refused_are_named(self, room: Room, found: Found) -> None:
        assert set(found.result.incomplete) == self.harness.refused_frames
        assert all("403" in why for why in found.result.incomplete.values())
        whole, have = contents(room.whole.rows), contents(found.rows)
        for frame, rows in have.items():
            assert rows.items() <= whole[frame].items(), frame
        if "key_sweeps" in have:
            assert have["key_sweeps"] == whole["key_sweeps"], "refused is not deleted"

    # Paging that never ends or leads away

    def test_a_list_that_never_ends_ends_the_read(self, room: Room) -> None:
        spoiled = 0
        for endpoint in room.calls:
            outcome = room.outcome(Fault("rewrite", endpoint, rewrite=self.harness.looping))
            if room.wire.spoiled:
                assert isinstance(outcome, SourceError), endpoint
                assert_well_said(outcome, self.harness)
                assert len(room.wire.asked) <= sum(room.calls.values()) + MOST_REQUESTS
            spoiled += room.wire.spoiled
        assert spoiled > 0, "`looping` rewrote no answer"

    def test_a_link_to_another_host_is_never_followed(self, room: Room) -> None:
        spoiled = 0
        with canary() as (elsewhere, heard):

            def led_away(asked: Asked, data: Any) -> Any | None:
                return self.harness.to_stranger(asked, data, elsewhere)

            for endpoint in room.calls:
                outcome = room.outcome(Fault("rewrite", endpoint, rewrite=led_away))
                if room.wire.spoiled:
                    assert isinstance(outcome, SourceError), endpoint
                    assert_well_said(outcome, self.harness)
                spoiled += room.wire.spoiled
        assert spoiled > 0, "`to_stranger` rewrote no answer"
        assert heard == []

    def test_a_redirect_to_another_host_is_never_followed(self, room: Room) -> None:
        with canary() as (elsewhere, heard):
            fault = Fault("status", status=302, headers=(("Location", f"{elsewhere}/x"),))
            for endpoint, outcome in self._at(self._turn(room.calls, "away"), room, fault):
                assert isinstance(outcome, SourceError), endpoint
                assert_well_said(outcome, self.harness)
        assert heard == []

    # The look before the pull

    @pytest.mark.parametrize("name", LASTING)
    def test_check_never_raises_whatever_the_system_answers(self, room: Room, name: str) -> None:
        room.wire.reset(LASTING[name])
        findings = list(room.connector().check())
        assert any(finding.status == "error" for finding in findings)
        assert not shows(str(findings), self.harness.secret)
        room.wire.reset()
        list(room.connector().check())
        for endpoint in self._turn(room.wire.calls.copy(), name):
            one = LASTING[name]
            room.wire.reset(Fault(one.kind, endpoint, 1, None, one.status, one.headers, one.body))
            findings = list(room.connector().check())
            assert any(finding.status != "ok" for finding in findings), endpoint

    def _turn(self, endpoints: Iterable[str], name: str) -> list[str]:
        """The endpoints at which a fault is tried."""
        every = list(endpoints)
        if name in OF_A_CONNECTOR:
            return every
        turn = [*LASTING, "bomb", "away"].index(name)
        return every[turn % min(TURNS, len(every)) :: TURNS]

    def _at(
        self, endpoints: Iterable[str], room: Room, fault: Fault, **options: Any
    ) -> Iterator[tuple[str, Found | SourceError]]:
        """Endpoints with what comes of a read in which each of them goes wrong for good."""
        for endpoint in endpoints:
            outcome = room.outcome(self._for_good(fault, endpoint, room), **options)
            assert room.wire.spoiled > 0, endpoint
            yield endpoint, outcome

    def _for_good(self, fault: Fault, endpoint: str, room: Room) -> Fault:
        at = self._late(room, endpoint)
        return Fault(fault.kind, endpoint, at, None, fault.status, fault.headers, fault.body)

    def _late(self, room: Room, endpoint: str) -> int:
        """The second call of an endpoint, where it has one: in the middle of a read."""
        return min(2, room.calls[endpoint])

    def _on_rows(self, change: Callable[[list[Any]], Any]) -> Callable[[Asked, Any], Any | None]:
        def rewrite(asked: Asked, data: Any) -> Any | None:
            rows = self.harness.rows_in(self.harness.endpoint(asked), data)
            if not rows:
                return None
            change(rows)
            return data

        return rewrite

    def _assert_ended_well(
        self, room: Room, outcome: Found | SourceError, endpoint: str, what: str, status: int = 0
    ) -> None:
        """Words, or every row of the frames that are not named as incomplete."""
        where = f"{what} at {endpoint}"
        if isinstance(outcome, SourceError):
            assert_well_said(outcome, self.harness)
            return
        harmless = {at for at, code in self.harness.harmless if code == status}
        if self._matches(harmless, endpoint):
            return
        named = outcome.result.incomplete
        assert difference(outcome.rows, room.whole.rows, but=named) == {}, where
        for frame, rows in contents(outcome.rows).items():
            assert rows.items() <= contents(room.whole.rows)[frame].items(), where

    def _matches(self, patterns: Any, endpoint: str) -> bool:
        return any(re.fullmatch(pattern, endpoint) for pattern in patterns)

    def _hidden(self, room: Room, frame: str) -> set[str]:
        """Keys of the refused records of `frame`, and of what hangs on refused ones."""
        refusable = self.harness.refusable
        hidden = set(refusable.get(frame, []))
        column, parent = self.harness.frames_of_parents.get(frame, ("", ""))
        if parent in refusable:
            rows = room.whole.rows[frame]
            hidden |= set(rows.filter(rows[column].is_in(refusable[parent]))["record_key"])
        return hidden
