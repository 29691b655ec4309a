"""400 people go into a real SCIM server through its API and come out as HR shows them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import cache
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from connectors.hr.scim import Scim
from connectors.hr.scim_settings import ScimSettings
from sandbox import company, observe
from sandbox.world import World, end_of
from tests.connectors.contract_reading import Found, read
from tests.live.scim import ENTERPRISE, TOKEN, Directory, serving

pytestmark = pytest.mark.live

CANNOT_CARRY = {"updated_at"}
"""The server stamps its own changes; see *What it cannot see* in docs/connectors/scim.md."""


@cache
def world() -> World:
    return company.generate(seed=11, people=400, months=6)


def first_night() -> dt.datetime:
    return end_of(world().end - dt.timedelta(days=60))


def last_night() -> dt.datetime:
    return end_of(world().end)


def source(directory: Directory, **options: Any) -> Scim:
    return Scim("hr", ScimSettings.model_validate(directory.options(**options)))


def found(directory: Directory, **options: Any) -> Found:
    done = read(source(directory, **options), {}, last_night())
    assert done.quarantine == [] and done.unknown == {} and done.result.incomplete == {}
    return done


def own(rows: pl.DataFrame, like: pl.DataFrame, *but: str) -> pl.DataFrame:
    names = [name for name in like.columns if name not in but]
    return rows.select(names).sort(names)


@pytest.fixture(scope="module")
def directory() -> Iterator[Directory]:
    """The directory as it was sixty days before the end."""
    with serving(world(), first_night()) as directory:
        yield directory


@pytest.fixture(scope="module")
def nights(directory: Directory) -> list[tuple[dt.datetime, Found]]:
    """A read of the earlier night, then of the last, shown through PUT and POST."""
    first = found(directory)
    before = len(directory.ids)
    directory.show(world(), last_night())
    assert len(directory.ids) > before
    return [(first_night(), first), (last_night(), found(directory))]


@pytest.mark.parametrize("night", [0, 1])
def test_people_are_those_of_the_hr_system(nights: Any, night: int) -> None:
    as_of, read_then = nights[night]
    wanted = observe.hr(world(), as_of)["people"]
    assert wanted.height >= 400
    assert_frame_equal(
        own(read_then.rows["people"], wanted, *CANNOT_CARRY), own(wanted, wanted, *CANNOT_CARRY)
    )


@pytest.mark.parametrize("night", [0, 1])
def test_seats_are_those_held_that_night(nights: Any, night: int) -> None:
    as_of, read_then = nights[night]
    ends = pl.col("effective_to")
    held = observe.hr(world(), as_of)["assignments"]
    held = held.filter(ends.is_null() | (ends >= as_of.date()))
    columns = ["person_key", "org_unit_key"]
    wanted = held.select(columns).unique().sort(columns)
    assert wanted.height >= 380
    assert_frame_equal(read_then.rows["assignments"].select(columns).sort(columns), wanted)
    single = held.filter(pl.col("person_key").is_unique())
    columns += ["manager_key", "job_title", "job_family", "fte", "effective_from"]
    single = held.filter(pl.col("person_key").is_unique()).select(columns)
    seats = read_then.rows["assignments"].filter(
        pl.col("person_key").is_in(single["person_key"].implode())
    )
    assert single.height >= 370
    assert_frame_equal(own(seats, single), own(single, single))


@pytest.mark.parametrize("night", [0, 1])
def test_units_are_those_of_that_night(nights: Any, night: int) -> None:
    as_of, read_then = nights[night]
    units = observe.hr(world(), as_of)["org_units"].sort("effective_from")
    wanted = units.unique("org_unit_key", keep="last").drop("effective_from")
    assert_frame_equal(own(read_then.rows["org_units"], wanted), own(wanted, wanted))
    assert read_then.rows["org_units"]["effective_from"].unique().to_list() == [dt.date(1900, 1, 1)]


def test_the_nights_differ(nights: Any) -> None:
    before, after = (read_then.rows["people"] for _, read_then in nights)
    assert after["left_on"].count() > before["left_on"].count()


def test_a_change_by_patch_and_a_deletion_are_seen_by_the_next_read(
    directory: Directory, nights: Any
) -> None:
    before = nights[1][1].rows["people"]
    changed, gone = before["person_key"].sort()[:2]
    patch = {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
        "Operations": [
            {"op": "replace", "path": f"{ENTERPRISE}:employeeNumber", "value": "77777"},
            {"op": "replace", "path": 'addresses[type eq "work"].locality', "value": "Oslo"},
        ],
    }
    directory.call("PATCH", f"/Users/{directory.ids[changed]}", patch)
    directory.call("DELETE", f"/Users/{directory.ids[gone]}")
    after = found(directory, gives=["people"]).rows["people"]
    row = after.row(by_predicate=pl.col("person_key") == changed, named=True)
    assert (row["employee_number"], row["location"]) == ("77777", "Oslo")
    assert set(before["person_key"]) - set(after["person_key"]) == {gone}


def test_without_attributes_of_its_own_a_directory_gives_what_the_page_says(
    directory: Directory, nights: Any
) -> None:
    mapping = {"fields": {}, "unit_groups": None}
    done = found(directory, mapping=mapping)
    people, seats = done.rows["people"], done.rows["assignments"]
    empty = {name for name in people.columns if people[name].null_count() == people.height}
    assert {"hired_on", "left_on", "leave_from", "leave_to"} <= empty
    inactive = observe.hr(world(), last_night())["people"]["left_on"].count()
    assert inactive > 0 and abs(nights[1][1].rows["people"].height - inactive - people.height) <= 1
    assert seats["fte"].null_count() == seats.height and done.rows["org_units"].height > 10


def test_check_names_a_wrong_token_and_an_attribute_that_no_schema_has(
    directory: Directory,
) -> None:
    assert {f.status for f in source(directory).check()} == {"ok"}
    wrong = [f for f in source(directory, token="another").check() if f.status == "error"]
    assert "401" in wrong[0].message and "make a new one" in wrong[0].message
    assert not any(secret in str(wrong) for secret in (TOKEN, "another"))
    mapping = {"fields": {"hired_on": "urn:example:params:scim:schemas:sample:2.0:User:hireOn"}}
    bad = [f for f in source(directory, mapping=mapping).check() if f.status == "error"]
    assert (
        "nearest: hiredOn (urn:example:params:scim:schemas:sample:2.0:User:hiredOn)"
        in bad[0].message
    )
