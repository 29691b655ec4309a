"""The blocks of the scorecard and the parts that they are means of (reading M1).

Belongs here: which parts make a block, a part's bounds, the mean of a block.
Does not belong here: where the parts come from (`scoreparts`), the index (`scorecard`).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import NamedTuple

BLOCKS = {
    "linked": ("coverage", "aligned_share", "reach"),
    "understood": ("perceived", "goal_clarity", "why_understood"),
    "controlled": ("control", "actionable_metric_share"),
    "pulled": ("pull_index",),
    "rewarded": ("fit_of_incentives",),
}
"""Blocks with their parts, in the order of the index's basis; each weighs 1 as shipped."""


class Part(NamedTuple):
    """A part of a block with its bounds; a part without bounds of its own is its own bounds."""

    value: float | None
    low: float | None = None
    high: float | None = None

    @property
    def least(self) -> float | None:
        """The lower bound."""
        return self.value if self.low is None else self.low

    @property
    def most(self) -> float | None:
        """The upper bound."""
        return self.value if self.high is None else self.high


def block(parts: Mapping[str, Part], name: str, bound: str = "value") -> float | None:
    """The mean of a block's parts; None where any is missing."""
    values = [getattr(parts[part], bound) for part in BLOCKS[name]]
    return None if None in values else math.fsum(values) / len(values)


def blocks_of(parts: Mapping[str, Part]) -> list[str]:
    """The blocks that are there, in order."""
    return [name for name in BLOCKS if block(parts, name) is not None]
