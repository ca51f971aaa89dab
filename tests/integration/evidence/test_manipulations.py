"""A-04: whoever writes the database past the program, even hashing everything anew, is found by the doctor; the object is named."""

from __future__ import annotations

import pytest

from engine.words import in_english
from tests.integration.evidence.forging import FORGERIES


def test_a_hall_nobody_forged_has_no_findings(forger) -> None:
    """A-04: what the program wrote is what was sealed."""
    assert forger.findings() == []


@pytest.mark.parametrize('name', FORGERIES)
def test_every_forgery_is_found_and_named(forger, name: str) -> None:
    """A-04: rows changed, deleted or added, chains cut, swapped or rewritten, signatures and keys replaced."""
    forgery = FORGERIES[name]
    forgery.does(forger)
    found = forger.findings()
    assert [one for one in found if forgery.kind in ('', one.kind) and forgery.object in one.object], found
    assert all(one.message and in_english(one.message) != one.message for one in found)
