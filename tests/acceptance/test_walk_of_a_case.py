"""A food business licence from the window to the delivered certificate, as clerks click it, in a real browser against a real process."""

from __future__ import annotations

import re
from typing import Any

import pytest

from engine.identity import uscc_check_letter

pytestmark = pytest.mark.e2e

CODE = '91330100MA27X1234'
NAME = '清江县好味餐饮有限公司'


def _receive(clerk: Any) -> str:
    page = clerk.page
    clerk.go('/receive')
    page.click('text=食品经营许可（新办）')
    clerk.choose('企业法人')
    for box in page.locator('input[value=received]').all():
        box.check()
    page.fill('[name=name]', NAME)
    page.fill('[name=id_no]', CODE + '0')
    page.fill('[name=phone]', '13800000000')
    clerk.press('确认收件')
    page.wait_for_selector('.field__error:has-text("统一社会信用代码不正确")')
    clerk.picture('02-receive-with-a-wrong-code')
    page.fill('[name=id_no]', CODE + uscc_check_letter(CODE))
    clerk.press('确认收件')
    page.wait_for_selector('section.receipt')
    clerk.picture('03-slip')
    return page.inner_text('.receipt__code >> nth=0').strip()


def test_a_case_goes_from_the_window_to_the_delivered_certificate(served, visit) -> None:
    def at(username: str) -> Any:
        return visit(served, username)

    window = at('chuangkou')
    case_no = _receive(window)
    window.open_next()
    window.choose('受理')
    window.page.fill('[name="f.intake_note"]', '材料齐全')
    window.picture('04-intake')
    window.page.click('button[value=draft]')
    window.page.wait_for_selector('text=草稿已保存')
    assert window.page.input_value('[name="f.intake_note"]') == '材料齐全'
    window.complete()
    window.leave()

    reviewer = at('shencha')
    reviewer.picture('05-desk')
    reviewer.open_next()
    reviewer.page.click('button[value=complete]')
    assert reviewer.page.url.endswith(reviewer.page.url.rsplit('/', 1)[-1]), 'the browser itself asks for what is missing'
    reviewer.choose('符合要求')
    reviewer.page.get_by_label('审查意见').fill('符合许可条件')
    reviewer.complete()
    reviewer.leave()

    for username in ('hecha1', 'hecha2'):
        inspector = at(username)
        inspector.open_next()
        inspector.page.fill('[name="f.inspection_date"]', '2026-03-02')
        for box in inspector.page.locator('[name="f.inspection_items"]').all():
            box.check()
        inspector.choose('符合')
        inspector.page.get_by_label('核查意见').fill('现场与平面图一致')
        inspector.picture(f'06-inspection-{username}')
        inspector.complete()
        inspector.leave()

    auditor = at('shenhe')
    auditor.open_next()
    auditor.choose('同意，报请决定')
    auditor.page.get_by_label('审核说明').fill('同意准予许可')
    auditor.complete()
    auditor.leave()

    chief = at('jueding')
    chief.open_next()
    chief.choose('准予许可')
    chief.page.wait_for_selector('[name="f.validity_years"]')  # appears with the answer, without a click
    chief.page.fill('[name="f.decision_reasons"]', '符合法定条件')
    chief.page.fill('[name="f.decision_basis"]', '《食品安全法》第三十五条')
    chief.page.fill('[name="f.validity_years"]', '5')
    chief.picture('07-decision')
    chief.complete()
    chief.leave()

    printer = at('zhizheng')
    printer.open_next()
    printer.page.check('[name="f.certificate_printed"]')
    printer.picture('08-certificate')
    printer.complete()
    printer.leave()

    counter = at('chujian')
    counter.open_next()
    counter.choose('窗口领取')
    counter.page.wait_for_selector('[name="f.receiver_name"]')
    counter.page.fill('[name="f.receiver_name"]', '王好味')
    counter.page.fill('[name="f.delivered_on"]', '2026-03-09')
    counter.complete()
    counter.go(f'/cases/{case_no}')
    counter.picture('09-case')
    pages = re.findall(rb'/Type\s*/Page[^s]', counter.page.pdf(format='A4'))
    assert len(pages) == 1, 'O-18: a closed case prints on one page'
    words = counter.page.inner_text('main')
    for said in ('已办结', '准予许可', '食品经营许可', '送达', '承诺期限'):
        assert said in words, said
    assert counter.page.locator('a:has-text("许可证")').count() >= 1
    counter.page.click('aside a:has-text("许可证") >> nth=0')
    counter.picture('10-licence')
    assert NAME in counter.page.inner_text('main')
    counter.go(f'/cases/{case_no}/deadlines')
    counter.picture('11-deadlines')
    counter.leave()


def test_everything_works_without_javascript(served, visit) -> None:
    clerk = visit(served, 'chuangkou', java_script_enabled=False)
    _receive(clerk)
    clerk.page.click('a:has-text("办理：")')
    clerk.page.click('main button:has-text("认领")')
    clerk.choose('一次告知补正')
    clerk.page.click('button[value=complete]')
    assert '表单出现了新的项目' in clerk.page.inner_text('main')
    clerk.page.fill('[name="f.supplement_items"]', '一、缺少健康证明')
    clerk.complete()
    clerk.leave()


def test_two_clerks_on_one_task_lose_nothing(served, visit) -> None:
    window = visit(served, 'chuangkou')
    _receive(window)
    window.open_next()
    task = window.page.url
    second = visit(served, 'chuangkou')
    second.page.goto(task)
    for clerk in (window, second):
        clerk.choose('受理')
        clerk.page.fill('[name="f.intake_note"]', '第二个窗口里写的话')
    window.complete()
    second.page.click('button[value=complete]')
    second.page.wait_for_selector('text=409')
    second.picture('12-conflict')
    words = second.page.inner_text('main')
    assert '周晓敏' in words
    assert '第二个窗口里写的话' in words
    window.leave()
    second.leave()


def test_pages_fit_a_phone(served, visit) -> None:
    clerk = visit(served, 'chuangkou')
    case_no = _receive(clerk)
    clerk.page.set_viewport_size({'width': 375, 'height': 740})
    for name, path in (('desk', '/desk'), ('case', f'/cases/{case_no}'), ('receive', '/receive/food-business-licence'), ('item', '/items')):
        clerk.go(path)
        clerk.picture(f'13-phone-{name}')
        wide = clerk.page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        assert wide <= 0, f'{path} is {wide} pixels wider than the phone'
    clerk.leave()
