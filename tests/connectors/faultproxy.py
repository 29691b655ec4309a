"""A proxy between a connector and a server, that makes every fault of HTTP at will.

Belongs here: counting and passing on requests, the faults that all systems share.
Does not belong here: what a vendor says (`harness`), what must come of a fault
(`contract_suite`).

It runs in threads of the test's own process, so that a test can act between two answers.
"""

from __future__ import annotations

import http.client
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Literal
from urllib.parse import urlsplit

import orjson

from tests.connectors.harness import Asked

Kind = Literal["status", "truncated", "cut", "body", "hang_up", "rewrite"]
"""status: answer `status` · truncated: half of the right body, as if it were all · cut: the
connection ends in the middle of the right body · body: `body` in place of the right one · hang_up:
the connection ends without an answer · rewrite: the right JSON through `rewrite`."""


@dataclass(frozen=True)
class Fault:
    """From its `at`-th call on, for `times` calls (None: for ever), `endpoint` answers wrongly."""

    kind: Kind
    endpoint: str | None = None
    """None: every endpoint, counted together."""
    at: int = 1
    times: int | None = None
    status: int = 200
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes = b""
    rewrite: Callable[[Asked, Any], Any | None] | None = None
    """Gives the answer to send, or None to send the right one."""


@dataclass
class Reply:
    """What goes back to the connector."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes
    missing: int = 0
    """Bytes that are promised beyond `body` and never sent."""


@dataclass
class Proxy:
    """The proxy in front of `upstream`; `endpoint` says what a request asks for."""

    upstream: str
    endpoint: Callable[[Asked], str]
    url: str = ""
    faults: list[Fault] = field(default_factory=list)
    before: dict[int, Callable[[], None]] = field(default_factory=dict)
    """Number of a request since `reset`, from 1: what happens just before it is passed on."""
    asked: list[tuple[str, Asked]] = field(default_factory=list)
    """(endpoint, request) since `reset`."""
    most: int = 10_000
    """Requests since `reset` after which it hangs up: a read that would never end ends."""
    spoiled: int = 0
    """Answers made wrong since `reset`."""
    calls: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def reset(self, *faults: Fault) -> None:
        """Forget what was asked; from now on these faults."""
        self.faults, self.before = list(faults), {}
        self.asked, self.calls, self.spoiled = [], Counter(), 0

    def reply(
        self, asked: Asked, headers: dict[str, str], ahead: http.client.HTTPConnection
    ) -> Reply | None:
        """The answer to a request, of which `ahead` leads to the server; None: hang up."""
        with self.lock:
            if len(self.asked) >= self.most:
                return None
            endpoint = self.endpoint(asked)
            self.asked.append((endpoint, asked))
            self.calls[endpoint] += 1
            if (act := self.before.pop(len(self.asked), None)) is not None:
                act()
            due = next((fault for fault in self.faults if self._is_due(fault, endpoint)), None)
            if due is not None and due.kind in ("status", "body", "hang_up"):
                self.spoiled += 1
                if due.kind == "hang_up":
                    return None
                kind = ("Content-Type", "application/json")
                return Reply(due.status, [kind, *due.headers], due.body)
            reply = self._passed_on(asked, headers, ahead)
            return reply if due is None else self._spoiled(due, asked, reply)

    def _is_due(self, fault: Fault, endpoint: str) -> bool:
        if fault.endpoint not in (None, endpoint):
            return False
        n = len(self.asked) if fault.endpoint is None else self.calls[endpoint]
        return n >= fault.at and (fault.times is None or n < fault.at + fault.times)

    def _passed_on(
        self, asked: Asked, headers: dict[str, str], ahead: http.client.HTTPConnection
    ) -> Reply:
        try:
            ahead.request(asked.method, asked.path, asked.body or None, headers)
            answer = ahead.getresponse()
        except ConnectionError:  # the server ended a connection that was idle: on a new one
            ahead.close()
            ahead.request(asked.method, asked.path, asked.body or None, headers)
            answer = ahead.getresponse()
        body = answer.read()
        kept = [(n, v) for n, v in answer.getheaders() if n.lower() not in _OF_ONE_HOP]
        if "json" in (answer.headers.get("Content-Type") or ""):
            body = body.replace(_root(self.upstream).encode(), _root(self.url).encode())
        return Reply(answer.status, kept, body)

    def _spoiled(self, fault: Fault, asked: Asked, reply: Reply) -> Reply:
        if fault.kind in ("truncated", "cut"):
            self.spoiled += 1
            half = reply.body[: len(reply.body) // 2]
            missing = len(reply.body) - len(half) if fault.kind == "cut" else 0
            return Reply(reply.status, reply.headers, half, missing)
        assert fault.rewrite is not None
        if reply.status != 200:
            return reply
        try:
            data = orjson.loads(reply.body)
        except orjson.JSONDecodeError:
            return reply
        rewritten = fault.rewrite(asked, data)
        if rewritten is None:
            return reply
        self.spoiled += 1
        return Reply(reply.status, reply.headers, orjson.dumps(rewritten))


_OF_ONE_HOP = frozenset({"connection", "transfer-encoding", "content-length"})
_CREDENTIALS = ("authorization", "cookie", "api-key", "api-token", "x-redmine-api-key")


@contextmanager
def proxied(upstream: str, endpoint: Callable[[Asked], str]) -> Iterator[Proxy]:
    """A proxy in front of the server at `upstream`; its `url` has the same path."""
    proxy = Proxy(upstream, endpoint)
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(proxy))
    server.daemon_threads = True
    parts = urlsplit(upstream)
    proxy.url = f"http://127.0.0.1:{server.server_port}{parts.path}"
    thread = threading.Thread(target=server.serve_forever, args=[0.05], daemon=True)
    thread.start()
    try:
        yield proxy
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()


def _handler(proxy: Proxy) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True
        wbufsize = -1

        def handle(self) -> None:
            """One connection of the connector, with one of its own to the server."""
            self.ahead = http.client.HTTPConnection(urlsplit(proxy.upstream).netloc, timeout=30)
            try:
                super().handle()
            finally:
                self.ahead.close()

        def _any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            given = dict(self.headers.items())
            named = {name.lower() for name in given}
            credential = any(word in name for name in named for word in _CREDENTIALS)
            asked = Asked(self.command, self.path, body, credential)
            passed = {n: v for n, v in given.items() if n.lower() not in _OF_ONE_HOP}
            passed = {n: v for n, v in passed.items() if n.lower() != "accept-encoding"}
            reply = proxy.reply(asked, passed, self.ahead)
            if reply is None:
                self.close_connection = True
                return
            self.send_response_only(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body) + reply.missing))
            self.end_headers()
            self.wfile.write(reply.body)
            self.close_connection = self.close_connection or reply.missing > 0

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _any  # noqa: N815  the library's names

        def log_message(self, *_: Any) -> None:
            """Quiet: what was asked is in `Proxy.asked`."""

    return Handler


def _root(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


@contextmanager
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """A stranger's server on loopback: (its address, what it was sent so far)."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def listen() -> None:
            try:
                while True:
                    guest, _ = listener.accept()
                    with guest:
                        guest.settimeout(1)
                        heard.append(guest.recv(4096))
            except OSError:
                return

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", heard
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)
