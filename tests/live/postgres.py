"""A PostgreSQL of a test's own: made in a temporary folder, on a free loopback port, then gone.

Belongs here: finding or installing PostgreSQL, making, starting and ending a cluster, databases.
Does not belong here: what is stored in it.

Nothing is synced to disk, as nothing outlives the test. The server ends when the test does,
however the test ends: it watches a pipe that closes with the test's process.
"""

from __future__ import annotations

import os
import secrets
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

PACKAGE: Final = "postgresql-15"
"""Debian's package, installed where no PostgreSQL is."""

_SETTINGS: Final = {
    "fsync": "off",
    "full_page_writes": "off",
    "listen_addresses": "127.0.0.1",
    "synchronous_commit": "off",
    "timezone": "UTC",
    "unix_socket_directories": "",
}
_USER, _SYSTEM_USER = "alignmart", "postgres"
_SECONDS: Final = 60.0

_UNTIL_INPUT_ENDS: Final = '"$@" & server=$!; read -r _; kill -INT $server; wait $server'
"""A shell's program: run the server, and end it (fast, but in order) when the pipe closes."""


@contextmanager
def running(settings: Mapping[str, str] | None = None) -> Iterator[str]:
    """A cluster; yields `postgresql://USER:PASSWORD@127.0.0.1:PORT/postgres` of its superuser.

    `settings` are added to those of `postgresql.conf`. Raises RuntimeError with the server's log
    where it does not come up.
    """
    binaries = _binaries()
    folder = Path(tempfile.mkdtemp(prefix="postgres-"))
    try:
        password = secrets.token_hex(16)
        data, log = _made(folder, binaries, password), folder / "log"
        port = _free_port()
        command: list[str | Path] = [binaries / "postgres", "-D", data, "-p", str(port)]
        for name, value in {**_SETTINGS, **(settings or {})}.items():
            command += ["-c", f"{name}={value}"]
        with log.open("wb") as said:
            server = subprocess.Popen(
                ["/bin/sh", "-c", _UNTIL_INPUT_ENDS, "sh", *command],
                stdin=subprocess.PIPE, stdout=said, stderr=said, cwd=folder, **_as_its_user(),
            )  # fmt: skip
        try:
            url = f"postgresql://{_USER}:{password}@127.0.0.1:{port}/postgres"
            _wait(url, server, log)
            yield url
        finally:
            assert server.stdin is not None
            server.stdin.close()
            server.wait(_SECONDS)
    finally:
        shutil.rmtree(folder)


def database(url: str, name: str, template: str = "template1") -> str:
    """Make the database `name`, a copy of `template`, in the cluster of `url`; its own URL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            sql.SQL("create database {} template {}").format(
                sql.Identifier(name), sql.Identifier(template)
            )
        )
    return urlsplit(url)._replace(path=f"/{name}").geturl()


def _binaries() -> Path:
    found = _installed()
    if found is None:
        _install()
        found = _installed()
    if found is None:
        raise RuntimeError(f"the package {PACKAGE} is installed, but holds no initdb")
    return found


def _installed() -> Path | None:
    """Folder of the newest PostgreSQL's programs."""
    places = Path("/usr/lib/postgresql").glob("*/bin/initdb")
    newest = max(places, key=lambda place: int(place.parent.parent.name), default=None)
    return newest.parent if newest else None


def _install() -> None:
    """Install Debian's package, without the cluster that it would make and start by itself."""
    if os.geteuid() != 0:
        raise RuntimeError(f"no PostgreSQL here: install it as root, apt-get install {PACKAGE}")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    apt = ["apt-get", "--yes", "--quiet", "--no-install-recommends"]
    subprocess.run([*apt, "update"], check=True, env=os.environ | quiet)
    subprocess.run([*apt, "install", "postgresql-common"], check=True, env=os.environ | quiet)
    own = Path("/etc/postgresql-common/createcluster.d/alignmart.conf")
    own.write_text("create_main_cluster = false\n", encoding="utf-8")
    subprocess.run([*apt, "install", PACKAGE], check=True, env=os.environ | quiet)


def _as_its_user() -> dict[str, Any]:
    """PostgreSQL refuses to run as root; anybody else runs it as themselves."""
    if os.geteuid() != 0:
        return {}
    return {"user": _SYSTEM_USER, "group": _SYSTEM_USER, "extra_groups": []}


def _made(folder: Path, binaries: Path, password: str) -> Path:
    data, given = folder / "data", folder / "password"
    given.write_text(password, encoding="utf-8")
    if os.geteuid() == 0:
        for path in (folder, given):
            shutil.chown(path, _SYSTEM_USER, _SYSTEM_USER)
    subprocess.run(
        [
            binaries / "initdb", "--pgdata", data, "--username", _USER, "--pwfile", given,
            "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--no-sync",
        ],
        check=True, stdout=subprocess.DEVNULL, cwd=folder, **_as_its_user(),
    )  # fmt: skip
    return data


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def _wait(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    """Until it takes connections."""
    until = time.monotonic() + _SECONDS
    while True:
        try:
            psycopg.connect(url, connect_timeout=5).close()
            return
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > until:
                said = log.read_text(encoding="utf-8", errors="replace")
                raise RuntimeError(f"PostgreSQL did not come up; it said:\n{said}") from None
            time.sleep(0.05)
