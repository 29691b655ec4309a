"""Records that an account may not read, among many that it may.

Belongs here: finding the single records behind a refused call, and the words for them.
Does not belong here: HTTP (`http`), any vendor's paths.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar

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
                    refused.append(str(part[0]))
                else:
                    yield from self.asked(frame, part, (len(part) + 1) // 2, fetch)

    def in_words(self) -> dict[str, str]:
        """By frame: how many records were refused, which, and what to do."""
        return {frame: _said(ids) for frame, ids in self.ids.items() if ids}


def _said(ids: list[str]) -> str:
    shown = ", ".join(ids[:5]) + (", …" if len(ids) > 5 else "")
    return (
        f"refused (403) {len(ids)} record(s) that the account may not read: {shown}. Give the "
        "account the permission; a record is read again once it changes."
    )
