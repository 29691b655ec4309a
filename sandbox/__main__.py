"""Command line of the sample company: `python -m sandbox` writes what its systems say as files.

Belongs here: options and the files' place. Does not belong here: what is generated or observed.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated

import typer

from sandbox.company import generate
from sandbox.observe import write_files
from sandbox.world import end_of

app = typer.Typer(add_completion=False)

LAST_DAY = dt.datetime(2026, 10, 31, tzinfo=dt.UTC)


@app.command()
def main(
    to: Annotated[Path, typer.Option(help="Folder to write into.")],
    seed: Annotated[int, typer.Option(help="Another seed is another company.")] = 1,
    people: Annotated[int, typer.Option(min=40, help="People on the last day, 2026-10-31.")] = 400,
    months: Annotated[int, typer.Option(min=3, help="Months up to the last day.")] = 15,
    as_of: Annotated[
        dt.datetime, typer.Option(formats=["%Y-%m-%d"], help="Day on which the systems are seen.")
    ] = LAST_DAY,
) -> None:
    """Write what HR, goal and survey system and the declared files of the sample company say."""
    world, day = generate(seed, people, months, LAST_DAY.date()), as_of.date()
    if not world.start <= day <= world.end:
        raise typer.BadParameter(
            f"the company's time is {world.start} to {world.end}, {day} is outside it",
            param_hint="--as-of",
        )
    write_files(world, end_of(day), to)
    typer.echo(f"Wrote hr, goals, surveys and declared files as of {day} to {to}")


if __name__ == "__main__":
    app()
