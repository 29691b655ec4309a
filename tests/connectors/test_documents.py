"""What the pages for people say of frames and files is what the code does."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from connectors.edge import conform
from connectors.files import Files, FilesSettings
from connectors.frames import FRAMES, column_types
from connectors.frames_page import page

DOCS = Path(__file__).parents[2] / "docs"
EXAMPLES = re.findall(
    r"^`(\w+)/(\w+)\.csv`.*?^```csv\n(.*?)^```",
    (DOCS / "connectors" / "files.md").read_text(encoding="utf-8"),
    re.DOTALL | re.MULTILINE,
)


def test_the_page_of_frames_is_current():
    written = (DOCS / "frames.md").read_text(encoding="utf-8")
    assert written == page(), "run `python -m connectors.frames_page > docs/frames.md`"


def test_the_page_of_frames_names_every_column_once():
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", page(), re.DOTALL | re.MULTILINE))
    assert list(sections) == list(FRAMES)
    for frame, section in sections.items():
        named = re.findall(r"^\| `(\w+)` \|", section, re.MULTILINE)
        assert named == [n for n in column_types(frame) if n not in ("source", "extra")]


def test_the_page_of_files_has_an_example_of_every_folder():
    assert {folder for folder, _, _ in EXAMPLES} == {"hr", "goals", "tracker", "declared"}


@pytest.mark.parametrize(("folder", "frame", "body"), EXAMPLES, ids=[e[1] for e in EXAMPLES])
def test_an_example_of_the_page_of_files_is_read_without_a_remark(
    tmp_path: Path, folder: str, frame: str, body: str
):
    (tmp_path / f"{frame}.csv").write_text(body, encoding="utf-8")
    source = Files(folder, FilesSettings(path=tmp_path))
    ((given, rows),) = source.map(enumerate(source.pull({}, dt.datetime.now(dt.UTC))))
    assert given == frame
    read = conform(frame, folder, rows)
    assert read.quarantine["reason"].to_list() == []
    assert read.unknown == {}
    assert read.rows.height == body.count("\n") - 1
