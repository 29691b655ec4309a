"""What the pages for people say of frames, files and systems is what the code does."""

from __future__ import annotations

import datetime as dt
import re
import typing
from collections.abc import Iterator
from pathlib import Path

import pytest

from connectors.contract import Settings
from connectors.edge import conform
from connectors.files import Files, FilesSettings
from connectors.frames import FRAMES, column_types
from connectors.frames_page import page
from pipelines.systems import SYSTEMS, connector_type
from tests.connectors import systems_table
from tests.connectors.contract_suite import ConnectorContract

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


SECTIONS = (
    "What it pulls", "Permissions", "Settings", "Limits", "What it cannot see",
    "When something is wrong",
)  # fmt: skip


def sections(system: str) -> dict[str, str]:
    """The page of a system by its headings."""
    text = (DOCS / "connectors" / f"{system}.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^## (.+?)\n(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE))


def settings_in(kind: type[Settings]) -> Iterator[str]:
    """The names of all settings, those in a group or in a list of groups too."""
    for name, field in kind.model_fields.items():
        parts = [field.annotation, *typing.get_args(field.annotation)]
        groups = [one for one in parts if isinstance(one, type) and issubclass(one, Settings)]
        if field.annotation not in groups:
            yield name
        for group in groups:
            yield from settings_in(group)


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_system_has_a_page_with_the_same_sections(system: str):
    found = [title for title in sections(system) if title in SECTIONS]
    assert found == list(SECTIONS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_page_names_every_setting(system: str):
    said = sections(system)["Settings"]
    named = set(re.findall(r"`(?:[\w.\[\]]+\.)?(\w+)`", said))
    named |= set(re.findall(r"^ *(?:- )?(\w+):", said, re.MULTILINE))
    assert set(settings_in(connector_type(system).settings_type)) - named == set()


@pytest.mark.parametrize("system", SYSTEMS)
def test_a_page_names_every_frame_and_every_column_that_the_system_cannot_carry(system: str):
    found, known = sections(system), systems_table.harness(system)
    if system != "files":
        pulled = set(re.findall(r"`(\w+)`", found["What it pulls"]))
        assert set(connector_type(system).frames) - pulled == set()
    unseen = set(re.findall(r"`(?:\w+\.)?(\w+)`", found["What it cannot see"]))
    empty = {column for columns in known.empty_columns.values() for column in columns}
    assert empty - unseen == set()


@pytest.mark.parametrize("system", SYSTEMS)
def test_what_is_left_out_of_the_contract_suite_is_a_test_of_it_and_has_a_reason(system: str):
    known = systems_table.harness(system)
    assert known.system == system
    for test, why in known.exceptions.items():
        assert callable(getattr(ConnectorContract, test)) and len(why.split()) > 2
    runs = (Path(__file__).parent / f"test_contract_{system}.py", *Path(__file__).parent.glob("*"))
    word = f"from tests.connectors.systems.{system} import HARNESS"
    assert any(word in path.read_text(encoding="utf-8") for path in runs if path.suffix == ".py")


def test_the_tables_of_systems_are_those_of_the_code():
    assert systems_table.PAGE.read_text(encoding="utf-8") == systems_table.written(), (
        "run `python -m tests.connectors.systems_table`"
    )


def test_the_page_of_connectors_leads_to_every_system():
    text = systems_table.PAGE.read_text(encoding="utf-8")
    linked = set(re.findall(r"\[[^\]]+\]\((\w+)\.md\)", text))
    assert linked >= set(SYSTEMS)
    pages = {path.stem for path in systems_table.PAGE.parent.glob("*.md")} - {"README"}
    assert pages == set(SYSTEMS)
