"""What the contract suite must know of a system to try its connector.

Belongs here: the two classes that a system fills in (`Harness`, `Served`) and the sample world.
Does not belong here: the tests (`contract_suite`), faults on the wire (`faultproxy`).

A system has a module `tests/connectors/systems/<system>.py` that ends with
`HARNESS = ItsHarness()`, and these lines in a test module:

    class TestItKeepsTheContract(ConnectorContract):
        harness = HARNESS

Between the connector and the server the suite puts a proxy that makes every fault of HTTP: a
harness starts the server, changes data, and knows the vendor's own words. Hooks with a default
are filled in where the system needs it; what a system cannot have is said in `exceptions`.
"""

from __future__ import annotations

import datetime as dt
import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar

from connectors.contract import Connector, State
from connectors.http import Patience
from sandbox import company
from sandbox.world import World, end_of


@cache
def sample_world() -> World:
    """The company that every suite reads: 40 people, 3 months; read only."""
    return company.generate(seed=5, people=40, months=3)


def sample_nights() -> list[dt.datetime]:
    """Four nights of the sample company, the last one at its end."""
    end = sample_world().end
    return [end_of(end - dt.timedelta(days=day)) for day in (45, 20, 3, 0)]


@dataclass(frozen=True)
class Asked:
    """One request as the proxy saw it."""

    method: str
    path: str
    """Path with query."""
    body: bytes
    authorized: bool
    """Whether it carried a credential (`Authorization`, a cookie or a key header)."""


class Served(ABC):
    """A system that runs, shows the first of its nights, and can be changed.

    One object serves a whole suite: what a test changes it puts back.
    """

    url: str
    """What the option that holds the address wants: URL with its path, or a folder."""
    as_of: dt.datetime
    """The night that it shows."""

    @abstractmethod
    def next_night(self) -> bool:
        """Show the next night; False, and no change, where this is the last one.

        Between two nights records are added, changed and (where the system can) deleted, so that
        a read that misses one of these is seen. A real server is changed through its own API.
        """

    @abstractmethod
    def removable(self) -> Mapping[str, list[str]]:
        """By frame: `record_key`s (two or more) of records that `remove` takes away tonight.

        Choose records of the first pages of a list: these shift the pages behind them.
        """

    @abstractmethod
    def remove(self, frame: str, key: str) -> None:
        """Delete a record, with what hangs on it. Also called while a read is paging."""

    @abstractmethod
    def put_back(self, frame: str, key: str) -> None:
        """Undelete it, as it was. Also called while a read is paging."""

    def refusing(self, keys: Mapping[str, list[str]]) -> AbstractContextManager[None]:
        """Inside, the system answers 403 (or leaves out) where these records are asked for.

        `keys` are those of `Harness.refusable`.
        """
        raise NotImplementedError


class Harness(ABC):
    """One system, as the suite sees it."""

    system: ClassVar[str]
    """The word after `system:`, a key of `pipelines.systems.SYSTEMS`."""
    secret: ClassVar[str]
    """The password or token of the sample account: an odd text, searched for everywhere."""
    over_http: ClassVar[bool] = True
    """False: the tests of HTTP are left out, with `exceptions` saying nothing about them."""
    small_pages: ClassVar[Mapping[str, Any]] = {}
    """Options that make pages so small that every list has several."""
    wrong_secret: ClassVar[Mapping[str, Any]] = {}
    """Options with a credential that the system refuses, for instance {"token": "another"}."""
    empty_columns: ClassVar[Mapping[str, frozenset[str]]] = {}
    """By frame: columns that the system cannot carry; each is named on its page under *What it
    cannot see*. Every other column of a frame it gives has a value somewhere in the sample."""
    refusable: ClassVar[Mapping[str, list[str]]] = {}
    """By frame: `record_key`s that `Served.refusing` refuses; the read must then name in
    `PullResult.incomplete` the frames in `refused_frames` and give all other records."""
    refused_frames: ClassVar[frozenset[str]] = frozenset()
    """Frames that are incomplete where the records of `refusable` are refused."""
    harmless: ClassVar[Mapping[tuple[str, int], str]] = {}
    """(regular expression of an endpoint, status): why this refusal is an answer, not a fault.
    For instance ("GET .*/user/properties/.*", 404): "the property is not set". A read that meets
    it may differ from the whole one in silence."""
    ends_when_empty: ClassVar[frozenset[str]] = frozenset()
    """Regular expressions of endpoints whose lists end, as the vendor defines it, with an empty
    page and by no other mark, so that an empty page in the middle cannot be told from the end."""
    frames_of_parents: ClassVar[Mapping[str, tuple[str, str]]] = {
        "work_item_changes": ("work_item_key", "work_items"),
        "worklogs": ("work_item_key", "work_items"),
        "answers": ("survey_key", "surveys"),
    }
    """Frame: (column, frame that it points into); rows of what is gone are gone too."""
    exceptions: ClassVar[Mapping[str, str]] = {}
    """Name of a test of the suite: why this system cannot have it. The reason is shown where the
    test is skipped and in docs/connectors/README.md; a name that is no test is an error."""

    @abstractmethod
    def serving(self) -> AbstractContextManager[Served]:
        """The system, started, at the first of its nights; ended for sure."""

    @abstractmethod
    def connector(self, url: str, patience: Patience, **options: Any) -> Connector:
        """The connector of `url` with the sample's mapping; `options` win over the defaults.

        Every wait, of polling too, goes through `patience.sleep`, so that none is slept in tests.
        """

    # The vendor's own words. The proxy hands over JSON of good answers only.

    def endpoint(self, asked: Asked) -> str:
        """What is asked for, without what changes from call to call: `GET /users/{}`.

        Faults are tried once at every endpoint. Where all calls go to one path (JSON-RPC,
        GraphQL), take the method from the body.
        """
        path = re.sub(r"/[^/]*\d[^/]*(?=/|$)", "/{}", asked.path.partition("?")[0])
        return f"{asked.method} {path}"

    def rows_in(self, endpoint: str, data: Any) -> list[Any] | None:
        """The list of records in an answer, the very object, or None where it is no list.

        The suite shuffles, doubles and empties it in place. By default: the answer itself, or
        the only list of objects directly in it.
        """
        if isinstance(data, list):
            return data
        lists = [
            value
            for value in (data.values() if isinstance(data, dict) else ())
            if isinstance(value, list) and all(isinstance(row, dict) for row in value)
        ]
        return lists[0] if len(lists) == 1 else None

    def empty_page(self, asked: Asked, data: Any) -> Any | None:
        """An empty page whose token or link leads to the page that was asked for, as some vendors
        give it in the middle of a list. None: the list is by offset or number; then the suite
        empties a page, which a connector must tell by the total or by a second look.
        """
        return None

    def looping(self, asked: Asked, data: Any) -> Any | None:
        """The answer with a token or link to a page that was read already; None: it has none.

        For lists by offset: an answer that claims that there is more and never ends, for
        instance the first page again with a total that stays ahead.
        """
        return None

    def to_stranger(self, asked: Asked, data: Any, elsewhere: str) -> Any | None:
        """The answer with its next link on `elsewhere` (http://127.0.0.1:1234); None: it has
        no links, which `exceptions` says of the test."""
        return None

    def soft_error(self, endpoint: str) -> bytes | None:
        """The body of a 200 that carries an error in this vendor's manner; None: not here."""
        return b'{"error": {"message": "The service is unavailable."}}'

    def bad_states(self, state: State) -> Iterable[tuple[str, State]]:
        """(what is wrong, a state) that must be refused, made from a good one.

        By default: another format, no format, no mark at all. Add one whose time lies after the
        system's clock, where the state holds a time.
        """
        version = state.get("version")
        yield "a newer format", state | {"version": 1_000_000}
        yield "an older format", state | {"version": 0}
        yield "no format", {name: value for name, value in state.items() if name != "version"}
        yield "a stranger's", {"cursor": "2026-01-01"}
        if version is not None:
            yield "nothing but a format", {"version": version}
