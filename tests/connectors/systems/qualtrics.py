"""Qualtrics in the contract suite: the stand-in of `sandbox.qualtrics_server`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from connectors.contract import State
from connectors.http import Patience
from connectors.survey.qualtrics import Qualtrics
from connectors.survey.qualtrics_settings import QualtricsSettings
from sandbox.qualtrics_faults import Trouble
from sandbox.qualtrics_server import Qualtrics as Server
from sandbox.qualtrics_server import serving
from sandbox.qualtrics_site import Site
from tests.connectors.harness import Asked, Harness, Served, sample_nights, sample_world
from tests.connectors.qualtrics_reading import TOKEN, mapping


class _ServedQualtrics(Served):
    """One stand-in that shows another site from night to night."""

    def __init__(self) -> None:
        self._nights = iter(sample_nights())
        self.as_of = next(self._nights)
        self.server = Server(Site(sample_world(), self.as_of), TOKEN, Trouble(()))

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        self.as_of = night
        self.server.show(Site(sample_world(), night))
        return True

    def removable(self) -> Mapping[str, list[str]]:
        waves = [wave for wave in self.server.site.waves.values() if wave.responses]
        first = [one for wave in waves for one in wave.responses[:2]]
        return {"answers": [f"{one.key}|{min(one.values)}" for one in first]}

    def remove(self, frame: str, key: str) -> None:
        self.server.site.removed.add(key.partition("|")[0])

    def put_back(self, frame: str, key: str) -> None:
        self.server.site.removed.discard(key.partition("|")[0])


class QualtricsHarness(Harness):
    """Qualtrics with the sample's mapping."""

    system = "qualtrics"
    secret = TOKEN
    small_pages: ClassVar[Mapping[str, Any]] = {"page_size": 7}
    wrong_secret: ClassVar[Mapping[str, Any]] = {"token": "another-token"}
    exceptions: ClassVar[Mapping[str, str]] = {
        "test_records_that_are_refused_are_named_and_all_others_read": (
            "a survey is refused as a whole, and then the ids of its responses cannot be swept: "
            "no response is taken for deleted, as its own tests show"
        )
    }

    def __init__(self) -> None:
        self._url = ""

    @contextmanager
    def serving(self) -> Iterator[Served]:
        served = _ServedQualtrics()
        with serving(served.server) as url:
            served.url = url
            yield served

    def connector(self, url: str, patience: Patience, **options: Any) -> Qualtrics:
        self._url = url
        own = mapping() | options.pop("mapping", {})
        values = {"url": url, "token": TOKEN, "surveys": ["Work and goals*"], "mapping": own}
        return Qualtrics("surveys", QualtricsSettings.model_validate(values | options), patience)

    def endpoint(self, asked: Asked) -> str:
        path = asked.path.partition("?")[0]
        return re.sub(r"(?<=/)(SV|ES|EMD|CG|POOL)_\w+(-def)?", "{}", f"{asked.method} {path}")

    def rows_in(self, endpoint: str, data: Any) -> list[Any] | None:
        result = data.get("result") if isinstance(data, dict) else None
        return result.get("elements") if isinstance(result, dict) else None

    def empty_page(self, asked: Asked, data: Any) -> Any | None:
        if self.rows_in("", data) is None:
            return None
        return data | {"result": {"elements": [], "nextPage": self._address(asked)}}

    def looping(self, asked: Asked, data: Any) -> Any | None:
        if self.rows_in("", data) is None:
            return None
        return data | {"result": data["result"] | {"nextPage": self._address(asked)}}

    def to_stranger(self, asked: Asked, data: Any, elsewhere: str) -> Any | None:
        if self.rows_in("", data) is None:
            return None
        return data | {"result": data["result"] | {"nextPage": f"{elsewhere}{asked.path}"}}

    def soft_error(self, endpoint: str) -> bytes | None:
        return (
            b'{"meta": {"httpStatus": "500 - Internal Server Error", "requestId": "1", '
            b'"error": {"errorMessage": "The service is unavailable.", "errorCode": "ISE_0"}}}'
        )

    def bad_states(self, state: State) -> Iterable[tuple[str, State]]:
        yield from super().bad_states(state)
        yield "a later night's", state | {"read_at": "2199-01-01T00:00:00+00:00"}
        yield "a night that is none", state | {"read_at": "yesterday"}
        yield "frozen waves that are none", state | {"frozen": ["SV_1"]}
        yield "a frozen wave without its marks", state | {"frozen": {"SV_1": {}}}

    def _address(self, asked: Asked) -> str:
        return f"{self._url}{asked.path}"


HARNESS = QualtricsHarness()
