"""The sample company's systems as sources: options as a person would write them.

Belongs here: what each source's entry in `alignmart.yaml` would hold. Does not belong here:
starting the systems (`sample`), the company itself (`sandbox`).
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

from sandbox import bamboohr_payloads, jira_payloads, jira_site, qualtrics_questionnaire
from sandbox.qualtrics_site import UNIT
from sandbox.surveyitems import items_of
from sandbox.world import GOALS, HR, STATUS_CATEGORY, SURVEYS, TRACKER

ACCOUNT: Final = "reader@sample.example"
"""E-mail of the account that reads the company's Jira."""

SECRETS: Final = {HR: "bamboohr_key", TRACKER: "jira_token", SURVEYS: "qualtrics_token"}
"""By source: file in the company's folder that holds its secret."""


def sources(folder: Path) -> dict[str, dict[str, Any]]:
    """The entries of all sources; addresses are those in the data, since a stand-in's own change
    from run to run."""
    secret = {source: f"file:{folder / name}" for source, name in SECRETS.items()}
    return {
        HR: {
            "system": "bamboohr",
            "company": "sample",
            "url": "https://hr.sample.example",
            "api_key": secret[HR],
            "mapping": bamboohr_payloads.MAPPING,
        },
        GOALS: {"system": "files", "path": str(folder / GOALS)},
        TRACKER: {
            "system": "jira_cloud",
            "url": "https://jira.sample.example",
            "email": ACCOUNT,
            "token": secret[TRACKER],
            "mapping": {
                "initiative_types": ["Theme", "Epic"],
                "goal_fields": [jira_payloads.GOALS],
                "goal_label_prefix": jira_site.GOAL_LABEL,
                "goal_source": GOALS,
                "points_field": jira_payloads.POINTS,
                "start_field": jira_payloads.START,
                "employee_number_property": "employeeNumber",
                "status_categories": {s: c for s, c in STATUS_CATEGORY.items() if c == "dropped"},
            },
        },
        SURVEYS: {
            "system": "qualtrics",
            "url": "https://surveys.sample.example",
            "token": secret[SURVEYS],
            "surveys": ["Work and goals, *"],
            "poll_seconds": 0.05,
            "mapping": _questionnaire(),
        },
    }


def _questionnaire() -> dict[str, Any]:
    """What the questions measure: codes are the construct's name and a number."""
    items = [item for wave in range(3) for item in items_of(wave)]
    return {
        "series": {"Work and goals, *": "work-and-goals"},
        "person_field": "ExternalReference",
        "unit_field": UNIT,
        "constructs": {construct: construct for construct in sorted({i.construct for i in items})},
        "reversed": sorted({item.key for item in items if item.is_reversed}),
        "dont_know": [qualtrics_questionnaire.DONT_KNOW],
        "ignored": [qualtrics_questionnaire.AGE],
    }
