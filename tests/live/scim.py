"""A real SCIM 2.0 server (scim2-server) filled through its own API with the sample company.

Belongs here: starting the server, what of a world its users and groups say, and making it show
another night. Does not belong here: what a read must give (`test_scim`).

    with serving(world, as_of) as directory:
        source = Scim("hr", ScimSettings.model_validate(directory.options()))

`directory.show(world, later)` brings the server to a later night by POST, PUT and DELETE.

Beside files, the directory gives people alone (`directory.people_options()`), and
`write_beside(world, as_of, folder, people="hr")` writes what it cannot carry.
"""

from __future__ import annotations

import datetime as dt
import http.client
import json
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import polars as pl

from sandbox import observe
from sandbox.world import World

TOKEN = "canary-token-of-scim-7d20"
USER = "urn:ietf:params:scim:schemas:core:2.0:User"
GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
OF_USERS = "urn:example:params:scim:schemas:sample:2.0:User"
OF_GROUPS = "urn:example:params:scim:schemas:sample:2.0:Group"

FIELDS = {
    "person_key": "externalId",
    "hired_on": f"{OF_USERS}:hiredOn",
    "left_on": f"{OF_USERS}:leftOn",
    "leave_from": f"{OF_USERS}:leaveFrom",
    "leave_to": f"{OF_USERS}:leaveTo",
    "job_family": f"{OF_USERS}:jobFamily",
    "fte": f"{OF_USERS}:fte",
    "effective_from": f"{OF_USERS}:seatFrom",
}
"""Columns that the sample's directory holds in attributes of its own."""

UNIT_GROUPS = {
    "attribute": f"{OF_GROUPS}:kind",
    "values": ["unit"],
    "key": "externalId",
    "head": f"{OF_GROUPS}:head",
}
"""Its groups that are units; there is one group that is none."""

Body = dict[str, Any]


def schemas() -> list[Body]:
    """The standard schemas and the sample's two extensions."""
    return [
        *_shipped("default-schemas.json"),
        _extension(OF_USERS, [path.rpartition(":")[2] for path in FIELDS.values() if ":" in path]),
        _extension(OF_GROUPS, ["kind", "head"]),
    ]


def resource_types() -> list[Body]:
    """The standard resource types, each with its extension of the sample."""
    own = {"User": OF_USERS, "Group": OF_GROUPS}
    return [
        kind
        | {
            "schemaExtensions": [
                *kind.get("schemaExtensions", []),
                {"schema": own[kind["name"]], "required": False},
            ]
        }
        for kind in _shipped("default-resource-types.json")
    ]


def users(world: World, as_of: dt.datetime) -> dict[str, Body]:
    """By person: the user as the directory holds it; the manager by person."""
    frames = observe.hr(world, as_of)
    seats = {seat["person_key"]: seat for seat in _current_seats(frames, as_of)}
    return {
        person["person_key"]: _user(person, seats.get(person["person_key"], {}), as_of)
        for person in frames["people"].iter_rows(named=True)
    }


def groups(world: World, as_of: dt.datetime) -> dict[str, Body]:
    """By unit: its group with the people who sit in it and the units below, by their keys."""
    frames = observe.hr(world, as_of)
    newest = frames["org_units"].sort("effective_from").unique("org_unit_key", keep="last")
    units = list(newest.sort("org_unit_key").iter_rows(named=True))
    seated: dict[str, set[str]] = {}
    for seat in _current_seats(frames, as_of):
        seated.setdefault(seat["org_unit_key"], set()).add(seat["person_key"])
    found: dict[str, Body] = {}
    for unit in units:
        key = unit["org_unit_key"]
        found[key] = {
            "displayName": unit["name"],
            "externalId": key,
            "people": sorted(seated.get(key, ())),
            "units": [below["org_unit_key"] for below in units if below["parent_key"] == key],
            OF_GROUPS: {"kind": "unit"} | ({"head": unit["head_key"]} if unit["head_key"] else {}),
        }
    everybody = sorted(set().union(*seated.values()))
    found["all"] = {
        "displayName": "All staff",
        "externalId": "all",
        "people": everybody,
        "units": [],
    }
    return found


@dataclass
class Directory:
    """A running server and what it was told."""

    url: str
    ids: dict[str, str] = field(default_factory=dict)
    """Person or group to the server's id; groups as `group:KEY`."""
    told: dict[str, Body] = field(default_factory=dict)

    def options(self, **more: Any) -> dict[str, Any]:
        """Options of a SCIM source that reads it, units from groups."""
        mapping = {"fields": FIELDS, "unit_groups": UNIT_GROUPS} | more.pop("mapping", {})
        return {"url": self.url, "token": TOKEN, "mapping": mapping} | more

    def people_options(self) -> dict[str, Any]:
        """Options of a SCIM source that gives people alone, by the keys that files use."""
        return {"url": self.url, "token": TOKEN, "gives": ["people"], "mapping": {"fields": FIELDS}}

    def show(self, world: World, as_of: dt.datetime) -> None:
        """Bring the server to a night of the world, changing only what changed."""
        self._bring("Users", "", users(world, as_of), self._user)
        self._bring("Groups", "group:", groups(world, as_of), self._group)

    def call(self, method: str, path: str, body: Body | None = None) -> Body:
        """One request with the token; raises AssertionError for a refusal."""
        parts = urlsplit(self.url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        headers = {"Authorization": f"Bearer {TOKEN}", "Content-Type": "application/scim+json"}
        try:
            text = None if body is None else json.dumps(body)
            connection.request(method, f"{parts.path}{path}", text, headers)
            answer = connection.getresponse()
            said = answer.read()
        finally:
            connection.close()
        assert answer.status < 300, f"{method} {path}: {answer.status} {said[:300]!r}"
        return json.loads(said) if said else {}

    def _bring(self, path: str, prefix: str, bodies: dict[str, Body], resolved: Any) -> None:
        for key, body in bodies.items():
            if prefix + key not in self.ids:
                bare = resolved(body, linked=False)
                self.ids[prefix + key] = self.call("POST", f"/{path}", bare)["id"]
        for key, body in bodies.items():
            if self.told.get(prefix + key) != body:
                one = self.ids[prefix + key]
                self.call("PUT", f"/{path}/{one}", resolved(body, linked=True) | {"id": one})
                self.told[prefix + key] = body
        kind = {name for name in self.ids if name.startswith("group:") == bool(prefix)}
        for name in sorted(kind - {prefix + key for key in bodies}):
            self.call("DELETE", f"/{path}/{self.ids.pop(name)}")
            self.told.pop(name, None)

    def _user(self, body: Body, *, linked: bool) -> Body:
        manager = body[ENTERPRISE].get("manager")
        enterprise = {name: part for name, part in body[ENTERPRISE].items() if name != "manager"}
        if linked and manager in self.ids:
            enterprise["manager"] = {"value": self.ids[manager]}
        return body | {"schemas": [USER, ENTERPRISE, OF_USERS], ENTERPRISE: enterprise}

    def _group(self, body: Body, *, linked: bool) -> Body:
        said = {name: part for name, part in body.items() if name not in ("people", "units")}
        said["schemas"] = [GROUP, *([OF_GROUPS] if OF_GROUPS in body else [])]
        if OF_GROUPS in body and "head" in body[OF_GROUPS]:
            head = self.ids.get(body[OF_GROUPS]["head"])
            said[OF_GROUPS] = {"kind": "unit"} | ({"head": head} if head else {})
        if linked:
            said["members"] = [
                *({"value": self.ids[one], "type": "User"} for one in body["people"]),
                *({"value": self.ids[f"group:{u}"], "type": "Group"} for u in body["units"]),
            ]
        return said


def write_beside(world: World, as_of: dt.datetime, folder: Path, people: str) -> None:
    """assignments.csv and org_units.csv whose people are those of the source `people`."""
    frames = observe.hr(world, as_of)
    for frame, columns in (
        ("assignments", ("person_key", "manager_key")),
        ("org_units", ("head_key",)),
    ):
        named = (pl.format(f"{people}:{{}}", pl.col(name)).alias(name) for name in columns)
        frames[frame].with_columns(named).write_csv(folder / f"{frame}.csv")


@contextmanager
def serving(world: World, as_of: dt.datetime) -> Iterator[Directory]:
    """scim2-server as a process of its own, filled with the world as it is at `as_of`."""
    with tempfile.TemporaryDirectory(prefix="scim-") as place:
        folder = Path(place)
        (folder / "schemas.json").write_text(json.dumps(schemas()))
        (folder / "types.json").write_text(json.dumps(resource_types()))
        with _process(folder) as url:
            directory = Directory(url)
            directory.show(world, as_of)
            yield directory


@contextmanager
def _process(folder: Path) -> Iterator[str]:
    """The server on a free port; it prints its address once it listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    command = [
        sys.executable, "-m", "scim2_server.testserver.cli",
        "--port", str(port), "--bearer-token", TOKEN,
        "--schema", str(folder / "schemas.json"), "--resource-type", str(folder / "types.json"),
    ]  # fmt: skip
    with (folder / "log.txt").open("w") as log:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True)
        try:
            assert process.stdout is not None
            said = process.stdout.readline()
            assert "Serving SCIM on" in said, (folder / "log.txt").read_text()[-2000:]
            yield said.split()[-1]
        finally:
            process.terminate()
            process.communicate(timeout=10)


def _user(person: dict[str, Any], seat: dict[str, Any], as_of: dt.datetime) -> Body:
    given, _, family = person["full_name"].rpartition(" ")
    own = {
        "hiredOn": person["hired_on"],
        "leftOn": person["left_on"],
        "leaveFrom": person["leave_from"],
        "leaveTo": person["leave_to"],
        "jobFamily": seat.get("job_family"),
        "fte": seat.get("fte"),
        "seatFrom": seat.get("effective_from"),
    }
    enterprise = {
        "employeeNumber": person["employee_number"],
        "department": seat.get("unit_name"),
        "manager": seat.get("manager_key"),
    }
    return _said(
        {
            "userName": f"user-{person['person_key']}",
            "externalId": person["person_key"],
            "name": _said({"givenName": given, "familyName": family or None})
            | {"formatted": person["full_name"]},
            "emails": _emails(person["work_email"], person["person_key"]),
            "addresses": _places(person["location"]),
            "userType": person["employment_type"],
            "title": seat.get("job_title"),
            "active": person["left_on"] is None or person["left_on"] >= as_of.date(),
            ENTERPRISE: _said(enterprise),
            OF_USERS: {name: str(value) for name, value in _said(own).items()},
        }
    )


def _places(location: str | None) -> list[Body]:
    home = {"type": "home", "locality": "Somewhere private"}
    return [home, {"type": "work", "locality": location}] if location else [home]


def _emails(address: str | None, person: str) -> list[Body]:
    """A private address stands first: it must never be taken."""
    private = {"value": f"private-{person}@home.example", "type": "home"}
    work = {"value": address, "type": "work", "primary": True}
    return [private, work] if address else [private]


def _said(values: Body) -> Body:
    return {name: value for name, value in values.items() if value is not None}


def _current_seats(frames: dict[str, pl.DataFrame], as_of: dt.datetime) -> list[dict[str, Any]]:
    """Seats held on the day of `as_of`, a person's primary one last."""
    names = dict(frames["org_units"].sort("effective_from").select("org_unit_key", "name").rows())
    ends = pl.col("effective_to")
    held = frames["assignments"].filter(ends.is_null() | (ends >= as_of.date()))
    rows = held.sort("is_primary", "assignment_key").iter_rows(named=True)
    return [row | {"unit_name": names[row["org_unit_key"]]} for row in rows]


@cache
def _shipped(name: str) -> list[Body]:
    place = files("scim2_server") / "resources" / name
    return json.loads(place.read_text(encoding="utf-8"))


def _extension(urn: str, names: list[str]) -> Body:
    common = {"type": "string", "multiValued": False, "required": False, "mutability": "readWrite"}
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
        "id": urn,
        "name": urn.rpartition(":")[2],
        "description": "Attributes of the sample company",
        "attributes": [
            common | {"name": name, "description": name, "returned": "default"} for name in names
        ],
        "meta": {"resourceType": "Schema"},
    }
