"""Relative weights of constructs on line of sight, a row a closed wave and construct.

Belongs here: Johnson's relative weights (2000) of people's construct means on their mean of
los_actions, over the whole organisation, with bootstrap intervals. Does not belong here: what a
sheet says of a construct (`survey_sheet_construct`), wording (`drivers`).

Runs where dbt runs Python models: in DuckDB.
"""

import numpy as np

OUTCOME = "los_actions"
LEFT_OUT = ("los_actions", "los_objectives", "enps")
"""The outcome, its twin, and what is no construct of alignment."""

MINIMUM = 200
"""People who answered the outcome and another construct, under which nothing is estimated."""

DRAWS = 1000
SEED = 20_000


def correlations(values):
    """The correlation matrix of the columns, each pair over the people who have both.

    `values`: an array (people × columns) with NaN where somebody did not answer.
    """
    there = ~np.isnan(values)
    filled, known = np.where(there, values, 0.0), there.astype(float)
    count = known.T @ known
    mean = (filled.T @ known) / count
    square = (filled**2).T @ known / count - mean**2
    cross = filled.T @ filled / count - mean * mean.T
    return cross / np.sqrt(square * square.T)


def relative_weights(values):
    """Shares of R² of all columns but the last, on the last; and R².

    `values`: an array (people × constructs + 1). Shares are 0 to 1 and sum to 1. Johnson, J. W.
    (2000): the constructs are turned into the nearest uncorrelated ones, and what those explain is
    carried back. None where a column does not vary, or where pairs contradict each other.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        matrix = correlations(values)
    if not np.isfinite(matrix).all():
        return None
    roots, vectors = np.linalg.eigh(matrix[:-1, :-1])
    if roots.min() < 1e-9:
        return None
    loading = vectors @ np.diag(np.sqrt(roots)) @ vectors.T
    slope = np.linalg.solve(loading, matrix[:-1, -1])
    explained = (loading**2) @ (slope**2)
    total = explained.sum()
    return (explained / total, total) if total > 0 else None


def estimate(values):
    """Shares, their 95 % bootstrap bounds and R²; None where nothing can be estimated."""
    point = relative_weights(values)
    if point is None:
        return None
    rng = np.random.default_rng(SEED)
    drawn = []
    for _ in range(DRAWS):
        found = relative_weights(values[rng.integers(0, len(values), len(values))])
        if found is not None:
            drawn.append(found[0])
    low, high = np.quantile(np.array(drawn), [0.025, 0.975], axis=0)
    shares, explained = point
    return shares, np.minimum(low, shares), np.maximum(high, shares), explained


def rows_of(survey, answers):
    """Rows of one wave; `answers` maps a construct to {sheet: mean}."""
    if OUTCOME not in answers:
        return []
    constructs = sorted(set(answers) - set(LEFT_OUT))
    columns = [*constructs, OUTCOME]
    said = [
        [answers[name].get(sheet, np.nan) for name in columns] for sheet in sorted(answers[OUTCOME])
    ]
    values = np.array([row for row in said if not np.isnan(row[:-1]).all()])
    found = estimate(values) if len(values) >= MINIMUM else None
    parts = [(None, None, None, None)] * len(constructs)
    if found is not None:
        shares, low, high, explained = found
        parts = [(*map(float, p), float(explained)) for p in zip(shares, low, high, strict=True)]
    return [
        (survey, construct, len(values), *part)
        for construct, part in zip(constructs, parts, strict=True)
    ]


def model(dbt, session):
    """dbt's entry: reads the sheets, gives the rows."""
    dbt.config(materialized="table", contract={"enforced": False})
    sheets = dbt.ref("survey_sheet_construct")
    told = {}
    for survey, construct, sheet, mean in (
        sheets.filter("is_counted and mean_100 is not null")
        .project("survey_id, construct, response_id, mean_100")
        .order("survey_id, construct, response_id")
        .fetchall()
    ):
        told.setdefault(survey, {}).setdefault(construct, {})[sheet] = mean
    rows = [row for survey in sorted(told) for row in rows_of(survey, told[survey])]
    columns = [
        "survey_id varchar",
        "construct varchar",
        "n_people bigint",
        "weight double",
        "weight_low double",
        "weight_high double",
        "r_squared double",
    ]
    session.execute(f"create or replace temporary table driver_row ({', '.join(columns)})")
    if rows:
        session.executemany("insert into driver_row values (?, ?, ?, ?, ?, ?, ?)", rows)
    return session.table("driver_row")
