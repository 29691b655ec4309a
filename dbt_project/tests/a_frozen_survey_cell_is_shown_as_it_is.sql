-- The ledger's closed waves are the mart's, cell by cell, each held by the night that first had it.
select ledger.survey_id, ledger.org_unit_id, ledger.construct
from {{ ref('survey_cell_ledger') }} as ledger
left join {{ ref('understanding_and_control') }} as mart
    on
        ledger.survey_id = mart.survey_id
        and ledger.org_unit_id = mart.org_unit_id
        and ledger.construct = mart.construct
where
    ledger.closed_at > ledger.frozen_as_of
    or (
        ledger.closed_at <= {{ as_of() }}
        and (
            mart.survey_id is null
            or ledger.suppressed <> mart.suppressed
            or coalesce(ledger.n_answered, -1) <> coalesce(mart.n_answered, -1)
            or coalesce(ledger.favourable_share, -1) <> coalesce(mart.favourable_share, -1)
            or coalesce(ledger.change, -2) <> coalesce(mart.change, -2)
        )
    )
union all
select wave.survey_id, tree.ancestor_id as org_unit_id, asked.construct
from {{ ref('survey_wave') }} as wave
inner join {{ ref('survey_construct') }} as asked on wave.survey_id = asked.survey_id
inner join {{ ref('survey_tree') }} as tree
    on wave.survey_id = tree.survey_id and tree.depth = 0
left join {{ ref('survey_cell_ledger') }} as ledger on wave.survey_id = ledger.survey_id
where ledger.survey_id is null
