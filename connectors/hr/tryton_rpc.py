"""Tryton's JSON-RPC: one session, its calls, and errors that come with status 200.

Belongs here: login, session, the context of calls, Tryton's way to write dates.
Does not belong here: which models are asked (`tryton`), retries (`http`), rows (`tryton_rows`).
"""

from __future__ import annotations

import base64
import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import orjson
from requests import PreparedRequest
from requests.auth import AuthBase

from connectors.contract import SourceError
from connectors.hr.tryton_settings import TrytonSettings
from connectors.http import Answer, Http, HttpError, Patience

_HINTS: Final = {
    401: "The user or the password is wrong, or the user may not log in: mend `user`, or put the "
    "password where `password` in the config points.",
    403: "The server does not offer this call: a model that the mapping names cannot be read by "
    "others, or a proxy refuses. `alignmart check` names the model.",
    404: "No database of this name, or no Tryton at this address: check `database` and `url`.",
    405: "No Tryton at this address: check `url`.",
    413: "The server allows fewer records a call (`records_limit`): lower `page_size`.",
}


class CallError(SourceError):
    """The server took the call and answered with an error."""


class _Session(AuthBase):
    """Puts the session, once there is one, into every request."""

    header: str | None = None

    def __call__(self, request: PreparedRequest) -> PreparedRequest:
        if self.header:
            request.headers["Authorization"] = self.header
        return request


class Rpc:
    """The calls of one logged-in user; made by `logged_in`."""

    def __init__(
        self, source: str, settings: TrytonSettings, http: Http, session: _Session
    ) -> None:
        self._source, self._settings = source, settings
        self._http, self._session = http, session
        self._path = f"/{settings.database}/rpc/"
        self.context: dict[str, Any] = {}
        """Sent with every call of a model: the user's preferences, and that nothing is hidden."""

    def login(self) -> None:
        """Begin a session. Raises SourceError."""
        user, password = self._settings.user, self._settings.password.get_secret_value()
        self._session.header = None
        given = self._call("common.db.login", user, {"password": password})
        number, key, *_ = given.rows("result") or (None, None)
        if not isinstance(number, int) or not isinstance(key, str):
            raise SourceError(f"{self._source}: the login gave no session. Check `url`.")
        token = base64.b64encode(f"{user}:{number}:{key}".encode()).decode()
        self._session.header = f"Session {token}"

    def prefer(self, as_of: dt.date | None = None) -> dict[str, Any]:
        """Take on the user's preferences, as Tryton's clients do; what they are."""
        preferences = self.call("model.res.user.get_preferences", True).take("result", dict)
        self.context = preferences | {"active_test": False}
        if as_of is not None:
            self.context["date"] = day(as_of)
        return preferences

    def call(self, method: str, *params: Any) -> Answer:
        """Call `method` of a model; a session that the server dropped is begun once more."""
        try:
            return self._call(method, *params, self.context)
        except HttpError as error:
            if error.status != 401:
                raise
        self.login()
        return self._call(method, *params, self.context)

    def names(self) -> list[str]:
        """All methods that may be called: `model.<model>.<method>`."""
        return [str(name) for name in self._call("system.listMethods").rows("result")]

    def version(self) -> str:
        """The server's series, such as 8.2."""
        answer = self._http.post("/rpc/", _body("common.server.version"))
        return str(answer.take("result", str))

    def _call(self, method: str, *params: Any) -> Answer:
        answer = self._http.post(self._path, _body(method, *params))
        if isinstance(answer.data, dict) and "error" in answer.data:
            raise CallError(f"{self._source}: {method} was refused: {_said(answer.data['error'])}")
        return answer


@contextmanager
def logged_in(source: str, settings: TrytonSettings, patience: Patience | None) -> Iterator[Rpc]:
    """A session of the user. Raises SourceError.

    It is not ended by a call, which could make a whole read fail at its end: its key is known to
    nobody afterwards, and Tryton removes it after its `max_age`.
    """
    password = settings.password.get_secret_value()
    within_json = orjson.dumps(password).decode()[1:-1]
    session = _Session()
    with Http(
        source, settings.url, session,
        secrets=(within_json, password), hints=_HINTS, patience=patience,
    ) as http:  # fmt: skip
        rpc = Rpc(source, settings, http, session)
        rpc.login()
        yield rpc


def day(value: dt.date) -> dict[str, Any]:
    """A date as Tryton writes it."""
    return {"__class__": "date", "year": value.year, "month": value.month, "day": value.day}


def instant(value: dt.datetime) -> dict[str, Any]:
    """An instant, which Tryton keeps in UTC, as it writes it."""
    utc = value.astimezone(dt.UTC)
    clock = {name: getattr(utc, name) for name in ("hour", "minute", "second", "microsecond")}
    return day(utc) | {"__class__": "datetime"} | clock


def _body(method: str, *params: Any) -> dict[str, Any]:
    return {"id": 1, "method": method, "params": list(params)}


def _said(error: Any) -> str:
    """The server's words: [kind, [message, description, …]] or [message, traceback]."""
    if error == []:
        return (
            "it took longer than the server allows (`timeout` in its section [request]). Lower "
            "`page_size`."
        )
    if not isinstance(error, list):
        return f"{error!s}"[:300]
    kind, *more = error
    if kind == "LoginException":
        return (
            "the login asks for more than a password. Use a user whose login needs a password only."
        )
    details = more[0] if more and isinstance(more[0], list) else [kind]
    if kind == "UserWarning":
        details = details[1:]
    words = " ".join(str(part).strip() for part in details[:2] if part)
    hint = (
        " If it is a right that is missing, give the user a group that may read this model "
        "(Administration, Users, Groups, tab Access Permissions)."
        if kind == "UserError"
        else " `alignmart check` compares the mapping with the server's models and fields."
    )
    return f"{words[:300].rstrip('.: ')}.{hint}"
