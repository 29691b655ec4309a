"""The file of responses as the stand-in Qualtrics writes it.

Belongs here: columns, the three header rows, values. Does not belong here: packing and exports.

The first cell has a byte order mark, the second row is German with HTML, quotes and line breaks,
and every row ends with a comma too many.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any, Final
from zoneinfo import ZoneInfo

import orjson

from sandbox.qualtrics_questionnaire import AGE, COMMENT, DONT_KNOW
from sandbox.qualtrics_site import UNIT, Response, Wave

METADATA: Final = {
    "startDate": "StartDate", "endDate": "EndDate", "status": "Status", "ipAddress": "IPAddress",
    "progress": "Progress", "duration": "Duration (in seconds)", "finished": "Finished",
    "recordedDate": "RecordedDate", "_recordId": "ResponseId",
    "recipientLastName": "RecipientLastName", "recipientFirstName": "RecipientFirstName",
    "recipientEmail": "RecipientEmail", "externalDataReference": "ExternalReference",
    "locationLatitude": "LocationLatitude", "locationLongitude": "LocationLongitude",
    "distributionChannel": "DistributionChannel", "userLanguage": "UserLanguage",
}  # fmt: skip
"""ImportId to name."""

_DATES: Final = ("startDate", "endDate", "recordedDate")
_OWN_ZONE: Final = "America/Denver"

Column = tuple[str, str, str, Callable[[Response], str]]
"""Name, wording, ImportId, value."""


def written(wave: Wave, rows: list[Response], asked: dict[str, Any], kinds: set[str]) -> bytes:
    """The CSV of `rows`, as `asked` in the body of an export; `kinds` of faults spoil it."""
    zone = ZoneInfo(asked.get("timeZone") or _OWN_ZONE)
    chosen = [
        column
        for name, question, import_id, value, group, key in _columns(wave, asked, zone)
        if (column := (name, question, import_id, value))
        and ("whole_file" in kinds or _is_asked(asked, group, key))
        and not ("no_unit" in kinds and import_id == UNIT)
    ]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*(name for name, _, _, _ in chosen), ""])
    writer.writerow([*(question for _, question, _, _ in chosen), ""])
    if "two_headers" not in kinds:
        writer.writerow([*(_third(import_id, zone) for _, _, import_id, _ in chosen), ""])
    for n, one in enumerate(rows):
        cells = [value(one) for _, _, _, value in chosen]
        if n == 0 and "short_row" in kinds:
            cells = cells[:3]
        if n == 0 and "odd_code" in kinds:
            cells = ["512" if c[2] == "status" else v for c, v in zip(chosen, cells, strict=True)]
        writer.writerow([*cells, ""])
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def _third(import_id: str, zone: ZoneInfo) -> str:
    said = {"ImportId": import_id} | ({"timeZone": zone.key} if import_id in _DATES else {})
    return orjson.dumps(said).decode()


def _is_asked(asked: dict[str, Any], group: str, key: str) -> bool:
    return asked.get(group) is None or key in asked[group]


def _columns(wave: Wave, asked: dict[str, Any], zone: ZoneInfo) -> list[tuple[Any, ...]]:
    found: list[tuple[Any, ...]] = [
        (name, f"{name} (automatisch)", key, _metadata(wave, key, zone), "surveyMetadataIds", key)
        for key, name in METADATA.items()
    ]
    for item in wave.form.items:
        text = f'<strong>Frage:</strong> {item.text}\nBitte "ehrlich", nicht höflich'
        value = _answer(item.code, asked)
        found.append((item.code, text, item.column, value, "questionIds", item.qid))
        if item.has_entry:
            column = f"{item.column}_31_TEXT"
            found.append(
                (f"{item.code}_31_TEXT", text, column, lambda _: "weil, nun ja, \"es\" so ist",
                 "questionIds", item.qid)
            )  # fmt: skip
    for qid, question in wave.form.questions.items():
        if question["questionName"] == COMMENT:
            found.append(
                (COMMENT, "Sonst noch etwas?<br />", f"{qid}_TEXT",
                 lambda one: f"Meine Chefin\nsagt: {one.key}", "questionIds", qid)
            )  # fmt: skip
        elif question["questionName"] == AGE:
            found.append((AGE, "Ihr Alter", qid, lambda _: "2", "questionIds", qid))
    found.append((UNIT, UNIT, UNIT, lambda one: one.unit or "", "embeddedDataIds", UNIT))
    return found


def _metadata(wave: Wave, key: str, zone: ZoneInfo) -> Callable[[Response], str]:
    ref = {"recipientEmail": "somebody@sample.example", "recipientLastName": "Nachname",
           "recipientFirstName": "Vorname"}  # fmt: skip

    def value(one: Response) -> str:
        if key in _DATES:
            return f"{one.at.astimezone(zone):%Y-%m-%d %H:%M:%S}"
        if key == "externalDataReference":
            return "" if wave.is_anonymous else one.ref or ""
        return {
            "status": str(one.status),
            "finished": "1" if one.finished else "0",
            "progress": "100" if one.finished else "40",
            "duration": "240",
            "_recordId": one.key,
            "distributionChannel": "email",
            "userLanguage": "DE",
            "ipAddress": "" if wave.is_anonymous else "192.0.2.7",
            "locationLatitude": "52.52",
            "locationLongitude": "13.40",
        }.get(key, ref.get(key, ""))

    return value


def _answer(code: str, asked: dict[str, Any]) -> Callable[[Response], str]:
    unseen = asked.get("seenUnansweredRecode")

    def value(one: Response) -> str:
        if code not in one.values:
            return ""
        number, state = one.values[code]
        number = None if number is None else number + 0.0  # a choice is never -0
        if state == "skipped":
            return "" if unseen is None else str(unseen)
        if state == "dont_know":
            return "Don't know" if asked.get("useLabels") else DONT_KNOW
        return f"Choice {number:g}" if asked.get("useLabels") else f"{number:g}"

    return value
