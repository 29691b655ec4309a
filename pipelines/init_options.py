"""What a settings type says of its options: names, meanings, defaults, which must be there.

Belongs here: reading pydantic's fields, and dotted options in nested dicts.
Does not belong here: asking (`init_desk`), writing them down (`init_text`).
"""

from __future__ import annotations

import types
import typing
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel, SecretStr, TypeAdapter
from pydantic.fields import FieldInfo

from connectors.contract import Connector

OptionPath = tuple[str, ...]
"""Where an option stands: ("sources", "jira", "mapping", "goal_fields")."""

MISSING: Final = object()


def kind_of(field: FieldInfo) -> Any:
    """The type of a field, without `| None`."""
    kind = field.annotation
    if typing.get_origin(kind) in (typing.Union, types.UnionType):
        return next(one for one in typing.get_args(kind) if one is not type(None))
    return kind


def model_of(field: FieldInfo) -> type[BaseModel] | None:
    """The model that a field holds, None where it holds something else."""
    kind = kind_of(field)
    return kind if isinstance(kind, type) and issubclass(kind, BaseModel) else None


def is_secret(field: FieldInfo) -> bool:
    """Whether the option names the place of a secret."""
    return kind_of(field) is SecretStr


def is_folder(field: FieldInfo) -> bool:
    """Whether the option is a path."""
    return kind_of(field) is Path


def meaning(field: FieldInfo) -> str:
    """The option's description in one line."""
    return " ".join((field.description or "").split())


def default_of(field: FieldInfo) -> Any:
    """The default as YAML can hold it; None where there is none."""
    if field.is_required():
        return None
    value = field.get_default(call_default_factory=True)
    return TypeAdapter(Any).dump_python(value, mode="json")


def ways_to(kind: type[Connector]) -> Sequence[Sequence[str]]:
    """The ways to reach a system, each by its options."""
    fields = kind.settings_type.model_fields
    return kind.reached_by or [[name for name, field in fields.items() if field.is_required()]]


def found(tree: Any, path: Sequence[str]) -> Any:
    """What stands at `path` in nested mappings, or MISSING."""
    for part in path:
        if not isinstance(tree, Mapping) or part not in tree:
            return MISSING
        tree = tree[part]
    return tree


def put(tree: dict[str, Any], path: Sequence[str], value: Any) -> None:
    """Set `path` in nested dicts; dicts on the way are made."""
    *way, last = path
    for part in way:
        below = tree.setdefault(part, {})
        if not isinstance(below, dict):
            below = tree[part] = {}
        tree = below
    tree[last] = value


def dotted(path: Sequence[str]) -> str:
    """`sources.jira.url`, as messages name an option."""
    return ".".join(path)
