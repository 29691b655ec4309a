-- Where joining in is hard: a row a unit, month and basis (readings J1 to J3). A hidden row holds
-- no number.
{%- set parts = [
    ('checkins', 'joined.checkins_on_cadence_share'),
    ('aligned_up', 'joined.goals_aligned_up_share'),
    ('effort_linked', 'joined.effort_linked_share'),
    ('automated', 'joined.automated_metric_share'),
    ('helps_us_decide', 'joined.helps_us_decide'),
] %}
with joined as (
    select joined_in.*, unit.is_hidden
    from {{ ref('unit_month') }} as unit
    inner join {{ ref('integration_unit_month') }} as joined_in
        on
            unit.org_unit_id = joined_in.org_unit_id
            and unit.month_start = joined_in.month_start
            and unit.org_basis = joined_in.org_basis
),

counted as (
    select
        joined.*,
        {{ names_of_present(parts) }} as parts_present,
        case
            when {{ count_of_present(parts) }} >= 3
                then {{ mean_of(parts | map(attribute=1) | list) }}
        end as integration_index
    from joined
),

shown as (
    select
        counted.*,
        case
            when not counted.is_connected then 'none'
            when not counted.is_linked then 'connected'
            when not counted.is_measured then 'linked'
            when coalesce(counted.perceived >= {{ var('perceived_cut') }}, false) then 'understood'
            else 'measured'
        end as stage
    from counted
    where not counted.is_hidden
)

select
    joined.org_unit_id,
    joined.month_start,
    joined.org_basis,
    shown.stage,
    shown.weeks_since_first_link,
    shown.checkins_on_cadence_share,
    shown.goals_aligned_up_share,
    shown.effort_linked_share,
    shown.automated_metric_share,
    shown.helps_us_decide,
    shown.parts_present,
    shown.integration_index,
    shown.integration_index - earlier.integration_index as change_3m,
    joined.is_hidden as suppressed,
    case
        when joined.is_hidden then 'few_people'
        when shown.integration_index is null then 'few_parts'
    end as reason_missing
from joined
left join shown
    on
        joined.org_unit_id = shown.org_unit_id
        and joined.month_start = shown.month_start
        and joined.org_basis = shown.org_basis
left join shown as earlier
    on
        joined.org_unit_id = earlier.org_unit_id
        and joined.org_basis = earlier.org_basis
        and shown.parts_present = earlier.parts_present
        and joined.month_start = {{ add_months('earlier.month_start', 3) }}
