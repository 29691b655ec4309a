"""Where the questions of `alignmart init` are answered: at a terminal, or by a file of answers.

Belongs here: the questions' kinds and how an answer that was given beforehand is taken.
Does not belong here: what is asked (`init`, `init_source`), lists on a terminal
(`init_terminal`).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from rich.console import Console
from rich.text import Text

from connectors.contract import LIKELY, Choice, Entry, Finding, Pairing
from pipelines.init_options import MISSING, OptionPath, dotted, found, put
from pipelines.nearest import meant

Check = Callable[[str], str | None]
"""What is wrong with a typed answer, or None."""

_COLOURS: Final = {"ok": "green", "warning": "yellow", "error": "red"}


class Refused(Exception):
    """`alignmart init` cannot go on; nothing was written. The message says what to do."""

    def __init__(self, message: str, code: int = 2) -> None:
        super().__init__(message)
        self.code = code


def no_problem(_: str) -> str | None:
    """A check that takes everything."""
    return None


def _each(answer: Any) -> list[Any]:
    return answer if isinstance(answer, list) else [] if answer is None else [answer]


def likely(choice: Choice | Entry) -> list[Any]:
    """The values that are taken where nobody says otherwise."""
    return [one.value for one in choice.candidates if one.score >= LIKELY]


class Desk(ABC):
    """Answers questions; `given` are answers from beforehand, shaped as `alignmart.yaml`."""

    asks: bool = True
    """Whether somebody is there to ask."""

    def __init__(self, console: Console, given: Mapping[str, Any]) -> None:
        self.console = console
        self.given = given

    def say(self, text: str = "", style: str = "") -> None:
        """Print a line as it is."""
        self.console.print(Text(text, style=style))

    def tell(self, finding: Finding) -> None:
        """Print what was found."""
        line = Text(f"  {finding.status:8}", style=_COLOURS[finding.status])
        self.console.print(line.append(f"{finding.subject}: {finding.message}", style="none"))

    def has(self, path: OptionPath) -> bool:
        """Whether the answer was given beforehand."""
        return found(self.given, path) is not MISSING

    def forget(self, path: OptionPath) -> None:
        """An answer given beforehand turned out wrong and is asked for again."""
        if isinstance(self.given, dict) and self.has(path):
            put(self.given, path, MISSING)

    def text(
        self,
        path: OptionPath,
        question: str,
        *,
        default: str | None = None,
        check: Check = no_problem,
        is_needed: bool = True,
        is_secret: bool = False,
    ) -> str | None:
        """A line of text; None only where it is not needed. Raises Refused."""
        given = found(self.given, path)
        if given is MISSING:
            return self._text(path, question, default, check, is_needed, is_secret)
        if given is None:
            return None
        if problem := check(str(given)):
            raise Refused(f"{dotted(path)}: {problem}")
        return str(given)

    def choose(self, path: OptionPath, choice: Choice) -> Any:
        """A value, or a list where the choice is of many; None and [] for nothing."""
        given = found(self.given, path)
        if given is MISSING:
            answer = self._choose(path, choice)
        else:
            answer = [given] if choice.many and not isinstance(given, list) else given
            known = [one.value for one in choice.candidates]
            for value in () if choice.is_open else _each(answer):
                self._warn_of(path, value, known)
        if choice.without and answer in (None, []):
            self.tell(Finding(path[-1], "warning", choice.without))
        return answer

    def pair(self, path: OptionPath, pairing: Pairing, *, is_section: bool) -> dict[str, Any]:
        """A value for each key that has one.

        What was given of a section, whose keys are options, leaves its other options to be asked;
        of free keys those given are all.
        """
        given = found(self.given, path)
        if not pairing.entries:
            return dict(given) if isinstance(given, Mapping) else {}
        if not isinstance(given, Mapping):
            return self._pair(path, pairing)
        if not is_section:
            return dict(given)
        rest = [one for one in pairing.entries if one.key not in given]
        asked = self._pair(path, replace(pairing, entries=rest)) if rest else {}
        return dict(given) | asked

    @abstractmethod
    def decide(self, question: str, ways: Mapping[str, str], default: str) -> str:
        """One of `ways`, word to meaning."""

    @abstractmethod
    def _text(
        self,
        path: OptionPath,
        question: str,
        default: str | None,
        check: Check,
        is_needed: bool,
        is_secret: bool,
    ) -> str | None: ...

    @abstractmethod
    def _choose(self, path: OptionPath, choice: Choice) -> Any: ...

    @abstractmethod
    def _pair(self, path: OptionPath, pairing: Pairing) -> dict[str, Any]: ...

    def _warn_of(self, path: OptionPath, value: Any, known: Sequence[Any]) -> None:
        if value not in known:
            near = meant(str(value), map(str, known)) if known else ""
            said = f"{dotted(path)}: {value!r} was not found there{near}"
            self.tell(Finding("answers", "warning", said))


class Unasked(Desk):
    """Nobody is asked: what was not given takes the likeliest answer, or is refused."""

    asks = False

    def decide(self, question: str, ways: Mapping[str, str], default: str) -> str:  # noqa: ARG002
        """The default."""
        return default

    def _text(
        self,
        path: OptionPath,
        question: str,
        default: str | None,
        check: Check,  # noqa: ARG002  a default is right
        is_needed: bool,
        is_secret: bool,  # noqa: ARG002
    ) -> str | None:
        if default is None and is_needed:
            raise Refused(
                f"{dotted(path)} is not answered: {question}. Write it into the file of answers, "
                f"or give --set {dotted(path)}=…"
            )
        return default

    def _choose(self, path: OptionPath, choice: Choice) -> Any:  # noqa: ARG002
        taken = likely(choice)
        return taken if choice.many else (taken[0] if taken else None)

    def _pair(self, path: OptionPath, pairing: Pairing) -> dict[str, Any]:  # noqa: ARG002
        return {entry.key: taken[0] for entry in pairing.entries if (taken := likely(entry))}
