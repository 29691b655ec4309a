"""Units and seats from groups and from the names of departments."""

from __future__ import annotations

import datetime as dt

import polars as pl

from connectors.hr.scim_paths import ENTERPRISE
from tests.connectors.scim_reading import (
    ERROR,
    Body,
    Provider,
    by_index,
    found,
    group,
    keys,
    member,
    units,
    user,
)


def test_departments_become_a_tree_by_their_names() -> None:
    def placed(one: str, organization: str, division: str | None, department: str | None) -> Body:
        said = {"organization": organization, "division": division, "department": department}
        manager = {"manager": {"value": "a"}} if one != "a" else {}
        return user(one, **{ENTERPRISE: {k: v for k, v in said.items() if v} | manager})

    people = [
        placed("a", "Acme", None, None),
        placed("b", "Acme", "Shop", "Web/App"),
        placed("c", "ACME", "Shop", "Web/App"),
        placed("d", "Acme", None, "Law"),
        user("e"),
    ]
    mapping = {"org_levels": ["organization", "division", "department"], "fields": {"fte": "title"}}
    provider = Provider(Users=by_index(people))
    done = found(provider, gives=("assignments", "org_units"), mapping=mapping)
    tree = done.rows["org_units"].select("org_unit_key", "name", "parent_key").rows()
    assert sorted(tree) == [
        ("acme", "Acme", None),
        ("acme/law", "Law", "acme"),
        ("acme/shop", "Shop", "acme"),
        ("acme/shop/web%2Fapp", "Web/App", "acme/shop"),
    ]
    seats = done.rows["assignments"].select("person_key", "org_unit_key", "manager_key").rows()
    assert sorted(seats) == [
        ("a", "acme", None),
        ("b", "acme/shop/web%2Fapp", "a"),
        ("c", "acme/shop/web%2Fapp", "a"),
        ("d", "acme/law", "a"),
    ]


def test_a_seat_begins_when_hired_or_else_when_the_account_was_made() -> None:
    department = {ENTERPRISE: {"department": "Shop"}}
    people = [
        user("a", title="2020-02-03", meta={"created": "2024-01-01T00:00:00Z"}, **department),
        user("b", meta={"created": "2024-01-01T23:30:00-02:00"}, **department),
        user("c", **department),
    ]
    provider = Provider(Users=by_index(people))
    mapping = {"fields": {"hired_on": "title"}}
    rows = found(provider, gives=("assignments",), mapping=mapping).rows["assignments"]
    assert rows.sort("person_key")["effective_from"].to_list() == [
        dt.date(2020, 2, 3),
        dt.date(2024, 1, 2),
        dt.date(1900, 1, 1),
    ]


def test_nested_groups_are_a_tree_also_where_a_provider_flattens_them() -> None:
    done = units(
        group(
            "top",
            "unit: Acme",
            member("a"),
            member("b"),
            member("shop", "Group"),
            member("web", "Group"),
        ),
        group("shop", "unit: Shop", member("b"), member("web", "Group")),
        group("web", "unit: Web", member("b")),
        group("mail", "Mailing list", member("a")),
        users=[user("a"), user("b")],
        mapping={"unit_groups": {"name_prefix": "unit: "}},
    )
    tree = done.rows["org_units"].select("org_unit_key", "name", "parent_key").sort("name").rows()
    assert tree == [("top", "Acme", None), ("shop", "Shop", "top"), ("web", "Web", "shop")]
    seats = done.rows["assignments"].select("person_key", "org_unit_key", "is_primary").rows()
    assert sorted(seats) == [("a", "top", True), ("b", "web", True)]


def test_members_without_a_type_are_groups_where_a_group_has_that_id() -> None:
    done = units(
        group("top", "Acme", {"value": "shop"}, {"value": "a"}),
        group("shop", "Shop"),
        users=[user("a")],
    )
    assert dict(done.rows["org_units"].select("org_unit_key", "parent_key").rows())["shop"] == "top"
    assert done.rows["assignments"]["person_key"].to_list() == ["a"]


def test_a_unit_in_two_units_is_told_and_the_first_counts() -> None:
    done = units(
        group("b", "B", member("x", "Group")),
        group("a", "A", member("x", "Group")),
        group("x", "X"),
        users=[user("u")],
    )
    assert dict(done.rows["org_units"].select("org_unit_key", "parent_key").rows())["x"] == "a"
    assert [row["reason"] for row in done.quarantine] == [
        "lies in 2 units (a, b); the first counts"
    ]


def test_units_that_lie_in_a_circle_are_handed_on() -> None:
    done = units(
        group("a", "A", member("b", "Group"), member("u")),
        group("b", "B", member("a", "Group"), member("u")),
        users=[user("u")],
    )
    assert sorted(done.rows["org_units"].select("org_unit_key", "parent_key").rows()) == [
        ("a", "b"),
        ("b", "a"),
    ]
    assert sorted(done.rows["assignments"]["org_unit_key"]) == ["a", "b"]
    assert done.rows["assignments"]["is_primary"].null_count() == 2


def test_a_member_who_is_no_user_is_set_aside_unless_users_are_filtered_or_inactive() -> None:
    web = group("web", "Web", member("a"), member("stranger"), member("leaver"))
    people = [user("a"), user("leaver", active=False)]
    done = units(web, users=people)
    assert done.rows["assignments"]["person_key"].to_list() == ["a"]
    assert [row["reason"] for row in done.quarantine] == [
        "member of unit web is no user of the provider"
    ]
    assert units(web, users=people, filter="active eq true").quarantine == []


def test_members_that_the_list_leaves_out_are_asked_for_unit_by_unit() -> None:
    bare = [{"id": "web", "displayName": "u-Web"}, {"id": "x", "displayName": "Mail"}]
    whole = group("web", "u-Web", member("a"))
    provider = Provider(Users=by_index([user("a")]), Groups=by_index(bare), **{"Groups/web": whole})
    mapping = {"unit_groups": {"name_prefix": "u-"}}
    done = found(provider, gives=("assignments", "org_units"), mapping=mapping)
    assert done.rows["assignments"]["record_key"].to_list() == ["a/web"]
    assert not provider.queries("Groups/x")


def test_a_refused_group_makes_units_incomplete_and_nobody_gone() -> None:
    bare = [{"id": "web", "displayName": "Web"}]
    refused = (403, {"schemas": [ERROR], "status": "403", "detail": "not yours"})
    provider = Provider(
        Users=by_index([user("a")]), Groups=by_index(bare), **{"Groups/web": refused}
    )
    done = found(
        provider, gives=("people", "assignments", "org_units"), mapping={"unit_groups": {}}
    )
    assert set(done.result.incomplete) == {"assignments", "org_units"}
    assert keys(done) == ["a"] and done.rows["org_units"].height == 1


def test_units_are_told_by_a_pattern_or_by_an_attribute() -> None:
    groups = [
        group("1", "ORG Web (Berlin)", **{"urn:x:Group": {"kind": "team"}}),
        group("2", "ORG Law", **{"urn:x:Group": {"kind": "list"}}),
        group("3", "Mail", **{"urn:x:Group": {"kind": "team"}}),
    ]
    pattern = {"name_pattern": r"ORG (?P<name>[^(]*?)(?: \(.*)?"}
    attribute = {"attribute": "urn:x:Group:kind", "values": ["team"]}
    named = units(*groups, users=[user("a")], mapping={"unit_groups": pattern}).rows["org_units"]
    assert sorted(named["name"]) == ["Law", "Web"]
    kinds = units(*groups, users=[user("a")], mapping={"unit_groups": attribute}).rows["org_units"]
    assert sorted(kinds["name"]) == ["Mail", "ORG Web (Berlin)"]


def test_rows_of_a_read_are_in_a_fixed_order_whatever_the_provider_does() -> None:
    groups = [group("b", "B", member("y"), member("x")), group("a", "A", member("z"))]
    people = [user("x"), user("y"), user("z")]
    once = units(*groups, users=people).rows
    again = units(*reversed(groups), users=people[::-1]).rows
    for frame in ("assignments", "org_units"):
        assert once[frame].drop("page").equals(again[frame].drop("page"))
    assert once["assignments"]["record_key"].to_list() == ["x/b", "y/b", "z/a"]
    assert isinstance(once["assignments"], pl.DataFrame)
