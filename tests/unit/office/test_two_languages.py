"""H-50, O-41: whatever the hall says is said in Chinese and in English, from one place."""

from __future__ import annotations

import importlib
import json
import pickle
import re
from ast import literal_eval
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from engine import words
from engine.words import NOTHING, Word, in_english, joined, said
from engine.worktime import STOP_KINDS
from tasks.cases import told_limits, told_steps
from tasks.catalogue.comparison import versions
from tasks.marks import rules
from tasks.words import vocabulary
from tasks.workshop import item_fields
from web import compare_words, formats

ROOT = Path(__file__).parents[3]
CHINESE = re.compile(r'[\u4e00-\u9fff]')
VOCABULARIES = {
    f'{module.__name__}.{name}': table
    for module in (vocabulary, rules, formats, told_steps, told_limits)
    for name, table in vars(module).items()
    if isinstance(table, dict) and table and all(isinstance(word, str) and CHINESE.search(word) for word in list(table.values())[:1])
} | {'STOP_KINDS': STOP_KINDS}


@pytest.mark.parametrize('name', VOCABULARIES)
def test_every_word_of_the_hall_has_its_english(name: str) -> None:
    assert [word for word in VOCABULARIES[name].values() if CHINESE.search(in_english(word))] == []


def test_a_word_is_chinese_text_that_knows_its_english() -> None:
    word = Word('已受理', 'Accepted')
    assert word == '已受理'
    assert in_english(word) == 'Accepted'
    assert in_english('张三') == '张三'
    assert json.dumps(word, ensure_ascii=False) == '"已受理"'
    assert in_english(pickle.loads(pickle.dumps(word))) == 'Accepted'


SHOWN_IN_CHINESE = {'layout.html': 'lang="zh-CN">中文<', 'designer/fresh/file.html': ''}
"""The link to the other language, and the first text of a new document: papers are written in Chinese."""
WIDE = re.compile(r'[\u4e00-\u9fff\u3000-\u303f\uff00-\uffef]')


@pytest.mark.parametrize('path', sorted((ROOT / 'web/templates').rglob('*.html')), ids=lambda path: path.name)
def test_a_template_says_nothing_outside_what_is_translated(path: Path) -> None:
    """O-41: neither words nor 「：」「，」「（）」 and wide spaces, which stood between English words on 37 pages."""
    template = path.read_text(encoding='utf-8')
    allowed = SHOWN_IN_CHINESE.get(path.relative_to(ROOT / 'web/templates').as_posix())
    left = re.sub(r'\{#.*?#\}|\bn?_\((?:\s*\'[^\']*\',?)+', '', template, flags=re.DOTALL).replace(allowed or '\0', '')
    assert allowed == '' or [line.strip() for line in left.splitlines() if WIDE.search(line)] == []


@pytest.mark.parametrize('folder', ['templates', 'pages', '.'])
def test_whatever_is_translated_has_its_english(folder: str) -> None:
    """O-41: a text without an entry comes out in Chinese."""
    with (ROOT / 'web/translations/en/LC_MESSAGES/messages.po').open('rb') as file:
        known = {message.id if isinstance(message.id, str) else message.id[0] for message in read_po(file)}
    paths = list((ROOT / 'web' / folder).glob('**/*.html' if folder == 'templates' else '*.py'))
    texts = [path.read_text('utf-8') for path in paths]
    asked = {literal_eval(found) for text in texts for found in re.findall(r"\b_l?\(\s*('(?:[^'\\\n]|\\.)*')", text)}
    assert asked
    assert sorted(text for text in asked - known if CHINESE.search(text)) == []


def test_a_translation_is_english_throughout() -> None:
    """O-41: but for one example of what is typed."""
    with (ROOT / 'web/translations/en/LC_MESSAGES/messages.po').open('rb') as file:
        catalogue = read_po(file)
    sentences = [
        part for message in catalogue if message.id for part in ([message.string] if isinstance(message.string, str) else message.string)
    ]
    assert [sentence for sentence in sentences if WIDE.search(sentence)] == ['10个工作日']


def test_a_sentence_is_built_in_both_languages_at_once() -> None:
    sentence = said(
        '{clock}延长{length}', '{clock} extended by {length}', clock=vocabulary.CLOCK['promise'], length=vocabulary.limit_words('5个工作日')
    )
    assert sentence == '承诺期限延长5个工作日'
    assert in_english(sentence) == 'Promised limit extended by 5 workdays'
    assert in_english(joined([Word('甲', 'a'), '王'])) == 'a, 王'
    assert in_english(NOTHING) == ''


@pytest.mark.parametrize(
    ('limit', 'zh', 'en'),
    [
        ('7个工作日', '7个工作日', '7 workdays'),
        ('promise', '承诺期限', 'Promised limit'),
        ('promise - 1个工作日', '承诺期限前1个工作日', '1 workday before the Promised limit'),
        ('P5D', 'P5D', 'P5D'),
        ('看情况', '看情况', '看情况'),
    ],
)
def test_limits_print_by_language(limit: str, zh: str, en: str) -> None:
    words = vocabulary.limit_words(limit)
    assert (words, in_english(words)) == (zh, en)


def test_a_limit_is_called_the_same_wherever_it_is_named() -> None:
    """H-08, O-25: the clock, the field of the item form and the line of a comparison say one word."""
    for name in vocabulary.CLOCK:
        assert item_fields._WORDS['limits'][name] == versions.LIMIT[name] == compare_words.ASPECTS[name] == vocabulary.CLOCK[name]


def test_putting_a_task_back_is_not_called_like_sending_a_case_back() -> None:
    """O-25: 放回 puts a claim back, 退回 sends the file to an earlier step or to the applicant."""
    templates = [path.read_text(encoding='utf-8') for path in (ROOT / 'web/templates').rglob('*.html')]
    assert not any('退回窗口' in text for text in templates)
    assert '放回' in (ROOT / 'docs/glossary.md').read_text(encoding='utf-8')


@pytest.mark.parametrize('section', item_fields.SECTIONS, ids=lambda section: section.key)
def test_the_form_of_an_item_is_english_whole(section: item_fields.Section) -> None:
    """H-08, O-41: labels, hints and choices of the catalogue entry."""
    told = [section.label, *(text for one in section.fields for text in (one.label, one.hint, *(label for _, label in one.choices)))]
    assert [text for text in told if CHINESE.search(re.sub('[0-9]+(个工作日|日)', '', in_english(text)))] == []


MODULES = [
    importlib.import_module('.'.join(path.relative_to(ROOT).with_suffix('').parts))
    for floor in ('engine', 'tasks', 'web')
    for path in sorted((ROOT / floor).rglob('*.py'))
    if 'node_modules' not in path.parts and path.name != '__main__.py'
]


@pytest.mark.parametrize('name', ['EXPIRY', 'MILESTONES', 'RESULTS'])
def test_results_ends_and_milestones_are_said_in_one_place(name: str) -> None:
    """H-08, H-50: what a diagram may say has one word for designer, check, timeline, pages and documents."""
    home = vars(words)[name]
    others = {
        f'{module.__name__}.{key}': {one: table[one] for one in home.keys() & table.keys()}
        for module in MODULES
        for key, table in vars(module).items()
        if isinstance(table, dict) and len(home.keys() & table.keys()) >= 3 and key != 'STATUS'  # what a case is, not how it ended
    }
    said = {
        place: table for place, table in others.items() if any(isinstance(word, str) and CHINESE.search(word) for word in table.values())
    }
    assert [place for place, table in said.items() if any(table[one] is not home[one] for one in table)] == []


def test_what_the_next_page_says_first_keeps_its_language() -> None:
    """O-41: a session keeps text, so a refusal that was flashed as it is came out in Chinese on an English page."""
    own = ROOT / 'web/languages.py'
    assert [
        path.name
        for path in (ROOT / 'web').rglob('*.py')
        if path != own and re.search(r'from flask import [^\n]*\bflash\b', path.read_text('utf-8'))
    ] == []
