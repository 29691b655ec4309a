"""Which connector speaks to which system, and how a source's options become a connector.

Belongs here: the word after `system:`, the built-in sources, handing over secrets and paths.
Does not belong here: reading `alignmart.yaml` (`config_file`), anything a vendor knows.
"""

from __future__ import annotations

import importlib
import typing
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import SecretStr

from connectors.contract import Connector, Settings
from pipelines import secret
from pipelines.config import Config

SYSTEMS: Final[dict[str, str]] = {
    "bamboohr": "connectors.hr.bamboohr:BambooHR",
    "files": "connectors.files:Files",
    "jira_cloud": "connectors.tracking.jira_cloud:JiraCloud",
    "qualtrics": "connectors.survey.qualtrics:Qualtrics",
    "redmine": "connectors.tracking.redmine:Redmine",
    "scim": "connectors.hr.scim:Scim",
    "tryton": "connectors.hr.tryton:Tryton",
}
"""Systems that a source may name, each loaded only where it is used."""

_BUILT_IN: Final[dict[str, str]] = {
    "declared": "connectors.declared:Declared",
    "calendar": "connectors.calendar.public_holidays:PublicHolidays",
}


def connector_type(system: str) -> type[Connector]:
    """The connector of a system. Raises KeyError for a word that is none."""
    return _load(SYSTEMS[system])


def settings_of(system: str, options: Mapping[str, Any], folder: Path, *, read: bool) -> Settings:
    """The validated options of a source.

    `options` are those of the file without `system`; relative paths start at `folder`. Secrets
    are read where `read`, else a placeholder stands for them. Raises pydantic.ValidationError
    and SecretMissing.
    """
    wanted = connector_type(system).settings_type
    return wanted.model_validate(_prepared(wanted, options, folder, read=read))


def missing_secrets(
    system: str, options: Mapping[str, Any], folder: Path
) -> Iterator[tuple[str, str]]:
    """(option, what is wrong) for each secret that is not where the file says."""
    for name in _fields_of(connector_type(system).settings_type, SecretStr):
        if name in options:
            try:
                secret.read(options[name], folder)
            except secret.SecretMissing as error:
                yield name, str(error)


def build(config: Config, *, read: bool = True) -> list[Connector]:
    """The connectors of the configured sources and the built-in ones, sorted by name.

    Without `read`, secrets stay unread: enough to know which frames a source gives and to map
    archived pages. Raises SecretMissing.
    """
    files = config.declared.model_dump() | {"identity_decisions": config.identity.review_file}
    made = [_built_in("declared", {"files": files})]
    countries = (config.organisation.country,)
    calendar = {"locations": config.declared.locations, "countries": countries}
    made.append(_built_in("calendar", calendar))
    for name, entry in config.sources.items():
        options = {key: value for key, value in entry.items() if key != "system"}
        settings = settings_of(entry["system"], options, config.folder, read=read)
        made.append(connector_type(entry["system"])(name, settings))
    return sorted(made, key=lambda connector: connector.name)


def _built_in(name: str, options: Mapping[str, Any]) -> Connector:
    kind = _load(_BUILT_IN[name])
    return kind(name, kind.settings_type.model_validate(options))


def _load(place: str) -> type[Connector]:
    module, _, name = place.partition(":")
    return typing.cast("type[Connector]", getattr(importlib.import_module(module), name))


def _prepared(
    wanted: type[Settings], options: Mapping[str, Any], folder: Path, *, read: bool
) -> dict[str, Any]:
    prepared = dict(options)
    for name in _fields_of(wanted, SecretStr):
        if name in prepared:
            prepared[name] = secret.read(prepared[name], folder) if read else secret.PLACEHOLDER
    for name in _fields_of(wanted, Path):
        if isinstance(prepared.get(name), str):
            prepared[name] = folder / prepared[name]
    return prepared


def _fields_of(wanted: type[Settings], kind: type) -> list[str]:
    return [
        name
        for name, field in wanted.model_fields.items()
        if field.annotation is kind or kind in typing.get_args(field.annotation)
    ]
