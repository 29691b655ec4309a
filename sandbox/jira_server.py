"""The stand-in Jira Cloud over HTTP: authentication, faults, starting and stopping.

Belongs here: the application and its process. Does not belong here: what is answered
(`jira_answers`).

Run alone: `python -m sandbox.jira_server --world FOLDER --as-of 2026-06-30` prints its address
when it is ready; the token is read from ALIGNMART_SANDBOX_TOKEN. Its clock stands at `as_of`.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import hmac
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import jira_payloads as payloads
from sandbox import standin
from sandbox.jira_answers import Answers, Call, RefusedError
from sandbox.jira_faults import ORDINARY, Fault, Manners, Trouble, before, instead, spoiled
from sandbox.jira_site import Site
from sandbox.world import World, end_of, load, save

API: Final = "/rest/api/3"


@dataclass
class Jira:
    """The stand-in as an application; `asked` keeps (method, path and query, body)."""

    site: Site
    manners: Manners = field(default_factory=Manners)
    trouble: Trouble = field(default_factory=Trouble)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        """The ASGI application."""
        a = Answers(self.site, self.manners)
        self._answers = a
        routes: list[tuple[str, str, str, Callable[[Call], Any]]] = [
            ("GET", "serverInfo", "server", a.server_info),
            ("GET", "myself", "myself", a.myself),
            ("GET", "field", "field", lambda _: payloads.fields()),
            ("GET", "status", "status", lambda _: list(self.site.statuses.values())),
            ("GET", "issuetype", "issuetype", lambda _: list(self.site.types.values())),
            ("GET", "project/search", "projects", a.projects),
            ("GET", "users/search", "users", a.users),
            ("GET", "user/properties/{key}", "user_property", a.user_property),
            ("GET", "search/jql", "search", a.search),
            ("POST", "search/jql", "search", a.search),
            ("POST", "search/approximate-count", "count", a.count),
            ("POST", "issue/bulkfetch", "issues", a.issues),
            ("POST", "changelog/bulkfetch", "changelogs", a.changelogs),
            ("GET", "issue/{key}/changelog", "changelog", a.changelog),
            ("GET", "issue/{key}/worklog", "issue_worklog", a.issue_worklog),
            ("GET", "worklog/updated", "worklog_updated", a.worklog_updated),
            ("GET", "worklog/deleted", "worklog_deleted", a.worklog_deleted),
            ("POST", "worklog/list", "worklog_list", a.worklog_list),
        ]
        return Starlette(
            routes=[
                Route(f"{API}/{path}", self._endpoint(name, answer), methods=[method])
                for method, path, name, answer in routes
            ]
        )

    def _endpoint(self, name: str, answer: Callable[[Call], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            path = request.url.path.removeprefix(f"{API}/")
            query = f"?{request.url.query}" if request.url.query else ""
            try:
                self._admit(request)
                body = orjson.loads(raw) if raw else {}
                self.asked.append((request.method, path + query, body))
                if not isinstance(body, dict):
                    raise RefusedError(400, "The body must be an object.")
                fields = [
                    name for text in request.query_params.getlist("fields")
                    for name in text.split(",")
                ]  # fmt: skip
                given = {**request.query_params, **({"fields": fields} if fields else {}), **body}
                here = f"{str(request.base_url).rstrip('/')}{request.url.path}"
                call = Call(given, request.path_params.get("key", ""), here)
                return self._answer(name, answer, call)
            except RefusedError as refusal:
                return _json({"errorMessages": [str(refusal)], "errors": {}}, refusal.status)
            except orjson.JSONDecodeError:
                return _json({"errorMessages": ["There was an error parsing JSON."]}, 400)

        return endpoint

    def _answer(self, name: str, answer: Callable[[Call], Any], call: Call) -> Response:
        faults = self.trouble.due(name)
        for fault in faults:
            given = instead(fault)
            if given is not None:
                return given
            before(fault, self.site, call.given)
        data = answer(call)
        if faults and name == "search":
            token, previous = self._answers.page_before(call)
        else:
            token, previous = None, None
        for fault in faults:
            data = spoiled(fault, data, token, previous)
        whole = _json(data)
        if any(fault.kind == "truncated" for fault in faults):
            half = bytes(whole.body)[: len(whole.body) // 2]
            whole = Response(half, media_type="application/json")
        whole.headers["X-RateLimit-Limit"] = "100"
        whole.headers["X-RateLimit-Remaining"] = "99"
        reset = self.site.as_of + dt.timedelta(seconds=60)
        whole.headers["X-RateLimit-Reset"] = f"{reset:%Y-%m-%dT%H:%MZ}"
        return whole

    def _admit(self, request: Request) -> None:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        expected = f"{self.manners.email}:{self.manners.token}".encode()
        try:
            right = hmac.compare_digest(base64.b64decode(given, validate=True), expected)
        except binascii.Error:
            right = False
        if scheme != "Basic" or not right:
            raise RefusedError(401, "Client must be authenticated to access this resource.")


def _json(data: Any, status: int = 200) -> Response:
    return Response(orjson.dumps(data), status, media_type="application/json")


@contextmanager
def running(
    world: World | Path,
    as_of: dt.datetime,
    *,
    email: str,
    token: str,
    faults: Sequence[Fault] = ORDINARY,
) -> Iterator[str]:
    """The stand-in in a process of its own; yields its address, and ends it for sure.

    The process ends when its standard input closes, so it does not outlive its parent either.
    Raises RuntimeError where it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="jira-") as folder:
        if isinstance(world, World):
            save(world, Path(folder))
            world = Path(folder)
        command = ["--world", str(world)]
        command += ["--as-of", as_of.isoformat(), "--email", email]
        command += ["--faults", orjson.dumps([asdict(fault) for fault in faults]).decode()]
        with standin.in_a_process("sandbox.jira_server", command, token) as address:
            yield address


@contextmanager
def serving(jira: Jira) -> Iterator[str]:
    """The stand-in in a thread, for tests that look into it; yields its address."""
    listener = standin.listening()
    jira.site.base = standin.address_of(listener)
    with standin.in_a_thread(jira.app(), listener):
        yield jira.site.base


def main(arguments: Sequence[str]) -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description="A stand-in Jira Cloud on 127.0.0.1.")
    parser.add_argument("--world", type=Path, required=True, help="folder written by world.save")
    parser.add_argument("--as-of", required=True, help="the site's clock: a day or an instant")
    parser.add_argument("--email", default=Manners().email, help="account that is let in")
    parser.add_argument("--faults", default=None, help="JSON list of faults")
    given = parser.parse_args(arguments)
    as_of = dt.datetime.fromisoformat(given.as_of)
    if as_of.tzinfo is None:
        as_of = end_of(as_of.date())
    listener = standin.listening()
    token = os.environ.get(standin.SECRET, Manners().token)
    faults = ORDINARY
    if given.faults is not None:
        faults = tuple(Fault(**one) for one in orjson.loads(given.faults))
    site = Site(load(given.world), as_of, standin.address_of(listener))
    jira = Jira(site, Manners(given.email, token), Trouble(faults))
    standin.serve(jira.app(), listener)


if __name__ == "__main__":
    main(sys.argv[1:])
