"""`alignmart check` against real servers: what it says of a secret, a permission, a slip.

`-s` prints the table of systems, cases and answers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import pytest

from connectors.hr.tryton_rpc import logged_in
from connectors.hr.tryton_settings import TrytonSettings
from sandbox.tryton_site import MAPPING
from tests.live.redmine import Running as Redmine
from tests.live.scim import FIELDS, OF_USERS, Directory
from tests.live.tryton import Running as Tryton
from tests.pipelines.checking import Answer, checked, names_option, tell

pytestmark = [pytest.mark.live, pytest.mark.timeout(600)]

Options = dict[str, Any]
ANOTHER = "canary-of-another-5e77"
Ask = Callable[..., Answer]


@pytest.fixture
def ask(tmp_path: Path) -> Ask:
    """The answer of a person's `alignmart check` for one source, and its row of the table."""

    def asked(
        case: str, options: Options, lacking: AbstractContextManager[Any] | None = None
    ) -> Answer:
        with lacking or nullcontext():
            answer = checked(tmp_path, {"tried": options})
        tell(f"{options['system']} (real)", case, answer)
        return answer

    return asked


def of_redmine(running: Redmine, **more: Any) -> Options:
    return {"system": "redmine"} | running.options() | more


def of_tryton(running: Tryton, **more: Any) -> Options:
    return {"system": "tryton"} | running.options() | more


def of_scim(directory: Directory, **more: Any) -> Options:
    return {"system": "scim"} | directory.options() | more


def test_all_is_well(
    ask: Ask, small_redmine: Redmine, small_tryton: Tryton, small_scim: Directory
) -> None:
    for options in (of_redmine(small_redmine), of_tryton(small_tryton)):
        answer = ask("all well", options)
        assert answer.code == 0 and answer.lines("warning") == []
    answer = ask("all well", of_scim(small_scim))
    assert answer.code == 0
    assert "users" in {line.subject for line in answer.lines("ok")}


def test_a_wrong_secret_is_named_with_the_option_that_mends_it(
    ask: Ask, tmp_path: Path, small_redmine: Redmine, small_tryton: Tryton, small_scim: Directory
) -> None:
    for options, subject, option, words in (
        (of_redmine(small_redmine, api_key=ANOTHER), "account", "api_key", "My account, API"),
        (of_tryton(small_tryton, password=ANOTHER), "account", "password", "password is wrong"),
        (of_scim(small_scim, token=ANOTHER), "users", "token", "provider's SCIM settings"),
    ):
        answer = ask("wrong secret", options)
        assert len(answer.lines("error")) == 1
        message = answer.error("tried", subject)
        assert words in message and names_option(message, tmp_path, option)


def test_a_slip_is_named_with_the_nearest_name(
    ask: Ask, tmp_path: Path, small_redmine: Redmine, small_tryton: Tryton, small_scim: Directory
) -> None:
    fields = FIELDS | {"hired_on": f"{OF_USERS}:hiredOnn"}
    of_people = {"people": MAPPING["people"] | {"employee_number": "nmber"}}
    for options, slip, subject, option, near in (
        (of_redmine(small_redmine), {"goal_fields": ["Gaols"]}, "fields", "goal_fields", "Goals"),
        (of_tryton(small_tryton), of_people, "people", "people.employee_number", "number"),
        (of_scim(small_scim), {"fields": fields}, "mapping", "fields.hired_on", "hiredOn"),
    ):
        mapping = options["mapping"] | slip
        answer = ask("misspelt mapping", options | {"mapping": mapping})
        message = answer.error("tried", subject)
        assert f"nearest: {near}" in message
        assert names_option(message, tmp_path, f"mapping.{option}")


@contextmanager
def looking(running: Redmine) -> Iterator[str]:
    """The key of somebody who is no administrator and in no project, so may see no time."""
    who = {"login": "looking", "firstname": "L", "lastname": "Ooking", "mail": "l@sample.example"}
    made = running.api("POST", "/users.json", {"user": who | {"generate_password": True}})["user"]
    try:
        yield made["api_key"]
    finally:
        running.api("DELETE", f"/users/{made['id']}.json")


def test_the_key_of_no_administrator_is_told_what_it_costs(
    ask: Ask, tmp_path: Path, small_redmine: Redmine
) -> None:
    with looking(small_redmine) as key:
        answer = ask("missing permission", of_redmine(small_redmine, api_key=key))
    message = answer.error("tried", "users")
    assert "Put the key of an administrator where `api_key` points" in message
    assert names_option(message, tmp_path, "api_key")
    (time,) = [line for line in answer.lines("warning") if line.subject == "spent time"]
    assert "give its role the permission View spent time" in time.message


@contextmanager
def closed(running: Tryton, model: str) -> Iterator[None]:
    """Inside, nobody without a group may read the model."""
    admin = TrytonSettings.model_validate(running.options("admin"))
    to_all = [["model", "=", model], ["group", "=", None]]
    with logged_in("test", admin, None) as rpc:
        rpc.prefer()
        rights = rpc.call("model.ir.model.access.search", to_all, 0, None, None).rows("result")
        rpc.call("model.ir.model.access.write", rights, {"active": False})
        values = {"model": model, "perm_read": False}
        made = rpc.call("model.ir.model.access.create", [values]).rows("result")
        try:
            yield
        finally:
            rpc.call("model.ir.model.access.delete", made)
            rpc.call("model.ir.model.access.write", rights, {"active": True})


def test_a_model_that_the_user_may_not_read_is_named(ask: Ask, small_tryton: Tryton) -> None:
    lacking = closed(small_tryton, "timesheet.line")
    answer = ask("missing permission", of_tryton(small_tryton), lacking)
    message = answer.error("tried", "worklogs")
    assert "You are not allowed to access" in message
    assert "(Administration, Users, Groups, tab Access Permissions)" in message
    assert len(answer.lines("error")) == 1
