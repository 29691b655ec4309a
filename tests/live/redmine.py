"""A real Redmine for tests: Debian's packages, a database of its own, a clock that requests set.

Belongs here: installing, starting, ending. Does not belong here: what goes in (`redmine_fill`,
`redmine_setup.rb`).

Redmine's packaged files and the machine's own instances are not touched: the package finds its
configuration by the name of an instance, and a name that leads out of the folder of instances
leads to a folder of ours. `filled(world, as_of)` is what a test wants:

    with filled(world, as_of) as redmine:
        Redmine("redmine", RedmineSettings.model_validate(redmine.options()))
        redmine.player.play(later)
"""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import secrets
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import polars as pl

from sandbox.redmine_site import EVERYBODY, GOALS, NUMBER, POINTS, STATUSES, trackers_of
from sandbox.redmine_view import PLACEHOLDER_HOST, ROBOT_ID, accounts
from sandbox.world import World
from tests.live.redmine_fill import Api, Player

PACKAGES: Final = ("redmine", "redmine-sqlite", "puma", "ruby-bundler")
CODE: Final = Path("/usr/share/redmine")
HERE: Final = Path(__file__).parent
PATIENCE: Final = 300.0
"""Seconds to wait for others who install packages, and for the server to come up."""
FIRST_ITEM, FIRST_WORKLOG = 10_001, 20_000_001
"""Numbers with which the world's items and worklogs begin."""
BUNDLER: Final = "2.3.15"
"""Debian's patched bundler. A newer one that comes with ruby's security update would win, does not
know Debian's gems, and asks a gem registry."""
QUICKER: Final = {
    "RUBY_GC_HEAP_INIT_SLOTS": "1000000",
    "RUBY_GC_MALLOC_LIMIT": "200000000",
    "RUBY_GC_MALLOC_LIMIT_MAX": "400000000",
    "RUBY_GC_OLDMALLOC_LIMIT": "400000000",
    "RUBY_GC_OLDMALLOC_LIMIT_MAX": "800000000",
}
"""Less time a request, for some hundred megabytes of memory."""


@dataclass
class Running:
    """A Redmine that runs, with the world that was played into it."""

    url: str
    key: str
    """API key of the administrator, who is the world's robot."""
    api: Api
    player: Player
    looking: int
    """Number of a role that may see issues and spent time, and nothing else."""
    seconds: dict[str, float] = field(default_factory=dict)
    """How long installing, migrating and starting took; `player.seconds` is the filling."""

    def options(self, **more: Any) -> dict[str, Any]:
        """Options of a source that reads it with the sample's mapping."""
        mapping = {
            "initiative_trackers": ["Epic", "Theme"],
            "goal_fields": [GOALS],
            "goal_source": "goals",
            "points_field": POINTS,
            "employee_number_field": NUMBER,
            "placeholder_mail_hosts": [PLACEHOLDER_HOST],
            "status_categories": {"Selected": "todo"},
        }
        return {"url": self.url, "api_key": self.key, "mapping": mapping} | more


@contextmanager
def filled(world: World, as_of: dt.datetime) -> Iterator[Running]:
    """A Redmine into which the world was played up to `as_of`; ended for sure.

    15 s, and 10 s for a thousand events, on a quiet machine. Raises RuntimeError where it cannot
    be installed or does not come up.
    """
    with _started(world) as redmine:
        redmine.player.play(as_of)
        yield redmine


@contextmanager
def _started(world: World) -> Iterator[Running]:
    """An empty Redmine with the lists that the world needs."""
    seconds = {"installing": _timed(install), "migrating": _timed(_migrated)}
    began = time.monotonic()
    with _folder() as folder:
        shutil.copyfile(_migrated(), folder / "redmine.sqlite3")
        (folder / "travel.ru").write_bytes((HERE / "redmine_travel.ru").read_bytes())
        (folder / "setup.rb").write_bytes((HERE / "redmine_setup.rb").read_bytes())
        _give_away(folder)
        key = secrets.token_hex(20)
        made = _set_up(folder, world, key)
        with _serving(folder) as url:
            api = Api(url, key)
            player = Player(api, world, EVERYBODY, made["role"])
            seconds["starting"] = time.monotonic() - began
            try:
                yield Running(url, key, api, player, made["looking"], seconds)
            finally:
                api.close()


def install() -> None:
    """Install the packages where they are missing. Raises RuntimeError in words."""
    if all(_is_installed(name) for name in PACKAGES):
        return
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        raise RuntimeError(
            f"the tests of Redmine need Debian's packages {', '.join(PACKAGES)}: install them as "
            "root with apt-get, or run the tests as root"
        )
    quiet = {"DEBIAN_FRONTEND": "noninteractive", "BUNDLER_VERSION": BUNDLER}
    # The package would make a database of its own, which nobody here needs.
    answer = "redmine redmine/instances/default/dbconfig-install boolean false"
    _run(["debconf-set-selections"], quiet, feed=answer)
    waiting = ["-o", f"DPkg::Lock::Timeout={PATIENCE:.0f}"]
    _apt(["update", "-qq"], quiet)
    _run(["apt-get", *waiting, "install", "-y", "--no-install-recommends", *PACKAGES], quiet)


def _is_installed(package: str) -> bool:
    asked = ["dpkg-query", "-W", "-f", "${Status}", package]
    if shutil.which(asked[0]) is None:
        return False
    found = subprocess.run(asked, capture_output=True, text=True, check=False)
    return found.stdout == "install ok installed"


def _apt(arguments: list[str], quiet: Mapping[str, str]) -> None:
    """apt-get waits for dpkg's lock by itself, but not for that of the lists."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            return _run(["apt-get", *arguments], quiet)
        except RuntimeError as error:
            if "lock" not in str(error) or time.monotonic() > until:
                raise
            time.sleep(2)


@cache
def _kept() -> tempfile.TemporaryDirectory[str]:
    """Where the migrated database is kept until the tests end."""
    return tempfile.TemporaryDirectory(prefix="redmine-empty-")


@cache
def _migrated() -> Path:
    """An empty database with Redmine's tables, made once."""
    with _folder() as folder:
        _run(["bundle", "exec", "rake", "db:migrate"], _surroundings(folder), cwd=CODE, aside=True)
        kept = Path(_kept().name) / "empty.sqlite3"
        shutil.copyfile(folder / "redmine.sqlite3", kept)
        return kept


@contextmanager
def _folder() -> Iterator[Path]:
    """A folder laid out as Redmine's package lays out an instance, in memory where that is."""
    memory = Path("/dev/shm")
    place = memory if os.access(memory, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="redmine-", dir=place) as name:
        folder = Path(name)
        for part in ("config", "log", "tmp", "files", "public/plugin_assets"):
            (folder / part).mkdir(parents=True)
        database = {"adapter": "sqlite3", "database": str(folder / "redmine.sqlite3")}
        (folder / "config" / "database.yml").write_text(json.dumps({"production": database}))
        (folder / "config" / "secret_key.txt").write_text(secrets.token_hex(16))
        _give_away(folder)
        yield folder


def _set_up(folder: Path, world: World, key: str) -> dict[str, int]:
    """Make what REST cannot make; returns the numbers of the two roles."""
    robot = accounts(world).filter(pl.col("id") == ROBOT_ID).row(0, named=True)
    names = ("login", "firstname", "lastname", "mail")
    plan = {
        "statuses": STATUSES,
        "trackers": trackers_of(world),
        "goals_field": GOALS,
        "points_field": POINTS,
        "employee_number_field": NUMBER,
        "robot": {name: robot[name] for name in names}
        | {"created_on": robot["created_at"].isoformat()},
        "key": key,
        "group": "Everybody",
        "begin_after": {
            "users": EVERYBODY,
            "issues": FIRST_ITEM - 1,
            "time_entries": FIRST_WORKLOG - 1,
        },
    }
    command = ["bundle", "exec", "rails", "runner", str(folder / "setup.rb")]
    said = _run(command, _surroundings(folder), feed=json.dumps(plan), cwd=CODE, aside=True)
    return {name: int(number) for name, number in re.findall(r"(\w+)=(\d+)", said)}


@contextmanager
def _serving(folder: Path) -> Iterator[str]:
    """puma on a free port of loopback; yields its address when it answers."""
    log = folder / "log" / "puma.log"
    command = ["puma", "-e", "production", "-t", "1:1", "-w", "0"]
    command += ["-b", "tcp://127.0.0.1:0", str(folder / "travel.ru")]
    with log.open("wb") as output:
        process = subprocess.Popen(
            command,
            cwd=CODE,
            env=_surroundings(folder) | QUICKER | _compiled(),
            stdin=subprocess.PIPE,
            stdout=output,
            stderr=subprocess.STDOUT,
            **_aside(),
        )
    try:
        yield _address(process, log)
    finally:
        assert process.stdin is not None
        process.stdin.close()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _address(process: subprocess.Popen[bytes], log: Path) -> str:
    """Where puma says that it listens, once it serves."""
    until = time.monotonic() + PATIENCE
    while True:
        said = log.read_text(encoding="utf-8", errors="replace")
        found = re.search(r"Listening on (http://127\.0\.0\.1:\d+)", said)
        if found and "Use Ctrl-C to stop" in said:
            return found[1]
        if process.poll() is not None or time.monotonic() > until:
            raise RuntimeError(f"Redmine did not come up: {said[-3000:]}")
        time.sleep(0.1)


def _surroundings(folder: Path) -> dict[str, str]:
    """What Redmine's package takes from its environment; nothing else of ours goes there."""
    up = "../" * (len(CODE.parts) + 8)
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "RAILS_ENV": "production",
        "REDMINE_ROOT": str(CODE),
        "REDMINE_INSTANCE": up + str(folder).lstrip("/"),
        "BUNDLER_VERSION": BUNDLER,
        "SCHEMA": "/dev/null",
    }


def _compiled() -> dict[str, str]:
    """Ruby's compiler, where this Ruby has it: a third less time a request."""
    tried = subprocess.run(["ruby", "--yjit", "-v"], capture_output=True, check=False)
    return {"RUBYOPT": "--yjit"} if tried.returncode == 0 else {}


def _aside() -> dict[str, Any]:
    """Root runs Redmine as the account that web servers have."""
    return {"user": "www-data", "group": "www-data", "extra_groups": []} if _is_root() else {}


def _is_root() -> bool:
    return os.geteuid() == 0


def _give_away(folder: Path) -> None:
    if _is_root():
        for path in (folder, *folder.rglob("*")):
            shutil.chown(path, "www-data", "www-data")


def _run(
    command: list[str],
    surroundings: Mapping[str, str],
    *,
    feed: str = "",
    cwd: Path | None = None,
    aside: bool = False,
) -> str:
    """What a command printed; RuntimeError with its last words where it fails."""
    env = dict(surroundings) if aside else os.environ | surroundings
    done = subprocess.run(
        command,
        input=feed,
        capture_output=True,
        text=True,
        check=False,
        cwd=cwd,
        env=env,
        **(_aside() if aside else {}),
    )
    if done.returncode != 0:
        said = (done.stdout + done.stderr)[-3000:]
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}: {said}")
    return done.stdout


def _timed(do: Any) -> float:
    began = time.monotonic()
    do()
    return time.monotonic() - began
