"""What a datetime-local field says, as an instant of the hall."""

from __future__ import annotations

from datetime import datetime

from engine import Rejection
from web.hall_facts import hall_zone

YEARS = range(1990, 2200)
"""No calendar of a hall reaches farther, and no database keeps every instant beyond."""


def instant(text: str) -> datetime | None:
    """The instant typed, in the hall's zone unless it names its own; None when the field is empty. Raises Rejection."""
    text = text.strip()
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise Rejection(f'Expected a date and time, but got {text[:40]!r}', '日期时间不正确') from error
    if found.year not in YEARS:
        raise Rejection(f'Expected a year of {YEARS[0]} to {YEARS[-1]}, but got {text[:40]!r}', '日期时间不正确')
    return found if found.tzinfo else found.replace(tzinfo=hall_zone())
