"""What each system asks of somebody who sets it up: the likely answers are the right ones."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any

import pytest

from connectors.contract import (
    LIKELY,
    Candidate,
    Choice,
    Connector,
    Finding,
    Pairing,
    Places,
    SourceError,
)
from connectors.field_choices import GOAL, best_alone, likeness, meanings, seen, weighed
from connectors.files import Files, FilesSettings
from connectors.hr.bamboohr import BambooHR
from connectors.hr.bamboohr_settings import BambooHRSettings
from connectors.hr.scim import Scim
from connectors.hr.scim_settings import ScimSettings
from connectors.hr.tryton import Tryton
from connectors.hr.tryton_settings import TrytonSettings
from connectors.http import Patience
from connectors.survey.qualtrics import Qualtrics
from connectors.survey.qualtrics_settings import QualtricsSettings
from connectors.tracking.jira_cloud import JiraCloud
from connectors.tracking.jira_cloud_settings import JiraCloudSettings
from connectors.tracking.redmine import Redmine
from connectors.tracking.redmine_settings import RedmineSettings
from sandbox import (
    bamboohr_payloads,
    bamboohr_server,
    jira_payloads,
    jira_server,
    jira_site,
    qualtrics_server,
    redmine_server,
    tryton_server,
)
from sandbox.observe import write_files
from sandbox.redmine_site import GOALS as GOALS_FIELD
from sandbox.tryton_site import MAPPING as TRYTON_MAPPING
from sandbox.tryton_site import Site as TrytonSite
from sandbox.world import STATUS_CATEGORY
from tests.connectors import bamboohr_reading, jira_reading, qualtrics_reading, redmine_reading
from tests.connectors.harness import sample_nights, sample_world
from tests.connectors.systems import scim as scim_system
from tests.live import scim as live_scim

NOW = Patience(tries=1, sleep=lambda _: None)


@dataclass
class Asked:
    """A whole interview in which the likely answer was given, unless `answers` had another."""

    steps: list[Choice | Pairing | Places | Finding] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)

    def of(self, option: str) -> Any:
        return next(one for one in self.steps if getattr(one, "option", None) == option)

    def candidate(self, option: str, value: Any) -> Candidate:
        return next(one for one in self.of(option).candidates if one.value == value)

    @property
    def places(self) -> dict[str, int]:
        return dict(next(one for one in self.steps if isinstance(one, Places)).people)

    def nested(self) -> dict[str, Any]:
        """The answers as options of a settings type."""
        tree: dict[str, Any] = {}
        for option, answer in self.answers.items():
            *way, last = option.split(".")
            place = tree
            for part in way:
                place = place.setdefault(part, {})
            if isinstance(answer, dict) and isinstance(place.get(last), dict):
                place[last] |= answer
            elif answer is not None:
                place[last] = answer
        return tree


def asked(connector: Connector, **answers: Any) -> Asked:
    found, talk, reply = Asked(), connector.choices(), None
    try:
        while True:
            step = talk.send(reply)
            found.steps.append(step)
            reply = None
            if isinstance(step, Choice | Pairing):
                reply = answers.get(step.option.rpartition(".")[2], _likely(step))
                found.answers[step.option] = reply
    except StopIteration:
        return found


def _likely(step: Choice | Pairing) -> Any:
    if isinstance(step, Pairing):
        taken = {e.key: [c.value for c in e.candidates if c.score >= LIKELY] for e in step.entries}
        return {key: values[0] for key, values in taken.items() if values}
    values = [one.value for one in step.candidates if one.score >= LIKELY]
    return values if step.many else (values[0] if values else None)


# Jira Cloud


def jira(at: jira_site.Site | None = None, **answers: Any) -> Asked:
    with jira_server.serving(jira_reading.jira(at=at)) as url:
        values = {"url": url, "email": jira_reading.EMAIL, "token": jira_reading.TOKEN}
        settings = JiraCloudSettings.model_validate(values)
        return asked(JiraCloud("jira", settings, NOW), **answers)


def test_jiras_likely_answers_are_the_sites_mapping() -> None:
    found = jira().nested()["mapping"]
    assert found["goal_fields"] == [jira_payloads.GOALS]
    assert found["points_field"] == jira_payloads.POINTS
    assert found["start_field"] == jira_payloads.START
    assert found["initiative_types"] == ["Epic", "Theme"]
    assert found["employee_number_property"] == "employeeNumber"
    assert found["status_categories"] == {"Won't Do": "dropped"}


def test_jira_says_why_a_field_is_suggested_and_how_full_it_is() -> None:
    goals = jira().candidate("mapping.goal_fields", jira_payloads.GOALS)
    assert goals.label == "Goals"
    assert goals.reason.startswith("string, filled in ") and goals.reason.endswith(" of 100")
    assert goals.example.startswith("G0")


def test_a_jira_field_that_nobody_fills_is_not_preferred_to_one_in_use(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    old = ("customfield_10900", "Goal", "string", "textfield")
    fields = (old, *jira_payloads._CUSTOM_FIELDS)
    monkeypatch.setattr(jira_payloads, "_CUSTOM_FIELDS", fields)
    site = jira_reading.site()
    for issue in site.issues.values():
        issue.fields["customfield_10900"] = None
    step = jira(site).of("mapping.goal_fields")
    assert [one.value for one in step.candidates] == [jira_payloads.GOALS, "customfield_10900"]
    assert step.candidates[1].reason == "string, empty in the 100 looked at"


def test_no_example_is_shown_of_fields_that_only_happen_to_be_text(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pay = ("customfield_10901", "Remarks on pay", "string", "textfield")
    fields = (pay, *jira_payloads._CUSTOM_FIELDS)
    monkeypatch.setattr(jira_payloads, "_CUSTOM_FIELDS", fields)
    site = jira_reading.site()
    for issue in site.issues.values():
        issue.fields["customfield_10901"] = "canary"
    found = jira(site)
    other = found.candidate("mapping.goal_fields", "customfield_10901")
    assert (other.example, other.reason) == ("", "string, filled in 100 of 100")
    assert "canary" not in str(found.steps)


def test_a_jira_without_custom_fields_says_how_goals_can_be_named_instead(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(jira_payloads, "_CUSTOM_FIELDS", ())
    found = jira()
    assert found.of("mapping.goal_fields").candidates == ()
    assert "goal_initiative_links.csv" in found.of("mapping.goal_fields").without
    assert not [s for s in found.steps if getattr(s, "option", "") == "mapping.goal_source"]


def test_labels_that_name_goals_are_found() -> None:
    found = jira(jira_reading.site(goals_as_labels=True))
    assert found.answers["mapping.goal_label_prefix"] == jira_site.GOAL_LABEL


def test_whose_goals_are_named_is_asked_of_all_sources_with_goals() -> None:
    assert jira().of("mapping.goal_source").giving == "goals"


def test_a_status_without_a_category_wants_one_and_others_are_told() -> None:
    site = jira_reading.site()
    site.statuses["Parked"] = jira_payloads.status("", 10990, "Parked", "todo")
    site.statuses["Parked"]["statusCategory"]["key"] = "undefined"
    found = jira(site)
    entries = {one.key: one for one in found.of("mapping.status_categories").entries}
    assert set(entries) == {"Parked", "Won't Do"}
    assert {one.value for one in entries["Parked"].candidates} == {
        "todo", "doing", "done", "dropped",
    }  # fmt: skip
    assert "Parked" not in found.answers["mapping.status_categories"]
    told = [one.message for one in found.steps if isinstance(one, Finding)]
    assert any("In Progress doing" in message for message in told)


def test_jiras_projects_come_from_all_pages_with_their_counts() -> None:
    site = jira_reading.site()
    for n in range(150):
        key = f"ZZ{n}"
        site.projects[key] = jira_payloads.project("", 20_000 + n, key)
    site.projects["ZZ7"]["insight"] = {"totalIssueCount": 12_345}
    found = jira(site)
    assert len(found.of("projects").candidates) == len(site.projects)
    assert found.candidate("projects", "ZZ7").reason == "12,345 issues"
    assert found.answers["projects"] == []


def test_jira_looks_only_into_the_projects_chosen() -> None:
    with jira_server.serving(server := jira_reading.jira()) as url:
        values = {"url": url, "email": jira_reading.EMAIL, "token": jira_reading.TOKEN}
        settings = JiraCloudSettings.model_validate(values)
        asked(JiraCloud("jira", settings, NOW), projects=["PROT"])
    (body,) = [body for method, path, body in server.asked if path == "search/jql"]
    assert body["jql"].startswith('project in ("PROT") and ')


def test_an_account_that_sees_no_project_is_told_what_it_lacks() -> None:
    site = jira_reading.site()
    site.projects.clear()
    with pytest.raises(SourceError, match="Browse projects"):
        jira(site)


# BambooHR


def bamboo(**manners: Any) -> Asked:
    answers = manners.pop("answers", {})
    with bamboohr_server.serving(bamboohr_reading.bamboo(**manners)) as url:
        values = {"company": "sample", "api_key": bamboohr_reading.KEY, "url": url}
        settings = BambooHRSettings.model_validate(values)
        return asked(BambooHR("hr", settings, NOW), **answers)


def test_bamboohrs_likely_answers_are_the_companys_mapping() -> None:
    found = bamboo().nested()
    expected = bamboohr_payloads.MAPPING
    assert {name: found["mapping"][name] for name in expected} == expected
    assert (found["goals"], found["only_employment_types"]) == (False, [])
    assert found["mapping"]["full_time"] == 1
    assert found["mapping"]["terminated_statuses"] == ["Terminated"]


def test_bamboohrs_levels_are_ordered_by_what_lies_in_what() -> None:
    found = bamboo()
    step = found.of("mapping.org_levels")
    assert [one.value for one in step.candidates] == list(bamboohr_payloads.ORG_LEVELS)
    assert "each in one of division" in found.candidate("mapping.org_levels", "department").reason
    assert not [s for s in found.steps if getattr(s, "option", "") == "mapping.root_unit"]


def test_a_top_level_of_several_units_may_get_a_root() -> None:
    found = bamboo(answers={"org_levels": ["division", "department"]})
    assert found.of("mapping.root_unit").is_open
    assert found.answers["mapping.root_unit"] is None


def test_bamboohr_counts_people_by_employment_type_and_place() -> None:
    found = bamboo()
    newest = bamboohr_reading.bamboo().site
    assert set(found.places) == {option["name"] for option in _list(newest, "location")}
    permanent = found.candidate("only_employment_types", "permanent")
    assert permanent.reason.endswith(" people") and int(permanent.reason.split()[0]) > 50
    kinds = [one.value for one in found.of("only_employment_types").candidates]
    assert "Terminated" not in kinds


def _list(site: Any, alias: str) -> list[dict[str, Any]]:
    return next(one["options"] for one in site.lists if one["alias"] == alias)


def test_a_bamboohr_key_without_reports_may_do_without_their_fields() -> None:
    found = bamboo(sees_reports=False)
    step = found.of("mapping.do_without")
    assert [one.value for one in step.candidates] == ["employeeNumber", "terminationDate"]
    assert [s.status for s in found.steps if isinstance(s, Finding) and s.subject == "dataset"] == [
        "warning"
    ]


def test_nobodys_name_is_among_what_is_shown() -> None:
    people = bamboohr_reading.world().people
    shown = str(bamboo().steps)
    for name in people["full_name"]:
        assert name not in shown


# Qualtrics


def qualtrics(change: Any = None, **answers: Any) -> Asked:
    server = qualtrics_reading.account()
    if change:
        change(server.site)
    with qualtrics_server.serving(server) as url:
        values = {"url": url, "token": qualtrics_reading.TOKEN}
        return asked(Qualtrics("surveys", QualtricsSettings.model_validate(values), NOW), **answers)


def test_qualtrics_likely_answers_are_the_accounts_mapping() -> None:
    found = qualtrics().nested()
    expected = qualtrics_reading.mapping()
    assert found["surveys"] == ["Work and goals,*"]
    assert found["mapping"]["series"] == {"Work and goals,*": "work-and-goals"}
    for name in ("person_field", "unit_field", "constructs", "dont_know", "ignored"):
        assert found["mapping"][name] == expected[name], name


def test_a_survey_on_something_else_is_not_read_by_itself() -> None:
    found = qualtrics()
    other = next(one for one in found.of("surveys").candidates if one.label == "Canteen")
    assert (other.score, other.reason[:2]) == (0.0, "0%")


def test_items_that_may_be_reversed_come_first_but_none_is_taken_unasked() -> None:
    found = qualtrics()
    step = found.of("mapping.reversed")
    assert "los_actions_2" in [one.value for one in step.candidates[:2]]
    assert found.answers["mapping.reversed"] == []
    assert "turned round" in step.without


def test_what_is_left_out_of_the_constructs_is_offered_to_be_ignored() -> None:
    found = qualtrics(constructs={"control": "control"})
    left = {one.value for one in found.of("mapping.ignored").candidates}
    assert "age_band" in left and "resources" in left and "control" not in left
    codes = {one.value for one in found.of("mapping.reversed").candidates}
    assert codes == {"control_1", "control_2"}


def test_an_account_without_surveys_is_told_to_share_them() -> None:
    def hide(site: Any) -> None:
        site.hidden |= set(site.waves)

    with pytest.raises(SourceError, match="share them"):
        qualtrics(hide)


# Redmine


def redmine(key: str = redmine_reading.KEY) -> Asked:
    with redmine_server.serving(redmine_reading.redmine()) as url:
        settings = RedmineSettings.model_validate({"url": url, "api_key": key})
        return asked(Redmine("redmine", settings, NOW))


def test_redmines_likely_answers_are_the_sites_mapping() -> None:
    found = redmine().nested()["mapping"]
    expected = redmine_reading.MAPPING
    assert tuple(found["initiative_trackers"]) == expected["initiative_trackers"]
    assert tuple(found["goal_fields"]) == expected["goal_fields"]
    assert found["points_field"] == expected["points_field"]
    assert found["employee_number_field"] == expected["employee_number_field"]
    open_ones = {n: c for n, c in STATUS_CATEGORY.items() if c in ("todo", "doing")}
    assert found["status_categories"] == open_ones
    assert found["dropped_statuses"] == ["Won't Do"]


def test_without_an_administrators_key_fields_are_those_seen_on_issues() -> None:
    found = redmine(redmine_reading.GUEST_KEY)
    assert found.answers["mapping.goal_fields"] == [GOALS_FIELD]
    options = [getattr(one, "option", "") for one in found.steps]
    assert "mapping.employee_number_field" not in options


# Tryton


def tryton(closed: frozenset[str] = frozenset()) -> Asked:
    site = TrytonSite(sample_world(), sample_nights()[-1])
    with tryton_server.serving(tryton_server.Tryton(site, "secret", closed)) as url:
        values = {"url": url, "database": tryton_server.DATABASE, "user": tryton_server.USER}
        settings = TrytonSettings.model_validate(values | {"password": "secret"})
        return asked(Tryton("tryton", settings, NOW))


def test_trytons_likely_answers_are_the_companys_mapping() -> None:
    found = tryton().nested()
    assert found["modules"] == ["hr", "work"]
    for section in ("people", "assignments", "org_units", "work_items"):
        wanted = {n: v for n, v in TRYTON_MAPPING[section].items() if n != "only"}
        assert {name: found["mapping"][section].get(name) for name in wanted} == wanted, section
    assert (
        found["mapping"]["status_categories"] | STATUS_CATEGORY
        == found["mapping"]["status_categories"]
    )
    assert found["mapping"]["initiative_types"] == ["project"]
    TrytonSettings.model_validate(
        {"url": "https://x", "database": "d", "user": "u", "password": "p"}
        | {"mapping": found["mapping"]}
    )


# SCIM


def test_scims_likely_answers_are_the_directorys_mapping() -> None:
    with scim_system.HARNESS.serving() as served:
        values = {"url": served.url, "token": live_scim.TOKEN}
        found = asked(Scim("hr", ScimSettings.model_validate(values), NOW))
    nested = found.nested()
    assert nested["mapping"]["fields"] == live_scim.FIELDS
    assert nested["mapping"]["unit_groups"] == live_scim.UNIT_GROUPS
    assert nested["gives"] == ["people", "assignments", "org_units"]
    assert sum(found.places.values()) > 20
    for name in sample_world().people["full_name"]:
        assert name not in str(found.steps)


# Files


def test_a_folder_tells_its_frames_and_places(tmp_path: Any) -> None:
    write_files(sample_world(), sample_nights()[-1], tmp_path)
    found = asked(Files("hr", FilesSettings(path=tmp_path / "hr")))
    told = {one.subject for one in found.steps if isinstance(one, Finding)}
    assert {"people.csv", "assignments.csv", "org_units.csv"} <= told
    assert found.places["Berlin"] > 5


def test_a_folder_without_a_frame_says_how_files_are_called(tmp_path: Any) -> None:
    (tmp_path / "staff.csv").write_text("a\n1\n")
    with pytest.raises(SourceError, match=r"named after its frame, such as people\.csv"):
        asked(Files("hr", FilesSettings(path=tmp_path)))
    with pytest.raises(SourceError, match="there is no folder"):
        asked(Files("hr", FilesSettings(path=tmp_path / "nowhere")))


# What all share


WRONG: Mapping[str, Any] = {
    "jira": (
        lambda: jira_server.serving(jira_reading.jira()),
        lambda url: JiraCloud(
            "jira",
            JiraCloudSettings.model_validate({"url": url, "email": "a@b.example", "token": "no"}),
            NOW,
        ),
        "make a new token at id.atlassian.com",
    ),
    "bamboohr": (
        lambda: bamboohr_server.serving(bamboohr_reading.bamboo()),
        lambda url: BambooHR(
            "hr",
            BambooHRSettings.model_validate({"company": "sample", "api_key": "no", "url": url}),
            NOW,
        ),
        "API key is wrong or was deleted",
    ),
    "qualtrics": (
        lambda: qualtrics_server.serving(qualtrics_reading.account()),
        lambda url: Qualtrics(
            "surveys", QualtricsSettings.model_validate({"url": url, "token": "no"}), NOW
        ),
        "API token is wrong",
    ),
    "redmine": (
        lambda: redmine_server.serving(redmine_reading.redmine()),
        lambda url: Redmine(
            "redmine", RedmineSettings.model_validate({"url": url, "api_key": "no"}), NOW
        ),
        "API key is wrong or was reset",
    ),
}


@pytest.mark.parametrize("system", WRONG)
def test_a_wrong_secret_ends_the_questions_with_what_to_do(system: str) -> None:
    serving, make, said = WRONG[system]
    with ExitStack() as stack:
        url = stack.enter_context(serving())
        with pytest.raises(SourceError, match=said):
            asked(make(url))


@pytest.mark.parametrize(
    ("name", "words", "least", "most"),
    [
        ("Goals", GOAL, 0.9, 0.9),
        ("Strategic goals (2026)", GOAL, 0.7, 0.7),
        ("customGoalKeys", GOAL, 0.9, 0.9),
        ("Ziele", GOAL, 0.9, 0.9),
        ("Objéctifs", ("objectifs",), 0.9, 0.9),
        ("Colour", GOAL, 0.0, 0.0),
    ],
)
def test_names_are_likened_whatever_their_spelling(
    name: str, words: tuple[str, ...], least: float, most: float
) -> None:
    assert least <= likeness(name, words) <= most


def test_what_stands_in_a_field_weighs_on_its_name() -> None:
    assert weighed(0.7, ["a", "b", None]) > weighed(0.7, None) > weighed(0.7, [None, ""])
    assert weighed(0.0, ["a"]) == 0.0
    assert (seen(None), seen(["a", None]), seen([None])) == (
        "", "filled in 1 of 2", "empty in the 1 looked at",
    )  # fmt: skip


def test_of_an_option_with_one_value_only_the_best_is_likely() -> None:
    found = best_alone([Candidate("a", "a", "", 0.6), Candidate("b", "b", "", 0.9)])
    assert [(one.value, one.score >= LIKELY) for one in found] == [("b", True), ("a", False)]
    assert best_alone([]) == ()


def test_a_status_name_leads_to_its_meaning() -> None:
    first = {name: meanings(name)[0].value for name in ("In review", "Backlog", "Abgelehnt")}
    assert first == {"In review": "doing", "Backlog": "todo", "Abgelehnt": "dropped"}
    assert [one.score for one in meanings("Xyzzy")] == [0.0, 0.0, 0.0, 0.0]
