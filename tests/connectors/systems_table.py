"""The tables of docs/connectors/README.md, made of what the connectors and harnesses declare.

Belongs here: what the tables say and where they stand. Does not belong here: the words around
them, pages of single systems.

`python -m tests.connectors.systems_table` writes them into the page again.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from connectors.contract import Connector, Read
from connectors.frames import FRAMES
from pipelines.systems import SYSTEMS, connector_type
from tests.connectors.harness import Harness

PAGE: Final = Path(__file__).parents[2] / "docs" / "connectors" / "README.md"

_HOW: Final[Mapping[Read, str]] = {"whole": "whole", "incremental": "by change"}
_HISTORIES: Final = {
    "assignments": "seats and units by their dates",
    "work_item_changes": "changes of items",
    "goal_changes": "changes of goals",
    "goal_checkins": "check-ins",
    "metric_observations": "readings",
    "answers": "answers by wave",
}
"""Frames that carry their own past, in words."""


def harness(system: str) -> Harness:
    """The harness with which a system goes through the contract suite."""
    found: Harness = importlib.import_module(f"tests.connectors.systems.{system}").HARNESS
    return found


def written() -> str:
    """The page with its tables made anew; the words around them stay."""
    text = PAGE.read_text(encoding="utf-8")
    for name, lines in (
        ("frames", _frames()),
        ("systems", _systems()),
        ("exceptions", _exceptions()),
    ):
        block = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
        table = "\n".join(lines)
        text, n = block.subn(lambda found, table=table: f"{found[1]}{table}\n{found[2]}", text)
        if n != 1:
            raise ValueError(f"{PAGE.name} should have the mark <!-- {name} --> once, has {n}")
    return text


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _frames() -> Iterator[str]:
    """System × frame, a line a frame that any system but files gives."""
    types = {system: connector_type(system) for system in SYSTEMS}
    yield _row(["frame", *(f"[`{system}`]({system}.md)" for system in types)])
    yield _row(["---"] * (len(types) + 1))
    for frame in FRAMES:
        how = [kind.frames.get(frame) for kind in types.values()]
        yield _row([f"`{frame}`", *(_HOW[one] if one else "–" for one in how)])


def _systems() -> Iterator[str]:
    yield _row(["system", "deletions", "history", "needs"])
    yield _row(["---"] * 4)
    for system in SYSTEMS:
        kind = connector_type(system)
        yield _row([f"`{system}`", _deletions(kind), _history(kind), _needs(kind)])


def _deletions(kind: type[Connector]) -> str:
    by_change = [
        frame
        for frame, how in kind.frames.items()
        if how == "incremental" and frame != "key_sweeps"
    ]
    if not by_change:
        return "what a whole read lacks is gone"
    if "key_sweeps" in kind.frames:
        return "what a sweep of keys, or a whole read, lacks is gone"
    return f"not seen in {', '.join(f'`{frame}`' for frame in by_change)}"


def _history(kind: type[Connector]) -> str:
    if kind.system == "files":
        return "what the files hold"
    own = [frame for frame in _HISTORIES if frame in kind.frames]
    if "effective_to" in harness(kind.system).empty_columns.get("assignments", ()):
        own.remove("assignments")
    words = "; ".join(_HISTORIES[frame] for frame in own)
    return f"{words}; the rest from the nights it is seen" if own else "from the nights it is seen"


def _needs(kind: type[Connector]) -> str:
    needed = [
        name for name, field in kind.settings_type.model_fields.items() if field.is_required()
    ]
    return ", ".join(f"`{name}`" for name in needed)


def _exceptions() -> Iterator[str]:
    """What a system cannot have of the contract suite, and why."""
    yield _row(["system", "left out of the contract suite", "because"])
    yield _row(["---"] * 3)
    for system in SYSTEMS:
        known = harness(system)
        if not known.over_http:
            yield _row([f"`{system}`", "all faults of HTTP", "it is read without a network"])
        for test, why in sorted(known.exceptions.items()):
            yield _row([f"`{system}`", test.removeprefix("test_").replace("_", " "), why])
        for endpoint in sorted(known.ends_when_empty):
            what = f"an empty page in the middle of `{endpoint}`"
            yield _row([f"`{system}`", what, "the vendor ends this list with an empty page"])
        for (endpoint, status), why in sorted(known.harmless.items()):
            yield _row([f"`{system}`", f"{status} at `{endpoint}` is an answer", why])


def main() -> None:
    """Write the tables into the page."""
    PAGE.write_text(written(), encoding="utf-8")


if __name__ == "__main__":
    main()
