"""`alignmart check` as a person runs it, on an `alignmart.yaml` with secrets in files.

Belongs here: writing that file, running the command, reading its lines, the table of answers.
Does not belong here: systems and what is wrong with them.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from ruamel.yaml import YAML
from typer.testing import CliRunner

from pipelines.cli import app
from pipelines.config import BUILT_IN_SOURCES
from tests.connectors.contract_words import shows

SECRETS = ("token", "api_key", "password")


class Line(NamedTuple):
    """One finding as it is printed."""

    status: str
    source: str
    subject: str
    message: str


@dataclass(frozen=True)
class Answer:
    """What the command said, and what it must not have said."""

    code: int
    stdout: str
    stderr: str
    secrets: tuple[str, ...]

    def lines(self, status: str | None = None) -> list[Line]:
        """The findings, those of one status or all."""
        found = re.findall(r"(?m)^(ok|warning|error) +(\w+): ([^:\n]+): (.+)$", self.stdout)
        return [Line(*one) for one in found if status in (None, one[0])]

    def error(self, source: str, subject: str) -> str:
        """The message of the only error with this subject."""
        (line,) = [one for one in self.lines("error") if one[1:3] == (source, subject)]
        return line.message


def checked(folder: Path, sources: Mapping[str, Mapping[str, Any]]) -> Answer:
    """The answer for these sources, whose options hold their secrets."""
    return asked(folder, write_config(folder, sources))


def asked(folder: Path, secrets: tuple[str, ...] = ()) -> Answer:
    """The answer for the configuration in `folder`; the command leaves nothing there."""
    before = sorted(folder.rglob("*"))
    with contextlib.chdir(folder):
        run = CliRunner().invoke(app, ["check"])
    assert run.exception is None or isinstance(run.exception, SystemExit), run.exception
    assert sorted(folder.rglob("*")) == before, "something was written"
    answer = Answer(run.exit_code, run.stdout, run.stderr, secrets)
    assert_fit_to_read(answer)
    return answer


def write_config(folder: Path, sources: Mapping[str, Mapping[str, Any]]) -> tuple[str, ...]:
    """Write `alignmart.yaml` and a file for each secret; returns the secrets."""
    secrets: list[str] = []
    written: dict[str, Any] = {}
    for name, options in sources.items():
        written[name] = {key: value for key, value in options.items() if value is not None}
        for option in SECRETS:
            if option in written[name]:
                (folder / f"{name}.{option}").write_text(written[name][option], encoding="utf-8")
                secrets.append(written[name][option])
                written[name][option] = f"file:{name}.{option}"
    document = {"organisation": {"name": "Sample", "country": "DE"}, "sources": written}
    plain = json.loads(json.dumps(document))
    with (folder / "alignmart.yaml").open("w", encoding="utf-8") as file:
        YAML(typ="rt").dump(plain, file)
    return tuple(secrets)


def assert_fit_to_read(answer: Answer) -> None:
    """One line a finding, errors last, no secret, no trace; the exit code is what was found."""
    whole = answer.stdout + answer.stderr
    assert "Traceback" not in whole
    assert not any(shows(whole, secret) for secret in answer.secrets)
    findings = [line for line in answer.stdout.splitlines() if line != last_line(answer)]
    assert len(findings) == len(answer.lines()) > 0, answer.stdout
    order = [("ok", "warning", "error").index(line.status) for line in answer.lines()]
    assert order == sorted(order)
    assert len(set(answer.lines())) == len(findings), "something is told twice"
    wrong = answer.lines("error")
    assert answer.code == (1 if wrong else 0)
    if wrong:
        sources = ", ".join(sorted({line.source for line in wrong}))
        assert f"{len(wrong)} to mend before a run can read everything, in: {sources}" in whole
    else:
        assert "Every source can be read." in answer.stdout


def last_line(answer: Answer) -> str:
    """What stands below the findings where all is well."""
    lines = answer.stdout.splitlines()
    return lines[-1] if lines and lines[-1].startswith("Every source") else ""


def names_option(message: str, folder: Path, option: str) -> bool:
    """Whether a message ends with the option to mend and its line, or that of what holds it."""
    found = re.search(r"\[alignmart\.yaml:(\d+): sources\.([\w.]+)\]$", message)
    if not found or not found[2].endswith(f".{option}"):
        return False
    line = (folder / "alignmart.yaml").read_text(encoding="utf-8").splitlines()[int(found[1]) - 1]
    return line.strip().partition(":")[0] in option.split(".")


@contextlib.contextmanager
def unable_to_read(path: Path) -> Iterator[None]:
    """Inside, this process may not read `path`; root takes on another account for it."""
    path.chmod(0)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        path.chmod(0o755)


def tell(system: str, case: str, answer: Answer) -> None:
    """Print a row of the table: system, case, exit code, the messages that matter."""
    own = [line for line in answer.lines() if line.source not in BUILT_IN_SOURCES]
    for line in [line for line in own if line.status != "ok"] or own[:1]:
        said = f"{line.status} {line.source}: {line.subject}: {line.message}"
        sys.stdout.write(f"\n| {system} | {case} | {answer.code} | {said} |")
