"""item.toml through the form: what the analyst did not touch stays as it was, whatever stands in it."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tasks.catalogue.item_toml import parse_item
from tasks.workshop.item_fields import SECTIONS, filled_in, shown
from tasks.workshop.item_text import heading_of, write_item

ROOT = Path(__file__).resolve().parents[3]
SHIPPED = sorted((ROOT / 'processes').glob('*/item.toml'))
TEXT = st.text(st.characters(exclude_categories=['Cs']), max_size=60)
PLAIN = st.one_of(TEXT, st.booleans(), st.integers(-(10**9), 10**9), st.lists(TEXT, max_size=4))
KEYS = st.text('abcdefg_.-" 中文', min_size=1, max_size=8)
TABLES = st.dictionaries(KEYS, PLAIN, max_size=4)
TREES = st.dictionaries(KEYS, st.one_of(PLAIN, TABLES, st.lists(TABLES, min_size=1, max_size=3)), max_size=5)


def as_sent(tree: dict[str, Any]) -> dict[str, list[str]]:
    """What a browser sends when the form is opened on this tree and sent back untouched."""
    sent: dict[str, list[str]] = {}
    for section in SECTIONS:
        table = tree.get(section.key)
        rows = [(f'{section.key}[{index}]', row) for index, row in enumerate(table or [])] if section.many else [(section.key, table)]
        if section.many:
            sent[f'{section.key}.rows'] = [str(index) for index in range(len(rows))]
        for prefix, row in rows:
            for each in section.fields:
                value = shown(each, row)
                if each.kind == 'bool':
                    sent[f'{prefix}.{each.name}'] = ['on'] if value else []
                elif each.kind == 'choices':
                    sent[f'{prefix}.{each.name}'] = list(value)
                elif each.kind == 'lines':
                    sent[f'{prefix}.{each.name}'] = ['\r\n'.join(value)]
                else:
                    sent[f'{prefix}.{each.name}'] = [str(value)]
    return sent


def test_every_field_of_the_schema_has_a_chinese_word() -> None:
    for section in SECTIONS:
        for label in (section.label, *(each.label for each in section.fields)):
            assert any('一' <= sign <= '鿿' for sign in label), (section.key, label)


@given(TREES)
def test_what_is_written_reads_back_equal(tree: dict[str, Any]) -> None:
    assert tomllib.loads(write_item(tree)) == tree


@pytest.mark.parametrize('path', SHIPPED, ids=lambda path: path.parent.name)
def test_a_shipped_item_comes_out_of_the_form_unchanged(path: Path) -> None:
    text = path.read_text('utf-8')
    tree = tomllib.loads(text)
    after = filled_in(as_sent(tree), tree)
    assert after == tree
    assert parse_item(write_item(after, heading_of(text))) == parse_item(text)


def test_changing_one_field_changes_one_line() -> None:
    text = SHIPPED[0].read_text('utf-8')
    tree = tomllib.loads(text)
    before = write_item(tree, heading_of(text)).splitlines()
    after = write_item(filled_in(as_sent(tree) | {'limits.promise': ['6个工作日']}, tree), heading_of(text)).splitlines()
    assert [(one, other) for one, other in zip(before, after, strict=True) if one != other] == [
        (f'promise = "{tree["limits"]["promise"]}"', 'promise = "6个工作日"')
    ]


def test_a_key_the_form_does_not_know_is_kept_for_the_check_to_complain_about() -> None:
    tree = {'item': {'code': 'x', 'nmae': 'misspelt'}, 'own': {'a': 1}}
    after = filled_in(as_sent(tree), tree)
    assert after['item']['nmae'] == 'misspelt'
    assert after['own'] == {'a': 1}


def test_an_empty_form_writes_no_more_than_the_schema_needs() -> None:
    assert filled_in(as_sent({}), {}) == {}


def test_a_number_that_is_none_is_shown_again_instead_of_becoming_zero() -> None:
    sent = {'materials.rows': ['0'], 'materials[0].name': ['申请书'], 'materials[0].originals': ['两份']}
    assert filled_in(sent, {})['materials'][0]['originals'] == '两份'


def test_leading_comments_are_kept() -> None:
    assert heading_of('# 一\n# 二\n[item]\n# 三\n') == '# 一\n# 二'
    assert write_item({'item': {'code': 'a'}}, '# 一').startswith('# 一\n\n[item]')
