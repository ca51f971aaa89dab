"""O-39, O-06: the log is looked through by person, act, object and day; who supervises sees what stands still; refusals speak no keys."""

from __future__ import annotations

import pytest

from tests.pages.test_deadlines_pages import STOP, receive
from web.pages import BLUEPRINTS


def rows(page) -> list[str]:
    return [' '.join(row.text_content().split()) for row in page.tree.xpath('//tr[@data-row]')]


@pytest.fixture
def logged(visitor, office, clock) -> list[str]:
    """Two cases looked at by two people on two days."""
    first = visitor('chuangkou').receive()
    visitor('chuangkou').get(f'/cases/{first}')
    clock.move(days=1)
    second = visitor('chuangkou2').receive()
    visitor('chuangkou2').get(f'/cases/{second}')
    return [first, second]


@pytest.mark.parametrize(
    ('asked', 'which'),
    [
        ('by=chuangkou', [0]),
        ('by=chuangkou2', [1]),
        ('by=jiancha', []),
        ('action=personal_data.viewed', [1, 0]),
        ('action=item.withdrawn', []),
        ('day=2026-03-02', [0]),
        ('day=2026-03-03', [1]),
        ('day=2026-02-30&by=chuangkou', [0]),
        ('day=9999-12-31&by=chuangkou', [0]),
        ('by=chuangkou&day=2026-03-03', []),
    ],
)
def test_the_log_is_looked_through(visitor, logged, asked: str, which: list[int]) -> None:
    """O-39: each condition narrows the log; what is no day asks for none."""
    found = [row for row in rows(visitor('jiancha').get(f'/operation/log?{asked}')) if '查看个人信息' in row]
    assert [next(i for i, number in enumerate(logged) if number in row) for row in found] == which


def test_a_case_in_the_log_is_found_by_its_number_and_opened(visitor, logged) -> None:
    """O-39: the object of a line is a condition and a link."""
    page = visitor('jiancha').get(f'/operation/log?object={logged[1]}')
    assert len(rows(page)) == 1
    assert page.tree.xpath(f'//a[@href="/cases/{logged[1]}"]')


def test_a_role_begins_with_its_own_work(visitor) -> None:
    """O-39: who supervises begins at the board, which is also the first entry of the menu."""
    supervisor = visitor('jiancha')
    assert supervisor.get('/', 302).location == '/supervision'
    assert supervisor.get('/supervision').tree.xpath('//nav[@class="menu"]//a/@href')[0] == '/supervision'
    assert visitor('chuangkou').get('/desk').tree.xpath('//nav[@class="menu"]//a/@href')[0] == '/desk'


def test_stopped_cases_are_listed_for_who_supervises(visitor, office, clock) -> None:
    """O-06: since when, why, by whom, until when the applicant was told; what lasts longer than told is marked."""
    case = receive(visitor, office)
    visitor('shencha').act(f'/cases/{case.case_no}/suspend', STOP)
    page = visitor('jiancha').get('/supervision?kind=stopped')
    assert len(rows(page)) == 1
    for said in (case.case_no, '检测', '抽样检测', '2026-03-02', '2026-03-09', '林志远'):
        assert said in rows(page)[0]
    assert '超过告知的时间' not in page.words
    clock.move(days=9)
    assert '超过告知的时间' in visitor('jiancha').get('/supervision?kind=stopped').words
    visitor('chuangkou').get('/supervision?kind=stopped', 403)
    assert visitor('jiancha').get('/supervision/stopped', 301).location.endswith('/supervision?kind=stopped')  # one list, one page


@pytest.mark.parametrize('path', ['suspend', 'extend', 'withdraw', 'resume/1'])
def test_a_refusal_speaks_neither_the_engines_grammar_nor_field_keys(visitor, office, path: str) -> None:
    """O-06: what was typed comes back under the words of its page; lengths are explained as the hall writes them."""
    case = receive(visitor, office)
    typed = {**STOP, 'amount': 'P3D', 'at': 'gestern', 'expected': 'R3/PT1H', 'reason': ' ' if path != 'suspend' else '抽样'}
    clerk = visitor('jueding' if path == 'extend' else 'shencha')
    page = clerk.post(f'/cases/{case.case_no}/{path}', typed, 422)
    for word in ('P3D、PT2H', 'R3/PT1H、', '工作日历期限表达式', 'promise -'):
        assert word not in page.words
    keys = {'kind', 'reason', 'basis', 'expected', 'amount', 'unit', 'since', 'at', *(one.name for one in BLUEPRINTS)}
    assert not keys & {one.text_content().strip() for one in page.tree.xpath('//dl[@class="typed"]/dt')}
