"""The stand-in Qualtrics over HTTP: authentication, envelopes, faults, starting and stopping.

Belongs here: the application and its process. Does not belong here: what is answered
(`qualtrics_answers`).

Run alone: `python -m sandbox.qualtrics_server --world FOLDER --as-of 2026-06-30` prints its address
when it is ready; the token is read from ALIGNMART_SANDBOX_TOKEN. Its clock stands at `as_of`.
"""

from __future__ import annotations

import argparse
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

from sandbox import standin
from sandbox.qualtrics_answers import Answers, Call, RefusedError
from sandbox.qualtrics_faults import ORDINARY, Fault, Trouble, envelope, instead, refusal, spoiled
from sandbox.qualtrics_site import Site
from sandbox.world import World, end_of, load, save

API: Final = "/API/v3"
TOKEN: Final = "sample-token"  # noqa: S105  the stand-in's own


@dataclass
class Qualtrics:
    """The stand-in as an application; `asked` keeps (method, path and query, body)."""

    site: Site
    token: str = TOKEN
    trouble: Trouble = field(default_factory=Trouble)
    page_limit: int = 100
    asked: list[tuple[str, str, Any]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._answers = Answers(self.site, self.page_limit)

    def show(self, site: Site) -> None:
        """From now on, another site: the same account on another day."""
        self.site = self._answers.site = site

    def app(self) -> Starlette:
        """The ASGI application."""
        a = self._answers
        contacts = "directories/{directory}/mailinglists/{list}/contacts"
        export = "surveys/{survey}/export-responses"
        routes: list[tuple[str, str, str, Callable[[Call], Any]]] = [
            ("GET", "whoami", "whoami", a.whoami),
            ("GET", "surveys", "surveys", a.surveys),
            ("GET", "surveys/{survey}", "survey", a.survey),
            ("GET", "survey-definitions/{survey}", "definition", a.definition),
            ("GET", "distributions", "distributions", a.distributions),
            ("GET", "distributions/{distribution}/history", "history", a.history),
            ("GET", "directories", "directories", a.directories),
            ("GET", contacts, "contacts", a.contacts),
            ("POST", export, "export_start", a.export),
            ("GET", f"{export}/{{export}}", "export_progress", a.progress),
            ("GET", f"{export}/{{export}}/file", "export_file", lambda _: None),
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
            number = len(self.asked) + 1
            query = f"?{request.url.query}" if request.url.query else ""
            path = request.url.path.removeprefix(f"{API}/")
            try:
                body = orjson.loads(raw) if raw else {}
                self.asked.append((request.method, path + query, body))
                self._admit(request)
                here = f"{str(request.base_url).rstrip('/')}{request.url.path}"
                call = Call(request.path_params, dict(request.query_params), body, here)
                return self._answer(name, answer, call, here + query, number)
            except RefusedError as error:
                return refusal(error.status, str(error), error.code, number)
            except orjson.JSONDecodeError:
                return refusal(400, "The body is no JSON.", "JSON_1", number)

        return endpoint

    def _answer(
        self, name: str, answer: Callable[[Call], Any], call: Call, here: str, number: int
    ) -> Response:
        faults = self.trouble.due(name)
        for fault in faults:
            given = instead(fault, number)
            if given is not None:
                return given
            if fault.kind == "forgotten":
                raise RefusedError(404, "The export does not exist.", "RP_3")
        if name == "export_file":
            data = self._answers.file(call, {str(fault.kind) for fault in faults})
            return Response(data, media_type="application/zip")
        result = answer(call)
        for fault in faults:
            result = spoiled(fault, result, here)
        return Response(orjson.dumps(envelope(result, number)), media_type="application/json")

    def _admit(self, request: Request) -> None:
        if not hmac.compare_digest(
            request.headers.get("X-API-TOKEN", "").encode(), self.token.encode()
        ):
            raise RefusedError(401, "Unrecognized X-API-TOKEN.", "AUTH_6")


@contextmanager
def running(
    world: World | Path,
    as_of: dt.datetime,
    *,
    token: str,
    faults: Sequence[Fault] = ORDINARY,
) -> Iterator[str]:
    """The stand-in in a process of its own; yields its address, and ends it for sure.

    The process ends when its standard input closes, so it does not outlive its parent either.
    Raises RuntimeError where it does not come up.
    """
    with tempfile.TemporaryDirectory(prefix="qualtrics-") as folder:
        if isinstance(world, World):
            save(world, Path(folder))
            world = Path(folder)
        command = ["--world", str(world)]
        command += ["--as-of", as_of.isoformat()]
        command += ["--faults", orjson.dumps([asdict(fault) for fault in faults]).decode()]
        with standin.in_a_process("sandbox.qualtrics_server", command, token) as address:
            yield address


@contextmanager
def serving(qualtrics: Qualtrics) -> Iterator[str]:
    """The stand-in in a thread, for tests that look into it; yields its address."""
    listener = standin.listening()
    with standin.in_a_thread(qualtrics.app(), listener):
        yield standin.address_of(listener)


def main(arguments: Sequence[str]) -> None:
    """Serve until standard input closes."""
    parser = argparse.ArgumentParser(description="A stand-in Qualtrics on 127.0.0.1.")
    parser.add_argument("--world", type=Path, required=True, help="folder written by world.save")
    parser.add_argument("--as-of", required=True, help="the account's clock: a day or an instant")
    parser.add_argument("--faults", default=None, help="JSON list of faults")
    given = parser.parse_args(arguments)
    as_of = dt.datetime.fromisoformat(given.as_of)
    if as_of.tzinfo is None:
        as_of = end_of(as_of.date())
    listener = standin.listening()
    token = os.environ.get(standin.SECRET, TOKEN)
    faults = ORDINARY
    if given.faults is not None:
        faults = tuple(Fault(**one) for one in orjson.loads(given.faults))
    qualtrics = Qualtrics(Site(load(given.world), as_of), token, Trouble(faults))
    standin.serve(qualtrics.app(), listener)


if __name__ == "__main__":
    main(sys.argv[1:])
