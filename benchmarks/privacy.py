"""What rules of small groups give away, and how many cells they leave: `make bench-privacy`.

Belongs here: generated companies, the rules that vendors use, our own, an attacker, the table.
Does not belong here: the rules themselves, which are ours to use and not to write here: the macro
`settle_pattern` (dbt_project/macros/fixed_point.sql) and `pipelines.told_rows`.

A company has 300 people, whom four attributes cut: a tree of units, locations, job families and
tenure, which go along with one another as they do in life. Each of three waves asks them; some do
not answer, some move between waves. A reader sees the shown cells of every attribute and of all.
The attacker knows who is in which cell, and wants the sum of one person or of a group under the
minimum; the algebra is floating-point projections, apart from the audit's own.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import duckdb
import numpy as np
import polars as pl

from pipelines.audit_rowspace import Alike
from pipelines.dbt import EXECUTABLE, PROJECT
from pipelines.told_rows import rows_to_hide

MINIMUM: Final = 5
N_COMPANIES: Final = 50
N_PEOPLE: Final = 300
N_WAVES: Final = 3
ROOT: Final = "all"
ATTRIBUTES: Final = ("unit", "location", "job", "tenure")
_NEGLIGIBLE: Final = 1e-7

Cell = str
Shown = frozenset[Cell]


@dataclass(frozen=True)
class Wave:
    """Who answered, by the cell of each attribute in which they are directly."""

    name: str
    parent: Mapping[Cell, Cell]
    places: Mapping[str, tuple[Cell, ...]]

    def line(self, cell: Cell) -> tuple[Cell, ...]:
        """The cell and those above it."""
        return (cell,) if cell == ROOT else (cell, *self.line(self.parent[cell]))

    def cells(self) -> dict[Cell, frozenset[str]]:
        """All cells with the people in them; every one is there, also with nobody."""
        found: dict[Cell, set[str]] = {cell: set() for cell in (ROOT, *self.parent)}
        for person, cells in self.places.items():
            for cell in {over for own in cells for over in self.line(own)}:
                found[cell].add(person)
        return {cell: frozenset(people) for cell, people in found.items()}

    def tree(self, attribute: str) -> list[Cell]:
        """The attribute's cells and the root."""
        return [ROOT, *(cell for cell in self.parent if cell.startswith(f"{attribute} "))]


@dataclass(frozen=True)
class Recovered:
    """What the attacker has of a wave: single people, and groups of 2 and more."""

    people: frozenset[str]
    n_groups: int


def company(seed: int) -> list[Wave]:
    """The waves of a generated company."""
    draw = random.Random(seed)
    parent: dict[Cell, Cell] = {}
    for i in range(6):
        parent[f"unit {i}"] = ROOT
        for j in range(draw.randint(2, 5)):
            parent[f"unit {i}.{j}"] = f"unit {i}"
    flat = {"location": 9, "job": 10, "tenure": 6}
    parent |= {f"{name} {i}": ROOT for name, n in flat.items() for i in range(n)}
    units = [cell for cell in parent if cell.startswith("unit ")]
    weight = {unit: draw.paretovariate(1.2) for unit in units}
    people = [_placed(draw, units, weight, flat) for _ in range(N_PEOPLE)]
    waves = []
    for n in range(N_WAVES):
        answered = {f"p{i}": place for i, place in enumerate(people) if draw.random() < 0.85}
        waves.append(Wave(f"{seed} {n}", parent, answered))
        people = [
            _placed(draw, units, weight, flat) if draw.random() < 0.04 else place
            for place in people
        ]
    return waves


def _placed(
    draw: random.Random, units: list[Cell], weight: Mapping[Cell, float], flat: Mapping[str, int]
) -> tuple[Cell, ...]:
    """A person's cells: most people of a unit share its location, many its job family."""
    (unit,) = draw.choices(units, [weight[u] for u in units])
    home = sum(map(ord, unit))
    return (
        unit,
        f"location {home % flat['location'] if draw.random() < 0.9 else draw.randrange(9)}",
        f"job {home % flat['job'] if draw.random() < 0.6 else draw.randrange(10)}",
        f"tenure {min(5, int(draw.expovariate(0.5)))}",
    )


# Rules.


def at_least(n: int) -> Callable[[Wave], Shown]:
    """Cells of n people and more are shown."""
    return lambda wave: frozenset(c for c, people in wave.cells().items() if len(people) >= n)


def hidden_total(total: int) -> Callable[[Wave], Shown]:
    """Under a parent the next smallest is hidden until the hidden ones are `total` together."""

    def shown(wave: Wave) -> Shown:
        size = {cell: len(people) for cell, people in wave.cells().items()}
        stay = {cell for cell in size if size[cell] >= MINIMUM}
        families = defaultdict(list)
        for cell, above in wave.parent.items():
            families[above, cell.split()[0]].append(cell)
        for siblings in families.values():
            hidden = [cell for cell in siblings if cell not in stay]
            for cell in sorted((c for c in siblings if c in stay), key=lambda c: (size[c], c)):
                if not 0 < sum(size[c] for c in hidden) < total:
                    break
                hidden.append(cell)
                stay.discard(cell)
        return frozenset(stay)

    return shown


def by_pattern(waves: list[Wave], warehouse: Path) -> dict[str, Shown]:
    """By wave what our patterns show: one an attribute, all settled by the SQL at once."""
    pattern, piece = [], []
    for wave in waves:
        people = wave.cells()
        for attribute in ATTRIBUTES:
            name = f"{wave.name}|{attribute}"
            own: dict[Cell, int] = defaultdict(int)
            for places in wave.places.values():
                own[places[ATTRIBUTES.index(attribute)]] += 1
            for cell in wave.tree(attribute):
                n, is_hidden = len(people[cell]), len(people[cell]) < MINIMUM
                depth = len(wave.line(cell)) - 1
                pattern.append(
                    (name, cell, wave.parent.get(cell), depth, n, is_hidden,
                     0 if is_hidden else None, None, None)
                )  # fmt: skip
            piece += [(name, "people", cell, None, n, None) for cell, n in own.items()]
    with duckdb.connect(warehouse) as connection:
        connection.execute("create or replace schema attack")
        for table, rows, columns in (
            ("pattern", pattern, "pattern_id text, unit_id text, parent_id text, depth bigint, "
             "size bigint, is_hidden boolean, hidden_in_round bigint, shown_unit_id text, "
             "is_thin boolean"),
            ("piece", piece, "pattern_id text, kind text, unit_id text, person_key text, "
             "n_people bigint, favourable_sum double"),
        ):  # fmt: skip
            connection.execute(f"create table attack.{table} ({columns})")
            frame = pl.DataFrame(rows, orient="row", infer_schema_length=None).to_arrow()
            connection.register("given", frame)
            connection.execute(f"insert into attack.{table} select * from given")
    _settle(warehouse)
    with duckdb.connect(warehouse, read_only=True) as connection:
        rows = connection.execute(
            "select split_part(pattern_id, '|', 1), unit_id, bool_and(not is_hidden) "
            "from attack.pattern group by all"
        ).fetchall()
    shown: dict[str, set[Cell]] = defaultdict(set)
    for name, cell, is_shown in rows:
        if is_shown:
            shown[name].add(cell)
    return {name: frozenset(cells) for name, cells in shown.items()}


def _settle(warehouse: Path) -> None:
    answer = subprocess.run(  # noqa: S603 (our own executable, fixed arguments)
        [
            EXECUTABLE, "--quiet", "--no-use-colors", "--log-level-file", "none",
            "run-operation", "settle_pattern", "--args",
            f"{{pattern: attack.pattern, pieces: attack.piece, minimum: {MINIMUM}}}",
        ],
        cwd=PROJECT,
        env={
            **os.environ,
            "ALIGNMART_WAREHOUSE": str(warehouse),
            "ALIGNMART_AS_OF": "2026-06-30T23:59:59.999999Z",
            "DBT_PROFILES_DIR": str(PROJECT),
            "DBT_TARGET_PATH": str(warehouse.with_name("target")),
        },
        capture_output=True,
        text=True,
        check=False,
    )  # fmt: skip
    if answer.returncode != 0:
        raise RuntimeError(answer.stdout + answer.stderr)


def until_nothing_is_told(wave: Wave, shown: Shown) -> Shown:
    """What stays of the shown cells when all attributes are judged together."""
    same: dict[frozenset[Cell], int] = defaultdict(int)
    for cells in wave.places.values():
        same[frozenset(over for own in cells for over in wave.line(own)) & shown] += 1
    size = {cell: len(people) for cell, people in wave.cells().items()}
    above = {
        cell: next((over for over in wave.line(cell)[1:] if over in shown), None)
        for cell in sorted(shown)
    }
    hidden = rows_to_hide(
        [[Alike(cells, n) for cells, n in same.items()]],
        above,
        MINIMUM,
        lambda cell: None if cell == ROOT else (size[str(cell)], str(cell)),
    )
    return shown - {str(cell) for cell in hidden}


# The attacker.


def attack(wave: Wave, shown: Shown) -> Recovered:
    """People and groups under the minimum whose sums follow from the shown cells.

    Groups are unions of up to four sets of people who are in the same cells, no part of which is
    recovered.
    """
    cells = wave.cells()
    same: dict[tuple[bool, ...], list[str]] = defaultdict(list)
    for person in sorted(wave.places):
        same[tuple(person in cells[cell] for cell in sorted(shown))].append(person)
    groups = list(same.values())
    matrix = np.array([list(where) for where in same], dtype=float).T
    basis = np.linalg.svd(matrix)[2][: np.linalg.matrix_rank(matrix)]
    beside = np.eye(len(groups)) - basis.T @ basis
    small = [i for i, group in enumerate(groups) if len(group) < MINIMUM]
    singles = {(i,) for i in small if _is_nothing(beside[i])}
    left = [i for i in small if (i,) not in singles]
    mark = beside[left] @ np.random.default_rng(7).standard_normal(len(groups))
    found: set[tuple[int, ...]] = set()
    for union in _opposite(left, mark):
        n = sum(len(groups[i]) for i in union)
        is_new = not any(set(part) < set(union) for part in found)
        if n < MINIMUM and is_new and _is_nothing(beside[list(union)].sum(axis=0)):
            found.add(union)
    told = [[p for i in union for p in groups[i]] for union in singles | found]
    return Recovered(
        people=frozenset(group[0] for group in told if len(group) == 1),
        n_groups=sum(len(group) > 1 for group in told),
    )


def _opposite(left: list[int], mark: np.ndarray) -> list[tuple[int, ...]]:
    """Unions of two to four whose marks sum to nothing, the smaller ones first."""
    n = len(left)
    first, second = np.triu_indices(n, k=1)
    pair = mark[first] + mark[second]
    order = np.argsort(pair)
    nothing = np.flatnonzero(np.abs(pair) < _NEGLIGIBLE)
    unions = {tuple(sorted((left[first[k]], left[second[k]]))) for k in nothing}
    for wanted, members in (
        (-mark, np.arange(n)[:, None]),
        (-pair, np.column_stack([first, second])),
    ):
        begin = np.searchsorted(pair[order], wanted - _NEGLIGIBLE)
        end = np.searchsorted(pair[order], wanted + _NEGLIGIBLE)
        for k in np.flatnonzero(end > begin):
            for o in order[begin[k] : end[k]]:
                union = {*members[k].tolist(), int(first[o]), int(second[o])}
                if len(union) == members.shape[1] + 2:
                    unions.add(tuple(sorted(left[i] for i in union)))
    return sorted(unions, key=lambda union: (len(union), union))


def _is_nothing(vector: np.ndarray) -> bool:
    return bool(np.abs(vector).max(initial=0) < _NEGLIGIBLE)


# The table.


@dataclass(frozen=True)
class Line:
    """A rule: cells still shown of those with anybody in them, and what was recovered."""

    rule: str
    share_shown: float
    people_a_company: float
    groups_a_company: float


def compare(n_companies: int = N_COMPANIES) -> list[Line]:
    """All rules over the generated companies, all attributes seen together."""
    waves = [wave for seed in range(n_companies) for wave in company(seed)]
    with tempfile.TemporaryDirectory() as folder:
        ours = by_pattern(waves, Path(folder) / "warehouse.duckdb")
    rules: dict[str, Callable[[Wave], Shown]] = {
        "minimum group of 5": at_least(5),
        "minimum group of 10": at_least(10),
        "5, the next until 2 are hidden": hidden_total(2),
        "5, the next until 5 are hidden": hidden_total(5),
        "pattern alone (settle_pattern)": lambda wave: ours[wave.name],
        "pattern, then until nothing is told": lambda wave: until_nothing_is_told(
            wave, ours[wave.name]
        ),
    }
    return [_line(name, rule, waves, n_companies) for name, rule in rules.items()]


def _line(rule: str, shown_by: Callable[[Wave], Shown], waves: list[Wave], n: int) -> Line:
    n_cells = n_shown = n_groups = 0
    people = set()
    for wave in waves:
        shown = shown_by(wave)
        n_cells += sum(bool(there) for there in wave.cells().values())
        n_shown += len(shown)
        found = attack(wave, shown)
        n_groups += found.n_groups
        people |= {(wave.name.split()[0], person) for person in found.people}
    return Line(rule, n_shown / n_cells, len(people) / n, n_groups / n)


def main() -> None:
    """Print the table."""
    n = int(sys.argv[1]) if len(sys.argv) > 1 else N_COMPANIES
    print(f"{n} companies of {N_PEOPLE} people, {len(ATTRIBUTES)} attributes, {N_WAVES} waves")
    print(f"{'rule':<38}{'cells shown':>12}{'people told':>13}{'groups told':>13}   a company")
    for line in compare(n):
        print(
            f"{line.rule:<38}{line.share_shown:>12.1%}{line.people_a_company:>13.2f}"
            f"{line.groups_a_company:>13.2f}"
        )


if __name__ == "__main__":
    main()
