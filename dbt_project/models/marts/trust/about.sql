-- What this warehouse is for, what it refuses, by which rules it counts: a row a statement.
{% set statements = [
    ('purpose', 'Shows whether the work that people do serves the goals, for a reason they know, on measures they understand and can control.'),
    ('purpose', 'It motivates and does not mandate: it adds no form to fill in and no score to chase.'),
    ('as_of', 'This version speaks for ' ~ as_of_text() ~ '.'),
    ('refuses', 'No rank, percentile or league table of units or of the people who lead them.'),
    ('refuses', 'No row about one person, no name, address or id of a person, no forecast of a person.'),
    ('refuses', 'No join to appraisal or pay.'),
    ('refuses', 'No weekly number for a unit of fewer than 20 people; months serve the smaller ones.'),
    ('refuses', 'Individual and private goals are counted in their unit and never shown.'),
    ('refuses', 'No score that rises by answering more surveys.'),
    ('caution', 'A structural link is not yet alignment: people must also see it. line_of_sight puts both side by side.'),
    ('caution', 'alignment_index is for the trend of one unit, never for comparing two.'),
    ('caution', 'pull_index is experimental; drivers show association, not cause.'),
    ('caution', 'Rows of a unit cover all below it and must not be summed; effort_own_unit may be.'),
    ('rules', 'What each measure asks, how it is counted and how it can be gamed: docs/measures.md.'),
    ('rules', 'Measures follow the readings in docs/decisions/0002-exact-readings.md and 0008-readings-of-the-measures.md.'),
    ('rules', 'as_was: people and goals count where they were at the time; restated: by the organisation of today.'),
    ('rules', 'Survey numbers are those of the unit at the time of asking, frozen when the wave closed.'),
    ('rules', 'Where a small group could be found by subtracting, its smallest neighbour is hidden too; hidden cells all look alike.'),
    ('rules', 'Rows by today\'s units are hidden where, beside the rows as they were, they would give away fewer people than the minimum.'),
    ('rules', 'Before each publish an audit searches all that readers will see for a group under the minimum, and stops it.'),
    ('rules', 'A null says why in reason_missing where a table has that column; it never stands for 0.'),
    ('threshold', 'Survey numbers need at least ' ~ var('minimum_group') ~ ' people.'),
    ('threshold', 'Effort numbers need at least ' ~ var('minimum_group_effort') ~ ' people.'),
    ('threshold', 'A person-day is ' ~ var('hours_per_day') ~ ' hours.'),
    ('threshold', 'aligned_share needs recorded effort of at least 0.3 of capacity.'),
    ('threshold', 'A check-in is late after its promised cadence, 30 days where none was promised.'),
    ('threshold', 'A source is fresh for 1.5 times the hours between two planned reads.'),
    ('threshold', 'Under 10 answers only a favourable share is shown, as a band at the ends.'),
    ('threshold', 'A quadrant of line_of_sight is cut at a reach of ' ~ var('reach_cut') ~ ' and a perceived share of ' ~ var('perceived_cut') ~ '.'),
    ('threshold', 'A forecast needs 8 readings; a status needs a tenth of the goal\'s span; drivers need 200 answers.'),
] %}
{% for topic, statement in statements %}
select
    cast({{ loop.index }} as bigint) as position,
    '{{ topic }}' as topic,
    '{{ statement | replace("'", "''") }}' as statement
{% if not loop.last %}union all{% endif %}
{% endfor %}
