"""A real Tryton 8.2 on a PostgreSQL of its own, filled with a sample company through its RPC.

Belongs here: installing it from its own lock file, starting and ending it.
Does not belong here: what it is filled with (`tryton_fill`), what must hold (`test_tryton`).

    with tryton.filled(world, as_of) as site:
        source = Tryton("hr", TrytonSettings.model_validate(site.options(modules=["hr"])))
"""

from __future__ import annotations

import datetime as dt
import hashlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import requests

from sandbox.tryton_site import MAPPING, Site
from sandbox.world import World
from tests.live import postgres, tryton_fill

_HERE: Final = Path(__file__).parent
_LOCK: Final = _HERE / "requirements-tryton.lock"
_MODULE: Final = "personnel"
"""The name under which Tryton knows `tryton_module`."""
_SECONDS: Final = 60.0
_UNTIL_INPUT_ENDS: Final = '"$@" & server=$!; read -r _; kill -TERM $server; wait $server'
"""A shell's program: run the server, and end it when the pipe closes."""


@dataclass(frozen=True)
class Running:
    """A Tryton that answers at `url`, and the PostgreSQL `database_url` that it stands on."""

    url: str
    database: str
    database_url: str
    password: str
    """Of the administrator and of the user `reader`."""

    def options(self, user: str = tryton_fill.READER, **more: Any) -> dict[str, Any]:
        """The options of a source: of the reader, with the sample's mapping, `more` before it."""
        own = {
            "url": self.url, "database": self.database, "user": user,
            "password": self.password, "mapping": MAPPING,
        }  # fmt: skip
        return own | more


@contextmanager
def running() -> Iterator[Running]:
    """A Tryton with the stock modules and `personnel`, and no company yet (20 s)."""
    programs = _installed()
    with postgres.running() as cluster, tempfile.TemporaryDirectory(prefix="tryton-") as place:
        folder, name, password = Path(place), "company", secrets.token_hex(12)
        url = postgres.database(cluster, name)
        port = _free_port()
        config = folder / "trytond.conf"
        config.write_text(
            f"[database]\nuri = {cluster.rpartition('/')[0]}/\npath = {folder}\n"
            f"[web]\nlisten = 127.0.0.1:{port}\n",
            encoding="utf-8",
        )
        given = folder / "password"
        given.write_text(password, encoding="utf-8")
        subprocess.run(
            [
                programs / "trytond-admin", "-c", config, "-d", name, "-u", _MODULE,
                "--activate-dependencies", "--email", "admin@sample.example",
            ],
            check=True, capture_output=True, env=os.environ | {"TRYTONPASSFILE": str(given)},
        )  # fmt: skip
        log = folder / "log"
        with log.open("wb") as said:
            server = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_INPUT_ENDS, "sh", programs / "trytond", "-c", config,
                 "-d", name],
                stdin=subprocess.PIPE, stdout=said, stderr=said,
            )  # fmt: skip
        try:
            _wait(f"http://127.0.0.1:{port}", server, log)
            yield Running(f"http://127.0.0.1:{port}", name, url, password)
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(_SECONDS)


@contextmanager
def filled(world: World, as_of: dt.datetime, *, work: bool = True) -> Iterator[Running]:
    """A Tryton with the world as it stands at `as_of`, as if written at that time.

    Without `work` it holds people, seats and units only, which is much quicker.
    """
    with running() as tryton:
        tryton_fill.fill(tryton, Site(world, as_of), work=work)
        yield tryton


def _installed() -> Path:
    """The folder of Tryton's programs, installed once a lock file beside the tests' own venv."""
    mark = hashlib.sha256(_LOCK.read_bytes()).hexdigest()[:16]
    venv = Path(sys.prefix) / "live" / f"tryton-{mark}"
    ready = venv / "ready"
    if not ready.exists():
        shutil.rmtree(venv, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", venv], check=True)
        pip = [venv / "bin" / "python", "-m", "pip", "install", "--quiet"]
        pip += ["--disable-pip-version-check", "--require-hashes", "-r", _LOCK]
        subprocess.run(pip, check=True)
        ready.touch()
    (modules,) = venv.glob("lib/python*/site-packages/trytond/modules")
    own = modules / _MODULE
    own.unlink(missing_ok=True)
    own.symlink_to(_HERE / "tryton_module")
    return venv / "bin"


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it says its version."""
    until = time.monotonic() + _SECONDS
    asked = {"id": 1, "method": "common.server.version", "params": []}
    while True:
        try:
            requests.post(f"{url}/rpc/", json=asked, timeout=10).raise_for_status()
            return
        except requests.RequestException:
            if server.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"Tryton did not come up; it said:\n{said}") from None
            time.sleep(0.1)
