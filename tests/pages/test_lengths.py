"""O-17: people count characters, browsers UTF-16 units; no page refuses a name of rare characters that the server takes."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TEMPLATES = sorted((Path(__file__).parents[2] / 'web' / 'templates').rglob('*.html'))
RARE = ('𠮷', '😀', '王')


def test_every_limit_of_a_page_goes_through_one_rule() -> None:
    """O-17: `longest` turns characters into what browsers count."""
    raw = [
        (path.name, found)
        for path in TEMPLATES
        for found in re.findall(r'maxlength="(?!\{\{ [^}]*\|longest \}\})[^"]*"?', path.read_text('utf-8'))
    ]
    assert raw == []


@pytest.mark.parametrize('sign', RARE)
def test_a_name_as_long_as_the_page_says_is_taken_and_one_longer_is_refused(visitor, sign: str) -> None:
    """O-17: a person's name of 100 characters, of a department 200; the page lets both be typed."""
    administrator = visitor('renshi')
    for path, name, most, more in (
        ('/staff/departments/market', 'name', 200, {}),
        ('/staff/windows/general', 'name', 200, {}),
        ('/staff/clerks/shenhe', 'name', 100, {}),
    ):
        page = administrator.get(path)
        (field,) = page.tree.xpath(f'//main//input[@name="{name}"]')
        assert int(field.get('maxlength')) >= len((sign * most).encode('utf-16-le')) // 2
        fields = {**page.form(path), name: sign * most, 'reason': '改名', **more}
        administrator.post(path, fields)
        assert administrator.get(path).form(path)[name] == sign * most
        administrator.post(path, {**fields, name: sign * (most + 1)}, 422)


@pytest.mark.parametrize('sign', RARE)
def test_an_applicants_name_is_counted_in_characters(visitor, sign: str) -> None:
    """O-17"""
    clerk = visitor('chuangkou')
    (field,) = clerk.get('/receive/food-business-licence').tree.xpath('//input[@name="name"]')
    assert int(field.get('maxlength')) == 400
    case_no = clerk.receive(name=sign * 200)
    assert sign * 200 in clerk.get(f'/cases/{case_no}').text
