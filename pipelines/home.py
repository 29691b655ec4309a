"""Dagster's own folder, `data/dagster`, which keeps the history of runs.

Belongs here: its settings. Does not belong here: definitions.

`python -m pipelines.home` makes the folder of the configuration here and prints where it is.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from pipelines.config import Config
from pipelines.config_file import ConfigError, load_for_dagster

_SETTINGS: Final = """\
telemetry:
  enabled: false
python_logs:
  managed_python_loggers: [alignmart]
"""


def prepare(config: Config) -> Path:
    """Make Dagster's folder, if need be, and return it. What lies in `data_dir` names persons, so
    it is closed to everybody who is neither its owner nor in its group."""
    home = config.data_dir / "dagster"
    home.mkdir(parents=True, exist_ok=True)
    config.data_dir.chmod(config.data_dir.stat().st_mode & ~0o007)
    settings = home / "dagster.yaml"
    if not settings.exists() or settings.read_text(encoding="utf-8") != _SETTINGS:
        settings.write_text(_SETTINGS, encoding="utf-8")
    return home


def main() -> int:
    """Print the folder; on a mistake in the configuration, print that instead."""
    try:
        config = load_for_dagster()
    except ConfigError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    sys.stdout.write(f"{prepare(config)}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
