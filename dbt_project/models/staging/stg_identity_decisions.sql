-- What the organisation decided in the review file. The file's statement that nothing is decided
-- in it has no decision.
select
    decisions.account_source,
    decisions.account_ref,
    trim(decisions.person_ref) as person_ref,
    decisions.decision
from ({{ standing_rows('identity_decisions') }}) as decisions
where decisions.decision is not null
