"""The questions of a survey that answers are read of: which, under what code, on what scale.

Belongs here: `GET /surveys/{id}` as items: recodes, matrices, don't-know choices, wording.
Does not belong here: answers (`qualtrics_answers`), requests.

Only questions with one choice of a scale are items: multiple choice with one answer (the 0-to-10
one included) and matrices with one answer a row. Text is never read.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from connectors.survey.qualtrics_settings import SurveyMapping

_SEVERAL: Final = ("MAVR", "MAHR", "MACOL", "MSB")
_ONE_A_ROW: Final = ("SingleAnswer", "DL", None)
_SCRIPTS: Final = re.compile(r"<(script|style)\b.*?</\1\s*>", re.S | re.I)
_BREAKS: Final = re.compile(r"</?(?:br|p|div|li|ul|ol|t[rdh]|table|h[1-6])\b[^>]*>", re.I)
_TAGS: Final = re.compile(r"</?[a-z][^>]*>", re.I)
_UNSEEN: Final = (-99, -999, -9999)


@dataclass(frozen=True, slots=True)
class Item:
    """A question, or a row of a matrix.

    `code` is its export tag, `column` the ImportId of its answers, `qid` what an export asks for;
    `recodes` maps the values in a file to the texts of their choices.
    """

    code: str
    qid: str
    column: str
    text: str
    recodes: dict[str, str]
    dont_know: frozenset[str]

    def scale(self) -> tuple[float | None, float | None]:
        """The lowest and the highest value that counts as an answer."""
        values = [float(one) for one in self.recodes if one not in self.dont_know]
        return (min(values), max(values)) if values else (None, None)


def items_of(survey: dict[str, Any], mapping: SurveyMapping) -> list[Item]:
    """The items to read, by code: those with a construct, and others where the mapping says so."""
    return [
        item
        for item in scale_items(survey, mapping)
        if mapping.construct_of(item.code) is not None
        or (mapping.unmapped == "pull" and not item.code.startswith(mapping.ignored))
    ]


def scale_items(survey: dict[str, Any], mapping: SurveyMapping) -> list[Item]:
    """All items of the survey that answers could be read of, by code."""
    names = _row_names(survey.get("exportColumnMap"))
    found = [
        item
        for qid, question in (survey.get("questions") or {}).items()
        for item in _items(qid, question, names, mapping)
    ]
    return sorted(found, key=lambda item: item.code)


def unseen_code(items: Sequence[Item]) -> int:
    """The value to ask for in place of seen but unanswered: one that is no recode of `items`."""
    taken = {float(value) for item in items for value in item.recodes}
    free = (code for code in _UNSEEN if code not in taken)
    return next(free, int(min(taken, default=0)) - 1)


def plain(text: str | None) -> str:
    """A wording without HTML, in one line."""
    spaced = _BREAKS.sub(" ", _SCRIPTS.sub(" ", text or ""))
    return " ".join(html.unescape(_TAGS.sub("", spaced)).split())


def _items(
    qid: str, question: dict[str, Any], names: dict[tuple[str, str], str], mapping: SurveyMapping
) -> Iterator[Item]:
    kind = question["questionType"]
    code = str(question.get("questionName") or qid)
    recodes = _recodes(question.get("choices"))
    if not recodes:
        return
    unknown = frozenset(
        value
        for value, text in recodes.items()
        if value in mapping.dont_know or text in mapping.dont_know
    )
    if kind["type"] == "MC" and kind["selector"] not in _SEVERAL:
        text = plain(question.get("questionText"))
        yield Item(code, qid, qid, text, recodes, unknown)
    elif kind["type"] == "Matrix" and kind.get("subSelector") in _ONE_A_ROW:
        for key, row in (question.get("subQuestions") or {}).items():
            name = names.get((qid, key), f"{code}_{key}")
            text = plain(row.get("choiceText") or row.get("description"))
            yield Item(name, qid, f"{qid}_{key}", text, recodes, unknown)


def _recodes(choices: dict[str, Any] | None) -> dict[str, str]:
    """Recode to text of all choices; {} where a recode is no number."""
    found: dict[str, str] = {}
    for key, choice in (choices or {}).items():
        value = str(choice.get("recode") or key)
        try:
            float(value)
        except ValueError:
            return {}
        found[value] = plain(choice.get("choiceText") or choice.get("description"))
    return found


def _row_names(columns: Any) -> dict[tuple[str, str], str]:
    """(question, key of the row) to the export tag of a matrix's row."""
    found: dict[tuple[str, str], str] = {}
    for name, column in columns.items() if isinstance(columns, dict) else ():
        if isinstance(column, dict) and column.get("subQuestion"):
            row = str(column["subQuestion"]).rpartition(".")[2]
            found[str(column.get("question")), row] = name
    return found
