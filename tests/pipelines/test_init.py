"""`alignmart init`, as a person at a terminal and as a script sees it."""

from __future__ import annotations

import contextlib
import datetime as dt
import importlib
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from ruamel.yaml import YAML
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.config_file import load
from pipelines.systems import build
from sandbox import (
    bamboohr_server,
    company,
    jira_payloads,
    jira_server,
    qualtrics_server,
    tryton_server,
)
from sandbox.bamboohr_faults import Manners as BambooManners
from sandbox.bamboohr_faults import Trouble as BambooTrouble
from sandbox.bamboohr_site import Site as BambooSite
from sandbox.jira_faults import Manners, Trouble
from sandbox.jira_site import Site as JiraSite
from sandbox.observe import write_files
from sandbox.qualtrics_faults import Trouble as QualtricsTrouble
from sandbox.qualtrics_site import Site as QualtricsSite
from sandbox.world import end_of
from tests.pipelines.terminal import ROOT, alignmart

EMAIL, TOKEN = "reader@sample.example", "canary-token-of-init-3b7f"
SAVED = dict.fromkeys(("JIRA_TOKEN", "BAMBOOHR_KEY", "QUALTRICS_TOKEN"), TOKEN)
"""Where a person would have put the secrets."""
END = dt.date(2025, 10, 31)


@dataclass
class Systems:
    """The sample company's systems, running, and a folder of its exports."""

    jira: str
    bamboo: str
    surveys: str
    exports: Path
    jira_site: JiraSite


@pytest.fixture(scope="module")
def systems(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Systems]:
    world, now = company.generate(seed=7, people=60, months=3, end=END), end_of(END)
    exports = tmp_path_factory.mktemp("exports")
    write_files(world, now, exports)
    site = JiraSite(world, now)
    people = bamboohr_server.Bamboo(BambooSite(world, now), BambooManners(TOKEN), BambooTrouble(()))
    surveys = qualtrics_server.Qualtrics(QualtricsSite(world, now), TOKEN, QualtricsTrouble(()))
    jira = jira_server.Jira(site, Manners(EMAIL, TOKEN), Trouble(()))
    with (
        jira_server.serving(jira) as jira_url,
        bamboohr_server.serving(people) as bamboo_url,
        qualtrics_server.serving(surveys) as surveys_url,
    ):
        yield Systems(jira_url, bamboo_url, surveys_url, exports, site)


def init(
    folder: Path, *arguments: str, typed: list[str] | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """The command with lines piped in, in `folder`."""
    lines = "".join(f"{line}\n" for line in typed or [])
    with contextlib.chdir(folder):
        result = CliRunner().invoke(app, ["init", *arguments], input=lines, env={**SAVED, **env})
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    return subprocess.CompletedProcess(arguments, result.exit_code, result.stdout, result.stderr)


def read(folder: Path, name: str = "alignmart.yaml") -> dict:
    return YAML(typ="safe").load((folder / name).read_text(encoding="utf-8"))


def jira_lines(systems: Systems, *more: str) -> list[str]:
    """Answers to everything about one Jira: the defaults, after how it is reached."""
    return ["Acme", "DE", "jira_cloud", systems.jira, EMAIL, "", "", *more, *[""] * 20]


def jira_answers(folder: Path, systems: Systems, **options: object) -> Path:
    """A file of answers with one Jira."""
    jira = {"system": "jira_cloud", "url": systems.jira, "email": EMAIL, "token": "env:JIRA_TOKEN"}
    answers = {
        "organisation": {"name": "Acme", "country": "DE"},
        "sources": {"jira": jira | options},
    }
    path = folder / "answers.yaml"
    with path.open("w", encoding="utf-8") as file:
        YAML(typ="safe").dump(answers, file)
    return path


# One source


def test_answers_typed_line_by_line_make_a_file_that_check_finds_good(tmp_path, systems):
    answer = init(tmp_path, typed=jira_lines(systems))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    jira = read(tmp_path)["sources"]["jira"]
    assert (jira["system"], jira["url"], jira["token"]) == (
        "jira_cloud", systems.jira, "env:JIRA_TOKEN",
    )  # fmt: skip
    assert jira["mapping"]["goal_fields"] == [jira_payloads.GOALS]
    assert jira["mapping"]["points_field"] == jira_payloads.POINTS
    assert jira["mapping"]["status_categories"] == {"Won't Do": "dropped"}
    checked = alignmart(tmp_path, "check", **SAVED)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert "warning" not in checked.stdout
    assert "alignmart check" in answer.stdout and "alignmart nightly" in answer.stdout


def test_numbers_names_and_none_are_understood_and_a_part_of_a_name_is_looked_for(
    tmp_path, systems
):
    first, last = "none such", "COML, Project PROT"
    lines = [first, "roject", last, "Epic", "-", "", "-", "", "", "9", "1", "1=todo", ""]
    answer = init(tmp_path, typed=jira_lines(systems, *lines))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "'none such' is none of the 4" in answer.stdout
    jira = read(tmp_path)["sources"]["jira"]
    assert jira["projects"] == ["COML", "PROT"]
    assert jira["mapping"]["initiative_types"] == ["Epic"]
    assert jira["mapping"]["goal_fields"] == []
    assert "goal_initiative_links.csv" in answer.stdout
    assert jira["mapping"]["points_field"] is None
    assert jira["mapping"]["status_categories"] == {"Won't Do": "todo"}
    again = init(tmp_path, "--answers", "alignmart.yaml", "--to", "again.yaml")
    assert again.returncode == 0
    assert read(tmp_path, "again.yaml") == read(tmp_path)


def test_the_file_says_what_each_option_means_and_what_else_was_found(tmp_path, systems):
    init(tmp_path, typed=jira_lines(systems, "1"))
    text = (tmp_path / "alignmart.yaml").read_text(encoding="utf-8")
    lines = [line.strip() for line in text.splitlines()]
    assert "# Keys of the projects to read; all that the account sees when empty." in lines
    assert "# also there: PROT (Project PROT)" in lines
    assert "# Issues a page; Jira may give fewer." in lines
    assert "#page_size: 100" in lines
    assert all(len(line) <= 130 for line in text.splitlines())


def test_every_option_that_keeps_its_default_can_be_switched_on(tmp_path, systems):
    init(tmp_path, typed=jira_lines(systems))
    text = (tmp_path / "alignmart.yaml").read_text(encoding="utf-8")
    lines = []
    for line in text.splitlines():
        before, mark, after = line.partition("#")
        own = mark and not before.strip() and after[:1] != " " and ": null" not in after
        lines.append(before + after if own or line.startswith("#  ") else line)
    changed = tmp_path / "changed.yaml"
    changed.write_text("\n".join(lines) + "\n", encoding="utf-8")
    config = load(changed, secrets=False)
    assert config.sources["jira"]["page_size"] == 100
    assert config.privacy.minimum_group == 5
    assert config.schedule.at == "04:15"
    assert config.declared.locations == tmp_path / "declared" / "locations.csv"


def test_the_same_answers_give_the_same_file(tmp_path, systems):
    texts = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        init(tmp_path / name, typed=jira_lines(systems))
        texts.append((tmp_path / name / "alignmart.yaml").read_bytes())
    assert texts[0] == texts[1]


def test_the_file_made_is_a_file_of_answers_that_makes_itself_again(tmp_path, systems):
    init(tmp_path, typed=jira_lines(systems))
    before = (tmp_path / "alignmart.yaml").read_text(encoding="utf-8")
    answer = init(tmp_path, "--answers", "alignmart.yaml", "--force")
    assert answer.returncode == 0, answer.stderr
    assert (tmp_path / "alignmart.yaml").read_text(encoding="utf-8") == before


def test_no_custom_field_is_told_with_what_to_do_and_does_not_stop(tmp_path, systems, monkeypatch):
    monkeypatch.setattr(jira_payloads, "_CUSTOM_FIELDS", ())
    answer = init(tmp_path, typed=jira_lines(systems))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "the system has nothing that could be it" in answer.stdout
    assert "No item will name a goal" in answer.stdout
    assert "goal_fields" not in read(tmp_path)["sources"]["jira"]["mapping"]


def test_what_most_marts_need_and_nobody_gives_is_told(tmp_path, systems):
    answer = init(tmp_path, typed=jira_lines(systems))
    assert "no source gives people" in answer.stdout
    assert "no source gives goals" in answer.stdout
    assert "no source gives work_items" not in answer.stdout


def test_the_first_day_of_work_is_asked_for_where_a_system_can_begin_there(tmp_path, systems):
    lines = [*jira_lines(systems)[:7], *[""] * 8, "soon", "2025-09-01"]
    answer = init(tmp_path, typed=lines)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "write a day as 2026-01-31" in answer.stdout
    assert read(tmp_path)["sources"]["jira"]["since"] == dt.date(2025, 9, 1)
    assert load(tmp_path / "alignmart.yaml", secrets=False).sources["jira"]["since"]


def test_two_sources_of_one_system_have_two_names(tmp_path, systems):
    lines = ["Acme", "DE", "2 2", str(systems.exports / "goals"), "", str(systems.exports), "goals"]
    answer = init(tmp_path, typed=[*lines, "surveys", "again", str(systems.exports / "surveys")])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "another source is called goals already" in answer.stdout
    assert "holds no frame" in answer.stdout
    paths = {name: one["path"] for name, one in read(tmp_path)["sources"].items()}
    assert paths == {
        "goals": str(systems.exports / "goals"),
        "surveys": str(systems.exports / "surveys"),
    }


@pytest.mark.parametrize("system", ["redmine", "tryton", "scim", "qualtrics", "bamboohr"])
def test_a_system_set_up_by_enter_alone_passes_check(tmp_path, system):
    harness = importlib.import_module(f"tests.connectors.systems.{system}").HARNESS
    (tmp_path / "secret").write_text(harness.secret)
    with harness.serving() as served:
        while served.next_night():
            pass
        reached = {
            "redmine": [served.url, "", "file:secret"],
            "tryton": [served.url, tryton_server.DATABASE, tryton_server.USER, "", "file:secret"],
            "scim": [served.url, "", "file:secret"],
            "qualtrics": ["", served.url, "", "file:secret"],
            "bamboohr": ["sample", served.url, "", "file:secret"],
        }[system]
        answer = init(tmp_path, typed=["Acme", "DE", system, *reached, *[""] * 30])
        assert answer.returncode == 0, answer.stdout + answer.stderr
        config = load(tmp_path / "alignmart.yaml")
        (source,) = [c for c in build(config) if c.system == system]
        found = list(source.check())
    assert [one for one in found if one.status == "error"] == []
    assert len(found) > 3


# Secrets


SECRET = "ATATT3xFfGF0canary9Q2"


@pytest.mark.parametrize("typed", [SECRET, f"env:{SECRET}", "env:", "file: ", f"token:{SECRET}"])
def test_a_pasted_secret_is_refused_explained_and_kept_nowhere(tmp_path, systems, typed):
    lines = ["Acme", "DE", "jira_cloud", systems.jira, EMAIL, "", typed, "env:JIRA_TOKEN"]
    answer = init(tmp_path, typed=[*lines, *[""] * 20])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "env:NAME for an environment variable" in answer.stdout
    assert SECRET not in answer.stdout + answer.stderr
    assert SECRET not in (tmp_path / "alignmart.yaml").read_text(encoding="utf-8")
    assert read(tmp_path)["sources"]["jira"]["token"] == "env:JIRA_TOKEN"


def test_a_secret_in_a_file_of_answers_is_refused_without_being_shown(tmp_path, systems):
    answers = jira_answers(tmp_path, systems, token=SECRET)
    answer = init(tmp_path, "--answers", str(answers))
    assert answer.returncode == 2
    assert "sources.jira.token: That is no place of a secret" in answer.stderr
    assert SECRET not in answer.stdout + answer.stderr
    assert not (tmp_path / "alignmart.yaml").exists()


def test_a_secret_under_an_option_that_is_not_asked_for_is_refused_too(tmp_path):
    values = {"url": "http://127.0.0.1:9", "token": "env:NOWHERE", "password": SECRET}
    options = [f"sources.idp.{name}={value}" for name, value in values.items()]
    given = ["organisation.name=A", "organisation.country=DE", "sources.idp.system=scim", *options]
    (tmp_path / "empty.yaml").write_text("")
    arguments = [part for one in given for part in ("--set", one)]
    answer = init(tmp_path, "--answers", "empty.yaml", "--go-on", *arguments)
    assert answer.returncode == 2
    assert SECRET not in answer.stdout + answer.stderr
    assert not (tmp_path / "alignmart.yaml").exists()


def test_an_address_with_a_password_in_it_is_refused(tmp_path, systems):
    address = f"https://me:{SECRET}@example.atlassian.net"
    answers = jira_answers(tmp_path, systems, url=address)
    answer = init(tmp_path, "--answers", str(answers))
    assert answer.returncode == 2
    assert "holds no user and no password" in answer.stderr
    assert SECRET not in answer.stdout + answer.stderr


# When a system does not answer


def test_a_wrong_token_says_what_to_do_and_can_be_mended_on_the_spot(tmp_path, systems):
    (tmp_path / "right.txt").write_text(TOKEN)
    start = ["Acme", "DE", "jira_cloud", systems.jira, EMAIL, "", "env:WRONG"]
    again = ["again", "", "", "file:right.txt"]
    answer = init(tmp_path, typed=[*start, *again, *[""] * 20], WRONG="not-the-token")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "make a new token at id.atlassian.com" in answer.stdout
    assert "not-the-token" not in answer.stdout
    assert read(tmp_path)["sources"]["jira"]["token"] == "file:right.txt"


def test_one_may_go_on_without_having_looked_and_the_file_says_so(tmp_path, systems):
    start = ["Acme", "DE", "jira_cloud", systems.jira, EMAIL, "", "env:WRONG", "go", ""]
    answer = init(tmp_path, typed=start, WRONG="not-the-token")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    text = (tmp_path / "alignmart.yaml").read_text(encoding="utf-8")
    assert "not looked at" in text
    assert read(tmp_path)["sources"]["jira"]["email"] == EMAIL


def test_one_may_stop_and_nothing_is_written(tmp_path, systems):
    start = ["Acme", "DE", "jira_cloud", systems.jira, EMAIL, "", "env:WRONG", "stop"]
    answer = init(tmp_path, typed=start, WRONG="not-the-token")
    assert (answer.returncode, list(tmp_path.iterdir())) == (1, [])
    assert "nothing is written" in answer.stderr


def test_a_secret_that_is_not_there_yet_says_how_to_set_it(tmp_path, systems):
    answer = init(tmp_path, typed=[*jira_lines(systems)[:7], "stop"], JIRA_TOKEN="")
    assert "environment variable JIRA_TOKEN is not set; export it" in answer.stdout
    assert "Traceback" not in answer.stdout + answer.stderr


def test_an_answer_of_another_shape_is_told_as_that_and_no_crash(tmp_path, systems, monkeypatch):
    monkeypatch.setattr(systems.jira_site, "statuses", {"a": {"id": 1}})
    answer = init(tmp_path, typed=[*jira_lines(systems)[:7], *[""] * 7, "go", ""])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "another shape than expected" in answer.stdout
    mapping = read(tmp_path)["sources"]["jira"]["mapping"]
    assert mapping["goal_fields"] == [jira_payloads.GOALS]


def test_a_wrong_address_is_asked_for_again(tmp_path, systems):
    lines = jira_lines(systems)
    lines[3:4] = ["http://example.atlassian.net"]
    lines[7:7] = [systems.jira]
    answer = init(tmp_path, typed=lines)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "must be https://" in answer.stdout
    assert read(tmp_path)["sources"]["jira"]["url"] == systems.jira


# Without a terminal


def test_a_file_of_answers_asks_nobody_and_what_it_does_not_say_is_found(tmp_path, systems):
    answers = jira_answers(tmp_path, systems, page_size=50, mapping={"initiative_types": ["Epic"]})
    answer = init(tmp_path, "--answers", str(answers))
    assert answer.returncode == 0, answer.stdout + answer.stderr
    jira = read(tmp_path)["sources"]["jira"]
    assert jira["page_size"] == 50
    assert jira["mapping"]["initiative_types"] == ["Epic"]
    assert jira["mapping"]["goal_fields"] == [jira_payloads.GOALS]
    assert load(tmp_path / "alignmart.yaml", secrets=False).organisation.name == "Acme"


def test_an_answer_that_the_system_does_not_have_is_told_with_the_nearest(tmp_path, systems):
    answers = jira_answers(tmp_path, systems, mapping={"initiative_types": ["Epik"]})
    answer = init(tmp_path, "--answers", str(answers))
    assert "'Epik' was not found there; did you mean 'Epic'?" in answer.stdout


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ("organisation: {country: DE}\n", "organisation.name is not answered"),
        ("organisation: {name: A}\nsources: {a: {system: files}}\n", "organisation.country"),
        ("organisation: {name: A, country: XX}\n", "is no country whose public holidays"),
        ("organisation: {name: A, country: DE}\n", "sources is not answered"),
        (
            "organisation: {name: A, country: DE}\nsources: {a: {system: fiels, path: x}}\n",
            "sources.a.system: unknown system 'fiels'; did you mean 'files'?",
        ),
        (
            "organisation: {name: A, country: DE}\nsources: {A-b: {system: files, path: .}}\n",
            "lower-case letters",
        ),
        ("organisation: {name: A, country: DE}\nsampel: {}\nsample: {}\n", "did you mean 'sample'"),
        (
            "organisation: {name: A, country: DE, nmae: B}\nsample: {}\nprivacy: {minimum: 5}\n",
            "organisation.nmae: unknown option 'nmae'; did you mean 'name'?",
        ),
        ("- 1\n", "must hold answers"),
        ("a: [\n", "is not YAML"),
    ],
    ids=["name", "country", "no country", "sources", "system", "name of a source", "unknown",
         "unknown below", "list", "no YAML"],
)  # fmt: skip
def test_answers_that_lack_or_mistake_something_end_with_2_and_nothing_is_written(
    tmp_path, answers, said
):
    (tmp_path / "answers.yaml").write_text(answers)
    answer = init(tmp_path, "--answers", "answers.yaml")
    assert answer.returncode == 2, answer.stdout + answer.stderr
    assert said in answer.stderr
    assert "Traceback" not in answer.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["answers.yaml"]


def test_a_script_stops_where_a_system_does_not_answer_unless_it_may_go_on(tmp_path, systems):
    answers = jira_answers(tmp_path, systems, token="env:WRONG")
    stopped = init(tmp_path, "--answers", str(answers), WRONG="not-the-token")
    assert stopped.returncode == 1
    assert "--go-on" in stopped.stderr
    assert not (tmp_path / "alignmart.yaml").exists()
    gone_on = init(tmp_path, "--answers", str(answers), "--go-on", WRONG="not-the-token")
    assert gone_on.returncode == 0
    assert read(tmp_path)["sources"]["jira"]["token"] == "env:WRONG"


def test_single_answers_are_given_as_options_and_the_rest_is_asked(tmp_path, systems):
    given = ["organisation.name=Acme", "organisation.country=FR", f"sources.hr.path={tmp_path}"]
    (tmp_path / "people.csv").write_text("person_key,location\np1,Paris\np2,Hinterwald\n")
    arguments = [part for one in given for part in ("--set", one)]
    typed = ["each", "DE", "", "FR Mars/Base", ""]
    answer = init(tmp_path, *arguments, "--set", "sources.hr.system=files", typed=typed)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert "FR needs a time zone too" in answer.stdout
    assert read(tmp_path)["sources"] == {"hr": {"system": "files", "path": str(tmp_path)}}


def test_without_any_system_the_sample_company_is_written(tmp_path):
    answer = init(tmp_path, typed=["Acme", "DE", ""])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    config = load(tmp_path / "alignmart.yaml")
    assert config.sample is not None and config.organisation.name == "Acme"


# Files that are there


def test_an_existing_file_is_left_as_it_is_unless_force_is_given(tmp_path):
    path = tmp_path / "alignmart.yaml"
    path.write_text("mine: true\n")
    answer = init(tmp_path, typed=["Acme", "DE", ""])
    assert answer.returncode == 2
    assert "exists already" in answer.stderr and "--force" in answer.stderr
    assert path.read_text() == "mine: true\n"
    forced = init(tmp_path, "--force", typed=["Acme", "DE", ""])
    assert forced.returncode == 0
    assert read(tmp_path)["organisation"]["name"] == "Acme"


@pytest.mark.parametrize("to", ["nowhere/alignmart.yaml", "."])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_asked(tmp_path, to):
    answer = init(tmp_path, "--to", to)
    assert answer.returncode == 2
    assert "--to" in answer.stderr
    assert "organisation" not in answer.stdout


def test_input_that_ends_too_early_writes_nothing(tmp_path, systems):
    answer = init(tmp_path, typed=jira_lines(systems)[:9])
    assert answer.returncode == 1
    assert "nothing is written" in answer.stderr
    assert list(tmp_path.iterdir()) == []


def test_ctrl_c_in_the_middle_writes_nothing(tmp_path, systems):
    """At a terminal of its own, as a person has one."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipelines.cli", "init"],
        cwd=tmp_path, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True,
        env={**os.environ, "PYTHONPATH": str(ROOT), "TERM": "dumb", **SAVED},
    )  # fmt: skip
    os.close(theirs)
    try:
        for line in jira_lines(systems)[:7]:
            os.write(ours, f"{line}\n".encode())
        shown = _until(ours, b"Which projects are read?")
        process.send_signal(signal.SIGINT)
        shown += _until(ours, b"nothing is written")
        assert process.wait(30) == 130, shown
    finally:
        process.kill()
        process.wait()
        os.close(ours)
    assert b"Traceback" not in shown
    assert list(tmp_path.iterdir()) == []


def _until(terminal: int, mark: bytes) -> bytes:
    """What the terminal shows until `mark` is among it; fails after a minute."""
    shown, limit = b"", time.monotonic() + 60
    while mark not in shown:
        assert time.monotonic() < limit, shown
        shown += os.read(terminal, 4096)
    return shown


# Places of work


def test_places_without_a_country_are_asked_for_and_declared_beside_the_file(tmp_path, systems):
    lines = ["Acme", "DE", "files", str(systems.exports / "hr"), ""]
    answer = init(tmp_path, typed=[*lines, "each", "", "", "", "DE", "", "", ""])
    assert answer.returncode == 0, answer.stdout + answer.stderr
    table = (tmp_path / "declared" / "locations.csv").read_text(encoding="utf-8")
    assert "Berlin,DE,,Europe/Berlin\n" in table
    assert read(tmp_path)["declared"] == {"locations": "declared/locations.csv"}
    checked = alignmart(tmp_path, "check")
    assert checked.returncode == 0, checked.stdout


def test_places_that_nobody_declares_are_named_in_the_file(tmp_path, systems):
    lines = ["Acme", "DE", "files", str(systems.exports / "hr"), "", "later"]
    answer = init(tmp_path, typed=lines)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    text = (tmp_path / "alignmart.yaml").read_text(encoding="utf-8")
    assert "without a line in `locations`" in text and "Berlin" in text
    assert not (tmp_path / "declared").exists()


def test_countries_of_places_may_stand_among_the_answers(tmp_path):
    (tmp_path / "people.csv").write_text("person_key,location\np1,Lyon\np2,Paris\np3,Bonn\n")
    (tmp_path / "answers.yaml").write_text(
        "organisation: {name: A, country: DE}\nsources: {hr: {system: files, path: .}}\n"
        "locations: {Lyon: FR, Bonn: DE Europe/Berlin, Paris: FR Europe/Paris}\n"
    )
    answer = init(tmp_path, "--answers", "answers.yaml")
    assert answer.returncode == 0, answer.stdout + answer.stderr
    assert (tmp_path / "declared" / "locations.csv").read_text().splitlines() == [
        "location,country,subdivision,time_zone",
        "Bonn,DE,,Europe/Berlin",
        "Lyon,FR,,Europe/Paris",
        "Paris,FR,,Europe/Paris",
    ]


# A whole company


@pytest.mark.slow
def test_a_company_set_up_by_answers_is_checked_and_run_for_a_night(tmp_path, systems):
    """BambooHR, Jira Cloud, Qualtrics and files of goals, from nothing to published marts."""
    lines = ["Acme", "DE", "bamboohr, jira_cloud, qualtrics, files"]
    lines += ["sample", systems.bamboo, "hr", "", *[""] * 14]
    lines += [systems.jira, EMAIL, "", "", *[""] * 9]
    lines += ["", systems.surveys, "surveys", "", *[""] * 6, "los_actions_2, control_2", ""]
    lines += [str(systems.exports / "goals"), "", "", *[""] * 12]
    answer = init(tmp_path, typed=lines)
    assert answer.returncode == 0, answer.stdout + answer.stderr
    sources = read(tmp_path)["sources"]
    assert list(sources) == ["hr", "jira", "surveys", "goals"]
    assert sources["jira"]["mapping"]["goal_source"] == "goals"
    assert sources["surveys"]["mapping"]["reversed"] == ["los_actions_2", "control_2"]
    path = tmp_path / "alignmart.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("#poll_seconds: 5.0", "poll_seconds: 0.1"), encoding="utf-8")
    checked = alignmart(tmp_path, "check", **SAVED)
    assert checked.returncode == 0, checked.stdout + checked.stderr
    night = alignmart(tmp_path, "nightly", **SAVED)
    assert night.returncode == 0, night.stdout[-4000:] + night.stderr[-4000:]
    assert "Published " in night.stdout
    assert TOKEN not in answer.stdout + night.stdout + night.stderr
