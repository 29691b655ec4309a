-- Do we pay for what we say? A row a unit with all below it and incentive period, by the units of
-- the period's day (readings I1 to I4). A hidden row holds no number.
with person as (
    select
        tree.ancestor_id as org_unit_id,
        people.period_id,
        count(*) as n_people,
        {{ exact_mean('people.orphan_share') }} as orphan_weight_share,
        {{ exact_mean('people.opposed_share') }} as opposed_share
    from {{ ref('incentive_person') }} as people
    inner join {{ ref('incentive_period') }} as period on people.period_id = period.period_id
    inner join {{ ref('bridge_org_unit_history') }} as tree
        on
            people.org_unit_id = tree.descendant_id
            and tree.valid_from <= period.judged_on
            and period.judged_on < tree.valid_to
    group by tree.ancestor_id, people.period_id
)

select
    pattern.unit_id as org_unit_id,
    period.period_start,
    period.period_end,
    person.n_people,
    distance.weight_distance,
    person.orphan_weight_share,
    person.opposed_share,
    pattern.is_hidden as suppressed,
    case
        when pattern.is_hidden then 'few_people'
        when distance.weight_distance is null then 'no_goals'
    end as reason_missing
from {{ ref('incentive_pattern') }} as pattern
inner join {{ ref('incentive_period') }} as period on pattern.pattern_id = period.period_id
left join person
    on
        pattern.unit_id = person.org_unit_id
        and pattern.pattern_id = person.period_id
        and not pattern.is_hidden
left join {{ ref('incentive_distance') }} as distance
    on
        pattern.unit_id = distance.org_unit_id
        and pattern.pattern_id = distance.period_id
        and not pattern.is_hidden
