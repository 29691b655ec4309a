"""`alignmart check` against every system: what it says of a secret, a permission, a slip.

`-s` prints the table of systems, cases and answers.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.live.scim import OF_USERS
from tests.pipelines.checking import (
    asked,
    checked,
    names_option,
    tell,
    unable_to_read,
    write_config,
)
from tests.pipelines.lacking_systems import ANOTHER, SYSTEMS, Options, serving


def merged(options: Mapping[str, Any], more: Mapping[str, Any]) -> Options:
    """`more` laid over `options`, mappings into one another."""
    both = dict(options)
    for name, value in more.items():
        old = both.get(name)
        both[name] = merged(old, value) if isinstance(old, dict) and value else value
    return both


@dataclass(frozen=True)
class Case:
    """Something wrong, and what the answer must hold."""

    system: str
    what: str
    subject: str
    words: tuple[str, ...]
    """What happened and what to do about it."""
    option: str = ""
    """What to mend in alignmart.yaml; nothing where it is mended in the system."""
    lacking: str = ""
    options: Options = field(default_factory=dict)
    status: str = "error"

    def __str__(self) -> str:
        return f"{self.system}: {self.what}"


SECRET, PERMISSION, SLIP = "wrong secret", "missing permission", "misspelt mapping"

CASES = [
    Case("jira_cloud", SECRET, "account",
         ("make a new token at id.atlassian.com",), "token", options={"token": ANOTHER}),
    Case("jira_cloud", PERMISSION, "users",
         ("sees no user", "Browse users and groups (Settings, System, Global permissions)"),
         lacking="users"),
    Case("jira_cloud", PERMISSION, "projects",
         ("sees no project", "Browse projects (Project settings, Permissions)"),
         lacking="projects"),
    Case("jira_cloud", SLIP, "fields",
         ("no field `customfield_10209`", "nearest:", "Goals (customfield_10200)"),
         "mapping.goal_fields",
         options={"mapping": {"goal_fields": ["customfield_10209"]}}),
    Case("jira_cloud", SLIP, "users",
         ("has the property `employeNumber`", "spelt right"),
         "mapping.employee_number_property",
         options={"mapping": {"employee_number_property": "employeNumber"}}, status="warning"),
    Case("bamboohr", SECRET, "tables",
         ("make a new one in BambooHR (your picture, API Keys)",), "api_key",
         options={"api_key": ANOTHER}),
    Case("bamboohr", PERMISSION, "dataset",
         ("access level", "Settings, Access Levels", "permission to see reports"),
         "mapping.do_without", lacking="reports"),
    Case("bamboohr", PERMISSION, "records",
         ("`hireDate` of employees for no employee", "access level the permission to view it"),
         lacking="field"),
    Case("bamboohr", SLIP, "dataset",
         ("no dataset field `terminatonDate`", "nearest: terminationDate"), "mapping.left_field",
         options={"mapping": {"left_field": "terminatonDate"}}),
    Case("bamboohr", SLIP, "tables",
         ("no field of jobInfo `customFT`", "nearest: customFTE"), "mapping.fte_field",
         options={"mapping": {"fte_field": "customFT"}}),
    Case("qualtrics", SECRET, "account",
         ("API token is wrong or was replaced", "Account settings, Qualtrics IDs"), "token",
         options={"token": ANOTHER}),
    Case("qualtrics", PERMISSION, "surveys",
         ("share the survey with it (view reports, export responses)",), lacking="survey"),
    Case("qualtrics", PERMISSION, "directory", ("XM Directory",), lacking="directories"),
    Case("qualtrics", SLIP, "embedded data",
         ("no `Untt` (`unit_field`)", "declare it in the survey flow", "nearest: Unit"),
         "mapping.unit_field", options={"mapping": {"unit_field": "Untt"}}),
    Case("redmine", SECRET, "account",
         ("copy it from My account, API access key",), "api_key", options={"api_key": ANOTHER}),
    Case("redmine", PERMISSION, "users", ("key of an administrator",), "api_key", lacking="time"),
    Case("redmine", PERMISSION, "spent time", ("the permission View spent time",),
         lacking="time", status="warning"),
    Case("redmine", PERMISSION, "account", ("Enable REST web service",), lacking="api"),
    Case("redmine", SLIP, "fields",
         ("no custom field of issues `Gaols`", "nearest: Goals (1)"), "mapping.goal_fields",
         options={"mapping": {"goal_fields": ["Gaols"]}}),
    Case("tryton", SECRET, "account", ("password is wrong",), "password",
         options={"password": ANOTHER}),
    Case("tryton", PERMISSION, "people",
         ('not allowed to access "company.employee"', "a group that may read this model"),
         lacking="company.employee"),
    Case("tryton", SLIP, "people",
         ("company.employee has no field `nmber`", "nearest: number"),
         "mapping.people.employee_number",
         options={"mapping": {"people": {"employee_number": "nmber"}}}),
    Case("scim", SECRET, "users", ("make a new one in the provider's SCIM settings",), "token",
         options={"token": ANOTHER}),
    Case("scim", PERMISSION, "users", ("the right to read users",), lacking="/Users"),
    Case("scim", PERMISSION, "units", ("the right to read users and groups",), lacking="/Groups"),
    Case("scim", SLIP, "mapping",
         ("no schema of the provider has", "nearest:", "leftOn"), "mapping.fields.left_on",
         options={"mapping": {"fields": {"left_on": f"{OF_USERS}:leftOnn"}}}),
    Case("files", "no folder", "folder", ("there is no folder", "Make it, or"), "path",
         options={"path": "nowhere"}),
    Case("files", SLIP, "people.csv",
         ("no column person_key", "Is person_kee meant to be person_key?"), lacking="key"),
    Case("files", SLIP, "people.csv", ("column full_nam is not read", "did you mean full_name"),
         lacking="column", status="warning"),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_answer_says_what_is_wrong_and_what_to_do(tmp_path: Path, case: Case) -> None:
    tmp_path.chmod(0o755)
    with serving(case.system, case.lacking) as options:
        answer = checked(tmp_path, {"tried": merged(options, case.options)})
    tell(case.system, case.what, answer)
    found = [line for line in answer.lines(case.status) if line.subject == case.subject]
    assert [line.source for line in found] == ["tried"], answer.stdout
    for words in case.words:
        assert words in found[0].message
    if case.option:
        assert names_option(found[0].message, tmp_path, case.option)
    else:
        assert "alignmart.yaml" not in found[0].message, "it is mended in the system"


@pytest.mark.parametrize("system", SYSTEMS)
def test_all_is_well_and_the_answer_says_what_is_seen(tmp_path: Path, system: str) -> None:
    with serving(system) as options:
        answer = checked(tmp_path, {"tried": options})
    tell(system, "all well", answer)
    assert answer.code == 0 and answer.lines("warning") == []
    assert any(line.source == "tried" for line in answer.lines("ok"))


def test_every_system_that_a_source_may_name_is_tried() -> None:
    from pipelines.systems import SYSTEMS as KNOWN

    assert set(SYSTEMS) == set(KNOWN)
    for what, without in ((SECRET, {"files"}), (PERMISSION, {"files"}), (SLIP, set())):
        assert {case.system for case in CASES if case.what == what} == set(KNOWN) - without


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every account of the machine may enter."""
    with tempfile.TemporaryDirectory(prefix="check-") as place:
        Path(place).chmod(0o755)
        yield Path(place)


@pytest.mark.parametrize("what", ["people.csv", "."], ids=["a file", "the folder"])
def test_files_that_may_not_be_read_are_named(open_folder: Path, what: str) -> None:
    with serving("files") as options:
        write_config(open_folder, {"tried": options})
        place = Path(options["path"], what)
        with unable_to_read(place):
            answer = asked(open_folder)
    tell("files", PERMISSION, answer)
    message = answer.error("tried", "folder")
    assert f"{place} cannot be opened (Permission denied)" in message
    assert "give the account that runs alignmart the permission to read it" in message
