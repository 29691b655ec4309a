"""How a source of `alignmart init` is reached: the few options before its system can be looked at.

Belongs here: ways to a system, its name, the places of its secrets.
Does not belong here: what its system then asks (`init_probe`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import ValidationError

from pipelines import init_options as options_of
from pipelines import systems
from pipelines.config import source_name_problem
from pipelines.init_desk import Desk, Refused, no_problem
from pipelines.init_secret import HOW, place_problem, suggested
from pipelines.init_source import Source


def reach(desk: Desk, source: Source, taken: Sequence[str], folder: Path) -> None:
    """Ask for the options of one way to the system, until they are valid."""
    while True:
        _ask_a_way(desk, source, taken)
        try:
            systems.settings_of(source.system, source.options, folder, read=False)
            return
        except ValidationError as error:
            problems = [
                (".".join(map(str, one["loc"])), one["msg"].removeprefix("Value error, "))
                for one in error.errors(include_input=False, include_url=False)
            ]
        said = "; ".join(f"{place}: {what}" if place else what for place, what in problems)
        first = {name for way in options_of.ways_to(source.kind) for name in way}
        wrong = {place.partition(".")[0] for place, _ in problems}
        if not desk.asks or wrong - first - {""}:
            raise Refused(f"sources.{source.name}: {said}")
        desk.say(f"  {said}", "yellow")
        for option in first if "" in wrong else wrong:
            source.options.pop(option, None)
            desk.forget(source.path(option))


def _ask_a_way(desk: Desk, source: Source, taken: Sequence[str]) -> None:
    """Ways are tried in turn: one whose option stays empty gives way to the next."""
    fields = source.kind.settings_type.model_fields
    ways, has = options_of.ways_to(source.kind), dict[str, bool]()

    def reaches(names: Sequence[str]) -> bool:
        for name in names:
            if name not in has:
                has[name] = _ask_option(desk, source, name)
            if not has[name]:
                return False
        return True

    for n, way in enumerate(ways):
        secrets = [name for name in way if options_of.is_secret(fields[name])]
        if not reaches([name for name in way if name not in secrets]) and n + 1 < len(ways):
            continue
        if not source.name:
            source.name = _named(desk, source, taken)
        if reaches(secrets):
            return


def _ask_option(desk: Desk, source: Source, name: str) -> bool:
    """Ask for one option of a way; whether it has a value or may be without one."""
    info = source.kind.settings_type.model_fields[name]
    path, before = source.path(name), source.options.get(name)
    kept = str(before) if before is not None else None
    alone = sum(name in way for way in options_of.ways_to(source.kind)) == len(
        options_of.ways_to(source.kind)
    )
    question = options_of.meaning(info)
    if options_of.is_secret(info):
        if not desk.has(path):
            desk.say()
            desk.say(HOW, "dim")
        default = kept or (suggested(source.system.partition("_")[0], name) if alone else None)
        typed = desk.text(
            path, question, default=default, check=place_problem,
            is_needed=info.is_required(), is_secret=True,
        )  # fmt: skip
    else:
        check = _address_problem if name == "url" else no_problem
        typed = desk.text(path, question, default=kept, check=check, is_needed=info.is_required())
    if typed is None:
        source.options.pop(name, None)
    else:
        source.options[name] = _with_scheme(typed) if name == "url" else typed
    return typed is not None or alone


def _with_scheme(address: str) -> str:
    """`example.atlassian.net` as people write it is meant to be https."""
    return address if "://" in address else f"https://{address}"


def refuse_secrets(source: Source) -> None:
    """Raise Refused where a secret itself stands among the options, asked for or not."""
    for name, info in source.kind.settings_type.model_fields.items():
        value = source.options.get(name)
        if options_of.is_secret(info) and value is not None:
            problem = place_problem(str(value))
            if problem:
                raise Refused(f"sources.{source.name}.{name}: {problem}")


def _address_problem(typed: str) -> str | None:
    """An address is no place for a user or a password."""
    if "@" in urlsplit(_with_scheme(typed)).netloc:
        return "An address holds no user and no password; write it without what stands before @."
    return None


def _named(desk: Desk, source: Source, taken: Sequence[str]) -> str:
    fields = source.kind.settings_type.model_fields
    folders = [n for n, info in fields.items() if options_of.is_folder(info)]
    word = source.system.partition("_")[0]
    if folders and source.options.get(folders[0]):
        word = Path(source.options[folders[0]]).name.lower().replace("-", "_")
    if source_name_problem(word):
        word = source.system
    free = next(
        name for n in range(1, len(taken) + 2)
        if (name := word if n == 1 else f"{word}_{n}") not in taken
    )  # fmt: skip

    def problem(typed: str) -> str | None:
        if typed in taken:
            return f"another source is called {typed} already"
        return source_name_problem(typed)

    question = "What is this source called in your tables, in lower case?"
    named = desk.text(source.path("name"), question, default=free, check=problem)
    return named or free
