"""Exports of responses: start, wait, download, unpack.

Belongs here: the three steps, their traps, and the guards of the packed file.
Does not belong here: what to export (`qualtrics_walk`), reading the file (`qualtrics_sheet`).

`status` says whether an export is ready; `percentComplete` does not, not even at 100. An export
that fails or is forgotten (404) is started again once.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any, Final

from connectors.contract import SourceError
from connectors.http import Answer, HttpError
from connectors.survey.qualtrics_api import API, Api
from connectors.survey.qualtrics_settings import QualtricsSettings

_STARTS: Final = 2
_DOWNLOADS: Final = 3


class _StartAgainError(Exception):
    """An export that may succeed when it is started again."""

    def __init__(self, final: SourceError) -> None:
        super().__init__(str(final))
        self.final = final


class Exports:
    """Exports of one account."""

    def __init__(self, api: Api, settings: QualtricsSettings) -> None:
        self._api = api
        self._settings = settings

    def file(self, survey: str, asked: dict[str, Any]) -> tuple[bytes, str]:
        """(unpacked CSV, what was asked) of the responses of `survey`. Raises SourceError."""
        path = f"{API}/surveys/{survey}/export-responses"
        for nth in range(_STARTS):
            try:
                return self._attempt(path, asked)
            except _StartAgainError as error:
                if nth + 1 == _STARTS:
                    raise error.final from None
        raise AssertionError  # the loop returns or raises

    def _attempt(self, path: str, asked: dict[str, Any]) -> tuple[bytes, str]:
        started = self._api.post(path, asked)
        progress = self._api.result(started).get("progressId")
        if not isinstance(progress, str) or not progress:
            raise SourceError(
                f"{self._api.source}: {path}: Qualtrics started no export (progressId is "
                f"{progress!r}). Try again later; check that the account may export responses."
            )
        file = self._ready(f"{path}/{progress}")
        answer, body = self._unpacked(f"{path}/{file}/file")
        return body, f"{started.request}; {answer.request} (unpacked)"

    def _ready(self, path: str) -> str:
        """The id of the file, once `status` says that it is complete."""
        waited = 0.0
        while True:
            try:
                answer = self._api.get(path)
            except HttpError as error:
                if error.status == 404:
                    raise _StartAgainError(self._failed(path, "Qualtrics forgot it")) from None
                raise
            said = self._api.result(answer)
            status, file = said.get("status"), said.get("fileId")
            if status == "complete" and isinstance(file, str) and file:
                return file
            if status == "failed":
                number = answer.data.get("meta", {}).get("requestId")
                raise _StartAgainError(self._failed(path, f"Qualtrics' request id is {number}"))
            if status != "inProgress":
                raise self._failed(path, f"status is {status!r}, fileId {file!r}")
            if waited >= self._settings.poll_limit_seconds:
                raise SourceError(
                    f"{self._api.source}: {path}: the export is not ready after {waited:.0f} s "
                    f"({said.get('percentComplete')} %). Raise `poll_limit_seconds`, or run when "
                    "Qualtrics is less busy."
                )
            self._api.patience.sleep(self._settings.poll_seconds)
            waited += self._settings.poll_seconds

    def _failed(self, path: str, why: str) -> SourceError:
        return SourceError(
            f"{self._api.source}: {path}: the export of responses failed ({why}). Nothing of this "
            "read is kept; run again, and report it to Qualtrics if it comes back."
        )

    def _unpacked(self, path: str) -> tuple[Answer, bytes]:
        for nth in range(_DOWNLOADS):
            answer = self._api.download(path)
            try:
                return answer, _only_file(answer.body, self._settings.largest_export_mb, path)
            except (zipfile.BadZipFile, EOFError, NotImplementedError) as error:
                final = SourceError(
                    f"{self._api.source}: {path}: the file is no whole zip ({error}; "
                    f"{len(answer.body):,} bytes). A proxy between may cut answers; run again."
                )
                if nth + 1 < _DOWNLOADS:
                    self._api.patience.sleep(self._settings.poll_seconds)
        raise final


def _only_file(body: bytes, most_mb: int, path: str) -> bytes:
    """The one CSV of a zip, read in memory and never beyond `most_mb`."""
    most = most_mb * 1024 * 1024
    with zipfile.ZipFile(io.BytesIO(body)) as packed:
        files = [one for one in packed.infolist() if not one.is_dir()]
        if len(files) != 1:
            raise SourceError(f"{path}: the zip holds {len(files)} files where one is expected.")
        (file,) = files
        parts = file.filename.replace("\\", "/").split("/")
        escapes = ".." in parts or parts[0].endswith(":") or not parts[0]
        if escapes or not file.filename.lower().endswith(".csv"):
            raise SourceError(
                f"{path}: the zip holds {file.filename[:80]!r}, which is no name of a CSV file; it "
                "is not opened. Report it to Qualtrics."
            )
        if file.flag_bits & 1:
            raise SourceError(f"{path}: the zip is encrypted: export without a password.")
        with packed.open(file) as unpacked:
            data = unpacked.read(most + 1) if file.file_size <= most else b""
        if file.file_size > most or len(data) > most:
            raise SourceError(
                f"{path}: the file unpacks to more than {most_mb:,} MB ({file.file_size:,} bytes "
                "said). Raise `largest_export_mb` if the survey is that large."
            )
    return data
