"""The catalogue entry as an HTML form, without a line of JavaScript."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

ITEM = (Path(__file__).resolve().parents[3] / 'processes' / 'food-business-licence' / 'item.toml').read_text('utf-8')


def opened(person: Any) -> tuple[str, Any]:
    """A draft of the shipped item and its catalogue page."""
    address = str(person.post('/workshop/drafts', {'source': 'shipped:food-business-licence'}).location)
    return address, person.get(f'{address}/item')


def stored(person: Any, address: str) -> str:
    return person.client.get(f'{address}/raw/item.toml').get_data(as_text=True)


def test_sending_the_form_back_untouched_changes_nothing(visitor) -> None:
    analyst = visitor('liucheng')
    address, page = opened(analyst)
    analyst.post(f'{address}/item', {**page.form('/item'), 'action': 'save'})
    assert stored(analyst, address) == ITEM


def test_a_changed_limit_is_one_changed_line(visitor) -> None:
    analyst = visitor('liucheng')
    address, page = opened(analyst)
    analyst.post(f'{address}/item', {**page.form('/item'), 'limits.promise': '6个工作日', 'action': 'save'})
    assert stored(analyst, address) == ITEM.replace('promise = "7个工作日"', 'promise = "6个工作日"')


def test_rows_are_added_and_removed_and_typed_text_stays(visitor) -> None:
    analyst = visitor('liucheng')
    address, page = opened(analyst)
    before = len(tomllib.loads(ITEM)['materials'])
    grown = analyst.post(f'{address}/item', {**page.form('/item'), 'limits.promise': '3个工作日', 'action': 'add:materials'}, 200)
    fields = grown.form('/item#s-materials')
    assert fields['limits.promise'] == '3个工作日'
    assert fields[f'materials[{before}].name'] == ''
    fields |= {f'materials[{before}].name': '场所使用证明', f'materials[{before}].basis': '办法第十五条'}
    shrunk = analyst.post(f'{address}/item', {**fields, 'action': 'remove:materials[0]'}, 200)
    assert stored(analyst, address) == ITEM  # nothing is stored before it is said so
    analyst.post(f'{address}/item', {**shrunk.form('/item#s-materials'), 'action': 'save'})
    names = [row['name'] for row in tomllib.loads(stored(analyst, address))['materials']]
    assert names == [*[row['name'] for row in tomllib.loads(ITEM)['materials']][1:], '场所使用证明']


def test_problems_stand_at_their_field_and_an_unfinished_entry_can_be_saved(visitor) -> None:
    analyst = visitor('liucheng')
    address, page = opened(analyst)
    analyst.post(f'{address}/item', {**page.form('/item'), 'limits.promise': '七个左右', 'action': 'save'})
    again = analyst.get(f'{address}/item')
    field = again.tree.xpath('//input[@name="limits.promise"]')[0]
    assert field.get('value') == '七个左右'
    assert field.get('aria-invalid') == 'true'
    assert field.getparent().xpath('string(p[@class="field__error"])')


def test_two_people_at_the_form_lose_nothing(visitor) -> None:
    analyst = visitor('liucheng')
    address, page = opened(analyst)
    fields = page.form('/item')
    analyst.post(f'{address}/item', {**fields, 'limits.promise': '6个工作日', 'action': 'save'})
    late = analyst.post(f'{address}/item', {**fields, 'limits.promise': '5个工作日', 'action': 'save'}, 412)
    assert '没有丢失' in late.words
    assert 'promise = "5个工作日"' in late.words
    assert 'promise = "6个工作日"' in stored(analyst, address)


def test_toml_that_cannot_be_read_opens_as_text(visitor) -> None:
    analyst = visitor('liucheng')
    address, _page = opened(analyst)
    fields = analyst.get(f'{address}/edit/item.toml?as=text').form('/edit/item.toml')
    analyst.post(f'{address}/edit/item.toml', {**fields, 'text': '[item\n'})
    sent_on = analyst.get(f'{address}/item', 302)
    page = analyst.get(sent_on.location)
    assert '语法错误' in page.words
    assert page.tree.xpath('string(//textarea)').strip() == '[item'
