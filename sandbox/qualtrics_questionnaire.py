"""The questionnaires of the stand-in Qualtrics: items of the world as questions of a survey.

Belongs here: question ids, selectors, choices with recodes, export tags, wording with HTML.
Does not belong here: answers (`qualtrics_file`), people.

Ids of choices are never the recodes, agreement items share a matrix, and there are questions that
nobody should read: free text, and an age band.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any, Final

DONT_KNOW: Final = "99"
"""Recode of the choice `Don't know`."""

COMMENT: Final = "comment"
"""Export tag of a question of free text."""
AGE: Final = "age_band"
"""Export tag of a question that no construct names."""

MATRIX: Final = "QID1"
_COMMENT_QID, _AGE_QID, _FIRST_QID = "QID2", "QID3", 4
_IN_MATRIX: Final = ("los_", "control_", "goal_", "why_")
_AGREEMENT: Final = ("disagree fully", "disagree", "neither", "agree", "agree fully")
_AGES: Final = ("under 30", "30 to 49", "50 and over")


@dataclass(frozen=True)
class Asked:
    """An item in the questionnaire: `column` is the ImportId of its answers."""

    code: str
    qid: str
    column: str
    text: str
    row: str | None = None
    has_entry: bool = False


@dataclass
class Questionnaire:
    """The questions of one wave."""

    items: list[Asked] = field(default_factory=list)
    questions: dict[str, dict[str, Any]] = field(default_factory=dict)
    export_columns: dict[str, dict[str, str]] = field(default_factory=dict)


def questionnaire(rows: Sequence[dict[str, Any]]) -> Questionnaire:
    """The questionnaire of one wave's `survey_questions`."""
    made = Questionnaire()
    matrix = [row for row in rows if _is_in_matrix(row)]
    if matrix:
        made.questions[MATRIX] = _question(
            "Matrix", "Likert", "SingleAnswer", "agreement", "How far do you <b>agree</b>?"
        ) | {"choices": _choices(1, 5), "subQuestions": {}}
    for n, row in enumerate(matrix, 1):
        # rows were moved about by the author, so their keys are neither 1, 2, 3 nor in order
        key = str(100 - 3 * n)
        made.questions[MATRIX]["subQuestions"][key] = {
            "recode": str(n), "description": row["question"],
            "choiceText": f"<span>{escape(row['text'])}</span>", "imageDescription": None,
            "variableName": None,
        }  # fmt: skip
        column = {"question": MATRIX, "subQuestion": f"{MATRIX}.subQuestions.{key}"}
        made.export_columns[row["question"]] = column
        made.items.append(Asked(row["question"], MATRIX, f"{MATRIX}_{key}", row["text"], row=key))
    made.questions[_COMMENT_QID] = _question(
        "TE", "ML", None, COMMENT, "Anything else?<br />Please name nobody."
    )
    age = _question("MC", "DL", None, AGE, "Your age")
    made.questions[_AGE_QID] = age | {
        "choices": {str(n): _choice(n, text) for n, text in enumerate(_AGES, 1)}
    }
    for n, row in enumerate((row for row in rows if not _is_in_matrix(row)), _FIRST_QID):
        _single(made, f"QID{n}", row)
    for qid, question in made.questions.items():
        if qid != MATRIX:
            made.export_columns[question["questionName"]] = {"question": qid}
    return made


def _single(made: Questionnaire, qid: str, row: dict[str, Any]) -> None:
    has_entry = row["question"].startswith("ownership")
    text = f'<div style="color:#333">{escape(row["text"])}<br>\n</div>'
    question = _question("MC", "SAHR", "TX", row["question"], text)
    choices = _choices(row["scale_min"], row["scale_max"], has_entry=has_entry)
    made.questions[qid] = question | {"choices": choices}
    made.items.append(Asked(row["question"], qid, qid, row["text"], has_entry=has_entry))


def _is_in_matrix(row: dict[str, Any]) -> bool:
    return row["question"].startswith(_IN_MATRIX) and (row["scale_min"], row["scale_max"]) == (1, 5)


def _question(kind: str, selector: str, sub: str | None, tag: str, text: str) -> dict[str, Any]:
    return {
        "questionType": {"type": kind, "selector": selector, "subSelector": sub},
        "questionText": text,
        "questionLabel": None,
        "validation": {"doesForceResponse": False},
        "questionName": tag,
    }


def _choices(least: int, most: int, *, has_entry: bool = False) -> dict[str, Any]:
    """Choices of a scale, from the highest down, and `Don't know`; ids begin at 11."""
    values = list(range(most, least - 1, -1))
    texts = {value: str(value) for value in values}
    if (least, most) == (1, 5):
        texts = dict(enumerate(_AGREEMENT, 1))
    found = {str(11 + n): _choice(value, texts[value]) for n, value in enumerate(values)}
    unknown = _choice(int(DONT_KNOW), "Don&rsquo;t know")
    if has_entry:
        unknown["textEntry"] = True
    return found | {"31": unknown}


def _choice(recode: int, text: str) -> dict[str, Any]:
    return {
        "recode": str(recode), "description": text, "choiceText": text, "imageDescription": None,
        "variableName": None, "analyze": True,
    }  # fmt: skip
