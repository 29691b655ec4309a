"""Secrets: named in `alignmart.yaml` as `env:NAME` or `file:PATH`, read only to be handed over.

Belongs here: finding a secret by its name and saying what is wrong without showing it.
Does not belong here: where secrets stand among a source's options (`systems`).
"""

from __future__ import annotations

import os
from pathlib import Path

from pydantic import SecretStr

PLACEHOLDER = SecretStr("unread")
"""Stands for a secret where only the other options are looked at."""


class SecretMissing(Exception):
    """A secret is not where the file says. The message names the place, never the secret."""


def read(reference: object, folder: Path) -> SecretStr:
    """The secret that `reference` names; a relative `file:` is relative to `folder`.

    Raises SecretMissing; what stands in the file instead of a reference is never repeated, as
    it may be the secret itself.
    """
    if isinstance(reference, str) and reference.startswith("env:"):
        name = reference.removeprefix("env:")
        value = os.environ.get(name, "").strip()
        if not value:
            raise SecretMissing(f"environment variable {name} is not set; export it")
        return _plausible(value, f"environment variable {name}")
    if isinstance(reference, str) and reference.startswith("file:"):
        path = folder / reference.removeprefix("file:")
        try:
            value = path.read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or "is not UTF-8 text"
            raise SecretMissing(f"secret file {path} cannot be read: {reason}") from None
        if not value:
            raise SecretMissing(f"secret file {path} is empty")
        return _plausible(value, f"secret file {path}")
    raise SecretMissing(
        "a secret does not belong in this file; write env:NAME for an environment variable, "
        "or file:PATH for a file that holds only the secret"
    )


def _plausible(value: str, place: str) -> SecretStr:
    """The secret, unless it holds what cannot stand in a request's header."""
    if all("!" <= character <= "~" for character in value):
        return SecretStr(value)
    raise SecretMissing(
        f"{place} holds more than a secret: a space, a line break or a character outside of "
        "printable ASCII; copy the secret again, alone"
    )
