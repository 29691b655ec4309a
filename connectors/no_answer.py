"""Why a system did not answer, in words for whoever must mend it.

Belongs here: telling apart what goes wrong before there is an answer: name, port, certificate,
time. Does not belong here: answers (`http`).
"""

from __future__ import annotations

from collections.abc import Iterator
from ssl import SSLCertVerificationError

from requests import RequestException, Timeout
from requests.exceptions import ProxyError, SSLError
from urllib3.exceptions import NameResolutionError


def reason(error: RequestException, host: str) -> str:
    """What happened and what to do, for a request to `host` that got no answer."""
    if isinstance(error, ProxyError):
        return "the proxy cannot be reached. Check HTTPS_PROXY and NO_PROXY of this machine."
    if isinstance(error, SSLError):
        return _without_trust(error, host)
    causes = list(_causes(error))
    if any(isinstance(cause, NameResolutionError) for cause in causes):
        return f"no host {host} is known here. Is `url` spelt right, does this machine's DNS work?"
    what = f"the connection broke ({type(error).__name__})"
    if isinstance(error, Timeout):
        what = f"{host} took too long ({type(error).__name__})"
    elif any(isinstance(cause, ConnectionRefusedError) for cause in causes):
        what = f"nothing listens at {host} (connection refused)"
    return f"{what}: check `url`, the network, and whether the system is up."


def _without_trust(error: SSLError, host: str) -> str:
    if any(isinstance(cause, SSLCertVerificationError) for cause in _causes(error)):
        return (
            f"the certificate of {host} is not trusted here. Set REQUESTS_CA_BUNDLE to a file "
            "with your company's certificates, or check `url`."
        )
    return f"{host} and this machine agree on no TLS. Is the port in `url` the one for https?"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """`error`, and all that it was raised from or holds."""
    seen: set[int] = set()
    left: list[BaseException] = [error]
    while left:
        one = left.pop()
        if id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        inside = (one.__cause__, one.__context__, getattr(one, "reason", None), *one.args)
        left += [part for part in inside if isinstance(part, BaseException)]
