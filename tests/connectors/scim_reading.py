"""A provider of recorded answers, for what the real server of the contract suite does not do."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import parse_qs

from connectors.hr.scim import Scim
from connectors.hr.scim_paths import ENTERPRISE
from connectors.hr.scim_settings import ScimSettings
from connectors.http import Patience
from tests.connectors.contract_reading import Found, read
from tests.connectors.systems.scim import listening

Body = dict[str, Any]
Route = Callable[[dict[str, str]], Any]

CONFIG = {"filter": {"supported": True, "maxResults": 50}, "sort": {"supported": False}}
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"
NOW = dt.datetime(2026, 10, 31, tzinfo=dt.UTC)


def listed(rows: list[Any], at: int = 1, total: int | None = None) -> Body:
    return {
        "totalResults": len(rows) if total is None else total,
        "startIndex": at,
        "Resources": rows,
    }


def by_index(rows: list[Any], most: int = 100) -> Route:
    """A list by number that gives at most `most` rows a page, and drops `Resources` when empty."""

    def route(query: dict[str, str]) -> Body:
        start, count = int(query["startIndex"]), min(int(query["count"]), most)
        page = listed(rows[start - 1 : start - 1 + count], start, len(rows))
        return page if page["Resources"] else {"totalResults": len(rows)}

    return route


def user(one: str, **more: Any) -> Body:
    emails = [{"value": f"{one}@work.example", "type": "work"}]
    known = {"id": one, "userName": one, "emails": emails, "active": True}
    return {**known, ENTERPRISE: {"employeeNumber": f"N{one}"}, **more}


def group(one: str, name: str, *members: Body, **more: Any) -> Body:
    return {"id": one, "displayName": name, "members": list(members), **more}


def member(one: str, kind: str = "User") -> Body:
    return {"value": one, "type": kind}


class Provider:
    """A provider of recorded answers; `asked` keeps (path, query, headers)."""

    def __init__(self, **routes: Any) -> None:
        self.routes: dict[str, Any] = {"ServiceProviderConfig": CONFIG} | routes
        self.asked: list[tuple[str, dict[str, str], dict[str, str]]] = []

    def __call__(self, environ: Body, start: Callable[..., Any]) -> list[bytes]:
        path = environ["PATH_INFO"].removeprefix("/v2/")
        query = {k: v[0] for k, v in parse_qs(environ["QUERY_STRING"], True).items()}
        headers = {name: str(environ.get(f"HTTP_{name}")) for name in ("ACCEPT", "AUTHORIZATION")}
        self.asked.append((path, query, headers))
        route = self.routes.get(path, (404, {"schemas": [ERROR], "detail": "no such thing"}))
        said = route(query) if callable(route) else route
        status, body = said if isinstance(said, tuple) else (200, said)
        start(f"{status} said", [("Content-Type", "application/scim+json")])
        return [json.dumps(body).encode()]

    def queries(self, path: str) -> list[dict[str, str]]:
        return [query for one, query, _ in self.asked if one == path]


@contextmanager
def source(provider: Provider, **options: Any) -> Iterator[Scim]:
    with listening(provider) as url:
        credential = {} if "user" in options else {"token": "t0ken"}
        given = {"url": url, "gives": ("people",)} | credential | options
        yield Scim("hr", ScimSettings.model_validate(given), Patience(sleep=lambda _: None))


def found(provider: Provider, **options: Any) -> Found:
    with source(provider, **options) as scim:
        return read(scim, {}, NOW)


def units(*groups: Any, users: list[Any], **options: Any) -> Found:
    provider = Provider(Users=by_index(users), Groups=by_index(list(groups)))
    mapping = {"unit_groups": {}} | options.pop("mapping", {})
    return found(provider, gives=("assignments", "org_units"), mapping=mapping, **options)


def keys(done: Found, frame: str = "people") -> list[str]:
    return sorted(done.rows[frame]["record_key"])
