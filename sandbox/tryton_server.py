"""The stand-in Tryton over HTTP: JSON-RPC, login and sessions, starting and stopping.

Belongs here: the application and its process. Does not belong here: what is answered
(`tryton_answers`), faults (the tests' proxy makes them).

Run alone: `python -m sandbox.tryton_server --world FOLDER --as-of 2026-06-30` prints its address
when it is ready; the password is read from ALIGNMART_SANDBOX_TOKEN. Its clock stands at `as_of`.
"""

from __future__ import annotations

import argparse
import base64
import binascii
import datetime as dt
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import orjson
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox import standin
from sandbox.tryton_answers import Answers, UserError
from sandbox.tryton_site import Site
from sandbox.world import World, end_of, load, save

DATABASE: Final = "sample"
USER: Final = "reader"
_NUMBER: Final = 7


@dataclass
class Tryton:
    """The stand-in as an application; `asked` keeps (method, parameters)."""

    site: Site
    password: str
    closed: frozenset[str] = frozenset()
    """Models that the user may not read."""
    asked: list[tuple[str, list[Any]]] = field(default_factory=list)
    sessions: set[str] = field(default_factory=set)

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(
            routes=[
                Route("/rpc/", self._root, methods=["POST"]),
                Route("/{database}/rpc/", self._rpc, methods=["POST"]),
            ]
        )

    async def _root(self, request: Request) -> Response:
        return _result(orjson.loads(await request.body()), "8.2")

    async def _rpc(self, request: Request) -> Response:
        body = orjson.loads(await request.body())
        method, params = body["method"], body["params"]
        if request.path_params["database"] != DATABASE:
            return Response("<title>404 Not Found</title>", 404, media_type="text/html")
        if method == "common.db.login":
            return self._login(body, *params)
        session = _session(request)
        if session not in self.sessions:
            return Response(None, 401, {"WWW-Authenticate": 'Basic realm="Tryton"'})
        self.asked.append((method, params))
        return self._answered(body)

    def _answered(self, body: dict[str, Any]) -> Response:
        answers = Answers(self.site, self.closed)
        try:
            if body["method"] == "system.listMethods":
                return _result(body, answers.methods())
            return _result(body, answers.call(body["method"], body["params"]))
        except UserError as error:
            return _error(body, ["UserError", [str(error), "", None]])
        except KeyError as error:
            return _error(body, [str(error), ""])
        except LookupError:
            return Response("<title>403 Forbidden</title>", 403, media_type="text/html")

    def _login(self, body: dict[str, Any], user: str, given: dict[str, Any]) -> Response:
        if "password" not in given:
            wanted = ["password", f"Password for {user}", "password"]
            return _error(body, ["LoginException", wanted])
        if (user, given["password"]) != (USER, self.password):
            return Response("<title>401 Unauthorized</title>", 401, media_type="text/html")
        session = f"{len(self.sessions):064x}"
        self.sessions.add(session)
        return _result(body, [_NUMBER, session, None])


def _session(request: Request) -> str:
    """The session in the header, "" where it holds none of this user."""
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    try:
        user, number, session = base64.b64decode(given, validate=True).decode().split(":")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return session if (scheme, user, number) == ("Session", USER, str(_NUMBER)) else ""


def _result(body: dict[str, Any], result: Any) -> Response:
    return _json({"id": body["id"], "result": result})


def _error(body: dict[str, Any], error: list[Any]) -> Response:
    return _json({"id": body["id"], "error": error})


def _json(data: Any) -> Response:
    return Response(orjson.dumps(data), media_type="application/json")


@contextmanager
def running(world: World | Path, as_of: dt.datetime, *, password: str) -> Iterator[str]:
    """The stand-in in a process of its own; yields its address, and ends it for sure.

    Its database is `DATABASE`, its user `USER`. The process ends when its standard input closes,
    so it does not outlive its parent either. Raises RuntimeError where it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="tryton-") as folder:
        if isinstance(world, World):
            save(world, Path(folder))
            world = Path(folder)
        command = ["--world", str(world)]
        command += ["--as-of", as_of.isoformat()]
        with standin.in_a_process("sandbox.tryton_server", command, password) as address:
            yield address


@contextmanager
def serving(tryton: Tryton) -> Iterator[str]:
    """The stand-in in a thread, for tests that look into it; yields its address."""
    listener = standin.listening()
    with standin.in_a_thread(tryton.app(), listener):
        yield standin.address_of(listener)


def main(arguments: Sequence[str]) -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description="A stand-in Tryton on 127.0.0.1.")
    parser.add_argument("--world", type=Path, required=True, help="folder written by world.save")
    parser.add_argument("--as-of", required=True, help="the server's clock: a day or an instant")
    given = parser.parse_args(arguments)
    as_of = dt.datetime.fromisoformat(given.as_of)
    if as_of.tzinfo is None:
        as_of = end_of(as_of.date())
    listener = standin.listening()
    password = os.environ.get(standin.SECRET, "sample-password")
    tryton = Tryton(Site(load(given.world), as_of), password)
    standin.serve(tryton.app(), listener)


if __name__ == "__main__":
    main(sys.argv[1:])
