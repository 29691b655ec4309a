"""Speaking HTTP to a vendor: one client, with the manners that hold across systems.

Belongs here: authentication, retries, time and size caps, errors in words that help, and the
guards of paging (a link to a stranger's host, a token that comes twice).
Does not belong here: any vendor's paths, paging scheme or payload.

The client stands on dlt's `RESTClient` and session. Retrying is our own policy over tenacity:
dlt's caps a `Retry-After` at its longest backoff and counts a 429 like a broken server, so it
would give up on a busy vendor that asks for patience.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, Self, TypeVar
from urllib.parse import urlsplit

import orjson
from dlt.common.configuration.specs import RuntimeConfiguration
from dlt.sources.helpers.requests import Client
from dlt.sources.helpers.rest_client.client import RESTClient
from requests import RequestException, Response
from requests.auth import AuthBase
from tenacity import RetryCallState, Retrying, retry_if_exception_type

from connectors import no_answer
from connectors.contract import SourceError

_HINTS: Final[dict[int, str]] = {
    400: "The request itself is refused, so nothing may be taken as empty: mend the mapping.",
    401: "The user or token is wrong, expired or revoked: renew it where the config points.",
    403: "The account may not read this: give it the permission, or leave it out of the config.",
    404: "This address is gone: check `url`; the vendor may have removed the endpoint.",
    410: "The vendor has removed this endpoint: a newer alignmart is needed.",
}


T = TypeVar("T")
Method = Literal["GET", "POST"]


class HttpError(SourceError):
    """The vendor answered with a status that no retry mends.

    `hint` says what to do, `asked` and `said` are the question without its parameters and the
    beginning of the answer; the message holds all of it.
    """

    def __init__(
        self, message: str, status: int, *, hint: str = "", asked: str = "", said: str = ""
    ) -> None:
        super().__init__(message)
        self.status, self.hint, self.asked, self.said = status, hint, asked, said


class NoAnswerError(SourceError):
    """Nobody answered at this address; `why` says what happened and what to do."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: no answer: {why}")
        self.why = why


def _errors_in(record: Any) -> str:
    """What a system says of an error in an answer that claims to be good; no other value of it."""
    said = record.get("errorMessages") if isinstance(record, dict) else None
    return f"; it says: {' '.join(map(str, said))[:200]}" if isinstance(said, list) else ""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to insist: tries for what is broken, seconds for everything together.

    A 429, and a 503 that names a time, are asked again until `total_seconds` is used up; other
    5xx, dropped connections and unreadable JSON at most `tries` times.
    """

    tries: int = 5
    total_seconds: float = 900.0
    first_wait: float = 1.0
    longest_wait: float = 60.0
    connect_seconds: float = 10.0
    read_seconds: float = 120.0
    largest_body: int = 512 * 1024 * 1024
    sleep: Callable[[float], None] = time.sleep


@dataclass(frozen=True, slots=True)
class Answer:
    """One good answer: its bytes as they came, the same as JSON if it is, and what was asked."""

    body: bytes
    data: Any
    request: str

    def take(self, name: str, kind: type[T]) -> T:
        """The value `name` of the answer; SourceError where it is missing or no `kind`."""
        return self._take(self.data, name, kind)

    def rows(self, name: str | None = None) -> list[Any]:
        """The list `name` of the answer, or the answer itself where it is a bare list."""
        return self._take({"": self.data} if name is None else self.data, name or "", list)

    def column(self, name: str, key: str, kind: type[T]) -> list[T]:
        """The value `key` of every record in the list `name`."""
        return [self._take(row, key, kind) for row in self.rows(name)]

    def _take(self, record: Any, name: str, kind: type[T]) -> T:
        value = record.get(name) if isinstance(record, dict) else None
        if isinstance(value, kind):
            return value
        where = f"`{name}`" if name else "the answer"
        raise SourceError(
            f"{self.request[:200]}: {where} should be a {kind.__name__}, but is "
            f"{type(value).__name__}{_errors_in(record)}. Nothing of this read is kept; try again."
        )


@dataclass
class Once:
    """Guards a walk over pages: a token or link that comes twice would never end."""

    where: str
    seen: set[str] = field(default_factory=set)

    def __call__(self, token: str) -> str:
        """`token`, if it is new; SourceError if not."""
        if token in self.seen:
            raise SourceError(
                f"{self.where}: the page after {len(self.seen)} pages is one that was read "
                "already, so the list would never end. Nothing of this read is kept; try again, "
                "and report it to the vendor if it comes back."
            )
        self.seen.add(token)
        return token


class _AgainError(Exception):
    """Worth another try: `final` is raised when patience ends; `nth` of those that count."""

    def __init__(self, final: SourceError, *, after: float | None = None, counts: bool) -> None:
        super().__init__(str(final))
        self.final, self.after, self.counts = final, after, counts
        self.nth = 0


class Http:
    """A vendor's API at `base_url`, spoken to in the name of `source`."""

    def __init__(
        self,
        source: str,
        base_url: str,
        auth: AuthBase,
        *,
        secrets: Sequence[str] = (),
        hints: Mapping[int, str] | None = None,
        patience: Patience | None = None,
        accept: str = "application/json",
    ) -> None:
        self.source = source
        self.base_url = base_url.rstrip("/")
        self._secrets = [secret for secret in secrets if secret]
        self._hints = {**_HINTS, **(hints or {})}
        self._patience = patience or Patience()
        self._client = RESTClient(
            self.base_url,
            headers={"Accept": accept},
            auth=auth,
            session=Client(
                request_timeout=(self._patience.connect_seconds, self._patience.read_seconds),
                raise_for_status=False,
                request_max_attempts=1,
                status_codes=(),
                exceptions=(),
            ).session,
            config=RuntimeConfiguration(),
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.session.close()

    def get(self, path: str, **params: str | int) -> Answer:
        """GET `path` (or a link that `own` let pass). Raises SourceError."""
        asked = "&".join(f"{name}={value}" for name, value in params.items())
        said = f"GET {path.removeprefix(self.base_url)}" + (f"?{asked}" if asked else "")
        return self._insist("GET", path, said, params=params)

    def post(self, path: str, body: dict[str, Any]) -> Answer:
        """POST `body` as JSON. Raises SourceError."""
        said = f"POST {path} {orjson.dumps(body).decode()}"
        return self._insist("POST", path, said, json=body)

    def download(self, path: str) -> Answer:
        """GET `path`, whose answer is a file and no JSON: `data` is None. Raises SourceError."""
        said = f"GET {path.removeprefix(self.base_url)}"
        return self._insist("GET", path, said, is_json=False)

    def own(self, link: str) -> str:
        """`link` if it stays on this API's host, for credentials go with it."""
        ours, theirs = urlsplit(self.base_url), urlsplit(link)
        if (theirs.scheme, theirs.netloc) != (ours.scheme, ours.netloc):
            raise SourceError(
                f"{self.source}: the next page is said to be at {theirs.scheme}://{theirs.netloc}"
                f", not at {ours.netloc}. The credentials are not sent there; check `url`."
            )
        return link

    def _insist(
        self, method: Method, path: str, said: str, *, is_json: bool = True, **content: Any
    ) -> Answer:
        retrying = Retrying(
            retry=retry_if_exception_type(_AgainError),
            wait=self._wait,
            stop=self._give_up,
            sleep=self._patience.sleep,
            reraise=True,
        )
        broken = 0

        def attempt() -> Answer:
            nonlocal broken
            try:
                return self._once(method, path, said, content, is_json)
            except _AgainError as error:
                broken += error.counts
                error.nth = broken
                raise

        try:
            return retrying(attempt)
        except _AgainError as error:
            raise error.final from None

    def _once(
        self, method: Method, path: str, said: str, content: dict[str, Any], is_json: bool
    ) -> Answer:
        where = f"{self.source}: {self._clean(said)[:200]}"
        try:
            response = self._client.request(
                path,
                method=method,
                stream=True,
                allow_redirects=False,
                **content,
            )
            with response:
                body = self._read(response, where)
        except RequestException as error:
            host = urlsplit(self.base_url).netloc
            nobody = NoAnswerError(where, no_answer.reason(error, host))
            raise _AgainError(nobody, counts=True) from None
        if response.status_code != 200:
            raise self._refusal(response, body, where)
        if not is_json:
            return Answer(body, None, self._clean(said))
        try:
            return Answer(body, orjson.loads(body), self._clean(said))
        except orjson.JSONDecodeError as error:
            final = SourceError(
                f"{where}: the answer is no whole JSON ({error}; {len(body):,} bytes). "
                "A proxy between may cut or replace answers; nothing of this read is kept."
            )
            raise _AgainError(final, counts=True) from None

    def _read(self, response: Response, where: str) -> bytes:
        """The unpacked body, within the caps of size and time."""
        parts, size, started = [], 0, time.monotonic()
        for part in response.iter_content(1 << 20):
            parts.append(part)
            size += len(part)
            if size > self._patience.largest_body:
                raise SourceError(
                    f"{where}: the answer is larger than {self._patience.largest_body:,} bytes. "
                    "Ask for smaller pages (`page_size`) or fewer fields."
                )
            if time.monotonic() - started > self._patience.total_seconds:
                raise SourceError(
                    f"{where}: the answer did not end in {self._patience.total_seconds:.0f} s. "
                    "Try again when the system or the network is less busy."
                )
        return b"".join(parts)

    def _refusal(self, response: Response, body: bytes, where: str) -> Exception:
        status = response.status_code
        said = self._clean(" ".join(body[:2000].decode("utf-8", "replace").split()))
        words = said[:300]
        after = _seconds(response.headers.get("Retry-After"))
        if 300 <= status < 400:
            target = urlsplit(response.headers.get("Location", "")).netloc or "another address"
            return HttpError(
                f"{where}: redirected to {target} ({status}), which is not followed because the "
                "credentials would go with it. Set `url` to the address that answers itself.",
                status,
            )
        if status == 429 or status >= 500:
            wait = "" if after is None else f" and asks to wait {after:.0f} s"
            final = HttpError(
                f"{where}: answered {status}{wait}, too often or for longer than "
                f"{self._patience.total_seconds:.0f} s. Try again later. It said: {words}",
                status,
            )
            return _AgainError(
                final, after=after, counts=status != 429 and not (status == 503 and after)
            )
        hint = self._hints.get(status, "Check `url` and the vendor's documentation.")
        return HttpError(
            f"{where}: answered {status}. {hint} It said: {words or 'nothing'}",
            status,
            hint=hint,
            asked=self._clean(f"{response.request.method} {urlsplit(response.url).path}"),
            said=said,
        )

    def _wait(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, _AgainError) and error.after is not None:
            return error.after
        doubled: float = self._patience.first_wait * 2.0 ** min(state.attempt_number - 1, 30)
        return min(doubled, self._patience.longest_wait)

    def _give_up(self, state: RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        spent = max(state.seconds_since_start or 0.0, state.idle_for)
        if spent + state.upcoming_sleep > self._patience.total_seconds:
            return True
        return isinstance(error, _AgainError) and error.nth >= self._patience.tries

    def _clean(self, text: str) -> str:
        for secret in self._secrets:
            text = text.replace(secret, "***")
        return text


def _seconds(retry_after: str | None) -> float | None:
    """`Retry-After` in seconds, which is the form that all systems read so far use."""
    try:
        return max(0.0, float(retry_after)) if retry_after else None
    except ValueError:
        return None
