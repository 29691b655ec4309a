"""What `alignmart init` knows of one source, and how an answer becomes one of its options.

Belongs here: the facts. Does not belong here: asking (`init_reach`, `init_probe`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from connectors.contract import Candidate, Choice, Connector
from pipelines import init_options as options_of
from pipelines import systems
from pipelines.init_options import OptionPath, put

_KINDS: Final = {"people": "people", "work_items": "work", "goals": "goals", "answers": "surveys"}


@dataclass
class Source:
    """What is known of one source."""

    system: str
    name: str = ""
    options: dict[str, Any] = field(default_factory=dict)
    """Options as the file will hold them, without `system`."""
    left: dict[str, list[Candidate]] = field(default_factory=dict)
    """Dotted option to what was found for it but not chosen."""
    later: list[Choice] = field(default_factory=list)
    """What can be asked only when all sources are known."""
    places: dict[str, int] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    """By option, so that a second look asks nothing twice."""
    is_probed: bool = False

    @property
    def kind(self) -> type[Connector]:
        """The system's connector."""
        return systems.connector_type(self.system)

    def path(self, option: str) -> OptionPath:
        """Where an option of this source stands in the file."""
        return ("sources", self.name or f"<{self.system}>", *option.split("."))


def described(kind: type[Connector]) -> str:
    """One line on a system, from its connector."""
    line = " ".join((kind.__doc__ or "").split("\n\n")[0].split()).rstrip(".")
    what = [word for frame, word in _KINDS.items() if frame in kind.frames]
    return f"{line} ({', '.join(what)})"


def keep(source: Source, option: str, answer: Any, *, is_decided: bool = False) -> None:
    """Put an answer among the options.

    None or an empty list is written only where it is not the default, or where somebody decided
    so against a likely candidate: another `init` with this file must not take it then.
    """
    if answer in (None, []):
        info = place_of(source.kind.settings_type, option.split("."))
        default = None if isinstance(info, type) else options_of.default_of(info)
        fits = default == answer if answer is None else default is not None
        if not fits or not (is_decided or default):
            return
    put(source.options, option.split("."), answer)


def place_of(kind: type[BaseModel], place: Sequence[str]) -> type[BaseModel] | FieldInfo:
    """The section at `place` of a settings type, or the option where it is none."""
    info = kind.model_fields[place[0]]
    below = options_of.model_of(info)
    if below is None:
        return info
    return place_of(below, place[1:]) if len(place) > 1 else below
