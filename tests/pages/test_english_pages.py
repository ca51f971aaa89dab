"""The English pages: menus, buttons and headings. What the hall itself wrote (items, names, diagrams, notices) stays as it was written."""

from __future__ import annotations

import re

import pytest
from lxml import html

CHINESE = re.compile(r'[\u4e00-\u9fff]')


@pytest.mark.parametrize('username', ['chuangkou', 'liucheng', 'guanli', 'jiancha'])
def test_menu_buttons_and_column_heads_are_english(visitor, username: str) -> None:
    person = visitor(username)
    person.post('/language', {'language': 'en', 'next': '/items'})
    menu = [str(href) for href in person.get('/items').tree.xpath('//nav//a/@href')]
    assert menu
    for path in menu:
        answer = person.client.get(path, follow_redirects=True)
        assert answer.status_code == 200, path
        tree = html.fromstring(answer.get_data(as_text=True))
        words = [' '.join(node.text_content().split()) for node in tree.xpath('//nav//a | //main//button | //main//th | //main//h1')]
        assert [word for word in words if CHINESE.search(word)] == [], path
