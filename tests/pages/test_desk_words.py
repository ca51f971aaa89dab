"""What the desk says about work already taken, and limits that hang on clocks in words."""

from __future__ import annotations

import pytest

from tasks.words.vocabulary import clock_place, limit_words


@pytest.mark.parametrize(
    ('limit', 'zh'),
    [
        ('promise', '承诺期限'),
        ('promise - 1个工作日', '承诺期限前1个工作日'),
        ('statutory + 2个工作日', '法定期限后2个工作日'),
        ('5个工作日', '5个工作日'),
    ],
)
def test_a_limit_that_hangs_on_a_clock_is_said_in_words(limit: str, zh: str) -> None:
    assert limit_words(limit) == zh


def test_clocks_are_listed_as_the_case_goes() -> None:
    names = ['delivery', 'own', 'statutory', 'notify', 'promise']
    assert sorted(names, key=clock_place) == ['notify', 'promise', 'statutory', 'own', 'delivery']


def test_the_next_case_says_what_is_held_and_more_urgent(visitor) -> None:
    clerk = visitor('chuangkou')
    first = clerk.receive()
    clerk.receive()
    clerk.post('/desk/next')
    page = clerk.get(str(clerk.post('/desk/next').location))
    assert f'您已认领的 1 件期限更近，尚未办结，最近的是 {first}' in page.words
