"""Places of secrets, as somebody types them: `env:NAME` or `file:PATH`, never the secret itself.

Belongs here: telling a place from a secret that was pasted by mistake.
Does not belong here: reading a secret (`secret`). No message here repeats what was typed.
"""

from __future__ import annotations

import re
from typing import Final

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LONGEST: Final = 60

HOW: Final = (
    "A secret is never written into the file, only its place: env:NAME for an environment "
    "variable (export NAME=… before a run), or file:PATH for a file that holds only the secret "
    "(chmod 600 PATH)."
)


def place_problem(typed: str) -> str | None:
    """Why `typed` is no place of a secret, or None."""
    kind, colon, rest = typed.partition(":")
    if not colon or kind not in ("env", "file"):
        return (
            "That is no place of a secret. If it was the secret itself: nothing of it is kept "
            f"here, but it stood on a screen, so make a new one if others could see it. {HOW}"
        )
    if not rest.strip():
        return f"After {kind}: the name is missing. {HOW}"
    if kind == "env" and not _NAME.fullmatch(rest):
        return f"What stands after env: is no name of an environment variable. {HOW}"
    if kind == "env" and _looks_secret(rest):
        return (
            "What stands after env: looks like the secret itself, not like the name of a variable; "
            f"it is not kept. A name is short and in capitals, such as JIRA_TOKEN. {HOW}"
        )
    return None


def _looks_secret(name: str) -> bool:
    """Long, or with capitals, small letters and digits all mixed as in no usual name."""
    mixed = all(re.search(kind, name) for kind in ("[A-Z]", "[a-z]", "[0-9]"))
    return len(name) > _LONGEST or (mixed and len(name) >= 16)


def suggested(word: str, option: str) -> str:
    """The place that is suggested for an option: `env:JIRA_TOKEN`."""
    name = f"{word}_{option.removeprefix('api_')}".upper()
    return f"env:{name}"
