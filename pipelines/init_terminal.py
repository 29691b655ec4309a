"""The desk at a terminal: numbered lists, defaults in sight, looking for a part of a name.

Belongs here: what is printed and how a typed line is read. It works on a dumb terminal and with
lines piped in. Does not belong here: what is asked (`init`, `init_source`).
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from connectors.contract import Candidate, Choice, Entry, Pairing
from pipelines.init_desk import Check, Desk, Refused, likely
from pipelines.init_options import OptionPath, dotted

_SHOWN: Final = 12
_NOTHING: Final = "-"


class Terminal(Desk):
    """Somebody at a terminal, or lines that are piped in."""

    def decide(self, question: str, ways: Mapping[str, str], default: str) -> str:
        """One of `ways`, by its word or first letter."""
        shown = ", ".join(f"{word} ({meaning})" for word, meaning in ways.items())
        self.say(f"{question} {shown}")
        while True:
            typed = self._line(f"[{default}]").lower() or default
            fitting = [word for word in ways if word == typed or word[0] == typed]
            if fitting:
                return fitting[0]
            self._wrong(f"answer one of: {', '.join(ways)}")

    def _text(
        self,
        path: OptionPath,
        question: str,
        default: str | None,
        check: Check,
        is_needed: bool,
        is_secret: bool,
    ) -> str | None:
        self._headline(question, path)
        hint = f"[{default}]" if default else ("" if is_needed else "[none]")
        while True:
            typed = self._line(hint, is_shown=not is_secret) or (default or "")
            if typed == _NOTHING and not is_needed:
                return None
            if not typed and is_needed:
                self._wrong("an answer is needed here")
            elif typed and (problem := check(typed)):
                self._wrong(problem)
            else:
                return typed or None

    def _choose(self, path: OptionPath, choice: Choice) -> Any:
        self._headline(choice.question, path)
        taken = likely(choice)
        if not choice.candidates and not choice.is_open:
            self.say("  the system has nothing that could be it", "dim")
            return [] if choice.many else None
        self._list(choice.candidates, _shown_at_first(choice.candidates))
        while True:
            typed = self._line(self._hint(choice))
            if not typed:
                return taken if choice.many else (taken[0] if taken else None)
            if typed == _NOTHING:
                return [] if choice.many else None
            answer = self._read(typed, choice)
            if answer is not None:
                return answer if choice.many else answer[0]

    def _pair(self, path: OptionPath, pairing: Pairing) -> dict[str, Any]:
        self._headline(pairing.question, path)
        taken = {e.key: (likely(e) or [None])[0] for e in pairing.entries}
        self._pairs(pairing, taken)
        while True:
            typed = self._line("[as shown; a number for its candidates; number=value to change]")
            if not typed:
                return {key: value for key, value in taken.items() if value is not None}
            number, equals, value = (part.strip() for part in typed.partition("="))
            entry = _numbered(number, pairing.entries)
            if entry is None:
                self._wrong(f"there are lines 1 to {len(pairing.entries)}")
            elif not equals:
                self.say(f"  {entry.key}: {entry.label}")
                self._list(entry.candidates, len(entry.candidates))
            elif (chosen := self._value(value, entry, pairing.is_open)) is not entry:
                taken[entry.key] = chosen
                self.say(f"  {entry.key} → {_worded(chosen)}")

    def _value(self, typed: str, entry: Entry, is_open: bool) -> Any:
        """The value typed for an entry; the entry itself where it is none of its values."""
        if typed in ("", _NOTHING):
            return None
        one = _named(typed, entry.candidates)
        if one is not None:
            return one.value
        if is_open:
            return typed
        shown = ", ".join(str(one.value) for one in entry.candidates) or "nothing"
        self._wrong(f"{entry.key} can be: {shown}; - for nothing")
        return entry

    def _read(self, typed: str, choice: Choice) -> list[Any] | None:
        """The values that a typed line means, None where more has to be asked."""
        if typed == "?":
            self._list(choice.candidates, len(choice.candidates))
            return None
        parts = _parts(typed, choice.many)
        named = [_named(part, choice.candidates) for part in parts]
        if all(named):
            return _values(named)
        if choice.is_open:
            return [
                typed_part if one is None else one.value
                for typed_part, one in zip(parts, named, strict=True)
            ]
        missing = next(part for part, one in zip(parts, named, strict=True) if one is None)
        self._look_for(missing, choice.candidates)
        return None

    def _look_for(self, part: str, candidates: Sequence[Candidate]) -> None:
        wanted = part.casefold()
        fitting = [
            (n, one)
            for n, one in enumerate(candidates, 1)
            if wanted in f"{one.label} {one.value}".casefold()
        ]
        if not fitting or part.isdigit():
            self._wrong(f"{part!r} is none of the {len(candidates)}; ? lists them all")
        for n, one in fitting if not part.isdigit() else ():
            self._one(n, one)

    def _list(self, candidates: Sequence[Candidate], most: int) -> None:
        for n, one in enumerate(candidates[:most], 1):
            self._one(n, one)
        more = len(candidates) - most
        if more > 0:
            self.say(f"       {more} more: ? lists them, a part of a name looks for them", "dim")

    def _one(self, number: int, one: Candidate) -> None:
        value = "" if str(one.value) == one.label or isinstance(one.value, dict) else one.value
        example = f"such as {one.example}" if one.example else ""
        parts = (one.label, value, one.reason, example)
        said = "  ".join(str(part) for part in parts if part != "")
        self.say(f"  {number:3}  {said}")

    def _pairs(self, pairing: Pairing, taken: Mapping[str, Any]) -> None:
        for n, entry in enumerate(pairing.entries, 1):
            self.say(f"  {n:3}  {entry.key} → {_worded(taken[entry.key])}   ({entry.label})")

    def _hint(self, choice: Choice) -> str:
        taken = [n for n, one in enumerate(choice.candidates, 1) if one.value in likely(choice)]
        shown = ",".join(map(str, taken if choice.many else taken[:1])) or "none"
        return f"[{shown}]"

    def _headline(self, question: str, path: OptionPath) -> None:
        self.say()
        self.console.print(question, style="bold", markup=False, highlight=False)
        self.say(f"  {dotted(path)}", "dim")

    def _wrong(self, problem: str) -> None:
        self.say(f"  {problem}", "yellow")

    def _line(self, hint: str, *, is_shown: bool = True) -> str:
        """One typed line; raises Refused where there is no more. Piped lines are shown."""
        # polars handles SIGINT so that a read goes on after it: Ctrl-C would wait for Enter
        signal.siginterrupt(signal.SIGINT, True)
        try:
            typed = self.console.input(f"{hint} > " if hint else "> ", markup=False).strip()
        except EOFError:
            said = "The answers ended before the questions did; nothing is written."
            raise Refused(said, code=1) from None
        if not sys.stdin.isatty():
            self.say(typed if is_shown else "(not shown)", "dim")
        return typed


def _shown_at_first(candidates: Sequence[Candidate]) -> int:
    """All of a short list; of a long one those that have something for them, within reason."""
    return len(candidates) if len(candidates) <= _SHOWN + 3 else _SHOWN


def _parts(typed: str, many: bool) -> list[str]:
    """`1,3`, `1 3`, `2-4` or names with commas between."""
    if not many:
        return [typed]
    by_blank = typed.replace(",", " ").split()
    if all(part.replace("-", "").isdigit() for part in by_blank):
        parts: list[str] = []
        for part in by_blank:
            first, dash, last = part.partition("-")
            if dash and first and last:
                parts += [str(n) for n in range(int(first), int(last) + 1)][:1000]
            else:
                parts.append(part)
        return parts
    return [part.strip() for part in typed.split(",") if part.strip()]


def _named(part: str, candidates: Sequence[Candidate]) -> Candidate | None:
    """The candidate of a number, a value or a label."""
    if part.isdigit() and 1 <= int(part) <= len(candidates):
        return candidates[int(part) - 1]
    same = part.casefold()
    exact = [one for one in candidates if part in (str(one.value), one.label)]
    loose = [one for one in candidates if same in (str(one.value).casefold(), one.label.casefold())]
    return next(iter([*exact, *loose]), None)


def _numbered(number: str, entries: Sequence[Entry]) -> Entry | None:
    if number.isdigit() and 1 <= int(number) <= len(entries):
        return entries[int(number) - 1]
    return next((one for one in entries if one.key == number), None)


def _values(named: Sequence[Candidate | None]) -> list[Any]:
    """The values, each once, in the order named."""
    values: list[Any] = []
    for one in named:
        if one is not None and one.value not in values:
            values.append(one.value)
    return values


def _worded(value: Any) -> str:
    return "left out" if value is None else str(value)
