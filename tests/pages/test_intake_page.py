"""O-24: intake begins with the person, leads to what is wrong, remembers what was chosen, and the next application is one key away."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from engine import SYSTEM
from tasks import tables as t
from tasks.people import roster
from tests.pages.conftest import ENTERPRISE

FORM = '/receive/food-business-licence'


@pytest.fixture
def clerk(visitor):
    return visitor('chuangkou')


def focused(page) -> list[str]:
    return [str(one.get('name')) for one in page.tree.xpath('//*[@autofocus]')]


def test_the_person_comes_first_and_the_first_field_has_the_focus(clerk) -> None:
    """O-24: nothing stands between the top of the form and the applicant."""
    page = clerk.get(FORM)
    assert page.tree.xpath('//main//h2')[0].text_content().strip() == '申请人'
    assert focused(page) == ['kind']
    fields = page.tree.xpath('//main//form//*[self::input or self::select]/@name')
    asked = [name for name in fields if name not in ('csrf_token', 'submission')]
    assert asked[0] == 'kind'


@pytest.mark.parametrize(
    'wrong',
    [
        {'name': ' '},
        {'id_no': 'abc'},
        {'phone': 'x'},
        {'m-layout-copies': '许多'},
        {'m-layout-note': 'x' * 501},
        {'kind': 'king'},
        {'agent_id_no': '1', 'agent_name': ''},
    ],
    ids=lambda one: next(iter(one)),
)
def test_every_complaint_leads_to_its_field(clerk, wrong) -> None:
    """O-24: each sentence at the top is a link, and what it leads to is on the page."""
    fields = {**clerk.get(FORM).form(FORM), **ENTERPRISE, 'm-layout-state': 'received', **wrong}
    page = clerk.post(FORM, fields, 422)
    links = page.tree.xpath('//div[@role="alert"]//a/@href')
    assert links
    for link in links:
        assert page.tree.xpath(f'//*[@id="{link.removeprefix("#")}"]'), link


def test_what_was_chosen_last_is_chosen_again(clerk) -> None:
    """O-24: kind of applicant, window and channel; never anything of a person."""
    clerk.receive(channel='courier')
    page = clerk.get(FORM)
    fields = page.form(FORM)
    assert (fields['kind'], fields['channel'], fields['window']) == ('enterprise', 'courier', 'general')
    assert focused(page) == ['name']
    assert not fields['name'] + fields['id_no'] + fields['phone']


def test_who_works_two_receiving_windows_gets_the_one_where_the_item_begins(visitor, office) -> None:
    """O-24: not the window where results are handed out, whatever the alphabet says."""

    office.run(SYSTEM, lambda tx: roster.assign_windows(tx, 'chuangkou', ['delivery', 'general'], '兼岗'))
    first = update(t.window).where(t.window.c.code == 'delivery').values(name='一号综合出件窗口')
    office.run(SYSTEM, lambda tx: tx.connection.execute(first))
    page = visitor('chuangkou').get(FORM)
    assert page.form(FORM)['window'] == 'general'


def test_the_next_application_of_the_same_item_is_one_key_away(clerk) -> None:
    """O-24, O-26: `r` on the slip."""
    slip = clerk.get(f'/receive/slips/{clerk.receive()}')
    assert slip.tree.xpath('//a[@data-key="again"]/@href') == [FORM]
