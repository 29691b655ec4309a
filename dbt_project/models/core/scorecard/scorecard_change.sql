-- How the index of a shown unit changed over three and twelve months, within one basis, and which
-- block moved it most where the change exceeds its noise (readings B3, M3).
with compared as (
    select
        now.org_unit_id,
        now.month_start,
        now.org_basis,
        before_3m.month_start as month_before,
        now.alignment_index - before_3m.alignment_index as change_3m,
        now.alignment_index - before_12m.alignment_index as change_12m,
        sqrt(
            power((now.index_high - now.index_low) / 2, 2)
            + power((before_3m.index_high - before_3m.index_low) / 2, 2)
        ) as noise
    from {{ ref('scorecard_index') }} as now
    left join {{ ref('scorecard_index') }} as before_3m
        on
            now.org_unit_id = before_3m.org_unit_id
            and now.org_basis = before_3m.org_basis
            and now.index_basis = before_3m.index_basis
            and now.month_start = {{ add_months('before_3m.month_start', 3) }}
    left join {{ ref('scorecard_index') }} as before_12m
        on
            now.org_unit_id = before_12m.org_unit_id
            and now.org_basis = before_12m.org_basis
            and now.index_basis = before_12m.index_basis
            and now.month_start = {{ add_months('before_12m.month_start', 12) }}
),

moved as (
    select
        compared.org_unit_id,
        compared.month_start,
        compared.org_basis,
        basis.block,
        row_number() over (
            partition by compared.org_unit_id, compared.month_start, compared.org_basis
            order by
                cast(
                    (now.score - earlier.score) * basis.weight
                    * case when compared.change_3m > 0 then 1 else -1 end
                    as decimal(38, 9)
                ) desc,
                basis.position
        ) as place
    from compared
    inner join {{ ref('scorecard_basis') }} as basis on compared.month_start = basis.month_start
    inner join {{ ref('scorecard_block') }} as now
        on
            compared.org_unit_id = now.org_unit_id
            and compared.month_start = now.month_start
            and compared.org_basis = now.org_basis
            and basis.block = now.block
    inner join {{ ref('scorecard_block') }} as earlier
        on
            compared.org_unit_id = earlier.org_unit_id
            and compared.month_before = earlier.month_start
            and compared.org_basis = earlier.org_basis
            and basis.block = earlier.block
    where abs(compared.change_3m) > compared.noise
)

select
    compared.org_unit_id,
    compared.month_start,
    compared.org_basis,
    compared.change_3m,
    compared.change_12m,
    moved.block as main_driver
from compared
left join moved
    on
        compared.org_unit_id = moved.org_unit_id
        and compared.month_start = moved.month_start
        and compared.org_basis = moved.org_basis
        and moved.place = 1
