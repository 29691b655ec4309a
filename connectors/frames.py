"""The canonical frames: what every connector gives, column by column.

Belongs here: names, types, keys, bounds and meanings of the columns that cross from a vendor
into the warehouse. Raw tables, staging models, the quarantine and the documentation are all
derived from these classes, so a column is described once.
Does not belong here: vendor words, how rows are checked (`edge`), how they are stored.

Conventions: every frame begins with `source`, the name of the instance in `alignmart.yaml`, and
ends with `extra`. Times are UTC, dates are plain, `valid_to` is exclusive but last days
(`effective_to`, `left_on`, `leave_to`) are inclusive, as people write them. A list is text with
its values separated by ";". Where a part of a key may be missing, `when_empty` says what stands
for it; a `volatile` column is no part of a row's content. A `_ref` may point into another source as
`source:key`.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

import dataframely as dy
import polars as pl

EARLIEST: Final = dt.date(1900, 1, 1)
LATEST: Final = dt.date(2199, 12, 31)
UNDATED: Final = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
"""Stands in a key for a date that the system does not give."""


def _key(description: str) -> dy.String:
    return dy.String(primary_key=True, min_length=1, description=description)


def _key_or_empty(description: str) -> dy.String:
    return dy.String(primary_key=True, description=description, metadata={"when_empty": ""})


def _text(description: str, *, required: bool = False, **kwargs: Any) -> dy.String:
    return dy.String(nullable=not required, description=description, **kwargs)


def _choice(description: str, *values: str) -> dy.String:
    pattern = "^(" + "|".join(values) + ")$"
    return dy.String(
        nullable=True,
        regex=pattern,
        description=f"{description} ({', '.join(values)})",
        metadata={"values": values},
    )


def _date(description: str, *, required: bool = False, key: bool = False) -> dy.Date:
    return dy.Date(
        nullable=not (required or key),
        primary_key=key,
        min=EARLIEST,
        max=LATEST,
        description=description,
    )


def _instant(description: str, *, required: bool = False, key: bool = False) -> dy.Datetime:
    return dy.Datetime(
        nullable=not (required or key),
        primary_key=key,
        time_zone="UTC",
        min=dt.datetime(1990, 1, 1, tzinfo=dt.UTC),
        max=dt.datetime(2199, 12, 31, tzinfo=dt.UTC),
        description=description,
    )


def _number(
    description: str,
    *,
    required: bool = False,
    least: float | None = None,
    most: float | None = None,
) -> dy.Float64:
    return dy.Float64(
        nullable=not required,
        min=least,
        max=most,
        description=description,
    )


def _whole(
    description: str,
    *,
    required: bool = False,
    least: int | None = None,
    above: int | None = None,
) -> dy.Int64:
    return dy.Int64(nullable=not required, min=least, min_exclusive=above, description=description)


def _flag(description: str) -> dy.Bool:
    return dy.Bool(nullable=True, description=description)


class Frame(dy.Schema):
    """What all frames share. The primary key is unique within one read of one source."""

    source = dy.String(
        primary_key=True, min_length=1, description="Name of the source in alignmart.yaml"
    )
    extra = dy.String(
        nullable=True, description="JSON of the vendor's own columns that the config allows"
    )


class People(Frame):
    """A person as the HR system knows them."""

    person_key = _key("The person's key in the HR system")
    employee_number = _text("Number that other systems may know the person by")
    work_email = _text("E-mail address at work")
    full_name = _text("Name, used only inside the private warehouse")
    location = _text("Place of work; leads to the country's working days and the time zone")
    employment_type = _text("Kind of contract, in the organisation's own words")
    leave_from = _date("First day of a long leave")
    leave_to = _date("Last day of that leave; open when empty")
    hired_on = _date("First day employed")
    left_on = _date("Last day employed")
    updated_at = _instant("When the HR system last changed the record")


class Assignments(Frame):
    """A person's seat: the unit they work in, from a day to a day."""

    assignment_key = _key("Key of the assignment")
    person_key = _text("Person in the seat", required=True)
    org_unit_key = _text("Unit of the seat, by key or by name", required=True)
    manager_key = _text("Person who leads this person in this seat")
    job_title = _text("Title of the seat")
    job_family = _text("Family of jobs")
    fte = _number("Share of a full week, 1 is full time", least=0, most=2)
    is_primary = _flag("Whether this is the person's main seat")
    effective_from = _date("First day in the seat", required=True)
    effective_to = _date("Last day in the seat; open when empty")


class OrgUnits(Frame):
    """A unit of the organisation, one row a version."""

    org_unit_key = _key("The unit's key")
    name = _text("The unit's name", required=True)
    parent_key = _text("The unit above; empty for the root")
    head_key = _text("Person who leads the unit")
    effective_from = _date("First day of this version", key=True)


class IncentiveLines(Frame):
    """A line of somebody's variable pay: on what it depends and how much."""

    line_key = _key("Key of the line")
    person_key = _text("Person the line belongs to", required=True)
    period_start = _date("First day of the period", required=True)
    period_end = _date("Last day of the period", required=True)
    measure_kind = _choice("What the line is measured on", "metric", "goal", "other")
    measure_key = _text("The metric or goal")
    weight = _number("Share of the variable pay", least=0)
    direction = _choice("Which way is rewarded", "increase", "decrease")


class Accounts(Frame):
    """An account in a tracking system."""

    account_key = _key("The account's key")
    email = _text("E-mail address, where the system shows it")
    employee_number = _text("Employee number, where the system holds it")
    display_name = _text("Name shown")
    is_active = _flag("Whether the account may log in")


class WorkItems(Frame):
    """A piece of work: an initiative, or a task, story, bug below one."""

    work_item_key = _key("The item's stable key")
    parent_key = _text("The item above")
    is_initiative = _flag("Whether the mapping says that this type is an initiative")
    type = _text("Type in the tracker")
    title = _text("Title")
    status = _text("Status, in the tracker's words")
    status_category = _choice("What the status means", "todo", "doing", "done", "dropped")
    assignee_key = _text("Account the item is assigned to")
    reporter_key = _text("Account that reported it")
    created_at = _instant("When the item was created", required=True)
    updated_at = _instant("When the item last changed", required=True)
    started_on = _date("First day of work, as planned or set")
    due_on = _date("Day it is due")
    closed_at = _instant("When it was closed")
    points = _number("Estimate in the team's points")
    labels = _text("Labels, separated by ;")
    goal_refs = _text("Goals named on the item, separated by ;")
    url = _text("Address of the item's page")


class WorkItemChanges(Frame):
    """One change of one field of a work item."""

    change_key = _key("Key of the change")
    work_item_key = _text("The item changed", required=True)
    changed_at = _instant("When", required=True)
    author_key = _text("Account that changed it")
    field = dy.String(
        regex="^(status|status_category|assignee|parent|goal|due)$",
        description="What changed (status, status_category, assignee, parent, goal, due)",
        metadata={"values": ("status", "status_category", "assignee", "parent", "goal", "due")},
    )
    from_value = _text("Value before; goals separated by ;")
    to_value = _text("Value after; goals separated by ;")


class Worklogs(Frame):
    """Time that somebody wrote down on an item."""

    worklog_key = _key("Key of the worklog")
    work_item_key = _text("The item worked on", required=True)
    account_key = _text("Account that worked", required=True)
    started_at = _instant("When the work began", required=True)
    seconds = _whole("Length of the work in seconds", required=True, above=0)


class Surveys(Frame):
    """One wave of a survey."""

    survey_key = _key("Key of the wave")
    series_key = _text("Series that the wave belongs to")
    title = _text("Title")
    opened_at = _instant("When it opened")
    closed_at = _instant("When it closed; empty while open")
    is_anonymous = _flag("Whether answers carry no person")


class SurveyQuestions(Frame):
    """A question of a wave."""

    survey_key = _key("Key of the wave")
    question_key = _key("Key of the question")
    text = _text("Wording")
    scale_min = _whole("Lowest value of the scale")
    scale_max = _whole("Highest value of the scale")
    is_reversed = _flag("Whether a low value is favourable")
    construct = _text("What the question measures")


class Invitations(Frame):
    """Who was asked; where anonymous, how many of a unit."""

    survey_key = _key("Key of the wave")
    person_ref = _key_or_empty("Person asked; empty text if anonymous")
    org_unit_ref = _key_or_empty("Unit at launch; empty text if unknown")
    invited_at = _instant("When asked")
    has_responded = _flag("Whether an answer came")
    n_invited = _whole("People this row stands for", least=0)


class Answers(Frame):
    """One answer to one question."""

    response_key = _key("Key of the response, one person's sheet")
    survey_key = _text("Key of the wave", required=True)
    person_ref = _text("Person, unless anonymous")
    org_unit_ref = _text("Unit at launch")
    question_key = _key("Question answered")
    value = _number("Value on the question's scale")
    state = _choice("What was done with the question", "answered", "dont_know", "skipped")
    answered_at = _instant("When")


class Goals(Frame):
    """What an organisation, a unit, a team or a person wants to reach."""

    goal_key = _key("The goal's key")
    title = _text("Title", required=True)
    why = _text("Why the goal matters")
    level = _choice("Whose goal", "company", "unit", "team", "individual")
    visibility = _choice("Who may see it", "public", "unit", "private")
    org_unit_ref = _text("Unit the goal belongs to")
    cycle = _text("Cycle, such as 2026-Q3")
    starts_on = _date("First day")
    ends_on = _date("Last day")
    status = _choice("Status", "draft", "open", "done", "cancelled")
    weight = _number("Weight among its siblings", least=0)
    origin = _choice("Where the goal came from", "self_set", "negotiated", "assigned")
    created_by_ref = _text("Person who created it")
    created_at = _instant("When it was created")
    checkin_cadence_days = _whole("Days between promised check-ins", least=1)
    need_key = _text("Customer need it serves")
    need_confirmed_on = _date("Day the need was last confirmed with customers")
    updated_at = _instant("When the goal last changed")


class GoalEdges(Frame):
    """A link from a goal to the goal it serves."""

    child_key = _key("The goal below")
    parent_key = _key("The goal above")
    edge_type = dy.String(
        primary_key=True,
        regex="^(contributes|supports)$",
        description="Whether the child's progress counts in the parent's (contributes, supports)",
        metadata={"values": ("contributes", "supports")},
    )
    weight = _number("Weight of the child in the parent", least=0)


class GoalOwners(Frame):
    """A person or a unit that owns a goal; the other of the two is empty text."""

    goal_key = _key("The goal")
    owner_ref = _key_or_empty("Person who owns it; empty text if a unit")
    org_unit_ref = _key_or_empty("Unit that owns it; empty text if a person")


class GoalChanges(Frame):
    """One change of one field of a goal; the field is a column's name in `goals`."""

    change_key = _key("Key of the change")
    goal_key = _text("The goal changed", required=True)
    changed_at = _instant("When", required=True)
    author_ref = _text("Person who changed it")
    field = _text("Column of goals that changed", required=True)
    from_value = _text("Value before")
    to_value = _text("Value after")


class GoalCheckins(Frame):
    """What somebody said about a goal's progress."""

    checkin_key = _key("Key of the check-in")
    goal_key = _text("The goal", required=True)
    checked_at = _instant("When", required=True)
    author_ref = _text("Person who said it")
    progress = _number("Progress, 0 to 1")
    confidence = _number("Confidence, 0 to 1", least=0, most=1)
    status = _text("Status said, in the system's words")


class Metrics(Frame):
    """A number that is watched."""

    metric_key = _key("The metric's key")
    name = _text("Name", required=True)
    unit = _text("Unit of measure")
    cadence_days = _whole("Days between readings", least=1)
    is_leading = _flag("Whether it moves before the outcome does")
    is_customer_facing = _flag("Whether customers would know it")
    owner_ref = _text("Person who answers for it")


class GoalMetrics(Frame):
    """A metric of a goal with its target, one row a version."""

    goal_key = _key("The goal")
    metric_ref = _key("The metric")
    kind = _choice("What the target asks", "reach", "at_least", "at_most")
    baseline = _number("Value at the start")
    target = _number("Value to reach or to keep")
    weight = _number("Weight among the goal's metrics", least=0)
    effective_from = _date("First day of this target", key=True)


class MetricObservations(Frame):
    """A reading of a metric."""

    metric_key = _key("The metric")
    observed_on = _date("Day the reading is of", key=True)
    value = _number("Value", required=True)
    entry = _choice("How it came in", "manual", "integration")
    recorded_at = _instant("When it was written down", key=True)


class GoalInitiativeLinks(Frame):
    """A link from a goal to an initiative, said in the goal system or in a declared file."""

    goal_key = _key("The goal")
    tracker = _key("Source of the initiative")
    initiative_key = _key("The initiative, by key or by the name in its address")
    linked_at = dy.Datetime(
        primary_key=True,
        time_zone="UTC",
        description="When the link was made; 1970-01-01 where the system does not say",
        metadata={"when_empty": UNDATED},
    )
    unlinked_at = _instant("When it was taken away")
    stated_in = _choice("Where the link is said", "goal_system", "declared")


class KeySweeps(Frame):
    """A key that exists now; what a complete sweep no longer holds is deleted."""

    frame = _key("Frame that the key belongs to")
    key = _key("The key")
    swept_at = dy.Datetime(
        time_zone="UTC", description="When the sweep began", metadata={"volatile": True}
    )
    is_complete = dy.Bool(
        nullable=True,
        description="Whether the sweep saw every key",
        metadata={"volatile": True},
    )


class IdentityOverrides(Frame):
    """Declared: this account is that employee."""

    account_source = _key("Source of the account")
    account_ref = _key("The account's key or a person's reference")
    employee_number = _text("Employee number in the HR system", required=True)


class IdentityDecisions(Frame):
    """Declared in the review file: this account is that person, or is not."""

    account_source = _key("Source of the account")
    account_ref = _key("The account's key or a person's reference")
    person_ref = _key_or_empty(
        "Employee number, or source:key of the HR system; empty text if any person"
    )
    decision = _choice("What was decided", "same", "different")


class TopGoals(Frame):
    """Declared: this goal counts as a top goal whatever its level."""

    goal_id = _key("The goal as source:key")


class WithheldTitles(Frame):
    """Declared: the title of this initiative stays in core."""

    initiative = _key("The initiative, as source:key or as source: and the name in its address")


class Locations(Frame):
    """Declared: country and time zone of a place of work."""

    location = _key("Place of work, as the HR system writes it")
    country = _text("ISO 3166 code of the country", required=True)
    subdivision = _text("ISO 3166-2 code of the state or region, without the country")
    time_zone = _text("IANA time zone", required=True)


class PublicHolidays(Frame):
    """A day off in a country or a region of it."""

    country = _key("ISO 3166 code of the country")
    subdivision = _key_or_empty("Region; empty text for the country")
    day = _date("The day", key=True)
    name = _text("Name of the holiday")


FRAMES: Final[dict[str, type[Frame]]] = {
    "people": People,
    "assignments": Assignments,
    "org_units": OrgUnits,
    "incentive_lines": IncentiveLines,
    "accounts": Accounts,
    "work_items": WorkItems,
    "work_item_changes": WorkItemChanges,
    "worklogs": Worklogs,
    "surveys": Surveys,
    "survey_questions": SurveyQuestions,
    "invitations": Invitations,
    "answers": Answers,
    "goals": Goals,
    "goal_edges": GoalEdges,
    "goal_owners": GoalOwners,
    "goal_changes": GoalChanges,
    "goal_checkins": GoalCheckins,
    "metrics": Metrics,
    "goal_metrics": GoalMetrics,
    "metric_observations": MetricObservations,
    "goal_initiative_links": GoalInitiativeLinks,
    "key_sweeps": KeySweeps,
    "identity_overrides": IdentityOverrides,
    "identity_decisions": IdentityDecisions,
    "top_goals": TopGoals,
    "withheld_titles": WithheldTitles,
    "locations": Locations,
    "public_holidays": PublicHolidays,
}
"""Every frame by its name, which is also the name of its table in `raw`."""


def key_columns(frame: str) -> list[str]:
    """Columns that name a record of `frame` within one source."""
    return [name for name in FRAMES[frame].primary_key() if name != "source"]


def column_types(frame: str) -> dict[str, pl.DataType]:
    """Columns of `frame` in their order, `source` first and `extra` last, with polars types."""
    types = {name: column.dtype for name, column in FRAMES[frame].columns().items()}
    extra = types.pop("extra")
    return {**types, "extra": extra}
