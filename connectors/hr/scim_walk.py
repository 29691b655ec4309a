"""Walking through the lists of a SCIM provider until every resource was seen.

Belongs here: what ServiceProviderConfig promises, paging by index and by cursor, the second look
at ids, resources that an answer leaves out.
Does not belong here: which attributes are asked for (`scim_settings`), rows.

A list may change while it is read: rows move over the edges of pages, and totals change. So after
the pages the ids alone are listed again until a look agrees with its own total; what the pages
skipped is fetched by its id. A list that keeps less than its total makes its frames incomplete;
one by index that states no total is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote

from connectors.contract import SourceError
from connectors.hr.scim_paths import flag, folded
from connectors.http import Answer, Http, HttpError, Once
from connectors.refusals import Refusals

ERROR_SCHEMA: Final = "urn:ietf:params:scim:api:messages:2.0:error"
_IDS_A_PAGE: Final = 1000
_LOOKS: Final = 3
_SINGLE: Final = 200
"""More resources than this skipped by the pages: the pages are walked again."""
_STALE: Final = 10
"""So many pages in a row without anything new: the list would never end."""


@dataclass(frozen=True, slots=True)
class Manners:
    """What a provider can do, as its ServiceProviderConfig says."""

    sorts: bool = False
    filters: bool = True
    by_cursor: bool = False
    most: int | None = None
    """Most resources a page."""
    is_described: bool = False
    """Whether it has a ServiceProviderConfig at all."""

    @classmethod
    def of(cls, http: Http) -> Manners:
        """Ask the provider; one without a description pages by index and does not sort."""
        try:
            answer = http.get("/ServiceProviderConfig")
        except HttpError as error:
            if error.status == 404:
                return cls()
            raise
        said = _object(answer)
        if not said.keys() & {"filter", "sort", "patch", "pagination"}:
            raise SourceError(
                f"{answer.request[:200]}: the answer describes no SCIM service. Check that `url` "
                "is the address right before /Users."
            )
        paging = said.get("pagination") or {}
        limits = [(said.get("filter") or {}).get("maxresults"), paging.get("maxpagesize")]
        return cls(
            sorts=flag((said.get("sort") or {}).get("supported")) is True,
            filters=flag((said.get("filter") or {}).get("supported")) is not False,
            by_cursor=flag(paging.get("cursor")) is True,
            most=min((n for n in limits if isinstance(n, int) and n > 0), default=None),
            is_described=True,
        )


@dataclass
class Walk:
    """One read of a provider: what was seen, what could not be."""

    http: Http
    manners: Manners
    page_size: int
    refused: Refusals = field(default_factory=Refusals)
    short: dict[str, str] = field(default_factory=dict)
    """Endpoint: in which way its list stays behind its own total."""

    def everything(self, path: str, params: dict[str, str]) -> Iterator[Answer]:
        """All resources at `path`: the pages of the list, then what they skipped."""
        seen: set[str] = set()
        yield from self._listed(path, params, seen)
        for _ in range(_LOOKS):
            missing = self._look(path, params) - seen
            if len(missing) > _SINGLE:
                yield from self._listed(path, params, seen)
            else:
                yield from self.singles(path, sorted(missing), params)
                seen |= missing
            if not missing and path not in self.short:
                return

    def singles(self, path: str, ids: list[str], params: dict[str, str]) -> Iterator[Answer]:
        """Each resource by its id; one that is gone meanwhile is left out, a refused one noted."""
        named = {name: text for name, text in params.items() if name == "attributes"}

        def fetch(one: list[str]) -> Iterator[Answer]:
            try:
                answer = self.http.get(f"{path}/{quote(one[0], safe='')}", **named)
            except HttpError as error:
                if error.status != 404:
                    raise
                return
            if "id" not in _object(answer, deep=False):
                raise SourceError(
                    f"{answer.request[:200]}: the answer is no resource, as it has no `id`. "
                    "Nothing of this read is kept; try again."
                )
            yield answer

        yield from self.refused.asked(path, ids, 1, fetch)

    def _listed(self, path: str, params: dict[str, str], seen: set[str]) -> Iterator[Answer]:
        for answer in self.pages(path, self.page_size, params):
            seen.update(ids_of(answer))
            yield answer

    def _look(self, path: str, params: dict[str, str]) -> set[str]:
        """Ids in the list now; notes in `short` whether they are fewer than their total."""
        there: set[str] = set()
        total = nameless = 0
        for answer in self.pages(path, _IDS_A_PAGE, params | {"attributes": "id"}):
            there.update(ids_of(answer))
            nameless += _seen(answer).count(None)
            total = _total(answer) or 0
        self.short.pop(path, None)
        if len(there) + nameless < total:
            self.short[path] = (
                f"{path} lists {len(there)} resources but counts {total}: the account may not "
                "see the others, or the list changes too fast. Give the account the permission."
            )
        return there

    def pages(self, path: str, size: int, params: dict[str, str]) -> Iterator[Answer]:
        """The list at `path` once, page by page, as the provider pages. Raises SourceError."""
        size = min(size, self.manners.most or size)
        if self.manners.by_cursor:
            return self._by_cursor(path, size, params)
        if self.manners.sorts:
            params = params | {"sortBy": "id"}
        return self._by_index(path, size, params)

    def _by_cursor(self, path: str, size: int, params: dict[str, str]) -> Iterator[Answer]:
        once, cursor = Once(f"{self.http.source}: GET {path}"), ""
        while True:
            answer = self.http.get(path, **params, cursor=cursor, count=size)
            resources_of(answer)
            yield answer
            following = _object(answer).get("nextcursor")
            if not following:
                return
            cursor = once(str(following))

    def _by_index(self, path: str, size: int, params: dict[str, str]) -> Iterator[Answer]:
        start, stale, known = 1, 0, set[str]()
        while True:
            answer = self.http.get(path, **params, startIndex=start, count=size)
            found, total = set(ids_of(answer)), _total(answer)
            if total is None:
                raise SourceError(
                    f"{answer.request[:200]}: the answer has no `totalResults`, so nobody can know "
                    "whether the list is whole. Nothing of this read is kept. SCIM asks for it in "
                    "every list (RFC 7644, 3.4.2): have the provider send it, or page by cursor "
                    "and say so in its ServiceProviderConfig; until then, take these from files."
                )
            yield answer
            start += len(_seen(answer)) or size
            if start > total:
                return
            stale = 0 if found - known else stale + 1
            known |= found
            if stale >= _STALE:
                raise SourceError(
                    f"{answer.request[:200]}: {stale} pages in a row hold nothing new, so the "
                    "list would never end. Nothing of this read is kept; try again, and report "
                    "it to the provider if it comes back."
                )


def resources_of(answer: Answer) -> list[Any]:
    """The resources of a list; SCIM leaves `Resources` out where there are none.

    Raises SourceError for what is no list, and for an error that comes as a good answer.
    """
    names = _object(answer, deep=False)
    if names.get("resources") is None and _total(answer) is None:
        raise SourceError(
            f"{answer.request[:200]}: the answer is no list of resources: it has neither "
            "`Resources` nor `totalResults`. Check that `url` is the address of a SCIM 2.0 service."
        )
    try:
        return resources_in(names)
    except TypeError as error:
        raise SourceError(
            f"{answer.request[:200]}: {error}. Nothing of this read is kept; try again."
        ) from None


def resources_in(body: Any) -> list[Any]:
    """The resources of a list's body, or the one resource that a body is. Raises TypeError."""
    if not isinstance(body, dict):
        raise TypeError(f"the answer is {type(body).__name__} and no SCIM message")
    names = {str(name).lower(): part for name, part in body.items()}
    if "id" in names:
        return [body]
    found = names.get("resources")
    if found is None:
        return []
    if not isinstance(found, list):
        raise TypeError(f"`Resources` should be a list, but is {type(found).__name__}")
    return found


def ids_of(answer: Answer) -> list[str]:
    """Ids of the resources of a list, each once and in their order."""
    return [one for one in _seen(answer) if one is not None]


def _seen(answer: Answer) -> list[str | None]:
    """The same, and None for each resource that has no id."""
    found: dict[Any, str | None] = {}
    for n, row in enumerate(resources_of(answer)):
        one = row.get("id") or folded(row).get("id") if isinstance(row, dict) else None
        found[n if one is None else str(one)] = None if one is None else str(one)
    return list(found.values())


def _total(answer: Answer) -> int | None:
    total = _object(answer, deep=False).get("totalresults")
    if isinstance(total, str) and total.isdecimal():
        return int(total)
    return total if isinstance(total, int) else None


def _object(answer: Answer, *, deep: bool = True) -> dict[str, Any]:
    """The answer with names in lower case; SourceError where it is no object, or an error."""
    data = answer.data
    if not isinstance(data, dict):
        raise SourceError(
            f"{answer.request[:200]}: the answer is {type(data).__name__} and no SCIM message. "
            "Check that `url` is the address of a SCIM 2.0 service."
        )
    names = folded(data) if deep else {str(name).lower(): part for name, part in data.items()}
    schemas = [str(schema).lower() for schema in names.get("schemas") or ()]
    if ERROR_SCHEMA in schemas:
        said = " ".join(str(names.get(part) or "") for part in ("status", "scimtype", "detail"))
        raise SourceError(
            f"{answer.request[:200]}: the provider says: {' '.join(said.split())[:300]}. "
            "Nothing of this read is kept."
        )
    return names
