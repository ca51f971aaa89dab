"""A promise kept and broken, as people see it: stopped by the diagram and by the office, extended, expired, answered for, and explained."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.e2e

ROOT = Path(__file__).resolve().parents[2]
LAW = '《中华人民共和国行政许可法》第四十五条'


@pytest.fixture
def at(served_in_march, visit) -> Callable[..., Any]:
    """Somebody at a browser of the hall in March."""
    return lambda username='': visit(served_in_march, username)


def _wait(clerk: Any, until: str) -> None:
    """Move the hall's clock on the page of the time machine."""
    clerk.go('/time-machine')
    clerk.page.fill('input#to', until)
    clerk.press('前进')
    assert until.replace('T', ' ') in clerk.page.inner_text('.demo-strip')


def _dates(clerk: Any, title: str) -> dict[str, str]:
    """The dates of one limit on 期限如何计算: month and day to what is said of it."""
    card = clerk.page.locator('section.card', has=clerk.page.locator(f'h2:has-text("{title}")'))
    return {line.split()[0]: ' '.join(line.split()[2:]) for line in card.locator('ol.days li').all_inner_texts()}


def _last_day(clerk: Any, title: str) -> str:
    limits = clerk.page.locator('main table', has=clerk.page.locator('th', has_text='起算'))
    row = limits.locator('tr', has_text=title)
    return ' '.join(row.inner_text().split())


def _progress(at: Callable[..., Any], number: str, password: str, picture: str) -> str:
    """What the applicant reads without signing in."""
    applicant = at()
    applicant.go('/progress')
    applicant.page.fill('[name=case_no]', number)
    applicant.page.fill('[name=password]', password)
    applicant.press('查询')
    applicant.picture(picture)
    words = applicant.words()
    applicant.leave()
    return ' '.join(words.split())


def test_a_promise_is_stopped_extended_broken_and_answered_for(at, served_in_march) -> None:
    window = at('chuangkou')
    number, password = window.receive('清江县好味餐饮有限公司')
    case, why = f'/cases/{number}', f'/cases/{number}/deadlines'

    # Monday 23 March: the window tells the applicant once what is missing
    window.open_next()
    window.choose('一次告知补正')
    window.page.wait_for_selector('[name="f.supplement_items"]')
    window.page.fill('[name="f.supplement_items"]', '平面布局图未标注尺寸')
    window.complete()
    window.go(case)
    window.picture('p01-supplement-case')
    assert '补正材料' in window.words()
    window.go(why)
    window.picture('p02-supplement-why')
    words = _progress(at, number, password, 'p03-supplement-progress')
    assert '需要您办理' in words
    assert '平面布局图未标注尺寸' in words
    assert '2026-04-14' in words, 'fifteen working days from the notice, the holiday left out'

    # Wednesday: the applicant brings it to the window, which accepts
    _wait(window, '2026-03-25T10:00')
    window.go(case)
    window.page.click('td.actions a:has-text("打开")')
    window.press('认领')
    window.page.fill('[name="f.supplement_note"]', '已补充尺寸')
    window.page.check('[name="f.supplement_checked"]')
    window.choose('已按告知书要求补正全部内容')
    window.complete()
    window.open_next()
    window.choose('受理')
    window.complete()
    window.go(case)
    window.picture('p04-accepted')
    assert '2026-04-03' in _last_day(window, '承诺期限')
    assert '2026-04-09' in _last_day(window, '法定期限')

    # Friday: the reviewer suspends for a test, with reason and basis; Tuesday it is over
    reviewer = at('shencha')
    _wait(reviewer, '2026-03-27T10:00')
    reviewer.go(case)
    reviewer.page.click('a:has-text("中止")')
    reviewer.page.select_option('#stop-kind', label='检测')
    reviewer.page.fill('#stop-amount', '2')
    reviewer.page.fill('#stop-reason', '餐具消毒效果需抽样检测')
    assert reviewer.page.input_value('#stop-basis') == LAW
    reviewer.picture('p05-suspend-form')
    reviewer.press('查看影响')
    reviewer.press('确认办理')
    reviewer.picture('p06-suspended')
    assert '期限已暂停，已出具特别程序告知书' in reviewer.words()
    reviewer.go(why)
    reviewer.picture('p07-suspended-why')
    assert '若今日恢复' in reviewer.words()
    words = _progress(at, number, password, 'p08-suspended-progress')
    assert '检测' in words
    _wait(reviewer, '2026-03-31T09:30')
    reviewer.go(case)
    reviewer.page.click('summary:has-text("恢复计算")')
    reviewer.press('恢复计算期限')
    reviewer.picture('p09-resumed')
    assert '2026-04-09' in _last_day(reviewer, '承诺期限'), 'three dates were touched by the stop'
    assert '2026-04-14' in _last_day(reviewer, '法定期限')

    # only who decides may extend; the statutory limit, once
    assert '延长审批须由' in reviewer.words()
    chief = at('jueding')
    chief.go(case)
    chief.page.click('a:has-text("批准延长")')
    chief.page.fill('#extend-reason', '检测结果需要复核')
    chief.picture('p10-extend-form')
    chief.press('查看影响')
    chief.press('确认办理')
    chief.picture('p11-extended')
    assert '2026-04-21' in _last_day(chief, '法定期限')
    assert '只能延长一次' in chief.words() or '已延长过一次' in chief.words()
    chief.leave()

    # nobody works on it: step, promise and law run out one after the other, each at its own midnight
    supervisor = at('jiancha')
    _wait(supervisor, '2026-04-22T09:00')
    supervisor.picture('p12-time-machine')
    happened = ' '.join(supervisor.words().split())
    for said in ('2026-04-10 00:00', '2026-04-22 00:00', '黄牌', '红牌', '承诺期限前1个工作日已到', '承诺期限届满'):
        assert said in happened, said
    supervisor.go(case)
    supervisor.picture('p13-broken')
    assert '超期' in _last_day(supervisor, '承诺期限')
    assert '超期' in _last_day(supervisor, '法定期限')
    supervisor.go('/marks')
    supervisor.picture('p14-marks')

    # the window answers, the supervisor settles it
    reviewer.go('/desk')
    reviewer.picture('p15-reminded')
    reviewer.go('/marks?colour=red')
    reviewer.page.locator('main tbody tr', has_text='法定期限').locator('a').first.click()
    reviewer.page.fill('#f-reply', '经办人休假未移交，已改由替岗人员办理')
    reviewer.picture('p16-reply')
    reviewer.press('提交答复')
    assert '答复已提交' in reviewer.words()
    mark = reviewer.page.url.removeprefix(reviewer.address)
    supervisor.go(mark)
    supervisor.page.select_option('#f-disposition', index=1)
    supervisor.page.select_option('#f-level', index=1)
    supervisor.page.fill('#f-opinion', '约谈窗口负责人')
    supervisor.picture('p17-dispose')
    supervisor.press('登记处理结果')
    supervisor.picture('p18-disposed')
    assert '约谈窗口负责人' in supervisor.words()

    # every date of both limits is explained
    supervisor.go(why)
    supervisor.picture('p19-why')
    promise, statutory = _dates(supervisor, '承诺期限'), _dates(supervisor, '法定期限')
    holiday = {'04-04': '清明节', '04-05': '清明节', '04-06': '清明节'}
    counted = [day for day, said in promise.items() if said.startswith('第')]
    assert counted == ['03-26', '04-01', '04-02', '04-03', '04-07', '04-08', '04-09']
    for day, name in holiday.items():
        assert name in promise[day]
    assert next(iter(promise)) == '03-25'
    assert statutory['04-21'].startswith('第 15 天')
    told = ' '.join(supervisor.words().split())
    assert '法定期限为10个工作日，经批准延长5个工作日' in told
    assert '因餐具消毒效果需抽样检测，3月27日至31日暂停计算' in told, 'one stop is one span, the weekend in it included'
    supervisor.leave()
    reviewer.leave()
    window.leave()
    words = _progress(at, number, password, 'p20-progress')
    for said in ('承诺期限', '已超期', '2026-04-21', '法定期限为10个工作日，经批准延长5个工作日', '3月27日至31日暂停计算'):
        assert said in words, said
    _doctor(served_in_march)


def _doctor(hall: Any) -> None:
    """Every stored due date equals the formula."""
    found = subprocess.run(
        [sys.executable, '-m', 'web', 'doctor'],
        cwd=ROOT,
        env={**os.environ, 'YIZHAN_DATABASE_URL': hall.url, 'YIZHAN_HOME': str(hall.home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stdout + found.stderr
