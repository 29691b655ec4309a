"""What agreement and disagreement are worth: the Splink settings of the linkage, with reasons.

Belongs here: how two readings of names, numbers and e-mails are compared, and each level's m and u.
Does not belong here: who is compared (`linkage_subjects`), what follows from a probability
(`bridge_identity` in dbt).

m is how often a level is seen between an account and its own person, u between an account and
somebody else. m is stated, as few organisations have labelled pairs to learn it from and a run may
not depend on chance. u of a name that agrees is its frequency among the people of this run: "Anna"
proves little where a tenth are called Anna. Levels speak of what is given, so that a missing value
speaks neither for nor against. `docs/decisions/0006-identity-by-linkage.md` has the measurements.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from splink import SettingsCreator, block_on
from splink.blocking_rule_library import CustomRule

RAREST: Final = 1e-4
"""A name is never counted as rarer than one in ten thousand: people may share an origin."""
LEAST_CERTAIN: Final = 0.05
"""Bounds of the share of people with a certain account, so that it never proves by itself."""

Level = tuple[str, float, float]
"""SQL condition, m, u; `ELSE` is what remains."""


def _comparison(name: str, unknown: str, *levels: Level) -> dict[str, Any]:
    """A comparison that says nothing where the condition `unknown` holds."""
    return {
        "output_column_name": name,
        "comparison_levels": [
            {"sql_condition": unknown, "is_null_level": True, "label_for_charts": "unknown"},
            *(
                {"sql_condition": sql, "m_probability": m, "u_probability": u}
                for sql, m, u in levels
            ),
        ],
    }


def _by_frequency(comparison: dict[str, Any], column: str, levels: int = 1) -> dict[str, Any]:
    """The first levels of a comparison take the frequency of the name for their u."""
    for level in comparison["comparison_levels"][1 : 1 + levels]:
        level |= {"tf_adjustment_column": column, "tf_minimum_u_value": RAREST}
    return comparison


_NO_INITIAL: Final = "length(given_l) > 1 and length(given_r) > 1"

GIVEN: Final = _by_frequency(
    _comparison(
        "given_name",
        f"given_l is null or given_r is null or not ({_NO_INITIAL})",
        ("given_l = given_r", 0.82, 0.01),
        # A short form, or a further given name that the other system calls the person by.
        ("list_has_any(roots_l, roots_r)", 0.07, 0.004),
        ("list_contains(others_l, given_r) or list_contains(others_r, given_l)", 0.04, 0.004),
        # Slips: one or two letters of a name that is long enough to tell.
        ("jaro_winkler_similarity(given_l, given_r) >= 0.9", 0.04, 0.004),
        ("ELSE", 0.03, 0.978),
    ),
    "given",
)
INITIAL: Final = _comparison(
    "initial",
    f"given_l is null or given_r is null or ({_NO_INITIAL})",
    # An eleventh of first names begin with any one letter that is not rare.
    ("given_l[1] = given_r[1]", 0.97, 0.09),
    ("ELSE", 0.03, 0.91),
)
_ONE_SLIP_FAMILY: Final = "damerau_levenshtein(family_l, family_r) = 1"

FAMILY: Final = _by_frequency(
    _comparison(
        "family_name",
        "family_l is null or family_r is null",
        ("family_l = family_r", 0.86, 0.005),
        # One part of a double name: married, or shortened by the system.
        (
            "list_contains(others_l, family_r) or list_contains(others_r, family_l)",
            0.03,
            0.005,
        ),
        # One slip. Short family names often differ by a letter (Meyer, Mayer), long ones seldom.
        (f"{_ONE_SLIP_FAMILY} and least(length(family_l), length(family_r)) >= 7", 0.04, 0.0002),
        (f"{_ONE_SLIP_FAMILY} and least(length(family_l), length(family_r)) >= 4", 0.03, 0.0006),
        ("jaro_winkler_similarity(family_l, family_r) >= 0.92", 0.02, 0.002),
        ("ELSE", 0.02, 0.9872),
    ),
    "family",
    levels=2,
)
NUMBER: Final = _comparison(
    "employee_number",
    "digits_l is null or digits_r is null",
    # Written with other letters or zeros around the digits.
    ("digits_l = digits_r", 0.4, 0.0001),
    # One digit wrong, missing, or two swapped; numbers are dense, so neighbours are frequent.
    ("damerau_levenshtein(digits_l, digits_r) = 1", 0.3, 0.01),
    ("ELSE", 0.3, 0.99),
)
_SAME_NUMBERED_LOCAL: Final = r"local_l = local_r and regexp_matches(local_l, '\d')"

MAIL: Final = _comparison(
    "email",
    "local_l is null or local_r is null",
    # The same address, which is certain by itself unless several people have it.
    ("email_l = email_r", 0.3, 0.001),
    # anna.meyer37 before another domain; anna.meyer is any Anna Meyer's, wherever she works.
    (_SAME_NUMBERED_LOCAL, 0.2, 0.0001),
    (
        "local_l = local_r or contains(letters_l, family_r) or contains(letters_r, family_l)"
        " or contains(letters_l, given_r || family_r[1]) or contains(letters_l, given_r[1]"
        " || family_r)",
        0.4,
        0.4,
    ),
    ("ELSE", 0.1, 0.5),
)
HOUSE: Final = _comparison(
    "house",
    f"house_l is null or ({_SAME_NUMBERED_LOCAL})",
    # An address at another firm: an agency, or the name of ours before it changed.
    ("house_l = 'other'", 0.15, 0.5),
    ("ELSE", 0.85, 0.5),
)
SAYS: Final = _comparison(
    "says_it_is_none",
    "not machine_l and (not outside_l or outside_r)",
    ("machine_l", 0.002, 0.4),
    # Somebody of an agency; HR may write such words as well, and then they say nothing.
    ("ELSE", 0.02, 0.4),
)
ORDER: Final = _comparison(
    "reading",
    "order_l = 'written'",
    # What is read into a name counts less than what stands there.
    ("order_l = 'swapped'", 0.1, 0.5),
    ("ELSE", 0.25, 0.5),
)


def _first_account(certain_shares: Mapping[str, float]) -> dict[str, Any]:
    """Whether the person has a certain account in this system already.

    Few people have two accounts in one system; how many have one is counted.
    """
    levels: list[Level] = []
    for source, share in certain_shares.items():
        has = min(max(share, LEAST_CERTAIN), 1 - LEAST_CERTAIN)
        here = f"source_l = '{source}'"
        levels.append((f"{here} and list_contains(known_in_r, source_l)", 0.03, has))
        levels.append((here, 0.97, 1 - has))
    return _comparison("first_account", "not is_account_l", *levels, ("ELSE", 0.5, 0.5))


def settings(n_people: int, certain_shares: Mapping[str, float]) -> SettingsCreator:
    """The model for a run: accounts (left) against readings of `n_people` people (right).

    The prior is that an account which is not certain is as likely nobody's of HR as somebody's, and
    then anybody's: the odds of one person against nobody are 1 to `n_people`.
    """
    return SettingsCreator(
        link_type="link_only",
        unique_id_column_name="reading_id",
        probability_two_random_records_match=1 / (n_people + 1),
        comparisons=[
            GIVEN,
            INITIAL,
            FAMILY,
            NUMBER,
            MAIL,
            HOUSE,
            SAYS,
            ORDER,
            *([_first_account(certain_shares)] if certain_shares else []),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("family"),
            block_on("given", "substr(family, 1, 1)"),
            block_on("given", "right(family, 2)"),
            CustomRule(
                "l.given = r.given and (list_contains(l.others, r.family)"
                " or list_contains(r.others, l.family))"
            ),
            block_on("local"),
            block_on("digits"),
            block_on("left(digits, 4)", "given"),
            block_on("right(digits, 4)", "given"),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
        additional_columns_to_retain=["subject"],
    )
