"""What core must hold of the surveys (readings S1 to S6).

Belongs here: waves, questions, who was asked, which answers count, and in which unit.
Does not belong here: measures of the answers, small groups.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import polars as pl

from sandbox.truth.cut import observed
from sandbox.truth.identity import plain_email
from sandbox.truth.org import Organisation
from sandbox.world import HR, SURVEYS, World

_T, _B, _N, _F = pl.String, pl.Boolean, pl.Int64, pl.Float64
_I = pl.Datetime("us", "UTC")

_SURVEY = {
    "survey_id": _T,
    "source": _T,
    "survey_key": _T,
    "series_id": _T,
    "title": _T,
    "opened_at": _I,
    "closed_at": _I,
    "is_anonymous": _B,
    "previous_survey_id": _T,
}
_QUESTION = {
    "question_id": _T,
    "survey_id": _T,
    "question_key": _T,
    "text": _T,
    "scale_min": _N,
    "scale_max": _N,
    "is_reversed": _B,
    "construct": _T,
    "is_as_before": _B,
}
_INVITATION = {
    "survey_id": _T,
    "person_id": _T,
    "org_unit_id": _T,
    "invited_at": _I,
    "has_responded": _B,
    "n_invited": _N,
}
_ANSWER = {
    "answer_id": _T,
    "response_id": _T,
    "survey_id": _T,
    "question_id": _T,
    "person_id": _T,
    "org_unit_id": _T,
    "value": _F,
    "state": _T,
    "answered_at": _I,
}

Row = dict[str, Any]


def compute_survey(
    world: World, as_of: dt.datetime, linked: Mapping[str, str] | None = None
) -> dict[str, pl.DataFrame]:
    """What an observer at `as_of` (an aware instant) must find in core.

    `linked`: the person (bare key) of an address that HR does not know, where linkage found one.
    Tables `core.dim_survey`, `core.dim_survey_question`, `core.fct_invitation` (without
    invitation_id), `core.fct_answer` and `core.fct_answer_set_aside`, with core's columns, sorted.
    Raises ValueError where `as_of` has no time zone.
    """
    survey = Survey(observed(world, as_of), as_of, linked or {})
    answers = pl.DataFrame(survey.answers(), schema={**_ANSWER, "reason": _T})
    counted = pl.col("reason").is_null()
    found = {
        "core.dim_survey": pl.DataFrame(survey.waves(), schema=_SURVEY),
        "core.dim_survey_question": pl.DataFrame(survey.questions(), schema=_QUESTION),
        "core.fct_invitation": pl.DataFrame(survey.invitations(), schema=_INVITATION),
        "core.fct_answer": answers.filter(counted).drop("reason"),
        "core.fct_answer_set_aside": answers.filter(~counted),
    }
    return {name: table.sort(table.columns, nulls_last=True) for name, table in found.items()}


class Survey:
    """The waves that have opened by `as_of`, of a world cut there."""

    def __init__(self, world: World, as_of: dt.datetime, linked: Mapping[str, str]) -> None:
        self.world, self.org = world, Organisation(world)
        opened = world.surveys.filter(pl.col("opened_at") <= as_of).sort("opened_at", "survey")
        self.wave = {row["survey"]: row for row in opened.iter_rows(named=True)}
        for row in self.wave.values():
            row["closed_at"] = row["closed_at"] if row["closed_at"] <= as_of else None
        self.asked = self._of_waves(world.invitations)
        self.sheets = self._of_waves(world.responses.filter(pl.col("answered_at") <= as_of))
        mails = defaultdict(set)
        for person, mail in world.people.select("person", "email_now").drop_nulls().iter_rows():
            mails[plain_email(mail)].add(person)
        self.unplaced = set(world.contacts.filter(~pl.col("has_unit"))["person"])
        self.known: dict[str, str | None] = {}
        for person, mail in world.contacts.select("person", "email").drop_nulls().iter_rows():
            found = mails[plain_email(mail)]
            self.known[person] = min(found) if len(found) == 1 else linked.get(mail)

    def _of_waves(self, table: pl.DataFrame) -> list[Row]:
        known = pl.col("survey").is_in(list(self.wave))
        return table.filter(known).sort(table.columns[0]).to_dicts()

    def waves(self) -> list[Row]:
        """Rows of dim_survey."""
        before = self._before()
        return [
            {
                "survey_id": _id(key),
                "source": SURVEYS,
                "survey_key": key,
                "series_id": _id(row["series"]),
                "title": row["title"],
                "opened_at": row["opened_at"],
                "closed_at": row["closed_at"],
                "is_anonymous": row["is_anonymous"],
                "previous_survey_id": _id(before[key]),
            }
            for key, row in self.wave.items()
        ]

    def _before(self) -> dict[str, str | None]:
        """The wave of the series that opened last before each."""
        last: dict[str, str] = {}
        found = {}
        for key, row in self.wave.items():
            found[key] = last.get(row["series"])
            last[row["series"]] = key
        return found

    def questions(self) -> list[Row]:
        """Rows of dim_survey_question."""
        before = self._before()
        asked = {
            (r["survey"], r["question"]): r for r in self._of_waves(self.world.survey_questions)
        }
        found = []
        for (survey, question), row in asked.items():
            earlier = asked.get((before[survey] or "", question))
            same = ("text", "scale_min", "scale_max", "is_reversed")
            found.append(
                {name: row.get(name) for name in _QUESTION}
                | {
                    "question_id": f"{_id(survey)}:{question}",
                    "survey_id": _id(survey),
                    "question_key": question,
                    "is_as_before": None
                    if before[survey] is None
                    else earlier is not None and all(row[n] == earlier[n] for n in same),
                }
            )
        return found

    def person(self, survey: str, person: str) -> str | None:
        """Who (bare key) it is whom a wave names; None where it names nobody, or somebody whom
        neither HR nor linkage knows."""
        return None if self.wave[survey]["is_anonymous"] else self.known.get(person, person)

    def unit(self, survey: str, person: str, said: str | None) -> str | None:
        """Where a person counts whom the system says to be of a unit."""
        day = self._day(survey)
        tree = self.org.tree(day)
        if not self.wave[survey]["is_anonymous"]:
            said = None if person in self.unplaced else said
        who = self.person(survey, person)
        seat = None if who is None else self.org.primary_unit(who, day)
        found = next((u for u in (seat, said) if u in tree.parent), tree.root)
        return _id(found, HR)

    def _day(self, survey: str) -> dt.date:
        """The day on which the wave asked."""
        return next(row["invited_at"] for row in self.asked if row["survey"] == survey).date()

    def invitations(self) -> list[Row]:
        """Rows of fct_invitation: a person asked by name, or a unit of an anonymous wave."""
        handed_in = {(row["survey"], row["person"]) for row in self.sheets}
        counts: dict[tuple[str, str | None, dt.datetime], int] = defaultdict(int)
        found = []
        for row in self.asked:
            survey, person = row["survey"], row["person"]
            if self.wave[survey]["is_anonymous"]:
                counts[survey, row["unit"], row["invited_at"]] += 1
                continue
            found.append(
                {
                    "survey_id": _id(survey),
                    "person_id": _id(self.person(survey, person), HR),
                    "org_unit_id": self.unit(survey, person, row["unit"]),
                    "invited_at": row["invited_at"],
                    "has_responded": (survey, person) in handed_in,
                    "n_invited": 1,
                }
            )
        for (survey, unit, invited_at), n_invited in counts.items():
            found.append(
                {
                    "survey_id": _id(survey),
                    "org_unit_id": self.unit(survey, "", unit),
                    "invited_at": invited_at,
                    "n_invited": n_invited,
                }
            )
        return [{name: row.get(name) for name in _INVITATION} for row in found]

    def answers(self) -> list[Row]:
        """Rows of fct_answer, and with a `reason` those of fct_answer_set_aside."""
        reasons = self._reasons()
        sheets = {row["response"]: self._placed(row) for row in self.sheets}
        return [
            sheets[row["response"]]
            | {
                "answer_id": _id(f"{row['response']}|{row['question']}"),
                "question_id": f"{sheets[row['response']]['survey_id']}:{row['question']}",
                "value": row["value"],
                "state": row["state"],
                "reason": reasons[row["response"]],
            }
            for row in self.world.answers.iter_rows(named=True)
            if row["response"] in sheets
        ]

    def _placed(self, sheet: Row) -> Row:
        """What every answer of a sheet shares."""
        survey, person = sheet["survey"], sheet["person"]
        return {
            "response_id": _id(sheet["response"]),
            "survey_id": _id(survey),
            "person_id": _id(self.person(survey, person), HR),
            "org_unit_id": self.unit(survey, person, sheet["unit"]),
            "answered_at": sheet["answered_at"],
        }

    def _reasons(self) -> dict[str, str | None]:
        """Why a sheet does not count: late, or not the first of somebody whom the wave names."""
        found: dict[str, str | None] = {}
        counted = set()
        for row in sorted(self.sheets, key=lambda r: (r["answered_at"], r["response"])):
            wave = self.wave[row["survey"]]
            respondent = row["survey"], self.known.get(row["person"]) or row["person"]
            is_late = wave["closed_at"] is not None and row["answered_at"] > wave["closed_at"]
            is_second = respondent in counted
            found[row["response"]] = "late" if is_late else "second_sheet" if is_second else None
            if not is_late and not wave["is_anonymous"]:
                counted.add(respondent)
        return found


def _id(key: str | None, source: str = SURVEYS) -> str | None:
    return None if key is None else f"{source}:{key}"
