"""Options of a Tryton source: how to reach the server, and what differs from company to company.

Belongs here: the settings, and which fields of which model they ask for.
Does not belong here: questions, rows, secrets' resolution (the pipeline's config).

A field is named as Tryton names it, and may lead through others: `party.email` is the e-mail of
the employee's party. Where the option holds a person or a unit, the field leads to the record,
and the key follows by itself.
"""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    StringConstraints,
    field_validator,
    model_validator,
)

from connectors.contract import Settings

Module = Literal["hr", "work"]
"""What a source gives: people and units, or tasks and time."""

Category = Literal["todo", "doing", "done", "dropped"]
"""What a status means."""

FieldPath = Annotated[str, StringConstraints(pattern=r"^[A-Za-z_]\w*(\.[A-Za-z_]\w*)*$")]
"""A field of a model, or a path through others to it."""


def _clauses(domain: tuple[Any, ...]) -> tuple[Any, ...]:
    """A single clause, which is easily written for a list of clauses, is told apart."""
    joined = domain[1:] if domain and domain[0] in ("AND", "OR") else domain
    if not all(isinstance(clause, list | tuple) for clause in joined):
        raise ValueError(
            'a domain is a list of clauses, such as [["contract", "=", "permanent"]], or '
            '["OR", [...], [...]]'
        )
    return domain


Domain = Annotated[tuple[Any, ...], AfterValidator(_clauses)]
"""Tryton's way to say which records: clauses such as ["contract", "=", "permanent"]."""

EMPLOYEE: Final = "company.employee"
WORK: Final = "project.work"
TIMESHEET_WORK: Final = "timesheet.work"
LINE: Final = "timesheet.line"
STATUS: Final = "project.work.status"


def through(field: str, key: str) -> str:
    """The path to the key of the record that `field` leads to."""
    return field if key == "id" else f"{field}.{key}"


class PeopleFields(Settings):
    """Fields of company.employee, also of the accounts of tasks and time."""

    key: FieldPath = "id"
    """What other rows know a person by."""
    employee_number: FieldPath | None = None
    """The number that other systems may know the person by; stock Tryton has none."""
    work_email: FieldPath | None = "party.email"
    """E-mail address at work."""
    full_name: FieldPath = "party.name"
    """Name."""
    location: FieldPath | None = None
    """Place of work."""
    employment_type: FieldPath | None = None
    """Kind of contract."""
    leave_from: FieldPath | None = None
    """First day of a long leave."""
    leave_to: FieldPath | None = None
    """Last day of that leave."""
    hired_on: FieldPath = "start_date"
    """First day employed."""
    left_on: FieldPath = "end_date"
    """Last day employed."""
    extra: tuple[FieldPath, ...] = ()
    """Further fields to keep in the column `extra`."""
    only: Domain = ()
    """Which employees are people; all when empty. Accounts are of all employees."""


class AssignmentFields(Settings):
    """Fields of the model of seats; of company.employee where there is no such model."""

    model: str | None = None
    """Model with a record for each seat. Without it each employee has one seat."""
    key: FieldPath = "id"
    """Key of a seat."""
    person: FieldPath | None = None
    """Leads from the seat to the employee; needed with `model`."""
    org_unit: FieldPath | None = None
    """Leads to the unit. Without it the units are the supervisors' teams."""
    manager: FieldPath | None = "supervisor"
    """Leads to the employee who leads."""
    job_title: FieldPath | None = None
    """Title of the seat."""
    job_family: FieldPath | None = None
    """Family of jobs."""
    fte: FieldPath | None = None
    """Share of a full week, 1 is full time."""
    is_primary: FieldPath | None = None
    """Whether this is the person's main seat."""
    effective_from: FieldPath = "start_date"
    """First day in the seat; where it is empty, the day the record was made."""
    effective_to: FieldPath | None = "end_date"
    """Last day in the seat."""


class OrgUnitFields(Settings):
    """Fields of the model of units."""

    model: str | None = None
    """Model with the units, or with versions of units."""
    unit: FieldPath | None = None
    """Leads to the unit, where the records are versions of units; else they are units."""
    key: FieldPath = "id"
    """What other rows know a unit by: a field of the unit."""
    name: FieldPath = "rec_name"
    """Name."""
    parent: FieldPath | None = "parent"
    """Leads to the unit above."""
    head: FieldPath | None = None
    """Leads to the employee who leads the unit."""
    effective_from: FieldPath | None = None
    """First day of the version. Without it a unit is as it is since ever."""


class WorkItemFields(Settings):
    """Fields of project.work."""

    key: FieldPath = "id"
    """Key of a task."""
    assignee: FieldPath | None = None
    """Leads to the employee whom the task is assigned to; stock Tryton has no such field."""
    reporter: FieldPath | None = None
    """Leads to the employee who reported it."""
    started_on: FieldPath | None = None
    """First day of work."""
    due_on: FieldPath | None = None
    """Day it is due."""
    closed_at: FieldPath | None = None
    """When it was closed."""
    points: FieldPath | None = None
    """Estimate; a duration such as `effort_duration` counts in hours."""
    labels: FieldPath | None = None
    """Labels, separated by commas, or several records."""
    goals: tuple[FieldPath, ...] = ()
    """Fields with goal keys, separated by commas or blanks."""
    extra: tuple[FieldPath, ...] = ()
    """Further fields to keep in the column `extra`."""
    only: Domain = ()
    """Which tasks are read; all when empty. Time is read with its task."""


class CompanyMapping(Settings):
    """What differs from one Tryton to the next. `check` compares it with the server."""

    people: PeopleFields = PeopleFields()
    """Employees."""
    assignments: AssignmentFields = AssignmentFields()
    """Seats."""
    org_units: OrgUnitFields = OrgUnitFields()
    """Units."""
    work_items: WorkItemFields = WorkItemFields()
    """Projects and tasks."""
    initiative_types: tuple[str, ...] = ("project",)
    """Types of project.work that count as initiatives."""
    status_categories: dict[str, Category] = Field(default_factory=dict)
    """Status name, in the account's language, to meaning. Else a status of progress 100 % is
    done, a task with any progress is doing, and others are todo."""
    goal_source: str | None = None
    """Source that bare goal keys belong to; without it they are looked for in all sources."""

    @model_validator(mode="after")
    def _whole(self) -> Self:
        seats, units = self.assignments, self.org_units
        if seats.model and not (seats.person and seats.org_unit):
            raise ValueError("assignments.model needs assignments.person and assignments.org_unit")
        if bool(seats.org_unit) != bool(units.model):
            raise ValueError(
                "assignments.org_unit (leads to the unit) and org_units.model (holds the units) "
                "need each other; without both the units are the supervisors' teams"
            )
        return self


class TrytonSettings(Settings):
    """Options of a source with `system: tryton`."""

    url: str
    """Address of the server, `https://tryton.example.com`."""
    database: str = Field(pattern=r"^[A-Za-z0-9_.-]+$")
    """Name of the database."""
    user: str = Field(min_length=1)
    """Login of a user that reads."""
    password: SecretStr
    """Password of that user, as `env:NAME` or `file:PATH`."""
    modules: tuple[Module, ...] = Field(default=("hr", "work"), min_length=1)
    """What is read: `hr` (people, assignments, org_units), `work` (accounts, work_items,
    worklogs)."""
    look_back_minutes: int = Field(default=60, ge=0)
    """How far before the newest change seen the next read begins."""
    page_size: int = Field(default=5000, ge=1, le=50_000)
    """Records a page."""
    mapping: CompanyMapping = CompanyMapping()
    """What differs from company to company."""

    @field_validator("url")
    @classmethod
    def _safe(cls, url: str) -> str:
        parts = urlsplit(url)
        loopback = parts.hostname in ("localhost", "127.0.0.1", "::1")
        if not parts.hostname or (parts.scheme != "https" and not loopback):
            raise ValueError("must be https://…, because the password travels with the login")
        return url.rstrip("/")

    @field_validator("modules")
    @classmethod
    def _each_once(cls, modules: tuple[Module, ...]) -> tuple[Module, ...]:
        if len(set(modules)) != len(modules):
            raise ValueError("names a module twice")
        return modules
