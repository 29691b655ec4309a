"""What the organisation declares in files beside `alignmart.yaml`, read like any source.

Belongs here: finding the declared files, wherever each of them lies.
Does not belong here: reading CSV (`files`), what a declaration does (`dbt_project`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import ClassVar

from connectors.contract import Finding, Read, SourceError
from connectors.files import Files, FilesSettings


class DeclaredSettings(FilesSettings):
    """`files`: the file of each declared frame; there is no common folder."""

    files: dict[str, Path]
    path: Path = Path()


class Declared(Files):
    """The built-in source `declared`."""

    system = "declared"
    settings_type: ClassVar[type[FilesSettings]] = DeclaredSettings

    def __init__(self, name: str, settings: DeclaredSettings) -> None:
        super().__init__(name, settings)
        self.declared = settings.files

    def given_frames(self) -> Mapping[str, Read]:
        """Every declared frame, whether its file is there or not."""
        return dict.fromkeys(self.declared, "whole")

    def files(self) -> dict[str, Path]:
        """The file of each declared frame; raises SourceError where one is not there."""
        missing = [(f, p) for f, p in self.declared.items() if not p.is_file()]
        if missing:
            frame, path = missing[0]
            raise SourceError(f"{self.name}: there is no file {path}. Set declared.{frame}.")
        return self.declared

    def check(self) -> Iterator[Finding]:
        """One finding a file."""
        for frame, path in self.declared.items():
            if path.is_file():
                yield Finding(self.name, "ok", f"{frame}: {path.name}")
            else:
                yield Finding(self.name, "error", f"There is no file {path}. Set declared.{frame}.")
