"""The board of marks, a mark answered and settled, reminders on the desk, the case page, settings."""

from __future__ import annotations

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import select

from engine import Engine, FixedClock, read
from tasks.demo.answers import answers
from tasks.desk import verbs as desk
from tasks.marks.tables import mark
from tasks.people import roster as people
from tests.pages.conftest import Page
from tests.pages.test_english_pages import chinese_of_ours, data_of


@pytest.fixture
def tick(office: Engine, clock: FixedClock):
    """Let a worker tick at a local instant."""

    def move(instant: str) -> None:
        clock.move_to(datetime.fromisoformat(f'{instant}:00+08:00'))
        office.tick()

    return move


@pytest.fixture
def late(app: Flask, office: Engine, visitor, tick) -> str:
    """A case accepted on Monday 2 March whose document review is a day late: its number. The clock stands at Wednesday, 09:00."""
    case_no = visitor('chuangkou').receive()
    with office.reading() as connection:
        actor = people.actor_of(people.find_clerk(connection, 'chuangkou'))
        instance = read.instance_by_key(connection, case_no).id
        task = read.open_tasks(connection, instance)[0].id
    data = answers('granted', 'intake', 0, office.clock().date())

    def work(tx) -> None:
        desk.claim(tx, task)
        desk.complete(tx, task, data)

    office.run(actor, work)
    tick('2026-03-04 09:00')
    return case_no


def mark_of(page) -> str:
    return next(link for link in page.tree.xpath('//main//a/@href') if link.startswith('/marks/') and link[7:].isdigit())


def test_a_mark_is_answered_by_its_window_and_settled_by_the_supervisor(visitor, late) -> None:
    supervisor, reviewer = visitor('jiancha'), visitor('shencha')
    board = supervisor.get('/marks')
    assert '总时限内个别环节超时' in board.words
    assert '食品经营资料审查岗' in board.words
    link = mark_of(board)
    assert '登记处理结果' not in supervisor.get(link).words
    page = reviewer.get(link)
    fields = page.form('/reply')
    assert '最迟于 2026-03-09 答复' in page.words
    reviewer.post(f'{link}/reply', {**fields, 'reply': '人手不足<script>'})
    seen = supervisor.get(link)
    assert '人手不足<script>' in seen.words
    assert '<script>' not in seen.text.split('<main')[1]
    supervisor.post(f'{link}/dispose', {**seen.form('/dispose'), 'disposition': 'talk', 'level': 'unit', 'opinion': '约谈负责人'})
    assert '已处理' in supervisor.get(link).words
    assert '没有符合条件的标记' in supervisor.get('/marks').words
    assert '约谈' in supervisor.get(f'/cases/{late}').words


def test_a_second_answer_is_a_conflict_that_keeps_the_text(visitor, late) -> None:
    link = mark_of(visitor('jiancha').get('/marks'))
    first, second = visitor('shencha'), visitor('shencha2')
    first.post(f'{link}/reply', {'reply': '一'})
    page = second.post(f'{link}/reply', {'reply': '我写了很多'}, 409)
    assert '林志远' in page.words
    assert '我写了很多' in page.words


def test_blank_answers_and_strangers_are_refused(visitor, late) -> None:
    link = mark_of(visitor('jiancha').get('/marks'))
    visitor('shencha').post(f'{link}/reply', {'reply': ' '}, 422)
    stranger = visitor('chuangkou')
    stranger.get(link, 404)
    stranger.post(f'{link}/reply', {'reply': '代答'}, 403)
    stranger.post(f'{link}/dispose', {'disposition': 'noted'}, 403)
    stranger.post(f'{link}/withdraw', {'reason': '代撤'}, 403)
    visitor('guanli').post(f'{link}/dispose', {'disposition': 'noted'}, 403)
    visitor('liucheng').get('/marks', 403)
    visitor('liucheng').get(link, 403)


def test_forged_posts_change_nothing(visitor, late) -> None:
    link = mark_of(visitor('jiancha').get('/marks'))
    visitor('shencha').post(f'{link}/reply', {'reply': '伪造'}, 400, token=False)
    assert '尚未答复' in visitor('jiancha').get(link).words


def test_the_case_page_shows_its_marks_and_names_nobody_to_others(visitor, late) -> None:
    page = visitor('chuangkou').get(f'/cases/{late}')
    assert '亮牌' in page.words
    assert '黄牌' in page.words
    assert [link for link in page.tree.xpath('//main//a/@href') if link.startswith('/marks/')] == []
    assert mark_of(visitor('shencha').get(f'/cases/{late}'))


def test_the_desk_says_reminders_in_one_line_until_they_are_read(visitor, late) -> None:
    """O-04: the work comes first; reminders are one line, by case, and lead to what they are about."""
    reviewer = visitor('shencha')
    page = reviewer.get('/desk')
    assert '1 件已超期，待答复' in page.words
    assert '黄牌：资料审查' not in page.words
    assert late in reviewer.get(page.tree.xpath('//*[contains(@class, "reminded")]//a/@href')[0]).words
    action = reviewer.get('/marks/reminders').tree.xpath('//ul[@class="reminders"]//form/@action')[0]
    visitor('jueding').post(action, {}, 404)
    reviewer.post(action, {'from': 'desk'})
    assert '我的提醒' not in reviewer.get('/desk').words
    assert '林志远 已知悉' in visitor('shencha2').get('/marks/reminders').words


def test_every_tile_of_the_desk_leads_to_what_it_counts(visitor, late) -> None:
    """O-04: tiles that count link to a filter, and the filter shows as many rows as the tile says."""
    reviewer = visitor('shencha')
    tiles = reviewer.get('/desk').tree.xpath('//ul[@class="counts"]//a')
    assert len(tiles) == 5
    counted = {tile.get('href'): int(tile.xpath('string(b)')) for tile in tiles}
    assert {href: len(reviewer.get(href).tree.xpath('//tr[@data-row]')) for href in counted} == counted
    assert sum(counted.values()) >= 2  # it waits, and it is late


def test_silence_shows_as_the_systems_act_with_the_unit_in_default(visitor, tick) -> None:
    case_no = visitor('chuangkou').receive()
    tick('2026-03-10 09:00')
    page = visitor('jiancha').get(f'/cases/{case_no}')
    for words in ('超时默认', '系统（超时）', '视为通过', '综合受理窗口', '红牌', '责任窗口：综合受理窗口'):
        assert words in page.words, words


def test_the_supervisor_raises_and_withdraws(visitor) -> None:
    case_no = visitor('chuangkou').receive()
    supervisor = visitor('jiancha')
    form = supervisor.get(f'/marks/raise?case_no={case_no}').form('/raise')
    assert form['case_no'] == case_no
    link = str(supervisor.post('/marks/raise', {**form, 'rule': '7', 'grounds': '收取目录外费用'}).location)
    assert '红牌' in supervisor.get(link).words
    supervisor.post('/marks/raise', {**form, 'rule': '7', 'grounds': '收取目录外费用'}, 409)
    supervisor.post('/marks/raise', {**form, 'case_no': '1'}, 404)
    supervisor.post(f'{link}/withdraw', {'reason': '误报'})
    assert '误报' in supervisor.get(link).words
    visitor('chuangkou').get('/marks/raise', 403)


def test_filters_keep_to_what_is_known(visitor, late) -> None:
    supervisor = visitor('jiancha')
    assert late in supervisor.get('/marks?colour=yellow&rule=3&window=food_review&state=raised').words
    assert late not in supervisor.get('/marks?colour=red').words
    assert supervisor.get('/marks?colour=x&state=y&rule=99&window=z&page=-3').status == 200


def test_the_administrator_sets_thresholds_and_substitutes(visitor) -> None:
    administrator = visitor('guanli')
    page = administrator.get('/marks/settings')
    form = page.form('/settings/qingjiang')
    administrator.post('/marks/settings/qingjiang', {**form, 'amber_days': '2', 'reason': '试点'})
    administrator.post('/marks/settings/qingjiang', {**form, 'amber_days': '99', 'reason': '试点'}, 422)
    administrator.post('/marks/settings/qingjiang', {**form, 'amber_days': 'x', 'reason': '试点'}, 422)
    assert administrator.get('/marks/settings').form('/settings/qingjiang')['amber_days'] == '2'
    administrator.post('/marks/substitutes/shencha', {'substitute': ''})
    administrator.post('/marks/substitutes/shencha', {'substitute': 'jueding'}, 422)
    administrator.post('/marks/substitutes/nobody', {'substitute': ''}, 404)
    visitor('jiancha').get('/marks/settings', 403)


PLACES = {
    'jiancha': ('/marks', '/marks?state=', '/marks/raise?case={case}', '/supervision', '/cases/{case}', 'marks'),
    'shencha': ('/desk', '/marks', '/marks/reminders', '/cases/{case}', 'marks'),
    'guanli': ('/marks/settings', '/supervision', '/cases/{case}/deadlines'),
}


@pytest.mark.parametrize('username', PLACES)
def test_marks_reminders_and_supervision_are_english_whole(visitor, office, late, tick, username: str) -> None:
    """O-41, H-50: amber, yellow and red marks, their grounds, and what lies on the desk, where limits have run out one after the other."""
    tick('2026-03-11 09:00')
    tick('2026-03-20 09:00')
    person, written = visitor(username), data_of(office)
    person.post('/language', {'language': 'en', 'next': '/items'})
    with office.reading() as connection:
        marks = [f'/marks/{number}' for number in connection.execute(select(mark.c.id)).scalars()]
    assert len(marks) > 3
    left = {}
    for place in PLACES[username]:
        for path in marks if place == 'marks' else [place.format(case=late)]:
            answer = person.client.get(path, follow_redirects=True)
            if answer.status_code == 200:
                left |= dict.fromkeys(chinese_of_ours(Page(200, answer.get_data(as_text=True), None, answer.headers), written), path)
            else:
                assert (answer.status_code, path in marks) == (404, True), path  # a mark of another window
    assert left == {}
