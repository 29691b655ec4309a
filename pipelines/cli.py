"""The command line: `alignmart init | check | nightly | status | publish | replay | sandbox`.

Belongs here: arguments, exit codes, progress on the terminal. Does not belong here: the work.

Exit codes: 0 it went well; 1 the run or check failed; 2 the configuration or the command is
wrong. What takes long to import is imported by the command that needs it.
"""

from __future__ import annotations

import datetime as dt
import logging
import sys
import time
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.console import Console
from rich.markup import escape

from pipelines.clock import ClockError, clock_for, end_of
from pipelines.config import Config, Sample
from pipelines.config_file import FILE_NAME, ConfigError, load

app = typer.Typer(
    help="Joins HR, tracking and goal systems into alignment marts for BI tools.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_show_locals=False,
)
_WIDTH = None if sys.stdout.isatty() else 120
_out = Console(highlight=False, soft_wrap=True, width=_WIDTH)
_err = Console(highlight=False, soft_wrap=True, width=_WIDTH, stderr=True)

ConfigOption = Annotated[
    Path | None,
    typer.Option("--config", help="Configuration; alignmart.yaml, else the sample company."),
]
DayOption = Annotated[
    dt.datetime | None,
    typer.Option("--as-of", formats=["%Y-%m-%d"], help="The day to run for; today without it."),
]


@app.command()
def init(
    to: Annotated[Path, typer.Option("--to", help="File to write.")] = Path("alignmart.yaml"),
    answers: Annotated[
        Path | None,
        typer.Option(
            help="Answers, shaped as alignmart.yaml: nobody is asked, defaults are taken."
        ),
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option("--set", help="One answer, OPTION=VALUE: sources.jira.system=jira_cloud."),
    ] = None,
    force: Annotated[bool, typer.Option("--force", help="Replace the file if it exists.")] = False,
    go_on: Annotated[
        bool, typer.Option("--go-on", help="With --answers: write a source that does not answer.")
    ] = False,
) -> None:
    """Ask which systems you have, look at them, write a commented alignmart.yaml."""
    from pipelines import init_command
    from pipelines.init_desk import Refused

    try:
        init_command.run(_out, to, answers, settings or [], force=force, goes_on=go_on)
    except Refused as refusal:
        _err.print(escape(str(refusal)), style="red")
        raise typer.Exit(refusal.code) from None
    except KeyboardInterrupt:
        _err.print("\nStopped; nothing is written.", style="red")
        raise typer.Exit(130) from None


@app.command()
def nightly(as_of: DayOption = None, config: ConfigOption = None) -> None:
    """Pull, load, transform, publish; ends with a summary."""
    settings, day = _loaded(config), as_of.date() if as_of else None
    try:
        clock_for(settings, day, None)
    except ClockError as error:
        _wrong(str(error))
    _run(settings, day, pull=True)


@app.command()
def check(config: ConfigOption = None) -> None:
    """Look at every source without pulling it: access, mapping, files."""
    from pipelines import check as checking
    from pipelines import sample, systems

    settings = _loaded(config)
    file = None if settings.sample is not None else config or Path(FILE_NAME)
    with sample.answering(settings, clock_for(settings, None, None).as_of) as ready:
        connectors = systems.build(ready)
        if _err.is_terminal:
            _err.print(f"Looking at {len(connectors)} sources …", style="dim")
        lines = checking.look(connectors)
    wrong = checking.show(_out, lines, file)
    if wrong:
        errors = sum(line.finding.status == "error" for line in lines)
        _failed(f"{errors} to mend before a run can read everything, in: {', '.join(wrong)}")
    warnings = sum(line.finding.status == "warning" for line in lines)
    _out.print("Every source can be read." + (f" Warnings: {warnings}." if warnings else ""))


@app.command()
def status(config: ConfigOption = None) -> None:
    """Which version readers see, which can be returned to, how fresh the sources are."""
    from pipelines import summary

    if not summary.show_status(_out, _loaded(config)):
        raise typer.Exit(1)


@app.command()
def publish(
    to: Annotated[
        str | None, typer.Option("--to", help="A version that was published before.")
    ] = None,
    config: ConfigOption = None,
) -> None:
    """Return readers to an already published version."""
    from pipelines import summary
    from pipelines.publish import PublishRefused, Shelf, return_to
    from pipelines.warehouse import Warehouse, WarehouseBusy

    settings = _loaded(config)
    shelf = Shelf(settings.publish_dir)
    if to is None:
        _wrong(
            "publishing alone is refused: only a run that has just built and tested the marts "
            "may publish them. Run `alignmart nightly`, or name a version with --to: "
            f"{', '.join(reversed(shelf.versions())) or 'none is published yet'}"
        )
    try:
        with Warehouse(settings.warehouse_path).lease():
            summary.show_returned(_out, return_to(shelf, to))
    except (PublishRefused, WarehouseBusy) as refusal:
        _failed(str(refusal))


@app.command()
def replay(
    since: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="First day to load again.")
    ],
    config: ConfigOption = None,
) -> None:
    """Map and load archived pages again, then build and publish; nothing is pulled."""
    from pipelines import night, summary
    from pipelines.replay import ReplayRefused
    from pipelines.replay import replay as load_again
    from pipelines.warehouse import Warehouse, WarehouseBusy

    settings, run_id = _loaded(config), f"replay since {since.date()}"
    warehouse, archive = Warehouse(settings.warehouse_path), night.archive_of(settings)
    try:
        with warehouse.lease():
            mapping = night.mapping_of(settings)
            done = load_again(warehouse, archive, mapping, since.date(), run_id)
    except (ReplayRefused, WarehouseBusy) as error:
        _failed(str(error))
    _out.print(f"Loaded {len(done.pulls)} archived pulls again.")
    summary.show_loads(_out, settings, run_id)
    _run(settings, None, pull=False)


@app.command()
def sandbox(
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
    as_of: DayOption = None,
    config: ConfigOption = None,
) -> None:
    """Write the sample company's files, as its systems show them on a day."""
    from pipelines.sample import company
    from sandbox.observe import write_files

    options = _loaded(config).sample or Sample()
    day = as_of.date() if as_of else options.end
    if day > options.end:
        _wrong(f"the sample company's time ends on {options.end}")
    if to.exists() and not to.is_dir():
        _wrong(f"{to} is a file; name a folder with --to")
    try:
        write_files(company(options), end_of(day), to)
    except OSError as error:
        _wrong(f"cannot write into {to}: {error.strerror or error}; name another folder with --to")
    _out.print(f"Wrote hr, goals and declared files as of {day} to {escape(str(to))}")


def _run(config: Config, day: dt.date | None, *, pull: bool) -> None:
    _show_progress()
    from pipelines import summary
    from pipelines.dbt import DbtError
    from pipelines.run import run_nightly

    try:
        outcome = run_nightly(config, day, pull=pull)
    except DbtError as error:
        _failed(str(error))
    _out.print(f"\n[bold]{escape(config.organisation.name)}[/]")
    summary.show_loads(_out, config, outcome.run_id)
    summary.show_checks(_out, outcome.results)
    if outcome.version:
        summary.show_broken_chains(_out, config)
        summary.show_how_to_open(_out, config, outcome.version)
    summary.show_failures(_out, outcome.failures)
    _out.print(f"Run {outcome.run_id[:8]} took {outcome.seconds:.0f} s.")
    if not outcome.is_good:
        raise typer.Exit(1)


def _loaded(path: Path | None) -> Config:
    try:
        return load(path)
    except ConfigError as error:
        _wrong(str(error))


def _wrong(message: str) -> NoReturn:
    """Exit for a mistake of whoever called."""
    _err.print(escape(message), style="red")
    raise typer.Exit(2)


def _failed(message: str) -> NoReturn:
    _err.print(escape(message), style="red")
    raise typer.Exit(1)


class _Progress(logging.Handler):
    """Each step's words with the seconds since the start."""

    def __init__(self) -> None:
        super().__init__()
        self.begun = time.monotonic()

    def emit(self, record: logging.LogRecord) -> None:
        """Print one line."""
        style = "red" if record.levelno >= logging.ERROR else "dim"
        seconds = time.monotonic() - self.begun
        _err.print(f"{seconds:6.1f} s  {escape(record.getMessage())}", style=style)


def _show_progress() -> None:
    log = logging.getLogger("alignmart")
    log.setLevel(logging.INFO)
    log.propagate = False
    log.handlers = [_Progress()]
    log.info("starting")


if __name__ == "__main__":
    app()
