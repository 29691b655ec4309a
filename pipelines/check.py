"""`alignmart check`: every source looked at, and what was found in lines that can be acted on.

Belongs here: looking at all sources at once, the order and shape of the lines, where in the file
an option stands. Does not belong here: what a source finds (a connector's `check`), exit codes
(`cli`).
"""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.markup import escape

from connectors.contract import Connector, Finding, SourceError
from pipelines.config_file import place_in_file

_COLOURS: Final = {"ok": "green", "warning": "yellow", "error": "red"}
_STATUS_WIDTH: Final = 8
_WIDEST: Final = 100
"""Columns of a line on a terminal; elsewhere a finding is one line, however long."""


@dataclass(frozen=True, slots=True)
class Line:
    """One finding of one source."""

    source: str
    finding: Finding


def look(connectors: Sequence[Connector]) -> list[Line]:
    """What all sources find, the sources in their order, each looked at in its own thread."""
    with ThreadPoolExecutor(max_workers=max(len(connectors), 1)) as threads:
        found = threads.map(lambda connector: list(_of(connector)), connectors)
        return [line for lines in found for line in lines]


def show(out: Console, lines: Sequence[Line], file: Path | None) -> list[str]:
    """Print what is well, then the warnings, then the errors; the sources that have an error.

    `file` is the configuration, None for the sample company's.
    """
    for status in _COLOURS:
        for line in lines:
            if line.finding.status == status:
                _show(out, line, file)
    return sorted({line.source for line in lines if line.finding.status == "error"})


def _of(connector: Connector) -> Iterator[Line]:
    try:
        for finding in connector.check():
            yield Line(connector.name, finding)
    except SourceError as error:
        yield Line(connector.name, Finding("source", "error", str(error)))


def _show(out: Console, line: Line, file: Path | None) -> None:
    found = line.finding
    said = found.message
    for known in (f"{line.source}: ", f"{found.subject}: ", f"{found.subject}, "):
        said = said.removeprefix(known)
    where = "" if file is None or found.status == "ok" else _place(file, line.source, found.option)
    text = _printable(f"{line.source}: {found.subject}: {said}{where}")
    if out.is_terminal:
        width = min(out.width, _WIDEST) - _STATUS_WIDTH
        folded = textwrap.wrap(text, width, break_long_words=False, break_on_hyphens=False)
        text = f"\n{' ' * _STATUS_WIDTH}".join(folded)
    colour = _COLOURS[found.status]
    out.print(f"[{colour}]{found.status:{_STATUS_WIDTH}}[/]{escape(text)}")


def _place(file: Path, source: str, option: str) -> str:
    """Where the option stands that mends it; nothing where it is mended in the system."""
    if not option:
        return ""
    path = ("sources", source, *option.split("."))
    return f" [{place_in_file(file, path)}: {'.'.join(path)}]"


def _printable(text: str) -> str:
    """In one line, without what would steer a terminal: vendors' words may stand in it."""
    return "".join(one if one.isprintable() else "?" for one in " ".join(text.split()))
