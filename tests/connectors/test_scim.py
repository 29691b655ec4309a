"""What providers may do that the real server does not: paging, values, refusals."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
from pydantic import ValidationError

from connectors.contract import SourceError
from connectors.hr.scim_paths import ENTERPRISE, Path
from connectors.hr.scim_people import full_name, work_email
from connectors.hr.scim_settings import ScimSettings
from tests.connectors.scim_reading import (
    CONFIG,
    ERROR,
    Body,
    Provider,
    by_index,
    found,
    keys,
    listed,
    user,
)

# Paging


def test_a_provider_that_gives_fewer_than_asked_is_read_to_the_end() -> None:
    people = [user(f"u{n:02}") for n in range(23)]
    provider = Provider(Users=by_index(people, most=4))
    assert keys(found(provider)) == [one["id"] for one in people]
    assert [query["startIndex"] for query in provider.queries("Users")][:3] == ["1", "5", "9"]


def test_no_more_is_asked_for_than_the_provider_says_it_gives() -> None:
    provider = Provider(Users=by_index([user("a")]))
    found(provider, page_size=100)
    assert {query["count"] for query in provider.queries("Users")} == {"50"}
    assert all("sortBy" not in query for query in provider.queries("Users"))


def test_a_list_without_resources_is_an_empty_one() -> None:
    done = found(Provider(Users={"totalResults": "0"}))
    assert done.rows["people"].is_empty() and done.result.incomplete == {}


def test_a_provider_without_a_description_is_read_by_number() -> None:
    provider = Provider(Users=by_index([user("a"), user("b")]))
    del provider.routes["ServiceProviderConfig"]
    assert keys(found(provider)) == ["a", "b"]


def cursors(pages: dict[str, list[Any]], onwards: dict[str, str | None]) -> Provider:
    def users(query: dict[str, str]) -> Body:
        assert "startIndex" not in query
        here = query["cursor"]
        following = onwards[here]
        return {"Resources": pages[here]} | ({"nextCursor": following} if following else {})

    config = CONFIG | {"pagination": {"cursor": "True", "index": False, "maxPageSize": 20}}
    return Provider(ServiceProviderConfig=config, Users=users)


def test_cursors_are_followed_over_an_empty_page_to_the_end() -> None:
    pages = {"": [user("a"), user("b")], "p2": [], "p3": [user("c")]}
    provider = cursors(pages, {"": "p2", "p2": "p3", "p3": None})
    assert keys(found(provider)) == ["a", "b", "c"]
    assert {query["count"] for query in provider.queries("Users")} == {"20"}


def test_a_cursor_that_comes_again_ends_the_read() -> None:
    provider = cursors({"": [user("a")], "p2": [user("b")]}, {"": "p2", "p2": "p2"})
    with pytest.raises(SourceError, match="never end"):
        found(provider)


def test_what_pages_skipped_is_fetched_by_its_id() -> None:
    """A row of the first page vanishes between two answers, and the next page begins too late."""
    people = [user(f"u{n}") for n in range(6)]
    left = list(people)

    def users(query: dict[str, str]) -> Body:
        said = by_index(list(left), most=3)(query)
        if len(left) == 6:
            del left[0]
        return said

    provider = Provider(Users=users, **{"Users/u3": people[3]})
    assert keys(found(provider)) == [f"u{n}" for n in range(6)]
    assert provider.queries("Users/u3")


def test_a_list_shorter_than_its_total_is_incomplete() -> None:
    provider = Provider(Users=lambda _: listed([user("a")], total=3))
    done = found(provider, gives=("people", "accounts"))
    assert set(done.result.incomplete) == {"people", "accounts"}
    assert "lists 1 resources but counts 3" in done.result.incomplete["people"]


def test_a_list_by_number_without_its_total_is_refused_however_long_it_is() -> None:
    people = [user(f"u{n:02}") for n in range(23)]

    def without_total(most: int) -> Provider:
        def users(query: dict[str, str]) -> Body:
            said = by_index(people, most=most)(query)
            return {"Resources": said.get("Resources", []), "startIndex": said.get("startIndex")}

        return Provider(Users=users)

    for most in (4, 100):
        with pytest.raises(SourceError, match=r"no `totalResults`.*page by cursor"):
            found(without_total(most), page_size=50)


# Values


@pytest.mark.parametrize("active", [True, "True", "true"])
def test_names_in_any_case_and_booleans_as_text_are_read(active: Any) -> None:
    person = {
        "ID": "007",
        "USERNAME": "x",
        "Active": active,
        "Emails": [{"Value": "a@b.example", "Type": "Work", "Primary": "True"}],
        ENTERPRISE.upper(): {"EmployeeNumber": 12},
        "META": {"LastModified": "2026-01-02T03:04:05Z"},
    }
    done = found(
        Provider(Users={"TotalResults": 1, "resources": [person]}), gives=("people", "accounts")
    )
    row = done.rows["people"].row(0, named=True)
    assert (row["person_key"], row["employee_number"], row["work_email"]) == (
        "007",
        "12",
        "a@b.example",
    )
    assert row["updated_at"] == dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
    assert done.rows["accounts"]["is_active"].to_list() == [True]


def test_an_inactive_user_without_a_last_day_is_gone_unless_told_otherwise() -> None:
    people = [
        user("a"),
        user("b", active="False", meta={"lastModified": "2026-05-04T22:00:00-04:00"}),
        user("c", active=False, **{"urn:x:User": {"last": "2025-01-31"}}),
    ]
    mapping = {"fields": {"left_on": "urn:x:User:last"}}
    provider = Provider(Users=by_index(people))
    gone = found(provider, mapping=mapping).rows["people"]
    assert gone.select("person_key", "left_on").sort("person_key").rows() == [
        ("a", None),
        ("c", dt.date(2025, 1, 31)),
    ]
    kept = found(provider, mapping=mapping | {"inactive": "last_change"}).rows["people"]
    assert dict(kept.select("person_key", "left_on").rows())["b"] == dt.date(2026, 5, 5)
    accounts = found(provider, gives=("accounts",)).rows["accounts"]
    assert accounts.sort("account_key")["is_active"].to_list() == [True, False, False]


def mail(address: str, kind: str | None = "work", *, primary: bool = False) -> Body:
    return (
        {"value": address}
        | ({"type": kind} if kind else {})
        | ({"primary": True} if primary else {})
    )


@pytest.mark.parametrize(
    ("emails", "name", "address"),
    [
        ([mail("h@x", "home", primary=True), mail("w@x")], "n@x", "w@x"),
        ([mail("b@x"), mail("c@x", primary=True)], "n@x", "c@x"),
        ([mail("b@x"), mail("a@x")], "n@x", "a@x"),
        ([mail("u@x", None)], "n@x", "u@x"),
        ([mail("a@x", None), mail("w@x")], "n@x", "w@x"),
        ([mail("h@x", "home", primary=True)], "n@x", None),
        ([], "n@x", "n@x"),
        ([], "name", None),
    ],
)
def test_the_work_address_is_taken_and_never_a_private_one(
    emails: list[Body], name: str, address: str | None
) -> None:
    assert work_email({"emails": emails, "username": name}) == address


def test_a_name_is_formatted_or_put_together_or_the_one_displayed() -> None:
    parts = {"givenname": "Ada", "familyname": "Byron"}
    assert full_name({"name": parts | {"formatted": "A. Byron"}}) == "A. Byron"
    assert full_name({"name": parts}) == "Ada Byron"
    assert full_name({"displayname": "Countess"}) == "Countess"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("title", "Engineer"),
        ("Name.FormattED", "Ada B"),
        ('addresses[type eq "work"].locality', "Berlin"),
        ("addresses.locality", "Lyon"),
        ("manager", "m1"),
        ("manager.displayName", "Bo"),
        ("urn:x:2.0:User:hiredOn", "2020-01-01"),
        ("urn:ietf:params:scim:schemas:core:2.0:User:title", "Engineer"),
        ("title.nothing", None),
        ("nothing.at.all"[:7], None),
    ],
)
def test_a_path_finds_its_value(text: str, value: Any) -> None:
    resource = {
        "title": "Engineer",
        "name": {"formatted": "Ada B"},
        "addresses": [
            {"type": "Work", "locality": "Berlin"},
            {"type": "home", "locality": "Lyon", "primary": "true"},
        ],
        ENTERPRISE.lower(): {"manager": {"value": "m1", "displayname": "Bo"}},
        "urn:x:2.0:user": {"hiredon": "2020-01-01"},
    }
    assert Path.read(text).of(resource) == value


def test_only_mapped_attributes_are_asked_for() -> None:
    provider = Provider(Users=by_index([user("a")]))
    mapping = {
        "fields": {"job_title": None, "location": "urn:x:User:site"},
        "extra_fields": ["nickName"],
    }
    found(provider, mapping=mapping, filter='userType eq "Employee"')
    first = provider.queries("Users")[0]
    names = first["attributes"].split(",")
    assert {"urn:x:User:site", "nickName", f"{ENTERPRISE}:employeeNumber"} <= set(names)
    assert not {"title", "addresses.locality", "phoneNumbers"} & set(names)
    assert {query["filter"] for query in provider.queries("Users")} == {'userType eq "Employee"'}
    found(provider, only_mapped=False)
    assert "attributes" not in provider.queries("Users")[-2]


def test_allowed_attributes_arrive_in_extra() -> None:
    provider = Provider(Users=by_index([user("a", nickName="Ace")]))
    rows = found(provider, mapping={"extra_fields": ["nickName", "locale"]}).rows["people"]
    assert json.loads(rows["extra"][0]) == {"nickName": "Ace", "locale": None}


def test_the_manners_of_scim_are_kept_with_a_bearer_token_and_with_a_password() -> None:
    provider = Provider(Users=by_index([user("a")]))
    found(provider)
    found(provider, user="reader", password="secret")
    accepts = {headers["ACCEPT"] for _, _, headers in provider.asked}
    kinds = [headers["AUTHORIZATION"].split()[0] for _, _, headers in provider.asked]
    assert accepts == {"application/scim+json"} and set(kinds) == {"Bearer", "Basic"}


def test_a_bad_user_sets_aside_itself_alone() -> None:
    bad = [user("b", name="text where an object belongs"), "no object", {"userName": "keyless"}]
    done = found(
        Provider(Users=by_index([user("a"), *bad])), mapping={"fields": {"hired_on": "title"}}
    )
    assert keys(done) == ["a", "b"]
    assert len(done.quarantine) == 2


def test_a_date_that_is_none_goes_to_quarantine_with_its_reason() -> None:
    people = [user("a", title="2020-02-03"), user("b", title="soon")]
    done = found(Provider(Users=by_index(people)), mapping={"fields": {"hired_on": "title"}})
    assert keys(done) == ["a"]
    assert "hired_on" in done.quarantine[0]["reason"]


# Refusals


def test_a_refused_question_shows_what_the_provider_says() -> None:
    said = {"schemas": [ERROR], "status": "400", "scimType": "tooMany", "detail": "over 1000"}
    with pytest.raises(SourceError, match=r"tooMany: narrow the users .*over 1000"):
        found(Provider(Users=(400, said)))


def test_an_error_that_comes_as_a_good_answer_is_one() -> None:
    said = {"schemas": [ERROR], "status": "500", "detail": "the directory is down"}
    with pytest.raises(SourceError, match="the directory is down"):
        found(Provider(Users=said))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"url": "http://idp.example.com/scim"}, "must be https"),
        ({"token": None}, "either `token`, or `user`"),
        ({"user": "a"}, "either `token`, or `user`"),
        ({"user": "a", "password": "b"}, "either `token`, or `user`"),
        ({"gives": []}, "at least 1"),
        ({"mapping": {"fields": {"hired_on": "not a path!"}}}, "is no attribute path"),
        ({"mapping": {"org_levels": ["division"], "unit_groups": {}}}, "not both"),
        ({"mapping": {"unit_groups": {"name_pattern": "("}}}, "no regular expression"),
        ({"mapping": {"unit_groups": {"attribute": "kind"}}}, "go together"),
    ],
)
def test_a_wrong_option_is_refused_with_words(options: Body, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ScimSettings.model_validate({"url": "https://idp.example.com", "token": "t"} | options)
