"""What check says of a provider, and what init asks of it."""

from __future__ import annotations

from typing import Any

import pytest

from connectors.contract import LIKELY, Finding
from connectors.hr.scim_paths import ENTERPRISE
from tests.connectors.scim_reading import Provider, by_index, group, listed, source, user

SCHEMAS = listed(
    [
        {"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{"name": "title"}]},
        {
            "id": ENTERPRISE,
            "attributes": [
                {"name": "employeeNumber"},
                {"name": "manager", "subAttributes": [{"name": "value"}]},
            ],
        },
    ]
)


def said(provider: Provider, subject: str, **options: Any) -> list[Finding]:
    with source(provider, **options) as scim:
        return [finding for finding in scim.check() if finding.subject == subject]


def test_check_names_the_nearest_attribute() -> None:
    provider = Provider(Users=by_index([user("a")]), Schemas=SCHEMAS)
    mapping = {"fields": {"job_family": "titel", "manager_key": "manager.value"}}
    (finding,) = said(provider, "mapping", mapping=mapping)
    assert finding.status == "error"
    assert (
        finding.message
        == "fields.job_family: no schema of the provider has `titel`; nearest: title"
    )


def test_check_says_when_there_is_no_enterprise_extension() -> None:
    provider = Provider(Users=by_index([user("a")]), Schemas=listed([SCHEMAS["Resources"][0]]))
    first, _ = said(provider, "mapping")
    assert first.status == "warning" and "no enterprise extension" in first.message


def test_check_says_when_most_people_have_no_employee_number() -> None:
    bare = [user(f"u{n}", **{ENTERPRISE: {}}) for n in range(3)]
    provider = Provider(Users=by_index([user("a"), *bare]), Schemas=SCHEMAS)
    (finding,) = said(provider, "identity")
    assert finding.status == "warning" and "1 have an employee number" in finding.message
    nobody = Provider(Users=by_index([user("a", emails=[], **{ENTERPRISE: {}})]), Schemas=SCHEMAS)
    assert said(nobody, "identity")[0].status == "error"


def test_check_says_what_becomes_of_inactive_users() -> None:
    provider = Provider(Users=by_index([user("a"), user("b", active="false")]), Schemas=SCHEMAS)
    _, finding = said(provider, "users")
    assert finding.status == "warning" and finding.message.startswith(
        "1 of the first 2 are inactive"
    )


def test_check_says_when_no_group_is_a_unit_and_which_groups_there_are() -> None:
    groups = by_index([group("1", "Sales"), group("2", "Law")])
    provider = Provider(Users=by_index([user("a")]), Groups=groups, Schemas=SCHEMAS)
    mapping = {"unit_groups": {"name_prefix": "ou-"}}
    (finding,) = said(provider, "units", gives=("org_units",), mapping=mapping)
    assert finding.status == "error" and "begin with: Law, Sales" in finding.message


def test_check_says_when_nobody_names_a_department() -> None:
    provider = Provider(Users=by_index([user("a")]), Schemas=SCHEMAS)
    (finding,) = said(provider, "units", gives=("people", "assignments"))
    assert finding.status == "error" and "unit_groups" in finding.message


def test_check_says_when_the_token_shows_nobody_or_the_service_cannot_filter() -> None:
    config = {"filter": {"supported": False}}
    provider = Provider(ServiceProviderConfig=config, Users={"totalResults": 0}, Schemas=SCHEMAS)
    assert said(provider, "users")[0].status == "error"
    assert said(provider, "service", filter="active eq true")[-1].status == "error"


def test_no_finding_holds_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    person = user("canary", name={"formatted": "Canary Bird"}, displayName="Canary Bird")
    provider = Provider(Users=by_index([person]), Schemas=SCHEMAS)
    with source(provider, gives=("people", "assignments")) as scim:
        assert "canary" not in str(list(scim.check())).lower()


def test_init_finds_the_attributes_and_groups_that_could_be_meant() -> None:
    own = {"id": "urn:x:User", "attributes": [{"name": "hireDate"}, {"name": "shoeSize"}]}
    schemas = listed([*SCHEMAS["Resources"], own])
    people = [user(f"u{n}", **{"urn:x:User": {"hireDate": "2020-01-01"}}) for n in range(4)]
    people.append(user("leaver", active=False))
    groups = [group(str(n), f"OU-Team {n}") for n in range(4)]
    provider = Provider(Users=by_index(people), Groups=by_index(groups), Schemas=schemas)
    answers = {"gives": ["people", "org_units"], "mapping.unit_groups.name_prefix": "OU-"}
    asked: dict[str, Any] = {}
    with source(provider) as scim:
        interview, answer = scim.choices(), None
        try:
            while True:
                step = interview.send(answer)
                option = getattr(step, "option", "")
                asked[option] = step
                answer = answers.get(option)
        except StopIteration:
            pass
    fields = {entry.key: entry.candidates for entry in asked["mapping.fields"].entries}
    assert [one.value for one in fields["hired_on"]] == ["urn:x:User:hireDate"]
    assert fields["hired_on"][0].score >= LIKELY and fields["fte"] == ()
    assert [one.value for one in asked["mapping.unit_groups.name_prefix"].candidates] == ["OU-"]
    assert "mapping.org_levels" not in asked
    assert asked["mapping.inactive"].question.startswith("1 of the first 5 users are inactive")
    assert "u1" not in str(asked)
