"""`alignmart init`: asks which systems, looks at them, writes a commented `alignmart.yaml`.

Belongs here: the order of the questions and what is made of all answers together.
Does not belong here: one source (`init_source`), terminals (`init_terminal`), the text
(`init_text`), files (`init_write`), any vendor (a connector's `choices`).
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from connectors.contract import Candidate, Choice, Finding
from pipelines import init_places, init_probe, init_source, systems
from pipelines.config import source_name_problem
from pipelines.init_desk import Desk, Refused
from pipelines.init_options import MISSING, found, put
from pipelines.init_source import Source
from pipelines.init_text import text_of
from pipelines.init_write import place, refuse_existing
from pipelines.nearest import meant

_SAMPLE: Final = "sample"
_SURE, _ONE_OF_SEVERAL = 0.9, 0.3


def run(desk: Desk, path: Path, *, force: bool = False, goes_on: bool = False) -> list[Path]:
    """Ask, look, write `path`; the files written. Raises Refused, and then none is."""
    refuse_existing(path, force=force)
    folder = path.absolute().parent
    general = _organisation(desk)
    sources = _sources(desk)
    for n, source in enumerate(sources):
        taken = [other.name for other in sources[:n] if other.name]
        init_probe.ask(desk, source, taken, folder, goes_on)
    _across(desk, sources, folder)
    _tell_what_lacks(desk, sources, folder)
    places: dict[str, int] = {}
    for source in sources:
        for name, n in source.places.items():
            places[name] = places.get(name, 0) + n
    said = found(general, init_places.DECLARED)
    file = path.parent / (said if isinstance(said, str) else "declared/locations.csv")
    declared = init_places.declared_in(file)
    lines = {} if declared else init_places.ask(desk, places, declared)
    if said is MISSING and (lines or declared):
        put(general, init_places.DECLARED, str(file.relative_to(path.parent)))
    undeclared = sorted(places.keys() - declared - lines.keys())
    place(path, text_of(general, sources, undeclared), file, lines, force=force)
    return [file, path] if lines else [path]


def _organisation(desk: Desk) -> dict[str, Any]:
    """Options outside of sources: those given beforehand, and the organisation's."""
    given = init_places.answers_of(desk.given)
    general = {k: copy.deepcopy(v) for k, v in given.items() if k not in ("sources", _SAMPLE)}
    name = desk.text(("organisation", "name"), "What is your organisation called?")
    country = desk.text(
        ("organisation", "country"),
        "Whose public holidays count? ISO 3166, two letters, such as DE",
        check=init_places.country_problem,
    )
    before = general.get("organisation")
    kept = before if isinstance(before, dict) else {}
    return general | {"organisation": kept | {"name": name, "country": country}}


def _sources(desk: Desk) -> list[Source]:
    """The sources to ask about: those named beforehand, else those chosen now."""
    given = found(desk.given, ("sources",))
    if isinstance(given, Mapping) and given:
        return [_given_source(str(name), entry) for name, entry in given.items()]
    if not desk.asks and found(desk.given, (_SAMPLE,)) is MISSING:
        raise Refused(
            "sources is not answered: name each source with its system, such as "
            "--set sources.jira.system=jira_cloud, or --set sample={} for the sample company"
        )
    if not desk.asks:
        return []
    words = sorted(systems.SYSTEMS)
    desk.say()
    for n, word in enumerate(words, 1):
        desk.say(f"  {n:3}  {word:12} {init_source.described(systems.connector_type(word))}")
    typed = desk.text(
        ("sources",),
        "Which systems are read? Numbers or names; one that you have twice, twice",
        check=lambda text: next((p for p in map(_unknown, _split(text)) if p), None),
        is_needed=False,
    )
    if typed is None:
        desk.tell(Finding("sources", "warning", "none: the sample company will be run"))
    return [Source(word if word in words else words[int(word) - 1]) for word in _split(typed or "")]


def _split(typed: str) -> list[str]:
    return typed.replace(",", " ").split()


def _unknown(word: str) -> str | None:
    words = sorted(systems.SYSTEMS)
    if word in words or (word.isdigit() and 1 <= int(word) <= len(words)):
        return None
    return f"{word!r} is no system{meant(word, words)}"


def _given_source(name: str, entry: object) -> Source:
    if problem := source_name_problem(name):
        raise Refused(f"sources: {problem}")
    system = entry.get("system") if isinstance(entry, Mapping) else None
    if system not in systems.SYSTEMS:
        said = f"sources.{name}.system: "
        said += "is missing" if system is None else f"unknown system {str(system)!r}"
        raise Refused(said + meant(str(system), systems.SYSTEMS))
    return Source(str(system), name)


def _across(desk: Desk, sources: Sequence[Source], folder: Path) -> None:
    """Questions whose candidates are other sources."""
    for source in sources:
        for choice in source.later:
            others = [
                other.name
                for other in sources
                if other is not source and choice.giving in _frames_of(other, folder)
            ]
            score = _SURE if len(others) == 1 else _ONE_OF_SEVERAL
            found_there = [Candidate(n, n, f"gives {choice.giving}", score) for n in others]
            asked = Choice(choice.option, choice.question, found_there, without=choice.without)
            if others or desk.has(source.path(choice.option)):
                answer = desk.choose(source.path(choice.option), asked)
                init_source.keep(source, choice.option, answer)
            elif choice.without:
                desk.tell(Finding(source.name, "warning", choice.without))


_WANTED: Final = {
    "people": "who works where",
    "goals": "goals with their metrics",
    "work_items": "what people work on",
}


def _tell_what_lacks(desk: Desk, sources: Sequence[Source], folder: Path) -> None:
    """A warning for each thing that most marts need and that no source gives."""
    given = {frame for source in sources for frame in _frames_of(source, folder)}
    for frame, what in _WANTED.items():
        if sources and frame not in given:
            said = (
                f"no source gives {frame} ({what}): marts that need it stay empty. A folder of "
                f"files with {frame}.csv will do: docs/connectors/files.md"
            )
            desk.tell(Finding("sources", "warning", said))


def _frames_of(source: Source, folder: Path) -> Sequence[str]:
    """The frames that a source gives as far as its options tell."""
    try:
        settings = systems.settings_of(source.system, source.options, folder, read=False)
    except ValidationError:
        return list(source.kind.frames)
    return list(source.kind(source.name, settings).given_frames())
