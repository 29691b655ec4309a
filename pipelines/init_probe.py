"""Looking at the system of a source, and putting what it asks.

Belongs here: the probe, what to do when it fails, from which day on work is read.
Does not belong here: what a system asks (a connector's `choices`), other sources (`init`).
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from connectors.contract import Choice, Finding, Pairing, Places, SourceError
from pipelines import init_options as options_of
from pipelines import systems
from pipelines.init_desk import Desk, Refused, likely
from pipelines.init_options import found, put
from pipelines.init_reach import reach, refuse_secrets
from pipelines.init_source import Source, described, keep, place_of
from pipelines.secret import SecretMissing

SINCE: Final = "since"
"""The option, where a system has it, with the first day of work to read."""

_WAYS_ON: Final = {
    "again": "ask anew how it is reached, and look again",
    "go": "go on without it: its other options keep their defaults",
    "stop": "write nothing",
}
_ODD: Final = (KeyError, TypeError, AttributeError, IndexError, ValueError)


def ask(desk: Desk, source: Source, taken: Sequence[str], folder: Path, goes_on: bool) -> None:
    """Fill `source`. Raises Refused."""
    given = found(desk.given, ("sources", source.name)) if source.name else {}
    source.options = {k: v for k, v in copy.deepcopy(dict(given)).items() if k != "system"}
    desk.say()
    desk.say(f"{source.name or source.system}: {described(source.kind)}", "bold cyan")
    desk.say(f"  rights, tokens, limits: docs/connectors/{source.system}.md", "dim")
    while True:
        reach(desk, source, taken, folder)
        try:
            _probe(desk, source, folder)
            source.is_probed = True
            break
        except (SourceError, SecretMissing) as error:
            problem = str(error)
        except _ODD as error:
            problem = f"the answers have another shape than expected ({error!r}); check the address"
        if not _goes_again(desk, source, problem, goes_on):
            break
    _scope(desk, source)
    refuse_secrets(source)


def _goes_again(desk: Desk, source: Source, problem: str, goes_on: bool) -> bool:
    """What to do now that the system could not be looked at. Raises Refused."""
    desk.tell(Finding(source.name, "error", problem))
    if not desk.asks:
        if goes_on:
            return False
        raise Refused(
            f"{source.name} could not be looked at, so nothing is written. Mend it, or give "
            "--go-on to write its options without having looked.",
            code=1,
        )
    way = desk.decide("What now?", _WAYS_ON, "again")
    if way == "stop":
        raise Refused("Stopped; nothing is written.", code=1)
    if way == "again":
        for option in {name for way in options_of.ways_to(source.kind) for name in way}:
            desk.forget(source.path(option))
    return way == "again"


def _probe(desk: Desk, source: Source, folder: Path) -> None:
    """Look at the system and put its questions. Raises SourceError, SecretMissing."""
    first = {name for way in options_of.ways_to(source.kind) for name in way}
    reached = {name: value for name, value in source.options.items() if name in first}
    settings = systems.settings_of(source.system, reached, folder, read=True)
    desk.say(f"  looking at {source.name} …", "dim")
    talk = source.kind(source.name, settings).choices()
    reply: Any = None
    try:
        while True:
            reply = _answered(desk, source, talk.send(reply))
    except StopIteration:
        return
    finally:
        talk.close()


def _answered(desk: Desk, source: Source, asked: Choice | Pairing | Places | Finding) -> Any:
    if isinstance(asked, Finding):
        desk.tell(asked)
        return None
    if isinstance(asked, Places):
        source.places |= dict(asked.people)
        return None
    option = asked.option
    if option in source.answers:
        return source.answers[option]
    if isinstance(asked, Choice) and asked.giving is not None:
        source.later = [*(one for one in source.later if one.option != option), asked]
        return None
    if isinstance(asked, Pairing):
        is_section = isinstance(place_of(source.kind.settings_type, option.split(".")), type)
        answer: Any = desk.pair(source.path(option), asked, is_section=is_section)
        for key, value in answer.items():
            put(source.options, [*option.split("."), key], value)
    else:
        answer = desk.choose(source.path(option), asked)
        chosen = answer if isinstance(answer, list) else [answer]
        source.left[option] = [one for one in asked.candidates if one.value not in chosen]
        keep(source, option, answer, is_decided=bool(likely(asked)))
    source.answers[option] = answer
    return answer


def _scope(desk: Desk, source: Source) -> None:
    """From which day on work is read, where the system has such an option."""
    info = source.kind.settings_type.model_fields.get(SINCE)
    if info is None or SINCE in source.options:
        return

    def problem(typed: str) -> str | None:
        try:
            dt.date.fromisoformat(typed)
        except ValueError:
            return "write a day as 2026-01-31, or - for none"
        return None

    typed = desk.text(source.path(SINCE), options_of.meaning(info), check=problem, is_needed=False)
    if typed:
        source.options[SINCE] = dt.date.fromisoformat(typed)
