"""Cells of own effort that cells of both bases together would tell too much of (reading F2b).

Belongs here: a row a unit, class, month and basis that must be hidden beside those that are of too
few people. Does not belong here: whose effort is where (`own_effort`), what follows from shown
cells and which one is hidden for it (`pipelines.told_rows`).

Runs where dbt runs Python models: in DuckDB.
"""

from collections import defaultdict

from pipelines.audit_rowspace import Alike
from pipelines.told_rows import rows_to_hide

COLUMNS = (
    "org_unit_id varchar",
    "node_class varchar",
    "month_start date",
    "org_basis varchar",
    "hidden_in_round bigint",
)

PLACED = """
    select node_class, month_start, was.org_unit_id as was, is_now.org_unit_id as is_now,
        count(distinct worker_id) as n_people,
        case
            when count(distinct worker_id) < {minimum} then list_sort(list(distinct worker_id))
            else []
        end as people
    from (from own where org_basis = 'as_was') as was
    full join (from own where org_basis = 'restated') as is_now
        using (node_class, month_start, worker_id)
    group by node_class, month_start, was.org_unit_id, is_now.org_unit_id
"""


def told_of_month(placed, sizes, minimum):
    """Cells (basis, unit) of a month and class to hide, in the order of hiding.

    `placed`: (unit as it was, unit today, workers, their ids where few); `sizes`: workers of each
    cell shown.
    """
    alikes = [
        Alike(
            frozenset({("as_was", was), ("restated", is_now)} & sizes.keys()),
            n_people,
            frozenset(people),
        )
        for was, is_now, n_people, people in placed
    ]
    return rows_to_hide(
        [alikes],
        dict.fromkeys(sizes),
        minimum,
        lambda cell: (int(cell[0] == "as_was"), sizes[cell], cell[1]),
    )


def model(dbt, session):
    """dbt's entry."""
    dbt.config(materialized="table", contract={"enforced": False})
    minimum = int(dbt.config.get("minimum"))
    dbt.ref("own_effort").filter("person_days > 0").create_view("own", replace=True)
    sizes = defaultdict(dict)
    for unit, node_class, month, basis, n_people in (
        dbt.ref("own_effort_cell")
        .filter("not is_hidden")
        .project("org_unit_id, node_class, month_start, org_basis, n_people")
        .fetchall()
    ):
        sizes[node_class, month][basis, unit] = n_people
    placed = defaultdict(list)
    for node_class, month, *place in session.execute(PLACED.format(minimum=minimum)).fetchall():
        placed[node_class, month].append(place)
    rows = [
        (unit, node_class, month, basis, i)
        for node_class, month in sorted(sizes)
        for i, (basis, unit) in enumerate(
            told_of_month(placed[node_class, month], sizes[node_class, month], minimum), start=1
        )
    ]
    session.execute(f"create or replace temporary table own_told_row ({', '.join(COLUMNS)})")
    if rows:
        session.executemany("insert into own_told_row values (?, ?, ?, ?, ?)", rows)
    return session.table("own_told_row")
