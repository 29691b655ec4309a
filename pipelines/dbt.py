"""dbt as this project runs it: where its project lies, its parsed manifest, its command.

Belongs here: finding, parsing and starting dbt. Does not belong here: models (`dbt_project`),
reading what a run of dbt came to (`dbt_results`).
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

from dagster_dbt import DbtCliResource
from packaging.version import Version

PROJECT: Final = Path(__file__).resolve().parents[1] / "dbt_project"
EXECUTABLE: Final = Path(sys.executable).with_name("dbt")
_PARSED: Final = "partial_parse.msgpack"
_PARSED_OF: Final = "project.txt"
"""Names the project's folder beside what was parsed: what dbt keeps of seeds holds it."""

_SOURCES: Final = ("models", "macros", "tests", "seeds", "dbt_project.yml", "profiles.yml")


class DbtError(Exception):
    """dbt cannot read its project. The message holds what dbt said."""


class Dbt(DbtCliResource):
    """dbt in a subprocess, without the two things that its resource does first.

    Asking `dbt --version` looks for a newer release on the package index, and a handle to the
    warehouse in this process would only serve row counts that are not asked for.
    """

    @property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, _args: Any) -> None:  # type: ignore[override]
        return None


def command() -> Dbt:
    """dbt for this project, from this environment."""
    return Dbt(
        project_dir=str(PROJECT),
        profiles_dir=str(PROJECT),
        dbt_executable=str(EXECUTABLE),
        # The log at level debug, which is the default, costs a tenth of a night's dbt.
        global_config_flags=["--no-use-colors", "--log-level-file", "info"],
    )


def take_over_parse(folder: Path, project: Path = PROJECT) -> None:
    """Give the run that writes to `folder` what an earlier run beside it parsed of this project.

    dbt itself sees which files changed since, and parses everything where it must. What was parsed
    of a project in another folder is not taken: its seeds would be looked for there.
    """
    earlier = [
        path
        for path in folder.parents[1].glob(f"*/{folder.name}/{_PARSED}")
        if (mark := path.with_name(_PARSED_OF)).exists() and mark.read_text() == str(project)
    ]
    newest = max(earlier, key=lambda path: path.stat().st_mtime_ns, default=None)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / _PARSED_OF).write_text(str(project))
    if newest is not None and newest.parent != folder:
        shutil.copy(newest, folder / _PARSED)


def manifest() -> Path:
    """The project's manifest, parsed first where it is missing or older than the project.

    Raises DbtError where the project does not parse.
    """
    target = PROJECT / "target"
    path = target / "manifest.json"
    target.mkdir(exist_ok=True)
    with (target / ".parsing").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists() or path.stat().st_mtime < _newest_change():
            _parse(target)
    return path


def _parse(target: Path) -> None:
    answer = subprocess.run(  # noqa: S603 (our own executable, fixed arguments)
        [EXECUTABLE, "--no-use-colors", "parse", "--target-path", target],
        cwd=PROJECT,
        env={**os.environ, "DBT_PROFILES_DIR": str(PROJECT), "DBT_LOG_PATH": str(target)},
        capture_output=True,
        text=True,
        check=False,
    )
    if answer.returncode != 0:
        raise DbtError(f"dbt cannot read {PROJECT}:\n{answer.stdout}{answer.stderr}".rstrip())


def _newest_change() -> float:
    """When the project last changed; a removed file changes its folder."""
    roots = [PROJECT / name for name in _SOURCES if (PROJECT / name).exists()]
    return max(path.stat().st_mtime for root in roots for path in [root, *root.rglob("*")])
