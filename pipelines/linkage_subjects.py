"""Who is to be linked: people of HR, and accounts and references that nothing certain names.

Belongs here: reading both from `raw` as of an instant, and which accounts are certain already.
Does not belong here: names (`linkage_names`), how alike two are (`linkage_model`).

Who an account is, is decided by `bridge_identity` in dbt (reading P4). Here the same rule only
leaves out what needs no linkage, and tells who has an account in a system already.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

import duckdb
import polars as pl

REFERENCES: Final = {
    "goal_owners": "owner_ref",
    "goals": "created_by_ref",
    "goal_checkins": "author_ref",
    "goal_changes": "author_ref",
    "metrics": "owner_ref",
    "invitations": "person_ref",
    "answers": "person_ref",
}
"""Columns in which goal and survey systems name a person."""


@dataclass(frozen=True, slots=True)
class Subjects:
    """Both sides of the linkage.

    `people`: hr_person_id, full_name, email, employee_number, known_in (sources in which an account
    is certainly theirs). `left`: source, account_ref, is_account, name, email, employee_number.
    `certain_shares`: by source with accounts, the share of people with a certain account there.
    """

    people: pl.DataFrame
    left: pl.DataFrame
    certain_shares: dict[str, float]


def read(connection: duckdb.DuckDBPyConnection, as_of: dt.datetime) -> Subjects:
    """What was known at `as_of` (an aware instant); rows first seen later are not."""
    connection.execute(
        f"create or replace temp table linkage_people as {_PEOPLE.format(rows=newest('people'))}",
        {"as_of": as_of},
    )
    connection.execute(
        f"create or replace temp table linkage_subjects as {_subjects()}", {"as_of": as_of}
    )
    overrides = newest("identity_overrides")
    connection.execute(
        f"create or replace temp table linkage_certain as {_CERTAIN.format(overrides=overrides)}",
        {"as_of": as_of},
    )
    people = connection.sql(_PEOPLE_KNOWN).pl()
    left = connection.sql(_LEFT).pl()
    n_people = max(people.height, 1)
    shares = connection.sql(_SHARES).fetchall()
    for table in ("linkage_certain", "linkage_subjects", "linkage_people"):
        connection.execute(f"drop table {table}")
    return Subjects(people, left, {source: n / n_people for source, n in shares})


def newest(frame: str) -> str:
    """SQL: the newest version of each record of `frame` at $as_of, with `is_gone`."""
    return f"""
        select * exclude (version_rank) from (
            select *,
                coalesce(gone_at <= $as_of, false) as is_gone,
                row_number() over (
                    partition by source, record_key
                    order by coalesce(gone_at <= $as_of, false), version desc nulls last,
                        as_of desc, row_hash desc
                ) as version_rank
            from raw.{frame} where as_of <= $as_of
        ) where version_rank = 1"""


def _plain_email(column: str) -> str:
    """SQL: an e-mail as identity compares it; null where it is none."""
    return (
        f"case when {column} like '%@%' "
        f"then regexp_replace(lower(trim({column})), '[+][^@]*@', '@') end"
    )


_PEOPLE: Final = f"""
    select
        source || ':' || person_key as hr_person_id, source, person_key, full_name,
        nullif(trim(employee_number), '') as employee_number,
        {_plain_email("work_email")} as email
    from ({{rows}}) where not is_gone"""


_IS_ANONYMOUS: Final = f"""exists (
        select 1 from ({newest("surveys")}) as waves
        where waves.is_anonymous and waves.source = answers.source
            and waves.survey_key = answers.survey_key
    )"""
"""SQL: whether a row of raw.answers is of an anonymous wave, where a name is a mistake."""


def _subjects() -> str:
    named = " union ".join(
        f"select source, {column} as account_ref from raw.{frame} where as_of <= $as_of"
        + (f" and not {_IS_ANONYMOUS}" if frame == "answers" else "")
        for frame, column in REFERENCES.items()
    )
    return f"""
        select source, account_key as account_ref, true as is_account, display_name as name,
            {_plain_email("email")} as email,
            nullif(trim(employee_number), '') as employee_number
        from ({newest("accounts")})
        union all
        select source, account_ref, false, account_ref, {_plain_email("account_ref")},
            trim(account_ref)
        from ({named}) as named
        where coalesce(account_ref, '') <> '' and not exists (
            select 1 from raw.accounts
            where accounts.source = named.source and accounts.account_key = named.account_ref
                and accounts.as_of <= $as_of
        )"""


_CERTAIN: Final = """
    with of_email as (
        select email, min(hr_person_id) as hr_person_id from linkage_people
        where email is not null group by email
        having count(distinct coalesce(employee_number, hr_person_id)) = 1
    )
    select s.source, s.account_ref, s.is_account, p.hr_person_id
    from linkage_subjects as s
    inner join linkage_people as p on s.employee_number = p.employee_number
    union
    select s.source, s.account_ref, s.is_account, e.hr_person_id
    from linkage_subjects as s inner join of_email as e on s.email = e.email
    union
    select s.source, s.account_ref, s.is_account, p.hr_person_id
    from linkage_subjects as s
    inner join linkage_people as p on s.source = p.source and s.account_ref = p.person_key
    union
    select s.source, s.account_ref, s.is_account, p.hr_person_id
    from linkage_subjects as s
    inner join linkage_people as p on not s.is_account and s.account_ref = p.hr_person_id
    union
    select s.source, s.account_ref, s.is_account, p.hr_person_id
    from linkage_subjects as s
    inner join ({overrides}) as o
        on s.source = o.account_source and s.account_ref = o.account_ref and not o.is_gone
    inner join linkage_people as p on trim(o.employee_number) = p.employee_number"""

_PEOPLE_KNOWN: Final = """
    select p.hr_person_id, p.full_name, p.email, p.employee_number,
        coalesce(list_sort(list(distinct c.source) filter (c.source is not null)), []) as known_in
    from linkage_people as p
    left join linkage_certain as c on p.hr_person_id = c.hr_person_id and c.is_account
    group by all order by p.hr_person_id"""

_LEFT: Final = """
    select * from linkage_subjects as s
    where not exists (
        select 1 from linkage_certain as c
        where c.source = s.source and c.account_ref = s.account_ref
    )
    order by source, account_ref"""

_SHARES: Final = """
    select s.source, count(distinct c.hr_person_id)
    from (select distinct source from linkage_subjects where is_account) as s
    left join linkage_certain as c on s.source = c.source and c.is_account
    group by s.source order by s.source"""
