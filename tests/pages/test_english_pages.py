"""The English pages: menus, buttons and headings. What the hall itself wrote (items, names, diagrams, notices) stays as it was written."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from io import BytesIO
from types import SimpleNamespace
from typing import Any

import pytest
from flask import session
from lxml import html

from engine import SYSTEM, Engine
from engine.core import incidents
from engine.words import Word
from engine.worktime import shipped_calendar
from tasks.all_tables import metadata
from tasks.cases.receipt import find_case
from tests.pages.conftest import BUNDLE, Page, Visitor
from tests.pages.test_releases_and_trials import DRAFTS, copied, definition
from tests.unit.office.test_two_languages import VOCABULARIES
from web.formats import time_left

CHINESE = re.compile(r'[\u4e00-\u9fff]')
CHINESE_RUN = re.compile(r'[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]+')
"""Han characters and the punctuation that is set with them: 「：」「，」「（」 and the wide space too."""


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


@pytest.mark.parametrize('username', ['chuangkou', 'shenhe', 'liucheng', 'guanli', 'jiancha'])
def test_english_pages_are_english_whole(visitor, cases, office, username: str) -> None:
    """O-41: what the hall's own software says is English; what people, items and diagrams are called stays as they are called."""
    person = visitor(username)
    person.post('/language', {'language': 'en', 'next': '/items'})
    written = data_of(office)
    left: dict[str, str] = {}
    for path, page in crawl(person):
        for words in chinese_of_ours(page, written):
            left.setdefault(words, path)
    assert not left, '\n'.join(f'{words} ({path})' for words, path in sorted(left.items()))


OURS = {str(word) for name, table in VOCABULARIES.items() if not name.endswith('DOCUMENT') for word in table.values()} - {
    '准予许可'
}  # a scenario of the shipped item has that title
"""Words of the hall, but for the titles of what it prints: papers are in Chinese and are called as they are headed."""


def chinese_of_ours(page: Page, written: str) -> list[str]:
    """Chinese on a page that the software said: words of the hall, and what stands in none of the texts that people wrote."""
    return [words for words in interface_of(page.tree) if CHINESE_RUN.search(words) and said_by_us(words, written)]


def said_by_us(words: str, written: str) -> bool:
    """A run of Chinese that nobody wrote; punctuation by itself is somebody's only with the letters around it."""
    if words in OURS:
        return True
    for run in CHINESE_RUN.finditer(words):
        around = run[0] if CHINESE.search(run[0]) else words[max(run.start() - 2, 0) : run.end() + 2]
        if around not in written or (not around.strip(run[0]) and not CHINESE.search(run[0])):
            return True
    return False


def data_of(office: Engine) -> str:
    """Everything that people wrote: all texts of the database, and the files of the shipped items."""
    texts: list[str] = []
    with office.reading() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(table.select()):
                texts += [json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value) for value in row]
    texts += [path.read_text(encoding='utf-8') for path in BUNDLE.parent.rglob('*') if path.suffix in {'.toml', '.bpmn', '.form', '.dmn'}]
    texts += [day.source for day in shipped_calendar().rows]
    texts += ['中文']  # the link to the other language is written in it
    return ' '.join(' '.join(texts).split())


def interface_of(tree: Any) -> Iterator[str]:
    """The texts of a page that the software says: outside documents as they were printed, the diagram, and what a person typed."""
    for node in tree.iter():
        if not isinstance(node.tag, str) or node.tag in ('script', 'style', 'textarea'):
            continue
        if any(part.tag in ('svg', 'article') or part.get('lang') == 'zh' for part in (node, *node.iterancestors())):
            continue
        shown = (node.text, node.tail, *(node.get(name) for name in ('title', 'placeholder', 'aria-label', 'alt')))
        yield from (' '.join(re.split(r'[ \t\r\n]+', text.strip(' \t\r\n'))) for text in shown if text)


MOST_OF_A_KIND = 3


def crawl(person: Visitor) -> Iterator[tuple[str, Page]]:
    """Every kind of page that a person can reach by following links, a few of each kind."""
    waiting, known, seen = ['/', '/items', '/progress'], {'/', '/items', '/progress'}, Counter[str]()
    while waiting:
        path = waiting.pop()
        answer = person.client.get(path, follow_redirects=True)
        if answer.mimetype != 'text/html' or answer.status_code != 200:
            answer.close()
            continue
        page = Page(answer.status_code, answer.get_data(as_text=True), None, answer.headers)
        yield path, page
        for link in page.tree.xpath('//a/@href'):
            address = str(link).partition('#')[0]
            kind = re.sub(r'\d+|[0-9a-f]{8,}', '#', address.partition('?')[0])
            if address.startswith('/') and not address.startswith('/documents') and address not in known and seen[kind] < MOST_OF_A_KIND:
                seen[kind] += 1
                known.add(address)
                waiting.append(address)


def test_a_form_of_a_step_speaks_english_around_what_the_item_says(visitor) -> None:
    """O-41: complaints, hints and buttons that the software adds to a form are English; labels stay the item's."""
    clerk = visitor('chuangkou')
    case_no = clerk.receive()
    clerk.post('/language', {'language': 'en', 'next': '/items'})
    task = str(clerk.get(f'/receive/slips/{case_no}').tree.xpath('//a[contains(@href, "/tasks/")]/@href')[0])
    clerk.post(f'{task}/claim')
    refused = clerk.post(task, {**clerk.get(task).form(task), 'action': 'complete'}, 422)
    assert 'Fields to correct: 1' in refused.words
    assert 'Field is required.' in refused.words
    assert 'Update the form' in refused.words
    for chinese in ('处需要更正', '此项为必填项', '更新表单', '已填内容会保留'):
        assert chinese not in refused.words


def test_the_pages_that_were_looked_at_have_english_names(visitor) -> None:
    """O-41, A-10: the record of looks at personal data."""
    case_no = visitor('chuangkou').receive()
    visitor('chuangkou').get(f'/cases/{case_no}')
    auditor = visitor('jiancha')
    auditor.post('/language', {'language': 'en', 'next': '/items'})
    names = [str(cell) for cell in auditor.get('/operation/looks').tree.xpath('//td[@data-label="Page"]/text()')]
    assert names
    assert [name for name in names if CHINESE.search(name)] == []


@pytest.mark.parametrize(('left', 'said'), [(1, '1 working day left'), (-1, '1 working day late'), (-2, '2 working days late')])
def test_one_day_is_one_day_in_english(app, left: int, said: str) -> None:
    """O-41: singular and plural."""
    row = SimpleNamespace(left=left, unit='workday', last_day=None)
    with app.test_request_context():
        session['language'] = 'en'
        assert time_left(row) == said


def test_the_designer_is_answered_in_english(visitor) -> None:
    """O-41: the check while drawing, a save without a version, a save that came too late, what is no request."""
    analyst = visitor('liucheng')
    draft = copied(analyst, f'definition:{definition(analyst)}')
    analyst.post('/language', {'language': 'en', 'next': '/items'})
    asked = {'headers': {'X-CSRFToken': analyst.token()}}
    file = f'{DRAFTS}/{draft}/raw/item.toml'
    broken = {'files': {'process.bpmn': '<nothing/>', 'item.toml': 'phone = 1'}}
    answers = [
        analyst.client.post(f'{DRAFTS}/{draft}/check', json=broken, **asked),
        analyst.client.post(f'{DRAFTS}/{draft}/check', json={'files': []}, **asked),
        analyst.client.put(file, data='x', **asked),
        analyst.client.put(file, data='x', headers=asked['headers'] | {'If-Match': '"99"'}),
        analyst.client.put(f'{DRAFTS}/{draft}/raw/none.txt', data='x', headers=asked['headers'] | {'If-Match': '"1"'}),
    ]
    told = [answer.get_json() for answer in answers]
    sentences = [one['message'] for one in told if 'message' in one] + [one['message'] for one in told[0]['problems']]
    assert len(sentences) > 4
    assert [sentence for sentence in sentences if CHINESE_RUN.search(sentence.replace('徐思远', ''))] == []
    page = analyst.post(f'{DRAFTS}/{draft}/name', {'name': ''}, 422)
    assert 'Expected' in page.words


def test_a_refusal_on_the_next_page_is_english(visitor) -> None:
    """O-41: a bundle that is none is refused on the page that follows."""
    analyst = visitor('liucheng')
    analyst.post('/language', {'language': 'en', 'next': '/items'})
    analyst.client.post(
        DRAFTS, data={'bundle': (BytesIO(b'no zip'), 'x.zip'), 'csrf_token': analyst.token()}, content_type='multipart/form-data'
    )
    said = [
        ' '.join(text.split()) for text in analyst.get('/workshop/').tree.xpath('//div[contains(@class, "flash")]//text()') if text.strip()
    ]
    assert said
    assert [text for text in said if CHINESE_RUN.search(text)] == []


def test_an_incident_is_told_in_english(visitor, office: Engine) -> None:
    """O-41: an incident was kept as one sentence, in whatever language the code that met it spoke."""
    case_no = visitor('chuangkou').receive()
    with office.begin(SYSTEM) as tx, tx.frame(find_case(tx.connection, case_no).instance_id) as frame:
        incidents.open_assignment(frame, 'x', 'intake', [Word('窗口已撤销', 'Expected a window, but it is closed')])
    keeper = visitor('guanli')
    assert '窗口已撤销' in keeper.get('/operation').words
    keeper.post('/language', {'language': 'en', 'next': '/items'})
    assert 'Expected a window, but it is closed' in keeper.get('/operation').words
    assert '窗口已撤销' not in keeper.get('/operation').words
