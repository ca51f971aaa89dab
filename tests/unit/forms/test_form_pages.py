"""Forms as HTML without JavaScript: what a browser sends back is what was on the page, and rows and conditions work by buttons."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.forms import Form, component_named, parse_form, read_post, validate
from web.forms import render_form

SAMPLES = Path(__file__).parent / 'samples'
NOW = datetime(2026, 3, 2, 10, 0, tzinfo=ZoneInfo('Asia/Shanghai'))
FOOD = parse_form((SAMPLES / 'food-business.form').read_bytes())
REVIEW = parse_form((SAMPLES / 'review.form').read_bytes())
CASE: dict[str, Any] = {
    'applicant': {'kind': 'individual', 'name': '老王"面馆"<b>', 'id_card': '11010519491231002X', 'phone': '13800138000'},
    'business': ['bulk', 'hot'],
    'area': 120.5,
    'promise': True,
    'staff': [{'name': '甲', 'health_until': '2026-12-31', 'number': 'A1'}, {'name': '乙', 'health_until': None, 'number': 'A2'}],
    'scans': [{'id': 'd1', 'name': '执照.pdf', 'size': 10, 'type': 'application/pdf'}],
}


class Browser(HTMLParser):
    """Collects what a browser would send, and what it needs to tell about the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.sent: list[tuple[str, str]] = []
        self.buttons: list[tuple[str, str]] = []
        self.ids: list[str] = []
        self.labels_for: list[str] = []
        self.described: list[str] = []
        self.text = ''
        self._select: str | None = None
        self._area: str | None = None
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value if value is not None else '' for name, value in attrs}
        assert not {name for name in given if name.startswith('on') or name == 'style'}
        if 'id' in given:
            self.ids.append(given['id'])
        self.described += given.get('aria-describedby', '').split()
        if tag == 'label' and 'for' in given:
            self.labels_for.append(given['for'])
        if tag == 'input' and given['type'] != 'file' and (given['type'] not in ('checkbox', 'radio') or 'checked' in given):
            self.sent.append((given['name'], given.get('value', 'on')))
        elif tag == 'button':
            self.buttons.append((given['name'], given['value']))
        elif tag == 'select':
            self._select = given['name']
        elif tag == 'option' and 'selected' in given:
            assert self._select
            self.sent.append((self._select, given['value']))
        elif tag == 'textarea':
            self._area = given['name']
            self.sent.append((self._area, ''))

    def handle_endtag(self, tag: str) -> None:
        if tag == 'textarea':
            name, value = self.sent[-1]
            self.sent[-1] = (name, value.removeprefix('\n'))
            self._area = None

    def handle_data(self, data: str) -> None:
        self.text += data
        if self._area:
            self.sent[-1] = (self._area, self.sent[-1][1] + data)

    def typed(self, **values: str) -> list[tuple[str, str]]:
        """What is sent after typing into fields (dots written as __)."""
        names = {f'f.{name.replace("__", ".")}': value for name, value in values.items()}
        return [pair for pair in self.sent if pair[0] not in names] + list(names.items())


def _page(form: Form, data: dict[str, Any], **more: Any) -> Browser:
    return Browser(str(render_form(form, data, now=NOW, **more)))


def test_an_untouched_page_sends_back_the_case() -> None:
    post = read_post(FOOD, [*_page(FOOD, CASE).sent, ('csrf_token', 'x'), ('action', 'y')], CASE, NOW)
    assert not post.again
    result = validate(FOOD, post.data, CASE, NOW)
    assert result.ok
    assert result.data == {**CASE, 'staff_count': 2}


def test_every_control_is_labelled_and_described() -> None:
    page = _page(FOOD, {}, errors=validate(FOOD, {}, {}, NOW).errors)
    assert set(page.labels_for) <= set(page.ids)
    assert set(page.described) <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert '此项为必填项' in page.text
    assert '有 6 处需要更正' in page.text


def test_summary_links_lead_to_fields() -> None:
    html = str(render_form(FOOD, {}, validate(FOOD, {}, {}, NOW).errors, now=NOW))
    links = re.findall(r'href="#([^"]+)"', html)
    assert links
    assert set(links) <= set(Browser(html).ids)


def test_unticking_everything() -> None:
    page = _page(FOOD, CASE)
    post = read_post(FOOD, [pair for pair in page.sent if pair[0] not in ('f.business', 'f.promise', 'f.scans')], CASE, NOW)
    assert (post.data['business'], post.data['promise'], post.data['scans']) == ([], False, None)
    assert {error.key for error in validate(FOOD, post.data, CASE, NOW).errors} == {'business', 'promise'}


def test_a_client_that_does_not_say_what_it_showed() -> None:
    post = read_post(FOOD, [('f.applicant.name', '甲')], {}, NOW)
    assert post.data == {'applicant': {'kind': None, 'name': '甲'}, 'business': [], 'promise': False}
    assert not post.again


def test_adding_and_removing_rows_keeps_what_was_typed() -> None:
    page = _page(FOOD, CASE)
    assert ('f-action', 'add:staff') in page.buttons
    post = read_post(FOOD, [*page.typed(staff__1__name='乙乙'), ('f-action', 'add:staff')], CASE, NOW)
    assert (post.action, post.again) == ('add', True)
    page = _page(FOOD, CASE, submitted=post.data)
    post = read_post(FOOD, [*page.typed(staff__2__name='丙'), ('f-action', 'remove:staff.0')], CASE, NOW)
    assert post.again
    page = _page(FOOD, CASE, submitted=post.data)
    post = read_post(FOOD, page.sent, CASE, NOW)
    assert not post.again
    assert validate(FOOD, post.data, CASE, NOW).data['staff'] == [
        {'name': '乙乙', 'health_until': None, 'number': 'A2'},
        {'name': '丙', 'health_until': None, 'number': ''},
    ]


def test_removing_the_last_row_leaves_an_empty_list() -> None:
    one = {**CASE, 'staff': CASE['staff'][:1]}
    post = read_post(FOOD, [*_page(FOOD, one).sent, ('f-action', 'remove:staff.0')], one, NOW)
    post = read_post(FOOD, _page(FOOD, one, submitted=post.data).sent, one, NOW)
    assert post.data['staff'] == []
    assert validate(FOOD, post.data, one, NOW).data['staff'] == []


@pytest.mark.parametrize(
    'action', ['add:nowhere', 'remove:staff.99', 'remove:staff', 'add:staff.0.name', 'remove:', 'add:', 'explode', 'remove:staff.²']
)
def test_odd_buttons_change_nothing(action: str) -> None:
    post = read_post(FOOD, [*_page(FOOD, CASE).sent, ('f-action', action)], CASE, NOW)
    assert len(post.data['staff']) == 2


def test_an_answer_that_opens_another_field_shows_it_first() -> None:
    page = _page(REVIEW, {})
    assert 'f-reason' not in page.ids
    assert ('f-action', 'refresh') in page.buttons
    post = read_post(REVIEW, page.typed(outcome='fail'), {}, NOW)
    assert post.unseen == ('f.reason',)
    assert post.again
    page = _page(REVIEW, {}, submitted=post.data)
    assert 'f-reason' in page.ids
    post = read_post(REVIEW, page.typed(reason='材料\r\n不齐全'), {}, NOW)
    assert not post.again
    assert validate(REVIEW, post.data, {}, NOW).data == {'applicant': {'name': ''}, 'outcome': 'fail', 'reason': '材料\n不齐全'}


def test_wrong_numbers_come_back_as_typed() -> None:
    post = read_post(FOOD, _page(FOOD, CASE).typed(area='一百'), CASE, NOW)
    result = validate(FOOD, post.data, CASE, NOW)
    html = str(render_form(FOOD, CASE, result.errors, now=NOW, submitted=post.data))
    assert 'value="一百"' in html
    assert '请填写数字' in html


def test_choices_that_are_not_texts() -> None:
    form = parse_form(
        json.dumps(
            {
                'type': 'default',
                'components': [
                    {
                        'type': 'select',
                        'id': 'S',
                        'key': 's',
                        'label': 's',
                        'values': [{'label': '一', 'value': 1}, {'label': '真', 'value': True}],
                    },
                    {'type': 'taglist', 'id': 'T', 'key': 't', 'label': 't', 'valuesExpression': '=places'},
                ],
            }
        )
    )
    places = [{'label': '杭州', 'value': {'code': '3301', 'name': '杭州'}}, {'label': '宁波', 'value': {'code': '3302', 'name': '宁波'}}]
    context = {'places': places, 's': 1, 't': [places[1]['value']]}
    post = read_post(form, _page(form, context).sent, context, NOW)
    assert json.loads(json.dumps(post.data)) == {'s': 1, 't': [{'code': '3302', 'name': '宁波'}]}  # a draft survives JSON
    assert validate(form, post.data, context, NOW).data == {'s': 1, 't': [places[1]['value']]}


def test_an_upload_is_added_by_the_web_layer() -> None:
    component = component_named(FOOD, 'f.scans')
    assert component is not None
    assert component.type == 'filepicker'
    new = {'id': 'd2', 'name': 'b.png', 'size': 5, 'type': 'image/png'}
    post = read_post(FOOD, [*_page(FOOD, CASE).sent, ('f.scans', new)], CASE, NOW)
    assert validate(FOOD, post.data, CASE, NOW).data['scans'] == [*CASE['scans'], new]
    assert component_named(FOOD, 'f.staff.3.name') is not None
    assert component_named(FOOD, 'f.staff.name') is None


def test_reading_view_is_for_reading() -> None:
    html = str(render_form(FOOD, CASE, now=NOW, readonly=True, mask=True))
    assert not re.search(r'<(?:input|select|textarea|button)', html)
    assert '老王&#34;面馆&#34;&lt;b&gt;' in html
    assert '1101**********002X' in html
    assert '138****8000' in html
    assert '11010519491231002X' not in html
    assert '120.5 平方米' in html
    assert '散装食品销售、热食类制售' in html
    assert '<th scope="col">姓名</th>' in html
    assert '11010519491231002X' in str(render_form(FOOD, CASE, now=NOW, readonly=True))


def test_readonly_fields_are_text_on_a_page_to_fill() -> None:
    page = _page(REVIEW, {'applicant': {'name': '甲'}, 'office': '一号', 'staff': [{'name': '王'}]})
    assert not [name for name, _ in page.sent if name in ('f.applicant.name', 'f.office')]
    assert '甲' in page.text
    assert '王' in page.text


def test_times_are_shown_in_the_hall_s_zone_and_stored_as_asked() -> None:
    form = parse_form(
        json.dumps(
            {
                'type': 'default',
                'components': [
                    {
                        'type': 'datetime',
                        'id': 'D',
                        'key': 'd',
                        'subtype': 'datetime',
                        'dateLabel': '日期',
                        'timeLabel': '时间',
                        'timeSerializingFormat': 'utc_normalized',
                        'disallowPassedDates': True,
                    },
                    {'type': 'datetime', 'id': 'T', 'key': 't', 'subtype': 'time', 'timeLabel': '时间', 'timeInterval': 5},
                ],
            }
        )
    )
    context = {'d': '2026-03-03T01:07Z', 't': '09:37'}
    html = str(render_form(form, context, now=NOW))
    assert 'type="datetime-local"' in html
    assert 'value="2026-03-03T09:07"' in html
    assert 'min="2026-03-02T00:00"' in html
    assert 'step="300"' in html
    post = read_post(form, Browser(html).sent, context, NOW)
    assert validate(form, post.data, context, NOW).data == context  # untouched times are not rounded
    post = read_post(form, Browser(html).typed(t='10:13', d='2026-03-03T09:10'), context, NOW)
    assert validate(form, post.data, context, NOW).data == {'d': '2026-03-03T01:00Z', 't': '10:10'}


def test_ten_fields_of_an_empty_form_take_no_foreign_names() -> None:
    page = _page(FOOD, {})
    assert all(name.startswith(('f.', 'f-')) for name, _ in page.sent)


_TEXT = st.text(st.characters(codec='utf-8', exclude_characters='\x00\r', exclude_categories=('Cs',)), max_size=12)


@settings(max_examples=40, deadline=None)
@given(_TEXT, st.lists(_TEXT, max_size=3), st.none() | st.integers(-(10**9), 10**9) | st.decimals(-1000, 1000, places=2).map(float))
def test_round_trip_through_a_page(reason: str, names: list[str], area: Any) -> None:
    context = {**CASE, 'area': area, 'staff': [{'name': name} for name in names]}
    post = read_post(FOOD, _page(FOOD, context).sent, context, NOW)
    direct = validate(FOOD, {}, context, NOW)
    assert validate(FOOD, post.data, context, NOW).data == direct.data
    opened = {'outcome': 'fail', 'reason': reason}
    post = read_post(REVIEW, _page(REVIEW, opened).sent, opened, NOW)
    assert post.data['reason'] == reason


_NAMES = st.sampled_from(
    [
        'f.staff.0.name',
        'f.staff.7.name',
        'f.staff.0._row',
        'f.staff.x.name',
        'f.area',
        'f.business',
        'f.applicant',
        'f.',
        'f-shown',
        'f-action',
        'f.scans',
        'f.staff.99999999.name',
        'f.applicant.kind',
    ]
)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.tuples(_NAMES, _TEXT | st.sampled_from(['add:staff', 'remove:staff.0', 'f.staff', '0', '-1'])), max_size=12))
def test_any_post_is_read(items: list[tuple[str, str]]) -> None:
    post = read_post(FOOD, items, CASE, NOW)
    validate(FOOD, post.data, CASE, NOW)
    render_form(FOOD, CASE, now=NOW, submitted=post.data)
