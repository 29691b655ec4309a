"""Draws the README's picture of three marts from a published version of the sample company.

Belongs here: which rows and columns are shown, and how they become an SVG without outside fonts.
Does not belong here: any number; all are read from the Parquet files that BI tools read.

`python docs/pictures/draw.py` draws `published/current` after `make nightly`; a folder named
behind it is drawn instead.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path
from typing import Final, Literal

import polars as pl
from rich import box
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.terminal_theme import DEFAULT_TERMINAL_THEME

PICTURE: Final = Path(__file__).with_name("marts.svg")
COLUMNS: Final = 126
NEWEST: Final = Path("published/current")
SHARES: Final = ("aligned_share_low", "aligned_share", "aligned_share_high")
WRAPPED: Final = ("goal", "metric", "initiative")

_FRAME: Final = """\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {terminal_width} {terminal_height}">
<style>
.{unique_id}-matrix {{
  font-family: "DejaVu Sans Mono", Menlo, Consolas, monospace;
  font-size: {char_height}px;
}}
{styles}
</style>
<defs>{lines}</defs>
<rect fill="#ffffff" stroke="#cccccc" width="100%" height="100%" rx="8"/>
<g class="{unique_id}-matrix" transform="translate(14, 12) scale(0.98)">{backgrounds}{matrix}</g>
</svg>
"""


def chains(folder: Path) -> Table:
    """Of each link_status the chain with most effort."""
    names = {
        "goal_id": ("dim_goal", "title", "goal"),
        "metric_id": ("dim_metric", "name", "metric"),
        "initiative_id": ("dim_initiative", "title", "initiative"),
    }
    rows = _mart(folder, "alignment_chain")
    for key, (dimension, column, name) in names.items():
        titles = _mart(folder, dimension).select(key, pl.col(column).alias(name))
        rows = rows.join(titles, on=key, how="left")
    shown = (
        rows.sort("effort_allocated", "chain_id", descending=[True, False], nulls_last=True)
        .unique("link_status", keep="first", maintain_order=True)
        .select("link_status", "goal", "metric", "initiative", "effort_allocated")
    )
    about = "alignment_chain: of each link_status the row with most effort; titles instead of ids"
    return _table(about, shown)


def triad(folder: Path) -> Table:
    """The first goal with each combination of missing parts."""
    titles = _mart(folder, "dim_goal").select("goal_id", goal="title")
    shown = (
        _mart(folder, "goal_triad")
        .sort("goal_id")
        .unique("missing_parts", keep="first", maintain_order=True)
        .join(titles, on="goal_id", maintain_order="left")
        .select(
            "goal", "n_metrics", "n_initiatives", "has_owner", "has_why", "is_complete",
            "missing_parts",
        )
        .head(6)
    )  # fmt: skip
    return _table("goal_triad: some columns of six goals; titles instead of ids", shown)


def effort(folder: Path) -> Table:
    """The root, its first unit by name and all below that, in the newest week."""
    units = _mart(folder, "dim_org_unit").sort("path")
    first = units.filter(pl.col("depth") == 1)["path"][0]
    some = units.filter((pl.col("depth") == 0) | pl.col("path").str.starts_with(first))
    shown = (
        _mart(folder, "effort_alignment")
        .filter(pl.col("org_basis") == "as_was")
        .filter(pl.col("week_start") == pl.col("week_start").max())
        .join(some.select("org_unit_id", "path", unit="name"), on="org_unit_id")
        .sort("path")
        .select("unit", "n_people", "person_days", *SHARES, "reason_missing")
    )
    return _table("effort_alignment: some columns of some units, newest week", shown)


def draw(folder: Path) -> str:
    """The picture as SVG."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), color_system="truecolor")
    for table in (chains(folder), triad(folder), effort(folder)):
        console.print(table)
    return console.export_svg(
        title="", theme=DEFAULT_TERMINAL_THEME, code_format=_FRAME, unique_id="marts"
    )


def _mart(folder: Path, table: str) -> pl.DataFrame:
    return pl.read_parquet(folder / "parquet" / f"{table}.parquet")


def _table(about: str, rows: pl.DataFrame) -> Table:
    table = Table(title=about, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD)
    for name, dtype in rows.schema.items():
        side: Literal["left", "right"] = "right" if dtype.is_numeric() else "left"
        table.add_column(name, justify=side, no_wrap=name not in WRAPPED)
    for row in rows.rows():
        table.add_row(*(_shown(value) for value in row))
    return table


def _shown(value: object) -> str:
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,.4g}" if isinstance(value, float) else escape(str(value))


if __name__ == "__main__":
    PICTURE.write_text(draw(Path(sys.argv[1]) if sys.argv[1:] else NEWEST), encoding="utf-8")
