"""The demo hall is like a real one at any size."""

from __future__ import annotations

import pytest

from tasks.demo.multiplying import FAR, NEAR, SMALL, _open_until

WORKDAYS = 5


@pytest.mark.parametrize(('cases', 'weeks'), [(SMALL, NEAR), (100_000, FAR)])
def test_a_case_is_open_as_long_in_a_hall_of_any_size(cases: int, weeks: int) -> None:
    """P-15: what is open is what came in during the days a case takes (Little's law); being larger leaves no more undone."""
    a_day = cases / (weeks * WORKDAYS)
    assert 8 <= _open_until(cases) / a_day <= 11
