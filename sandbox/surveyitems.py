"""The questions of the sample company's survey: wording, scale, and how they change by wave.

Belongs here: what each wave asks. Does not belong here: who is asked, what is answered.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True)
class Item:
    """A question: `key` is its code in the survey system, the construct's name and a number."""

    key: str
    text: str
    least: int = 1
    most: int = 5
    is_reversed: bool = False

    @property
    def construct(self) -> str:
        """What the item measures."""
        return self.key.rsplit("_", 1)[0]


_ITEMS: Final = (
    Item("los_objectives_1", "I know which goals of the organisation my work contributes to."),
    Item("los_actions_1", "I know what to do in my job so that our top goals come closer."),
    Item(
        "los_actions_2",
        "Most days I cannot say which goal the work in front of me is for.",
        is_reversed=True,
    ),
    Item("goal_clarity_1", "What my unit wants to reach this quarter is clear to me."),
    Item("goal_communication_1", "When goals change, I hear of it in time."),
    Item("why_understood_1", "I understand why the goals of my unit matter."),
    Item("control_1", "With my own work I can move the numbers that my unit is measured by."),
    Item(
        "control_2",
        "Whether my unit reaches its goals is mostly decided elsewhere.",
        is_reversed=True,
    ),
    Item("resources_1", "I have the time and the tools that my goals need."),
    Item("ownership_1", "The goals that I work on feel like our own."),
    Item("participation_1", "My unit had a say when its goals were set."),
    Item("incentive_fit_1", "What I am rewarded for fits the goals that I am given."),
    Item("collaboration_1", "Other units help when our goals need them."),
    Item("customer_focus_1", "I know what our customers would notice if my goals were reached."),
    Item("helps_us_decide_1", "Our goals help us to decide what not to do."),
    Item("survey_trust_1", "I believe that something will be done with these answers."),
    Item("enps_1", "How likely are you to recommend working here to a friend?", 0, 10),
)
_NOT_ASKED: Final = (
    {"incentive_fit_1", "customer_focus_1", "helps_us_decide_1"},
    {"collaboration_1", "goal_communication_1"},
    {"los_objectives_1", "participation_1"},
)
_OTHERWISE: Final = (
    {
        "resources_1": Item("resources_1", "My resources suffice for my goals.", 1, 7),
        "goal_clarity_1": replace(_ITEMS[3], text="The goals of my unit are clear to me."),
    },
    {},
    {},
)
_REPLACING: Final = (
    (),
    (),
    (Item("participation_2", "We proposed at least one of our unit's goals ourselves."),),
)


def items_of(wave: int) -> list[Item]:
    """The questions of a wave (0, 1, 2), in the order in which they are asked.

    Wave 0 asks one item on another scale and words one otherwise; wave 2 replaces an item by a
    new one. Each wave leaves out a few, none of those that a scorecard needs.
    """
    asked = [_OTHERWISE[wave].get(i.key, i) for i in _ITEMS if i.key not in _NOT_ASKED[wave]]
    return asked + list(_REPLACING[wave])
