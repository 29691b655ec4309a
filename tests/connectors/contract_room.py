"""Where the tests of one system happen: the server, the proxy before it, and its nights read once.

Belongs here: starting, the nights, a read through faults. Does not belong here: what must hold
(`contract_suite`, `contract_faults`), how a system is started (`harness`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from connectors.contract import Connector, SourceError, State
from connectors.http import Patience
from tests.connectors.contract_reading import Found, read
from tests.connectors.faultproxy import Fault, Proxy, proxied
from tests.connectors.harness import Harness, Served


@dataclass
class Night:
    """One night read twice: from nothing, and on from the night before."""

    whole: Found
    onwards: Found


@dataclass
class Room:
    """One system, standing at the last of its nights."""

    harness: Harness
    served: Served
    proxy: Proxy | None
    waits: list[float] = field(default_factory=list)
    """Seconds that the last read would have waited, one a wait."""
    nights: list[Night] = field(default_factory=list)
    calls: dict[str, int] = field(default_factory=dict)
    """Requests of the whole read of the last night, by endpoint, in the order of first use."""

    @property
    def whole(self) -> Found:
        """The whole read of the last night, with which others are compared."""
        return self.nights[-1].whole

    @property
    def wire(self) -> Proxy:
        """The proxy of a system over HTTP."""
        assert self.proxy is not None
        return self.proxy

    def connector(self, largest_body: int = 1 << 28, **options: Any) -> Connector:
        """The connector; its waits are written down, not slept."""
        self.waits.clear()
        patience = Patience(read_seconds=20, largest_body=largest_body, sleep=self.waits.append)
        url = self.proxy.url if self.proxy else self.served.url
        return self.harness.connector(url, patience, **options)

    def read(
        self,
        *faults: Fault,
        state: State | None = None,
        before: dict[int, Callable[[], None]] | None = None,
        **options: Any,
    ) -> Found:
        """A read through `faults`, with what `before` does before its nth request."""
        if self.proxy:
            self.proxy.reset(*faults)
            self.proxy.before = dict(before or {})
        return read(self.connector(**options), state or {}, self.served.as_of, self._n_asked)

    def _n_asked(self) -> int:
        return len(self.proxy.asked) if self.proxy else 0

    def outcome(self, *faults: Fault, **options: Any) -> Found | SourceError:
        """What comes of a read: the rows, or the words with which it ended."""
        try:
            return self.read(*faults, **options)
        except SourceError as error:
            return error


@contextmanager
def room_of(harness: Harness) -> Iterator[Room]:
    """The system of `harness`, read on each of its nights."""
    with harness.serving() as served:
        between = proxied(served.url, harness.endpoint) if harness.over_http else nullcontext()
        with between as proxy:
            room = Room(harness, served, proxy)
            state: State = {}
            while True:
                onwards = room.read(state=state)
                room.nights.append(Night(room.read(), onwards))
                state = onwards.result.state
                if not served.next_night():
                    break
            if proxy:
                for endpoint, _ in proxy.asked:
                    room.calls[endpoint] = room.calls.get(endpoint, 0) + 1
            yield room
