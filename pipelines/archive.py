"""The page archive: what vendors answered, kept as it came, compressed.

Belongs here: running a connector's `pull` into a folder of pages, reading those pages again,
removing old ones. The archive is the only hand-over between pulling and loading: a pull exists
once its folder carries its final name, and a load reads nothing else.
Does not belong here: what a page means (`connectors`), the warehouse.

Layout: `<root>/<source>/<pull_id>/{pages.parquet,pull.json}`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Final

import pyarrow as pa
import pyarrow.parquet as pq

from connectors import contract
from connectors.contract import Connector, Page, PullResult, SourceError, State

_PAGES: Final = pa.schema(
    [("page", pa.int64()), ("stream", pa.string()), ("request", pa.string()), ("body", pa.binary())]
)
_CONNECTORS: Final = Path(contract.__file__).parent
_FLUSH_BYTES: Final = 16 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Pull:
    """One pull of one source. `error` says why it failed; then it has no pages.

    `began` is the state that it went on from, `state` is where the next pull begins, once this
    one is loaded. `incomplete` maps a frame of which some records could not be read to the reason,
    `progress` one whose first pull goes on the next night to how far it is.
    """

    source: str
    system: str
    pull_id: str
    as_of: dt.datetime
    folder: Path
    n_pages: int
    n_bytes: int
    began: State
    state: State
    incomplete: dict[str, str]
    error: str | None
    progress: dict[str, str] = field(default_factory=dict)

    def pages(self) -> Iterator[tuple[int, Page]]:
        """The pages in the order in which they came, numbered from 0."""
        if self.n_pages == 0:
            return
        for batch in pq.ParquetFile(self.folder / "pages.parquet").iter_batches(batch_size=64):
            columns = (batch.column(name).to_pylist() for name in _PAGES.names)
            for number, stream, request, body in zip(*columns, strict=True):
                yield number, Page(stream, body, request)


class Archive:
    """The folder of all pulls."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def pull(self, connector: Connector, state: State, as_of: dt.datetime) -> Pull:
        """Run the connector's pull into a new folder. A failure is a Pull with an error."""
        pull_id = self._next_id(connector.name, as_of)
        folder = self.root / connector.name / pull_id
        partial = folder.with_name(f".{pull_id}.partial")
        for left in folder.parent.glob(".*.partial"):  # by a pull that was killed
            shutil.rmtree(left)
        partial.mkdir(parents=True)
        begun = Pull(
            connector.name, connector.system, pull_id, as_of, folder, 0, 0, state, state, {}, None
        )
        try:
            pull = _written(begun, connector, state, partial / "pages.parquet")
        except SourceError as error:
            pull = replace(begun, error=str(error))
        except Exception as error:  # noqa: BLE001  a connector's fault must not stop the others
            pull = replace(begun, error=unforeseen(connector, error))
        if pull.error is not None:
            (partial / "pages.parquet").unlink(missing_ok=True)
        (partial / "pull.json").write_text(_to_json(pull))
        _sync(partial)
        partial.rename(folder)
        return pull

    def pulls(self, since: dt.datetime | None = None) -> list[Pull]:
        """Pulls of all sources whose as_of is `since` or later, oldest first."""
        found = [_from_json(path) for path in self.root.glob("*/*/pull.json")]
        kept = [pull for pull in found if since is None or pull.as_of >= since]
        return sorted(kept, key=lambda pull: (pull.as_of, _sequence(pull.pull_id), pull.source))

    def latest(self, source: str) -> Pull | None:
        """The newest pull of a source, failed or not."""
        return max(
            (pull for pull in self.pulls() if pull.source == source),
            key=lambda pull: (pull.as_of, _sequence(pull.pull_id)),
            default=None,
        )

    def prune(self, keep_days: int, as_of: dt.datetime) -> list[Pull]:
        """Remove and return pulls older than `keep_days` before `as_of`."""
        old = [p for p in self.pulls() if p.as_of < as_of - dt.timedelta(days=keep_days)]
        for pull in old:
            shutil.rmtree(pull.folder)
        return old

    def _next_id(self, source: str, as_of: dt.datetime) -> str:
        stamp = f"{as_of:%Y%m%dT%H%M%SZ}"
        taken = [_sequence(p.name) for p in (self.root / source).glob(f"{stamp}-*")]
        return f"{stamp}-{max(taken, default=0) + 1}"


def _sequence(pull_id: str) -> int:
    return int(pull_id.rpartition("-")[2])


def _written(begun: Pull, connector: Connector, state: State, path: Path) -> Pull:
    """Exhaust the connector's pull into the file of pages."""
    pages, rows, waiting, n_bytes = connector.pull(state, begun.as_of), [], 0, 0
    result, number = PullResult(), 0
    with pq.ParquetWriter(path, _PAGES, compression="zstd", use_dictionary=False) as writer:
        while True:
            try:
                page = next(pages)
            except StopIteration as stop:
                result = stop.value or result
                break
            rows.append((number, page.stream, page.request, page.body))
            number, waiting, n_bytes = (
                number + 1,
                waiting + len(page.body),
                n_bytes + len(page.body),
            )
            if waiting >= _FLUSH_BYTES:
                writer.write_batch(_batch(rows))
                rows, waiting = [], 0
        if rows:
            writer.write_batch(_batch(rows))
    return replace(
        begun,
        n_pages=number,
        n_bytes=n_bytes,
        state=result.state,
        incomplete=result.incomplete,
        progress=result.progress,
    )


def _batch(rows: list[tuple[int, str, str, bytes]]) -> pa.RecordBatch:
    columns = list(zip(*rows, strict=True))
    arrays = [pa.array(c, f.type) for c, f in zip(columns, _PAGES, strict=True)]
    return pa.RecordBatch.from_arrays(arrays, schema=_PAGES)


def unforeseen(connector: Connector, error: BaseException) -> str:
    """What a fault of the connector's own is called: its innermost line, without any value."""
    places = traceback.extract_tb(error.__traceback__)
    own = [place for place in places if Path(place.filename).is_relative_to(_CONNECTORS)]
    where = (own or places)[-1]
    place = f"{Path(where.filename).name}, line {where.lineno}"
    return (
        f"{connector.name}: the {connector.system} connector failed at {place}: "
        f"{type(error).__name__}. Its last good data stays; please report this."
    )


def _to_json(pull: Pull) -> str:
    fields = asdict(pull) | {"as_of": pull.as_of.isoformat()}
    del fields["folder"]
    return json.dumps(fields, indent=1, sort_keys=True)


def _from_json(path: Path) -> Pull:
    fields = json.loads(path.read_text())
    fields["as_of"] = dt.datetime.fromisoformat(fields["as_of"])
    return Pull(folder=path.parent, **fields)


def _sync(folder: Path) -> None:
    for path in [*folder.iterdir(), folder]:
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
