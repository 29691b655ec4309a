"""The contract that every connector keeps, as tests: a system takes them all with three lines.

    class TestItKeepsTheContract(ConnectorContract):
        harness = HARNESS

Belongs here: what must hold of reads, states, changes and `check`. Does not belong here: faults
of HTTP (`contract_faults`), one system's ways (`systems/`), what its rows must say, which its own
test module compares with the sample world.
"""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any, ClassVar

import orjson
import polars as pl
import pytest

from connectors.contract import SourceError
from connectors.edge import newest
from tests.connectors.contract_faults import FaultsContract
from tests.connectors.contract_reading import (
    Found,
    Rows,
    difference,
    fold,
    lost,
    mapped,
    pulled,
    values_in,
)
from tests.connectors.contract_room import Room, room_of
from tests.connectors.contract_words import assert_well_said, shows
from tests.connectors.harness import Harness


class ReadsContract:
    """Reads, states, changes and `check`."""

    harness: ClassVar[Harness]

    @pytest.fixture(scope="class")
    def room(self) -> Iterator[Room]:
        with room_of(self.harness) as room:
            yield room

    @pytest.fixture(autouse=True)
    def _left_out(self, request: pytest.FixtureRequest) -> None:
        name = request.node.originalname
        if name in self.harness.exceptions:
            pytest.skip(f"{self.harness.system}: {self.harness.exceptions[name]}")
        if not self.harness.over_http and hasattr(FaultsContract, name):
            pytest.skip(f"{self.harness.system} is not read over HTTP")

    def _folded(self, room: Room, *reads: Found) -> Rows:
        return fold(self.harness, room.connector(), reads)

    # What a read gives

    def test_records_fit_their_frames(self, room: Room) -> None:
        for night in room.nights:
            for found in (night.whole, night.onwards):
                assert found.quarantine == [] and found.unknown == {}
                assert found.result.incomplete == {}

    def test_every_frame_that_is_given_has_rows(self, room: Room) -> None:
        empty = [frame for frame, rows in room.whole.rows.items() if rows.is_empty()]
        assert empty == []
        assert set(room.connector().given_frames()) <= set(type(room.connector()).frames)

    def test_every_column_has_a_value_somewhere(self, room: Room) -> None:
        found = {}
        for frame, rows in room.whole.rows.items():
            own = rows.drop("extra", "page", "line", "record_key", "version", "row_hash")
            if empty := {name for name, n in values_in(own).items() if n == 0}:
                found[frame] = empty
        assert found == self.harness.empty_columns

    def test_two_whole_reads_are_equal(self, room: Room) -> None:
        again = room.read()
        assert difference(again.rows, room.whole.rows) == {}
        assert [page.stream for page in again.pages] == [page.stream for page in room.whole.pages]

    def test_mapping_the_pages_again_gives_the_same_rows_without_a_network(
        self, room: Room, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def no_network(*_: Any) -> None:
            raise AssertionError("map spoke to the network")

        monkeypatch.setattr(socket.socket, "connect", no_network)
        again = Found(room.whole.pages, room.whole.result)
        mapped(room.connector(), enumerate(again.pages), again)
        for frame, rows in again.rows.items():
            assert rows.equals(room.whole.rows[frame]), frame

    def test_nothing_that_is_kept_holds_the_secret(self, room: Room) -> None:
        secret = self.harness.secret
        for night in room.nights:
            for found in (night.whole, night.onwards):
                assert not shows(repr((found.result.state, found.result.incomplete)), secret)
                for page in found.pages:
                    assert not shows(page.request + page.stream, secret)
                    assert not shows(page.body.decode("utf-8", "replace"), secret)
        settings = room.connector().settings
        assert not shows(repr(settings) + settings.model_dump_json(), secret)

    # States

    def test_nights_one_after_the_other_miss_nothing_and_repeat_nothing(self, room: Room) -> None:
        onwards = [night.onwards for night in room.nights]
        for n, night in enumerate(room.nights, 1):
            found = self._folded(room, *onwards[:n])
            assert difference(found, self._folded(room, night.whole)) == {}, f"night {n}"

    def test_an_older_version_that_arrives_later_never_wins(self, room: Room) -> None:
        reads = [night.whole for night in reversed(room.nights)]
        kind = room.connector().given_frames()
        for frame, rows in room.whole.rows.items():
            if kind[frame] == "incremental" and rows["version"].null_count() == 0:
                late = newest(pl.concat([one.rows[frame] for one in reads]))
                standing = late.filter(pl.col("record_key").is_in(rows["record_key"].implode()))
                assert difference({frame: standing}, {frame: rows}) == {}

    def test_a_restart_from_every_state_ever_emitted_misses_nothing(self, room: Room) -> None:
        onwards = [night.onwards for night in room.nights]
        states = [(n, one.result.state) for n, one in enumerate(onwards, 1)]
        states += [(n, one.whole.result.state) for n, one in enumerate(room.nights, 1)]
        for n, state in states:
            late = room.read(state=state)
            found = self._folded(room, *onwards[:n], late)
            assert difference(found, self._folded(room, room.whole)) == {}, f"night {n}"

    def test_a_state_survives_json(self, room: Room) -> None:
        for night in room.nights:
            state = night.onwards.result.state
            assert orjson.loads(orjson.dumps(state)) == state

    def test_a_state_that_is_not_understood_is_refused_with_a_reason(self, room: Room) -> None:
        state = room.whole.result.state
        if not state:
            whole = [how for how in type(room.connector()).frames.values() if how == "whole"]
            assert len(whole) == len(type(room.connector()).frames)
            pytest.skip(f"{self.harness.system} is read whole each night and keeps no state")
        for wrong, bad in self.harness.bad_states(state):
            outcome = room.outcome(state=bad)
            assert isinstance(outcome, SourceError), f"{wrong}: {bad} was read on from"
            assert_well_said(outcome, self.harness)

    # Pages

    def test_the_size_of_pages_changes_nothing(self, room: Room) -> None:
        found = room.read(**self.harness.small_pages)
        assert len(found.pages) > len(room.whole.pages)
        assert difference(found.rows, room.whole.rows) == {}

    def test_pages_that_come_twice_change_nothing(self, room: Room) -> None:
        pages = room.read(**self.harness.small_pages).pages
        for twice in ([p for page in pages for p in (page, page)], [*pages, *pages]):
            found = Found(twice, room.whole.result)
            mapped(room.connector(), enumerate(twice), found)
            assert difference(found.rows, room.whole.rows) == {}

    # Changes

    def _moments(self, small: Found, frame: str, key: str) -> list[int]:
        """Numbers of requests at which the record comes or goes: early, right after the page that
        holds it, which shifts those behind it, and later."""
        rows = small.rows[frame].filter(pl.col("record_key") == key)
        read, n = small.asked[rows["page"].item()], small.asked[-1]
        return sorted({2, min(read + 1, n), min((read + n) // 2 + 1, n)})

    def test_a_record_removed_while_paging_hides_no_other(self, room: Room) -> None:
        served, small = room.served, room.read(**self.harness.small_pages)
        for frame, (key, *_) in served.removable().items():
            served.remove(frame, key)
            after = self._folded(room, room.read())
            served.put_back(frame, key)
            for n in self._moments(small, frame, key):
                acts = {n: lambda frame=frame, key=key: served.remove(frame, key)}
                found = room.read(before=acts, **self.harness.small_pages)
                served.put_back(frame, key)
                self._assert_nothing_lost(room, found, after, f"{frame} {key}, request {n}")

    def test_a_record_inserted_while_paging_hides_no_other(self, room: Room) -> None:
        served, small = room.served, room.read(**self.harness.small_pages)
        for frame, (key, *_) in served.removable().items():
            served.remove(frame, key)
            before = self._folded(room, room.read())
            for n in self._moments(small, frame, key):
                acts = {n: lambda frame=frame, key=key: served.put_back(frame, key)}
                found = room.read(before=acts, **self.harness.small_pages)
                self._assert_nothing_lost(room, found, before, f"{frame} {key}, request {n}")
                served.remove(frame, key)
            served.put_back(frame, key)

    def _assert_nothing_lost(self, room: Room, found: Found, other: Rows, where: str) -> None:
        """Each record that stands before and after is there once, as it was or as it became."""
        rows = self._folded(room, found)
        assert lost(rows, self._folded(room, room.whole), other) == {}, where

    def test_a_deletion_and_its_undoing_are_seen_by_the_next_read(self, room: Room) -> None:
        served = room.served
        for frame, (key, *_) in served.removable().items():
            before = room.read()
            served.remove(frame, key)
            gone = room.read(state=before.result.state)
            truth = self._folded(room, room.read())
            served.put_back(frame, key)
            back = room.read(state=gone.result.state)
            assert key in before.rows[frame]["record_key"]
            seen = self._folded(room, before, gone)
            assert key not in seen[frame]["record_key"]
            assert difference(seen, truth) == {}
            found = self._folded(room, before, gone, back)
            assert difference(found, self._folded(room, room.whole)) == {}

    # The look before the pull

    def test_check_finds_nothing_wrong_with_a_fitting_system(self, room: Room) -> None:
        if room.proxy:
            room.proxy.reset()
        findings = list(room.connector().check())
        assert findings and {finding.status for finding in findings} == {"ok"}

    def test_a_wrong_secret_is_named_by_check_and_by_a_pull(self, room: Room) -> None:
        if room.proxy:
            room.proxy.reset()
        source = room.connector(**self.harness.wrong_secret)
        findings = list(source.check())
        errors = [finding.message for finding in findings if finding.status == "error"]
        assert errors and not any(shows(str(findings), value) for value in self._secrets())
        with pytest.raises(SourceError) as caught:
            pulled(source, {}, room.served.as_of)
        assert_well_said(caught.value, self.harness)
        assert not any(shows(str(caught.value), value) for value in self._secrets())

    def _secrets(self) -> list[str]:
        return [self.harness.secret, *map(str, self.harness.wrong_secret.values())]


class ConnectorContract(ReadsContract, FaultsContract):
    """Everything that a connector keeps."""
