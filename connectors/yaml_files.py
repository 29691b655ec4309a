"""YAML as people write it: every value stays the text that stands in the file.

Belongs here: reading a YAML file safely into texts, lists and records with their lines, and a
list of records as the table of one frame. Does not belong here: nested goals (`yaml_goals`),
which files there are (`files`), typing of values (`edge`).

YAML would make `NO` false, `1_000` a thousand and a date a time; a country, a key and a day must
stay what they are. So nothing is resolved: a text is typed by the column it stands in.
"""

from __future__ import annotations

import re
from typing import Any, Final

import orjson
import polars as pl
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from connectors.contract import SourceError
from connectors.edge import GUIDE

LARGEST: Final = 4 * 1024 * 1024
"""Characters; reading YAML takes about five seconds a megabyte."""
_MOST_NODES: Final = 2_000_000
_DEEPEST: Final = 40
_NULL: Final = frozenset(("", "~", "null", "Null", "NULL"))
_TAGS: Final = frozenset(
    f"tag:yaml.org,2002:{kind}"
    for kind in ("str", "int", "float", "bool", "null", "timestamp", "value", "merge", "seq", "map")
)
_QUOTED: Final = re.compile(r"'[^']*'|\"[^\"]*\"")


class Record(dict[str, Any]):
    """A mapping of the file: names in lower case to text, None, lists and records."""

    line: int


def parse(name: str, text: str) -> Any:
    """The document of the file `name`: text, None, a list or a Record.

    Raises SourceError with the line for what is no YAML, a name that stands twice in a mapping, a
    tag, several documents, and aliases that would grow beyond all measure.
    """
    if len(text) > LARGEST:
        raise SourceError(
            f"{name}: holds more than {LARGEST // 1024 // 1024} MB, too much for YAML. "
            "Write it as CSV or Parquet."
        )
    try:
        root = YAML(typ="safe", pure=True).compose(text)
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        problem = _QUOTED.sub("…", str(error.problem or "cannot be read"))
        raise SourceError(f"{name}, line {line}: is not YAML: {problem}. Mend that line.") from None
    except (YAMLError, RecursionError, ValueError) as error:
        raise SourceError(
            f"{name}, line 1: is not YAML that can be read ({type(error).__name__}). "
            "Write the file again."
        ) from None
    return None if root is None else _Reader(name).plain(root, 0)


def rows(name: str, document: Any) -> pl.DataFrame:
    """A list of records as text columns with `_line`; a record of another shape is `unreadable`.

    Raises SourceError where the document is no list.
    """
    found = [_row(record) for record in records(name, document)]
    columns: dict[str, Any] = dict.fromkeys(column for row in found for column in row)
    schema = dict.fromkeys(columns, pl.String()) | {"_line": pl.Int64()}
    return pl.DataFrame(found, schema=schema)


def records(name: str, document: Any) -> list[Record]:
    """The records of a document that is a list of them. Raises SourceError."""
    if document is None:
        return []
    if not isinstance(document, list):
        raise SourceError(f"{name}, line 1: must be a list of records, each beginning with '- '.")
    for n, record in enumerate(document, 1):
        if not isinstance(record, Record):
            raise SourceError(f"{name}: entry {n} is no record of 'name: value' lines. Mend it.")
    return document


def payload(value: Any) -> str:
    """JSON of what cannot become a row."""
    return orjson.dumps(value).decode()


def text_of(value: Any) -> str | None:
    """A value as one text, lists of texts joined by ";". Raises TypeError for anything deeper."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(part, str) for part in value):
        return ";".join(value)
    raise TypeError("holds a mapping or nested lists where a value belongs")


def free(column: str) -> str:
    """A name of the file that is not one of ours beside a frame's columns."""
    return f"{column} (of the file)" if column in GUIDE or column == "_line" else column


def _row(record: Record) -> dict[str, Any]:
    row: dict[str, Any] = {"_line": record.line}
    for column, value in record.items():
        try:
            row[free(column)] = text_of(value)
        except TypeError as error:
            row |= {"unreadable": f"{column} {error}", "payload": payload(record)}
    return row


class _Reader:
    """Turns nodes into plain values, and counts them, as an alias stands for its whole anchor."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._n = 0

    def plain(self, node: Node, depth: int) -> Any:
        self._n += 1
        if self._n > _MOST_NODES or depth > _DEEPEST:
            raise self._error(
                node, "aliases or nesting make more of it than can be read: write it out plainly"
            )
        if str(node.tag) not in _TAGS:
            raise self._error(node, "has a tag ('!…'), which is not read: take it away")
        if isinstance(node, MappingNode):
            return self._record(node, depth)
        if isinstance(node, SequenceNode):
            return [self.plain(part, depth + 1) for part in node.value]
        text = str(node.value)
        return None if text in _NULL and not getattr(node, "style", None) else text

    def _record(self, node: MappingNode, depth: int) -> Record:
        record = Record()
        record.line = _line(node)
        for key, value in node.value:
            if not isinstance(key, ScalarNode):
                raise self._error(key, "a name must be a text")
            column = str(key.value).strip().lower()
            if column in record:
                raise self._error(key, "a name stands twice in one record: name it once")
            record[column] = self.plain(value, depth + 1)
        return record

    def _error(self, node: Node, said: str) -> SourceError:
        return SourceError(f"{self._name}, line {_line(node)}: {said}.")


def _line(node: Node) -> int:
    return int(node.start_mark.line) + 1
