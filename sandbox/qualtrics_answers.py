"""What the stand-in Qualtrics answers: one method an endpoint.

Belongs here: results, paging, the states of exports, what is refused.
Does not belong here: HTTP and envelopes (`qualtrics_server`), what is kept (`qualtrics_site`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlencode

from sandbox.qualtrics_faults import packed
from sandbox.qualtrics_file import METADATA, written
from sandbox.qualtrics_site import (
    DIRECTORY,
    OWNER,
    UNIT,
    Site,
    Wave,
    code,
    iso,
    mailing_list,
)

_EXPORT_OPTIONS: Final = frozenset({
    "format", "startDate", "endDate", "timeZone", "useLabels", "limit", "seenUnansweredRecode",
    "multiselectSeenUnansweredRecode", "includeDisplayOrder", "questionIds", "embeddedDataIds",
    "surveyMetadataIds", "breakoutSets", "allowContinuation", "continuationToken", "compress",
    "exportResponsesInProgress", "newlineReplacement", "formatDecimalAsComma", "filterId",
    "includeLabelColumns", "sortByLastModifiedDate",
})  # fmt: skip
_LARGEST_PAGE: Final = 500
PROGRESS: Final = (30.0, 100.0)
"""Per cent of an export at each look before it is complete; 100 is not yet complete."""


class RefusedError(Exception):
    """An answer that is not 200."""

    def __init__(self, status: int, message: str, code: str) -> None:
        super().__init__(message)
        self.status, self.code = status, code


@dataclass
class Call:
    """One request: ids in its path, its query, its body, its address without the query."""

    ids: Mapping[str, str]
    query: Mapping[str, str]
    body: dict[str, Any]
    address: str


@dataclass
class _Export:
    wave: str
    asked: dict[str, Any]
    looks: int = 0


@dataclass
class Answers:
    """The endpoints of one account."""

    site: Site
    page_limit: int = 100
    exports: dict[str, _Export] = field(default_factory=dict)

    def whoami(self, _: Call) -> Any:
        """The token's account."""
        return {
            "userId": OWNER, "brandId": "sample", "userName": "reader@sample.example",
            "firstName": "Reader", "lastName": "Account", "accountType": "UT_BRANDADMIN",
            "language": "en", "email": "reader@sample.example",
        }  # fmt: skip

    def surveys(self, call: Call) -> Any:
        """A page of the surveys that are shared with the account."""
        there = [wave for key, wave in self.site.waves.items() if key not in self.site.hidden]
        return self._page(call, [self._head(wave) for wave in there])

    def survey(self, call: Call) -> Any:
        """One survey with its questions."""
        wave = self._wave(call)
        head = self._head(wave)
        return {
            "id": wave.key,
            "name": wave.title,
            "ownerId": OWNER,
            "organizationId": "sample",
            "isActive": head["isActive"],
            "creationDate": head["creationDate"],
            "lastModifiedDate": head["lastModified"],
            "expiration": {
                "startDate": iso(wave.opens) if wave.closes else None,
                "endDate": iso(wave.closes) if wave.closes else None,
            },
            "questions": wave.form.questions,
            "exportColumnMap": wave.form.export_columns,
            "blocks": {"BL_1": {"description": "Block 1", "elements": [
                {"type": "Question", "questionId": qid} for qid in wave.form.questions
            ]}},
            "flow": [{"id": "BL_1", "type": "Block"}],
            "embeddedData": [{"name": UNIT}] if wave.contacts else [],
            "comments": {},
            "loopAndMerge": {},
            "responseCounts": {"auditable": len(self.site.standing(wave)), "generated": 0,
                               "deleted": len(self.site.removed)},
        }  # fmt: skip

    def definition(self, call: Call) -> Any:
        """The survey's definition, of which the options matter."""
        wave = self._wave(call)
        options = {"AnonymizeResponse": "Yes" if wave.is_anonymous else "No", "BackButton": "false",
                   "SurveyProtection": "ByInvitation", "SurveyExpiration": None}  # fmt: skip
        questions = {
            qid: {"QuestionID": qid, "DataExportTag": one["questionName"],
                  "QuestionType": one["questionType"]["type"], "QuestionText": one["questionText"]}
            for qid, one in wave.form.questions.items()
        }  # fmt: skip
        return {"SurveyID": wave.key, "SurveyName": wave.title, "Questions": questions,
                "Blocks": {}, "SurveyOptions": options, "SurveyFlow": {"Type": "Root"}}  # fmt: skip

    def distributions(self, call: Call) -> Any:
        """A page of a survey's distributions."""
        wave = self._wave(call, call.query.get("surveyId"))
        return self._page(call, wave.distributions)

    def history(self, call: Call) -> Any:
        """A page of what became of each contact of a distribution."""
        for wave in self.site.waves.values():
            for sent in wave.distributions:
                if sent["id"] == call.ids["distribution"]:
                    rows = [self._outcome(wave, sent, one) for one in wave.contacts]
                    return self._page(call, rows)
        raise RefusedError(404, "The distribution does not exist.", "EMD_1")

    def directories(self, call: Call) -> Any:
        """The one directory."""
        directory = {"directoryId": DIRECTORY, "name": "Default Directory", "isDefault": True}
        return self._page(call, [directory])

    def contacts(self, call: Call) -> Any:
        """A page of a mailing list's contacts; embedded data only where it is asked for."""
        found = [w for w in self.site.waves.values() if mailing_list(w) == call.ids["list"]]
        if call.ids["directory"] != DIRECTORY or not found:
            raise RefusedError(404, "The mailing list does not exist.", "CG_1")
        if call.query.get("includeEmbedded") == "true":
            return self._page(call, found[0].contacts)
        bare = [{k: v for k, v in one.items() if k != "embeddedData"} for one in found[0].contacts]
        return self._page(call, bare)

    def export(self, call: Call) -> Any:
        """Start an export."""
        wave = self._wave(call)
        if unknown := sorted(call.body.keys() - _EXPORT_OPTIONS):
            raise RefusedError(400, f"Unexpected json key provided: {unknown[0]}", "RP_0.1")
        if call.body.get("format") != "csv":
            raise RefusedError(400, "format: only csv is spoken here.", "RP_1")
        known = {
            "surveyMetadataIds": set(METADATA),
            "questionIds": set(wave.form.questions),
            "embeddedDataIds": None,
        }
        for name, ids in known.items():
            strange = set(call.body.get(name) or ()) - ids if ids is not None else ()
            if strange:
                raise RefusedError(400, f"{name}: unknown id {min(strange)}.", "RP_2")
        key = f"ES_{code(f'{wave.key}{len(self.exports)}')}"
        self.exports[key] = _Export(wave.key, call.body)
        return {"progressId": key, "percentComplete": 0.0, "status": "inProgress"}

    def progress(self, call: Call) -> Any:
        """How far an export is: at 100 per cent it is not yet complete."""
        export = self.exports.get(call.ids["export"])
        if export is None or export.wave != call.ids["survey"]:
            raise RefusedError(404, "The export does not exist.", "RP_3")
        export.looks += 1
        if export.looks <= len(PROGRESS):
            percent = PROGRESS[export.looks - 1]
            return {"fileId": None, "percentComplete": percent, "status": "inProgress"}
        return {"fileId": f"{call.ids['export']}-def", "percentComplete": 100.0,
                "status": "complete"}  # fmt: skip

    def file(self, call: Call, kinds: set[str]) -> bytes:
        """The packed file of a complete export."""
        export = self.exports.get(call.ids["export"].removesuffix("-def"))
        if export is None or export.looks <= len(PROGRESS):
            raise RefusedError(404, "The file does not exist.", "RP_4")
        wave = self._wave(call)
        rows = self.site.standing(wave)
        return packed(f"{wave.title}.csv", written(wave, rows, export.asked, kinds), kinds)

    def _head(self, wave: Wave) -> dict[str, Any]:
        now = self.site.as_of
        made = min(wave.opens, now).replace(microsecond=0)
        return {
            "id": wave.key,
            "name": wave.title,
            "ownerId": OWNER,
            "lastModified": iso(made),
            "creationDate": iso(made),
            "isActive": wave.opens <= now and (wave.closes is None or now < wave.closes),
        }

    def _outcome(self, wave: Wave, sent: dict[str, Any], one: dict[str, Any]) -> dict[str, Any]:
        first = wave.answered.get(one["contactId"])
        statuses = ("Success", "Opened", "SurveyStarted", "HardBounce")
        status = statuses[int(code(one["contactId"]), 16) % len(statuses)]
        asked = not one["unsubscribed"]
        key = None if first is None else "Anonymous" if wave.is_anonymous else first.key
        if first is not None:
            status = "SurveyFinished"
        return {
            "contactId": one["contactId"],
            "contactLookupId": f"CGC_{code(one['contactId'] + wave.key)}",
            "distributionId": sent["id"],
            "status": status if asked else "Skipped",
            "surveyLink": f"https://sample.example/jfe/form/{wave.key}?Q_DL={code(wave.key)}",
            "contactFrequencyRuleId": None,
            "responseId": key,
            "responseCompletedAt": iso(first.at) if first else None,
            "sentAt": sent["sendDate"] if asked else None,
            "openedAt": None,
            "responseStartedAt": None,
            "surveySessionId": None,
        }

    def _wave(self, call: Call, key: str | None = "") -> Wave:
        if key is None:
            raise RefusedError(400, "Missing required parameter: surveyId", "QVAL_1")
        wave = self.site.waves.get(key or call.ids["survey"])
        if wave is None or wave.key in self.site.hidden:
            raise RefusedError(404, "The requested resource does not exist.", "NF_1")
        return wave

    def _page(self, call: Call, every: Sequence[Any]) -> dict[str, Any]:
        """A page of a list with the whole address of the next one."""
        token = call.query.get("skipToken", "0")
        if not token.isdecimal():
            raise RefusedError(400, "skipToken: malformed.", "QVAL_2")
        size = call.query.get("pageSize", str(self.page_limit))
        if not size.isdecimal() or not 0 < int(size) <= _LARGEST_PAGE:
            raise RefusedError(400, f"pageSize: between 1 and {_LARGEST_PAGE}.", "QVAL_3")
        start, end = int(token), int(token) + int(size)
        query = {k: v for k, v in call.query.items() if k != "skipToken"} | {"skipToken": end}
        after = f"{call.address}?{urlencode(query)}" if end < len(every) else None
        return {"elements": list(every[start:end]), "nextPage": after}
