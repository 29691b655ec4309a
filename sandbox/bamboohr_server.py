"""The stand-in BambooHR over HTTP: the key, formats, faults, starting and stopping.

Belongs here: the application and its process. Does not belong here: what is answered
(`bamboohr_answers`).

Run alone: `python -m sandbox.bamboohr_server --world FOLDER --as-of 2026-06-30` prints its
address when it is ready; the key is read from ALIGNMART_SANDBOX_TOKEN. Its clock stands at
`as_of`.
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

from sandbox import bamboohr_payloads as payloads
from sandbox import standin
from sandbox.bamboohr_answers import Answers, Call, RefusedError
from sandbox.bamboohr_faults import ORDINARY, Fault, Manners, Trouble
from sandbox.bamboohr_site import Site
from sandbox.world import World, end_of, load, save

XML: Final = frozenset({"changed", "table", "lists", "tables", "fields"})
"""Endpoints that answer XML unless JSON is asked for."""


@dataclass
class Bamboo:
    """The stand-in as an application; `asked` keeps (method, path and query, body)."""

    site: Site
    manners: Manners = field(default_factory=Manners)
    trouble: Trouble = field(default_factory=Trouble)
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def app(self) -> Starlette:
        """The ASGI application."""
        a = Answers(self.site, self.manners)
        goals = "v1/performance/employees/{id}/goals"
        routes: list[tuple[str, str, str, Callable[[Call], Any]]] = [
            ("GET", "v1/employees", "employees", a.employees),
            ("GET", "v1/employees/changed", "changed", a.changed),
            ("GET", "v1/employees/{id}/tables/{table}", "table", a.table),
            ("GET", "v1/meta/lists", "lists", a.lists),
            ("GET", "v1/meta/tables", "tables", a.tables),
            ("GET", "v1/meta/fields", "fields", a.fields),
            ("GET", "v1_2/datasets/{name}/fields", "dataset_fields", a.dataset_fields),
            ("POST", "v2/datasets/{name}/data", "dataset", a.dataset),
            ("GET", goals, "goals", a.goals),
        ]
        return Starlette(
            routes=[
                Route(f"/api/{path}", self._endpoint(name, answer), methods=[method])
                for method, path, name, answer in routes
            ]
        )

    def _endpoint(self, name: str, answer: Callable[[Call], Any]) -> Callable[[Request], Any]:
        async def endpoint(request: Request) -> Response:
            raw = await request.body()
            query = f"?{request.url.query}" if request.url.query else ""
            try:
                self._admit(request)
                body = orjson.loads(raw) if raw else {}
                if not isinstance(body, dict):
                    raise RefusedError(400, "BadRequest", "The body must be an object.")
                self.asked.append((request.method, request.url.path + query, body))
                here = f"{str(request.base_url).rstrip('/')}{request.url.path}"
                call = Call({**request.query_params, **body}, dict(request.path_params), here)
                data = self._answer(name, answer, call)
            except RefusedError as refusal:
                return self._refused(name, refusal)
            except orjson.JSONDecodeError:
                return self._refused(name, RefusedError(400, "BadRequest", "No JSON."))
            wants_json = "application/json" in request.headers.get("Accept", "")
            if name in XML and not wants_json and call.given.get("format") != "json":
                text = f'<?xml version="1.0"?>{payloads.as_xml(name, data)}'
                return Response(text, media_type="application/xml")
            return Response(orjson.dumps(data), media_type="application/json")

        return endpoint

    def _answer(self, name: str, answer: Callable[[Call], Any], call: Call) -> Any:
        faults = self.trouble.due(name)
        for fault in faults:
            if fault.kind == "busy":
                status = 503 if self.site.signals_by_503 else 429
                raise RefusedError(status, str(fault.retry_after), "Limit exceeded.")
            if fault.kind == "deleted" and "page[after]" in call.given:
                cursor = base64.b64decode(call.given["page[after]"]).decode()
                self.site.forget(cursor.removeprefix("after-"))
        data = answer(call)
        for fault in faults:
            if fault.kind == "looping":
                cursor = call.given.get("page[after]") or data["meta"]["page"]["nextCursor"]
                data["meta"]["page"]["nextCursor"] = cursor
        return data

    def _refused(self, name: str, refusal: RefusedError) -> Response:
        """Each endpoint in its own words: a problem, an error object, or a header alone."""
        status, said = refusal.status, str(refusal)
        headers = {"X-BambooHR-Error-Message": said}
        if status in (429, 503):
            return Response(b"", status, headers | {"Retry-After": refusal.code})
        if name.startswith("dataset"):
            problem = {"type": "about:blank", "title": said, "status": status, "detail": said}
            body = orjson.dumps(problem | {"code": refusal.code})
            return Response(body, status, headers, media_type="application/problem+json")
        if name == "employees":
            error = {"error": {"code": refusal.code, "message": said}}
            return Response(orjson.dumps(error), status, headers, media_type="application/json")
        return Response(b"", status, headers)

    def _admit(self, request: Request) -> None:
        """The key is the user's name; any password will do."""
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        try:
            user = base64.b64decode(given, validate=True).partition(b":")[0]
        except binascii.Error:
            user = b""
        if scheme != "Basic" or not hmac.compare_digest(user, self.manners.key.encode()):
            raise RefusedError(401, "Unauthorized", "The API key is missing or invalid.")


@contextmanager
def running(
    world: World | Path, as_of: dt.datetime, *, key: str, faults: Sequence[Fault] = ORDINARY
) -> Iterator[str]:
    """The stand-in in a process of its own; yields its address, and ends it for sure.

    The process ends when its standard input closes, so it does not outlive its parent either.
    Raises RuntimeError where it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="bamboohr-") as folder:
        if isinstance(world, World):
            save(world, Path(folder))
            world = Path(folder)
        command = ["--world", str(world)]
        command += ["--as-of", as_of.isoformat()]
        command += ["--faults", orjson.dumps([asdict(fault) for fault in faults]).decode()]
        with standin.in_a_process("sandbox.bamboohr_server", command, key) as address:
            yield address


@contextmanager
def serving(bamboo: Bamboo) -> Iterator[str]:
    """The stand-in in a thread, for tests that look into it; yields its address."""
    listener = standin.listening()
    bamboo.site.base = standin.address_of(listener)
    with standin.in_a_thread(bamboo.app(), listener):
        yield bamboo.site.base


def main(arguments: Sequence[str]) -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description="A stand-in BambooHR on 127.0.0.1.")
    parser.add_argument("--world", type=Path, required=True, help="folder written by world.save")
    parser.add_argument("--as-of", required=True, help="the site's clock: a day or an instant")
    parser.add_argument("--faults", default=None, help="JSON list of faults")
    given = parser.parse_args(arguments)
    as_of = dt.datetime.fromisoformat(given.as_of)
    if as_of.tzinfo is None:
        as_of = end_of(as_of.date())
    listener = standin.listening()
    key = os.environ.get(standin.SECRET, Manners().key)
    faults = ORDINARY
    if given.faults is not None:
        faults = tuple(Fault(**one) for one in orjson.loads(given.faults))
    site = Site(load(given.world), as_of, standin.address_of(listener))
    bamboo = Bamboo(site, Manners(key), Trouble(faults))
    standin.serve(bamboo.app(), listener)


if __name__ == "__main__":
    main(sys.argv[1:])
