"""Cells of a survey and what a week's line of sight takes from them, worked out by hand (F3, F6,
V1 to V6, V8)."""

from __future__ import annotations

import datetime as dt
from fractions import Fraction
from statistics import NormalDist
from typing import Any

import polars as pl
import pytest

from sandbox.truth import compute_survey
from sandbox.truth.cut import observed
from sandbox.truth.org import Organisation
from sandbox.truth.perceived import with_perceived
from sandbox.truth.proportions import Z, change, discoveries, half_up, net_promoters, wilson
from sandbox.truth.understanding import UNDERSTANDING, understanding_and_control
from sandbox.world import end_of
from tests.sandbox.tiny_world import AS_OF, Row, at, on, one, world

Answer = float | str | None
"""A value, `dont_know`, or None where the question was left out."""
CLOSED = {"w1": at("2026-02-09 08:00"), "w2": at("2026-03-16 08:00")}
OPENED = {"w1": at("2026-02-02 08:00"), "w2": at("2026-03-02 08:00")}


class Survey:
    """Waves of a series, a sheet a call; somebody sits where they first answered."""

    def __init__(self, **scales: tuple[int, int]) -> None:
        self.scales = scales or {"control_1": (1, 5)}
        self.parent: dict[str, str | None] = {"r": None}
        self.tables: dict[str, list[Row]] = {
            name: [] for name in ("people", "seats", "invitations", "responses", "answers")
        }
        self.changed: dict[str, Row] = {}

    def sheets(self, wave: str, unit: str, *sheets: dict[str, Answer], silent: int = 0) -> Survey:
        """People of a unit hand in a sheet each; as many as `silent` are asked and do not."""
        self.parent.setdefault(unit, "r")
        for number, sheet in enumerate([*sheets, *[None] * silent]):
            person = f"{wave}-{unit}-{number}-{len(self.tables['people'])}"
            sits = {"person": person, "unit": unit}
            self.tables["people"].append({"person": person, "email_now": f"{person}@e.com"})
            self.tables["seats"].append(sits)
            self.tables["invitations"].append({**sits, "survey": wave, "invited_at": OPENED[wave]})
            if sheet is None:
                continue
            handed_in = {**sits, "survey": wave, "response": person}
            self.tables["responses"].append({**handed_in, "answered_at": OPENED[wave]})
            self.tables["answers"] += [_answer(person, q, value) for q, value in sheet.items()]
        return self

    def cells(self, as_of: dt.date = AS_OF, **options: Any) -> pl.DataFrame:
        """understanding_and_control; every cell that is too small for everything is there too."""
        made = world(
            units=[{"unit": unit, "parent": above} for unit, above in self.parent.items()],
            surveys=[
                {
                    "survey": wave,
                    "series": "x",
                    "opened_at": OPENED[wave],
                    "closed_at": CLOSED[wave],
                    "is_anonymous": False,
                }
                for wave in sorted({row["survey"] for row in self.tables["invitations"]})
            ],
            survey_questions=[
                {
                    "survey": wave,
                    "question": question,
                    "text": f"{question}?",
                    "scale_min": low,
                    "scale_max": high,
                    "is_reversed": question.endswith("reversed"),
                    "construct": question.rsplit("_", 1)[0],
                    **(self.changed.get(question, {}) if wave == "w2" else {}),
                }
                for wave in ("w1", "w2")
                for question, (low, high) in self.scales.items()
            ],
            **self.tables,
        )
        core = compute_survey(made, end_of(as_of))
        org = Organisation(observed(made, end_of(as_of)))
        return understanding_and_control(core, org, **options)


def _answer(response: str, question: str, value: Answer) -> Row:
    state = value if isinstance(value, str) else "skipped" if value is None else "answered"
    number = None if isinstance(value, str) else value
    return {"response": response, "question": question, "value": number, "state": state}


def answers(*values: Answer, question: str = "control_1") -> list[dict[str, Answer]]:
    """Sheets of one question."""
    return [{question: value} for value in values]


def cell(table: pl.DataFrame, unit: str = "r", wave: str = "w1", construct: str = "control") -> Row:
    return one(table, org_unit_id=f"hr:{unit}", survey_id=f"surveys:{wave}", construct=construct)


def shown(row: Row, *names: str) -> tuple[Any, ...]:
    return tuple(row[name] for name in names)


def empty_but(row: Row, *names: str) -> bool:
    keys = {"org_unit_id", "survey_id", "construct", "suppressed", "reason_missing"}
    return all(value is None for name, value in row.items() if name not in keys | set(names))


def test_a_cell_of_twenty_says_everything_but_a_change() -> None:
    survey = Survey().sheets("w1", "r", *answers(*[4] * 9, *[5] * 4, *[3] * 7), silent=20)
    row = cell(survey.cells())
    assert shown(row, "n_invited", "n_answered", "response_rate") == (40, 20, 0.5)
    # 13 of 20; n_eff = 20 × 39 ÷ 20 = 39
    assert shown(row, "favourable_share", "favourable_low", "favourable_high") == (
        0.65,
        half_up(wilson(Fraction(13, 20), 39, None)[0], 100),
        half_up(wilson(Fraction(13, 20), 39, None)[1], 100),
    )
    # 100 × (9 × ¾ + 4 × 1 + 7 × ½) ÷ 20
    assert row["mean_100"] == pytest.approx(71.25, abs=1e-12)
    assert shown(row, "dont_know_share", "low_response", "suppressed") == (0.0, True, False)
    assert shown(row, "change", "is_comparable", "is_significant", "reason_missing") == (
        None,
        None,
        None,
        None,
    )


def test_a_sheet_counts_with_half_of_the_items_and_by_its_own_share() -> None:
    survey = Survey(control_1=(1, 5), control_2=(1, 5), control_3=(1, 5), control_4=(1, 5))

    def sheet(*values: Answer) -> dict[str, Answer]:
        return {f"control_{i}": value for i, value in enumerate(values, 1)}

    whole = [sheet(4, 4, 4, 4)] * 9
    row = cell(
        survey.sheets(
            "w1",
            "r",
            *whole,
            sheet(5, 1, None, None),
            sheet(5, None, "dont_know", None),
            sheet("dont_know", "dont_know", "dont_know", "dont_know"),
        ).cells()
    )
    # nine whole sheets and one half of which one of two items is favourable
    assert shown(row, "n_answered", "favourable_share") == (10, 0.95)
    # five of 36 + 2 + 1 + 5 answers
    assert row["dont_know_share"] == half_up(Fraction(5, 44), 100)
    assert shown(row, "n_invited", "response_rate") == (12, 0.95)


def test_a_reversed_item_is_read_the_other_way_round() -> None:
    survey = Survey(control_1=(1, 5), control_reversed=(1, 5))
    pair = {"control_1": 4.0, "control_reversed": 2.0}
    other = {"control_1": 1.0, "control_reversed": 4.0}
    row = cell(survey.sheets("w1", "r", *[pair] * 9, *[other] * 3).cells())
    mean = (9 * 75 + 3 * 12.5) / 12
    assert shown(row, "favourable_share", "mean_100") == (0.75, pytest.approx(mean))


@pytest.mark.parametrize(
    ("scale", "below", "from_here"),
    [((1, 4), 2, 3), ((1, 5), 3, 4), ((1, 6), 4, 5), ((1, 7), 4, 5), ((1, 10), 7, 8)],
)
def test_every_scale_has_its_own_cut(scale: tuple[int, int], below: int, from_here: int) -> None:
    survey = Survey(control_1=scale).sheets("w1", "r", *answers(*[below] * 3, *[from_here] * 9))
    assert cell(survey.cells())["favourable_share"] == 0.75


def test_a_scale_without_a_cut_has_a_mean_and_no_share() -> None:
    values = [10] * 4 + [9] * 3 + [8] * 2 + [6] * 2 + [0]
    survey = Survey(enps_1=(0, 10)).sheets("w1", "r", *answers(*values, question="enps_1"))
    row = cell(survey.cells(), construct="enps")
    assert shown(row, "favourable_share", "favourable_low", "reason_missing") == (
        None,
        None,
        "no_cut",
    )
    assert row["enps"] == pytest.approx(100 * 4 / 12)
    p, d = 7.75 / 15, 3.75 / 15
    assert row["enps_standard_error"] == pytest.approx(100 * ((p + d - (p - d) ** 2) / 15) ** 0.5)
    assert row["mean_100"] == pytest.approx(10 * sum(values) / 12)
    survey = Survey(enps_1=(1, 10)).sheets("w1", "r", *answers(*[10] * 12, question="enps_1"))
    assert shown(cell(survey.cells(), construct="enps"), "favourable_share", "enps") == (1.0, None)


@pytest.mark.parametrize(
    ("values", "share", "band"),
    [
        ([4] * 6 + [1] * 3, 0.67, None),
        ([4] * 9, None, "over 0.8"),
        ([3] * 5, None, "under 0.2"),
    ],
)
def test_a_cell_under_ten_says_only_its_share_and_never_that_all_agree(
    values: list[Answer], share: float | None, band: str | None
) -> None:
    row = cell(Survey().sheets("w1", "r", *answers(*values), silent=1).cells())
    assert shown(row, "favourable_share", "favourable_band", "n_answered", "n_invited") == (
        share,
        band,
        len(values),
        len(values) + 1,
    )
    assert shown(row, "suppressed", "reason_missing") == (False, "few_observations")
    assert empty_but(row, "favourable_share", "favourable_band", "n_answered", "n_invited")


def test_a_unit_is_hidden_in_all_constructs_where_one_is_under_the_minimum() -> None:
    survey = Survey(control_1=(1, 5), ownership_1=(1, 5))
    both = [{"control_1": 4.0, "ownership_1": v} for v in (2.0, 4.0) * 5]
    alone = [{"control_1": v, "ownership_1": None} for v in (2.0, 4.0)]
    survey.sheets("w1", "b", *both).sheets("w1", "c", *both, both[0])
    survey.sheets("w1", "a", *both[:4], *alone)
    cells = survey.cells()
    for construct in ("control", "ownership"):
        row = cell(cells, "a", construct=construct)
        assert shown(row, "suppressed", "reason_missing") == (True, "few_people")
        assert empty_but(row)
        assert cell(cells, "b", construct=construct)["suppressed"]
        assert not cell(cells, "c", construct=construct)["suppressed"]
        assert not cell(cells, "r", construct=construct)["suppressed"]
    at_four = survey.cells(minimum_group=4)
    assert not at_four["suppressed"].any()


def test_a_cell_counts_the_whole_subtree_of_the_day_on_which_the_wave_asked() -> None:
    survey = Survey()
    survey.parent.update(a="r", aa="a")
    survey.sheets("w1", "aa", *answers(*[4, 2] * 6)).sheets("w1", "a", *answers(*[4, 4, 2] * 2))
    cells = survey.cells()
    assert cell(cells, "a")["n_answered"] == cell(cells, "r")["n_answered"] == 18
    assert shown(cell(cells, "aa"), "n_answered", "favourable_share") == (12, 0.5)
    assert cells.height == 3


def test_a_wave_that_is_open_has_no_cells() -> None:
    survey = Survey().sheets("w1", "r", *answers(*[4] * 12))
    assert survey.cells(on("2026-02-08")).is_empty()
    assert survey.cells(on("2026-02-09")).schema == UNDERSTANDING


def test_a_change_is_judged_beside_all_others_of_its_wave() -> None:
    survey = Survey(control_1=(1, 5), ownership_1=(1, 5))

    def sheets(control: int, ownership: int) -> list[dict[str, Answer]]:
        return [
            {"control_1": 4.0 if i < control else 2.0, "ownership_1": 4.0 if i < ownership else 2.0}
            for i in range(40)
        ]

    survey.sheets("w1", "r", *sheets(10, 20)).sheets("w2", "r", *sheets(30, 21))
    cells = survey.cells()
    row = cell(cells, wave="w2")
    # p₁ = 31/42, p₂ = 11/42
    p, q = 31 / 42, 11 / 42
    error = ((p * (1 - p) + q * (1 - q)) / 42) ** 0.5
    assert shown(row, "change", "is_comparable", "is_significant") == (0.5, True, True)
    assert row["change_low"] == half_up(p - q - Z * error, 100)
    assert row["change_high"] == half_up(p - q + Z * error, 100)
    assert row["minimum_detectable_change"] == half_up(2.8 * error, 100)
    other = cell(cells, wave="w2", construct="ownership")
    assert shown(other, "change", "is_significant") == (0.03, False)
    assert other["change_low"] < 0 < other["change_high"]
    assert cell(cells)["is_comparable"] is None


@pytest.mark.parametrize(
    "changed",
    [{"text": "Really?"}, {"scale_min": 1, "scale_max": 7}, {"construct": "resources"}],
)
def test_other_items_are_not_compared(changed: Row) -> None:
    survey = Survey(control_1=(1, 5), control_2=(1, 5))
    survey.changed["control_2"] = changed
    sheet: dict[str, Answer] = {"control_1": 4.0, "control_2": 4.0}
    survey.sheets("w1", "r", *[sheet] * 12).sheets("w2", "r", *[sheet] * 12)
    row = cell(survey.cells(), wave="w2")
    assert shown(row, "is_comparable", "change", "is_significant") == (False, None, None)


def test_a_change_needs_ten_sheets_in_both_waves() -> None:
    survey = (
        Survey().sheets("w1", "r", *answers(*[4, 2] * 4)).sheets("w2", "r", *answers(*[4] * 12))
    )
    row = cell(survey.cells(), wave="w2")
    assert shown(row, "is_comparable", "change") == (True, None)


@pytest.mark.parametrize(
    ("good", "n", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilson_intervals_are_those_of_newcombe_1998(
    good: int, n: int, low: float, high: float
) -> None:
    assert wilson(Fraction(good, n), n, None) == pytest.approx((low, high), abs=5e-5)


def test_a_census_is_a_point_and_a_small_sample_of_many_is_uncorrected() -> None:
    share = Fraction(3, 10)
    assert wilson(share, 10, 10) == wilson(share, 10, 9) == (0.3, 0.3)
    assert wilson(share, 10, 10**12) == pytest.approx(wilson(share, 10, None))
    narrow, wide = wilson(share, 10, 12), wilson(share, 10, None)
    assert wide[0] < narrow[0] < 0.3 < narrow[1] < wide[1]


def test_the_bounds_of_everybody_and_nobody_hold_the_share() -> None:
    assert wilson(Fraction(0), 12, 30)[0] == 0.0
    assert wilson(Fraction(1), 12, 30)[1] == 1.0


def test_a_difference_is_that_of_agresti_and_caffo() -> None:
    # 56 of 70 against 48 of 80: 57/72 − 49/82 ∓ 1.96 × 0.072273
    found = change(Fraction(56, 70), 70, Fraction(48, 80), 80)
    assert (found.low, found.high) == pytest.approx((0.05245, 0.33576), abs=5e-6)
    assert found.value == Fraction(1, 5)
    z = (57 / 72 - 49 / 82) / found.standard_error
    assert found.p_value == pytest.approx(2 * (1 - NormalDist().cdf(z)))


def test_an_interval_holds_the_plain_difference_and_stays_a_difference() -> None:
    found = change(Fraction(1), 200, Fraction(0), 200)
    assert found.value == found.high == 1
    assert change(Fraction(0), 10, Fraction(1), 10).low == -1


def test_discoveries_are_those_of_benjamini_and_hochberg_1995() -> None:
    # the example of their paper: four of fifteen
    p_values = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459]
    p_values += [0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
    assert discoveries(p_values[::-1]) == [False] * 11 + [True] * 4
    # a step up: the greater of two passes and takes the lesser along
    assert discoveries([0.04, 0.03]) == [True, True]
    assert discoveries([0.04, 0.06]) == [False, False]
    assert discoveries([]) == []


def test_a_net_score_is_raw_and_its_error_adjusted() -> None:
    assert net_promoters(10, 10, 0)[0] == 100.0
    score, error = net_promoters(10, 5, 2)
    assert score == pytest.approx(30)
    assert error == pytest.approx(100 * ((8.5 / 13 - (3 / 13) ** 2) / 13) ** 0.5)


@pytest.mark.parametrize(
    ("value", "steps", "expected"),
    [
        (Fraction(57, 200), 100, 0.29),
        (0.285, 100, 0.29),
        (Fraction(-1, 8), 100, -0.12),
        (Fraction(29, 40), 20, 0.75),
        (0.1049999, 100, 0.1),
        (None, 100, None),
    ],
)
def test_halves_are_rounded_up(
    value: float | Fraction | None, steps: int, expected: float | None
) -> None:
    assert half_up(value, steps) == expected


REACH: Row = {
    "org_unit_id": "hr:a",
    "week_start": on("2026-03-16"),
    "org_basis": "as_was",
    "reach": 0.8,
    "reach_low": 0.7,
    "reach_high": 0.9,
    "suppressed": False,
}
CELL: Row = {
    "org_unit_id": "hr:a",
    "survey_id": "surveys:w2",
    "construct": "los_actions",
    "favourable_share": 0.3,
    "favourable_low": 0.2,
    "favourable_high": 0.4,
}


def looked_back(
    *rows: Row, cells: list[Row] | None = None, closed: dict[str, dt.datetime] | None = None
) -> list[Row]:
    """line_of_sight with what people say; where a test does not say, one wave, closed that week."""
    waves = closed or {"surveys:w2": CLOSED["w2"]}
    schema = {name: UNDERSTANDING[name] for name in CELL}
    return with_perceived(
        pl.DataFrame([{**REACH, **row} for row in rows or [{}]]),
        pl.DataFrame([CELL] if cells is None else cells, schema=schema),
        pl.DataFrame({"survey_id": list(waves), "closed_at": list(waves.values())}),
    ).to_dicts()


@pytest.mark.parametrize(
    ("reach", "seen", "quadrant"),
    [
        ((0.5, 0.9), (0.5, 0.9), "linked_and_seen"),
        ((0.7, 0.9), (0.1, 0.49), "linked_not_seen"),
        ((0.1, 0.49), (0.5, 0.6), "seen_not_linked"),
        ((0.1, 0.2), (0.1, 0.2), "neither"),
        ((0.7, 0.9), (0.3, 0.5), "unclear"),
        ((0.49, 0.9), (0.1, 0.2), "unclear"),
        ((0.7, 0.9), (None, None), "unclear"),
    ],
)
def test_a_quadrant_is_clear_only_where_both_intervals_keep_to_a_side(
    reach: tuple[float, float], seen: tuple[float | None, float | None], quadrant: str
) -> None:
    said = {**CELL, "favourable_low": seen[0], "favourable_high": seen[1]}
    (row,) = looked_back({"reach_low": reach[0], "reach_high": reach[1]}, cells=[said])
    assert shown(row, "perceived", "perceived_low", "perceived_high") == (0.3, *seen)
    assert row["quadrant"] == quadrant


def test_the_gap_is_that_of_the_week_in_which_the_wave_closed() -> None:
    later = {"week_start": on("2026-03-23"), "reach": 0.1, "reach_low": 0.0, "reach_high": 0.2}
    before = {"week_start": on("2026-03-09")}
    first, closing, after = looked_back(before, {}, later)
    assert shown(first, "survey_id", "perceived", "los_gap", "quadrant") == (None,) * 4
    assert closing["los_gap"] == after["los_gap"] == pytest.approx(0.5)
    assert (closing["quadrant"], after["quadrant"]) == ("linked_not_seen", "neither")


def test_a_wave_of_400_days_ago_is_looked_back_to_and_none_older() -> None:
    # Sunday, 22 March 2026
    waves = {"surveys:w2": at("2026-03-22 23:59")}
    assert looked_back(closed=waves)[0]["survey_id"] == "surveys:w2"
    waves = {"surveys:w2": at("2025-02-15")}
    assert looked_back(closed=waves)[0]["survey_id"] == "surveys:w2"
    waves = {"surveys:w2": at("2025-02-14 23:59")}
    assert looked_back(closed=waves)[0]["survey_id"] is None


def test_only_a_wave_that_asks_is_looked_back_to() -> None:
    waves = {"surveys:w2": at("2026-02-10"), "surveys:w3": at("2026-03-10")}
    other = {**CELL, "survey_id": "surveys:w3", "construct": "control"}
    assert looked_back(cells=[CELL, other], closed=waves)[0]["survey_id"] == "surveys:w2"
    both = {**CELL, "survey_id": "surveys:w3", "favourable_share": 0.6}
    found = looked_back(cells=[CELL, both], closed=waves)[0]
    assert shown(found, "survey_id", "perceived") == ("surveys:w3", 0.6)


def test_a_hidden_cell_leaves_its_wave_and_a_hidden_row_nothing() -> None:
    hidden = {name: CELL[name] for name in ("org_unit_id", "survey_id", "construct")}
    (row,) = looked_back(cells=[hidden])
    assert shown(row, "survey_id", "perceived", "los_gap", "quadrant") == (
        "surveys:w2",
        *[None] * 3,
    )
    small, restated = looked_back({"suppressed": True}, {"org_basis": "restated"})
    assert empty_but({n: small[n] for n in ("survey_id", "perceived", "los_gap", "quadrant")}, "")
    assert restated["survey_id"] is None is restated["perceived"]


def test_without_reach_there_is_what_people_say_and_no_quadrant() -> None:
    (row,) = looked_back({"reach": None, "reach_low": None, "reach_high": None})
    assert shown(row, "perceived", "los_gap", "quadrant") == (0.3, None, None)


@pytest.mark.parametrize(
    ("values", "hides"),
    [
        ([10, 10, 9, 9, 9, 10], True),
        ([10, 10, 9, 9, 9, 2], False),
        ([0, 3, 6, 5, 6, 0], True),
        ([9, 7, 10, 8, 9, 7], True),
        ([7, 8, 7, 8, 7, 8], True),
        ([0, 10, 7, 2, 9, 5], False),
    ],
)
def test_a_few_people_are_not_known_to_be_promoters_or_detractors_or_none(
    values: list[Answer], hides: bool
) -> None:
    survey = Survey(enps_1=(0, 10))
    survey.sheets("w1", "r", *answers(*values[:2], question="enps_1"))
    survey.sheets("w1", "a", *answers(*values[2:], question="enps_1"))
    survey.sheets("w1", "b", *answers(*[0, 10, 7, 3] * 5, question="enps_1"))
    cells = survey.cells()
    assert cell(cells, "a", construct="enps")["suppressed"]
    assert cell(cells, "b", construct="enps")["suppressed"] is hides


def test_a_few_people_are_not_known_to_agree() -> None:
    survey = Survey().sheets("w1", "r", *answers(4, 4)).sheets("w1", "a", *answers(4, 4, 4, 4))
    survey.sheets("w1", "b", *answers(*[2, 4] * 10)).sheets("w1", "c", *answers(*[2, 4] * 20))
    cells = survey.cells()
    assert [cell(cells, unit)["suppressed"] for unit in "abcr"] == [True, True, False, False]
