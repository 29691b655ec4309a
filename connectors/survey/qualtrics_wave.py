"""A survey as a wave: when it opened and closed, how it was sent, whether it is anonymous.

Belongs here: what `pull` and `map` both must know of a survey, from the same answers.
Does not belong here: requests, questions, people's names.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from connectors.survey.qualtrics_settings import QualtricsSettings

_LATER: Final = ("Reminder", "ThankYou")


@dataclass(slots=True)
class Wave:
    """One survey and what was read of it; `options` are null where they may not be seen."""

    survey: dict[str, Any]
    options: dict[str, Any] | None = None
    distributions: list[dict[str, Any]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """The survey's id."""
        return str(self.survey["id"])

    @property
    def title(self) -> str:
        """The survey's name."""
        return str(self.survey.get("name") or self.key)

    def invitations(self) -> list[dict[str, Any]]:
        """Distributions that asked somebody: no reminders, no thanks."""
        return [one for one in self.distributions if one.get("requestType") not in _LATER]

    def opened_at(self, as_of: dt.datetime) -> dt.datetime | None:
        """When it opened: as set, else when the first invitation was sent, else when it was made.

        None for a survey that is not open yet at `as_of`, or was never.
        """
        set_to = instant((self.survey.get("expiration") or {}).get("startDate"))
        sent = [instant(one.get("sendDate")) for one in self.invitations()]
        first = min((at for at in sent if at is not None), default=None)
        made = instant(self.survey.get("creationDate")) if self.survey.get("isActive") else None
        opened = set_to or first or made
        return opened if opened is not None and opened <= as_of else None

    def closed_at(self, as_of: dt.datetime) -> dt.datetime | None:
        """When it closed: as set, else when it was last changed if it is not active; None: open."""
        ends = instant((self.survey.get("expiration") or {}).get("endDate"))
        if ends is not None and ends <= as_of:
            return ends
        if self.survey.get("isActive") is False:
            return instant(self.survey.get("lastModifiedDate"))
        return None

    def is_anonymous(self, settings: QualtricsSettings) -> bool:
        """Whether the mapping, the survey's options or the kind of all its links say so."""
        anonymised = str((self.options or {}).get("AnonymizeResponse", "")).lower()
        links = [(one.get("surveyLink") or {}).get("linkType") for one in self.invitations()]
        return (
            settings.calls_anonymous(self.key, self.title)
            or anonymised in ("yes", "true")
            or (bool(links) and set(links) == {"Anonymous"})
        )


def instant(text: Any) -> dt.datetime | None:
    """ISO 8601 text as a UTC instant; None where there is none."""
    if not isinstance(text, str) or not text:
        return None
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=dt.UTC)).astimezone(dt.UTC)


def of_survey(distributions: Sequence[Any], survey: str) -> list[dict[str, Any]]:
    """Those of the elements of a list of distributions that belong to `survey`."""
    return [
        one
        for one in distributions
        if isinstance(one, dict) and (one.get("surveyLink") or {}).get("surveyId") in (survey, None)
    ]
