"""Records that an account may not read, among many that it may.

Belongs here: finding the single records behind a refused call, the words for them, and how a state
remembers what was not given, so that the next night asks for it again.
Does not belong here: HTTP (`http`), any vendor's paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, TypeVar

from connectors.http import Answer, HttpError

T = TypeVar("T")

BORNE: Final = 200
"""More single records than this refused: the account lacks a permission, not a record."""


@dataclass
class Refusals:
    """Ids refused with 403, by frame; `asked` fills it."""

    ids: dict[str, list[str]] = field(default_factory=dict)

    def asked(
        self, frame: str, ids: list[T], size: int, fetch: Callable[[list[T]], Iterator[Answer]]
    ) -> Iterator[Answer]:
        """`fetch` in calls of `size` ids; a call refused with 403 is halved down to the records.

        Answers of a call that is refused halfway come twice. Raises HttpError for any other
        refusal, and where more than `BORNE` records of a frame are refused.
        """
        refused = self.ids.setdefault(frame, [])
        for at in range(0, len(ids), size):
            part = ids[at : at + size]
            try:
                yield from fetch(part)
            except HttpError as error:
                if error.status != 403 or len(refused) >= BORNE:
                    raise
                if len(part) == 1:
                    if str(part[0]) not in refused:
                        refused.append(str(part[0]))
                else:
                    yield from self.asked(frame, part, (len(part) + 1) // 2, fetch)

    def in_words(self) -> dict[str, str]:
        """By frame: how many records were refused, which, and what to do."""
        return {frame: _said(ids) for frame, ids in self.ids.items() if ids}


def owed(by_frame: Mapping[str, Iterable[Any]]) -> dict[str, list[str]]:
    """By frame: ids of records that were not given, as a state keeps them: sorted, each once."""
    ids = {frame: sorted({*map(str, found)}, key=_in_order) for frame, found in by_frame.items()}
    return {frame: found for frame, found in sorted(ids.items()) if found}


def remembered(kept: Any) -> dict[str, list[str]] | None:
    """What `owed` made, from a state; None for anything else. A state without it owes nothing."""
    if kept is None:
        return {}
    if not isinstance(kept, dict) or not all(isinstance(ids, list) for ids in kept.values()):
        return None
    if not all(isinstance(key, str) for ids in kept.values() for key in ids):
        return None
    return dict(kept)


def _in_order(key: str) -> tuple[int, str]:
    return len(key), key


def _said(ids: list[str]) -> str:
    shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
    return (
        f"refused (403) {len(ids)} record(s) that the account may not read: {shown}. Give the "
        "account the permission; until then they are asked for again every night."
    )
