"""What the stand-in Qualtrics does wrong on purpose.

Belongs here: the faults that tests and the sample nights can order, and their effect on answers.
Does not belong here: right answers (`qualtrics_answers`).
"""

from __future__ import annotations

import io
import zipfile
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, Final, Literal

import orjson
from starlette.responses import Response

Kind = Literal[
    "status", "busy", "error_body", "shape", "looping", "stranger", "failed", "forgotten",
    "no_progress", "never_ready", "odd_status", "not_zip", "two_files", "escaping", "bomb",
    "encrypted", "two_headers", "short_row", "odd_code", "whole_file", "no_unit",
]  # fmt: skip
"""status: answer `status` · busy: 429 · error_body: 200 with an error in the envelope · shape: no
envelope · looping: nextPage is this page · stranger: nextPage is on host `value` · failed,
forgotten, never_ready, odd_status: what becomes of an export · no_progress: none is started ·
not_zip, two_files, escaping, bomb, encrypted: the packed file · two_headers, short_row, odd_code
(a status that is none), whole_file (all columns, whatever was asked for), no_unit: its rows."""


@dataclass(frozen=True)
class Fault:
    """From its `at`-th call on, for `times` calls (None: for ever), `endpoint` answers wrongly."""

    endpoint: str
    kind: Kind
    at: int = 1
    times: int | None = 1
    status: int = 500
    retry_after: int | None = None
    value: str = ""


ORDINARY: Final = (
    Fault("distributions", "busy", at=2, retry_after=0),
    Fault("export_start", "busy", at=1, retry_after=0),
    Fault("export_progress", "status", at=4, status=504),
)
"""What a night with nothing wrong still meets: a busy Qualtrics, a gateway that gives up."""


@dataclass
class Trouble:
    """Counts calls per endpoint and says which faults are due."""

    faults: tuple[Fault, ...] = ORDINARY
    calls: Counter[str] = field(default_factory=Counter)

    def due(self, endpoint: str) -> list[Fault]:
        """The faults of this call of `endpoint`."""
        self.calls[endpoint] += 1
        n = self.calls[endpoint]
        return [
            fault
            for fault in self.faults
            if fault.endpoint in (endpoint, "*")
            and n >= fault.at
            and (fault.times is None or n < fault.at + fault.times)
        ]


def envelope(result: Any, request: int) -> dict[str, Any]:
    """A good answer."""
    return {"result": result, "meta": {"httpStatus": "200 - OK", "requestId": request_id(request)}}


def refusal(status: int, words: str, code: str, request: int) -> Response:
    """An answer that is not good, in Qualtrics' envelope."""
    names = {
        400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
        429: "Too Many Requests", 504: "Gateway Timeout",
    }  # fmt: skip
    meta = {
        "httpStatus": f"{status} - {names.get(status, 'Internal Server Error')}",
        "error": {"errorMessage": words, "errorCode": code},
        "requestId": request_id(request),
    }
    return Response(orjson.dumps({"meta": meta}), status, media_type="application/json")


def request_id(number: int) -> str:
    """The id of the n-th request."""
    return f"00000000-0000-4000-8000-{number:012d}"


def instead(fault: Fault, request: int) -> Response | None:
    """The answer that a fault gives without any work being done, or None."""
    if fault.kind == "status":
        return refusal(fault.status, f"Ordered: {fault.status}", "E_1", request)
    if fault.kind == "busy":
        busy = refusal(429, "Too many requests; try again later.", "RL_1", request)
        if fault.retry_after is not None:
            busy.headers["Retry-After"] = str(fault.retry_after)
        return busy
    if fault.kind == "error_body":
        meta = {"httpStatus": "500 - Internal Server Error", "requestId": request_id(request)}
        meta |= {"error": {"errorMessage": "The service is unavailable.", "errorCode": "ISE_0"}}
        return Response(orjson.dumps({"meta": meta}), media_type="application/json")
    if fault.kind == "shape":
        return Response(b'{"unexpected":[1,2,3]}', media_type="application/json")
    return None


def spoiled(fault: Fault, result: dict[str, Any], here: str) -> dict[str, Any]:
    """`result` of a good answer, made wrong; `here` is the address that was asked."""
    changes: dict[str, dict[str, Any]] = {
        "looping": {"nextPage": here},
        "stranger": {"nextPage": fault.value},
        "no_progress": {"progressId": None},
        "failed": {"status": "failed", "percentComplete": 100.0, "fileId": None},
        "never_ready": {"status": "inProgress", "percentComplete": 100.0, "fileId": None},
        "odd_status": {"status": "paused", "fileId": None},
    }
    return result | changes.get(fault.kind, {})


def packed(name: str, csv: bytes, kinds: set[str]) -> bytes:
    """A zip with one file, or as the faults will have it. The same bytes for the same file."""
    if "not_zip" in kinds:
        return csv[:100]
    if "escaping" in kinds:
        name = f"../../{name}"
    if "bomb" in kinds:
        csv += b"\n" * 4_000_000
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for n in range(2 if "two_files" in kinds else 1):
            info = zipfile.ZipInfo(f"{n or ''}{name}", (2026, 1, 1, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, csv)
    data = bytearray(out.getvalue())
    if "encrypted" in kinds:
        for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
            data[data.index(mark) + at] |= 1
    return bytes(data)
