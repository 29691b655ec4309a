"""The stand-in Qualtrics is as faithful as what is known of the real one."""

from __future__ import annotations

import csv
import datetime as dt
import io
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import orjson
import pytest
import requests

from sandbox import company
from sandbox.qualtrics_faults import Fault, Trouble
from sandbox.qualtrics_questionnaire import MATRIX
from sandbox.qualtrics_server import Qualtrics, running, serving
from sandbox.qualtrics_site import DIRECTORY, OTHER, Site, mailing_list
from sandbox.world import World, end_of

TOKEN = "canary-token-31aa"


@cache
def world() -> World:
    return company.generate(seed=5, people=40, months=3)


class Client:
    """Asks the stand-in; `last` is the last answer."""

    def __init__(self, url: str, token: str = TOKEN) -> None:
        self.url, self.headers = url, {"X-API-TOKEN": token}

    def get(self, path: str, **params: Any) -> Any:
        address = path if path.startswith("http") else f"{self.url}/API/v3/{path}"
        self.last = requests.get(address, headers=self.headers, params=params, timeout=10)
        return self.last.json() if "json" in self.last.headers["Content-Type"] else None

    def post(self, path: str, body: dict[str, Any]) -> Any:
        address = f"{self.url}/API/v3/{path}"
        self.last = requests.post(address, headers=self.headers, json=body, timeout=10)
        return self.last.json()

    def rows(self, path: str, **params: Any) -> list[Any]:
        """All elements of a list, along its links."""
        page = self.get(path, **params)["result"]
        found = list(page["elements"])
        while page["nextPage"]:
            page = self.get(page["nextPage"])["result"]
            found += page["elements"]
        return found

    def file(self, survey: str, **asked: Any) -> tuple[list[list[str]], bytes]:
        """(rows, bytes) of the CSV of an export."""
        path = f"surveys/{survey}/export-responses"
        progress = self.post(path, {"format": "csv"} | asked)["result"]["progressId"]
        while (said := self.get(f"{path}/{progress}")["result"])["status"] != "complete":
            assert said["fileId"] is None
        self.get(f"{path}/{said['fileId']}/file")
        with zipfile.ZipFile(io.BytesIO(self.last.content)) as packed:
            (name,) = packed.namelist()
            body = packed.read(name)
        return list(csv.reader(io.StringIO(body.decode("utf-8-sig")))), body


@contextmanager
def asked(
    *faults: Fault, at: dt.datetime | None = None, page_limit: int = 100
) -> Iterator[tuple[Client, Qualtrics]]:
    site = Site(world(), at or end_of(world().end))
    server = Qualtrics(site, TOKEN, Trouble(faults), page_limit)
    with serving(server) as url:
        yield Client(url), server


def first_wave() -> dict[str, Any]:
    return world().surveys.sort("opened_at").row(0, named=True)


def test_every_answer_comes_in_an_envelope_with_its_request():
    with asked() as (client, _):
        meta = client.get("whoami")["meta"]
        assert meta["httpStatus"] == "200 - OK" and len(meta["requestId"]) == 36
        assert client.get("whoami")["meta"]["requestId"] != meta["requestId"]


def test_a_wrong_token_gets_401_in_the_envelope_and_no_result():
    with asked() as (client, _):
        client.headers = {"X-API-TOKEN": "wrong"}
        said = client.get("surveys")
        assert client.last.status_code == 401 and "result" not in said
        assert said["meta"]["httpStatus"] == "401 - Unauthorized"
        assert said["meta"]["error"]["errorMessage"] == "Unrecognized X-API-TOKEN."
        client.headers = {"Authorization": f"Bearer {TOKEN}"}
        client.get("surveys")
        assert client.last.status_code == 401


def test_a_list_goes_on_along_whole_addresses_until_null():
    with asked(page_limit=1) as (client, _):
        page = client.get("surveys")["result"]
        assert page["nextPage"].startswith(f"{client.url}/API/v3/surveys?")
        assert len(client.rows("surveys")) == 4


def test_parameters_are_case_sensitive():
    with asked() as (client, _):
        key = first_wave()["survey"]
        client.get("distributions", surveyid=key)
        assert client.last.status_code == 400
        assert client.get("distributions", surveyId=key)["result"]["elements"]
        said = client.post(f"surveys/{key}/export-responses", {"format": "csv", "timezone": "x"})
        assert client.last.status_code == 400
        assert "timezone" in said["meta"]["error"]["errorMessage"]


def test_only_shared_surveys_are_listed_and_others_are_404():
    with asked() as (client, server):
        server.site.hidden.add(OTHER)
        assert OTHER not in [one["id"] for one in client.rows("surveys")]
        client.get(f"surveys/{OTHER}")
        assert client.last.status_code == 404


def test_a_survey_has_recodes_that_are_not_its_choices_ids_and_a_matrix_with_odd_row_keys():
    with asked() as (client, _):
        said = client.get(f"surveys/{first_wave()['survey']}")["result"]
        for question in said["questions"].values():
            recodes = {key: one["recode"] for key, one in question.get("choices", {}).items()}
            assert question["questionName"] == "age_band" or not any(
                key == recode for key, recode in recodes.items()
            )
        rows = said["questions"][MATRIX]["subQuestions"]
        assert not any(key == row["recode"] for key, row in rows.items())
        columns = said["exportColumnMap"]
        assert columns["control_1"]["subQuestion"].startswith(f"{MATRIX}.subQuestions.")
        qid = columns["resources_1"]["question"]
        assert said["questions"][qid]["questionName"] == "resources_1"
        kinds = {one["questionType"]["type"] for one in said["questions"].values()}
        assert kinds == {"Matrix", "MC", "TE"}


def test_a_wave_is_active_between_opening_and_closing_and_a_draft_before():
    opened, closed = first_wave()["opened_at"], first_wave()["closed_at"]
    hour = dt.timedelta(hours=1)
    for at, active in ((opened - hour, False), (opened + hour, True), (closed + hour, False)):
        with asked(at=at) as (client, _):
            (head,) = [o for o in client.rows("surveys") if o["id"] == first_wave()["survey"]]
            assert head["isActive"] == active


def test_only_the_definition_says_that_a_wave_is_anonymised():
    with asked() as (client, _):
        for row in world().surveys.to_dicts():
            options = client.get(f"survey-definitions/{row['survey']}")["result"]["SurveyOptions"]
            assert (options["AnonymizeResponse"] == "Yes") == row["is_anonymous"]


def test_a_history_names_contacts_that_were_never_asked_and_hides_responses_of_an_anonymous_wave():
    with asked() as (client, server):
        for row in world().surveys.to_dicts():
            invitation, reminder = client.rows("distributions", surveyId=row["survey"])
            assert reminder["parentDistributionId"] == invitation["id"]
            history = client.rows(f"distributions/{invitation['id']}/history")
            n_asked = world().invitations.filter(survey=row["survey"]).height
            assert [one["status"] for one in history].count("Skipped") == 1
            assert len(history) == n_asked + 1
            keys = {one["responseId"] for one in history} - {None}
            assert (keys == {"Anonymous"}) == row["is_anonymous"]
        assert len(server.asked) == 6


def test_embedded_data_of_contacts_comes_only_when_it_is_asked_for():
    with asked() as (client, server):
        wave = server.site.waves[first_wave()["survey"]]
        path = f"directories/{DIRECTORY}/mailinglists/{mailing_list(wave)}/contacts"
        assert "embeddedData" not in client.rows(path)[0]
        assert client.rows(path, includeEmbedded="true")[0]["embeddedData"]
        assert len(client.get(path, pageSize=5)["result"]["elements"]) == 5
        client.get(path, pageSize=501)
        assert client.last.status_code == 400


# Exports


def test_an_export_stands_at_a_hundred_per_cent_before_it_is_complete():
    with asked() as (client, _):
        path = f"surveys/{first_wave()['survey']}/export-responses"
        started = client.post(path, {"format": "csv"})["result"]
        assert started["status"] == "inProgress" and started["percentComplete"] == 0
        looks = [client.get(f"{path}/{started['progressId']}")["result"] for _ in range(3)]
        assert [look["percentComplete"] for look in looks] == [30.0, 100.0, 100.0]
        assert [look["status"] for look in looks] == ["inProgress", "inProgress", "complete"]
        client.get(f"{path}/{started['progressId']}-no/file")
        assert client.last.status_code == 404


def test_a_file_has_a_mark_three_header_rows_and_a_comma_too_many():
    with asked() as (client, _):
        rows, body = client.file(first_wave()["survey"])
        assert body.startswith(b"\xef\xbb\xbfStartDate,")
        names, wordings, ids = rows[:3]
        assert names[-1] == wordings[-1] == ids[-1] == rows[5][-1] == ""
        assert names[8] == "ResponseId" and orjson.loads(ids[8]) == {"ImportId": "_recordId"}
        (question,) = [w for n, w in zip(names, wordings, strict=True) if n == "control_1"]
        assert question.startswith("<strong>Frage:</strong>") and "\n" in question
        assert orjson.loads(ids[7]) == {"ImportId": "recordedDate", "timeZone": "America/Denver"}


def test_times_are_in_the_zone_that_was_asked_for_else_in_the_accounts_own():
    with asked() as (client, _):
        ours, _ = client.file(first_wave()["survey"], timeZone="Etc/UTC")
        theirs, _ = client.file(first_wave()["survey"])
        assert dt.datetime.fromisoformat(ours[3][7]) - dt.datetime.fromisoformat(
            theirs[3][7]
        ) == dt.timedelta(hours=6)


def test_a_file_holds_what_was_asked_for_and_the_text_beside_a_choice():
    with asked() as (client, server):
        form = server.site.waves[first_wave()["survey"]].form
        (owned,) = [item for item in form.items if item.code == "ownership_1"]
        rows, _ = client.file(
            first_wave()["survey"], questionIds=[owned.qid], embeddedDataIds=[],
            surveyMetadataIds=["_recordId", "status"],
        )  # fmt: skip
        assert rows[0] == ["Status", "ResponseId", "ownership_1", "ownership_1_31_TEXT", ""]


def test_a_seen_but_unanswered_question_is_empty_unless_it_is_recoded():
    with asked() as (client, server):
        key = first_wave()["survey"]
        skipped = sum(
            state == "skipped"
            for one in server.site.waves[key].responses
            for _, state in one.values.values()
        )
        assert skipped > 0
        coded, _ = client.file(key, seenUnansweredRecode=-99)
        bare, _ = client.file(key)
        assert sum(row.count("-99") for row in coded) == skipped
        assert sum(row.count("-99") for row in bare) == 0


def test_labels_are_texts_and_not_recodes():
    with asked() as (client, _):
        rows, _ = client.file(first_wave()["survey"], useLabels=True)
        at = rows[0].index("control_1")
        assert {row[at][:6] for row in rows[3:]} <= {"Choice", "Don't ", ""}


def test_there_are_previews_tests_spam_unfinished_imported_and_employee_codes():
    with asked() as (client, _):
        codes: set[str] = set()
        for key in world().surveys["survey"]:
            rows, _ = client.file(key)
            codes |= {row[2] for row in rows[3:]}
            assert [row[6] for row in rows[3:]].count("0") == 1
        assert codes == {"0", "1", "2", "4", "8", "32", "36"}


def test_unknown_ids_and_formats_are_refused():
    with asked() as (client, _):
        path = f"surveys/{first_wave()['survey']}/export-responses"
        for body in ({"format": "xml"}, {"format": "csv", "questionIds": ["QID999"]},
                     {"format": "csv", "surveyMetadataIds": ["RecordedDate"]}):  # fmt: skip
            client.post(path, body)
            assert client.last.status_code == 400


# Faults and the process


@pytest.mark.parametrize(
    ("fault", "status"),
    [
        (Fault("surveys", "busy", retry_after=3), 429),
        (Fault("surveys", "status", status=504), 504),
        (Fault("surveys", "error_body"), 200),
    ],
)
def test_an_ordered_fault_comes_once_in_the_envelope(fault: Fault, status: int):
    with asked(fault) as (client, _):
        said = client.get("surveys")
        assert client.last.status_code == status and "error" in said["meta"]
        assert client.last.headers.get("Retry-After") == ("3" if fault.kind == "busy" else None)
        assert "result" in client.get("surveys")


def test_the_process_answers_until_its_block_ends():
    with running(world(), end_of(world().end), token=TOKEN) as url:
        assert len(Client(url).rows("surveys")) == 4
    with pytest.raises(requests.ConnectionError):
        Client(url).get("surveys")
