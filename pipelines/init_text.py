"""The text of `alignmart.yaml` as `alignmart init` writes it: every option with its meaning.

Belongs here: which lines stand in the file. The same answers give the same text.
Does not belong here: asking (`init_desk`), putting the file in its place (`init_write`).

What was answered stands as it is. An option that keeps its default stands as `#name: default`,
so that taking the mark away makes it one's own; prose stands as `# …`.
"""

from __future__ import annotations

import datetime as dt
import io
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML

from connectors.contract import Candidate
from pipelines.config import SHIPPED, Config
from pipelines.init_options import default_of, meaning, model_of
from pipelines.init_source import Source

_WIDTH: Final = 100
_MOST_LEFT: Final = 10
_HEAD: Final = """\
# Written by `alignmart init`. The meaning of every option stands above it. An option behind #
# keeps the default shown: take the mark away and change it. Secrets never stand in this file,
# only their places: env:NAME or file:PATH. `alignmart check` compares the file with the systems,
# and a mistake in it is named with its line.
"""
_ELSEWHERE: Final = ("organisation", "sources", "sample")


def text_of(
    general: Mapping[str, Any], sources: Sequence[Source], undeclared: Sequence[str]
) -> str:
    """The whole file. `general` are the options outside of sources, `undeclared` places of work
    whose country nobody declared."""
    lines = [*_HEAD.splitlines(), ""]
    fields = Config.model_fields
    organisation = model_of(fields["organisation"])
    assert organisation is not None
    lines += ["organisation:", *_model(organisation, general["organisation"], {}, "  "), ""]
    if sources:
        lines += ["sources:", *_sources(sources)]
    else:
        lines += ["# The sample company: replace it by `sources` of your own.", "sample: {}", ""]
    for name, info in fields.items():
        if name in _ELSEWHERE:
            continue
        lines += _option(name, info, general.get(name, _NOT_SET), {}, "")
        if name == "declared" and undeclared:
            said = (
                "Places of work without a line in `locations`, which follow the organisation's "
                f"country and UTC until they have one: {', '.join(undeclared)}"
            )
            lines += _prose(said, "  ")
        if model_of(info) is not None:
            lines.append("")
    lines += _unknown(general, Config, "")
    return "\n".join(lines).rstrip("\n") + "\n"


class _NotSet:
    """An option that nobody answered."""


_NOT_SET: Final = _NotSet()


def _sources(sources: Sequence[Source]) -> Iterator[str]:
    for source in sources:
        yield f"  {source.name}:"
        yield f"    system: {source.system}"
        yield from _prose(f"rights, tokens, limits: docs/connectors/{source.system}.md", "    ")
        if not source.is_probed:
            yield from _prose("not looked at: its system did not answer `alignmart init`", "    ")
        kind = source.kind.settings_type
        yield from _model(kind, source.options, _by_head(source.left), "    ")
        yield ""


Left = Mapping[str, Any]
"""Candidates not chosen: by option, or by options below it."""


def _by_head(left: Mapping[str, Sequence[Candidate]]) -> dict[str, Any]:
    """Dotted options as nested mappings."""
    nested: dict[str, Any] = {}
    for option, candidates in left.items():
        *way, last = option.split(".")
        place = nested
        for part in way:
            place = place.setdefault(part, {})
        place[last] = candidates
    return nested


def _model(
    kind: type[BaseModel], said: Mapping[str, Any], left: Left, indent: str
) -> Iterator[str]:
    """The lines of a model's options."""
    for name, info in kind.model_fields.items():
        yield from _option(name, info, said.get(name, _NOT_SET), left.get(name), indent)
    yield from _unknown(said, kind, indent)


def _unknown(said: Mapping[str, Any], kind: type[BaseModel], indent: str) -> Iterator[str]:
    """Options that there are not: the check of the file names them, none is dropped in silence."""
    for name in sorted(said.keys() - kind.model_fields.keys()):
        yield from _set(name, said[name], indent)


def _option(name: str, info: FieldInfo, value: Any, left: Any, indent: str) -> Iterator[str]:
    yield from _prose(meaning(info), indent)
    below = model_of(info)
    if below is None or (value is None and info.default is None):
        if isinstance(value, _NotSet):
            yield f"{indent}#{name}: {_flow(_default(info))}"
        else:
            yield from _set(name, value, indent)
        yield from _not_chosen(left or (), indent)
        return
    inner = left if isinstance(left, Mapping) else {}
    if isinstance(value, Mapping):
        yield f"{indent}{name}:"
        yield from _model(below, value, inner, f"{indent}  ")
        return
    for line in _defaults(name, info, inner):
        yield f"{indent}#{line}"
    yield from _not_chosen(() if isinstance(left, Mapping) else left or (), indent)


def _defaults(name: str, info: FieldInfo, left: Left) -> Iterator[str]:
    """A whole section with its defaults, without any mark."""
    below = model_of(info)
    value = _default(info)
    if below is None or value is None:
        yield f"{name}: {_flow(value)}"
        return
    yield f"{name}:"
    for inner, its in below.model_fields.items():
        yield from _prose(meaning(its), "  ")
        further = left.get(inner)
        deeper = further if isinstance(further, Mapping) else {}
        for line in _defaults(inner, its, deeper):
            yield f"  {line}"
        yield from _not_chosen(() if isinstance(further, Mapping) else further or (), "  ")


def _set(name: str, value: Any, indent: str) -> Iterator[str]:
    """`name: value`, in one line where it fits, else a line a part."""
    line = f"{indent}{name}: {_flow(value)}"
    if len(line) <= _WIDTH and not (isinstance(value, Mapping) and value):
        yield line
        return
    if isinstance(value, Mapping):
        yield f"{indent}{name}:"
        for key, part in value.items():
            yield from _set(_flow(key), part, f"{indent}  ")
    elif isinstance(value, list):
        yield f"{indent}{name}:"
        for part in value:
            if isinstance(part, Mapping):
                inner = [row for k, p in part.items() for row in _set(_flow(k), p, f"{indent}    ")]
                yield f"{indent}  - {inner[0].lstrip()}"
                yield from inner[1:]
            else:
                yield f"{indent}  - {_flow(part)}"
    else:
        yield line


def _not_chosen(left: Any, indent: str) -> Iterator[str]:
    """What was found for an option but not taken, likeliest first."""
    candidates = [one for one in left if isinstance(one, Candidate)]
    for one in candidates[:_MOST_LEFT]:
        about = [one.label] if one.label != str(one.value) else []
        about += [one.reason] if one.reason else []
        said = f" ({'; '.join(about)})" if about else ""
        yield " ".join(f"{indent}# also there: {_flow(one.value)}{said}".splitlines())
    if len(candidates) > _MOST_LEFT:
        yield f"{indent}# and {len(candidates) - _MOST_LEFT} more"


def _default(info: FieldInfo) -> Any:
    """The default as it is written; of a file that alignmart ships, where one's own would lie."""
    value = default_of(info)
    if isinstance(value, str) and Path(value).is_relative_to(SHIPPED):
        return f"declared/{Path(value).name}"
    plain = info.get_default(call_default_factory=True) if not info.is_required() else None
    return str(plain) if isinstance(plain, Path) else value


def _prose(text: str, indent: str) -> Iterator[str]:
    """A comment, wrapped."""
    for line in textwrap.wrap(text, _WIDTH - len(indent) - 2, break_on_hyphens=False):
        yield f"{indent}# {line}"


def _flow(value: Any) -> str:
    """A value as YAML in one line."""
    out = io.StringIO()
    yaml = YAML(typ="safe", pure=True)
    yaml.default_flow_style, yaml.width, yaml.allow_unicode = True, 1_000_000, True
    yaml.sort_base_mapping_type_on_output = False  # type: ignore[assignment]
    plain = value.isoformat() if isinstance(value, dt.datetime) else value
    yaml.dump([plain], out)
    return out.getvalue().strip()[1:-1]
