"""O-30: an empty hall says what it needs, and an empty list does not blame a filter nobody set."""

from __future__ import annotations

import pytest
from sqlalchemy import delete

from engine import SYSTEM
from tasks import tables as t
from tasks.operations.first_steps import first_steps
from tasks.people.roster import actor_of, find_clerk


def steps(office) -> dict[str, bool]:
    with office.reading() as connection:
        return {step.name: step.done for step in first_steps(connection, actor_of(find_clerk(connection, 'guanli')))}


def test_the_administrators_first_page_lists_what_a_hall_still_needs(visitor) -> None:
    page = visitor('guanli').get('/operation')
    found = page.tree.xpath('//ol[contains(@class, "first-steps")]/li')
    assert [item.text_content().split()[0] for item in found] == ['已完成'] * 4 + ['待办']


def test_each_step_ticks_itself_off(office) -> None:
    assert steps(office) == {'hall': True, 'windows': True, 'people': True, 'items': True, 'case': False}
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(delete(t.clerk_window))
        tx.connection.execute(t.approval_item.update().values(published=False))
        tx.connection.execute(t.window.update().values(open=False))
    assert steps(office) == {'hall': True, 'windows': False, 'people': False, 'items': False, 'case': False}


def test_the_list_goes_away_with_the_first_case(visitor, office) -> None:
    visitor('chuangkou').receive()
    assert steps(office) == {}
    assert not visitor('guanli').get('/operation').tree.xpath('//ol[contains(@class, "first-steps")]')


@pytest.mark.parametrize(
    ('who', 'path', 'filtered', 'sentences'),
    [
        ('guanli', '/cases', '?status=closed', ('还没有办件', '没有符合条件的办件')),
        ('shencha', '/desk', '?mine=1', ('您的窗口没有待办的办件', '没有符合条件的办件')),
        ('jiancha', '/marks?state=', '&colour=red', ('还没有标记', '没有符合条件的标记')),
        ('guanli', '/operation/timers', '?state=dead', ('还没有计时器', '没有符合条件的计时器')),
    ],
)
def test_empty_is_not_filtered(visitor, who: str, path: str, filtered: str, sentences: tuple[str, str]) -> None:
    person = visitor(who)
    assert sentences[0] in person.get(path).words
    assert sentences[1] in person.get(path + filtered).words
