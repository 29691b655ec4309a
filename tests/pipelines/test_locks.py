"""The two lists of packages agree, as the second is installed on top of the first."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def pins(name: str) -> dict[str, str]:
    listed = (ROOT / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)(?:\[[^]]*\])?==([^ ;]+)", listed, re.MULTILINE))


def test_what_runs_is_pinned_alike_for_those_who_develop() -> None:
    run, develop = pins("requirements.lock"), pins("requirements-dev.lock")
    assert len(run) > 100
    assert {name: (version, develop.get(name)) for name, version in run.items()} == {
        name: (version, version) for name, version in run.items()
    }
