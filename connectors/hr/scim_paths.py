"""Where a value stands in a SCIM resource: the attribute paths of RFC 7644, section 3.10.

Belongs here: reading a path as a person writes it, what to ask a server for, finding the value.
Does not belong here: which attribute becomes which column (`scim_settings`).

A path is `title`, `name.formatted`, `addresses[type eq "work"].locality`, or any of these after a
schema, as in `urn:example:scim:2.0:User:hiredOn`. Names are compared without case, as SCIM says.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any, Final

CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"
ENTERPRISE: Final = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
_OF_ENTERPRISE: Final = frozenset(
    ("employeenumber", "costcenter", "organization", "division", "department", "manager")
)
_FORM: Final = re.compile(
    r"(?:(?P<schema>urn:[^\[\]\s]+):)?(?P<name>[A-Za-z$][\w$-]*)"
    r"(?:\[\s*(?P<by>[A-Za-z]\w*)\s+[eE][qQ]\s+\"(?P<equals>[^\"]*)\"\s*\])?"
    r"(?:\.(?P<part>[A-Za-z$][\w$-]*))?"
)


def folded(value: Any) -> Any:
    """The same value with the names of all attributes in lower case."""
    if isinstance(value, dict):
        return {str(name).lower(): folded(part) for name, part in value.items()}
    if isinstance(value, list):
        return [folded(part) for part in value]
    return value


def flag(value: Any) -> bool | None:
    """True or false, also where a provider sends it as text ("True"); None for anything else."""
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


@dataclass(frozen=True, slots=True)
class Path:
    """One attribute path; `schema` is empty for the resource's core schema."""

    schema: str
    name: str
    by: str
    equals: str
    part: str

    @classmethod
    def read(cls, text: str) -> Path:
        """The path that `text` writes; a bare name of the enterprise extension is found there.

        Raises ValueError.
        """
        found = _FORM.fullmatch(text.strip())
        if not found:
            raise ValueError(
                f"{text!r} is no attribute path; write for instance title, "
                'addresses[type eq "work"].locality or urn:…:User:hiredOn'
            )
        schema, name, by, equals, part = (found[group] or "" for group in _FORM.groupindex)
        if not schema and name.lower() in _OF_ENTERPRISE:
            schema = ENTERPRISE
        return cls("" if schema.startswith(CORE) else schema, name, by, equals, part)

    def asked(self) -> list[str]:
        """What to name in `attributes`, so that a server sends this value and not much else."""
        whole = f"{self.schema}:{self.name}" if self.schema else self.name
        if self.by:
            parts = {self.by, "primary", self.part or "value"}
            return [f"{whole}.{part}" for part in sorted(parts)]
        return [f"{whole}.{self.part}" if self.part else whole]

    def plain(self) -> str:
        """The path without its filter, in lower case, as schemas are looked through for it."""
        whole = f"{self.schema}:{self.name}" if self.schema else self.name
        return (f"{whole}.{self.part}" if self.part else whole).lower()

    def of(self, resource: dict[str, Any]) -> Any:
        """The value in a folded `resource`, or None.

        Of several values the primary one counts, else the least. An object gives its `value`.
        """
        place = resource.get(self.schema.lower()) if self.schema else resource
        found = place.get(self.name.lower()) if isinstance(place, dict) else None
        if isinstance(found, list):
            found = self._one_of(found)
        if isinstance(found, dict):
            found = found.get(self.part.lower() or "value")
        elif self.part and found is not None:
            return None
        return found if found != "" else None

    def _one_of(self, values: list[Any]) -> Any:
        by = self.by.lower()
        fitting = [
            value
            for value in values
            if not by or (isinstance(value, dict) and _same(value.get(by), self.equals))
        ]
        return min(fitting, key=_rank, default=None)


def _same(value: Any, text: str) -> bool:
    return isinstance(value, str) and value.lower() == text.lower()


def _rank(value: Any) -> tuple[bool, str]:
    is_primary = isinstance(value, dict) and flag(value.get("primary")) is True
    return not is_primary, repr(value)
