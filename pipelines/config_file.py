"""Reading `alignmart.yaml`: every mistake at once, each with its line and what was meant.

Belongs here: YAML, line numbers, turning validation errors into sentences.
Does not belong here: which options exist (`config`, a connector's `Settings`).
"""

from __future__ import annotations

import os
import re
import types
import typing
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError

from pipelines import systems
from pipelines.config import Config, folders_problem, source_name_problem
from pipelines.nearest import meant

FILE_NAME = "alignmart.yaml"
Location = tuple[int | str, ...]


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake: the line it stands in, the option by its path, what to do."""

    line: int
    option: str
    message: str


class ConfigError(Exception):
    """The configuration cannot be used; `problems` are all of its mistakes, by line."""

    def __init__(self, path: Path, problems: Sequence[Problem]) -> None:
        self.path, self.problems = path, sorted(set(problems))
        lines = (
            f"{path}:{p.line}: {p.option + ': ' if p.option else ''}{p.message}"
            for p in self.problems
        )
        super().__init__("\n".join(lines))


def load(path: Path | None = None, *, secrets: bool = True) -> Config:
    """The configuration in `path`, or in `alignmart.yaml` here, or of the sample company.

    With `secrets`, each must be where the file says; none is kept. Raises ConfigError.
    """
    is_sample = path is None and not os.path.lexists(FILE_NAME)
    path = path or Path(FILE_NAME)
    document = CommentedMap(sample={}) if is_sample else _parse(path)
    folder = path.absolute().parent
    problems, config = [], None
    try:
        config = Config.model_validate(_plain(document), context={"folder": folder})
    except ValidationError as error:
        problems = [_explained(document, Config, e, ()) for e in error.errors()]
    problems += [_problem(document, *problem) for problem in _folder_problems(document, folder)]
    for place, message in _source_problems(document.get("sources"), folder, secrets=secrets):
        problems.append(_problem(document, place, message))
    if problems or config is None:
        raise ConfigError(path, problems)
    return config


def place_in_file(path: Path, option: Location) -> str:
    """`alignmart.yaml:12`: where an option stands, or the nearest one above it that is there.

    Raises ConfigError.
    """
    return f"{path}:{_line(_parse(path), option)}"


def load_for_dagster() -> Config:
    """The configuration that ALIGNMART_CONFIG names, else the one here; no secret is looked for.

    Raises ConfigError.
    """
    path = os.environ.get("ALIGNMART_CONFIG")
    return load(Path(path) if path else None, secrets=False)


def _parse(path: Path) -> CommentedMap:
    try:
        document = YAML(typ="rt").load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(
            path, [Problem(1, "", f"cannot be read: {error.strerror}; check --config")]
        ) from error
    except MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ConfigError(path, [Problem(line, "", f"is not YAML: {error.problem}")]) from None
    except (YAMLError, UnicodeDecodeError):
        raise ConfigError(path, [Problem(1, "", "is not YAML in UTF-8")]) from None
    if document is None:
        return CommentedMap()
    if not isinstance(document, CommentedMap):
        raise ConfigError(path, [Problem(1, "", "must hold options as 'name: value'")])
    return document


def _folder_problems(document: CommentedMap, folder: Path) -> Iterator[tuple[Location, str]]:
    """What is wrong with the two folders together, told at the last of them that is written."""
    names = ("data_dir", "publish_dir")
    said = [document.get(name, Config.model_fields[name].default) for name in names]
    if not all(isinstance(value, str | Path) for value in said):
        return
    if message := folders_problem(folder / said[0], folder / said[1]):
        yield (max(names, key=lambda name: _line(document, (name,))),), message


def _source_problems(
    sources: object, folder: Path, *, secrets: bool
) -> Iterator[tuple[Location, str]]:
    for name, entry in sources.items() if isinstance(sources, Mapping) else ():
        place: Location = ("sources", name)
        if problem := source_name_problem(str(name)):
            yield place, problem
        if not isinstance(entry, Mapping):
            continue
        system = entry.get("system")
        if system not in systems.SYSTEMS:
            yield _system_problem(place, entry)
            continue
        options = {key: value for key, value in _plain(entry).items() if key != "system"}
        if secrets:
            for option, message in systems.missing_secrets(system, options, folder):
                yield (*place, option), message
        try:
            systems.settings_of(system, options, folder, read=False)
        except ValidationError as error:
            wanted = systems.connector_type(system).settings_type
            for detail in error.errors():
                yield (*place, *detail["loc"]), _message(wanted, detail)


def _system_problem(place: Location, entry: Mapping[str, Any]) -> tuple[Location, str]:
    if "system" not in entry:
        close = meant("system", entry) if entry else ""
        return place, f"option 'system' is missing{close if 'mean' in close else ''}"
    system = str(entry["system"])
    return (*place, "system"), f"unknown system {system!r}{meant(system, systems.SYSTEMS)}"


def _explained(
    document: CommentedMap, model: type[BaseModel], detail: ErrorDetails, prefix: Location
) -> Problem:
    return _problem(document, (*prefix, *detail["loc"]), _message(model, detail))


def _problem(document: CommentedMap, place: Location, message: str) -> Problem:
    return Problem(_line(document, place), ".".join(map(str, place)), message)


def _message(model: type[BaseModel], detail: ErrorDetails) -> str:
    """What is wrong, without the value: a value may be a secret in the wrong place."""
    name = str(detail["loc"][-1]) if detail["loc"] else ""
    if detail["type"] == "extra_forbidden":
        return f"unknown option {name!r}{meant(name, _options_at(model, detail['loc'][:-1]))}"
    if detail["type"] == "missing":
        return f"option {name!r} is missing"
    if detail["type"] == "literal_error":
        valid = re.findall(r"'([^']+)'", detail["ctx"]["expected"])
        return f"is no valid value{meant(str(detail['input']), valid)}"
    said = detail["msg"].removeprefix("Value error, ").replace("Input should", "should")
    meaning = _meaning_at(model, detail["loc"])
    return f"{said} ({meaning})" if meaning else said


def _options_at(model: Any, place: Location) -> list[str]:
    """The options that may stand at `place` within `model`."""
    kind = _kind_at(model, place)
    is_model = isinstance(kind, type) and issubclass(kind, BaseModel)
    return list(kind.model_fields) if is_model else []


def _meaning_at(model: Any, place: Location) -> str:
    """What the option at `place` is for, or nothing."""
    kind = _kind_at(model, place[:-1])
    if place and isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(str(place[-1]))
        return field.description or "" if field else ""
    return ""


def _kind_at(model: Any, place: Location) -> Any:
    """The type of what stands at `place` within `model`, or None."""
    kind = _unwrapped(model)
    for part in place:
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            field = kind.model_fields.get(str(part))
            kind = _unwrapped(field.annotation) if field else None
        else:
            arguments = typing.get_args(kind)
            kind = _unwrapped(arguments[-1]) if arguments else None
    return kind


def _unwrapped(annotation: Any) -> Any:
    if typing.get_origin(annotation) in (typing.Union, types.UnionType):
        return next(a for a in typing.get_args(annotation) if a is not type(None))
    return annotation


def _line(node: Any, place: Location) -> int:
    """The line of the option at `place`, or of the nearest one above it that is there."""
    line = 1
    for part in place:
        if isinstance(node, CommentedMap) and part in node:
            line = node.lc.key(part)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(part, int) and part < len(node):
            line = node.lc.item(part)[0] + 1
        else:
            break
        node = node[part]
    return line


def _plain(node: Any) -> Any:
    """The YAML as plain dicts, lists and values."""
    if isinstance(node, Mapping):
        return {str(key): _plain(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_plain(value) for value in node]
    for kind in (bool, int, float, str):
        if isinstance(node, kind):
            return kind(node)
    return node
