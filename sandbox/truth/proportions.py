"""Statistics of shares of people: intervals, differences, many tests at once, rounding (V4 to V6).

Belongs here: formulas of the literature on plain numbers. Does not belong here: what is counted,
which cells are shown.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from statistics import NormalDist

Z = NormalDist().inv_cdf(0.975)
"""Half the width of a 95 % interval, in standard errors."""
DETECTABLE = 2.80
"""Standard errors that a change must measure to be found four times in five at 95 %."""
FALSE_DISCOVERIES = 0.05
DIGITS = 9
"""Places of a quotient that count, so that half a step that floats just miss is half a step."""


def wilson(share: Fraction, n: int, invited: int | None) -> tuple[float, float]:
    """The 95 % score interval (Wilson 1927) of the share of `n` people, with `n` corrected for a
    finite population of `invited` people; the share itself where they are no more than `n`."""
    p = float(share)
    if invited is not None and invited <= n:
        return p, p
    size = float(n) if invited is None else n * (invited - 1) / (invited - n)
    middle = (p + Z**2 / (2 * size)) / (1 + Z**2 / size)
    half = Z / (1 + Z**2 / size) * math.sqrt(p * (1 - p) / size + Z**2 / (4 * size**2))
    return max(0.0, min(p, middle - half)), min(1.0, max(p, middle + half))


def net_promoters(n: int, promoters: int, detractors: int) -> tuple[float, float]:
    """The raw score, -100 to 100, and its adjusted Wald standard error (Rocks 2016): three more
    people, three quarters of each kind's end."""
    p, d = (promoters + 0.75) / (n + 3), (detractors + 0.75) / (n + 3)
    return 100 * (promoters - detractors) / n, 100 * math.sqrt((p + d - (p - d) ** 2) / (n + 3))


@dataclass(frozen=True)
class Change:
    """The difference of two independent shares, by Agresti and Caffo (2000)."""

    value: Fraction
    low: float
    high: float
    standard_error: float
    p_value: float

    @property
    def detectable(self) -> float:
        """The least change that would be found with a power of 80 %."""
        return DETECTABLE * self.standard_error


def change(now: Fraction, n_now: int, before: Fraction, n_before: int) -> Change:
    """From a share `before` of `n_before` people to one of `now`; a success and a failure more in
    each. The interval holds the plain difference."""
    p = float((n_now * now + 1) / (n_now + 2))
    q = float((n_before * before + 1) / (n_before + 2))
    error = math.sqrt(p * (1 - p) / (n_now + 2) + q * (1 - q) / (n_before + 2))
    value = now - before
    return Change(
        value=value,
        low=max(-1.0, min(p - q - Z * error, float(value))),
        high=min(1.0, max(p - q + Z * error, float(value))),
        standard_error=error,
        p_value=math.erfc(abs(p - q) / error / math.sqrt(2)),
    )


def discoveries(p_values: Sequence[float]) -> list[bool]:
    """Which of them pass the step-up procedure of Benjamini and Hochberg (1995)."""
    ranked = sorted(p_values)
    m = len(ranked)
    passing = [p for k, p in enumerate(ranked, 1) if p <= k / m * FALSE_DISCOVERIES]
    return [bool(passing) and p <= max(passing) for p in p_values]


def half_up(value: float | Fraction | None, steps: int) -> float | None:
    """The nearest multiple of 1 ÷ `steps`; from the middle between two the greater."""
    if value is None:
        return None
    many = value * steps if isinstance(value, Fraction) else Fraction(round(value * steps, DIGITS))
    return math.floor(many + Fraction(1, 2)) / steps
