"""What the checks of all systems share: a refusal as a finding, and the names that may be meant.

Belongs here: which option mends a refusal, when looking further is of no use, nearest names.
Does not belong here: what a system must have (`<system>_check`).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from difflib import SequenceMatcher, get_close_matches
from typing import Final

import orjson

from connectors.contract import Finding, SourceError
from connectors.http import HttpError, NoAnswerError

_SHOWN: Final = 8
"""Most names that a finding lists."""
_ALIKE: Final = 0.6
_NOT_FAR: Final = 0.1
"""Names alike enough to be meant, and how much less alike than the nearest one they may be."""
_LONGEST: Final = 200
"""Most characters of an answer that a finding repeats."""


def guarded(
    subject: str, look: Callable[[], Iterator[Finding]], api: str, secret: str
) -> Iterator[Finding]:
    """What `look` finds; an answer that is refused, or of another shape than `api`, is an error.

    `secret` is the option with the credential.
    """
    try:
        yield from look()
    except SourceError as error:
        yield Finding(subject, "error", in_words(error), mending(error, secret))
    except (LookupError, TypeError, AttributeError) as error:
        said = f"the answer has another shape than {api} says ({error!r}); check `url`"
        yield Finding(subject, "error", said, "url")


def mending(error: SourceError, secret: str) -> str:
    """The option that mends what a system refused, nothing where none does."""
    if isinstance(error, NoAnswerError):
        return "url"
    if isinstance(error, HttpError):
        return {401: secret, 404: "url"}.get(error.status, "url" if error.status < 400 else "")
    return ""


def in_words(error: SourceError) -> str:
    """What to do, before what was asked and answered."""
    if isinstance(error, NoAnswerError):
        return f"no answer: {error.why}"
    if not isinstance(error, HttpError) or not error.hint:
        return str(error)
    said = _sentences(error.said)
    return f"{error.hint} ({error.status} for {error.asked}{f': {said}' if said else ''})"


def is_locked_out(found: Iterable[Finding], secret: str) -> bool:
    """Whether every further question would end alike: nobody answers, or not to this secret."""
    ends = ("url", "system", secret)
    return any(one.status == "error" and one.option in ends for one in found)


def nearest(name: str, have: Iterable[str] | Mapping[str, str]) -> str:
    """`; nearest: A, B`, else `; there are: …`: what `name` may have been meant to be.

    A mapping holds, by the name that an option wants, the one that people see; both are compared,
    upper and lower case alike.
    """
    labels = have if isinstance(have, Mapping) else {one: one for one in have}
    meant: dict[str, str] = {}
    for key, label in labels.items():
        meant.setdefault(label.casefold(), key)
    meant |= {key.casefold(): key for key in labels}
    close = get_close_matches(name.casefold(), meant, n=3, cutoff=_ALIKE)
    keys = dict.fromkeys(meant[word] for word in close if _is_as_near(name.casefold(), word, close))
    if keys:
        return f"; nearest: {', '.join(_shown(key, labels[key]) for key in keys)}"
    every = [_shown(key, label) for key, label in sorted(labels.items())]
    return f"; there are: {some(every)}" if every else ""


def some(words: list[str]) -> str:
    """The first of `words`, and a mark where there are more."""
    return ", ".join(words[:_SHOWN]) + (", …" if len(words) > _SHOWN else "")


def _is_as_near(name: str, word: str, close: list[str]) -> bool:
    best, this = (SequenceMatcher(None, one, name).ratio() for one in (close[0], word))
    return best - this <= _NOT_FAR


def _sentences(answer: str) -> str:
    """The sentences in an answer of JSON, without its names and codes; other text as it is."""
    try:
        found = dict.fromkeys(_texts(orjson.loads(answer)))
    except orjson.JSONDecodeError:
        return re.sub(r"<[^>]*>", " ", answer).strip()[:_LONGEST]
    return " ".join(text for text in found if " " in text)[:_LONGEST]


def _texts(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    inside = data.values() if isinstance(data, dict) else data if isinstance(data, list) else ()
    for part in inside:
        yield from _texts(part)


def _shown(key: str, label: str) -> str:
    return key if key == label else f"{label} ({key})"
