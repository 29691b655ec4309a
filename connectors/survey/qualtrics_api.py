"""Qualtrics' manners over HTTP: the token's header, the envelope, lists.

Belongs here: what holds for every endpoint of API v3.
Does not belong here: single endpoints, exports (`qualtrics_export`), retries (`http`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from requests import PreparedRequest
from requests.auth import AuthBase

from connectors.contract import SourceError
from connectors.http import Answer, Http, Once, Patience
from connectors.survey.qualtrics_settings import QualtricsSettings

API: Final = "/API/v3"

_HINTS: Final = {
    400: "Qualtrics refuses the question: an id in the config is not one of this account's. "
    "`alignmart check` names it.",
    401: "The API token is wrong or was replaced, or `datacenter` is not the account's own: both "
    "stand in Qualtrics under Account settings, Qualtrics IDs. Put the token where `token` in "
    "the config points.",
    403: "The token's account may not do this: share the survey with it (view reports, export "
    "responses), or give it the permission Access API.",
    404: "Nothing is there: it was deleted, or is not shared with the token's account.",
}


class _TokenAuth(AuthBase):
    """Sends the API token in Qualtrics' own header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        request.headers["X-API-TOKEN"] = self._token
        return request


class Api(Http):
    """API v3 of one account. Use as a context manager."""

    def __init__(self, source: str, settings: QualtricsSettings, patience: Patience | None) -> None:
        token = settings.token.get_secret_value()
        super().__init__(
            source,
            settings.address,
            _TokenAuth(token),
            secrets=(token,),
            hints=_HINTS,
            patience=patience,
        )
        self.patience = patience or Patience()

    def listed(
        self, path: str, params: Mapping[str, str] | None = None
    ) -> Iterator[tuple[Answer, list[Any]]]:
        """Yield (answer, its elements) along `nextPage`, a whole address or null. SourceError."""
        once = Once(f"{self.source}: GET {path}")
        answer = self.get(f"{API}{path}", **(params or {}))
        while True:
            said = self.result(answer)
            elements = said.get("elements")
            if not isinstance(elements, list):
                raise _odd(answer, "`result.elements` is no list")
            yield answer, elements
            link = said.get("nextPage")
            if not link:
                return
            if not isinstance(link, str):
                raise _odd(answer, "`result.nextPage` is no address")
            answer = self.get(once(self.own(link)))

    def one(self, path: str) -> tuple[Answer, dict[str, Any]]:
        """GET `path`: (answer, its result). Raises SourceError."""
        answer = self.get(f"{API}{path}")
        return answer, self.result(answer)

    def result(self, answer: Answer) -> dict[str, Any]:
        """`result` of an answer; SourceError where the envelope tells of an error instead."""
        meta = answer.data.get("meta") if isinstance(answer.data, dict) else None
        error = meta.get("error") if isinstance(meta, dict) else None
        if isinstance(error, dict):
            words = f"it says: {self._clean(str(error.get('errorMessage')))[:200]}"
            raise _odd(answer, f"{words} ({error.get('errorCode')})")
        return answer.take("result", dict)


def _odd(answer: Answer, what: str) -> SourceError:
    return SourceError(
        f"{answer.request[:200]}: {what}. Nothing of this read is kept; try again, and report it "
        "to Qualtrics if it comes back."
    )
