"""Rows of weeks that rows of both bases together would tell too much of (reading F2b).

Belongs here: a row a basis, week and unit that must be hidden beside those that the week's patterns
hide. Does not belong here: who is counted where (`week_member`), what follows from shown rows and
which one is hidden for it (`pipelines.told_rows`).

Runs where dbt runs Python models: in DuckDB.
"""

from collections import defaultdict

from pipelines.audit_cells import Tree, alikes_of, rows_above
from pipelines.told_rows import rows_to_hide

WHOLE = ("headcount", "observable")
"""Kinds in which a person counts once in a row, however many seats lie in its unit."""

COLUMNS = (
    "org_basis varchar",
    "week_start date",
    "org_unit_id varchar",
    "hidden_in_round bigint",
)

PLACED_WHOLE = """
    select kind, week_start, was, is_now, count(*) as n_people,
        case when count(*) < {minimum} then list_sort(list(person_key)) else [] end as people
    from (
        select kind, week_start, person_key,
            list_sort(list((tree_from, org_unit_id)) filter (org_basis = 'as_was')) as was,
            list_sort(list(org_unit_id) filter (org_basis = 'restated')) as is_now
        from member where kind in {whole}
        group by kind, week_start, person_key
    )
    group by kind, week_start, was, is_now
    order by was, is_now
"""
PLACED_PARTS = """
    select kind, week_start,
        case when was.org_unit_id is null then [] else [(was.tree_from, was.org_unit_id)] end,
        case when is_now.org_unit_id is null then [] else [is_now.org_unit_id] end,
        count(distinct person_key) as n_people,
        case
            when count(distinct person_key) < {minimum} then list_sort(list(distinct person_key))
            else []
        end as people
    from (from member where org_basis = 'as_was' and kind not in {whole}) as was
    full join (from member where org_basis = 'restated' and kind not in {whole}) as is_now
        using (kind, week_start, person_key)
    group by kind, week_start, was.tree_from, was.org_unit_id, is_now.org_unit_id
    order by was.tree_from, was.org_unit_id, is_now.org_unit_id
"""


def trees_of(closure):
    """By basis and first day, the trees of rows (basis, day, ancestor, descendant, depth)."""
    rows = defaultdict(list)
    for basis, tree_from, *row in closure:
        rows[basis, tree_from].append(row)
    return {key: Tree.of(lines) for key, lines in rows.items()}


def told_of_week(kinds, trees, tree_from, pattern, minimum):
    """Rows (basis, unit) of a week to hide, in the order of hiding.

    `pattern`: for each row shown (basis, unit) its size.
    """
    as_was = {day: tree for (basis, day), tree in trees.items() if basis == "as_was"}
    (restated,) = (tree for (basis, _), tree in trees.items() if basis == "restated")
    shown = {
        basis: frozenset(unit for of, unit in pattern if of == basis)
        for basis in ("as_was", "restated")
    }
    above = rows_above(as_was[tree_from], restated, shown)
    line = {"as_was": as_was[tree_from].line, "restated": restated.line}

    def order(row):
        basis, unit = row
        is_root = len(line[basis][unit]) == 1
        return None if is_root else (int(basis == "as_was"), pattern[row], unit)

    alikes = [alikes_of(placed, as_was, restated, shown) for placed in kinds]
    return rows_to_hide(alikes, above, minimum, order)


def model(dbt, session):
    """dbt's entry."""
    dbt.config(materialized="table", contract={"enforced": False})
    minimum = int(dbt.config.get("minimum"))
    pattern_rows = dbt.ref("week_pattern")
    closure_rows = dbt.ref("bridge_org_unit_basis")
    tree_rows = dbt.ref("org_tree_basis")
    weeks = dbt.ref("effort_week").project("week_start, tree_from").fetchall()
    dbt.ref("week_member").create_view("member", replace=True)
    trees = trees_of(
        tree_rows.set_alias("tree")
        .join(
            closure_rows.set_alias("unit"),
            "tree.org_basis = unit.org_basis and unit.valid_from <= tree.valid_from "
            "and tree.valid_from < unit.valid_to",
        )
        .project(
            "tree.org_basis, tree.valid_from, unit.ancestor_id, unit.descendant_id, unit.depth"
        )
        .fetchall()
    )
    pattern = defaultdict(dict)
    for basis, week, unit, size in (
        pattern_rows.filter("not is_hidden")
        .project("org_basis, week_start, unit_id, size")
        .fetchall()
    ):
        pattern[week][basis, unit] = size
    placed = defaultdict(lambda: defaultdict(list))
    for query in (PLACED_WHOLE, PLACED_PARTS):
        for kind, week, was, is_now, n_people, people in session.execute(
            query.format(minimum=minimum, whole=WHOLE)
        ).fetchall():
            placed[week][kind].append((tuple(was or ()), tuple(is_now or ()), n_people, people))
    rows = [
        (basis, week, unit, i)
        for week, tree_from in sorted(weeks)
        for i, (basis, unit) in enumerate(
            told_of_week(placed[week].values(), trees, tree_from, pattern[week], minimum), start=1
        )
    ]
    session.execute(f"create or replace temporary table week_told_row ({', '.join(COLUMNS)})")
    if rows:
        session.executemany("insert into week_told_row values (?, ?, ?, ?)", rows)
    return session.table("week_told_row")
