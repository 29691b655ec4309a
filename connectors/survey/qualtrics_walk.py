"""One read of a Qualtrics account: what is asked, in which order, and what is kept of it.

Belongs here: the walk over surveys, distributions, contacts and exports; which waves are frozen.
Does not belong here: how answers become rows (`qualtrics_rows`), the state's format (`qualtrics`).

A closed wave that was read whole after its days of grace is frozen: from then on only the ids of
its responses are exported. Where these ids, or the survey, have changed, it is read again.
A wave that was ever read and cannot be looked into now (not shared, deleted, not open any more)
stays as it was read; only `surveys` of the settings drops it.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import orjson

from connectors.contract import Page, SourceError
from connectors.http import HttpError
from connectors.survey.qualtrics_api import Api
from connectors.survey.qualtrics_export import Exports
from connectors.survey.qualtrics_invited import Invited
from connectors.survey.qualtrics_questions import Item, items_of, unseen_code
from connectors.survey.qualtrics_responses import KEPT, counted, embedded_ids, metadata_ids
from connectors.survey.qualtrics_settings import QualtricsSettings
from connectors.survey.qualtrics_sheet import read_sheet, reduced
from connectors.survey.qualtrics_wave import Wave, of_survey

_GONE: Final = (403, 404)

Frozen = dict[str, dict[str, str]]
"""By survey: `modified`, its last change, and `responses`, a mark of the ids of its responses."""
Known = dict[str, str | None]
"""By survey that was ever read: its title, None where an older state does not tell it."""


@dataclass
class Walk:
    """What one pull has met so far. `frozen` and `known` begin and end as the state keeps them."""

    api: Api
    settings: QualtricsSettings
    as_of: dt.datetime
    frozen: Frozen
    known: Known
    trusts_frozen: bool
    incomplete: dict[str, str] = field(default_factory=dict)
    unswept: list[str] = field(default_factory=list)
    listed: dict[str, dict[str, Any]] = field(default_factory=dict)
    described: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.invited = Invited(self.api, self.settings)
        self.exports = Exports(self.api, self.settings)

    def pages(self) -> Iterator[Page]:
        """All pages, the last one of our own: when it was read, and which waves stay."""
        for answer, elements in self.api.listed("/surveys"):
            yield Page("surveys", answer.body, answer.request)
            self.listed |= {str(one["id"]): one for one in elements if "id" in one}
        chosen = [
            key
            for key, one in self.listed.items()
            if self.settings.wants(key, str(one.get("name")))
        ]
        titles = {key: str(self.listed[key].get("name")) for key in chosen}
        self.known = {
            key: titles.get(key, title)
            for key, title in self.known.items()
            if key in titles or self._misses(key, title)
        }
        self.frozen = {k: v for k, v in self.frozen.items() if k in self.known}
        refused = 0
        for key in chosen:
            refused += not (yield from self._survey(key))
        if refused and refused == len(chosen):
            raise SourceError(f"{self.api.source}: {self.incomplete['surveys']}")
        for key in sorted(self.known.keys() - self.listed.keys()):
            self._unseen(key, "is no longer shared with the account, or deleted; what was read of "
                         "it stays")  # fmt: skip
        yield self._end(chosen)

    def _misses(self, key: str, title: str | None) -> bool:
        """Whether a wave read before is no longer listed, though `surveys` does not leave it out.

        Of a wave without a known title nobody can tell whether a name pattern leaves it out.
        """
        return key not in self.listed and (title is None or self.settings.wants(key, title))

    def _survey(self, key: str) -> Generator[Page, None, bool]:
        """Read one survey, or look whether a frozen one still holds what it did; False: refused."""
        try:
            return (yield from self._looked_at(key))
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise SourceError(
                f"{self.api.source}: survey {key}: an answer has another shape than Qualtrics' API "
                f"says ({error!r}). Nothing of this read is kept; try again."
            ) from None

    def _looked_at(self, key: str) -> Generator[Page, None, bool]:
        modified = str(self.listed[key].get("lastModified"))
        known = self.frozen.get(key)
        if known and self.trusts_frozen and known["modified"] == modified:
            mark = yield from self._ids(key)
            if mark in (None, known["responses"]):
                return True
        try:
            wave = yield from self._described(key)
        except HttpError as error:
            if error.status not in _GONE:
                raise
            self._unseen(key, f"could not be read: {error}")
            return False
        opened, closed = wave.opened_at(self.as_of), wave.closed_at(self.as_of)
        if opened is None:
            if key in self.known:
                self._unseen(key, "was read before, but is not open yet now, or has neither a "
                             "start date nor an invitation any more; what was read of it "
                             "stays: set its start date, or leave it out of `surveys`")  # fmt: skip
            return True
        self.described.append(key)
        self.known[key] = str(self.listed[key].get("name"))
        is_whole = yield from self._people(wave)
        mark = yield from self._responses(wave)
        grace = dt.timedelta(days=self.settings.grace_days)
        if is_whole and mark is not None and closed is not None and closed + grace <= self.as_of:
            self.frozen[key] = {"modified": modified, "responses": mark}
        else:
            self.frozen.pop(key, None)
        return True

    def _described(self, key: str) -> Generator[Page, None, Wave]:
        """What the survey is. A wave that might be anonymous is not read: HttpError."""
        answer, survey = self.api.one(f"/surveys/{key}")
        yield Page("survey", answer.body, answer.request)
        wave = Wave({"id": key} | survey)
        if not self.settings.calls_anonymous(key, wave.title):
            answer, definition = self.api.one(f"/survey-definitions/{key}")
            wave.options = {
                "AnonymizeResponse": definition["SurveyOptions"].get("AnonymizeResponse")
            }
            request = f"{answer.request} (of it only whether answers are anonymised)"
            yield Page("survey_options", orjson.dumps({"survey": key} | wave.options), request)
        for answer, elements in self.api.listed("/distributions", {"surveyId": key}):
            yield Page("distributions", answer.body, answer.request)
            wave.distributions += of_survey(elements, key)
        return wave

    def _people(self, wave: Wave) -> Generator[Page, None, bool]:
        """Pages of who was asked; whether all could be read."""
        try:
            yield from self.invited.pages(wave, self.as_of)
        except HttpError as error:
            if error.status not in _GONE:
                raise
            self._note("invitations", f"{wave.key}: {error}")
            return False
        return True

    def _responses(self, wave: Wave) -> Generator[Page, None, str | None]:
        """The page of responses; a mark of their ids, None where not all of it was there."""
        items = items_of(wave.survey, self.settings.mapping)
        anonymous = wave.is_anonymous(self.settings)
        return (yield from self._exported("responses", wave.key, items, anonymous))

    def _ids(self, key: str) -> Generator[Page, None, str | None]:
        return (yield from self._exported("response_ids", key, [], is_anonymous=True))

    def _exported(
        self, stream: str, key: str, items: list[Item], is_anonymous: bool
    ) -> Generator[Page, None, str | None]:
        mapping = self.settings.mapping
        embedded = [] if stream == "response_ids" else embedded_ids(mapping, is_anonymous)
        metadata = metadata_ids(mapping, is_anonymous)
        asked = {
            "format": "csv",
            "timeZone": "Etc/UTC",
            "useLabels": False,
            "seenUnansweredRecode": unseen_code(items),
            "questionIds": sorted({item.qid for item in items}),
            "embeddedDataIds": embedded,
            "surveyMetadataIds": metadata,
        }
        try:
            body, request = self.exports.file(key, asked)
        except HttpError as error:
            if error.status not in _GONE:
                raise
            self._note("answers", f"{key}: {error}")
            self.unswept.append(key)
            return None
        sheet = read_sheet(body, f"{self.api.source}: {key}")
        wanted = {*metadata, *embedded, *(item.column for item in items)}
        if extra := sheet.without(wanted):
            body = reduced(sheet, wanted)
            request += f" ({len(extra)} columns that were not asked for are left out)"
        yield Page(stream, body, f"{key}: {request}; {counted(sheet, self.settings)}")
        if lacking := sorted(wanted - sheet.columns.keys()):
            self._note("answers", f"{key}: its responses have no column {', '.join(lacking)}")
            return None
        at = sheet.columns[KEPT]
        ids = sorted(row[at] for row in sheet.rows if at < len(row))
        return hashlib.sha256("\n".join(ids).encode()).hexdigest()[:32]

    def _unseen(self, key: str, why: str) -> None:
        self.unswept.append(key)
        for frame in ("surveys", "survey_questions", "invitations", "answers"):
            self._note(frame, f"{key} {why}")

    def _note(self, frame: str, why: str) -> None:
        said = self.incomplete.get(frame)
        self.incomplete[frame] = f"{said}; {why}" if said else why

    def _end(self, chosen: list[str]) -> Page:
        """What `map` cannot know from answers; no answer of Qualtrics."""
        if self.unswept:
            self.incomplete["key_sweeps"] = (
                f"the responses of {', '.join(sorted(set(self.unswept)))} could not be looked for, "
                "so no response is taken for deleted"
            )
        body = {
            "as_of": self.as_of.isoformat(),
            "described": self.described,
            "surveys": sorted({*chosen, *self.known}),
            "unswept": sorted(set(self.unswept)),
        }
        return Page(
            "end", orjson.dumps(body), "what this read knows itself, no answer of Qualtrics"
        )
