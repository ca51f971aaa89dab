"""The calendar's pages: a year, a notice pasted and previewed, a closure, other hours; what moved is listed; 暂定 where it is not known."""

from __future__ import annotations

import io
from datetime import datetime

import pytest

NOTICE = """关于2027年部分节假日安排的通知 国办发明电〔2026〕6号
一、元旦：1月1日（周五）至3日（周日）放假，共3天。
二、春节：2月5日（周五）至11日（周四）放假调休，共7天。1月31日（周日）、2月13日（周六）上班。
三、清明节：4月3日（周六）至5日（周一）放假，共3天。
四、劳动节：5月1日（周六）至5日（周三）放假调休，共5天。5月8日（周六）上班。
五、端午节：6月9日（周三）放假1天。
六、中秋节：9月15日（周三）放假1天。
七、国庆节：10月1日（周五）至7日（周四）放假调休，共7天。10月9日（周六）上班。
"""  # made up: no notice for 2027 has been published


@pytest.fixture
def administrator(visitor):
    return visitor('guanli')


def propose(administrator, **fields: object):
    return administrator.post('/calendar/preview', fields, 200)


def test_year_shows_holidays_swapped_weekends_and_what_is_provisional(visitor) -> None:
    page = visitor('chuangkou').get('/calendar?year=2026')
    assert '已公布' in page.words
    assert page.tree.xpath('//td[contains(@class, "makeup")]/b/text()')[:3] == ['4', '14', '28']
    assert '国庆节' in page.words
    assert '暂定：放假安排尚未公布' in visitor('chuangkou').get('/calendar?year=2027').words
    assert not visitor('chuangkou').get('/calendar').tree.xpath('//a[@href="/calendar/change"]')
    visitor('chuangkou').get('/calendar/change', 403)
    visitor('jiancha').post('/calendar/apply', {'kind': 'closure', 'first': '2026-03-05', 'reason': '停电'}, 403)


def test_notice_is_previewed_then_applied_and_moved_cases_are_listed(visitor, administrator, clock) -> None:
    clock.move_to(datetime.fromisoformat('2027-02-02T09:00:00+08:00'))
    case_no = visitor('chuangkou').receive()
    assert '2027-02-09' in visitor('chuangkou').get(f'/cases/{case_no}').words
    page = propose(administrator, kind='import', form='notice', text=NOTICE)
    assert '2027-01-31（周日）' in page.words
    assert f'{case_no}' in page.words
    assert '2027-02-092027-02-15' in page.words  # two cells of a row
    assert '尚未生效' in page.words
    where = administrator.post('/calendar/apply', {**page.form('/calendar/apply'), 'alone': '1'}).location
    done = administrator.get(where)
    assert '已完成' in done.words
    assert '一次告知期限 2027-02-09 → 2027-02-15' in done.words
    assert '2027-02-15' in visitor('chuangkou').get(f'/cases/{case_no}').words
    assert '国办发明电〔2026〕6号' in administrator.get('/calendar').words
    assert '日历第 1 次变更' in visitor('chuangkou').get(f'/cases/{case_no}/deadlines').words


@pytest.mark.parametrize(
    'table',
    [
        'date,working,name,source_notice\n2026-03-04,0,自治州成立日,州政府通知\n',
        '日期\t是否上班\t名称\t文号\r\n2026/3/4\t休息\t自治州成立日\t州政府通知\r\n',
    ],
)
def test_table_may_be_uploaded_as_chinese_spreadsheets_write_it(administrator, table: str) -> None:
    """O-16"""
    table = table.encode('gb18030')
    page = propose(administrator, kind='import', form='csv', file=(io.BytesIO(table), 'days.csv'))
    assert '自治州成立日' in page.words
    administrator.post('/calendar/apply', {**page.form('/calendar/apply'), 'alone': '1'})
    assert '自治州' in administrator.get('/calendar?year=2026').words


def test_notice_that_cannot_be_read_comes_back_with_the_text(administrator) -> None:
    fields = {'kind': 'import', 'form': 'notice', 'text': NOTICE.replace('共3天。\n二', '共4天。\n二')}
    page = administrator.post('/calendar/preview', fields, 422)
    assert '写明共4天' in page.words
    assert page.tree.xpath('//textarea[@name="text"]')[0].text.strip().startswith('关于2027年')
    assert '请粘贴通知全文' in administrator.post('/calendar/preview', {'kind': 'import', 'form': 'csv', 'text': ''}, 422).words


def test_hall_is_closed_and_reopened(visitor, administrator) -> None:
    case_no = visitor('chuangkou').receive()
    fields = {'kind': 'closure', 'hall': 'qingjiang', 'first': '2026-03-05', 'last': '2026-03-06', 'reason': '台风红色预警'}
    page = propose(administrator, **fields)
    administrator.post('/calendar/apply', {**page.form('/calendar/apply'), 'alone': '1'})
    year = administrator.get('/calendar?year=2026')
    assert [cell.text_content() for cell in year.tree.xpath('//td[contains(@class, "closed")]')] == ['5停', '6停']
    assert '2026-03-11' in visitor('chuangkou').get(f'/cases/{case_no}').words
    page = propose(administrator, **{**fields, 'kind': 'reopening'})
    administrator.post('/calendar/apply', {**page.form('/calendar/apply'), 'alone': '1'})
    assert not administrator.get('/calendar?year=2026').tree.xpath('//td[contains(@class, "closed")]')


def test_preview_overtaken_by_another_change_is_refused(administrator, visitor) -> None:
    fields = {'kind': 'closure', 'hall': '', 'first': '2026-03-05', 'reason': '停电'}
    first, second = propose(administrator, **fields), propose(administrator, **{**fields, 'first': '2026-03-06'})
    administrator.post('/calendar/apply', {**second.form('/calendar/apply'), 'alone': '1'})
    page = administrator.post('/calendar/apply', {**first.form('/calendar/apply'), 'alone': '1'}, 409)
    assert '重新预览' in page.words


def test_other_hours_are_previewed_too(visitor, administrator) -> None:
    case_no = visitor('chuangkou').receive()
    fields = {'kind': 'hours', 'hall': 'qingjiang', 'hours': '09:00-12:00,13:00-17:00', 'deadline_time': '17:00', 'reason': '调整'}
    page = propose(administrator, **fields)
    assert case_no in page.words
    administrator.post('/calendar/apply', {**page.form('/calendar/apply'), 'alone': '1'})
    assert '期限至最后一日 17:00 为止' in visitor('chuangkou').get(f'/cases/{case_no}/deadlines').words
    assert '办公时间应写作' in administrator.post('/calendar/preview', {**fields, 'hours': '9 to 5'}, 422).words


def test_due_dates_of_an_unannounced_year_are_marked_everywhere(visitor, clock) -> None:
    clock.move_to(datetime.fromisoformat('2026-12-29T09:00:00+08:00'))
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    for path in ('/desk', '/cases', f'/cases/{case_no}', f'/cases/{case_no}/deadlines'):
        assert '暂定' in clerk.get(path).words, path


def test_wrong_dates_and_kinds_are_refused_with_a_sentence(administrator) -> None:
    for fields, said in (
        ({'kind': 'closure', 'first': 'morgen', 'reason': 'x'}, '日期不正确'),
        ({'kind': 'closure', 'first': '2026-03-05', 'reason': ''}, '请填写原因'),
        ({'kind': 'closure', 'first': '2026-03-07', 'reason': '周六'}, '无需停办'),
        ({'kind': 'dance'}, '请选择变更类型'),
    ):
        assert said in administrator.post('/calendar/preview', fields, 422).words
    administrator.get('/calendar/editions/99', 404)


@pytest.mark.parametrize(
    'typed',
    [
        {'kind': 'import', 'form': 'notice', 'text': '通知', 'year': '9' * 5000},
        {'kind': 'import', 'form': 'csv', 'source': 's', 'text': 'date,working,name,source_notice\n0001-01-01,1,a,b'},
        {'kind': 'import', 'form': 'csv', 'source': 's', 'text': 'date,working,name,source_notice\n9999-12-31,1,a,b'},
        {'kind': 'closure', 'first': '0001-01-01', 'last': '0001-01-03', 'reason': '台风', 'hall': ''},
        {'kind': 'closure', 'first': '9999-12-31', 'last': '9999-12-31', 'reason': '台风', 'hall': ''},
    ],
)
def test_years_no_hall_will_see_are_refused_with_a_sentence(visitor, administrator, typed: dict) -> None:
    visitor('chuangkou').receive()
    assert '年' in administrator.post('/calendar/preview', typed, 422).words
    administrator.post('/calendar/apply', typed, 422)
