"""Qualtrics' answers as canonical rows.

Belongs here: which page becomes which frame, and what joins them.
Does not belong here: how answers are fetched (`qualtrics_walk`), types and bounds (`edge`).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import polars as pl

from connectors.contract import Page, SourceError
from connectors.records import parsed
from connectors.survey.qualtrics_people import was_asked
from connectors.survey.qualtrics_questions import Item, items_of
from connectors.survey.qualtrics_responses import answers, counting_ids
from connectors.survey.qualtrics_settings import QualtricsSettings
from connectors.survey.qualtrics_sheet import read_sheet
from connectors.survey.qualtrics_wave import Wave, instant, of_survey

_INSTANT: Final = pl.Datetime("us", "UTC")


@dataclass(slots=True)
class _Read:
    """A wave with the numbers of the pages it came from."""

    wave: Wave
    page: int
    contacts: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: list[tuple[int, dict[str, Any]]] = field(default_factory=list)


class Rows:
    """Maps the pages of one pull, in their order, onto the canonical frames."""

    def __init__(self, settings: QualtricsSettings) -> None:
        self._settings = settings
        self._reads: dict[str, _Read] = {}
        self._responses: dict[str, int] = {}

    def of(self, pages: Iterable[tuple[int, Page]]) -> Iterator[tuple[str, pl.DataFrame]]:
        """Yield (frame, rows); surveys and sweeps come last. Raises SourceError."""
        for number, page in pages:
            if page.stream in ("responses", "response_ids"):
                yield from self._sheet(number, page)
            elif page.stream == "unit_counts":
                yield "invitations", _counted(number, parsed(number, page))
            elif page.stream == "end":
                yield from self._ended(number, parsed(number, page))
            else:
                self._heard(number, page.stream, parsed(number, page))

    def _heard(self, number: int, stream: str, body: Any) -> None:
        """Keep what says something of a wave until all of it is there."""
        try:
            if stream == "survey":
                survey = body["result"]
                self._reads[survey["id"]] = _Read(Wave(survey), number)
            elif stream == "survey_options":
                self._reads[body["survey"]].wave.options = body
            elif stream == "distributions":
                wave = list(self._reads.values())[-1].wave
                wave.distributions += of_survey(body["result"]["elements"], wave.key)
            elif stream == "contacts":
                known = {one["contactId"]: one for one in body["elements"]}
                self._reads[body["survey"]].contacts |= known
            elif stream == "history":
                self._reads[body["survey"]].history.append((number, body))
        except (KeyError, TypeError, IndexError) as error:
            raise SourceError(
                f"page {number} ({stream}) has another shape than Qualtrics' API says ({error!r}). "
                "Nothing of this read is kept; try again."
            ) from None

    def _sheet(self, number: int, page: Page) -> Iterator[tuple[str, pl.DataFrame]]:
        key = page.request.partition(":")[0]
        sheet = read_sheet(page.body, f"page {number} ({key})")
        self._responses |= dict.fromkeys(counting_ids(sheet, self._settings), number)
        if page.stream == "response_ids":
            return
        wave = self._reads[key].wave
        anonymous = wave.is_anonymous(self._settings)
        items = self._items(wave)
        for rows in answers(key, sheet, items, anonymous, self._settings):
            yield "answers", rows.with_columns(page=pl.lit(number, pl.Int64))

    def _items(self, wave: Wave) -> list[Item]:
        return items_of(wave.survey, self._settings.mapping)

    def _ended(self, number: int, body: dict[str, Any]) -> Iterator[tuple[str, pl.DataFrame]]:
        as_of = instant(body["as_of"])
        assert as_of is not None
        opened = [self._reads[key] for key in body["described"]]
        mapping = self._settings.mapping
        waves = [
            {
                "survey_key": one.wave.key,
                "series_key": mapping.series_of(one.wave.key, one.wave.title),
                "title": one.wave.title,
                "opened_at": one.wave.opened_at(as_of),
                "closed_at": one.wave.closed_at(as_of),
                "is_anonymous": one.wave.is_anonymous(self._settings),
                "page": one.page,
            }
            for one in opened
        ]
        times = {"opened_at": _INSTANT, "closed_at": _INSTANT}
        yield "surveys", pl.DataFrame(waves, schema_overrides=times, infer_schema_length=None)
        yield "survey_questions", self._questions(opened)
        for one in opened:
            if one.history:
                yield "invitations", _named(one, self._settings)
        yield "key_sweeps", self._sweeps(number, as_of, body)

    def _questions(self, reads: list[_Read]) -> pl.DataFrame:
        mapping = self._settings.mapping
        rows = [
            {
                "survey_key": one.wave.key,
                "question_key": item.code,
                "text": item.text or None,
                "scale_min": item.scale()[0],
                "scale_max": item.scale()[1],
                "is_reversed": item.code in mapping.reversed,
                "construct": mapping.construct_of(item.code),
                "page": one.page,
            }
            for one in reads
            for item in self._items(one.wave)
        ]
        return pl.DataFrame(rows, infer_schema_length=None)

    def _sweeps(self, number: int, as_of: Any, body: dict[str, Any]) -> pl.DataFrame:
        waves = ("surveys", "survey_questions", "invitations")
        surveys = [(frame, key, number) for frame in waves for key in body["surveys"]]
        responses = [("answers", key, page) for key, page in sorted(self._responses.items())]
        rows = surveys + responses
        sweeps = pl.DataFrame(
            rows, schema={"frame": pl.String, "key": pl.String, "page": pl.Int64}, orient="row"
        )
        complete = (pl.col("frame") != "answers") | pl.lit(not body["unswept"])
        return sweeps.with_columns(swept_at=pl.lit(as_of, _INSTANT), is_complete=complete)


def _counted(number: int, body: dict[str, Any]) -> pl.DataFrame:
    units = body["units"]
    return pl.DataFrame(
        {
            "survey_key": [body["survey"]] * len(units),
            "org_unit_ref": list(units),
            "n_invited": list(units.values()),
        },
        schema={"survey_key": pl.String, "org_unit_ref": pl.String, "n_invited": pl.Int64},
    ).with_columns(
        invited_at=pl.lit(instant(body["invited_at"]), _INSTANT), page=pl.lit(number, pl.Int64)
    )


def _named(read: _Read, settings: QualtricsSettings) -> pl.DataFrame:
    """One row a person and unit: asked first, and whether any of the invitations was answered."""
    answered = {"SurveyFinished"}
    if settings.unfinished == "keep":
        answered.add("SurveyPartiallyFinished")
    found: dict[tuple[Any, Any], dict[str, Any]] = {}
    for number, body in read.history:
        kind = str(body["requestType"])
        for one in body["elements"]:
            if not was_asked(str(one["status"]), kind):
                continue
            at = instant(one["sentAt"]) or instant(body["sendDate"])
            row = _invitation(read, one, number, at, one["status"] in answered)
            known = found.setdefault((row["person_ref"], row["org_unit_ref"]), row)
            known["has_responded"] |= row["has_responded"]
            known["invited_at"] = min(filter(None, [known["invited_at"], at]), default=None)
    schema: dict[str, Any] = {
        "survey_key": pl.String, "person_ref": pl.String, "org_unit_ref": pl.String,
        "invited_at": _INSTANT, "has_responded": pl.Boolean, "n_invited": pl.Int64,
        "page": pl.Int64, "unreadable": pl.String, "payload": pl.String,
    }  # fmt: skip
    return pl.DataFrame(list(found.values()), schema=schema)


def _invitation(
    read: _Read, one: dict[str, Any], number: int, at: Any, has_responded: bool
) -> dict[str, Any]:
    contact = read.contacts.get(one["contactId"], {})
    person, why = contact.get("person"), None
    if person is None:
        person = one["contactId"]
        lacks = "names nobody by `person_field`" if contact else "is no longer in the mailing list"
        why = f"person_ref: contact {person} {lacks}"
    return {
        "survey_key": read.wave.key,
        "person_ref": person,
        "org_unit_ref": contact.get("unit"),
        "invited_at": at,
        "has_responded": has_responded,
        "n_invited": 1,
        "page": number,
        "unreadable": why,
        "payload": None,
    }
