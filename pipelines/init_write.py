"""Putting the files of `alignmart init` in their place: whole, valid, and never over another.

Belongs here: the check of the new file before anybody sees it, the one step that shows it.
Does not belong here: its text (`init_text`).
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from pipelines.config_file import ConfigError, load
from pipelines.init_desk import Refused

Line = tuple[str, str]
"""Country and time zone of a place of work."""


def refuse_existing(path: Path, *, force: bool) -> None:
    """Raise Refused where `path` is taken, or its folder is not there."""
    if not path.parent.is_dir():
        raise Refused(f"There is no folder {path.parent}; make it, or name another with --to.")
    if path.is_dir():
        raise Refused(f"{path} is a folder; name a file with --to.")
    if os.path.lexists(path) and not force:
        raise Refused(
            f"{path} exists already and is left as it is. Name another file with --to, or give "
            f"--force to replace it; `--answers {path}` takes its options for answers."
        )


def place(
    path: Path, text: str, locations: Path, lines: Mapping[str, Line], *, force: bool
) -> None:
    """Write `text` to `path` once it is found valid, and `lines`, if any, to `locations`.

    Raises Refused, and then both are as they were.
    """
    try:
        with _draft(path, text) as draft:
            try:
                load(draft, secrets=False)
            except ConfigError as error:
                said = str(error).replace(str(draft), str(path))
                raise Refused(f"The answers make no valid file; none is written:\n{said}") from None
            if lines:
                locations.parent.mkdir(parents=True, exist_ok=True)
                with _draft(locations, _csv(lines)) as table:
                    os.link(table, locations)
            if force:
                draft.replace(path)
            else:
                os.link(draft, path)
    except FileExistsError:
        raise Refused(f"{path} or {locations} has come into being meanwhile.") from None
    except OSError as error:
        said = f"{path} cannot be written: {error.strerror}"
        raise Refused(f"{said}; name another with --to.") from None


@contextmanager
def _draft(path: Path, text: str) -> Iterator[Path]:
    """A file beside `path` that is gone at the end, whatever happens."""
    draft = path.parent / f".{path.name}.{os.getpid()}"
    try:
        draft.write_text(text, encoding="utf-8")
        yield draft
    finally:
        draft.unlink(missing_ok=True)


def _csv(lines: Mapping[str, Line]) -> str:
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(["location", "country", "subdivision", "time_zone"])
    rows.writerows([name, country, "", zone] for name, (country, zone) in sorted(lines.items()))
    return out.getvalue()
