-- A rule that is missing from seed status_rule would leave its column of goal_progress empty, and
-- one whose bounds are swapped would never say behind.
select expected.rule
from (
    select 'viva' as rule
    union all
    select 'cascade' as rule
    union all
    select 'engagedly' as rule
    union all
    select 'workpath' as rule
    union all
    select 'weakest' as rule
) as expected
left join {{ ref('status_rule') }} as rules
    on
        expected.rule = rules.rule
        and case
            when rules.better = 'higher' then rules.on_track_from > rules.behind_from
            else rules.on_track_from < rules.behind_from
        end
where rules.rule is null
