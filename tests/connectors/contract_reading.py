"""What a read becomes, as the contract suite sees it: rows at the edge, and reads folded as raw is.

Belongs here: reading, folding, comparing. Does not belong here: what must hold
(`contract_suite`, `contract_faults`).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from connectors.contract import Connector, Page, PullResult, SourceError, State
from connectors.edge import conform, newest
from connectors.frames import key_columns
from tests.connectors.harness import Harness

Rows = dict[str, pl.DataFrame]
"""By frame: rows at the edge, one a `record_key`."""


@dataclass
class Found:
    """One pull, mapped and checked."""

    pages: list[Page]
    result: PullResult
    rows: Rows = field(default_factory=dict)
    quarantine: list[dict[str, Any]] = field(default_factory=list)
    unknown: dict[str, dict[str, int]] = field(default_factory=dict)
    asked: list[int] = field(default_factory=list)
    """Of each page: how many requests had been made when it came."""


def pulled(
    source: Connector, state: State, as_of: dt.datetime, count: Callable[[], int] = lambda: 0
) -> Found:
    """The pages of a pull; `count` says how many requests were made so far."""
    found = Found([], PullResult())
    reading = source.pull(state, as_of)
    while True:
        try:
            found.pages.append(next(reading))
        except StopIteration as end:
            found.result = end.value
            return found
        found.asked.append(count())


def read(
    source: Connector, state: State, as_of: dt.datetime, count: Callable[[], int] = lambda: 0
) -> Found:
    """Pull from `state` on and map. Raises SourceError, of a single frame too."""
    found = pulled(source, state, as_of, count)
    mapped(source, enumerate(found.pages), found)
    return found


def mapped(source: Connector, pages: Iterable[tuple[int, Page]], found: Found) -> None:
    """Fill `found` with what the pages become; every row is accounted for."""
    parts: dict[str, list[pl.DataFrame]] = {frame: [] for frame in source.given_frames()}
    for frame, rows in source.map(pages):
        if isinstance(rows, SourceError):
            raise rows
        batch = conform(frame, source.name, rows)
        assert batch.n_pulled == len(batch.rows) + len(batch.quarantine) + batch.n_duplicate
        found.quarantine += batch.quarantine.to_dicts()
        if batch.unknown:
            found.unknown[frame] = batch.unknown
        parts[frame].append(batch.rows)
    for frame, batches in parts.items():
        together = batches or [conform(frame, source.name, pl.DataFrame()).rows]
        found.rows[frame] = newest(pl.concat(together))


def fold(harness: Harness, source: Connector, reads: Sequence[Found]) -> Rows:
    """What stands after `reads`, one after the other: of a frame read whole the last one; else
    the newest version a key, without what the last complete sweep of keys lacks."""
    last = reads[-1]
    rows: Rows = {}
    for frame, how in source.given_frames().items():
        if how == "whole":
            rows[frame] = last.rows[frame]
        else:
            rows[frame] = newest(pl.concat([one.rows[frame] for one in reads]))
    if "key_sweeps" in rows and "key_sweeps" not in last.result.incomplete:
        for frame, swept in _swept(last.rows["key_sweeps"]).items():
            if frame in rows and frame not in last.result.incomplete:
                key = key_columns(frame)[0]
                rows[frame] = rows[frame].filter(pl.col(key).is_in(swept.implode()))
    return {frame: _with_parent(harness, frame, rows) for frame in rows}


def _swept(sweeps: pl.DataFrame) -> dict[str, pl.Series]:
    """By frame: the keys of a sweep that saw them all."""
    parts = sweeps.partition_by("frame", as_dict=True)
    return {str(name[0]): part["key"] for name, part in parts.items() if part["is_complete"].all()}


def _with_parent(harness: Harness, frame: str, rows: Rows) -> pl.DataFrame:
    """Without the rows that point to what is gone, as staging joins them."""
    column, parent = harness.frames_of_parents.get(frame, ("", ""))
    if parent not in rows:
        return rows[frame]
    there = rows[parent][key_columns(parent)[0]]
    return rows[frame].filter(pl.col(column).is_in(there.implode()))


def contents(rows: Rows) -> dict[str, dict[str, str]]:
    """By frame: record_key to row_hash, which tells rows apart by what they say."""
    return {
        frame: dict(zip(data["record_key"].to_list(), data["row_hash"].to_list(), strict=True))
        for frame, data in rows.items()
    }


def difference(found: Rows, wanted: Rows, but: Iterable[str] = ()) -> dict[str, str]:
    """By frame, in words: what `found` lacks, has too much or has otherwise; {} if equal."""
    said: dict[str, str] = {}
    have, want = contents(found), contents(wanted)
    for frame in sorted({*have, *want} - set(but)):
        here, there = have.get(frame, {}), want.get(frame, {})
        missing = sorted(there.keys() - here.keys())
        more = sorted(here.keys() - there.keys())
        other = sorted(key for key in here.keys() & there.keys() if here[key] != there[key])
        kinds = {"missing": missing, "too many": more, "different": other}
        words = [f"{len(keys)} {kind} ({keys[:3]})" for kind, keys in kinds.items() if keys]
        if words:
            said[frame] = f"{'; '.join(words)} of {len(there)}"
    return said


def lost(found: Rows, before: Rows, after: Rows) -> dict[str, str]:
    """What `found` lacks of all that stood before and after, or has as neither of them does."""
    said: dict[str, str] = {}
    have, once, later = contents(found), contents(before), contents(after)
    for frame, here in have.items():
        first, second = once[frame], later[frame]
        missing = sorted((first.keys() & second.keys()) - here.keys())
        known = [{first.get(key), second.get(key)} for key in here]
        strange = [key for key, hashes in zip(here, known, strict=True) if here[key] not in hashes]
        if missing or strange:
            said[frame] = f"{len(missing)} missing ({missing[:3]}); strange: {strange[:3]}"
    return said


def values_in(rows: pl.DataFrame) -> Mapping[str, int]:
    """By column: in how many rows it says something."""
    return {
        name: int((rows[name].is_not_null() & (rows[name].cast(pl.String) != "")).sum())
        for name in rows.columns
    }
