"""The valid word that somebody probably meant.

Belongs here: one comparison of words. Does not belong here: where words come from.
"""

from __future__ import annotations

from collections.abc import Iterable

from rapidfuzz import fuzz, process, utils


def meant(word: str, valid: Iterable[str]) -> str:
    """`; did you mean 'x'?`, else the list of valid words if it is short, else nothing."""
    choices = sorted(valid)
    best = process.extractOne(
        word, choices, scorer=fuzz.ratio, processor=utils.default_process, score_cutoff=60
    )
    if best:
        return f"; did you mean {best[0]!r}?"
    return f"; valid are: {', '.join(choices)}" if 0 < len(choices) <= 20 else ""
