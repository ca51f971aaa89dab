"""How much work something does, counted in calls: the same number on every machine, however busy it is."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import FrameType
from typing import Any, TypeVar

Result = TypeVar('Result')


class TooMuchWork(AssertionError):
    """More calls were made than the budget allows."""


def calls(work: Callable[[], Result], *, budget: int) -> tuple[int, Result]:
    """Do the work and count the Python functions it calls; the count and what came back.

    Raises TooMuchWork as soon as the budget is spent, so that a test of bounded work fails instead of running for hours.
    """
    count = 0

    def note(_frame: FrameType, event: str, _argument: Any) -> None:
        nonlocal count
        if event == 'call':
            count += 1
            if count > budget:
                sys.setprofile(None)
                raise TooMuchWork(f'Expected at most {budget} calls, but there were more')

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        result = work()
    finally:
        sys.setprofile(before)
    return count, result
