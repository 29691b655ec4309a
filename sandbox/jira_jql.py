"""The part of JQL that the stand-in Jira understands.

Belongs here: reading a query, testing an issue against it, Jira's words for what is refused.
Does not belong here: issues, HTTP.

Understood: clauses joined by `and` over project, id, key, created and updated; `order by`.
A bare date-time is read in the account's time zone and to the minute, as Jira does; a number is
milliseconds since 1970.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

_TOKEN: Final = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|(>=|<=|!=|[=<>(),])|([^\s"=<>!(),]+))')
_DAY: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2}$")
_MINUTE: Final = re.compile(r"\d{4}[-/]\d{1,2}[-/]\d{1,2} \d{1,2}:\d{2}$")
_AGO: Final = re.compile(r"([-+]?)(\d+)([mhdw])$")
_SPANS: Final = {"m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}
_TESTS: Final[dict[str, Callable[[int, int], bool]]] = {
    ">=": lambda have, want: have >= want,
    "<=": lambda have, want: have <= want,
    ">": lambda have, want: have > want,
    "<": lambda have, want: have < want,
}
_SORTABLE: Final = ("created", "updated", "key", "id", "project")


class JqlError(Exception):
    """A query that Jira answers with 400; the message is Jira's `errorMessages[0]`."""


@dataclass(frozen=True)
class Where:
    """What a query is read against: the clock (ms), the account's zone, the site's projects."""

    now: int
    zone: ZoneInfo
    projects: Collection[str]


@dataclass(frozen=True)
class Query:
    """A read query: all of `tests` must hold; `order` is (field, whether descending)."""

    tests: tuple[Callable[[Any], bool], ...]
    order: tuple[tuple[str, bool], ...]

    def holds(self, issue: Any) -> bool:
        """Whether `issue` (project, id, key, created, updated) is found."""
        return all(test(issue) for test in self.tests)


def read(jql: str, where: Where) -> Query:
    """Read `jql`; JqlError for what Jira, or this stand-in, does not take."""
    tokens = _tokens(jql)
    words = [token.lower() if quoted is False else None for token, quoted in tokens]
    at = next(
        (i for i in range(len(words) - 1) if words[i] == "order" and words[i + 1] == "by"),
        len(words),
    )
    if at == 0:
        raise JqlError(
            "Unbounded JQL queries are not allowed here. Please add a search restriction to your "
            "query."
        )
    tests, rest = [], tokens[:at]
    while rest:
        test, rest = _clause(rest, where)
        tests.append(test)
        if rest:
            if rest[0][0].lower() != "and":
                raise JqlError(f"Error in the JQL Query: Expecting 'AND' but got '{rest[0][0]}'.")
            rest = rest[1:]
            if not rest:
                raise JqlError("Error in the JQL Query: The query ends after 'AND'.")
    return Query(tuple(tests), _order([token for token, _ in tokens[at + 2 :]]))


def _tokens(jql: str) -> list[tuple[str, bool]]:
    """(text, whether it was quoted) of each token."""
    tokens, at, text = [], 0, jql.rstrip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise JqlError(f"Error in the JQL Query: Unexpected character at {at}.")
        quoted, sign, word = found.groups()
        if quoted is not None:
            tokens.append((re.sub(r"\\(.)", r"\1", quoted), True))
        else:
            tokens.append((sign or word, False))
        at = found.end()
    return tokens


def _clause(
    tokens: list[tuple[str, bool]], where: Where
) -> tuple[Callable[[Any], bool], list[tuple[str, bool]]]:
    """One test, and the tokens after it."""
    if len(tokens) < 3:
        raise JqlError("Error in the JQL Query: The clause is not complete.")
    name, operator = tokens[0][0].lower(), tokens[1][0].lower()
    if operator == "not" and tokens[2][0].lower() == "in":
        operator, tokens = "not in", [tokens[0], *tokens[2:]]
    if name in ("project", "id", "key") and operator in ("=", "in", "not in"):
        wanted, rest = _values(tokens[2:], several=operator != "=")
        if name == "project":
            for value in wanted:
                if value not in where.projects:
                    raise JqlError(f"The value '{value}' does not exist for the field 'project'.")
        chosen, inside = frozenset(wanted), operator != "not in"
        return (lambda issue: (getattr(issue, name) in chosen) == inside), rest
    if name in ("created", "updated") and operator in _TESTS:
        limit, test = _instant(name, *tokens[2], where), _TESTS[operator]
        return (lambda issue: test(getattr(issue, name), limit)), tokens[3:]
    raise JqlError(
        f"The stand-in does not know '{name} {operator}'. Field '{name}' does not exist or you do "
        "not have permission to view it."
    )


def _values(
    tokens: list[tuple[str, bool]], *, several: bool
) -> tuple[list[str], list[tuple[str, bool]]]:
    if not several:
        return [tokens[0][0]], tokens[1:]
    texts = [token for token, _ in tokens]
    if texts[0] != "(" or ")" not in texts:
        raise JqlError("Error in the JQL Query: Expecting a list in parentheses after 'in'.")
    end = texts.index(")")
    return [text for text in texts[1:end] if text != ","], tokens[end + 1 :]


def _instant(name: str, text: str, quoted: bool, where: Where) -> int:
    """Milliseconds since 1970 of a number, a relative time, a date or a date and minute."""
    if not quoted and text.isdigit():
        return int(text)
    ago = _AGO.match(text)
    if ago:
        sign, count, unit = ago.groups()
        return where.now + (-1 if sign == "-" else 1) * int(count) * _SPANS[unit]
    if quoted or _DAY.match(text):
        for shape, form in ((_DAY, "%Y-%m-%d"), (_MINUTE, "%Y-%m-%d %H:%M")):
            if shape.match(text):
                local = dt.datetime.strptime(text.replace("/", "-"), form)  # noqa: DTZ007
                return int(local.replace(tzinfo=where.zone).timestamp() * 1000)
    raise JqlError(
        f"Date value '{text}' for field '{name}' is invalid. Valid formats include: "
        "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period format "
        "e.g. '-5d', '4w 2d'."
    )


def _order(words: list[str]) -> tuple[tuple[str, bool], ...]:
    if not words:
        return (("updated", True),)
    order = []
    for part in " ".join(words).split(","):
        name, *direction = part.lower().split()
        if name not in _SORTABLE or direction not in ([], ["asc"], ["desc"]):
            raise JqlError(f"The stand-in cannot order by '{part.strip()}'.")
        order.append((name, direction == ["desc"]))
    if len(order) > 7:
        raise JqlError("JQL can be ordered by at most 7 fields.")
    return tuple(order)
