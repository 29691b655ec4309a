"""Reading a list of Redmine to its end, although it is paged by position and changes meanwhile.

Belongs here: which page is asked for next, and when a list is over.
Does not belong here: which lists there are (`redmine`), what is in them (`redmine_rows`).

A page begins with the record that the one before ended with. Where no record of a page is known,
records before it vanished and others moved up into their places: then the walk goes back until
it meets known ones. So a record that stays in the list is never stepped over.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from connectors.contract import SourceError
from connectors.http import Answer, Http

_IN_VAIN: Final = 20
"""Answers in a row that bring nothing new: then the list is not one that ends."""


def walked(http: Http, path: str, name: str, size: int, **question: str) -> Iterator[Answer]:
    """Yield the pages of the list `name` at `path`, whose order `question` fixes.

    Records may come on two pages. Raises SourceError, also where the list does not end.
    """
    seen: set[int] = set()
    offset = in_vain = 0
    while True:
        answer = http.get(path, **question, offset=offset, limit=size)
        keys, total = set(answer.column(name, "id", int)), answer.take("total_count", int)
        meets = offset == 0 or not keys.isdisjoint(seen)
        in_vain = 0 if meets and keys - seen else in_vain + 1
        if meets:
            yield answer
            seen |= keys
            if offset + len(keys) >= total:
                return
            offset += max(len(keys) - 1, 0)
        elif keys or offset >= total:
            offset = max(offset - max(size - 1, 1), 0)
        if in_vain > _IN_VAIN:
            raise SourceError(
                f"{http.source}: {answer.request[:200]}: {total} records are said to be there, but "
                f"after {len(seen)} of them {in_vain} answers brought nothing new. Nothing of this "
                "read is kept; try again when less is being changed, and ask whoever runs the "
                "site if it comes back."
            )
