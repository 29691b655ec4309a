"""Responses of one wave as rows of `answers`.

Belongs here: which columns a file of responses needs, which responses count, what an answer's
value means. Does not belong here: exporting (`qualtrics_walk`), CSV (`qualtrics_sheet`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final

import orjson
import polars as pl

from connectors.survey.qualtrics_questions import Item, unseen_code
from connectors.survey.qualtrics_settings import (
    STANDARD_PERSON_FIELDS,
    QualtricsSettings,
    SurveyMapping,
)
from connectors.survey.qualtrics_sheet import Sheet

KEPT: Final = "_recordId"
"""ImportId of the response's id."""

_LEFT_OUT: Final = {1: "preview", 2: "test", 8: "spam"}
"""Bits of `status` of what is no answer; 4 is imported, 16 offline, 32 an employee's project."""
_HIGHEST_STATUS: Final = 63
_DONE: Final = ("1", "true")


def metadata_ids(mapping: SurveyMapping, is_anonymous: bool) -> list[str]:
    """The standard columns to ask for: never names, addresses on the net or places."""
    standard = STANDARD_PERSON_FIELDS.get(mapping.person_field)
    person = [standard[0]] if standard and not is_anonymous else []
    return [KEPT, "status", "finished", "recordedDate", *person]


def embedded_ids(mapping: SurveyMapping, is_anonymous: bool) -> list[str]:
    """The fields of embedded data to ask for."""
    own = mapping.person_field not in STANDARD_PERSON_FIELDS and not is_anonymous
    return [*([mapping.person_field] if own else []), *filter(None, [mapping.unit_field])]


def counted(sheet: Sheet, settings: QualtricsSettings) -> str:
    """How many responses there are, and how many of them are left out as what; in words."""
    kinds = Counter(filter(None, (_kind(*cells, settings) for cells in _standing(sheet))))
    left = [f"{n} {kind}" for kind, n in sorted(kinds.items())]
    return f"{len(sheet.rows)} responses" + (f", left out: {', '.join(left)}" if left else "")


def counting_ids(sheet: Sheet, settings: QualtricsSettings) -> list[str]:
    """Ids of the responses that count."""
    at = sheet.columns[KEPT]
    cells = _standing(sheet)
    return [
        row[at] for row, one in zip(sheet.rows, cells, strict=True) if not _kind(*one, settings)
    ]


def answers(
    survey: str,
    sheet: Sheet,
    items: Sequence[Item],
    is_anonymous: bool,
    settings: QualtricsSettings,
) -> Iterator[pl.DataFrame]:
    """Rows of `answers`: one a response and item that was shown, and one for what is unreadable."""
    mapping, width = settings.mapping, max(sheet.columns.values(), default=-1) + 1
    good, odd = list[list[str]](), list[tuple[list[str], str]]()
    for row, (status, finished) in zip(sheet.rows, _standing(sheet), strict=True):
        if len(row) < width:
            odd.append((row, f"the row has {len(row)} cells, the header {width}"))
        elif status is None:
            odd.append((row, f"status: {row[sheet.columns['status']]!r} is none that is known"))
        elif not _kind(status, finished, settings):
            good.append(row)
    wide = _wide(sheet, good)
    field = mapping.person_field
    person = STANDARD_PERSON_FIELDS.get(field, (field, ""))[0]
    common = [
        pl.col(KEPT).alias("response_key"),
        pl.lit(survey).alias("survey_key"),
        (_cell(wide, person) if not is_anonymous else pl.lit(None, pl.String)).alias("person_ref"),
        _cell(wide, mapping.unit_field or "").alias("org_unit_ref"),
        _cell(wide, "recordedDate").alias("answered_at"),
    ]
    unseen = str(unseen_code(items))
    for item in items:
        if item.column in wide.columns:
            yield _answered(wide, common, item, unseen)
    if odd:
        yield _unreadable(survey, sheet, odd)


def _answered(
    wide: pl.DataFrame, common: Sequence[pl.Expr], item: Item, unseen: str
) -> pl.DataFrame:
    given = pl.col(item.column)
    knows = ~given.is_in([*item.dont_know, unseen])
    strange = knows & ~given.is_in(list(item.recodes))
    said = pl.format(f"value: '{{}}' is no choice of {item.code}", given)
    return wide.filter(given != "").select(
        *common,
        pl.lit(item.code).alias("question_key"),
        pl.when(knows).then(given).alias("value"),
        pl.when(given == unseen)
        .then(pl.lit("skipped"))
        .when(knows)
        .then(pl.lit("answered"))
        .otherwise(pl.lit("dont_know"))
        .alias("state"),
        pl.when(strange).then(said).alias("unreadable"),
    )


def _unreadable(survey: str, sheet: Sheet, odd: Sequence[tuple[list[str], str]]) -> pl.DataFrame:
    at = sheet.columns[KEPT]
    names = sorted(sheet.columns, key=lambda name: sheet.columns[name])
    return pl.DataFrame(
        {
            "response_key": [row[at] if at < len(row) else None for row, _ in odd],
            "survey_key": [survey] * len(odd),
            "unreadable": [why for _, why in odd],
            "payload": [
                orjson.dumps(dict(zip(names, row, strict=False))).decode() for row, _ in odd
            ],
        },
        schema_overrides={"response_key": pl.String},
    )


def _wide(sheet: Sheet, rows: Sequence[Sequence[str]]) -> pl.DataFrame:
    columns = {name: [row[at].strip() for row in rows] for name, at in sheet.columns.items()}
    return pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String))


def _cell(wide: pl.DataFrame, name: str) -> pl.Expr:
    if name not in wide.columns:
        return pl.lit(None, pl.String)
    return pl.when(pl.col(name) != "").then(pl.col(name))


def _standing(sheet: Sheet) -> Iterator[tuple[int | None, bool]]:
    """(status, whether finished) of each response; status None where it is none that is known."""
    status, finished = sheet.columns.get("status"), sheet.columns.get("finished")
    for row in sheet.rows:
        said: Any = row[status].strip() if status is not None and status < len(row) else ""
        code = int(said) if said.isdecimal() and int(said) <= _HIGHEST_STATUS else None
        has = finished is not None and finished < len(row)
        ended = row[finished].strip().lower() if finished is not None and has else "1"
        yield code, ended in _DONE


def _kind(status: int | None, finished: bool, settings: QualtricsSettings) -> str | None:
    """What a response is that is left out; None for one that counts."""
    if status is None:
        return None
    for bit, name in _LEFT_OUT.items():
        if status & bit:
            return name
    return "unfinished" if not finished and settings.unfinished == "leave" else None
