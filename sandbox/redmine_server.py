"""The stand-in Redmine over HTTP: who is let in, filters, paging, starting and stopping.

Belongs here: the endpoints that the connector asks, with Redmine's own limits.
Does not belong here: records (`redmine_site`). What no real Redmine answers is made by a proxy of
the tests, not here.
"""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import standin
from sandbox.redmine_site import Site
from sandbox.redmine_view import ROBOT_ID
from sandbox.world import World

Records = list[dict[str, Any]]


class RefusedError(Exception):
    """An answer that is not 200; Redmine says nothing with it."""

    def __init__(self, status: int) -> None:
        super().__init__(str(status))
        self.status = status


@dataclass
class Manners:
    """Who is let in: `key` is the administrator's, `guest_key` of an account that is none."""

    key: str = "sample-key"
    guest_key: str = "guest-key"
    api_is_on: bool = True
    shows_time: bool = True
    """Whether the guest may see spent time."""
    forbidden: frozenset[int] | set[int] = frozenset()
    """Issues whose own page is refused (403)."""


@dataclass
class Redmine:
    """The stand-in as an application; `asked` keeps each path with its query."""

    site: Site
    manners: Manners = field(default_factory=Manners)
    asked: list[str] = field(default_factory=list)

    def app(self) -> Starlette:
        """The ASGI application."""
        routes: dict[str, Callable[[Request, bool], Any]] = {
            "/users/current.json": self._current,
            "/users.json": self._users,
            "/projects.json": lambda request, _: _page("projects", self.site.projects, request),
            "/issue_statuses.json": lambda *_: {"issue_statuses": self.site.statuses},
            "/trackers.json": lambda *_: {"trackers": self.site.trackers},
            "/custom_fields.json": self._custom_fields,
            "/issues.json": self._issues,
            "/issues/{number:int}.json": self._issue,
            "/time_entries.json": self._time_entries,
        }
        return Starlette(routes=[Route(path, self._endpoint(do)) for path, do in routes.items()])

    def _endpoint(self, answer: Callable[[Request, bool], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            self.asked.append(f"{request.url.path}?{request.url.query}")
            try:
                data = answer(request, self._is_admin(request))
            except RefusedError as refusal:
                return Response(b"", refusal.status)
            return Response(orjson.dumps(data), media_type="application/json")

        return endpoint

    def _is_admin(self, request: Request) -> bool:
        if not self.manners.api_is_on:
            raise RefusedError(403)
        given = request.headers.get("X-Redmine-API-Key", "")
        if hmac.compare_digest(given.encode(), self.manners.key.encode()):
            return True
        if not hmac.compare_digest(given.encode(), self.manners.guest_key.encode()):
            raise RefusedError(401)
        return False

    def _current(self, request: Request, is_admin: bool) -> Any:
        me = next(user for user in self.site.users if (user["id"] == ROBOT_ID) == is_admin)
        return {"user": me | {"api_key": request.headers["X-Redmine-API-Key"]}}

    def _users(self, request: Request, is_admin: bool) -> Any:
        if not is_admin:
            raise RefusedError(403)
        wanted = _whole(request.query_params.get("status", "1"))
        given = request.query_params.get("status") != ""
        chosen = [
            user
            for user in self.site.users
            if not given or self.site.user_status[user["id"]] == wanted
        ]
        return _page("users", sorted(chosen, key=lambda user: user["login"]), request)

    def _custom_fields(self, _: Request, is_admin: bool) -> Any:
        if not is_admin:
            raise RefusedError(403)
        return {"custom_fields": self.site.custom_fields()}

    def _issues(self, request: Request, _: bool) -> Any:
        """Open ones unless `status_id=*`; the newest first unless sorted otherwise."""
        given = request.query_params
        issues = list(self._of_project(request, list(self.site.issues.values())))
        if given.get("status_id") != "*":
            issues = [issue for issue in issues if not issue["status"]["is_closed"]]
        if "issue_id" in given:
            named = {_whole(number) for number in given["issue_id"].split(",")}
            issues = [issue for issue in issues if issue["id"] in named]
        if given.get("updated_on", "").startswith(">="):
            since = given["updated_on"].removeprefix(">=")
            issues = [issue for issue in issues if issue["updated_on"] >= since]
        issues.sort(key=lambda issue: issue["id"], reverse=True)
        for part in reversed(given.get("sort", "").split(",")):
            name, _colon, direction = part.partition(":")
            if name in ("id", "updated_on"):
                issues.sort(key=lambda issue: issue[name], reverse=direction == "desc")
        return _page("issues", issues, request)

    def _issue(self, request: Request, _: bool) -> Any:
        number = request.path_params["number"]
        if number not in self.site.issues:
            raise RefusedError(404)
        if number in self.manners.forbidden:
            raise RefusedError(403)
        issue = self.site.issues[number]
        if request.query_params.get("include") == "journals":
            issue = issue | {"journals": self.site.journals.get(number, [])}
        return {"issue": issue}

    def _time_entries(self, request: Request, is_admin: bool) -> Any:
        """By number where sorted by it (a name that this list does not know), else by day."""
        if not (is_admin or self.manners.shows_time):
            raise RefusedError(403)
        entries = list(self._of_project(request, list(self.site.entries.values())))
        first = request.query_params.get("from")
        if first:
            entries = [entry for entry in entries if entry["spent_on"] >= first]
        entries.sort(key=lambda entry: entry["id"])
        if "sort" not in request.query_params:
            entries.sort(key=lambda entry: (entry["spent_on"], entry["created_on"]), reverse=True)
        return _page("time_entries", entries, request)

    def _of_project(self, request: Request, records: Records) -> Records:
        named = request.query_params.get("project_id")
        if named is None:
            return records
        ids = [p["id"] for p in self.site.projects if named in (p["identifier"], str(p["id"]))]
        if not ids:
            raise RefusedError(404)
        return [record for record in records if record["project"]["id"] in ids]


def _page(name: str, records: Records, request: Request) -> dict[str, Any]:
    """25 records unless `limit` says otherwise; more than 100 are silently cut to 100."""
    given = request.query_params
    limit = _whole(given.get("limit", ""))
    limit = min(limit, 100) if limit >= 1 else 25
    offset = max(_whole(given.get("offset", "")), 0)
    shown = records[offset : offset + limit]
    return {name: shown, "total_count": len(records), "offset": offset, "limit": limit}


def _whole(text: str) -> int:
    """A number as Ruby reads it: what is none counts as 0."""
    return int(text) if text.removeprefix("-").isdigit() else 0


@contextmanager
def running(world: World, as_of: dt.datetime, *, key: str) -> Iterator[str]:
    """The stand-in at `as_of` for the administrator's `key`, in a thread; yields its address."""
    with serving(Redmine(Site(world, as_of), Manners(key))) as address:
        yield address


@contextmanager
def serving(redmine: Redmine) -> Iterator[str]:
    """The stand-in in a thread, for tests that look into it; yields its address."""
    listener = standin.listening()
    with standin.in_a_thread(redmine.app(), listener):
        yield standin.address_of(listener)
