"""Names as people write them, made comparable: what linkage compares of a name.

Belongs here: case, accents, order, titles, initials, short forms, words that say that an account is
a machine or somebody from outside. Does not belong here: how alike two names are, and what that is
worth (`linkage_model`).

A name has one or more readings: "Ada Abel" may also be written "Abel Ada", and "aabel" is a login.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from functools import cache
from typing import Final

from pipelines.linkage_words import MACHINE, OUTSIDE, PARTICLES, SHORT_FORMS, TITLES

_LETTERS: Final = str.maketrans(
    {"ß": "ss", "æ": "a", "ø": "o", "œ": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)
_TWO_LETTERS: Final = re.compile("(?<=[aou])e")
"""ä is written ae, or a: without the e they are the same, and so is every other e after them."""
_BRACKETS: Final = re.compile(r"[(\[{][^)\]}]*[)\]}]")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:[-'’.`][^\W\d_]+)*", re.UNICODE)
_AFTER_THE_NAME: Final = re.compile(r"\s[-–—|/@]\s.*|[|/].*")


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a name. Words are folded; `given` of one letter is an initial.

    `order`: written (as it stands), swapped, login (made of a single word), mail (from an e-mail).
    `roots`: the given name and what it may be short for. `others`: further given names and the
    parts of a double family name.
    """

    given: str | None
    family: str | None
    order: str = "written"
    roots: tuple[str, ...] = ()
    others: tuple[str, ...] = field(default=())


@cache
def _longer_forms() -> dict[str, tuple[str, ...]]:
    found: dict[str, set[str]] = {}
    for name, short_forms in SHORT_FORMS.items():
        for short in short_forms.split():
            found.setdefault(fold(short), set()).add(fold(name))
    return {short: tuple(sorted(names)) for short, names in found.items()}


def fold(text: str) -> str:
    """Lower case, without accents, the usual ways to write an umlaut made one."""
    lowered = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS)
    bare = "".join(
        c for c in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(c)
    )
    return _TWO_LETTERS.sub("", bare)


def readings(name: str | None, email: str | None = None) -> list[Reading]:
    """The ways to read a name; where it is no name of two words, the e-mail's local part as well.

    The first is the likeliest. Empty where nothing can be read.
    """
    found = _of_name(name or "")
    if not any(r.given and r.family and r.order == "written" for r in found) and email:
        found += _of_email(email)
    return list(dict.fromkeys(found))


def says_machine(*texts: str | None) -> bool:
    """Whether a word says that this is no human being."""
    return not MACHINE.isdisjoint(_all_words(*texts))


def says_outside(*texts: str | None) -> bool:
    """Whether a word says that this is somebody who works for another house."""
    return not OUTSIDE.isdisjoint(_all_words(*texts))


def _all_words(*texts: str | None) -> set[str]:
    return {word for text in texts if text for word in re.split(r"[^a-z]+", fold(text))}


def _of_name(name: str) -> list[Reading]:
    bare = _AFTER_THE_NAME.sub("", _BRACKETS.sub(" ", name)).split("@")[0]
    last, comma, first = bare.partition(",")
    if comma and (given := _words(first)) and (family := _words(last)):
        return [_reading(given, family[-1:], "written", family[:-1])]
    words = _words(bare if comma or "." not in bare.strip() else bare.replace(".", ". "))
    if len(words) >= 2:
        straight = _reading(words[:-1], words[-1:], "written")
        return [straight, _reading(words[1:], words[:1], "swapped")]
    return _of_login(bare) if words else []


def _of_email(email: str) -> list[Reading]:
    local = email.partition("@")[0].partition("+")[0]
    words = _words(re.sub(r"[\d._-]+", " ", local))
    if len(words) >= 2:
        straight = _reading(words[:-1], words[-1:], "mail")
        return [straight, _reading(words[1:], words[:1], "swapped")]
    return _of_login(local) if words else []


def _of_login(word: str) -> list[Reading]:
    """One word: a family name, or an initial and a family name, or the other way round."""
    plain = re.sub(r"[\W\d_]", "", word)
    found = [Reading(None, fold(plain), "login")]
    if len(plain) >= 4:
        found.append(Reading(fold(plain[0]), fold(plain[1:]), "login"))
        found.append(Reading(fold(plain[-1]), fold(plain[:-1]), "login"))
    return found


def _words(text: str) -> list[str]:
    """The words of a name that name somebody, folded; hyphens stay, so that parts can be told."""
    words = [fold(re.sub(r"['’.`]", "", word)) for word in _WORDS.findall(text)]
    kept = [w for w in words if w and w not in TITLES and w not in OUTSIDE]
    named = [w for w in kept if w not in PARTICLES]
    return named if len(named) >= 2 else kept


def _reading(
    given: list[str], family: list[str], order: str, more: list[str] | None = None
) -> Reading:
    first, *middle = [part for word in given for part in word.split("-")]
    parts = family[0].split("-")
    others = middle + (more or []) + (parts if len(parts) > 1 else [])
    roots = (first, *_longer_forms().get(first, ()))
    return Reading(first, "".join(parts), order, roots, tuple(sorted(set(others))))
