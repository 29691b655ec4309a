"""What must be true of the words with which a read ends.

Belongs here: the judgement of one message. Does not belong here: which reads must end
(`contract_suite`, `contract_faults`).
"""

from __future__ import annotations

import json
import re
from urllib.parse import quote

from connectors.contract import SourceError
from tests.connectors.harness import Harness

SHORTEST = 40
"""Characters that what, where and what to do take at least."""


def shows(text: str, secret: str) -> bool:
    """Whether `secret` stands in `text`: as it is, as JSON or Python writes it, or in a URL."""
    forms = {secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], quote(secret, safe="")}
    return any(form in text for form in forms)


def assert_well_said(error: SourceError, harness: Harness) -> None:
    """It says what happened, where, and what to do, and shows no secret."""
    words = str(error)
    assert not shows(f"{words} {error!r} {error.__cause__!r}", harness.secret)
    assert len(words) >= SHORTEST, f"too short to help: {words}"
    assert re.search(r"[/`:]", words), f"says no place: {words}"
    assert re.search(r"[.;:] \S", words), f"says what happened but not what to do: {words}"
