"""O-10: an item that is withdrawn, cancelled or handed down leaves every list, form and address of the public when it is decided."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from engine import SYSTEM
from tasks import tables as t

CHINA = ZoneInfo('Asia/Shanghai')
ITEM = 'food-business-licence'
REASON = '国发〔2026〕1号第三条'
INSTEAD = '东湖街道便民服务中心'


@pytest.fixture(params=['withdraw', 'cancel', 'hand_down'])
def closed(visitor, request) -> str:
    """The item after an administrator took it off, in each of the three ways."""
    visitor('guanli').post(f'/releases/items/{ITEM}/{request.param}', {'reason': REASON, 'goes_to': INSTEAD})
    return {'withdraw': '暂停办理', 'cancel': '取消', 'hand_down': '下放'}[request.param]


@pytest.mark.parametrize('role', ['', 'chuangkou', 'jiancha', 'liucheng'])
def test_it_is_in_no_list_and_its_address_says_since_when_why_and_where_to_go(visitor, clock, closed: str, role: str) -> None:
    """O-10: for the public and for everybody who does not keep the catalogue."""
    who = visitor(role) if role else visitor()
    assert ITEM not in who.get('/items').text
    page = who.get(f'/items/{ITEM}', 410)
    assert all(words in page.words for words in (closed, REASON, INSTEAD, f'{clock().astimezone(CHINA):%Y-%m-%d %H:%M}'))


def test_the_administrator_still_sees_it_marked(visitor, closed: str) -> None:
    """O-10"""
    keeper = visitor('guanli')
    assert '不在公开目录' in keeper.get('/items').words
    assert closed in keeper.get(f'/items/{ITEM}').words


def test_no_window_receives_it(visitor, office, closed: str) -> None:
    """O-10: neither the list of items to receive, nor an address kept from before, nor a form that was open."""
    clerk = visitor('chuangkou')
    assert ITEM not in clerk.get('/receive').text
    for page in (clerk.get(f'/receive/{ITEM}', 410), clerk.post(f'/receive/{ITEM}', {'kind': 'person'}, 410)):
        assert REASON in page.words
    with office.reading() as connection:
        assert connection.execute(t.approval_case.select()).first() is None


def test_its_address_opens_again_when_it_is_published(visitor) -> None:
    """O-10"""
    keeper = visitor('guanli')
    keeper.post(f'/releases/items/{ITEM}/withdraw', {'reason': REASON})
    keeper.post(f'/releases/items/{ITEM}/publish', {'reason': '恢复办理'})
    visitor().get(f'/items/{ITEM}')


def test_an_item_that_was_never_published_is_not_there_yet(visitor, office) -> None:
    """O-10: 404, in words."""
    with office.begin(SYSTEM) as tx:
        tx.connection.execute(t.approval_item.update().values(published=False))
    assert '尚未公布' in visitor().get(f'/items/{ITEM}', 404).words
