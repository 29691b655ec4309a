"""`docs/measures.md` speaks of every measure that is published, in full."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from ruamel.yaml import YAML

ROOT: Final = Path(__file__).parents[2]
PAGE: Final = (ROOT / "docs" / "measures.md").read_text(encoding="utf-8")
PARTS: Final = ("Question", "Counted", "A row", "Beware", "Gaming", "From", "Proof")
"""What is said of a measure, in this order."""

NO_MEASURES: Final = {"about", "data_trust", "forecast_accuracy"}
"""Marts about the warehouse itself, and one that goal_outlook's section tells of."""


def measures() -> list[str]:
    """Marts that are no dimension and no bridge."""
    found = []
    for path in sorted((ROOT / "dbt_project" / "models" / "marts").glob("**/*.yml")):
        if path.parent.name != "dimensions":
            models = YAML(typ="safe").load(path).get("models", [])
            found += [model["name"] for model in models if model["name"] not in NO_MEASURES]
    return found


def section(name: str) -> str:
    return PAGE.partition(f"\n### {name}\n")[2].partition("\n## ")[0].partition("\n### ")[0]


@pytest.mark.parametrize("name", measures())
def test_a_measure_has_a_section_that_says_everything(name: str) -> None:
    said = re.findall(r"^- \*\*([\w ]+)\*\*", section(name), re.MULTILINE)
    assert tuple(said) == PARTS


@pytest.mark.parametrize("name", measures())
def test_the_tests_named_as_proof_exist(name: str) -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)`", section(name))
    assert named, f"{name} names no test"
    assert [path for path in named if not (ROOT / path).exists()] == []


def test_the_page_leads_to_each_section() -> None:
    assert [n for n in measures() if f"[{n}](#{n})" not in PAGE] == []
