"""What `check` says of the stand-in Qualtrics: what is wrong, and what to do."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.http import Patience
from connectors.survey.qualtrics import Qualtrics
from connectors.survey.qualtrics_settings import QualtricsSettings
from sandbox.qualtrics_faults import Fault
from sandbox.qualtrics_site import DIRECTORY
from tests.connectors.qualtrics_reading import TOKEN, account, checked, connector


def said(*faults: Fault, status: str = "error", **options: Any) -> str:
    """The messages of findings that stand as `status`."""
    found = checked(account(*faults), **options)
    assert TOKEN not in str(found)
    return "\n".join(f"{one.subject}: {one.message}" for one in found if one.status == status)


def test_a_fitting_account_is_all_well():
    found = checked(account())
    assert {one.status for one in found} == {"ok"}
    words = said(status="ok")
    assert "reader@sample.example of sample" in words and "3 of 4" in words
    assert "Unit is in all 3 surveys" in words and DIRECTORY in words


def test_a_wrong_token_and_a_wrong_data_centre_are_named_together():
    words = said(token="another")
    assert "token is wrong" in words and "`datacenter` is not the account's own" in words
    assert words.count("\n") == 0, "nothing else is looked at"


def test_an_address_where_nobody_answers_is_named():
    found = list(connector("http://127.0.0.1:9", tries=1).check())
    assert [one.status for one in found] == ["error"]
    assert "no answer" in found[0].message


def test_a_data_centre_that_is_none_is_asked_about(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(QualtricsSettings, "address", property(lambda _: "http://127.0.0.1:9"))
    options = {"datacenter": "frb1", "token": TOKEN}
    source = Qualtrics("surveys", QualtricsSettings.model_validate(options), Patience(tries=1))
    (found,) = source.check()
    assert found.status == "error" and "Is `frb1` the account's `datacenter`?" in found.message


def test_a_survey_that_is_not_shared_is_named_with_the_nearest():
    words = said(surveys=["SV_notShared", "Work and goal*x"])
    assert "no survey `SV_notShared`: share it" in words
    assert "no survey to read" in words


def test_a_survey_that_may_not_be_viewed_is_named():
    words = said(Fault("survey", "status", status=403))
    assert "Work and goals" in words and "share the survey" in words


def test_items_of_no_construct_are_named():
    words = said(status="warning", mapping={"ignored": []})
    assert "of no construct, are left out: age_band" in words


def test_where_no_item_is_mapped_the_codes_are_listed():
    words = said(mapping={"constructs": {}, "reversed": []})
    assert "no item has a construct" in words and "collaboration_1" in words


@pytest.mark.parametrize(
    ("option", "value", "near"),
    [
        ("constructs", {"contrl": "control", "los": "los_objectives"}, "control"),
        ("questions", {"control_7": "control"}, "control_1"),
        ("reversed", ["control_22"], "control_2"),
        ("dont_know", ["Don't know"], "Don’t know"),
    ],
)
def test_a_code_that_no_survey_has_is_named_with_the_nearest(option: str, value: Any, near: str):
    words = said(status="warning", mapping={option: value})
    assert f"`{option}` names" in words and near in words.split("nearest:", 1)[1]


def test_a_field_that_no_survey_declares_is_named_with_the_nearest():
    words = said(mapping={"unit_field": "Units", "person_field": "Staff"})
    assert "no `Units` (`unit_field`)" in words and "nearest: Unit" in words
    assert "no `Staff` (`person_field`)" in words


def test_without_a_field_of_units_there_is_a_warning():
    assert "`unit_field` is not set" in said(status="warning", mapping={"unit_field": None})


def test_a_survey_of_no_series_and_a_series_of_no_survey_are_named():
    words = said(status="warning", mapping={"series": {"Work & goals*": "x"}})
    assert "of no series: Work and goals" in words
    assert "`series` names `Work & goals*`, which is no survey that is read" in words


def test_a_directory_that_is_none_is_named_with_those_there_are():
    words = said(directory="POOL_wrong")
    assert "no directory `POOL_wrong`" in words and DIRECTORY in words


def test_a_directory_that_may_not_be_seen_is_an_error():
    assert "directory" in said(Fault("directories", "status", status=403))
