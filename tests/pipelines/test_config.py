"""The configuration: every mistake is named with its line, and no secret is ever shown."""

from __future__ import annotations

import re
import typing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, SecretStr

from pipelines import secret, systems
from pipelines.config import Config, Sample
from pipelines.config_file import ConfigError, load

EXAMPLE = Path(__file__).parents[2] / "alignmart.example.yaml"

JIRA = """\
organisation: {name: Acme, country: DE}
sources:
  jira:
    system: jira_cloud
    url: https://acme.atlassian.net
    email: a@acme.example
    token: TOKEN
"""


@pytest.fixture
def write(tmp_path: Path) -> typing.Callable[[str], Path]:
    def _write(text: str) -> Path:
        path = tmp_path / "alignmart.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return _write


def problems(path: Path) -> list[tuple[int, str, str]]:
    with pytest.raises(ConfigError) as error:
        load(path)
    return [(p.line, p.option, p.message) for p in error.value.problems]


def test_every_mistake_is_told_at_once_with_its_line_and_what_was_meant(write):
    path = write(
        "organisation:\n"
        "  name: Acme\n"
        "  contry: DE\n"
        "schedule: {at: '25:00', timezone: Europe/Berln}\n"
        "privacy:\n"
        "  minimum_group_effort: 4\n"
        "hours_per_day: lots\n"
        "sources:\n"
        "  hr: {system: filles, path: x}\n"
        "  goals: {system: files, pth: x}\n"
    )
    told = problems(path)
    assert [(line, option) for line, option, _ in told] == [
        (3, "organisation.contry"),
        (4, "schedule.at"),
        (4, "schedule.timezone"),
        (6, "privacy.minimum_group_effort"),
        (7, "hours_per_day"),
        (9, "sources.hr.system"),
        (10, "sources.goals.path"),
        (10, "sources.goals.pth"),
    ]
    said = {option: message for _, option, message in told}
    assert "did you mean 'country'?" in said["organisation.contry"]
    assert "HH:MM" in said["schedule.at"]
    assert "did you mean 'Europe/Berlin'?" in said["schedule.timezone"]
    assert "greater than or equal to 5" in said["privacy.minimum_group_effort"]
    assert "did you mean 'files'?" in said["sources.hr.system"]
    assert "did you mean 'path'?" in said["sources.goals.pth"]


def test_the_message_begins_with_file_and_line(write):
    path = write("sample: {}\nshedule: {}\n")
    with pytest.raises(ConfigError) as error:
        load(path)
    assert str(error.value).startswith(f"{path}:2: shedule: unknown option 'shedule'")


def test_a_wrong_word_within_a_mapping_names_the_nearest_valid_one(write, monkeypatch):
    monkeypatch.setenv("JIRA_TOKEN", "t0ken")
    path = write(
        JIRA.replace("TOKEN", "env:JIRA_TOKEN")
        + "    mapping:\n      point_field: customfield_1\n      status_categories:\n"
        + "        Review: doin\n"
    )
    told = problems(path)
    assert told == [
        (9, "sources.jira.mapping.point_field", told[0][2]),
        (11, "sources.jira.mapping.status_categories.Review", told[1][2]),
    ]
    assert "did you mean 'points_field'?" in told[0][2]
    assert "did you mean 'doing'?" in told[1][2]


@pytest.mark.parametrize(
    ("text", "line"),
    [("a: [1,\nb: 2\n", 3), ("sample: {}\nsample: {}\n", 2), ("- sample\n", 1)],
    ids=["unfinished list", "option given twice", "a list"],
)
def test_what_is_no_configuration_is_told_with_its_line(write, text, line):
    assert problems(write(text))[0][0] == line


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        load(tmp_path / "nowhere.yaml")


def test_a_file_that_cannot_be_opened_is_told_and_the_sample_company_is_not_run_instead(
    tmp_path, monkeypatch
):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "alignmart.yaml"
    path.symlink_to("gone.yaml")
    assert "cannot be read" in problems(path)[0][2]
    with pytest.raises(ConfigError, match="cannot be read"):
        load()
    path.unlink()
    path.mkdir()
    with pytest.raises(ConfigError, match="cannot be read: Is a directory"):
        load()


@pytest.mark.parametrize("name", ["declared", "calendar"])
def test_a_source_cannot_take_the_name_of_a_built_in_one(write, name):
    path = write(
        f"organisation: {{name: A, country: DE}}\nsources:\n  {name}: {{system: files, path: x}}\n"
    )
    assert problems(path) == [(3, f"sources.{name}", problems(path)[0][2])]
    assert "built-in" in problems(path)[0][2]


def test_sources_need_an_organisation_and_exclude_the_sample_company(write):
    assert "organisation" in problems(write("sources: {hr: {system: files, path: x}}\n"))[0][2]
    both = (
        "organisation: {name: A, country: DE}\nsample: {}\n"
        "sources: {hr: {system: files, path: x}}\n"
    )
    assert "keep one" in problems(write(both))[0][2]
    assert "sample" in problems(write("hours_per_day: 8\n"))[0][2]


def test_without_a_file_the_sample_company_is_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = load()
    assert config.sample == Sample()
    assert config.data_dir == tmp_path / "data"
    assert config.publish_dir == tmp_path / "published"


def test_relative_paths_start_at_the_folder_of_the_file(write, tmp_path):
    path = write(
        "organisation: {name: A, country: DE}\ndata_dir: private\n"
        "declared: {top_goals: own/top.csv}\nsources: {hr: {system: files, path: exports}}\n"
    )
    config = load(path)
    assert config.data_dir == tmp_path / "private"
    assert config.declared.top_goals == tmp_path / "own" / "top.csv"
    (hr,) = (c for c in systems.build(config) if c.name == "hr")
    assert hr.settings.path == tmp_path / "exports"


@pytest.mark.parametrize("option", ["data_dir", "publish_dir"])
@pytest.mark.parametrize("place", ["taken", "taken/below"])
def test_a_folder_whose_place_is_taken_by_a_file_is_told(write, tmp_path, option, place):
    (tmp_path / "taken").write_text("")
    told = problems(write(f"sample: {{}}\n{option}: {place}\n"))
    assert [(line, name) for line, name, _ in told] == [(2, option)]
    assert f"{tmp_path / 'taken'} is not a folder" in told[0][2]


def test_a_file_in_place_of_a_folder_is_told_without_a_configuration_too(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "data").write_text("")
    with pytest.raises(ConfigError, match=r"data_dir: .*data is not a folder"):
        load()


@pytest.mark.parametrize(
    ("text", "line", "option"),
    [
        ("data_dir: a\npublish_dir: a\n", 3, "publish_dir"),
        ("publish_dir: a/b/../c\ndata_dir: a\n", 3, "data_dir"),
        ("data_dir: a/private\npublish_dir: a\n", 3, "publish_dir"),
        ("data_dir: published\n", 2, "data_dir"),
        ("publish_dir: .\n", 2, "publish_dir"),
        ("data_dir: link\npublish_dir: a\n", 3, "publish_dir"),
    ],
    ids=["same", "published within", "private within", "default", "around", "by a link"],
)
def test_personal_data_and_what_readers_open_lie_in_folders_apart(
    write, tmp_path, text, line, option
):
    (tmp_path / "a").mkdir()
    (tmp_path / "link").symlink_to("a")
    told = problems(write("sample: {}\n" + text))
    assert [(at, name) for at, name, _ in told] == [(line, option)]
    assert "two folders apart" in told[0][2]


def test_a_link_that_makes_both_default_folders_one_is_told(write, tmp_path):
    (tmp_path / "published").mkdir()
    (tmp_path / "data").symlink_to("published")
    assert "are the same folder" in problems(write("sample: {}\n"))[0][2]


def test_folders_whose_names_begin_alike_lie_apart(write):
    config = load(write("sample: {}\ndata_dir: out\npublish_dir: out_published\n"))
    assert config.publish_dir.name == "out_published"


@pytest.mark.parametrize(
    ("written", "nearest"),
    [("XX", "AX"), ("de", "DE"), ("DEU", "DE"), ("UK", "GB"), ("Germny", "DE")],
)
def test_a_country_without_known_holidays_is_refused_with_the_nearest_code(write, written, nearest):
    path = write(
        f"organisation:\n  name: A\n  country: {written}\n"
        "sources: {hr: {system: files, path: x}}\n"
    )
    ((line, option, message),) = problems(path)
    assert (line, option) == (3, "organisation.country")
    assert f"{written!r} is no country whose public holidays are known" in message
    assert f"the nearest is {nearest!r}" in message


@pytest.mark.parametrize("code", ["DE", "NO", "GB", "US"])
def test_a_country_of_the_list_is_taken(write, code):
    path = write(
        f"organisation: {{name: A, country: {code}}}\nsources: {{hr: {{system: files, path: x}}}}\n"
    )
    assert load(path).organisation.country == code


def test_a_secret_that_is_not_set_is_told_before_anything_is_pulled(write, monkeypatch):
    monkeypatch.delenv("JIRA_TOKEN", raising=False)
    for reference, reason in (
        ("env:JIRA_TOKEN", "environment variable JIRA_TOKEN is not set"),
        ("file:token.txt", "token.txt cannot be read"),
    ):
        told = problems(write(JIRA.replace("TOKEN", reference, 1)))
        assert [(line, option) for line, option, _ in told] == [(7, "sources.jira.token")]
        assert reason in told[0][2]


def test_a_secret_written_into_the_file_is_refused_and_not_repeated(write):
    path = write(JIRA.replace("TOKEN", "hunter2hunter2"))
    with pytest.raises(ConfigError) as error:
        load(path)
    assert "does not belong in this file" in str(error.value)
    assert "hunter2" not in str(error.value) + repr(error.value) + repr(error.value.problems)


def test_a_secret_under_a_misspelt_option_is_not_repeated(write):
    with pytest.raises(ConfigError) as error:
        load(write(JIRA.replace("token: TOKEN", "tokn: hunter2hunter2")))
    assert "did you mean 'token'?" in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize("kind", ["env", "file"])
def test_a_secret_reaches_its_connector_and_is_shown_nowhere(write, tmp_path, monkeypatch, kind):
    monkeypatch.setenv("JIRA_TOKEN", "hunter2hunter2")
    (tmp_path / "token.txt").write_text("hunter2hunter2\n")
    reference = {"env": "env:JIRA_TOKEN", "file": "file:token.txt"}[kind]
    config = load(write(JIRA.replace("TOKEN", reference, 1)))
    (jira,) = (c for c in systems.build(config) if c.name == "jira")
    assert jira.settings.token.get_secret_value() == "hunter2hunter2"
    assert "hunter2" not in repr(config) + repr(jira.settings) + jira.settings.model_dump_json()
    (unread,) = (c for c in systems.build(config, read=False) if c.name == "jira")
    assert unread.settings.token == secret.PLACEHOLDER


@pytest.mark.parametrize("kind", ["env", "file"])
@pytest.mark.parametrize("value", ["hunter\u20ac2", "hun ter2", "hunter2\nhunter2", "hunter\x7f2"])
def test_a_secret_that_no_header_can_hold_is_told_by_its_place_and_not_repeated(
    write, tmp_path, monkeypatch, kind, value
):
    monkeypatch.setenv("JIRA_TOKEN", value)
    (tmp_path / "token.txt").write_text(value, encoding="utf-8")
    reference = {"env": "env:JIRA_TOKEN", "file": "file:token.txt"}[kind]
    told = problems(write(JIRA.replace("TOKEN", reference, 1)))
    assert [(line, option) for line, option, _ in told] == [(7, "sources.jira.token")]
    assert "printable ASCII" in told[0][2]
    assert {"env": "variable JIRA_TOKEN", "file": f"{tmp_path / 'token.txt'}"}[kind] in told[0][2]
    assert "hun" not in told[0][2].replace(str(tmp_path), "")


def test_secrets_need_not_be_there_to_look_at_the_definitions(write, monkeypatch):
    monkeypatch.delenv("JIRA_TOKEN", raising=False)
    config = load(write(JIRA.replace("TOKEN", "env:JIRA_TOKEN", 1)), secrets=False)
    assert set(config.sources) == {"jira"}


def options_of(model: type[BaseModel]) -> set[str]:
    found = set()
    for name, field in model.model_fields.items():
        found.add(name)
        for kind in (field.annotation, *typing.get_args(field.annotation)):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                found |= options_of(kind)
    return found


def every_option() -> set[str]:
    kinds = [systems.connector_type(system).settings_type for system in systems.SYSTEMS]
    return options_of(Config).union(*(options_of(kind) for kind in kinds)) | {"system"}


def test_the_example_is_valid_and_names_every_option_there_is():
    load(EXAMPLE, secrets=False)
    text = EXAMPLE.read_text(encoding="utf-8")
    named = set(re.findall(r"^[#\s]*(\w+):", text, flags=re.MULTILINE))
    assert every_option() <= named


def test_every_default_of_the_example_is_the_default_of_the_program():
    example, default = load(EXAMPLE, secrets=False), Config(sample=Sample())
    for part in ("privacy", "archive", "publish", "hours_per_day"):
        assert getattr(example, part) == getattr(default, part)
    assert example.schedule.at == default.schedule.at


def test_every_secret_of_every_connector_is_kept_as_a_secret():
    secret_like = re.compile("token|password|secret|api_key")
    for system in systems.SYSTEMS:
        for name, field in systems.connector_type(system).settings_type.model_fields.items():
            if secret_like.search(name):
                assert field.annotation in (SecretStr, SecretStr | None), (system, name)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_a_top_level_option_with_one_letter_missing_is_recognised(tmp_path, data):
    name = data.draw(st.sampled_from(sorted(n for n in Config.model_fields if len(n) > 5)))
    cut = data.draw(st.integers(1, len(name) - 1))
    wrong = name[:cut] + name[cut + 1 :]
    blank = data.draw(st.integers(0, 5))
    path = tmp_path / "alignmart.yaml"
    path.write_text("sample: {}\n" + "\n" * blank + f"{wrong}: 1\n")
    told = problems(path)
    assert told == [(2 + blank, wrong, f"unknown option {wrong!r}; did you mean {name!r}?")]
