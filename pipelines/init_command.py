"""`alignmart init` as a command: answers from a file and from options, and what to do next.

Belongs here: reading answers, choosing the desk, the last lines.
Does not belong here: arguments and exit codes (`cli`), the questions (`init`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError

from pipelines import init
from pipelines.init_desk import Desk, Refused, Unasked
from pipelines.init_options import put
from pipelines.init_terminal import Terminal


def run(
    console: Console,
    to: Path,
    answers: Path | None,
    settings: Sequence[str],
    *,
    force: bool,
    goes_on: bool,
) -> None:
    """Ask and write `to`; with a file of answers nobody is asked. Raises Refused."""
    given = _read(answers) if answers else {}
    for setting in settings:
        name, equals, value = setting.partition("=")
        if not equals or not all(name.split(".")):
            raise Refused("--set wants an option and its value: --set sources.jira.url=https://…")
        put(given, name.split("."), _value(name, value))
    desk: Desk = Unasked(console, given) if answers else Terminal(console, given)
    if desk.asks:
        desk.say("Enter takes what stands in brackets, - means none, Ctrl-C writes nothing.", "dim")
    written = init.run(desk, to, force=force, goes_on=goes_on)
    _next_steps(desk, to, written)


def _read(path: Path) -> dict[str, Any]:
    try:
        document = YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refused(f"{path} cannot be read: {error.strerror}; check --answers") from None
    except (YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f":{mark.line + 1}" if mark else ""
        raise Refused(f"{path}{line}: is not YAML in UTF-8") from None
    if not isinstance(document or {}, Mapping):
        raise Refused(f"{path}: must hold answers as in alignmart.yaml, 'name: value'")
    return dict(document or {})


def _value(name: str, text: str) -> Any:
    """A value as it would be read from the file."""
    try:
        return YAML(typ="safe", pure=True).load(io.StringIO(text))
    except YAMLError:
        raise Refused(f"--set {name}: the value is no YAML; put it into quotes") from None


def _next_steps(desk: Desk, to: Path, written: Sequence[Path]) -> None:
    is_usual = str(to) == "alignmart.yaml"
    named, again = ("", "") if is_usual else (f" --config {to}", f" --to {to}")
    desk.say()
    for path in written:
        desk.say(f"Wrote {path}", "bold green")
    desk.say("Next:")
    desk.say(f"  alignmart check{named}      whether every source can be read, and what to mend")
    desk.say(f"  alignmart nightly{named}    the first night: pull, load, transform, publish")
    desk.say(f"  {to} may be changed by hand; to look anew at the systems with its options:")
    desk.say(f"  alignmart init --answers {to}{again} --force")
