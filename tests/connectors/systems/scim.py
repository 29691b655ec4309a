"""SCIM in the contract suite: scim2-server itself, in a thread of the test's process.

Its answers are kept until something changes, since the server validates each of them anew and the
suite asks for the same ones thousands of times.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import polars as pl
from scim2_models import Group, Resource, ResourceType, Schema, ScimProvider
from scim2_server.memory import InMemoryStorage
from scim2_server.service import ScimService
from scim2_server.testserver.application import BEARER_TOKEN_SCHEME, BearerTokenApplication
from scim2_server.utils import load_default_service_provider_config

from connectors.hr.scim import Scim
from connectors.hr.scim_settings import ScimSettings
from connectors.http import Patience
from sandbox import observe
from tests.connectors.harness import Asked, Harness, Served, sample_nights, sample_world
from tests.live.scim import TOKEN, Directory, resource_types, schemas

WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class Storage(InMemoryStorage):
    """The server's own storage, with ids that are the same in every run."""

    def generate_id(self, resource_type: ResourceType, resource: Resource[Any]) -> str:
        return f"{resource_type.name.lower()}-{resource.external_id}"


class Server:
    """The application of scim2-server with what a test changes about it."""

    def __init__(self, now: dt.datetime, **described: Any) -> None:
        self.now = now
        """The server's clock."""
        config = load_default_service_provider_config()
        config.authentication_schemes = [BEARER_TOKEN_SCHEME]
        for name, value in described.items():
            setattr(config, name, value)
        provider = ScimProvider.from_discovery(
            [Schema.model_validate(schema) for schema in schemas()],
            [ResourceType.model_validate(kind) for kind in resource_types()],
            config=config,
        )
        self.storage = Storage(clock=lambda: self.now)
        service = ScimService(provider, secret="any")
        self._real = BearerTokenApplication(self.storage, provider, service, bearer_tokens=[TOKEN])
        self._kept: dict[str, dict[tuple[str, ...], tuple[str, list[Any], list[bytes]]]] = {}
        self.without = ""
        """Id of the resource that is taken out; answers are kept for each by itself."""

    def __call__(self, environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        """Answer as the server does; the same question is not worked out twice."""
        if environ["REQUEST_METHOD"] != "GET":
            self._kept.clear()
            return self._real(environ, start)
        kept = self._kept.setdefault(self.without, {})
        names = ("PATH_INFO", "QUERY_STRING", "HTTP_AUTHORIZATION", "HTTP_HOST")
        asked = tuple(environ.get(name, "") for name in names)
        if asked not in kept:
            said: list[Any] = []
            body = list(self._real(environ, lambda *parts: said.extend(parts)))
            kept[asked] = (said[0], said[1], body)
        status, headers, body = kept[asked]
        start(status, headers)
        return body


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@contextmanager
def listening(app: WSGI) -> Iterator[str]:
    """The address of `app`, served by a thread."""
    with make_server("127.0.0.1", 0, app, WSGIServer, _Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, args=[0.02], daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/v2"
        server.shutdown()
        thread.join(10)


class _ServedScim(Served):
    """One server that the sample company's nights are shown to through its API."""

    def __init__(self, server: Server, url: str) -> None:
        self.url = url
        self._server = server
        self._nights = iter(sample_nights())
        self._removed: dict[str, list[Resource[Any]]] = {}
        self._directory = Directory(url)
        self.next_night()

    def next_night(self) -> bool:
        night = next(self._nights, None)
        if night is None:
            return False
        self.as_of = self._server.now = night
        self._directory.show(sample_world(), night)
        if night == sample_nights()[-1]:
            self._delete_a_leaver()
        return True

    def _delete_a_leaver(self) -> None:
        """On the last night; nobody else's record names this one."""
        people = observe.hr(sample_world(), self.as_of)["people"]
        left = people.filter(pl.col("left_on").is_not_null())["person_key"].sort()[0]
        self._directory.call("DELETE", f"/Users/{self._directory.ids[left]}")

    def removable(self) -> Mapping[str, list[str]]:
        people = sorted(one for one in self._directory.ids if not one.startswith("group:"))
        return {"people": people[:2], "org_units": ["1003|1900-01-01", "1005|1900-01-01"]}

    def remove(self, frame: str, key: str) -> None:
        """Without the resource, and without it among the members of any group."""
        storage, one = self._server.storage, self._id(frame, key)
        self._removed[one] = storage.resources
        storage.resources = [
            _without(one, resource) for resource in storage.resources if resource.id != one
        ]
        self._server.without = one

    def put_back(self, frame: str, key: str) -> None:
        if (before := self._removed.pop(self._id(frame, key), None)) is not None:
            self._server.storage.resources = before
            self._server.without = ""

    def _id(self, frame: str, key: str) -> str:
        bare = key.partition("|")[0]
        return self._directory.ids[bare if frame == "people" else f"group:{bare}"]


def _without(one: str, resource: Resource[Any]) -> Resource[Any]:
    """A group without that member; anything else as it is."""
    if not isinstance(resource, Group) or not resource.members:
        return resource
    group = resource.model_copy()
    group.members = [member for member in resource.members if member.value != one]
    return group


class ScimHarness(Harness):
    """scim2-server with units as groups and dates in attributes of the sample's own."""

    system = "scim"
    secret = TOKEN
    small_pages: ClassVar[Mapping[str, Any]] = {"page_size": 10}
    wrong_secret: ClassVar[Mapping[str, Any]] = {"token": "another-token"}
    empty_columns: ClassVar[Mapping[str, frozenset[str]]] = {
        "assignments": frozenset({"effective_to"})
    }
    exceptions: ClassVar[Mapping[str, str]] = {
        "test_records_that_are_refused_are_named_and_all_others_read": (
            "a SCIM list holds what the token may read; single resources are not refused"
        ),
        "test_a_link_to_another_host_is_never_followed": "SCIM pages by number or cursor, not link",
    }

    @contextmanager
    def serving(self) -> Iterator[Served]:
        server = Server(sample_nights()[0])
        with listening(server) as url:
            yield _ServedScim(server, url)

    def connector(self, url: str, patience: Patience, **options: Any) -> Scim:
        given = Directory(url).options(**options)
        return Scim("scim", ScimSettings.model_validate(given), patience)

    def endpoint(self, asked: Asked) -> str:
        path = asked.path.partition("?")[0].removeprefix("/v2")
        place, *one = path.strip("/").split("/")
        return f"{asked.method} /{place}/{{}}" if one else f"{asked.method} /{place}"

    def looping(self, asked: Asked, data: Any) -> Any | None:
        """The first page again and again, of a list that is longer with every answer."""
        if not isinstance(data, dict) or "startIndex" not in data:
            return None
        firsts = self.__dict__.setdefault("_firsts", {})
        first = firsts.setdefault(self.endpoint(asked), data["Resources"][:2])
        return data | {"totalResults": data["startIndex"] + 1000, "Resources": first}

    def soft_error(self, endpoint: str) -> bytes | None:
        return (
            b'{"schemas": ["urn:ietf:params:scim:api:messages:2.0:Error"], "status": "500", '
            b'"detail": "The service is unavailable."}'
        )


HARNESS = ScimHarness()
